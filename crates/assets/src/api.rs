//! What devices ask: `POST /api/devices/telemetry`. What programs ask: where the vehicles are, as GTFS Realtime.
//!
//! One device sends its key in `Authorization: Device KEY` and a message; a gateway sends `{"messages": […]}`, each message with its
//! own `key`. The answer says of each message whether it is kept; one refused message does not hold up the others.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequestParts as _, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use yakuba_city::{
    City,
    web::{Access, Problem, Routes},
};
use yakuba_identity::Asker;

use crate::{
    error::AssetError,
    model::gtfs_realtime,
    store::{
        alerts::Teller,
        kinds,
        telemetry::{Outcome, Refusal, tell},
        vehicles,
    },
    told::{self, MOST_BYTES, NoMessage},
};

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

fn own_key(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("device").then_some(key.trim())
}

impl From<NoMessage> for Problem {
    fn from(error: NoMessage) -> Self {
        match error {
            NoMessage::TooLarge => Self::TooLarge(error.to_string()),
            NoMessage::NoKey => Self::TokenNeeded,
            _ => Self::BadRequest(error.to_string()),
        }
    }
}

async fn telemetry(request: axum::extract::Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let Asker {
        identity, visitor, ..
    } = Asker::from_request_parts(&mut parts, &()).await?;
    let body: Bytes = axum::body::to_bytes(body, MOST_BYTES + 1)
        .await
        .map_err(|_| NoMessage::TooLarge)?;
    let own_key = own_key(&parts.headers);
    let sent = match own_key {
        Some(key) => vec![told::one(Some(key), &body)?],
        None => told::many(&body)?,
    };
    let messages = sent
        .into_iter()
        .map(|(secret, sent)| sent.heard(identity.key(), &secret))
        .collect::<Result<Vec<_>, _>>()?;
    let teller = Teller::of(&identity);
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
    Ok(answer(&outcomes, own_key.is_some()))
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
