//! Open311 GeoReport v2: what can be reported, what was, and reporting, for programs. Only what everybody may see goes out.

mod format;
mod sent;

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Request},
    http::{StatusCode, Uri},
    response::Response,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use yakuba_city::{
    City, Equipment, JAPAN,
    sql::Sql as _,
    web::{Access, Principal, Problem, Routes},
};
use yakuba_forms::{Answers, fill_in_written_place, model::document::FieldKind};
use yakuba_identity::Receipt;
use yakuba_kernel::Channel;
use yakuba_mail::EmailAddress;
use yakuba_ui::Language;

use crate::{
    capabilities::OPEN311,
    equipment,
    error::ReportError,
    model::{
        rules::{Category, EQUIPMENT, PLACE},
        state::State,
    },
    pages::asked::{Asked, category_name, plain, state_key},
    store::{self, Content, Filter, NewReport, Report, photos},
};
use format::Format;
pub use format::Refusal;
pub use sent::{MOST_BYTES, Sent, read};

/// Requests of an answer at most, and without a word about it.
const MOST: u32 = 1_000;
const USUALLY: u32 = 200;
/// Without days, the requests of so long ago.
const BACK: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Single requests that are asked for by name at most.
const MOST_NAMED: usize = 50;
/// Reports of one system in an hour at most.
const MOST_IN_AN_HOUR: i64 = 200;
/// What wrong keys are counted under.
const TRY: &str = "reports.open311";

/// The addresses. `json` and `xml` say how the answer is written.
pub(crate) fn routes() -> Routes {
    let public = Access::Public;
    let mut routes = Routes::new()
        .get("/api/open311/v2/services/{service}", public, definition)
        .get("/api/open311/v2/requests/{request}", public, one_request)
        .get("/api/open311/v2/tokens/{token}", public, token);
    for (discovering, listing, asking) in [
        (
            "/api/open311/discovery.json",
            "/api/open311/v2/services.json",
            "/api/open311/v2/requests.json",
        ),
        (
            "/api/open311/discovery.xml",
            "/api/open311/v2/services.xml",
            "/api/open311/v2/requests.xml",
        ),
    ] {
        routes = routes
            .get(discovering, public, discovery)
            .get(listing, public, services)
            .get(asking, public, requests)
            .post(asking, public, post);
    }
    routes
}

/// The name in the last part of an address, without its ending.
fn named(part: &str) -> &str {
    part.strip_suffix(".json")
        .or_else(|| part.strip_suffix(".xml"))
        .unwrap_or(part)
}

/// An answer, or a refusal in the format that was asked for.
fn written(format: Format, root: &str, outcome: Result<Value, Stop>) -> Result<Response, Problem> {
    match outcome {
        Ok(value) => Ok(format.answer(StatusCode::OK, root, &value)),
        Err(Stop::Refused(refusal)) => Ok(format.refusal(&refusal)),
        Err(Stop::Failed(problem)) => Err(problem),
    }
}

/// Why there is no answer: the asker's, or ours.
enum Stop {
    Refused(Refusal),
    Failed(Problem),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ReportError> for Stop {
    fn from(error: ReportError) -> Self {
        Self::Failed(error.into())
    }
}

fn not_found(what: &str) -> Stop {
    Refusal::new(StatusCode::NOT_FOUND, format!("there is no such {what}")).into()
}

async fn discovery(asked: Asked, uri: Uri) -> Result<Response, Problem> {
    let base = asked.base();
    let formats = json!(["application/json", "text/xml"]);
    let value = json!({
        "changeset": "2026-11-22T00:00:00Z",
        "contact": format!("{base}/reports"),
        "key_service": "Ask the town hall for an access token with the right reports.open311.",
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": format!("{base}/api/open311/v2"),
            "changeset": "2026-11-22T00:00:00Z",
            "type": "production",
            "formats": formats,
        }],
    });
    written(Format::of(&uri), "discovery", Ok(value))
}

async fn services(asked: Asked, uri: Uri) -> Result<Response, Problem> {
    let language = asked.language;
    let services: Vec<Value> = asked
        .current
        .rules
        .offered()
        .map(|category| {
            let about = category.hint.as_ref().map_or("", |hint| hint.get(language));
            json!({
                "service_code": category.key.as_str(),
                "service_name": category.name.get(language),
                "description": about,
                "metadata": !category.questions.is_empty() || !category.equipment.is_empty(),
                "type": "realtime",
                "keywords": "",
                "group": "",
            })
        })
        .collect();
    written(Format::of(&uri), "services", Ok(services.into()))
}

