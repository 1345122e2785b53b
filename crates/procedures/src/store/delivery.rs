//! Telling other systems of cases: who is told, what was delivered, what failed.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{
    AuditEntry, CityKey, Job, Tx,
    sql::{Sql as _, is_unique_violation, list},
};
use yakuba_kernel::DepartmentCode;

use crate::{
    error::ProcedureError,
    store::cases::{self, moment},
};

/// The name of the job that sends one delivery; its payload is `{"line": number}`.
pub const DELIVER_JOB: &str = "procedures.deliver";

/// What happened to a case that other systems are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryEvent {
    /// It was received.
    Received,
    /// Its answers have changed.
    Corrected,
    /// Another department has it now: that department's systems are told.
    HandedOver,
    /// It was decided.
    Decided,
    /// The decision was corrected or revoked: how it stands now is in the case.
    DecisionChanged,
    /// What was decided was handed out or sent.
    Delivered,
    /// The applicant took it back.
    Withdrawn,
}

impl DeliveryEvent {
    /// The name in messages and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Corrected => "corrected",
            Self::HandedOver => "handed_over",
            Self::Decided => "decided",
            Self::DecisionChanged => "decision_changed",
            Self::Delivered => "delivered",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Another system that is told.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Endpoint {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The department whose cases it is told of.
    pub department: String,
    /// Only this procedure's; none: all of the department.
    pub procedure_key: Option<String>,
    /// Where it is told.
    pub url: String,
    /// The secret that signs messages, sealed under the city key.
    pub secret: Vec<u8>,
    /// 1 while it is told; 0: paused.
    pub active: i64,
}

const ENDPOINT: &str = "id, name, department, procedure_key, url, secret, active";

/// What the secret of an endpoint is sealed for.
fn purpose(name: &str) -> String {
    format!("procedures.endpoint/{name}")
}

impl Endpoint {
    /// The secret in the clear.
    ///
    /// # Errors
    /// When the city key is not the one it was sealed under.
    pub fn secret(&self, city: &CityKey) -> Result<Vec<u8>, ProcedureError> {
        Ok(city.open_sealed(&purpose(&self.name), &self.secret)?)
    }
}

/// All endpoints that were not removed, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn endpoints(connection: &impl ConnectionTrait) -> Result<Vec<Endpoint>, ProcedureError> {
    let sql = format!("SELECT {ENDPOINT} FROM procedures_endpoints ORDER BY name");
    Ok(connection.rows(&sql, []).await?)
}

/// All endpoints that there are or were, by name: those of the ledger.
///
/// # Errors
/// When the database does not answer.
pub async fn endpoints_ever(
    connection: &impl ConnectionTrait,
) -> Result<Vec<Endpoint>, ProcedureError> {
    let sql = format!("SELECT {ENDPOINT} FROM procedures_endpoints ORDER BY name");
    Ok(connection.rows(&sql, []).await?)
}

/// An endpoint by its number; none when it was removed.
///
/// # Errors
/// When the database does not answer.
pub async fn endpoint(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Endpoint>, ProcedureError> {
    let sql =
        format!("SELECT {ENDPOINT} FROM procedures_endpoints WHERE id = $1 AND removed_at IS NULL");
    Ok(connection.row(&sql, [id.into()]).await?)
}

/// A system to be told.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Its name.
    pub name: String,
    /// The department whose cases it is told of.
    pub department: DepartmentCode,
    /// Only this procedure's; none: all of the department.
    pub procedure: Option<String>,
    /// Where: an address that begins with `http://` or `https://`.
    pub url: String,
    /// The secret that will sign messages.
    pub secret: Vec<u8>,
    /// Who adds it.
    pub account: i64,
}

/// Adds an endpoint; cases from now on are told.
///
/// # Errors
/// [`ProcedureError::WrongState`] when the name is taken.
pub async fn add_endpoint(
    tx: &Tx,
    city: &CityKey,
    new: &NewEndpoint,
) -> Result<i64, ProcedureError> {
    let made: Result<Option<i64>, _> = tx
        .connection()
        .value(
            "INSERT INTO procedures_endpoints (name, department, procedure_key, url, secret, active, made_at, made_by) \
             VALUES ($1, $2, $3, $4, $5, 1, $6, $7) RETURNING id",
            [
                new.name.as_str().into(),
                new.department.as_str().into(),
                new.procedure.clone().into(),
                new.url.as_str().into(),
                city.seal(&purpose(&new.name), &new.secret)?.into(),
                tx.now().as_microsecond().into(),
                new.account.into(),
            ],
        )
        .await;
    let id = match made {
        Err(error) if is_unique_violation(&error) => {
            return Err(ProcedureError::WrongState("another system has this name"));
        }
        made => made?.unwrap_or_default(),
    };
    tx.audit(
        AuditEntry::new(
            "procedures.add_endpoint",
            format!("procedures/endpoints/{id}"),
        )
        .with(json!({ "name": new.name, "department": new.department.as_str() })),
    );
    Ok(id)
}

