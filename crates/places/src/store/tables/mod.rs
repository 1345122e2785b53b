//! The rows of versions, kept in pieces ([`crate::model::segment`]): written a segment at a time, read a chunk at a time.

mod finding;
mod numbers;
mod writing;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use yakuba_city::{City, Tx, sql::Sql as _};

pub use finding::{Found, MOST_KEYS, Query, find};
pub use numbers::{columns_known, know_all};
pub use writing::{Filled, Filling};
pub(super) use writing::{Orders, put_content, put_orders};

use crate::{
    error::PlacesError,
    model::segment::{CHUNK, ChunkRows, rows_of},
};

/// What is known of a column without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ColumnAbout {
    /// How many cells are filled.
    pub filled: u64,
    /// The first of them.
    pub example: String,
    /// Whether every filled cell is a number ([`crate::model::parquet::number`]); none: nothing is filled, or it was written before this was
    /// kept ([`columns_known`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub are_numbers: Option<bool>,
}

/// How many chunks a table with so many rows has.
pub fn chunks_of(rows: i64) -> i64 {
    (rows.max(0) + CHUNK - 1) / CHUNK
}

/// What is known of the columns of a table.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn columns_about(
    connection: &impl ConnectionTrait,
    table: i64,
) -> Result<Vec<ColumnAbout>, PlacesError> {
    let kept: Option<String> = connection
        .value(
            "SELECT columns FROM places_tables WHERE id = $1",
            [table.into()],
        )
        .await?;
    Ok(serde_json::from_str(kept.as_deref().unwrap_or("[]"))?)
}

/// A chunk of a table, from 0; none when there is no such chunk.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn chunk(
    connection: &impl ConnectionTrait,
    table: i64,
    number: i64,
) -> Result<Option<ChunkRows>, PlacesError> {
    let body: Option<Vec<u8>> = connection
        .value(
            "SELECT body FROM places_chunks WHERE table_id = $1 AND number = $2",
            [table.into(), number.into()],
        )
        .await?;
    Ok(body.as_deref().map(rows_of).transpose()?)
}

/// Takes away how a table is searched and sorted, as when there is a newer version.
pub(super) async fn drop_orders(tx: &Tx, table: i64) -> Result<(), PlacesError> {
    for part in ["places_texts", "places_orders"] {
        tx.connection()
            .run(
                &format!("DELETE FROM {part} WHERE table_id = $1"),
                [table.into()],
            )
            .await?;
    }
    Ok(())
}

/// Takes a table away that no version names any more.
pub(super) async fn drop_table(tx: &Tx, table: i64) -> Result<(), PlacesError> {
    drop_orders(tx, table).await?;
    for (part, column) in [("places_chunks", "table_id"), ("places_tables", "id")] {
        tx.connection()
            .run(
                &format!("DELETE FROM {part} WHERE {column} = $1"),
                [table.into()],
            )
            .await?;
    }
    Ok(())
}

/// Takes away what was begun more than a day ago and never became a version. Returns how many tables there were.
///
/// # Errors
/// When the database does not answer.
pub async fn drop_unfinished(city: &City) -> Result<usize, PlacesError> {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    let before: Value = (city.now().as_microsecond() - DAY).into();
    let left: Vec<Row> = city
        .db()
        .rows(
            "SELECT t.id FROM places_tables t WHERE t.begun_at < $1 \
             AND NOT EXISTS (SELECT 1 FROM places_versions v WHERE v.table_id = t.id) ORDER BY t.id",
            [before],
        )
        .await?;
    for row in &left {
        let actor = yakuba_city::Actor::Program("places.tables".to_owned());
        city.write(actor, row.id, |tx, id| Box::pin(drop_table(tx, *id)))
            .await?;
    }
    Ok(left.len())
}