async fn definition(
    asked: Asked,
    uri: Uri,
    Path(service): Path<String>,
) -> Result<Response, Problem> {
    let found = asked
        .current
        .rules
        .offered()
        .find(|category| category.key.as_str() == named(&service))
        .map(|category| defined(category, asked.language))
        .ok_or_else(|| not_found("service_code"));
    written(Format::of(&uri), "service_definition", found)
}

fn defined(category: &Category, language: Language) -> Value {
    let mut attributes: Vec<Value> = category
        .questions
        .iter()
        .enumerate()
        .map(|(place, question)| {
            let (datatype, options) = match &question.kind {
                FieldKind::Choice { options } => ("singlevaluelist", Some(options)),
                FieldKind::Choices { options, .. } => ("multivaluelist", Some(options)),
                FieldKind::Number { .. } => ("number", None),
                FieldKind::LongText(_) => ("text", None),
                _ => ("string", None),
            };
            let values: Vec<Value> = options
                .into_iter()
                .flatten()
                .map(|option| {
                    json!({ "key": option.value.as_str(), "name": option.label.get(language) })
                })
                .collect();
            json!({
                "variable": true,
                "code": question.key.as_str(),
                "datatype": datatype,
                "required": !question.optional,
                "datatype_description": question.hint.as_ref().map_or("", |hint| hint.get(language)),
                "order": place + 1,
                "description": question.label.get(language),
                "values": values,
            })
        })
        .collect();
    if !category.equipment.is_empty() {
        let words = crate::WORDS.words(language);
        attributes.push(json!({
            "variable": true,
            "code": EQUIPMENT,
            "datatype": "string",
            "required": false,
            "datatype_description": words.get("reports-equipment-code"),
            "order": attributes.len() + 1,
            "description": words.get("reports-equipment"),
            "values": [],
        }));
    }
    json!({ "service_code": category.key.as_str(), "attributes": attributes })
}

/// A moment as the standard writes it.
fn moment(asked: &Asked, name: &str) -> Result<Option<Timestamp>, Refusal> {
    match asked.query.get(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            Refusal::bad(format!(
                "{name} is no moment: write it like 2026-11-22T00:00:00+09:00"
            ))
        }),
    }
}

fn whole(asked: &Asked, name: &str, usual: u32, most: u32) -> Result<u32, Refusal> {
    match asked.query.get(name) {
        "" => Ok(usual),
        text => text
            .parse()
            .ok()
            .filter(|number| (1..=most).contains(number))
            .ok_or_else(|| Refusal::bad(format!("{name} is a number from 1 to {most}"))),
    }
}

