//! Finding reservations, and what they take.

use std::collections::{BTreeMap, HashMap};

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};
use serde::{Deserialize, Serialize};
use yakuba_city::sql::{Sql as _, list};
use yakuba_forms::model::document::Key;
use yakuba_identity::{CityKey, Receipt};
use yakuba_kernel::{Channel, Yen};

use crate::{
    error::BookingError,
    model::{
        fees::Use,
        state::State,
        taken::TakenSteps,
        time::{ClockTime, DAY, Span, quantum},
    },
    store::people::{Contact, number_hash, open},
};

/// What a fee depends on beside people and purpose, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Terms {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_resident: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    takes_admission: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_commercial: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_kind: Option<Key>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    agreed: Vec<Key>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    equipment: BTreeMap<Key, u32>,
}

impl Terms {
    /// What is kept of a use.
    pub(super) fn of(of: &Use) -> Self {
        Self {
            is_resident: of.is_resident,
            takes_admission: of.takes_admission,
            is_commercial: of.is_commercial,
            group_kind: of.group_kind.clone(),
            agreed: of.agreed.clone(),
            equipment: of.equipment.clone(),
        }
    }

    fn with(self, people: u32, purpose: Option<Key>) -> Use {
        Use {
            people,
            purpose,
            is_resident: self.is_resident,
            takes_admission: self.takes_admission,
            is_commercial: self.is_commercial,
            group_kind: self.group_kind,
            agreed: self.agreed,
            equipment: self.equipment,
        }
    }
}

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
    /// Whether it is a day of a closure.
    pub is_closure: bool,
    /// What the city uses it for, when it is the city's own.
    pub title: String,
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
    /// What was paid and not given back.
    pub paid: Yen,
    /// The city's own use to which it had to give way.
    pub displaced_by: Option<i64>,
    /// The closure that it is a day of, or to which it had to give way.
    pub closure: Option<i64>,
    /// The record of another service it is for: the path of its page below `/desk`.
    pub record: Option<String>,
    /// Whether it is a booking of a course: what it takes stands in the rows of its sessions.
    pub is_course: bool,
    /// The booking of a course of which it is a session.
    pub course: Option<i64>,
    /// What the fee depends on beside the rest.
    pub(super) terms: Terms,
    /// When it was made.
    pub made_at: Timestamp,
    /// Counts the changes.
    pub revision: i64,
    sealed: Option<Vec<u8>>,
}

impl Reservation {
    /// What of the fee is to be paid in the end: all of it, or what is kept of it.
    pub fn owed(&self) -> Yen {
        if self.state.takes_units() {
            self.fee
        } else {
            self.kept_fee
        }
    }

    /// What must be given back of what was paid.
    pub fn to_give_back(&self) -> Yen {
        Yen::new((self.paid.amount() - self.owed().amount()).max(0))
    }

    /// What the fee depends on.
    pub fn of(&self) -> Use {
        self.terms
            .clone()
            .with(self.people, Key::new(&self.purpose).ok())
    }

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
    paid: i64,
    terms: String,
    title: String,
    displaced_by: Option<i64>,
    closure_id: Option<i64>,
    record: Option<String>,
    is_course: i64,
    course_id: Option<i64>,
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
            is_closure: row.kind == "closure",
            title: row.title,
            channel: row.channel.parse().unwrap_or(Channel::Unknown),
            holder: row.holder,
            resident: row.resident,
            group: row.group_id,
            held_until: row.held_until.map(moment),
            purpose: row.purpose,
            people: u32::try_from(row.people).unwrap_or(0),
            fee: Yen::new(row.fee),
            kept_fee: Yen::new(row.kept_fee),
            paid: Yen::new(row.paid),
            displaced_by: row.displaced_by,
            closure: row.closure_id,
            record: row.record,
            is_course: row.is_course == 1,
            course: row.course_id,
            terms: serde_json::from_str(&row.terms)?,
            made_at: moment(row.made_at),
            revision: row.revision,
            sealed: row.sealed,
        })
    }
}

const COLUMNS: &str = "id, facility_key, resource_key, day, from_minute, to_minute, state, kind, channel, holder, resident, group_id, \
    held_until, purpose, people, fee, kept_fee, paid, terms, title, displaced_by, closure_id, record, is_course, course_id, sealed, \
    made_at, revision";

