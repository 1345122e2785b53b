//! Search over everything published.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::IntoResponse,
};
use serde::Deserialize;
use yakuba_city::{City, search, web::Problem};
use yakuba_ui::{Language, Page, SearchBox, Shell, Words};

use super::WORDS;

/// Hits shown at most.
const AT_MOST: u64 = 100;
/// Characters of the text shown below a hit.
const EXCERPT: usize = 120;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

struct Hit {
    title: String,
    url: String,
    excerpt: String,
}

#[derive(Template)]
#[template(path = "plan/search.html")]
struct Body {
    words: Words,
    search: SearchBox,
    asked: String,
    hits: Vec<Hit>,
}

pub(super) async fn page(
    State(city): State<City>,
    Query(asked): Query<Asked>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let hits = search(city.db(), &asked.q, None, true, AT_MOST)
        .await?
        .into_iter()
        .map(|hit| Hit {
            excerpt: excerpt(&hit.body, &asked.q),
            title: hit.title,
            url: hit.url,
        })
        .collect();
    let search =
        SearchBox::new(language, "/search", words.get("plan-search-label")).value(asked.q.clone());
    let title = words.get("plan-search-title");
    Ok(Page::public(
        shell,
        title,
        &Body {
            words,
            search,
            asked: asked.q,
            hits,
        },
    )
    .not_for_search_engines())
}

/// The part of a text around the first word found, cut at characters.
fn excerpt(text: &str, query: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let found = query
        .split_whitespace()
        .filter_map(|word| text.find(word))
        .min()
        .map_or(0, |place| text[..place].chars().count());
    let from = found.saturating_sub(EXCERPT / 4);
    let to = (from + EXCERPT).min(characters.len());
    let mut part: String = characters[from..to].iter().collect();
    if from > 0 {
        part.insert(0, '…');
    }
    if to < characters.len() {
        part.push('…');
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_the_words_found() {
        let text = format!("{}電子化率{}", "あ".repeat(200), "い".repeat(200));
        let part = excerpt(&text, "電子化率");
        assert!(part.contains("電子化率") && part.starts_with('…') && part.ends_with('…'));
        assert_eq!(excerpt("短い文", "ない"), "短い文");
    }
}
