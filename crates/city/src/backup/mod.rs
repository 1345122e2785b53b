//! Backups: the whole city in one file of open formats, and back into either database.
//!
//! A `.yakuba` file is a zip archive: `tables/NAME.jsonl` holds one JSON object per row, `manifest.json` says what
//! the tables are and gives a BLAKE3 hash of each. The tables and columns come from the database's own catalogue,
//! so a new service is in the backup without a line here. A backup of SQLite restores into PostgreSQL and back:
//! that is how a city grows.

mod catalogue;
mod restoring;
mod writing;

use std::path::PathBuf;

use sea_orm::DbErr;
use serde::{Deserialize, Serialize};

pub use crate::key::KEY_FILE;
use crate::{AuditReport, CityError, RecountReport, key::KEY_VARIABLE};

pub use restoring::{read_manifest, restore};
pub use writing::write;

/// The format this program writes, and the only one it reads.
const FORMAT: &str = "yakuba-backup/1";
const MANIFEST: &str = "manifest.json";

/// What a backup contains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name and version of the file format.
    pub format: String,
    /// The version of the program that wrote it.
    pub program: String,
    /// When the snapshot was taken: RFC 3339, UTC.
    pub created_at: String,
    /// The database it was taken from: `sqlite` or `postgres`.
    pub database: String,
    /// The steps that had made the tables, in the order in which they were carried out.
    pub migrations: Vec<String>,
    /// The hash at the end of the audit chain.
    pub audit_head: String,
    /// Recognises the city's key without revealing it; none when the city had no key.
    pub key_fingerprint: Option<String>,
    /// Whether the key itself is in the file.
    pub key_included: bool,
    /// The tables by name.
    pub tables: Vec<TableEntry>,
}

impl Manifest {
    /// The number of rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// One table of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    /// Its name; its rows are in `tables/NAME.jsonl`.
    pub name: String,
    /// Its columns in the order of the table.
    pub columns: Vec<ColumnEntry>,
    /// How many rows it has.
    pub rows: u64,
    /// The number the next generated key will get; none for a table without generated keys.
    pub next_id: Option<i64>,
    /// The BLAKE3 hash of the rows as written, in hexadecimal.
    pub blake3: String,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnEntry {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// A whole number.
    Integer,
    /// Text.
    Text,
    /// Bytes, in the file as base64.
    Bytes,
}

/// What came of a restore.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What the backup said of itself.
    pub manifest: Manifest,
    /// The audit chain, checked after the restore.
    pub audit: AuditReport,
    /// The facts, counted again after the restore.
    pub recount: RecountReport,
    /// Where the former city was put, if there was one.
    pub former: Option<String>,
    /// Whether the encrypted columns can be read.
    pub key: KeyState,
}

/// Whether the key that opens a restored city's encrypted columns is in its data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// The city had no key.
    NotNeeded,
    /// The right key was there already.
    Present,
    /// The key came out of the backup.
    Restored,
    /// There is none: put the kept copy there.
    Missing,
    /// Another key is there: put the kept copy there instead.
    Different,
}

/// What can go wrong with backups.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The backup file cannot be written.
    #[error(
        "the backup {path} cannot be written: {cause}. Choose another place or make room on the disk"
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// A file of that name is there already.
    #[error("{0} exists already. Choose another name, or move it away first")]
    Exists(PathBuf),
    /// The backup file cannot be read.
    #[error("the backup {path} cannot be read: {cause}. Check the name and the permissions")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The file is something else.
    #[error("{path} is not a backup of Yakuba ({cause}). Choose a file that `yakuba backup` wrote")]
    NotABackup {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        cause: String,
    },
    /// The file is damaged.
    #[error(
        "the backup is damaged: the table {table} {cause}. Use another backup; nothing was changed"
    )]
    Damaged {
        /// Where.
        table: String,
        /// What does not fit.
        cause: String,
    },
    /// The backup comes from a newer program.
    #[error(
        "the backup was written by Yakuba {program}, which knows the step \"{step}\" that this program does not. Install that version or a newer one and restore again"
    )]
    Newer {
        /// The version that wrote it.
        program: String,
        /// The unknown step.
        step: String,
    },
    /// There is a city already.
    #[error(
        "there is a city in {0} already. Restore into an empty place, or add --replace: the present city is then kept beside it"
    )]
    NotEmpty(String),
    /// Another process uses the database.
    #[error(
        "the database {0} is in use. Stop every program that has it open, on every machine, and restore again"
    )]
    InUse(String),
    /// A table has a column of a type that backups do not know.
    #[error(
        "the column {table}.{column} is of the type {found}, which backups do not know. Report this as a bug; other backups (pg_dump, a copy of the stopped data directory) still work"
    )]
    ColumnType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type in the database.
        found: String,
    },
    /// A row refers to another that is not there.
    #[error(
        "the backup does not hold together: a row of {0} refers to one that is not in it. Use another backup; nothing was changed"
    )]
    Dangling(String),
    /// A row was refused.
    #[error(
        "the database refused rows of {table}: {cause}. Use another backup; nothing was changed"
    )]
    Refused {
        /// The table.
        table: String,
        /// What the database said.
        cause: DbErr,
    },
    /// The city's own machinery.
    #[error(transparent)]
    City(#[from] CityError),
}

impl From<DbErr> for BackupError {
    fn from(cause: DbErr) -> Self {
        Self::City(CityError::Database(cause))
    }
}

/// The city's key: from the environment, else from its file; none when there is neither.
fn present_key(data_directory: &std::path::Path) -> std::io::Result<Option<Vec<u8>>> {
    if let Ok(text) = std::env::var(KEY_VARIABLE) {
        return Ok(Some(text.into_bytes()));
    }
    match std::fs::read(data_directory.join(KEY_FILE)) {
        Ok(key) => Ok(Some(key)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Recognises a key without revealing it.
fn fingerprint(key: &[u8]) -> String {
    let hash = blake3::derive_key("yakuba 2026 city key fingerprint", key.trim_ascii());
    blake3::Hash::from_bytes(hash).to_hex()[..16].to_owned()
}
