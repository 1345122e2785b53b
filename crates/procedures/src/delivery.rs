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
        cases::{
            self, CASE_ANSWERS_ENTERED, CASE_CORRECTED, CASE_DECISION_CHANGED, CASE_GOES_ON,
            CASE_MOVED, CASE_RECEIVED, Case,
        },
        casework::CASE_HANDED_OVER,
        co_applicants,
        delivery::{self, DELIVER_JOB, Delivery, DeliveryEvent, Endpoint, SendProblem},
        files::{self, UseFor},
        history::{self, ViewReason},
        keys,
    },
};

/// The job that finds out who is to be told of a case.
const QUEUE_JOB: &str = "procedures.queue_deliveries";
/// Likewise, of a case whose answers have changed.
const QUEUE_CORRECTED_JOB: &str = "procedures.queue_corrected";
/// Likewise, of a case that another department has now.
const QUEUE_HANDED_OVER_JOB: &str = "procedures.queue_handed_over";
/// Likewise, of a case whose decision was corrected or revoked.
const QUEUE_DECISION_CHANGED_JOB: &str = "procedures.queue_decision_changed";
/// Likewise, of a case that goes on after it had ended in another.
const QUEUE_GOES_ON_JOB: &str = "procedures.queue_goes_on";
/// How long another system may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The jobs of deliveries.
pub(crate) fn jobs() -> Vec<JobKind> {
    vec![
        queue_job(QUEUE_JOB, |happened| {
            Some(match happened.stage.as_deref() {
                None => DeliveryEvent::Received,
                Some("decided") => DeliveryEvent::Decided,
                Some("delivered") => DeliveryEvent::Delivered,
                Some("withdrawn") => DeliveryEvent::Withdrawn,
                Some(_) => return None,
            })
        }),
        queue_job(QUEUE_CORRECTED_JOB, |_| Some(DeliveryEvent::Corrected)),
        queue_job(QUEUE_HANDED_OVER_JOB, |_| Some(DeliveryEvent::HandedOver)),
        queue_job(QUEUE_DECISION_CHANGED_JOB, |_| {
            Some(DeliveryEvent::DecisionChanged)
        }),
        queue_job(QUEUE_GOES_ON_JOB, |_| Some(DeliveryEvent::Received)),
        JobKind::new(DELIVER_JOB, |city, payload| async move {
            deliver(&city, payload).await
        }),
    ]
}

/// The events that may have to be told.
pub(crate) fn listens() -> Vec<(&'static str, &'static str)> {
    vec![
        (CASE_RECEIVED, QUEUE_JOB),
        (CASE_MOVED, QUEUE_JOB),
        (CASE_CORRECTED, QUEUE_CORRECTED_JOB),
        (CASE_ANSWERS_ENTERED, QUEUE_CORRECTED_JOB),
        (CASE_HANDED_OVER, QUEUE_HANDED_OVER_JOB),
        (CASE_DECISION_CHANGED, QUEUE_DECISION_CHANGED_JOB),
        (CASE_GOES_ON, QUEUE_GOES_ON_JOB),
    ]
}

fn program() -> Actor {
    Actor::Program(DELIVER_JOB.into())
}

/// What happened to a case.
#[derive(Deserialize)]
struct Happened {
    case: i64,
    #[serde(default)]
    stage: Option<String>,
    /// Which time, for what can happen several times.
    #[serde(default)]
    occasion: i64,
}

/// The job that finds out who is to be told; `event` says of what, or that it is told to nobody.
fn queue_job(name: &'static str, event: fn(&Happened) -> Option<DeliveryEvent>) -> JobKind {
    JobKind::new(name, move |city, payload| async move {
        queue(&city, payload, event)
            .await
            .map_err(|error| JobFailure::from_error(&error))
    })
}

async fn queue(
    city: &City,
    payload: Json,
    event: fn(&Happened) -> Option<DeliveryEvent>,
) -> Result<(), ProcedureError> {
    let happened: Happened = serde_json::from_value(payload)?;
    let Some(event) = event(&happened) else {
        return Ok(());
    };
    // Events of stages name no occasion: it is 0, or looked up.
    let input = (happened.case, event, happened.occasion);
    city.write(program(), input, |tx, (case, event, occasion)| {
        Box::pin(async move {
            delivery::queue(tx, *case, *event, *occasion)
                .await
                .map(|_| ())
        })
    })
    .await
}

