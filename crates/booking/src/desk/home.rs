//! Today: who comes when, what waits for agreement, what was given up, and the facilities.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use yakuba_city::web::Problem;
use yakuba_ui::{Cell, Column, EmptyState, Html, Row, Table, Words};

use super::{
    HOME, href,
    room::{Room, private},
};
use crate::{
    capabilities::{RECEIVE, SET_UP, TAKE_OVER},
    model::{
        state::State,
        time::{ClockTime, moment},
    },
    pages::words::{hours, purpose, short_day, when_of},
    store::{
        self, Facility,
        history::{Way, looked_today, record_looks},
        reservations::{self, Reservation},
    },
};

/// The facilities of a department, by kind.
struct Place {
    name: String,
    href: String,
    today: String,
}

struct Part {
    id: String,
    title: String,
    href: String,
    table: Table,
}

#[derive(Template)]
#[template(path = "desk/home.html")]
struct Body {
    words: Words,
    waiting: Option<Table>,
    given_up: Option<Table>,
    today: Vec<Part>,
    nothing_today: EmptyState,
    places: Vec<Place>,
    may_receive: bool,
    may_set_up: bool,
    refunds: Option<String>,
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let mut facilities = store::facilities(room.db()).await?;
    facilities.retain(|found| {
        [RECEIVE, SET_UP, TAKE_OVER]
            .into_iter()
            .any(|capability| room.may(capability, found))
    });
    if facilities.is_empty()
        && ![RECEIVE, SET_UP, TAKE_OVER]
            .into_iter()
            .any(|capability| room.principal.holds(capability))
    {
        return Err(Problem::NotAllowed);
    }
    let keys: Vec<&str> = facilities
        .iter()
        .filter(|found| room.may(RECEIVE, found))
        .map(Facility::key)
        .collect();
    let today = room.city.today();
    let by_key: HashMap<&str, &Facility> = facilities
        .iter()
        .map(|found| (found.key(), found))
        .collect();
    let coming = reservations::on_day(room.db(), &keys, today).await?;
    let waiting = reservations::requested(room.db(), &keys, today).await?;
    let since = moment(today, ClockTime::default());
    let given_up = reservations::given_up_since(room.db(), &keys, since, today).await?;
    let to_give_back = reservations::to_give_back(room.db(), &keys).await?.len();
    let people: Vec<&Reservation> = coming
        .iter()
        .filter(|found| found.state.takes_units() && !found.is_own)
        .collect();
    record(&room, &people).await?;
    let mut parts = Vec::new();
    for place in facilities.iter().filter(|found| room.may(RECEIVE, found)) {
        let own: Vec<&Reservation> = coming
            .iter()
            .filter(|found| found.facility == place.key() && found.state.takes_units())
            .collect();
        if !own.is_empty() {
            parts.push(Part {
                id: format!("today-{}", place.key()),
                title: place.document.name.get(room.language()).to_owned(),
                href: format!("{HOME}/{}", place.key()),
                table: today_table(&room, place, &own)?,
            });
        }
    }
    let body = Body {
        words: room.words,
        waiting: (!waiting.is_empty())
            .then(|| list(&room, "waiting", "desk-waiting", &waiting, &by_key)),
        given_up: (!given_up.is_empty())
            .then(|| list(&room, "given-up", "desk-given-up", &given_up, &by_key)),
        today: parts,
        nothing_today: EmptyState::new(room.t("desk-nothing-today")),
        places: facilities
            .iter()
            .map(|place| {
                let count = people
                    .iter()
                    .filter(|found| found.facility == place.key())
                    .count();
                Place {
                    name: place.document.name.get(room.language()).to_owned(),
                    href: format!("{HOME}/{}", place.key()),
                    today: room
                        .words
                        .counted("desk-count-today", count as u64)
                        .into_owned(),
                }
            })
            .collect(),
        may_receive: !keys.is_empty(),
        may_set_up: room.principal.holds(SET_UP),
        refunds: (to_give_back > 0).then(|| {
            room.words
                .counted("desk-refunds-count", to_give_back as u64)
                .into_owned()
        }),
    };
    Ok(private(room.page(room.t("desk-title"), &body)))
}

/// Writes down whose names are about to be shown, once a day for each.
async fn record(room: &Room, people: &[&Reservation]) -> Result<(), Problem> {
    let account = room.account()?;
    // Of a session, the name stands with its course.
    let mut ids: Vec<i64> = people
        .iter()
        .map(|found| found.course.unwrap_or(found.id))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let known = looked_today(room.db(), &ids, account, room.city.today()).await?;
    let new: Vec<i64> = ids.into_iter().filter(|id| !known.contains(id)).collect();
    if !new.is_empty() {
        room.write((new, account), |tx, (new, account)| {
            Box::pin(record_looks(tx, new, *account, Way::List))
        })
        .await?;
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "desk/came.html")]
pub(super) struct Came<'a> {
    pub(super) words: Words,
    pub(super) action: String,
    /// The page on which it stands.
    pub(super) from: &'static str,
    /// Which of several that read alike it is.
    pub(super) about: &'a str,
    pub(super) state: State,
}

