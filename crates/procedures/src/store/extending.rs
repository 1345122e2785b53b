//! More time for a case (期間の延長), and files that are handed over with a decision.

use jiff::civil::Date;
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use crate::{
    error::ProcedureError,
    notices::{self, CoNotice, Notice},
    store::{
        cases::{self, locked},
        co_applicants,
        files::{self, SealedFile, UseFor},
        history::{self, What},
        keys::CaseKey,
        messages,
    },
};

/// Whether the time of a case can be extended: it is open, and there is a day by which it is to be decided.
pub fn is_extendable(case: &cases::Case) -> bool {
    case.stage.is_open() && case.due_on.is_some()
}

/// Extends the time of a case until a day. The applicant reads the notice among the messages, with the letter as a file, and is told of it
/// by mail, and so is everybody who applied together. Whether the case is decided in time is still measured by the day before.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it is decided or ended, has no day, or the new day is not later than the first one and today;
/// [`ProcedureError::ChangedMeanwhile`].
pub async fn extend(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    until: Date,
    notice: &str,
    letter: &SealedFile,
) -> Result<(), ProcedureError> {
    let found = locked(tx, case, revision).await?;
    let (Some(due_on), true) = (found.due_on, is_extendable(&found)) else {
        return Err(ProcedureError::WrongState("there is no time to extend"));
    };
    let first = found.due_before_extension.unwrap_or(due_on);
    if until <= first || until < tx.today() {
        return Err(ProcedureError::WrongState("the new day is not later"));
    }
    tx.connection()
        .run(
            "UPDATE procedures_cases SET due_on = $2, due_before_extension = $3 WHERE id = $1",
            [
                case.into(),
                until.to_string().into(),
                first.to_string().into(),
            ],
        )
        .await?;
    history::note(
        tx,
        case,
        What::Extended {
            from: due_on,
            until,
        },
    )
    .await?;
    messages::write_down(tx, key, case, true, notice, std::slice::from_ref(letter)).await?;
    notices::tell(tx, key, case, Notice::Extended(until)).await?;
    let document = cases::document_of(tx.connection(), &found).await?;
    let notice = CoNotice::Extended(&document.title, until);
    co_applicants::tell_all(tx, key, case, notice).await?;
    tx.audit(
        AuditEntry::new("procedures.extend", format!("procedures/cases/{case}"))
            .with(json!({ "from": due_on.to_string(), "until": until.to_string() })),
    );
    Ok(())
}

/// Hands files over with a decision, such as documents that are disclosed. The applicant fetches them as the letter, and is told by mail;
/// so does and is everybody who applied together and sees the letter.
///
/// # Errors
/// [`ProcedureError::WrongState`] when the case is not decided; [`ProcedureError::Disposed`]; [`ProcedureError::ChangedMeanwhile`].
pub async fn hand_out(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    new: &SealedFile,
) -> Result<(), ProcedureError> {
    let found = locked(tx, case, revision).await?;
    if found.disposed_at.is_some() {
        return Err(ProcedureError::Disposed);
    }
    if !found.stage.is_decided() {
        return Err(ProcedureError::WrongState("the case is not decided"));
    }
    files::add(tx, case, UseFor::Letter, new).await?;
    history::note(tx, case, What::FileHandedOut).await?;
    notices::tell(tx, key, case, Notice::FileHandedOut).await?;
    let document = cases::document_of(tx.connection(), &found).await?;
    let notice = CoNotice::FileHandedOut(&document.title);
    co_applicants::tell_who_see_decision(tx, key, case, &document, notice).await?;
    tx.audit(AuditEntry::new(
        "procedures.hand_out",
        format!("procedures/cases/{case}"),
    ));
    Ok(())
}

/// Takes a file back that was handed over by mistake. Whoever has fetched it has it.
///
/// # Errors
/// [`ProcedureError::WrongState`] when the case hands no such file over; [`ProcedureError::ChangedMeanwhile`].
pub async fn take_back_file(
    tx: &Tx,
    case: i64,
    revision: i64,
    file: &str,
) -> Result<(), ProcedureError> {
    locked(tx, case, revision).await?;
    if !files::remove(tx, case, UseFor::Letter, file).await? {
        return Err(ProcedureError::WrongState("there is no such file"));
    }
    history::note(tx, case, What::FileTakenBack).await?;
    tx.audit(AuditEntry::new(
        "procedures.take_back_file",
        format!("procedures/cases/{case}"),
    ));
    Ok(())
}
