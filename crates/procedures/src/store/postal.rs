//! The table of postal codes.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_forms::Area;
use yakuba_kernel::PostalCode;

use crate::{error::ProcedureError, model::postal::PostalFile};

/// Rows of one INSERT: far below the number of values that SQLite takes in one statement.
const PER_INSERT: usize = 500;

#[derive(FromQueryResult)]
struct Row {
    prefecture: String,
    city: String,
    town: String,
}

/// What a code stands for; empty when it is not known. The order is that of the file.
///
/// # Errors
/// When the database does not answer.
pub async fn areas(
    connection: &impl ConnectionTrait,
    code: &PostalCode,
) -> Result<Vec<Area>, ProcedureError> {
    let rows: Vec<Row> = connection
        .rows(
            "SELECT prefecture, city, town FROM procedures_postal_areas WHERE code = $1 ORDER BY id LIMIT 200",
            [code.digits().into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Area {
            prefecture: row.prefecture,
            city: row.city,
            town: row.town,
        })
        .collect())
}

/// Whether there is a table at all.
///
/// # Errors
/// When the database does not answer.
pub async fn is_filled(connection: &impl ConnectionTrait) -> Result<bool, ProcedureError> {
    let first: Option<i64> = connection
        .value("SELECT id FROM procedures_postal_areas LIMIT 1", [])
        .await?;
    Ok(first.is_some())
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// How many areas of codes there were of the file's prefectures.
    pub before: i64,
    /// How many there are now.
    pub after: usize,
    /// How many prefectures the file holds.
    pub prefectures: usize,
}

/// Brings in a file: it takes the place of everything of the prefectures it holds. `anyway` allows that a prefecture keeps less than half of
/// what it had, which happens when a file of changes is taken for a whole one.
///
/// # Errors
/// [`ProcedureError::PostalCodes`] when a prefecture would lose more than half; otherwise when the database does not carry it out.
pub async fn import(tx: &Tx, file: &PostalFile, anyway: bool) -> Result<Imported, ProcedureError> {
    let connection = tx.connection();
    let mut prefectures: BTreeMap<&str, i64> = BTreeMap::new();
    for (_, area) in &file.areas {
        *prefectures.entry(area.prefecture.as_str()).or_default() += 1;
    }
    let mut before = 0;
    for (prefecture, after) in &prefectures {
        let had: i64 = connection
            .value(
                "SELECT COUNT(*) FROM procedures_postal_areas WHERE prefecture = $1",
                [(*prefecture).into()],
            )
            .await?
            .unwrap_or(0);
        if !anyway && after * 2 < had {
            return Err(ProcedureError::PostalCodes(format!(
                "{prefecture} has {had} entries, and the file holds only {after}. Take the whole file and not one of changes, or add --anyway"
            )));
        }
        before += had;
        connection
            .run(
                "DELETE FROM procedures_postal_areas WHERE prefecture = $1",
                [(*prefecture).into()],
            )
            .await?;
    }
    for some in file.areas.chunks(PER_INSERT) {
        let places: Vec<String> = (0..some.len())
            .map(|row| {
                let first = row * 4 + 1;
                format!("(${first}, ${}, ${}, ${})", first + 1, first + 2, first + 3)
            })
            .collect();
        let values = some.iter().flat_map(|(code, area)| {
            [code, &area.prefecture, &area.city, &area.town].map(|text| Value::from(text.as_str()))
        });
        connection
            .run(
                &format!(
                    "INSERT INTO procedures_postal_areas (code, prefecture, city, town) VALUES {}",
                    places.join(", ")
                ),
                values.collect::<Vec<_>>(),
            )
            .await?;
    }
    tx.audit(
        AuditEntry::new("procedures.postal_codes", "postal-codes").with(json!({
            "prefectures": prefectures.len(),
            "before": before,
            "after": file.areas.len(),
        })),
    );
    Ok(Imported {
        before,
        after: file.areas.len(),
        prefectures: prefectures.len(),
    })
}
