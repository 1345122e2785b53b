//! Indicators of several plans that a person confirmed to be the same.

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use crate::{error::PlanError, model::comparison::same_unit};

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

/// An indicator as far as finding its like in other plans needs it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ComparableRow {
    /// The plan's key.
    pub plan_key: String,
    /// 1: a plan of the city itself.
    pub own: i64,
    /// Whose plan it is.
    pub publisher: String,
    /// The indicator's key.
    pub indicator_key: String,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: Option<String>,
    /// What it counts, in words.
    pub definition: Option<String>,
    /// The newest formula as JSON.
    pub formula: Option<String>,
    /// The comparison it is in.
    pub comparison_id: Option<i64>,
}

/// Every indicator of every published plan, by plan and place.
///
/// # Errors
/// When the database does not answer.
pub async fn comparable_indicators(
    connection: &impl ConnectionTrait,
) -> Result<Vec<ComparableRow>, PlanError> {
    Ok(connection
        .rows(
            "SELECT p.key AS plan_key, p.own, p.publisher, i.key AS indicator_key, i.name, i.unit, i.definition,
                    f.formula, m.comparison_id
             FROM plan_indicators i
             JOIN plans p ON p.id = i.plan_id
             LEFT JOIN plan_comparison_members m ON m.plan_id = i.plan_id AND m.indicator_key = i.key
             LEFT JOIN plan_formulas f ON f.plan_id = i.plan_id AND f.indicator_key = i.key
                  AND f.version = (SELECT MAX(v.version) FROM plan_formulas v WHERE v.plan_id = i.plan_id AND v.indicator_key = i.key)
             WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.plan_id = p.id)
             ORDER BY p.own DESC, p.key, i.position, i.key",
            [],
        )
        .await?)
}

/// Two indicators that a person said are not the same.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Declined {
    /// The key of the city's plan.
    pub plan_key: String,
    /// The key of its indicator.
    pub indicator_key: String,
    /// The key of the other plan.
    pub other_plan_key: String,
    /// The key of the indicator there.
    pub other_key: String,
    /// Why they are not the same.
    pub reason: String,
    /// Who said so, as the audit log writes it.
    pub made_by: String,
    /// When, in microseconds since 1970.
    pub made_at: i64,
}

/// The pairs that were declined, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn declined_comparisons(
    connection: &impl ConnectionTrait,
) -> Result<Vec<Declined>, PlanError> {
    Ok(connection
        .rows(
            "SELECT p.key AS plan_key, d.indicator_key, o.key AS other_plan_key, d.other_key, d.reason, d.made_by, d.made_at
             FROM plan_declined_comparisons d
             JOIN plans p ON p.id = d.plan_id
             JOIN plans o ON o.id = d.other_plan_id
             ORDER BY d.made_at DESC, p.key, d.indicator_key, o.key, d.other_key",
            [],
        )
        .await?)
}

/// An indicator of the city and one of a neighbour: each a plan's key and an indicator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The city's.
    pub own: (String, String),
    /// The neighbour's.
    pub other: (String, String),
}

