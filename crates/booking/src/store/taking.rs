//! Taking units for a span, so that nobody else can have them.
//!
//! What makes a double booking impossible is the primary key of `booking_taken`: a unit and a step of time stand there once. Nothing
//! here looks first and writes then.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use yakuba_city::{
    Tx,
    sql::{Sql as _, list, placeholders},
};

use yakuba_forms::model::document::Key;

use super::{reservations::forget, waiting::somebody_waits};
use crate::{
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource, Takes},
        time::{ClockTime, DAY, Span, quantum},
    },
};

/// Takes what a booking of a resource needs, in the name of a reservation that is stored already. What was held too long and somebody
/// waits for is theirs: it is not for whoever comes by.
///
/// # Errors
/// [`BookingError::Taken`]; then the whole write must be given up.
pub(super) async fn take(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
    reservation: i64,
) -> Result<(), BookingError> {
    take_as(tx, document, resource, span, reservation, false).await
}

/// The same for somebody whose turn it is.
///
/// # Errors
/// [`BookingError::Taken`]; then what was written of it must be given back.
pub(super) async fn take_in_turn(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
    reservation: i64,
) -> Result<(), BookingError> {
    take_as(tx, document, resource, span, reservation, true).await
}

async fn take_as(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    span: Span,
    reservation: i64,
    is_their_turn: bool,
) -> Result<(), BookingError> {
    let steps: Vec<i64> = document
        .taken_by(resource, span)
        .steps(document.step.minutes())
        .collect();
    let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else {
        return Err(BookingError::NotOffered);
    };
    let standing = standing_units(tx, document, resource, first, last).await?;
    if standing.units.len() != resource.units().len() || standing.units.is_empty() {
        return Err(BookingError::NoSuchResource(resource.key.to_string()));
    }
    if !standing.lapsed.is_empty()
        && !is_their_turn
        && somebody_waits(tx, document, resource, span).await?
    {
        return Err(BookingError::Taken);
    }
    for reservation in standing.lapsed {
        forget(tx, reservation).await?;
    }
    match resource.takes {
        Takes::Units(_) => {
            if insert(tx, &standing.units, &steps, reservation).await? {
                Ok(())
            } else {
                Err(BookingError::Taken)
            }
        }
        Takes::OneOf(_) => {
            let free = standing
                .units
                .into_iter()
                .filter(|unit| !standing.busy.contains(unit));
            for unit in free {
                if insert(tx, &[unit], &steps, reservation).await? {
                    return Ok(());
                }
                // Somebody took a part of it between the look and the write: what was got of it is given back.
                tx.connection()
                    .run(
                        "DELETE FROM booking_taken WHERE reservation_id = $1",
                        [reservation.into()],
                    )
                    .await?;
            }
            Err(BookingError::Taken)
        }
    }
}

/// Takes equipment along with a resource for the same time, in the name of a reservation that has the resource already: so many of each.
///
/// # Errors
/// [`BookingError::EquipmentTaken`] when there are not so many free, or it does not go with the resource; then the whole write must be
/// given up.
pub(super) async fn take_along(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    wanted: &BTreeMap<Key, u32>,
    span: Span,
    reservation: i64,
) -> Result<(), BookingError> {
    let steps: Vec<i64> = span.steps(document.step.minutes()).collect();
    let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else {
        return Err(BookingError::NotOffered);
    };
    // In the order of their keys, so that two bookings do not wait for each other crosswise.
    for (key, count) in wanted.iter().filter(|(_, count)| **count > 0) {
        let missing = || BookingError::EquipmentTaken(key.to_string());
        let equipment = document
            .equipment_of(resource)
            .find(|one| one.key == *key)
            .ok_or_else(missing)?;
        let units = ids_of(tx.connection(), document, &equipment.units()).await?;
        if units.is_empty() {
            return Err(missing());
        }
        let mut left = *count;
        for unit in free_units(tx, &units, first, last).await? {
            if left == 0 {
                break;
            }
            if insert(tx, &[unit], &steps, reservation).await? {
                left -= 1;
            } else {
                // Somebody took a part of it between the look and the write: what was got of it is given back.
                tx.connection()
                    .run(
                        "DELETE FROM booking_taken WHERE reservation_id = $1 AND unit_id = $2",
                        [reservation.into(), unit.into()],
                    )
                    .await?;
            }
        }
        if left > 0 {
            return Err(missing());
        }
    }
    Ok(())
}

