//! The tiles of a layer.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use yakuba_city::{
    City,
    web::{Principal, Problem},
};
use yakuba_ui::Language;

use super::super::visit::Visit;
use crate::{
    model::map::{ground::Tile, layer::Audience},
    store::map::layer,
    tiles,
};

pub(super) async fn tile(
    State(city): State<City>,
    principal: Principal,
    Path((key, z, x, y)): Path<(String, String, String, String)>,
    visit: Visit,
) -> Result<Response, Problem> {
    let number = |text: &str| text.parse::<u32>().ok();
    let tile = y
        .strip_suffix(".mvt")
        .and_then(|y| Tile::new(z.parse().ok()?, number(&x)?, number(y)?))
        .ok_or(Problem::NotFound)?;
    let is_staff = matches!(principal, Principal::Staff(_));
    let layer = layer(city.db(), &key)
        .await?
        .filter(|layer| layer.is_for(is_staff, city.today()))
        .ok_or(Problem::NotFound)?;
    let language = Language::from_code(visit.query.get("lang")).unwrap_or(visit.language);
    // Weak, because the same tile may travel compressed or not.
    let mark = format!("W/\"{key}-{}-{}\"", layer.drawn, language.code());
    let is_known = visit
        .headers
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| known.split(',').any(|known| known.trim() == mark));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let tile = tiles::tile(&city, &layer, tile, language).await?;
        let kind = (header::CONTENT_TYPE, "application/vnd.mapbox-vector-tile");
        if tile.is_empty() {
            StatusCode::NO_CONTENT.into_response()
        } else if takes_gzip(&visit) {
            let headers = [
                kind,
                (header::CONTENT_ENCODING, "gzip"),
                (header::VARY, "Accept-Encoding"),
            ];
            (headers, tile.packed().to_vec()).into_response()
        } else {
            let headers = [kind, (header::VARY, "Accept-Encoding")];
            (headers, tile.unpacked()).into_response()
        }
    };
    let headers = response.headers_mut();
    if let Ok(mark) = HeaderValue::from_str(&mark) {
        headers.insert(header::ETAG, mark);
    }
    let keeping = if layer.audience == Audience::Public {
        "public, max-age=60"
    } else {
        "private, no-store"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
    Ok(response)
}

/// Whether the asker takes gzip.
fn takes_gzip(visit: &Visit) -> bool {
    visit
        .headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
            name.trim().eq_ignore_ascii_case("gzip")
                && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
}
