//! One counter: who is called now, drawing a number, and reporting that one is there for an appointment.

use askama::Template;
use axum::{extract::Path, response::Response};
use yakuba_city::{Actor, web::Problem};
use yakuba_identity::{Receipt, Token};
use yakuba_kernel::Channel;
use yakuba_ui::{Choice, ErrorSummary, Fields, FormErrors, Page, RadioGroup, TextField, Words};

use super::{
    A_DAY, COOKIE, Call, REFRESH, WORDS, calls, counter_of, standing_of, token_of, wait_text,
};
use crate::{
    error::BookingError,
    model::{
        queue::EARLY,
        state::{State, Step},
    },
    pages::asked::{Asked, private},
    store::{
        queue::{
            Draw, Queue, Ticket, TicketState, draw as draw_number, draw_for_reservation,
            enter_with_appointment, queue, ticket_of, token_hash,
        },
        reservations::{Reservation, by_number, step},
    },
};

#[derive(Template)]
#[template(path = "queue/counter.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    key: String,
    calls: Vec<Call>,
    waiting: usize,
    wait: String,
    own: Option<(String, String)>,
    can_draw: bool,
    is_open: bool,
    mark: String,
    service: Option<RadioGroup>,
    number: TextField,
}

pub(super) async fn page(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let queue = counter_of(&asked, &key).await?;
    shown(&asked, &queue, &Fields::default(), &FormErrors::new()).await
}

/// The number this browser drew for today, while it is in line or called.
async fn own(asked: &Asked) -> Result<Option<(String, Ticket)>, Problem> {
    let Some(token) = asked.cookies().token(COOKIE) else {
        return Ok(None);
    };
    let found = ticket_of(asked.city().db(), asked.key(), token.as_str()).await?;
    Ok(found
        .filter(|ticket| {
            ticket.day == asked.city().today()
                && matches!(ticket.state, TicketState::Waiting | TicketState::Called)
        })
        .map(|ticket| (token.as_str().to_owned(), ticket)))
}

/// What can be chosen of a counter with more than one service.
pub(crate) fn services(
    queue: &Queue,
    language: yakuba_ui::Language,
    words: Words,
    errors: &FormErrors,
) -> Option<RadioGroup> {
    let resources = &queue.document.resources;
    (resources.len() > 1).then(|| {
        RadioGroup::new(language, "resource", words.get("queue-service"))
            .choices(
                resources.iter().map(|resource| {
                    Choice::new(resource.key.as_str(), resource.name.get(language))
                }),
            )
            .choice(Choice::new("", words.get("queue-service-other")))
            .errors(errors)
    })
}

async fn shown(
    asked: &Asked,
    queue: &Queue,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = asked.language;
    let words = WORDS.words(language);
    let standing = standing_of(asked, queue).await?;
    let name = queue.document.name.get(language).to_owned();
    let body = Body {
        words,
        errors: errors.summary(language),
        key: queue.key().to_owned(),
        calls: calls(&standing.called),
        waiting: standing.waiting.len(),
        wait: wait_text(words, &standing, standing.waiting.len()),
        own: own(asked)
            .await?
            .map(|(token, ticket)| (token, ticket.number.to_string())),
        can_draw: queue.from_phones && standing.open() > 0,
        is_open: standing.open() > 0,
        mark: Token::generate().as_str().to_owned(),
        service: services(queue, language, words, errors),
        number: TextField::new(language, "number", words.get("queue-check-in-number"))
            .support(words.get("queue-check-in-support"))
            .width(24)
            .value(fields.get("number"))
            .errors(errors),
    };
    let page = Page::public(asked.shell.clone(), name, &body)
        .breadcrumb(asked.t("booking-title"), "/booking")
        .breadcrumb(words.get("queue-list-title"), "/booking/queue")
        .with_errors(!errors.is_empty());
    // Who has just been told of an error must have time to read it.
    Ok(private(if errors.is_empty() {
        page.refreshes(REFRESH * 3)
    } else {
        page
    }))
}

