//! The city's front page.

use askama::Template;
use axum::{extract::State, response::IntoResponse};
use yakuba_city::{City, setting, web::Problem};
use yakuba_ui::{Language, Page, SearchBox, Shell, Words};

use super::{WORDS, plans::Summary};
use crate::{measuring, store};

#[derive(Template)]
#[template(path = "plan/front.html")]
struct Body {
    words: Words,
    about: Option<String>,
    search: SearchBox,
    own: Vec<Summary>,
    neighbours: Vec<Summary>,
}

pub(super) async fn page(
    State(city): State<City>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let mut own = Vec::new();
    let mut neighbours = Vec::new();
    for plan in store::published_plans(&city).await? {
        let is_own = plan.record.is_own();
        let measured = measuring::measure(&city, plan).await?;
        let summary = Summary::of(&measured, words);
        if is_own {
            own.push(summary);
        } else {
            neighbours.push(summary);
        }
    }
    let about = setting(city.db(), "city.about").await?;
    let title = match setting(city.db(), "city.name").await? {
        Some(name) => words
            .with_text("plan-front-title", "city", &name)
            .into_owned(),
        None => words.get("plan-front-title-nameless").into_owned(),
    };
    let search = SearchBox::new(language, "/search", words.get("plan-search-label"));
    let body = Body {
        words,
        about,
        search,
        own,
        neighbours,
    };
    Ok(Page::public(shell, title, &body).description(words.get("plan-front-description")))
}
