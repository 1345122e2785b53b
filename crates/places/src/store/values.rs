//! Searching the values of files: what is in the cells, not only what is said about them.
//!
//! The words of the newest version of each file are kept beside it, folded as a query is. Numbers, days and addresses on the net are left
//! out: nobody looks for a dataset by them, and they are most of a table.

use std::collections::{BTreeSet, HashSet};

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{
    City, Tx,
    sql::{Sql as _, escape_like},
};
use yakuba_kernel::text::normalise_for_search;

use super::{
    files::{contents, version},
    tables::{self, Query},
};
use crate::error::PlacesError;

/// At most so many bytes of words are kept of a file: those of some ten thousand places.
const MOST: usize = 1_000_000;

/// Words of so many signs may not be all of a file's: in Japanese each has three bytes.
const LONG: usize = MOST / 3 - 2_000;
/// So many long files are looked through for one word.
const MOST_LONG: usize = 20;

/// The words of a table, each once, one on a line, gathered while its rows go by.
#[derive(Debug, Clone, Default)]
pub struct Words {
    known: HashSet<String>,
    folded: String,
    is_full: bool,
}

impl Words {
    /// The words of some rows.
    pub fn of(rows: &[Vec<String>]) -> Self {
        let mut words = Self::default();
        for row in rows {
            words.add(row);
        }
        words
    }

    /// Adds the words of a row, as long as there is room.
    pub fn add(&mut self, row: &[String]) {
        for value in row {
            if self.is_full || !is_word(value) || self.known.contains(value) {
                continue;
            }
            let folded = normalise_for_search(value);
            if self.folded.len() + folded.len() >= MOST {
                self.is_full = true;
                self.known = HashSet::new();
                return;
            }
            self.folded.push_str(&folded);
            self.folded.push('\n');
            self.known.insert(value.clone());
        }
    }
}

/// Whether somebody may look for a value: it has a letter, and is no address on the net.
fn is_word(value: &str) -> bool {
    value.chars().any(char::is_alphabetic) && !value.contains("://")
}

/// Keeps the words of a file's newest version.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn put(
    tx: &Tx,
    dataset: &str,
    file: i64,
    version: i64,
    words: &Words,
) -> Result<(), PlacesError> {
    tx.connection()
        .run(
            "INSERT INTO places_values (dataset, file, version, folded) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (dataset, file) DO UPDATE SET version = excluded.version, folded = excluded.folded",
            [
                dataset.into(),
                file.into(),
                version.into(),
                words.folded.as_str().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Keeps the words of what is a file's newest version now; none when all contents were taken away.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub(super) async fn renew(tx: &Tx, dataset: &str, file: i64) -> Result<(), PlacesError> {
    if let Some(newest) = version(tx.connection(), dataset, file, None).await?
        && let Some(content) = contents(tx.connection(), &newest).await?
    {
        return put(tx, dataset, file, newest.number, &Words::of(&content.rows)).await;
    }
    tx.connection()
        .run(
            "DELETE FROM places_values WHERE dataset = $1 AND file = $2",
            [dataset.into(), file.into()],
        )
        .await?;
    Ok(())
}

/// Keeps the words of every file that has none yet, such as those from before words were kept. Returns how many there were.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn renew_all(city: &City) -> Result<usize, PlacesError> {
    #[derive(FromQueryResult)]
    struct File {
        dataset: String,
        file: i64,
    }
    let missing: Vec<File> = city
        .db()
        .rows(
            "SELECT DISTINCT v.dataset, v.file FROM places_versions v \
             LEFT JOIN places_values w ON w.dataset = v.dataset AND w.file = v.file \
             WHERE (v.contents IS NOT NULL OR v.table_id IS NOT NULL) AND w.dataset IS NULL ORDER BY v.dataset, v.file",
            [],
        )
        .await?;
    for File { dataset, file } in &missing {
        let actor = yakuba_city::Actor::Program("places.values".to_owned());
        city.write(actor, (dataset.clone(), *file), |tx, (dataset, file)| {
            Box::pin(renew(tx, dataset, *file))
        })
        .await?;
    }
    Ok(missing.len())
}

/// For each folded word, the datasets with a value that holds it.
///
/// # Errors
/// When the database does not answer.
pub async fn with_values(
    connection: &impl ConnectionTrait,
    words: &[String],
) -> Result<Vec<BTreeSet<String>>, PlacesError> {
    #[derive(FromQueryResult)]
    struct Row {
        dataset: String,
    }
    let mut all = Vec::with_capacity(words.len());
    for word in words {
        // PostgreSQL takes no text with a NUL; no stored one has it either.
        let pattern = format!("%{}%", escape_like(&word.replace('\0', "")));
        let rows: Vec<Row> = connection
            .rows(
                r"SELECT DISTINCT dataset FROM places_values WHERE folded LIKE $1 ESCAPE '\'",
                [pattern.into()],
            )
            .await?;
        let mut found: BTreeSet<String> = rows.into_iter().map(|row| row.dataset).collect();
        in_long_files(connection, word, &mut found).await?;
        all.push(found);
    }
    Ok(all)
}

/// Adds the datasets whose long files have a word beyond the words that are kept of them.
async fn in_long_files(
    connection: &impl ConnectionTrait,
    word: &str,
    found: &mut BTreeSet<String>,
) -> Result<(), PlacesError> {
    #[derive(FromQueryResult)]
    struct Long {
        dataset: String,
        table_id: i64,
        row_count: i64,
    }
    if !is_word(word) {
        return Ok(());
    }
    let long: Vec<Long> = connection
        .rows(
            &format!(
                "SELECT v.dataset, v.table_id, v.row_count FROM places_values w \
                 JOIN places_versions v ON v.dataset = w.dataset AND v.file = w.file AND v.version = w.version \
                 WHERE v.table_id IS NOT NULL AND LENGTH(w.folded) > {LONG} ORDER BY v.dataset, v.file LIMIT {MOST_LONG}"
            ),
            [],
        )
        .await?;
    for one in long {
        if found.contains(&one.dataset) {
            continue;
        }
        let query = Query {
            words: vec![word.to_owned()],
            ..Query::default()
        };
        let rows = tables::find(connection, one.table_id, one.row_count, &query).await?;
        if rows.total > 0 {
            found.insert(one.dataset);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_once_and_numbers_are_not() {
        let rows = [
            ["第一小学校", "34.4", "2026-04-01", "https://example.jp/a"],
            ["第一小学校", "", "09:00", "ＡＥＤ"],
        ];
        let words = Words::of(&rows.map(|row| row.map(str::to_owned).to_vec()));
        assert_eq!(words.folded, "第一小学校\naed\n");
    }

    #[test]
    fn a_large_file_keeps_what_fits() {
        let mut words = Words::default();
        for number in 0..200_000 {
            words.add(&[format!("場所{number}番")]);
        }
        assert!(words.folded.len() < MOST && words.folded.len() > MOST - 100);
        assert!(words.folded.ends_with('\n'));
    }
}
