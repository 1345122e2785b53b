//! Statuses that a person set against the computed ones.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::FiscalYear;

use super::{Stamp, filled, year_number};
use crate::{error::PlanError, model::status::Status};

/// A status set by a person.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Override {
    /// The indicator's key.
    pub indicator_key: String,
    /// Its name.
    pub indicator_name: String,
    /// The year.
    pub fiscal_year: i64,
    /// The word of the status: achieved, on_track, behind or cannot_be_judged.
    pub status: String,
    /// Why.
    pub reason: String,
    /// Who, as the audit log writes it.
    pub made_by: String,
    /// When, in microseconds since 1970.
    pub made_at: i64,
}

/// Sets the status of an indicator in a year, in place of the computed one; replaces an earlier one.
/// The audit log keeps what stood before.
///
/// # Errors
/// [`PlanError::Empty`] without a reason, [`PlanError::NoSuchPart`], or the database's.
pub async fn set_override(
    tx: &Tx,
    plan_id: i64,
    indicator_key: &str,
    year: FiscalYear,
    status: Status,
    reason: &str,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let reason = filled(reason, "reason")?;
    let connection = tx.connection();
    let known: Option<i64> = connection
        .value(
            "SELECT position FROM plan_indicators WHERE plan_id = $1 AND key = $2",
            [plan_id.into(), indicator_key.into()],
        )
        .await?;
    if known.is_none() {
        return Err(PlanError::NoSuchPart(indicator_key.to_owned()));
    }
    let before = status_of(tx, plan_id, indicator_key, year).await?;
    connection
        .run(
            "INSERT INTO plan_overrides (plan_id, indicator_key, fiscal_year, status, reason, made_by, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (plan_id, indicator_key, fiscal_year) DO UPDATE SET status = excluded.status,
               reason = excluded.reason, made_by = excluded.made_by, made_at = excluded.made_at",
            [
                plan_id.into(),
                indicator_key.into(),
                year_number(year).into(),
                status.as_str().into(),
                reason.clone().into(),
                stamp.by.clone().into(),
                stamp.at.as_microsecond().into(),
            ],
        )
        .await?;
    tx.audit(
        AuditEntry::new("plan.override.set", format!("plan/{plan_id}/indicators/{indicator_key}")).with(json!({
            "fiscal_year": year.year(), "before": before, "status": status.as_str(), "reason": reason
        })),
    );
    Ok(())
}

async fn status_of(
    tx: &Tx,
    plan_id: i64,
    indicator_key: &str,
    year: FiscalYear,
) -> Result<Option<String>, PlanError> {
    Ok(tx
        .connection()
        .value(
            "SELECT status FROM plan_overrides WHERE plan_id = $1 AND indicator_key = $2 AND fiscal_year = $3",
            [
                plan_id.into(),
                indicator_key.into(),
                year_number(year).into(),
            ],
        )
        .await?)
}

/// Removes a status set by a person: the computed one shows again.
///
/// # Errors
/// [`PlanError::Empty`] without a reason, [`PlanError::ChangedMeanwhile`] when there is none, or the database's.
pub async fn remove_override(
    tx: &Tx,
    plan_id: i64,
    indicator_key: &str,
    year: FiscalYear,
    reason: &str,
) -> Result<(), PlanError> {
    let reason = filled(reason, "reason")?;
    let before = status_of(tx, plan_id, indicator_key, year).await?;
    let rows = tx
        .connection()
        .run(
            "DELETE FROM plan_overrides WHERE plan_id = $1 AND indicator_key = $2 AND fiscal_year = $3",
            [
                plan_id.into(),
                indicator_key.into(),
                year_number(year).into(),
            ],
        )
        .await?;
    super::changed_one(rows)?;
    tx.audit(
        AuditEntry::new(
            "plan.override.remove",
            format!("plan/{plan_id}/indicators/{indicator_key}"),
        )
        .with(json!({"fiscal_year": year.year(), "before": before, "reason": reason})),
    );
    Ok(())
}

/// The statuses of a plan that persons set, newest year first.
///
/// # Errors
/// When the database does not answer.
pub async fn overrides(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Vec<Override>, PlanError> {
    Ok(connection
        .rows(
            "SELECT o.indicator_key, i.name AS indicator_name, o.fiscal_year, o.status, o.reason, o.made_by, o.made_at
             FROM plan_overrides o
             JOIN plan_indicators i ON i.plan_id = o.plan_id AND i.key = o.indicator_key
             WHERE o.plan_id = $1 ORDER BY o.fiscal_year DESC, o.indicator_key",
            [plan_id.into()],
        )
        .await?)
}
