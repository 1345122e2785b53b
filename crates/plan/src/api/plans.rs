//! The published plans as JSON.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use yakuba_city::{City, web::Problem};

use super::answer::Answer;
use crate::{
    measuring::{self, MeasuredPlan},
    model::{difference::Change, document::PlanDocument},
    store::{self, PublishedPlan, VersionRecord},
};

/// The newest published version of a plan.
///
/// # Errors
/// [`Problem::NotFound`] also for a plan that was never published.
pub(super) async fn published(city: &City, key: &str) -> Result<Arc<PublishedPlan>, Problem> {
    known(key)?;
    store::published(city, key).await?.ok_or(Problem::NotFound)
}

/// A key that can be one.
///
/// # Errors
/// [`Problem::NotFound`]: PostgreSQL refuses the character NUL in any text, so it is not even asked.
pub(super) fn known(key: &str) -> Result<(), Problem> {
    if key.contains('\0') {
        Err(Problem::NotFound)
    } else {
        Ok(())
    }
}

/// The newest published version of a plan with its figures as of now.
///
/// # Errors
/// As [`published`].
pub(super) async fn measured(city: &City, key: &str) -> Result<MeasuredPlan, Problem> {
    Ok(measuring::measure(city, published(city, key).await?).await?)
}

/// A moment in RFC 3339, in UTC.
pub(super) fn moment(microseconds: i64) -> Option<String> {
    Timestamp::from_microsecond(microseconds)
        .ok()
        .map(|at| at.to_string())
}

/// A published plan.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlanSummary {
    /// Its key in addresses.
    #[schema(example = "suita-2019")]
    key: String,
    /// Its title.
    title: String,
    /// The city that publishes it.
    publisher: String,
    /// The publisher's municipality code (全国地方公共団体コード), six digits.
    municipality: Option<String>,
    /// Whether it is this city's own plan; false for a neighbour's, kept to compare with.
    own: bool,
    /// First fiscal year (April to March; 2023 is 令和5年度).
    first_year: Option<i64>,
    /// Last fiscal year.
    last_year: Option<i64>,
    /// Number of the newest published version.
    version: i64,
    /// When that was published, RFC 3339.
    published_at: Option<String>,
}

impl PlanSummary {
    fn of(plan: &PublishedPlan) -> Self {
        let record = &plan.record;
        Self {
            key: plan.document.key.clone(),
            title: plan.document.title.clone(),
            publisher: plan.document.publisher.name.clone(),
            municipality: record.municipality.clone(),
            own: record.is_own(),
            first_year: record.first_year,
            last_year: record.last_year,
            version: plan.version,
            published_at: record.published_at.and_then(moment),
        }
    }
}

/// The published plans.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlanList {
    /// The city's own first.
    plans: Vec<PlanSummary>,
}

#[utoipa::path(
    get,
    path = "/api/plans",
    operation_id = "plans",
    tag = "plans",
    responses((status = 200, body = PlanList))
)]
pub(super) async fn list(
    State(city): State<City>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plans = store::published_plans(&city)
        .await?
        .iter()
        .map(|plan| PlanSummary::of(plan))
        .collect();
    Ok(Answer::json(&PlanList { plans })?.respond(&headers))
}

/// A published plan with its whole document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlanAnswer<'plan> {
    /// Which plan and version it is.
    #[serde(flatten)]
    plan: PlanSummary,
    /// The document as published, in the shape of a plan file (yakuba-plan/1).
    #[schema(value_type = Object)]
    document: &'plan PlanDocument,
}

#[utoipa::path(
    get,
    path = "/api/plans/{plan}",
    operation_id = "plan",
    tag = "plans",
    params(("plan" = String, Path)),
    responses((status = 200, body = PlanAnswer), (status = 404))
)]
pub(super) async fn one(
    State(city): State<City>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = published(&city, &key).await?;
    let answer = PlanAnswer {
        plan: PlanSummary::of(&plan),
        document: &plan.document,
    };
    Ok(Answer::json(&answer)?.respond(&headers))
}

/// A published version.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VersionAnswer {
    /// Its number, from 1.
    number: i64,
    /// Why it was published.
    reason: String,
    /// When, RFC 3339.
    published_at: Option<String>,
    /// What changed against the version before: place, before, after.
    #[schema(value_type = Vec<Object>)]
    changes: Vec<Change>,
    /// Where its document is, as YAML; the address stays good.
    document: String,
}

/// The published versions of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VersionList {
    /// The plan's key.
    plan: String,
    /// The newest first.
    versions: Vec<VersionAnswer>,
}

/// What changed with a version.
pub(super) fn changes_of(version: &VersionRecord) -> Vec<Change> {
    serde_json::from_str(&version.changes).unwrap_or_default()
}

#[utoipa::path(
    get,
    path = "/api/plans/{plan}/versions",
    operation_id = "versions",
    tag = "plans",
    params(("plan" = String, Path)),
    responses((status = 200, body = VersionList), (status = 404))
)]
pub(super) async fn versions(
    State(city): State<City>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = published(&city, &key).await?;
    let versions = store::versions(city.db(), plan.record.id)
        .await?
        .into_iter()
        .map(|version| VersionAnswer {
            number: version.number,
            changes: changes_of(&version),
            published_at: moment(version.published_at),
            document: format!("/plan/{key}/versions/{}/plan.yaml", version.number),
            reason: version.reason,
        })
        .collect();
    Ok(Answer::json(&VersionList {
        plan: key,
        versions,
    })?
    .respond(&headers))
}
