//! What can be booked: all facilities, and what is free on a day.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Query, response::IntoResponse};
use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_ui::{Choice, DateField, Fields, Map, Page, Select, TextField, Words};

use super::{
    asked::{Asked, day_of},
    words::{hours, long_day, when_of},
};
use crate::{
    model::{
        document::{FacilityKind, Resource, Takes, Times},
        rules::Window,
        time::ClockTime,
    },
    store::{
        Facility, facilities,
        reservations::{self, taken_on},
    },
};

#[derive(Deserialize)]
pub(super) struct Asking {
    done: Option<String>,
}

struct Item {
    href: String,
    title: String,
    summary: String,
}

struct Group {
    id: &'static str,
    title: String,
    items: Vec<Item>,
}

struct FreeTime {
    href: String,
    text: String,
}

struct Found {
    title: String,
    facility: String,
    note: String,
    times: Vec<FreeTime>,
}

#[derive(Template)]
#[template(path = "pages/front.html")]
struct Body {
    words: Words,
    day: DateField,
    part: Select,
    purpose: Select,
    people: TextField,
    kind: Select,
    asked_for: Option<String>,
    found: Vec<Found>,
    earlier: Option<String>,
    later: Option<String>,
    groups: Vec<Group>,
    has_cart: bool,
    map: Option<Map>,
}

/// What somebody looks for.
struct Wanted {
    day: Date,
    part: String,
    purpose: String,
    people: u32,
    kind: String,
}

impl Wanted {
    fn read(fields: &Fields) -> Option<Self> {
        let day = day_of(fields)?;
        Some(Self {
            day,
            part: fields.get("part").to_owned(),
            purpose: fields.get("purpose").to_owned(),
            people: fields
                .integer("people")
                .and_then(|people| u32::try_from(people).ok())
                .unwrap_or(0),
            kind: fields.get("kind").to_owned(),
        })
    }

    /// The part of the day that a time must lie in.
    fn hours(&self) -> (u16, u16) {
        match self.part.as_str() {
            "morning" => (0, 13 * 60),
            "afternoon" => (12 * 60, 18 * 60),
            "evening" => (17 * 60, 24 * 60),
            _ => (0, 24 * 60),
        }
    }

    fn fits(&self, facility: &Facility, resource: &Resource) -> bool {
        (self.kind.is_empty() || facility.document.kind.name() == self.kind)
            && (self.purpose.is_empty()
                || resource
                    .purposes
                    .iter()
                    .any(|purpose| purpose.key.as_str() == self.purpose))
            && resource.capacity.is_none_or(|most| most >= self.people)
    }

    fn address(&self, day: Date) -> String {
        format!(
            "/booking?day={day}&part={}&purpose={}&people={}&kind={}#found",
            self.part,
            self.purpose,
            if self.people == 0 {
                String::new()
            } else {
                self.people.to_string()
            },
            self.kind
        )
    }
}

