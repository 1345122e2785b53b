//! Taking a time for the city's own use: those who would have to give way are shown first.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_identity::Token;
use yakuba_ui::{
    Choice, DateField, ErrorSummary, Fields, FormErrors, Html, Select, TextField, Words, done,
};

use super::{
    giving_way::{Proposal, shown as shown_giving_way},
    href,
    room::{Room, private},
};
use crate::{
    capabilities::TAKE_OVER,
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource, Takes},
        time::{ClockTime, DAY, Span},
    },
    pages::words::when,
    store::{
        Facility,
        official::{OwnUse, take_over, would_give_way},
        reservations::Reservation,
    },
    telling::{CityNews, tell_by_city},
};

#[derive(Template)]
#[template(path = "desk/official.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    at: String,
    resource: Select,
    count: Option<TextField>,
    day: DateField,
    from: Select,
    to: Select,
    title: TextField,
    preview: Option<Html>,
}

/// What is asked for, once it can be read.
struct Wanted<'a> {
    resource: &'a Resource,
    span: Span,
    title: String,
    /// How many of what is alike.
    count: usize,
}

fn day(fields: &Fields) -> Option<Date> {
    fields
        .get("day")
        .parse()
        .ok()
        .or_else(|| fields.date("day"))
}

fn wanted<'a>(
    room: &Room,
    document: &'a FacilityDocument,
    fields: &Fields,
) -> Result<Wanted<'a>, FormErrors> {
    let mut errors = FormErrors::new();
    let resource = document.resource(fields.get("resource"));
    if resource.is_none() {
        errors.add("resource", room.t("desk-problem-choose-resource"));
    }
    let day = day(fields);
    if day.is_none_or(|day| day < room.city.today()) {
        errors.add("day", room.t("desk-problem-day"));
    }
    let time = |name: &str| fields.get(name).parse::<ClockTime>().ok();
    let span = day
        .zip(time("from").zip(time("to")))
        .and_then(|(day, (from, to))| Span::new(day, from, to));
    if span.is_none() {
        errors.add("to", room.t("desk-problem-backwards"));
    }
    let units = resource.map_or(0, |resource| resource.units().len());
    let is_alike = resource.is_some_and(|resource| matches!(resource.takes, Takes::OneOf(_)));
    let count = if is_alike && !fields.get("count").is_empty() {
        let count = fields.integer("count").unwrap_or(0);
        usize::try_from(count)
            .ok()
            .filter(|count| (1..=units).contains(count))
    } else {
        Some(units)
    };
    if count.is_none() {
        errors.add(
            "count",
            room.words.counted("desk-problem-count", units as u64),
        );
    }
    let title: String = fields.get("title").chars().take(100).collect();
    if title.is_empty() {
        errors.add("title", room.t("desk-problem-empty"));
    }
    match (resource, span, count) {
        (Some(resource), Some(span), Some(count)) if errors.is_empty() => Ok(Wanted {
            resource,
            span,
            title,
            count,
        }),
        _ => Err(errors),
    }
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let place = room.facility(&key, TAKE_OVER).await?;
    let fields = room.query.clone();
    shown(&room, &place, &fields, fields.has("title")).await
}

