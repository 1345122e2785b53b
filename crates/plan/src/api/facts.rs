//! `POST /api/facts`: other systems report what they counted, so that a city can bind indicators to systems Yakuba does not replace.

use std::sync::Arc;

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::HeaderMap,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use yakuba_city::{
    AuditEntry, City, CityError, Fact,
    web::{Principal, Problem, SystemPrincipal},
};
use yakuba_kernel::{Channel, Decimal, DepartmentCode, MeasureName, Quantity, Subject};

use crate::model::fact_file::read_moment;

/// Facts taken at most in one request.
const AT_MOST: usize = 10_000;

/// One fact as another system reports it. Nothing about a person may be in it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostedFact {
    /// What is counted; must be registered and allowed for the token.
    #[schema(example = "counter.visit")]
    measure: String,
    /// When it happened: a date in Japan or a moment with its offset.
    #[schema(example = "2026-05-01")]
    at: String,
    /// The department's code.
    #[serde(default)]
    department: Option<String>,
    /// `online`, `counter`, `paper`, `phone`, `system` or `unknown`.
    #[serde(default)]
    #[schema(example = "counter")]
    channel: Option<String>,
    /// The thing it is about, such as a procedure; never a person.
    #[serde(default)]
    subject: Option<String>,
    /// How much, at most three decimal places; 1 when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "12")]
    quantity: Option<PostedQuantity>,
    /// Where the other system keeps the record behind it.
    #[serde(default)]
    record: Option<String>,
    /// Makes posting it twice the same as once.
    #[serde(default)]
    idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "quantity is a number or a text such as \"12.5\""
)]
enum PostedQuantity {
    Whole(i64),
    Text(String),
    // A JSON number with decimals: its shortest decimal form is taken.
    Float(f64),
}

/// What is posted: one fact, or a list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Posted {
    /// Many facts, recorded together or not at all.
    Many {
        /// The facts, at most 10,000.
        facts: Vec<PostedFact>,
    },
    /// One fact; the header `Idempotency-Key` may stand for its own key.
    One(Box<PostedFact>),
}

