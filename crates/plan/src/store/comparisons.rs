//! Indicators of several plans that a person confirmed to be the same.

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use crate::error::PlanError;

/// A comparison as listed.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ComparisonRecord {
    /// Its number.
    pub id: i64,
    /// What is compared.
    pub name: String,
    /// The unit all of them share.
    pub unit: Option<String>,
    /// How many indicators are in it.
    pub members: i64,
}

/// One indicator in a comparison.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ComparisonMember {
    /// The plan's key.
    pub plan_key: String,
    /// The indicator's key.
    pub indicator_key: String,
}

/// All comparisons by name.
///
/// # Errors
/// When the database does not answer.
pub async fn comparisons(
    connection: &impl ConnectionTrait,
) -> Result<Vec<ComparisonRecord>, PlanError> {
    Ok(connection
        .rows(
            "SELECT c.id, c.name, c.unit,
                    (SELECT COUNT(*) FROM plan_comparison_members m WHERE m.comparison_id = c.id) AS members
             FROM plan_comparisons c ORDER BY c.name, c.id",
            [],
        )
        .await?)
}

/// The indicators of a comparison, the city's own first.
///
/// # Errors
/// When the database does not answer.
pub async fn comparison_members(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Vec<ComparisonMember>, PlanError> {
    Ok(connection
        .rows(
            "SELECT p.key AS plan_key, m.indicator_key FROM plan_comparison_members m JOIN plans p ON p.id = m.plan_id
             WHERE m.comparison_id = $1 ORDER BY p.own DESC, p.key, m.indicator_key",
            [id.into()],
        )
        .await?)
}

/// The comparison an indicator is in.
///
/// # Errors
/// When the database does not answer.
pub async fn comparison_of(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    indicator_key: &str,
) -> Result<Option<i64>, PlanError> {
    Ok(connection
        .value(
            "SELECT comparison_id FROM plan_comparison_members WHERE plan_id = $1 AND indicator_key = $2",
            [plan_id.into(), indicator_key.into()],
        )
        .await?)
}

/// Confirms that some indicators (plan key, indicator key) are the same and returns the comparison's number.
///
/// # Errors
/// [`PlanError::WrongState`] for fewer than two, [`PlanError::NoSuchPlan`], or the database's when one is compared already.
pub async fn compare(
    tx: &Tx,
    name: &str,
    unit: Option<&str>,
    members: &[(String, String)],
) -> Result<i64, PlanError> {
    if members.len() < 2 {
        return Err(PlanError::WrongState(
            "a comparison needs at least two indicators",
        ));
    }
    let connection = tx.connection();
    let id: Option<i64> = connection
        .value(
            "INSERT INTO plan_comparisons (name, unit, made_by, made_at) VALUES ($1, $2, $3, $4) RETURNING id",
            [
                name.into(),
                unit.map(ToOwned::to_owned).into(),
                tx.actor().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let id = id.ok_or(PlanError::WrongState("the comparison was not stored"))?;
    for (plan_key, indicator_key) in members {
        let plan = super::plan(connection, plan_key).await?;
        connection
            .run(
                "INSERT INTO plan_comparison_members (comparison_id, plan_id, indicator_key) VALUES ($1, $2, $3)",
                [id.into(), plan.id.into(), indicator_key.clone().into()],
            )
            .await?;
    }
    tx.audit(
        AuditEntry::new("plan.compare", format!("comparison/{id}"))
            .with(serde_json::json!({"name": name, "members": members})),
    );
    Ok(id)
}

/// Takes a comparison apart.
///
/// # Errors
/// The database's.
pub async fn end_comparison(tx: &Tx, id: i64) -> Result<(), PlanError> {
    let connection = tx.connection();
    connection
        .run(
            "DELETE FROM plan_comparison_members WHERE comparison_id = $1",
            [id.into()],
        )
        .await?;
    connection
        .run("DELETE FROM plan_comparisons WHERE id = $1", [id.into()])
        .await?;
    tx.audit(AuditEntry::new(
        "plan.compare_end",
        format!("comparison/{id}"),
    ));
    Ok(())
}