/// Takes every one of some units in the name of a reservation that is stored already.
///
/// # Errors
/// [`BookingError::Taken`]; then the whole write must be given up.
pub(super) async fn take_all(
    tx: &Tx,
    document: &FacilityDocument,
    units: &[String],
    span: Span,
    reservation: i64,
) -> Result<(), BookingError> {
    let ids = ids_of(tx.connection(), document, units).await?;
    let steps: Vec<i64> = span.steps(document.step.minutes()).collect();
    if ids.is_empty() || ids.len() != units.len() || steps.is_empty() {
        return Err(BookingError::NotOffered);
    }
    if insert(tx, &ids, &steps, reservation).await? {
        Ok(())
    } else {
        Err(BookingError::Taken)
    }
}

/// Takes what is free of some units during a span, for a closure: what is used already, and what another closure has, stays theirs.
///
/// # Errors
/// [`BookingError::Taken`] when somebody has booked some of it; then the whole write must be given up.
pub(super) async fn take_rest(
    tx: &Tx,
    document: &FacilityDocument,
    units: &[String],
    span: Span,
    reservation: i64,
) -> Result<(), BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        unit_id: i64,
        at: i64,
        stays: i64,
    }
    let ids = ids_of(tx.connection(), document, units).await?;
    let steps: Vec<i64> = span.steps(document.step.minutes()).collect();
    let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else {
        return Err(BookingError::NotOffered);
    };
    if ids.is_empty() || ids.len() != units.len() {
        return Err(BookingError::NotOffered);
    }
    let mut values: Vec<Value> = vec![first.into(), last.into()];
    values.extend(ids.iter().map(|unit| (*unit).into()));
    let rows: Vec<Row> = tx
        .connection()
        .rows(
            &format!(
                "SELECT t.unit_id, t.at, CAST(CASE WHEN r.kind = 'closure' OR r.state IN ('attended', 'absent') THEN 1 ELSE 0 END AS BIGINT) AS stays \
                 FROM booking_taken t JOIN booking_reservations r ON r.id = t.reservation_id \
                 WHERE t.at BETWEEN $1 AND $2 AND t.unit_id IN ({})",
                list(3, ids.len())
            ),
            values,
        )
        .await?;
    if rows.iter().any(|row| row.stays == 0) {
        return Err(BookingError::Taken);
    }
    let theirs: BTreeSet<(i64, i64)> = rows.iter().map(|row| (row.unit_id, row.at)).collect();
    for unit in ids {
        let free: Vec<i64> = steps
            .iter()
            .copied()
            .filter(|step| !theirs.contains(&(unit, *step)))
            .collect();
        if !free.is_empty() && !insert(tx, &[unit], &free, reservation).await? {
            return Err(BookingError::Taken);
        }
    }
    Ok(())
}

/// The reservations that have some of the units during a span, lowest first; what is held, lapsed or not, among them.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn in_the_way(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    units: &[String],
    span: Span,
) -> Result<Vec<i64>, BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        reservation_id: i64,
    }
    let ids = ids_of(connection, document, units).await?;
    let steps: Vec<i64> = span.steps(document.step.minutes()).collect();
    let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else {
        return Ok(Vec::new());
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![first.into(), last.into()];
    values.extend(ids.iter().map(|unit| (*unit).into()));
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT DISTINCT reservation_id FROM booking_taken WHERE at BETWEEN $1 AND $2 AND unit_id IN ({}) \
                 ORDER BY reservation_id",
                list(3, ids.len())
            ),
            values,
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.reservation_id).collect())
}

/// The units that a reservation has on a day.
pub(super) struct HeldUnits {
    pub(super) reservation: i64,
    pub(super) units: Vec<i64>,
    /// The first step of time in which it has them.
    pub(super) first: i64,
    /// The last step.
    pub(super) last: i64,
}

