//! How long devices worked: by day, by month with facts, and values by hour. Done by a job in the night, for every day that is over.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Value};
use yakuba_city::{
    Actor, City, Fact, JAPAN, Tx, setting,
    sql::{Sql as _, list, many_placeholders},
};
use yakuba_kernel::{DepartmentCode, Quantity, Subject};

use super::{Kinds, kinds};
use crate::{
    capabilities::{EXPECTED, UP},
    error::AssetError,
    model::uptime::{Span, joined, worked},
};

/// The setting that says up to which day was counted.
const DONE: &str = "assets.counted";
/// Readings are kept so long; then only their hours are.
const READINGS_KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);
/// Spans and days are kept so long; months stay.
const SPANS_KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// The longest silence that does not count as one, in days before and after the counted one.
const AROUND: i64 = 8 * 24 * 3_600 * 1_000_000;
const HOUR: i64 = 3_600_000_000;
const SECOND: i64 = 1_000_000;
/// Rows of one statement.
const CHUNK: usize = 500;
/// Days counted at once when the program slept for long.
const MOST_DAYS: i32 = 400;

/// The beginning of a day in Japan, in microseconds.
fn midnight(day: Date) -> Result<i64, AssetError> {
    Ok(day
        .to_zoned(TimeZone::fixed(JAPAN))
        .map_err(|error| {
            AssetError::City(yakuba_city::CityError::Stored {
                what: "day",
                cause: error.to_string(),
            })
        })?
        .timestamp()
        .as_microsecond())
}

