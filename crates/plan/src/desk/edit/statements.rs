//! The prose of a plan: background, vision, viewpoints, principles, promotion bodies, and what stands below each.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{Choice, ErrorSummary, FormErrors, Html, Select, TextArea, TextField, Words};

use super::super::{
    changing::{change, state_of, unchanged},
    room::{Desk, is_mendable},
    sentences,
};
use super::{
    area,
    arrange::{Action, shift},
    line, reason, reason_of,
};
use crate::{
    capabilities::MANAGE,
    error::PlanError,
    forms::{Fields, done},
    model::document::{Statement, StatementKind},
    store,
};

const KINDS: [StatementKind; 8] = [
    StatementKind::Background,
    StatementKind::Position,
    StatementKind::Vision,
    StatementKind::Viewpoint,
    StatementKind::Principle,
    StatementKind::PromotionBody,
    StatementKind::Cycle,
    StatementKind::Note,
];

#[derive(Template)]
#[template(path = "desk/statements.html")]
struct ListBody {
    words: Words,
    base: String,
    manage: bool,
    items: Html,
    empty: bool,
}

#[derive(Template)]
#[template(path = "desk/statement_item.html")]
struct ItemBody<'plan> {
    words: Words,
    base: &'plan str,
    manage: bool,
    kind: String,
    statement: &'plan Statement,
    /// Places from the top, such as `0.2`.
    at: String,
    below: Html,
}

fn items(words: Words, base: &str, manage: bool, statements: &[Statement], above: &str) -> Html {
    let mut html = Html::empty();
    for (place, statement) in statements.iter().enumerate() {
        let at = if above.is_empty() {
            place.to_string()
        } else {
            format!("{above}.{place}")
        };
        let body = ItemBody {
            words,
            base,
            manage,
            kind: sentences::statement_kind(&words, statement.kind),
            statement,
            below: items(words, base, manage, &statement.items, &at),
            at,
        };
        html.push(&Html::render(&body).unwrap_or_default());
    }
    html
}

pub(super) async fn list(desk: Desk, Path(plan): Path<String>) -> Result<Response, Problem> {
    let record = desk.plan(&plan).await?;
    let document = store::load(desk.city.db(), &plan).await?;
    let manage = desk.principal.holds_everywhere(MANAGE);
    let base = format!("/desk/plan/{plan}/statements");
    let body = ListBody {
        words: desk.words,
        manage,
        items: items(desk.words, &base, manage, &document.statements, ""),
        empty: document.statements.is_empty(),
        base,
    };
    Ok(desk
        .page(desk.text("desk-statements"), &body)
        .breadcrumb(record.title, format!("/desk/plan/{plan}"))
        .into_response())
}

/// The places of an address such as `0.2`.
fn places(at: &str) -> Option<Vec<usize>> {
    at.split('.').map(|place| place.parse().ok()).collect()
}

/// The list that holds the piece at an address, and its place in it.
fn holder<'plan>(
    statements: &'plan mut Vec<Statement>,
    at: &[usize],
) -> Option<(&'plan mut Vec<Statement>, usize)> {
    match at {
        [] => None,
        [place] => (*place < statements.len()).then_some((statements, *place)),
        [place, below @ ..] => holder(&mut statements.get_mut(*place)?.items, below),
    }
}

/// The piece without what stands below it.
fn alone(statement: &Statement) -> Statement {
    Statement {
        items: Vec::new(),
        ..statement.clone()
    }
}

#[derive(Template)]
#[template(path = "desk/statement.html")]
struct FormBody {
    words: Words,
    summary: ErrorSummary,
    state: String,
    at: String,
    under: String,
    kind: Select,
    number: TextField,
    title: TextField,
    text: TextArea,
    reason: TextField,
}

/// `?at=0.2` changes a piece, `?under=0.2` adds one below it, neither adds one at the top.
pub(super) async fn form(desk: Desk, Path(plan): Path<String>) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let mut document = store::load(desk.city.db(), &plan).await?;
    let mut typed = Fields::default();
    if let Some(at) = desk.query.optional("at") {
        let path = places(&at).ok_or(Problem::NotFound)?;
        let (list, place) = holder(&mut document.statements, &path).ok_or(Problem::NotFound)?;
        let statement = &list[place];
        typed.push("state", state_of(&alone(statement)));
        typed.push("at", at);
        typed.push("kind", sentences::word_of(&statement.kind));
        typed.push("number", statement.number.clone().unwrap_or_default());
        typed.push("title", statement.title.clone());
        typed.push("text", statement.text.clone().unwrap_or_default());
    } else {
        typed.push("under", desk.query.get("under"));
    }
    Ok(page(&desk, &plan, &typed, &FormErrors::new()))
}

