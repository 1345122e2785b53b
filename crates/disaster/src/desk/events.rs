//! A disaster is opened, told about and closed.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use yakuba_city::{Emergency, EmergencyKind, Said, emergencies, web::Problem};
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FormErrors, Select, TextArea, TextField, Words, done, format,
};

use super::{HOME, room::Room};
use crate::{
    capabilities::{LEAD, ROADS, SHELTER},
    error::DisasterError,
    pages::asked::{emergency_name, named_key},
    store::{
        closures,
        events::{self, Opening},
        shelters::{Filter, shelters},
    },
};

/// Letters of a name at most.
const MOST_NAME: usize = 60;
/// Letters of a notice at most.
const MOST_NOTICE: usize = 400;
/// The languages, with the ending of their fields.
const LANGUAGES: [&str; 3] = ["ja", "easy", "en"];

struct Event {
    id: i64,
    revision: i64,
    name: String,
    about: String,
    names: Vec<TextField>,
    notices: Vec<TextArea>,
}

struct Over {
    name: String,
    about: String,
}

struct New {
    kind: Select,
    names: Vec<TextField>,
    notices: Vec<TextArea>,
    begun: TextField,
    is_unfolded: bool,
}

#[derive(Template)]
#[template(path = "desk/events.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    may_shelter: bool,
    may_roads: bool,
    open: Vec<Event>,
    over: Vec<Over>,
    new: Option<New>,
    figures: Vec<String>,
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    shown(&room, &Fields::default(), &FormErrors::new()).await
}

async fn shown(room: &Room, typed: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    let may = |capability| room.principal.holds(capability);
    let (may_lead, may_shelter, may_roads) = (may(LEAD), may(SHELTER), may(ROADS));
    if !(may_lead || may_shelter || may_roads) {
        return Err(Problem::NotAllowed);
    }
    let language = room.language();
    let all = emergencies(room.db()).await?;
    let open: Vec<Event> = all
        .iter()
        .filter(|one| one.ended_at.is_none())
        .map(|one| Event {
            id: one.id,
            revision: one.revision,
            name: emergency_name(one, language),
            about: room
                .public()
                .with_text("disaster-since", "at", &room.moment(one.begun_at))
                .into_owned(),
            names: names(
                room,
                &format!("-{}", one.id),
                |language| name_of(one, language),
                &FormErrors::new(),
            ),
            notices: notices(
                room,
                &format!("-{}", one.id),
                |language| notice_of(one, language),
                &FormErrors::new(),
            ),
        })
        .collect();
    let over = all
        .iter()
        .filter_map(|one| {
            Some(Over {
                name: emergency_name(one, language),
                about: room
                    .public()
                    .with(
                        "disaster-from-to",
                        &[
                            ("from", room.moment(one.begun_at).into()),
                            ("to", room.moment(one.ended_at?).into()),
                        ],
                    )
                    .into_owned(),
            })
        })
        .collect();
    let new = may_lead.then(|| New {
        is_unfolded: open.is_empty() || !errors.is_empty(),
        kind: EmergencyKind::ALL
            .into_iter()
            .fold(
                Select::new(language, "kind", room.t("desk-kind")).ask(),
                |select, kind| {
                    let name = room.public().get(&named_key("kind", kind.name()));
                    select.choice(Choice::new(kind.name(), name))
                },
            )
            .value(typed.get("kind"))
            .required()
            .errors(errors),
        names: names(
            room,
            "",
            |language| typed.get(&format!("name-{language}")),
            errors,
        ),
        notices: notices(
            room,
            "",
            |language| typed.get(&format!("notice-{language}")),
            errors,
        ),
        begun: TextField::new(language, "begun", room.t("desk-begun"))
            .support(room.t("desk-moment-support"))
            .value(typed.get("begun"))
            .optional()
            .errors(errors),
    });
    let in_use = shelters(
        room.db(),
        &Filter {
            listed: true,
            open: Some(true),
            ..Filter::default()
        },
    )
    .await?;
    let people: u32 = in_use
        .iter()
        .filter_map(|shelter| shelter.told.people)
        .fold(0, u32::saturating_add);
    let closed = closures::closed(room.db()).await?;
    let figure = |key: &str, number: u64| {
        room.words
            .with_text(key, "count", &format::number(number))
            .into_owned()
    };
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        may_shelter,
        may_roads,
        open,
        over,
        new,
        figures: vec![
            figure("desk-figure-shelters", in_use.len() as u64),
            figure("desk-figure-people", u64::from(people)),
            figure("desk-figure-roads", closed.len() as u64),
        ],
    };
    let mut page = room
        .page(room.t("desk-title"), &body)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(page.into_response())
}

