//! The inventory in the database, and the facts that follow from it.
//!
//! What the facts of an entry add up to is a function of what is kept ([`ledger`]); every change writes the difference.

mod import;
mod reading;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sea_orm::{ConnectionTrait, DbBackend, Value};
use serde_json::json;
use yakuba_city::{
    AuditEntry, CityError, Fact, JAPAN, Tx,
    sql::{Sql as _, is_unique_violation},
};
use yakuba_kernel::{Channel, Quantity, Subject};

use crate::{
    error::ProcedureError,
    model::inventory::{
        Counts, Entry, EntryProblem, Ledger, Listed, Period, applications_measure, ledger,
    },
};

pub use import::{Difference, FieldChange, ImportPreview, RowNote, commit_import, preview_import};
pub use reading::{entries, entry, imbalances, linked_to};

/// A count that somebody typed: the entry's number, the period, the channel, and the count or nothing.
pub type TypedCount = (String, Period, Channel, Option<u32>);

/// Adds an entry to the inventory with what was counted so far.
///
/// # Errors
/// [`ProcedureError::Inventory`] when it cannot stand or its number or procedure is taken.
pub async fn add_entry(tx: &Tx, entry: &Entry, counts: &Counts) -> Result<(), ProcedureError> {
    check(tx, entry).await?;
    hold_back_applications(tx, &entry.number, entry.procedure_key.as_deref()).await?;
    insert(tx, entry).await?;
    write_counts(tx, &entry.number, &Counts::default(), counts).await?;
    let received = reading::received_for(tx.connection(), entry.procedure_key.as_deref()).await?;
    let stands = ledger(entry, counts, &received);
    record(tx, &entry.number, &Ledger::new(), &stands).await?;
    audit(tx, "procedures.inventory_add", &entry.number);
    Ok(())
}

/// Changes an entry, and its counts when they are given; its number stays. `revision` is that of the entry as it was read.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`]; [`ProcedureError::Inventory`] when it cannot stand.
pub async fn change_entry(
    tx: &Tx,
    entry: &Entry,
    counts: Option<&Counts>,
    revision: i64,
) -> Result<(), ProcedureError> {
    check(tx, entry).await?;
    lock(tx, &entry.number, Some(revision)).await?;
    hold_back_applications(tx, &entry.number, entry.procedure_key.as_deref()).await?;
    let old = reading::entry(tx.connection(), &entry.number)
        .await?
        .ok_or(ProcedureError::ChangedMeanwhile)?;
    rewrite(tx, &old, entry, counts.unwrap_or(&old.counts)).await?;
    audit(tx, "procedures.inventory_change", &entry.number);
    Ok(())
}

/// Saves counts that were typed for several entries, all in one write, and records the differences as facts.
/// Returns how many counts changed.
///
/// # Errors
/// [`ProcedureError::NoSuchEntry`].
pub async fn save_counts(tx: &Tx, typed: &[TypedCount]) -> Result<usize, ProcedureError> {
    let mut by_entry: BTreeMap<&str, Vec<&TypedCount>> = BTreeMap::new();
    for count in typed {
        by_entry.entry(&count.0).or_default().push(count);
    }
    let mut changed = 0;
    for (number, typed) in by_entry {
        lock(tx, number, None).await?;
        hold_back_applications(tx, number, None).await?;
        let old = entry(tx.connection(), number)
            .await?
            .ok_or_else(|| ProcedureError::NoSuchEntry(number.to_owned()))?;
        let mut counts = old.counts.clone();
        for (_, period, channel, count) in typed {
            if counts.get(*period, *channel) != *count {
                counts.set(*period, *channel, *count);
                changed += 1;
            }
        }
        if counts != old.counts {
            let entry = old.entry.clone();
            rewrite(tx, &old, &entry, &counts).await?;
        }
    }
    if changed > 0 {
        tx.audit(
            AuditEntry::new("procedures.inventory_counts", "procedures/inventory")
                .with(json!({ "counts": changed })),
        );
    }
    Ok(changed)
}

/// Records a fact of [`RECEIVED`](crate::capabilities::RECEIVED) and, when the inventory has an entry linked to its procedure, the
/// same application under the entry's number. Everything that receives applications calls this, after a statement with
/// `holding_links`.
///
/// # Errors
/// The database's.
pub async fn record_received(tx: &Tx, received: Fact) -> Result<(), ProcedureError> {
    let mut facts = Vec::with_capacity(2);
    if let Some(procedure) = &received.subject
        && let Some(entry) = linked_to(tx.connection(), procedure.as_str()).await?
        && let Ok(subject) = Subject::new(entry.number.as_str())
    {
        facts.push(Fact {
            measure: applications_measure(&entry),
            department: Some(entry.department),
            subject: Some(subject),
            idempotency_key: None,
            ..received.clone()
        });
    }
    facts.push(received);
    tx.record_all(&facts).await?;
    Ok(())
}

