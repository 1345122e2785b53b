//! From the document to the form: what cannot work is found here, all of it at once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::order::{self, Dependencies};
use super::{CheckRules, FeeRules, FieldPlace, FieldRules, Form, PageRules, Step};
use crate::finding::{Finding, Part, Place};
use crate::message::Message;
use crate::model::document::{Expression, Field, FieldKind, FormDocument, FormPage, Key};
use crate::rules::{Compiler, Rule};

/// The most of each thing in a form, so that evaluating one stays within bounds.
pub(crate) const MOST_PAGES: usize = 100;
pub(crate) const MOST_FIELDS: usize = 500;
pub(crate) const MOST_RULES: usize = 300;
pub(crate) const MOST_OPTIONS: usize = 300;
pub(crate) const MOST_ENTRIES: u32 = 100;
pub(crate) const MOST_FILES: u32 = 20;
pub(crate) const LARGEST_FILE: u32 = 50;
pub(crate) const LONGEST_TEXT: u32 = 10_000;
pub(crate) const FURTHEST_SLOT: u32 = 60;

/// Names an answer cannot have, because expressions use them for something else.
const RESERVED: [&str; 23] = [
    "today",
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "action",
];

impl Form {
    /// Compiles a form.
    ///
    /// # Errors
    /// Everything that keeps it from working, each with its place and what to do: keys used twice, expressions that cannot be read, that
    /// name something unknown, that wait for each other or for a later page.
    pub fn compile(document: &FormDocument) -> Result<Self, Vec<Finding>> {
        let mut compilation = Compilation {
            document,
            compiler: Compiler::new(),
            findings: Vec::new(),
            places: BTreeMap::new(),
        };
        compilation.sizes();
        if !compilation.findings.is_empty() {
            // Larger than anything that works: not worth a closer look.
            return Err(compilation.findings);
        }
        compilation.keys();
        let pages = compilation.pages();
        let computed = compilation.computed();
        let checks = compilation.checks();
        let fees = compilation.fees();
        let order = compilation.order(&pages, &computed);
        if !compilation.findings.is_empty() {
            return Err(compilation.findings);
        }
        let (Some(pages), Some(computed), Some(checks), Some(fees), Some(order)) = (
            pages.finished(),
            all(computed),
            all(checks),
            all(fees),
            order,
        ) else {
            return Err(compilation.findings);
        };
        Ok(Self {
            document: document.clone(),
            places: compilation.places,
            scope: compilation.compiler.finish(),
            pages,
            computed,
            checks,
            fees,
            order,
        })
    }
}

fn all<T>(parts: Vec<Option<T>>) -> Option<Vec<T>> {
    parts.into_iter().collect()
}

struct Compilation<'d> {
    document: &'d FormDocument,
    compiler: Compiler,
    findings: Vec<Finding>,
    places: BTreeMap<Key, FieldPlace>,
}

/// Pages with the rules that could be compiled; `broken` when one could not.
struct DraftPages {
    pages: Vec<PageRules>,
    broken: bool,
}

impl DraftPages {
    fn finished(self) -> Option<Vec<PageRules>> {
        (!self.broken).then_some(self.pages)
    }
}

impl<'d> Compilation<'d> {
    fn must(&mut self, place: Place, message: Message) {
        self.findings.push(Finding::must(place, message));
    }

    fn sizes(&mut self) {
        let document = self.document;
        let fields: usize = document
            .pages
            .iter()
            .flat_map(|page| &page.fields)
            .map(|field| match &field.kind {
                FieldKind::Group { fields, .. } => 1 + fields.len(),
                _ => 1,
            })
            .sum();
        let too_many = [
            ("pages", document.pages.len(), MOST_PAGES),
            ("fields", fields, MOST_FIELDS),
            ("computed", document.computed.len(), MOST_RULES),
            ("checks", document.checks.len(), MOST_RULES),
            ("fees", document.fees.len(), MOST_RULES),
            ("before", document.before.len(), MOST_RULES),
        ];
        for (what, count, most) in too_many {
            if count > most {
                self.must(
                    Place::default(),
                    Message::new("forms-finding-too-many")
                        .text("what", what)
                        .number("n", i64::try_from(most).unwrap_or(i64::MAX)),
                );
            }
        }
        if document.pages.is_empty() {
            self.must(Place::default(), Message::new("forms-finding-no-pages"));
        }
    }

