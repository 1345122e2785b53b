//! What holds before, across and after the questions.

use axum::{extract::Path, response::Response};
use serde::{Serialize, de::DeserializeOwned};
use yakuba_city::web::Problem;
use yakuba_ui::{Fields, FormErrors, Html, TextArea, done};

use super::{
    super::{Standing, href},
    Sheet, keep, sheet, shown,
};
use crate::desk::room::Room;

/// The parts of a procedure that are edited as YAML of their own.
const RULES: [&str; 4] = ["before", "computed", "checks", "fees"];

fn yaml_of(value: &impl Serialize) -> String {
    serde_saphyr::to_string(value).unwrap_or_default()
}

pub(in crate::desk::designer) async fn rules(
    room: Room,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    Ok(rules_sheet(
        &room,
        &standing,
        &Fields::default(),
        &FormErrors::new(),
    ))
}

fn rules_sheet(room: &Room, standing: &Standing, fields: &Fields, errors: &FormErrors) -> Response {
    let form = &standing.document.form;
    let mut controls = Html::empty();
    for (name, yaml, count) in [
        (RULES[0], yaml_of(&form.before), form.before.len()),
        (RULES[1], yaml_of(&form.computed), form.computed.len()),
        (RULES[2], yaml_of(&form.checks), form.checks.len()),
        (RULES[3], yaml_of(&form.fees), form.fees.len()),
    ] {
        let stands = if count == 0 { "" } else { yaml.as_str() };
        controls.push(
            &TextArea::new(
                room.language(),
                name,
                room.d(&format!("designer-part-{name}")),
            )
            .value(shown(fields, name, stands))
            .support(room.d(&format!("designer-support-{name}")))
            .rows(8)
            .errors(errors),
        );
    }
    sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-rules"),
            lead: room.d("designer-rules-lead"),
            action: format!("{}/rules", href(&standing.document.key)),
            controls,
            keys: true,
            fields,
        },
        errors,
    )
}

pub(in crate::desk::designer) async fn save_rules(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    fn part<T: DeserializeOwned>(
        room: &Room,
        fields: &Fields,
        name: &str,
        errors: &mut FormErrors,
    ) -> Vec<T> {
        let text = fields.get(name);
        if text.is_empty() {
            return Vec::new();
        }
        serde_saphyr::from_str(text).unwrap_or_else(|error| {
            errors.add(
                name,
                room.designer_words().with_text(
                    "designer-problem-settings",
                    "cause",
                    &error.to_string(),
                ),
            );
            Vec::new()
        })
    }
    let standing = room.draft_of(&key).await?;
    let mut errors = FormErrors::new();
    let mut document = standing.document.clone();
    let form = &mut document.form;
    form.before = part(&room, &fields, RULES[0], &mut errors);
    form.computed = part(&room, &fields, RULES[1], &mut errors);
    form.checks = part(&room, &fields, RULES[2], &mut errors);
    form.fees = part(&room, &fields, RULES[3], &mut errors);
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    Ok(rules_sheet(&room, &standing, &fields, &errors))
}
