//! Who has shown the receipt number of a case: a random token in a cookie, for a while.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ConnectionTrait;
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_identity::Token;

use crate::error::ProcedureError;

/// So long the receipt number need not be entered again.
pub const LASTS: SignedDuration = SignedDuration::from_hours(2);

/// Lets the holder of a new token see a case for [`LASTS`].
///
/// # Errors
/// When the database does not carry it out.
pub async fn begin(tx: &Tx, case: i64, token: &Token) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "INSERT INTO procedures_case_sessions (token, case_id, expires_at) VALUES ($1, $2, $3)",
            [
                token.hash().into(),
                case.into(),
                (tx.now() + LASTS).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// The case that the holder of a token may see at a moment, if any.
///
/// # Errors
/// When the database does not answer.
pub async fn case_of(
    connection: &impl ConnectionTrait,
    token: &Token,
    now: Timestamp,
) -> Result<Option<i64>, ProcedureError> {
    Ok(connection
        .value(
            "SELECT case_id FROM procedures_case_sessions WHERE token = $1 AND expires_at > $2",
            [token.hash().into(), now.as_microsecond().into()],
        )
        .await?)
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
