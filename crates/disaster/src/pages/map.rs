//! The situation as a map: shelters, closed roads, what residents report, and below them the hazard layers of the public map.

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
    let mut map = Map::of_layers(
        asked.language,
        "situation-map",
        asked.t("disaster-map"),
        Link::new(asked.t("disaster-map-list"), "/disaster"),
    );
    for mut layer in asked.hazards().await? {
        // Beside our own layers their names must stay apart.
        layer.key.insert_str(0, "hazard-");
        map = map.layer(
            MapLayer::shared(layer)
                .group(asked.t("disaster-hazards"))
                .off(),
        );
    }
    let now = asked.t("disaster-now");
    map = map
        .layer(
            MapLayer::points(
                "reports",
                asked.t("disaster-reports"),
                MapSign::Diamond,
                address("/reports/reports.geojson?disaster=1"),
            )
            .group(&now),
        )
        .layer(
            MapLayer::shapes(
                "roads",
                asked.t("disaster-roads-closed"),
                MapSign::Star,
                address("/disaster/roads.geojson"),
            )
            .swatch(MapSwatch::Line)
            .group(&now),
        )
        .layer(
            MapLayer::points(
                "closed",
                asked.t("disaster-shelters-closed"),
                MapSign::Ring,
                address("/shelters/shelters.geojson?open=0"),
            )
            .group(&now)
            .off(),
        )
        .layer(
            MapLayer::points(
                "open",
                asked.t("disaster-shelters-open"),
                MapSign::Circle,
                address("/shelters/shelters.geojson?open=1"),
            )
            .group(&now),
        )
        .whole()
        .as_left(&asked.query);
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
