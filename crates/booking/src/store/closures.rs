//! Closing a facility, or a resource of it, for days: what is booked gives way, nothing can be booked, until it is reopened.
//!
//! A closure takes the units of its days as a booking does, so that nobody can book them, whichever node they ask. Each day is one
//! write; a closure whose work was broken off goes on with the first day that is not closed yet.

use jiff::{ToSpan as _, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Fact, Job, Tx, sql::Sql as _};
use yakuba_kernel::Channel;

use super::{
    facilities::facility,
    history::What,
    reservations::{Reservation, give_way, reservation, subject},
    taking::{in_the_way, take_rest},
};
use crate::{
    capabilities::DISPLACED,
    error::BookingError,
    model::{
        document::FacilityDocument,
        state::State,
        time::{ClockTime, DAY, Span},
    },
};

/// The job that carries a closure out.
pub const CLOSE_JOB: &str = "booking.close";

/// The most days of one closure.
pub const MOST_DAYS: i32 = 400;

/// How far a closure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Its days are being closed.
    Working,
    /// All of its days are closed.
    Closed,
    /// It has ended early.
    Reopened,
}

impl Stage {
    /// The name in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
        }
    }
}

/// Days on which something is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Its place in the table.
    pub id: i64,
    /// The facility.
    pub facility: String,
    /// What of it; none: all of it.
    pub resource: Option<String>,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// What everybody is told.
    pub reason: String,
    /// How far it is.
    pub stage: Stage,
}

/// Days that are to be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClosure {
    /// The facility.
    pub facility: String,
    /// What of it; none: all of it.
    pub resource: Option<String>,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// What everybody is told.
    pub reason: String,
    /// Asked for twice with the same mark it is made once.
    pub request: String,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    facility_key: String,
    resource_key: String,
    first_day: String,
    last_day: String,
    reason: String,
    state: String,
}

impl From<Row> for Closure {
    fn from(row: Row) -> Self {
        let day = |text: &str| text.parse().unwrap_or_default();
        Self {
            id: row.id,
            facility: row.facility_key,
            resource: Some(row.resource_key).filter(|key| !key.is_empty()),
            first: day(&row.first_day),
            last: day(&row.last_day),
            reason: row.reason,
            stage: match row.state.as_str() {
                "working" => Stage::Working,
                "closed" => Stage::Closed,
                _ => Stage::Reopened,
            },
        }
    }
}

const COLUMNS: &str = "id, facility_key, resource_key, first_day, last_day, reason, state";

/// A closure by its place in the table.
///
/// # Errors
/// When the database does not answer.
pub async fn closure(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Closure>, BookingError> {
    let row: Option<Row> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM booking_closures WHERE id = $1"),
            [id.into()],
        )
        .await?;
    Ok(row.map(Closure::from))
}

/// The closures of a facility whose last day is a day or later, in order of time; those that were reopened among them.
///
/// # Errors
/// When the database does not answer.
pub async fn closures(
    connection: &impl ConnectionTrait,
    facility: &str,
    from: Date,
) -> Result<Vec<Closure>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM booking_closures WHERE facility_key = $1 AND last_day >= $2 ORDER BY first_day, id"
            ),
            [facility.into(), from.to_string().into()],
        )
        .await?;
    Ok(rows.into_iter().map(Closure::from).collect())
}

/// The units that a closure takes; none when the resource is gone.
fn units(document: &FacilityDocument, resource: Option<&str>) -> Vec<String> {
    match resource {
        None => document.unit_keys(),
        Some(key) => document
            .resource(key)
            .map(super::super::model::document::Resource::units)
            .unwrap_or_default(),
    }
}

/// A whole day.
fn whole(day: Date) -> Option<Span> {
    Span::new(
        day,
        ClockTime::default(),
        ClockTime::from_minutes(DAY).unwrap_or_default(),
    )
}

/// What would have to give way if days were closed, in order of time, without what is only held; at most 1,000.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn would_give_way(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    resource: Option<&str>,
    (first, last): (Date, Date),
) -> Result<Vec<Reservation>, BookingError> {
    let units = units(document, resource);
    let mut all = Vec::new();
    let mut day = first;
    while day <= last && all.len() < 1_000 {
        if let Some(span) = whole(day) {
            for id in in_the_way(connection, document, &units, span).await? {
                if let Some(found) = reservation(connection, id).await?
                    && matches!(found.state, State::Requested | State::Confirmed)
                    && !found.is_closure
                {
                    all.push(found);
                }
            }
        }
        let Ok(next) = day.checked_add(1.day()) else {
            break;
        };
        day = next;
    }
    all.sort_by_key(|found| (found.span, found.id));
    Ok(all)
}

