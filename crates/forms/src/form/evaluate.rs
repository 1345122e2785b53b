//! What the answers make of a form: what is asked, what is still wrong, what it costs.

use std::collections::BTreeMap;

use cel::{Context, Value};
use jiff::civil::Date;
use yakuba_kernel::{Decimal, Yen};

use super::validate::{problem_of, unreadable};
use super::{CheckRules, FieldPlace, FieldRules, Form, Step};
use crate::answers::{Answer, Answers};
use crate::finding::{Part, Place};
use crate::message::Message;
use crate::model::document::{Field, FieldKind, Key, Text};
use crate::rules::{self, Failure, Rule};

/// What the answers make of a form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evaluation {
    /// For each page in the form's order, whether it is asked.
    pub pages: Vec<(Key, bool)>,
    /// For each field that is on a page, by its path (`birth`, `children.0.birth`): whether it is asked, and whether it must be answered.
    pub fields: BTreeMap<String, FieldState>,
    /// The computed values by key; one that could not be worked out is missing.
    pub computed: BTreeMap<Key, ComputedValue>,
    /// The fees that apply, in the form's order.
    pub fees: Vec<Fee>,
    /// Their sum; none while one of them cannot be worked out.
    pub total: Option<Yen>,
    /// What is missing or wrong, in the order of the pages and fields. Nothing that is not asked is ever among it.
    pub problems: Vec<FieldProblem>,
    /// Rules that failed for another reason than a missing answer: mistakes of the form, to be logged and shown to its authors. They
    /// hold no answers.
    pub failures: Vec<RuleFailure>,
}

/// Whether a field is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldState {
    /// Its page and itself are shown.
    pub shown: bool,
    /// It is shown and must be answered.
    pub required: bool,
}

/// A value worked out from the answers.
#[derive(Debug, Clone, PartialEq)]
pub enum ComputedValue {
    /// A number.
    Number(Decimal),
    /// A text, or a day as `2026-04-01`.
    Text(String),
    /// Yes or no.
    Truth(bool),
}

/// A fee that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    /// What it is for.
    pub label: Text,
    /// How much.
    pub amount: Yen,
    /// The ordinance it rests on.
    pub basis: Option<String>,
}

/// Something missing or wrong at a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The page.
    pub page: Key,
    /// The field; in a group, the group's own field.
    pub field: Key,
    /// In a group: the group and the entry, counted from 0.
    pub entry: Option<(Key, usize)>,
    /// Which of the field's controls, when it has several and one is wrong: `postal_code`.
    pub part: Option<&'static str>,
    /// What is wrong and what to do.
    pub message: Message,
}

impl FieldProblem {
    /// The field's path: `birth`, `children.0.birth`.
    pub fn path(&self) -> String {
        path(self.entry.as_ref(), &self.field)
    }
}

/// A rule that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFailure {
    /// Whose rule.
    pub place: Place,
    /// Why.
    pub failure: Failure,
}

impl Evaluation {
    /// Whether a page is asked.
    pub fn is_page_shown(&self, page: &str) -> bool {
        self.pages
            .iter()
            .any(|(key, shown)| *shown && key.as_str() == page)
    }

    /// Whether the field at a path is asked.
    pub fn is_shown(&self, path: &str) -> bool {
        self.fields.get(path).is_some_and(|state| state.shown)
    }

    /// Whether the field at a path must be answered.
    pub fn is_required(&self, path: &str) -> bool {
        self.fields.get(path).is_some_and(|state| state.required)
    }

    /// The problems on one page.
    pub fn problems_on<'e>(&'e self, page: &'e str) -> impl Iterator<Item = &'e FieldProblem> {
        self.problems
            .iter()
            .filter(move |problem| problem.page.as_str() == page)
    }

    /// The first page that is asked and has something missing or wrong.
    pub fn first_open_page(&self) -> Option<&Key> {
        self.problems.first().map(|problem| &problem.page)
    }

    /// The page that is asked after this one; none after the last.
    pub fn page_after(&self, page: &str) -> Option<&Key> {
        self.pages
            .iter()
            .skip_while(|(key, _)| key.as_str() != page)
            .skip(1)
            .find(|(_, shown)| *shown)
            .map(|(key, _)| key)
    }

