//! Restoring a backup: checked first, loaded beside, then put in place by a rename.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, FromQueryResult,
    TransactionTrait as _, Value,
};
use tokio::sync::mpsc;
use zip::ZipArchive;

use super::{
    BackupError, ColumnKind, FORMAT, KEY_FILE, KeyState, MANIFEST, Manifest, Restored, TableEntry,
    catalogue::{self, Table, quoted},
    fingerprint, present_key,
    writing::beside,
};
use crate::{
    CitySettings, DatabaseUrl, Durability, Migration, Service, audit,
    city::migrations_of,
    database::{self, is_sqlite},
    facts,
    migration::migrate,
    private_files::{create_private_file, make_private_folder},
    sql::{Sql as _, many_placeholders},
};

/// Rows go into the database in statements of at most this many values: both databases take 32,766.
const VALUES: usize = 15_000;
/// … and of about this many bytes.
const BYTES: usize = 1024 * 1024;

/// Reads what a backup says of itself, without checking its tables.
///
/// # Errors
/// [`BackupError::Read`] or [`BackupError::NotABackup`].
pub fn read_manifest(path: &Path) -> Result<Manifest, BackupError> {
    let mut archive = open_archive(path)?;
    manifest_of(&mut archive, path)
}

/// Makes the city of a backup in an empty place, or in place of another with `replace`.
///
/// Every hash is checked before anything is changed. The city is made beside its place and put there by a rename when
/// it is complete: a failure or loss of power leaves what was there before. Tables that are newer than the backup
/// are added. A city that is replaced is kept beside the new one. No other process may use the place meanwhile.
///
/// # Errors
/// [`BackupError`]; nothing was changed then.
pub async fn restore(
    settings: &CitySettings,
    services: &[&dyn Service],
    path: &Path,
    replace: bool,
) -> Result<Restored, BackupError> {
    let (manifest, key) = {
        let path = path.to_owned();
        blocking(move || check(&path)).await?
    };
    let steps = migrations_of(services);
    let known: BTreeSet<&str> = steps.iter().map(|step| step.name).collect();
    if let Some(step) = manifest
        .migrations
        .iter()
        .find(|step| !known.contains(step.as_str()))
    {
        return Err(BackupError::Newer {
            program: manifest.program.clone(),
            step: step.clone(),
        });
    }
    let place = Place::prepare(settings, replace).await?;
    match fill(&place, &manifest, steps, path).await {
        Ok((audit, recount)) => {
            let key = put_key(settings, &manifest, key)?;
            let former = match place.put_in_place().await {
                Err(error @ BackupError::InUse(_)) => {
                    place.give_up().await;
                    return Err(error);
                }
                outcome => outcome?,
            };
            Ok(Restored {
                manifest,
                audit,
                recount,
                former,
                key,
            })
        }
        Err(error) => {
            place.give_up().await;
            Err(error)
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|failure| {
            Err(BackupError::Damaged {
                table: "?".to_owned(),
                cause: failure.to_string(),
            })
        })
}

type Archive = ZipArchive<BufReader<File>>;

fn open_archive(path: &Path) -> Result<Archive, BackupError> {
    let file = File::open(path).map_err(|cause| BackupError::Read {
        path: path.to_owned(),
        cause,
    })?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| BackupError::NotABackup {
        path: path.to_owned(),
        cause: error.to_string(),
    })
}

fn manifest_of(archive: &mut Archive, path: &Path) -> Result<Manifest, BackupError> {
    let not_a_backup = |cause: String| BackupError::NotABackup {
        path: path.to_owned(),
        cause,
    };
    let entry = archive
        .by_name(MANIFEST)
        .map_err(|_| not_a_backup(format!("it has no {MANIFEST}")))?;
    let manifest: Manifest = serde_json::from_reader(entry.take(16 * 1024 * 1024))
        .map_err(|error| not_a_backup(error.to_string()))?;
    if manifest.format != FORMAT {
        return Err(not_a_backup(format!(
            "its format is {}, this program reads {FORMAT}",
            manifest.format
        )));
    }
    Ok(manifest)
}

fn damaged(table: &str, cause: impl std::fmt::Display) -> BackupError {
    BackupError::Damaged {
        table: table.to_owned(),
        cause: cause.to_string(),
    }
}

fn entry_name(table: &TableEntry) -> String {
    format!("tables/{}.jsonl", table.name)
}