    /// Every key once, none reserved, and each field's own settings possible.
    fn keys(&mut self) {
        let document = self.document;
        let mut pages = BTreeSet::new();
        let mut names: BTreeMap<&Key, Place> = BTreeMap::new();
        let mut slot: Option<&Key> = None;
        for (page_number, page) in document.pages.iter().enumerate() {
            if !pages.insert(&page.key) {
                self.must(
                    Place::page(&page.key),
                    Message::new("forms-finding-page-twice").text("key", page.key.as_str()),
                );
            }
            if page.fields.is_empty() {
                self.must(
                    Place::page(&page.key),
                    Message::new("forms-finding-page-empty"),
                );
            }
            for (field_number, field) in page.fields.iter().enumerate() {
                let place = FieldPlace {
                    page: page_number,
                    field: field_number,
                    inner: None,
                };
                self.field_key(&mut names, page, field, place);
                if matches!(field.kind, FieldKind::Slot { .. })
                    && let Some(other) = slot.replace(&field.key)
                {
                    self.must(
                        Place::field(&page.key, &field.key),
                        Message::new("forms-finding-two-slots").text("other", other.as_str()),
                    );
                }
                if let FieldKind::Group { fields, .. } = &field.kind {
                    for (inner_number, inner) in fields.iter().enumerate() {
                        let place = FieldPlace {
                            inner: Some(inner_number),
                            ..place
                        };
                        self.field_key(&mut names, page, inner, place);
                        if matches!(inner.kind, FieldKind::Slot { .. }) {
                            self.must(
                                Place::field(&page.key, &inner.key),
                                Message::new("forms-finding-slot-in-group"),
                            );
                        }
                        if matches!(inner.kind, FieldKind::Group { .. }) {
                            self.must(
                                Place::field(&page.key, &inner.key),
                                Message::new("forms-finding-group-in-group"),
                            );
                        }
                    }
                }
            }
        }
        for computed in &document.computed {
            let place = Place::part(Part::Computed(computed.key.clone()));
            self.name(&mut names, &computed.key, place);
        }
        let mut asked = BTreeSet::new();
        for before in &document.before {
            let place = Place::part(Part::Before(before.key.clone()));
            if !asked.insert(&before.key) {
                self.must(
                    place.clone(),
                    Message::new("forms-finding-key-twice")
                        .text("key", before.key.as_str())
                        .text("other", place.to_string()),
                );
            }
            let values: BTreeSet<&Key> =
                before.options.iter().map(|option| &option.value).collect();
            if before.options.len() < 2 || values.len() < before.options.len() {
                self.must(place.clone(), Message::new("forms-finding-options"));
            }
            if before.options.iter().all(|option| option.stop.is_some()) {
                self.must(place, Message::new("forms-finding-nobody-passes"));
            }
        }
    }

    fn field_key(
        &mut self,
        names: &mut BTreeMap<&'d Key, Place>,
        page: &FormPage,
        field: &'d Field,
        place: FieldPlace,
    ) {
        let at = Place::field(&page.key, &field.key);
        self.name(names, &field.key, at.clone());
        self.places.entry(field.key.clone()).or_insert(place);
        for message in settings(&field.kind) {
            self.must(at.clone(), message);
        }
    }

    fn name(&mut self, names: &mut BTreeMap<&'d Key, Place>, key: &'d Key, place: Place) {
        if RESERVED.contains(&key.as_str()) {
            self.must(
                place.clone(),
                Message::new("forms-finding-key-reserved").text("key", key.as_str()),
            );
        }
        if let Some(other) = names.insert(key, place.clone()) {
            self.must(
                place,
                Message::new("forms-finding-key-twice")
                    .text("key", key.as_str())
                    .text("other", other.to_string()),
            );
        }
    }

    /// Compiles an expression whose names may be fields, computed values, `today` and, in a group, the fields of that group.
    fn rule(
        &mut self,
        expression: &Expression,
        place: &Place,
        group: Option<FieldPlace>,
    ) -> Option<Rule> {
        let rule = match self.compiler.rule(expression) {
            Ok(rule) => rule,
            Err(message) => {
                self.must(place.clone(), message);
                return None;
            }
        };
        let mut known = true;
        for name in rule.reads() {
            if let Some(message) = self.unknown(name, group) {
                self.must(place.clone(), message);
                known = false;
            }
        }
        known.then_some(rule)
    }

