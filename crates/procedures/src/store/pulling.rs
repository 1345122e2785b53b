//! Which cases another system may fetch. The token says that a system may fetch at all; a department says what.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::DepartmentCode;

use crate::error::ProcedureError;

/// That a system may fetch a department's decided cases of one procedure.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct PullRight {
    /// Its number.
    pub id: i64,
    /// The name of the system's token.
    pub system: String,
    /// The department whose cases they are.
    pub department: String,
    /// The procedure's key.
    pub procedure_key: String,
}

/// All rights, by system.
///
/// # Errors
/// When the database does not answer.
pub async fn pull_rights(
    connection: &impl ConnectionTrait,
) -> Result<Vec<PullRight>, ProcedureError> {
    Ok(connection
        .rows(
            "SELECT id, system, department, procedure_key FROM procedures_pull_rights
             ORDER BY system, department, procedure_key",
            [],
        )
        .await?)
}

/// Lets a system fetch a department's cases of a procedure. Doing it twice changes nothing.
///
/// # Errors
/// When there is no such procedure or the database does not carry it out.
pub async fn give_pull_right(
    tx: &Tx,
    system: &str,
    department: &DepartmentCode,
    procedure: &str,
    account: i64,
) -> Result<(), ProcedureError> {
    let rows = tx
        .connection()
        .run(
            "INSERT INTO procedures_pull_rights (system, department, procedure_key, given_at, given_by)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (system, department, procedure_key) DO NOTHING",
            [
                system.into(),
                department.as_str().into(),
                procedure.into(),
                tx.now().as_microsecond().into(),
                account.into(),
            ],
        )
        .await?;
    if rows > 0 {
        note(
            tx,
            "procedures.give_pull_right",
            system,
            department,
            procedure,
        );
    }
    Ok(())
}

/// Takes a right back: from now on the system gets nothing under it.
///
/// # Errors
/// When the database does not carry it out.
pub async fn take_pull_right(tx: &Tx, right: &PullRight) -> Result<(), ProcedureError> {
    let rows = tx
        .connection()
        .run(
            "DELETE FROM procedures_pull_rights WHERE id = $1",
            [right.id.into()],
        )
        .await?;
    if rows > 0
        && let Ok(department) = DepartmentCode::new(right.department.as_str())
    {
        note(
            tx,
            "procedures.take_pull_right",
            &right.system,
            &department,
            &right.procedure_key,
        );
    }
    Ok(())
}

fn note(tx: &Tx, what: &'static str, system: &str, department: &DepartmentCode, procedure: &str) {
    tx.audit(
        AuditEntry::new(what, format!("procedures/{procedure}"))
            .with(json!({ "system": system, "department": department.as_str() })),
    );
}

/// Whether a system may fetch any cases of a procedure.
///
/// # Errors
/// When the database does not answer.
pub async fn may_pull(
    connection: &impl ConnectionTrait,
    system: &str,
    procedure: &str,
) -> Result<bool, ProcedureError> {
    let right: Option<i64> = connection
        .value(
            "SELECT id FROM procedures_pull_rights WHERE system = $1 AND procedure_key = $2 LIMIT 1",
            [system.into(), procedure.into()],
        )
        .await?;
    Ok(right.is_some())
}

/// Whether a system may fetch a case: it is decided, not disposed of, and of a department and procedure that it has a right to.
///
/// # Errors
/// When the database does not answer.
pub async fn may_pull_case(
    connection: &impl ConnectionTrait,
    system: &str,
    case: i64,
) -> Result<bool, ProcedureError> {
    let right: Option<i64> = connection
        .value(
            "SELECT r.id FROM procedures_pull_rights r JOIN procedures_cases c \
             ON r.department = c.department AND r.procedure_key = c.procedure_key \
             WHERE r.system = $1 AND c.id = $2 AND c.decided_at IS NOT NULL AND c.disposed_at IS NULL LIMIT 1",
            [system.into(), case.into()],
        )
        .await?;
    Ok(right.is_some())
}

/// Decided cases that a system may fetch, in the order of their decisions, and again when a decision was corrected or revoked: the number
/// of the step and of the case.
/// Only steps after `after` that were done before `settled`, at most `limit`.
///
/// # Errors
/// When the database does not answer.
pub async fn decided_after(
    connection: &impl ConnectionTrait,
    system: &str,
    procedure: &str,
    after: i64,
    settled: Timestamp,
    limit: u32,
) -> Result<Vec<(i64, i64)>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Entry {
        id: i64,
        case_id: i64,
    }
    let sql = format!(
        "SELECT h.id, h.case_id FROM procedures_case_history h JOIN procedures_cases c ON c.id = h.case_id
         JOIN procedures_pull_rights r ON r.department = c.department AND r.procedure_key = c.procedure_key
         WHERE r.system = $1 AND c.procedure_key = $2 AND h.what IN ('decided', 'decision_corrected', 'decision_revoked') AND h.id > $3 AND h.at < $4
         AND c.disposed_at IS NULL
         ORDER BY h.id LIMIT {limit}"
    );
    let rows: Vec<Entry> = connection
        .rows(
            &sql,
            [
                system.into(),
                procedure.into(),
                after.into(),
                settled.as_microsecond().into(),
            ],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.case_id)).collect())
}
