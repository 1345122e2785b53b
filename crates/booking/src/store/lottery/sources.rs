//! The value that decides: brought by anybody, told by those who gave a hash, or typed in by two.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{Actor, AuditEntry, Tx, sql::Sql as _};

use super::rounds::{Round, RoundState, round};
use crate::{
    error::BookingError,
    model::lottery::{
        rules::SeedRule,
        source::{Proof, Source, fits, is_hash},
    },
};

/// Somebody who gives a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The place among the parties, from 1.
    pub party: i64,
    /// Who.
    pub name: String,
    /// The hash of the secret, once given.
    pub hash: Option<String>,
    /// The secret, once told.
    pub secret: Option<String>,
}

/// The parties of a round, in order.
///
/// # Errors
/// When the database does not answer.
pub async fn shares(
    connection: &impl ConnectionTrait,
    round: i64,
) -> Result<Vec<Share>, BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        party: i64,
        name: String,
        hash: Option<String>,
        secret: Option<String>,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT party, name, hash, secret FROM booking_lottery_shares WHERE round_id = $1 ORDER BY party",
            [round.into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Share {
            party: row.party,
            name: row.name,
            hash: row.hash,
            secret: row.secret,
        })
        .collect())
}

async fn locked(tx: &Tx, id: i64) -> Result<Round, BookingError> {
    tx.connection()
        .run(
            "UPDATE booking_lottery_rounds SET state = state WHERE id = $1",
            [id.into()],
        )
        .await?;
    round(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchRound)
}

/// Takes the hash of a party's secret, once, before the closing.
///
/// # Errors
/// [`BookingError::TooLate`]; [`BookingError::WrongLotteryValue`] when it is no hash; [`BookingError::WrongState`] when there is one.
pub async fn give_hash(tx: &Tx, id: i64, party: i64, hash: &str) -> Result<(), BookingError> {
    let round = locked(tx, id).await?;
    if round.state != RoundState::Open || tx.now() >= round.moments.closes {
        return Err(BookingError::TooLate);
    }
    if !is_hash(hash) {
        return Err(BookingError::WrongLotteryValue);
    }
    let given = tx
        .connection()
        .run(
            "UPDATE booking_lottery_shares SET hash = $3 WHERE round_id = $1 AND party = $2 AND hash IS NULL",
            [id.into(), party.into(), hash.into()],
        )
        .await?;
    if given == 0 {
        return Err(BookingError::WrongState);
    }
    tx.audit(
        AuditEntry::new("booking.lottery.hash", format!("lottery/{id}"))
            .with(json!({"party": party, "hash": hash})),
    );
    Ok(())
}

/// Takes a party's secret after the time of the draw. Whose it is, is told by its hash. Doing it twice is the same as once.
///
/// # Errors
/// [`BookingError::TooEarly`]; [`BookingError::WrongLotteryValue`] when no hash of the round is its own.
pub async fn give_secret(tx: &Tx, id: i64, secret: &str) -> Result<(), BookingError> {
    let round = locked(tx, id).await?;
    due(tx, &round)?;
    let party = shares(tx.connection(), id)
        .await?
        .into_iter()
        .find(|share| share.hash.as_deref().is_some_and(|hash| fits(secret, hash)))
        .map(|share| share.party)
        .ok_or(BookingError::WrongLotteryValue)?;
    let told = tx
        .connection()
        .run(
            "UPDATE booking_lottery_shares SET secret = $3 WHERE round_id = $1 AND party = $2 AND secret IS NULL",
            [id.into(), party.into(), secret.into()],
        )
        .await?;
    if told == 1 {
        tx.audit(
            AuditEntry::new("booking.lottery.secret", format!("lottery/{id}"))
                .with(json!({"party": party})),
        );
    }
    Ok(())
}

/// Whether a value may be taken now.
fn due(tx: &Tx, round: &Round) -> Result<(), BookingError> {
    if round.state == RoundState::Open || tx.now() < round.moments.draws {
        return Err(BookingError::TooEarly(round.moments.draws.to_string()));
    }
    if round.state != RoundState::Frozen {
        return Err(BookingError::WrongState);
    }
    Ok(())
}

