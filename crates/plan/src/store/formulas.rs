//! The versions of an indicator's formula.

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{Tx, sql::Sql as _};

use crate::error::PlanError;

/// A version of a formula as listed.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct FormulaVersion {
    /// Its number, from 1.
    pub version: i64,
    /// The fiscal year from which it holds; 0: from the beginning.
    pub valid_from: i64,
    /// The formula as JSON; `null`: entered by hand.
    pub formula: String,
    /// Why it was changed.
    pub reason: String,
    /// Who changed it.
    pub made_by: String,
    /// When, in microseconds since 1970.
    pub made_at: i64,
}

/// The versions of an indicator's formula, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn formula_versions(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    indicator_key: &str,
) -> Result<Vec<FormulaVersion>, PlanError> {
    Ok(connection
        .rows(
            "SELECT version, valid_from, formula, reason, made_by, made_at FROM plan_formulas
             WHERE plan_id = $1 AND indicator_key = $2 ORDER BY version DESC",
            [plan_id.into(), indicator_key.into()],
        )
        .await?)
}

/// Notes why the newest formula of an indicator was made and from which fiscal year it holds (0: from the beginning).
/// Belongs into the same write that changed the formula.
///
/// # Errors
/// The database's.
pub async fn explain_formula(
    tx: &Tx,
    plan_id: i64,
    indicator_key: &str,
    valid_from: i64,
    reason: &str,
) -> Result<(), PlanError> {
    tx.connection()
        .run(
            "UPDATE plan_formulas SET reason = $3, valid_from = $4 WHERE plan_id = $1 AND indicator_key = $2
               AND version = (SELECT MAX(v.version) FROM plan_formulas v WHERE v.plan_id = $1 AND v.indicator_key = $2)",
            [plan_id.into(), indicator_key.into(), reason.into(), valid_from.into()],
        )
        .await?;
    Ok(())
}
