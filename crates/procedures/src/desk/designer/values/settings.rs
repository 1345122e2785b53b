//! What a procedure says beside its form: basics, guide, the way of its cases, texts to start from, the columns of the export.

use std::collections::BTreeMap;

use yakuba_forms::model::document::{Expression, Key, Layout, Text};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::Fields;

use super::{
    Wrong, kept, needed_text, number, optional_text, put_text,
    question::{by_name, named},
    rows::{MOST_ROWS, filled},
};
use crate::model::{
    document::{
        After, Agent, Category, CoApplicants, ColumnForm, ExportColumn, LifeEvent, MessageTemplate,
        Mover, Movers, OwnStage, PersonPart, ProcedureDocument, Proof, TemplateUse,
    },
    export::{LineOf, Offered, columns},
    processing::DayCount,
};

/// A page of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Section {
    Basics,
    Together,
    Guide,
    Review,
    Templates,
    Export,
}

impl Section {
    pub(in super::super) const ALL: [Self; 6] = [
        Self::Basics,
        Self::Together,
        Self::Guide,
        Self::Review,
        Self::Templates,
        Self::Export,
    ];

    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            Self::Basics => "basics",
            Self::Together => "together",
            Self::Guide => "guide",
            Self::Review => "review",
            Self::Templates => "templates",
            Self::Export => "export",
        }
    }

    pub(in super::super) fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }
}

/// Where residents look for a procedure, by the names of addresses and texts.
pub(in super::super) const CATEGORIES: [(&str, Category); 9] = [
    ("residence", Category::Residence),
    ("children", Category::Children),
    ("welfare", Category::Welfare),
    ("tax", Category::Tax),
    ("living", Category::Living),
    ("community", Category::Community),
    ("business", Category::Business),
    ("culture", Category::Culture),
    ("government", Category::Government),
];
/// Life events, likewise.
pub(in super::super) const EVENTS: [(&str, LifeEvent); 9] = [
    ("moving-in", LifeEvent::MovingIn),
    ("moving-out", LifeEvent::MovingOut),
    ("moving-within", LifeEvent::MovingWithin),
    ("birth", LifeEvent::Birth),
    ("school", LifeEvent::School),
    ("marriage", LifeEvent::Marriage),
    ("work", LifeEvent::Work),
    ("care", LifeEvent::Care),
    ("death", LifeEvent::Death),
];
/// How sure the town hall must be of who applies.
pub(in super::super) const DAY_COUNTS: [(&str, DayCount); 2] = [
    ("working_days", DayCount::WorkingDays),
    ("calendar_days", DayCount::CalendarDays),
];
pub(in super::super) const PROOFS: [(&str, Proof); 3] = [
    ("none", Proof::None),
    ("email", Proof::Email),
    ("verified", Proof::Verified),
];
/// Who else may apply.
pub(in super::super) const AGENTS: [(&str, Agent); 3] = [
    ("not-allowed", Agent::NotAllowed),
    ("family", Agent::Family),
    ("with-mandate", Agent::WithMandate),
];
/// What co-applicants write about themselves.
pub(in super::super) const PERSON_PARTS: [(&str, PersonPart); 3] = [
    ("name", PersonPart::Name),
    ("birth-date", PersonPart::BirthDate),
    ("address", PersonPart::Address),
];
/// One page or several.
pub(in super::super) const LAYOUTS: [(&str, Layout); 2] =
    [("pages", Layout::Pages), ("single", Layout::Single)];
/// The standard stages after which a procedure can have stages of its own.
pub(in super::super) const AFTERS: [(&str, After); 4] = [
    ("received", After::Received),
    ("checked", After::Checked),
    ("decided", After::Decided),
    ("delivered", After::Delivered),
];
/// What a text of the desk is for.
pub(in super::super) const USES: [(&str, TemplateUse); 4] = [
    ("message", TemplateUse::Message),
    ("correction", TemplateUse::Correction),
    ("approval", TemplateUse::Approval),
    ("refusal", TemplateUse::Refusal),
];