/// What of an endpoint is to be another.
#[derive(Debug, Clone)]
pub struct EndpointChange {
    /// Which.
    pub id: i64,
    /// Only this procedure's cases; none: all of the department.
    pub procedure: Option<String>,
    /// Where it is told.
    pub url: String,
    /// The secret that signs messages from now on; none: the same as before.
    pub secret: Option<Vec<u8>>,
}

/// Changes where and of what an endpoint is told, and perhaps its secret. What waits is sent there, and signed by the new secret.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it was removed meanwhile.
pub async fn change_endpoint(
    tx: &Tx,
    city: &CityKey,
    change: &EndpointChange,
) -> Result<(), ProcedureError> {
    let found = endpoint(tx.connection(), change.id)
        .await?
        .ok_or(ProcedureError::WrongState("the system was removed"))?;
    let secret = match &change.secret {
        Some(secret) => city.seal(&purpose(&found.name), secret)?,
        None => found.secret,
    };
    tx.connection()
        .run(
            "UPDATE procedures_endpoints SET procedure_key = $2, url = $3, secret = $4 WHERE id = $1",
            [
                change.id.into(),
                change.procedure.clone().into(),
                change.url.as_str().into(),
                secret.into(),
            ],
        )
        .await?;
    tx.audit(
        AuditEntry::new(
            "procedures.change_endpoint",
            format!("procedures/endpoints/{}", change.id),
        )
        .with(json!({ "secret": change.secret.is_some() })),
    );
    Ok(())
}

/// Takes an endpoint away: nothing is sent to it any more, its secret is forgotten, and its name is free. What it was told stays in the
/// ledger.
///
/// # Errors
/// When the database does not carry it out.
pub async fn remove_endpoint(tx: &Tx, id: i64) -> Result<(), ProcedureError> {
    let Some(found) = endpoint(tx.connection(), id).await? else {
        return Ok(());
    };
    let ending = format!(" #{id}");
    let name: String = found
        .name
        .chars()
        .take(60 - ending.len())
        .chain(ending.chars())
        .collect();
    tx.connection()
        .run(
            "UPDATE procedures_endpoints SET active = 0, removed_at = $2, name = $3, secret = $4 WHERE id = $1",
            [
                id.into(),
                tx.now().as_microsecond().into(),
                name.into(),
                Vec::<u8>::new().into(),
            ],
        )
        .await?;
    tx.audit(AuditEntry::new(
        "procedures.remove_endpoint",
        format!("procedures/endpoints/{id}"),
    ));
    Ok(())
}

/// Pauses an endpoint or lets it go on. What happens while it is paused waits in the ledger, as does what waited or had failed before; it
/// is sent when the endpoint goes on, since the jobs for it ended while it was paused.
///
/// # Errors
/// When the database does not carry it out.
pub async fn set_active(tx: &Tx, id: i64, active: bool) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "UPDATE procedures_endpoints SET active = $2 WHERE id = $1",
            [id.into(), i64::from(active).into()],
        )
        .await?;
    if active {
        for delivery in unsent(tx.connection(), id).await? {
            enqueue_now(tx, delivery).await?;
        }
    }
    tx.audit(
        AuditEntry::new(
            "procedures.set_endpoint",
            format!("procedures/endpoints/{id}"),
        )
        .with(json!({ "active": active })),
    );
    Ok(())
}

