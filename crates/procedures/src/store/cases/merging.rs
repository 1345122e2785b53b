//! Applications that were sent twice: one case ends in the other, and goes on for itself again when that was a mistake.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use super::{
    COLUMNS, Case, Row,
    steps::{own_due_on, settle},
};
use crate::{
    error::ProcedureError,
    model::{
        case::{Stage, Step},
        way::{Stop, Way},
    },
    notices::{self, CoNotice, Notice},
    store::{
        co_applicants,
        history::{self, What},
        keys::CaseKey,
    },
};

/// Ends a case in another of the same person and procedure, which goes on. Everything of it stays where it is: answers, files, messages
/// and notes, under its own key. Its booked time is given back, an open request for correction ends, and its applicant is told.
///
/// # Errors
/// [`ProcedureError::WrongState`] when they are not two open cases of the same person, procedure and department;
/// [`ProcedureError::ChangedMeanwhile`] when either has another revision.
pub async fn merge(
    tx: &Tx,
    key: &CaseKey,
    (case, revision): (i64, i64),
    (into, into_revision): (i64, i64),
) -> Result<(), ProcedureError> {
    let refused = ProcedureError::WrongState(
        "only open cases of the same person, procedure and department can be put together",
    );
    if case == into {
        return Err(refused);
    }
    let found = super::locked(tx, case, revision).await?;
    let other = super::locked(tx, into, into_revision).await?;
    if !found.may_end_in(&other) {
        return Err(refused);
    }
    tx.connection()
        .run(
            "UPDATE procedures_cases SET stage = $2, closed_at = $3, own_stage = NULL, own_due_on = NULL, merged_into = $4 WHERE id = $1",
            [
                case.into(),
                Stage::Withdrawn.as_str().into(),
                tx.now().as_microsecond().into(),
                into.into(),
            ],
        )
        .await?;
    settle(tx, &found, Step::Withdraw, &Stop::at(Stage::Withdrawn)).await?;
    history::note(
        tx,
        case,
        What::Merged {
            into,
            from: Some(found.stage),
            own: found.own_stage.clone(),
        },
    )
    .await?;
    history::note(tx, into, What::MergedHere { from: case }).await?;
    notices::tell(tx, key, case, Notice::Merged).await?;
    let document = super::document_of(tx.connection(), &found).await?;
    co_applicants::tell_all(tx, key, case, CoNotice::Merged(&document.title)).await?;
    for (one, with) in [
        (case, json!({ "into": into })),
        (into, json!({ "from": case })),
    ] {
        tx.audit(AuditEntry::new("procedures.merge", format!("procedures/cases/{one}")).with(with));
    }
    Ok(())
}

/// The cases that ended in a case, oldest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn merged_here(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<Vec<Case>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE merged_into = $1 ORDER BY received_at, id LIMIT 100"
    );
    let rows: Vec<Row> = connection.rows(&sql, [case.into()]).await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// Why two cases that were put together stay so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotUndone {
    /// The one that goes on is decided or ended.
    Decided,
    /// The one that ended is proposed for disposal, or disposed of.
    Disposal,
}

impl NotUndone {
    /// The name in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Disposal => "disposal",
        }
    }
}

/// Why a case that ended in another stays so; none when it can go on for itself again.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it did not end in another; when the database does not answer.
pub async fn undone_not(
    connection: &impl ConnectionTrait,
    case: &Case,
) -> Result<Option<NotUndone>, ProcedureError> {
    let into = case
        .merged_into
        .ok_or(ProcedureError::WrongState("the case ended in no other"))?;
    if case.disposed_at.is_some()
        || super::past_decisions::is_proposed_for_disposal(connection, case.id).await?
    {
        return Ok(Some(NotUndone::Disposal));
    }
    let kept = super::case(connection, into).await?;
    Ok((!kept.stage.is_open()).then_some(NotUndone::Decided))
}

/// Lets a case that ended in another go on for itself, from where it was. The time that it had booked does not come again.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it did not end in another, or [`undone_not`] says why it stays so;
/// [`ProcedureError::ChangedMeanwhile`].
pub async fn undo_merge(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
) -> Result<(), ProcedureError> {
    let found = super::locked(tx, case, revision).await?;
    let Some(into) = found.merged_into else {
        return Err(ProcedureError::WrongState("the case ended in no other"));
    };
    // Whoever decides the other at this moment takes turns with this.
    let other = super::case(tx.connection(), into).await?;
    super::lock(tx, into, other.revision).await?;
    if undone_not(tx.connection(), &found).await?.is_some() {
        return Err(ProcedureError::WrongState(
            "the other case is decided, or this one is to be disposed of",
        ));
    }
    let was = stop_before(tx, case).await?;
    let document = super::document_of(tx.connection(), &found).await?;
    let due = own_due_on(&Way::new(&document, None), &was, tx.today());
    tx.connection()
        .run(
            "UPDATE procedures_cases SET stage = $2, closed_at = NULL, own_stage = $3, own_due_on = $4, merged_into = NULL WHERE id = $1",
            [
                case.into(),
                was.stage.as_str().into(),
                was.own.into(),
                due.map(|day| day.to_string()).into(),
            ],
        )
        .await?;
    for (one, with) in [(case, into), (into, case)] {
        history::note(tx, one, What::MergeUndone { with }).await?;
        tx.audit(
            AuditEntry::new("procedures.undo_merge", format!("procedures/cases/{one}"))
                .with(json!({ "with": with })),
        );
    }
    notices::tell(tx, key, case, Notice::MergeUndone).await?;
    co_applicants::tell_all(tx, key, case, CoNotice::MergeUndone(&document.title)).await?;
    tx.emit(
        super::CASE_GOES_ON,
        json!({ "case": case, "occasion": found.revision }),
    )
    .await?;
    Ok(())
}

/// Where a case was when it ended in another.
async fn stop_before(tx: &Tx, case: i64) -> Result<Stop, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Detail {
        detail: String,
    }
    let row: Option<Detail> = tx
        .connection()
        .row(
            "SELECT detail FROM procedures_case_history WHERE case_id = $1 AND what = 'merged' ORDER BY id DESC LIMIT 1",
            [case.into()],
        )
        .await?;
    let what: Option<What> = row
        .map(|row| serde_json::from_str(&row.detail))
        .transpose()?;
    Ok(match what {
        Some(What::Merged {
            from: Some(stage),
            own,
            ..
        }) => Stop { stage, own },
        _ => Stop::at(Stage::Received),
    })
}
