//! Figures that show how fair a round was.

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::sql::Sql as _;

use super::entries::{Entry, many};
use crate::error::BookingError;

/// How many entries a round has, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromQueryResult)]
pub struct Counts {
    /// Entries that were not withdrawn.
    pub entries: i64,
    /// Of these, sent by residents themselves.
    pub online: i64,
    /// Won in the draw or moved up later.
    pub won: i64,
    /// Won, and not answered yet.
    pub unanswered: i64,
    /// Won and taken.
    pub accepted: i64,
    /// Won and given up, or not answered in time.
    pub given_up: i64,
    /// Offered to runners-up.
    pub offered: i64,
}

/// Counts the entries of a round.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(connection: &impl ConnectionTrait, round: i64) -> Result<Counts, BookingError> {
    let sum = |condition: &str| {
        format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT)")
    };
    let row: Option<Counts> = connection
        .row(
            &format!(
                "SELECT COUNT(*) AS entries, {} AS online, {} AS won, {} AS unanswered, {} AS accepted, {} AS given_up, {} AS offered \
                 FROM booking_lottery_entries WHERE round_id = $1 AND state <> 'withdrawn'",
                sum("channel = 'online'"),
                sum("won IS NOT NULL"),
                sum("state = 'won'"),
                sum("state = 'accepted'"),
                sum("state IN ('declined', 'lapsed')"),
                sum("offered = 1"),
            ),
            [round.into()],
        )
        .await?;
    Ok(row.unwrap_or_default())
}

/// Entries with the same number of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct ByTickets {
    /// How many tickets each has.
    pub tickets: i64,
    /// How many entries.
    pub entries: i64,
    /// How many of them won in the draw itself.
    pub won: i64,
    /// How many of them got their first choice.
    pub first_choice: i64,
}

/// Wins by tickets: whether those who had lost before did win more often.
///
/// # Errors
/// When the database does not answer.
pub async fn wins_by_tickets(
    connection: &impl ConnectionTrait,
    round: i64,
) -> Result<Vec<ByTickets>, BookingError> {
    Ok(connection
        .rows(
            "SELECT tickets, COUNT(*) AS entries, \
               CAST(SUM(CASE WHEN won IS NOT NULL AND offered = 0 THEN 1 ELSE 0 END) AS BIGINT) AS won, \
               CAST(SUM(CASE WHEN won = 0 AND offered = 0 THEN 1 ELSE 0 END) AS BIGINT) AS first_choice \
             FROM booking_lottery_entries WHERE round_id = $1 AND place IS NOT NULL GROUP BY tickets ORDER BY tickets",
            [round.into()],
        )
        .await?)
}

/// The entries of a round that somebody must look after: won, but the city took the time meanwhile, and they have no other one.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn problems(
    connection: &impl ConnectionTrait,
    round: i64,
) -> Result<Vec<Entry>, BookingError> {
    many(
        connection,
        "round_id = $1 AND state = 'blocked' AND id NOT IN (SELECT entry_id FROM booking_lottery_wins) ORDER BY place",
        vec![round.into()],
    )
    .await
}
