//! What devices ask: `POST /api/devices/telemetry`. What programs ask: where the vehicles are, as GTFS Realtime.
//!
//! One device sends its key in `Authorization: Device KEY` and a message; a gateway sends `{"messages": […]}`, each message with its
//! own `key`. The answer says of each message whether it is kept; one refused message does not hold up the others.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts as _, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use yakuba_city::{
    City,
    web::{Access, Problem, Routes},
};
use yakuba_identity::Asker;
use yakuba_kernel::{Decimal, Point};

use crate::{
    error::AssetError,
    model::gtfs_realtime,
    store::{
        alerts::Teller,
        key_hash, kinds,
        telemetry::{Message, Outcome, Refusal, tell},
        vehicles,
    },
};

/// Bytes of a request at most.
const MOST_BYTES: usize = 256 * 1024;
/// Messages of a gateway at most.
const MOST_MESSAGES: usize = 1_000;
/// Values of a message at most.
const MOST_VALUES: usize = 50;
/// Letters of a key at most.
const MOST_KEY: usize = 100;
/// What unknown keys are counted under, against the network they come from.
const TRY: &str = "assets.device";

pub(crate) fn routes() -> Routes {
    Routes::new()
        .post("/api/devices/telemetry", Access::Public, telemetry)
        .get(
            "/api/gtfs-realtime/vehicle-positions.pb",
            Access::Public,
            vehicle_positions,
        )
}

/// Where the vehicles of public kinds are, those that told so within a quarter of an hour.
async fn vehicle_positions(State(city): State<City>) -> Result<Response, Problem> {
    let kinds = kinds(&city).await?;
    let now = city.now();
    let found = vehicles(city.db(), &kinds, now).await?;
    // Kept for a few seconds by whoever stands between, so that many readers cost as much as one.
    let headers = [
        (header::CONTENT_TYPE, gtfs_realtime::MEDIA_TYPE),
        (header::CACHE_CONTROL, "public, max-age=10"),
    ];
    Ok((headers, gtfs_realtime::positions(now, &found)).into_response())
}

/// A message as it is sent. With nothing in it, it is a heartbeat.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    /// The device's key, in a gateway's messages.
    key: Option<String>,
    /// The device's time (RFC 3339).
    at: Option<Timestamp>,
    /// What it measured.
    #[serde(default)]
    values: BTreeMap<String, Number>,
    /// Where it is.
    position: Option<Position>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    latitude: Number,
    longitude: Number,
}

/// A number with the digits that were written, as a number or a text of JSON.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "Written")]
struct Number(Decimal);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Whole(i64),
    Fraction(f64),
    Text(String),
}

impl TryFrom<Written> for Number {
    type Error = Unreadable;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let text = match written {
            Written::Whole(number) => return Ok(Self(number.into())),
            // The shortest digits that mean the same, which are those that were written.
            Written::Fraction(number) => number.to_string(),
            Written::Text(text) => text,
        };
        text.parse().map(Self).map_err(|_| Unreadable)
    }
}

/// A text that is no number.
#[derive(Debug, thiserror::Error)]
#[error("a value is no number, or has too many digits")]
struct Unreadable;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    messages: Vec<Sent>,
}

fn own_key(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("device").then_some(key.trim())
}

/// What was sent, each message with its key.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<Vec<(String, Sent)>, Problem> {
    if body.len() > MOST_BYTES {
        return Err(Problem::TooLarge(
            "at most 256 kB can be sent here; send fewer messages at once".to_owned(),
        ));
    }
    let bad = |error: &dyn std::fmt::Display| {
        Problem::BadRequest(format!(
            "this is no message of a device: {error}. See docs/assets.md"
        ))
    };
    let messages: Vec<(Option<String>, Sent)> = if let Some(key) = own_key(headers) {
        let sent: Sent = if body.is_empty() {
            Sent::default()
        } else {
            serde_json::from_slice(body).map_err(|error| bad(&error))?
        };
        if sent.key.is_some() {
            return Err(bad(&"the key stands in the header and in the message"));
        }
        vec![(Some(key.to_owned()), sent)]
    } else {
        let batch: Batch = serde_json::from_slice(body).map_err(|error| bad(&error))?;
        batch
            .messages
            .into_iter()
            .map(|mut sent| (sent.key.take(), sent))
            .collect()
    };
    if messages.is_empty() || messages.len() > MOST_MESSAGES {
        return Err(bad(&format!(
            "between 1 and {MOST_MESSAGES} messages can be sent at once"
        )));
    }
    messages
        .into_iter()
        .map(|(key, sent)| {
            let key = key
                .filter(|key| !key.is_empty())
                .ok_or(Problem::TokenNeeded)?;
            if key.len() > MOST_KEY || sent.values.len() > MOST_VALUES {
                return Err(bad(&format!(
                    "a message has one key and at most {MOST_VALUES} values"
                )));
            }
            Ok((key, sent))
        })
        .collect()
}