    /// What is wrong with reading `name`, if anything is.
    fn unknown(&self, name: &str, group: Option<FieldPlace>) -> Option<Message> {
        if name == "today"
            || self
                .document
                .computed
                .iter()
                .any(|computed| computed.key.as_str() == name)
        {
            return None;
        }
        match self.places.get(name) {
            Some(FieldPlace { inner: None, .. }) => None,
            Some(place) => {
                let same_group = group
                    .is_some_and(|group| (group.page, group.field) == (place.page, place.field));
                (!same_group).then(|| {
                    let group = &self.document.pages[place.page].fields[place.field].key;
                    Message::new("forms-finding-inside-group")
                        .text("name", name)
                        .text("group", group.as_str())
                })
            }
            None if self
                .document
                .before
                .iter()
                .any(|before| before.key.as_str() == name) =>
            {
                Some(Message::new("forms-finding-before-name").text("name", name))
            }
            None => Some(Message::new("forms-finding-unknown-name").text("name", name)),
        }
    }

    fn pages(&mut self) -> DraftPages {
        let document = self.document;
        let mut broken = false;
        let mut pages = Vec::with_capacity(document.pages.len());
        for (page_number, page) in document.pages.iter().enumerate() {
            let show = self.show(page.show_if.as_ref(), &Place::page(&page.key), None);
            broken |= show.is_err();
            let mut fields = Vec::with_capacity(page.fields.len());
            for (field_number, field) in page.fields.iter().enumerate() {
                let place = Place::field(&page.key, &field.key);
                let own = self.show(field.show_if.as_ref(), &place, None);
                broken |= own.is_err();
                let mut inner = Vec::new();
                if let FieldKind::Group {
                    fields: inner_fields,
                    ..
                } = &field.kind
                {
                    let group = FieldPlace {
                        page: page_number,
                        field: field_number,
                        inner: None,
                    };
                    for inner_field in inner_fields {
                        let place = Place::field(&page.key, &inner_field.key);
                        let own = self.show(inner_field.show_if.as_ref(), &place, Some(group));
                        broken |= own.is_err();
                        inner.push(FieldRules {
                            show: own.unwrap_or(None),
                            inner: Vec::new(),
                            inner_order: Vec::new(),
                        });
                    }
                }
                let inner_order = self.inner_order(field, &inner, page);
                broken |= inner_order.is_none();
                fields.push(FieldRules {
                    show: own.unwrap_or(None),
                    inner,
                    inner_order: inner_order.unwrap_or_default(),
                });
            }
            pages.push(PageRules {
                show: show.unwrap_or(None),
                fields,
            });
        }
        DraftPages { pages, broken }
    }

    fn show(
        &mut self,
        expression: Option<&Expression>,
        place: &Place,
        group: Option<FieldPlace>,
    ) -> Result<Option<Rule>, ()> {
        match expression {
            None => Ok(None),
            Some(expression) => self.rule(expression, place, group).map(Some).ok_or(()),
        }
    }

    /// The order of a group's own fields.
    fn inner_order(
        &mut self,
        group: &Field,
        rules: &[FieldRules],
        page: &FormPage,
    ) -> Option<Vec<usize>> {
        let FieldKind::Group { fields, .. } = &group.kind else {
            return Some(Vec::new());
        };
        let needs = rules
            .iter()
            .map(|rule| {
                rule.show
                    .iter()
                    .flat_map(Rule::reads)
                    .filter_map(|name| fields.iter().position(|field| field.key.as_str() == name))
                    .collect()
            })
            .collect();
        match order::sort(&Dependencies(needs)) {
            Ok(order) => Some(order),
            Err(circle) => {
                let keys: Vec<&str> = circle
                    .iter()
                    .map(|index| fields[*index].key.as_str())
                    .collect();
                self.must(
                    Place::field(&page.key, &fields[circle[0]].key),
                    Message::new("forms-finding-circle").text("circle", keys.join(" → ")),
                );
                None
            }
        }
    }

    fn computed(&mut self) -> Vec<Option<Rule>> {
        let document = self.document;
        document
            .computed
            .iter()
            .map(|computed| {
                let place = Place::part(Part::Computed(computed.key.clone()));
                self.rule(&computed.value, &place, None)
            })
            .collect()
    }

