//! Reminders of what is booked: each is sent once.

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use sea_orm::ConnectionTrait;
use yakuba_city::{JAPAN, Tx, sql::Sql as _};

use super::{
    facilities::facilities,
    reservations::{Reservation, reservations_between},
};
use crate::{error::BookingError, model::state::State};

/// A reservation of which somebody is to be reminded today.
#[derive(Debug, Clone)]
pub struct Due {
    /// The reservation.
    pub reservation: Reservation,
    /// The reminder that is due: so many days before.
    pub days_before: u16,
}

/// What is due on a day: of each reservation the latest reminder whose day has come, unless it was booked only after that day. Whether
/// it was sent is decided by [`note`].
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn due(
    connection: &impl ConnectionTrait,
    today: Date,
    now: Timestamp,
) -> Result<Vec<Due>, BookingError> {
    let mut all = Vec::new();
    for facility in facilities(connection).await? {
        let reminders = &facility.document.reminders;
        let Some(most) = reminders.iter().max() else {
            continue;
        };
        let last = today
            .checked_add(i64::from(*most).days())
            .unwrap_or(Date::MAX);
        for found in reservations_between(connection, facility.key(), today, last).await? {
            if found.is_own || found.state != State::Confirmed || found.span.beginning() <= now {
                continue;
            }
            let made = found.made_at.to_zoned(TimeZone::fixed(JAPAN)).date();
            let due = reminders
                .iter()
                .filter_map(|days| {
                    let day = found.span.day().checked_sub(i64::from(*days).days()).ok()?;
                    (day <= today && made < day).then_some(*days)
                })
                .min();
            if let Some(days_before) = due {
                all.push(Due {
                    reservation: found,
                    days_before,
                });
            }
        }
    }
    Ok(all)
}

/// Notes that a reminder is sent now: true once for each, and for each day to which a reservation moves.
///
/// # Errors
/// When the database does not answer.
pub async fn note(tx: &Tx, due: &Due) -> Result<bool, BookingError> {
    let written = tx
        .connection()
        .run(
            "INSERT INTO booking_reminders (reservation_id, day, days_before, sent_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
            [
                due.reservation.id.into(),
                due.reservation.span.day().to_string().into(),
                i64::from(due.days_before).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(written == 1)
}
