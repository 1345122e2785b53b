//! What belongs to a resident's account: drafts and cases, joined to it and let go of.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use crate::{
    error::ProcedureError,
    store::{
        cases::{self, Case},
        keys::CaseKey,
    },
};

/// The event of a deleted account; its payload is `{"resident": number}`.
pub const RESIDENT_DELETED: &str = "resident.deleted";

/// A case of an account, with what its owner has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCase {
    /// The case.
    pub case: Case,
    /// An open request for correction.
    pub correction: Option<OpenCorrection>,
    /// Messages of the desk that were not read yet.
    pub unread: i64,
}

/// A request for correction that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenCorrection {
    /// The last day to answer, if there is one.
    pub answer_by: Option<Date>,
}

/// The cases of an account, newest first, without those that were disposed of.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn cases(
    connection: &impl ConnectionTrait,
    resident: i64,
) -> Result<Vec<OwnCase>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Correction {
        case_id: i64,
        answer_by: Option<String>,
    }
    #[derive(FromQueryResult)]
    struct Unread {
        case_id: i64,
        messages: i64,
    }
    let corrections: Vec<Correction> = connection
        .rows(
            "SELECT asked.case_id, asked.answer_by FROM procedures_case_corrections asked \
             JOIN procedures_cases own ON own.id = asked.case_id WHERE own.resident = $1 AND asked.ended_at IS NULL",
            [resident.into()],
        )
        .await?;
    let unread: Vec<Unread> = connection
        .rows(
            "SELECT sent.case_id, COUNT(*) AS messages FROM procedures_case_messages sent \
             JOIN procedures_cases own ON own.id = sent.case_id \
             WHERE own.resident = $1 AND sent.from_desk = 1 AND sent.read_at IS NULL GROUP BY sent.case_id",
            [resident.into()],
        )
        .await?;
    Ok(cases::cases_of_resident(connection, resident)
        .await?
        .into_iter()
        .map(|case| OwnCase {
            correction: corrections
                .iter()
                .find(|open| open.case_id == case.id)
                .map(|open| OpenCorrection {
                    answer_by: open.answer_by.as_deref().and_then(|day| day.parse().ok()),
                }),
            unread: unread
                .iter()
                .find(|row| row.case_id == case.id)
                .map_or(0, |row| row.messages),
            case,
        })
        .collect())
}

/// Puts a case that was sent without an account into one, for who has shown its receipt number. When the case has no confirmed address
/// yet, news of it go to the account's.
///
/// # Errors
/// [`ProcedureError::WrongState`] when it is in an account already; [`ProcedureError::Disposed`].
pub async fn join(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    resident: i64,
    email: Option<&str>,
) -> Result<(), ProcedureError> {
    let joined = tx
        .connection()
        .run(
            "UPDATE procedures_cases SET resident = $2 \
             WHERE id = $1 AND resident IS NULL AND disposed_at IS NULL",
            [case.into(), resident.into()],
        )
        .await?;
    if joined == 0 {
        return Err(ProcedureError::WrongState("it is in an account already"));
    }
    let mut contact = cases::contact(tx.connection(), key, case).await?;
    if contact.email.is_none() && email.is_some() {
        contact.email = email.map(str::to_owned);
        set_contact(tx, key, case, &contact).await?;
    }
    tx.audit(AuditEntry::new(
        "procedures.join",
        format!("procedures/cases/{case}"),
    ));
    Ok(())
}

/// Turns mails about a case on or off, as its applicant asks.
///
/// # Errors
/// [`ProcedureError::Disposed`]; when the key is another case's.
pub async fn set_mail(tx: &Tx, key: &CaseKey, case: i64, on: bool) -> Result<(), ProcedureError> {
    let mut contact = cases::contact(tx.connection(), key, case).await?;
    if contact.no_mail == on {
        contact.no_mail = !on;
        set_contact(tx, key, case, &contact).await?;
    }
    Ok(())
}

/// Keeps how to reach the applicant.
pub(crate) async fn set_contact(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    contact: &cases::Contact,
) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "UPDATE procedures_case_contacts SET contact = $2 WHERE case_id = $1",
            [case.into(), key.seal_value("contact", contact)?.into()],
        )
        .await?;
    Ok(())
}

/// Lets go of a deleted account: its drafts go, its cases stay as records of the city but are nobody's any more.
///
/// # Errors
/// When the database does not carry it out.
pub async fn forget(tx: &Tx, resident: i64) -> Result<(), ProcedureError> {
    for sql in [
        "DELETE FROM procedures_case_sessions WHERE resident = $1",
        "DELETE FROM procedures_draft_files WHERE draft_id IN (SELECT id FROM procedures_drafts WHERE resident = $1)",
        "DELETE FROM procedures_drafts WHERE resident = $1",
        "UPDATE procedures_cases SET resident = NULL WHERE resident = $1",
        "UPDATE procedures_co_applicants SET resident = NULL WHERE resident = $1",
    ] {
        tx.connection().run(sql, [resident.into()]).await?;
    }
    Ok(())
}
