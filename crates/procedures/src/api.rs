//! Interfaces for other systems: fetching decided cases.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use yakuba_city::{
    City,
    web::{Access, Principal, Problem, Routes},
};

use crate::{
    capabilities::PULL,
    delivery::message,
    error::ProcedureError,
    store::{
        cases::{self, Case},
        files,
        history::{self, ViewReason},
        keys, pulling,
    },
};

/// Cases in one answer.
const PAGE: u32 = 100;

/// How long ago a decision must have been made to be told. Steps are numbered when they are written and seen when they are
/// committed, so that a lower number can appear after a higher one; within this time every write has ended.
const SETTLED: SignedDuration = SignedDuration::from_secs(10);

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/api/procedures/cases", Access::System(PULL), decided)
        .get(
            "/api/procedures/cases/{case}/files/{file}",
            Access::System(PULL),
            file,
        )
}

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// The procedure's key.
    procedure: String,
    /// Only cases decided after this one; 0 from the beginning. Take `next` of the answer before.
    #[serde(default)]
    after: i64,
}

/// Decided cases, in the order in which they were decided.
#[derive(Debug, Serialize)]
pub(crate) struct Decided {
    cases: Vec<Value>,
    /// What to ask `after` next time; the same as asked when there is nothing new.
    next: i64,
    /// Whether more are waiting.
    more: bool,
}

async fn decided(
    State(city): State<City>,
    principal: Principal,
    Query(asked): Query<Asked>,
) -> Result<Json<Decided>, Problem> {
    let Principal::System(system) = &principal else {
        return Err(Problem::TokenNeeded);
    };
    if !pulling::may_pull(city.db(), &system.name, &asked.procedure).await? {
        return Err(Problem::NotAllowed);
    }
    let found = pulling::decided_after(
        city.db(),
        &system.name,
        &asked.procedure,
        asked.after,
        city.now() - SETTLED,
        PAGE + 1,
    )
    .await?;
    let more = found.len() > PAGE as usize;
    let mut answer = Decided {
        cases: Vec::new(),
        next: asked.after,
        more,
    };
    for (entry, case) in found.into_iter().take(PAGE as usize) {
        answer.next = entry;
        let case = cases::case(city.db(), case).await?;
        match message(&city, &case).await {
            Ok(message) => {
                // Another system reads what somebody wrote: a look like any other, written down before it is answered.
                record_pull(&city, &principal, &system.name, &case).await?;
                answer.cases.push(message);
            }
            Err(ProcedureError::Disposed) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Json(answer))
}

/// Writes down that another system read a case, before it is answered.
async fn record_pull(
    city: &City,
    principal: &Principal,
    system: &str,
    case: &Case,
) -> Result<(), ProcedureError> {
    let reason = ViewReason::Pull(system.to_owned());
    let input = (case.id, case.department.as_str().to_owned(), reason);
    city.write(
        principal.actor(),
        input,
        |tx, (case, department, reason)| {
            Box::pin(history::record_view(tx, *case, 0, department, reason))
        },
    )
    .await
}

/// A file of a case that the system may fetch; its key stands in the case's `files`.
async fn file(
    State(city): State<City>,
    principal: Principal,
    Path((case, file)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let Principal::System(system) = &principal else {
        return Err(Problem::TokenNeeded);
    };
    // A foreign case is no case: numbers cannot be tried out.
    if !pulling::may_pull_case(city.db(), &system.name, case).await? {
        return Err(Problem::NotFound);
    }
    let found = cases::case(city.db(), case).await?;
    let key = keys::open(city.db(), city.key().map_err(ProcedureError::from)?, case).await?;
    let file = files::file(city.db(), &key, case, &file)
        .await?
        .ok_or(Problem::NotFound)?;
    record_pull(&city, &principal, &system.name, &found).await?;
    let media_type = HeaderValue::from_str(&file.about.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    Ok((
        [
            (header::CONTENT_TYPE, media_type),
            (
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment"),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        file.contents,
    )
        .into_response())
}