/// A case as other systems are told of it, with its answers. Its files are named in the answers; a system that may fetch gets them at
/// `files[].path`.
pub(crate) async fn message(city: &City, case: &Case) -> Result<Json, ProcedureError> {
    let key = keys::open(city.db(), city.key()?, case.id).await?;
    let receipt = cases::receipt(city.db(), &key, case.id).await?;
    let contact = cases::contact(city.db(), &key, case.id).await?;
    let given = cases::answers(city.db(), &key, case.id).await?;
    let together = co_applicants::told(city.db(), &key, case.id).await?;
    let files: Vec<Json> = files::list(city.db(), &key, case.id, UseFor::Answer)
        .await?
        .into_iter()
        .map(|(file, about, bytes)| {
            json!({
                "path": format!("/api/procedures/cases/{}/files/{file}", case.id),
                "key": file,
                "name": about.name,
                "media_type": about.media_type,
                "bytes": bytes,
            })
        })
        .collect();
    Ok(json!({
        "case": case.id,
        "receipt": receipt.to_string(),
        "procedure": case.procedure,
        "procedure_version": case.version,
        "department": case.department.as_str(),
        "channel": case.channel.as_str(),
        "stage": case.stage.as_str(),
        "merged_into": case.merged_into,
        "outcome": case.outcome.map(crate::model::case::Outcome::as_str),
        "received_at": case.received_at.to_string(),
        "decided_at": case.decided_at.map(|at| at.to_string()),
        "verified": contact.verified,
        "agent": contact.agent.map(|agent| json!({
            "name": agent.name,
            "relation": agent.relation,
            "phone": agent.phone,
            "has_mandate": agent.mandate.is_some(),
        })),
        "co_applicants": together,
        "files": files,
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
    let failed = |error: ProcedureError| JobFailure::from_error(&error);
    let found = if let Some(id) = payload["line"].as_i64() {
        delivery::delivery(city.db(), id).await.map_err(failed)?
    } else {
        // A job that an earlier version queued.
        let former = payload["delivery"].as_i64().unwrap_or_default();
        delivery::former_delivery(city.db(), former)
            .await
            .map_err(failed)?
    };
    let Some(found) = found else {
        return Ok(());
    };
    let Some(problem) = attempt(city, &found).await.map_err(failed)? else {
        return Ok(());
    };
    city.write(program(), (found.id, problem), |tx, (id, problem)| {
        Box::pin(delivery::note_try(tx, *id, *problem))
    })
    .await
    .map_err(|error: ProcedureError| JobFailure::from_error(&error))?;
    match problem {
        None => Ok(()),
        // The job's own pauses decide when it is tried again.
        Some(problem) => Err(JobFailure(problem.to_string())),
    }
}

/// Sends a delivery. None: there was nothing to send. Otherwise why it failed, or that it did not.
async fn attempt(
    city: &City,
    delivery: &Delivery,
) -> Result<Option<Option<SendProblem>>, ProcedureError> {
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
    Ok(Some(
        send(city, &endpoint, delivery.message_id(), &body)
            .await?
            .err(),
    ))
}

/// Sends a message about nothing, to see whether it arrives.
pub(crate) async fn try_out(
    city: &City,
    endpoint: &Endpoint,
) -> Result<Result<(), SendProblem>, ProcedureError> {
    let id = format!("test-{}", city.now().as_microsecond());
    send(city, endpoint, id, &json!({ "event": "test" })).await
}

async fn send(
    city: &City,
    endpoint: &Endpoint,
    id: String,
    body: &Json,
) -> Result<Result<(), SendProblem>, ProcedureError> {
    let body = body.to_string();
    let seconds = city.now().as_second();
    let Some(signature) = signature(&endpoint.secret(city.key()?)?, &id, seconds, &body) else {
        return Ok(Err(SendProblem::Secret));
    };
    // Never followed elsewhere: a redirect could lead what people wrote to a stranger.
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let Ok(client) = client else {
        return Ok(Err(SendProblem::NoConnection));
    };
    let answer = client
        .post(&endpoint.url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature)
        .body(body)
        .send()
        .await;
    Ok(match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(SendProblem::Status(answer.status().as_u16())),
        Err(error) if error.is_timeout() => Err(SendProblem::Timeout),
        Err(_) => Err(SendProblem::NoConnection),
    })
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
