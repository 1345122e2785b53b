//! The steps of a proposal: changed, withdrawn, heard, introduced, measured, concluded.

use jiff::civil::Date;
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_kernel::Yen;

use super::{
    Stamp, changed_one, filled,
    proposals::{
        Effect, HearingOutcome, NewProposal, check, expectations, note, way, write_expectations,
    },
};
use crate::{
    error::PlanError,
    model::cycle::{Conclusion, HearingVerdict, ProposalStep, decided_amount},
};

/// Changes a proposal before its hearing, if nobody else did since `revision` was read.
///
/// # Errors
/// [`PlanError::WrongState`], [`PlanError::Empty`], [`PlanError::ChangedMeanwhile`], or the database's.
pub async fn change_proposal(
    tx: &Tx,
    id: i64,
    revision: i64,
    new: &NewProposal,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    check(new)?;
    let (before, next) = way(tx, id, ProposalStep::Change).await?;
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_proposals SET title = $3, department = $4, purpose = $5, amount = $6, yearly_cost = $7,
               revision = revision + 1
             WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                new.title.trim().into(),
                new.department.clone().into(),
                new.purpose.trim().into(),
                new.amount.amount().into(),
                new.yearly_cost.amount().into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    write_expectations(tx, id, &new.expectations).await?;
    note(
        tx,
        id,
        ProposalStep::Change,
        (Some(before.state()), next),
        "",
        stamp,
    )
    .await
}

/// Takes a proposal back before its hearing.
///
/// # Errors
/// As [`change_proposal`]; [`PlanError::Empty`] without a reason.
pub async fn withdraw_proposal(
    tx: &Tx,
    id: i64,
    revision: i64,
    reason: &str,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let reason = filled(reason, "reason")?;
    let (before, next) = way(tx, id, ProposalStep::Withdraw).await?;
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_proposals SET state = $3, revision = revision + 1 WHERE id = $1 AND revision = $2",
            [id.into(), revision.into(), next.as_str().into()],
        )
        .await?;
    changed_one(rows)?;
    note(
        tx,
        id,
        ProposalStep::Withdraw,
        (Some(before.state()), next),
        &reason,
        stamp,
    )
    .await
}

/// Gives the hearing's verdict: as proposed, reduced to an amount, or declined.
///
/// # Errors
/// [`PlanError::Empty`] without words or, when reduced, without an amount between nothing and the proposed one;
/// otherwise as [`change_proposal`].
pub async fn hear_proposal(
    tx: &Tx,
    id: i64,
    revision: i64,
    outcome: &HearingOutcome,
    day: Date,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let text = filled(&outcome.text, "text")?;
    let step = if outcome.verdict == HearingVerdict::Declined {
        ProposalStep::Decline
    } else {
        ProposalStep::Accept
    };
    let (before, next) = way(tx, id, step).await?;
    let amount = decided_amount(outcome.verdict, Yen::new(before.amount), outcome.amount)
        .map_err(|_| PlanError::Empty("amount"))?;
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_proposals SET state = $3, verdict = $4, decided_amount = $5, heard_on = $6, hearing_text = $7,
               revision = revision + 1
             WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                next.as_str().into(),
                outcome.verdict.as_str().into(),
                amount.amount().into(),
                day.to_string().into(),
                text.clone().into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    note(tx, id, step, (Some(before.state()), next), &text, stamp).await
}

/// Notes that the system was introduced on a day.
///
/// # Errors
/// As [`change_proposal`].
pub async fn introduce_proposal(
    tx: &Tx,
    id: i64,
    revision: i64,
    day: Date,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let (before, next) = way(tx, id, ProposalStep::Introduce).await?;
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_proposals SET state = $3, introduced_on = $4, revision = revision + 1 WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                next.as_str().into(),
                day.to_string().into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    note(
        tx,
        id,
        ProposalStep::Introduce,
        (Some(before.state()), next),
        "",
        stamp,
    )
    .await
}

/// Enters the measured effects: one value for each expectation. Measuring again replaces the values; the history keeps
/// the earlier ones. A retired system cannot be measured again.
///
/// # Errors
/// [`PlanError::Empty`] when a value is missing, otherwise as [`change_proposal`].
pub async fn measure_proposal(
    tx: &Tx,
    id: i64,
    revision: i64,
    effects: &[Effect],
    day: Date,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let (before, next) = way(tx, id, ProposalStep::Measure).await?;
    if before.conclusion.as_deref() == Some(Conclusion::Retire.as_str()) {
        return Err(PlanError::WrongState("the system was retired"));
    }
    let expected = expectations(tx.connection(), id).await?;
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_proposals SET state = $3, measured_on = $4, revision = revision + 1 WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                next.as_str().into(),
                day.to_string().into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    let mut values = Vec::new();
    for expectation in &expected {
        let effect = effects
            .iter()
            .find(|effect| effect.position == expectation.position)
            .ok_or(PlanError::Empty("value"))?;
        tx.connection()
            .run(
                "UPDATE plan_expectations SET measured = $3, measured_text = $4 WHERE proposal_id = $1 AND position = $2",
                [
                    id.into(),
                    expectation.position.into(),
                    effect.value.to_string().into(),
                    effect.text.trim().into(),
                ],
            )
            .await?;
        values.push(format!(
            "{} {}{}",
            expectation.name, effect.value, expectation.unit
        ));
    }
    let text = values.join("\n");
    note(
        tx,
        id,
        ProposalStep::Measure,
        (Some(before.state()), next),
        &text,
        stamp,
    )
    .await
}

/// Decides what becomes of the system.
///
/// # Errors
/// [`PlanError::Empty`] without words, otherwise as [`change_proposal`].
pub async fn conclude_proposal(
    tx: &Tx,
    id: i64,
    revision: i64,
    conclusion: Conclusion,
    text: &str,
    day: Date,
    stamp: &Stamp,
) -> Result<(), PlanError> {
    let text = filled(text, "text")?;
    let (before, next) = way(tx, id, ProposalStep::Conclude).await?;
    let rows = tx
        .connection()
        .run(
            "UPDATE plan_proposals SET state = $3, conclusion = $4, conclusion_text = $5, concluded_on = $6,
               revision = revision + 1
             WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                next.as_str().into(),
                conclusion.as_str().into(),
                text.clone().into(),
                day.to_string().into(),
            ],
        )
        .await?;
    changed_one(rows)?;
    note(
        tx,
        id,
        ProposalStep::Conclude,
        (Some(before.state()), next),
        &text,
        stamp,
    )
    .await
}