pub(in crate::store) async fn many(
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
        "visit = $1 AND state = 'held' AND course_id IS NULL ORDER BY id",
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
        "holder = $1 AND day >= $2 AND state <> 'held' AND course_id IS NULL ORDER BY day, from_minute, id",
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
        "resident = $1 AND state <> 'held' AND course_id IS NULL ORDER BY day DESC, from_minute DESC, id DESC LIMIT 200",
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
        "group_id = $1 AND state <> 'held' AND course_id IS NULL ORDER BY day DESC, from_minute DESC, id DESC LIMIT 200",
        vec![group.into()],
    )
    .await
}

/// The sessions of bookings of courses, in order of time.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn sessions_of(
    connection: &impl ConnectionTrait,
    course: i64,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "course_id = $1 ORDER BY day, from_minute, id",
        vec![course.into()],
    )
    .await
}

/// The same reservations with the sessions of each course in its place, for calendars.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn by_session(
    connection: &impl ConnectionTrait,
    found: Vec<Reservation>,
) -> Result<Vec<Reservation>, BookingError> {
    let mut all = Vec::with_capacity(found.len());
    for one in found {
        if one.is_course {
            all.extend(sessions_of(connection, one.id).await?);
        } else {
            all.push(one);
        }
    }
    Ok(all)
}

/// The reservations of a facility on the days from `from` to `to`, both included, in order of time; those given up among them. Of a
/// course, its sessions.
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
        "facility_key = $1 AND day BETWEEN $2 AND $3 AND state <> 'held' AND is_course = 0 ORDER BY day, from_minute, resource_key, id",
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
    taken_but(connection, facility, (from, to), now, 0).await
}

/// As [`taken`], without what one reservation has that is about to move.
///
/// # Errors
/// When the database does not answer.
pub async fn taken_but(
    connection: &impl ConnectionTrait,
    facility: &str,
    (from, to): (Date, Date),
    now: Timestamp,
    but: i64,
) -> Result<TakenSteps, BookingError> {
    let units = taken_of_units(connection, Some(facility), (from, to), now, but).await?;
    let mut taken = TakenSteps::new();
    for unit in units {
        taken.take(&unit.key, unit.steps()?);
    }
    Ok(taken)
}

#[derive(FromQueryResult)]
struct TakenOfUnit {
    facility_key: String,
    key: String,
    /// A JSON array in any order; nothing when it is free all the time.
    steps: Option<String>,
}

impl TakenOfUnit {
    fn steps(&self) -> Result<Vec<i64>, BookingError> {
        Ok(match &self.steps {
            Some(steps) => serde_json::from_str(steps)?,
            None => Vec::new(),
        })
    }
}

/// What is taken of each unit of a facility, or of every facility, on the days from `from` to `to`.
///
/// A week of a big facility is tens of thousands of steps: one row for each unit instead of one for each step. Asked for unit by unit,
/// so that both databases go by the primary key, whatever they believe about the tables' sizes.
async fn taken_of_units(
    connection: &impl ConnectionTrait,
    facility: Option<&str>,
    (from, to): (Date, Date),
    now: Timestamp,
    but: i64,
) -> Result<Vec<TakenOfUnit>, BookingError> {
    let joined = match connection.get_database_backend() {
        DbBackend::Postgres => "string_agg(t.at::text, ',')",
        _ => "group_concat(t.at)",
    };
    let among = if facility.is_some() {
        "WHERE u.facility_key = $5"
    } else {
        ""
    };
    let last = ClockTime::from_minutes(DAY).unwrap_or_default();
    let mut values = vec![
        quantum(from, ClockTime::default()).into(),
        quantum(to, last).into(),
        now.as_microsecond().into(),
        but.into(),
    ];
    values.extend(facility.map(Into::into));
    Ok(connection
        .rows(
            &format!(
                "SELECT u.facility_key, u.key, (SELECT '[' || {joined} || ']' FROM booking_taken t \
                   WHERE t.unit_id = u.id AND t.at >= $1 AND t.at < $2 AND t.reservation_id <> $4 \
                   AND t.reservation_id NOT IN (SELECT id FROM booking_reservations WHERE held_until <= $3)) AS steps \
                 FROM booking_units u {among}"
            ),
            values,
        )
        .await?)
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
        "visit = $1 AND state <> 'held' AND course_id IS NULL AND made_at >= $2 ORDER BY day, from_minute, id",
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
    let mut taken: HashMap<String, TakenSteps> = HashMap::new();
    for unit in taken_of_units(connection, None, (day, day), now, 0).await? {
        let steps = unit.steps()?;
        taken
            .entry(unit.facility_key)
            .or_default()
            .take(&unit.key, steps);
    }
    Ok(taken)
}