/// Begins a closure; a job carries it out. Asked for twice with the same mark it is made once. Returns its place in the table.
///
/// # Errors
/// [`BookingError::NoSuchResource`]; [`BookingError::TooLate`] for days that are over; [`BookingError::NotOffered`] for days that end
/// before they begin or are more than [`MOST_DAYS`].
pub async fn close(tx: &Tx, new: &NewClosure) -> Result<i64, BookingError> {
    let document = facility(tx.connection(), &new.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(new.facility.clone()))?
        .document;
    if units(&document, new.resource.as_deref()).is_empty() {
        return Err(BookingError::NoSuchResource(
            new.resource.clone().unwrap_or_default(),
        ));
    }
    if new.first < tx.today() {
        return Err(BookingError::TooLate);
    }
    let days = new.first.until(new.last).map_or(-1, |span| span.get_days());
    if !(0..MOST_DAYS).contains(&days) {
        return Err(BookingError::NotOffered);
    }
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO booking_closures (facility_key, resource_key, first_day, last_day, reason, state, request, made_at) \
             VALUES ($1, $2, $3, $4, $5, 'working', $6, $7) ON CONFLICT (request) DO NOTHING RETURNING id",
            [
                new.facility.as_str().into(),
                new.resource.as_deref().unwrap_or_default().into(),
                new.first.to_string().into(),
                new.last.to_string().into(),
                new.reason.as_str().into(),
                new.request.as_str().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let Some(id) = id else {
        let known: Option<i64> = tx
            .connection()
            .value(
                "SELECT id FROM booking_closures WHERE request = $1",
                [new.request.as_str().into()],
            )
            .await?;
        return known.ok_or(BookingError::ChangedMeanwhile);
    };
    tx.enqueue(Job {
        name: CLOSE_JOB,
        payload: json!({"closure": id}),
        not_before: None,
        deduplicate: Some(format!("{CLOSE_JOB}/{id}")),
    })
    .await?;
    tx.audit(
        AuditEntry::new("booking.close", format!("facility/{}", new.facility)).with(json!({
            "closure": id,
            "resource": new.resource,
            "first": new.first.to_string(),
            "last": new.last.to_string(),
        })),
    );
    Ok(id)
}

/// The first day of a closure that is not closed yet; none when nothing is left to do.
///
/// # Errors
/// When the database does not answer.
pub async fn next_day(
    connection: &impl ConnectionTrait,
    closure: &Closure,
) -> Result<Option<Date>, BookingError> {
    if closure.stage != Stage::Working {
        return Ok(None);
    }
    let last: Option<String> = connection
        .value(
            "SELECT COALESCE(MAX(day), '') FROM booking_reservations WHERE closure_id = $1 AND kind = 'closure'",
            [closure.id.into()],
        )
        .await?;
    let next = match last.and_then(|day| day.parse::<Date>().ok()) {
        Some(day) => day.checked_add(1.day()).unwrap_or(Date::MAX),
        None => closure.first,
    };
    Ok((next <= closure.last).then_some(next))
}

/// Closes one day of a closure: what is booked gives way, the day is taken. Returns what gave way, as it was before.
/// Doing it twice is the same as once.
///
/// # Errors
/// [`BookingError::Taken`] when somebody books at the same moment; then it is to be tried again.
pub async fn close_day(tx: &Tx, id: i64, day: Date) -> Result<Vec<Reservation>, BookingError> {
    // Reopening waits, and so does another worker with the same closure.
    let working = tx
        .connection()
        .run(
            "UPDATE booking_closures SET state = state WHERE id = $1 AND state = 'working'",
            [id.into()],
        )
        .await?;
    let Some(closure) = closure(tx.connection(), id).await?.filter(|_| working == 1) else {
        return Ok(Vec::new());
    };
    let known: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM booking_reservations WHERE closure_id = $1 AND day = $2 AND kind = 'closure'",
            [id.into(), day.to_string().into()],
        )
        .await?;
    let Some(span) = whole(day).filter(|_| known.is_none()) else {
        return Ok(Vec::new());
    };
    let document = facility(tx.connection(), &closure.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(closure.facility.clone()))?
        .document;
    let units = units(&document, closure.resource.as_deref());
    let now = tx.now().as_microsecond();
    let own: i64 = tx
        .connection()
        .value(
            "INSERT INTO booking_reservations (facility_key, resource_key, day, from_minute, to_minute, state, kind, channel, holder, \
               purpose, people, fee, kept_fee, revision, made_at, changed_at, title, closure_id) \
             VALUES ($1, $2, $3, 0, 1440, 'confirmed', 'closure', $4, '', '', 0, 0, 0, 1, $5, $5, $6, $7) RETURNING id",
            [
                closure.facility.as_str().into(),
                closure.resource.as_deref().unwrap_or_default().into(),
                day.to_string().into(),
                Channel::System.as_str().into(),
                now.into(),
                closure.reason.as_str().into(),
                id.into(),
            ],
        )
        .await?
        .unwrap_or_default();
    let mut gave_way = Vec::new();
    for other in in_the_way(tx.connection(), &document, &units, span).await? {
        let Some(found) = reservation(tx.connection(), other).await? else {
            continue;
        };
        if found.is_closure {
            continue;
        }
        if let Some(found) = give_way(tx, &document, other, &What::Closed { closure: id }).await? {
            if !found.is_own {
                tx.record(
                    Fact::one(&DISPLACED.name, tx.now())
                        .department(document.department.clone())
                        .channel(found.channel)
                        .subject(subject(&document, &found.resource)?)
                        .record(format!("booking_reservations/{other}")),
                )
                .await?;
            }
            gave_way.push(found);
        }
    }
    take_rest(tx, &document, &units, span, own).await?;
    if day >= closure.last {
        tx.connection()
            .run(
                "UPDATE booking_closures SET state = 'closed' WHERE id = $1",
                [id.into()],
            )
            .await?;
    }
    Ok(gave_way)
}

