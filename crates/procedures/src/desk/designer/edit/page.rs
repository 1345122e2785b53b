//! One page of the form.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::FormPage;
use yakuba_ui::{Fields, FormErrors, done};

use super::{
    super::{
        Standing,
        controls::{Controls, report},
        href,
        values::{condition, free_key, page as values},
    },
    Sheet, keep, sheet,
};
use crate::desk::room::Room;

/// The page that the address asks for; none: a new one.
fn asked<'s>(room: &Room, standing: &'s Standing) -> Result<Option<&'s FormPage>, Problem> {
    let key = room.query.get("page");
    let page = standing
        .document
        .form
        .pages
        .iter()
        .find(|page| page.key.as_str() == key);
    if page.is_none() && !key.is_empty() {
        return Err(Problem::NotFound);
    }
    Ok(page)
}

pub(in crate::desk::designer) async fn page(
    room: Room,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let known = condition::known(&standing.document.form, None);
    let shown = asked(&room, &standing)?
        .map(|page| values::values(page, &known))
        .unwrap_or_default();
    page_sheet(&room, &standing, &shown, &FormErrors::new())
}

fn page_sheet(
    room: &Room,
    standing: &Standing,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let page = asked(room, standing)?;
    let known = condition::known(&standing.document.form, None);
    let mut controls = Controls::new(room, fields, errors);
    controls
        .text("title", "designer-page-title", 1)
        .text("intro", "designer-page-intro", 2)
        .condition(
            "show_if",
            "designer-condition",
            "designer-support-rows",
            &known,
        )
        .folded("designer-more", errors.get("key").is_some(), |more| {
            more.line("key", "designer-field-key", "designer-support-free-key", 20);
        });
    let key = page.map_or("", |page| page.key.as_str());
    Ok(sheet(
        room,
        standing,
        Sheet {
            title: room.d(if page.is_some() {
                "designer-edit-page"
            } else {
                "designer-new-page"
            }),
            lead: room.d("designer-page-lead"),
            action: format!("{}/page?page={key}", href(&standing.document.key)),
            controls: controls.done(),
            keys: true,
            preview: key.to_owned(),
            ..Sheet::of(fields)
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
    let place = asked(&room, &standing)?.map(|page| page.key.clone());
    let mut errors = FormErrors::new();
    let mut document = standing.document.clone();
    let known = condition::known(&document.form, None);
    let free = free_key(&document.form, "page");
    let found = document
        .form
        .pages
        .iter_mut()
        .find(|page| Some(&page.key) == place.as_ref());
    match values::read(&fields, found.as_deref(), free, &known) {
        Err(wrong) => report(&room, wrong, &mut errors),
        Ok(page) => match found {
            Some(standing) => *standing = page,
            None => document.form.pages.push(page),
        },
    }
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(&href(&key), "saved"));
    }
    page_sheet(&room, &standing, &fields, &errors)
}
