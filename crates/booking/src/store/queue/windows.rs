//! What staff do at a window, and setting a counter up.

use jiff::Timestamp;
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use super::{
    days::{end, kept},
    drawing::lock,
    reading::{Queue, Ticket, TicketState, queue, standing},
};
use crate::{error::BookingError, model::document::FacilityKind, store::facilities::facility};

/// How a counter's line is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The counter's key.
    pub counter: String,
    /// One letter from A to Z, which no other counter has.
    pub letter: String,
    /// How many windows it has, from 1 to 30.
    pub windows: u32,
    /// Whether a number can be drawn with a telephone.
    pub from_phones: bool,
    /// Whether numbers are drawn at all.
    pub is_on: bool,
}

/// Sets up the line of a counter, new or changed.
///
/// # Errors
/// [`BookingError::NoSuchResource`] when there is no such counter; [`BookingError::NotOffered`] when the letter or the number of
/// windows cannot be; [`BookingError::Taken`] when another counter has the letter.
pub async fn set_up(tx: &Tx, settings: &Settings) -> Result<(), BookingError> {
    let is_counter = facility(tx.connection(), &settings.counter)
        .await?
        .is_some_and(|found| found.document.kind == FacilityKind::Counter);
    if !is_counter {
        return Err(BookingError::NoSuchResource(settings.counter.clone()));
    }
    let is_letter = matches!(settings.letter.as_bytes(), [b'A'..=b'Z']);
    if !is_letter || !(1..=30).contains(&settings.windows) {
        return Err(BookingError::NotOffered);
    }
    let other: Option<String> = tx
        .connection()
        .value(
            "SELECT facility_key FROM booking_queues WHERE letter = $1 AND facility_key <> $2",
            [
                settings.letter.as_str().into(),
                settings.counter.as_str().into(),
            ],
        )
        .await?;
    if other.is_some() {
        return Err(BookingError::Taken);
    }
    tx.connection()
        .run(
            "INSERT INTO booking_queues (facility_key, letter, windows, from_phones, is_on, day, last_number, revision) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, 1) ON CONFLICT (facility_key) DO UPDATE SET letter = $2, windows = $3, \
               from_phones = $4, is_on = $5, revision = booking_queues.revision + 1",
            [
                settings.counter.as_str().into(),
                settings.letter.as_str().into(),
                i64::from(settings.windows).into(),
                i64::from(settings.from_phones).into(),
                i64::from(settings.is_on).into(),
                tx.today().to_string().into(),
            ],
        )
        .await?;
    for number in 1..=settings.windows {
        tx.connection()
            .run(
                "INSERT INTO booking_queue_windows (facility_key, number, revision) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING",
                [settings.counter.as_str().into(), i64::from(number).into()],
            )
            .await?;
    }
    tx.audit(
        AuditEntry::new(
            "booking.queue_set_up",
            format!("facility/{}", settings.counter),
        )
        .with(json!({
            "letter": settings.letter, "windows": settings.windows, "phones": settings.from_phones, "on": settings.is_on
        })),
    );
    Ok(())
}

/// What is done at a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowStep {
    /// It opens for today.
    Open,
    /// It calls nobody any more. Who is there is served to the end.
    Close,
    /// Who is there is done, and the next one is called.
    Next,
    /// Who is called is called again.
    Again,
    /// Who is there is done; nobody is called.
    Served,
    /// Nobody came: back in line once, then the number ends.
    Missed,
    /// Who is there goes on to another counter and is in line there by the moment at which the number was drawn.
    Transfer(String),
}

/// A step at a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The counter.
    pub counter: String,
    /// The window's number.
    pub window: u32,
    /// The window's revision that the page showed: what was done meanwhile, or by the first of two clicks, is not done again.
    pub revision: i64,
    /// What is done.
    pub step: WindowStep,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    /// It was done.
    Done,
    /// It was done, and nobody waits.
    Nobody,
    /// The page was not that of now: nothing was done.
    Stale,
}

