//! Title, period, summary, version and source of a plan.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::MunicipalityCode;
use yakuba_ui::{ErrorSummary, FormErrors, TextArea, TextField, Words};

use super::super::{
    changing::{change, state_of, unchanged},
    plans::read_period,
    room::{Desk, is_mendable},
};
use super::{area, line, reason, reason_of};
use crate::{
    capabilities::MANAGE,
    forms::{Fields, done},
    model::document::{PlanDocument, Publisher},
    store,
};

#[derive(Template)]
#[template(path = "desk/header.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    state: String,
    lines: Vec<TextField>,
    years: [TextField; 2],
    areas: Vec<TextArea>,
    reason: TextField,
}

/// The header alone: what this form changes.
fn header_of(document: &PlanDocument) -> PlanDocument {
    PlanDocument {
        statements: Vec::new(),
        groups: Vec::new(),
        ..document.clone()
    }
}

pub(super) async fn show(desk: Desk, Path(plan): Path<String>) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let document = store::load(desk.city.db(), &plan).await?;
    let mut typed = Fields::default();
    typed.push("state", state_of(&header_of(&document)));
    typed.push("title", document.title.clone());
    typed.push("publisher", document.publisher.name.clone());
    typed.push(
        "municipality",
        document
            .publisher
            .municipality
            .as_ref()
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
    );
    typed.push(
        "from",
        document
            .period
            .map(|period| period.from.wareki())
            .unwrap_or_default(),
    );
    typed.push(
        "to",
        document
            .period
            .map(|period| period.to.wareki())
            .unwrap_or_default(),
    );
    typed.push("version", document.version.clone().unwrap_or_default());
    typed.push("summary", document.summary.clone().unwrap_or_default());
    typed.push("source", document.source.clone().unwrap_or_default());
    Ok(page(&desk, &plan, &typed, &FormErrors::new()))
}

fn page(desk: &Desk, plan: &str, typed: &Fields, errors: &FormErrors) -> Response {
    let field = |name: &str, label: &str| line(desk, name, label, typed.get(name), errors);
    let body = Body {
        words: desk.words,
        summary: errors.summary(desk.language()),
        state: typed.get("state").to_owned(),
        lines: vec![
            field("title", "desk-plan-title").required(),
            field("publisher", "desk-plan-publisher")
                .required()
                .width(20),
            field("municipality", "desk-plan-municipality")
                .support(desk.text("desk-plan-municipality-support"))
                .width(10),
            field("version", "desk-plan-version").width(10),
        ],
        years: [
            field("from", "desk-plan-from")
                .support(desk.text("desk-year-support"))
                .width(10),
            field("to", "desk-plan-to")
                .support(desk.text("desk-year-support"))
                .width(10),
        ],
        areas: vec![
            area(
                desk,
                "summary",
                "desk-field-summary",
                typed.get("summary"),
                5,
            ),
            area(desk, "source", "desk-field-source", typed.get("source"), 2),
        ],
        reason: reason(desk, Some(typed), "reason"),
    };
    desk.page(desk.text("desk-header-edit"), &body)
        .breadcrumb(desk.title_of(plan), format!("/desk/plan/{plan}"))
        .with_errors(!errors.is_empty())
        .into_response()
}

pub(super) async fn save(
    desk: Desk,
    Path(plan): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let mut errors = FormErrors::new();
    for (name, sentence) in [
        ("title", "desk-error-title"),
        ("publisher", "desk-error-publisher"),
    ] {
        if fields.get(name).is_empty() {
            errors.add(name, desk.text(sentence));
        }
    }
    let municipality = fields.optional("municipality").and_then(|code| {
        let code = MunicipalityCode::parse(&code).ok();
        if code.is_none() {
            errors.add("municipality", desk.text("desk-error-municipality"));
        }
        code
    });
    let period = read_period(&desk, &fields, &mut errors);
    if !errors.is_empty() {
        return Ok(page(&desk, &plan, &fields, &errors));
    }
    let typed = fields.clone();
    let outcome = change(&desk, &plan, &reason_of(&desk, &fields), move |document| {
        unchanged(&header_of(document), typed.get("state"))?;
        typed.get("title").clone_into(&mut document.title);
        document.publisher = Publisher {
            name: typed.get("publisher").to_owned(),
            municipality,
        };
        document.period = period;
        document.version = typed.optional("version");
        document.summary = typed.optional("summary");
        document.source = typed.optional("source");
        Ok(())
    })
    .await;
    match outcome {
        Ok(_) => Ok(done(&format!("/desk/plan/{plan}"), "saved")),
        Err(error) if is_mendable(&error) => {
            errors.add("", desk.sentence(&error));
            Ok(page(&desk, &plan, &fields, &errors))
        }
        Err(error) => Err(error.into()),
    }
}