impl Pair {
    async fn read(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<(ComparableRow, ComparableRow), PlanError> {
        let all = comparable_indicators(connection).await?;
        let find = |(plan, key): &(String, String), own: bool| {
            all.iter()
                .find(|row| {
                    row.plan_key == *plan && row.indicator_key == *key && (row.own == 1) == own
                })
                .cloned()
                .ok_or_else(|| PlanError::NoSuchPart(key.clone()))
        };
        Ok((find(&self.own, true)?, find(&self.other, false)?))
    }
}

/// Confirms that two indicators are the same: they join the comparison that one of them is in, or make a new one under the
/// name of the city's. Returns its number.
///
/// # Errors
/// [`PlanError::NoSuchPart`] when one is not there or its plan is not published, [`PlanError::WrongState`] when both are compared
/// already or their units differ.
pub async fn confirm_comparison(tx: &Tx, pair: &Pair) -> Result<i64, PlanError> {
    let (own, other) = pair.read(tx.connection()).await?;
    if !same_unit(own.unit.as_deref(), other.unit.as_deref()) {
        return Err(PlanError::WrongState("the units of the indicators differ"));
    }
    match (own.comparison_id, other.comparison_id) {
        (None, None) => {
            let members = [pair.own.clone(), pair.other.clone()];
            compare(tx, &own.name, own.unit.as_deref(), &members).await
        }
        (Some(id), None) => {
            join(tx, id, &pair.other).await?;
            Ok(id)
        }
        (None, Some(id)) => {
            join(tx, id, &pair.own).await?;
            Ok(id)
        }
        (Some(_), Some(_)) => Err(PlanError::WrongState("both are compared already")),
    }
}

async fn join(tx: &Tx, id: i64, member: &(String, String)) -> Result<(), PlanError> {
    let plan = super::plan(tx.connection(), &member.0).await?;
    tx.connection()
        .run(
            "INSERT INTO plan_comparison_members (comparison_id, plan_id, indicator_key) VALUES ($1, $2, $3)",
            [id.into(), plan.id.into(), member.1.clone().into()],
        )
        .await?;
    tx.audit(
        AuditEntry::new("plan.compare_join", format!("comparison/{id}"))
            .with(serde_json::json!({"member": member})),
    );
    Ok(())
}

/// Notes that two indicators are not the same, so that they are not suggested again.
///
/// # Errors
/// [`PlanError::Empty`] without a reason, [`PlanError::NoSuchPart`], [`PlanError::WrongState`] when it was declined already.
pub async fn decline_comparison(tx: &Tx, pair: &Pair, reason: &str) -> Result<(), PlanError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(PlanError::Empty("reason"));
    }
    let connection = tx.connection();
    pair.read(connection).await?;
    let own = super::plan(connection, &pair.own.0).await?;
    let other = super::plan(connection, &pair.other.0).await?;
    let noted = connection
        .run(
            "INSERT INTO plan_declined_comparisons (plan_id, indicator_key, other_plan_id, other_key, reason, made_by, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            [
                own.id.into(),
                pair.own.1.clone().into(),
                other.id.into(),
                pair.other.1.clone().into(),
                reason.into(),
                tx.actor().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if noted == 0 {
        return Err(PlanError::WrongState("it was declined already"));
    }
    tx.audit(
        AuditEntry::new("plan.compare_decline", format!("plan/{}", pair.own.0))
            .with(serde_json::json!({"own": pair.own, "other": pair.other, "reason": reason})),
    );
    Ok(())
}

/// Lets a pair that was declined be suggested again.
///
/// # Errors
/// [`PlanError::NoSuchPlan`], [`PlanError::WrongState`] when it is not declined.
pub async fn reconsider_comparison(tx: &Tx, pair: &Pair) -> Result<(), PlanError> {
    let connection = tx.connection();
    let own = super::plan(connection, &pair.own.0).await?;
    let other = super::plan(connection, &pair.other.0).await?;
    let removed = connection
        .run(
            "DELETE FROM plan_declined_comparisons
             WHERE plan_id = $1 AND indicator_key = $2 AND other_plan_id = $3 AND other_key = $4",
            [
                own.id.into(),
                pair.own.1.clone().into(),
                other.id.into(),
                pair.other.1.clone().into(),
            ],
        )
        .await?;
    if removed == 0 {
        return Err(PlanError::WrongState("it is not declined"));
    }
    tx.audit(
        AuditEntry::new("plan.compare_reconsider", format!("plan/{}", pair.own.0))
            .with(serde_json::json!({"own": pair.own, "other": pair.other})),
    );
    Ok(())
}

/// Takes a comparison apart, with the reason in the history.
///
/// # Errors
/// [`PlanError::Empty`] without a reason, [`PlanError::WrongState`] when there is no such comparison any more.
pub async fn end_comparison(tx: &Tx, id: i64, reason: &str) -> Result<(), PlanError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(PlanError::Empty("reason"));
    }
    let connection = tx.connection();
    connection
        .run(
            "DELETE FROM plan_comparison_members WHERE comparison_id = $1",
            [id.into()],
        )
        .await?;
    let removed = connection
        .run("DELETE FROM plan_comparisons WHERE id = $1", [id.into()])
        .await?;
    if removed == 0 {
        return Err(PlanError::WrongState("the comparison was ended already"));
    }
    tx.audit(
        AuditEntry::new("plan.compare_end", format!("comparison/{id}"))
            .with(serde_json::json!({"reason": reason})),
    );
    Ok(())
}
