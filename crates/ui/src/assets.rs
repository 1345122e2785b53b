//! The styles, the script and the icon that the binary carries, and their addresses.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// A file carried by the binary.
struct Asset {
    name: &'static str,
    url: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of an asset (`app.css`, `app.js`, `favicon.svg`), with the hash of its content.
/// An unknown name gives an address that answers 404.
#[must_use]
pub fn asset_url(name: &str) -> &'static str {
    ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map_or("/assets/unknown", |asset| asset.url)
}

/// The address of the worker behind pages that are kept on the reader's device. Browsers know a worker by its address, so it has no hash.
pub const WORKER: &str = "/offline.js";

/// What every page loads: the worker keeps it beside its copies.
const OF_EVERY_PAGE: [&str; 3] = ["app.css", "app.js", "favicon.svg"];

/// Serves `/assets/…` and the worker. A name with the right hash may be kept for a year; any other name is 404.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/assets/{file}", get(serve))
        .route(WORKER, get(serve_worker))
}

/// The worker, told which files every page of this program loads: another program has another worker, and so other copies.
async fn serve_worker() -> Response {
    let script = ASSETS
        .iter()
        .find(|asset| asset.name == "offline.js")
        .map_or(&[][..], |asset| asset.bytes);
    let copies = OF_EVERY_PAGE.map(asset_url);
    let mut body = format!("const COPIES={copies:?};\n").into_bytes();
    body.extend_from_slice(script);
    (
        [
            (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        body,
    )
        .into_response()
}

async fn serve(Path(file): Path<String>) -> Response {
    let Some(asset) = ASSETS
        .iter()
        .find(|asset| asset.url.strip_prefix("/assets/") == Some(file.as_str()))
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    (
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(asset.media_type),
            ),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=31536000, immutable"),
            ),
        ],
        asset.bytes,
    )
        .into_response()
}
