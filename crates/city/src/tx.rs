//! The inside of a write: data, facts, audit lines and jobs that commit together or not at all.

use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, Value};
use serde_json::Value as Json;
use yakuba_kernel::MeasureName;

use crate::{
    audit::{self, Actor, AuditEntry},
    city::Registry,
    clock::date_in_japan,
    error::CityError,
    facts::{self, Fact, FactId, RecountReport, StoredFact, YearTotal},
    files::FileHash,
    jobs::{self, Job},
    measure::MeasureDefinition,
    search::SearchEntry,
    sql::{Sql as _, Together, placeholders},
};

/// A running write. Only [`crate::City::write`] makes one.
pub struct Tx {
    connection: DatabaseTransaction,
    registry: std::sync::Arc<Registry>,
    actor: Actor,
    now: Timestamp,
    /// Written at the very end, so that what other writers wait for is held as short as possible.
    end: Mutex<AtTheEnd>,
    /// What was read once and is needed again.
    read: Mutex<BTreeMap<String, Box<dyn Any + Send>>>,
}

/// What a write keeps for its end.
#[derive(Debug, Default)]
struct AtTheEnd {
    facts: Vec<Fact>,
    rows: Rows,
    sums: facts::Pending,
    jobs: Vec<Job>,
    audit: Vec<AuditEntry>,
}

/// Rows by the beginning of the statement that inserts them.
type Rows = BTreeMap<&'static str, Vec<Vec<Value>>>;

/// So many values are inserted by one statement.
const VALUES_AT_ONCE: usize = 240;

impl std::fmt::Debug for Tx {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Tx")
            .field("actor", &self.actor)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl Tx {
    pub(crate) fn new(
        connection: DatabaseTransaction,
        registry: std::sync::Arc<Registry>,
        actor: Actor,
        now: Timestamp,
    ) -> Self {
        Self {
            connection,
            registry,
            actor,
            now,
            end: Mutex::default(),
            read: Mutex::default(),
        }
    }

    /// The connection inside the transaction, for a service's own statements.
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.connection
    }

    /// The moment of the write: the same for everything in it.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The day of the write in Japan.
    pub fn today(&self) -> Date {
        date_in_japan(self.now)
    }

    /// Who writes.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Records a fact. Returns false when the same fact was recorded before under its idempotency key.
    ///
    /// # Errors
    /// [`CityError::UnknownMeasure`], [`CityError::IdempotencyConflict`], [`CityError::QuantityOverflow`] or the database's.
    pub async fn record(&self, fact: Fact) -> Result<bool, CityError> {
        Ok(self.record_all(&[fact]).await? == 1)
    }

    /// Records many facts at once and returns how many were new. The sums by day and year follow at the end of the write;
    /// within it, [`Tx::year_totals`] knows them.
    ///
    /// # Errors
    /// As [`Tx::record`]; then none of them is recorded.
    pub async fn record_all(&self, facts: &[Fact]) -> Result<u64, CityError> {
        for fact in facts {
            if !self.registry.knows_measure(&fact.measure) {
                return Err(CityError::UnknownMeasure(fact.measure.clone()));
            }
        }
        let (new, sums) =
            facts::append(&self.connection, self.now, &self.actor.to_string(), facts).await?;
        self.end().sums.merge(sums)?;
        Ok(new)
    }

    /// Records a fact at the end of the write, together with others: for those that many are recorded of in one write.
    /// What is wrong with it fails the write then.
    ///
    /// # Errors
    /// [`CityError::UnknownMeasure`].
    pub fn record_at_the_end(&self, fact: Fact) -> Result<(), CityError> {
        if !self.registry.knows_measure(&fact.measure) {
            return Err(CityError::UnknownMeasure(fact.measure));
        }
        self.end().facts.push(fact);
        Ok(())
    }

    /// Records now what was to be recorded at the end: before facts are read in this write.
    ///
    /// # Errors
    /// As [`Tx::record`].
    pub async fn record_what_was_kept(&self) -> Result<(), CityError> {
        let facts = std::mem::take(&mut self.end().facts);
        if !facts.is_empty() {
            self.record_all(&facts).await?;
        }
        Ok(())
    }