async fn telemetry(request: axum::extract::Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let Asker {
        identity, visitor, ..
    } = Asker::from_request_parts(&mut parts, &()).await?;
    let body: Bytes = axum::body::to_bytes(body, MOST_BYTES + 1)
        .await
        .map_err(|_| {
            Problem::TooLarge(
                "at most 256 kB can be sent here; send fewer messages at once".to_owned(),
            )
        })?;
    let sent = read(&parts.headers, &body)?;
    let is_alone = own_key(&parts.headers).is_some();
    let key = identity.key();
    let mut messages = Vec::with_capacity(sent.len());
    for (secret, sent) in sent {
        let point = sent
            .position
            .map(|position| Point::from_degrees(position.latitude.0, position.longitude.0))
            .transpose()
            .map_err(AssetError::from)?;
        messages.push(Message {
            hash: key_hash(key, &secret),
            at: sent.at,
            values: sent
                .values
                .into_iter()
                .map(|(key, value)| (key, value.0))
                .collect(),
            point,
        });
    }
    let teller = Teller {
        key: key.clone(),
        base: identity
            .settings()
            .public_url
            .as_str()
            .trim_end_matches('/')
            .to_owned(),
    };
    let outcomes = tell(identity.city(), &teller, messages).await;
    if outcomes
        .iter()
        .all(|outcome| *outcome == Err(Refusal::UnknownKey))
        && let Some(seconds) = identity
            .begin_try(&visitor, TRY)
            .await
            .map_err(AssetError::from)?
    {
        return Err(Problem::TooMany(seconds));
    }
    Ok(answer(&outcomes, is_alone))
}

fn answer(outcomes: &[Outcome], is_alone: bool) -> Response {
    let refused: Vec<_> = outcomes
        .iter()
        .enumerate()
        .filter_map(|(place, outcome)| {
            let refusal = outcome.as_ref().err()?;
            Some(json!({ "message": place, "code": refusal.code(), "detail": refusal.to_string() }))
        })
        .collect();
    let status = match outcomes {
        [Err(refusal)] if is_alone => match refusal {
            Refusal::UnknownKey => StatusCode::UNAUTHORIZED,
            Refusal::ToldBefore | Refusal::NotInService => StatusCode::CONFLICT,
            Refusal::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Failed => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::TooOld | Refusal::Ahead | Refusal::UnknownValue(_) | Refusal::BadValue(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        },
        _ => StatusCode::OK,
    };
    let body = json!({ "kept": outcomes.len() - refused.len(), "refused": refused });
    (status, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn headers(key: Option<&str>) -> HeaderMap {
        let request = Request::builder();
        let request = match key {
            Some(key) => request.header(header::AUTHORIZATION, key),
            None => request,
        };
        request.body(()).unwrap().headers().clone()
    }

    proptest::proptest! {
        #[test]
        fn no_body_breaks_the_reading(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), with_key in proptest::prelude::any::<bool>()) {
            let _ = read(&headers(with_key.then_some("Device abc")), &body);
        }
    }

    #[test]
    fn what_is_no_message_is_refused_with_a_sentence() {
        for body in [
            "",
            "[]",
            "{}",
            "null",
            "{\"messages\": []}",
            "{\"messages\": [{}], \"x\": 1}",
            "{\"messages\": [{\"key\": \"\"}]}",
            "{\"messages\": [{\"key\": 7}]}",
            "{\"messages\": [{\"key\": \"a\", \"at\": \"yesterday\"}]}",
            "{\"messages\": [{\"key\": \"a\", \"values\": {\"heat\": \"hot\"}}]}",
            "{\"messages\": [{\"key\": \"a\", \"position\": {\"latitude\": 34}}]}",
        ] {
            assert!(read(&headers(None), body.as_bytes()).is_err(), "{body}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(&headers(Some("Device abc")), deep.as_bytes()).is_err());
        let many = format!(
            "{{\"messages\": [{}]}}",
            vec!["{\"key\": \"a\"}"; 1_001].join(",")
        );
        assert!(read(&headers(None), many.as_bytes()).is_err());
        assert_eq!(read(&headers(Some("Device abc")), b"").unwrap().len(), 1);
        assert_eq!(
            read(
                &headers(Some("device abc")),
                b"{\"values\": {\"heat\": 21.5}}"
            )
            .unwrap()
            .len(),
            1
        );
        // Another scheme is no device's key.
        assert!(read(&headers(Some("Bearer abc")), b"").is_err());
    }
}
