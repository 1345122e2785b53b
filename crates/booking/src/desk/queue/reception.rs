//! The reception: numbers for those who come, and those who come with an appointment. Also for a screen on which people do it
//! themselves, signed in as an account that may do nothing else.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_identity::{Receipt, Token};
use yakuba_kernel::Channel;
use yakuba_ui::{Choice, ErrorSummary, Fields, FormErrors, RadioGroup, Select, TextField, Words};

use super::{HOME, Room};
use crate::{
    capabilities::RECEPTION,
    model::{queue::Reason, state::State},
    pages::queue::{
        counter::{enter, refusal, services},
        service, token_of, wait_text,
    },
    store::{
        queue::{Draw, Queue, draw, token_hash},
        reservations::{by_number, reservation, reservations_between},
    },
};

/// An appointment of today. Who comes is not shown here.
struct Appointment {
    id: i64,
    time: String,
    service: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "desk/queue/reception.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    action: String,
    mark: String,
    waiting: usize,
    wait: String,
    service: Option<RadioGroup>,
    reason: Select,
    number: TextField,
    appointments: Vec<Appointment>,
}

fn address(key: &str) -> String {
    format!("{HOME}/{key}/reception")
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let queue = counter(&room, &key).await?;
    shown(&room, &queue, &Fields::default(), &FormErrors::new()).await
}

async fn counter(room: &Room, key: &str) -> Result<Queue, Problem> {
    let queue = room.counter(key, RECEPTION).await?;
    if queue.is_on {
        Ok(queue)
    } else {
        Err(Problem::NotFound)
    }
}

async fn appointments(room: &Room, queue: &Queue) -> Result<Vec<Appointment>, Problem> {
    let city = room.city();
    let (now, today) = (city.now(), city.today());
    Ok(reservations_between(city.db(), queue.key(), today, today)
        .await?
        .into_iter()
        .filter(|found| {
            !found.is_own
                && matches!(found.state, State::Confirmed | State::Attended)
                && found.span.end() > now
        })
        .map(|found| Appointment {
            id: found.id,
            time: found.span.from().to_string(),
            service: service(queue, &found.resource, room.language()),
            is_here: found.state == State::Attended,
        })
        .collect())
}

async fn shown(
    room: &Room,
    queue: &Queue,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let standing = room.standing(queue).await?;
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        action: address(queue.key()),
        mark: Token::generate().as_str().to_owned(),
        waiting: standing.waiting.len(),
        wait: wait_text(room.words, &standing, standing.waiting.len()),
        service: services(queue, language, room.words, errors),
        reason: Reason::ALL.into_iter().fold(
            Select::new(language, "reason", room.t("queue-desk-reason"))
                .choice(Choice::new("", room.t("queue-desk-reason-none"))),
            |select, reason| {
                select.choice(Choice::new(
                    reason.name(),
                    room.t(&format!("queue-desk-reason-{}", reason.name())),
                ))
            },
        ),
        number: TextField::new(language, "number", room.t("queue-check-in-number"))
            .width(24)
            .value(fields.get("number"))
            .errors(errors),
        appointments: appointments(room, queue).await?,
    };
    let title = room
        .words
        .with_text("queue-desk-reception-title", "name", &room.name(queue));
    Ok(room
        .page(title, &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// Draws a number: for somebody without an appointment, or with one told by its number or chosen from today's.
pub(super) async fn draw_here(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let queue = counter(&room, &key).await?;
    let refuse = async |text: &str| {
        let mut errors = FormErrors::new();
        errors.add("number", room.t(text));
        shown(&room, &queue, &fields, &errors).await
    };
    let mark = fields.get("mark");
    if mark.len() < 40 {
        return refuse("queue-desk-done-stale").await;
    }
    let city = room.city();
    let actor = room.principal.actor();
    let token = token_of(room.identity.key(), mark);
    let hash = token_hash(room.identity.key(), &token);
    let found = if fields.get("what") == "number" {
        let found = match fields.get("number").parse::<Receipt>() {
            Ok(number) => by_number(city.db(), room.identity.key(), &number).await?,
            Err(_) => None,
        };
        match found {
            Some(found) => Some(found),
            None => return refuse("queue-error-number").await,
        }
    } else if let Some(id) = fields.integer("reservation") {
        reservation(city.db(), id).await?
    } else {
        None
    };
    match found {
        Some(found) if found.facility != queue.key() => {
            return refuse("queue-error-no-queue").await;
        }
        Some(found) => {
            if let Some(text) = refusal(city.now(), city.today(), &found) {
                return refuse(text).await;
            }
            enter(city, actor, found, hash, Channel::Counter).await?;
        }
        None => {
            let new = Draw {
                counter: queue.key().to_owned(),
                resource: fields.get("resource").to_owned(),
                token_hash: hash,
                channel: Channel::Counter,
                reason: Reason::read(fields.get("reason")),
            };
            city.write(actor, new, |tx, new| Box::pin(draw(tx, new)))
                .await?;
        }
    }
    Ok(Redirect::to(&format!("/desk/booking/ticket/{token}")).into_response())
}
