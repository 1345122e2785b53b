//! One question.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Key;
use yakuba_ui::{CheckboxGroup, Choice, Fields, FormErrors, Html, Select, TextArea, done};

use super::{
    super::{
        Standing,
        change::{self, FieldForm, KINDS},
        href,
    },
    Sheet, condition_input, keep, key_input, sheet, shown, text_inputs, text_of,
};
use crate::desk::room::Room;

pub(in crate::desk::designer) async fn field(
    room: Room,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    field_sheet(&room, &standing, &Fields::default(), &FormErrors::new())
}

fn field_sheet(
    room: &Room,
    standing: &Standing,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let (page_key, asked) = (room.query.get("page"), room.query.get("field"));
    let page = standing
        .document
        .form
        .pages
        .iter()
        .find(|page| page.key.as_str() == page_key)
        .ok_or(Problem::NotFound)?;
    let field = page.fields.iter().find(|field| field.key.as_str() == asked);
    if field.is_none() && !asked.is_empty() {
        return Err(Problem::NotFound);
    }
    let language = room.language();
    let kind = field.map_or_else(|| "text".to_owned(), change::kind_of);
    let settings = field.map(change::settings_of).unwrap_or_default();
    let optional = if fields.has("key") {
        fields.has("optional")
    } else {
        field.is_some_and(|field| field.optional)
    };
    let prefill = field
        .and_then(|field| field.prefill)
        .and_then(|prefill| serde_json::to_value(prefill).ok())
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default();
    let mut controls = Html::of(&key_input(
        room,
        fields,
        errors,
        field.map_or("", |field| field.key.as_str()),
    ));
    controls.push(
        &Select::new(language, "kind", room.d("designer-field-kind"))
            .choices(KINDS.map(|kind| {
                Choice::new(
                    kind,
                    room.d(&format!("designer-kind-{}", kind.replace('_', "-"))),
                )
            }))
            .value(shown(fields, "kind", &kind)),
    );
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "label",
        "designer-field-label",
        field.map(|field| &field.label),
    ));
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "hint",
        "designer-field-hint",
        field.and_then(|field| field.hint.as_ref()),
    ));
    controls.push(
        &CheckboxGroup::new(language, "optional", room.d("designer-need"))
            .choice(Choice::new("yes", room.d("designer-may-be-empty")).chosen(optional)),
    );
    controls.push(
        &TextArea::new(language, "settings", room.d("designer-field-settings"))
            .value(shown(fields, "settings", &settings))
            .support(room.d("designer-support-settings"))
            .rows(8)
            .errors(errors),
    );
    controls.push(&condition_input(
        room,
        fields,
        field.and_then(|field| field.show_if.as_ref()),
    ));
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "purpose",
        "designer-field-purpose",
        field.and_then(|field| field.purpose.as_ref()),
    ));
    controls.push(
        &Select::new(language, "prefill", room.d("designer-field-prefill"))
            .choice(Choice::new("", room.d("designer-prefill-none")))
            .choices(["name", "address", "birth_date", "email"].map(|what| {
                Choice::new(
                    what,
                    room.d(&format!("designer-prefill-{}", what.replace('_', "-"))),
                )
            }))
            .value(shown(fields, "prefill", &prefill)),
    );
    Ok(sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-field"),
            lead: String::new(),
            action: format!(
                "{}/field?page={page_key}&field={asked}",
                href(&standing.document.key)
            ),
            controls,
            keys: true,
            fields,
        },
        errors,
    ))
}

pub(in crate::desk::designer) async fn save_field(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let (page_key, asked) = (
        room.query.get("page").to_owned(),
        room.query.get("field").to_owned(),
    );
    let mut errors = FormErrors::new();
    let mut document = standing.document.clone();
    let page = document
        .form
        .pages
        .iter_mut()
        .find(|page| page.key.as_str() == page_key)
        .ok_or(Problem::NotFound)?;
    if Key::new(fields.get("key")).is_err() {
        errors.add("key", room.d("designer-problem-part-key"));
    }
    match text_of(&fields, "label") {
        None => errors.add("label_ja", room.d("designer-problem-empty")),
        Some(label) if errors.is_empty() => {
            let form = FieldForm {
                key: fields.get("key").to_owned(),
                kind: fields.get("kind").to_owned(),
                label,
                hint: text_of(&fields, "hint"),
                optional: fields.has("optional"),
                show_if: fields.optional("show_if"),
                purpose: text_of(&fields, "purpose"),
                prefill: fields.optional("prefill"),
                settings: fields.get("settings").to_owned(),
            };
            match form.read() {
                Err(cause) => errors.add(
                    "settings",
                    room.designer_words()
                        .with_text("designer-problem-settings", "cause", &cause),
                ),
                Ok(field) => {
                    let place = page
                        .fields
                        .iter()
                        .position(|found| found.key.as_str() == asked);
                    match place {
                        Some(place) => page.fields[place] = field,
                        None if asked.is_empty() => page.fields.push(field),
                        None => return Err(Problem::NotFound),
                    }
                }
            }
        }
        Some(_) => {}
    }
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    field_sheet(&room, &standing, &fields, &errors)
}