/// Reads the whole file once and compares every hash; returns the manifest and the key, if it is in the file.
fn check(path: &Path) -> Result<(Manifest, Option<Vec<u8>>), BackupError> {
    let mut archive = open_archive(path)?;
    let manifest = manifest_of(&mut archive, path)?;
    let mut buffer = vec![0; 64 * 1024];
    for table in &manifest.tables {
        let mut entry = archive
            .by_name(&entry_name(table))
            .map_err(|error| damaged(&table.name, format!("is missing: {error}")))?;
        let mut hasher = blake3::Hasher::new();
        loop {
            let count = entry
                .read(&mut buffer)
                .map_err(|error| damaged(&table.name, format!("cannot be read: {error}")))?;
            if count == 0 {
                break;
            }
            hasher.update(&buffer[..count]);
        }
        if hasher.finalize().to_hex().as_str() != table.blake3 {
            return Err(damaged(
                &table.name,
                "does not have the hash that the manifest gives",
            ));
        }
    }
    let mut key = None;
    if manifest.key_included {
        let mut bytes = Vec::new();
        archive
            .by_name(KEY_FILE)
            .map_err(|error| damaged(KEY_FILE, error))?
            .take(64 * 1024)
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(KEY_FILE, error))?;
        key = Some(bytes);
    }
    Ok((manifest, key))
}

/// Where the city is made and where it will stand.
enum Place {
    Sqlite {
        target: PathBuf,
        staging: PathBuf,
        former: Option<PathBuf>,
    },
    Postgres {
        url: String,
        target: String,
        staging: String,
        former: Option<String>,
    },
}

impl Place {
    /// Checks that the place is empty, or may be replaced, and clears away what an earlier attempt left.
    async fn prepare(settings: &CitySettings, replace: bool) -> Result<Self, BackupError> {
        let shown = settings.database.shown();
        let moment = settings.clock.now().as_second();
        let place = match &settings.database {
            DatabaseUrl::Sqlite(path) => {
                let taken = std::fs::metadata(path).is_ok_and(|file| file.len() > 0);
                if taken && !replace {
                    return Err(BackupError::NotEmpty(shown));
                }
                if taken {
                    // Opening and closing folds the write-ahead log into the file; another process keeps it open.
                    let connections =
                        database::connect(&settings.database, 1, settings.durability).await?;
                    connections.read.close().await?;
                    connections.write.close().await?;
                    if beside(path, "-wal").exists() {
                        return Err(BackupError::InUse(shown));
                    }
                }
                Self::Sqlite {
                    target: path.clone(),
                    staging: beside(path, ".restoring"),
                    former: taken.then(|| beside(path, &format!(".before-{moment}"))),
                }
            }
            DatabaseUrl::Postgres { url, schema } => {
                let connection = administrate(url).await?;
                nobody_uses(&connection, schema, &shown).await?;
                let tables: Option<i64> = connection
                    .value(
                        "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE n.nspname = $1 AND c.relkind = 'r'",
                        [schema.clone().into()],
                    )
                    .await?;
                connection.close().await?;
                let taken = tables.unwrap_or(0) > 0;
                if taken && !replace {
                    return Err(BackupError::NotEmpty(shown));
                }
                Self::Postgres {
                    url: url.clone(),
                    target: schema.clone(),
                    staging: format!("{schema}_restoring"),
                    former: taken.then(|| format!("{schema}_before_{moment}")),
                }
            }
        };
        place.clear_staging().await?;
        Ok(place)
    }

    /// Where the city will stand, for messages.
    fn shown(&self) -> String {
        match self {
            Self::Sqlite { target, .. } => DatabaseUrl::Sqlite(target.clone()),
            Self::Postgres { url, target, .. } => DatabaseUrl::Postgres {
                url: url.clone(),
                schema: target.clone(),
            },
        }
        .shown()
    }

    fn staging(&self) -> DatabaseUrl {
        match self {
            Self::Sqlite { staging, .. } => DatabaseUrl::Sqlite(staging.clone()),
            Self::Postgres { url, staging, .. } => DatabaseUrl::Postgres {
                url: url.clone(),
                schema: staging.clone(),
            },
        }
    }

