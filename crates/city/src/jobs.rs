//! Work done after the answer: reminders, recounts, calls to other systems.
//!
//! A job is enqueued in the transaction that makes it necessary. It is carried out at least once,
//! tried again with growing pauses, and set aside for a person after the last try.

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult};
use serde_json::Value as Json;

use crate::{
    City,
    audit::Actor,
    error::CityError,
    sql::{MOST_VALUES, Sql as _, Together, placeholders_and},
};

/// What a kind of job does with its payload.
pub type JobWork =
    Arc<dyn Fn(City, Json) -> BoxFuture<'static, Result<(), JobFailure>> + Send + Sync>;

/// A kind of job and how it is done.
#[derive(Clone)]
pub struct JobKind {
    /// Its name, such as `plan.remind`.
    pub name: &'static str,
    /// Enqueued by itself once a day.
    pub daily: bool,
    /// Carries it out; must bear being carried out twice.
    pub run: JobWork,
}

impl std::fmt::Debug for JobKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("JobKind")
            .field("name", &self.name)
            .field("daily", &self.daily)
            .finish_non_exhaustive()
    }
}

impl JobKind {
    /// A job carried out on demand.
    pub fn new<F, Done>(name: &'static str, run: F) -> Self
    where
        F: Fn(City, Json) -> Done + Send + Sync + 'static,
        Done: Future<Output = Result<(), JobFailure>> + Send + 'static,
    {
        Self {
            name,
            daily: false,
            run: Arc::new(move |city, payload| Box::pin(run(city, payload))),
        }
    }

    /// The same job, but enqueued by itself once a day.
    #[must_use]
    pub fn every_day(mut self) -> Self {
        self.daily = true;
        self
    }
}

/// Why a job failed, for the log and the list of failed jobs; nothing personal.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JobFailure(pub String);

impl JobFailure {
    /// Keeps the sentence of any error.
    pub fn from_error(error: &(impl std::fmt::Display + ?Sized)) -> Self {
        Self(error.to_string())
    }
}

/// A job to be enqueued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The kind's name.
    pub name: &'static str,
    /// What the kind needs to know: ids, nothing personal.
    pub payload: Json,
    /// Not before this moment; none: at once.
    pub not_before: Option<Timestamp>,
    /// While a job with this key waits, another with the same key is not enqueued.
    pub deduplicate: Option<String>,
}

/// A job in the queue.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct QueuedJob {
    /// Its number.
    pub id: i64,
    /// The kind's name.
    pub name: String,
    /// JSON text.
    pub payload: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it may run next, in microseconds since 1970.
    pub run_at: i64,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

/// Tries before a job is given up.
const TRIES: i64 = 8;
/// A claimed job whose worker died is taken up again after this time.
const CLAIM: SignedDuration = SignedDuration::from_mins(10);

/// What puts jobs into the queue.
pub(crate) fn enqueue(now: Timestamp, jobs: &[Job], backend: DbBackend, together: &mut Together) {
    const COLUMNS: usize = 5;
    // All that fit: they are numbered in their order.
    for chunk in jobs.chunks(MOST_VALUES / COLUMNS) {
        let mut values = Vec::with_capacity(chunk.len() * COLUMNS);
        for job in chunk {
            let run_at = job.not_before.unwrap_or(now);
            values.extend([
                job.name.into(),
                job.payload.to_string().into(),
                job.deduplicate.clone().into(),
                run_at.as_microsecond().into(),
                now.as_microsecond().into(),
            ]);
        }
        let rows = placeholders_and(backend, chunk.len(), COLUMNS, ", 'waiting', 0");
        together.add(
            format!(
                "INSERT INTO jobs (name, payload, deduplicate, run_at, enqueued_at, state, attempts)
                 VALUES {rows} ON CONFLICT DO NOTHING"
            ),
            values,
        );
    }
}

/// Carries out every job whose time has come, one after the other, and returns how many were tried.
///
/// # Errors
/// When the queue itself cannot be read or written; a failing job is no error here.
pub async fn run_due_jobs(city: &City) -> Result<u32, CityError> {
    enqueue_daily(city).await?;
    let mut tried = 0;
    while let Some(job) = claim(city).await? {
        tried += 1;
        let kind = city.job_kinds().find(|kind| kind.name == job.name);
        let outcome = match kind {
            Some(kind) => match serde_json::from_str(&job.payload) {
                Ok(payload) => (kind.run)(city.clone(), payload).await,
                Err(error) => Err(JobFailure::from_error(&error)),
            },
            None => Err(JobFailure(format!(
                "no service carries out jobs named {}",
                job.name
            ))),
        };
        if let Err(failure) = &outcome {
            tracing::warn!(job = job.name, number = job.id, attempt = job.attempts, %failure, "a job failed");
        }
        settle(city, job, outcome).await?;
    }
    Ok(tried)
}

