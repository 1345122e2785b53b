//! Reductions of a fee that staff agree to, and what is paid.

use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_forms::model::document::Key;
use yakuba_kernel::Yen;

use super::{reading::Terms, steps::locked};
use crate::{
    error::BookingError,
    model::state::State,
    store::{
        facilities::facility,
        history::{self, What},
    },
};

/// Agrees to reductions of the fee (減免), and to no others, and returns the fee since then. Doing it twice is the same as once.
///
/// # Errors
/// [`BookingError::WrongState`] when it is given up or nobody came; [`BookingError::Fee`].
pub async fn agree(tx: &Tx, id: i64, agreed: &[Key]) -> Result<Yen, BookingError> {
    let found = locked(tx, id).await?;
    if !matches!(
        found.state,
        State::Requested | State::Confirmed | State::Attended
    ) || found.is_own
        || found.course.is_some()
    {
        return Err(BookingError::WrongState);
    }
    let document = facility(tx.connection(), &found.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(found.facility.clone()))?
        .document;
    let resource = document
        .resource(&found.resource)
        .ok_or_else(|| BookingError::NoSuchResource(found.resource.clone()))?;
    let mut of = found.of();
    if of.agreed == agreed {
        return Ok(found.fee);
    }
    of.agreed = agreed.to_vec();
    let fee = document.fee(resource, found.span, &of)?.total;
    tx.connection()
        .run(
            "UPDATE booking_reservations SET fee = $2, terms = $3 WHERE id = $1",
            [
                id.into(),
                fee.amount().into(),
                serde_json::to_string(&Terms::of(&of))?.into(),
            ],
        )
        .await?;
    history::note(tx, id, &What::agreed(found.fee, fee), None)?;
    tx.audit(
        AuditEntry::new("booking.agree", format!("reservation/{id}"))
            .with(json!({"from": found.fee.amount(), "to": fee.amount()})),
    );
    Ok(fee)
}

/// Notes what was paid and not given back. Doing it twice is the same as once.
///
/// # Errors
/// [`BookingError::NoSuchReservation`]; [`BookingError::WrongState`] for the city's own and for an amount below zero.
pub async fn set_paid(tx: &Tx, id: i64, paid: Yen) -> Result<(), BookingError> {
    let found = locked(tx, id).await?;
    if found.is_own || found.course.is_some() || found.state == State::Held || paid < Yen::ZERO {
        return Err(BookingError::WrongState);
    }
    if found.paid == paid {
        return Ok(());
    }
    tx.connection()
        .run(
            "UPDATE booking_reservations SET paid = $2 WHERE id = $1",
            [id.into(), paid.amount().into()],
        )
        .await?;
    history::note(tx, id, &What::paid(found.paid, paid), None)?;
    tx.audit(
        AuditEntry::new("booking.paid", format!("reservation/{id}"))
            .with(json!({"from": found.paid.amount(), "to": paid.amount()})),
    );
    Ok(())
}

/// Keeps nothing of the fee of a reservation that was given up.
///
/// # Errors
/// [`BookingError::NoSuchReservation`]; [`BookingError::WrongState`] when it is not given up.
pub async fn waive(tx: &Tx, id: i64) -> Result<(), BookingError> {
    let found = locked(tx, id).await?;
    if found.state.takes_units() {
        return Err(BookingError::WrongState);
    }
    if found.kept_fee == Yen::ZERO {
        return Ok(());
    }
    tx.connection()
        .run(
            "UPDATE booking_reservations SET kept_fee = 0 WHERE id = $1",
            [id.into()],
        )
        .await?;
    history::note(tx, id, &What::agreed(found.kept_fee, Yen::ZERO), None)?;
    tx.audit(AuditEntry::new(
        "booking.waive",
        format!("reservation/{id}"),
    ));
    Ok(())
}