    async fn clear_staging(&self) -> Result<(), BackupError> {
        match self {
            Self::Sqlite { staging, .. } => {
                for ending in ["", "-wal", "-shm", "-journal"] {
                    let file = beside(staging, ending);
                    match std::fs::remove_file(&file) {
                        Ok(()) => {}
                        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                        Err(cause) => return Err(BackupError::Write { path: file, cause }),
                    }
                }
            }
            Self::Postgres { url, staging, .. } => {
                let connection = administrate(url).await?;
                connection
                    .execute_unprepared(&format!("DROP SCHEMA IF EXISTS {staging} CASCADE"))
                    .await?;
                connection.close().await?;
            }
        }
        Ok(())
    }

    async fn give_up(&self) {
        if let Err(error) = self.clear_staging().await {
            tracing::warn!(%error, "what a failed restore left could not be removed");
        }
    }

    /// Puts the finished city in its place; returns where the former one is now.
    async fn put_in_place(&self) -> Result<Option<String>, BackupError> {
        match self {
            Self::Sqlite {
                target,
                staging,
                former,
            } => {
                let unwritable = |cause| BackupError::Write {
                    path: target.clone(),
                    cause,
                };
                if let Some(former) = former {
                    std::fs::rename(target, former).map_err(unwritable)?;
                }
                std::fs::rename(staging, target).map_err(unwritable)?;
                let folder = target
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty());
                File::open(folder.unwrap_or(Path::new(".")))
                    .and_then(|folder| folder.sync_all())
                    .map_err(unwritable)?;
                Ok(former.as_ref().map(|path| path.display().to_string()))
            }
            Self::Postgres {
                url,
                target,
                staging,
                former,
            } => {
                let connection = administrate(url).await?;
                // A node may have been started while the tables were filled.
                nobody_uses(&connection, target, &self.shown()).await?;
                let aside = match former {
                    Some(former) => format!("ALTER SCHEMA {target} RENAME TO {former};"),
                    None => format!("DROP SCHEMA IF EXISTS {target};"),
                };
                connection
                    .execute_unprepared(&format!(
                        "BEGIN; {aside} ALTER SCHEMA {staging} RENAME TO {target}; COMMIT"
                    ))
                    .await?;
                connection.close().await?;
                Ok(former.as_ref().map(|schema| format!("the schema {schema}")))
            }
        }
    }
}

