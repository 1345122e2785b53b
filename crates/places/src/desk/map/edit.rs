//! What is said about a layer, as the document that files hold.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{ErrorSummary, Fields, FormErrors, TextArea, Words, done};

use super::{super::room::Room, href};
use crate::{
    capabilities::EDIT,
    model::map::layer::{Audience, LayerDocument},
    pages::listed,
    store::map::{Layer, describe_layer, layer, put_layer},
};

/// The most characters of a document.
const LONGEST: usize = 50_000;
/// What a new layer begins with, with the department's code to be put in.
const SAMPLE: &str = include_str!("sample.yaml");

/// What a new layer of a department begins with.
fn sample(department: &str) -> String {
    SAMPLE.replace("DEPARTMENT", department)
}

#[derive(Template)]
#[template(path = "desk/map/edit.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    action: String,
    revision: i64,
    document: TextArea,
    /// How it is written, with the codes of one's departments.
    sample: String,
    departments: Vec<String>,
}

/// The code that a new layer begins with: of one's own department, where one looks after its layers.
fn first<'c>(room: &'c Room, departments: &'c BTreeMap<DepartmentCode, String>) -> &'c str {
    room.own_department()
        .filter(|own| departments.contains_key(own))
        .or_else(|| departments.keys().next())
        .map_or("", DepartmentCode::as_str)
}

/// The departments whose layers this person looks after, with their codes.
fn codes(departments: &BTreeMap<DepartmentCode, String>) -> Vec<String> {
    departments
        .iter()
        .map(|(code, name)| format!("{code} ({name})"))
        .collect()
}

/// Reads the document. What is wrong goes to `errors`.
fn read(
    room: &Room,
    departments: &BTreeMap<DepartmentCode, String>,
    typed: &Fields,
    key: Option<&str>,
    errors: &mut FormErrors,
) -> Option<LayerDocument> {
    let text = typed.get("document");
    if text.chars().count() > LONGEST {
        errors.add("document", room.t("desk-problem-long"));
        return None;
    }
    let document = match LayerDocument::from_yaml(text) {
        Ok(document) => document,
        Err(problem) => {
            tracing::info!(%problem, "a layer that is not taken");
            errors.add("document", room.refused(&(&problem).into()));
            return None;
        }
    };
    if key.is_some_and(|key| key != document.key) {
        errors.add("document", room.t("desk-map-key-stays"));
    }
    // Nobody gives a layer to a department that is not theirs.
    if !room.principal.holds_in(EDIT, &document.department) {
        let sentence = room.words.with(
            "desk-map-department-problem",
            &[
                ("code", document.department.as_str().to_owned().into()),
                ("codes", listed(&codes(departments), room.language()).into()),
            ],
        );
        errors.add("document", sentence);
    }
    errors.is_empty().then_some(document)
}

fn shown(
    room: &Room,
    departments: &BTreeMap<DepartmentCode, String>,
    standing: Option<&Layer>,
    text: &str,
    revision: i64,
    errors: &FormErrors,
) -> Response {
    let body = Body {
        words: room.words,
        summary: errors.summary(room.language()),
        action: standing.map_or_else(
            || "/desk/map/new".to_owned(),
            |found| format!("{}/edit", href(found.key())),
        ),
        revision,
        document: TextArea::new(room.language(), "document", room.t("desk-map-document"))
            .support(room.t("desk-map-document-support"))
            .rows(30)
            .value(text)
            .errors(errors),
        sample: sample(first(room, departments)),
        departments: codes(departments),
    };
    let has_errors = !errors.is_empty();
    match standing {
        None => room
            .map_page(room.t("desk-map-new"), &body)
            .with_errors(has_errors)
            .into_response(),
        Some(found) => room
            .page_of_layer(found, room.t("desk-map-edit"), &body)
            .with_errors(has_errors)
            .into_response(),
    }
}

pub(super) async fn new_page(room: Room) -> Result<Response, Problem> {
    let departments = room.own_departments(&[EDIT]).await?;
    let text = sample(first(&room, &departments));
    Ok(shown(
        &room,
        &departments,
        None,
        &text,
        0,
        &FormErrors::new(),
    ))
}

pub(super) async fn create(room: Room, typed: Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let departments = room.own_departments(&[EDIT]).await?;
    let text = typed.get("document");
    let Some(document) = read(&room, &departments, &typed, None, &mut errors) else {
        return Ok(shown(&room, &departments, None, text, 0, &errors));
    };
    if layer(room.db(), &document.key).await?.is_some() {
        errors.add("document", room.t("desk-problem-key-taken"));
        return Ok(shown(&room, &departments, None, text, 0, &errors));
    }
    let key = document.key.clone();
    room.write(document, |tx, document| {
        Box::pin(put_layer(tx, document, Audience::Nobody, None))
    })
    .await?;
    Ok(done(&href(&key), "map-made"))
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.layer_for(&key, EDIT).await?;
    let departments = room.departments().await?;
    let text =
        serde_saphyr::to_string(&found.document).map_err(|error| Problem::internal(&error))?;
    Ok(shown(
        &room,
        &departments,
        Some(&found),
        &text,
        found.revision,
        &FormErrors::new(),
    ))
}

pub(super) async fn save(
    room: Room,
    Path(key): Path<String>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.layer_for(&key, EDIT).await?;
    let mut errors = FormErrors::new();
    let text = typed.get("document").to_owned();
    let departments = room.departments().await?;
    let again = |errors: &FormErrors| {
        shown(
            &room,
            &departments,
            Some(&found),
            &text,
            typed.revision(),
            errors,
        )
    };
    let Some(document) = read(&room, &departments, &typed, Some(&key), &mut errors) else {
        return Ok(again(&errors));
    };
    // Features stay where they are: a layer of a dataset does not become one of its own.
    if document.source != found.document.source {
        errors.add("document", room.t("desk-map-source-stays"));
        return Ok(again(&errors));
    }
    let outcome = room
        .write((document, typed.revision()), |tx, (document, revision)| {
            Box::pin(describe_layer(tx, document, *revision))
        })
        .await;
    match outcome {
        Ok(()) => Ok(done(&href(&key), "saved")),
        Err(error) => {
            let sentence = room
                .map_sentence(&error)
                .ok_or_else(|| Problem::internal(&error))?;
            errors.add("document", sentence);
            Ok(again(&errors))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_a_layer_and_comes_back_as_it_is_written() {
        let document: LayerDocument = serde_saphyr::from_str(&sample("crisis")).unwrap();
        assert_eq!(document.problem(), None);
        let text = serde_saphyr::to_string(&document).unwrap();
        assert_eq!(
            serde_saphyr::from_str::<LayerDocument>(&text).unwrap(),
            document
        );
    }
}
