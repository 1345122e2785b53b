//! One public thing: where it is, whether it can be used, and what its kind lets everybody know.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{DescriptionList, Map, Page};

use super::asked::{Asked, chip};
use crate::{
    model::state::State,
    store::{asset, vehicles},
};

#[derive(Template)]
#[template(path = "public/show.html")]
struct Body {
    about: DescriptionList,
    map: Option<Map>,
}

pub(super) async fn page(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let language = asked.language;
    let found = asset(asked.city().db(), id)
        .await?
        .filter(|asset| matches!(asset.state, State::InService | State::OutOfService))
        .ok_or(Problem::NotFound)?;
    let kind = asked
        .kinds
        .get(&found.kind)
        .filter(|kind| kind.public)
        .ok_or(Problem::NotFound)?;
    let mut about = DescriptionList::new()
        .text(asked.t("assets-kind"), kind.name.get(language))
        .html(
            asked.t("assets-column-state"),
            &chip(asked.words, found.state),
        );
    if !found.place.is_empty() {
        about = about.text(asked.t("assets-column-place"), &found.place);
    }
    let on_the_way = if kind.is_of_vehicles() {
        vehicles(asked.city().db(), &asked.kinds, asked.city().now())
            .await?
            .into_iter()
            .find(|vehicle| vehicle.asset == id)
    } else {
        None
    };
    let point = on_the_way
        .as_ref()
        .map(|vehicle| vehicle.point)
        .or(found.point);
    if let Some(point) = point {
        about = about.text(asked.t("assets-column-point"), point.to_string());
    }
    if let Some(vehicle) = &on_the_way {
        about = about.text(asked.t("assets-now"), asked.place_at(vehicle.told_at));
    }
    for field in kind.fields.iter().filter(|field| field.public) {
        if let Some(value) = found.fields.get(field.key.as_str()) {
            about = about.text(field.name.get(language), field.shown(value, language));
        }
    }
    let body = Body {
        about,
        map: point.map(|point| {
            Map::of_place(
                language,
                "asset-map",
                asked.t("assets-map-place"),
                point.degrees(),
            )
        }),
    };
    Ok(Page::public(
        asked.shell.clone(),
        format!("{} {}", found.number, found.name),
        &body,
    )
    .breadcrumb(asked.t("assets-title"), "/equipment")
    .into_response())
}