    /// The page that is asked before this one; none before the first.
    pub fn page_before(&self, page: &str) -> Option<&Key> {
        self.pages
            .iter()
            .rev()
            .skip_while(|(key, _)| key.as_str() != page)
            .skip(1)
            .find(|(_, shown)| *shown)
            .map(|(key, _)| key)
    }

    /// Which of the pages that are asked this one is, from 1, and how many there are; none for a page that is not asked.
    pub fn place_of_page(&self, page: &str) -> Option<(usize, usize)> {
        let shown = || self.pages.iter().filter(|(_, shown)| *shown);
        let before = shown().position(|(key, _)| key.as_str() == page)?;
        Some((before + 1, shown().count()))
    }

    /// Whether everything asked is answered and right, so that the form can be sent.
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty()
    }
}

pub(crate) fn path(entry: Option<&(Key, usize)>, field: &Key) -> String {
    match entry {
        None => field.as_str().to_owned(),
        Some((group, number)) => format!("{group}.{number}.{field}"),
    }
}

/// How far an evaluation has come.
struct Run<'f> {
    form: &'f Form,
    today: Date,
    pages: Vec<bool>,
    /// For each page and field: whether it is shown; for a group also each entry's fields.
    fields: Vec<Vec<Shown>>,
    failures: Vec<RuleFailure>,
}

#[derive(Default, Clone)]
struct Shown {
    itself: bool,
    entries: Vec<Vec<bool>>,
}

impl Form {
    /// Works out what is asked, what it costs and what is still wrong.
    ///
    /// Each expression runs once, after all it depends on. What is not asked is `null` to every other expression, and so is an answer of
    /// another sort than its field asks for. An expression that has no value never lets anything through: see the crate's README.
    pub fn evaluate(&self, answers: &Answers, today: Date) -> Evaluation {
        let mut scope = self.scope.new_inner_scope();
        scope.add_variable_from_value("today", rules::date_value(today));
        for (key, place) in &self.places {
            if place.inner.is_none() {
                scope.add_variable_from_value(key.as_str(), Value::Null);
            }
        }
        for computed in &self.document.computed {
            scope.add_variable_from_value(computed.key.as_str(), Value::Null);
        }
        let mut run = Run {
            form: self,
            today,
            pages: vec![false; self.pages.len()],
            fields: self
                .pages
                .iter()
                .map(|page| vec![Shown::default(); page.fields.len()])
                .collect(),
            failures: Vec::new(),
        };
        let mut evaluation = Evaluation::default();
        for step in &self.order {
            match *step {
                Step::Page(page) => {
                    let show = self.pages[page].show.as_ref();
                    run.pages[page] =
                        run.shows(show, &scope, || Place::page(&self.document.pages[page].key));
                }
                Step::Field(page, field) => {
                    let value = run.field(page, field, answers, &scope);
                    let key = &self.document.pages[page].fields[field].key;
                    if let Some(value) = value {
                        scope.add_variable_from_value(key.as_str(), value);
                    }
                }
                Step::Computed(number) => {
                    let key = &self.document.computed[number].key;
                    let value = self.computed[number].value(&scope);
                    match value {
                        Ok(value) => {
                            if let Some(known) = computed_value(&value) {
                                evaluation.computed.insert(key.clone(), known);
                            }
                            scope.add_variable_from_value(key.as_str(), value);
                        }
                        Err(failure) => {
                            run.fail(failure, || Place::part(Part::Computed(key.clone())));
                        }
                    }
                }
            }
        }
        run.states(answers, &mut evaluation);
        run.problems(answers, &scope, &mut evaluation);
        run.fees(&scope, &mut evaluation);
        evaluation.failures = run.failures;
        evaluation
    }
}

