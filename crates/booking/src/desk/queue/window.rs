//! A window: one large button for the next, smaller ones for everything else.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{Cell, Choice, Column, Fields, Row, Select, Table, Words};

use super::{HOME, Room, go};
use crate::{
    capabilities::QUEUE,
    error::BookingError,
    model::queue::TicketNumber,
    pages::queue::{minutes, service},
    store::queue::{Act, Acted, Queue, Ticket, WindowStep, act, queues},
};

/// Who is at the window.
struct There {
    number: TicketNumber,
    service: String,
    notes: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/queue/window.html")]
struct Body {
    words: Words,
    key: String,
    action: String,
    revision: i64,
    is_open: bool,
    there: Option<There>,
    next: Option<TicketNumber>,
    waiting: usize,
    line: Option<Table>,
    others: Option<Select>,
}

fn address(key: &str, number: u32) -> String {
    format!("{HOME}/{key}/window/{number}")
}

/// What staff should know of a ticket: nothing about the person.
fn notes(room: &Room, ticket: &Ticket) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(reason) = ticket.reason {
        notes.push(room.t(&format!("queue-desk-reason-{}", reason.name())));
    }
    if let Some(due) = ticket.turn.due {
        let time = due.to_zoned(jiff::tz::TimeZone::fixed(yakuba_city::JAPAN));
        notes.push(
            room.words
                .with_text(
                    "queue-desk-appointment",
                    "time",
                    &format!("{}:{:02}", time.hour(), time.minute()),
                )
                .into_owned(),
        );
    }
    if ticket.misses > 0 {
        notes.push(room.t("queue-desk-missed-once"));
    }
    notes
}

fn line(room: &Room, queue: &Queue, waiting: &[Ticket]) -> Option<Table> {
    let language = room.language();
    let now = room.city().now();
    (!waiting.is_empty()).then(|| {
        Table::new(language, "line", room.t("queue-desk-line-title"))
            .columns([
                Column::text(room.t("queue-desk-number")).no_wrap(),
                Column::text(room.t("queue-desk-service")),
                Column::number(room.t("queue-desk-waits")).no_wrap(),
                Column::text(room.t("queue-desk-note")),
            ])
            .rows(waiting.iter().map(|ticket| {
                let waits = now.duration_since(ticket.waiting_since).as_secs().max(0);
                Row::new([
                    Cell::text(ticket.number.to_string()),
                    Cell::text(service(queue, &ticket.resource, language)),
                    Cell::text(minutes(room.words, waits)),
                    Cell::text(notes(room, ticket).join(" / ")),
                ])
            }))
            .row_headers()
            .stacked()
    })
}

pub(super) async fn page(
    room: Room,
    Path((key, number)): Path<(String, u32)>,
) -> Result<Response, Problem> {
    let queue = room.counter(&key, QUEUE).await?;
    let standing = room.standing(&queue).await?;
    let window = standing
        .windows
        .iter()
        .find(|window| window.number == number && queue.is_on)
        .ok_or(Problem::NotFound)?;
    let language = room.language();
    let others: Vec<Queue> = queues(room.city().db())
        .await?
        .into_iter()
        .filter(|other| other.is_on && other.key() != key)
        .collect();
    let there = standing.at(number).map(|ticket| There {
        number: ticket.number.clone(),
        service: service(&queue, &ticket.resource, language),
        notes: notes(&room, ticket),
    });
    let body = Body {
        words: room.words,
        key: key.clone(),
        action: address(&key, number),
        revision: window.revision,
        is_open: window.is_open,
        next: standing.waiting.first().map(|ticket| ticket.number.clone()),
        waiting: standing.waiting.len(),
        line: line(&room, &queue, &standing.waiting),
        others: (there.is_some() && !others.is_empty()).then(|| {
            others.iter().fold(
                Select::new(language, "to", room.t("queue-desk-transfer-to")),
                |select, other| select.choice(Choice::new(other.key(), room.name(other))),
            )
        }),
        there,
    };
    let title = room.words.with(
        "queue-desk-window-title",
        &[
            ("name", room.name(&queue).into()),
            ("n", i64::from(number).into()),
        ],
    );
    Ok(room
        .page(title, &body)
        .refreshes(crate::pages::queue::REFRESH)
        .into_response())
}

pub(super) async fn act_at(
    room: Room,
    Path((key, number)): Path<(String, u32)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let queue = room.counter(&key, QUEUE).await?;
    let step = match fields.get("step") {
        "open" => WindowStep::Open,
        "close" => WindowStep::Close,
        "next" => WindowStep::Next,
        "again" => WindowStep::Again,
        "served" => WindowStep::Served,
        "missed" => WindowStep::Missed,
        "transfer" => WindowStep::Transfer(fields.get("to").to_owned()),
        _ => return Err(Problem::NotFound),
    };
    let step = Act {
        counter: queue.key().to_owned(),
        window: number,
        revision: fields.integer("revision").unwrap_or(0),
        step,
    };
    let acted = room
        .city()
        .write(room.principal.actor(), step, |tx, step| {
            Box::pin(act(tx, step))
        })
        .await;
    let done = match acted {
        Ok(Acted::Done) => "",
        Ok(Acted::Nobody) => "nobody",
        Ok(Acted::Stale) => "stale",
        Err(BookingError::WrongState) => "impossible",
        Err(error) => return Err(error.into()),
    };
    Ok(go(&address(&key, number), done))
}
