//! Lotteries at the desk: how far each is, what somebody must look after, entries for those who came or rang, and the values that decide
//! where people must give them. There is no way to choose a result, and none to draw again.

mod instead;

use askama::Template;
use axum::{
    extract::{Path, Query, RawQuery},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_ui::{
    Cell, ChipLabel, Column, DescriptionList, Fields, FormErrors, NotificationBanner, Page, Select,
    Table, TextField, Words, done as go,
};

use crate::{
    capabilities::RECEIVE,
    error::BookingError,
    model::lottery::{rules::SeedRule, source::Source},
    pages::{
        asked::{Asked, private},
        lottery::{
            HOME as PUBLIC, Room,
            choosing::{self, By},
            fairness::{self, Seen, Shown},
            showing,
        },
        words::moment,
    },
    store::{
        Facility, facility,
        lottery::{self, Phase, Round, RoundState},
    },
};

const HOME: &str = "/desk/booking/lottery";

pub(super) fn routes() -> Routes {
    let receive = Access::Staff(RECEIVE);
    Routes::new()
        .get(HOME, receive, list)
        .get("/desk/booking/lottery/{round}", receive, show)
        .get(
            "/desk/booking/lottery/{round}/fairness.csv",
            receive,
            fairness_file,
        )
        .post("/desk/booking/lottery/{round}/hash", receive, hash)
        .post("/desk/booking/lottery/{round}/value", receive, value)
        .get("/desk/booking/lottery/{round}/enter", receive, enter)
        .post("/desk/booking/lottery/{round}/enter", receive, send)
        .get(
            "/desk/booking/lottery/{round}/entries/{entry}/instead",
            receive,
            instead::show,
        )
        .post(
            "/desk/booking/lottery/{round}/entries/{entry}/instead",
            receive,
            instead::book,
        )
}

fn may(room: &Room, found: &Facility) -> bool {
    room.asked.principal.holds_in(RECEIVE, found.department())
}

/// A round of a facility whose reservations this person receives; to everybody else it does not exist.
async fn own(room: &Room, id: i64) -> Result<(Round, Facility), Problem> {
    let (round, found) = room.round(id).await?;
    if may(room, &found) {
        Ok((round, found))
    } else {
        Err(Problem::NotFound)
    }
}

fn page(room: &Room, title: impl Into<String>, body: &impl Template) -> Page {
    Page::desk(room.asked.shell.clone(), title, body)
        .breadcrumb(room.asked.t("booking-desk-home"), "/desk")
}

#[derive(Template)]
#[template(path = "lottery/desk_list.html")]
struct List {
    words: Words,
    table: Option<Table>,
}

async fn list(asked: Asked) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (db, now, language) = (
        room.asked.city().db(),
        room.asked.city().now(),
        room.language(),
    );
    let mut table = Table::new(language, "rounds", room.t("lottery-title")).columns([
        Column::text(room.t("lottery-desk-round")),
        Column::text(room.t("lottery-desk-phase")),
        Column::text(room.t("lottery-desk-next")),
        Column::number(room.t("lottery-desk-entries")),
        Column::number(room.t("lottery-desk-problems")),
        Column::text(room.t("lottery-desk-enter-column")),
    ]);
    let mut count = 0;
    for round in lottery::rounds(db).await? {
        let Some(found) = facility(db, &round.facility)
            .await?
            .filter(|found| may(&room, found))
        else {
            continue;
        };
        count += 1;
        let phase = round.phase(now);
        let counts = lottery::counts(db, round.id).await?;
        let problems = lottery::problems(db, round.id).await?.len();
        let next = match phase {
            Phase::Coming => Some(("lottery-note-opens", round.moments.opens)),
            Phase::Entering => Some(("lottery-note-closes", round.moments.closes)),
            Phase::Closed | Phase::Due => Some(("lottery-note-draws", round.moments.draws)),
            Phase::Answering => Some(("lottery-note-first-come", round.moments.first_come)),
            Phase::Over => None,
        };
        table = table.row([
            Cell::link(
                showing::title(&room, &round, &found.document),
                format!("{HOME}/{}", round.id),
            ),
            Cell::html(&showing::tag(&room, phase)),
            Cell::text(next.map_or_else(String::new, |(key, at)| {
                room.texts
                    .with_text(key, "at", &moment(language, at))
                    .into_owned()
            })),
            Cell::text(counts.entries.to_string()),
            Cell::text(problems.to_string()),
            if phase == Phase::Entering {
                Cell::link(
                    room.t("lottery-desk-enter"),
                    format!("{HOME}/{}/enter", round.id),
                )
            } else {
                Cell::empty()
            },
        ]);
    }
    let body = List {
        words: room.texts,
        table: (count > 0).then(|| table.row_headers().stacked().hide_caption()),
    };
    Ok(private(page(&room, room.t("lottery-title"), &body)))
}

