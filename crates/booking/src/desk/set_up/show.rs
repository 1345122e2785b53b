//! One facility: whether it is offered, what was found, its parts.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{ButtonKind, Fields, Link, LinkButton, Words, done};

use super::{
    super::room::{Room, file as answer_file},
    form::name_of,
    href, part_href, way,
};
use crate::{capabilities::SET_UP, error::BookingError, model::check::check, store::save};

#[derive(Template)]
#[template(path = "desk/set_up.html")]
struct Body {
    words: Words,
    at: String,
    public: String,
    is_offered: bool,
    revision: i64,
    findings: Vec<Link>,
    parts: Vec<Link>,
    resources: Vec<Link>,
    fees: Vec<Link>,
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.facility(&key, SET_UP).await?;
    let language = room.language();
    let document = &found.document;
    let value = serde_json::to_value(&**document).map_err(BookingError::from)?;
    let items = |member: &str, add: &str| -> Vec<Link> {
        let items = value
            .get(member)
            .and_then(serde_json::Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        items
            .iter()
            .enumerate()
            .map(|(place, item)| {
                Link::new(
                    name_of(item).unwrap_or_else(|| (place + 1).to_string()),
                    part_href(&key, &format!("{member}.{place}")),
                )
            })
            .chain([Link::new(
                room.t(add),
                part_href(&key, &format!("{member}.{}", items.len())),
            )])
            .collect()
    };
    let parts = [
        ("basics", "desk-set-basics"),
        ("units", "desk-set-units"),
        ("equipment", "desk-set-equipment"),
        ("opening", "desk-set-opening"),
        ("closed", "desk-set-closed"),
        ("rules", "desk-set-rules"),
        ("conditions", "desk-set-conditions"),
    ];
    let body = Body {
        words: room.words,
        at: href(&key),
        public: format!("/booking/{key}"),
        is_offered: found.is_offered,
        revision: found.revision,
        findings: check(document)
            .iter()
            .map(|finding| {
                let (at, control) = way(document, finding);
                Link::new(
                    finding.line(language),
                    format!("{}#{control}", part_href(&key, &at)),
                )
            })
            .collect(),
        parts: parts
            .iter()
            .map(|(at, text)| Link::new(room.t(text), part_href(&key, at)))
            .collect(),
        resources: items("resources", "desk-set-resource-add"),
        fees: items("fees", "desk-set-fee-add"),
    };
    Ok(room
        .page_below(document.name.get(language), &body)
        .breadcrumb(room.t("desk-set-up"), super::SET_UP_HOME)
        .action(
            &LinkButton::new(room.t("desk-set-download"), format!("{}/file", href(&key)))
                .kind(ButtonKind::Other)
                .download(),
        )
        .action(
            &LinkButton::new(room.t("desk-set-yaml"), format!("{}/yaml", href(&key)))
                .kind(ButtonKind::Other),
        )
        .into_response())
}

/// Offers it, or takes it offline: what is booked stays.
pub(super) async fn offer(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.facility(&key, SET_UP).await?;
    let is_offered = fields.get("offered") == "yes";
    if is_offered == found.is_offered {
        return Ok(done(&href(&key), "unchanged"));
    }
    room.write(
        (found.document.clone(), is_offered, fields.revision()),
        |tx, (document, is_offered, revision)| Box::pin(save(tx, document, *is_offered, *revision)),
    )
    .await?;
    Ok(done(
        &href(&key),
        if is_offered { "offered" } else { "withdrawn" },
    ))
}

pub(super) async fn file(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.facility(&key, SET_UP).await?;
    let text = found.document.to_yaml()?;
    Ok(answer_file(
        "application/yaml; charset=utf-8",
        "attachment; filename=\"facility.yaml\"",
        text.into_bytes(),
    ))
}
