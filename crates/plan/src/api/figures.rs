//! The figures of a plan, stated and computed, one row each: the rows of the CSV file.

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yakuba_city::{City, JAPAN, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_ui::Language;

use super::{
    answer::{Answer, asked, filled},
    plans::measured,
};
use crate::{
    export::{FigureRow, figure_rows},
    measuring::{Actual, MeasuredIndicator, MeasuredPlan},
    model::document::{Figure, FigureKind, Group, Indicator, Number, PlanDocument, Reading},
    pages::view,
    store::PublishedFigure,
};

/// Rows in one answer when the asker does not say.
const USUAL: usize = 100;
/// Rows in one answer at most.
const AT_MOST: usize = 1000;

// Words of the qualifier column: part of the file format, in the language of the sheets.
const COMPUTED: &str = "集計値";
const AS_PUBLISHED: &str = "公表時";
const RUNNING: &str = "年度途中";

/// The published document with the actuals that were computed from facts among its figures.
///
/// A year that was over when the version was published keeps the figure it was published with; where the facts say
/// otherwise today, that stands among the qualifiers. A year that was not has its figure as of now.
pub(super) fn with_computed(plan: &MeasuredPlan) -> PlanDocument {
    let mut document = plan.plan.document.clone();
    for group in &mut document.groups {
        fill_group(plan, group);
    }
    document
}

fn fill_group(plan: &MeasuredPlan, group: &mut Group) {
    let of_initiatives = group
        .initiatives
        .iter_mut()
        .flat_map(|initiative| &mut initiative.indicators);
    for indicator in group.indicators.iter_mut().chain(of_initiatives) {
        let measured = indicator
            .key
            .as_deref()
            .and_then(|key| plan.indicators.get(key));
        if let Some(measured) = measured {
            fill(plan, indicator, measured);
        }
    }
    for below in &mut group.groups {
        fill_group(plan, below);
    }
}

fn fill(plan: &MeasuredPlan, indicator: &mut Indicator, measured: &MeasuredIndicator) {
    for year in &measured.years {
        let Some(Actual::Computed { now, .. }) = &year.actual else {
            continue;
        };
        let unit = measured.indicator.unit.clone();
        let mut qualifiers = vec![COMPUTED.to_owned()];
        let frozen = frozen(plan, measured.key(), year.year)
            .filter(|_| {
                plan.plan
                    .record
                    .published_at
                    .is_some_and(|at| was_over(year.year, at))
            })
            .and_then(|figure| figure.value.parse().ok());
        let value = if let Some(published) = frozen {
            qualifiers.push(AS_PUBLISHED.to_owned());
            if published != now.value {
                qualifiers.push(format!("現在は{}", now.value));
            }
            published
        } else {
            if now.provisional {
                qualifiers.push(RUNNING.to_owned());
            }
            now.value
        };
        // An empty cell of the document gives way to the figure that was counted.
        indicator.figures.retain(|figure| {
            figure.kind != FigureKind::Actual || figure.fiscal_year != Some(year.year)
        });
        indicator.figures.push(Figure {
            fiscal_year: Some(year.year),
            kind: FigureKind::Actual,
            text: view::amount(value, unit.as_deref(), Language::Japanese),
            reading: Reading::Number(Number {
                value,
                unit,
                qualifiers,
            }),
            confidence: 100,
            doubts: Vec::new(),
            evidence: Vec::new(),
            source: None,
        });
    }
}

/// The computed figure as it was frozen when the version was published.
pub(super) fn frozen<'plan>(
    plan: &'plan MeasuredPlan,
    indicator: &str,
    year: FiscalYear,
) -> Option<&'plan PublishedFigure> {
    plan.plan.figures.iter().find(|figure| {
        figure.indicator_key == indicator && figure.fiscal_year == i64::from(year.year())
    })
}

/// Whether a fiscal year was over at a moment, so that a figure frozen then was final.
pub(super) fn was_over(year: FiscalYear, microseconds: i64) -> bool {
    Timestamp::from_microsecond(microseconds)
        .is_ok_and(|at| JAPAN.to_datetime(at).date() > year.end())
}