/// The deliveries of an endpoint that have not arrived, oldest first.
async fn unsent(
    connection: &impl ConnectionTrait,
    endpoint: i64,
) -> Result<Vec<i64>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Number {
        id: i64,
    }
    let rows: Vec<Number> = connection
        .rows(
            "SELECT id FROM procedures_case_deliveries WHERE endpoint_id = $1 AND state <> 'delivered' ORDER BY id",
            [endpoint.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Writes down for every endpoint that wants it, also for one that is paused, that a case is to be told, with a job for each. Done twice it is done once: `occasion`
/// tells several times of one event apart, such as the number of the corrected answers; 0 for what happens once. How often a case was
/// decided, or ended, is looked up.
///
/// # Errors
/// When the database does not carry it out.
pub async fn queue(
    tx: &Tx,
    case: i64,
    event: DeliveryEvent,
    occasion: i64,
) -> Result<u32, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Number {
        id: i64,
    }
    let found = cases::case(tx.connection(), case).await?;
    let wanting: Vec<Number> = tx
        .connection()
        .rows(
            "SELECT id FROM procedures_endpoints WHERE removed_at IS NULL AND department = $1 \
             AND (procedure_key IS NULL OR procedure_key = $2) ORDER BY id",
            [
                found.department.as_str().into(),
                found.procedure.as_str().into(),
            ],
        )
        .await?;
    // A case whose decision was revoked is decided, and delivered, once more.
    let occasion = match event {
        DeliveryEvent::Decided | DeliveryEvent::Delivered => {
            let revoked: Option<i64> = tx
                .connection()
                .value(
                    "SELECT COUNT(*) FROM procedures_case_past_decisions WHERE case_id = $1 AND ended = 'revoked'",
                    [case.into()],
                )
                .await?;
            revoked.unwrap_or_default()
        }
        // A case that ended in another and then went on after all can end once more.
        DeliveryEvent::Withdrawn => {
            let undone: Option<i64> = tx
                .connection()
                .value(
                    "SELECT COUNT(*) FROM procedures_case_history WHERE case_id = $1 AND what = 'merge_undone'",
                    [case.into()],
                )
                .await?;
            undone.unwrap_or_default()
        }
        _ => occasion,
    };
    let mut queued = 0;
    for endpoint in wanting {
        let made: Option<i64> = tx
            .connection()
            .value(
                "INSERT INTO procedures_case_deliveries (endpoint_id, case_id, event, occasion, state, tries, made_at, changed_at) \
                 VALUES ($1, $2, $3, $5, 'waiting', 0, $4, $4) ON CONFLICT (endpoint_id, case_id, event, occasion) DO NOTHING RETURNING id",
                [
                    endpoint.id.into(),
                    case.into(),
                    event.as_str().into(),
                    tx.now().as_microsecond().into(),
                    occasion.into(),
                ],
            )
            .await?;
        if let Some(id) = made {
            enqueue(tx, id, format!("{DELIVER_JOB}/line/{id}")).await?;
            queued += 1;
        }
    }
    Ok(queued)
}

/// Sends a delivery under a name of the job; under one that is known nothing is sent again.
async fn enqueue(tx: &Tx, delivery: i64, name: String) -> Result<(), ProcedureError> {
    tx.enqueue(Job {
        name: DELIVER_JOB,
        payload: json!({ "line": delivery }),
        not_before: None,
        deduplicate: Some(name),
    })
    .await?;
    Ok(())
}

/// Sends a delivery at once, whatever became of its first job. Not told apart from that one, it would be over with it or wait with it for
/// the next try.
async fn enqueue_now(tx: &Tx, delivery: i64) -> Result<(), ProcedureError> {
    let now = tx.now().as_microsecond();
    enqueue(tx, delivery, format!("{DELIVER_JOB}/line/{delivery}/{now}")).await
}

/// Why a message did not arrive, as the ledger keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendProblem {
    /// Nothing answered in time.
    Timeout,
    /// No connection came about.
    NoConnection,
    /// The secret cannot be used.
    Secret,
    /// The other system answered with this HTTP status.
    Status(u16),
}

impl std::fmt::Display for SendProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Timeout => formatter.write_str("timeout"),
            Self::NoConnection => formatter.write_str("no-connection"),
            Self::Secret => formatter.write_str("secret"),
            Self::Status(status) => write!(formatter, "status-{status}"),
        }
    }
}

impl SendProblem {
    /// Reads what the ledger keeps; none for a sentence of an earlier version.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "timeout" => Some(Self::Timeout),
            "no-connection" => Some(Self::NoConnection),
            "secret" => Some(Self::Secret),
            text => text
                .strip_prefix("status-")
                .and_then(|status| status.parse().ok())
                .map(Self::Status),
        }
    }
}

