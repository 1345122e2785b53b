//! The plan of a facility: a day or a week over all of its resources, what is taken and what is free.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::{ToSpan as _, civil::Date};
use yakuba_city::web::Problem;
use yakuba_ui::{ButtonKind, Cell, Column, DateField, Html, Link, LinkButton, Row, Table, Words};

use super::{
    HOME, href,
    room::{Room, private},
};
use crate::{
    capabilities::{RECEIVE, SET_UP, TAKE_OVER},
    model::{
        document::{Resource, Takes, Times},
        rules::Window,
        taken::TakenSteps,
        time::Span,
    },
    pages::words::{hours, long_day, purpose, short_day},
    store::{
        Facility,
        reservations::{Reservation, reservations_between, taken},
    },
};

/// Days of a week view.
const WEEK: i64 = 7;

/// A time that is taken.
struct Entry {
    href: String,
    text: String,
    note: String,
}

/// What a field of the plan holds.
#[derive(Template)]
#[template(path = "desk/plan_field.html")]
struct Field {
    words: Words,
    entries: Vec<Entry>,
    free: Vec<Link>,
    /// How often the same can still be had; empty where it is once.
    left: String,
    closed: bool,
}

#[derive(Template)]
#[template(path = "desk/plan.html")]
struct Body {
    words: Words,
    action: String,
    day: DateField,
    is_week: bool,
    title: String,
    earlier: Link,
    later: Link,
    other: Link,
    table: Table,
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let place = place(&room, &key).await?;
    let today = room.city.today();
    let day: Date = room
        .query
        .get("day")
        .parse()
        .ok()
        .or_else(|| room.query.date("day"))
        .unwrap_or(today);
    let is_week = room.query.get("view") == "week";
    let last = if is_week {
        day.checked_add((WEEK - 1).days()).unwrap_or(day)
    } else {
        day
    };
    let booked = reservations_between(room.db(), &key, day, last).await?;
    let until = place.document.last_day_of_courses(day, last);
    let taken = taken(room.db(), &key, day, until, room.city.now()).await?;
    let table = if is_week {
        week_table(&room, &place, day, &booked, &taken)
    } else {
        day_table(&room, &place, day, &booked, &taken)
    };
    let address = |day: Date, is_week: bool| {
        let view = if is_week { "&view=week" } else { "" };
        format!("{HOME}/{key}?day={day}{view}")
    };
    let length = if is_week { WEEK } else { 1 };
    let (language, public) = (room.language(), room.public);
    let (before, after, other) = if is_week {
        ("booking-week-before", "booking-week-after", "desk-plan-day")
    } else {
        ("booking-day-before", "booking-day-after", "desk-plan-week")
    };
    let body = Body {
        words: room.words,
        action: format!("{HOME}/{key}"),
        day: DateField::new(language, "day", room.t("desk-day")).value(Some(day)),
        is_week,
        title: if is_week {
            format!(
                "{}〜{}",
                long_day(public, language, day),
                short_day(public, last)
            )
        } else {
            long_day(public, language, day)
        },
        earlier: Link::new(
            room.p(before),
            address(day.checked_sub(length.days()).unwrap_or(day), is_week),
        ),
        later: Link::new(
            room.p(after),
            address(day.checked_add(length.days()).unwrap_or(day), is_week),
        ),
        other: Link::new(room.t(other), address(day, !is_week)),
        table,
    };
    let mut page = room.page_below(place.document.name.get(language), &body);
    if room.may(TAKE_OVER, &place) {
        for (text, path) in [("desk-official", "official"), ("desk-closures", "closures")] {
            page = page.action(
                &LinkButton::new(room.t(text), format!("{HOME}/{key}/{path}"))
                    .kind(ButtonKind::Other),
            );
        }
    }
    Ok(private(page))
}

/// A facility for any of those who work with it.
pub(super) async fn place(room: &Room, key: &str) -> Result<Facility, Problem> {
    crate::store::facility(room.db(), key)
        .await?
        .filter(|found| {
            [RECEIVE, SET_UP, TAKE_OVER]
                .into_iter()
                .any(|capability| room.may(capability, found))
        })
        .ok_or(Problem::NotFound)
}

fn day_table(
    room: &Room,
    place: &Facility,
    day: Date,
    booked: &[Reservation],
    taken: &TakenSteps,
) -> Table {
    let rows = place.document.resources.iter().map(|resource| {
        let mut full = field(room, place, resource, day, booked, taken, true);
        let free = Field {
            words: room.words,
            entries: Vec::new(),
            free: std::mem::take(&mut full.free),
            left: std::mem::take(&mut full.left),
            closed: full.closed,
        };
        full.closed = false;
        Row::new([
            Cell::text(resource.name.get(room.language())),
            Cell::html(&Html::render(&full).unwrap_or_default()),
            Cell::html(&Html::render(&free).unwrap_or_default()),
        ])
    });
    Table::new(room.language(), "plan", room.t("desk-plan"))
        .hide_caption()
        .columns([
            Column::text(room.t("desk-column-resource")),
            Column::text(room.t("desk-column-taken")),
            Column::text(room.t("desk-column-free")),
        ])
        .rows(rows)
        .row_headers()
        .stacked()
}

