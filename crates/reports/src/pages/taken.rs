//! A photo says where it was taken, and nobody has put the report on the map: the place is offered, and kept only when it is wanted.

use askama::Template;
use axum::response::Response;
use yakuba_city::web::Problem;
use yakuba_forms::{
    Answer,
    answers::{Coordinates, Place},
    model::document::Key,
};
use yakuba_kernel::Point;
use yakuba_ui::{Fields, Map, Page, Words};

use super::{
    asked::{Asked, private},
    new::{Open, goes},
    which,
};
use crate::model::rules::PLACE;

#[derive(Template)]
#[template(path = "public/taken.html")]
struct Body {
    words: Words,
    point: String,
    next: &'static str,
    map: Map,
}

/// The pages that can come after it.
const NEXT: [&str; 2] = ["/contact", "/details"];

/// Offers a place; nothing of it is kept but what the form on this page holds.
pub(super) fn offer(asked: &Asked, open: &Open, point: Point, next: &'static str) -> Response {
    let language = asked.language;
    let body = Body {
        words: asked.words,
        point: point.to_string(),
        next,
        map: Map::of_place(
            language,
            "taken-map",
            asked.t("reports-map-place"),
            point.degrees(),
        ),
    };
    let page = Page::public(asked.shell.clone(), asked.t("reports-taken-title"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .breadcrumb(open.category.name.get(language), super::new::HOME)
        .not_for_search_engines()
        .narrow();
    private(page)
}

/// Puts the report where the photo was taken, when that is wanted.
pub(super) async fn answer(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let next = NEXT
        .into_iter()
        .find(|next| *next == fields.get("next"))
        .unwrap_or("/details");
    let point = Point::read(fields.get("point")).ok();
    let (Some(point), "use") = (point, fields.get("action")) else {
        return Ok(goes(next));
    };
    let content = &mut open.draft.content;
    let (latitude, longitude) = point.degrees();
    let place = Place {
        description: content.place().to_owned(),
        coordinates: Some(Coordinates {
            latitude,
            longitude,
        }),
    };
    if let Ok(key) = Key::new(PLACE) {
        content.answers.set(key, Answer::Place(place));
    }
    content.equipment.clear();
    open.save(&asked, Vec::new()).await?;
    Ok(if which::is_offered(&asked, &open).await? {
        goes("/equipment")
    } else if super::new::has_similar(&asked, &open).await? {
        goes("/similar")
    } else {
        goes(next)
    })
}
