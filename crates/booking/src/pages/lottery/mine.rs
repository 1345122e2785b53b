//! What somebody has entered: found by number or account, changed, withdrawn, answered; with the reasons of the outcome.

use askama::Template;
use axum::{extract::Query, response::Response};
use jiff::SignedDuration;
use serde::Deserialize;
use yakuba_city::{Tx, web::Problem};
use yakuba_identity::Receipt;
use yakuba_ui::{
    DescriptionList, ErrorSummary, Fields, FormErrors, NotificationBanner, Page, TextField, Words,
};

use super::{
    HOME, Room,
    choosing::{change_address, ordinal},
    showing,
};
use crate::{
    error::BookingError,
    pages::{
        asked::{Asked, private},
        words::moment,
    },
    store::lottery::{self, Entry, EntryState, Phase},
};

#[derive(Deserialize)]
pub(super) struct Asking {
    done: Option<String>,
}

struct Item {
    id: i64,
    title: String,
    state: String,
    choice: String,
}

#[derive(Template)]
#[template(path = "lottery/mine.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    items: Vec<Item>,
    is_resident: bool,
    number: TextField,
}

pub(super) async fn page(asked: Asked, Query(query): Query<Asking>) -> Result<Response, Problem> {
    let room = Room::new(asked);
    list(&room, &FormErrors::new(), query.done.as_deref()).await
}

async fn list(room: &Room, errors: &FormErrors, done: Option<&str>) -> Result<Response, Problem> {
    let language = room.language();
    let resident = room.asked.principal.resident().map(|resident| resident.id);
    let mut items = Vec::new();
    if let Some(resident) = resident {
        for entry in lottery::entries_of_resident(room.asked.city().db(), resident).await? {
            let (round, found) = room.round(entry.round).await?;
            items.push(Item {
                id: entry.id,
                title: showing::title(room, &round, &found.document),
                state: room.t(&format!("lottery-state-{}", entry.state.name())),
                choice: entry.choices.first().map_or_else(String::new, |choice| {
                    showing::choice(language, &found.document, choice)
                }),
            });
        }
    }
    let body = Body {
        words: room.texts,
        errors: errors.summary(language),
        items,
        is_resident: resident.is_some(),
        number: TextField::new(language, "number", room.t("lottery-receipt"))
            .support(room.t("lottery-receipt-support"))
            .width(24)
            .required()
            .errors(errors),
    };
    let mut page = Page::public(
        room.asked.shell.clone(),
        room.t("lottery-mine-title"),
        &body,
    )
    .breadcrumb(room.asked.t("booking-title"), "/booking")
    .breadcrumb(room.t("lottery-title"), HOME)
    .narrow()
    .not_for_search_engines()
    .with_errors(!errors.is_empty());
    if let Some(notice) = room.done(done) {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// The entry that a form speaks of: by the number that opens it, or one of this account.
async fn asked_for(room: &Room, fields: &Fields) -> Result<Option<Entry>, Problem> {
    let db = room.asked.city().db();
    if fields.has("number") {
        room.asked.begin_looking_up().await?;
        let found = match fields.get("number").parse::<Receipt>() {
            Ok(number) => lottery::by_receipt(db, room.asked.key(), &number).await?,
            Err(_) => None,
        };
        if found.is_some() {
            room.asked.found_it().await?;
        }
        return Ok(found);
    }
    let account = room.asked.principal.resident().map(|resident| resident.id);
    let id: i64 = fields.get("id").parse().unwrap_or(0);
    Ok(lottery::entry(db, id)
        .await?
        .filter(|entry| account.is_some() && entry.resident == account))
}

async fn not_found(room: &Room) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    errors.add("number", room.t("lottery-error-number"));
    list(room, &errors, None).await
}

struct Line {
    label: String,
    text: String,
    why: String,
}

#[derive(Template)]
#[template(path = "lottery/entry.html")]
struct Shown {
    words: Words,
    details: DescriptionList,
    choices: Vec<Line>,
    tickets: String,
    place: String,
    can_answer: bool,
    answer_by: String,
    can_change: bool,
    change: String,
    round: (String, String),
    by: (&'static str, String),
}

/// What became of each choice.
fn why(room: &Room, entry: &Entry, place: usize) -> String {
    if entry.won == Some(place) {
        return room.t("lottery-why-won");
    }
    match entry.why.get(place) {
        Some(Some(other)) => room.counted("lottery-why-to", i64::from(*other)),
        Some(None) => room.t("lottery-why-beforehand"),
        None if entry.won.is_some() => room.t("lottery-why-not-needed"),
        None if entry.place.is_some() => room.t("lottery-why-limit"),
        None => String::new(),
    }
}

async fn shown(
    room: &Room,
    fields: &Fields,
    entry: &Entry,
    notice: Option<NotificationBanner>,
) -> Result<Response, Problem> {
    let language = room.language();
    let now = room.asked.city().now();
    let (round, found) = room.round(entry.round).await?;
    let (number, contact) = entry.contact(room.asked.key())?;
    let mut details = DescriptionList::new()
        .text(
            room.t("lottery-state"),
            room.t(&format!("lottery-state-{}", entry.state.name())),
        )
        .text(room.t("lottery-receipt"), number)
        .text(room.t("lottery-entry-number"), &entry.number)
        .text(room.asked.t("booking-name"), contact.name);
    let by_number = fields.has("number");
    let is_open = round.phase(now) == Phase::Entering;
    let can_answer =
        entry.state == EntryState::Won && entry.answer_by.is_some_and(|until| now < until);
    let until = entry
        .answer_by
        .map_or_else(String::new, |until| moment(language, until));
    if can_answer {
        details = details.text(room.t("lottery-confirm-by"), &until);
    }
    let body = Shown {
        words: room.texts,
        details,
        choices: entry
            .choices
            .iter()
            .enumerate()
            .map(|(place, choice)| Line {
                label: ordinal(room, place),
                text: showing::choice(language, &found.document, choice),
                why: why(room, entry, place),
            })
            .collect(),
        tickets: if entry.tickets > 1 {
            room.counted("lottery-why-tickets", entry.tickets.into())
        } else {
            String::new()
        },
        place: entry.place.map_or_else(String::new, |place| {
            room.counted("lottery-why-place", place.into())
        }),
        can_answer,
        answer_by: until,
        can_change: is_open && entry.state == EntryState::Entered,
        change: change_address(entry, !by_number),
        round: (
            format!("{HOME}/{}", round.id),
            showing::title(room, &round, &found.document),
        ),
        by: if by_number {
            ("number", fields.get("number").to_owned())
        } else {
            ("id", fields.get("id").to_owned())
        },
    };
    let mut page = Page::public(
        room.asked.shell.clone(),
        room.t("lottery-entry-title"),
        &body,
    )
    .breadcrumb(room.asked.t("booking-title"), "/booking")
    .breadcrumb(room.t("lottery-title"), HOME)
    .breadcrumb(room.t("lottery-mine-title"), format!("{HOME}/mine"))
    .narrow()
    .not_for_search_engines();
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}

pub(super) async fn show(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let room = Room::new(asked);
    match asked_for(&room, &fields).await? {
        Some(entry) => shown(&room, &fields, &entry, None).await,
        None => not_found(&room).await,
    }
}

/// What is done with an entry.
#[derive(Clone, Copy)]
enum Act {
    Withdraw,
    Accept,
    Decline,
}

async fn carry_out(tx: &Tx, id: i64, act: Act) -> Result<(), BookingError> {
    match act {
        Act::Withdraw => lottery::withdraw(tx, id).await,
        Act::Accept => lottery::accept(tx, id).await,
        Act::Decline => lottery::decline(tx, id).await,
    }
}

async fn act(asked: Asked, fields: Fields, act: Act, done: &str) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let Some(entry) = asked_for(&room, &fields).await? else {
        return not_found(&room).await;
    };
    let outcome: Result<(), BookingError> = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            (entry.id, act),
            |tx, (id, act)| Box::pin(carry_out(tx, *id, *act)),
        )
        .await;
    let notice = match outcome {
        Ok(()) => room.done(Some(done)),
        Err(error) => Some(NotificationBanner::error(room.explain(error)?)),
    };
    let entry = lottery::entry(room.asked.city().db(), entry.id)
        .await?
        .ok_or(Problem::NotFound)?;
    shown(&room, &fields, &entry, notice).await
}