/// Reopens what a closure has closed, from today on. What gave way to it stays cancelled. Doing it twice is the same as once.
///
/// # Errors
/// [`BookingError::NoSuchReservation`] when there is no such closure.
pub async fn reopen(tx: &Tx, id: i64) -> Result<(), BookingError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE booking_closures SET state = 'reopened' WHERE id = $1 AND state <> 'reopened'",
            [id.into()],
        )
        .await?;
    let found = closure(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchReservation)?;
    if changed == 0 {
        return Ok(());
    }
    let today = tx.today().to_string();
    tx.connection()
        .run(
            "DELETE FROM booking_taken WHERE reservation_id IN \
               (SELECT id FROM booking_reservations WHERE closure_id = $1 AND kind = 'closure' AND day >= $2)",
            [id.into(), today.as_str().into()],
        )
        .await?;
    tx.connection()
        .run(
            "UPDATE booking_reservations SET state = 'cancelled', changed_at = $3, revision = revision + 1 \
             WHERE closure_id = $1 AND kind = 'closure' AND day >= $2",
            [
                id.into(),
                today.as_str().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    close_what_others_close(tx, &found).await?;
    tx.audit(
        AuditEntry::new("booking.reopen", format!("facility/{}", found.facility))
            .with(json!({"closure": id})),
    );
    Ok(())
}

/// Where closures overlap, the first one has the units: when it ends early, the others take them.
async fn close_what_others_close(tx: &Tx, ended: &Closure) -> Result<(), BookingError> {
    #[derive(FromQueryResult)]
    struct Day {
        id: i64,
        day: String,
    }
    let document = facility(tx.connection(), &ended.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(ended.facility.clone()))?
        .document;
    let others = closures(tx.connection(), &ended.facility, tx.today()).await?;
    for other in others
        .iter()
        .filter(|other| other.stage != Stage::Reopened && other.id != ended.id)
        .filter(|other| other.first <= ended.last && ended.first <= other.last)
    {
        let units = units(&document, other.resource.as_deref());
        let days: Vec<Day> = tx
            .connection()
            .rows(
                "SELECT id, day FROM booking_reservations \
                 WHERE closure_id = $1 AND kind = 'closure' AND day BETWEEN $2 AND $3 ORDER BY day",
                [
                    other.id.into(),
                    ended.first.max(tx.today()).to_string().into(),
                    ended.last.to_string().into(),
                ],
            )
            .await?;
        for day in days {
            if let Some(span) = day.day.parse().ok().and_then(whole) {
                take_rest(tx, &document, &units, span, day.id).await?;
            }
        }
    }
    Ok(())
}