/// Refuses when a node has the city open: it would go on with what it remembers of the city that was replaced.
async fn nobody_uses(
    connection: &DatabaseConnection,
    schema: &str,
    shown: &str,
) -> Result<(), BackupError> {
    // A program that ended a moment ago may still be seen.
    for _ in 0..5 {
        let sessions: Option<i64> = connection
            .value(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1",
                [database::application_name(schema).into()],
            )
            .await?;
        if sessions.unwrap_or(0) == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err(BackupError::InUse(shown.to_owned()))
}

/// A connection outside any city's schema.
async fn administrate(url: &str) -> Result<DatabaseConnection, BackupError> {
    let mut options = sea_orm::ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    Ok(sea_orm::Database::connect(options).await?)
}

/// Makes the tables, loads the rows, adds newer tables and checks the result.
async fn fill(
    place: &Place,
    manifest: &Manifest,
    steps: Vec<Migration>,
    path: &Path,
) -> Result<(audit::AuditReport, facts::RecountReport), BackupError> {
    let connections = database::connect(&place.staging(), 1, Durability::PowerLoss).await?;
    let connection = connections.write;
    let outcome = async {
        let done: Vec<Migration> = steps
            .iter()
            .filter(|step| manifest.migrations.iter().any(|name| name == step.name))
            .copied()
            .collect();
        migrate(&connection, done).await?;
        load(&connection, manifest, path).await?;
        migrate(&connection, steps).await?;
        Ok((
            audit::verify(&connection).await?,
            facts::recount(&connection).await?,
        ))
    };
    let outcome = outcome.await;
    connections.read.close().await?;
    connection.close().await?;
    outcome
}

// The write door belongs to an open city; this one is being made.
#[allow(clippy::disallowed_methods)]
async fn load(
    connection: &DatabaseConnection,
    manifest: &Manifest,
    path: &Path,
) -> Result<(), BackupError> {
    let sqlite = is_sqlite(connection);
    if sqlite {
        // Rows come table by table, not in the order of their references; these are checked at the end.
        connection
            .execute_unprepared("PRAGMA foreign_keys = OFF")
            .await?;
    }
    let transaction = connection.begin().await?;
    let tables = matching_tables(&transaction, manifest).await?;
    let foreign_keys = if sqlite {
        Vec::new()
    } else {
        foreign_keys(&transaction).await?
    };
    for (table, key) in &foreign_keys {
        transaction
            .execute_unprepared(&format!(
                "ALTER TABLE {} ALTER CONSTRAINT {} DEFERRABLE INITIALLY DEFERRED",
                quoted(table),
                quoted(key)
            ))
            .await?;
    }
    empty(&transaction, &tables).await?;

    let (sender, mut receiver) = mpsc::channel::<Batch>(2);
    let reader = {
        let (path, manifest) = (path.to_owned(), manifest.clone());
        tokio::task::spawn_blocking(move || read_rows(&path, &manifest, &sender))
    };
    while let Some(batch) = receiver.recv().await {
        insert(&transaction, &manifest.tables[batch.table], batch.rows).await?;
    }
    reader
        .await
        .unwrap_or_else(|failure| Err(damaged("?", failure)))?;

    for (table, entry) in tables.iter().zip(&manifest.tables) {
        if let Some(next) = entry.next_id {
            catalogue::set_next_id(&transaction, table, next).await?;
        }
    }
    if sqlite {
        let dangling: Option<String> = transaction.value("PRAGMA foreign_key_check", []).await?;
        if let Some(table) = dangling {
            return Err(BackupError::Dangling(table));
        }
    } else {
        transaction
            .execute_unprepared("SET CONSTRAINTS ALL IMMEDIATE")
            .await
            .map_err(|error| BackupError::Dangling(error.to_string()))?;
        for (table, key) in &foreign_keys {
            transaction
                .execute_unprepared(&format!(
                    "ALTER TABLE {} ALTER CONSTRAINT {} NOT DEFERRABLE",
                    quoted(table),
                    quoted(key)
                ))
                .await?;
        }
    }
    transaction.commit().await?;
    if sqlite {
        connection
            .execute_unprepared("PRAGMA foreign_keys = ON")
            .await?;
    }
    Ok(())
}

/// The database's tables in the order of the manifest; every table and column of the backup must exist.
async fn matching_tables(
    transaction: &DatabaseTransaction,
    manifest: &Manifest,
) -> Result<Vec<Table>, BackupError> {
    let mut present = catalogue::tables(transaction).await?;
    let mut tables = Vec::new();
    for entry in &manifest.tables {
        let place = present.iter().position(|table| table.name == entry.name);
        let table = place.map(|place| present.swap_remove(place));
        match table {
            Some(table) if same_columns(&table, entry) => tables.push(table),
            Some(_) => {
                return Err(damaged(
                    &entry.name,
                    "has other columns than its steps make",
                ));
            }
            None => return Err(damaged(&entry.name, "is not made by any of its steps")),
        }
    }
    Ok(tables)
}

fn same_columns(table: &Table, entry: &TableEntry) -> bool {
    table.columns.len() == entry.columns.len()
        && entry
            .columns
            .iter()
            .all(|column| table.columns.contains(column))
}

async fn foreign_keys(
    transaction: &DatabaseTransaction,
) -> Result<Vec<(String, String)>, BackupError> {
    #[derive(FromQueryResult)]
    struct Row {
        table_name: String,
        name: String,
    }
    let rows: Vec<Row> = transaction
        .rows(
            "SELECT CAST(t.relname AS TEXT) AS table_name, CAST(c.conname AS TEXT) AS name
             FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
             WHERE c.contype = 'f' AND NOT c.condeferrable
               AND c.connamespace = CAST(current_schema() AS regnamespace)",
            [],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.table_name, row.name))
        .collect())
}

/// Removes the rows that the steps themselves put in.
async fn empty(transaction: &DatabaseTransaction, tables: &[Table]) -> Result<(), BackupError> {
    if tables.is_empty() {
        return Ok(());
    }
    if is_sqlite(transaction) {
        for table in tables {
            transaction
                .execute_unprepared(&format!("DELETE FROM {}", quoted(&table.name)))
                .await?;
        }
    } else {
        let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
        transaction
            .execute_unprepared(&format!("TRUNCATE {}", names.join(", ")))
            .await?;
    }
    Ok(())
}

struct Batch {
    /// Its place in the manifest.
    table: usize,
    rows: Vec<Vec<Value>>,
}

