//! The list of plans, and making one by hand.

use askama::Template;
use axum::response::{IntoResponse, Response};
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, EmptyState, ErrorSummary, FormErrors, LinkButton, RadioGroup,
    Row, Table, TextField, Words, format,
};

use super::{
    rights::Rights,
    room::{Desk, is_mendable},
    sentences,
};
use crate::{
    capabilities::MANAGE,
    error::PlanError,
    forms::{Fields, done},
    model::{
        document::{FORMAT, Period, PlanDocument, Publisher},
        keys::is_well_formed,
    },
    store::{self, NewPlan, PlanRecord},
};

/// Words that addresses of this room use in the place of a plan's key.
pub(super) const RESERVED: [&str; 2] = ["import", "new"];

#[derive(Template)]
#[template(path = "desk/plans.html")]
struct ListBody {
    table: Option<Table>,
    empty: EmptyState,
}

pub(super) async fn list(desk: Desk) -> Result<Response, Problem> {
    if !Rights::may_look(&desk.principal) {
        return Err(Problem::NotAllowed);
    }
    let words = desk.words;
    let plans = store::plans(desk.city.db()).await?;
    let table = Table::new(words.language(), "plans", desk.text("desk-plans"))
        .columns([
            Column::text(desk.text("desk-plan")),
            Column::text(desk.text("desk-plan-whose")),
            Column::text(desk.text("desk-plan-period")).no_wrap(),
            Column::text(desk.text("desk-plan-state")),
            Column::number(desk.text("desk-plan-reviews")),
            Column::text(desk.text("desk-plan-changed-at")).no_wrap(),
        ])
        .rows(plans.iter().map(|plan| row(&words, plan)))
        .row_headers()
        .stacked()
        .hide_caption();
    let body = ListBody {
        table: (!plans.is_empty()).then_some(table),
        empty: EmptyState::new(desk.text("desk-plans-none"))
            .text(desk.text("desk-plans-none-text")),
    };
    let mut page = desk.page(desk.text("desk-plans"), &body);
    if desk.principal.holds_everywhere(MANAGE) {
        page = page
            .action(&LinkButton::new(
                desk.text("desk-import-title"),
                "/desk/plan/import",
            ))
            .action(&LinkButton::new(
                desk.text("desk-plan-new"),
                "/desk/plan/new",
            ));
    }
    Ok(page.into_response())
}

fn row(words: &Words, plan: &PlanRecord) -> Row {
    let whose = if plan.is_own() {
        "desk-plan-own"
    } else {
        "desk-plan-neighbour"
    };
    let reviews = if plan.reviews > 0 {
        Cell::link(
            format::number(plan.reviews),
            format!("/desk/plan/{}/review", plan.key),
        )
    } else {
        Cell::text("0")
    };
    Row::new([
        Cell::link(&plan.title, format!("/desk/plan/{}", plan.key)),
        Cell::text(format::with_note(
            words.get(whose),
            &plan.publisher,
            words.language(),
        )),
        Cell::text(period(words, plan)),
        Cell::html(&state_chip(words, plan)),
        reviews,
        Cell::text(sentences::moment(words, plan.changed_at)),
    ])
}

fn period(words: &Words, plan: &PlanRecord) -> String {
    let year = |year: Option<i64>| {
        year.and_then(|year| i32::try_from(year).ok())
            .and_then(|year| FiscalYear::new(year).ok())
    };
    match (year(plan.first_year), year(plan.last_year)) {
        (Some(from), Some(to)) => words
            .with(
                "desk-span",
                &[("from", from.wareki().into()), ("to", to.wareki().into())],
            )
            .into_owned(),
        _ => String::new(),
    }
}

/// Draft, published, or published with changes since.
pub(super) fn state_chip(words: &Words, plan: &PlanRecord) -> ChipLabel {
    match (plan.version, plan.published_at) {
        (Some(version), Some(at)) if at < plan.changed_at => {
            ChipLabel::new(words.with_text("desk-plan-state-changed", "n", &version.to_string()))
                .orange()
        }
        (Some(version), _) => {
            ChipLabel::new(words.with_text("desk-plan-state-published", "n", &version.to_string()))
                .green()
        }
        _ => ChipLabel::new(words.get("desk-plan-state-draft")),
    }
}

#[derive(Template)]
#[template(path = "desk/plan_new.html")]
struct NewBody {
    words: Words,
    summary: ErrorSummary,
    key: TextField,
    title: TextField,
    publisher: TextField,
    from: TextField,
    to: TextField,
    own: RadioGroup,
}

