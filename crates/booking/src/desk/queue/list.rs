//! The counters somebody has something to do with.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::web::Problem;
use yakuba_ui::{Page, Words};

use super::{HOME, Room};
use crate::{
    capabilities::{QUEUE, RECEPTION, SET_UP},
    model::document::FacilityKind,
    store::{facilities, queue::queues},
};

// What each person may do there, one by one, as the template asks.
#[allow(clippy::struct_excessive_bools)]
struct Counter {
    name: String,
    key: String,
    state: String,
    waiting: usize,
    open: usize,
    windows: Vec<u32>,
    may_call: bool,
    may_draw: bool,
    may_set_up: bool,
    is_on: bool,
}

#[derive(Template)]
#[template(path = "desk/queue/list.html")]
struct Body {
    words: Words,
    home: &'static str,
    counters: Vec<Counter>,
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let mine = [QUEUE, RECEPTION, SET_UP];
    if !mine.iter().any(|one| room.principal.holds(*one)) {
        return Err(Problem::NotAllowed);
    }
    let language = room.language();
    let known = queues(room.city().db()).await?;
    let mut counters = Vec::new();
    for queue in &known {
        if !mine.iter().any(|one| room.may(*one, queue)) {
            continue;
        }
        let standing = room.standing(queue).await?;
        counters.push(Counter {
            name: room.name(queue),
            key: queue.key().to_owned(),
            state: room.t(if queue.is_on {
                "queue-desk-on"
            } else {
                "queue-desk-off"
            }),
            waiting: standing.waiting.len(),
            open: standing.open(),
            windows: (1..=queue.windows).collect(),
            may_call: room.may(QUEUE, queue) && queue.is_on,
            may_draw: room.may(RECEPTION, queue) && queue.is_on,
            may_set_up: room.may(SET_UP, queue),
            is_on: queue.is_on,
        });
    }
    // Counters whose people do not draw numbers yet.
    for facility in facilities(room.city().db()).await? {
        let is_new = facility.document.kind == FacilityKind::Counter
            && room.principal.holds_in(SET_UP, facility.department())
            && known.iter().all(|queue| queue.key() != facility.key());
        if is_new {
            counters.push(Counter {
                name: facility.document.name.get(language).to_owned(),
                key: facility.key().to_owned(),
                state: room.t("queue-desk-off"),
                waiting: 0,
                open: 0,
                windows: Vec::new(),
                may_call: false,
                may_draw: false,
                may_set_up: true,
                is_on: false,
            });
        }
    }
    let body = Body {
        words: room.words,
        home: HOME,
        counters,
    };
    Ok(
        Page::desk(room.shell.clone(), room.t("queue-desk-title"), &body)
            .breadcrumb(room.t("queue-desk"), "/desk")
            .lead(room.t("queue-desk-lead"))
            .into_response(),
    )
}