fn week_table(
    room: &Room,
    place: &Facility,
    first: Date,
    booked: &[Reservation],
    taken: &TakenSteps,
) -> Table {
    let days: Vec<Date> = (0..WEEK)
        .filter_map(|offset| first.checked_add(offset.days()).ok())
        .collect();
    let mut columns = vec![Column::text(room.t("desk-column-resource"))];
    columns.extend(
        days.iter()
            .map(|day| Column::text(short_day(room.public, *day))),
    );
    let rows = place.document.resources.iter().map(|resource| {
        let mut cells = vec![Cell::text(resource.name.get(room.language()))];
        cells.extend(days.iter().map(|day| {
            let field = field(room, place, resource, *day, booked, taken, false);
            Cell::html(&Html::render(&field).unwrap_or_default())
        }));
        Row::new(cells)
    });
    Table::new(room.language(), "plan", room.t("desk-plan"))
        .hide_caption()
        .columns(columns)
        .rows(rows)
        .row_headers()
        .stacked()
}

/// Whether a reservation stands in the way of a resource without being one of it: the whole hall when its half is looked at.
fn shares_units(place: &Facility, resource: &Resource, found: &Reservation) -> bool {
    if found.resource.is_empty() {
        return true;
    }
    let other = place.document.resource(&found.resource);
    match (&resource.takes, other.map(|other| &other.takes)) {
        (Takes::Units(mine), Some(Takes::Units(theirs))) => {
            mine.iter().any(|unit| theirs.contains(unit))
        }
        _ => false,
    }
}

#[allow(clippy::too_many_arguments, reason = "one place of a table")]
fn field(
    room: &Room,
    place: &Facility,
    resource: &Resource,
    day: Date,
    booked: &[Reservation],
    taken: &TakenSteps,
    in_full: bool,
) -> Field {
    let language = room.language();
    let entries = booked
        .iter()
        .filter(|found| found.span.day() == day && found.state.takes_units())
        .filter(|found| {
            found.resource == resource.key.as_str() || shares_units(place, resource, found)
        })
        .map(|found| {
            let state = room.p(&format!("booking-state-{}", found.state.name()));
            let note = if found.is_closure {
                room.t("desk-closed")
            } else if found.is_own {
                format!("{} {}", room.t("desk-own"), found.title)
            } else if found.resource != resource.key.as_str() {
                let other = place
                    .document
                    .resource(&found.resource)
                    .map_or("", |other| other.name.get(language));
                format!("{other} {state}")
            } else if in_full {
                let purpose = purpose(language, resource, &found.purpose);
                let people = room.public.counted("booking-people-count", found.people);
                format!("{state} {purpose} {people}")
            } else {
                state
            };
            Entry {
                href: href(found.course.unwrap_or(found.id)),
                text: hours(room.public, found.span),
                note,
            }
        })
        .collect();
    let now = room.city.now();
    let times = place.document.times_of_day(resource, day, taken);
    let closed = times.is_empty();
    let open: Vec<_> = times
        .iter()
        .filter(|time| time.left > 0 && time.span.end() > now)
        .filter(|time| place.document.window(resource, time.span, now) != Window::WithTheCourse)
        .collect();
    let left: u32 = open.iter().map(|time| time.left).sum();
    let is_alike = matches!(resource.takes, Takes::OneOf(_));
    let free = if open.is_empty() {
        Vec::new()
    } else if in_full {
        open.iter()
            .map(|time| {
                Link::new(
                    hours(room.public, time.span),
                    enter(place, resource, time.span),
                )
            })
            .collect()
    } else {
        vec![Link::new(
            room.words
                .counted("desk-free-times", open.len() as u64)
                .into_owned(),
            format!("{HOME}/{}?day={day}", place.key()),
        )]
    };
    let shows_left = is_alike && !matches!(resource.times, Times::Free(_)) && left > 0;
    Field {
        words: room.words,
        entries,
        free,
        left: if shows_left {
            room.words
                .counted("desk-left", u64::from(left))
                .into_owned()
        } else {
            String::new()
        },
        closed,
    }
}

/// Where a time is entered for somebody.
fn enter(place: &Facility, resource: &Resource, span: Span) -> String {
    format!(
        "{HOME}/{}/enter?resource={}&day={}&from={:02}{:02}",
        place.key(),
        resource.key,
        span.day(),
        span.from().minutes() / 60,
        span.from().minutes() % 60
    )
}