pub(super) async fn form(desk: Desk) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let mut typed = desk.query.clone();
    if !typed.has("publisher") {
        typed.push("publisher", desk.shell.city_name.clone());
    }
    Ok(show_form(&desk, &typed, &FormErrors::new()))
}

fn show_form(desk: &Desk, typed: &Fields, errors: &FormErrors) -> Response {
    let language = desk.language();
    let field = |name: &str, label: &str| {
        TextField::new(language, name, desk.text(label))
            .value(typed.get(name))
            .errors(errors)
    };
    let body = NewBody {
        words: desk.words,
        summary: errors.summary(language),
        key: field("key", "desk-plan-key")
            .required()
            .support(desk.text("desk-plan-key-support"))
            .width(20)
            .max_length(60),
        title: field("title", "desk-plan-title").required(),
        publisher: field("publisher", "desk-plan-publisher")
            .required()
            .width(20),
        from: field("from", "desk-plan-from")
            .support(desk.text("desk-year-support"))
            .width(10),
        to: field("to", "desk-plan-to").width(10),
        own: RadioGroup::new(language, "own", desk.text("desk-plan-whose"))
            .choice(Choice::new("own", desk.text("desk-plan-own")))
            .choice(Choice::new("neighbour", desk.text("desk-plan-neighbour")))
            .value(if typed.get("own").is_empty() {
                "own"
            } else {
                typed.get("own")
            }),
    };
    desk.page(desk.text("desk-plan-new"), &body)
        .with_errors(!errors.is_empty())
        .into_response()
}

pub(super) async fn create(desk: Desk, fields: Fields) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let mut errors = FormErrors::new();
    let key = fields.get("key").to_owned();
    let plans = store::plans(desk.city.db()).await?;
    if !is_well_formed(&key) || RESERVED.contains(&key.as_str()) {
        errors.add("key", desk.text("desk-error-key"));
    } else if plans.iter().any(|plan| plan.key == key) {
        errors.add("key", desk.text("desk-error-key-taken"));
    }
    for (name, sentence) in [
        ("title", "desk-error-title"),
        ("publisher", "desk-error-publisher"),
    ] {
        if fields.get(name).is_empty() {
            errors.add(name, desk.text(sentence));
        }
    }
    let period = read_period(&desk, &fields, &mut errors);
    if !errors.is_empty() {
        return Ok(show_form(&desk, &fields, &errors));
    }
    let document = PlanDocument {
        format: FORMAT.to_owned(),
        key: key.clone(),
        title: fields.get("title").to_owned(),
        publisher: Publisher {
            name: fields.get("publisher").to_owned(),
            municipality: None,
        },
        period,
        version: None,
        summary: None,
        source: None,
        statements: Vec::new(),
        groups: Vec::new(),
    };
    let new = if fields.get("own") == "neighbour" {
        NewPlan::Neighbour
    } else {
        NewPlan::Own
    };
    let reason = desk.text("desk-reason-new-plan");
    let outcome: Result<_, PlanError> = desk
        .city
        .write(
            desk.principal.actor(),
            (document, new, reason),
            |tx, (document, new, reason)| Box::pin(store::save(tx, document, *new, reason)),
        )
        .await;
    match outcome {
        Ok(_) => Ok(done(&format!("/desk/plan/{key}"), "created")),
        Err(error) if is_mendable(&error) => {
            errors.add("", desk.sentence(&error));
            Ok(show_form(&desk, &fields, &errors))
        }
        Err(error) => Err(error.into()),
    }
}

/// The period of the fields `from` and `to`: both or neither.
pub(super) fn read_period(desk: &Desk, fields: &Fields, errors: &mut FormErrors) -> Option<Period> {
    let (from, to) = (fields.year("from"), fields.year("to"));
    for (name, year) in [("from", from), ("to", to)] {
        if year.is_none() && !fields.get(name).is_empty() {
            errors.add(name, desk.text("desk-error-year"));
        }
    }
    if fields.get("from").is_empty() != fields.get("to").is_empty() {
        errors.add("to", desk.text("desk-error-period-both"));
    }
    match (from, to) {
        (Some(from), Some(to)) if to < from => {
            errors.add("to", desk.text("desk-error-period-order"));
            None
        }
        (Some(from), Some(to)) => Some(Period { from, to }),
        _ => None,
    }
}
