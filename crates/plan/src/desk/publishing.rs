//! Publishing a version with a checklist, and taking the working state along as a file.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{ErrorSummary, FormErrors, Html, Pagination, TextField, Words};

use super::{
    import::differences,
    room::{Desk, is_mendable},
    walk,
};
use crate::{
    capabilities::PUBLISH,
    cycle::settle_year,
    error::PlanError,
    export,
    forms::{Fields, done},
    measuring,
    model::{
        difference::compare,
        document::{FigureKind, PlanDocument},
    },
    store,
};

#[derive(Template)]
#[template(path = "desk/publish.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    base: String,
    first: bool,
    reviews: i64,
    without_actual: Vec<String>,
    changes: usize,
    differences: Html,
    parts: Pagination,
    reason: TextField,
}

pub(super) async fn show(desk: Desk, Path(plan): Path<String>) -> Result<Response, Problem> {
    page(&desk, &plan, &Fields::default(), &FormErrors::new()).await
}

/// Indicators entered by hand that have a target but no actual for the year before the running one.
fn missing_actuals(document: &PlanDocument, last: FiscalYear) -> Vec<String> {
    let mut missing = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for located in walk::figures(document) {
        let indicator = located.indicator;
        let has = |kind: FigureKind| {
            indicator
                .figures
                .iter()
                .any(|figure| figure.kind == kind && figure.fiscal_year == Some(last))
        };
        if indicator.formula.is_none()
            && has(FigureKind::Target)
            && !has(FigureKind::Actual)
            && seen.insert(indicator.key.clone())
        {
            missing.push(format!("{}　{}", located.title, indicator.name));
        }
    }
    missing
}

async fn page(
    desk: &Desk,
    plan: &str,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    desk.need(PUBLISH)?;
    let record = store::plan(desk.city.db(), plan).await?;
    let document = store::load(desk.city.db(), plan).await?;
    let published = store::published(&desk.city, plan).await?;
    let changes = published
        .as_ref()
        .map(|before| compare(&before.document, &document))
        .unwrap_or_default();
    let (shown, parts) = differences(desk.words, &changes, desk.page_number());
    let last = FiscalYear::from_date(desk.city.today()).previous();
    let base = format!("/desk/plan/{plan}");
    let body = Body {
        words: desk.words,
        summary: errors.summary(desk.language()),
        first: published.is_none(),
        reviews: record.reviews,
        without_actual: missing_actuals(&document, last),
        changes: changes.len(),
        differences: shown,
        parts: Pagination::new(
            desk.language(),
            desk.page_number(),
            super::import::PER_PAGE as u64,
            parts,
            format!("{base}/publish"),
        ),
        reason: TextField::new(desk.language(), "reason", desk.text("desk-publish-reason"))
            .required()
            .value(typed.get("reason"))
            .errors(errors),
        base,
    };
    Ok(desk
        .page(desk.text("desk-publish"), &body)
        .breadcrumb(record.title, format!("/desk/plan/{plan}"))
        .with_errors(!errors.is_empty())
        .into_response())
}

pub(super) async fn publish(
    desk: Desk,
    Path(plan): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(PUBLISH)?;
    let mut errors = FormErrors::new();
    if fields.get("reason").is_empty() {
        errors.add("reason", desk.text("desk-error-reason"));
    } else {
        match measuring::publish(&desk.city, &desk.principal, &plan, fields.get("reason")).await {
            Ok(_) => {
                settle(&desk, &plan).await?;
                return Ok(done(&format!("/desk/plan/{plan}"), "published"));
            }
            Err(error) if is_mendable(&error) => errors.add("", desk.sentence(&error)),
            Err(error) => return Err(error.into()),
        }
    }
    page(&desk, &plan, &fields, &errors).await
}

/// With the city's own plan goes what belongs to the results of the year that ended last.
async fn settle(desk: &Desk, plan: &str) -> Result<(), PlanError> {
    let record = store::plan(desk.city.db(), plan).await?;
    if !record.is_own() {
        return Ok(());
    }
    let last_year = FiscalYear::from_date(desk.city.today()).previous();
    settle_year(
        &desk.city,
        desk.principal.actor(),
        &record,
        last_year,
        desk.language(),
    )
    .await
}

/// The working state as a file: `csv`, `xlsx`, `json` or `yaml`.
pub(super) async fn export(
    desk: Desk,
    Path((plan, format)): Path<(String, String)>,
) -> Result<Response, Problem> {
    desk.plan(&plan).await?;
    let document = store::load(desk.city.db(), &plan).await?;
    let (kind, bytes) = match format.as_str() {
        "csv" => (
            "text/csv; charset=utf-8",
            export::to_csv(&document, yakuba_sheets::CsvCharset::Utf8Bom),
        ),
        "xlsx" => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            export::to_xlsx(&document).map_err(|error| Problem::internal(&error))?,
        ),
        "json" => (
            "application/json",
            export::to_json(&document)
                .map_err(|error| Problem::internal(&error))?
                .into_bytes(),
        ),
        "yaml" => (
            "application/yaml",
            export::to_yaml(&document)
                .map_err(|error| Problem::internal(&error))?
                .into_bytes(),
        ),
        _ => return Err(Problem::NotFound),
    };
    let name = format!("attachment; filename=\"{plan}.{format}\"");
    Ok((
        [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}
