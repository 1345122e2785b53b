//! The same indicator in several cities.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use yakuba_city::{City, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    Cell, Column, Language, Page, Shell, Table, Words,
    charts::{Line, Series},
    format,
};

use super::{WORDS, plans::published, view};
use crate::{
    measuring::{self, MeasuredIndicator, MeasuredPlan},
    store,
};

#[derive(Template)]
#[template(
    source = r#"<p>{{ words.get("plan-compare-text") }}</p>{% if let Some(table) = table %}{{ table }}{% else %}<p>{{ words.get("plan-compare-none") }}</p>{% endif %}"#,
    ext = "html"
)]
struct ListBody {
    words: Words,
    table: Option<Table>,
}

pub(super) async fn list(
    State(city): State<City>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let comparisons = store::comparisons(city.db()).await?;
    let table = (!comparisons.is_empty()).then(|| {
        let mut table = Table::new(language, "comparisons", words.get("plan-compare-title"))
            .columns([
                Column::text(words.get("plan-column-indicator")),
                Column::text(words.get("plan-unit")),
                Column::number(words.get("plan-column-members")),
            ])
            .row_headers()
            .hide_caption();
        for comparison in &comparisons {
            table = table.row([
                Cell::link(&comparison.name, format!("/compare/{}", comparison.id)),
                Cell::text(comparison.unit.as_deref().unwrap_or_default()),
                Cell::text(format::number(comparison.members)),
            ]);
        }
        table
    });
    Ok(Page::public(
        shell,
        words.get("plan-compare-title"),
        &ListBody { words, table },
    )
    .breadcrumb(words.get("plan-list-title"), "/plan"))
}

#[derive(Template)]
#[template(path = "plan/compare.html")]
struct Body {
    words: Words,
    charts: Vec<Line>,
    table: Table,
    definitions: Vec<(String, String, String)>,
}

pub(super) async fn page(
    State(city): State<City>,
    Path(id): Path<i64>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let comparison = store::comparisons(city.db())
        .await?
        .into_iter()
        .find(|comparison| comparison.id == id)
        .ok_or(Problem::NotFound)?;
    let mut plans: Vec<(MeasuredPlan, String)> = Vec::new();
    for member in store::comparison_members(city.db(), id).await? {
        // A member whose plan is not published is not shown.
        match published(&city, &member.plan_key).await {
            Ok(plan) => {
                let plan = measuring::measure_only(&city, plan, &[&member.indicator_key]).await?;
                plans.push((plan, member.indicator_key));
            }
            Err(Problem::NotFound) => {}
            Err(problem) => return Err(problem),
        }
    }
    let members: Vec<(&MeasuredPlan, &MeasuredIndicator)> = plans
        .iter()
        .filter_map(|(plan, key)| Some((plan, plan.indicators.get(key)?)))
        .collect();
    let years: BTreeSet<FiscalYear> = members
        .iter()
        .flat_map(|(_, indicator)| {
            indicator
                .years
                .iter()
                .filter(|year| year.value().is_some())
                .map(|year| year.year)
        })
        .collect();
    let unit = comparison.unit.clone().unwrap_or_default();
    let mut table = Table::new(
        language,
        "comparison",
        words.with_text("plan-compare-caption", "name", &comparison.name),
    )
    .columns(
        std::iter::once(Column::text(words.get("plan-column-city"))).chain(
            years
                .iter()
                .map(|year| Column::number(format::fiscal_year_short(*year, language)).no_wrap()),
        ),
    )
    .row_headers();
    for (plan, indicator) in &members {
        let cells = years.iter().map(|year| match indicator.year(*year) {
            Some(measured) => {
                let shown = view::actual(measured, indicator, words);
                if shown.is_empty() {
                    Cell::empty()
                } else {
                    Cell::link(shown, plan.year_href(indicator, *year))
                }
            }
            None => Cell::empty(),
        });
        let name = &plan.plan.document.publisher.name;
        table = table
            .row(std::iter::once(Cell::link(name, plan.indicator_href(indicator))).chain(cells));
    }
    let charts = members
        .iter()
        .filter(|_| years.len() > 1)
        .enumerate()
        .map(|(place, (plan, indicator))| {
            let series = Series::new(String::new())
                .actual(years.iter().map(|year| indicator.year(*year)?.value()))
                .planned(
                    years
                        .iter()
                        .map(|year| indicator.year(*year)?.target_value()),
                );
            Line::new(
                language,
                format!("city-{place}"),
                plan.plan.document.publisher.name.clone(),
                unit.clone(),
                series,
            )
            .years(years.iter().copied())
            .from_zero()
        })
        .collect();
    let definitions = members
        .iter()
        .map(|(plan, indicator)| {
            (
                plan.plan.document.publisher.name.clone(),
                indicator.indicator.name.clone(),
                indicator.indicator.definition.clone().unwrap_or_default(),
            )
        })
        .collect();
    Ok(Page::public(
        shell,
        comparison.name.clone(),
        &Body {
            words,
            charts,
            table,
            definitions,
        },
    )
    .breadcrumb(words.get("plan-list-title"), "/plan")
    .breadcrumb(words.get("plan-compare-title"), "/compare"))
}
