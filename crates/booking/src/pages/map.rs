//! Where the facilities are: the layers of the map, and the files that they are drawn from.

use axum::{
    extract::Query,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use yakuba_city::web::Problem;
use yakuba_kernel::Decimal;
use yakuba_ui::{Link, Map, MapLayer, MapSign};

use super::{asked::Asked, front::kind_key};
use crate::{
    model::document::FacilityKind,
    store::{Facility, facilities},
};

/// The map of all facilities that say where they are, a layer for each kind; none when no facility does. `list` leads to the list of
/// the page.
pub(super) fn map(asked: &Asked, all: &[Facility], list: &str) -> Option<Map> {
    let words = asked.words;
    let kinds: Vec<FacilityKind> = FacilityKind::ALL
        .into_iter()
        .filter(|kind| {
            all.iter().any(|facility| {
                facility.document.kind == *kind && facility.document.position.is_some()
            })
        })
        .collect();
    if kinds.is_empty() {
        return None;
    }
    let empty = Map::of_layers(
        asked.language,
        "facilities-map",
        words.get("booking-map-title"),
        Link::new(words.get("booking-map-list"), list),
    );
    let signs = MapSign::ALL;
    Some(
        kinds
            .into_iter()
            .enumerate()
            .fold(empty, |map, (place, kind)| {
                // Kinds beyond the signs share the last one; each still has its own switch.
                map.layer(MapLayer::points(
                    kind.name(),
                    words.get(&kind_key(kind)),
                    signs[place.min(signs.len() - 1)],
                    format!(
                        "/booking/facilities.geojson?kind={}&lang={}",
                        kind.name(),
                        asked.language.code()
                    ),
                ))
            }),
    )
}

#[derive(Deserialize)]
pub(super) struct Asking {
    kind: Option<String>,
}

/// The facilities that are offered and say where they are, of one kind or of all, as GeoJSON.
pub(super) async fn file(asked: Asked, Query(query): Query<Asking>) -> Result<Response, Problem> {
    let features: Vec<Value> = facilities(asked.city().db())
        .await?
        .iter()
        .filter(|facility| facility.is_offered)
        .filter(|facility| {
            query
                .kind
                .as_deref()
                .is_none_or(|kind| facility.document.kind.name() == kind)
        })
        .filter_map(|facility| feature(&asked, facility))
        .collect();
    let collection = json!({ "type": "FeatureCollection", "features": features });
    Ok((
        [(header::CONTENT_TYPE, "application/geo+json")],
        collection.to_string(),
    )
        .into_response())
}

fn feature(asked: &Asked, facility: &Facility) -> Option<Value> {
    let (latitude, longitude) = facility.document.position?.degrees();
    let language = asked.language;
    let address = facility
        .document
        .address
        .as_ref()
        .map_or("", |address| address.get(language));
    Some(json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [number(longitude)?, number(latitude)?] },
        "properties": {
            "name": facility.document.name.get(language),
            "text": address,
            "href": format!("/booking/{}", facility.key()),
        },
    }))
}

/// As a number of JSON with the digits that were written.
fn number(degrees: Decimal) -> Option<Value> {
    serde_json::from_str(&degrees.to_string()).ok()
}