async fn check(tx: &Tx, entry: &Entry) -> Result<(), ProcedureError> {
    if let Some(problem) = entry.problems(tx.today()).first() {
        return Err(ProcedureError::Inventory(*problem));
    }
    let known: Option<i64> = tx
        .connection()
        .value(
            "SELECT COUNT(*) FROM departments WHERE code = $1",
            [entry.department.as_str().into()],
        )
        .await?;
    if known.unwrap_or(0) == 0 {
        return Err(ProcedureError::Inventory(EntryProblem::Department));
    }
    Ok(())
}

/// Holds the entry against other writes until the end of this one.
async fn lock(tx: &Tx, number: &str, revision: Option<i64>) -> Result<(), ProcedureError> {
    let connection = tx.connection();
    let found = match revision {
        Some(revision) => {
            connection
                .run(
                    "UPDATE procedures_inventory SET revision = revision + 1 WHERE number = $1 AND revision = $2",
                    [number.into(), revision.into()],
                )
                .await?
        }
        None => {
            connection
                .run(
                    "UPDATE procedures_inventory SET revision = revision + 1 WHERE number = $1",
                    [number.into()],
                )
                .await?
        }
    };
    match (found, revision) {
        (0, Some(_)) => Err(ProcedureError::ChangedMeanwhile),
        (0, None) => Err(ProcedureError::NoSuchEntry(number.to_owned())),
        _ => Ok(()),
    }
}

/// What PostgreSQL's advisory lock of a procedure is called: in this city, by the procedure's key. There need be no row of the procedure yet.
fn lock_of(column: &str) -> String {
    format!("hashtextextended(current_schema() || '/procedures.received/' || {column}, 0)")
}

/// Holds back applications for the procedure an entry is or will be linked to, until the end of this write: what was received so
/// far is counted under the entry now, and what comes later counts itself, so none may come in between.
///
/// On SQLite there is one writer anyway. On PostgreSQL it is a lock by the procedure's key, because an entry may name a procedure
/// before that is made; applications share it ([`holding_links`]) and so do not wait for each other.
async fn hold_back_applications(
    tx: &Tx,
    number: &str,
    procedure: Option<&str>,
) -> Result<(), ProcedureError> {
    let connection = tx.connection();
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let sql = format!(
        "SELECT pg_advisory_xact_lock({}) FROM \
           (SELECT key FROM (SELECT CAST($1 AS TEXT) AS key \
              UNION SELECT procedure_key FROM procedures_inventory WHERE number = $2) AS linked \
            WHERE key IS NOT NULL ORDER BY key OFFSET 0) AS in_order",
        lock_of("key")
    );
    connection
        .run(&sql, [procedure.into(), number.into()])
        .await?;
    Ok(())
}

/// What a statement that inserts an application returns besides, with its comma: it waits until no entry is being linked to the
/// procedure in `column` or taken apart from it, and lets none be until the end of the write. A statement after it sees what was linked.
pub(super) fn holding_links(connection: &impl ConnectionTrait, column: &str) -> String {
    match connection.get_database_backend() {
        DbBackend::Postgres => format!(", pg_advisory_xact_lock_shared({})", lock_of(column)),
        _ => String::new(),
    }
}

/// Writes what changed of an entry that is locked, and its facts.
async fn rewrite(
    tx: &Tx,
    old: &Listed,
    entry: &Entry,
    counts: &Counts,
) -> Result<(), ProcedureError> {
    let connection = tx.connection();
    if old.entry != *entry {
        let columns: Vec<String> = COLUMNS
            .iter()
            .zip(2..)
            .map(|(column, place)| format!("{column} = ${place}"))
            .collect();
        let sql = format!(
            "UPDATE procedures_inventory SET {} WHERE number = $1",
            columns.join(", ")
        );
        let mut given = vec![Value::from(entry.number.as_str())];
        given.extend(values(tx, entry));
        let written = connection.run(&sql, given).await;
        taken(written)?;
    }
    write_counts(tx, &entry.number, &old.counts, counts).await?;
    let received = if old.entry.procedure_key == entry.procedure_key {
        old.received.clone()
    } else {
        reading::received_for(connection, entry.procedure_key.as_deref()).await?
    };
    let before = ledger(&old.entry, &old.counts, &old.received);
    let after = ledger(entry, counts, &received);
    record(tx, &entry.number, &before, &after).await
}

