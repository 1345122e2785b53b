//! Finding reservations, and what they take.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::sql::Sql as _;
use yakuba_identity::{CityKey, Receipt};
use yakuba_kernel::{Channel, Yen};

use crate::{
    error::BookingError,
    model::{
        availability::TakenSteps,
        state::State,
        time::{ClockTime, DAY, Span, quantum},
    },
    store::people::{Contact, number_hash, open},
};

/// A reservation as it stands. Who it is for stays sealed until [`Reservation::contact`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Its place in the table, for the desk's addresses.
    pub id: i64,
    /// The facility.
    pub facility: String,
    /// What of it.
    pub resource: String,
    /// When.
    pub span: Span,
    /// What has become of it.
    pub state: State,
    /// Whether it is the city's own: official use or a closure.
    pub is_own: bool,
    /// How it came in.
    pub channel: Channel,
    /// The keyed hash of whoever it is for; empty for the city itself.
    pub holder: String,
    /// The resident's account, if it was booked with one.
    pub resident: Option<i64>,
    /// The group, if it is a group's.
    pub group: Option<i64>,
    /// Until when it is held, while it is.
    pub held_until: Option<Timestamp>,
    /// The purpose's key, or empty.
    pub purpose: String,
    /// For how many people.
    pub people: u32,
    /// What it costs.
    pub fee: Yen,
    /// What of the fee is kept although it was given up.
    pub kept_fee: Yen,
    /// When it was made.
    pub made_at: Timestamp,
    /// Counts the changes.
    pub revision: i64,
    sealed: Option<Vec<u8>>,
}

impl Reservation {
    /// The number as it is shown, and who it is for; none while it is held, and for the city's own.
    ///
    /// # Errors
    /// When it was sealed under another city key.
    pub fn contact(&self, key: &CityKey) -> Result<Option<(String, Contact)>, BookingError> {
        self.sealed
            .as_deref()
            .map(|sealed| open(key, sealed))
            .transpose()
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    facility_key: String,
    resource_key: String,
    day: String,
    from_minute: i64,
    to_minute: i64,
    state: String,
    kind: String,
    channel: String,
    holder: String,
    resident: Option<i64>,
    group_id: Option<i64>,
    held_until: Option<i64>,
    purpose: String,
    people: i64,
    fee: i64,
    kept_fee: i64,
    sealed: Option<Vec<u8>>,
    made_at: i64,
    revision: i64,
}

impl TryFrom<Row> for Reservation {
    type Error = BookingError;

    fn try_from(row: Row) -> Result<Self, BookingError> {
        let moment = |at| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let time = |minutes| {
            u16::try_from(minutes)
                .ok()
                .and_then(ClockTime::from_minutes)
                .unwrap_or_default()
        };
        let day: Date = row.day.parse().unwrap_or_default();
        let span = Span::new(day, time(row.from_minute), time(row.to_minute))
            .ok_or(BookingError::NotOffered)?;
        Ok(Self {
            id: row.id,
            facility: row.facility_key,
            resource: row.resource_key,
            span,
            state: State::read(&row.state).unwrap_or(State::Refused),
            is_own: row.kind != "booking",
            channel: row.channel.parse().unwrap_or(Channel::Unknown),
            holder: row.holder,
            resident: row.resident,
            group: row.group_id,
            held_until: row.held_until.map(moment),
            purpose: row.purpose,
            people: u32::try_from(row.people).unwrap_or(0),
            fee: Yen::new(row.fee),
            kept_fee: Yen::new(row.kept_fee),
            made_at: moment(row.made_at),
            revision: row.revision,
            sealed: row.sealed,
        })
    }
}

const COLUMNS: &str = "id, facility_key, resource_key, day, from_minute, to_minute, state, kind, channel, holder, resident, group_id, \
    held_until, purpose, people, fee, kept_fee, sealed, made_at, revision";

async fn many(
    connection: &impl ConnectionTrait,
    condition: &str,
    values: Vec<sea_orm::Value>,
) -> Result<Vec<Reservation>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!("SELECT {COLUMNS} FROM booking_reservations WHERE {condition}"),
            values,
        )
        .await?;
    rows.into_iter().map(Reservation::try_from).collect()
}

/// A reservation by its place in the table.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn reservation(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Reservation>, BookingError> {
    Ok(many(connection, "id = $1", vec![id.into()]).await?.pop())
}

