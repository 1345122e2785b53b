//! CKAN's Action API v3, as far as harvesters and readers of data ask for it. Only reading.
//!
//! A dataset is a package, a department an organization, a theme a group, a file in one of its forms a resource with the id
//! `dataset.file.form`. The rows of a file are in the datastore under its CSV resource.

use std::collections::BTreeMap;

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

use super::catalogue::{Catalogue, Distribution, Published};
use crate::{
    model::{
        content::{Content, Form},
        document::{Licence, Theme},
    },
    store,
};

/// The most packages of one answer, as CKAN's own limit.
const MOST_PACKAGES: usize = 1_000;
/// The most rows of one answer, as CKAN's own limit.
const MOST_ROWS: usize = 32_000;
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
        "package_search" => search(&catalogue, asked),
        "package_show" => {
            let id = asked.id()?;
            let published = catalogue.dataset(&id).ok_or(Refusal::NotFound)?;
            Ok(package(&catalogue, published))
        }
        "resource_show" => {
            let id = asked.id()?;
            let (published, distribution) = catalogue.distribution(&id).ok_or(Refusal::NotFound)?;
            Ok(resource(published, &distribution, 0))
        }
        "organization_list" => Ok(named(asked, organizations(&catalogue))),
        "organization_show" => {
            let id = asked.id()?;
            find(organizations(&catalogue), &id)
        }
        "group_list" => Ok(named(asked, groups(&catalogue))),
        "group_show" => {
            let id = asked.id()?;
            find(groups(&catalogue), &id)
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
        other => Err(Refusal::Unknown(other.chars().take(60).collect())),
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

/// Moments as CKAN writes them: UTC without a zone.
fn moment(at: jiff::Timestamp) -> String {
    jiff::tz::TimeZone::UTC
        .to_datetime(at)
        .strftime("%Y-%m-%dT%H:%M:%S%.6f")
        .to_string()
}

fn package(catalogue: &Catalogue, published: &Published) -> Json {
    let dataset = &published.dataset;
    let document = &dataset.document;
    let resources: Vec<Json> = published
        .distributions(&catalogue.base)
        .enumerate()
        .map(|(position, distribution)| resource(published, &distribution, position))
        .collect();
    let tags: Vec<Json> = document
        .keywords
        .iter()
        .map(|word| json!({"name": word, "display_name": word, "id": word, "state": "active"}))
        .collect();
    let theme = theme_title(document.theme);
    let mut extras = vec![
        ("frequency", document.rhythm.name().to_owned()),
        ("language", "ja".to_owned()),
    ];
    if !document.area.is_empty() {
        extras.push(("spatial", document.area.clone()));
    }
    for (name, day) in [
        ("temporal_start", document.from),
        ("temporal_end", document.until),
    ] {
        if let Some(day) = day {
            extras.push((name, day.to_string()));
        }
    }
    if let Some(national) = &document.national {
        extras.push(("conforms_to", national.clone()));
    }
    let code = dataset.department().as_str();
    json!({
        "id": dataset.key(),
        "name": dataset.key(),
        "title": document.title,
        "notes": document.description,
        "url": format!("{}{}", catalogue.base, crate::pages::href(dataset.key())),
        "type": "dataset",
        "state": "active",
        "private": false,
        "isopen": true,
        "author": catalogue.publisher,
        "author_email": "",
        "maintainer": document.contact,
        "maintainer_email": document.email,
        "license_id": document.licence.name(),
        "license_title": document.licence.title(),
        "license_url": document.licence.url(),
        "metadata_created": moment(dataset.created_at),
        "metadata_modified": moment(dataset.changed_at),
        "owner_org": code,
        "organization": {"id": code, "name": code, "title": published.department, "type": "organization", "is_organization": true, "state": "active"},
        "groups": [{"id": document.theme.name(), "name": document.theme.name(), "title": theme, "display_name": theme}],
        "tags": tags,
        "num_tags": tags.len(),
        "extras": extras.iter().map(|(key, value)| json!({"key": key, "value": value})).collect::<Vec<_>>(),
        "resources": resources,
        "num_resources": resources.len(),
        "version": null,
    })
}

fn resource(published: &Published, distribution: &Distribution<'_>, position: usize) -> Json {
    json!({
        "id": distribution.id,
        "package_id": published.dataset.key(),
        "name": distribution.file.title,
        "description": distribution.version.note,
        "url": distribution.url,
        "format": distribution.form.name().to_uppercase(),
        "mimetype": distribution.form.media_type().split(';').next(),
        "size": (distribution.form == Form::Csv).then_some(distribution.version.csv_bytes),
        "created": moment(distribution.version.made_at),
        "last_modified": moment(distribution.version.made_at),
        "position": position,
        "state": "active",
        "hash": "",
        "datastore_active": distribution.form == Form::Csv,
    })
}

/// The values by which packages are counted and narrowed, by the names that CKAN gives them.
fn facets(published: &Published, field: &str) -> Option<Vec<(String, String)>> {
    let document = &published.dataset.document;
    let same = |text: &str| (text.to_owned(), text.to_owned());
    Some(match field {
        "organization" => vec![(
            published.dataset.department().as_str().to_owned(),
            published.department.clone(),
        )],
        "groups" => vec![(
            document.theme.name().to_owned(),
            theme_title(document.theme),
        )],
        "tags" => document.keywords.iter().map(|word| same(word)).collect(),
        "license_id" => vec![(
            document.licence.name().to_owned(),
            document.licence.title().to_owned(),
        )],
        "res_format" => {
            let mut forms: Vec<(String, String)> = published
                .distributions("")
                .map(|distribution| same(&distribution.form.name().to_uppercase()))
                .collect();
            forms.sort_unstable();
            forms.dedup();
            forms
        }
        "name" | "id" => vec![same(published.dataset.key())],
        "owner_org" => vec![same(published.dataset.department().as_str())],
        "state" => vec![same("active")],
        "type" | "dataset_type" => vec![same("dataset")],
        _ => return None,
    })
}

/// Terms of `fq`: `field:value`, `field:"value"`, `field:(a OR b)` and `-field:value`, all of which must hold.
fn terms(fq: &str) -> Result<Vec<(bool, String, Vec<String>)>, Refusal> {
    let wrong = || Refusal::Invalid("fq", "Search Query is invalid".to_owned());
    let mut rest = fq.trim();
    let mut terms = Vec::new();
    while !rest.is_empty() {
        rest = rest.trim_start_matches([' ', '+']);
        if let Some(after) = rest.strip_prefix("AND ") {
            rest = after;
            continue;
        }
        if rest.is_empty() {
            break;
        }
        let is_wanted = !rest.starts_with('-');
        rest = rest.trim_start_matches('-');
        let (field, value) = rest.split_once(':').ok_or_else(wrong)?;
        let (values, after) = if let Some(quoted) = value.strip_prefix('"') {
            let (inside, after) = quoted.split_once('"').ok_or_else(wrong)?;
            (vec![inside.to_owned()], after)
        } else if let Some(group) = value.strip_prefix('(') {
            let (inside, after) = group.split_once(')').ok_or_else(wrong)?;
            let values = inside
                .split(" OR ")
                .map(|one| one.trim().trim_matches('"').to_owned())
                .collect();
            (values, after)
        } else {
            let end = value.find(' ').unwrap_or(value.len());
            (vec![value[..end].to_owned()], &value[end..])
        };
        if terms.len() >= 20 || values.len() > 100 {
            return Err(wrong());
        }
        terms.push((is_wanted, field.trim().to_owned(), values));
        rest = after.trim_start();
    }
    Ok(terms)
}

fn fits(published: &Published, terms: &[(bool, String, Vec<String>)]) -> Result<bool, Refusal> {
    for (is_wanted, field, values) in terms {
        let known = facets(published, field).ok_or_else(|| {
            Refusal::Invalid(
                "fq",
                format!("Search Query is invalid: unknown field {field}"),
            )
        })?;
        let has = values.iter().any(|value| {
            value == "*"
                || known
                    .iter()
                    .any(|(name, _)| name.eq_ignore_ascii_case(value))
        });
        if has != *is_wanted {
            return Ok(false);
        }
    }
    Ok(true)
}

fn search(catalogue: &Catalogue, asked: &Parameters) -> Result<Json, Refusal> {
    let q = asked.text("q");
    let words: Vec<String> = q
        .split_whitespace()
        .filter(|word| *word != "*:*" && *word != "AND")
        .take(8)
        .map(|word| {
            // `title:観光` asks for a field; everything said about a dataset is one.
            let bare = match word.split_once(':') {
                Some(("title" | "notes" | "text" | "name", value)) => value,
                _ => word,
            };
            normalise_for_search(bare.trim_matches(['"', '*']))
        })
        .filter(|word| !word.is_empty())
        .collect();
    let mut all_terms = terms(&asked.text("fq"))?;
    for fq in asked.list("fq_list") {
        all_terms.extend(terms(&fq)?);
    }
    let mut found: Vec<&Published> = Vec::new();
    for published in &catalogue.datasets {
        let columns: Vec<&str> = published
            .files
            .iter()
            .filter_map(|file| file.newest.as_ref())
            .flat_map(|version| version.columns.iter().map(String::as_str))
            .collect();
        let text = normalise_for_search(&format!(
            "{} {} {}",
            published.dataset.key(),
            published.dataset.document.text(),
            columns.join(" ")
        ));
        if words.iter().all(|word| text.contains(word)) && fits(published, &all_terms)? {
            found.push(published);
        }
    }
    let sort = match asked.text("sort") {
        sort if sort.is_empty() => "metadata_modified desc".to_owned(),
        sort => sort,
    };
    // The newest comes first already.
    match sort.split(',').next().unwrap_or_default().trim() {
        "metadata_modified desc" | "score desc" | "relevance asc" => {}
        "metadata_modified asc" => found.reverse(),
        "name asc" | "id asc" => found.sort_by_key(|published| published.dataset.key().to_owned()),
        "name desc" => {
            found.sort_by_key(|published| std::cmp::Reverse(published.dataset.key().to_owned()));
        }
        "title asc" | "title_string asc" => {
            found.sort_by_key(|published| published.dataset.document.title.clone());
        }
        "title desc" | "title_string desc" => {
            found.sort_by_key(|published| {
                std::cmp::Reverse(published.dataset.document.title.clone())
            });
        }
        _ => {
            return Err(Refusal::Invalid(
                "sort",
                "Cannot sort by this field".to_owned(),
            ));
        }
    }
    let mut counted = Map::new();
    let mut search_facets = Map::new();
    for field in asked.list("facet.field") {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for published in &found {
            for value in facets(published, &field)
                .ok_or_else(|| Refusal::Invalid("facet.field", format!("unknown field {field}")))?
            {
                *counts.entry(value).or_default() += 1;
            }
        }
        let plain: Map<String, Json> = counts
            .iter()
            .map(|((name, _), count)| (name.clone(), json!(count)))
            .collect();
        let items: Vec<Json> = counts
            .iter()
            .map(|((name, title), count)| json!({"name": name, "display_name": title, "count": count}))
            .collect();
        counted.insert(field.clone(), Json::Object(plain));
        search_facets.insert(field.clone(), json!({"title": field, "items": items}));
    }
    let start = asked.number("start", 0, usize::MAX)?;
    let rows = asked.number("rows", 10, MOST_PACKAGES)?;
    let results: Vec<Json> = found
        .iter()
        .skip(start)
        .take(rows)
        .map(|published| package(catalogue, published))
        .collect();
    Ok(json!({
        "count": found.len(),
        "sort": sort,
        "results": results,
        "facets": counted,
        "search_facets": search_facets,
    }))
}

async fn datastore(
    city: &City,
    catalogue: &Catalogue,
    asked: &Parameters,
) -> Result<Json, Refusal> {
    let id = match asked.text("resource_id") {
        id if id.is_empty() => asked.text("id"),
        id => id,
    };
    if id.is_empty() {
        return Err(Refusal::Invalid("resource_id", "Missing value".to_owned()));
    }
    let (_, distribution) = catalogue
        .distribution(&id)
        .filter(|(_, distribution)| distribution.form == Form::Csv)
        .ok_or(Refusal::NotFound)?;
    let content = store::contents(city.db(), distribution.version)
        .await?
        .ok_or(Refusal::NotFound)?;
    rows(&content, &id, asked)
}

fn rows(content: &Content, id: &str, asked: &Parameters) -> Result<Json, Refusal> {
    let names = content.names();
    let place = |parameter: &'static str, name: &str| {
        names
            .iter()
            .position(|known| known == name)
            .ok_or_else(|| Refusal::Invalid(parameter, format!("field \"{name}\" not in table")))
    };
    let mut filters: Vec<(usize, Vec<String>)> = Vec::new();
    match asked.json("filters")? {
        None => {}
        Some(Json::Object(object)) => {
            for (name, value) in object {
                let values = match value {
                    Json::Array(values) => values,
                    one => vec![one],
                };
                if values.len() > 1_000 {
                    return Err(Refusal::Invalid("filters", "too many values".to_owned()));
                }
                let values = values
                    .into_iter()
                    .map(|value| match value {
                        Json::String(text) => text,
                        other => other.to_string(),
                    })
                    .collect();
                filters.push((place("filters", &name)?, values));
            }
        }
        Some(_) => return Err(Refusal::Invalid("filters", "Not a dictionary".to_owned())),
    }
    let words: Vec<String> = asked
        .text("q")
        .split_whitespace()
        .take(8)
        .map(normalise_for_search)
        .collect();
    let fields = asked.list("fields");
    let shown: Vec<usize> = if fields.is_empty() {
        (0..names.len()).collect()
    } else {
        fields
            .iter()
            .filter(|name| *name != "_id")
            .map(|name| place("fields", name))
            .collect::<Result<_, _>>()?
    };
    let mut found: Vec<(usize, &Vec<String>)> = content
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| {
            filters
                .iter()
                .all(|(at, values)| values.contains(&row[*at]))
                && (words.is_empty() || {
                    let text = normalise_for_search(&row.join(" "));
                    words.iter().all(|word| text.contains(word))
                })
        })
        .collect();
    let sort = asked.text("sort");
    let mut keys: Vec<(usize, bool)> = Vec::new();
    for key in sort.split(',').map(str::trim).filter(|key| !key.is_empty()) {
        let (name, is_down) = match key.rsplit_once(' ') {
            Some((name, "desc" | "DESC")) => (name, true),
            Some((name, "asc" | "ASC")) => (name, false),
            _ => (key, false),
        };
        let name = name.trim().trim_matches('"');
        if name != "_id" {
            keys.push((place("sort", name)?, is_down));
        } else if is_down {
            found.reverse();
        }
    }
    if !keys.is_empty() {
        found.sort_by(|(_, a), (_, b)| {
            keys.iter()
                .map(|&(at, is_down)| {
                    let order = a[at].cmp(&b[at]);
                    if is_down { order.reverse() } else { order }
                })
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
    }
    let offset = asked.number("offset", 0, usize::MAX)?;
    let limit = asked.number("limit", 100, MOST_ROWS)?;
    let total = found.len();
    let records: Vec<Json> = found
        .into_iter()
        .skip(offset)
        .take(limit)
        .map(|(number, row)| {
            let mut record = Map::new();
            record.insert("_id".to_owned(), json!(number + 1));
            for &at in &shown {
                record.insert(names[at].clone(), json!(row[at]));
            }
            Json::Object(record)
        })
        .collect();
    let mut described = vec![json!({"id": "_id", "type": "int"})];
    described.extend(
        shown
            .iter()
            .map(|at| json!({"id": names[*at], "type": "text"})),
    );
    let mut result = json!({
        "resource_id": id,
        "fields": described,
        "records": records,
        "limit": limit,
        "offset": offset,
        "records_format": "objects",
        "include_total": true,
    });
    if asked.flag("include_total", true) {
        result["total"] = json!(total);
        result["total_was_estimated"] = json!(false);
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            header: vec!["名称".into(), "数".into()],
            rows: vec![
                vec!["公園".into(), "3".into()],
                vec!["会館'; DROP TABLE x; --".into(), "1".into()],
                vec!["学校".into(), "3".into()],
            ],
            shapes: Vec::new(),
        }
    }

    fn found(asked: Json) -> Result<Vec<i64>, String> {
        let Json::Object(asked) = asked else { panic!() };
        match rows(&content(), "a.1.csv", &Parameters(asked)) {
            Ok(result) => Ok(result["records"]
                .as_array()
                .unwrap()
                .iter()
                .map(|record| record["_id"].as_i64().unwrap())
                .collect()),
            Err(Refusal::Invalid(parameter, why)) => Err(format!("{parameter}: {why}")),
            Err(_) => Err("?".to_owned()),
        }
    }

    #[test]
    fn rows_are_filtered_sorted_and_limited() {
        for (asked, ids) in [
            (json!({}), vec![1, 2, 3]),
            (json!({"filters": {"数": "3"}}), vec![1, 3]),
            (json!({"filters": "{\"数\": [3, 1]}"}), vec![1, 2, 3]),
            (
                json!({"filters": {"名称": "会館'; DROP TABLE x; --"}}),
                vec![2],
            ),
            (json!({"q": "ガッコウ 3"}), vec![]),
            (json!({"q": "学校 ３"}), vec![3]),
            (json!({"sort": "数 desc, 名称 asc"}), vec![1, 3, 2]),
            (json!({"sort": "_id desc"}), vec![3, 2, 1]),
            (json!({"limit": "1", "offset": 1}), vec![2]),
            (json!({"limit": 0}), vec![]),
        ] {
            assert_eq!(found(asked.clone()).unwrap(), ids, "{asked}");
        }
        for bad in [
            json!({"filters": {"無い列": "1"}}),
            json!({"filters": "{"}),
            json!({"filters": [1]}),
            json!({"sort": "無い列"}),
            json!({"fields": ["無い列"]}),
            json!({"limit": "-1"}),
        ] {
            assert!(found(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn filter_queries_are_read() {
        let read = |fq: &str| terms(fq).map_err(|_| ());
        assert_eq!(
            read("organization:health +groups:\"safety\" AND -res_format:(CSV OR XLSX)").unwrap(),
            [
                (true, "organization".to_owned(), vec!["health".to_owned()]),
                (true, "groups".to_owned(), vec!["safety".to_owned()]),
                (
                    false,
                    "res_format".to_owned(),
                    vec!["CSV".to_owned(), "XLSX".to_owned()]
                ),
            ]
        );
        assert!(read("").unwrap().is_empty());
        for bad in ["x", "a:\"b", "a:(b", &"a:b ".repeat(30)] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