impl Posted {
    /// Reads what was posted; what is wrong is said with the place and the field.
    fn read(body: Value) -> Result<Self, Problem> {
        let wrong =
            |place: &str, error: &serde_json::Error| Problem::BadRequest(format!("{place}{error}"));
        match body {
            Value::Object(mut object) if object.contains_key("facts") => {
                let Some(Value::Array(list)) = object.remove("facts") else {
                    return Err(Problem::BadRequest("facts must be a list".into()));
                };
                if let Some(other) = object.keys().next() {
                    return Err(Problem::BadRequest(format!(
                        "unknown field `{other}` beside `facts`"
                    )));
                }
                let facts = list
                    .into_iter()
                    .enumerate()
                    .map(|(place, fact)| {
                        serde_json::from_value(fact)
                            .map_err(|error| wrong(&format!("facts[{place}]: "), &error))
                    })
                    .collect::<Result<_, _>>()?;
                Ok(Self::Many { facts })
            }
            one => serde_json::from_value(one)
                .map(Self::One)
                .map_err(|error| wrong("", &error)),
        }
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Recorded {
    /// Facts newly recorded.
    recorded: u64,
    /// Facts known before by their idempotency key, passed over.
    already_known: u64,
}

#[utoipa::path(
    post,
    path = "/api/facts",
    operation_id = "post_facts",
    tag = "facts",
    request_body = Posted,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = Recorded),
        (status = 401),
        (status = 403),
        (status = 409),
        (status = 413),
        (status = 422),
    ),
    security(("token" = []))
)]
pub(crate) async fn post(
    State(city): State<City>,
    principal: Principal,
    headers: HeaderMap,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Json<Recorded>, Problem> {
    let Principal::System(system) = &principal else {
        return Err(Problem::TokenNeeded);
    };
    let Json(posted) = body.map_err(|error| Problem::BadRequest(error.body_text()))?;
    let posted = match Posted::read(posted)? {
        Posted::Many { facts } => facts,
        Posted::One(mut fact) => {
            if let Some(key) = headers.get("idempotency-key") {
                let key = key.to_str().map_err(|_| {
                    Problem::BadRequest("Idempotency-Key must be plain ASCII".into())
                })?;
                fact.idempotency_key.get_or_insert_with(|| key.to_owned());
            }
            vec![*fact]
        }
    };
    if posted.len() > AT_MOST {
        return Err(Problem::TooLarge(format!(
            "at most {AT_MOST} facts fit into one request; send several requests"
        )));
    }
    let facts = posted
        .into_iter()
        .enumerate()
        .map(|(place, fact)| {
            read(fact, system).map_err(|problem| match problem {
                Problem::BadRequest(cause) => {
                    Problem::BadRequest(format!("facts[{place}]: {cause}"))
                }
                other => other,
            })
        })
        .collect::<Result<Vec<Fact>, Problem>>()?;
    let total = facts.len() as u64;
    let recorded = record(&city, &principal, facts).await?;
    Ok(Json(Recorded {
        recorded,
        already_known: total - recorded,
    }))
}

/// Records facts of an actor in one write and returns how many were new.
pub(crate) async fn record(
    city: &City,
    principal: &Principal,
    facts: Vec<Fact>,
) -> Result<u64, Problem> {
    let outcome = city
        .write(principal.actor(), facts, |tx, facts| {
            Box::pin(async move {
                let new = tx.record_all(facts).await?;
                tx.audit(
                    AuditEntry::new("facts.record", "facts")
                        .with(serde_json::json!({"sent": facts.len(), "new": new})),
                );
                Ok::<_, CityError>(new)
            })
        })
        .await;
    outcome.map_err(|error| match &error {
        CityError::IdempotencyConflict(_) => Problem::Conflict(error.to_string()),
        CityError::UnknownMeasure(_) | CityError::QuantityOverflow => {
            Problem::BadRequest(error.to_string())
        }
        _ => Problem::internal(&error),
    })
}

fn read(posted: PostedFact, system: &Arc<SystemPrincipal>) -> Result<Fact, Problem> {
    fn refuse(error: impl std::fmt::Display) -> Problem {
        Problem::BadRequest(error.to_string())
    }
    let measure = MeasureName::new(posted.measure).map_err(refuse)?;
    if !system.measures.contains(&measure) {
        return Err(Problem::NotAllowed);
    }
    let mut fact = Fact::one(&measure, read_moment(&posted.at).map_err(refuse)?);
    if let Some(code) = posted.department {
        fact = fact.department(DepartmentCode::new(code).map_err(refuse)?);
    }
    if let Some(channel) = posted.channel {
        fact = fact.channel(channel.parse::<Channel>().map_err(refuse)?);
    }
    if let Some(subject) = posted.subject {
        fact = fact.subject(Subject::new(subject).map_err(refuse)?);
    }
    if let Some(quantity) = posted.quantity {
        let value: Decimal = match quantity {
            PostedQuantity::Whole(whole) => Decimal::from(whole),
            PostedQuantity::Text(text) => text
                .parse()
                .map_err(|_| refuse(format!("quantity: \"{text}\" is not a plain number")))?,
            PostedQuantity::Float(number) => number.to_string().parse().map_err(refuse)?,
        };
        fact = fact.quantity(Quantity::from_decimal(value).map_err(refuse)?);
    }
    fact.record = posted.record;
    fact.idempotency_key = posted.idempotency_key;
    Ok(fact)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        let fact = json!({"measure": "counter.visit", "at": "2024-05-01"});
        let said = |body: Value| match Posted::read(body) {
            Err(Problem::BadRequest(said)) => said,
            other => panic!("{other:?}"),
        };
        for (body, expected) in [
            (
                json!({"measure": "counter.visit", "day": "2024-05-01"}),
                "unknown field `day`",
            ),
            (json!({"measure": "counter.visit"}), "missing field `at`"),
            (
                json!({"facts": [fact, {"measure": "x", "at": "2024-05-01", "quantity": []}]}),
                "facts[1]: quantity is a number",
            ),
            (
                json!({"facts": [fact], "key": 1}),
                "unknown field `key` beside `facts`",
            ),
            (json!({"facts": {}}), "facts must be a list"),
        ] {
            let said = said(body);
            assert!(said.contains(expected), "{said}");
        }
        assert!(matches!(
            Posted::read(json!({"facts": [fact, fact]})),
            Ok(Posted::Many { facts }) if facts.len() == 2
        ));
        assert!(matches!(Posted::read(fact), Ok(Posted::One(_))));
    }
}
