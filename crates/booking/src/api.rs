//! What other programs may ask: who is called at the counters.

use axum::{Json, extract::State};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;
use serde_json::{Value, json};
use yakuba_city::{
    City,
    web::{Access, Problem, Routes},
};
use yakuba_forms::model::document::Text;
use yakuba_ui::Language;

use crate::{
    pages::queue::{WORDS, calls},
    store::queue::{queues, standing},
};

pub(crate) fn routes() -> Routes {
    Routes::new().get("/api/v1/queue", Access::Public, list)
}

/// A counter that gives out numbers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "QueueCounter")]
struct Counter {
    /// Its lasting key in addresses.
    key: String,
    /// What it is called.
    name: Text,
    /// The numbers now called, the newest first.
    called: Vec<Called>,
    /// How many people wait.
    waiting: usize,
    /// How many windows are open.
    open_windows: usize,
    /// How long somebody who comes now is expected to wait; none while it cannot be told.
    expected_wait: Option<Wait>,
    /// Its page.
    url: String,
    /// Sends an event whenever something changes (server-sent events).
    events: String,
}

/// A number that is called.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "QueueCall")]
struct Called {
    /// The number, such as `A-012`.
    number: String,
    /// The window.
    window: u32,
}

/// From how many to how many minutes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "QueueWait")]
struct Wait {
    /// At least.
    from_minutes: u32,
    /// At most.
    to_minutes: u32,
}

async fn list(State(city): State<City>) -> Result<Json<Vec<Counter>>, Problem> {
    let mut counters = Vec::new();
    for queue in queues(city.db()).await? {
        if !queue.is_on {
            continue;
        }
        let standing = standing(city.db(), &queue, city.now(), city.today()).await?;
        let url = format!("/booking/queue/{}", queue.key());
        counters.push(Counter {
            key: queue.key().to_owned(),
            name: queue.document.name.clone(),
            called: calls(&standing.called)
                .into_iter()
                .map(|call| Called {
                    number: call.number.to_string(),
                    window: call.window,
                })
                .collect(),
            waiting: standing.waiting.len(),
            open_windows: standing.open(),
            expected_wait: standing.wait(standing.waiting.len()).map(
                |(from_minutes, to_minutes)| Wait {
                    from_minutes,
                    to_minutes,
                },
            ),
            events: format!("{url}/events"),
            url,
        });
    }
    Ok(Json(counters))
}

/// This interface described for machines, as a part of the city's OpenAPI document.
pub(crate) fn interface(language: &str) -> Value {
    let words = WORDS.words(Language::from_code(language).unwrap_or_default());
    let text = |key: &str| words.get(key).into_owned();
    // The schemas of OpenAPI 3.1 are JSON Schema.
    let mut schemas = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let list = schemas.subschema_for::<Vec<Counter>>();
    json!({
        "tags": [{"name": "booking", "description": text("queue-api-tag")}],
        "paths": {
            "/api/v1/queue": {"get": {
                "operationId": "booking_queue",
                "tags": ["booking"],
                "summary": text("queue-api-summary"),
                "description": text("queue-api-description"),
                "responses": {"200": {"description": text("queue-api-done"), "content": {"application/json": {"schema": list}}}},
            }},
        },
        "components": {"schemas": schemas.take_definitions(true)},
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_described_and_no_other() {
        for language in ["ja", "easy", "en"] {
            let described = interface(language);
            let paths: BTreeSet<&str> = described["paths"]
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let routes = routes();
            let real: BTreeSet<&str> = routes.entries().iter().map(|entry| entry.path).collect();
            assert_eq!(paths, real);
            let text = described.to_string();
            assert!(!text.contains('⟦') && !text.contains("-summary"), "{text}");
            let schemas = &described["components"]["schemas"];
            for part in text.split("\"#/components/schemas/").skip(1) {
                let name = part.split('"').next().unwrap();
                assert!(schemas[name].is_object(), "{name}");
            }
        }
    }
}
