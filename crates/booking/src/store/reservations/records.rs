//! Times that another service takes for its own records: who they are for stands there, and only the record's path here.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ConnectionTrait;
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_kernel::Channel;

use super::{
    booking::{Row, Wish, bookable, insert, made},
    reading::{Reservation, held_by, many},
    steps::{let_go, step},
};
use crate::{
    error::BookingError,
    model::{
        state::{State, Step},
        time::Span,
    },
    store::{
        facilities::facility,
        taking::take,
        waiting::{look_again, somebody_waits},
    },
};

/// How long a time is kept after the last page of what it is for was filled in.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_mins(30);

/// Under which a mark of another service keeps times.
pub fn visit_of(mark: &str) -> String {
    format!("record/{mark}")
}

/// What a mark keeps now, without what has lapsed.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn kept(
    connection: &impl ConnectionTrait,
    mark: &str,
    now: Timestamp,
) -> Result<Option<Reservation>, BookingError> {
    let held = held_by(connection, &visit_of(mark)).await?;
    Ok(held.into_iter().find(|one| one.held_until > Some(now)))
}

fn is_of(found: &Reservation, wish: &Wish) -> bool {
    (&found.facility, &found.resource, found.span) == (&wish.facility, &wish.resource, wish.span)
}

/// Keeps a time under a mark for [`KEPT_FOR`] and gives back what else the mark kept.
///
/// # Errors
/// [`BookingError::Taken`] and everything that speaks against booking it at all; then the whole write must be given up.
pub async fn keep(tx: &Tx, mark: &str, wish: Option<&Wish>) -> Result<(), BookingError> {
    let visit = visit_of(mark);
    let now = tx.now();
    let until = now.saturating_add(KEPT_FOR).unwrap_or(Timestamp::MAX);
    let mut stands = false;
    for one in held_by(tx.connection(), &visit).await? {
        if one.held_until > Some(now) && wish.is_some_and(|wish| is_of(&one, wish)) {
            tx.connection()
                .run(
                    "UPDATE booking_reservations SET held_until = $2 WHERE id = $1 AND state = 'held'",
                    [one.id.into(), until.as_microsecond().into()],
                )
                .await?;
            stands = true;
        } else {
            let_go(tx, one.id, &visit).await?;
        }
    }
    match wish {
        Some(wish) if !stands => {
            hold(tx, &visit, wish, until).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn hold(tx: &Tx, visit: &str, wish: &Wish, until: Timestamp) -> Result<i64, BookingError> {
    let (document, resource) = bookable(tx, wish, Channel::Online).await?;
    if resource.course.is_some() {
        return Err(BookingError::NotOffered);
    }
    let row = Row {
        state: State::Held,
        channel: Channel::Online,
        visit: Some(visit),
        held_until: Some(until),
        ..Row::default()
    };
    let id = insert(tx, wish, &row).await?.ok_or(BookingError::Taken)?;
    take(tx, &document, &resource, wish.span, id).await?;
    if somebody_waits(tx, &document, &resource, wish.span).await? {
        look_again(tx, &document.key, wish.span.day(), Some(until)).await?;
    }
    Ok(id)
}

/// Takes a time for good in the name of a record: what the mark keeps, or anew when that has lapsed.
///
/// # Errors
/// [`BookingError::Taken`] and everything that speaks against booking it at all; then the whole write must be given up.
pub async fn take_for(
    tx: &Tx,
    mark: &str,
    wish: &Wish,
    record: &str,
    channel: Channel,
) -> Result<i64, BookingError> {
    let visit = visit_of(mark);
    let now = tx.now();
    let mut kept = None;
    for one in held_by(tx.connection(), &visit).await? {
        if kept.is_none() && one.held_until > Some(now) && is_of(&one, wish) {
            kept = Some(one.id);
        } else {
            let_go(tx, one.id, &visit).await?;
        }
    }
    let id = if let Some(id) = kept {
        id
    } else {
        let until = now.saturating_add(KEPT_FOR).unwrap_or(Timestamp::MAX);
        hold(tx, &visit, wish, until).await?
    };
    let document = facility(tx.connection(), &wish.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(wish.facility.clone()))?
        .document;
    let changed = tx
        .connection()
        .run(
            "UPDATE booking_reservations SET state = 'confirmed', held_until = NULL, visit = NULL, holder = $2, record = $2, channel = $3, \
               people = 1, changed_at = $4, revision = revision + 1 WHERE id = $1 AND state = 'held'",
            [
                id.into(),
                record.into(),
                channel.as_str().into(),
                now.as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(BookingError::Taken);
    }
    made(tx, &document, wish, channel, id).await?;
    Ok(id)
}

/// Gives back what a record has and has not begun.
///
/// # Errors
/// When the database does not answer.
pub async fn give_back(tx: &Tx, record: &str) -> Result<(), BookingError> {
    for one in of_record(tx.connection(), record).await? {
        if matches!(one.state, State::Requested | State::Confirmed)
            && tx.now() < one.span.beginning()
        {
            step(tx, one.id, Step::Cancel).await?;
        }
    }
    Ok(())
}

/// The times of a record, the newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn of_record(
    connection: &impl ConnectionTrait,
    record: &str,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "record = $1 ORDER BY id DESC",
        vec![record.into()],
    )
    .await
}

/// A wish for a span of something, for one person.
pub fn wish_for(facility: &str, resource: &str, span: Span) -> Wish {
    Wish {
        facility: facility.to_owned(),
        resource: resource.to_owned(),
        span,
        of: crate::model::fees::Use {
            people: 1,
            ..crate::model::fees::Use::default()
        },
    }
}
