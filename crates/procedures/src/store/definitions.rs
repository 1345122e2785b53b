//! Procedures and their versions: a draft that is edited, live versions that are never changed.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{
    AuditEntry, Job, Tx,
    sql::{Sql as _, is_unique_violation},
};

use crate::{error::ProcedureError, model::document::ProcedureDocument};

/// A version of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Its number, from 1.
    pub number: i64,
    /// `draft`, `live` or `closed`.
    pub state: String,
    /// From which day it is live or closed.
    pub live_from: Option<Date>,
    /// Counts its changes, for two people who edit one draft.
    pub revision: i64,
    /// The procedure.
    pub document: ProcedureDocument,
}

#[derive(FromQueryResult)]
struct Row {
    number: i64,
    state: String,
    live_from: Option<String>,
    revision: i64,
    document: String,
}

impl TryFrom<Row> for Definition {
    type Error = ProcedureError;

    fn try_from(row: Row) -> Result<Self, ProcedureError> {
        Ok(Self {
            number: row.number,
            state: row.state,
            live_from: row.live_from.and_then(|day| day.parse().ok()),
            revision: row.revision,
            document: serde_json::from_str(&row.document)?,
        })
    }
}

const COLUMNS: &str = "number, state, live_from, revision, document";

/// All versions of a procedure, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn versions(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Vec<Definition>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_versions WHERE procedure_key = $1 ORDER BY number DESC"
    );
    let rows: Vec<Row> = connection.rows(&sql, [key.into()]).await?;
    rows.into_iter().map(Definition::try_from).collect()
}

/// One version, as cases keep theirs.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn version(
    connection: &impl ConnectionTrait,
    key: &str,
    number: i64,
) -> Result<Option<Definition>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_versions WHERE procedure_key = $1 AND number = $2"
    );
    let row: Option<Row> = connection.row(&sql, [key.into(), number.into()]).await?;
    row.map(Definition::try_from).transpose()
}

/// The draft of a procedure, if one is being worked on.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn draft(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<Definition>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_versions WHERE procedure_key = $1 AND state = 'draft'"
    );
    let row: Option<Row> = connection.row(&sql, [key.into()]).await?;
    row.map(Definition::try_from).transpose()
}

/// The version of a procedure that holds on a day; none when it is not live then.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn live(
    connection: &impl ConnectionTrait,
    key: &str,
    day: Date,
) -> Result<Option<Definition>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_versions \
         WHERE procedure_key = $1 AND live_from <= $2 ORDER BY live_from DESC LIMIT 1"
    );
    let row: Option<Row> = connection
        .row(&sql, [key.into(), day.to_string().into()])
        .await?;
    let found = row.map(Definition::try_from).transpose()?;
    Ok(found.filter(|definition| definition.state == "live"))
}

/// Every procedure that is live on a day, by key.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn live_on(
    connection: &impl ConnectionTrait,
    day: Date,
) -> Result<Vec<Definition>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_versions this WHERE state = 'live' AND live_from = \
         (SELECT MAX(live_from) FROM procedures_versions other \
          WHERE other.procedure_key = this.procedure_key AND other.live_from <= $1) \
         ORDER BY procedure_key"
    );
    let rows: Vec<Row> = connection.rows(&sql, [day.to_string().into()]).await?;
    rows.into_iter().map(Definition::try_from).collect()
}

/// Saves the draft of a procedure, making the procedure or a new draft when there is none.
/// `revision` is that of the draft as it was read, 0 for a new one.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] when the draft has another revision.
pub async fn save_draft(
    tx: &Tx,
    document: &ProcedureDocument,
    revision: i64,
) -> Result<i64, ProcedureError> {
    let connection = tx.connection();
    let key = document.key.as_str();
    connection
        .run(
            "INSERT INTO procedures_definitions (key, department, made_at) VALUES ($1, $2, $3) \
             ON CONFLICT (key) DO UPDATE SET department = excluded.department",
            [
                key.into(),
                document.department.as_str().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let text = serde_json::to_string(document)?;
    let changed = if revision == 0 {
        let sql = "INSERT INTO procedures_versions \
             (procedure_key, number, state, document, revision, changed_by, changed_at) \
             SELECT $1, COALESCE(MAX(number), 0) + 1, 'draft', $2, 1, $3, $4 \
             FROM procedures_versions WHERE procedure_key = $1";
        let made = connection
            .run(
                sql,
                [
                    key.into(),
                    text.into(),
                    tx.actor().to_string().into(),
                    tx.now().as_microsecond().into(),
                ],
            )
            .await;
        match made {
            Err(error) if is_unique_violation(&error) => 0,
            outcome => outcome?,
        }
    } else {
        connection
            .run(
                "UPDATE procedures_versions SET document = $2, revision = revision + 1, changed_by = $3, changed_at = $4 \
                 WHERE procedure_key = $1 AND state = 'draft' AND revision = $5",
                [
                    key.into(),
                    text.into(),
                    tx.actor().to_string().into(),
                    tx.now().as_microsecond().into(),
                    revision.into(),
                ],
            )
            .await?
    };
    if changed == 0 {
        return Err(ProcedureError::ChangedMeanwhile);
    }
    tx.audit(AuditEntry::new(
        "procedures.draft",
        format!("procedures/{key}"),
    ));
    Ok(revision + 1)
}

/// Puts the draft live from a day, which is today or later. From then on it is never changed.
///
/// # Errors
/// [`ProcedureError::WrongState`] without a draft of this revision; [`ProcedureError::LiveTooEarly`]; [`ProcedureError::LiveTwice`].
pub async fn put_live(tx: &Tx, key: &str, revision: i64, from: Date) -> Result<(), ProcedureError> {
    end_draft(tx, key, revision, from, "live").await
}

/// Takes a procedure offline from a day: the draft becomes its closed version, so that the day is part of the history.
///
/// # Errors
/// As [`put_live`].
pub async fn close(tx: &Tx, key: &str, revision: i64, from: Date) -> Result<(), ProcedureError> {
    end_draft(tx, key, revision, from, "closed").await
}

async fn end_draft(
    tx: &Tx,
    key: &str,
    revision: i64,
    from: Date,
    state: &'static str,
) -> Result<(), ProcedureError> {
    if from < tx.today() {
        return Err(ProcedureError::LiveTooEarly(from));
    }
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_versions SET state = $3, live_from = $4, changed_by = $5, changed_at = $6 \
             WHERE procedure_key = $1 AND state = 'draft' AND revision = $2",
            [
                key.into(),
                revision.into(),
                state.into(),
                from.to_string().into(),
                tx.actor().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await;
    match changed {
        Err(error) if is_unique_violation(&error) => return Err(ProcedureError::LiveTwice(from)),
        Ok(0) => return Err(ProcedureError::WrongState("there is no such draft")),
        outcome => outcome?,
    };
    // Residents find it from its day on; the job also runs every day.
    tx.enqueue(Job {
        name: "procedures.index",
        payload: json!({}),
        not_before: None,
        deduplicate: Some("procedures.index".to_owned()),
    })
    .await?;
    tx.audit(
        AuditEntry::new("procedures.put_live", format!("procedures/{key}"))
            .with(json!({"state": state, "from": from.to_string()})),
    );
    Ok(())
}