/// Writes a section.
pub(in super::super) fn values(document: &ProcedureDocument, section: Section) -> Fields {
    let mut values = Fields::default();
    match section {
        Section::Basics => put_basics(&mut values, document),
        Section::Together => put_together(&mut values, document.co_applicants.as_ref()),
        Section::Guide => put_guide(&mut values, document),
        Section::Review => {
            if let Some(days) = document.processing_days {
                values.push("processing_days", days.to_string());
            }
            values.push(
                "processing_count",
                named(&DAY_COUNTS, document.processing_count),
            );
            put_stages(&mut values, document);
            values.push("check-rows", document.checklist.len().to_string());
            for (row, line) in document.checklist.iter().enumerate() {
                values.push(&format!("check-{row}-text"), line);
            }
            values.push("retention_years", document.retention.years.to_string());
            values.push("retention_basis", &document.retention.basis);
        }
        Section::Templates => {
            values.push("row-rows", document.templates.len().to_string());
            for (row, template) in document.templates.iter().enumerate() {
                put_template(&mut values, row, template);
            }
        }
        Section::Export => {
            values.push("row-rows", document.export.len().to_string());
            for (row, column) in document.export.iter().enumerate() {
                put_column(&mut values, row, column);
            }
        }
    }
    values
}

fn put_basics(values: &mut Fields, document: &ProcedureDocument) {
    put_text(values, "title", Some(&document.title));
    put_text(values, "summary", Some(&document.summary));
    values.push("department", document.department.as_str());
    values.push("category", named(&CATEGORIES, document.category));
    for event in &document.life_events {
        values.push("life_events", named(&EVENTS, *event));
    }
    values.push("law", document.law.join("\n"));
    values.push("proof", named(&PROOFS, document.proof));
    values.push("agent", named(&AGENTS, document.agent));
    put_text(values, "purpose", Some(&document.personal_data_purpose));
    values.push("layout", named(&LAYOUTS, document.form.layout));
}

fn put_together(values: &mut Fields, rules: Option<&CoApplicants>) {
    let Some(rules) = rules else {
        // What a new rule begins with.
        values.push("at_least", "1");
        values.push("at_most", "1");
        values.push("days", "14");
        return;
    };
    values.push("together", "yes");
    put_text(values, "co_who", Some(&rules.who));
    values.push("at_least", rules.at_least.to_string());
    values.push("at_most", rules.at_most.to_string());
    values.push(
        "needed_if",
        rules.needed_if.as_ref().map_or("", Key::as_str),
    );
    values.push("days", rules.days.to_string());
    for key in &rules.sees {
        values.push("sees", key.as_str());
    }
    put_text(values, "declares", Some(&rules.declares));
    for part in &rules.asks {
        values.push("asks", named(&PERSON_PARTS, *part));
    }
    if rules.verified {
        values.push("co_verified", "yes");
    }
}

fn put_guide(values: &mut Fields, document: &ProcedureDocument) {
    let guide = &document.guide;
    put_text(values, "who", Some(&guide.who));
    put_text(values, "when", guide.when.as_ref());
    values.push("needed-rows", guide.needed.len().to_string());
    for (row, line) in guide.needed.iter().enumerate() {
        put_text(values, &format!("needed-{row}-text"), Some(line));
    }
    put_text(values, "fee", guide.fee.as_ref());
    put_text(values, "afterwards", Some(&guide.afterwards));
    put_text(values, "other_ways", guide.other_ways.as_ref());
    values.push("minutes", guide.minutes.to_string());
    if let Some(condition) = &guide.navigator {
        // A single answer is chosen from the list, anything else is written.
        let name = if Key::new(&condition.0).is_ok() {
            "navigator"
        } else {
            "navigator-expression"
        };
        values.push(name, &condition.0);
    }
}

fn put_stages(values: &mut Fields, document: &ProcedureDocument) {
    values.push("stage-rows", document.stages.len().to_string());
    for (row, stage) in document.stages.iter().enumerate() {
        put_stage(values, row, stage);
    }
    let movers = &document.movers;
    for (name, mover) in [
        ("checked", &movers.checked),
        ("decided", &movers.decided),
        ("delivered", &movers.delivered),
        ("closed", &movers.closed),
    ] {
        put_mover(values, &format!("mover_{name}"), mover.as_ref());
    }
}

fn put_mover(values: &mut Fields, name: &str, mover: Option<&Mover>) {
    values.push(name, mover.map_or("", |mover| mover.0.as_str()));
}

