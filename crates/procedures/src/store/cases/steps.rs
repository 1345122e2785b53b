//! Moving a case through its stages.

use jiff::Timestamp;
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use super::{CASE_MOVED, Case};
use crate::{
    error::ProcedureError,
    model::case::{Outcome, Stage, Step},
    slots::record_of,
    store::{
        corrections,
        history::{self, What},
    },
};

/// Reads a case for a change and counts its revision, which makes changes of the same case take turns.
pub(in crate::store) async fn locked(
    tx: &Tx,
    case: i64,
    revision: i64,
) -> Result<Case, ProcedureError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE procedures_cases SET revision = revision + 1 WHERE id = $1 AND revision = $2",
            [case.into(), revision.into()],
        )
        .await?;
    let found = super::case(tx.connection(), case).await?;
    if changed == 0 {
        return Err(ProcedureError::ChangedMeanwhile);
    }
    Ok(found)
}

/// Takes a step other than the decision, for which there is [`decide`](super::decide).
///
/// # Errors
/// [`ProcedureError::WrongState`] when the step is not possible; [`ProcedureError::ChangedMeanwhile`].
pub async fn step(tx: &Tx, case: i64, revision: i64, step: Step) -> Result<Stage, ProcedureError> {
    if matches!(step, Step::Decide(_)) {
        return Err(ProcedureError::WrongState("a decision needs its text"));
    }
    let found = locked(tx, case, revision).await?;
    moved(tx, &found, step).await
}

pub(super) async fn moved(tx: &Tx, case: &Case, step: Step) -> Result<Stage, ProcedureError> {
    let to = case
        .stage
        .after(step)
        .ok_or(ProcedureError::WrongState("the case is at another stage"))?;
    let now = tx.now().as_microsecond();
    let (outcome, decided_at) = match step {
        Step::Decide(outcome) => (Some(outcome), Some(now)),
        _ => (case.outcome, case.decided_at.map(Timestamp::as_microsecond)),
    };
    tx.connection()
        .run(
            "UPDATE procedures_cases SET stage = $2, outcome = $3, decided_at = $4, closed_at = $5 WHERE id = $1",
            [
                case.id.into(),
                to.as_str().into(),
                outcome.map(Outcome::as_str).into(),
                decided_at.into(),
                to.is_final().then_some(now).into(),
            ],
        )
        .await?;
    let is_for_nothing = to == Stage::Withdrawn || matches!(step, Step::Decide(Outcome::Refused));
    if let Some(slots) = tx.slots().filter(|_| is_for_nothing) {
        slots.give_back(tx, &record_of(case.id)).await?;
    }
    if !to.is_open() {
        corrections::end_open(tx, case.id).await?;
    }
    let what = match step {
        Step::Decide(outcome) => What::Decided { outcome },
        _ => What::Stage {
            from: case.stage,
            to,
        },
    };
    history::note(tx, case.id, what).await?;
    tx.emit(CASE_MOVED, json!({ "case": case.id, "stage": to.as_str() }))
        .await?;
    tx.audit(
        AuditEntry::new("procedures.move", format!("procedures/cases/{}", case.id))
            .with(json!({"from": case.stage.as_str(), "to": to.as_str()})),
    );
    Ok(to)
}

/// The applicant takes the application back, which is possible until it is decided.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it is decided or ended.
pub async fn withdraw(tx: &Tx, case: i64) -> Result<(), ProcedureError> {
    let found = super::case(tx.connection(), case).await?;
    step(tx, case, found.revision, Step::Withdraw).await?;
    Ok(())
}
