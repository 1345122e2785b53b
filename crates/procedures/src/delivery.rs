//! Sending cases to other systems: one message a job, signed as Standard Webhooks describes, tried again until it is taken.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use sha2::Sha256;
use yakuba_city::{Actor, City, JobFailure, JobKind};

use crate::{
    error::ProcedureError,
    store::{
        cases::{self, CASE_MOVED, CASE_RECEIVED, Case},
        co_applicants,
        delivery::{self, DELIVER_JOB, DeliveryEvent},
        history::{self, ViewReason},
        keys,
    },
};

/// The job that finds out who is to be told of a case.
const QUEUE_JOB: &str = "procedures.queue_deliveries";
/// How long another system may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The jobs of deliveries.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![
        JobKind::new(QUEUE_JOB, |city, payload| async move {
            queue(&city, payload)
                .await
                .map_err(|error| JobFailure::from_error(&error))
        }),
        JobKind::new(DELIVER_JOB, |city, payload| async move {
            deliver(&city, payload).await
        }),
    ]
}

/// The events that may have to be told.
pub(crate) fn listens() -> Vec<(&'static str, &'static str)> {
    vec![(CASE_RECEIVED, QUEUE_JOB), (CASE_MOVED, QUEUE_JOB)]
}

fn program() -> Actor {
    Actor::Program(DELIVER_JOB.into())
}

async fn queue(city: &City, payload: Json) -> Result<(), ProcedureError> {
    #[derive(Deserialize)]
    struct Happened {
        case: i64,
        #[serde(default)]
        stage: Option<String>,
    }
    let happened: Happened = serde_json::from_value(payload)?;
    let event = match happened.stage.as_deref() {
        None => DeliveryEvent::Received,
        Some("decided") => DeliveryEvent::Decided,
        Some("withdrawn") => DeliveryEvent::Withdrawn,
        Some(_) => return Ok(()),
    };
    city.write(program(), (happened.case, event), |tx, (case, event)| {
        Box::pin(async move { delivery::queue(tx, *case, *event).await.map(|_| ()) })
    })
    .await
}

/// A case as other systems are told of it, with its answers.
pub(crate) async fn message(city: &City, case: &Case) -> Result<Json, ProcedureError> {
    let key = keys::open(city.db(), city.key()?, case.id).await?;
    let receipt = cases::receipt(city.db(), &key, case.id).await?;
    let contact = cases::contact(city.db(), &key, case.id).await?;
    let given = cases::answers(city.db(), &key, case.id).await?;
    let together = co_applicants::told(city.db(), &key, case.id).await?;
    Ok(json!({
        "case": case.id,
        "receipt": receipt.to_string(),
        "procedure": case.procedure,
        "procedure_version": case.version,
        "department": case.department.as_str(),
        "channel": case.channel.as_str(),
        "stage": case.stage.as_str(),
        "outcome": case.outcome.map(crate::model::case::Outcome::as_str),
        "received_at": case.received_at.to_string(),
        "decided_at": case.decided_at.map(|at| at.to_string()),
        "verified": contact.verified,
        "co_applicants": together,
        "answers": given.into_iter().next().map(|given| given.answers),
    }))
}

/// The signature of a message, as <https://www.standardwebhooks.com> has it: HMAC-SHA256 over id, time and body.
fn signature(secret: &[u8], id: &str, seconds: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    Some(format!(
        "v1,{}",
        STANDARD.encode(mac.finalize().into_bytes())
    ))
}

async fn deliver(city: &City, payload: Json) -> Result<(), JobFailure> {
    let id = payload["delivery"].as_i64().unwrap_or_default();
    let tried = attempt(city, id)
        .await
        .map_err(|error| JobFailure::from_error(&error))?;
    let Some(problem) = tried else {
        return Ok(());
    };
    city.write(program(), (id, problem.clone()), |tx, (id, problem)| {
        Box::pin(delivery::note_try(tx, *id, problem.as_deref()))
    })
    .await
    .map_err(|error: ProcedureError| JobFailure::from_error(&error))?;
    match problem {
        None => Ok(()),
        // The job's own pauses decide when it is tried again.
        Some(problem) => Err(JobFailure(problem)),
    }
}

/// Sends a delivery. None: there was nothing to send. Otherwise why it failed, or that it did not.
async fn attempt(city: &City, id: i64) -> Result<Option<Option<String>>, ProcedureError> {
    let Some(delivery) = delivery::delivery(city.db(), id).await? else {
        return Ok(None);
    };
    let Some(endpoint) = delivery::endpoint(city.db(), delivery.endpoint).await? else {
        return Ok(None);
    };
    if delivery.state == "delivered" || endpoint.active == 0 {
        return Ok(None);
    }
    let case = cases::case(city.db(), delivery.case).await?;
    let mut body = match message(city, &case).await {
        // What was disposed of meanwhile is told no more.
        Err(ProcedureError::Disposed) => return Ok(None),
        body => body?,
    };
    body["event"] = delivery.event.clone().into();
    // Another system reads what somebody wrote: that is a look like any other.
    let department = case.department.as_str().to_owned();
    city.write(
        program(),
        (
            case.id,
            department,
            ViewReason::Webhook(endpoint.name.clone()),
        ),
        |tx, (case, department, reason)| {
            Box::pin(history::record_view(tx, *case, 0, department, reason))
        },
    )
    .await?;
    let body = body.to_string();
    let message_id = format!("delivery-{id}");
    let seconds = city.now().as_second();
    let Some(signature) = signature(&endpoint.secret(city.key()?)?, &message_id, seconds, &body)
    else {
        return Ok(Some(Some("the endpoint has no usable secret".to_owned())));
    };
    Ok(Some(
        send(&endpoint.url, message_id, seconds, signature, body)
            .await
            .err(),
    ))
}

async fn send(
    url: &str,
    id: String,
    seconds: i64,
    signature: String,
    body: String,
) -> Result<(), String> {
    // Never followed elsewhere: a redirect could lead what people wrote to a stranger.
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| error.to_string())?;
    let answer = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature)
        .body(body)
        .send()
        .await
        .map_err(|error| {
            if error.is_timeout() {
                "no answer within 20 seconds".to_owned()
            } else {
                "no connection".to_owned()
            }
        })?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(format!("the other system answered {}", answer.status()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_specification() {
        // The example of the Standard Webhooks libraries: secret, id, time, body and the signature they print.
        let secret = STANDARD
            .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .unwrap_or_default();
        assert_eq!(
            signature(
                &secret,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                "{\"test\": 2432232314}"
            )
            .as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
    }
}