fn put_stage(values: &mut Fields, row: usize, stage: &OwnStage) {
    let name = |part: &str| format!("stage-{row}-{part}");
    put_text(values, &name("title"), Some(&stage.title));
    values.push(&name("after"), named(&AFTERS, stage.after));
    if let Some(days) = stage.days {
        values.push(&name("days"), days.to_string());
    }
    put_mover(values, &name("enter"), stage.enter.as_ref());
    put_mover(values, &name("leave"), stage.leave.as_ref());
    if !stage.shown {
        values.push(&name("hidden"), "yes");
    }
    values.push(&name("key"), stage.key.as_str());
}

fn put_template(values: &mut Fields, row: usize, template: &MessageTemplate) {
    let name = |part: &str| format!("row-{row}-{part}");
    values.push(&name("use_for"), named(&USES, template.use_for));
    values.push(&name("name"), &template.name);
    put_text(values, &name("text"), Some(&template.text));
}

fn put_column(values: &mut Fields, row: usize, column: &ExportColumn) {
    let name = |part: &str| format!("row-{row}-{part}");
    values.push(&name("heading"), &column.heading);
    values.push(&name("from"), &column.from);
    let only_with = column.only_with.as_ref().map_or("", Key::as_str);
    values.push(&name("only_with"), only_with);
    values.push(&name("as"), named(&ColumnForm::ALL, column.written));
    values.push(&name("codes"), codes_text(&column.codes));
    if column.verified {
        values.push(&name("verified"), "yes");
    }
}

