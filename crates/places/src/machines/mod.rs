//! The catalogue for programs.

mod catalogue;
mod ckan;
mod dcat;
pub(crate) mod described;
mod ogc;
mod structured;

use axum::http::{HeaderMap, header};
use yakuba_city::web::{Access, Routes};

pub(crate) use structured::schema_org;

/// The routes of this room. Clients of CKAN ask under `/api/action`, harvesters under `/api/3/action`.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/api/3/action/{action}", Access::Public, ckan::get)
        .post("/api/3/action/{action}", Access::Public, ckan::post)
        .get("/api/action/{action}", Access::Public, ckan::get)
        .post("/api/action/{action}", Access::Public, ckan::post)
        .get("/data/catalog.jsonld", Access::Public, dcat::json_ld)
        .get("/data/catalog.ttl", Access::Public, dcat::turtle)
        .get("/data.json", Access::Public, dcat::data_json)
        .get("/api/ogc", Access::Public, ogc::landing)
        // Clients put a stroke behind the address that they are given.
        .get("/api/ogc/", Access::Public, ogc::landing)
        .get("/api/ogc/api", Access::Public, ogc::description)
        .get("/api/ogc/conformance", Access::Public, ogc::conformance)
        .get("/api/ogc/collections", Access::Public, ogc::collections)
        .get(
            "/api/ogc/collections/{layer}",
            Access::Public,
            ogc::one_collection,
        )
        .get(
            "/api/ogc/collections/{layer}/items",
            Access::Public,
            ogc::items,
        )
        .get(
            "/api/ogc/collections/{layer}/items/{feature}",
            Access::Public,
            ogc::item,
        )
}

/// The address the catalogue was asked at, so that links hold anywhere; empty when the request does not name a host.
pub(crate) fn base(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| {
            !host.is_empty()
                && host
                    .chars()
                    .all(|sign| sign.is_ascii_alphanumeric() || ".-:[]".contains(sign))
        });
    let Some(host) = host else {
        return String::new();
    };
    let near = ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|name| host == *name || host.starts_with(&format!("{name}:")));
    format!("{}://{host}", if near { "http" } else { "https" })
}
