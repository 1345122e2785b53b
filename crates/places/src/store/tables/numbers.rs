//! Which columns hold nothing but numbers: found out once for tables that were written before this was kept.

use sea_orm::FromQueryResult;
use yakuba_city::{Actor, City, sql::Sql as _};

use super::{ColumnAbout, chunk, chunks_of, columns_about};
use crate::{error::PlacesError, model::parquet::number};

fn is_known(about: &[ColumnAbout]) -> bool {
    about
        .iter()
        .all(|column| column.filled == 0 || column.are_numbers.is_some())
}

/// What is known of the columns of a table with so many rows. Which of them are numbers is found out and kept when it was not.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn columns_known(
    city: &City,
    table: i64,
    rows: i64,
) -> Result<Vec<ColumnAbout>, PlacesError> {
    let mut about = columns_about(city.db(), table).await?;
    if is_known(&about) {
        return Ok(about);
    }
    let mut open: Vec<usize> = (0..about.len())
        .filter(|at| about[*at].filled > 0 && about[*at].are_numbers.is_none())
        .collect();
    for at in &open {
        about[*at].are_numbers = Some(true);
    }
    for piece in 0..chunks_of(rows) {
        if open.is_empty() {
            break;
        }
        let Some(chunk) = chunk(city.db(), table, piece).await? else {
            break;
        };
        open.retain(|at| {
            let are_numbers = chunk.rows.iter().all(|row| {
                row.get(*at)
                    .is_none_or(|cell| cell.is_empty() || number(cell).is_some())
            });
            if !are_numbers {
                about[*at].are_numbers = Some(false);
            }
            are_numbers
        });
    }
    let actor = Actor::Program("places.tables".to_owned());
    city.write(
        actor,
        (table, serde_json::to_string(&about)?),
        |tx, (table, about)| {
            Box::pin(async move {
                tx.connection()
                    .run(
                        "UPDATE places_tables SET columns = $2 WHERE id = $1",
                        [(*table).into(), about.as_str().into()],
                    )
                    .await?;
                Ok::<_, PlacesError>(())
            })
        },
    )
    .await?;
    Ok(about)
}

/// Finds it out for every table that has it not. Returns how many there were.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn know_all(city: &City) -> Result<usize, PlacesError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        counted: i64,
        columns: String,
    }
    let rows: Vec<Row> = city
        .db()
        .rows(
            "SELECT id, row_count AS counted, columns FROM places_tables \
             WHERE row_count > 0 AND columns NOT LIKE '%are_numbers%' ORDER BY id",
            [],
        )
        .await?;
    let mut count = 0;
    for row in rows {
        let about: Vec<ColumnAbout> = serde_json::from_str(&row.columns)?;
        if !is_known(&about) {
            columns_known(city, row.id, row.counted).await?;
            count += 1;
        }
    }
    Ok(count)
}
