//! The line at a counter, for those who wait in it: numbers now called, a number of one's own, the screen on the wall.

pub(crate) mod counter;
mod list;
mod live;
mod screen;
mod ticket;
mod times;

use jiff::SignedDuration;
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_identity::CityKey;
use yakuba_ui::{Catalogue, Language, Words};

use super::asked::Asked;
use crate::{
    model::queue::TicketNumber,
    store::queue::{Queue, Standing, Ticket, queue, standing},
};

/// The texts of the line, for residents and staff.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("queue");

/// The cookie with the token of the number that was drawn last.
pub(super) const COOKIE: &str = "yakuba_ticket";
/// A number is of no use any more after this.
pub(super) const A_DAY: i64 = 24 * 60 * 60;
/// How often a page is loaded again where no script runs, in seconds.
pub(crate) const REFRESH: u16 = 20;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/booking/queue", Access::Public, list::page)
        .get("/booking/queue/{counter}", Access::Public, counter::page)
        .get(
            "/booking/queue/{counter}/screen",
            Access::Public,
            screen::page,
        )
        .get(
            "/booking/queue/{counter}/events",
            Access::Public,
            live::events,
        )
        .get(
            "/booking/queue/{counter}/times",
            Access::Public,
            times::page,
        )
        .get("/booking/ticket/{token}", Access::Public, ticket::page)
        .post("/booking/ticket/draw", Access::Public, counter::draw)
        .post(
            "/booking/ticket/check-in",
            Access::Public,
            counter::check_in,
        )
        .post("/booking/ticket/leave", Access::Public, ticket::leave)
}

/// A counter with a line that is in use.
pub(super) async fn counter_of(asked: &Asked, key: &str) -> Result<Queue, Problem> {
    queue(asked.city().db(), key)
        .await?
        .filter(|queue| queue.is_on)
        .ok_or(Problem::NotFound)
}

pub(super) async fn standing_of(asked: &Asked, queue: &Queue) -> Result<Standing, Problem> {
    let city = asked.city();
    Ok(standing(city.db(), queue, city.now(), city.today()).await?)
}

/// The token of a ticket's address, made of the mark in the form that drew it: the same form draws one ticket.
pub(crate) fn token_of(key: &CityKey, mark: &str) -> String {
    key.look_up("booking.ticket.token", mark)
        .chars()
        .take(32)
        .collect()
}

/// A number that is called, as it is shown.
pub(crate) struct Call {
    pub(crate) number: TicketNumber,
    pub(crate) window: u32,
}

/// Who is called, the newest first.
pub(crate) fn calls(called: &[Ticket]) -> Vec<Call> {
    called
        .iter()
        .filter_map(|ticket| {
            Some(Call {
                number: ticket.number.clone(),
                window: ticket.window?,
            })
        })
        .collect()
}

/// How long somebody waits before whom so many are called, in words.
pub(crate) fn wait_text(words: Words, standing: &Standing, before: usize) -> String {
    if standing.open() == 0 {
        return words.get("queue-wait-closed").into_owned();
    }
    match standing.wait(before) {
        None => words.get("queue-wait-unknown").into_owned(),
        Some((low, high)) => {
            let values = [
                ("low", i64::from(low).into()),
                ("high", i64::from(high).into()),
            ];
            let key = if low == 0 {
                "queue-wait-up-to"
            } else {
                "queue-wait-range"
            };
            words.with(key, &values).into_owned()
        }
    }
}

/// A measured time: seconds as minutes, rounded up to the next half.
pub(crate) fn minutes(words: Words, seconds: i64) -> String {
    let minutes = SignedDuration::from_secs(seconds + 30).as_mins();
    words
        .with("queue-minutes", &[("n", minutes.into())])
        .into_owned()
}

/// What a service of a counter is called; empty when nobody said which.
pub(crate) fn service(queue: &Queue, resource: &str, language: Language) -> String {
    queue
        .document
        .resource(resource)
        .map_or_else(String::new, |resource| {
            resource.name.get(language).to_owned()
        })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
