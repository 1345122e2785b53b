//! Writing tables.

use sea_orm::{FromQueryResult, Value};
use serde_json::Value as Json;
use yakuba_city::{
    Actor, City, Tx,
    sql::{Sql as _, placeholders},
};

use super::{ColumnAbout, chunk, chunks_of};
use crate::{
    error::PlacesError,
    model::{
        content::{Content, ContentHash, csv_rows, has_places, places},
        finding::shortened,
        parquet::number,
        segment::{Block, CHUNK_ROWS, Chunk, SEGMENT_ROWS, Segment},
    },
};

/// So many blocks are written in one statement.
const AT_ONCE: usize = 50;

async fn begin(tx: &Tx) -> Result<i64, PlacesError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
    }
    let row: Option<Row> = tx
        .connection()
        .row(
            "INSERT INTO places_tables (begun_at, row_count, columns) VALUES ($1, 0, '[]') RETURNING id",
            [tx.now().as_microsecond().into()],
        )
        .await?;
    row.map(|row| row.id)
        .ok_or_else(|| sea_orm::DbErr::RecordNotInserted.into())
}

async fn end(tx: &Tx, table: i64, rows: u64, about: &[ColumnAbout]) -> Result<(), PlacesError> {
    tx.connection()
        .run(
            "UPDATE places_tables SET row_count = $2, columns = $3 WHERE id = $1",
            [
                table.into(),
                i64::try_from(rows).unwrap_or(i64::MAX).into(),
                serde_json::to_string(about)?.into(),
            ],
        )
        .await?;
    Ok(())
}

async fn put_pieces<'a>(
    tx: &Tx,
    into: &str,
    table: i64,
    pieces: impl Iterator<Item = (i64, &'a [u8])>,
) -> Result<(), PlacesError> {
    let pieces: Vec<(i64, &[u8])> = pieces.collect();
    for part in pieces.chunks(AT_ONCE) {
        let values: Vec<Value> = part
            .iter()
            .flat_map(|(number, body)| [table.into(), (*number).into(), body.to_vec().into()])
            .collect();
        tx.connection()
            .run(
                &format!(
                    "INSERT INTO {into} (table_id, number, body) VALUES {}",
                    placeholders(part.len(), 3)
                ),
                values,
            )
            .await?;
    }
    Ok(())
}

async fn put_rows(tx: &Tx, table: i64, chunks: &[Chunk]) -> Result<(), PlacesError> {
    let pieces = chunks
        .iter()
        .map(|chunk| (chunk.number, chunk.rows.as_slice()));
    put_pieces(tx, "places_chunks", table, pieces).await
}

async fn put_search(tx: &Tx, table: i64, segment: &Segment) -> Result<(), PlacesError> {
    let pieces = segment
        .chunks
        .iter()
        .map(|chunk| (chunk.number, chunk.texts.as_slice()));
    put_pieces(tx, "places_texts", table, pieces).await?;
    for part in segment.blocks.chunks(AT_ONCE) {
        let values: Vec<Value> = part
            .iter()
            .flat_map(|block: &Block| {
                [
                    table.into(),
                    block.column.into(),
                    segment.number.into(),
                    block.number.into(),
                    block.first.clone().into(),
                    block.last.clone().into(),
                    block.body.clone().into(),
                ]
            })
            .collect();
        tx.connection()
            .run(
                &format!(
                    "INSERT INTO places_orders (table_id, place, segment, number, first, last, body) VALUES {}",
                    placeholders(part.len(), 7)
                ),
                values,
            )
            .await?;
    }
    Ok(())
}

/// Counts what is filled in some rows.
fn count(about: &mut [ColumnAbout], rows: &[Vec<String>]) {
    for row in rows {
        for (about, cell) in about.iter_mut().zip(row) {
            if !cell.is_empty() {
                if about.filled == 0 {
                    about.example = shortened(cell);
                }
                about.filled += 1;
                about.are_numbers =
                    Some(about.are_numbers != Some(false) && number(cell).is_some());
            }
        }
    }
}

/// Whether a table is written with what it is searched and sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Orders {
    /// With it: the newest version of a file.
    Written,
    /// Without it: an older version, which is only read.
    LeftOut,
}

/// Keeps a table that is in memory, in the write that needs it.
pub(in crate::store) async fn put_content(
    tx: &Tx,
    content: &Content,
    orders: Orders,
) -> Result<i64, PlacesError> {
    let table = begin(tx).await?;
    let width = content.header.len();
    let mut about = vec![ColumnAbout::default(); width];
    for (number, rows) in content.rows.chunks(SEGMENT_ROWS).enumerate() {
        let from = number * SEGMENT_ROWS;
        let shapes = content
            .shapes
            .get(from..(from + rows.len()).min(content.shapes.len()))
            .unwrap_or_default();
        count(&mut about, rows);
        let segment = Segment::new(number, width, rows, shapes);
        put_rows(tx, table, &segment.chunks).await?;
        if orders == Orders::Written {
            put_search(tx, table, &segment).await?;
        }
    }
    end(tx, table, content.rows.len() as u64, &about).await?;
    Ok(table)
}

