//! The published versions of a plan and what each changed.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use yakuba_city::{City, web::Problem};
use yakuba_ui::{Cell, Column, Language, Page, Shell, Table, Words};

use super::{WORDS, view};
use crate::{
    model::difference::Change,
    store::{self, VersionRecord},
};

#[derive(Template)]
#[template(
    source = r#"<p>{{ words.get("plan-versions-text") }}</p>{{ table }}"#,
    ext = "html"
)]
struct ListBody {
    words: Words,
    table: Table,
}

pub(super) async fn list(
    State(city): State<City>,
    Path(key): Path<String>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let plan = store::plan(city.db(), &key).await?;
    let versions = store::versions(city.db(), plan.id).await?;
    if versions.is_empty() {
        return Err(Problem::NotFound);
    }
    let mut table = Table::new(language, "versions", words.get("plan-versions-link"))
        .columns([
            Column::text(words.get("plan-column-version")).no_wrap(),
            Column::text(words.get("plan-column-date")).no_wrap(),
            Column::text(words.get("plan-column-reason")),
            Column::number(words.get("plan-column-changes")),
        ])
        .row_headers()
        .hide_caption();
    for version in &versions {
        let changes: Vec<Change> = serde_json::from_str(&version.changes).unwrap_or_default();
        table = table.row([
            Cell::link(
                words.counted("plan-version-number", version.number),
                format!("/plan/{key}/versions/{}", version.number),
            ),
            Cell::text(view::moment(version.published_at, language)),
            Cell::text(&version.reason),
            Cell::text(yakuba_ui::format::number(
                i64::try_from(changes.len()).unwrap_or(i64::MAX),
            )),
        ]);
    }
    Ok(Page::public(
        shell,
        words.get("plan-versions-link"),
        &ListBody { words, table },
    )
    .breadcrumb(words.get("plan-list-title"), "/plan")
    .breadcrumb(plan.title, format!("/plan/{key}")))
}

#[derive(Template)]
#[template(path = "plan/version.html")]
struct VersionBody {
    words: Words,
    version: VersionRecord,
    date: String,
    table: Option<Table>,
    key: String,
}

pub(super) async fn page(
    State(city): State<City>,
    Path((key, number)): Path<(String, i64)>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let plan = store::plan(city.db(), &key).await?;
    let version = store::versions(city.db(), plan.id)
        .await?
        .into_iter()
        .find(|version| version.number == number)
        .ok_or(Problem::NotFound)?;
    let changes: Vec<Change> = serde_json::from_str(&version.changes).unwrap_or_default();
    let body = VersionBody {
        words,
        date: view::moment(version.published_at, language),
        table: (!changes.is_empty()).then(|| changes_table(&changes, words)),
        version,
        key: key.clone(),
    };
    Ok(
        Page::public(shell, words.counted("plan-version-number", number), &body)
            .breadcrumb(words.get("plan-list-title"), "/plan")
            .breadcrumb(plan.title, format!("/plan/{key}"))
            .breadcrumb(
                words.get("plan-versions-link"),
                format!("/plan/{key}/versions"),
            ),
    )
}

/// What changed, one row per change: where, before, after.
pub(crate) fn changes_table(changes: &[Change], words: Words) -> Table {
    let mut table = Table::new(
        words.language(),
        "changes",
        words.get("plan-changes-heading"),
    )
    .columns([
        Column::text(words.get("plan-column-place")),
        Column::text(words.get("plan-column-field")),
        Column::text(words.get("plan-column-before")),
        Column::text(words.get("plan-column-after")),
    ])
    .stacked();
    for change in changes {
        let place = [&change.place.title, &change.place.indicator];
        let mut shown: Vec<String> = place.into_iter().flatten().cloned().collect();
        shown.extend(
            change
                .place
                .fiscal_year
                .map(|year| view::year(year, words.language())),
        );
        if shown.is_empty() {
            shown.push(words.get("plan-place-whole").into_owned());
        }
        let field = match change.place.kind {
            Some(kind) => view::figure_kind(kind, words),
            None => view::field(&change.place.field, words),
        };
        table = table.row([
            Cell::text(shown.join(" › ")),
            Cell::text(field),
            Cell::text(change.before.as_deref().map_or_else(
                || words.get("plan-nothing-there").into_owned(),
                view::shortened,
            )),
            Cell::text(
                change
                    .after
                    .as_deref()
                    .map_or_else(|| words.get("plan-removed").into_owned(), view::shortened),
            ),
        ]);
    }
    table
}
