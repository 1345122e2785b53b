//! Reporting how long facilities could be booked and were used, day by day.

use std::collections::HashMap;

use jiff::{ToSpan as _, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use yakuba_city::{
    Actor, City, Fact, Measure, Tx,
    sql::{Sql as _, many_placeholders},
};
use yakuba_kernel::{Quantity, Subject};

use super::facilities::{Facility, facilities};
use crate::{
    capabilities::{MINUTES_OFFICIAL, MINUTES_OPEN, MINUTES_USED},
    error::BookingError,
    model::{
        hours::{Hours, TakenFor, TakenStep},
        time::{ClockTime, DAY, moment, quantum},
    },
};

/// For so many days a day that is over is looked at again: staff mark no-shows some days later.
pub const LOOKED_AT_AGAIN: i64 = 14;

#[derive(FromQueryResult)]
struct Reported {
    facility_key: String,
    minutes_open: i64,
    minutes_used: i64,
    minutes_official: i64,
    revision: i64,
}

/// What is taken of each facility on a day, without set-up and clearing.
async fn taken(
    connection: &impl ConnectionTrait,
    day: Date,
) -> Result<HashMap<String, Vec<TakenStep>>, BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        facility_key: String,
        unit: String,
        minute: i64,
        kind: String,
    }
    let first = quantum(day, ClockTime::default());
    let rows: Vec<Row> = connection
        .rows(
            "SELECT u.facility_key, u.key AS unit, t.at - $1 AS minute, r.kind \
             FROM booking_taken t JOIN booking_units u ON u.id = t.unit_id JOIN booking_reservations r ON r.id = t.reservation_id \
             WHERE t.at >= $1 AND t.at < $2 AND r.day = $3 AND r.state IN ('confirmed', 'attended') \
               AND t.at - $1 >= r.from_minute AND t.at - $1 < r.to_minute",
            [
                first.into(),
                (first + i64::from(DAY)).into(),
                day.to_string().into(),
            ],
        )
        .await?;
    let mut all: HashMap<String, Vec<TakenStep>> = HashMap::new();
    for row in rows {
        let taken_for = match row.kind.as_str() {
            "official" => TakenFor::Official,
            "closure" => TakenFor::Closure,
            _ => TakenFor::Use,
        };
        all.entry(row.facility_key).or_default().push(TakenStep {
            unit: row.unit,
            minute: u16::try_from(row.minute).unwrap_or(0),
            taken_for,
        });
    }
    Ok(all)
}

/// Reports a day that is over. Reported again, only what has changed since is added or taken off.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn report_day(tx: &Tx, day: Date) -> Result<(), BookingError> {
    let taken = taken(tx.connection(), day).await?;
    let reported: Vec<Reported> = tx
        .connection()
        .rows(
            "SELECT facility_key, minutes_open, minutes_used, minutes_official, revision FROM booking_hours WHERE day = $1",
            [day.to_string().into()],
        )
        .await?;
    let reported: HashMap<String, Reported> = reported
        .into_iter()
        .map(|row| (row.facility_key.clone(), row))
        .collect();
    let mut facts = Vec::new();
    let mut rows: Vec<Value> = Vec::new();
    for facility in facilities(tx.connection()).await? {
        let before = reported.get(facility.key());
        // A facility that is no longer offered was not open, but what was reported of it stays.
        if before.is_none() && !(facility.is_offered && facility.document.kind.is_place()) {
            continue;
        }
        let steps = taken.get(facility.key()).map_or(&[][..], Vec::as_slice);
        let hours = facility.document.hours_of_use(day, steps);
        if before.is_none() && hours == Hours::default() {
            continue;
        }
        if let Some(row) = put(&facility, day, hours, before, &mut facts)? {
            rows.extend(row);
        }
    }
    if !rows.is_empty() {
        tx.connection()
            .run(
                &format!(
                    "INSERT INTO booking_hours (facility_key, day, minutes_open, minutes_used, minutes_official, revision) \
                     VALUES {} ON CONFLICT (facility_key, day) DO UPDATE SET minutes_open = excluded.minutes_open, \
                       minutes_used = excluded.minutes_used, minutes_official = excluded.minutes_official, \
                       revision = excluded.revision",
                    many_placeholders(tx.connection().get_database_backend(), rows.len() / COLUMNS, COLUMNS)
                ),
                rows,
            )
            .await?;
    }
    tx.record_all(&facts).await?;
    Ok(())
}

/// How many values a row of `booking_hours` has.
const COLUMNS: usize = 6;

/// The row that a facility's day needs, and the facts of what has changed; none when nothing has.
fn put(
    facility: &Facility,
    day: Date,
    hours: Hours,
    before: Option<&Reported>,
    facts: &mut Vec<Fact>,
) -> Result<Option<[Value; COLUMNS]>, BookingError> {
    let now = [hours.open, hours.used, hours.official].map(i64::from);
    let known = before.map_or([0; 3], |row| {
        [row.minutes_open, row.minutes_used, row.minutes_official]
    });
    if now == known {
        return Ok(None);
    }
    let revision = before.map_or(0, |row| row.revision) + 1;
    let measures: [&Measure; 3] = [&MINUTES_OPEN, &MINUTES_USED, &MINUTES_OFFICIAL];
    for ((measure, now), known) in measures.into_iter().zip(now).zip(known) {
        if now == known {
            continue;
        }
        facts.push(
            Fact::one(&measure.name, moment(day, ClockTime::default()))
                .quantity(Quantity::from_integer(now - known)?)
                .department(facility.department().clone())
                .subject(Subject::new(facility.key())?)
                .idempotency_key(format!(
                    "{}/{}/{day}/{revision}",
                    measure.name,
                    facility.key()
                )),
        );
    }
    Ok(Some([
        facility.key().into(),
        day.to_string().into(),
        now[0].into(),
        now[1].into(),
        now[2].into(),
        revision.into(),
    ]))
}

/// Reports every day that is over and not reported yet, and looks at the last [`LOOKED_AT_AGAIN`] days again.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn report(city: &City) -> Result<(), BookingError> {
    let last: Option<String> = city
        .db()
        .value("SELECT COALESCE(MAX(day), '') FROM booking_hours", [])
        .await?;
    let today = city.today();
    let again = today.checked_sub(LOOKED_AT_AGAIN.days()).unwrap_or(today);
    let mut day = last
        .and_then(|last| last.parse::<Date>().ok())
        .map_or(again, |last| last.min(again));
    while day < today {
        city.write(
            Actor::Program("booking.hours".to_owned()),
            day,
            |tx, day| Box::pin(report_day(tx, *day)),
        )
        .await?;
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    Ok(())
}
