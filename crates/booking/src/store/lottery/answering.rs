//! Winners take what they won, give it up, or do not answer.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use super::entries::{Entry, EntryState, entry, many, reservations_of};
use crate::{
    error::BookingError,
    model::{
        document::Way,
        state::{State, Step},
    },
    store::{
        facilities::facility,
        reservations::{self, reservation},
    },
};

/// An entry, so that two answers wait for each other.
pub(super) async fn locked(tx: &Tx, id: i64) -> Result<Entry, BookingError> {
    tx.connection()
        .run(
            "UPDATE booking_lottery_entries SET revision = revision + 1 WHERE id = $1",
            [id.into()],
        )
        .await?;
    entry(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchReservation)
}

async fn now_is(tx: &Tx, entry: &Entry, state: EntryState) -> Result<(), BookingError> {
    tx.connection()
        .run(
            "UPDATE booking_lottery_entries SET state = $2 WHERE id = $1",
            [entry.id.into(), state.name().into()],
        )
        .await?;
    tx.audit(
        AuditEntry::new(
            "booking.lottery.answer",
            format!("lottery/{}/entry/{}", entry.round, entry.id),
        )
        .with(json!({"state": state.name()})),
    );
    Ok(())
}

/// Takes what was won: the reservations are confirmed, or go on to staff where staff must agree. Doing it twice is the same as once.
///
/// # Errors
/// [`BookingError::TooLate`]; [`BookingError::WrongState`].
pub async fn accept(tx: &Tx, id: i64) -> Result<(), BookingError> {
    let found = locked(tx, id).await?;
    match found.state {
        EntryState::Accepted => return Ok(()),
        EntryState::Won => {}
        EntryState::Lapsed => return Err(BookingError::TooLate),
        _ => return Err(BookingError::WrongState),
    }
    if found.answer_by.is_some_and(|until| tx.now() >= until) {
        return Err(BookingError::TooLate);
    }
    now_is(tx, &found, EntryState::Accepted).await?;
    for won in reservations_of(tx.connection(), id).await? {
        let Some(held) = reservation(tx.connection(), won).await? else {
            continue;
        };
        let document = facility(tx.connection(), &held.facility).await?;
        let needs_staff = document
            .as_ref()
            .and_then(|facility| {
                let resource = facility.document.resource(&held.resource)?;
                Some(facility.document.rules_of(resource).way == Way::Approval)
            })
            .unwrap_or(true);
        if held.state == State::Requested && !needs_staff {
            reservations::step(tx, won, Step::Approve).await?;
        }
    }
    Ok(())
}

/// Gives up what was won; it goes to the runner-up in the same write. Doing it twice is the same as once.
///
/// # Errors
/// [`BookingError::WrongState`] when it was taken before: then the reservation is cancelled as any other.
pub async fn decline(tx: &Tx, id: i64) -> Result<(), BookingError> {
    let found = locked(tx, id).await?;
    match found.state {
        EntryState::Declined | EntryState::Lapsed => Ok(()),
        EntryState::Won => give_up(tx, &found, EntryState::Declined).await,
        _ => Err(BookingError::WrongState),
    }
}

async fn give_up(tx: &Tx, found: &Entry, state: EntryState) -> Result<(), BookingError> {
    now_is(tx, found, state).await?;
    for won in reservations_of(tx.connection(), found.id).await? {
        let held = reservation(tx.connection(), won).await?;
        if held.is_some_and(|held| held.state == State::Requested) {
            reservations::step(tx, won, Step::Refuse).await?;
        }
    }
    Ok(())
}

/// The entries that won and have not been answered yet, in the order of the draw.
///
/// # Errors
/// When the database does not answer.
pub async fn unanswered(
    connection: &impl ConnectionTrait,
    round: i64,
) -> Result<Vec<i64>, BookingError> {
    let waiting = many(
        connection,
        "round_id = $1 AND state = 'won' ORDER BY place",
        vec![round.into()],
    )
    .await?;
    Ok(waiting.into_iter().map(|entry| entry.id).collect())
}

/// Takes back what winners did not answer in time, and tells how many.
pub(super) async fn lapse(tx: &Tx, round: i64) -> Result<usize, BookingError> {
    #[derive(FromQueryResult)]
    struct Late {
        id: i64,
    }
    let late: Vec<Late> = tx
        .connection()
        .rows(
            "SELECT id FROM booking_lottery_entries WHERE round_id = $1 AND state = 'won' AND answer_by <= $2 ORDER BY place LIMIT 100",
            [round.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    for one in &late {
        let found = locked(tx, one.id).await?;
        if found.state != EntryState::Won {
            continue;
        }
        let mut is_agreed = false;
        for won in reservations_of(tx.connection(), one.id).await? {
            let held = reservation(tx.connection(), won).await?;
            is_agreed |= held.is_some_and(|held| {
                matches!(
                    held.state,
                    State::Confirmed | State::Attended | State::Absent
                )
            });
        }
        // Staff have agreed for them at the desk.
        if is_agreed {
            now_is(tx, &found, EntryState::Accepted).await?;
        } else {
            give_up(tx, &found, EntryState::Lapsed).await?;
        }
    }
    Ok(late.len())
}
