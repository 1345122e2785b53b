//! Series: the same time again and again, each day a reservation of its own.

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_identity::CityKey;
use yakuba_kernel::Channel;

use super::{
    people::Holder,
    reservations::{Booked, NewBooking, Reservation, Wish, book, many, of_holder, taken},
};
use crate::{
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource},
        series::{Counted, Failure, Pattern, look},
        state::State,
        time::ClockTime,
    },
};

/// What somebody wants again and again.
#[derive(Debug, Clone)]
pub struct NewSeries {
    /// Sent twice with the same mark it is one series.
    pub request: String,
    /// The facility.
    pub facility: String,
    /// What of it.
    pub resource: String,
    /// How it comes again.
    pub pattern: Pattern,
    /// The first day.
    pub first: Date,
    /// The last day it may fall on.
    pub last: Date,
    /// From when.
    pub from: ClockTime,
    /// Until when.
    pub to: ClockTime,
    /// Who it is for.
    pub holder: Holder,
    /// The account of whoever asks for it.
    pub resident: Option<i64>,
    /// How it came in.
    pub channel: Channel,
}

/// A series as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its place in the table, for addresses.
    pub id: i64,
    /// The facility.
    pub facility: String,
    /// What of it.
    pub resource: String,
    /// How it comes again.
    pub pattern: Pattern,
    /// The first day.
    pub first: Date,
    /// The last day it may fall on.
    pub last: Date,
    /// From when.
    pub from: ClockTime,
    /// Until when.
    pub to: ClockTime,
    /// The account of whoever asked for it.
    pub resident: Option<i64>,
    /// The group it is for.
    pub group: Option<i64>,
    /// How it came in.
    pub channel: Channel,
}

/// What became of a day of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// The reservation, or why there is none.
    pub outcome: Result<i64, Failure>,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    facility_key: String,
    resource_key: String,
    pattern: String,
    first_day: String,
    last_day: String,
    from_minute: i64,
    to_minute: i64,
    resident: Option<i64>,
    group_id: Option<i64>,
    channel: String,
}

impl From<Row> for Series {
    fn from(row: Row) -> Self {
        let time = |minutes| {
            u16::try_from(minutes)
                .ok()
                .and_then(ClockTime::from_minutes)
                .unwrap_or_default()
        };
        Self {
            id: row.id,
            facility: row.facility_key,
            resource: row.resource_key,
            pattern: Pattern::read(&row.pattern).unwrap_or(Pattern::Weekly),
            first: row.first_day.parse().unwrap_or_default(),
            last: row.last_day.parse().unwrap_or_default(),
            from: time(row.from_minute),
            to: time(row.to_minute),
            resident: row.resident,
            group: row.group_id,
            channel: row.channel.parse().unwrap_or(Channel::Unknown),
        }
    }
}

const COLUMNS: &str = "id, facility_key, resource_key, pattern, first_day, last_day, from_minute, to_minute, resident, group_id, channel";

/// A series by its place in the table.
///
/// # Errors
/// When the database does not answer.
pub async fn series(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Series>, BookingError> {
    let row: Option<Row> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM booking_series WHERE id = $1"),
            [id.into()],
        )
        .await?;
    Ok(row.map(Series::from))
}

/// The series that a reservation is a day of.
///
/// # Errors
/// When the database does not answer.
pub async fn of_reservation(
    connection: &impl ConnectionTrait,
    reservation: i64,
) -> Result<Option<Series>, BookingError> {
    let row: Option<Row> = connection
        .row(
            &format!(
                "SELECT {COLUMNS} FROM booking_series WHERE id = \
                   (SELECT series_id FROM booking_series_days WHERE reservation_id = $1)"
            ),
            [reservation.into()],
        )
        .await?;
    Ok(row.map(Series::from))
}

/// The reservations of a series that can still be given up, in order of time.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn still_to_come(
    connection: &impl ConnectionTrait,
    id: i64,
    now: Timestamp,
) -> Result<Vec<Reservation>, BookingError> {
    let mut all = many(
        connection,
        "id IN (SELECT reservation_id FROM booking_series_days WHERE series_id = $1) \
           AND state IN ('requested', 'confirmed') ORDER BY day, id",
        vec![id.into()],
    )
    .await?;
    all.retain(|found| now < found.span.beginning());
    Ok(all)
}

/// The series of a resident and of the groups they act for, the latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn series_of(
    connection: &impl ConnectionTrait,
    resident: i64,
) -> Result<Vec<Series>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM booking_series WHERE (resident = $1 AND group_id IS NULL) \
                   OR group_id IN (SELECT group_id FROM booking_group_people WHERE resident = $1) \
                 ORDER BY id DESC LIMIT 100"
            ),
            [resident.into()],
        )
        .await?;
    Ok(rows.into_iter().map(Series::from).collect())
}

/// The days of a series that were tried, in order.
///
/// # Errors
/// When the database does not answer.
pub async fn days(connection: &impl ConnectionTrait, id: i64) -> Result<Vec<Day>, BookingError> {
    #[derive(FromQueryResult)]
    struct Found {
        day: String,
        reservation_id: Option<i64>,
        failure: Option<String>,
    }
    let rows: Vec<Found> = connection
        .rows(
            "SELECT day, reservation_id, failure FROM booking_series_days WHERE series_id = $1 ORDER BY day",
            [id.into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Day {
            day: row.day.parse().unwrap_or_default(),
            outcome: row.reservation_id.ok_or_else(|| {
                row.failure
                    .as_deref()
                    .and_then(Failure::read)
                    .unwrap_or(Failure::Taken)
            }),
        })
        .collect())
}

