//! Search over everything published, as JSON.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yakuba_city::{City, SearchHit, search, web::Problem};

use super::answer::{Answer, asked};

/// Hits in one answer at most.
const AT_MOST: u64 = 100;
/// Characters of a hit's text.
const EXCERPT: usize = 160;
/// Characters of a query that are looked at.
const QUERY: usize = 200;

/// A hit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HitAnswer {
    /// The service it belongs to.
    service: String,
    /// Its title.
    title: String,
    /// The beginning of its text.
    text: String,
    /// The page it leads to.
    url: String,
}

impl From<SearchHit> for HitAnswer {
    fn from(hit: SearchHit) -> Self {
        Self {
            service: hit.service,
            title: hit.title,
            text: hit.body.chars().take(EXCERPT).collect(),
            url: hit.url,
        }
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HitList {
    /// What was searched for.
    query: String,
    /// The hits, those with every word in the title first, at most 100.
    hits: Vec<HitAnswer>,
}

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
}

#[utoipa::path(
    get,
    path = "/api/search",
    operation_id = "search",
    tag = "plans",
    params(("q" = String, Query)),
    responses((status = 200, body = HitList), (status = 422))
)]
pub(super) async fn find(
    State(city): State<City>,
    query: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // PostgreSQL refuses the character NUL in any text.
    let query: String = asked(query)?
        .q
        .replace('\0', " ")
        .chars()
        .take(QUERY)
        .collect();
    let hits = search(city.db(), &query, None, true, AT_MOST)
        .await?
        .into_iter()
        .map(Into::into)
        .collect();
    Ok(Answer::json(&HitList { query, hits })?.respond(&headers))
}
