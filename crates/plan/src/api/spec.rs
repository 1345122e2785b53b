//! The interface described for machines (OpenAPI 3.1), with its sentences in the reader's language.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde_json::{Map, Value};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use yakuba_city::{City, web::Problem};
use yakuba_ui::{Language, Words};

use super::{
    WORDS, answer::Answer, comparisons, facts, figures, indicators, measures, plans, search,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Yakuba", version = "1", license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")),
    paths(
        plans::list,
        plans::one,
        plans::versions,
        figures::list,
        indicators::indicator,
        indicators::year,
        comparisons::list,
        search::find,
        measures::list,
        measures::days,
        facts::post,
        get,
    ),
    tags((name = "plans"), (name = "figures"), (name = "facts"), (name = "interface")),
    modifiers(&Token)
)]
struct Interface;

/// The access token of another system.
struct Token;

impl Modify for Token {
    fn modify(&self, spec: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        spec.components
            .get_or_insert_default()
            .add_security_scheme("token", scheme);
    }
}

#[utoipa::path(
    get,
    path = "/api/openapi.json",
    operation_id = "openapi",
    tag = "interface",
    responses((status = 200))
)]
pub(super) async fn get(
    State(city): State<City>,
    language: Language,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(Answer::json(&document(&city, language)?)?
        .by_language()
        .respond(&headers))
}

/// The description of this service's interface and of the other services', with its sentences in a language.
///
/// # Errors
/// Does not happen for this interface.
pub(super) fn document(city: &City, language: Language) -> Result<Value, Problem> {
    let words = WORDS.words(language);
    let mut spec =
        serde_json::to_value(Interface::openapi()).map_err(|error| Problem::internal(&error))?;
    if let Some(info) = spec.get_mut("info").and_then(Value::as_object_mut) {
        put(info, "title", words, "api-title");
        put(info, "description", words, "api-description");
    }
    for tag in spec
        .get_mut("tags")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let name = name_of(tag);
        if let Some(tag) = tag.as_object_mut() {
            put(tag, "description", words, &format!("api-tag-{name}"));
        }
    }
    let paths = spec.get_mut("paths").and_then(Value::as_object_mut);
    for operation in paths
        .into_iter()
        .flat_map(Map::values_mut)
        .flat_map(|path| path.as_object_mut().into_iter().flat_map(Map::values_mut))
    {
        describe(operation, words);
    }
    for interface in city.interfaces() {
        add(&mut spec, interface(language.code()));
    }
    Ok(spec)
}

/// Puts another description's lists and maps into this one.
fn add(spec: &mut Value, other: Value) {
    match (spec, other) {
        (Value::Object(spec), Value::Object(other)) => {
            for (name, value) in other {
                add(spec.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(spec), Value::Array(other)) => spec.extend(other),
        (spec, other) => *spec = other,
    }
}

fn describe(operation: &mut Value, words: Words) {
    let id = operation
        .get("operationId")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .replace('_', "-");
    let Some(operation) = operation.as_object_mut() else {
        return;
    };
    put(operation, "summary", words, &format!("api-{id}-summary"));
    put(
        operation,
        "description",
        words,
        &format!("api-{id}-description"),
    );
    for parameter in operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let name = name_of(parameter).to_lowercase().replace('_', "-");
        if let Some(parameter) = parameter.as_object_mut() {
            put(
                parameter,
                "description",
                words,
                &format!("api-parameter-{name}"),
            );
        }
    }
    if let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    {
        for (status, response) in responses {
            if let Some(response) = response.as_object_mut() {
                put(
                    response,
                    "description",
                    words,
                    &format!("api-response-{status}"),
                );
                if !status.starts_with('2') {
                    response.insert("content".to_owned(), problem());
                }
            }
        }
    }
}

/// How every refusal looks (RFC 9457).
fn problem() -> Value {
    serde_json::json!({"application/problem+json": {"schema": {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }}})
}

fn name_of(value: &Value) -> String {
    value
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn put(object: &mut Map<String, Value>, field: &str, words: Words, key: &str) {
    object.insert(field.to_owned(), Value::String(words.get(key).into_owned()));
}
