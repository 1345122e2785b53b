//! CKAN's Action API v3, as far as harvesters and readers of data ask for it. Only reading.
//!
//! A dataset is a package, a department an organization, a theme a group, a file in one of its forms a resource with the id
//! `dataset.file.form`. The rows of a file are in the datastore under its CSV resource.

mod package;
mod rows;
mod search;

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value as Json, json};
use yakuba_city::{City, web::Problem};
use yakuba_kernel::text::normalise_for_search;
use yakuba_ui::Language;

use self::{
    package::{link_id, package, resource, resource_of_link},
    rows::datastore,
    search::{search, words_of},
};
use super::{
    catalogue::{Catalogue, Published},
    described::ACTIONS,
};
use crate::model::document::{Licence, Theme};

/// The most packages of one answer, as CKAN's own limit.
const MOST_PACKAGES: usize = 1_000;
/// The longest body of a request.
const MOST_BYTES: usize = 64 * 1024;

/// Why an action was not carried out.
enum Refusal {
    NotFound,
    /// Which parameter is wrong, and why.
    Invalid(&'static str, String),
    Unknown(String),
    Failed(Problem),
}

impl<E: Into<Problem>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) async fn get(
    State(city): State<City>,
    Path(action): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        parameters.insert(name.into_owned(), Json::String(value.into_owned()));
    }
    answer(&city, &action, parameters, &headers).await
}

pub(super) async fn post(
    State(city): State<City>,
    Path(action): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = if body.is_empty() {
        Some(Map::new())
    } else if body.len() > MOST_BYTES {
        None
    } else {
        match serde_json::from_slice(&body) {
            Ok(Json::Object(object)) => Some(object),
            _ => None,
        }
    };
    match parameters {
        Some(parameters) => answer(&city, &action, parameters, &headers).await,
        None => respond(
            StatusCode::BAD_REQUEST,
            &json!({"success": false, "error": {
                "__type": "Bad Request",
                "message": "Bad request - JSON Error: send one JSON object of at most 64 KB",
            }}),
        ),
    }
}

fn respond(status: StatusCode, body: &Json) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=60"),
    );
    response
}

async fn answer(
    city: &City,
    action: &str,
    parameters: Map<String, Json>,
    headers: &HeaderMap,
) -> Response {
    let help = format!(
        "{}/api/3/action/help_show?name={action}",
        super::base(headers)
    );
    let parameters = Parameters(parameters);
    match act(city, action, &parameters, headers).await {
        Ok(result) => respond(
            StatusCode::OK,
            &json!({"help": help, "success": true, "result": result}),
        ),
        Err(Refusal::Failed(problem)) => problem.into_response(),
        Err(refusal) => {
            let (status, error) = match refusal {
                Refusal::Invalid(parameter, why) => (
                    StatusCode::CONFLICT,
                    json!({"__type": "Validation Error", parameter: [why]}),
                ),
                Refusal::Unknown(action) => (
                    StatusCode::BAD_REQUEST,
                    json!({"__type": "Bad Request", "message": format!("Action name not known: {action}")}),
                ),
                _ => (
                    StatusCode::NOT_FOUND,
                    json!({"__type": "Not Found Error", "message": "Not found"}),
                ),
            };
            respond(
                status,
                &json!({"help": help, "success": false, "error": error}),
            )
        }
    }
}

/// What was asked, from an address or from JSON: numbers may be texts, lists may be JSON in a text.
struct Parameters(Map<String, Json>);

