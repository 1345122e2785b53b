//! Messages between the desk and the applicant of a case.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use crate::{
    error::ProcedureError,
    notices,
    store::{
        cases::{self, locked, moment},
        files::{self, SealedFile, UseFor},
        history::{self, What},
        keys::CaseKey,
    },
};

/// The event of a message; its payload is `{"case": number, "from_desk": flag, "number": the message's}`.
pub const MESSAGE_SENT: &str = "procedures.message_sent";

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// 1 for the first of a case.
    pub number: i64,
    /// From the desk to the applicant, or the other way.
    pub from_desk: bool,
    /// What it says.
    pub text: String,
    /// The keys of the files sent along, see [`files::file`].
    pub files: Vec<String>,
    /// When.
    pub sent_at: Timestamp,
    /// By whom, as the audit log writes it.
    pub sent_by: String,
    /// When the other side first saw it.
    pub read_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
}

/// Sends a message and returns its number. The applicant can write as long as the case is not disposed of, the desk too.
///
/// # Errors
/// [`ProcedureError::NoSuchCase`], [`ProcedureError::Disposed`].
pub async fn send(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    from_desk: bool,
    text: &str,
    new_files: &[SealedFile],
) -> Result<i64, ProcedureError> {
    let number = write_down(tx, key, case, from_desk, text, new_files).await?;
    if from_desk {
        notices::tell_of_message(tx, key, case, number).await?;
    }
    Ok(number)
}

/// Writes a message down for an occasion that is told of by a mail of its own.
///
/// # Errors
/// As [`send`].
pub(super) async fn write_down(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    from_desk: bool,
    text: &str,
    new_files: &[SealedFile],
) -> Result<i64, ProcedureError> {
    let found = cases::case(tx.connection(), case).await?;
    if found.disposed_at.is_some() {
        return Err(ProcedureError::Disposed);
    }
    // Counting the revision makes two messages of the same moment take turns at their number.
    locked(tx, case, found.revision).await?;
    let last: Option<i64> = tx
        .connection()
        .value(
            "SELECT COALESCE(MAX(number), 0) FROM procedures_case_messages WHERE case_id = $1",
            [case.into()],
        )
        .await?;
    let number = last.unwrap_or(0) + 1;
    let sealed = Sealed {
        text: text.to_owned(),
        files: new_files.iter().map(|file| file.key.clone()).collect(),
    };
    tx.connection()
        .run(
            "INSERT INTO procedures_case_messages (case_id, number, from_desk, sealed, sent_at, sent_by) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                case.into(),
                number.into(),
                i64::from(from_desk).into(),
                key.seal_value(&format!("message/{number}"), &sealed)?.into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
            ],
        )
        .await?;
    for file in new_files {
        files::add(tx, case, UseFor::Message, file).await?;
    }
    history::note(tx, case, What::Message { from_desk }).await?;
    tx.emit(
        MESSAGE_SENT,
        serde_json::json!({"case": case, "from_desk": from_desk, "number": number}),
    )
    .await?;
    tx.audit(AuditEntry::new(
        "procedures.message",
        format!("procedures/cases/{case}"),
    ));
    Ok(number)
}

/// All messages of a case, oldest first.
///
/// # Errors
/// When the database does not answer or the key is another case's.
pub async fn messages(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Vec<Message>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        from_desk: i64,
        sealed: Vec<u8>,
        sent_at: i64,
        sent_by: String,
        read_at: Option<i64>,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT number, from_desk, sealed, sent_at, sent_by, read_at FROM procedures_case_messages \
             WHERE case_id = $1 ORDER BY number",
            [case.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let sealed: Sealed = key.open_value(&format!("message/{}", row.number), &row.sealed)?;
            Ok(Message {
                number: row.number,
                from_desk: row.from_desk != 0,
                text: sealed.text,
                files: sealed.files,
                sent_at: moment(row.sent_at)?,
                sent_by: row.sent_by,
                read_at: row.read_at.map(moment).transpose()?,
            })
        })
        .collect()
}

/// Notes that one side has seen everything the other wrote.
///
/// # Errors
/// When the database does not carry it out.
pub async fn mark_read(tx: &Tx, case: i64, by_desk: bool) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "UPDATE procedures_case_messages SET read_at = $3 WHERE case_id = $1 AND from_desk = $2 AND read_at IS NULL",
            [
                case.into(),
                i64::from(!by_desk).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}