fn name_of<'e>(emergency: &'e Emergency, language: &str) -> &'e str {
    own(&emergency.name, language)
}

fn notice_of<'e>(emergency: &'e Emergency, language: &str) -> &'e str {
    own(&emergency.notice, language)
}

/// What was written in a language, nothing else in its place.
fn own<'s>(said: &'s Said, language: &str) -> &'s str {
    match language {
        "easy" => &said.easy,
        "en" => &said.en,
        _ => &said.ja,
    }
}

/// The fields of a name in three languages; `ending` keeps the ids of several forms on one page apart.
fn names<'v>(
    room: &Room,
    ending: &str,
    value: impl Fn(&str) -> &'v str,
    errors: &FormErrors,
) -> Vec<TextField> {
    LANGUAGES
        .into_iter()
        .map(|language| {
            let name = format!("name-{language}");
            let field = TextField::new(
                room.language(),
                &name,
                room.t(&format!("desk-name-{language}")),
            )
            .id(format!("{name}{ending}"))
            .value(value(language))
            .errors(errors);
            if language == "ja" {
                field.required()
            } else {
                field.optional()
            }
        })
        .collect()
}

fn notices<'v>(
    room: &Room,
    ending: &str,
    value: impl Fn(&str) -> &'v str,
    errors: &FormErrors,
) -> Vec<TextArea> {
    LANGUAGES
        .into_iter()
        .map(|language| {
            let name = format!("notice-{language}");
            TextArea::new(
                room.language(),
                &name,
                room.t(&format!("desk-notice-{language}")),
            )
            .id(format!("{name}{ending}"))
            .value(value(language))
            .rows(3)
            .optional()
            .errors(errors)
        })
        .collect()
}

/// Name and notice as they were typed.
fn said(room: &Room, fields: &Fields, errors: &mut FormErrors) -> (Said, Said) {
    let mut read = |what: &str, most: usize, is_required: bool| {
        let [ja, easy, en] = LANGUAGES.map(|language| {
            let required = is_required && language == "ja";
            room.typed(
                fields,
                &format!("{what}-{language}"),
                most,
                required,
                errors,
            )
        });
        Said { ja, easy, en }
    };
    let name = read("name", MOST_NAME, true);
    (name, read("notice", MOST_NOTICE, false))
}

pub(super) async fn open(room: Room, fields: Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let kind = EmergencyKind::read(fields.get("kind"));
    if kind.is_none() {
        errors.add("kind", room.t("desk-problem-required"));
    }
    let (name, notice) = said(&room, &fields, &mut errors);
    let begun = room.read_moment(&fields, "begun", false, &mut errors);
    let (Some(kind), true) = (kind, errors.is_empty()) else {
        return shown(&room, &fields, &errors).await;
    };
    let opening = Opening {
        kind,
        name,
        notice,
        begun_at: begun.unwrap_or_else(|| room.city.now()),
    };
    room.write(opening, |tx, opening| Box::pin(events::open(tx, opening)))
        .await?;
    Ok(done(HOME, "opened"))
}

pub(super) async fn change(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let (name, notice) = said(&room, &fields, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::BadRequest(room.t("desk-problem-said")));
    }
    let input = (id, fields.revision(), name, notice);
    let outcome = room
        .write(input, |tx, (id, revision, name, notice)| {
            Box::pin(events::change(tx, *id, *revision, name, notice))
        })
        .await;
    if let Err(error) = outcome {
        room.refuse(error)?;
        return shown(&room, &Fields::default(), &FormErrors::new()).await;
    }
    Ok(done(HOME, "told"))
}

pub(super) async fn close(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    room.write(id, |tx, id| Box::pin(events::close(tx, *id)))
        .await
        .map_err(|error: DisasterError| Problem::from(error))?;
    Ok(done(HOME, "closed"))
}