    /// Inserts a row at the end of the write, together with others of its kind. `insert` is the statement up to and with `VALUES`.
    /// Nothing in the write may read it.
    pub fn insert_at_the_end(&self, insert: &'static str, row: Vec<Value>) {
        self.end().rows.entry(insert).or_default().push(row);
    }

    /// What was remembered in this write under a name.
    pub fn remembered<T: Clone + 'static>(&self, name: &str) -> Option<T> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.get(name)
            .and_then(|value| value.downcast_ref::<T>())
            .cloned()
    }

    /// Remembers what was read until the end of the write, or until [`Tx::forget`]: whoever changes it says so.
    pub fn remember<T: Clone + Send + 'static>(&self, name: String, value: T) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(name, Box::new(value));
    }

    /// Forgets what was remembered under a name, because it was changed.
    pub fn forget(&self, name: &str) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.remove(name);
    }

    /// The yearly sums of some measures, with the facts that this write has recorded itself.
    ///
    /// # Errors
    /// [`CityError::QuantityOverflow`] or the database's.
    pub async fn year_totals(&self, measures: &[MeasureName]) -> Result<Vec<YearTotal>, CityError> {
        self.add_up().await?;
        Ok(facts::year_totals(&self.connection, measures).await?)
    }

    /// Adds what was recorded so far to the roll-ups.
    async fn add_up(&self) -> Result<(), CityError> {
        self.record_what_was_kept().await?;
        let sums = std::mem::take(&mut self.end().sums);
        let mut together = Together::new();
        sums.write(self.connection.get_database_backend(), &mut together);
        if !together.is_empty() {
            audit::hold_end(&self.connection).await?;
            together.run(&self.connection).await?;
        }
        Ok(())
    }

    fn end(&self) -> std::sync::MutexGuard<'_, AtTheEnd> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a fact back by a fact of the opposite sign. Record the right one afterwards.
    ///
    /// # Errors
    /// [`CityError::NotCorrectable`] when there is no such fact or it was taken back before.
    pub async fn take_back(&self, fact: FactId) -> Result<StoredFact, CityError> {
        self.add_up().await?;
        audit::hold_end(&self.connection).await?;
        facts::take_back(&self.connection, self.now, &self.actor.to_string(), fact).await
    }

    /// Notes the outcome of a recount, for the data-quality badge.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_recount(&self, report: &RecountReport) -> Result<(), CityError> {
        self.connection
            .run(
                "INSERT INTO recounts (at, facts, differences) VALUES ($1, $2, $3)",
                [
                    self.now.as_microsecond().into(),
                    report.facts.into(),
                    i64::try_from(report.differences.len())
                        .unwrap_or(i64::MAX)
                        .into(),
                ],
            )
            .await?;
        Ok(())
    }

    /// The times that a service gives away; none when no service does.
    pub fn slots(&self) -> Option<&'static dyn crate::Slots> {
        self.registry.slots()
    }

    /// The things due at places that a service knows of; none when no service does.
    pub fn errands(&self) -> Option<&'static dyn crate::Errands> {
        self.registry.errands()
    }

    /// Adds a line to the audit log, by the actor of this write.
    pub fn audit(&self, entry: AuditEntry) {
        self.end().audit.push(entry);
    }

    /// Enqueues a job that runs after the commit. It goes to the database at the end of the write.
    ///
    /// # Errors
    /// None today.
    #[expect(
        clippy::unused_async,
        reason = "like every other step of a write, whatever it waits for"
    )]
    pub async fn enqueue(&self, job: Job) -> Result<(), CityError> {
        self.end().jobs.push(job);
        Ok(())
    }

    /// Tells other services that something happened: each that listens gets a job of its own.
    ///
    /// # Errors
    /// The database's.
    pub async fn emit(&self, event: &'static str, payload: Json) -> Result<(), CityError> {
        for job in self.registry.listeners(event) {
            let job = Job {
                name: job,
                payload: payload.clone(),
                not_before: None,
                deduplicate: None,
            };
            self.enqueue(job).await?;
        }
        Ok(())
    }

    /// Puts something into the search, replacing what stood under the same service and key.
    ///
    /// # Errors
    /// The database's.
    pub async fn index(&self, entry: &SearchEntry) -> Result<(), CityError> {
        use yakuba_kernel::text::normalise_for_search;
        let folded_title = normalise_for_search(&entry.title);
        let folded = format!("{folded_title} {}", normalise_for_search(&entry.body));
        self.connection
            .run(
                "INSERT INTO search_entries (service, key, title, body, url, public, folded_title, folded)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                 ON CONFLICT (service, key) DO UPDATE SET title = excluded.title, body = excluded.body,
                   url = excluded.url, public = excluded.public, folded_title = excluded.folded_title,
                   folded = excluded.folded",
                [
                    entry.service.into(),
                    entry.key.clone().into(),
                    entry.title.clone().into(),
                    entry.body.clone().into(),
                    entry.url.clone().into(),
                    i64::from(entry.public).into(),
                    folded_title.into(),
                    folded.into(),
                ],
            )
            .await?;
        Ok(())
    }

    /// Takes everything whose key begins with `prefix` out of the search.
    ///
    /// # Errors
    /// The database's.
    pub async fn unindex(&self, service: &'static str, prefix: &str) -> Result<(), CityError> {
        self.connection
            .run(
                r"DELETE FROM search_entries WHERE service = $1 AND key LIKE $2 ESCAPE '\'",
                [
                    service.into(),
                    format!("{}%", crate::sql::escape_like(prefix)).into(),
                ],
            )
            .await?;
        Ok(())
    }

    /// Keeps a file and returns the name it can be read under.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_file(&self, contents: &[u8]) -> Result<FileHash, CityError> {
        let hash = FileHash::of(contents);
        self.connection
            .run(
                "INSERT INTO files (hash, contents, kept_at) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
                [hash.as_str().into(), contents.to_vec().into(), self.now.as_microsecond().into()],
            )
            .await?;
        Ok(hash)
    }

    /// Sets a setting of the city.
    ///
    /// # Errors
    /// The database's.
    pub async fn set(&self, name: &str, value: &str) -> Result<(), CityError> {
        self.connection
            .run(
                "INSERT INTO settings (name, value) VALUES ($1, $2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [name.into(), value.into()],
            )
            .await?;
        Ok(())
    }

    /// Registers a measure for facts of another system, or changes its names.
    /// It is known to this and every later write of this process at once, to other nodes after their next start or refresh.
    ///
    /// # Errors
    /// The database's.
    pub async fn register_measure(&self, measure: &MeasureDefinition) -> Result<(), CityError> {
        self.connection
            .run(
                "INSERT INTO measures (name, kind, unit, name_ja, name_en) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, unit = excluded.unit,
                   name_ja = excluded.name_ja, name_en = excluded.name_en",
                [
                    measure.name.as_str().into(),
                    measure.kind.as_str().into(),
                    measure.unit.clone().into(),
                    measure.name_ja.clone().into(),
                    measure.name_en.clone().into(),
                ],
            )
            .await?;
        self.registry.add_measure(measure.clone());
        Ok(())
    }

    /// Writes what was kept for the end and gives the connection back for commit or rollback.
    pub(crate) async fn finish(self) -> (DatabaseTransaction, Result<(), CityError>) {
        if let Err(error) = self.record_what_was_kept().await {
            return (self.connection, Err(error));
        }
        let AtTheEnd {
            facts: _,
            rows,
            sums,
            jobs,
            audit,
        } = self
            .end
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut kept = Together::new();
        let backend = self.connection.get_database_backend();
        insert(rows, &mut kept);
        sums.write(backend, &mut kept);
        jobs::enqueue(self.now, &jobs, backend, &mut kept);
        let outcome = audit::append(&self.connection, self.now, &self.actor, audit, kept).await;
        (self.connection, outcome)
    }

    pub(crate) fn into_connection(self) -> DatabaseTransaction {
        self.connection
    }
}

/// Adds the statements that insert rows, many at once.
fn insert(rows: Rows, together: &mut Together) {
    for (insert, rows) in rows {
        let columns = rows.first().map_or(1, Vec::len).max(1);
        for part in rows.chunks((VALUES_AT_ONCE / columns).max(1)) {
            together.add(
                format!("{insert} {}", placeholders(part.len(), columns)),
                part.iter().flatten().cloned(),
            );
        }
    }
}