impl Parameters {
    fn text(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(Json::String(text)) => text.trim().to_owned(),
            None | Some(Json::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    }

    fn number(&self, name: &'static str, default: usize, most: usize) -> Result<usize, Refusal> {
        let text = self.text(name);
        if text.is_empty() {
            return Ok(default);
        }
        text.parse()
            .map(|number: usize| number.min(most))
            .map_err(|_| Refusal::Invalid(name, "Must be a natural number".to_owned()))
    }

    fn flag(&self, name: &str, default: bool) -> bool {
        match self.text(name).to_ascii_lowercase().as_str() {
            "" => default,
            text => matches!(text, "true" | "1" | "yes" | "t"),
        }
    }

    /// The id that `*_show` asks for, under either of its names.
    fn id(&self) -> Result<String, Refusal> {
        let id = match self.text("id") {
            id if id.is_empty() => self.text("name_or_id"),
            id => id,
        };
        if id.is_empty() {
            Err(Refusal::Invalid("id", "Missing value".to_owned()))
        } else {
            Ok(id)
        }
    }

    /// A JSON value, or JSON in a text.
    fn json(&self, name: &'static str) -> Result<Option<Json>, Refusal> {
        match self.0.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Json::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::Invalid(name, "Cannot parse JSON".to_owned())),
            Some(other) => Ok(Some(other.clone())),
        }
    }

    /// A list, or names with commas between them.
    fn list(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Json::Array(items)) => items
                .iter()
                .map(|item| {
                    item.as_str()
                        .map_or_else(|| item.to_string(), str::to_owned)
                })
                .collect(),
            Some(Json::String(text)) => match serde_json::from_str::<Vec<String>>(text) {
                Ok(list) => list,
                Err(_) => text
                    .split(',')
                    .map(|part| part.trim().to_owned())
                    .filter(|part| !part.is_empty())
                    .collect(),
            },
            _ => Vec::new(),
        }
    }
}

async fn act(
    city: &City,
    action: &str,
    asked: &Parameters,
    headers: &HeaderMap,
) -> Result<Json, Refusal> {
    let unknown = || Refusal::Unknown(action.chars().take(60).collect());
    // What is not described is not there.
    if !ACTIONS.iter().any(|(name, _)| *name == action) {
        return Err(unknown());
    }
    let catalogue = Catalogue::load(city, headers).await?;
    match action {
        "site_read" => Ok(json!(true)),
        "status_show" => Ok(json!({
            "ckan_version": "2.10.0",
            "site_url": catalogue.base,
            "site_title": catalogue.publisher,
            "site_description": "",
            "locale_default": "ja",
            "extensions": ["datastore"],
        })),
        "package_list" => {
            let mut keys: Vec<&str> = catalogue
                .datasets
                .iter()
                .map(|published| published.dataset.key())
                .collect();
            keys.sort_unstable();
            let offset = asked.number("offset", 0, usize::MAX)?;
            let limit = asked.number("limit", MOST_PACKAGES, MOST_PACKAGES)?;
            Ok(json!(
                keys.into_iter()
                    .skip(offset)
                    .take(limit)
                    .collect::<Vec<_>>()
            ))
        }
        "current_package_list_with_resources" => {
            let offset = asked.number("offset", 0, usize::MAX)?;
            let limit = asked.number("limit", 50, MOST_PACKAGES)?;
            let packages: Vec<Json> = catalogue
                .datasets
                .iter()
                .skip(offset)
                .take(limit)
                .map(|published| package(&catalogue, published))
                .collect();
            Ok(json!(packages))
        }
        "package_search" => {
            let words = words_of(asked);
            let with_values = crate::store::with_values(city.db(), &words).await?;
            search(&catalogue, asked, &words, &with_values)
        }
        "package_show" => {
            let id = asked.id()?;
            let published = catalogue.dataset(&id).ok_or(Refusal::NotFound)?;
            Ok(package(&catalogue, published))
        }
        "resource_show" => {
            let id = asked.id()?;
            if let Some((published, distribution)) = catalogue.distribution(&id) {
                return Ok(resource(published, &distribution, 0));
            }
            catalogue
                .datasets
                .iter()
                .flat_map(|published| published.links().map(move |link| (published, link)))
                .find(|(_, (file, _))| link_id(file) == id)
                .map(|(published, (file, link))| resource_of_link(published, file, link, 0))
                .ok_or(Refusal::NotFound)
        }
        "organization_list" => Ok(named(asked, organizations(&catalogue))),
        "organization_show" => {
            let id = asked.id()?;
            let mut found = find(organizations(&catalogue), &id)?;
            if asked.flag("include_datasets", false) {
                found["packages"] = packages(&catalogue, |published| {
                    published.dataset.department().as_str() == id
                });
            }
            Ok(found)
        }
        "group_list" => Ok(named(asked, groups(&catalogue))),
        "group_show" => {
            let id = asked.id()?;
            let mut found = find(groups(&catalogue), &id)?;
            if asked.flag("include_datasets", false) {
                found["packages"] = packages(&catalogue, |published| {
                    published.dataset.document.theme.name() == id
                });
            }
            Ok(found)
        }
        "license_list" => Ok(Licence::ALL
            .iter()
            .map(|licence| {
                json!({
                    "id": licence.name(), "title": licence.title(), "url": licence.url(),
                    "status": "active", "is_okd_compliant": true, "domain_data": true,
                })
            })
            .collect()),
        "tag_list" => {
            let query = normalise_for_search(&asked.text("query"));
            let mut tags: Vec<&str> = catalogue
                .datasets
                .iter()
                .flat_map(|published| {
                    published
                        .dataset
                        .document
                        .keywords
                        .iter()
                        .map(String::as_str)
                })
                .filter(|tag| query.is_empty() || normalise_for_search(tag).contains(&query))
                .collect();
            tags.sort_unstable();
            tags.dedup();
            Ok(json!(tags))
        }
        "datastore_search" => datastore(city, &catalogue, asked).await,
        "help_show" => Ok(json!("https://docs.ckan.org/en/2.10/api/")),
        _ => Err(unknown()),
    }
}

