//! Goals, policies, fields: one level of a plan's tree.

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
    sentences, walk,
};
use super::{area, arrange::ArrangeForms, input_table::InputTable, line, reason, reason_of};
use crate::{
    capabilities::MANAGE,
    error::PlanError,
    forms::{Fields, done},
    model::document::{Group, GroupKind, LabelledText},
    store,
};

const KINDS: [GroupKind; 8] = [
    GroupKind::Goal,
    GroupKind::Policy,
    GroupKind::Field,
    GroupKind::Measure,
    GroupKind::Category,
    GroupKind::LargeItem,
    GroupKind::PriorityItem,
    GroupKind::Theme,
];

#[derive(Template)]
#[template(path = "desk/group.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    state: String,
    parent: String,
    kind: Select,
    number: TextField,
    title: TextField,
    text: TextArea,
    aim: TextArea,
    texts: InputTable,
    reason: TextField,
    /// Indicators, adding one, moving and removing: of a group that is there.
    below: Html,
}

/// The group without what stands below it: what this form changes.
fn alone(group: &Group) -> Group {
    Group {
        indicators: Vec::new(),
        groups: Vec::new(),
        initiatives: Vec::new(),
        ..group.clone()
    }
}

fn page(
    desk: &Desk,
    plan: &str,
    title: &str,
    typed: &Fields,
    errors: &FormErrors,
    below: Html,
) -> Response {
    let language = desk.language();
    let body = Body {
        words: desk.words,
        summary: errors.summary(language),
        state: typed.get("state").to_owned(),
        parent: typed.get("parent").to_owned(),
        kind: Select::new(language, "kind", desk.text("desk-group-kind"))
            .choices(KINDS.map(|kind| {
                Choice::new(
                    sentences::word_of(&kind),
                    sentences::group_kind(&desk.words, kind),
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
            "desk-field-title",
            typed.get("title"),
            errors,
        )
        .required(),
        text: area(desk, "text", "desk-field-text", typed.get("text"), 4),
        aim: area(desk, "aim", "desk-field-aim", typed.get("aim"), 3),
        texts: InputTable::new(
            desk.words,
            "texts",
            desk.text("desk-field-texts"),
            [
                ("text_label", "desk-column-label", Some(20)),
                ("text_text", "desk-column-text", None),
            ],
            typed.rows(["text_label", "text_text"]),
            1,
        ),
        reason: reason(desk, Some(typed), "reason"),
        below,
    };
    desk.page(title, &body)
        .breadcrumb(desk.title_of(plan), format!("/desk/plan/{plan}"))
        .with_errors(!errors.is_empty())
        .into_response()
}

pub(super) async fn new(desk: Desk, Path(plan): Path<String>) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    store::plan(desk.city.db(), &plan).await?;
    let title = desk.text("desk-group-add-top");
    Ok(page(
        &desk,
        &plan,
        &title,
        &desk.query,
        &FormErrors::new(),
        Html::empty(),
    ))
}

/// Reads the form into a group; what stands below it stays.
fn apply(group: &mut Group, fields: &Fields) {
    if let Some(kind) = sentences::read_word(fields.get("kind")) {
        group.kind = kind;
    }
    group.number = fields.optional("number");
    fields.get("title").clone_into(&mut group.title);
    group.text = fields.optional("text");
    group.aim = fields.optional("aim");
    group.texts = labelled(fields);
}

/// The labelled texts of a form.
pub(super) fn labelled(fields: &Fields) -> Vec<LabelledText> {
    fields
        .rows(["text_label", "text_text"])
        .into_iter()
        .filter(|[label, text]| !label.is_empty() || !text.is_empty())
        .map(|[label, text]| LabelledText { label, text })
        .collect()
}

pub(super) async fn create(
    desk: Desk,
    Path(plan): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let mut errors = FormErrors::new();
    if fields.get("title").is_empty() {
        errors.add("title", desk.text("desk-error-title"));
    } else {
        let typed = fields.clone();
        let outcome = change(&desk, &plan, &reason_of(&desk, &fields), move |document| {
            let mut group = Group {
                key: None,
                kind: GroupKind::Goal,
                number: None,
                title: String::new(),
                text: None,
                aim: None,
                texts: Vec::new(),
                indicators: Vec::new(),
                groups: Vec::new(),
                initiatives: Vec::new(),
            };
            apply(&mut group, &typed);
            match typed.get("parent") {
                "" => document.groups.push(group),
                parent => walk::group_mut(&mut document.groups, parent)
                    .ok_or_else(|| PlanError::NoSuchPart(parent.to_owned()))?
                    .groups
                    .push(group),
            }
            Ok(())
        })
        .await;
        match outcome {
            Ok(_) => return Ok(done(&format!("/desk/plan/{plan}#structure"), "saved")),
            Err(error) if is_mendable(&error) => errors.add("", desk.sentence(&error)),
            Err(error) => return Err(error.into()),
        }
    }
    let title = desk.text("desk-group-add-top");
    Ok(page(&desk, &plan, &title, &fields, &errors, Html::empty()))
}

pub(super) async fn show(
    desk: Desk,
    Path((plan, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let document = store::load(desk.city.db(), &plan).await?;
    let group = walk::group(&document.groups, &key).ok_or(Problem::NotFound)?;
    let mut typed = Fields::default();
    typed.push("state", state_of(&alone(group)));
    typed.push("kind", sentences::word_of(&group.kind));
    typed.push("number", group.number.clone().unwrap_or_default());
    typed.push("title", group.title.clone());
    typed.push("text", group.text.clone().unwrap_or_default());
    typed.push("aim", group.aim.clone().unwrap_or_default());
    for text in &group.texts {
        typed.push("text_label", text.label.clone());
        typed.push("text_text", text.text.clone());
    }
    let below = ArrangeForms::of_group(&desk, &plan, &key, &group.indicators).html();
    Ok(page(
        &desk,
        &plan,
        &group.title,
        &typed,
        &FormErrors::new(),
        below,
    ))
}

pub(super) async fn save(
    desk: Desk,
    Path((plan, key)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    desk.need(MANAGE)?;
    let mut errors = FormErrors::new();
    if fields.get("title").is_empty() {
        errors.add("title", desk.text("desk-error-title"));
    } else {
        let (typed, own) = (fields.clone(), key.clone());
        let outcome = change(&desk, &plan, &reason_of(&desk, &fields), move |document| {
            let group = walk::group_mut(&mut document.groups, &own)
                .ok_or_else(|| PlanError::NoSuchPart(own.clone()))?;
            unchanged(&alone(group), typed.get("state"))?;
            apply(group, &typed);
            Ok(())
        })
        .await;
        match outcome {
            Ok(_) => return Ok(done(&format!("/desk/plan/{plan}#group-{key}"), "saved")),
            Err(error) if is_mendable(&error) => errors.add("", desk.sentence(&error)),
            Err(error) => return Err(error.into()),
        }
    }
    let title = fields.get("title").to_owned();
    Ok(page(&desk, &plan, &title, &fields, &errors, Html::empty()))
}
