//! What becomes of a reservation: approved, refused, given up, used; and what lapses.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};
use sea_orm::FromQueryResult;
use serde_json::json;
use yakuba_city::{AuditEntry, Fact, FactId, JAPAN, Measure, SLOT_CHANGED, Tx, sql::Sql as _};
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
    store::{
        facilities::{facility, facility_in},
        history::{self, What},
        lottery, points,
        queue::{enter_with_appointment, take_back_appointment},
        waiting::offer_free,
    },
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

/// A reservation, read so that every other change of it waits for the end of this write.
///
/// # Errors
/// [`BookingError::NoSuchReservation`].
pub(super) async fn locked(tx: &Tx, id: i64) -> Result<Reservation, BookingError> {
    let known = tx
        .connection()
        .run(
            "UPDATE booking_reservations SET revision = revision + 1, changed_at = $2 WHERE id = $1",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    reservation(tx.connection(), id)
        .await?
        .filter(|_| known == 1)
        .ok_or(BookingError::NoSuchReservation)
}

/// Takes a step with a reservation. Taking it twice is the same as once.
///
/// # Errors
/// [`BookingError::NoSuchReservation`]; [`BookingError::WrongState`]; [`BookingError::TooLate`] for giving up what has begun.
pub async fn step(tx: &Tx, id: i64, step: Step) -> Result<Changed, BookingError> {
    step_because(tx, id, step, None).await
}

/// Takes a step with a reservation for a reason that its history keeps (see [`history::seal_said`]).
///
/// # Errors
/// As [`step`].
pub async fn step_because(
    tx: &Tx,
    id: i64,
    step: Step,
    said: Option<&[u8]>,
) -> Result<Changed, BookingError> {
    let found = locked(tx, id).await?;
    let is_coming_or_not = matches!(step, Step::CheckIn | Step::MarkAbsent | Step::TakeBack);
    if found.is_course && is_coming_or_not {
        // Who comes is noted for each session.
        return Err(BookingError::WrongState);
    }
    if let Some(course) = found.course {
        // A session is not given up by itself, and nobody comes to it once the course is given up.
        let course = locked(tx, course).await?;
        if !is_coming_or_not || !course.state.takes_units() {
            return Err(BookingError::WrongState);
        }
    }
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
    let document = facility_in(tx, &found.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(found.facility.clone()))?
        .document;
    let kept_fee = match step {
        Step::Cancel => kept(&document, &found.resource, found.span, found.fee, tx.now()),
        Step::MarkAbsent => found.fee,
        _ => Yen::ZERO,
    };
    // What was noted by mistake is not counted.
    match found.state {
        State::Absent => uncount(tx, &found, &ABSENCES).await?,
        State::Attended => uncount(tx, &found, &ATTENDANCES).await?,
        _ => {}
    }
    become_state(tx, &document, &found, state, kept_fee).await?;
    if !state.takes_units() {
        // In the same write: nobody who is merely quick gets between.
        offer_free(tx, &document, found.span.day()).await?;
        lottery::passed_on(tx, &document, &found).await?;
    }
    points::follow(tx, &document, &found, state).await?;
    let what = What::Step {
        from: found.state.name().to_owned(),
        to: state.name().to_owned(),
    };
    history::note(tx, id, &what, said)?;
    Ok(Changed {
        state,
        already: false,
        kept_fee,
    })
}

/// Gives up a reservation because the city needs the time: at any moment, without any fee, and told as what it gave way to.
///
/// # Errors
/// When the database does not carry it out.
pub(in crate::store) async fn give_way(
    tx: &Tx,
    document: &FacilityDocument,
    id: i64,
    to: &What,
) -> Result<Option<Reservation>, BookingError> {
    let found = locked(tx, id).await?;
    if found.state == State::Held {
        let whole = found.course.unwrap_or(id);
        tx.connection()
            .run(
                "UPDATE booking_reservations SET held_until = $2 WHERE id = $1",
                [whole.into(), tx.now().as_microsecond().into()],
            )
            .await?;
        forget(tx, whole).await?;
        return Ok(None);
    }
    if !matches!(found.state, State::Requested | State::Confirmed) {
        return Ok(None);
    }
    let (official, closure) = match to {
        What::Displaced { by } => (Some(*by), None),
        What::Closed { closure } => (None, Some(*closure)),
        _ => (None, None),
    };
    tx.connection()
        .run(
            "UPDATE booking_reservations SET displaced_by = $2, closure_id = $3 WHERE id = $1",
            [id.into(), official.into(), closure.into()],
        )
        .await?;
    become_state(tx, document, &found, State::Cancelled, Yen::ZERO).await?;
    history::note(tx, id, to, None)?;
    if let Some(course) = found.course {
        end_empty_course(tx, document, course, (official, closure)).await?;
    }
    Ok(Some(found))
}

/// Gives up a booking of a course of which the city has called off every session.
async fn end_empty_course(
    tx: &Tx,
    document: &FacilityDocument,
    course: i64,
    (official, closure): (Option<i64>, Option<i64>),
) -> Result<(), BookingError> {
    let whole = locked(tx, course).await?;
    let left: Option<i64> = tx
        .connection()
        .value(
            "SELECT COUNT(*) FROM booking_reservations WHERE course_id = $1 AND state NOT IN ('cancelled', 'refused')",
            [course.into()],
        )
        .await?;
    if left != Some(0) || !whole.state.takes_units() {
        return Ok(());
    }
    tx.connection()
        .run(
            "UPDATE booking_reservations SET displaced_by = $2, closure_id = $3 WHERE id = $1",
            [course.into(), official.into(), closure.into()],
        )
        .await?;
    become_state(tx, document, &whole, State::Cancelled, Yen::ZERO).await
}

/// Takes a fact about a reservation back.
async fn uncount(tx: &Tx, found: &Reservation, measure: &Measure) -> Result<(), BookingError> {
    tx.record_what_was_kept().await?;
    let fact: Option<i64> = tx
        .connection()
        .value(
            "SELECT f.id FROM facts f LEFT JOIN facts back ON back.corrects = f.id \
             WHERE f.measure = $1 AND f.day >= $2 AND f.record = $3 AND f.sign = 1 AND back.id IS NULL \
             ORDER BY f.id DESC LIMIT 1",
            [
                measure.name.as_str().into(),
                found
                    .made_at
                    .to_zoned(TimeZone::fixed(JAPAN))
                    .date()
                    .to_string()
                    .into(),
                format!("booking_reservations/{}", found.id).into(),
            ],
        )
        .await?;
    if let Some(fact) = fact {
        tx.take_back(FactId(fact)).await?;
    }
    Ok(())
}

/// Puts a reservation into a state, with everything that follows from it.
async fn become_state(
    tx: &Tx,
    document: &FacilityDocument,
    found: &Reservation,
    state: State,
    kept_fee: Yen,
) -> Result<(), BookingError> {
    let id = found.id;
    tx.connection()
        .run(
            "UPDATE booking_reservations SET state = $2, kept_fee = $3, held_until = NULL WHERE id = $1",
            [id.into(), state.name().into(), kept_fee.amount().into()],
        )
        .await?;
    if found.is_course {
        // What its sessions were up to now stays with them.
        tx.connection()
            .run(
                "UPDATE booking_reservations SET state = $2, held_until = NULL, changed_at = $3, revision = revision + 1 \
                 WHERE course_id = $1 AND state IN ('held', 'requested', 'confirmed')",
                [
                    id.into(),
                    state.name().into(),
                    tx.now().as_microsecond().into(),
                ],
            )
            .await?;
    }
    if !state.takes_units() {
        release(tx, id).await?;
    }
    let counted: Option<&Measure> = match state {
        // A session that is called off is no registration given up.
        State::Cancelled | State::Refused if found.course.is_some() => None,
        State::Cancelled | State::Refused => Some(&CANCELLATIONS),
        State::Absent => Some(&ABSENCES),
        State::Attended => Some(&ATTENDANCES),
        _ => None,
    };
    if let Some(measure) = counted.filter(|_| !found.is_own) {
        tx.record_at_the_end(
            Fact::one(&measure.name, tx.now())
                .department(document.department.clone())
                .channel(found.channel)
                .subject(subject(document, &found.resource)?)
                .record(format!("booking_reservations/{id}")),
        )?;
    }
    if !state.takes_units() {
        tell_record(tx, found).await?;
    }
    if state == State::Attended {
        // Whoever has an appointment at a counter is in its line from now on.
        enter_with_appointment(tx, found, Channel::Counter).await?;
    } else if found.state == State::Attended {
        take_back_appointment(tx, id).await?;
    }
    tx.audit(
        AuditEntry::new("booking.step", format!("reservation/{id}"))
            .with(json!({"from": found.state.name(), "to": state.name()})),
    );
    Ok(())
}

/// Tells the service whose record a reservation is for that it was called off or moved.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn tell_record(tx: &Tx, found: &Reservation) -> Result<(), BookingError> {
    if let Some(record) = &found.record {
        tx.emit(SLOT_CHANGED, json!({ "record": record })).await?;
    }
    Ok(())
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

/// Gives back what a reservation takes, or the sessions of a course, but not those that are over.
pub(super) async fn release(tx: &Tx, id: i64) -> Result<(), BookingError> {
    tx.connection()
        .run(
            "DELETE FROM booking_taken WHERE reservation_id IN (SELECT id FROM booking_reservations \
               WHERE id = $1 OR (course_id = $1 AND state NOT IN ('attended', 'absent')))",
            [id.into()],
        )
        .await?;
    Ok(())
}

/// Deletes a reservation that never was one, with the sessions of a course.
pub(super) async fn delete(tx: &Tx, id: i64) -> Result<(), BookingError> {
    release(tx, id).await?;
    for of in ["course_id", "id"] {
        tx.connection()
            .run(
                &format!("DELETE FROM booking_reservations WHERE {of} = $1"),
                [id.into()],
            )
            .await?;
    }
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
        let found = reservation(tx.connection(), id).await?;
        forget(tx, id).await?;
        if let Some(found) = found
            && let Some(place) = facility(tx.connection(), &found.facility).await?
        {
            offer_free(tx, &place.document, found.span.day()).await?;
        }
    }
    Ok(())
}

