//! The same indicator in several cities, as JSON.

use std::collections::HashMap;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Serialize;
use utoipa::ToSchema;
use yakuba_city::{City, web::Problem};

use super::{answer::Answer, plans::measured};
use crate::{measuring::MeasuredPlan, store};

/// One year of a member.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct YearFigures {
    /// The fiscal year.
    fiscal_year: i32,
    /// The target, exact decimal as a string.
    target: Option<String>,
    /// What came out, exact decimal as a string.
    actual: Option<String>,
}

/// One city's indicator.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberAnswer {
    /// The plan's key.
    plan: String,
    /// The city.
    publisher: String,
    /// The indicator's key.
    indicator: String,
    /// The indicator's name there.
    name: String,
    /// How it is defined there.
    definition: Option<String>,
    /// Its years.
    years: Vec<YearFigures>,
}

/// Indicators of several cities that a person confirmed to mean the same.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComparisonAnswer {
    /// Its number.
    id: i64,
    /// What is compared.
    name: String,
    /// The unit all share.
    unit: Option<String>,
    /// The indicators, the city's own first.
    members: Vec<MemberAnswer>,
}

/// All comparisons.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComparisonList {
    /// By name.
    comparisons: Vec<ComparisonAnswer>,
}

#[utoipa::path(
    get,
    path = "/api/comparisons",
    operation_id = "comparisons",
    tag = "figures",
    responses((status = 200, body = ComparisonList))
)]
pub(super) async fn list(
    State(city): State<City>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut plans: HashMap<String, Option<MeasuredPlan>> = HashMap::new();
    let mut comparisons = Vec::new();
    for comparison in store::comparisons(city.db()).await? {
        let mut members = Vec::new();
        for member in store::comparison_members(city.db(), comparison.id).await? {
            if !plans.contains_key(&member.plan_key) {
                let plan = match measured(&city, &member.plan_key).await {
                    Ok(plan) => Some(plan),
                    // A plan that is not published has nothing to show.
                    Err(Problem::NotFound) => None,
                    Err(problem) => return Err(problem),
                };
                plans.insert(member.plan_key.clone(), plan);
            }
            let plan = plans.get(&member.plan_key).and_then(Option::as_ref);
            members.extend(plan.and_then(|plan| answer(plan, &member.indicator_key)));
        }
        comparisons.push(ComparisonAnswer {
            id: comparison.id,
            name: comparison.name,
            unit: comparison.unit,
            members,
        });
    }
    Ok(Answer::json(&ComparisonList { comparisons })?.respond(&headers))
}

fn answer(plan: &MeasuredPlan, key: &str) -> Option<MemberAnswer> {
    let measured = plan.indicators.get(key)?;
    Some(MemberAnswer {
        plan: plan.plan.document.key.clone(),
        publisher: plan.plan.document.publisher.name.clone(),
        indicator: key.to_owned(),
        name: measured.indicator.name.clone(),
        definition: measured.indicator.definition.clone(),
        years: measured
            .years
            .iter()
            .map(|year| YearFigures {
                fiscal_year: year.year.year(),
                target: year.target_value().map(|value| value.to_string()),
                actual: year.value().map(|value| value.to_string()),
            })
            .collect(),
    })
}
