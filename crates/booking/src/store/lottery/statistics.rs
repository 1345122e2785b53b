//! Figures that show how fair a round was.

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::sql::Sql as _;

use super::{
    entries::{Entry, many},
    rounds::Round,
};
use crate::{
    error::BookingError,
    model::lottery::fairness::{Fairness, Winners},
};

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

/// The figures that show how fair a draw was; none before it.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn fairness(
    connection: &impl ConnectionTrait,
    round: i64,
) -> Result<Option<Fairness>, BookingError> {
    let figures: Option<String> = connection
        .value(
            "SELECT figures FROM booking_lottery_fairness WHERE round_id = $1",
            [round.into()],
        )
        .await?;
    Ok(figures
        .map(|figures| serde_json::from_str(&figures))
        .transpose()?)
}

/// Rounds of so many months count as a year.
const YEAR: i32 = 12;

/// How many people and groups won how often in the rounds of the same times in the twelve months that end with this round's.
pub(super) async fn winners(
    connection: &impl ConnectionTrait,
    round: &Round,
) -> Result<Vec<Winners>, BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        wins: i64,
        holders: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT wins, COUNT(*) AS holders FROM ( \
               SELECT e.holder, COUNT(e.won) AS wins FROM booking_lottery_entries e \
               JOIN booking_lottery_rounds r ON r.id = e.round_id \
               WHERE r.facility_key = $1 AND r.scope = $2 AND r.month > $3 AND r.month <= $4 AND r.state IN ('drawn', 'finished') \
                 AND e.state NOT IN ('entered', 'withdrawn') GROUP BY e.holder) AS by_holder \
             GROUP BY wins ORDER BY wins",
            [
                round.facility.as_str().into(),
                round.scope.as_deref().unwrap_or_default().into(),
                round.month.plus(-YEAR).to_string().into(),
                round.month.to_string().into(),
            ],
        )
        .await?;
    let count = |count| u64::try_from(count).unwrap_or(0);
    Ok(rows
        .into_iter()
        .map(|row| Winners {
            wins: count(row.wins),
            holders: count(row.holders),
        })
        .collect())
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
