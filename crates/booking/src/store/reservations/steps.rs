//! What becomes of a reservation: approved, refused, given up, used; and what lapses.

use jiff::Timestamp;
use sea_orm::FromQueryResult;
use serde_json::json;
use yakuba_city::{AuditEntry, Fact, Measure, Tx, sql::Sql as _};
use yakuba_kernel::{Channel, Yen};

use super::{
    booking::subject,
    reading::{Reservation, reservation},
};
use crate::{
    capabilities::{ABSENCES, ATTENDANCES, CANCELLATIONS},
    error::BookingError,
    model::{
        document::FacilityDocument,
        state::{Outcome, State, Step},
        time::Span,
    },
    store::{facilities::facility, lottery, points, queue::enter_with_appointment},
};

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The state now.
    pub state: State,
    /// Whether it was so before.
    pub already: bool,
    /// What of the fee is kept.
    pub kept_fee: Yen,
}

/// Takes a step with a reservation. Taking it twice is the same as once.
///
/// # Errors
/// [`BookingError::NoSuchReservation`]; [`BookingError::WrongState`]; [`BookingError::TooLate`] for giving up what has begun.
pub async fn step(tx: &Tx, id: i64, step: Step) -> Result<Changed, BookingError> {
    // Two steps with one reservation wait for each other.
    let known = tx
        .connection()
        .run(
            "UPDATE booking_reservations SET revision = revision + 1, changed_at = $2 WHERE id = $1",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    let found = reservation(tx.connection(), id)
        .await?
        .filter(|_| known == 1)
        .ok_or(BookingError::NoSuchReservation)?;
    let state = match found.state.after(step) {
        Outcome::Now(state) => state,
        Outcome::Already => {
            return Ok(Changed {
                state: found.state,
                already: true,
                kept_fee: found.kept_fee,
            });
        }
        Outcome::Impossible => return Err(BookingError::WrongState),
    };
    if step == Step::Cancel && tx.now() >= found.span.beginning() {
        return Err(BookingError::TooLate);
    }
    let document = facility(tx.connection(), &found.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(found.facility.clone()))?
        .document;
    let kept_fee = match step {
        Step::Cancel => kept(&document, &found.resource, found.span, found.fee, tx.now()),
        Step::MarkAbsent => found.fee,
        _ => Yen::ZERO,
    };
    tx.connection()
        .run(
            "UPDATE booking_reservations SET state = $2, kept_fee = $3, held_until = NULL WHERE id = $1",
            [id.into(), state.name().into(), kept_fee.amount().into()],
        )
        .await?;
    if !state.takes_units() {
        release(tx, id).await?;
        lottery::passed_on(tx, &document, &found).await?;
    }
    points::follow(tx, &document, &found, state).await?;
    let counted: Option<&Measure> = match state {
        State::Cancelled | State::Refused => Some(&CANCELLATIONS),
        State::Absent => Some(&ABSENCES),
        State::Attended => Some(&ATTENDANCES),
        _ => None,
    };
    if let Some(measure) = counted.filter(|_| !found.is_own) {
        tx.record(
            Fact::one(&measure.name, tx.now())
                .department(document.department.clone())
                .channel(found.channel)
                .subject(subject(&document, &found.resource)?)
                .record(format!("booking_reservations/{id}")),
        )
        .await?;
    }
    if state == State::Attended {
        // Whoever has an appointment at a counter is in its line from now on.
        enter_with_appointment(tx, &found, Channel::Counter).await?;
    }
    tx.audit(
        AuditEntry::new("booking.step", format!("reservation/{id}"))
            .with(json!({"from": found.state.name(), "to": state.name()})),
    );
    Ok(Changed {
        state,
        already: false,
        kept_fee,
    })
}

/// What of a reservation's fee would be kept if it were given up now.
pub fn kept_now(document: Option<&FacilityDocument>, found: &Reservation, now: Timestamp) -> Yen {
    document.map_or(Yen::ZERO, |document| {
        kept(document, &found.resource, found.span, found.fee, now)
    })
}

/// What of a fee is kept when it is given up now.
fn kept(document: &FacilityDocument, resource: &str, span: Span, fee: Yen, now: Timestamp) -> Yen {
    let Some(resource) = document.resource(resource) else {
        return Yen::ZERO;
    };
    let rules = document.rules_of(resource);
    if now < rules.free_to_cancel_until(span) {
        return Yen::ZERO;
    }
    let percent = i64::from(rules.cancelling.late_percent.min(100));
    Yen::new(fee.checked_mul(percent).map_or(0, Yen::amount) / 100)
}

pub(super) async fn release(tx: &Tx, id: i64) -> Result<(), BookingError> {
    tx.connection()
        .run(
            "DELETE FROM booking_taken WHERE reservation_id = $1",
            [id.into()],
        )
        .await?;
    Ok(())
}

/// Gives back a time that a browser holds, because it wants it no longer.
///
/// # Errors
/// When the database does not answer.
pub async fn let_go(tx: &Tx, id: i64, visit: &str) -> Result<(), BookingError> {
    let mine = tx
        .connection()
        .run(
            "UPDATE booking_reservations SET held_until = $3 WHERE id = $1 AND visit = $2 AND state = 'held'",
            [id.into(), visit.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if mine == 1 {
        forget(tx, id).await?;
    }
    Ok(())
}

/// Deletes what was held beyond its time: it never was a reservation.
///
/// # Errors
/// When the database does not answer.
pub(in crate::store) async fn forget(tx: &Tx, id: i64) -> Result<(), BookingError> {
    let lapsed = tx
        .connection()
        .run(
            "UPDATE booking_reservations SET revision = revision + 1 WHERE id = $1 AND held_until <= $2",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if lapsed == 0 {
        // It was asked for in time after all, or somebody else has cleared it away.
        return Ok(());
    }
    release(tx, id).await?;
    tx.connection()
        .run(
            "DELETE FROM booking_reservations WHERE id = $1",
            [id.into()],
        )
        .await?;
    Ok(())
}

/// Clears away everything that was held beyond its time, and tells how much it was.
///
/// # Errors
/// When the database does not answer.
pub async fn lapse(tx: &Tx) -> Result<usize, BookingError> {
    #[derive(FromQueryResult)]
    struct Lapsed {
        id: i64,
    }
    let lapsed: Vec<Lapsed> = tx
        .connection()
        .rows(
            "SELECT id FROM booking_reservations WHERE held_until <= $1 ORDER BY id LIMIT 1000",
            [tx.now().as_microsecond().into()],
        )
        .await?;
    for one in &lapsed {
        forget(tx, one.id).await?;
    }
    Ok(lapsed.len())
}
