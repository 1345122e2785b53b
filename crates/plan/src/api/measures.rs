//! What the city counts, and the daily counts.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yakuba_city::{City, DayTotal, MeasureDefinition, days_of, web::Problem};
use yakuba_kernel::{FiscalYear, MeasureName, Quantity};

use super::answer::{Answer, asked};

/// Something the city counts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MeasureAnswer {
    /// Its name in formulas and facts.
    #[schema(example = "procedure.received")]
    name: String,
    /// `flow` (adds up over a year), `stock` (additions and removals) or `extent` (the largest value matters).
    kind: &'static str,
    /// The unit in Japanese.
    unit: String,
    /// Its name in Japanese.
    name_ja: String,
    /// Its name in English.
    name_en: String,
}

impl From<MeasureDefinition> for MeasureAnswer {
    fn from(measure: MeasureDefinition) -> Self {
        Self {
            name: measure.name.as_str().to_owned(),
            kind: measure.kind.as_str(),
            unit: measure.unit,
            name_ja: measure.name_ja,
            name_en: measure.name_en,
        }
    }
}

/// Everything the city counts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MeasureList {
    /// By name.
    measures: Vec<MeasureAnswer>,
}

#[utoipa::path(
    get,
    path = "/api/measures",
    operation_id = "measures",
    tag = "facts",
    responses((status = 200, body = MeasureList))
)]
pub(super) async fn list(
    State(city): State<City>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let measures = city.measures().into_iter().map(Into::into).collect();
    Ok(Answer::json(&MeasureList { measures })?.respond(&headers))
}

/// The sum of one day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DayAnswer {
    /// The day in Japan.
    #[schema(example = "2026-05-01")]
    day: String,
    /// The sum of quantities, exact decimal as a string.
    #[schema(example = "12")]
    total: String,
    /// How many facts, corrections taken off.
    count: i64,
}

impl From<&DayTotal> for DayAnswer {
    fn from(day: &DayTotal) -> Self {
        Self {
            day: day.day.clone(),
            total: shown(day.total),
            count: day.count,
        }
    }
}

/// A quantity from thousandths, as a plain decimal.
pub(super) fn shown(thousandths: i64) -> String {
    Quantity::from_thousandths(thousandths)
        .map_or_else(String::new, |quantity| quantity.to_string())
}

/// The sum of all days in thousandths.
pub(super) fn sum(days: &[DayTotal]) -> i64 {
    days.iter()
        .fold(0, |sum, day| sum.saturating_add(day.total))
}

/// The daily sums of a measure in a fiscal year.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DayList {
    /// What is counted.
    measure: MeasureAnswer,
    /// The fiscal year.
    fiscal_year: i32,
    /// The sum of all days, exact decimal as a string.
    total: String,
    /// How many facts, corrections taken off.
    count: i64,
    /// The days with facts, in order.
    days: Vec<DayAnswer>,
}

/// Which days are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    measure: String,
    fiscal_year: String,
}

/// A fiscal year as an address names it: four digits.
///
/// # Errors
/// [`Problem::BadRequest`] when it is not one.
pub(super) fn fiscal_year(text: &str) -> Result<FiscalYear, Problem> {
    text.trim()
        .parse()
        .ok()
        .and_then(|year| FiscalYear::new(year).ok())
        .ok_or_else(|| {
            Problem::BadRequest(
                "write the fiscal year as four digits, such as 2025 for 令和7年度".into(),
            )
        })
}

#[utoipa::path(
    get,
    path = "/api/facts/days",
    operation_id = "fact_days",
    tag = "facts",
    params(("measure" = String, Query), ("fiscal_year" = i32, Query)),
    responses((status = 200, body = DayList), (status = 404), (status = 422))
)]
pub(super) async fn days(
    State(city): State<City>,
    query: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = asked(query)?;
    let name = MeasureName::new(wanted.measure.trim())
        .map_err(|error| Problem::BadRequest(format!("measure: {error}")))?;
    let year = fiscal_year(&wanted.fiscal_year)?;
    let measure = city.measure(&name).ok_or(Problem::NotFound)?;
    let days = days_of(city.db(), &name, year).await?;
    let answer = DayList {
        measure: measure.into(),
        fiscal_year: year.year(),
        total: shown(sum(&days)),
        count: days.iter().map(|day| day.count).sum(),
        days: days.iter().map(Into::into).collect(),
    };
    Ok(Answer::json(&answer)?.respond(&headers))
}
