//! The page to try the interface: made from its description, works without JavaScript.

use std::fmt::Write as _;

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::IntoResponse,
};
use serde::Deserialize;
use serde_json::Value;
use yakuba_city::{City, web::Problem};
use yakuba_ui::{
    Button, ButtonKind, Cell, Choice, Column, Language, Page, Select, Shell, Table, TextField,
    Words,
};

use super::{
    WORDS,
    answer::{asked, filled},
    feed::base,
    spec,
};
use crate::{measuring, store};

/// What the addresses on the page are about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    plan: Option<String>,
    indicator: Option<String>,
    year: Option<String>,
}

/// What stands in the place of `{plan}`, `{indicator}` and `{year}`.
#[derive(Debug, Default)]
struct Chosen {
    plan: String,
    indicator: String,
    year: String,
}

struct Section {
    heading: String,
    endpoints: Vec<Endpoint>,
}

struct Endpoint {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Option<Table>,
    form: Option<Form>,
    example: String,
}

struct Form {
    action: String,
    fields: Vec<TextField>,
    button: Button,
}

#[derive(Template)]
#[template(path = "api/trying.html")]
struct Body {
    words: Words,
    choose: Vec<Select>,
    choose_year: TextField,
    choose_button: Button,
    sections: Vec<Section>,
}

pub(super) async fn page(
    State(city): State<City>,
    query: Result<Query<Wanted>, QueryRejection>,
    shell: Shell,
    language: Language,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let wanted = asked(query)?;
    let (chosen, choose) = choose(&city, &wanted, words).await?;
    let spec = spec::document(&city, language)?;
    let base = match base(&headers) {
        empty if empty.is_empty() => "https://www.city.example.jp".to_owned(),
        base => base,
    };
    // The sections are the description's tags, those of other services behind this one's.
    let text = |tag: &Value, name: &str| tag.get(name).and_then(Value::as_str).map(str::to_owned);
    let tags = spec.get("tags").and_then(Value::as_array);
    let sections = tags
        .into_iter()
        .flatten()
        .filter_map(|tag| {
            Some(Section {
                heading: text(tag, "description")?,
                endpoints: endpoints(&spec, &text(tag, "name")?, &chosen, &base, words),
            })
        })
        .collect();
    let body = Body {
        words,
        choose,
        choose_year: TextField::new(language, "year", words.get("api-parameter-year"))
            .value(chosen.year.clone())
            .id("choose-year")
            .numeric()
            .width(4),
        choose_button: Button::submit(words.get("api-choose"))
            .kind(ButtonKind::Other)
            .small(),
        sections,
    };
    Ok(Page::public(shell, words.get("api-title"), &body)
        .lead(words.get("api-description"))
        .description(words.get("api-description")))
}

/// The plan, indicator and year that the addresses are about: as asked for, else the first there are.
async fn choose(
    city: &City,
    wanted: &Wanted,
    words: Words,
) -> Result<(Chosen, Vec<Select>), Problem> {
    let language = words.language();
    let plans = store::published_plans(city).await?;
    let plan = plans
        .iter()
        .find(|plan| Some(plan.document.key.as_str()) == filled(wanted.plan.as_ref()))
        .or(plans.first());
    let Some(plan) = plan else {
        return Ok((Chosen::default(), Vec::new()));
    };
    let measured = measuring::measure(city, plan.clone()).await?;
    let indicator = filled(wanted.indicator.as_ref())
        .and_then(|key| measured.indicators.get(key))
        .or(measured.indicators.values().next());
    // The newest year with a result says most; without any, the newest there is.
    let years = || indicator.iter().flat_map(|indicator| &indicator.years);
    let usual = years()
        .rfind(|year| year.value().is_some())
        .or(years().next_back())
        .map_or_else(|| measured.running_year(), |year| year.year)
        .year();
    let chosen = Chosen {
        plan: plan.document.key.clone(),
        indicator: indicator
            .map(|indicator| indicator.key().to_owned())
            .unwrap_or_default(),
        year: filled(wanted.year.as_ref())
            .and_then(|text| text.parse::<i32>().ok())
            .filter(|asked| years().any(|year| year.year.year() == *asked))
            .unwrap_or(usual)
            .to_string(),
    };
    let plan_field = Select::new(language, "plan", words.get("api-parameter-plan"))
        .id("choose-plan")
        .choices(plans.iter().map(|plan| {
            let text = format!(
                "{}（{}）",
                plan.document.title, plan.document.publisher.name
            );
            Choice::new(plan.document.key.clone(), text)
        }))
        .value(&chosen.plan);
    let indicator_field = Select::new(language, "indicator", words.get("api-parameter-indicator"))
        .id("choose-indicator")
        .choices(measured.indicators.values().map(|indicator| {
            let text = format!("{}｜{}", indicator.owner.shown(), indicator.indicator.name);
            Choice::new(indicator.key(), text)
        }))
        .value(&chosen.indicator);
    Ok((chosen, vec![plan_field, indicator_field]))
}

