//! The interfaces of open data and of the map described for machines, as a part of the city's OpenAPI document.

use serde_json::{Map, Value, json};
use yakuba_ui::{Catalogue, Language};

/// The sentences of the description.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("interface");

/// CKAN's actions that are answered, each with its parameters: their names, and whether one must be given.
pub(super) const ACTIONS: [(&str, &[(&str, bool)]); 15] = [
    ("package_list", &[("limit", false), ("offset", false)]),
    (
        "package_search",
        &[
            ("q", false),
            ("fq", false),
            ("rows", false),
            ("start", false),
            ("sort", false),
            ("facet.field", false),
        ],
    ),
    ("package_show", &[("id", true)]),
    (
        "current_package_list_with_resources",
        &[("limit", false), ("offset", false)],
    ),
    ("resource_show", &[("id", true)]),
    (
        "datastore_search",
        &[
            ("resource_id", true),
            ("filters", false),
            ("q", false),
            ("fields", false),
            ("sort", false),
            ("limit", false),
            ("offset", false),
            ("distinct", false),
            ("records_format", false),
        ],
    ),
    ("organization_list", &[("all_fields", false)]),
    (
        "organization_show",
        &[("id", true), ("include_datasets", false)],
    ),
    ("group_list", &[("all_fields", false)]),
    ("group_show", &[("id", true), ("include_datasets", false)]),
    ("tag_list", &[("query", false)]),
    ("license_list", &[]),
    ("status_show", &[]),
    ("site_read", &[]),
    ("help_show", &[("name", false)]),
];

/// What else there is: address, the key of its sentences, the media type, its parameters in the query.
const OTHERS: [(&str, &str, &str, &[&str]); 14] = [
    (
        "/data/catalog.jsonld",
        "dcat-json",
        "application/ld+json",
        &[],
    ),
    ("/data/catalog.ttl", "dcat-turtle", "text/turtle", &[]),
    ("/data.json", "dcat-us", "application/json", &[]),
    ("/data/feed.atom", "feed", "application/atom+xml", &[]),
    (
        "/data/{dataset}/feed.atom",
        "feed-of",
        "application/atom+xml",
        &[],
    ),
    ("/data/{dataset}/files/{file}/{name}", "file", "*/*", &[]),
    (
        "/map/tiles/{layer}/{z}/{x}/{y}",
        "tile",
        "application/vnd.mapbox-vector-tile",
        &["lang"],
    ),
    ("/api/ogc", "ogc", "application/json", &[]),
    (
        "/api/ogc/api",
        "ogc-api",
        "application/vnd.oai.openapi+json;version=3.0",
        &[],
    ),
    (
        "/api/ogc/conformance",
        "ogc-conformance",
        "application/json",
        &[],
    ),
    (
        "/api/ogc/collections",
        "ogc-collections",
        "application/json",
        &[],
    ),
    (
        "/api/ogc/collections/{layer}",
        "ogc-collection",
        "application/json",
        &[],
    ),
    (
        "/api/ogc/collections/{layer}/items",
        "ogc-items",
        "application/geo+json",
        &["bbox", "limit", "offset"],
    ),
    (
        "/api/ogc/collections/{layer}/items/{feature}",
        "ogc-item",
        "application/geo+json",
        &[],
    ),
];

fn parameter(name: &str, place: &str, is_required: bool) -> Value {
    json!({"name": name, "in": place, "required": is_required, "schema": {"type": "string"}})
}

/// The parts of an address that are filled in.
fn in_path(path: &str) -> impl Iterator<Item = Value> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next())
        .map(|name| parameter(name, "path", true))
}

/// This interface described for machines, as a part of the city's OpenAPI document.
pub(crate) fn interface(language: &str) -> Value {
    let words = WORDS.words(Language::from_code(language).unwrap_or_default());
    let text = |key: &str| words.get(key).into_owned();
    let mut paths = Map::new();
    for (action, parameters) in ACTIONS {
        let answer = json!({
            "type": "object",
            "required": ["help", "success"],
            "properties": {
                "help": {"type": "string"},
                "success": {"type": "boolean"},
                "result": {},
                "error": {"type": "object"},
            },
        });
        let content = json!({"application/json": {"schema": answer}});
        let parameters: Vec<Value> = parameters
            .iter()
            .map(|(name, is_required)| parameter(name, "query", *is_required))
            .collect();
        paths.insert(
            format!("/api/3/action/{action}"),
            json!({"get": {
                "operationId": format!("ckan_{action}"),
                "tags": ["open-data"],
                "summary": text(&format!("interface-{}", action.replace('_', "-"))),
                "description": text("interface-ckan"),
                "parameters": parameters,
                "responses": {
                    "200": {"description": text("interface-done"), "content": content},
                    "404": {"description": text("interface-not-found"), "content": content},
                    "409": {"description": text("interface-refused"), "content": content},
                },
            }}),
        );
    }
    for (path, key, kind, query) in OTHERS {
        let parameters: Vec<Value> = in_path(path)
            .chain(query.iter().map(|name| parameter(name, "query", false)))
            .collect();
        let mut operation = json!({
            "operationId": format!("places_{}", key.replace('-', "_")),
            "tags": ["open-data"],
            "summary": text(&format!("interface-{key}")),
            "description": text("interface-public"),
            "responses": {"200": {"description": text("interface-done"), "content": {kind: {"schema": {}}}}},
        });
        if !parameters.is_empty() {
            operation["parameters"] = json!(parameters);
            operation["responses"]["404"] = json!({"description": text("interface-not-found")});
        }
        paths.insert(path.to_owned(), json!({"get": operation}));
    }
    json!({
        "tags": [{"name": "open-data", "description": text("interface-tag")}],
        "paths": paths,
        "components": {"schemas": {}},
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::Method;

    use super::*;

    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&WORDS);
    }

    #[test]
    fn every_route_for_programs_is_described_and_no_other() {
        let machines = crate::machines::routes();
        let pages = crate::pages::routes();
        let ends = [".atom", "{y}", "/{name}"];
        let real: BTreeSet<String> = machines
            .entries()
            .iter()
            .chain(
                pages
                    .entries()
                    .iter()
                    .filter(|entry| ends.iter().any(|end| entry.path.ends_with(end))),
            )
            .filter(|entry| entry.method == Method::GET)
            // Second addresses of the same.
            .filter(|entry| !entry.path.starts_with("/api/action") && entry.path != "/api/ogc/")
            .map(|entry| entry.path.to_owned())
            .collect();
        for language in ["ja", "easy", "en"] {
            let described = interface(language);
            let paths: BTreeSet<String> = described["paths"]
                .as_object()
                .unwrap()
                .keys()
                .map(|path| match path.strip_prefix("/api/3/action/") {
                    Some(_) => "/api/3/action/{action}".to_owned(),
                    None => path.clone(),
                })
                .collect();
            assert_eq!(paths, real);
            assert!(!described.to_string().contains('⟦'), "{described}");
        }
    }
}
