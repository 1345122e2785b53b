//! Progress notes: what a department writes in the course of the year.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Fact, FactId, Tx, sql::Sql as _};
use yakuba_kernel::MeasureName;

use super::{Stamp, changed_one, department_code, filled, initiative_title};
use crate::{capabilities::PROGRESS_NOTE, error::PlanError};

/// A progress note.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ProgressNote {
    /// Its number.
    pub id: i64,
    /// The initiative's key.
    pub initiative_key: String,
    /// The department's code.
    pub department: String,
    /// The day it is about, `YYYY-MM-DD`.
    pub day: String,
    /// What it says.
    pub text: String,
    /// Who wrote it, as the audit log writes it.
    pub written_by: String,
    /// When it was written, in microseconds since 1970.
    pub written_at: i64,
    /// Who took it back.
    pub withdrawn_by: Option<String>,
    /// Why it was taken back; none: it stands.
    pub withdrawn_reason: Option<String>,
}

/// Writes a note and counts it for its department. Returns its number.
///
/// # Errors
/// [`PlanError::Empty`], [`PlanError::NoSuchPart`], or the database's.
pub async fn write_progress_note(
    tx: &Tx,
    plan_id: i64,
    initiative_key: &str,
    department: &str,
    day: Date,
    text: &str,
    stamp: &Stamp,
) -> Result<i64, PlanError> {
    let text = filled(text, "text")?;
    let code = department_code(department)?;
    initiative_title(tx.connection(), plan_id, initiative_key).await?;
    let id: i64 = tx
        .connection()
        .value(
            "INSERT INTO plan_progress_notes (plan_id, initiative_key, department, day, text, written_by, written_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            [
                plan_id.into(),
                initiative_key.into(),
                department.into(),
                day.to_string().into(),
                text.into(),
                stamp.by.clone().into(),
                stamp.at.as_microsecond().into(),
            ],
        )
        .await?
        .unwrap_or_default();
    tx.record(
        Fact::one(&PROGRESS_NOTE.name, stamp.at)
            .department(code)
            .record(format!("plan_progress_notes/{id}")),
    )
    .await?;
    tx.audit(
        AuditEntry::new(
            "plan.progress_note.write",
            format!("plan_progress_notes/{id}"),
        )
        .with(json!({"initiative": initiative_key, "department": department})),
    );
    Ok(id)
}

/// Takes a note back: it stays in the history with the reason, and is no longer counted.
///
/// # Errors
/// [`PlanError::Empty`] without a reason, [`PlanError::ChangedMeanwhile`] when it was taken back before, or the database's.
pub async fn withdraw_progress_note(
    tx: &Tx,
    plan_id: i64,
    id: i64,
    reason: &str,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let reason = filled(reason, "reason")?;
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_progress_notes SET withdrawn_by = $3, withdrawn_at = $4, withdrawn_reason = $5
             WHERE id = $1 AND plan_id = $2 AND withdrawn_at IS NULL",
            [
                id.into(),
                plan_id.into(),
                stamp.by.clone().into(),
                stamp.at.as_microsecond().into(),
                reason.clone().into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    take_back(
        tx,
        &PROGRESS_NOTE.name,
        &format!("plan_progress_notes/{id}"),
    )
    .await?;
    tx.audit(
        AuditEntry::new(
            "plan.progress_note.withdraw",
            format!("plan_progress_notes/{id}"),
        )
        .with(json!({"reason": reason})),
    );
    Ok(())
}

/// Takes back the fact that stands for a record, if one stands.
pub(super) async fn take_back(
    tx: &Tx,
    measure: &MeasureName,
    record: &str,
) -> Result<(), PlanError> {
    let standing: Option<i64> = tx
        .connection()
        .value(
            "SELECT f.id FROM facts f WHERE f.measure = $1 AND f.record = $2 AND f.sign = 1
               AND NOT EXISTS (SELECT 1 FROM facts c WHERE c.corrects = f.id)
             ORDER BY f.id DESC LIMIT 1",
            [measure.as_str().into(), record.into()],
        )
        .await?;
    if let Some(id) = standing {
        tx.take_back(FactId(id)).await?;
    }
    Ok(())
}

/// The notes of a plan, or of one initiative, newest first; those taken back too.
///
/// # Errors
/// When the database does not answer.
pub async fn progress_notes(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    initiative_key: Option<&str>,
) -> Result<Vec<ProgressNote>, PlanError> {
    let narrowed = if initiative_key.is_some() {
        "AND initiative_key = $2"
    } else {
        ""
    };
    Ok(connection
        .rows(
            &format!(
                "SELECT id, initiative_key, department, day, text, written_by, written_at, withdrawn_by, withdrawn_reason
                 FROM plan_progress_notes WHERE plan_id = $1 {narrowed} ORDER BY day DESC, id DESC"
            ),
            std::iter::once(plan_id.into()).chain(initiative_key.map(Into::into)),
        )
        .await?)
}