/// Draws a number with a telephone. A browser has one at a time.
pub(super) async fn draw(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let queue = counter_of(&asked, fields.get("counter")).await?;
    if let Some((token, _)) = own(&asked).await? {
        return Ok(asked.go(&format!("/booking/ticket/{token}"), None));
    }
    let words = WORDS.words(asked.language);
    let mark = fields.get("mark");
    if !queue.from_phones || standing_of(&asked, &queue).await?.open() == 0 || mark.len() < 40 {
        let mut errors = FormErrors::new();
        errors.add("mark", words.get("queue-error-closed").into_owned());
        return shown(&asked, &queue, &fields, &errors).await;
    }
    let token = token_of(asked.key(), mark);
    let draw = Draw {
        counter: queue.key().to_owned(),
        resource: fields.get("resource").to_owned(),
        token_hash: token_hash(asked.key(), &token),
        channel: Channel::Online,
        reason: None,
    };
    asked
        .city()
        .write(Actor::Public, draw, |tx, draw| {
            Box::pin(draw_number(tx, draw))
        })
        .await?;
    Ok(went(&asked, &token))
}

fn went(asked: &Asked, token: &str) -> Response {
    let mut response = asked.go(&format!("/booking/ticket/{token}"), None);
    asked.cookies().set(
        &mut response,
        COOKIE,
        Some(&Token::received(token)),
        Some(A_DAY),
    );
    response
}

/// Why somebody cannot be put into the line with an appointment: the key of the text.
pub(crate) fn refusal(
    asked_at: jiff::Timestamp,
    today: jiff::civil::Date,
    found: &Reservation,
) -> Option<&'static str> {
    if !matches!(found.state, State::Confirmed | State::Attended) {
        return Some("queue-error-not-confirmed");
    }
    if found.span.day() != today {
        return Some("queue-error-other-day");
    }
    if found.span.beginning().duration_since(asked_at) > EARLY {
        return Some("queue-error-early");
    }
    (asked_at >= found.span.end()).then_some("queue-error-late")
}

/// Puts somebody with an appointment into the line and gives them a ticket.
pub(crate) async fn enter(
    city: &yakuba_city::City,
    actor: Actor,
    found: Reservation,
    token_hash: String,
    channel: Channel,
) -> Result<(), BookingError> {
    city.write(
        actor,
        (found, token_hash, channel),
        |tx, (found, hash, channel)| {
            Box::pin(async move {
                // Into the line first, so that it is told how they came.
                enter_with_appointment(tx, found, *channel).await?;
                step(tx, found.id, Step::CheckIn).await?;
                draw_for_reservation(tx, found.id, hash).await?;
                Ok(())
            })
        },
    )
    .await
}

/// Somebody with an appointment is there.
pub(super) async fn check_in(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let here = counter_of(&asked, fields.get("counter")).await?;
    let words = WORDS.words(asked.language);
    let refuse = async |key: &str| {
        let mut errors = FormErrors::new();
        errors.add("number", words.get(key).into_owned());
        shown(&asked, &here, &fields, &errors).await
    };
    asked.begin_looking_up().await?;
    let found = match fields.get("number").parse::<Receipt>() {
        Ok(number) => by_number(asked.city().db(), asked.key(), &number).await?,
        Err(_) => None,
    };
    let Some(found) = found else {
        return refuse("queue-error-number").await;
    };
    asked.found_it().await?;
    if queue(asked.city().db(), &found.facility)
        .await?
        .is_none_or(|queue| !queue.is_on)
    {
        return refuse("queue-error-no-queue").await;
    }
    let city = asked.city();
    if let Some(key) = refusal(city.now(), city.today(), &found) {
        return refuse(key).await;
    }
    let mark = fields.get("mark");
    if mark.len() < 40 {
        return refuse("queue-error-closed").await;
    }
    let token = token_of(asked.key(), mark);
    let hash = token_hash(asked.key(), &token);
    enter(city, Actor::Public, found, hash, Channel::Online).await?;
    Ok(went(&asked, &token))
}