/// A reservation by its number.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn by_number(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    number: &Receipt,
) -> Result<Option<Reservation>, BookingError> {
    let hash = number_hash(key, number);
    Ok(many(connection, "number_hash = $1", vec![hash.into()])
        .await?
        .pop())
}

/// What a browser holds and has not asked for yet, oldest first; lapsed or not.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn held_by(
    connection: &impl ConnectionTrait,
    visit: &str,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "visit = $1 AND state = 'held' ORDER BY id",
        vec![visit.into()],
    )
    .await
}

/// The reservations of a person or group from a day on, in order of time.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn of_holder(
    connection: &impl ConnectionTrait,
    holder: &str,
    from: Date,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "holder = $1 AND day >= $2 AND state <> 'held' ORDER BY day, from_minute, id",
        vec![holder.into(), from.to_string().into()],
    )
    .await
}

/// The reservations booked with a resident's account, the latest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn of_resident(
    connection: &impl ConnectionTrait,
    resident: i64,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "resident = $1 AND state <> 'held' ORDER BY day DESC, from_minute DESC, id DESC LIMIT 200",
        vec![resident.into()],
    )
    .await
}

/// The reservations of a group, the latest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn of_group(
    connection: &impl ConnectionTrait,
    group: i64,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "group_id = $1 AND state <> 'held' ORDER BY day DESC, from_minute DESC, id DESC LIMIT 200",
        vec![group.into()],
    )
    .await
}

/// The reservations of a facility on the days from `from` to `to`, both included, in order of time; those given up among them.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn reservations_between(
    connection: &impl ConnectionTrait,
    facility: &str,
    from: Date,
    to: Date,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "facility_key = $1 AND day BETWEEN $2 AND $3 AND state <> 'held' ORDER BY day, from_minute, resource_key, id",
        vec![facility.into(), from.to_string().into(), to.to_string().into()],
    )
    .await
}

/// What is taken of a facility on the days from `from` to `to`, both included; what is held beyond its time is free.
///
/// # Errors
/// When the database does not answer.
pub async fn taken(
    connection: &impl ConnectionTrait,
    facility: &str,
    from: Date,
    to: Date,
    now: Timestamp,
) -> Result<TakenSteps, BookingError> {
    #[derive(FromQueryResult)]
    struct Taken {
        key: String,
        at: i64,
    }
    let last = ClockTime::from_minutes(DAY).unwrap_or_default();
    let rows: Vec<Taken> = connection
        .rows(
            "SELECT u.key, t.at FROM booking_units u JOIN booking_taken t ON t.unit_id = u.id \
               LEFT JOIN booking_reservations r ON r.id = t.reservation_id AND r.held_until <= $4 \
             WHERE u.facility_key = $1 AND t.at >= $2 AND t.at < $3 AND r.id IS NULL",
            [
                facility.into(),
                quantum(from, ClockTime::default()).into(),
                quantum(to, last).into(),
                now.as_microsecond().into(),
            ],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.at)).collect())
}

/// What a browser has booked since a moment, oldest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn booked_by(
    connection: &impl ConnectionTrait,
    visit: &str,
    since: Timestamp,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "visit = $1 AND state <> 'held' AND made_at >= $2 ORDER BY day, from_minute, id",
        vec![visit.into(), since.as_microsecond().into()],
    )
    .await
}

/// What is taken on a day, by facility; what is held beyond its time is free.
///
/// # Errors
/// When the database does not answer.
pub async fn taken_on(
    connection: &impl ConnectionTrait,
    day: Date,
    now: Timestamp,
) -> Result<HashMap<String, TakenSteps>, BookingError> {
    #[derive(FromQueryResult)]
    struct Taken {
        facility_key: String,
        key: String,
        at: i64,
    }
    let last = ClockTime::from_minutes(DAY).unwrap_or_default();
    let rows: Vec<Taken> = connection
        .rows(
            "SELECT u.facility_key, u.key, t.at FROM booking_taken t JOIN booking_units u ON u.id = t.unit_id \
               LEFT JOIN booking_reservations r ON r.id = t.reservation_id AND r.held_until <= $3 \
             WHERE t.at >= $1 AND t.at < $2 AND r.id IS NULL",
            [
                quantum(day, ClockTime::default()).into(),
                quantum(day, last).into(),
                now.as_microsecond().into(),
            ],
        )
        .await?;
    let mut taken: HashMap<String, TakenSteps> = HashMap::new();
    for row in rows {
        taken
            .entry(row.facility_key)
            .or_default()
            .insert((row.key, row.at));
    }
    Ok(taken)
}