impl Form {
    /// For the checker: runs every rule with all answers known, whatever would be asked, and gives those that fail.
    pub(crate) fn failures_with_everything_asked(
        &self,
        answers: &Answers,
        today: Date,
    ) -> Vec<RuleFailure> {
        let mut scope = self.scope.new_inner_scope();
        scope.add_variable_from_value("today", rules::date_value(today));
        let mut groups = Vec::new();
        for page in &self.document.pages {
            for field in &page.fields {
                if let FieldKind::Group { fields, .. } = &field.kind {
                    groups.extend(
                        answers
                            .entries(field.key.as_str())
                            .iter()
                            .flat_map(|entry| fields.iter().map(move |field| (field, entry))),
                    );
                }
                scope.add_variable_from_value(field.key.as_str(), value_of(field, answers));
            }
        }
        // One entry stands for all: its fields under their own keys, as inside the group.
        for (field, entry) in groups {
            scope.add_variable_from_value(field.key.as_str(), value_of(field, entry));
        }
        let mut failures = Vec::new();
        for step in &self.order {
            if let Step::Computed(number) = *step {
                let key = self.document.computed[number].key.as_str();
                let value = self.computed[number].value(&scope).unwrap_or(Value::Null);
                scope.add_variable_from_value(key, value);
            }
        }
        for (place, rule) in self.rules() {
            let number = matches!(place.part, Some(Part::Fee(_)));
            let failure = match rule.value(&scope) {
                Err(failure) => Some(failure),
                Ok(Value::Bool(_) | Value::Null) => None,
                // A condition must be true or false; a computed value may be anything, a fee's amount a number.
                Ok(_) if number || matches!(place.part, Some(Part::Computed(_))) => None,
                Ok(_) => Some(Failure::WrongType),
            };
            if let Some(failure) = failure.filter(|failure| *failure != Failure::Unanswered) {
                failures.push(RuleFailure { place, failure });
            }
        }
        failures
    }
}

