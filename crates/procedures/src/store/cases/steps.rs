//! Moving a case through its stages.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::{Timestamp, civil::Date};
use sea_orm::ConnectionTrait;
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::{Channel, working_days};

use super::{By, CASE_MOVED, Case};
use crate::{
    error::ProcedureError,
    model::{
        case::{Outcome, Stage, Step},
        document::{OwnStage, ProcedureDocument},
        way::{Stop, Way},
    },
    notices::{self, Notice},
    slots::record_of,
    store::{
        casework, corrections,
        history::{self, What},
        keys::CaseKey,
        version,
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

/// Counts the revision of a case, which makes changes of it and of what belongs to it take turns.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] when it has another revision.
pub(crate) async fn lock(tx: &Tx, case: i64, revision: i64) -> Result<(), ProcedureError> {
    locked(tx, case, revision).await.map(|_| ())
}

/// The procedure as the case was made with it, which it keeps.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn document_of(
    connection: &impl ConnectionTrait,
    case: &Case,
) -> Result<ProcedureDocument, ProcedureError> {
    let definition = version(connection, &case.procedure, case.version).await?;
    Ok(definition.ok_or(ProcedureError::NoSuchCase)?.document)
}

/// The stages of their procedures' own at which some of these cases are, by case, as the versions that the cases keep have them.
///
/// # Errors
/// As [`document_of`].
pub async fn own_stages(
    connection: &impl ConnectionTrait,
    cases: &[Case],
) -> Result<BTreeMap<i64, OwnStage>, ProcedureError> {
    let mut documents: BTreeMap<(&str, i64), ProcedureDocument> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for case in cases {
        let Some(key) = &case.own_stage else { continue };
        let document = match documents.entry((case.procedure.as_str(), case.version)) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(unread) => unread.insert(document_of(connection, case).await?),
        };
        let stage = Way::new(document, case.outcome).stage(key);
        found.extend(stage.map(|stage| (case.id, stage.clone())));
    }
    Ok(found)
}

/// Takes a step other than the decision, for which there is [`decide`](super::decide).
///
/// # Errors
/// [`ProcedureError::WrongState`] when the step is not possible; [`ProcedureError::NotTheirStep`] when the procedure lets others take it;
/// [`ProcedureError::ChangedMeanwhile`].
pub async fn step(
    tx: &Tx,
    case: i64,
    revision: i64,
    step: Step,
    by: &By,
) -> Result<Stop, ProcedureError> {
    if matches!(step, Step::Decide(_)) {
        return Err(ProcedureError::WrongState("a decision needs its text"));
    }
    let found = locked(tx, case, revision).await?;
    moved(tx, &found, step, by).await
}

pub(super) async fn moved(
    tx: &Tx,
    case: &Case,
    step: Step,
    by: &By,
) -> Result<Stop, ProcedureError> {
    let document = document_of(tx.connection(), case).await?;
    let way = Way::new(&document, case.outcome);
    let from = case.stop();
    let to = way
        .after(&from, step)
        .ok_or(ProcedureError::WrongState("the case is at another stage"))?;
    let hands = by
        .hands(tx.connection(), &document, &case.department, tx.today())
        .await?;
    if way.refusal(&hands, &from, step).is_some() {
        return Err(ProcedureError::NotTheirStep);
    }
    let now = tx.now().as_microsecond();
    let (outcome, decided_at) = match step {
        Step::Decide(outcome) => (Some(outcome), Some(now)),
        _ => (case.outcome, case.decided_at.map(Timestamp::as_microsecond)),
    };
    let own_due_on = own_due_on(&way, &to, tx.today());
    tx.connection()
        .run(
            "UPDATE procedures_cases SET stage = $2, outcome = $3, decided_at = $4, closed_at = $5, own_stage = $6, own_due_on = $7 \
             WHERE id = $1",
            [
                case.id.into(),
                to.stage.as_str().into(),
                outcome.map(Outcome::as_str).into(),
                decided_at.into(),
                to.stage.is_final().then_some(now).into(),
                to.own.clone().into(),
                own_due_on.map(|day| day.to_string()).into(),
            ],
        )
        .await?;
    settle(tx, case, step, &to).await?;
    let what = match step {
        Step::Decide(outcome) => What::Decided { outcome },
        Step::Forward | Step::Back => What::OwnStage {
            stage: to.stage,
            own: to.own.clone(),
            back: step == Step::Back,
        },
        _ => What::Stage {
            from: case.stage,
            to: to.stage,
        },
    };
    history::note(tx, case.id, what).await?;
    tx.audit(
        AuditEntry::new("procedures.move", format!("procedures/cases/{}", case.id))
            .with(json!({"from": from.to_string(), "to": to.to_string()})),
    );
    Ok(to)
}

/// By when a stage of the procedure's own that is reached on a day should be left.
pub(super) fn own_due_on(way: &Way<'_>, to: &Stop, today: Date) -> Option<Date> {
    let days = way.stage(to.own.as_deref()?)?.days?;
    Some(working_days::after_working_days(today, days))
}

/// What a step means for the time that was booked with the case, for an open correction, and for other systems.
pub(super) async fn settle(
    tx: &Tx,
    case: &Case,
    step: Step,
    to: &Stop,
) -> Result<(), ProcedureError> {
    let is_for_nothing =
        to.stage == Stage::Withdrawn || matches!(step, Step::Decide(Outcome::Refused));
    if let Some(slots) = tx.slots().filter(|_| is_for_nothing) {
        slots.give_back(tx, &record_of(case.id)).await?;
    }
    if !to.stage.is_open() {
        corrections::end_open(tx, case.id).await?;
    }
    // The stages of a procedure's own are the department's affair: other systems know the standard ones.
    if to.stage != case.stage {
        tx.emit(
            CASE_MOVED,
            json!({ "case": case.id, "stage": to.stage.as_str() }),
        )
        .await?;
    }
    Ok(())
}

/// Staff enter that the applicant takes the application back; what the applicant said, wrote or brought stays as a note that only staff
/// read, and the applicant is told.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it is decided or ended; [`ProcedureError::ChangedMeanwhile`].
pub async fn enter_withdrawal(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    channel: Channel,
    account: i64,
    said: &str,
) -> Result<(), ProcedureError> {
    step(tx, case, revision, Step::Withdraw, &By::Program).await?;
    history::note(tx, case, What::WithdrawalEntered { channel }).await?;
    casework::add_note(tx, key, case, account, said).await?;
    notices::tell(tx, key, case, Notice::WithdrawalEntered).await
}

/// The applicant takes the application back, which is possible until it is decided.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it is decided or ended.
pub async fn withdraw(tx: &Tx, case: i64) -> Result<(), ProcedureError> {
    let found = super::case(tx.connection(), case).await?;
    step(tx, case, found.revision, Step::Withdraw, &By::Program).await?;
    Ok(())
}
