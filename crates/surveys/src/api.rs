//! Published results for programs.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;
use serde_json::{Value, json};
use yakuba_city::{
    City,
    web::{Access, Answer, Problem, Routes},
};
use yakuba_forms::model::document::Text;
use yakuba_sheets::{Cell, CsvCharset, CsvOptions, Table, write_csv};
use yakuba_ui::{Catalogue, Language};

use crate::{
    model::{document::Audience, results::Results},
    store::{Survey, reading, survey, surveys},
};

/// The sentences of the description.
static WORDS: Catalogue = yakuba_ui::catalogue!("api");

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/api/surveys", Access::Public, list)
        .get("/api/surveys/schema.json", Access::Public, schema)
        .get("/api/surveys/{key}", Access::Public, one)
        .get("/api/surveys/{key}/results.csv", Access::Public, csv)
}

/// A survey of residents with published results.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Survey")]
pub(crate) struct About {
    /// Its lasting key in addresses.
    key: String,
    /// What it is called.
    title: Text,
    /// What it was for.
    summary: Text,
    /// The code of the department that asked.
    department: String,
    /// From when it could be answered: a day, or a moment of local time.
    opens: String,
    /// Until when.
    closes: String,
    /// The page with its results.
    url: String,
    /// The files, each at an address that stays.
    resources: Vec<Resource>,
}

/// A file with published results, described as open-data catalogues (CKAN) describe theirs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SurveyResource")]
pub(crate) struct Resource {
    /// `CSV` or `JSON`.
    format: &'static str,
    /// Its media type.
    mimetype: &'static str,
    /// Its address.
    url: String,
}

fn about(found: &Survey) -> About {
    About {
        key: found.key().to_owned(),
        title: found.document.title.clone(),
        summary: found.document.summary.clone(),
        department: found.department().as_str().to_owned(),
        opens: found.document.opens.to_string(),
        closes: found.document.closes.to_string(),
        url: format!("/surveys/{}/results", found.key()),
        resources: vec![
            Resource {
                format: "CSV",
                mimetype: "text/csv",
                url: format!("/api/surveys/{}/results.csv", found.key()),
            },
            Resource {
                format: "JSON",
                mimetype: "application/json",
                url: format!("/api/surveys/{}", found.key()),
            },
        ],
    }
}

fn is_public(found: &Survey) -> bool {
    found.document.audience == Audience::Residents && found.published_at.is_some()
}

async fn list(State(city): State<City>, asked: HeaderMap) -> Result<Response, Problem> {
    let all: Vec<About> = surveys(city.db())
        .await?
        .iter()
        .filter(|found| is_public(found))
        .map(about)
        .collect();
    Ok(Answer::json(&all)?.respond(&asked))
}

async fn schema(asked: HeaderMap) -> Response {
    Answer::new("application/schema+json", crate::model::document::schema()).respond(&asked)
}

/// A survey with its results. Hidden counts are `null`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PublishedSurvey")]
pub(crate) struct Published {
    #[serde(flatten)]
    about: About,
    results: Results,
}

/// A survey of residents whose results are published; every other does not exist here.
async fn published(city: &City, key: &str) -> Result<Survey, Problem> {
    survey(city.db(), key)
        .await?
        .filter(is_public)
        .ok_or(Problem::NotFound)
}

async fn one(
    State(city): State<City>,
    Path(key): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let found = published(&city, &key).await?;
    let data = reading::data(&city, &found).await?;
    let whole = Published {
        about: about(&found),
        results: data.results(),
    };
    Ok(Answer::json(&whole)?.respond(&asked))
}

/// The columns of the file for programs. They stay; new ones come behind them.
const COLUMNS: [&str; 9] = [
    "survey",
    "question",
    "question_label",
    "answer",
    "answer_label",
    "count",
    "share_percent",
    "answered",
    "hidden",
];

/// One line for each answer to each question; a hidden count is empty and says so in its own column. The same in every language.
async fn csv(
    State(city): State<City>,
    Path(key): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let found = published(&city, &key).await?;
    let results = reading::data(&city, &found).await?.results();
    let number = |number: Option<String>| number.map_or(Cell::Empty, Cell::Number);
    let text = |text: &str| Cell::Text(text.to_owned());
    let rows = results
        .questions
        .iter()
        .flat_map(|question| {
            question.counts.iter().map(|count| {
                vec![
                    text(&key),
                    text(&question.key),
                    text(&question.label.ja),
                    text(&count.value),
                    text(&count.label.ja),
                    number(count.count.map(|count| count.to_string())),
                    number(count.share.map(|share| share.to_string())),
                    number(question.answered.map(|answered| answered.to_string())),
                    number(Some(u8::from(count.count.is_none()).to_string())),
                ]
            })
        })
        .collect();
    let table = Table {
        name: "results".to_owned(),
        header: COLUMNS.map(str::to_owned).to_vec(),
        rows,
    };
    let charset = CsvCharset::Utf8;
    let bytes = write_csv(&table, CsvOptions { charset }).bytes;
    Ok(Answer::new("text/csv; charset=utf-8", bytes)
        .header(
            "content-disposition",
            &format!("attachment; filename=\"{key}.csv\""),
        )
        .respond(&asked))
}

/// This interface described for machines, as a part of the city's OpenAPI document.
pub(crate) fn interface(language: &str) -> Value {
    let words = WORDS.words(Language::from_code(language).unwrap_or_default());
    let text = |key: &str| words.get(key).into_owned();
    // The schemas of OpenAPI 3.1 are JSON Schema.
    let mut schemas = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let list = schemas.subschema_for::<Vec<About>>();
    let one = schemas.subschema_for::<Published>();
    let problem = json!({"description": text("surveys-api-not-found"), "content": {"application/problem+json": {"schema": {"type": "object"}}}});
    let key = json!([{"name": "key", "in": "path", "required": true, "schema": {"type": "string"}, "description": text("surveys-api-key")}]);
    let operation = |id: &str, kind: &str, schema: Value, has_key: bool| {
        let mut operation = json!({
            "operationId": id,
            "tags": ["surveys"],
            "summary": text(&format!("{}-summary", id.replace('_', "-"))),
            "description": text(&format!("{}-description", id.replace('_', "-"))),
            "responses": {"200": {"description": text("surveys-api-done"), "content": {kind: {"schema": schema}}}},
        });
        if has_key {
            operation["parameters"] = key.clone();
            operation["responses"]["404"] = problem.clone();
        }
        json!({"get": operation})
    };
    let json_type = "application/json";
    json!({
        "tags": [{"name": "surveys", "description": text("surveys-api-tag")}],
        "paths": {
            "/api/surveys": operation("surveys_list", json_type, json!(list), false),
            "/api/surveys/schema.json": operation("surveys_schema", "application/schema+json", json!({"type": "object"}), false),
            "/api/surveys/{key}": operation("surveys_results", json_type, json!(one), true),
            "/api/surveys/{key}/results.csv": operation("surveys_table", "text/csv", json!({"type": "string"}), true),
        },
        "components": {"schemas": schemas.take_definitions(true)},
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&WORDS);
    }

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
            // Every schema that is named is there.
            let schemas = &described["components"]["schemas"];
            for part in text.split("\"#/components/schemas/").skip(1) {
                let name = part.split('"').next().unwrap();
                assert!(schemas[name].is_object(), "{name}");
            }
        }
    }
}