/// Codes as they are typed: `male=1`, one a line.
fn codes_text(codes: &BTreeMap<String, String>) -> String {
    codes
        .iter()
        .map(|(value, code)| format!("{value}={code}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Columns for every question and for what is usually told of co-applicants, as the values of the page show them. `heading` gives the
/// heading of each.
pub(in super::super) fn every_column(
    document: &ProcedureDocument,
    heading: impl Fn(&Offered) -> String,
) -> Fields {
    let document = ProcedureDocument {
        export: Vec::new(),
        ..document.clone()
    };
    let mut values = Fields::default();
    // Of a group the first entries: how many there are is another matter with each case.
    let columns = columns(&document, LineOf::Case, |_| 2, heading);
    for (row, column) in columns.iter().enumerate() {
        put_column(&mut values, row, column);
    }
    values.push("row-rows", columns.len().to_string());
    values
}

/// Reads a section into the document.
pub(in super::super) fn read(
    sent: &Fields,
    section: Section,
    document: &mut ProcedureDocument,
) -> Result<(), Vec<Wrong>> {
    let mut wrong = Vec::new();
    match section {
        Section::Basics => basics(sent, document, &mut wrong),
        Section::Together => together(sent, document, &mut wrong),
        Section::Guide => guide(sent, document, &mut wrong),
        Section::Review => review(sent, document, &mut wrong),
        Section::Templates => {
            let read = filled(sent, "row").into_iter();
            let read = read.map(|row| {
                kept(
                    &document.templates,
                    template(sent, row, &mut wrong),
                    |template| {
                        let mut values = Fields::default();
                        put_template(&mut values, 0, template);
                        values
                    },
                )
            });
            document.templates = read.collect();
        }
        Section::Export => {
            let read = filled(sent, "row").into_iter();
            document.export = read.map(|row| column(sent, row, &mut wrong)).collect();
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Takes a text that must be there, unless it reads as the one that stands.
fn settle(standing: &mut Text, sent: &Fields, name: &str, wrong: &mut Vec<Wrong>) {
    let read = needed_text(sent, name, wrong);
    *standing = kept(std::slice::from_ref(standing), read, shown);
}

/// Likewise a text that may be left out.
fn settle_optional(standing: &mut Option<Text>, sent: &Fields, name: &str, wrong: &mut Vec<Wrong>) {
    let read = optional_text(sent, name, wrong);
    *standing = read.map(|read| kept(standing.as_slice(), read, shown));
}

fn shown(text: &Text) -> Fields {
    let mut values = Fields::default();
    put_text(&mut values, "text", Some(text));
    values
}

fn basics(sent: &Fields, document: &mut ProcedureDocument, wrong: &mut Vec<Wrong>) {
    settle(&mut document.title, sent, "title", wrong);
    settle(&mut document.summary, sent, "summary", wrong);
    settle(&mut document.personal_data_purpose, sent, "purpose", wrong);
    match DepartmentCode::new(sent.get("department")) {
        Ok(department) => document.department = department,
        Err(_) => wrong.push(Wrong::new("department", "designer-problem-department")),
    }
    match by_name(&CATEGORIES, sent.get("category")) {
        Some(category) => document.category = category,
        None => wrong.push(Wrong::new("category", "designer-problem-category")),
    }
    let chosen: Vec<LifeEvent> = sent
        .all("life_events")
        .filter_map(|name| by_name(&EVENTS, name))
        .collect();
    ticked(&mut document.life_events, chosen);
    document.law = sent.lines("law");
    document.proof = by_name(&PROOFS, sent.get("proof")).unwrap_or_default();
    document.agent = by_name(&AGENTS, sent.get("agent")).unwrap_or_default();
    document.form.layout = by_name(&LAYOUTS, sent.get("layout")).unwrap_or_default();
}

/// Takes what is ticked: what stood before keeps its order, the rest follows.
fn ticked<T: PartialEq>(standing: &mut Vec<T>, chosen: Vec<T>) {
    standing.retain(|one| chosen.contains(one));
    for one in chosen {
        if !standing.contains(&one) {
            standing.push(one);
        }
    }
}

fn together(sent: &Fields, document: &mut ProcedureDocument, wrong: &mut Vec<Wrong>) {
    if !sent.has("together") {
        document.co_applicants = None;
        return;
    }
    let mut rules = document.co_applicants.take().unwrap_or(CoApplicants {
        who: Text::default(),
        at_least: 1,
        at_most: 1,
        needed_if: None,
        days: 14,
        sees: Vec::new(),
        declares: Text::default(),
        asks: Vec::new(),
        verified: false,
    });
    settle(&mut rules.who, sent, "co_who", wrong);
    settle(&mut rules.declares, sent, "declares", wrong);
    for (name, count) in [
        ("at_least", &mut rules.at_least),
        ("at_most", &mut rules.at_most),
        ("days", &mut rules.days),
    ] {
        match (sent.get(name), number(sent, name, wrong)) {
            ("", _) => wrong.push(Wrong::new(name, "designer-problem-number")),
            (_, Some(read)) => *count = read,
            (_, None) => {}
        }
    }
    rules.needed_if = sent
        .optional("needed_if")
        .and_then(|key| Key::new(key).ok());
    let seen = sent.all("sees").filter_map(|key| Key::new(key).ok());
    ticked(&mut rules.sees, seen.collect());
    let asked = sent
        .all("asks")
        .filter_map(|name| by_name(&PERSON_PARTS, name));
    ticked(&mut rules.asks, asked.collect());
    rules.verified = sent.has("co_verified");
    document.co_applicants = Some(rules);
}

fn guide(sent: &Fields, document: &mut ProcedureDocument, wrong: &mut Vec<Wrong>) {
    let guide = &mut document.guide;
    settle(&mut guide.who, sent, "who", wrong);
    settle_optional(&mut guide.when, sent, "when", wrong);
    let needed = filled(sent, "needed")
        .into_iter()
        .map(|row| needed_text(sent, &format!("needed-{row}-text"), wrong))
        .map(|line| kept(&guide.needed, line, shown))
        .collect();
    guide.needed = needed;
    settle_optional(&mut guide.fee, sent, "fee", wrong);
    settle(&mut guide.afterwards, sent, "afterwards", wrong);
    settle_optional(&mut guide.other_ways, sent, "other_ways", wrong);
    match (sent.get("minutes"), number(sent, "minutes", wrong)) {
        ("", _) => wrong.push(Wrong::new("minutes", "designer-problem-number")),
        (_, Some(minutes)) => guide.minutes = minutes,
        (_, None) => {}
    }
    guide.navigator = match (
        sent.optional("navigator"),
        sent.optional("navigator-expression"),
    ) {
        (Some(_), Some(_)) => {
            wrong.push(Wrong::new(
                "navigator-expression",
                "designer-problem-navigator-twice",
            ));
            None
        }
        (chosen, written) => chosen.or(written).map(Expression),
    };
}

fn review(sent: &Fields, document: &mut ProcedureDocument, wrong: &mut Vec<Wrong>) {
    document.processing_days = number(sent, "processing_days", wrong);
    document.processing_count =
        by_name(&DAY_COUNTS, sent.get("processing_count")).unwrap_or_default();
    stages(sent, document, wrong);
    document.checklist = filled(sent, "check")
        .into_iter()
        .map(|row| sent.get(&format!("check-{row}-text")).to_owned())
        .collect();
    match (
        sent.get("retention_years"),
        number(sent, "retention_years", wrong),
    ) {
        ("", _) => wrong.push(Wrong::new("retention_years", "designer-problem-number")),
        (_, Some(years)) => document.retention.years = years,
        (_, None) => {}
    }
    match sent.optional("retention_basis") {
        Some(basis) => document.retention.basis = basis,
        None => wrong.push(Wrong::new("retention_basis", "designer-problem-basis")),
    }
}

fn stages(sent: &Fields, document: &mut ProcedureDocument, wrong: &mut Vec<Wrong>) {
    let mut read: Vec<OwnStage> = Vec::new();
    for row in filled(sent, "stage") {
        let name = |part: &str| format!("stage-{row}-{part}");
        let key = match sent.optional(&name("key")) {
            Some(key) => Key::new(key),
            // A key that no stage has, here or in the rows to come.
            None => (1..=2 * MOST_ROWS)
                .map(|number| format!("stage_{number}"))
                .find(|key| {
                    sent.pairs().all(|(_, value)| value != key)
                        && read.iter().all(|stage| stage.key.as_str() != key)
                })
                .map_or(Key::new("stage"), Key::new),
        };
        let Ok(key) = key else {
            wrong.push(Wrong::new(name("key"), "designer-problem-stage-key"));
            continue;
        };
        let stage = OwnStage {
            key,
            after: by_name(&AFTERS, sent.get(&name("after"))).unwrap_or(After::Checked),
            title: needed_text(sent, &name("title"), wrong),
            shown: !sent.has(&name("hidden")),
            days: number(sent, &name("days"), wrong),
            enter: mover(sent, &name("enter")),
            leave: mover(sent, &name("leave")),
        };
        read.push(kept(&document.stages, stage, |stage| {
            let mut values = Fields::default();
            put_stage(&mut values, 0, stage);
            values
        }));
    }
    document.stages = read;
    document.movers = Movers {
        checked: mover(sent, "mover_checked"),
        decided: mover(sent, "mover_decided"),
        delivered: mover(sent, "mover_delivered"),
        closed: mover(sent, "mover_closed"),
    };
}

fn mover(sent: &Fields, name: &str) -> Option<Mover> {
    sent.optional(name).map(Mover)
}

fn template(sent: &Fields, row: usize, wrong: &mut Vec<Wrong>) -> MessageTemplate {
    let name = |part: &str| format!("row-{row}-{part}");
    if sent.get(&name("name")).is_empty() {
        wrong.push(Wrong::new(name("name"), "designer-problem-name"));
    }
    MessageTemplate {
        use_for: by_name(&USES, sent.get(&name("use_for"))).unwrap_or(TemplateUse::Message),
        name: sent.get(&name("name")).to_owned(),
        text: needed_text(sent, &name("text"), wrong),
    }
}

fn column(sent: &Fields, row: usize, wrong: &mut Vec<Wrong>) -> ExportColumn {
    let name = |part: &str| format!("row-{row}-{part}");
    for (part, text) in [
        ("heading", "designer-problem-heading"),
        ("from", "designer-problem-source"),
    ] {
        if sent.get(&name(part)).is_empty() {
            wrong.push(Wrong::new(name(part), text));
        }
    }
    let mut codes = BTreeMap::new();
    for line in sent.get(&name("codes")).lines() {
        match line.split_once('=') {
            Some((value, code)) => {
                codes.insert(value.trim().to_owned(), code.trim().to_owned());
            }
            None if line.trim().is_empty() => {}
            None => wrong.push(Wrong::about(name("codes"), "designer-problem-code", line)),
        }
    }
    ExportColumn {
        heading: sent.get(&name("heading")).to_owned(),
        from: sent.get(&name("from")).to_owned(),
        written: by_name(&ColumnForm::ALL, sent.get(&name("as"))).unwrap_or_default(),
        codes,
        only_with: sent
            .optional(&name("only_with"))
            .and_then(|key| Key::new(key).ok()),
        verified: sent.has(&name("verified")),
    }
}
