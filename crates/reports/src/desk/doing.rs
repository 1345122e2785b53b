//! What staff do with a report. Each step checks the department, writes, and leads back to the report.

use axum::{
    extract::{Path, Request},
    response::Response,
};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Text;
use yakuba_identity::Receipt;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Fields, FormErrors, done};

use super::{
    HOME,
    room::{Room, href},
    show::{shown, typed_besides},
};
use crate::{
    capabilities::WORK,
    error::ReportError,
    model::{
        rules::{Rules, Sentence},
        state::State,
    },
    pages::{asked::plain, sent::Sent},
    store::{
        self, Report,
        steps::{self, Routing, Turn, Wording, seal_note},
    },
};

/// Letters of a public text or a note at most.
const MOST: usize = 2_000;

/// The field that a failure is about; none when it is about no field.
const fn field_of(error: &ReportError) -> Option<&'static str> {
    match error {
        ReportError::WrongState { .. } => Some("state"),
        ReportError::NoReason => Some("turn_text"),
        ReportError::NoAuthority => Some("authority"),
        ReportError::CannotMerge => Some("into"),
        _ => None,
    }
}

/// The fields of a step, by the word for what was done.
fn own_fields(word: &str) -> &'static [&'static str] {
    match word {
        "turned" => &[
            "state",
            "sentence",
            "turn_text",
            "authority",
            "into",
            "into_near",
        ],
        "routed" => &["category", "department"],
        "worded" => &["public_place", "public_text", "is_shown"],
        "photos" => &["released", "photos"],
        "assigned" => &["account"],
        "noted" => &["note"],
        _ => &[],
    }
}

/// Leads back to the report, or says there why it stays as it was, with what was typed.
async fn after(
    mut room: Room,
    found: &Report,
    outcome: Result<(), ReportError>,
    word: &str,
    typed: &Fields,
) -> Result<Response, Problem> {
    let Err(error) = outcome else {
        // What else stands in the form is not lost with what was done.
        let Some(rest) = typed_besides(&room, found, typed, own_fields(word)).await? else {
            return Ok(done(&href(found.id), word));
        };
        let now = room.report(found.id).await?;
        room.query.push("done", word);
        return shown(&room, &now, &FormErrors::new(), &rest).await;
    };
    let Some(sentence) = room.sentence(&error) else {
        return Err(error.into());
    };
    let mut errors = FormErrors::new();
    match (field_of(&error), &error) {
        (Some(field), _) => errors.add(field, sentence),
        // The page finds out itself that somebody else was first.
        (None, ReportError::ChangedMeanwhile) => {}
        (None, _) => room.refuse(sentence),
    }
    // As it is now, not as it was.
    let found = room.report(found.id).await?;
    shown(&room, &found, &errors, typed).await
}

/// A text that was typed; too long goes to `errors`.
fn typed(room: &Room, fields: &Fields, name: &str, errors: &mut FormErrors) -> String {
    let text = plain(fields.get(name), MOST + 1);
    if text.chars().count() > MOST {
        errors.add(name, room.t("desk-problem-long"));
    }
    text
}

/// The public number of the report that another is merged into: chosen of those nearby, or written as a number or an address. What is not
/// known stays as it was written, and is refused.
async fn merged_into(room: &Room, fields: &Fields) -> Result<String, Problem> {
    let written = fields.get("into").trim();
    if written.is_empty() {
        return Ok(fields.get("into_near").to_owned());
    }
    if let Ok(number) = written.parse::<Receipt>()
        && let Some(found) = store::by_number(room.db(), room.key(), &number).await?
    {
        return Ok(found.public_id);
    }
    // The last part of an address: of the public page, or of the one at the desk.
    let path = written.split(['?', '#']).next().unwrap_or_default();
    let last = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    if path.contains("/desk/reports/")
        && let Ok(id) = last.parse::<i64>()
    {
        return Ok(match room.report(id).await {
            Ok(found) => found.public_id,
            Err(Problem::NotFound) => String::new(),
            Err(problem) => return Err(problem),
        });
    }
    Ok(last.to_owned())
}

/// The ready sentence that was chosen.
pub(super) fn chosen_sentence<'a>(rules: &'a Rules, fields: &Fields) -> Option<&'a Sentence> {
    let place: usize = fields.get("sentence").parse().ok()?;
    rules.sentences.get(place)
}

/// What is told with a new state: what was typed, else the sentence that was chosen.
pub(super) fn words_told(own: String, sentence: Option<&Sentence>) -> Text {
    match sentence {
        _ if !own.is_empty() => Text::japanese(own),
        Some(sentence) => sentence.text.clone(),
        None => Text::default(),
    }
}

/// The key of the authority that was chosen; empty for none.
pub(super) fn chosen_authority(rules: &Rules, fields: &Fields) -> String {
    rules
        .authority(fields.get("authority"))
        .map_or("", |authority| authority.key.as_str())
        .to_owned()
}

