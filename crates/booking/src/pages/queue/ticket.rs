//! The page of one number: how many come before, how long it takes, and the call.

use askama::Template;
use axum::{extract::Path, response::Response};
use yakuba_city::{Actor, web::Problem};
use yakuba_ui::{Fields, Page, Words};

use super::{Call, REFRESH, WORDS, calls, service, standing_of, wait_text};
use crate::{
    pages::asked::{Asked, private},
    store::queue::{TicketState, leave as leave_line, queue, ticket_of, token_hash},
};

#[derive(Template)]
#[template(path = "queue/ticket.html")]
struct Body {
    words: Words,
    token: String,
    counter: String,
    counter_name: String,
    number: String,
    service: String,
    state: TicketState,
    window: u32,
    before: usize,
    wait: String,
    missed: bool,
    has_appointment: bool,
    is_over: bool,
    calls: Vec<Call>,
    /// Changes when this number is called: then it rings.
    sound: String,
}

pub(super) async fn page(asked: Asked, Path(token): Path<String>) -> Result<Response, Problem> {
    let language = asked.language;
    let words = WORDS.words(language);
    let ticket = ticket_of(asked.city().db(), asked.key(), &token)
        .await?
        .ok_or(Problem::NotFound)?;
    let counter = queue(asked.city().db(), &ticket.counter)
        .await?
        .ok_or(Problem::NotFound)?;
    let standing = standing_of(&asked, &counter).await?;
    let before = standing.before(ticket.id).unwrap_or(0);
    let window = ticket.window.unwrap_or(0);
    let is_called = ticket.state == TicketState::Called;
    let body = Body {
        words,
        token,
        counter: counter.key().to_owned(),
        counter_name: counter.document.name.get(language).to_owned(),
        number: ticket.number.to_string(),
        service: service(&counter, &ticket.resource, language),
        state: ticket.state,
        window,
        before,
        wait: wait_text(words, &standing, before),
        missed: ticket.misses == 1,
        has_appointment: ticket.reservation.is_some(),
        is_over: ticket.day != asked.city().today()
            || !matches!(ticket.state, TicketState::Waiting | TicketState::Called),
        calls: calls(&standing.called),
        sound: if is_called {
            format!("{window}-{}", ticket.calls)
        } else {
            String::new()
        },
    };
    let page = Page::public(asked.shell.clone(), words.get("queue-ticket-title"), &body)
        .breadcrumb(words.get("queue-list-title"), "/booking/queue")
        .narrow()
        .not_for_search_engines()
        .refreshes(REFRESH);
    Ok(private(page))
}

/// Gives the number back.
pub(super) async fn leave(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let token = fields.get("token").to_owned();
    let hash = token_hash(asked.key(), &token);
    if ticket_of(asked.city().db(), asked.key(), &token)
        .await?
        .is_none()
    {
        return Err(Problem::NotFound);
    }
    asked
        .city()
        .write(Actor::Public, hash, |tx, hash| {
            Box::pin(leave_line(tx, hash))
        })
        .await?;
    Ok(asked.go(&format!("/booking/ticket/{token}"), None))
}
