//! What is sealed with a case: its receipt number, how to reach the applicant, and the answers in their versions.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value as Json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use super::{Contact, bad, locked, moment};
use crate::{
    error::ProcedureError,
    model::{proven, receipt::Receipt},
    store::{
        co_applicants,
        history::{self, What},
        keys::CaseKey,
        own, version,
    },
};

#[derive(FromQueryResult)]
struct ContactRow {
    receipt: Vec<u8>,
    contact: Vec<u8>,
}

async fn contact_row(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<ContactRow, ProcedureError> {
    let row: Option<ContactRow> = connection
        .row(
            "SELECT receipt, contact FROM procedures_case_contacts WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    row.ok_or(ProcedureError::Disposed)
}

/// The receipt number of a case.
///
/// # Errors
/// [`ProcedureError::Disposed`]; when the key is another case's.
pub async fn receipt(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Receipt, ProcedureError> {
    let row = contact_row(connection, case).await?;
    let plain = key.open("receipt", &row.receipt)?;
    String::from_utf8_lossy(&plain).parse().map_err(bad)
}

/// How to reach the applicant of a case.
///
/// # Errors
/// As [`receipt`].
pub async fn contact(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Contact, ProcedureError> {
    let row = contact_row(connection, case).await?;
    key.open_value("contact", &row.contact)
}

/// Answers as they were given at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAnswers {
    /// 1 as received, then one more for each correction.
    pub number: i64,
    /// What was answered.
    pub answers: Json,
    /// When.
    pub made_at: Timestamp,
    /// By whom, as the audit log writes it.
    pub made_by: String,
}

/// All versions of a case's answers, newest first; never empty.
///
/// # Errors
/// [`ProcedureError::Disposed`] when they were disposed of.
pub async fn answers(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Vec<GivenAnswers>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        sealed: Vec<u8>,
        made_at: i64,
        made_by: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT number, sealed, made_at, made_by FROM procedures_case_answers WHERE case_id = $1 ORDER BY number DESC",
            [case.into()],
        )
        .await?;
    if rows.is_empty() {
        return Err(ProcedureError::Disposed);
    }
    rows.into_iter()
        .map(|row| {
            Ok(GivenAnswers {
                number: row.number,
                answers: key.open_value(&format!("answers/{}", row.number), &row.sealed)?,
                made_at: moment(row.made_at)?,
                made_by: row.made_by,
            })
        })
        .collect()
}

/// Adds answers in a new version and returns its number; the old ones stay.
pub(in crate::store) async fn add_answers(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    answers: &Json,
) -> Result<i64, ProcedureError> {
    let last: Option<i64> = tx
        .connection()
        .value(
            "SELECT COALESCE(MAX(number), 0) FROM procedures_case_answers WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    let number = last.unwrap_or(0) + 1;
    keep_verified(tx, key, case, answers).await?;
    co_applicants::ask_again(tx, key, case, answers).await?;
    tx.connection()
        .run(
            "INSERT INTO procedures_case_answers (case_id, number, sealed, made_at, made_by) VALUES ($1, $2, $3, $4, $5)",
            [
                case.into(),
                number.into(),
                key.seal_value(&format!("answers/{number}"), answers)?.into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
            ],
        )
        .await?;
    Ok(number)
}

/// What was answered otherwise than before is not verified any more.
async fn keep_verified(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    after: &Json,
) -> Result<(), ProcedureError> {
    let mut contact = contact(tx.connection(), key, case).await?;
    if contact.verified.is_empty() {
        return Ok(());
    }
    let found = super::case(tx.connection(), case).await?;
    let definition = version(tx.connection(), &found.procedure, found.version)
        .await?
        .ok_or(ProcedureError::NoSuchCase)?;
    let newest = answers(tx.connection(), key, case).await?;
    let before = newest.first().ok_or(ProcedureError::Disposed)?;
    let still = proven::still_verified(
        &contact.verified,
        &definition.document.form,
        &serde_json::from_value(before.answers.clone())?,
        &serde_json::from_value(after.clone())?,
    );
    if still != contact.verified {
        contact.verified = still;
        own::set_contact(tx, key, case, &contact).await?;
    }
    Ok(())
}

/// Staff enter answers anew, such as after a telephone call; the applicant sees both versions. Returns the new version's number.
///
/// # Errors
/// [`ProcedureError::WrongState`] after the decision; [`ProcedureError::ChangedMeanwhile`].
pub async fn enter_answers(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    entered: &Json,
) -> Result<i64, ProcedureError> {
    let found = locked(tx, case, revision).await?;
    if !found.stage.is_open() {
        return Err(ProcedureError::WrongState("the case is decided or ended"));
    }
    let number = add_answers(tx, key, case, entered).await?;
    history::note(tx, case, What::AnswersEntered { answers: number }).await?;
    tx.audit(AuditEntry::new(
        "procedures.enter_answers",
        format!("procedures/cases/{case}"),
    ));
    tx.emit(
        super::CASE_ANSWERS_ENTERED,
        serde_json::json!({ "case": case, "occasion": number }),
    )
    .await?;
    Ok(number)
}