fn page(desk: &Desk, plan: &str, typed: &Fields, errors: &FormErrors) -> Response {
    let body = FormBody {
        words: desk.words,
        summary: errors.summary(desk.language()),
        state: typed.get("state").to_owned(),
        at: typed.get("at").to_owned(),
        under: typed.get("under").to_owned(),
        kind: Select::new(desk.language(), "kind", desk.text("desk-statement-kind"))
            .choices(KINDS.map(|kind| {
                Choice::new(
                    sentences::word_of(&kind),
                    sentences::statement_kind(&desk.words, kind),
                )
            }))
            .value(typed.get("kind")),
        number: line(
            desk,
            "number",
            "desk-field-number",
            typed.get("number"),
            errors,
        )
        .width(10),
        title: line(
            desk,
            "title",
            "desk-statement-title",
            typed.get("title"),
            errors,
        )
        .required(),
        text: area(desk, "text", "desk-statement-text", typed.get("text"), 8),
        reason: reason(desk, Some(typed), "reason"),
    };
    desk.page(desk.text("desk-statement-edit"), &body)
        .breadcrumb(desk.title_of(plan), format!("/desk/plan/{plan}"))
        .breadcrumb(
            desk.text("desk-statements"),
            format!("/desk/plan/{plan}/statements"),
        )
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
    let kind: Option<StatementKind> = sentences::read_word(fields.get("kind"));
    match (kind, fields.get("title")) {
        (Some(kind), title) if !title.is_empty() => {
            let typed = fields.clone();
            let outcome = change(&desk, &plan, &reason_of(&desk, &fields), move |document| {
                let new = Statement {
                    kind,
                    number: typed.optional("number"),
                    title: typed.get("title").to_owned(),
                    text: typed.optional("text"),
                    items: Vec::new(),
                };
                let gone = || PlanError::NoSuchPart(typed.get("at").to_owned());
                if let Some(at) = typed.optional("at") {
                    let path = places(&at).ok_or_else(gone)?;
                    let (list, place) = holder(&mut document.statements, &path).ok_or_else(gone)?;
                    unchanged(&alone(&list[place]), typed.get("state"))?;
                    let items = std::mem::take(&mut list[place].items);
                    list[place] = Statement { items, ..new };
                } else if let Some(under) = typed.optional("under") {
                    let path = places(&under).ok_or_else(gone)?;
                    let (list, place) = holder(&mut document.statements, &path).ok_or_else(gone)?;
                    list[place].items.push(new);
                } else {
                    document.statements.push(new);
                }
                Ok(())
            })
            .await;
            match outcome {
                Ok(_) => return Ok(done(&format!("/desk/plan/{plan}/statements"), "saved")),
                Err(error) if is_mendable(&error) => errors.add("", desk.sentence(&error)),
                Err(error) => return Err(error.into()),
            }
        }
        _ => errors.add("title", desk.text("desk-error-title")),
    }
    Ok(page(&desk, &plan, &fields, &errors))
}

/// Moves or removes a piece, if it is still the one that was seen.
pub(super) async fn arrange(
    desk: Desk,
    Path(plan): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let typed = fields.clone();
    let outcome = change(&desk, &plan, &reason_of(&desk, &fields), move |document| {
        let gone = || PlanError::NoSuchPart(typed.get("at").to_owned());
        let path = places(typed.get("at")).ok_or_else(gone)?;
        let (list, place) = holder(&mut document.statements, &path).ok_or_else(gone)?;
        if list[place].title != typed.get("title") {
            return Err(PlanError::ChangedMeanwhile);
        }
        let action =
            Action::read(typed.get("action")).ok_or(PlanError::WrongState("no such action"))?;
        let wanted = list[place].clone();
        shift(list, |statement| *statement == wanted, action);
        Ok(())
    })
    .await;
    match outcome {
        Ok(_) => Ok(done(&format!("/desk/plan/{plan}/statements"), "arranged")),
        Err(error) if is_mendable(&error) => Err(Problem::Conflict(desk.sentence(&error))),
        Err(error) => Err(error.into()),
    }
}
