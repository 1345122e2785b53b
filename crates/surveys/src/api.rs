//! Published results for programs.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use yakuba_city::{
    City,
    web::{Access, Problem, Routes},
};
use yakuba_forms::model::document::Text;

use crate::{
    model::{document::Audience, results::Results},
    store::{Survey, reading, survey, surveys},
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/api/surveys", Access::Public, list)
        .get("/api/surveys/schema.json", Access::Public, schema)
        .get("/api/surveys/{key}", Access::Public, one)
}

/// A survey of residents with published results.
#[derive(Debug, Serialize)]
pub(crate) struct About {
    key: String,
    title: Text,
    summary: Text,
    department: String,
    opens: String,
    closes: String,
    url: String,
}

fn about(found: &Survey) -> About {
    About {
        key: found.key().to_owned(),
        title: found.document.title.clone(),
        summary: found.document.summary.clone(),
        department: found.department().as_str().to_owned(),
        opens: found.document.opens.to_string(),
        closes: found.document.closes.to_string(),
        url: format!("/surveys/{}/results", found.key()),
    }
}

fn is_public(found: &Survey) -> bool {
    found.document.audience == Audience::Residents && found.published_at.is_some()
}

async fn list(State(city): State<City>) -> Result<Json<Vec<About>>, Problem> {
    Ok(Json(
        surveys(city.db())
            .await?
            .iter()
            .filter(|found| is_public(found))
            .map(about)
            .collect(),
    ))
}

async fn schema() -> ([(axum::http::HeaderName, &'static str); 1], String) {
    (
        [(axum::http::header::CONTENT_TYPE, "application/schema+json")],
        crate::model::document::schema(),
    )
}

/// A survey with its results. Hidden counts are `null`.
#[derive(Debug, Serialize)]
pub(crate) struct Published {
    #[serde(flatten)]
    about: About,
    results: Results,
}

async fn one(
    State(city): State<City>,
    Path(key): Path<String>,
) -> Result<Json<Published>, Problem> {
    let found = survey(city.db(), &key)
        .await?
        .filter(is_public)
        .ok_or(Problem::NotFound)?;
    let data = reading::data(&city, &found).await?;
    Ok(Json(Published {
        about: about(&found),
        results: data.results(),
    }))
}