async fn write_counts(
    tx: &Tx,
    number: &str,
    old: &Counts,
    new: &Counts,
) -> Result<(), ProcedureError> {
    for (period, channel, count) in new.iter() {
        if old.get(period, channel) == Some(count) {
            continue;
        }
        tx.connection()
            .run(
                "INSERT INTO procedures_counts (number, fiscal_year, period, channel, count) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (number, period, channel) DO UPDATE SET count = excluded.count",
                [
                    number.into(),
                    i64::from(period.year.year()).into(),
                    period.code().into(),
                    channel.as_str().into(),
                    i64::from(count).into(),
                ],
            )
            .await?;
    }
    for (period, channel, _) in old.iter() {
        if new.get(period, channel).is_none() {
            tx.connection()
                .run(
                    "DELETE FROM procedures_counts WHERE number = $1 AND period = $2 AND channel = $3",
                    [number.into(), period.code().into(), channel.as_str().into()],
                )
                .await?;
        }
    }
    Ok(())
}

const COLUMNS: [&str; 16] = [
    "title",
    "law",
    "department",
    "seal",
    "face",
    "paper_original",
    "attachments",
    "fee",
    "online_since",
    "why_not_online",
    "exclusion",
    "procedure_key",
    "listed_on",
    "ended_on",
    "changed_by",
    "changed_at",
];

async fn insert(tx: &Tx, entry: &Entry) -> Result<(), ProcedureError> {
    let exists: Option<i64> = tx
        .connection()
        .value(
            "SELECT COUNT(*) FROM procedures_inventory WHERE number = $1",
            [entry.number.as_str().into()],
        )
        .await?;
    if exists.unwrap_or(0) > 0 {
        return Err(ProcedureError::Inventory(EntryProblem::NumberTaken));
    }
    let sql = format!(
        "INSERT INTO procedures_inventory (number, revision, {}) VALUES {}",
        COLUMNS.join(", "),
        yakuba_city::sql::placeholders(1, 18)
    );
    let mut given = vec![Value::from(entry.number.as_str()), Value::from(1_i64)];
    given.extend(values(tx, entry));
    let written = tx.connection().run(&sql, given).await;
    taken(written)?;
    Ok(())
}

/// Another entry is linked to the same procedure: the only other thing that is unique.
fn taken<T>(written: Result<T, sea_orm::DbErr>) -> Result<T, ProcedureError> {
    match written {
        Err(error) if is_unique_violation(&error) => {
            Err(ProcedureError::Inventory(EntryProblem::KeyTaken))
        }
        outcome => Ok(outcome?),
    }
}

fn values(tx: &Tx, entry: &Entry) -> Vec<Value> {
    let flag = |flag: bool| Value::from(i64::from(flag));
    let day = |day: Option<Date>| Value::from(day.map(|day| day.to_string()));
    vec![
        entry.title.clone().into(),
        entry.law.clone().into(),
        entry.department.as_str().into(),
        flag(entry.seal),
        flag(entry.face),
        flag(entry.paper_original),
        entry.attachments.join("\n").into(),
        entry.fee.clone().into(),
        day(entry.online_since),
        entry.why_not_online.clone().into(),
        entry.exclusion.clone().into(),
        entry.procedure_key.clone().into(),
        entry.listed_on.to_string().into(),
        day(entry.ended_on),
        tx.actor().to_string().into(),
        tx.now().as_microsecond().into(),
    ]
}

/// Records the facts by which two ledgers differ.
async fn record(
    tx: &Tx,
    number: &str,
    before: &Ledger,
    after: &Ledger,
) -> Result<(), ProcedureError> {
    let stored = |error: yakuba_kernel::ValueError| CityError::Stored {
        what: "an inventory entry",
        cause: error.to_string(),
    };
    let subject = Subject::new(number).map_err(stored)?;
    let mut difference: Ledger = after.clone();
    for (key, quantity) in before {
        *difference.entry(key.clone()).or_default() -= quantity;
    }
    let mut facts = Vec::new();
    for (key, quantity) in difference {
        if quantity == 0 {
            continue;
        }
        let mut fact = Fact::one(&key.measure, start_of(key.day))
            .quantity(Quantity::from_integer(quantity).map_err(stored)?)
            .department(key.department)
            .subject(subject.clone())
            .record(format!("procedures_inventory/{number}"));
        if let Some(channel) = key.channel {
            fact = fact.channel(channel);
        }
        facts.push(fact);
    }
    tx.record_all(&facts).await?;
    Ok(())
}

/// The first moment of a day in Japan.
fn start_of(day: Date) -> Timestamp {
    day.at(0, 0, 0, 0)
        .to_zoned(TimeZone::fixed(JAPAN))
        .map_or(Timestamp::UNIX_EPOCH, |moment| moment.timestamp())
}

fn audit(tx: &Tx, action: &'static str, number: &str) {
    tx.audit(AuditEntry::new(
        action,
        format!("procedures/inventory/{number}"),
    ));
}