async fn enqueue_daily(city: &City) -> Result<(), CityError> {
    let today = city.today();
    let daily: Vec<&'static str> = city
        .job_kinds()
        .filter(|kind| kind.daily)
        .map(|kind| kind.name)
        .collect();
    for name in daily {
        let key = format!("{name}:{today}");
        let known: Option<i64> = city
            .db()
            .value(
                "SELECT id FROM jobs WHERE deduplicate = $1",
                [key.clone().into()],
            )
            .await?;
        if known.is_none() {
            let job = Job {
                name,
                payload: Json::Null,
                not_before: None,
                deduplicate: Some(key),
            };
            city.write(Actor::Program("jobs".into()), job, |tx, job| {
                Box::pin(tx.enqueue(job.clone()))
            })
            .await?;
        }
    }
    Ok(())
}

async fn claim(city: &City) -> Result<Option<QueuedJob>, CityError> {
    let due =
        "SELECT id FROM jobs WHERE state = 'waiting' AND run_at <= $1 ORDER BY run_at, id LIMIT 1";
    // Most looks find nothing: they must not take the write door.
    let waiting: Option<i64> = city
        .db()
        .value(due, [city.now().as_microsecond().into()])
        .await?;
    if waiting.is_none() {
        return Ok(None);
    }
    city.write(Actor::Program("jobs".into()), (), |tx, ()| {
        Box::pin(async move {
            let lock = if crate::database::is_sqlite(tx.connection()) {
                ""
            } else {
                " FOR UPDATE SKIP LOCKED"
            };
            let job: Option<QueuedJob> = tx
                .connection()
                .row(
                    &format!(
                        "UPDATE jobs SET attempts = attempts + 1, run_at = $2
                         WHERE id = (SELECT id FROM jobs WHERE state = 'waiting' AND run_at <= $1
                                     ORDER BY run_at, id LIMIT 1{lock})
                         RETURNING id, name, payload, attempts, run_at, last_error"
                    ),
                    [
                        tx.now().as_microsecond().into(),
                        (tx.now() + CLAIM).as_microsecond().into(),
                    ],
                )
                .await?;
            Ok::<_, CityError>(job)
        })
    })
    .await
}

async fn settle(
    city: &City,
    job: QueuedJob,
    outcome: Result<(), JobFailure>,
) -> Result<(), CityError> {
    city.write(Actor::Program("jobs".into()), (job, outcome), |tx, (job, outcome)| {
        Box::pin(async move {
            match outcome {
                Ok(()) => {
                    tx.connection()
                        .run(
                            "UPDATE jobs SET state = 'done', last_error = NULL, finished_at = $2 WHERE id = $1",
                            [job.id.into(), tx.now().as_microsecond().into()],
                        )
                        .await?;
                }
                Err(failure) => {
                    let state = if job.attempts >= TRIES { "dead" } else { "waiting" };
                    // 1, 2, 4 … minutes.
                    let pause = SignedDuration::from_mins(1 << job.attempts.clamp(1, TRIES).saturating_sub(1));
                    tx.connection()
                        .run(
                            "UPDATE jobs SET state = $2, last_error = $3, run_at = $4 WHERE id = $1",
                            [
                                job.id.into(),
                                state.into(),
                                failure.to_string().into(),
                                (tx.now() + pause).as_microsecond().into(),
                            ],
                        )
                        .await?;
                }
            }
            Ok::<_, CityError>(())
        })
    })
    .await
}

const QUEUED: &str =
    "SELECT id, name, payload, attempts, run_at, last_error FROM jobs WHERE state = $1 ORDER BY id";

/// Jobs that wait for their time or their next try.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting_jobs(connection: &impl ConnectionTrait) -> Result<Vec<QueuedJob>, DbErr> {
    connection.rows(QUEUED, ["waiting".into()]).await
}

/// Jobs that were given up and wait for a person.
///
/// # Errors
/// When the database does not answer.
pub async fn dead_jobs(connection: &impl ConnectionTrait) -> Result<Vec<QueuedJob>, DbErr> {
    connection.rows(QUEUED, ["dead".into()]).await
}