/// One figure: a row of the CSV file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FigureAnswer {
    /// The plan's key.
    plan: String,
    /// The number of the initiative in the document; empty for an indicator without one.
    initiative: String,
    /// Its title.
    initiative_title: String,
    /// The indicator's name.
    indicator: String,
    /// The fiscal year; null for a baseline without one.
    fiscal_year: Option<i32>,
    /// `baseline`, `target` or `actual`.
    kind: &'static str,
    /// Exact decimal as a string; null when there is no number.
    #[schema(example = "82.8")]
    value: Option<String>,
    /// The unit.
    unit: String,
    /// What qualifies the number, or why there is none.
    qualifier: String,
    /// The cell as it stood, or a computed figure as shown.
    text: String,
    /// `ok`, or `review` when a person should look at it.
    status: &'static str,
}

impl From<FigureRow> for FigureAnswer {
    fn from(row: FigureRow) -> Self {
        Self {
            fiscal_year: row.fiscal_year.parse().ok(),
            value: Some(row.value).filter(|value| !value.is_empty()),
            plan: row.plan,
            initiative: row.initiative,
            initiative_title: row.initiative_title,
            indicator: row.indicator,
            kind: row.kind,
            unit: row.unit,
            qualifier: row.qualifier,
            text: row.text,
            status: row.status,
        }
    }
}

/// Some of a plan's figures.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FigureList {
    /// The plan's key.
    plan: String,
    /// The published version.
    version: i64,
    /// How many figures match, before paging.
    total: usize,
    /// How many were passed over.
    offset: usize,
    /// How many are given at most.
    limit: usize,
    /// The figures in the order of the document.
    figures: Vec<FigureAnswer>,
}

/// Which figures are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    initiative: Option<String>,
    year: Option<String>,
    kind: Option<String>,
    status: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/plans/{plan}/figures",
    operation_id = "figures",
    tag = "figures",
    params(
        ("plan" = String, Path),
        ("initiative" = Option<String>, Query),
        ("year" = Option<i32>, Query),
        ("kind" = Option<String>, Query),
        ("status" = Option<String>, Query),
        ("limit" = Option<u32>, Query),
        ("offset" = Option<u32>, Query),
    ),
    responses((status = 200, body = FigureList), (status = 404), (status = 422))
)]
pub(super) async fn list(
    State(city): State<City>,
    Path(key): Path<String>,
    query: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = asked(query)?;
    let year = filled(wanted.year.as_ref());
    if let Some(text) = year {
        number(text, "year", 9999)?;
    }
    let kind = word(
        wanted.kind.as_ref(),
        "kind",
        &["baseline", "target", "actual"],
    )?;
    let status = word(wanted.status.as_ref(), "status", &["ok", "review"])?;
    let limit = match filled(wanted.limit.as_ref()) {
        Some(text) => number(text, "limit", AT_MOST)?,
        None => USUAL,
    };
    let offset = match filled(wanted.offset.as_ref()) {
        Some(text) => number(text, "offset", usize::MAX)?,
        None => 0,
    };
    let plan = measured(&city, &key).await?;
    let initiative = filled(wanted.initiative.as_ref());
    let rows: Vec<FigureRow> = figure_rows(&with_computed(&plan))
        .into_iter()
        .filter(|row| initiative.is_none_or(|wanted| row.initiative == wanted))
        .filter(|row| year.is_none_or(|wanted| row.fiscal_year == wanted))
        .filter(|row| kind.is_none_or(|wanted| row.kind == wanted))
        .filter(|row| status.is_none_or(|wanted| row.status == wanted))
        .collect();
    let answer = FigureList {
        plan: key,
        version: plan.plan.version,
        total: rows.len(),
        offset,
        limit,
        figures: rows
            .into_iter()
            .skip(offset)
            .take(limit)
            .map(Into::into)
            .collect(),
    };
    Ok(Answer::json(&answer)?.respond(&headers))
}

fn number(text: &str, name: &str, at_most: usize) -> Result<usize, Problem> {
    text.parse()
        .ok()
        .filter(|number| *number <= at_most)
        .ok_or_else(|| {
            Problem::BadRequest(format!("{name}: write a whole number from 0 to {at_most}"))
        })
}

fn word<'text>(
    value: Option<&'text String>,
    name: &str,
    known: &[&str],
) -> Result<Option<&'text str>, Problem> {
    match filled(value) {
        Some(text) if !known.contains(&text) => Err(Problem::BadRequest(format!(
            "{name}: write one of {}",
            known.join(", ")
        ))),
        other => Ok(other),
    }
}