    fn checks(&mut self) -> Vec<Option<CheckRules>> {
        let document = self.document;
        document
            .checks
            .iter()
            .enumerate()
            .map(|(number, check)| {
                let place = Place::part(Part::Check(number + 1));
                let Some(field) = self.places.get(&check.field).copied() else {
                    self.must(
                        place,
                        Message::new("forms-finding-unknown-field")
                            .text("name", check.field.as_str()),
                    );
                    return None;
                };
                let group = field.inner.map(|_| field);
                let holds = self.rule(&check.holds, &place, group)?;
                Some(CheckRules {
                    holds,
                    place: field,
                })
            })
            .collect()
    }

    fn fees(&mut self) -> Vec<Option<FeeRules>> {
        let document = self.document;
        document
            .fees
            .iter()
            .enumerate()
            .map(|(number, fee)| {
                let place = Place::part(Part::Fee(number + 1));
                let amount = self.rule(&fee.amount, &place, None);
                let applies = self.show(fee.applies_if.as_ref(), &place, None);
                Some(FeeRules {
                    amount: amount?,
                    applies: applies.ok()?,
                })
            })
            .collect()
    }

    /// Puts everything in order, and finds what waits for itself or for a later page.
    fn order(&mut self, pages: &DraftPages, computed: &[Option<Rule>]) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        for (page_number, page) in self.document.pages.iter().enumerate() {
            steps.push(Step::Page(page_number));
            steps.extend((0..page.fields.len()).map(|field| Step::Field(page_number, field)));
        }
        steps.extend((0..self.document.computed.len()).map(Step::Computed));

        let number_of: BTreeMap<Step, usize> = steps
            .iter()
            .enumerate()
            .map(|(number, step)| (*step, number))
            .collect();
        let named = |name: &str| -> Option<usize> {
            let step = match self.places.get(name) {
                Some(place) if place.inner.is_none() => Step::Field(place.page, place.field),
                Some(_) => return None,
                None => Step::Computed(
                    self.document
                        .computed
                        .iter()
                        .position(|computed| computed.key.as_str() == name)?,
                ),
            };
            number_of.get(&step).copied()
        };
        let reads = |rule: Option<&Rule>| -> BTreeSet<usize> {
            rule.into_iter()
                .flat_map(Rule::reads)
                .filter_map(|name| named(name))
                .collect()
        };
        let needs: Vec<BTreeSet<usize>> = steps
            .iter()
            .map(|step| match step {
                Step::Page(page) => reads(pages.pages[*page].show.as_ref()),
                Step::Field(page, field) => {
                    let rules = &pages.pages[*page].fields[*field];
                    let mut needs = reads(rules.show.as_ref());
                    for inner in &rules.inner {
                        needs.extend(reads(inner.show.as_ref()));
                    }
                    needs.insert(number_of[&Step::Page(*page)]);
                    needs
                }
                Step::Computed(computed_number) => reads(computed[*computed_number].as_ref()),
            })
            .collect();
        let needs = Dependencies(needs);
        let name = |step: &Step| match step {
            Step::Page(page) => self.document.pages[*page].key.as_str(),
            Step::Field(page, field) => self.document.pages[*page].fields[*field].key.as_str(),
            Step::Computed(number) => self.document.computed[*number].key.as_str(),
        };
        let place = |step: &Step| match step {
            Step::Page(page) => Place::page(&self.document.pages[*page].key),
            Step::Field(page, field) => {
                let page = &self.document.pages[*page];
                Place::field(&page.key, &page.fields[*field].key)
            }
            Step::Computed(number) => {
                Place::part(Part::Computed(self.document.computed[*number].key.clone()))
            }
        };

        // What decides whether something is asked must have been asked by then, directly or through a computed value.
        let mut late = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            let page = match step {
                Step::Page(page) | Step::Field(page, _) => *page,
                Step::Computed(_) => continue,
            };
            let computed = |number: usize| matches!(steps[number], Step::Computed(_));
            for needed in needs.through(number, computed) {
                let later = match steps[needed] {
                    Step::Field(other, _) if matches!(step, Step::Page(_)) => other >= page,
                    Step::Field(other, _) => other > page,
                    _ => false,
                };
                if later {
                    late.push(Finding::must(
                        place(step),
                        Message::new("forms-finding-later").text("name", name(&steps[needed])),
                    ));
                }
            }
        }
        match order::sort(&needs) {
            Ok(order) => {
                let ordered = order.into_iter().map(|number| steps[number]).collect();
                let fine = late.is_empty();
                self.findings.extend(late);
                fine.then_some(ordered)
            }
            Err(circle) => {
                let keys: Vec<&str> = circle.iter().map(|number| name(&steps[*number])).collect();
                let finding = Finding::must(
                    place(&steps[circle[0]]),
                    Message::new("forms-finding-circle").text("circle", keys.join(" → ")),
                );
                self.findings.push(finding);
                None
            }
        }
    }
}