/// The ids of units, lowest first, and who has which of them on a day; what is held, lapsed or not, among them.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn held_units(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    units: &[String],
    day: Date,
) -> Result<(Vec<i64>, Vec<HeldUnits>), BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        reservation_id: i64,
        unit_id: i64,
        first_at: i64,
        last_at: i64,
    }
    let ids = ids_of(connection, document, units).await?;
    if ids.is_empty() || ids.len() != units.len() {
        return Err(BookingError::NotOffered);
    }
    let end = ClockTime::from_minutes(DAY).unwrap_or_default();
    let mut values: Vec<Value> = vec![
        quantum(day, ClockTime::default()).into(),
        quantum(day, end).into(),
    ];
    values.extend(ids.iter().map(|unit| (*unit).into()));
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT reservation_id, unit_id, MIN(at) AS first_at, MAX(at) AS last_at FROM booking_taken \
                 WHERE at >= $1 AND at < $2 AND unit_id IN ({}) \
                 GROUP BY reservation_id, unit_id ORDER BY reservation_id, unit_id",
                list(3, ids.len())
            ),
            values,
        )
        .await?;
    let mut held: Vec<HeldUnits> = Vec::new();
    for row in rows {
        match held.last_mut() {
            Some(known) if known.reservation == row.reservation_id => {
                known.units.push(row.unit_id);
                known.first = known.first.min(row.first_at);
                known.last = known.last.max(row.last_at);
            }
            _ => held.push(HeldUnits {
                reservation: row.reservation_id,
                units: vec![row.unit_id],
                first: row.first_at,
                last: row.last_at,
            }),
        }
    }
    Ok((ids, held))
}

/// Gives reservations that have one unit each another one that is alike, all at once.
///
/// # Errors
/// [`BookingError::Taken`] when somebody has it; then the whole write must be given up.
pub(super) async fn change_units(tx: &Tx, changed: &[(i64, i64)]) -> Result<(), BookingError> {
    #[derive(FromQueryResult)]
    struct Step {
        at: i64,
    }
    let mut all = Vec::new();
    for (reservation, unit) in changed {
        let steps: Vec<Step> = tx
            .connection()
            .rows(
                "SELECT at FROM booking_taken WHERE reservation_id = $1 ORDER BY at",
                [(*reservation).into()],
            )
            .await?;
        tx.connection()
            .run(
                "DELETE FROM booking_taken WHERE reservation_id = $1",
                [(*reservation).into()],
            )
            .await?;
        let steps: Vec<i64> = steps.into_iter().map(|step| step.at).collect();
        all.push((*reservation, *unit, steps));
    }
    for (reservation, unit, steps) in all {
        if !insert(tx, &[unit], &steps, reservation).await? {
            return Err(BookingError::Taken);
        }
    }
    Ok(())
}

/// Takes these units in the name of a reservation that is stored already.
///
/// # Errors
/// [`BookingError::Taken`]; then the whole write must be given up.
pub(super) async fn take_these(
    tx: &Tx,
    document: &FacilityDocument,
    units: &[i64],
    span: Span,
    reservation: i64,
) -> Result<(), BookingError> {
    let steps: Vec<i64> = span.steps(document.step.minutes()).collect();
    if insert(tx, units, &steps, reservation).await? {
        Ok(())
    } else {
        Err(BookingError::Taken)
    }
}

/// How many units a reservation has.
///
/// # Errors
/// When the database does not answer.
pub async fn count_of_units(
    connection: &impl ConnectionTrait,
    reservation: i64,
) -> Result<i64, BookingError> {
    let count: Option<i64> = connection
        .value(
            "SELECT COUNT(DISTINCT unit_id) FROM booking_taken WHERE reservation_id = $1",
            [reservation.into()],
        )
        .await?;
    Ok(count.unwrap_or(0))
}

async fn ids_of(
    connection: &impl ConnectionTrait,
    document: &FacilityDocument,
    keys: &[String],
) -> Result<Vec<i64>, BookingError> {
    #[derive(FromQueryResult)]
    struct Unit {
        id: i64,
    }
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![document.key.as_str().into()];
    values.extend(keys.iter().map(|key| key.as_str().into()));
    let units: Vec<Unit> = connection
        .rows(
            &format!(
                "SELECT id FROM booking_units WHERE facility_key = $1 AND key IN ({}) ORDER BY id",
                list(2, keys.len())
            ),
            values,
        )
        .await?;
    Ok(units.into_iter().map(|unit| unit.id).collect())
}