/// Several values in one, with commas between.
fn several(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn states(text: &str) -> Result<Vec<State>, Refusal> {
    let mut states = Vec::new();
    for word in several(text) {
        let handled = match word.as_str() {
            "open" => false,
            "closed" => true,
            _ => return Err(Refusal::bad("status is open, closed, or both with a comma")),
        };
        states.extend(
            State::ALL
                .into_iter()
                .filter(|state| state.is_handled() == handled),
        );
    }
    Ok(states)
}

async fn found(asked: &Asked) -> Result<Vec<Report>, Stop> {
    let database = asked.city().db();
    let names = several(asked.query.get("service_request_id"));
    if names.len() > MOST_NAMED {
        return Err(Refusal::bad("at most 50 service_request_id can be asked for at once").into());
    }
    if !names.is_empty() {
        let mut reports = Vec::new();
        for name in names {
            let one = store::by_public_id(database, &name).await?;
            reports.extend(one.filter(|report| report.is_shown));
        }
        return Ok(reports);
    }
    let (from, until) = (moment(asked, "start_date")?, moment(asked, "end_date")?);
    let from = match (from, until) {
        (Some(from), _) => from,
        (None, until) => until
            .unwrap_or_else(|| asked.city().now())
            .checked_sub(BACK)
            .unwrap_or(Timestamp::MIN),
    };
    let size = whole(asked, "page_size", USUALLY, MOST)?;
    let page = whole(asked, "page", 1, 100_000)?;
    let filter = Filter {
        shown: true,
        categories: several(asked.query.get("service_code")),
        states: states(asked.query.get("status"))?,
        from: Some(from.as_microsecond()),
        until: until.map(Timestamp::as_microsecond),
        ..Filter::default()
    };
    let found = store::search(database, &filter, (page - 1).saturating_mul(size), size).await?;
    Ok(found
        .reports
        .into_iter()
        .map(|(report, _)| report)
        .collect())
}

async fn requests(asked: Asked, uri: Uri) -> Result<Response, Problem> {
    let outcome = match found(&asked).await {
        Ok(reports) => shown(&asked, &reports).await,
        Err(stop) => Err(stop),
    };
    written(Format::of(&uri), "service_requests", outcome)
}

async fn one_request(
    asked: Asked,
    uri: Uri,
    Path(request): Path<String>,
) -> Result<Response, Problem> {
    let found = store::by_public_id(asked.city().db(), named(&request))
        .await?
        .filter(|report| report.is_shown);
    let outcome = match found {
        Some(report) => shown(&asked, &[report]).await,
        None => Err(not_found("service_request_id")),
    };
    written(Format::of(&uri), "service_requests", outcome)
}

/// Requests as everybody sees them.
async fn shown(asked: &Asked, reports: &[Report]) -> Result<Value, Stop> {
    let ids: Vec<i64> = reports.iter().map(|report| report.id).collect();
    let pictures = photos::released(asked.city().db(), &ids).await?;
    let departments: BTreeMap<_, _> =
        yakuba_identity::department_names(asked.city().db(), asked.language.is_japanese())
            .await
            .map_err(ReportError::from)?;
    let keys: Vec<String> = reports
        .iter()
        .map(|report| report.equipment.clone())
        .collect();
    let known = equipment::pieces(asked.city(), &keys, asked.language)
        .await
        .map_err(Stop::Failed)?;
    let base = asked.base();
    let at = |at: Timestamp| {
        at.to_zoned(jiff::tz::TimeZone::fixed(JAPAN))
            .strftime("%Y-%m-%dT%H:%M:%S%:z")
            .to_string()
    };
    Ok(reports
        .iter()
        .map(|report| {
            let degrees = report.point.map(yakuba_kernel::Point::degrees);
            let number = |value: Option<yakuba_kernel::Decimal>| -> Value {
                value
                    .and_then(|value| serde_json::from_str(&value.to_string()).ok())
                    .unwrap_or(Value::Null)
            };
            let picture = pictures.get(&report.id).map(|key| {
                format!(
                    "{base}{}/photos/{key}",
                    crate::pages::href(&report.public_id)
                )
            });
            let mut request = json!({
                "service_request_id": report.public_id,
                "status": if report.state.is_handled() { "closed" } else { "open" },
                "status_notes": asked.t(&state_key(report.state)),
                "service_name": category_name(&asked.current, &report.category, asked.language),
                "service_code": report.category,
                "description": report.public_text,
                "agency_responsible": departments.get(&report.department),
                "service_notice": null,
                "requested_datetime": at(report.received_at),
                "updated_datetime": at(report.changed_at),
                "expected_datetime": format!("{}T23:59:59+09:00", report.due_on),
                "address": report.public_place,
                "address_id": null,
                "zipcode": null,
                "lat": number(degrees.map(|at| at.0)),
                "long": number(degrees.map(|at| at.1)),
                "media_url": picture,
            });
            if let Some(piece) = known.get(&report.equipment)
                && let Some(page) = &piece.page
            {
                request["attributes"] = json!([{
                    "code": EQUIPMENT,
                    "value": piece.key,
                    "name": piece.label(),
                    "url": format!("{base}{page}"),
                }]);
            }
            request
        })
        .collect::<Vec<_>>()
        .into())
}

/// The request of a number: of one that was sent to the sender alone.
async fn token(asked: Asked, uri: Uri, Path(token): Path<String>) -> Result<Response, Problem> {
    let format = Format::of(&uri);
    asked.begin_looking_up().await?;
    let report = match named(&token).parse::<Receipt>() {
        Ok(number) => store::by_number(asked.city().db(), asked.key(), &number).await?,
        Err(_) => None,
    };
    let Some(report) = report.filter(|report| report.is_shown) else {
        return written(format, "service_requests", Err(not_found("token")));
    };
    asked.found_it().await?;
    let value = json!([{ "service_request_id": report.public_id, "token": named(&token) }]);
    written(format, "service_requests", Ok(value))
}

/// Which system sends: the one of its access token, in the form as `api_key` or in the header.
async fn system(asked: &Asked, key: &str) -> Result<Principal, Stop> {
    let known = if key.is_empty() {
        Some(asked.principal.clone())
    } else {
        asked
            .identity
            .system_with(key)
            .await
            .map_err(ReportError::from)?
            .map(Principal::System)
    };
    if let Some(Principal::System(system)) = &known
        && system.capabilities.iter().any(|name| name == OPEN311.name)
    {
        return Ok(Principal::System(system.clone()));
    }
    let wait = asked
        .identity
        .begin_try(&asked.visitor, TRY)
        .await
        .map_err(ReportError::from)?;
    let status = if wait.is_some() {
        StatusCode::TOO_MANY_REQUESTS
    } else {
        StatusCode::FORBIDDEN
    };
    Err(Refusal::new(
        status,
        "api_key is missing or does not count. Ask the town hall for an access token with the right reports.open311",
    )
    .into())
}

/// Reports of a system within the last hour.
async fn in_the_last_hour(city: &City, principal: &Principal) -> Result<i64, ReportError> {
    let since = city.now() - SignedDuration::from_hours(1);
    let count: Option<i64> = city
        .db()
        .value(
            "SELECT COUNT(*) FROM reports_steps WHERE actor = $1 AND at > $2 AND state = 'received'",
            [
                principal.actor().to_string().into(),
                since.as_microsecond().into(),
            ],
        )
        .await?;
    Ok(count.unwrap_or(0))
}

async fn post(asked: Asked, uri: Uri, request: Request) -> Result<Response, Problem> {
    let format = Format::of(&uri);
    let body = axum::body::to_bytes(request.into_body(), MOST_BYTES + 1).await;
    let outcome = match body {
        Ok(body) => take(&asked, &body).await,
        Err(_) => Err(Refusal::bad("a request has at most 64 kB").into()),
    };
    match outcome {
        Ok(value) => Ok(format.answer(StatusCode::CREATED, "service_requests", &value)),
        Err(stop) => written(format, "", Err(stop)),
    }
}

/// The piece of equipment that a request names.
async fn about(asked: &Asked, category: &Category, sent: &Sent) -> Result<Option<Equipment>, Stop> {
    let Some(key) = sent.attribute(EQUIPMENT).filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    let piece = equipment::public_piece(asked.city(), key, asked.language)
        .await
        .map_err(Stop::Failed)?
        .filter(|piece| category.takes(&piece.kind));
    match piece {
        Some(piece) => Ok(Some(piece)),
        None => Err(Refusal::bad(format!(
            "{EQUIPMENT}: {}",
            asked.t("reports-problem-equipment-code")
        ))
        .into()),
    }
}

async fn take(asked: &Asked, body: &[u8]) -> Result<Value, Stop> {
    let mut sent = read(body)?;
    let principal = system(asked, &sent.key).await?;
    if in_the_last_hour(asked.city(), &principal).await? >= MOST_IN_AN_HOUR {
        return Err(Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "at most 200 requests in an hour are taken from one system",
        )
        .into());
    }
    let rules = &asked.current.rules;
    let category = rules
        .offered()
        .find(|category| category.key.as_str() == sent.service_code)
        .ok_or_else(|| not_found("service_code"))?;
    let form = asked
        .current
        .form(&sent.service_code, false)
        .ok_or_else(|| not_found("service_code"))?;
    let about = about(asked, category, &sent).await?;
    // Where it stands is known.
    if let Some(point) = about.as_ref().and_then(|piece| piece.point)
        && sent.point.is_none()
    {
        let (latitude, longitude) = point.degrees();
        sent.point = Some((latitude.to_string(), longitude.to_string()));
    }
    let mut answers = Answers::new();
    let read = form.read_all(&sent.pairs(), &mut answers, asked.city().today());
    if !read.problems.is_empty() {
        let sentences: Vec<String> = read
            .problems
            .iter()
            .map(|problem| {
                let name = match problem.field.as_str() {
                    "place" => "lat, long, address_string",
                    "text" => "description",
                    code => code,
                };
                format!("{name}: {}", problem.message.in_language(asked.language))
            })
            .collect();
        return Err(Refusal::bad(sentences.join(" ")).into());
    }
    fill_in_written_place(asked.city(), &form, &mut answers, PLACE, None)
        .await
        .map_err(|error| Stop::Failed(error.into()))?;
    let [name, phone, email] = &sent.contact;
    let mut content = Content {
        answers,
        language: asked.language.code().to_owned(),
        ..Content::default()
    };
    if let Some(piece) = &about {
        content.put_at(piece);
    }
    content.contact.name = plain(name, 100);
    content.contact.phone = plain(phone, 30);
    // For the desk to write to; nobody has proved it, so no mail goes there by itself.
    content.contact.email = EmailAddress::read(email)
        .map(|address| address.as_str().to_owned())
        .unwrap_or_default();
    let report = NewReport::new(asked.key(), rules, category, Channel::System, &content)?;
    let posted = asked
        .city()
        .write(principal.actor(), report, |tx, report| {
            Box::pin(store::post(tx, report))
        })
        .await?;
    Ok(json!([{
        "service_request_id": posted.public_id,
        "service_notice": category.urgent.as_ref().map(|urgent| urgent.get(asked.language)),
        "account_id": null,
        "token": posted.number.to_string(),
    }]))
}
