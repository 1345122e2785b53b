//! Who has opened a case: by its receipt number, or from the list of a resident's account. A random token in a cookie, for a while.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_identity::Token;

use crate::error::ProcedureError;

/// So long the receipt number need not be entered again.
pub const LASTS: SignedDuration = SignedDuration::from_hours(2);

/// Lets the holder of a new token see a case for [`LASTS`]; with an account, only while they are signed in to it.
///
/// # Errors
/// When the database does not carry it out.
pub async fn begin(
    tx: &Tx,
    case: i64,
    token: &Token,
    resident: Option<i64>,
) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "INSERT INTO procedures_case_sessions (token, case_id, expires_at, resident) VALUES ($1, $2, $3, $4)",
            [
                token.hash().into(),
                case.into(),
                (tx.now() + LASTS).as_microsecond().into(),
                resident.into(),
            ],
        )
        .await?;
    Ok(())
}

/// A case that somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseSession {
    /// The case.
    pub case: i64,
    /// The account from whose list it was opened: it counts only while its owner is signed in and the case is theirs.
    pub resident: Option<i64>,
}

/// What the holder of a token may see at a moment, if anything.
///
/// # Errors
/// When the database does not answer.
pub async fn case_of(
    connection: &impl ConnectionTrait,
    token: &Token,
    now: Timestamp,
) -> Result<Option<CaseSession>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        case_id: i64,
        resident: Option<i64>,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT case_id, resident FROM procedures_case_sessions WHERE token = $1 AND expires_at > $2",
            [token.hash().into(), now.as_microsecond().into()],
        )
        .await?;
    Ok(row.map(|row| CaseSession {
        case: row.case_id,
        resident: row.resident,
    }))
}

/// Ends what a token allows.
///
/// # Errors
/// When the database does not carry it out.
pub async fn end(tx: &Tx, token: &Token) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "DELETE FROM procedures_case_sessions WHERE token = $1",
            [token.hash().into()],
        )
        .await?;
    Ok(())
}

/// Takes away what has expired.
///
/// # Errors
/// When the database does not carry it out.
pub async fn clean_up(tx: &Tx) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "DELETE FROM procedures_case_sessions WHERE expires_at <= $1",
            [tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}
