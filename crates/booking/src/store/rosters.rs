//! Rosters of groups that are no more are kept for some years, then deleted. The group's name, its counts and every fact stay.

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, JAPAN, Tx, setting, sql::Sql as _};
use yakuba_identity::CityKey;

use super::groups::emptied;
use crate::error::BookingError;

/// The setting of the city that says how many years a roster is kept.
const YEARS: &str = "booking.roster_years";

/// How many years a roster is kept where the city has not said otherwise.
pub const USUAL_YEARS: u8 = 3;

/// The most years.
pub const MOST_YEARS: u8 = 30;

/// How many groups are looked at in one write.
const AT_ONCE: i64 = 200;

/// How many years after the end of a group its roster is kept.
///
/// # Errors
/// When the database does not answer.
pub async fn roster_years(connection: &impl ConnectionTrait) -> Result<u8, BookingError> {
    let years = setting(connection, YEARS).await?;
    Ok(years
        .and_then(|years| years.parse().ok())
        .filter(|years| (1..=MOST_YEARS).contains(years))
        .unwrap_or(USUAL_YEARS))
}

/// Sets how many years rosters are kept, 1 to [`MOST_YEARS`].
///
/// # Errors
/// [`BookingError::WrongState`] for other numbers.
pub async fn set_roster_years(tx: &Tx, years: u8) -> Result<(), BookingError> {
    if !(1..=MOST_YEARS).contains(&years) {
        return Err(BookingError::WrongState);
    }
    let before = roster_years(tx.connection()).await?;
    tx.set(YEARS, &years.to_string()).await?;
    tx.audit(
        AuditEntry::new("booking.settings", "booking")
            .with(json!({"roster_years": {"from": before, "to": years}})),
    );
    Ok(())
}

/// Deletes the rosters of groups that ended so many years ago, or whose registration ran out then: with them goes who acted for the group.
/// Returns how many; when it is as many as are looked at once, there may be more.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(tx: &Tx, key: &CityKey) -> Result<u64, BookingError> {
    #[derive(FromQueryResult)]
    struct Old {
        id: i64,
    }
    let years = roster_years(tx.connection()).await?;
    let last: Date = tx
        .today()
        .checked_sub(i64::from(years).years())
        .unwrap_or(Date::MIN);
    // A group that ended on a day is kept until that day has come as often.
    let after = last
        .tomorrow()
        .ok()
        .and_then(|day| day.to_zoned(TimeZone::fixed(JAPAN)).ok())
        .map_or(i64::MIN, |moment| moment.timestamp().as_microsecond());
    let old: Vec<Old> = tx
        .connection()
        .rows(
            "SELECT id FROM booking_groups WHERE forgotten_at IS NULL \
               AND ((state = 'ended' AND changed_at < $1) OR (state = 'registered' AND until <= $2)) ORDER BY id LIMIT $3",
            [
                after.into(),
                last.to_string().into(),
                AT_ONCE.into(),
            ],
        )
        .await?;
    for group in &old {
        tx.connection()
            .run(
                "UPDATE booking_groups SET sealed = $2, state = 'ended', turn = 'nobody', invite_hash = NULL, invite_until = NULL, \
                   forgotten_at = $3, changed_at = $3, revision = revision + 1 WHERE id = $1",
                [
                    group.id.into(),
                    emptied(key)?.into(),
                    tx.now().as_microsecond().into(),
                ],
            )
            .await?;
        tx.connection()
            .run(
                "DELETE FROM booking_group_people WHERE group_id = $1",
                [group.id.into()],
            )
            .await?;
        tx.connection()
            .run(
                "DELETE FROM booking_feeds WHERE owner = $1",
                [format!("group/{}", group.id).into()],
            )
            .await?;
        tx.audit(AuditEntry::new(
            "booking.roster_forget",
            format!("group/{}", group.id),
        ));
    }
    Ok(old.len() as u64)
}