/// How many people have typed in the public value of a round, and whether they agree.
///
/// # Errors
/// When the database does not answer.
pub async fn values_given(
    connection: &impl ConnectionTrait,
    round: i64,
) -> Result<(i64, bool), BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        people: i64,
        kinds: i64,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT COUNT(*) AS people, COUNT(DISTINCT value) AS kinds FROM booking_lottery_values WHERE round_id = $1",
            [round.into()],
        )
        .await?;
    Ok(row.map_or((0, true), |row| (row.people, row.kinds <= 1)))
}

/// Takes the public value as a member of staff types it in. While two do not agree, each can mend their own.
///
/// # Errors
/// [`BookingError::TooEarly`]; [`BookingError::WrongState`]; [`BookingError::WrongLotteryValue`] when it is empty or too long.
pub async fn give_value(tx: &Tx, id: i64, value: &str) -> Result<(), BookingError> {
    let round = locked(tx, id).await?;
    due(tx, &round)?;
    let Actor::Staff(account) = tx.actor() else {
        return Err(BookingError::NotAllowed("staff"));
    };
    let value = value.trim();
    if !matches!(round.rules.seed, SeedRule::PublicValue(_)) {
        return Err(BookingError::WrongState);
    }
    if value.is_empty() || value.chars().count() > 200 || value.contains(['\n', '\r']) {
        return Err(BookingError::WrongLotteryValue);
    }
    tx.connection()
        .run(
            "INSERT INTO booking_lottery_values (round_id, account, value) VALUES ($1, $2, $3) \
             ON CONFLICT (round_id, account) DO UPDATE SET value = excluded.value",
            [id.into(), (*account).into(), value.into()],
        )
        .await?;
    tx.audit(
        AuditEntry::new("booking.lottery.value", format!("lottery/{id}"))
            .with(json!({"value": value})),
    );
    Ok(())
}

/// The proof of a round's value from what is in the database: all secrets told, or a public value on which two agree.
pub(super) async fn proof(
    connection: &impl ConnectionTrait,
    round: &Round,
) -> Result<Option<Proof>, BookingError> {
    match &round.source {
        Source::Drand { .. } => Ok(None),
        Source::Shares { .. } => {
            let shares = shares(connection, round.id).await?;
            let secrets: Option<Vec<String>> = shares
                .into_iter()
                .filter(|share| share.hash.is_some())
                .map(|share| share.secret)
                .collect();
            Ok(secrets.map(Proof::Shares))
        }
        Source::Value { .. } => {
            let (people, agree) = values_given(connection, round.id).await?;
            if people < 2 || !agree {
                return Ok(None);
            }
            let value: Option<String> = connection
                .value(
                    "SELECT value FROM booking_lottery_values WHERE round_id = $1 ORDER BY account LIMIT 1",
                    [round.id.into()],
                )
                .await?;
            Ok(value.map(Proof::Value))
        }
    }
}

/// A proof of drand that anybody brings, looked over before it is used.
///
/// # Errors
/// [`BookingError::TooEarly`]; [`BookingError::WrongState`]; [`BookingError::WrongLotteryValue`] when the signature does not hold.
pub fn bring(round: &Round, signature: &str, now: jiff::Timestamp) -> Result<Proof, BookingError> {
    match round.state {
        RoundState::Open => return Err(BookingError::TooEarly(round.moments.draws.to_string())),
        RoundState::Drawn | RoundState::Finished => return Err(BookingError::WrongState),
        RoundState::Frozen => {}
    }
    if now < round.moments.draws {
        return Err(BookingError::TooEarly(round.moments.draws.to_string()));
    }
    let proof = Proof::Drand(signature.trim().to_lowercase());
    round
        .source
        .value(&proof)
        .map_err(|_| BookingError::WrongLotteryValue)?;
    Ok(proof)
}