impl Run<'_> {
    fn fail(&mut self, failure: Failure, place: impl FnOnce() -> Place) {
        if failure != Failure::Unanswered {
            self.failures.push(RuleFailure {
                place: place(),
                failure,
            });
        }
    }

    /// Whether a condition shows what it stands at. Without a value it does not: nothing is asked on a guess.
    fn shows(
        &mut self,
        rule: Option<&Rule>,
        scope: &Context<'_, '_>,
        place: impl FnOnce() -> Place,
    ) -> bool {
        let Some(rule) = rule else {
            return true;
        };
        rule.truth(scope).unwrap_or_else(|failure| {
            self.fail(failure, place);
            false
        })
    }

    /// Decides whether a field is asked; its value for other expressions, unless that is `null`.
    fn field(
        &mut self,
        page: usize,
        number: usize,
        answers: &Answers,
        scope: &Context<'_, '_>,
    ) -> Option<Value> {
        let form = self.form;
        let rules = &form.pages[page].fields[number];
        let field = &form.document.pages[page].fields[number];
        let place = || Place::field(&form.document.pages[page].key, &field.key);
        if !self.pages[page] || !self.shows(rules.show.as_ref(), scope, place) {
            return None;
        }
        self.fields[page][number].itself = true;
        if let FieldKind::Group { fields, .. } = &field.kind {
            let mut entries = Vec::new();
            for entry in answers.entries(field.key.as_str()) {
                let (shown, value) = self.entry(page, rules, fields, entry, scope);
                self.fields[page][number].entries.push(shown);
                entries.push(value);
            }
            return Some(Value::from(entries));
        }
        Some(value_of(field, answers))
    }

    fn entry(
        &mut self,
        page: usize,
        rules: &FieldRules,
        fields: &[Field],
        entry: &Answers,
        scope: &Context<'_, '_>,
    ) -> (Vec<bool>, Value) {
        let form = self.form;
        let mut inner = scope.new_inner_scope();
        for field in fields {
            inner.add_variable_from_value(field.key.as_str(), Value::Null);
        }
        let mut shown = vec![false; fields.len()];
        let mut values = vec![Value::Null; fields.len()];
        for &number in &rules.inner_order {
            let field = &fields[number];
            let place = || Place::field(&form.document.pages[page].key, &field.key);
            if self.shows(rules.inner[number].show.as_ref(), &inner, place) {
                shown[number] = true;
                values[number] = value_of(field, entry);
                inner.add_variable_from_value(field.key.as_str(), values[number].clone());
            }
        }
        let value = rules::map_value(
            fields
                .iter()
                .zip(values)
                .map(|(field, value)| (field.key.as_str().to_owned(), value)),
        );
        (shown, value)
    }

    fn states(&self, answers: &Answers, evaluation: &mut Evaluation) {
        for (page_number, page) in self.form.document.pages.iter().enumerate() {
            evaluation
                .pages
                .push((page.key.clone(), self.pages[page_number]));
            for (field, shown) in page.fields.iter().zip(&self.fields[page_number]) {
                let state = |field: &Field, shown: bool| FieldState {
                    shown,
                    required: shown && must_be_answered(field),
                };
                evaluation
                    .fields
                    .insert(field.key.as_str().to_owned(), state(field, shown.itself));
                let FieldKind::Group { fields, .. } = &field.kind else {
                    continue;
                };
                // Entries of a group that is not asked are not asked either.
                for entry in 0..answers.entries(field.key.as_str()).len() {
                    for (number, inner) in fields.iter().enumerate() {
                        let inner_shown =
                            shown.entries.get(entry).is_some_and(|shown| shown[number]);
                        let path = path(Some(&(field.key.clone(), entry)), &inner.key);
                        evaluation.fields.insert(path, state(inner, inner_shown));
                    }
                }
            }
        }
    }

    fn problems(
        &mut self,
        answers: &Answers,
        scope: &Context<'_, '_>,
        evaluation: &mut Evaluation,
    ) {
        let form = self.form;
        for (page_number, page) in form.document.pages.iter().enumerate() {
            for (field_number, field) in page.fields.iter().enumerate() {
                let shown = self.fields[page_number][field_number].clone();
                if !shown.itself {
                    continue;
                }
                let mut found = |field: &Field, entry: Option<(Key, usize)>, answers: &Answers| {
                    if let Some((part, message)) = problem(field, answers, self.today) {
                        evaluation.problems.push(FieldProblem {
                            page: page.key.clone(),
                            field: field.key.clone(),
                            entry,
                            part,
                            message,
                        });
                    }
                };
                found(field, None, answers);
                if let FieldKind::Group { fields, .. } = &field.kind {
                    let entries = answers.entries(field.key.as_str());
                    for (number, (entry, shown)) in entries.iter().zip(&shown.entries).enumerate() {
                        for (inner, shown) in fields.iter().zip(shown) {
                            if *shown {
                                found(inner, Some((field.key.clone(), number)), entry);
                            }
                        }
                    }
                }
            }
        }
        for (number, check) in form.checks.iter().enumerate() {
            self.check(number, check, answers, scope, evaluation);
        }
        // In the order of the pages and fields, and of a field's problems the first only: the others often follow from it.
        let position = |problem: &FieldProblem| {
            let place = form.places.get(&problem.field).copied();
            let entry = problem.entry.as_ref().map(|(_, number)| *number);
            place.map(|place| (place.page, place.field, entry, place.inner))
        };
        evaluation.problems.sort_by_key(|problem| position(problem));
        evaluation
            .problems
            .dedup_by(|later, first| later.field == first.field && later.entry == first.entry);
    }

    /// Makes one check: once, or for each entry when it stands at a group's own field.
    fn check(
        &mut self,
        number: usize,
        check: &CheckRules,
        answers: &Answers,
        scope: &Context<'_, '_>,
        evaluation: &mut Evaluation,
    ) {
        let form = self.form;
        let place = check.place;
        let shown = self.fields[place.page][place.field].clone();
        if !shown.itself || !self.all_asked(&check.holds, None) {
            return;
        }
        let document = &form.document;
        let mut judge =
            |run: &mut Self, scope: &Context<'_, '_>, entry: Option<(Key, usize)>| match check
                .holds
                .truth(scope)
            {
                Ok(true) => {}
                Ok(false) => evaluation.problems.push(FieldProblem {
                    page: document.pages[place.page].key.clone(),
                    field: form.field_at(place).key.clone(),
                    entry,
                    part: None,
                    message: Message::Own(document.checks[number].message.clone()),
                }),
                Err(failure) => run.fail(failure, || Place {
                    part: Some(Part::Check(number + 1)),
                    ..Place::default()
                }),
            };
        let Some(inner) = place.inner else {
            judge(self, scope, None);
            return;
        };
        let group = &document.pages[place.page].fields[place.field];
        let FieldKind::Group { fields, .. } = &group.kind else {
            return;
        };
        for (entry_number, (entry, shown)) in answers
            .entries(group.key.as_str())
            .iter()
            .zip(&shown.entries)
            .enumerate()
        {
            if !shown[inner] || !self.all_asked(&check.holds, Some((place, shown))) {
                continue;
            }
            let mut inner_scope = scope.new_inner_scope();
            for (field, shown) in fields.iter().zip(shown) {
                let value = if *shown {
                    value_of(field, entry)
                } else {
                    Value::Null
                };
                inner_scope.add_variable_from_value(field.key.as_str(), value);
            }
            judge(self, &inner_scope, Some((group.key.clone(), entry_number)));
        }
    }

    /// Whether everything that a rule reads is asked.
    fn all_asked(&self, rule: &Rule, entry: Option<(FieldPlace, &[bool])>) -> bool {
        rule.reads().iter().all(|name| {
            match self.form.places.get(name.as_str()) {
                None => true,
                Some(place) => match (place.inner, entry) {
                    (None, _) => self.fields[place.page][place.field].itself,
                    // Looked at again for each entry.
                    (Some(_), None) => true,
                    (Some(inner), Some((_, shown))) => shown[inner],
                },
            }
        })
    }

    fn fees(&mut self, scope: &Context<'_, '_>, evaluation: &mut Evaluation) {
        let form = self.form;
        let mut total = Some(Yen::ZERO);
        for (number, (rules, fee)) in form.fees.iter().zip(&form.document.fees).enumerate() {
            let place = || Place::part(Part::Fee(number + 1));
            let applies = match &rules.applies {
                None => Ok(true),
                Some(rule) => rule.truth(scope),
            };
            let amount = match applies {
                Ok(false) => continue,
                Ok(true) => rules.amount.whole_number(scope),
                Err(failure) => Err(failure),
            };
            match amount {
                Ok(amount) => {
                    let amount = Yen::new(amount);
                    total = total.and_then(|total| total.checked_add(amount));
                    evaluation.fees.push(Fee {
                        label: fee.label.clone(),
                        amount,
                        basis: fee.basis.clone(),
                    });
                }
                Err(failure) => {
                    // Nobody is told a sum that may be wrong.
                    total = None;
                    self.fail(failure, place);
                }
            }
        }
        evaluation.total = total.filter(|total| *total >= Yen::ZERO);
    }
}