/// Makes anew how a table is searched and sorted, as when it is the newest one again.
pub(in crate::store) async fn put_orders(
    tx: &Tx,
    table: i64,
    width: usize,
    rows: i64,
) -> Result<(), PlacesError> {
    let is_there: Option<i64> = tx
        .connection()
        .value(
            "SELECT number FROM places_texts WHERE table_id = $1 AND number = 0",
            [table.into()],
        )
        .await?;
    if is_there.is_some() {
        return Ok(());
    }
    let chunks = chunks_of(rows);
    let mut segment = Vec::new();
    for number in 0..chunks {
        if let Some(chunk) = chunk(tx.connection(), table, number).await? {
            segment.extend(chunk.rows);
        }
        if segment.len() >= SEGMENT_ROWS || number + 1 == chunks {
            let at = usize::try_from(number).unwrap_or(0) / (SEGMENT_ROWS / CHUNK_ROWS);
            put_search(tx, table, &Segment::new(at, width, &segment, &[])).await?;
            segment.clear();
        }
    }
    Ok(())
}

/// A table that is being written, with no more than one segment of it in memory. Every segment is a write of its own, so that others'
/// writes come between; until a version names the table, nobody sees it.
#[derive(Debug)]
pub struct Filling {
    city: City,
    actor: Actor,
    table: i64,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    segments: usize,
    count: u64,
    about: Vec<ColumnAbout>,
    hash: ContentHash,
    csv_bytes: u64,
    has_places: bool,
}

/// A table that is written and that no version names yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Its number.
    pub table: i64,
    /// The headers.
    pub header: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
    /// The hash of its contents, as of the same table in memory.
    pub hash: String,
    /// Its size as CSV, in bytes.
    pub csv_bytes: u64,
    /// Whether one of its rows tells a place.
    pub has_places: bool,
}

impl Filling {
    /// Begins a table with these headers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(
        city: &City,
        actor: Actor,
        header: Vec<String>,
    ) -> Result<Self, PlacesError> {
        let table = city
            .write(actor.clone(), (), |tx, ()| Box::pin(begin(tx)))
            .await?;
        let csv_bytes = csv_rows(Some(&header), &[]).len() as u64;
        Ok(Self {
            city: city.clone(),
            actor,
            table,
            rows: Vec::with_capacity(SEGMENT_ROWS),
            segments: 0,
            count: 0,
            about: vec![ColumnAbout::default(); header.len()],
            hash: ContentHash::begin(&header),
            csv_bytes,
            has_places: false,
            header,
        })
    }

    /// Adds a row; it is made as wide as the header.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn push(&mut self, mut row: Vec<String>) -> Result<(), PlacesError> {
        row.resize(self.header.len(), String::new());
        self.rows.push(row);
        if self.rows.len() == SEGMENT_ROWS {
            self.write().await?;
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<(), PlacesError> {
        let rows = std::mem::replace(&mut self.rows, Vec::with_capacity(SEGMENT_ROWS));
        let (number, width) = (self.segments, self.header.len());
        count(&mut self.about, &rows);
        if !self.has_places {
            self.has_places = has_places(places(&self.header), &rows);
        }
        self.count += rows.len() as u64;
        let mut hash = std::mem::take(&mut self.hash);
        // Packing takes long: it would hold up whatever else this thread does.
        let (segment, hash, bytes) = tokio::task::spawn_blocking(move || {
            hash.rows(&rows);
            let bytes = csv_rows(None, &rows).len() as u64;
            (Segment::new(number, width, &rows, &[]), hash, bytes)
        })
        .await
        .map_err(|error| {
            PlacesError::City(yakuba_city::CityError::Stored {
                what: "a table",
                cause: error.to_string(),
            })
        })?;
        self.hash = hash;
        self.csv_bytes += bytes;
        self.segments += 1;
        self.city
            .write(
                self.actor.clone(),
                (self.table, segment),
                |tx, (table, segment)| {
                    Box::pin(async move {
                        put_rows(tx, *table, &segment.chunks).await?;
                        put_search(tx, *table, segment).await
                    })
                },
            )
            .await
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end(mut self) -> Result<Filled, PlacesError> {
        if !self.rows.is_empty() {
            self.write().await?;
        }
        let input = (self.table, self.count, self.about);
        self.city
            .write(self.actor, input, |tx, (table, rows, about)| {
                Box::pin(end(tx, *table, *rows, about))
            })
            .await?;
        Ok(Filled {
            table: self.table,
            header: self.header,
            rows: self.count,
            hash: self.hash.end(&[] as &[Json]),
            csv_bytes: self.csv_bytes,
            has_places: self.has_places,
        })
    }
}
