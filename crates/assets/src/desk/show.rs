//! One asset with everything that can be done with it.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use jiff::Timestamp;
use yakuba_city::web::Problem;
use yakuba_identity::account_names;
use yakuba_ui::{
    Cell, Choice, Column, DateField, DescriptionList, ErrorSummary, Fields, FileUpload, FormErrors,
    Map, Row, Select, Table, TextArea, Words, format,
};

use super::{
    files::AT_ONCE,
    room::{Room, href},
};
use crate::{
    errands::key_of,
    error::AssetError,
    model::state::State,
    pages::asked::{chip, percent, private, state_key},
    store::{
        Asset, Device,
        alerts::{Alert, alerts_of, moment, rule_text},
        device,
        files::{KeptFile, MOST_MIB, files_of},
        log,
    },
};

struct Line {
    at: String,
    who: String,
    what: String,
    text: String,
}

/// A record of another service.
struct Mentioned {
    href: String,
    title: String,
    state: String,
    at: String,
}

/// A photo or a document.
struct Filed {
    address: String,
    name: String,
}

struct Forms {
    files: FileUpload,
    turn: Option<Select>,
    turn_text: TextArea,
    note: TextArea,
    inspected: Option<(DateField, TextArea)>,
    has_telemetry: bool,
    has_key: bool,
}

#[derive(Template)]
#[template(path = "desk/show.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    base: String,
    revision: i64,
    about: DescriptionList,
    map: Option<Map>,
    telemetry: Option<DescriptionList>,
    months: Option<Table>,
    alerts: Vec<Line>,
    /// What others have about it.
    mentions: Vec<Mentioned>,
    lines: Vec<Line>,
    photos: Vec<Filed>,
    documents: Vec<Filed>,
    forms: Option<Forms>,
    new_key: Option<String>,
}

pub(super) async fn page(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = room.asset(id).await?;
    shown(&room, &found, &FormErrors::new(), &Fields::default(), None).await
}

/// The page; with what was wrong and what was typed, or with a key that nobody will see again.
pub(super) async fn shown(
    room: &Room,
    found: &Asset,
    errors: &FormErrors,
    typed: &Fields,
    new_key: Option<String>,
) -> Result<Response, Problem> {
    let language = room.language();
    let departments = room.departments().await?;
    let known = device(room.db(), found.id).await?;
    let kind = room.kind(&found.kind)?;
    let mut about = DescriptionList::new()
        .text(room.public("assets-column-number"), &found.number)
        .text(room.t("desk-column-kind"), kind.name.get(language))
        .html(
            room.t("desk-column-state"),
            &chip(crate::WORDS.words(language), found.state),
        );
    let say = |list: DescriptionList, name: String, text: String| {
        if text.is_empty() {
            list
        } else {
            list.text(name, text)
        }
    };
    let day = |day: Option<jiff::civil::Date>| {
        day.map_or_else(String::new, |day| format::date(day, language))
    };
    about = say(
        about,
        room.public("assets-column-place"),
        found.place.clone(),
    );
    about = say(
        about,
        room.public("assets-column-point"),
        found
            .point
            .map_or_else(String::new, |point| point.to_string()),
    );
    about = say(
        about,
        room.t("desk-column-department"),
        departments
            .get(&found.department)
            .map_or_else(|| found.department.to_string(), Clone::clone),
    );
    about = say(
        about,
        room.public("assets-column-installed-on"),
        day(found.installed_on),
    );
    about = say(about, room.t("desk-removed-on"), day(found.removed_on));
    about = say(
        about,
        room.t("desk-column-inspection"),
        day(found.inspection_due),
    );
    for field in &kind.fields {
        if let Some(value) = found.fields.get(field.key.as_str()) {
            about = say(
                about,
                field.name.get(language).to_owned(),
                field.shown(value, language),
            );
        }
    }
    about = say(
        about,
        room.public("assets-column-mail"),
        found.mail.join(", "),
    );
    let lines = lines(room, found).await?;
    let alerts = alerts_of(room.db(), found.id)
        .await?
        .iter()
        .map(|alert| alert_line(room, alert))
        .collect();
    let (photos, documents): (Vec<_>, Vec<_>) = files_of(room.db(), found.id)
        .await?
        .into_iter()
        .partition(KeptFile::is_photo);
    let filed = |files: Vec<KeptFile>| {
        files
            .into_iter()
            .map(|file| Filed {
                address: format!("{}/files/{}", href(found.id), file.key),
                name: file.name,
            })
            .collect()
    };
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        photos: filed(photos),
        documents: filed(documents),
        base: href(found.id),
        revision: found.revision,
        about,
        map: known.point.or(found.point).map(|point| {
            Map::of_place(
                language,
                "asset-map",
                room.t("desk-map-place"),
                point.degrees(),
            )
        }),
        telemetry: kind
            .telemetry
            .as_ref()
            .map(|_| telemetry(room, kind, &known)),
        months: months(room, &known),
        alerts,
        mentions: mentions(room, found).await?,
        lines,
        forms: room
            .may_work_in(&found.department)
            .then(|| forms(room, found, kind, &known, errors, typed)),
        new_key,
    };
    let mut page = room
        .page_below(format!("{} {}", found.number, found.name), &body)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(private(page))
}

async fn mentions(room: &Room, found: &Asset) -> Result<Vec<Mentioned>, Problem> {
    let key = key_of(found.id);
    let mut all = Vec::new();
    for service in room.city.mentions() {
        let about = service
            .about(&room.city, &room.principal, &key, room.language().code())
            .await
            .map_err(AssetError::from)?;
        all.extend(about.into_iter().map(|one| Mentioned {
            href: one.href,
            title: one.title,
            state: one.state,
            at: moment(one.at, room.language()),
        }));
    }
    Ok(all)
}

