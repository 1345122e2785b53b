//! Who did what when and why, step by step.

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{Tx, sql::Sql as _};

use super::Stamp;
use crate::error::PlanError;

/// A step in the history of a task, review, Act record or proposal.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Step {
    /// What was done: the word of the step.
    pub step: String,
    /// The state before; none at the beginning.
    pub from_state: Option<String>,
    /// The state after.
    pub to_state: String,
    /// Why, or what was said.
    pub text: String,
    /// Who, as the audit log writes it.
    pub made_by: String,
    /// When, in microseconds since 1970.
    pub made_at: i64,
}

/// What a step belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Task(i64),
    Review(i64),
    Act(i64),
    Proposal(i64),
}

impl Of {
    fn column(self) -> (&'static str, i64) {
        match self {
            Self::Task(id) => ("task_id", id),
            Self::Review(id) => ("review_id", id),
            Self::Act(id) => ("act_id", id),
            Self::Proposal(id) => ("proposal_id", id),
        }
    }
}

/// Adds a step.
pub(super) async fn add(
    tx: &Tx,
    of: Of,
    step: &str,
    states: (Option<&str>, &str),
    text: &str,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let (column, id) = of.column();
    tx.connection()
        .run(
            &format!(
                "INSERT INTO plan_steps ({column}, step, from_state, to_state, text, made_by, made_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)"
            ),
            [
                id.into(),
                step.into(),
                states.0.map(str::to_owned).into(),
                states.1.into(),
                text.trim().into(),
                stamp.by.clone().into(),
                stamp.at.as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

async fn read(connection: &impl ConnectionTrait, of: Of) -> Result<Vec<Step>, PlanError> {
    let (column, id) = of.column();
    Ok(connection
        .rows(
            &format!(
                "SELECT step, from_state, to_state, text, made_by, made_at FROM plan_steps
                 WHERE {column} = $1 ORDER BY made_at, id"
            ),
            [id.into()],
        )
        .await?)
}

/// The history of a task, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn steps_of_task(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Vec<Step>, PlanError> {
    read(connection, Of::Task(id)).await
}

/// The history of a self-review, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn steps_of_review(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Vec<Step>, PlanError> {
    read(connection, Of::Review(id)).await
}

/// The history of an Act record, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn steps_of_act(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Vec<Step>, PlanError> {
    read(connection, Of::Act(id)).await
}

/// The history of a proposal, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn steps_of_proposal(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Vec<Step>, PlanError> {
    read(connection, Of::Proposal(id)).await
}