fn today_table(room: &Room, place: &Facility, own: &[&Reservation]) -> Result<Table, Problem> {
    let language = room.language();
    let mut rows = Vec::new();
    for found in own {
        let resource = place.document.resource(&found.resource);
        let name = resource.map_or("", |resource| resource.name.get(language));
        let mut time = hours(room.public, found.span);
        let session = resource.and_then(|resource| resource.course_session(found.span));
        if let Some(session) = session.filter(|_| found.course.is_some()) {
            let number = room
                .words
                .counted("desk-course-number", session.place as u64 + 1);
            time = format!("{time} {number}");
        }
        let (who, what) = if found.is_own {
            (room.t("desk-own"), found.title.clone())
        } else {
            let who = match &found.record {
                Some(record) => super::show::record_name(room, record),
                None => found
                    .contact(room.key()?)?
                    .map(|(_, contact)| contact.name)
                    .unwrap_or_default(),
            };
            let what = resource
                .map(|resource| purpose(language, resource, &found.purpose))
                .unwrap_or_default();
            (who, what)
        };
        let about = format!("{time} {name}");
        let came = if found.is_own {
            Html::empty()
        } else {
            Html::render(&Came {
                words: room.words,
                action: format!("{}/step", href(found.id)),
                from: "today",
                about: &about,
                state: found.state,
            })
            .unwrap_or_default()
        };
        rows.push(Row::new([
            Cell::link(time, href(found.course.unwrap_or(found.id))),
            Cell::text(name),
            Cell::text(who),
            Cell::text(what),
            Cell::text(if found.is_own {
                String::new()
            } else {
                found.people.to_string()
            }),
            Cell::text(room.p(&format!("booking-state-{}", found.state.name()))),
            Cell::html(&came),
        ]));
    }
    Ok(Table::new(
        language,
        format!("table-{}", place.key()),
        format!(
            "{} {}",
            place.document.name.get(language),
            room.t("desk-today")
        ),
    )
    .hide_caption()
    .columns([
        Column::text(room.t("desk-column-time")).no_wrap(),
        Column::text(room.t("desk-column-what")),
        Column::text(room.t("desk-column-who")),
        Column::text(room.t("desk-column-purpose")),
        Column::number(room.t("desk-column-people")),
        Column::text(room.t("desk-column-state")).no_wrap(),
        Column::text(room.t("desk-column-came")),
    ])
    .rows(rows)
    .stacked())
}

/// Reservations without names: when, what, state.
pub(super) fn list(
    room: &Room,
    id: &str,
    caption: &str,
    found: &[Reservation],
    places: &HashMap<&str, &Facility>,
) -> Table {
    let language = room.language();
    let rows = found.iter().map(|found| {
        let place = places.get(found.facility.as_str());
        let resource = place.and_then(|place| place.document.resource(&found.resource));
        let what = match (place, resource) {
            (Some(place), Some(resource)) => {
                crate::pages::words::what(language, &place.document, resource)
            }
            (Some(place), None) => place.document.name.get(language).to_owned(),
            _ => String::new(),
        };
        let purpose = resource
            .map(|resource| purpose(language, resource, &found.purpose))
            .unwrap_or_default();
        Row::new([
            Cell::link(
                match resource.filter(|_| found.is_course) {
                    Some(resource) => when_of(room.public, language, resource, found.span),
                    None => format!(
                        "{} {}",
                        short_day(room.public, found.span.day()),
                        hours(room.public, found.span)
                    ),
                },
                href(found.id),
            ),
            Cell::text(what),
            Cell::text(if found.is_own {
                found.title.clone()
            } else {
                purpose
            }),
            Cell::text(found.people.to_string()),
            Cell::text(room.p(&format!("booking-state-{}", found.state.name()))),
        ])
    });
    Table::new(language, id, room.t(caption))
        .hide_caption()
        .columns([
            Column::text(room.t("desk-column-when")).no_wrap(),
            Column::text(room.t("desk-column-what")),
            Column::text(room.t("desk-column-purpose")),
            Column::number(room.t("desk-column-people")),
            Column::text(room.t("desk-column-state")).no_wrap(),
        ])
        .rows(rows)
        .stacked()
}