/// Which facilities, as placeholders from `$first` on, with their keys; a condition that nothing fits when there are none.
fn among(facilities: &[&str], first: usize) -> (String, Vec<sea_orm::Value>) {
    if facilities.is_empty() {
        return ("1 = 0".to_owned(), Vec::new());
    }
    (
        format!("facility_key IN ({})", list(first, facilities.len())),
        facilities.iter().map(|key| (*key).into()).collect(),
    )
}

/// Everything that is or was booked of facilities on a day, in order of time, without what is only held. Of a course, its sessions.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn on_day(
    connection: &impl ConnectionTrait,
    facilities: &[&str],
    day: Date,
) -> Result<Vec<Reservation>, BookingError> {
    let (among, more) = among(facilities, 2);
    let mut values = vec![day.to_string().into()];
    values.extend(more);
    many(
        connection,
        &format!(
            "day = $1 AND state <> 'held' AND is_course = 0 AND {among} ORDER BY facility_key, from_minute, resource_key, id"
        ),
        values,
    )
    .await
}

/// What waits for staff to agree, from a day on, in order of time; at most 500.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn requested(
    connection: &impl ConnectionTrait,
    facilities: &[&str],
    from: Date,
) -> Result<Vec<Reservation>, BookingError> {
    let (among, more) = among(facilities, 2);
    let mut values = vec![from.to_string().into()];
    values.extend(more);
    many(
        connection,
        &format!(
            "state = 'requested' AND course_id IS NULL AND day >= $1 AND {among} ORDER BY day, from_minute, id LIMIT 500"
        ),
        values,
    )
    .await
}

/// What was given up since a moment and would still have come, the newest first; at most 200.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn given_up_since(
    connection: &impl ConnectionTrait,
    facilities: &[&str],
    since: Timestamp,
    from: Date,
) -> Result<Vec<Reservation>, BookingError> {
    let (among, more) = among(facilities, 3);
    let mut values = vec![since.as_microsecond().into(), from.to_string().into()];
    values.extend(more);
    many(
        connection,
        &format!(
            "changed_at >= $1 AND day >= $2 AND state IN ('cancelled', 'refused') AND kind = 'booking' AND course_id IS NULL AND {among} \
             ORDER BY changed_at DESC, id DESC LIMIT 200"
        ),
        values,
    )
    .await
}

/// The reservations for which more was paid than is owed, in order of time; at most 500.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn to_give_back(
    connection: &impl ConnectionTrait,
    facilities: &[&str],
) -> Result<Vec<Reservation>, BookingError> {
    let (among, values) = among(facilities, 1);
    many(
        connection,
        &format!(
            "paid > CASE WHEN state IN ('cancelled', 'refused') THEN kept_fee ELSE fee END AND {among} \
             ORDER BY day, from_minute, id LIMIT 500"
        ),
        values,
    )
    .await
}

/// The reservations of other people that a closure has cancelled, in order of time.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn given_way_to_closure(
    connection: &impl ConnectionTrait,
    closure: i64,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "closure_id = $1 AND kind <> 'closure' AND is_course = 0 ORDER BY day, from_minute, id",
        vec![closure.into()],
    )
    .await
}

/// The reservations that had to give way to the city's own use, in order of time.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn given_way_to(
    connection: &impl ConnectionTrait,
    official: i64,
) -> Result<Vec<Reservation>, BookingError> {
    many(
        connection,
        "displaced_by = $1 AND is_course = 0 ORDER BY day, from_minute, id",
        vec![official.into()],
    )
    .await
}