fn read_rows(
    path: &Path,
    manifest: &Manifest,
    sender: &mpsc::Sender<Batch>,
) -> Result<(), BackupError> {
    let mut archive = open_archive(path)?;
    for (place, table) in manifest.tables.iter().enumerate() {
        let entry = archive
            .by_name(&entry_name(table))
            .map_err(|error| damaged(&table.name, error))?;
        let mut reader = BufReader::new(entry);
        let mut line = String::new();
        let mut rows = Vec::new();
        let (mut bytes, mut count) = (0, 0);
        let most = (VALUES / table.columns.len().max(1)).max(1);
        loop {
            line.clear();
            let length = reader
                .read_line(&mut line)
                .map_err(|error| damaged(&table.name, error))?;
            if length > 0 {
                count += 1;
                bytes += length;
                rows.push(read_row(&line, table).map_err(|cause| {
                    damaged(
                        &table.name,
                        format!("has a row that cannot be read (line {count}: {cause})"),
                    )
                })?);
            }
            let ended = length == 0;
            if !rows.is_empty() && (ended || rows.len() >= most || bytes >= BYTES) {
                bytes = 0;
                let batch = Batch {
                    table: place,
                    rows: std::mem::take(&mut rows),
                };
                if sender.blocking_send(batch).is_err() {
                    // The other side failed and says why.
                    return Ok(());
                }
            }
            if ended {
                break;
            }
        }
        if count != table.rows {
            return Err(damaged(
                &table.name,
                format!("has {count} rows, but the manifest gives {}", table.rows),
            ));
        }
    }
    Ok(())
}

fn read_row(line: &str, table: &TableEntry) -> Result<Vec<Value>, String> {
    use serde_json::Value as Json;
    let mut row: serde_json::Map<String, Json> =
        serde_json::from_str(line).map_err(|error| error.to_string())?;
    table
        .columns
        .iter()
        .map(|column| {
            let value = row
                .remove(&column.name)
                .ok_or_else(|| format!("{} is missing", column.name))?;
            match (column.kind, value) {
                (ColumnKind::Integer, Json::Null) => Ok(Value::BigInt(None)),
                (ColumnKind::Text, Json::Null) => Ok(Value::String(None)),
                (ColumnKind::Bytes, Json::Null) => Ok(Value::Bytes(None)),
                (ColumnKind::Integer, Json::Number(number)) => number
                    .as_i64()
                    .map(Value::from)
                    .ok_or_else(|| format!("{} is not a whole number", column.name)),
                (ColumnKind::Text, Json::String(text)) => Ok(Value::from(text)),
                (ColumnKind::Bytes, Json::String(text)) => BASE64
                    .decode(text)
                    .map(Value::from)
                    .map_err(|error| format!("{}: {error}", column.name)),
                _ => Err(format!("{} is of another kind", column.name)),
            }
        })
        .collect()
}

async fn insert(
    transaction: &DatabaseTransaction,
    table: &TableEntry,
    rows: Vec<Vec<Value>>,
) -> Result<(), BackupError> {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| quoted(&column.name))
        .collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES {}",
        quoted(&table.name),
        columns.join(", "),
        many_placeholders(
            transaction.get_database_backend(),
            rows.len(),
            columns.len()
        )
    );
    transaction
        .run(&sql, rows.into_iter().flatten())
        .await
        .map_err(|cause| BackupError::Refused {
            table: table.name.clone(),
            cause,
        })?;
    Ok(())
}

/// Puts the backup's key into the data directory if there is none, and says whether the right one is there now.
fn put_key(
    settings: &CitySettings,
    manifest: &Manifest,
    key: Option<Vec<u8>>,
) -> Result<KeyState, BackupError> {
    let Some(wanted) = &manifest.key_fingerprint else {
        return Ok(KeyState::NotNeeded);
    };
    let path = settings.data_directory.join(KEY_FILE);
    match present_key(&settings.data_directory) {
        Ok(Some(present)) if fingerprint(&present) == *wanted => return Ok(KeyState::Present),
        Ok(Some(_)) => return Ok(KeyState::Different),
        Ok(None) => {}
        Err(cause) => return Err(BackupError::Read { path, cause }),
    }
    let Some(key) = key else {
        return Ok(KeyState::Missing);
    };
    let unwritable = |cause| BackupError::Write {
        path: path.clone(),
        cause,
    };
    make_private_folder(&settings.data_directory).map_err(unwritable)?;
    let mut file = create_private_file(&path).map_err(unwritable)?;
    file.write_all(&key).map_err(unwritable)?;
    file.sync_all().map_err(unwritable)?;
    Ok(KeyState::Restored)
}