/// Deletes what was held beyond its time: it never was a reservation.
///
/// # Errors
/// When the database does not answer.
pub(in crate::store) async fn forget(tx: &Tx, id: i64) -> Result<(), BookingError> {
    let whole: Option<i64> = tx
        .connection()
        .value(
            "SELECT COALESCE(course_id, id) FROM booking_reservations WHERE id = $1",
            [id.into()],
        )
        .await?;
    // A course lapses as a whole.
    let id = whole.unwrap_or(id);
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
    delete(tx, id).await
}

/// Clears away everything that was held beyond its time, and tells how much it was.
///
/// # Errors
/// When the database does not answer.
pub async fn lapse(tx: &Tx) -> Result<usize, BookingError> {
    #[derive(FromQueryResult)]
    struct Lapsed {
        id: i64,
        facility_key: String,
        day: String,
    }
    let lapsed: Vec<Lapsed> = tx
        .connection()
        .rows(
            "SELECT id, facility_key, day FROM booking_reservations WHERE held_until <= $1 AND course_id IS NULL ORDER BY id LIMIT 1000",
            [tx.now().as_microsecond().into()],
        )
        .await?;
    for one in &lapsed {
        forget(tx, one.id).await?;
    }
    let days: BTreeSet<(&str, &str)> = lapsed
        .iter()
        .map(|one| (one.facility_key.as_str(), one.day.as_str()))
        .collect();
    for (key, day) in days {
        if let (Ok(day), Some(place)) = (day.parse(), facility(tx.connection(), key).await?) {
            offer_free(tx, &place.document, day).await?;
        }
    }
    Ok(lapsed.len())
}