/// A stored moment, in words.
pub(super) fn at(room: &Room, microseconds: i64) -> String {
    Timestamp::from_microsecond(microseconds)
        .map_or_else(|_| String::new(), |at| moment(at, room.language()))
}

fn telemetry(room: &Room, kind: &crate::model::kind::Kind, known: &Device) -> DescriptionList {
    let language = room.language();
    let mut list = DescriptionList::new()
        .text(
            room.t("desk-key"),
            room.t(if known.has_key {
                "desk-key-there"
            } else {
                "desk-key-none"
            }),
        )
        .text(
            room.t("desk-heard"),
            known
                .heard_at
                .map_or_else(|| room.t("desk-heard-never"), |at| moment(at, language)),
        );
    for (key, value) in &known.readings {
        let (name, unit) = kind.value(key).map_or((key.as_str(), ""), |value| {
            (value.name.get(language), value.unit.as_str())
        });
        list = list.text(name, format!("{value} {unit}").trim());
    }
    if let Some(point) = known.point {
        list = list.text(room.t("desk-position"), point.to_string());
    }
    list
}

fn months(room: &Room, known: &Device) -> Option<Table> {
    (!known.months.is_empty()).then(|| {
        Table::new(room.language(), "months", room.t("desk-months"))
            .columns([
                Column::text(room.t("desk-month")),
                Column::number(room.t("desk-month-up")),
                Column::number(room.t("desk-month-expected")),
                Column::number(room.t("desk-month-share")),
            ])
            .rows(known.months.iter().map(|(month, up, expected)| {
                Row::new([
                    Cell::text(month),
                    Cell::text(format::number(*up)),
                    Cell::text(format::number(*expected)),
                    Cell::text(percent(*up, *expected)),
                ])
            }))
            .row_headers()
    })
}

fn alert_line(room: &Room, alert: &Alert) -> Line {
    let mut text = vec![match alert.closed_at {
        Some(closed) => room
            .words
            .with_text("desk-alert-closed", "at", &at(room, closed))
            .into_owned(),
        None => room.t("desk-alert-still"),
    }];
    if let Some(value) = alert.value() {
        text.push(value.to_string());
    }
    if !alert.note.is_empty() {
        text.push(alert.note.clone());
    }
    Line {
        at: at(room, alert.opened_at),
        who: String::new(),
        what: rule_text(room.kinds.get(&alert.kind), &alert.rule, room.language()),
        text: text.join(" / "),
    }
}

async fn lines(room: &Room, found: &Asset) -> Result<Vec<Line>, Problem> {
    let steps = log(room.db(), found.id).await?;
    let number_of = |actor: &str| {
        actor
            .strip_prefix("staff:")
            .and_then(|id| id.parse::<i64>().ok())
    };
    let accounts: Vec<i64> = steps
        .iter()
        .filter_map(|step| number_of(&step.actor))
        .collect();
    let people = account_names(room.db(), &accounts)
        .await
        .map_err(AssetError::from)?;
    Ok(steps
        .into_iter()
        .map(|step| Line {
            at: at(room, step.at),
            who: number_of(&step.actor)
                .and_then(|id| people.get(&id))
                .cloned()
                .unwrap_or_default(),
            what: match step.state.as_deref().and_then(State::read) {
                Some(state) => room
                    .words
                    .with_text("desk-step-state", "state", &room.public(&state_key(state)))
                    .into_owned(),
                None => room.t(&format!("desk-step-{}", step.kind)),
            },
            text: step.text,
        })
        .collect())
}

fn forms(
    room: &Room,
    found: &Asset,
    kind: &crate::model::kind::Kind,
    known: &Device,
    errors: &FormErrors,
    typed: &Fields,
) -> Forms {
    let language = room.language();
    let next: Vec<State> = State::ALL
        .into_iter()
        .filter(|state| found.state.may_become(*state))
        .collect();
    Forms {
        files: FileUpload::new(language, "files", room.t("desk-files-add"))
            .accept(".jpg,.jpeg,.png,.webp,.pdf,.xlsx,.docx")
            .max_size(&format!("{MOST_MIB}MB"))
            .max_files(AT_ONCE)
            .errors(errors),
        turn: (!next.is_empty()).then(|| {
            next.into_iter()
                .fold(
                    Select::new(language, "state", room.t("desk-turn-state")).ask(),
                    |select, state| {
                        select.choice(Choice::new(state.name(), room.public(&state_key(state))))
                    },
                )
                .value(typed.get("state"))
                .errors(errors)
        }),
        turn_text: TextArea::new(language, "turn_text", room.t("desk-turn-text"))
            .rows(2)
            .value(typed.get("turn_text"))
            .optional()
            .errors(errors),
        note: TextArea::new(language, "note", room.t("desk-note"))
            .rows(3)
            .value(typed.get("note"))
            .errors(errors),
        inspected: (kind.inspection_months.is_some() && found.state != State::Removed).then(|| {
            let day = DateField::new(language, "inspected", room.t("desk-inspected"));
            let day = if typed.has("inspected_year") {
                day.typed(
                    typed.get("inspected_year"),
                    typed.get("inspected_month"),
                    typed.get("inspected_day"),
                )
            } else {
                day.value(Some(room.city.today()))
            };
            (
                day.errors(errors),
                TextArea::new(language, "inspected_text", room.t("desk-inspected-text"))
                    .rows(2)
                    .value(typed.get("inspected_text"))
                    .optional()
                    .errors(errors),
            )
        }),
        has_telemetry: kind.telemetry.is_some() && found.state != State::Removed,
        has_key: known.has_key,
    }
}
