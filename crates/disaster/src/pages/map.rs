//! The situation as a map: shelters, closed roads, reports that the desk has looked at; hazard areas are layers of the public map.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::web::Problem;
use yakuba_ui::{Link, Map, MapLayer, MapSign, MapSwatch, Page, Words};

use super::asked::Asked;

#[derive(Template)]
#[template(path = "public/map.html")]
struct Body {
    words: Words,
    map: Map,
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let language = asked.language.code();
    let address = |path: &str| {
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}lang={language}")
    };
    let map = Map::of_layers(
        asked.language,
        "situation-map",
        asked.t("disaster-map"),
        Link::new(asked.t("disaster-map-list"), "/disaster"),
    )
    .layer(
        MapLayer::points(
            "reports",
            asked.t("disaster-reports"),
            MapSign::Diamond,
            address("/reports/reports.geojson?state=open"),
        )
        .off(),
    )
    .layer(
        MapLayer::shapes(
            "roads",
            asked.t("disaster-roads-closed"),
            MapSign::Star,
            address("/disaster/roads.geojson"),
        )
        .swatch(MapSwatch::Line),
    )
    .layer(
        MapLayer::points(
            "closed",
            asked.t("disaster-shelters-closed"),
            MapSign::Ring,
            address("/shelters/shelters.geojson?open=0"),
        )
        .off(),
    )
    .layer(MapLayer::points(
        "open",
        asked.t("disaster-shelters-open"),
        MapSign::Circle,
        address("/shelters/shelters.geojson?open=1"),
    ))
    .whole();
    let body = Body {
        words: asked.words,
        map,
    };
    Ok(Page::public(
        asked.shell_with_banners().await?,
        asked.t("disaster-map"),
        &body,
    )
    .breadcrumb(asked.t("disaster-title"), "/disaster")
    .into_response())
}