pub(super) async fn turn(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    let mut errors = FormErrors::new();
    let own = typed(&room, &fields, "turn_text", &mut errors);
    let state = State::read(fields.get("state"));
    if state.is_none() {
        errors.add("state", room.t("desk-problem-required"));
    }
    let (Some(state), true) = (state, errors.is_empty()) else {
        return shown(&room, &found, &errors, &fields).await;
    };
    let rules = &room.current.rules;
    let sentence = chosen_sentence(rules, &fields);
    // Whoever reads it would read nothing, or that what is planned is done.
    if own.is_empty() && sentence.is_some_and(|sentence| sentence.state != state.name()) {
        errors.add("sentence", room.t("desk-problem-sentence"));
        return shown(&room, &found, &errors, &fields).await;
    }
    let text = words_told(own, sentence);
    let authority = chosen_authority(rules, &fields);
    let input = Turn {
        report: found.id,
        revision: fields.revision(),
        state,
        text,
        authority,
        into: if state == State::Merged {
            merged_into(&room, &fields).await?
        } else {
            String::new()
        },
    };
    let outcome = room
        .write(input, |tx, input| Box::pin(steps::turn(tx, input)))
        .await;
    after(room, &found, outcome, "turned", &fields).await
}

pub(super) async fn route(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    let rules = &room.current.rules;
    let Some(category) = rules.category(fields.get("category")) else {
        return Err(Problem::BadRequest(room.t("desk-problem-required")));
    };
    let department = match fields.get("department") {
        "" => Some(category.department_in(&found.area).clone()),
        code => DepartmentCode::new(code).ok(),
    };
    let known = room.all_departments().await?;
    let Some(department) = department.filter(|code| known.contains_key(code)) else {
        let mut errors = FormErrors::new();
        errors.add("department", room.t("desk-problem-department"));
        return shown(&room, &found, &errors, &fields).await;
    };
    let stays = room.principal.holds_in(WORK, &department);
    let input = Routing {
        report: found.id,
        revision: fields.revision(),
        category: category.key.as_str().to_owned(),
        department,
        days: category.days,
    };
    let outcome = room
        .write(input, |tx, input| Box::pin(steps::route(tx, input)))
        .await;
    if outcome.is_ok() && !stays {
        // It is another department's from now on.
        return Ok(done(HOME, "routed"));
    }
    after(room, &found, outcome, "routed", &fields).await
}

pub(super) async fn word(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    let mut errors = FormErrors::new();
    let place = typed(&room, &fields, "public_place", &mut errors);
    let text = typed(&room, &fields, "public_text", &mut errors);
    if !errors.is_empty() {
        return shown(&room, &found, &errors, &fields).await;
    }
    let category = room.current.rules.category(&found.category);
    let input = Wording {
        report: found.id,
        revision: fields.revision(),
        place: place.replace('\n', " "),
        text,
        is_shown: fields.get("is_shown") != "0",
        also: category.map_or_else(String::new, |category| category.name.ja.clone()),
    };
    let outcome = room
        .write(input, |tx, input| Box::pin(steps::word(tx, input)))
        .await;
    after(room, &found, outcome, "worded", &fields).await
}

pub(super) async fn release(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    let released: Vec<String> = fields.all("released").map(str::to_owned).collect();
    let input = (found.id, fields.revision(), released);
    let outcome = room
        .write(input, |tx, (report, revision, released)| {
            Box::pin(steps::release(tx, *report, *revision, released))
        })
        .await;
    after(room, &found, outcome, "photos", &fields).await
}

pub(super) async fn add_photos(
    room: Room,
    Path(id): Path<i64>,
    request: Request,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    let mut sent = Sent::read(request).await?;
    let (mut errors, mut new) = (FormErrors::new(), Vec::new());
    for photo in sent.photos(&room.city, room.key()).await? {
        match photo {
            Ok(taken) => new.push(taken.sealed),
            Err(message) => errors.add("photos", message.in_language(room.language()).into_owned()),
        }
    }
    if errors.is_empty() && new.is_empty() {
        errors.add("photos", room.t("desk-problem-required"));
    }
    if !errors.is_empty() {
        return shown(&room, &found, &errors, &sent.fields).await;
    }
    let outcome = room
        .write((found.id, new), |tx, (report, new)| {
            Box::pin(steps::add_photos(tx, *report, new))
        })
        .await;
    after(room, &found, outcome, "photos", &sent.fields).await
}

pub(super) async fn note(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    let mut errors = FormErrors::new();
    let note = typed(&room, &fields, "note", &mut errors);
    if note.is_empty() {
        errors.add("note", room.t("desk-problem-required"));
    }
    if !errors.is_empty() {
        return shown(&room, &found, &errors, &fields).await;
    }
    let sealed = seal_note(room.key(), found.id, &note)?;
    let outcome = room
        .write((found.id, sealed), |tx, (report, sealed)| {
            Box::pin(steps::note(tx, *report, sealed))
        })
        .await;
    after(room, &found, outcome, "noted", &fields).await
}

pub(super) async fn assign(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    let account = fields.integer("account");
    if let Some(account) = account {
        let today = room.city.today();
        let colleagues = yakuba_identity::colleagues(room.db(), &found.department, today).await?;
        if colleagues.iter().all(|(known, _)| *known != account) {
            return Err(Problem::BadRequest(room.t("desk-problem-required")));
        }
    }
    let input = (found.id, fields.revision(), account);
    let outcome = room
        .write(input, |tx, (report, revision, account)| {
            Box::pin(steps::assign(tx, *report, *revision, *account))
        })
        .await;
    after(room, &found, outcome, "assigned", &fields).await
}