fn endpoints(spec: &Value, tag: &str, chosen: &Chosen, base: &str, words: Words) -> Vec<Endpoint> {
    let mut list = Vec::new();
    let paths = spec.get("paths").and_then(Value::as_object);
    for (path, methods) in paths.into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let tags = operation.get("tags").and_then(Value::as_array);
            if tags.is_some_and(|tags| tags.iter().any(|known| known == tag)) {
                list.push(endpoint(path, method, operation, chosen, base, words));
            }
        }
    }
    list
}

fn endpoint(
    path: &str,
    method: &str,
    operation: &Value,
    chosen: &Chosen,
    base: &str,
    words: Words,
) -> Endpoint {
    let language = words.language();
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let id = text(operation, "operationId");
    let parameters: Vec<&Value> = operation
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    let table = (!parameters.is_empty()).then(|| {
        let mut table = Table::new(
            language,
            format!("{id}-parameters"),
            words.get("api-parameters"),
        )
        .columns([
            Column::text(words.get("api-parameter-name")).no_wrap(),
            Column::text(words.get("api-parameter-place")).no_wrap(),
            Column::text(words.get("api-parameter-meaning")),
        ])
        .row_headers()
        .stacked();
        for parameter in &parameters {
            let required = parameter
                .get("required")
                .and_then(Value::as_bool)
                .unwrap_or_default();
            let place = words.get(&format!("api-in-{}", text(parameter, "in")));
            let place = if required {
                format!("{place}{}", words.get("ui-required"))
            } else {
                place.into_owned()
            };
            table = table.row([
                Cell::text(text(parameter, "name")),
                Cell::text(place),
                Cell::text(text(parameter, "description")),
            ]);
        }
        table
    });
    let action = address(path, chosen);
    // A place that nothing stands for here is filled in by whoever copies the example.
    let form = (method == "get" && !action.contains('{')).then(|| Form {
        action: action.clone(),
        fields: parameters
            .iter()
            .filter(|parameter| text(parameter, "in") == "query")
            .map(|parameter| {
                let name = text(parameter, "name");
                let required = parameter
                    .get("required")
                    .and_then(Value::as_bool)
                    .unwrap_or_default();
                let field = TextField::new(language, name.clone(), name.clone())
                    .id(format!("{id}-{name}"))
                    .support(text(parameter, "description"));
                if required { field.required() } else { field }
            })
            .collect(),
        button: Button::submit(words.get("api-send"))
            .kind(ButtonKind::Other)
            .small(),
    });
    let example = if method == "get" {
        format!("curl '{base}{action}{}'", example_query(&id))
    } else {
        format!(
            "curl -X POST '{base}{path}' \\\n  -H 'Authorization: Bearer yakuba_…' \\\n  -H 'Content-Type: application/json' \\\n  \
             -H 'Idempotency-Key: counter-2026-05-01' \\\n  \
             -d '{{\"measure\": \"counter.visit\", \"at\": \"2026-05-01\", \"channel\": \"counter\", \"quantity\": \"12\"}}'"
        )
    };
    Endpoint {
        id,
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(operation, "summary"),
        description: text(operation, "description"),
        parameters: table,
        form,
        example,
    }
}

fn example_query(id: &str) -> &'static str {
    match id {
        "figures" => "?kind=actual&limit=20",
        "fact_days" => "?measure=plan.download&fiscal_year=2026",
        "search" => "?q=AI",
        _ => "",
    }
}

/// The path with its places filled in.
fn address(path: &str, chosen: &Chosen) -> String {
    path.replace("{plan}", &segment(&chosen.plan))
        .replace("{indicator}", &segment(&chosen.indicator))
        .replace("{year}", &segment(&chosen.year))
}

/// One piece of a path (RFC 3986, unreserved characters as they are).
fn segment(text: &str) -> String {
    let mut piece = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            piece.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(piece, "%{byte:02X}");
        }
    }
    piece
}
