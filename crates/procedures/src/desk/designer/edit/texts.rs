//! What the guide says.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::Text;
use yakuba_ui::{Fields, FormErrors, Html, done};

use super::{
    super::{Standing, href},
    Sheet, keep, sheet, text_inputs, text_of,
};
use crate::desk::room::Room;

pub(in crate::desk::designer) async fn texts(
    room: Room,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    Ok(texts_sheet(
        &room,
        &standing,
        &Fields::default(),
        &FormErrors::new(),
    ))
}

fn texts_sheet(room: &Room, standing: &Standing, fields: &Fields, errors: &FormErrors) -> Response {
    let document = &standing.document;
    let mut controls = Html::empty();
    for (name, label, text) in [
        ("title", "designer-field-title", Some(&document.title)),
        ("summary", "designer-field-summary", Some(&document.summary)),
        ("who", "designer-field-who", Some(&document.guide.who)),
        ("when", "designer-field-when", document.guide.when.as_ref()),
        ("fee", "designer-field-fee", document.guide.fee.as_ref()),
        (
            "afterwards",
            "designer-field-afterwards",
            Some(&document.guide.afterwards),
        ),
        (
            "purpose",
            "designer-field-data-purpose",
            Some(&document.personal_data_purpose),
        ),
    ] {
        controls.push(&text_inputs(room, fields, errors, name, label, text));
    }
    sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-texts"),
            lead: room.d("designer-texts-lead"),
            action: format!("{}/texts", href(&document.key)),
            controls,
            ..Sheet::of(fields)
        },
        errors,
    )
}

pub(in crate::desk::designer) async fn save_texts(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let mut errors = FormErrors::new();
    let mut document = standing.document.clone();
    let mut required = |name: &'static str, into: &mut Text| match text_of(&fields, name) {
        Some(text) => *into = text,
        None => errors.add(format!("{name}_ja"), room.d("designer-problem-empty")),
    };
    required("title", &mut document.title);
    required("summary", &mut document.summary);
    required("who", &mut document.guide.who);
    required("afterwards", &mut document.guide.afterwards);
    required("purpose", &mut document.personal_data_purpose);
    document.guide.when = text_of(&fields, "when");
    document.guide.fee = text_of(&fields, "fee");
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    Ok(texts_sheet(&room, &standing, &fields, &errors))
}
