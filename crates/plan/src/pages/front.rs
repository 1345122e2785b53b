//! The city's front page.

use askama::Template;
use axum::{extract::State, response::IntoResponse};
use yakuba_city::{City, CityError, setting, web::Problem};
use yakuba_ui::{Language, Page, SearchBox, Shell, Words};

use super::{
    WORDS,
    plans::{Summary, summaries},
};

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
    let (own, neighbours) = summaries(&city, words).await?;
    let about = in_language(&city, "city.about", language).await?;
    let title = match in_language(&city, "city.name", language).await? {
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

/// A setting of the city in the reader's language, else in Japanese.
async fn in_language(
    city: &City,
    name: &str,
    language: Language,
) -> Result<Option<String>, CityError> {
    let ending = match language {
        Language::Japanese => None,
        Language::EasyJapanese => Some("_easy"),
        Language::English => Some("_en"),
    };
    if let Some(ending) = ending
        && let Some(text) = setting(city.db(), &format!("{name}{ending}")).await?
    {
        return Ok(Some(text));
    }
    Ok(setting(city.db(), name).await?)
}