pub(super) async fn withdraw(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    act(asked, fields, Act::Withdraw, "withdrawn").await
}

pub(super) async fn accept(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    act(asked, fields, Act::Accept, "accepted").await
}

pub(super) async fn decline(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    act(asked, fields, Act::Decline, "declined").await
}

struct Made {
    title: String,
    choices: Vec<(String, String)>,
    number: String,
    entry: String,
    draws: String,
}

#[derive(Template)]
#[template(path = "lottery/done.html")]
struct Done {
    words: Words,
    made: Vec<Made>,
}

/// How long a browser is shown what it entered.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(2);

pub(super) async fn done(asked: Asked) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let language = room.language();
    let mut made = Vec::new();
    if let Some(visit) = room.asked.visit() {
        let since = room.asked.city().now() - SHOWN_FOR;
        for entry in lottery::entries_by(room.asked.city().db(), &visit, since).await? {
            let (round, found) = room.round(entry.round).await?;
            let (number, _) = entry.contact(room.asked.key())?;
            made.push(Made {
                title: showing::title(&room, &round, &found.document),
                choices: entry
                    .choices
                    .iter()
                    .enumerate()
                    .map(|(place, choice)| {
                        (
                            ordinal(&room, place),
                            showing::choice(language, &found.document, choice),
                        )
                    })
                    .collect(),
                number,
                entry: entry.number.clone(),
                draws: moment(language, round.moments.draws),
            });
        }
    }
    let body = Done {
        words: room.texts,
        made,
    };
    let page = Page::public(
        room.asked.shell.clone(),
        room.t("lottery-done-title"),
        &body,
    )
    .breadcrumb(room.asked.t("booking-title"), "/booking")
    .breadcrumb(room.t("lottery-title"), HOME)
    .narrow()
    .not_for_search_engines();
    Ok(private(page))
}