#[derive(Deserialize)]
struct Asking {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "lottery/desk_show.html")]
struct Show {
    words: Words,
    id: i64,
    tag: ChipLabel,
    moments: DescriptionList,
    source: String,
    figures: DescriptionList,
    proof: Option<DescriptionList>,
    enter: Option<String>,
    public: String,
    blocked: Option<Table>,
    parties: Option<Table>,
    give_hash: Option<(Select, TextField)>,
    give_value: Option<TextField>,
    values: String,
    values_differ: bool,
    fairness: Option<Shown>,
    fair_file: String,
}

async fn show(
    asked: Asked,
    Path(id): Path<i64>,
    Query(query): Query<Asking>,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found) = own(&room, id).await?;
    let notice = room.done(query.done.as_deref());
    shown(&room, &round, &found, notice).await
}

async fn shown(
    room: &Room,
    round: &Round,
    found: &Facility,
    notice: Option<NotificationBanner>,
) -> Result<Response, Problem> {
    let language = room.language();
    let (db, now) = (room.asked.city().db(), room.asked.city().now());
    let phase = round.phase(now);
    let counts = lottery::counts(db, round.id).await?;
    let figures = [
        ("lottery-figure-entries", counts.entries),
        ("lottery-desk-online", counts.online),
        ("lottery-figure-won", counts.won),
        ("lottery-desk-unanswered", counts.unanswered),
        ("lottery-figure-accepted", counts.accepted),
        ("lottery-figure-given-up", counts.given_up),
        ("lottery-figure-offered", counts.offered),
    ]
    .into_iter()
    .fold(DescriptionList::new(), |list, (key, count)| {
        list.text(room.t(key), room.counted("lottery-entries-count", count))
    });
    let due = phase == Phase::Due && round.state == RoundState::Frozen;
    let is_value = matches!(round.source, Source::Value { .. });
    let (people, agree) = lottery::values_given(db, round.id).await?;
    let parties = lottery::shares(db, round.id).await?;
    let waiting: Vec<_> = parties
        .iter()
        .filter(|share| share.hash.is_none())
        .map(|share| yakuba_ui::Choice::new(share.party.to_string(), share.name.as_str()))
        .collect();
    let can_give = matches!(phase, Phase::Coming | Phase::Entering) && !waiting.is_empty();
    let body = Show {
        words: room.texts,
        id: round.id,
        tag: showing::tag(room, phase),
        moments: showing::moments(room, round),
        source: showing::source(room, round),
        figures,
        proof: round.commitment.as_ref().map(|commitment| {
            DescriptionList::new().text(room.t("lottery-commitment"), commitment)
        }),
        enter: (phase == Phase::Entering).then(|| format!("{HOME}/{}/enter", round.id)),
        public: format!("{PUBLIC}/{}", round.id),
        blocked: blocked(room, round, found).await?,
        parties: matches!(round.rules.seed, SeedRule::Parties(_)).then(|| {
            let columns = [
                "lottery-desk-party",
                "lottery-desk-hash",
                "lottery-desk-told",
            ];
            let table = Table::new(language, "parties", room.t("lottery-desk-parties-title"))
                .columns(columns.map(|key| Column::text(room.t(key))));
            parties
                .iter()
                .fold(table, |table, share| {
                    table.row([
                        Cell::text(&share.name),
                        Cell::text(
                            share
                                .hash
                                .clone()
                                .unwrap_or_else(|| room.t("lottery-desk-hash-missing")),
                        ),
                        Cell::text(room.t(if share.secret.is_some() {
                            "lottery-desk-told-yes"
                        } else {
                            "lottery-desk-hash-missing"
                        })),
                    ])
                })
                .row_headers()
                .stacked()
        }),
        give_hash: can_give.then(|| {
            (
                Select::new(language, "party", room.t("lottery-desk-party")).choices(waiting),
                TextField::new(language, "hash", room.t("lottery-desk-hash"))
                    .support(room.t("lottery-desk-hash-support"))
                    .max_length(64)
                    .required(),
            )
        }),
        give_value: (due && is_value).then(|| {
            TextField::new(language, "value", room.t("lottery-desk-value"))
                .support(room.t("lottery-desk-value-support"))
                .max_length(200)
                .required()
        }),
        values: if is_value {
            room.counted("lottery-desk-values", people)
        } else {
            String::new()
        },
        values_differ: !agree,
        fairness: fairness::shown(room, round, Seen::ByStaff).await?,
        fair_file: format!("{HOME}/{}/fairness.csv", round.id),
    };
    let mut page = page(room, showing::title(room, round, &found.document), &body)
        .breadcrumb(room.t("lottery-title"), HOME);
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}