/// What is impossible about a field's own settings.
fn settings(kind: &FieldKind) -> Vec<Message> {
    let mut messages = Vec::new();
    let range = |min: Option<i64>, max: Option<i64>| matches!((min, max), (Some(min), Some(max)) if min > max);
    match kind {
        FieldKind::Text(limits) | FieldKind::LongText(limits) => {
            if let Some(length) = limits.max_length
                && !(1..=LONGEST_TEXT).contains(&length)
            {
                messages.push(
                    Message::new("forms-finding-max-length").number("n", i64::from(LONGEST_TEXT)),
                );
            }
        }
        FieldKind::Date { earliest, latest } => {
            for limit in [earliest, latest].into_iter().flatten() {
                if DayLimit::read(limit).is_none() {
                    messages.push(Message::new("forms-finding-day-limit").text("text", limit));
                }
            }
        }
        FieldKind::Choice { options } | FieldKind::Choices { options, .. } => {
            let values: BTreeSet<&Key> = options.iter().map(|option| &option.value).collect();
            if options.is_empty() || values.len() < options.len() || options.len() > MOST_OPTIONS {
                messages.push(Message::new("forms-finding-options"));
            }
            if let FieldKind::Choices { min, max, .. } = kind {
                let most = u32::try_from(options.len()).unwrap_or(u32::MAX);
                if min.is_some_and(|min| min > max.unwrap_or(most).min(most)) || *max == Some(0) {
                    messages.push(Message::new("forms-finding-range"));
                }
            }
        }
        FieldKind::Number {
            min, max, places, ..
        } => {
            if range(*min, *max) {
                messages.push(Message::new("forms-finding-range"));
            }
            if *places > 3 {
                messages.push(Message::new("forms-finding-places"));
            }
        }
        FieldKind::Slot {
            facility,
            resource,
            days_ahead,
        } => {
            if facility.trim().is_empty() || resource.trim().is_empty() {
                messages.push(Message::new("forms-finding-slot-of-what"));
            }
            if !(1..=FURTHEST_SLOT).contains(days_ahead) {
                messages.push(
                    Message::new("forms-finding-slot-days").number("n", i64::from(FURTHEST_SLOT)),
                );
            }
        }
        FieldKind::Yen { min, max } if range(*min, *max) => {
            messages.push(Message::new("forms-finding-range"));
        }
        FieldKind::File {
            accept,
            max_mib,
            max_files,
        } => {
            if accept.is_empty() {
                messages.push(Message::new("forms-finding-accept"));
            }
            if !(1..=LARGEST_FILE).contains(max_mib) || !(1..=MOST_FILES).contains(max_files) {
                messages.push(
                    Message::new("forms-finding-file-limits")
                        .number("mib", i64::from(LARGEST_FILE))
                        .number("files", i64::from(MOST_FILES)),
                );
            }
        }
        FieldKind::Group {
            min, max, fields, ..
        } if (min > max || !(1..=MOST_ENTRIES).contains(max) || fields.is_empty()) => {
            messages.push(
                Message::new("forms-finding-group-limits").number("n", i64::from(MOST_ENTRIES)),
            );
        }
        _ => {}
    }
    messages
}

/// A limit of a date field: a day, or days from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayLimit {
    Day(Date),
    FromToday(i32),
}

impl DayLimit {
    /// Reads `2020-04-01`, `today`, `+30`, `-1`, `0`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "today" {
            return Some(Self::FromToday(0));
        }
        if let Ok(days) = text.parse::<i32>() {
            return (-100_000..=100_000)
                .contains(&days)
                .then_some(Self::FromToday(days));
        }
        text.parse().ok().map(Self::Day)
    }

    /// The day it means.
    pub(crate) fn day(self, today: Date) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::FromToday(days) => today
                .checked_add(jiff::Span::new().try_days(days).ok()?)
                .ok(),
        }
    }
}
