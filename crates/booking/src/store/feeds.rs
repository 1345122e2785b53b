//! Secret addresses of calendars, of persons and groups. The token stands for nothing else, and a new one ends the old.

use sea_orm::ConnectionTrait;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_identity::{CityKey, Token};

use crate::error::BookingError;

/// Whose calendar it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A resident's account.
    Resident(i64),
    /// A group.
    Group(i64),
}

impl Owner {
    /// The name in the database and in forms: `resident/7`, `group/3`.
    pub fn name(self) -> String {
        match self {
            Self::Resident(id) => format!("resident/{id}"),
            Self::Group(id) => format!("group/{id}"),
        }
    }

    /// The one of a name.
    pub fn read(name: &str) -> Option<Self> {
        let (kind, id) = name.split_once('/')?;
        let id = id.parse().ok()?;
        match kind {
            "resident" => Some(Self::Resident(id)),
            "group" => Some(Self::Group(id)),
            _ => None,
        }
    }
}

const PURPOSE: &str = "booking.feed";

fn hash(key: &CityKey, token: &Token) -> String {
    key.look_up(PURPOSE, token.as_str())
}

/// The token of a calendar, to be shown to its owner; none while there is no address.
///
/// # Errors
/// When it was sealed under another city key.
pub async fn token(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    owner: Owner,
) -> Result<Option<Token>, BookingError> {
    let sealed: Option<Vec<u8>> = connection
        .value(
            "SELECT sealed FROM booking_feeds WHERE owner = $1",
            [owner.name().into()],
        )
        .await?;
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let text = key.open_sealed(PURPOSE, &sealed)?;
    Ok(Some(Token::received(&String::from_utf8_lossy(&text))))
}

/// Whose calendar a token opens.
///
/// # Errors
/// When the database does not answer.
pub async fn owner(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    token: &Token,
) -> Result<Option<Owner>, BookingError> {
    let name: Option<String> = connection
        .value(
            "SELECT owner FROM booking_feeds WHERE token_hash = $1",
            [hash(key, token).into()],
        )
        .await?;
    Ok(name.as_deref().and_then(Owner::read))
}

/// Makes an address, in place of the one before, which opens nothing any more.
///
/// # Errors
/// When the database does not answer.
pub async fn renew(tx: &Tx, key: &CityKey, owner: Owner) -> Result<Token, BookingError> {
    let token = Token::generate();
    tx.connection()
        .run(
            "INSERT INTO booking_feeds (owner, token_hash, sealed, made_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (owner) DO UPDATE SET token_hash = $2, sealed = $3, made_at = $4",
            [
                owner.name().into(),
                hash(key, &token).into(),
                key.seal(PURPOSE, token.as_str().as_bytes())?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    tx.audit(AuditEntry::new("booking.feed", owner.name()));
    Ok(token)
}

/// Ends the address of a calendar.
///
/// # Errors
/// When the database does not answer.
pub async fn end(tx: &Tx, owner: Owner) -> Result<(), BookingError> {
    let gone = tx
        .connection()
        .run(
            "DELETE FROM booking_feeds WHERE owner = $1",
            [owner.name().into()],
        )
        .await?;
    if gone > 0 {
        tx.audit(AuditEntry::new("booking.feed_end", owner.name()));
    }
    Ok(())
}