/// Whether a field that is shown must be answered. A declaration takes the place of a signature: it cannot be left out.
pub(crate) fn must_be_answered(field: &Field) -> bool {
    match &field.kind {
        FieldKind::Declaration { .. } => true,
        FieldKind::Group { min, .. } => *min > 0,
        _ => !field.optional,
    }
}

/// The value of a shown field.
fn value_of(field: &Field, answers: &Answers) -> Value {
    match answers.get(field.key.as_str()) {
        Some(answer) if rules::fits(&field.kind, answer) => {
            rules::answer_value(answer, Some(&field.kind))
        }
        _ => rules::unanswered_value(&field.kind),
    }
}

/// What is missing or wrong at a shown field.
fn problem(
    field: &Field,
    answers: &Answers,
    today: Date,
) -> Option<(Option<&'static str>, Message)> {
    if let Some(typed) = answers.typed(field.key.as_str()) {
        return Some(unreadable(field, typed));
    }
    let answer = answers
        .get(field.key.as_str())
        .filter(|answer| rules::fits(&field.kind, answer));
    match answer {
        None | Some(Answer::Flag(false)) if must_be_answered(field) => Some((
            None,
            Message::new(super::validate::missing_text(&field.kind)).label("label", &field.label),
        )),
        None => None,
        Some(answer) => problem_of(field, answer, today).map(|message| (None, message)),
    }
}

fn computed_value(value: &Value) -> Option<ComputedValue> {
    Some(match value {
        Value::Int(number) => ComputedValue::Number(Decimal::from(*number)),
        Value::UInt(number) => ComputedValue::Number(Decimal::from(*number)),
        Value::Float(number) => {
            ComputedValue::Number(Decimal::try_from(*number).ok()?.round_dp(6).normalize())
        }
        Value::String(text) => ComputedValue::Text(text.to_string()),
        Value::Bool(truth) => ComputedValue::Truth(*truth),
        _ => return None,
    })
}
