//! Codes that are read from one screen and typed into another: good once, for a short time, found by a keyed hash.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_identity::CityKey;

use crate::{error::ProcedureError, model::visit::ShortCode, store::cases::moment};

/// What a code opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseFor {
    /// A tablet shows the visitor a draft of the desk's. About the draft.
    Tablet,
    /// Staff take over what an applicant filled in at home. About the draft.
    Draft,
    /// Staff fill in what is verified of a resident's account. About the account.
    Resident,
}

impl UseFor {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Tablet => "tablet",
            Self::Draft => "draft",
            Self::Resident => "resident",
        }
    }

    /// So long a code can be used.
    pub const fn lasts(self) -> SignedDuration {
        match self {
            Self::Tablet | Self::Resident => SignedDuration::from_mins(10),
            Self::Draft => SignedDuration::from_hours(14 * 24),
        }
    }

    fn sealed_as(self, about: i64) -> String {
        format!("procedures.counter-code/{}/{about}", self.as_str())
    }
}

fn hash(city: &CityKey, use_for: UseFor, code: &ShortCode) -> String {
    city.look_up(
        &format!("procedures.counter-code/{}", use_for.as_str()),
        &code.plain(),
    )
}

/// A code that is about to be made.
#[derive(Debug, Clone)]
pub struct NewCode {
    use_for: UseFor,
    about: i64,
    hash: String,
    sealed: Vec<u8>,
}

impl NewCode {
    /// A new random code about something.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn seal(city: &CityKey, use_for: UseFor, about: i64) -> Result<Self, ProcedureError> {
        let code = ShortCode::generate();
        Ok(Self {
            use_for,
            about,
            hash: hash(city, use_for, &code),
            sealed: city.seal(&use_for.sealed_as(about), code.plain().as_bytes())?,
        })
    }
}

/// Makes a code; an earlier one about the same thing is good no more.
///
/// # Errors
/// When the database does not carry it out.
pub async fn make(tx: &Tx, new: &NewCode) -> Result<(), ProcedureError> {
    forget(tx, new.use_for, new.about).await?;
    tx.connection()
        .run(
            "INSERT INTO procedures_counter_codes (code, use_for, about, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)",
            [
                new.hash.as_str().into(),
                new.use_for.as_str().into(),
                new.about.into(),
                new.sealed.clone().into(),
                (tx.now() + new.use_for.lasts()).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Takes the code about something away.
///
/// # Errors
/// When the database does not carry it out.
pub async fn forget(tx: &Tx, use_for: UseFor, about: i64) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "DELETE FROM procedures_counter_codes WHERE use_for = $1 AND about = $2",
            [use_for.as_str().into(), about.into()],
        )
        .await?;
    Ok(())
}

/// The code about something that can be used now, and until when, to show it on the screen of whoever made it.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn current(
    connection: &impl ConnectionTrait,
    city: &CityKey,
    use_for: UseFor,
    about: i64,
    now: Timestamp,
) -> Result<Option<(ShortCode, Timestamp)>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        sealed: Vec<u8>,
        expires_at: i64,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT sealed, expires_at FROM procedures_counter_codes WHERE use_for = $1 AND about = $2 AND expires_at > $3",
            [
                use_for.as_str().into(),
                about.into(),
                now.as_microsecond().into(),
            ],
        )
        .await?;
    row.map(|row| {
        let opened = city.open_sealed(&use_for.sealed_as(about), &row.sealed)?;
        let code = String::from_utf8_lossy(&opened)
            .parse()
            .map_err(|_| ProcedureError::StoredValue("a code".to_owned()))?;
        Ok((code, moment(row.expires_at)?))
    })
    .transpose()
}

/// What a code that can be used now is about. The code stays: [`take`] uses it.
///
/// # Errors
/// When the database does not answer.
pub async fn about(
    connection: &impl ConnectionTrait,
    city: &CityKey,
    use_for: UseFor,
    code: &ShortCode,
    now: Timestamp,
) -> Result<Option<i64>, ProcedureError> {
    Ok(connection
        .value(
            "SELECT about FROM procedures_counter_codes WHERE code = $1 AND use_for = $2 AND expires_at > $3",
            [
                hash(city, use_for, code).into(),
                use_for.as_str().into(),
                now.as_microsecond().into(),
            ],
        )
        .await?)
}

/// Uses a code: what it is about, once. None when it is unknown, used or too old.
///
/// # Errors
/// When the database does not carry it out.
pub async fn take(
    tx: &Tx,
    city: &CityKey,
    use_for: UseFor,
    code: &ShortCode,
) -> Result<Option<i64>, ProcedureError> {
    Ok(tx
        .connection()
        .value(
            "DELETE FROM procedures_counter_codes WHERE code = $1 AND use_for = $2 AND expires_at > $3 RETURNING about",
            [
                hash(city, use_for, code).into(),
                use_for.as_str().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?)
}

/// Takes away what nobody can use any more.
///
/// # Errors
/// When the database does not carry it out.
pub async fn clean_up(tx: &Tx) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "DELETE FROM procedures_counter_codes WHERE expires_at <= $1",
            [tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}