/// How the units a resource may take stand between two steps, as far as can be seen now.
struct StandingUnits {
    /// Their ids, lowest first: all writes take them in one order, so that none waits for another crosswise.
    units: Vec<i64>,
    /// Those that somebody has.
    busy: BTreeSet<i64>,
    /// The reservations that hold some of them beyond their time.
    lapsed: BTreeSet<i64>,
}

async fn standing_units(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
    first: i64,
    last: i64,
) -> Result<StandingUnits, BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        reservation_id: Option<i64>,
        is_lapsed: i64,
    }
    let keys = resource.units();
    if keys.is_empty() {
        return Err(BookingError::NoSuchResource(resource.key.to_string()));
    }
    let mut values: Vec<Value> = vec![
        tx.now().as_microsecond().into(),
        first.into(),
        last.into(),
        document.key.as_str().into(),
    ];
    values.extend(keys.iter().map(|key| key.as_str().into()));
    let rows: Vec<Row> = tx
        .connection()
        .rows(
            &format!(
                "SELECT DISTINCT u.id, t.reservation_id, CAST(CASE WHEN r.held_until <= $1 THEN 1 ELSE 0 END AS BIGINT) AS is_lapsed \
                 FROM booking_units u LEFT JOIN booking_taken t ON t.unit_id = u.id AND t.at BETWEEN $2 AND $3 \
                   LEFT JOIN booking_reservations r ON r.id = t.reservation_id \
                 WHERE u.facility_key = $4 AND u.key IN ({}) ORDER BY u.id",
                list(5, keys.len())
            ),
            values,
        )
        .await?;
    let mut standing = StandingUnits {
        units: rows.iter().map(|row| row.id).collect(),
        busy: BTreeSet::new(),
        lapsed: BTreeSet::new(),
    };
    standing.units.dedup();
    for row in rows {
        match row.reservation_id {
            Some(reservation) if row.is_lapsed == 1 => {
                standing.lapsed.insert(reservation);
            }
            Some(_) => {
                standing.busy.insert(row.id);
            }
            None => {}
        }
    }
    Ok(standing)
}

/// The units that nobody has between two steps, as far as can be seen now.
async fn free_units(
    tx: &Tx,
    units: &[i64],
    first: i64,
    last: i64,
) -> Result<Vec<i64>, BookingError> {
    #[derive(FromQueryResult)]
    struct Busy {
        unit_id: i64,
    }
    let mut values: Vec<Value> = vec![first.into(), last.into()];
    values.extend(units.iter().map(|unit| (*unit).into()));
    let busy: Vec<Busy> = tx
        .connection()
        .rows(
            &format!(
                "SELECT DISTINCT unit_id FROM booking_taken WHERE at BETWEEN $1 AND $2 AND unit_id IN ({})",
                list(3, units.len())
            ),
            values,
        )
        .await?;
    Ok(units
        .iter()
        .copied()
        .filter(|unit| busy.iter().all(|busy| busy.unit_id != *unit))
        .collect())
}

/// Writes the steps of units, and tells whether all of them were free.
async fn insert(
    tx: &Tx,
    units: &[i64],
    steps: &[i64],
    reservation: i64,
) -> Result<bool, BookingError> {
    debug_assert!(units.is_sorted() && steps.is_sorted());
    let rows: Vec<(i64, i64)> = units
        .iter()
        .flat_map(|unit| steps.iter().map(move |step| (*unit, *step)))
        .collect();
    // PostgreSQL takes 65,535 values in a statement.
    for part in rows.chunks(5_000) {
        let values: Vec<Value> = part
            .iter()
            .flat_map(|(unit, step)| [(*unit).into(), (*step).into(), reservation.into()])
            .collect();
        let backend = tx.connection().get_database_backend();
        let rows = if backend == DbBackend::Sqlite && part.len() > 30 {
            yakuba_city::sql::many_placeholders(backend, part.len(), 3)
        } else {
            placeholders(part.len(), 3)
        };
        let written = tx
            .connection()
            .run(
                &format!(
                    "INSERT INTO booking_taken (unit_id, at, reservation_id) VALUES {rows} ON CONFLICT DO NOTHING"
                ),
                values,
            )
            .await?;
        if usize::try_from(written) != Ok(part.len()) {
            return Ok(false);
        }
    }
    Ok(true)
}