pub(super) async fn page(
    asked: Asked,
    Query(query): Query<Asking>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<impl IntoResponse, Problem> {
    let (words, language) = (asked.words, asked.language);
    let fields = Fields::new(pairs);
    let wanted = Wanted::read(&fields);
    let mut all = facilities(asked.city().db()).await?;
    all.retain(|facility| facility.is_offered);
    let found = match &wanted {
        Some(wanted) => search(&asked, &all, wanted).await?,
        None => Vec::new(),
    };
    let mut purposes: BTreeMap<String, String> = BTreeMap::new();
    for resource in all.iter().flat_map(|facility| &facility.document.resources) {
        for purpose in &resource.purposes {
            purposes
                .entry(purpose.key.to_string())
                .or_insert_with(|| purpose.name.get(language).to_owned());
        }
    }
    let mut purposes: Vec<(String, String)> = purposes.into_iter().collect();
    purposes.sort_by(|one, other| one.1.cmp(&other.1));
    let kinds: Vec<FacilityKind> = FacilityKind::ALL
        .into_iter()
        .filter(|kind| all.iter().any(|facility| facility.document.kind == *kind))
        .collect();
    let kind_name = |kind: FacilityKind| asked.t(&kind_key(kind));
    let step = |days: i64| {
        wanted.as_ref().and_then(|wanted| {
            let day = wanted.day.checked_add(days.days()).ok()?;
            (day >= asked.city().today()).then(|| wanted.address(day))
        })
    };
    let list = kinds
        .first()
        .map_or_else(String::new, |kind| format!("#{}", kind.name()));
    let body = Body {
        words,
        day: DateField::new(language, "day", words.get("booking-search-day")).value(Some(
            wanted
                .as_ref()
                .map_or_else(|| asked.city().today(), |wanted| wanted.day),
        )),
        part: Select::new(language, "part", words.get("booking-search-part"))
            .or_all()
            .choices(
                ["morning", "afternoon", "evening"]
                    .map(|part| Choice::new(part, words.get(&format!("booking-part-{part}")))),
            )
            .value(fields.get("part")),
        purpose: Select::new(language, "purpose", words.get("booking-search-purpose"))
            .or_all()
            .choices(
                purposes
                    .into_iter()
                    .map(|(key, name)| Choice::new(key, name)),
            )
            .value(fields.get("purpose")),
        people: TextField::new(language, "people", words.get("booking-search-people"))
            .numeric()
            .width(5)
            .unit(words.get("booking-people-unit"))
            .value(fields.get("people")),
        kind: Select::new(language, "kind", words.get("booking-search-kind"))
            .or_all()
            .choices(
                kinds
                    .iter()
                    .map(|kind| Choice::new(kind.name(), kind_name(*kind))),
            )
            .value(fields.get("kind")),
        asked_for: wanted
            .as_ref()
            .map(|wanted| long_day(words, language, wanted.day)),
        found,
        earlier: step(-1),
        later: step(1),
        groups: kinds
            .into_iter()
            .map(|kind| Group {
                id: kind.name(),
                title: kind_name(kind),
                items: all
                    .iter()
                    .filter(|facility| facility.document.kind == kind)
                    .map(|facility| Item {
                        href: format!("/booking/{}", facility.key()),
                        title: facility.document.name.get(language).to_owned(),
                        summary: facility
                            .document
                            .summary
                            .as_ref()
                            .map_or_else(String::new, |text| text.get(language).to_owned()),
                    })
                    .collect(),
            })
            .collect(),
        has_cart: asked.visit().is_some(),
        map: super::map::map(&asked, &all, &list),
    };
    let mut page = Page::public(asked.shell.clone(), words.get("booking-title"), &body)
        .lead(words.get("booking-lead"));
    if let Some(notice) = asked.done(query.done.as_deref()) {
        page = page.notice(notice);
    }
    Ok(page)
}

/// The key of a kind's name.
pub(crate) fn kind_key(kind: FacilityKind) -> String {
    format!("booking-kind-{}", kind.name().replace('_', "-"))
}

async fn search(asked: &Asked, all: &[Facility], wanted: &Wanted) -> Result<Vec<Found>, Problem> {
    let (words, language) = (asked.words, asked.language);
    let now = asked.city().now();
    let taken = taken_on(asked.city().db(), wanted.day, now).await?;
    let nothing = crate::model::taken::TakenSteps::new();
    let (after, before) = wanted.hours();
    let mut found = Vec::new();
    for facility in all {
        let document = &facility.document;
        let until = document.last_day_of_courses(wanted.day, wanted.day);
        // Of a course beginning that day all sessions must be free.
        let longer = if until > wanted.day {
            Some(
                reservations::taken(asked.city().db(), facility.key(), wanted.day, until, now)
                    .await?,
            )
        } else {
            None
        };
        let taken = longer
            .as_ref()
            .or_else(|| taken.get(facility.key()))
            .unwrap_or(&nothing);
        for resource in &document.resources {
            if !wanted.fits(facility, resource) {
                continue;
            }
            let times: Vec<FreeTime> = document
                .times_of_day(resource, wanted.day, taken)
                .into_iter()
                .filter(|time| {
                    time.left > 0
                        && time.span.from().minutes() >= after
                        && time.span.to().minutes() <= before
                        && document.window(resource, time.span, now) == Window::Open
                })
                .map(|time| FreeTime {
                    href: time_address(facility.key(), resource, wanted.day, time.span.from()),
                    text: match time.name {
                        _ if resource.course.is_some() => {
                            when_of(words, language, resource, time.span)
                        }
                        Some(name) => {
                            format!("{} {}", name.get(language), hours(words, time.span))
                        }
                        None => hours(words, time.span),
                    },
                })
                .collect();
            if !times.is_empty() {
                found.push(Found {
                    title: resource.name.get(language).to_owned(),
                    facility: document.name.get(language).to_owned(),
                    note: match (&resource.takes, resource.capacity) {
                        (Takes::Units(_), Some(most)) => words
                            .with("booking-holds", &[("n", i64::from(most).into())])
                            .into_owned(),
                        _ => String::new(),
                    },
                    times,
                });
            }
        }
    }
    Ok(found)
}

/// Where a time of a resource is booked.
pub(super) fn time_address(
    facility: &str,
    resource: &Resource,
    day: Date,
    from: ClockTime,
) -> String {
    let begin = if matches!(resource.times, Times::Free(_)) {
        format!("&from={}", String::from(from))
    } else {
        String::new()
    };
    format!("/booking/{facility}/{}?day={day}{begin}", resource.key)
}
