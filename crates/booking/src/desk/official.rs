//! Taking a time for the city's own use: those who would have to give way are shown first.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_identity::Token;
use yakuba_ui::{
    Choice, DateField, ErrorSummary, Fields, FormErrors, Select, Table, TextField, Words, done,
};

use super::{
    home::list,
    href,
    room::{Room, private},
};
use crate::{
    capabilities::TAKE_OVER,
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        time::{ClockTime, DAY, Span},
    },
    pages::words::when,
    store::{
        Facility,
        official::{OwnUse, take_over, would_give_way},
    },
    telling::{CityNews, tell_by_city},
};

struct Preview {
    title: String,
    affected: Option<Table>,
    count: String,
    hidden: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "desk/official.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    at: String,
    resource: Select,
    day: DateField,
    from: Select,
    to: Select,
    title: TextField,
    preview: Option<Preview>,
}

/// What is asked for, once it can be read.
struct Wanted<'a> {
    resource: &'a Resource,
    span: Span,
    title: String,
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
    let title: String = fields.get("title").chars().take(100).collect();
    if title.is_empty() {
        errors.add("title", room.t("desk-problem-empty"));
    }
    match (resource, span) {
        (Some(resource), Some(span)) if errors.is_empty() => Ok(Wanted {
            resource,
            span,
            title,
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
    let (language, public) = (room.language(), room.public);
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
            let affected =
                would_give_way(room.db(), document, wanted.resource, wanted.span).await?;
            let request = if fields.has("request") {
                fields.get("request").to_owned()
            } else {
                Token::generate().as_str().to_owned()
            };
            let mut hidden = vec![
                ("resource", wanted.resource.key.to_string()),
                ("day", wanted.span.day().to_string()),
                ("from", String::from(wanted.span.from())),
                ("to", String::from(wanted.span.to())),
                ("title", wanted.title.clone()),
                ("request", request),
            ];
            hidden.extend(affected.iter().map(|found| ("shown", found.id.to_string())));
            let places = [(place.key(), place)].into();
            preview = Some(Preview {
                title: format!(
                    "{} {}",
                    wanted.resource.name.get(language),
                    when(public, language, wanted.span)
                ),
                count: room
                    .words
                    .counted("desk-official-count", affected.len() as u64)
                    .into_owned(),
                affected: (!affected.is_empty()).then(|| {
                    list(
                        room,
                        "affected",
                        "desk-official-affected",
                        &affected,
                        &places,
                    )
                }),
                hidden,
            });
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
        day: DateField::new(language, "day", room.t("desk-day"))
            .value(day(fields).or(Some(room.city.today())))
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