/// Looks the days of a series over for somebody, without booking anything.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
#[allow(clippy::too_many_arguments)] // each is a fact of its own
pub async fn preview(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    resource: &Resource,
    days: &[Date],
    times: (ClockTime, ClockTime),
    holder: &str,
    channel: Channel,
    now: Timestamp,
    today: Date,
) -> Result<Vec<(Date, Option<Failure>)>, BookingError> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(Vec::new());
    };
    let taken = taken(connection, &document.key, *first, *last, now).await?;
    // A resource's own rules count its own bookings, the facility's rules those of all that have no rules of their own.
    let counts = |key: &str| {
        if resource.rules.is_some() {
            key == resource.key.as_str()
        } else {
            document
                .resource(key)
                .is_some_and(|other| other.rules.is_none())
        }
    };
    let since = first.first_of_month().min(today);
    let mine: Vec<Counted> = of_holder(connection, holder, since)
        .await?
        .into_iter()
        .filter(|found| found.facility == document.key && counts(&found.resource))
        .filter_map(|found| match found.state {
            State::Requested | State::Confirmed => Some((found.span.day(), true)),
            State::Attended | State::Absent => Some((found.span.day(), false)),
            _ => None,
        })
        .collect();
    Ok(look(
        document, resource, days, times, &taken, &mine, channel, now, today,
    ))
}

/// Begins a series and returns its place in the table. Beginning it twice with one mark is the same as once.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(tx: &Tx, key: &CityKey, new: &NewSeries) -> Result<i64, BookingError> {
    let group = match new.holder {
        Holder::Group(group) => Some(group),
        _ => None,
    };
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO booking_series (request, facility_key, resource_key, pattern, first_day, last_day, from_minute, to_minute, \
               holder, resident, group_id, channel, made_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (request) DO NOTHING RETURNING id",
            [
                new.request.as_str().into(),
                new.facility.as_str().into(),
                new.resource.as_str().into(),
                new.pattern.name().into(),
                new.first.to_string().into(),
                new.last.to_string().into(),
                i64::from(new.from.minutes()).into(),
                i64::from(new.to.minutes()).into(),
                new.holder.hash(key).into(),
                new.resident.into(),
                group.into(),
                new.channel.as_str().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if let Some(id) = id {
        tx.audit(AuditEntry::new("booking.series", format!("series/{id}")));
        return Ok(id);
    }
    let before: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM booking_series WHERE request = $1",
            [new.request.as_str().into()],
        )
        .await?;
    before.ok_or(BookingError::NoSuchReservation)
}

/// The mark under which a day of a series is booked once.
fn mark(series: i64, day: Date) -> String {
    format!("series/{series}/{day}")
}

/// Books one day of a series. Booking it twice is the same as once.
///
/// # Errors
/// As [`book`]: then nothing of this day is booked.
pub async fn book_day(
    tx: &Tx,
    series: i64,
    wish: &Wish,
    new: &NewBooking,
) -> Result<Booked, BookingError> {
    let day = wish.span.day();
    let new = new.clone().requested_as(mark(series, day));
    let booked = book(tx, wish, &new).await?;
    tx.connection()
        .run(
            "INSERT INTO booking_series_days (series_id, day, reservation_id) VALUES ($1, $2, $3) \
             ON CONFLICT (series_id, day) DO UPDATE SET reservation_id = $3, failure = NULL",
            [series.into(), day.to_string().into(), booked.id.into()],
        )
        .await?;
    Ok(booked)
}

/// Books all days of a series, or none of them.
///
/// # Errors
/// As [`book`], for the first day that fails: then nothing is booked, and there is no series.
pub async fn book_all(
    tx: &Tx,
    key: &CityKey,
    new: &NewSeries,
    wishes: &[(Wish, NewBooking)],
) -> Result<(i64, Vec<Booked>), BookingError> {
    let id = begin(tx, key, new).await?;
    let mut all = Vec::new();
    for (wish, new) in wishes {
        all.push(book_day(tx, id, wish, new).await?);
    }
    Ok((id, all))
}

/// Notes why a day of a series is not booked; a day that is booked stays so.
///
/// # Errors
/// When the database does not answer.
pub async fn note_failure(
    tx: &Tx,
    series: i64,
    day: Date,
    failure: Failure,
) -> Result<(), BookingError> {
    tx.connection()
        .run(
            "INSERT INTO booking_series_days (series_id, day, failure) VALUES ($1, $2, $3) ON CONFLICT (series_id, day) DO NOTHING",
            [
                series.into(),
                day.to_string().into(),
                failure.name().into(),
            ],
        )
        .await?;
    Ok(())
}

/// What speaks against one day only, so that the others can still be booked.
pub fn failure_of(error: &BookingError) -> Option<Failure> {
    match error {
        BookingError::NotOffered => Some(Failure::Closed),
        BookingError::TooEarly(_) => Some(Failure::Early),
        BookingError::TooLate => Some(Failure::Late),
        BookingError::LimitReached(_) => Some(Failure::Limit),
        BookingError::Taken => Some(Failure::Taken),
        _ => None,
    }
}