/// Takes a step at a window. Sent twice it is done once.
///
/// # Errors
/// [`BookingError::NoSuchResource`]; [`BookingError::WrongState`] for calling from a closed window, or about nobody.
pub async fn act(tx: &Tx, act: &Act) -> Result<Acted, BookingError> {
    // Two lines are always locked in the same order.
    let mut other = None;
    if let WindowStep::Transfer(to) = &act.step {
        let target = queue(tx.connection(), to)
            .await?
            .filter(|target| target.is_on && *to != act.counter)
            .ok_or_else(|| BookingError::NoSuchResource(to.clone()))?;
        if *to < act.counter {
            lock(tx, to).await?;
        }
        other = Some(target);
    }
    let here = lock(tx, &act.counter).await?;
    if let Some(other) = &other
        && other.key() > act.counter.as_str()
    {
        lock(tx, other.key()).await?;
    }
    if act.window == 0 || act.window > here.windows {
        return Err(BookingError::NoSuchResource(format!(
            "{}/{}",
            act.counter, act.window
        )));
    }
    let changed = tx
        .connection()
        .run(
            "UPDATE booking_queue_windows SET revision = revision + 1 WHERE facility_key = $1 AND number = $2 AND revision = $3",
            [
                act.counter.as_str().into(),
                i64::from(act.window).into(),
                act.revision.into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Ok(Acted::Stale);
    }
    let now = tx.now();
    let standing = standing(tx.connection(), &here, now, tx.today()).await?;
    let there = standing.at(act.window);
    let present = || there.ok_or(BookingError::WrongState);
    match &act.step {
        WindowStep::Open => open(tx, act, Some(tx.today().to_string())).await?,
        WindowStep::Close => open(tx, act, None).await?,
        WindowStep::Next => {
            let is_open = standing
                .windows
                .iter()
                .any(|window| window.number == act.window && window.is_open);
            if !is_open {
                return Err(BookingError::WrongState);
            }
            if let Some(there) = there {
                end(tx, &here, there, TicketState::Served, now).await?;
            }
            let Some(next) = standing.waiting.first() else {
                return Ok(Acted::Nobody);
            };
            call(tx, next, act.window, now).await?;
        }
        WindowStep::Again => {
            tx.connection()
                .run(
                    "UPDATE booking_tickets SET calls = calls + 1 WHERE id = $1",
                    [present()?.id.into()],
                )
                .await?;
        }
        WindowStep::Served => end(tx, &here, present()?, TicketState::Served, now).await?,
        WindowStep::Missed => missed(tx, &here, present()?, now).await?,
        WindowStep::Transfer(to) => {
            let ticket = present()?;
            kept(tx, &here, ticket, TicketState::Served, now).await?;
            tx.connection()
                .run(
                    "UPDATE booking_tickets SET counter_key = $2, resource_key = '', state = 'waiting', due = NULL, waiting_since = $3, \
                       window_number = NULL, called_at = NULL, calls = 0, misses = 0 WHERE id = $1",
                    [
                        ticket.id.into(),
                        to.as_str().into(),
                        now.as_microsecond().into(),
                    ],
                )
                .await?;
        }
    }
    Ok(Acted::Done)
}

async fn open(tx: &Tx, act: &Act, day: Option<String>) -> Result<(), BookingError> {
    let is_open = day.is_some();
    tx.connection()
        .run(
            "UPDATE booking_queue_windows SET open_on = $3 WHERE facility_key = $1 AND number = $2",
            [
                act.counter.as_str().into(),
                i64::from(act.window).into(),
                day.into(),
            ],
        )
        .await?;
    tx.audit(
        AuditEntry::new("booking.queue_window", format!("facility/{}", act.counter))
            .with(json!({"window": act.window, "open": is_open})),
    );
    Ok(())
}

async fn call(tx: &Tx, ticket: &Ticket, window: u32, now: Timestamp) -> Result<(), BookingError> {
    tx.connection()
        .run(
            "UPDATE booking_tickets SET state = 'called', window_number = $2, called_at = $3, calls = 1 WHERE id = $1",
            [
                ticket.id.into(),
                i64::from(window).into(),
                now.as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

async fn missed(
    tx: &Tx,
    here: &Queue,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<(), BookingError> {
    if ticket.misses > 0 {
        tx.connection()
            .run(
                "UPDATE booking_tickets SET misses = 2 WHERE id = $1",
                [ticket.id.into()],
            )
            .await?;
        return end(tx, here, ticket, TicketState::Absent, now).await;
    }
    tx.connection()
        .run(
            "UPDATE booking_tickets SET state = 'waiting', turn = $2, due = NULL, misses = 1, window_number = NULL, called_at = NULL, \
               calls = 0 WHERE id = $1",
            [ticket.id.into(), now.as_microsecond().into()],
        )
        .await?;
    Ok(())
}
