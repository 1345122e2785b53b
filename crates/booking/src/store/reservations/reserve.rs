//! Times taken although they are not open to all: what was won in a lottery, and what the city keeps for a while.

use yakuba_city::{Tx, sql::Sql as _};

use super::{
    booking::{NewBooking, Row, Wish, allowed, insert, made},
    steps::delete,
};
use crate::{
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        state::State,
        time::Span,
    },
    store::taking::take,
};

/// Takes a time for somebody who has not answered yet; none when somebody has it. Not a reservation before [`told`].
///
/// # Errors
/// When it cannot be had at all, or its fee cannot be told.
pub(in crate::store) async fn in_the_name_of(
    tx: &Tx,
    document: &FacilityDocument,
    wish: &Wish,
    new: &NewBooking,
) -> Result<Option<i64>, BookingError> {
    let resource = document
        .resource(&wish.resource)
        .ok_or_else(|| BookingError::NoSuchResource(wish.resource.clone()))?;
    if resource.course.is_some() {
        return Err(BookingError::NotOffered);
    }
    let mut of = wish.of.clone();
    let rules = document.rules_of(resource);
    // A group that is no longer registered keeps what it won, at the fee of anybody; staff see it at the desk.
    match allowed(
        tx,
        rules,
        &new.holder,
        new.channel,
        wish.span.day(),
        &mut of,
    )
    .await
    {
        Ok(()) | Err(BookingError::NotAllowed(_) | BookingError::GroupTooSmall) => {}
        Err(error) => return Err(error),
    }
    let row = Row {
        state: State::Requested,
        channel: new.channel,
        booking: Some(new),
        fee: document.fee(resource, wish.span, &of)?.total,
        ..Row::default()
    };
    let Some(id) = insert(tx, wish, &row).await? else {
        return Ok(None);
    };
    taken_or_undone(tx, document, resource, wish.span, id).await
}

async fn taken_or_undone(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
    id: i64,
) -> Result<Option<i64>, BookingError> {
    match take(tx, document, resource, span, id).await {
        Ok(()) => Ok(Some(id)),
        Err(BookingError::Taken) => {
            undo(tx, id).await?;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Takes back what [`in_the_name_of`] took, in the same write.
///
/// # Errors
/// When the database does not answer.
pub(in crate::store) async fn undo(tx: &Tx, id: i64) -> Result<(), BookingError> {
    delete(tx, id).await
}

/// Counts and logs what [`in_the_name_of`] took.
///
/// # Errors
/// When the database does not answer.
pub(in crate::store) async fn told(
    tx: &Tx,
    document: &FacilityDocument,
    wish: &Wish,
    new: &NewBooking,
    id: i64,
) -> Result<(), BookingError> {
    made(tx, document, wish, new.channel, id).await
}

/// Takes a time for the city itself, for whose sake nobody has to give way; none when somebody has it.
///
/// # Errors
/// When the database does not answer.
pub(in crate::store) async fn for_the_city(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
    title: &str,
) -> Result<Option<i64>, BookingError> {
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO booking_reservations (facility_key, resource_key, day, from_minute, to_minute, state, kind, channel, holder, \
               purpose, people, fee, kept_fee, title, revision, made_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5, 'confirmed', 'official', 'system', '', '', 0, 0, 0, $7, 1, $6, $6) RETURNING id",
            [
                document.key.as_str().into(),
                resource.key.as_str().into(),
                span.day().to_string().into(),
                i64::from(span.from().minutes()).into(),
                i64::from(span.to().minutes()).into(),
                tx.now().as_microsecond().into(),
                title.into(),
            ],
        )
        .await?;
    match id {
        Some(id) => taken_or_undone(tx, document, resource, span, id).await,
        None => Ok(None),
    }
}
