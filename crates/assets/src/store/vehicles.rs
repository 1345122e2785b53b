//! Where the vehicles of public kinds are.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use yakuba_city::sql::Sql as _;

use super::{kinds::Kinds, list::point};
use crate::{error::AssetError, model::gtfs_realtime::Vehicle};

/// A position older than this says nothing about where a vehicle is.
pub const FRESH: SignedDuration = SignedDuration::from_mins(15);

/// The vehicles in service that told where they are within [`FRESH`], by their numbers in the city.
///
/// # Errors
/// The database's.
pub async fn vehicles(
    connection: &impl ConnectionTrait,
    kinds: &Kinds,
    now: Timestamp,
) -> Result<Vec<Vehicle>, AssetError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        number: String,
        name: String,
        latitude: Option<i64>,
        longitude: Option<i64>,
        told_at: i64,
    }
    let mut values: Vec<Value> = kinds
        .public()
        .filter(|kind| kind.is_of_vehicles())
        .map(|kind| kind.key.as_str().into())
        .collect();
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let among = yakuba_city::sql::list(1, values.len());
    let since = now.checked_sub(FRESH).unwrap_or(Timestamp::UNIX_EPOCH);
    values.push(since.as_microsecond().into());
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT a.id, a.number, a.name, s.latitude, s.longitude, s.told_at FROM assets_assets a \
                 JOIN assets_state s ON s.asset = a.id WHERE a.kind IN ({among}) AND a.state = 'in_service' \
                   AND s.latitude IS NOT NULL AND s.told_at >= ${} ORDER BY a.id",
                values.len()
            ),
            values,
        )
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(point), Ok(told_at)) = (
            point(row.latitude, row.longitude)?,
            Timestamp::from_microsecond(row.told_at),
        ) else {
            continue;
        };
        all.push(Vehicle {
            asset: row.id,
            number: row.number,
            name: row.name,
            point,
            told_at,
        });
    }
    Ok(all)
}
