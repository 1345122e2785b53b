//! Whoever won a time that the city has taken since gets another free one.

use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_identity::CityKey;

use super::{
    answering::locked,
    entries::{EntryState, reservations_of},
};
use crate::{
    error::BookingError,
    model::{document::FacilityDocument, state::Step, time::Span},
    store::reservations::{self, NewBooking, Wish, reserve},
};

/// Books another time of the facility for an entry that won and was blocked, at the fee of that time. What had been won is not counted a
/// second time: limits do not hold for it, and neither does when booking begins. Returns the reservation, and whether it is new: doing it
/// twice is the same as once.
///
/// # Errors
/// [`BookingError::WrongState`] for an entry that was not blocked; [`BookingError::NotOffered`]; [`BookingError::TooLate`];
/// [`BookingError::TooManyPeople`]; [`BookingError::Taken`].
pub async fn book_instead(
    tx: &Tx,
    key: &CityKey,
    document: &FacilityDocument,
    id: i64,
    resource: &str,
    span: Span,
) -> Result<(i64, bool), BookingError> {
    let entry = locked(tx, id).await?;
    if entry.state != EntryState::Blocked {
        return Err(BookingError::WrongState);
    }
    if let Some(before) = reservations_of(tx.connection(), id).await?.first() {
        return Ok((*before, false));
    }
    let resource = document
        .resource(resource)
        .ok_or_else(|| BookingError::NoSuchResource(resource.to_owned()))?;
    if !document.offers(resource, span) {
        return Err(BookingError::NotOffered);
    }
    if tx.now() >= span.beginning() {
        return Err(BookingError::TooLate);
    }
    if let Some(most) = resource.capacity.filter(|most| entry.of.people > *most) {
        return Err(BookingError::TooManyPeople(most));
    }
    let mut of = entry.of.clone();
    of.purpose = of
        .purpose
        .filter(|key| resource.purposes.iter().any(|known| known.key == *key));
    let (_, contact) = entry.contact(key)?;
    let new = NewBooking::new(key, entry.holder(key)?, &contact, entry.channel, of.clone())?;
    let wish = Wish {
        facility: document.key.clone(),
        resource: resource.key.to_string(),
        span,
        of,
    };
    let reservation = reserve::in_the_name_of(tx, document, &wish, &new)
        .await?
        .ok_or(BookingError::Taken)?;
    reserve::told(tx, document, &wish, &new, reservation).await?;
    tx.connection()
        .run(
            "INSERT INTO booking_lottery_wins (reservation_id, entry_id) VALUES ($1, $2)",
            [reservation.into(), id.into()],
        )
        .await?;
    // Staff have spoken with whoever won: there is nothing left to answer.
    reservations::step(tx, reservation, Step::Approve).await?;
    tx.audit(AuditEntry::new(
        "booking.lottery.instead",
        format!("lottery/{}/entry/{id}", entry.round),
    ));
    Ok((reservation, true))
}
