//! One page of the form.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::{Expression, FormPage, Key};
use yakuba_ui::{Fields, FormErrors, Html, done};

use super::{
    super::{Standing, href},
    Sheet, condition_input, keep, key_input, sheet, text_inputs, text_of,
};
use crate::desk::room::Room;

pub(in crate::desk::designer) async fn page(
    room: Room,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let asked = room.query.get("page").to_owned();
    page_sheet(
        &room,
        &standing,
        &asked,
        &Fields::default(),
        &FormErrors::new(),
    )
}

fn page_sheet(
    room: &Room,
    standing: &Standing,
    asked: &str,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let form = &standing.document.form;
    let page = form.pages.iter().find(|page| page.key.as_str() == asked);
    if page.is_none() && !asked.is_empty() {
        return Err(Problem::NotFound);
    }
    let mut controls = Html::of(&key_input(
        room,
        fields,
        errors,
        page.map_or("", |page| page.key.as_str()),
    ));
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "title",
        "designer-page-title",
        page.map(|page| &page.title),
    ));
    controls.push(&text_inputs(
        room,
        fields,
        errors,
        "intro",
        "designer-page-intro",
        page.and_then(|page| page.intro.as_ref()),
    ));
    controls.push(&condition_input(
        room,
        fields,
        page.and_then(|page| page.show_if.as_ref()),
    ));
    Ok(sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-page"),
            lead: room.d("designer-page-lead"),
            action: format!("{}/page?page={asked}", href(&standing.document.key)),
            controls,
            keys: true,
            fields,
        },
        errors,
    ))
}

pub(in crate::desk::designer) async fn save_page(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let asked = room.query.get("page").to_owned();
    let mut errors = FormErrors::new();
    let mut document = standing.document.clone();
    let title = text_of(&fields, "title");
    if title.is_none() {
        errors.add("title_ja", room.d("designer-problem-empty"));
    }
    let new_key = Key::new(fields.get("key"));
    if new_key.is_err() {
        errors.add("key", room.d("designer-problem-part-key"));
    }
    if let (Some(title), Ok(page_key)) = (title, new_key) {
        let intro = text_of(&fields, "intro");
        let show_if = fields.optional("show_if").map(Expression);
        let found = document
            .form
            .pages
            .iter_mut()
            .find(|page| page.key.as_str() == asked);
        match found {
            Some(page) => {
                page.key = page_key;
                page.title = title;
                page.intro = intro;
                page.show_if = show_if;
            }
            None if asked.is_empty() => document.form.pages.push(FormPage {
                key: page_key,
                title,
                intro,
                show_if,
                fields: Vec::new(),
            }),
            None => return Err(Problem::NotFound),
        }
    }
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    page_sheet(&room, &standing, &asked, &fields, &errors)
}
