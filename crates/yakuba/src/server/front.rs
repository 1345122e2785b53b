//! The city's front page: what residents can do here, and how the city's plan stands.

use askama::Template;
use axum::{extract::State, response::IntoResponse};
use yakuba_city::{City, CityError, setting, web::Problem};
use yakuba_plan::OwnPlans;
use yakuba_ui::{Language, Page, SearchBox, Shell, Words, emergency_banners};

use super::WORDS;
use crate::services;

/// A service, and what it is good for in a sentence.
struct Offer {
    href: &'static str,
    title: String,
    summary: String,
}

#[derive(Template)]
#[template(path = "front.html")]
struct Body {
    words: Words,
    about: Option<String>,
    search: SearchBox,
    offers: Vec<Offer>,
    plans: OwnPlans,
}

pub(crate) async fn page(
    State(city): State<City>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let title = if shell.city_name.is_empty() {
        words.get("front-title-nameless")
    } else {
        words.with_text("front-title", "city", &shell.city_name)
    };
    let body = Body {
        words,
        about: in_language(&city, "city.about", language).await?,
        search: SearchBox::new(language, "/search", words.get("front-search-label")),
        offers: offers(language),
        plans: OwnPlans::of(&city, language).await?,
    };
    let shell = emergency_banners(&city, language)
        .await?
        .into_iter()
        .fold(shell, Shell::notice);
    Ok(Page::public(shell, title, &body).description(words.get("front-description")))
}

/// The entries of the public menu that say in their own texts what they are good for: beside the label `x` there is `x-summary`.
fn offers(language: Language) -> Vec<Offer> {
    services::menu()
        .into_iter()
        .filter_map(|(item, texts)| {
            let words = texts.words(language);
            let summary = format!("{}-summary", item.label);
            words.has(&summary).then(|| Offer {
                href: item.url,
                title: words.get(item.label).into_owned(),
                summary: words.get(&summary).into_owned(),
            })
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_for_residents_says_what_it_is_good_for_in_every_language() {
        for language in Language::ALL {
            let offers = offers(language);
            for address in [
                "/procedures",
                "/guide",
                "/booking",
                "/reports",
                "/disaster",
                "/surveys",
                "/map",
                "/data",
            ] {
                let offer = offers.iter().find(|offer| offer.href == address);
                let offer = offer.unwrap_or_else(|| panic!("{address} is not on the front page"));
                assert!(!offer.title.is_empty() && !offer.summary.is_empty());
            }
        }
    }
}
