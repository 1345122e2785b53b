//! Taking units for a span, so that nobody else can have them.
//!
//! What makes a double booking impossible is the primary key of `booking_taken`: a unit and a step of time stand there once. Nothing
//! here looks first and writes then.

use sea_orm::{DbBackend, FromQueryResult, Value};
use yakuba_city::{
    Tx,
    sql::{Sql as _, list, placeholders},
};

use super::reservations::forget;
use crate::{
    error::BookingError,
    model::{
        document::{FacilityDocument, Resource, Takes},
        time::Span,
    },
};

/// Takes what a booking of a resource needs, in the name of a reservation that is stored already.
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
    let units = unit_ids(tx, document, resource).await?;
    let steps: Vec<i64> = document
        .taken_by(resource, span)
        .steps(document.step.minutes())
        .collect();
    let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) else {
        return Err(BookingError::NotOffered);
    };
    if units.len() != resource.units().len() || units.is_empty() {
        return Err(BookingError::NoSuchResource(resource.key.to_string()));
    }
    free_lapsed(tx, &units, first, last).await?;
    match resource.takes {
        Takes::Units(_) => {
            if insert(tx, &units, &steps, reservation).await? {
                Ok(())
            } else {
                Err(BookingError::Taken)
            }
        }
        Takes::OneOf(_) => {
            for unit in free_units(tx, &units, first, last).await? {
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

/// The ids of the units a resource may take, lowest first: all writes take them in one order, so that none waits for another
/// crosswise.
async fn unit_ids(
    tx: &Tx,
    document: &FacilityDocument,
    resource: &Resource,
) -> Result<Vec<i64>, BookingError> {
    #[derive(FromQueryResult)]
    struct Unit {
        id: i64,
    }
    let keys = resource.units();
    let mut values: Vec<Value> = vec![document.key.as_str().into()];
    values.extend(keys.iter().map(|key| key.as_str().into()));
    let units: Vec<Unit> = tx
        .connection()
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

/// Gives back what is held beyond its time.
async fn free_lapsed(tx: &Tx, units: &[i64], first: i64, last: i64) -> Result<(), BookingError> {
    #[derive(FromQueryResult)]
    struct Lapsed {
        id: i64,
    }
    let mut values: Vec<Value> = vec![tx.now().as_microsecond().into(), first.into(), last.into()];
    values.extend(units.iter().map(|unit| (*unit).into()));
    let lapsed: Vec<Lapsed> = tx
        .connection()
        .rows(
            &format!(
                "SELECT DISTINCT r.id FROM booking_taken t JOIN booking_reservations r ON r.id = t.reservation_id \
                 WHERE r.held_until <= $1 AND t.at BETWEEN $2 AND $3 AND t.unit_id IN ({}) ORDER BY r.id",
                list(4, units.len())
            ),
            values,
        )
        .await?;
    for reservation in lapsed {
        forget(tx, reservation.id).await?;
    }
    Ok(())
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
        let backend = sea_orm::ConnectionTrait::get_database_backend(tx.connection());
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
