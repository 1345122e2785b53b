//! The end of a stay, what is measured of it, and the end of a day.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{Fact, JAPAN, Measure, Tx, sql::Sql as _};
use yakuba_kernel::Quantity;

use super::{
    drawing::{lock, subject},
    reading::{Queue, Ticket, TicketState, queues, tickets},
};
use crate::{
    capabilities::{QUEUE_LEFT, QUEUE_LONGEST_WAIT, QUEUE_MEDIAN_WAIT, QUEUE_SERVED, QUEUE_WAITED},
    error::BookingError,
    model::{
        queue::median,
        time::{ClockTime, DAY, moment},
    },
};

/// Numbers are kept for so many days; what was measured stays.
const KEPT_DAYS: i32 = 30;
/// So far back the daily levels are told, should the program have been off at night.
const TOLD_DAYS: i32 = 14;

/// Ends a ticket and keeps what was measured.
pub(super) async fn end(
    tx: &Tx,
    queue: &Queue,
    ticket: &Ticket,
    state: TicketState,
    at: Timestamp,
) -> Result<(), BookingError> {
    kept(tx, queue, ticket, state, at).await?;
    tx.connection()
        .run(
            "UPDATE booking_tickets SET state = $2, ended_at = $3 WHERE id = $1",
            [
                ticket.id.into(),
                state.name().into(),
                at.as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Keeps how long somebody waited and was served, and tells the facts.
pub(super) async fn kept(
    tx: &Tx,
    queue: &Queue,
    ticket: &Ticket,
    outcome: TicketState,
    at: Timestamp,
) -> Result<(), BookingError> {
    let is_served = outcome == TicketState::Served;
    let until = ticket.called_at.unwrap_or(at);
    let waited = until.duration_since(ticket.waiting_since).as_secs().max(0);
    // A day that ended over somebody tells nothing about how long a service takes.
    let is_today = ticket.day == tx.today();
    let served = ticket
        .called_at
        .filter(|_| is_served && is_today)
        .map(|called| at.duration_since(called).as_secs().max(0));
    let hour = ticket
        .waiting_since
        .to_zoned(jiff::tz::TimeZone::fixed(JAPAN))
        .hour();
    tx.connection()
        .run(
            "INSERT INTO booking_queue_stays (facility_key, day, hour, outcome, had_appointment, waited, served, ended_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                queue.key().into(),
                ticket.day.to_string().into(),
                i64::from(hour).into(),
                outcome.name().into(),
                i64::from(ticket.reservation.is_some()).into(),
                waited.into(),
                served.into(),
                at.as_microsecond().into(),
            ],
        )
        .await?;
    let fact = |measure: &Measure| -> Result<Fact, BookingError> {
        Ok(Fact::one(&measure.name, at)
            .department(queue.department().clone())
            .channel(ticket.channel)
            .subject(subject(queue)?)
            .record(format!("booking_tickets/{}", ticket.id)))
    };
    if is_served {
        tx.record(fact(&QUEUE_SERVED)?).await?;
        tx.record(fact(&QUEUE_WAITED)?.quantity(Quantity::from_integer(waited)?))
            .await?;
    } else {
        tx.record(fact(&QUEUE_LEFT)?).await?;
    }
    Ok(())
}

/// Ends what the days before today left in line, tells the daily levels, and deletes old numbers. Done twice it is the same as once.
///
/// # Errors
/// When the database does not answer.
pub async fn close_days(tx: &Tx) -> Result<(), BookingError> {
    let today = tx.today();
    for queue in queues(tx.connection()).await? {
        let left = tickets(
            tx.connection(),
            "t.counter_key = $1 AND t.day < $2 AND t.state IN ('waiting', 'called')",
            vec![queue.key().into(), today.to_string().into()],
        )
        .await?;
        if !left.is_empty() {
            lock(tx, queue.key()).await?;
        }
        for ticket in left {
            let state = match ticket.state {
                TicketState::Called => TicketState::Served,
                _ => TicketState::Left,
            };
            end(tx, &queue, &ticket, state, evening(ticket.day)).await?;
        }
        tell_days(tx, &queue, today).await?;
    }
    let old = today.checked_sub(KEPT_DAYS.days()).unwrap_or(Date::MIN);
    tx.connection()
        .run(
            "DELETE FROM booking_tickets WHERE day < $1",
            [old.to_string().into()],
        )
        .await?;
    Ok(())
}

/// The last moment of a day, less a minute.
fn evening(day: Date) -> Timestamp {
    moment(day, ClockTime::from_minutes(DAY - 1).unwrap_or_default())
}

#[derive(FromQueryResult)]
struct Stay {
    day: String,
    hour: i64,
    waited: i64,
}

async fn served_since(
    connection: &impl ConnectionTrait,
    key: &str,
    first: Date,
) -> Result<Vec<Stay>, BookingError> {
    Ok(connection
        .rows(
            "SELECT day, hour, waited FROM booking_queue_stays WHERE facility_key = $1 AND day >= $2 AND outcome = 'served'",
            [key.into(), first.to_string().into()],
        )
        .await?)
}

/// The median and the longest wait of each day that is over.
async fn tell_days(tx: &Tx, queue: &Queue, today: Date) -> Result<(), BookingError> {
    let first = today.checked_sub(TOLD_DAYS.days()).unwrap_or(Date::MIN);
    let mut days: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for stay in served_since(tx.connection(), queue.key(), first).await? {
        days.entry(stay.day).or_default().push(stay.waited);
    }
    for (day, waits) in days {
        let Ok(date) = day.parse::<Date>() else {
            continue;
        };
        if date >= today {
            continue;
        }
        for (measure, value) in [
            (&QUEUE_MEDIAN_WAIT, median(&waits)),
            (&QUEUE_LONGEST_WAIT, waits.iter().max().copied()),
        ] {
            let Some(value) = value else { continue };
            tx.record(
                Fact::one(&measure.name, evening(date))
                    .department(queue.department().clone())
                    .subject(subject(queue)?)
                    .quantity(Quantity::from_integer(value)?)
                    .idempotency_key(format!("{}/{}/{day}", measure.name, queue.key())),
            )
            .await?;
        }
    }
    Ok(())
}

/// How long people waited who began to wait in an hour of the day, over several days; in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    /// The hour, from 0 to 23.
    pub hour: u8,
    /// How many were served.
    pub served: usize,
    /// The median of their waits.
    pub median: i64,
    /// The longest wait.
    pub longest: i64,
}

/// The waits since a day by the hour in which they began, and all together at the end; empty when nothing was measured.
///
/// # Errors
/// When the database does not answer.
pub async fn hours(
    connection: &impl ConnectionTrait,
    key: &str,
    first: Date,
) -> Result<(Vec<Hour>, Option<Hour>), BookingError> {
    let mut by_hour: BTreeMap<u8, Vec<i64>> = BTreeMap::new();
    let mut all = Vec::new();
    for stay in served_since(connection, key, first).await? {
        by_hour
            .entry(u8::try_from(stay.hour).unwrap_or(0))
            .or_default()
            .push(stay.waited);
        all.push(stay.waited);
    }
    let of = |hour: u8, waits: &[i64]| {
        Some(Hour {
            hour,
            served: waits.len(),
            median: median(waits)?,
            longest: waits.iter().max().copied()?,
        })
    };
    let hours = by_hour
        .iter()
        .filter_map(|(hour, waits)| of(*hour, waits))
        .collect();
    Ok((hours, of(0, &all)))
}
