//! Published results.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::header,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_sheets::{CsvCharset, CsvOptions, write_csv};
use yakuba_ui::{Fields, Html, LinkButton, Page};

use super::asked::Asked;
use crate::{
    shown::{self, View},
    store::{Survey, reading},
};

#[derive(Template)]
#[template(source = "{{ html }}", ext = "html")]
struct Body {
    html: Html,
}

async fn published(asked: &Asked, key: &str) -> Result<Survey, Problem> {
    let found = asked.survey(key).await?;
    if found.published_at.is_some() {
        Ok(found)
    } else {
        Err(Problem::NotFound)
    }
}

pub(super) async fn page(
    asked: Asked,
    Path(key): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let found = published(&asked, &key).await?;
    let data = reading::data(asked.city(), &found).await?;
    let view = View::read_public(&data, &Fields::new(query));
    let base = format!("/surveys/{key}");
    let body = Body {
        html: shown::page(
            asked.language,
            &data,
            &view,
            &format!("{base}/results"),
            None,
        ),
    };
    let title = asked.words.with_text(
        "surveys-results-title",
        "survey",
        found.document.title.get(asked.language),
    );
    Ok(Page::public(asked.shell.clone(), title, &body)
        .lead(shown::times(asked.words, &found, asked.city().now()))
        .breadcrumb(asked.words.get("surveys-list-title"), "/surveys")
        .breadcrumb(found.document.title.get(asked.language), base.clone())
        .action(&LinkButton::new("CSV", format!("{base}/results.csv")).download())
        .into_response())
}

pub(super) async fn csv(
    asked: Asked,
    Path(key): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let found = published(&asked, &key).await?;
    let data = reading::data(asked.city(), &found).await?;
    let view = View::read_public(&data, &Fields::new(query));
    let table = shown::sheet(asked.language, &data, &view);
    let charset = CsvCharset::Utf8Bom;
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{key}.csv\""),
            ),
        ],
        write_csv(&table, CsvOptions { charset }).bytes,
    )
        .into_response())
}
