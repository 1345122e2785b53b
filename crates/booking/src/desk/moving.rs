//! Moving a reservation to another time or resource for somebody.

use askama::Template;
use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_kernel::Channel;
use yakuba_ui::{Fields, FormErrors, Words, done};

use super::{
    href,
    room::{Room, private},
};
use crate::{
    pages::{
        asked::day_of,
        choosing_time::{Looked, TimeChoice, choice, read_span, use_of},
        words::when,
    },
    store::{
        Facility,
        reservations::{self, Reservation, Target, taken_but},
    },
    telling::{CityNews, tell_by_city},
};

#[derive(Template)]
#[template(path = "desk/move.html")]
struct Body {
    words: Words,
    at: String,
    now: String,
    choice: TimeChoice,
}

pub(super) async fn page(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (found, place) = room.reservation(id).await?;
    shown(&room, &found, &place, &room.query, &FormErrors::new()).await
}

async fn shown(
    room: &Room,
    found: &Reservation,
    place: &Facility,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let (language, public) = (room.language(), room.public);
    let document = &place.document;
    let resource = document
        .resource(fields.get("resource"))
        .or_else(|| document.resource(&found.resource))
        .ok_or(Problem::NotFound)?;
    let day = day_of(fields).unwrap_or(found.span.day());
    let length = fields
        .get("length")
        .parse()
        .unwrap_or_else(|_| found.span.minutes());
    let taken = taken_but(
        room.db(),
        place.key(),
        (day, day),
        room.city.now(),
        found.id,
    )
    .await?;
    let now = room.city.now();
    let spans: Vec<_> = document
        .free_spans(resource, day, length, &taken)
        .into_iter()
        .filter(|span| span.beginning() > now)
        .filter(|span| resource.key.as_str() != found.resource || *span != found.span)
        .collect();
    let looked = Looked {
        document,
        resource,
        day,
        length,
        spans,
        of: use_of(found.of(), resource),
        label: room.t("desk-move-to"),
    };
    let body = Body {
        words: room.words,
        at: format!("{}/move", href(found.id)),
        now: format!(
            "{} {}",
            document
                .resource(&found.resource)
                .map_or("", |resource| resource.name.get(language)),
            when(public, language, found.span)
        ),
        choice: choice(language, looked, fields, errors),
    };
    Ok(private(
        room.page_of(place, room.t("desk-move"), &body)
            .breadcrumb(room.t("desk-reservation"), href(found.id))
            .with_errors(!errors.is_empty()),
    ))
}

pub(super) async fn move_it(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (found, place) = room.reservation(id).await?;
    let day = day_of(&fields).unwrap_or(found.span.day());
    let Some(span) = read_span(day, fields.get("time")) else {
        let mut errors = FormErrors::new();
        errors.add("time", room.t("desk-problem-choose"));
        return shown(&room, &found, &place, &fields, &errors).await;
    };
    let target = Target {
        resource: fields.get("resource").to_owned(),
        span,
        channel: Channel::Counter,
    };
    let input = (id, target, room.key()?.clone(), place.document.clone());
    let outcome = room
        .write(input, |tx, (id, target, key, document)| {
            Box::pin(async move {
                let moved = reservations::move_to(tx, *id, target).await?;
                if !moved.already
                    && let Some(found) = reservations::reservation(tx.connection(), *id).await?
                {
                    tell_by_city(tx, key, document, &found, CityNews::Moved, "").await?;
                }
                Ok(())
            })
        })
        .await;
    match outcome {
        Ok(()) => Ok(done(&href(id), "moved")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            room.refuse(sentence);
            shown(&room, &found, &place, &fields, &FormErrors::new()).await
        }
    }
}
