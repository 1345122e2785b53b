//! The screen on the wall: a page of its own without the frame, in letters that are read from afar. It needs no script: then it loads
//! itself again.

use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::Words;

use super::{Call, WORDS, calls, counter_of, standing_of, wait_text};
use crate::pages::asked::{Asked, private};

/// So many numbers are shown as the next.
const NEXT: usize = 6;

#[derive(Template)]
#[template(path = "queue/screen.html")]
struct Screen {
    words: Words,
    language: &'static str,
    city: String,
    key: String,
    name: String,
    calls: Vec<Call>,
    next: Vec<String>,
    waiting: usize,
    wait: String,
    sound: String,
}

pub(super) async fn page(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let queue = counter_of(&asked, &key).await?;
    let words = WORDS.words(asked.language);
    let standing = standing_of(&asked, &queue).await?;
    let screen = Screen {
        words,
        language: asked.language.html_lang(),
        city: asked.shell.city_name.clone(),
        key: queue.key().to_owned(),
        name: queue.document.name.get(asked.language).to_owned(),
        calls: calls(&standing.called),
        next: standing
            .waiting
            .iter()
            .take(NEXT)
            .map(|ticket| ticket.number.to_string())
            .collect(),
        waiting: standing.waiting.len(),
        wait: wait_text(words, &standing, standing.waiting.len()),
        sound: standing
            .called
            .iter()
            .map(|ticket| format!("{}/{}", ticket.id, ticket.calls))
            .collect::<Vec<_>>()
            .join(" "),
    };
    let html = screen.render().map_err(|error| Problem::internal(&error))?;
    let mut response = Html(html).into_response();
    response.headers_mut().insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(asked.language.html_lang()),
    );
    Ok(private(response))
}
