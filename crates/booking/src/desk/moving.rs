//! Moving a reservation to another time or resource for somebody.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_kernel::Channel;
use yakuba_ui::{Choice, DateField, Fields, FormErrors, RadioGroup, Select, Words, done};

use super::{
    enter::{read_span, span_value},
    href,
    room::{Room, private},
};
use crate::{
    model::document::Times,
    pages::words::{amount, hours, long_day, when},
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
    resource: Select,
    day: DateField,
    length: Option<Select>,
    title: String,
    hidden: Vec<(&'static str, String)>,
    times: Option<RadioGroup>,
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
    let day = day(fields, found);
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
    let mut of = found.of();
    of.purpose = of
        .purpose
        .filter(|key| resource.purposes.iter().any(|known| known.key == *key));
    let now = room.city.now();
    let spans: Vec<_> = document
        .free_spans(resource, day, length, &taken)
        .into_iter()
        .filter(|span| span.beginning() > now)
        .filter(|span| resource.key.as_str() != found.resource || *span != found.span)
        .collect();
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
        resource: Select::new(language, "resource", room.t("desk-column-resource"))
            .choices(
                document
                    .resources
                    .iter()
                    .map(|known| Choice::new(known.key.as_str(), known.name.get(language))),
            )
            .value(resource.key.as_str()),
        day: DateField::new(language, "day", room.t("desk-day")).value(Some(day)),
        length: match &resource.times {
            Times::Free(limits) => Some(
                Select::new(language, "length", room.t("desk-length"))
                    .choices(
                        (limits.at_least..=limits.at_most)
                            .step_by(usize::from(document.step.minutes()))
                            .map(|minutes| {
                                Choice::new(
                                    minutes.to_string(),
                                    room.words.counted("desk-minutes", u64::from(minutes)),
                                )
                            }),
                    )
                    .value(&length.to_string()),
            ),
            _ => None,
        },
        title: format!(
            "{} {}",
            resource.name.get(language),
            long_day(public, language, day)
        ),
        hidden: vec![
            ("resource", resource.key.to_string()),
            ("day", day.to_string()),
            ("length", length.to_string()),
        ],
        times: (!spans.is_empty()).then(|| {
            RadioGroup::new(language, "time", room.t("desk-move-to"))
                .choices(spans.iter().map(|span| {
                    let fee = document
                        .fee(resource, *span, &of)
                        .map_or_else(|_| String::new(), |fee| amount(public, fee.total));
                    Choice::new(
                        span_value(*span),
                        format!("{}　{fee}", hours(public, *span)),
                    )
                }))
                .value(fields.get("time"))
                .required()
                .errors(errors)
        }),
    };
    Ok(private(
        room.page_of(place, room.t("desk-move"), &body)
            .breadcrumb(room.t("desk-reservation"), href(found.id))
            .with_errors(!errors.is_empty()),
    ))
}

fn day(fields: &Fields, found: &Reservation) -> Date {
    fields
        .get("day")
        .parse()
        .ok()
        .or_else(|| fields.date("day"))
        .unwrap_or(found.span.day())
}

pub(super) async fn move_it(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (found, place) = room.reservation(id).await?;
    let day = day(&fields, &found);
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
