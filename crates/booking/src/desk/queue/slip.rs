//! The slip that is printed for somebody: the number, large, and the code that opens its page on a telephone.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_identity::qr_code;
use yakuba_ui::{Html, Words};

use super::{HOME, Room};
use crate::{
    capabilities::RECEPTION,
    pages::queue::{service, wait_text},
    store::queue::ticket_of,
};

#[derive(Template)]
#[template(path = "desk/queue/slip.html")]
struct Body {
    words: Words,
    city: String,
    counter: String,
    service: String,
    number: String,
    drawn: String,
    before: String,
    wait: String,
    qr: Html,
    back: String,
}

pub(super) async fn page(room: Room, Path(token): Path<String>) -> Result<Response, Problem> {
    let ticket = ticket_of(room.city().db(), room.identity.key(), &token)
        .await?
        .ok_or(Problem::NotFound)?;
    let queue = room.counter(&ticket.counter, RECEPTION).await?;
    let standing = room.standing(&queue).await?;
    let before = standing.before(ticket.id).unwrap_or(0);
    let drawn = ticket
        .turn
        .at
        .to_zoned(jiff::tz::TimeZone::fixed(yakuba_city::JAPAN));
    let words = room.words;
    let address = room.address(&format!("/booking/ticket/{token}"));
    let body = Body {
        words,
        city: room.shell.city_name.clone(),
        counter: room.name(&queue),
        service: service(&queue, &ticket.resource, room.language()),
        number: ticket.number.to_string(),
        drawn: words
            .with_text(
                "queue-desk-slip-drawn",
                "time",
                &format!("{}:{:02}", drawn.hour(), drawn.minute()),
            )
            .into_owned(),
        before: words
            .counted("queue-desk-slip-before", i64::try_from(before).unwrap_or(0))
            .into_owned(),
        wait: wait_text(words, &standing, before),
        qr: qr_code(&address, &words.get("queue-desk-slip-qr"))
            .map_or_else(Html::empty, Html::trusted),
        back: format!("{HOME}/{}/reception", queue.key()),
    };
    Ok(room
        .page(room.t("queue-desk-slip-title"), &body)
        .into_response())
}
