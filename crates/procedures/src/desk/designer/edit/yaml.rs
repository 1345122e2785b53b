//! The whole draft as one YAML text.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_ui::{Fields, FormErrors, Html, TextArea, done};

use super::{
    super::{Standing, href},
    Sheet, keep, sheet, shown,
};
use crate::{desk::room::Room, model::document::ProcedureDocument};

pub(in crate::desk::designer) async fn yaml(
    room: Room,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    yaml_sheet(&room, &standing, &Fields::default(), &FormErrors::new())
}

fn yaml_sheet(
    room: &Room,
    standing: &Standing,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let text = standing.document.to_yaml()?;
    let controls = Html::of(
        &TextArea::new(room.language(), "yaml", room.d("designer-yaml"))
            .value(shown(fields, "yaml", &text))
            .rows(40)
            .errors(errors),
    );
    Ok(sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-yaml"),
            lead: room.d("designer-yaml-lead"),
            action: format!("{}/yaml", href(&standing.document.key)),
            controls,
            ..Sheet::of(fields)
        },
        errors,
    ))
}

pub(in crate::desk::designer) async fn save_yaml(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let mut errors = FormErrors::new();
    match ProcedureDocument::from_yaml(fields.get("yaml")) {
        Ok(document) if document.key == key => {
            keep(&room, document, &fields, &mut errors).await?;
        }
        Ok(_) => errors.add("yaml", room.d("designer-problem-other-key")),
        Err(error) => errors.add(
            "yaml",
            room.design_sentence(&error)
                .unwrap_or_else(|| room.d("designer-problem-file")),
        ),
    }
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    yaml_sheet(&room, &standing, &fields, &errors)
}
