//! The form in staff's hands: everything on one page, with what only the desk knows.

use askama::Template;
use axum::{
    extract::{Path, Request},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::ToSpan as _;
use yakuba_city::{AuditEntry, web::Problem};
use yakuba_forms::{
    Evaluation, FieldProblem, Form, Marks, Outcome, Wish,
    model::document::{FieldKind, FormPage, Prefill},
};
use yakuba_kernel::{Channel, Wareki};
use yakuba_ui::{
    CheckboxGroup, Choice, DateField, DescriptionList, Fields, FormErrors, Html, RadioGroup,
    Select, TextField, Words, done, format,
};

use super::{Open, START, channel_text, counter_page, own_entry, private};
use crate::{
    desk::room::Room,
    error::ProcedureError,
    model::{
        document::Agent,
        proven::Filling,
        visit::{EntryNotes, IdentityDocument, ShortCode, attribute_name, fields_by_attribute},
    },
    pages::{Applicant, Sent, look_up, problem_at, slot_gone},
    slots,
    store::{
        cases::AgentContact,
        counter_codes::{self, UseFor},
        drafts,
    },
};

/// What staff can compare with a document.
const ON_DOCUMENTS: [Prefill; 3] = [Prefill::Name, Prefill::Address, Prefill::BirthDate];

#[derive(Template)]
#[template(path = "counter/fill.html")]
struct Body {
    words: Words,
    errors: yakuba_ui::ErrorSummary,
    about: DescriptionList,
    action: String,
    files: bool,
    arrived: Option<DateField>,
    identity: Option<(Select, CheckboxGroup)>,
    account: Option<TextField>,
    account_open: bool,
    who: Option<Who>,
    controls: Html,
    left_out: Html,
    /// The questions without an answer that a paper may be received without, as labels.
    gaps: Vec<String>,
}

/// The questions who applies.
struct Who {
    /// Whether an agent's questions are open.
    open: bool,
    choice: RadioGroup,
    name: TextField,
    relation: TextField,
    phone: TextField,
    mandate: Option<CheckboxGroup>,
}

pub(super) async fn page(room: Room, Path(number): Path<i64>) -> Result<Response, Problem> {
    let open = match Open::of(&room, number).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let evaluation = open.evaluation(&room);
    let mut problems = Vec::new();
    if room.query.get("slot") == "taken" {
        problems.extend(slots::gone(&open.form, slot_gone()));
    }
    show(
        &room,
        &open,
        &evaluation,
        &problems,
        &FormErrors::new(),
        &Fields::default(),
    )
    .await
}

/// Where another time is chosen.
pub(super) fn slot_taken(open: &Open) -> String {
    format!("{}?slot=taken", open.base())
}

/// What a field that may be left out is called: its label, in a group with the number of the entry.
fn label(form: &Form, path: &str, language: yakuba_ui::Language) -> String {
    let label = form
        .field_at_path(path)
        .map_or("", |field| field.label.get(language));
    match path
        .split('.')
        .nth(1)
        .and_then(|part| part.parse::<u32>().ok())
    {
        Some(entry) => format::with_note(label, entry + 1, language),
        None => label.to_owned(),
    }
}

async fn show(
    room: &Room,
    open: &Open,
    evaluation: &Evaluation,
    problems: &[FieldProblem],
    errors: &FormErrors,
    typed: &Fields,
) -> Result<Response, Problem> {
    let mut marks = Marks::new();
    look_up::mark(
        &room.city,
        &open.form,
        &open.contents.answers,
        Some(room.query.get("look_up")).filter(|path| !path.is_empty()),
        &mut marks,
    )
    .await?;
    slots::offer(&room.city, &open.form, open.entry.draft.id, &mut marks).await?;
    let (words, language) = (room.counter_words(), room.language());
    let notes = &open.notes;
    let arrived = (open.entry.channel == Channel::Paper).then(|| {
        let field = DateField::new(language, "desk-arrived", words.get("counter-arrived"))
            .support(arrived_support(room))
            .required()
            .errors(errors);
        if typed.has("desk-arrived_year") {
            field.typed(
                typed.get("desk-arrived_year"),
                typed.get("desk-arrived_month"),
                typed.get("desk-arrived_day"),
            )
        } else {
            field.value(notes.arrived_on)
        }
    });
    let (files, emails) = EntryNotes::may_be_left_out(&open.form, evaluation);
    let mut left_out = Html::empty();
    for (name, key, paths, chosen) in [
        ("desk-on-paper", "counter-on-paper", files, &notes.on_paper),
        ("desk-has-none", "counter-has-none", emails, &notes.has_none),
    ] {
        if paths.is_empty() {
            continue;
        }
        let group = paths.into_iter().fold(
            CheckboxGroup::new(language, name, words.get(key))
                .support(words.get(&format!("{key}-support"))),
            |group, path| {
                let is_chosen = chosen.contains(&path);
                group.choice(
                    Choice::new(&path, label(&open.form, &path, language)).chosen(is_chosen),
                )
            },
        );
        left_out.push(&group);
    }
    let body = Body {
        words,
        errors: errors.summary(language),
        about: DescriptionList::new()
            .text(
                words.get("counter-column-channel"),
                channel_text(words, open.entry.channel),
            )
            .text(
                words.get("counter-guide-needed"),
                open.document
                    .guide
                    .needed
                    .iter()
                    .map(|line| line.get(language))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
        action: open.base(),
        files: open
            .document
            .form
            .pages
            .iter()
            .any(FormPage::asks_for_files),
        arrived,
        identity: (open.entry.channel == Channel::Counter)
            .then(|| identity(open, words))
            .flatten(),
        account_open: errors.get("code").is_some(),
        account: (open.entry.channel == Channel::Counter).then(|| {
            TextField::new(language, "code", words.get("counter-account"))
                .support(words.get("counter-account-support"))
                .value(typed.get("code"))
                .width(12)
                .errors(errors)
        }),
        who: open
            .asks_who_applies()
            .then(|| who(open, words, errors, typed)),
        controls: open.form.render_all_marked(
            &open.contents.answers,
            evaluation,
            problems,
            &marks,
            language,
        ),
        left_out,
        gaps: if open.entry.channel == Channel::Paper {
            EntryNotes::unanswered(&open.contents.answers, problems)
                .iter()
                .map(|path| label(&open.form, path, language))
                .collect()
        } else {
            Vec::new()
        },
    };
    let page = counter_page(room, open.title(language), &body)
        .breadcrumb(words.get("counter-title"), START)
        .with_errors(!errors.is_empty() || !problems.is_empty());
    Ok(private(page))
}

/// How the day of arrival is typed, with this year in both ways of counting, because papers are stamped by era.
fn arrived_support(room: &Room) -> String {
    let today = room.city.today();
    let era = Wareki::from_date(today).map_or_else(String::new, |year| year.to_string());
    room.counter_words()
        .with(
            "counter-arrived-support",
            &[
                ("year", today.year().to_string().into()),
                ("era", era.into()),
            ],
        )
        .into_owned()
}

/// Which document was looked at, and what on it was compared.
fn identity(open: &Open, words: Words) -> Option<(Select, CheckboxGroup)> {
    let language = words.language();
    let asked: Vec<Prefill> = fields_by_attribute(&open.form)
        .into_iter()
        .map(|(attribute, _)| attribute)
        .filter(|attribute| ON_DOCUMENTS.contains(attribute))
        .collect();
    if asked.is_empty() {
        return None;
    }
    let verified = open.notes.verified_now(&open.form, &open.contents.answers);
    let document = verified.values().next();
    let select = Select::new(
        language,
        "desk-document",
        words.get("counter-identity-document"),
    )
    .choice(Choice::new("", words.get("counter-identity-none")))
    .choices(IdentityDocument::ALL.map(|document| {
        Choice::new(
            document.as_str(),
            words.get(&format!("counter-identity-{}", document.as_str())),
        )
    }))
    .value(document.map_or("", |how| match how {
        crate::model::visit::How::Document(document) => document.as_str(),
        crate::model::visit::How::Account => "",
    }));
    let compared = asked.into_iter().fold(
        CheckboxGroup::new(
            language,
            "desk-compared",
            words.get("counter-identity-compared"),
        )
        .support(words.get("counter-identity-support"))
        .inline(),
        |group, attribute| {
            let name = attribute_name(attribute);
            group.choice(
                Choice::new(name, words.get(&format!("counter-attribute-{name}")))
                    .chosen(verified.contains_key(name)),
            )
        },
    );
    Some((select, compared))
}

fn who(open: &Open, words: Words, errors: &FormErrors, typed: &Fields) -> Who {
    let language = words.language();
    let kept = open.contents.agent();
    let text = |name: &str, kept: Option<&str>| -> String {
        if typed.has(name) {
            typed.get(name).to_owned()
        } else {
            kept.unwrap_or_default().to_owned()
        }
    };
    let chosen = match &open.contents.applicant {
        _ if typed.has("desk-who") => typed.get("desk-who").to_owned(),
        None => String::new(),
        Some(Applicant::Person) => "person".to_owned(),
        Some(Applicant::Agent(_)) => "agent".to_owned(),
    };
    Who {
        open: chosen == "agent",
        choice: RadioGroup::new(language, "desk-who", words.get("counter-who"))
            .choice(Choice::new("person", words.get("counter-who-person")))
            .choice(Choice::new("agent", words.get("counter-who-agent")))
            .value(&chosen)
            .inline()
            .required()
            .errors(errors),
        name: TextField::new(language, "desk-agent-name", words.get("counter-agent-name"))
            .value(text(
                "desk-agent-name",
                kept.map(|agent| agent.name.as_str()),
            ))
            .errors(errors),
        relation: TextField::new(
            language,
            "desk-agent-relation",
            words.get("counter-agent-relation"),
        )
        .value(text(
            "desk-agent-relation",
            kept.map(|agent| agent.relation.as_str()),
        ))
        .errors(errors),
        phone: TextField::new(
            language,
            "desk-agent-phone",
            words.get("counter-agent-phone"),
        )
        .value(text(
            "desk-agent-phone",
            kept.map(|agent| agent.phone.as_str()),
        ))
        .errors(errors),
        mandate: (open.document.agent == Agent::WithMandate).then(|| {
            CheckboxGroup::new(language, "desk-mandate", words.get("counter-agent-mandate"))
                .choice(
                    Choice::new("seen", words.get("counter-agent-mandate-seen"))
                        .chosen(open.notes.mandate_seen),
                )
                .errors(errors)
        }),
    }
}

/// Reads the day of arrival; an error when it is missing or cannot be.
fn read_arrived(room: &Room, open: &mut Open, fields: &Fields, errors: &mut FormErrors) {
    let today = room.city.today();
    let words = room.counter_words();
    match fields.date("desk-arrived") {
        None => {
            open.notes.arrived_on = None;
            errors.add("desk-arrived", words.get("counter-arrived-missing"));
        }
        Some(day) if day > today => {
            errors.add("desk-arrived", words.get("counter-arrived-future"));
        }
        Some(day) if day < today.checked_sub(1.year()).unwrap_or(today) => {
            errors.add("desk-arrived", words.get("counter-arrived-old"));
        }
        Some(day) => open.notes.arrived_on = Some(day),
    }
}

/// Reads who applies.
fn read_who(room: &Room, open: &mut Open, fields: &Fields, errors: &mut FormErrors) {
    let words = room.counter_words();
    let short = |name: &str| fields.get(name).chars().take(200).collect::<String>();
    match fields.get("desk-who") {
        "person" => {
            open.contents.applicant = Some(Applicant::Person);
            open.notes.mandate_seen = false;
        }
        "agent" => {
            let agent = AgentContact {
                name: short("desk-agent-name"),
                relation: short("desk-agent-relation"),
                phone: short("desk-agent-phone"),
                mandate: open
                    .contents
                    .agent()
                    .and_then(|earlier| earlier.mandate.clone()),
            };
            let before = errors.is_empty();
            for (value, field) in [
                (&agent.name, "desk-agent-name"),
                (&agent.relation, "desk-agent-relation"),
                (&agent.phone, "desk-agent-phone"),
            ] {
                if value.is_empty() {
                    errors.add(field, words.get("counter-agent-missing"));
                }
            }
            open.notes.mandate_seen = fields.get("desk-mandate") == "seen";
            if open.document.agent == Agent::WithMandate
                && !open.notes.mandate_seen
                && agent.mandate.is_none()
            {
                errors.add("desk-mandate", words.get("counter-agent-mandate-missing"));
            }
            open.contents.applicant =
                (before == errors.is_empty()).then_some(Applicant::Agent(agent));
        }
        _ => {
            open.contents.applicant = None;
            errors.add("desk-who", words.get("counter-who-missing"));
        }
    }
}

pub(super) async fn answer(
    room: Room,
    Path(number): Path<i64>,
    request: Request,
) -> Result<Response, Problem> {
    let mut open = match Open::of(&room, number).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let mut sent = Sent::read(request).await?;
    let fields = Fields::new(sent.pairs.clone());
    let mut errors = FormErrors::new();
    if open.entry.channel == Channel::Paper {
        read_arrived(&room, &mut open, &fields, &mut errors);
    }
    if open.asks_who_applies() {
        read_who(&room, &mut open, &fields, &mut errors);
    }
    let day = open.day(&room);
    let form = open.form.clone();
    let read = form.read_all(&sent.pairs, &mut open.contents.answers, day);
    let (mut evaluation, mut problems) = (read.evaluation, read.problems);
    let mut added = Vec::new();
    if sent.has_files() {
        let shown = evaluation.clone();
        let (taken, refused) = sent
            .take_files(&form, &mut open.contents.answers, |path| {
                shown.is_shown(path)
            })
            .await?;
        added = taken;
        evaluation = form.evaluate(&open.contents.answers, day);
        // What was missing without the files may be there now.
        problems.retain(|problem| {
            evaluation
                .problems
                .iter()
                .any(|still| still.path() == problem.path())
        });
        for (path, message) in refused {
            problems.retain(|problem| problem.path() != path);
            let page = page_of(&form, &path);
            problems.extend(problem_at(&form, &page, &path, message));
        }
    }
    let noted = |name: &str, fits: fn(&FieldKind) -> bool| -> Vec<String> {
        fields
            .all(name)
            .filter(|path| {
                form.field_at_path(path)
                    .is_some_and(|field| fits(&field.kind))
            })
            .map(str::to_owned)
            .collect()
    };
    open.notes.on_paper = noted("desk-on-paper", |kind| {
        matches!(kind, FieldKind::File { .. })
    });
    open.notes.has_none = noted("desk-has-none", |kind| matches!(kind, FieldKind::Email));
    if open.entry.channel == Channel::Counter {
        let compared: Vec<Prefill> = ON_DOCUMENTS
            .into_iter()
            .filter(|attribute| {
                fields
                    .all("desk-compared")
                    .any(|name| name == attribute_name(*attribute))
            })
            .collect();
        match IdentityDocument::named(fields.get("desk-document")) {
            Some(document) => {
                open.notes
                    .verify(&form, &open.contents.answers, &compared, document);
            }
            None if !compared.is_empty() => errors.add(
                "desk-document",
                room.counter_words().get("counter-identity-missing"),
            ),
            None => open.notes.verified.clear(),
        }
    }
    problems = open
        .notes
        .left_open(&form, &open.contents.answers, &problems);
    if open.entry.channel == Channel::Paper {
        let missing = EntryNotes::unanswered(&open.contents.answers, &problems);
        if fields.get("action") == "gaps" {
            open.notes.gaps.extend(missing);
        }
        open.notes.gaps = open.gaps(&evaluation);
        problems = open
            .notes
            .left_open(&form, &open.contents.answers, &problems);
    }
    let wish = Wish::read(fields.get("action"));
    if let Some(wish) = &wish {
        look_up::carry_out(&room.city, &form, &mut open.contents.answers, wish).await?;
    }
    if !open.save_with_slot(&room, &added).await? {
        return Ok(Redirect::to(&slot_taken(&open)).into_response());
    }
    if let Some(wish) = wish {
        let to = look_up::back_to(&open.base(), false, &wish);
        return Ok(Redirect::to(&to).into_response());
    }
    if fields.get("action") == "later" {
        return Ok(done(START, "kept"));
    }
    if let Outcome::Changed(id) = read.outcome {
        return Ok(Redirect::to(&format!("{}#{id}", open.base())).into_response());
    }
    if !problems.is_empty() || !errors.is_empty() {
        return show(&room, &open, &evaluation, &problems, &errors, &fields).await;
    }
    if open.left_open(&evaluation).is_empty() && read.new_questions.is_empty() {
        return Ok(Redirect::to(&format!("{}/check", open.base())).into_response());
    }
    // What was answered is right, and brings up further questions, perhaps optional ones.
    Ok(done(&open.base(), "more"))
}

/// The page on which the field of a path stands.
pub(crate) fn page_of(form: &Form, path: &str) -> String {
    let top = path.split('.').next().unwrap_or_default();
    form.document()
        .pages
        .iter()
        .find(|page| page.fields.iter().any(|field| field.key.as_str() == top))
        .map_or_else(String::new, |page| page.key.as_str().to_owned())
}

/// Fills in what is proved by the account whose code the visitor shows, where nothing was entered yet.
pub(super) async fn account(
    room: Room,
    Path(number): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut open = match Open::of(&room, number).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    if open.entry.channel != Channel::Counter {
        return Err(Problem::NotFound);
    }
    let mut errors = FormErrors::new();
    let key = room.key()?;
    let taken = match fields.get("code").parse::<ShortCode>() {
        Err(_) => {
            errors.add("code", room.counter_words().get("counter-code-mistyped"));
            None
        }
        Ok(code) => {
            let taken = room
                .write((key.clone(), code), |tx, (key, code)| {
                    Box::pin(async move {
                        let taken = counter_codes::take(tx, key, UseFor::Resident, code).await?;
                        if let Some(resident) = taken {
                            tx.audit(AuditEntry::new(
                                "procedures.identify",
                                format!("resident/{resident}"),
                            ));
                        }
                        Ok::<_, ProcedureError>(taken)
                    })
                })
                .await?;
            if taken.is_none() {
                errors.add("code", room.counter_words().get("counter-code-unknown"));
            }
            taken
        }
    };
    open.proven = super::proven(&room, taken).await?;
    if taken.is_some() && open.proven.person.is_none() {
        errors.add(
            "code",
            room.counter_words().get("counter-account-unverified"),
        );
    }
    if !errors.is_empty() {
        let evaluation = open.evaluation(&room);
        return show(&room, &open, &evaluation, &[], &errors, &fields).await;
    }
    open.notes.resident = taken;
    for field in open
        .document
        .form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
    {
        let key = field.key.as_str();
        let answers = &mut open.contents.answers;
        if answers.get(key).is_some() || answers.typed(key).is_some() {
            continue;
        }
        match open.proven.filling(field) {
            Some(Filling::Answer(answer)) => answers.set(field.key.clone(), answer),
            Some(Filling::Part(typed)) => answers.set_typed(field.key.clone(), typed),
            None => {}
        }
    }
    if !open.save_with_slot(&room, &[]).await? {
        return Ok(Redirect::to(&slot_taken(&open)).into_response());
    }
    Ok(done(&open.base(), "account"))
}

/// Throws away what was entered.
pub(super) async fn discard(room: Room, Path(number): Path<i64>) -> Result<Response, Problem> {
    let entry = own_entry(&room, number).await?;
    if entry.draft.case.is_none() {
        room.write(number, |tx, number| Box::pin(drafts::discard(tx, *number)))
            .await?;
    }
    Ok(done(START, "discarded"))
}
