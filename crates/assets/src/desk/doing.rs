//! What staff do with an asset. Each step checks the department, writes, and leads back to it.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_ui::{Fields, FormErrors, done};

use super::{
    room::{Room, href},
    show::shown,
};
use crate::{
    error::AssetError,
    model::{draft::plain, state::State},
    store::{self, Asset},
};

/// Letters of a note at most.
const MOST: usize = 2_000;

/// A text that was typed; too long goes to `errors`.
pub(super) fn typed(room: &Room, fields: &Fields, name: &str, errors: &mut FormErrors) -> String {
    let text = fields
        .get(name)
        .lines()
        .map(plain)
        .collect::<Vec<_>>()
        .join("\n");
    if text.chars().count() > MOST {
        errors.add(name, room.t("desk-problem-long"));
    }
    text
}

/// The fields that are empty unless somebody has begun to do something.
const TYPED: [&str; 4] = ["inspected_text", "state", "turn_text", "note"];

/// The fields of a step, by the word for what was done.
fn own_fields(word: &str) -> &'static [&'static str] {
    match word {
        "turned" => &["state", "turn_text"],
        "inspected" => &[
            "inspected_text",
            "inspected",
            "inspected_year",
            "inspected_month",
            "inspected_day",
        ],
        "noted" => &["note"],
        _ => &[],
    }
}

/// Leads back to the asset, or says there why it stays as it was, with what was typed.
pub(super) async fn after(
    mut room: Room,
    found: &Asset,
    outcome: Result<(), AssetError>,
    word: &str,
    typed: &Fields,
) -> Result<Response, Problem> {
    let Err(error) = outcome else {
        // What else stands in the form is not lost with what was done.
        let rest = typed.without(own_fields(word)).without(&["revision"]);
        let is_of_another_day = rest
            .date("inspected")
            .is_some_and(|day| day != room.city.today());
        let is_typed = TYPED.iter().any(|name| !rest.get(name).trim().is_empty());
        if !is_typed && !is_of_another_day {
            return Ok(done(&href(found.id), word));
        }
        let now = room.asset(found.id).await?;
        room.query.push("done", word);
        return shown(&room, &now, &FormErrors::new(), &rest, None).await;
    };
    let Some(sentence) = room.sentence(&error) else {
        return Err(error.into());
    };
    room.refuse(sentence);
    // As it is now, not as it was.
    let found = room.asset(found.id).await?;
    shown(&room, &found, &FormErrors::new(), typed, None).await
}

pub(super) async fn turn(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.asset_to_work_on(id).await?;
    let mut errors = FormErrors::new();
    let text = typed(&room, &fields, "turn_text", &mut errors);
    let state = State::read(fields.get("state"));
    if state.is_none() {
        errors.add("state", room.t("desk-problem-required"));
    }
    let (Some(state), true) = (state, errors.is_empty()) else {
        return shown(&room, &found, &errors, &fields, None).await;
    };
    let kind = room.kind(&found.kind)?.clone();
    let outcome = room
        .write(
            (kind, found.id, fields.revision(), state, text),
            |tx, (kind, id, revision, state, text)| {
                Box::pin(store::turn(tx, kind, *id, *revision, *state, text))
            },
        )
        .await;
    after(room, &found, outcome, "turned", &fields).await
}

pub(super) async fn note(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.asset_to_work_on(id).await?;
    let mut errors = FormErrors::new();
    let text = typed(&room, &fields, "note", &mut errors);
    if text.is_empty() {
        errors.add("note", room.t("desk-problem-required"));
    }
    if !errors.is_empty() {
        return shown(&room, &found, &errors, &fields, None).await;
    }
    let outcome = room
        .write((found.id, text), |tx, (id, text)| {
            Box::pin(store::note(tx, *id, text))
        })
        .await;
    after(room, &found, outcome, "noted", &fields).await
}

pub(super) async fn inspect(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.asset_to_work_on(id).await?;
    let mut errors = FormErrors::new();
    let text = typed(&room, &fields, "inspected_text", &mut errors);
    let day = fields
        .date("inspected")
        .filter(|day| *day <= room.city.today());
    if day.is_none() {
        errors.add("inspected", room.t("desk-problem-day"));
    }
    let (Some(day), true) = (day, errors.is_empty()) else {
        return shown(&room, &found, &errors, &fields, None).await;
    };
    let kind = room.kind(&found.kind)?.clone();
    let outcome = room
        .write((kind, found.id, day, text), |tx, (kind, id, day, text)| {
            Box::pin(store::inspect(tx, kind, *id, *day, text))
        })
        .await;
    after(room, &found, outcome, "inspected", &fields).await
}

/// Gives the device a new key and shows it, this once.
pub(super) async fn key(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = room.asset_to_work_on(id).await?;
    let kind = room.kind(&found.kind)?.clone();
    let outcome = room
        .write(
            (room.key().clone(), kind, found.id),
            |tx, (city_key, kind, id)| Box::pin(store::give_key(tx, city_key, kind, *id)),
        )
        .await;
    match outcome {
        Ok(key) => {
            shown(
                &room,
                &found,
                &FormErrors::new(),
                &Fields::default(),
                Some(key),
            )
            .await
        }
        Err(error) => after(room, &found, Err(error), "", &Fields::default()).await,
    }
}

pub(super) async fn revoke(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = room.asset_to_work_on(id).await?;
    let outcome = room
        .write(found.id, |tx, id| Box::pin(store::forget_key(tx, *id)))
        .await;
    after(room, &found, outcome, "revoked", &Fields::default()).await
}
