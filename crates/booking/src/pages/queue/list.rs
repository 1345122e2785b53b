//! All counters: who is called now, how many wait and how long.

use askama::Template;
use axum::response::Response;
use yakuba_city::web::Problem;
use yakuba_ui::{Page, Words};

use super::{Call, REFRESH, WORDS, calls, standing_of, wait_text};
use crate::{
    pages::asked::{Asked, private},
    store::queue::queues,
};

struct Counter {
    key: String,
    name: String,
    calls: Vec<Call>,
    waiting: usize,
    wait: String,
    is_open: bool,
}

#[derive(Template)]
#[template(path = "queue/list.html")]
struct Body {
    words: Words,
    counters: Vec<Counter>,
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let words = WORDS.words(asked.language);
    let mut counters = Vec::new();
    for queue in queues(asked.city().db()).await? {
        if !queue.is_on {
            continue;
        }
        let standing = standing_of(&asked, &queue).await?;
        counters.push(Counter {
            key: queue.key().to_owned(),
            name: queue.document.name.get(asked.language).to_owned(),
            calls: calls(&standing.called),
            waiting: standing.waiting.len(),
            wait: wait_text(words, &standing, standing.waiting.len()),
            is_open: standing.open() > 0,
        });
    }
    let page = Page::public(
        asked.shell.clone(),
        words.get("queue-list-title"),
        &Body { words, counters },
    )
    .lead(words.get("queue-list-lead"))
    .breadcrumb(asked.t("booking-title"), "/booking")
    .refreshes(REFRESH);
    Ok(private(page))
}