async fn fairness_file(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, _) = own(&room, id).await?;
    fairness::file(&room, &round, Seen::ByStaff).await
}

/// Those who won a time that the city has taken since.
async fn blocked(room: &Room, round: &Round, found: &Facility) -> Result<Option<Table>, Problem> {
    let problems = lottery::problems(room.asked.city().db(), round.id).await?;
    if problems.is_empty() {
        return Ok(None);
    }
    let columns = [
        "lottery-desk-name",
        "lottery-desk-phone",
        "lottery-desk-time",
        "lottery-desk-instead-column",
    ];
    let mut table = Table::new(
        room.language(),
        "blocked",
        room.t("lottery-desk-blocked-title"),
    )
    .columns(columns.map(|key| Column::text(room.t(key))));
    for entry in problems {
        let (_, contact) = entry.contact(room.asked.key())?;
        let time = entry
            .won
            .and_then(|won| entry.choices.get(won))
            .map_or_else(String::new, |choice| {
                showing::choice(room.language(), &found.document, choice)
            });
        table = table.row([
            Cell::text(contact.name),
            Cell::text(contact.phone.or(contact.email).unwrap_or_default()),
            Cell::text(time),
            Cell::link(
                room.t("lottery-desk-instead"),
                instead::at(round.id, entry.id),
            ),
        ]);
    }
    Ok(Some(table.row_headers().stacked()))
}

async fn answer(
    room: &Room,
    round: &Round,
    found: &Facility,
    outcome: Result<&str, BookingError>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(notice) => Ok(go(&format!("{HOME}/{}", round.id), notice)),
        Err(error) => {
            let notice = NotificationBanner::error(room.explain(error)?);
            shown(room, round, found, Some(notice)).await
        }
    }
}

async fn hash(asked: Asked, Path(id): Path<i64>, fields: Fields) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found) = own(&room, id).await?;
    let party: i64 = fields.get("party").parse().unwrap_or(0);
    let hash = fields.get("hash").trim().to_lowercase();
    let outcome: Result<(), BookingError> = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            (id, party, hash),
            |tx, (id, party, hash)| Box::pin(lottery::give_hash(tx, *id, *party, hash)),
        )
        .await;
    answer(&room, &round, &found, outcome.map(|()| "hash")).await
}

async fn value(asked: Asked, Path(id): Path<i64>, fields: Fields) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found) = own(&room, id).await?;
    let actor = room.asked.principal.actor();
    let value = fields.get("value").to_owned();
    let given: Result<(), BookingError> = room
        .asked
        .city()
        .write(actor.clone(), (id, value), |tx, (id, value)| {
            Box::pin(lottery::give_value(tx, *id, value))
        })
        .await;
    let outcome = match given {
        Ok(()) => lottery::draw(room.asked.city(), actor, id, None)
            .await
            .map(|is_drawn| if is_drawn { "drawn" } else { "value" }),
        Err(error) => Err(error),
    };
    answer(&room, &round, &found, outcome).await
}

async fn enter(
    asked: Asked,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found) = own(&room, id).await?;
    let fields = Fields::of_query(&query.unwrap_or_default());
    choosing::show(
        &room,
        &round,
        &found,
        &fields,
        &FormErrors::new(),
        None,
        By::Staff,
    )
    .await
}

#[derive(Template)]
#[template(path = "lottery/desk_entered.html")]
struct Entered {
    words: Words,
    number: String,
    entry: String,
    back: String,
}

/// The number is shown once, on the page that answers: it stands in no address.
async fn send(asked: Asked, Path(id): Path<i64>, fields: Fields) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found) = own(&room, id).await?;
    let entered = match choosing::send_for(&room, &round, &found, &fields).await? {
        Ok(entered) => entered,
        Err(page) => return Ok(page),
    };
    let entry = lottery::entry(room.asked.city().db(), entered.id)
        .await?
        .ok_or(Problem::NotFound)?;
    let (number, _) = entry.contact(room.asked.key())?;
    let body = Entered {
        words: room.texts,
        number,
        entry: entry.number,
        back: format!("{HOME}/{}", round.id),
    };
    let page = page(&room, room.t("lottery-done-title"), &body)
        .breadcrumb(room.t("lottery-title"), HOME)
        .notice(NotificationBanner::success(room.t("lottery-desk-entered")));
    Ok(private(page).into_response())
}