async fn shown(
    room: &Room,
    place: &Facility,
    fields: &Fields,
    is_asked: bool,
) -> Result<Response, Problem> {
    let language = room.language();
    let document = &place.document;
    let read = if is_asked {
        Some(wanted(room, document, fields))
    } else {
        None
    };
    let mut preview = None;
    let mut errors = FormErrors::new();
    match read {
        Some(Ok(wanted)) => {
            let affected = would_give_way(
                room.db(),
                document,
                wanted.resource,
                wanted.span,
                wanted.count,
            )
            .await;
            let request = if fields.has("request") {
                fields.get("request").to_owned()
            } else {
                Token::generate().as_str().to_owned()
            };
            match affected {
                Ok(affected) => {
                    preview = Some(proposed(room, place, &wanted, request, &affected));
                }
                Err(BookingError::Taken) => {
                    errors.add("count", room.t("desk-problem-count-taken"));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Some(Err(found)) => errors = found,
        None => {}
    }
    let step = usize::from(document.step.minutes());
    let times = || {
        (0..=DAY)
            .step_by(step)
            .filter_map(ClockTime::from_minutes)
            .map(|time| Choice::new(String::from(time), time.to_string()))
    };
    let typed = |name: &str, otherwise: &str| {
        if fields.has(name) {
            String::from(fields.get(name).parse::<ClockTime>().unwrap_or_default())
        } else {
            otherwise.to_owned()
        }
    };
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        at: format!("{}/{}/official", super::HOME, place.key()),
        resource: Select::new(language, "resource", room.t("desk-column-resource"))
            .choices(
                document
                    .resources
                    .iter()
                    .map(|known| Choice::new(known.key.as_str(), known.name.get(language))),
            )
            .value(fields.get("resource"))
            .errors(&errors),
        count: document
            .resources
            .iter()
            .any(|known| matches!(known.takes, Takes::OneOf(_)))
            .then(|| {
                TextField::new(language, "count", room.t("desk-official-how-many"))
                    .support(room.t("desk-official-how-many-support"))
                    .numeric()
                    .width(5)
                    .optional()
                    .value(fields.get("count"))
                    .errors(&errors)
            }),
        day: DateField::new(language, "day", room.t("desk-day"))
            .value(day(fields).or(Some(room.city.today())))
            .sent(fields)
            .errors(&errors),
        from: Select::new(language, "from", room.t("desk-from"))
            .choices(times())
            .value(&typed("from", "09:00"))
            .errors(&errors),
        to: Select::new(language, "to", room.t("desk-to"))
            .choices(times())
            .value(&typed("to", "17:00"))
            .errors(&errors),
        title: TextField::new(language, "title", room.t("desk-own-title"))
            .support(room.t("desk-own-title-support"))
            .max_length(100)
            .required()
            .value(fields.get("title"))
            .errors(&errors),
        preview,
    };
    Ok(private(
        room.page_of(place, room.t("desk-official"), &body)
            .lead(room.t("desk-official-lead"))
            .with_errors(!errors.is_empty()),
    ))
}

/// What would be taken, and who would give way.
fn proposed(
    room: &Room,
    place: &Facility,
    wanted: &Wanted<'_>,
    request: String,
    affected: &[Reservation],
) -> Html {
    let mut hidden = vec![
        ("resource", wanted.resource.key.to_string()),
        ("day", wanted.span.day().to_string()),
        ("from", String::from(wanted.span.from())),
        ("to", String::from(wanted.span.to())),
        ("title", wanted.title.clone()),
        ("request", request),
    ];
    let mut name = wanted.resource.name.get(room.language()).to_owned();
    if matches!(wanted.resource.takes, Takes::OneOf(_)) {
        hidden.push(("count", wanted.count.to_string()));
        name = room
            .words
            .with(
                "desk-official-so-many",
                &[
                    ("name", name.into()),
                    ("n", i64::try_from(wanted.count).unwrap_or(0).into()),
                    (
                        "of",
                        i64::try_from(wanted.resource.units().len())
                            .unwrap_or(0)
                            .into(),
                    ),
                ],
            )
            .into_owned();
    }
    hidden.extend(affected.iter().map(|found| ("shown", found.id.to_string())));
    let proposal = Proposal {
        title: format!("{name} {}", when(room.public, room.language(), wanted.span)),
        count: room
            .words
            .counted("desk-official-count", affected.len() as u64)
            .into_owned(),
        at: format!("{}/{}/official", super::HOME, place.key()),
        hidden,
        send: "desk-official-send",
    };
    shown_giving_way(room, place, proposal, affected)
}

pub(super) async fn take(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let place = room.facility(&key, TAKE_OVER).await?;
    let Ok(wanted) = wanted(&room, &place.document, &fields) else {
        return shown(&room, &place, &fields, true).await;
    };
    let own = OwnUse {
        facility: place.key().to_owned(),
        resource: wanted.resource.key.to_string(),
        span: wanted.span,
        count: wanted.count,
        title: wanted.title,
        request: format!("official/{}", fields.get("request")),
        shown: fields
            .all("shown")
            .filter_map(|id| id.parse().ok())
            .collect(),
    };
    let input = (own, room.key()?.clone(), place.document.clone());
    let outcome = room
        .write(input, |tx, (own, key, document)| {
            Box::pin(async move {
                let taken = take_over(tx, own).await?;
                for found in &taken.gave_way {
                    tell_by_city(tx, key, document, found, CityNews::Displaced, &own.title).await?;
                }
                Ok(taken.id)
            })
        })
        .await;
    match outcome {
        Ok(id) => Ok(done(&href(id), "official")),
        Err(error) => {
            let sentence = match &error {
                BookingError::ChangedMeanwhile => Some(room.t("desk-problem-others")),
                other => room.sentence(other),
            };
            let Some(sentence) = sentence else {
                return Err(error.into());
            };
            room.refuse(sentence);
            shown(&room, &place, &fields, true).await
        }
    }
}