/// A line of the delivery ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// The number it had when there was another table of them.
    former: Option<i64>,
    /// To whom.
    pub endpoint: i64,
    /// Of which case.
    pub case: i64,
    /// `received`, `corrected`, `handed_over`, `decided`, `decision_changed`, `delivered` or `withdrawn`.
    pub event: String,
    /// `waiting`, `delivered` or `failed`; a failed one is tried again by itself for some hours.
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// Why the last try failed: the name of a [`SendProblem`], or a sentence of an earlier version.
    pub problem: Option<String>,
    /// When the event happened.
    pub made_at: Timestamp,
    /// When its state last changed.
    pub changed_at: Timestamp,
}

impl Delivery {
    /// The message's id, by which the receiver knows one that comes twice.
    pub fn message_id(&self) -> String {
        match self.former {
            Some(former) => format!("delivery-{former}"),
            None => format!("line-{}", self.id),
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    former: Option<i64>,
    endpoint_id: i64,
    case_id: i64,
    event: String,
    state: String,
    tries: i64,
    problem: Option<String>,
    made_at: i64,
    changed_at: i64,
}

impl TryFrom<Row> for Delivery {
    type Error = ProcedureError;

    fn try_from(row: Row) -> Result<Self, ProcedureError> {
        Ok(Self {
            id: row.id,
            former: row.former,
            endpoint: row.endpoint_id,
            case: row.case_id,
            event: row.event,
            state: row.state,
            tries: row.tries,
            problem: row.problem,
            made_at: moment(row.made_at)?,
            changed_at: moment(row.changed_at)?,
        })
    }
}

const DELIVERY: &str =
    "id, former, endpoint_id, case_id, event, state, tries, problem, made_at, changed_at";

/// One delivery.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn delivery(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Delivery>, ProcedureError> {
    let sql = format!("SELECT {DELIVERY} FROM procedures_case_deliveries WHERE id = $1");
    let row: Option<Row> = connection.row(&sql, [id.into()]).await?;
    row.map(Delivery::try_from).transpose()
}

/// One delivery by the number that it had when there was another table of them; jobs that were queued then name it.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn former_delivery(
    connection: &impl ConnectionTrait,
    former: i64,
) -> Result<Option<Delivery>, ProcedureError> {
    let sql = format!("SELECT {DELIVERY} FROM procedures_case_deliveries WHERE former = $1");
    let row: Option<Row> = connection.row(&sql, [former.into()]).await?;
    row.map(Delivery::try_from).transpose()
}

/// The ledger of some endpoints: what failed first, then the newest; at most 200 lines.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn deliveries(
    connection: &impl ConnectionTrait,
    endpoints: &[i64],
) -> Result<Vec<Delivery>, ProcedureError> {
    if endpoints.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {DELIVERY} FROM procedures_case_deliveries WHERE endpoint_id IN ({}) \
         ORDER BY CASE state WHEN 'failed' THEN 0 WHEN 'waiting' THEN 1 ELSE 2 END, id DESC LIMIT 200",
        list(1, endpoints.len())
    );
    let rows: Vec<Row> = connection
        .rows(&sql, endpoints.iter().map(|endpoint| (*endpoint).into()))
        .await?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// Notes how a try went.
///
/// # Errors
/// When the database does not carry it out.
pub async fn note_try(
    tx: &Tx,
    id: i64,
    problem: Option<SendProblem>,
) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "UPDATE procedures_case_deliveries SET state = $2, tries = tries + 1, problem = $3, changed_at = $4 WHERE id = $1",
            [
                id.into(),
                if problem.is_some() { "failed" } else { "delivered" }.into(),
                problem.map(|problem| problem.to_string()).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Sends a failed delivery once more, at once. The tries that follow a failure by themselves go on beside it, and find it delivered.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it has not failed.
pub async fn retry(tx: &Tx, id: i64) -> Result<(), ProcedureError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_case_deliveries SET state = 'waiting', problem = NULL, changed_at = $2 WHERE id = $1 AND state = 'failed'",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if changed == 0 {
        return Err(ProcedureError::WrongState("it has not failed"));
    }
    enqueue_now(tx, id).await?;
    tx.audit(AuditEntry::new(
        "procedures.retry_delivery",
        format!("procedures/deliveries/{id}"),
    ));
    Ok(())
}