fn find(all: Vec<Json>, id: &str) -> Result<Json, Refusal> {
    all.into_iter()
        .find(|one| one["name"] == id)
        .ok_or(Refusal::NotFound)
}

/// Names alone, or everything when `all_fields` is asked for.
fn named(asked: &Parameters, all: Vec<Json>) -> Json {
    if asked.flag("all_fields", false) {
        Json::Array(all)
    } else {
        all.iter().map(|one| one["name"].clone()).collect()
    }
}

/// The packages of an organization or group, as many as CKAN tells with it.
fn packages(catalogue: &Catalogue, is_in: impl Fn(&Published) -> bool) -> Json {
    catalogue
        .datasets
        .iter()
        .filter(|published| is_in(published))
        .take(MOST_PACKAGES)
        .map(|published| package(catalogue, published))
        .collect()
}

fn organizations(catalogue: &Catalogue) -> Vec<Json> {
    catalogue
        .departments
        .iter()
        .map(|(code, name)| {
            let count = catalogue
                .datasets
                .iter()
                .filter(|published| published.dataset.department().as_str() == code)
                .count();
            json!({
                "id": code, "name": code, "title": name, "display_name": name, "package_count": count,
                "type": "organization", "is_organization": true, "state": "active", "approval_status": "approved",
            })
        })
        .collect()
}

fn theme_title(theme: Theme) -> String {
    crate::WORDS
        .words(Language::Japanese)
        .get(&format!("places-theme-{}", theme.name()))
        .into_owned()
}

fn groups(catalogue: &Catalogue) -> Vec<Json> {
    Theme::ALL
        .iter()
        .filter_map(|theme| {
            let count = catalogue
                .datasets
                .iter()
                .filter(|published| published.dataset.document.theme == *theme)
                .count();
            let title = theme_title(*theme);
            (count > 0).then(|| {
                json!({
                    "id": theme.name(), "name": theme.name(), "title": title, "display_name": title,
                    "package_count": count, "type": "group", "is_organization": false, "state": "active",
                })
            })
        })
        .collect()
}
