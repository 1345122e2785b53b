//! What the committee decides about a year.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::FiscalYear;

use super::{Stamp, filled, initiative_title, reviews, stored_year, year_number};
use crate::{
    error::PlanError,
    model::cycle::{ReviewStep, Verdict},
};

/// What a decision says about one initiative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionItem {
    /// The initiative's key.
    pub initiative_key: String,
    /// What is to become of it.
    pub verdict: Verdict,
    /// In words.
    pub text: String,
}

/// A decision to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDecision {
    /// The year it is about.
    pub fiscal_year: FiscalYear,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// What it says about initiatives, at most one item for each.
    pub items: Vec<DecisionItem>,
    /// The numbers and revisions of the checked reviews it approves.
    pub reviews: Vec<(i64, i64)>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// The year it is about.
    pub fiscal_year: FiscalYear,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// When it was made, `YYYY-MM-DD`.
    pub decided_on: String,
    /// By whom, as the audit log writes it.
    pub decided_by: String,
    /// When it was published, in microseconds since 1970.
    pub published_at: Option<i64>,
    /// What it says about initiatives, in the order of the plan.
    pub items: Vec<DecisionItem>,
}

/// Makes a decision and approves the reviews it names. Returns its number.
///
/// # Errors
/// [`PlanError::Empty`] without title, [`PlanError::WrongState`] when an initiative has its verdict of the year already or a
/// review is not checked, [`PlanError::ChangedMeanwhile`], [`PlanError::NoSuchPart`], or the database's.
pub async fn decide(
    tx: &Tx,
    plan_id: i64,
    decision: &NewDecision,
    day: Date,
    stamp: &Stamp,
) -> Result<i64, PlanError> {
    let title = filled(&decision.title, "title")?;
    let year = year_number(decision.fiscal_year);
    let id: i64 = tx
        .connection()
        .value(
            "INSERT INTO plan_decisions (plan_id, fiscal_year, title, text, decided_on, decided_by)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            [
                plan_id.into(),
                year.into(),
                title.into(),
                decision.text.trim().into(),
                day.to_string().into(),
                stamp.by.clone().into(),
            ],
        )
        .await?
        .unwrap_or_default();
    for item in &decision.items {
        initiative_title(tx.connection(), plan_id, &item.initiative_key).await?;
        let rows = tx
            .connection()
            .run(
                "INSERT INTO plan_decision_items (decision_id, plan_id, fiscal_year, initiative_key, verdict, text)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                [
                    id.into(),
                    plan_id.into(),
                    year.into(),
                    item.initiative_key.clone().into(),
                    item.verdict.as_str().into(),
                    item.text.trim().into(),
                ],
            )
            .await?;
        if rows == 0 {
            return Err(PlanError::WrongState(
                "the initiative has a verdict for this year",
            ));
        }
    }
    for (review_id, revision) in &decision.reviews {
        let review = reviews::review_by_id(tx.connection(), *review_id).await?;
        if review.plan_id != plan_id || review.fiscal_year != year {
            return Err(PlanError::NoSuchPart(format!("review/{review_id}")));
        }
        let text = decision
            .items
            .iter()
            .find(|item| item.initiative_key == review.initiative_key)
            .map(|item| item.text.as_str())
            .unwrap_or_default();
        reviews::step_review(tx, *review_id, *revision, ReviewStep::Approve, text, stamp).await?;
    }
    tx.audit(
        AuditEntry::new("plan.decide", format!("plan_decisions/{id}")).with(json!({
            "fiscal_year": year, "items": decision.items.len(), "reviews": decision.reviews.len()
        })),
    );
    Ok(id)
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    fiscal_year: i64,
    title: String,
    text: String,
    decided_on: String,
    decided_by: String,
    published_at: Option<i64>,
}

#[derive(FromQueryResult)]
struct ItemRow {
    decision_id: i64,
    initiative_key: String,
    verdict: String,
    text: String,
}

/// The decisions about a plan, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn decisions(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Vec<Decision>, PlanError> {
    let rows: Vec<Row> = connection
        .rows(
            "SELECT id, fiscal_year, title, text, decided_on, decided_by, published_at FROM plan_decisions
             WHERE plan_id = $1 ORDER BY fiscal_year DESC, decided_on DESC, id DESC",
            [plan_id.into()],
        )
        .await?;
    let items: Vec<ItemRow> = connection
        .rows(
            "SELECT i.decision_id, i.initiative_key, i.verdict, i.text FROM plan_decision_items i
             JOIN plan_initiatives n ON n.plan_id = i.plan_id AND n.key = i.initiative_key
             WHERE i.plan_id = $1 ORDER BY n.position",
            [plan_id.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let of_this = items.iter().filter(|item| item.decision_id == row.id);
            Ok(Decision {
                id: row.id,
                fiscal_year: stored_year(row.fiscal_year)?,
                title: row.title,
                text: row.text,
                decided_on: row.decided_on,
                decided_by: row.decided_by,
                published_at: row.published_at,
                items: of_this
                    .filter_map(|item| {
                        Some(DecisionItem {
                            initiative_key: item.initiative_key.clone(),
                            verdict: Verdict::read(&item.verdict)?,
                            text: item.text.clone(),
                        })
                    })
                    .collect(),
            })
        })
        .collect()
}

/// The published decisions about a plan, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn published_decisions(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Vec<Decision>, PlanError> {
    let mut decisions = decisions(connection, plan_id).await?;
    decisions.retain(|decision| decision.published_at.is_some());
    Ok(decisions)
}

/// The published verdicts about one initiative, newest year first.
///
/// # Errors
/// When the database does not answer.
pub async fn published_verdict(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    initiative_key: &str,
) -> Result<Vec<(FiscalYear, DecisionItem)>, PlanError> {
    Ok(published_decisions(connection, plan_id)
        .await?
        .into_iter()
        .flat_map(|decision| {
            let year = decision.fiscal_year;
            decision.items.into_iter().map(move |item| (year, item))
        })
        .filter(|(_, item)| item.initiative_key == initiative_key)
        .collect())
}