/// The month of a day, `2026-11`.
pub fn month_of(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// Counts every day that is over and was not counted yet. Returns how many.
///
/// # Errors
/// The database's.
pub async fn count(city: &City) -> Result<u32, AssetError> {
    let kinds = kinds(city).await?;
    if kinds.all().iter().all(|kind| kind.telemetry.is_none()) {
        return Ok(0);
    }
    let today = city.today();
    let done = setting(city.db(), DONE)
        .await?
        .and_then(|day| day.parse::<Date>().ok());
    let first: Option<i64> = city
        .db()
        .value("SELECT MIN(from_at) FROM assets_listening", [])
        .await?;
    let Some(first) = first.and_then(|at| Timestamp::from_microsecond(at).ok()) else {
        return Ok(0);
    };
    let mut day = match done.map(Date::tomorrow) {
        Some(next) => next.unwrap_or(today),
        None => JAPAN.to_datetime(first).date(),
    };
    if (today - day).get_days() > MOST_DAYS {
        day = today.saturating_sub(MOST_DAYS.days());
    }
    let mut counted = 0;
    while day < today {
        city.write(
            Actor::Program("assets.count".to_owned()),
            (kinds.clone(), day),
            |tx, (kinds, day)| Box::pin(count_day(tx, kinds, *day)),
        )
        .await?;
        counted += 1;
        day = day.tomorrow().unwrap_or(today);
    }
    city.write(Actor::Program("assets.count".to_owned()), (), |tx, ()| {
        Box::pin(roll_up(tx))
    })
    .await?;
    Ok(counted)
}

#[derive(FromQueryResult)]
struct SpanRow {
    asset: i64,
    from_at: i64,
    until_at: i64,
}

#[derive(FromQueryResult)]
struct DeviceRow {
    id: i64,
    kind: String,
    department: String,
}

async fn spans_by_asset(
    tx: &Tx,
    sql: &str,
    values: [Value; 2],
) -> Result<HashMap<i64, Vec<Span>>, AssetError> {
    let rows: Vec<SpanRow> = tx.connection().rows(sql, values).await?;
    let mut spans: HashMap<i64, Vec<Span>> = HashMap::new();
    for row in rows {
        spans
            .entry(row.asset)
            .or_default()
            .push(Span::new(row.from_at, row.until_at));
    }
    Ok(spans)
}

/// Counts one day, and the month when it is its last.
async fn count_day(tx: &Tx, kinds: &Kinds, day: Date) -> Result<(), AssetError> {
    let next = day.tomorrow().unwrap_or(day);
    let window = Span::new(midnight(day)?, midnight(next)?);
    let around: [Value; 2] = [
        (window.from - AROUND).into(),
        (window.until + AROUND).into(),
    ];
    let listening = spans_by_asset(
        tx,
        "SELECT CAST(0 AS BIGINT) AS asset, from_at, until_at FROM assets_listening WHERE until_at >= $1 AND from_at <= $2 ORDER BY from_at",
        around.clone(),
    )
    .await?;
    let listening = joined(listening.into_values().flatten().collect());
    let mut heard = spans_by_asset(
        tx,
        "SELECT asset, from_at, until_at FROM assets_spans WHERE until_at >= $1 AND from_at <= $2 \
         UNION ALL SELECT asset, span_from, heard_at FROM assets_state WHERE heard_at >= $1 AND span_from <= $2 \
         ORDER BY asset, from_at",
        around,
    )
    .await?;
    let mut service = spans_by_asset(
        tx,
        "SELECT asset, from_at, COALESCE(until_at, $2) AS until_at FROM assets_service \
         WHERE (until_at IS NULL OR until_at > $1) AND from_at < $2 ORDER BY asset, from_at",
        [window.from.into(), window.until.into()],
    )
    .await?;
    let devices: Vec<DeviceRow> = tx
        .connection()
        .rows(
            "SELECT a.id, a.kind, a.department FROM assets_assets a JOIN assets_state s ON s.asset = a.id ORDER BY a.id",
            [],
        )
        .await?;
    let mut rows: Vec<Value> = Vec::new();
    for device in &devices {
        let Some(telemetry) = kinds
            .get(&device.kind)
            .and_then(|kind| kind.telemetry.as_ref())
        else {
            continue;
        };
        let service = joined(service.remove(&device.id).unwrap_or_default());
        let heard = heard.remove(&device.id).unwrap_or_default();
        let (up, expected) = worked(&heard, &listening, &service, telemetry.promise(), window);
        if expected / SECOND > 0 {
            rows.extend([
                device.id.into(),
                day.to_string().into(),
                (up / SECOND).min(expected / SECOND).into(),
                (expected / SECOND).into(),
            ]);
        }
    }
    let backend = tx.connection().get_database_backend();
    for chunk in rows.chunks(CHUNK * 4) {
        tx.connection()
            .run(
                &format!(
                    "INSERT INTO assets_days (asset, day, up, expected) VALUES {} \
                     ON CONFLICT (asset, day) DO UPDATE SET up = excluded.up, expected = excluded.expected",
                    many_placeholders(backend, chunk.len() / 4, 4)
                ),
                chunk.iter().cloned(),
            )
            .await?;
    }
    if next.day() == 1 {
        count_month(tx, day, window.until, &devices).await?;
    }
    tx.set(DONE, &day.to_string()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct MonthRow {
    asset: i64,
    up: i64,
    expected: i64,
}

/// Adds the days of a month up: a row and two facts for each device.
async fn count_month(
    tx: &Tx,
    day: Date,
    end: i64,
    devices: &[DeviceRow],
) -> Result<(), AssetError> {
    let month = month_of(day);
    let sums: Vec<MonthRow> = tx
        .connection()
        .rows(
            "SELECT asset, CAST(SUM(up) AS BIGINT) AS up, CAST(SUM(expected) AS BIGINT) AS expected \
             FROM assets_days WHERE day BETWEEN $1 AND $2 GROUP BY asset ORDER BY asset",
            [format!("{month}-01").into(), day.to_string().into()],
        )
        .await?;
    let devices: HashMap<i64, &DeviceRow> =
        devices.iter().map(|device| (device.id, device)).collect();
    let months: Vec<Month> = sums
        .into_iter()
        .filter_map(|sum| {
            let device = devices.get(&sum.asset)?;
            Some(Month {
                asset: sum.asset,
                kind: device.kind.clone(),
                department: device.department.clone(),
                month: month.clone(),
                up: sum.up / 60,
                expected: sum.expected / 60,
            })
        })
        .filter(|month| month.expected > 0)
        .collect();
    // In the last second of the month, which is the fiscal year's, too.
    let at = Timestamp::from_microsecond(end - SECOND).unwrap_or(tx.now());
    write_months(tx, at, &months).await
}

/// How long a device worked in a month.
#[derive(Debug, Clone)]
pub struct Month {
    /// The device.
    pub asset: i64,
    /// Its kind.
    pub kind: String,
    /// Its department.
    pub department: String,
    /// `2026-11`.
    pub month: String,
    /// Minutes in which it worked.
    pub up: i64,
    /// Minutes in which it should have.
    pub expected: i64,
}

/// Keeps months of devices with their facts, recorded at a moment in them.
///
/// # Errors
/// The database's.
pub async fn write_months(tx: &Tx, at: Timestamp, months: &[Month]) -> Result<(), AssetError> {
    let backend = tx.connection().get_database_backend();
    let mut facts = Vec::with_capacity(months.len() * 2);
    for chunk in months.chunks(CHUNK) {
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 4);
        for month in chunk {
            values.extend([
                month.asset.into(),
                month.month.as_str().into(),
                month.up.into(),
                month.expected.into(),
            ]);
            for (measure, minutes) in [(&UP, month.up), (&EXPECTED, month.expected)] {
                if minutes == 0 {
                    continue;
                }
                facts.push(
                    Fact::one(&measure.name, at)
                        .department(DepartmentCode::new(month.department.as_str())?)
                        .subject(Subject::new(month.kind.as_str())?)
                        .quantity(Quantity::from_integer(minutes)?)
                        .record(format!("assets_assets/{}", month.asset))
                        .idempotency_key(format!(
                            "{}/{}/{}",
                            measure.name.as_str(),
                            month.asset,
                            month.month
                        )),
                );
            }
        }
        tx.connection()
            .run(
                &format!(
                    "INSERT INTO assets_months (asset, month, up_minutes, expected_minutes) VALUES {} ON CONFLICT DO NOTHING",
                    many_placeholders(backend, chunk.len(), 4)
                ),
                values,
            )
            .await?;
    }
    tx.record_all(&facts).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct HourRow {
    asset: i64,
    hour: i64,
    value: String,
    readings: i64,
    least: i64,
    largest: i64,
    total: i64,
}

/// Adds old readings up by hour and forgets them; forgets what is older than a year.
async fn roll_up(tx: &Tx) -> Result<(), AssetError> {
    let old = (tx.now() - READINGS_KEPT).as_microsecond() / HOUR * HOUR;
    let hours: Vec<HourRow> = tx
        .connection()
        .rows(
            &format!(
                "SELECT asset, told_at / {HOUR} AS hour, value, COUNT(*) AS readings, MIN(thousandths) AS least, \
                   MAX(thousandths) AS largest, CAST(SUM(thousandths) AS BIGINT) AS total \
                 FROM assets_readings WHERE told_at < $1 GROUP BY asset, told_at / {HOUR}, value"
            ),
            [old.into()],
        )
        .await?;
    let backend = tx.connection().get_database_backend();
    for chunk in hours.chunks(CHUNK) {
        let values: Vec<Value> = chunk
            .iter()
            .flat_map(|row| {
                [
                    row.asset.into(),
                    (row.hour * HOUR).into(),
                    row.value.as_str().into(),
                    row.readings.into(),
                    row.least.into(),
                    row.largest.into(),
                    row.total.into(),
                ]
            })
            .collect();
        tx.connection()
            .run(
                &format!(
                    "INSERT INTO assets_hours (asset, hour, value, readings, least, largest, total) VALUES {} ON CONFLICT DO NOTHING",
                    many_placeholders(backend, chunk.len(), 7)
                ),
                values,
            )
            .await?;
    }
    tx.connection()
        .run(
            "DELETE FROM assets_readings WHERE told_at < $1",
            [old.into()],
        )
        .await?;
    let oldest = tx.now() - SPANS_KEPT;
    for sql in [
        "DELETE FROM assets_spans WHERE until_at < $1",
        "DELETE FROM assets_listening WHERE until_at < $1",
        "DELETE FROM assets_hours WHERE hour < $1",
    ] {
        tx.connection()
            .run(sql, [oldest.as_microsecond().into()])
            .await?;
    }
    tx.connection()
        .run(
            "DELETE FROM assets_days WHERE day < $1",
            [JAPAN.to_datetime(oldest).date().to_string().into()],
        )
        .await?;
    Ok(())
}

/// The share of the time in which devices of some kinds worked in their last counted month, by kind: month, minutes up and expected.
///
/// # Errors
/// The database's.
pub async fn last_months(
    city: &City,
    kinds: &[&str],
) -> Result<BTreeMap<String, (String, i64, i64)>, AssetError> {
    #[derive(FromQueryResult)]
    struct Row {
        kind: String,
        month: String,
        up: i64,
        expected: i64,
    }
    if kinds.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<Row> = city
        .db()
        .rows(
            &format!(
                "SELECT a.kind, m.month, CAST(SUM(m.up_minutes) AS BIGINT) AS up, CAST(SUM(m.expected_minutes) AS BIGINT) AS expected \
                 FROM assets_months m JOIN assets_assets a ON a.id = m.asset WHERE a.kind IN ({}) \
                 GROUP BY a.kind, m.month ORDER BY m.month",
                list(1, kinds.len())
            ),
            kinds.iter().map(|kind| (*kind).into()),
        )
        .await?;
    // The newest month of each kind stays.
    Ok(rows
        .into_iter()
        .map(|row| (row.kind, (row.month, row.up, row.expected)))
        .collect())
}
