//! Taking a backup: one snapshot, read as a stream, while writing goes on.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use futures::TryStreamExt as _;
use sea_orm::{
    AccessMode, DatabaseTransaction, DbErr, IsolationLevel, QueryResult, StreamTrait as _,
    TransactionOptions, TransactionTrait as _,
};
use tokio::sync::mpsc;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{
    BackupError, ColumnEntry, ColumnKind, FORMAT, KEY_FILE, MANIFEST, Manifest, TableEntry,
    catalogue::{self, Table, quoted},
    fingerprint, present_key,
};
use crate::{City, database::is_sqlite, sql::Sql as _};

/// Rows are handed to the file in pieces of about this many bytes.
const PIECE: usize = 128 * 1024;
/// So many pieces wait at most: this and one row bound the memory a backup takes.
const WAITING: usize = 8;

enum Piece {
    Begin(String),
    Bytes(Vec<u8>),
}

/// Writes the whole city into a new file and returns what is in it.
///
/// The file shows one moment, however long writing it takes and whatever is written meanwhile. It appears under its
/// name only when it is complete and on the disk. The city's key goes into it only if `include_key` says so:
/// whoever has both can read the encrypted columns.
///
/// # Errors
/// [`BackupError::Exists`], [`BackupError::Write`], or the database's; no file is left then.
pub async fn write(city: &City, path: &Path, include_key: bool) -> Result<Manifest, BackupError> {
    if path.exists() {
        return Err(BackupError::Exists(path.to_owned()));
    }
    let partial = beside(path, ".partial");
    let outcome = write_partial(city, path, &partial, include_key).await;
    let finished = match outcome {
        Ok(manifest) => {
            publish(&partial, path)
                .map(|()| manifest)
                .map_err(|cause| BackupError::Write {
                    path: path.to_owned(),
                    cause,
                })
        }
        Err(error) => Err(error),
    };
    if finished.is_err() {
        // The failure is what matters; a left-over that cannot be removed changes nothing.
        let _ = std::fs::remove_file(&partial);
    }
    finished
}

/// Another name in the same folder.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

fn publish(partial: &Path, path: &Path) -> std::io::Result<()> {
    std::fs::rename(partial, path)?;
    // The name itself must survive loss of power too.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

async fn write_partial(
    city: &City,
    path: &Path,
    partial: &Path,
    include_key: bool,
) -> Result<Manifest, BackupError> {
    let unwritable = |cause| BackupError::Write {
        path: path.to_owned(),
        cause,
    };
    let key = present_key(city.data_directory()).map_err(|cause| BackupError::Read {
        path: city.data_directory().join(KEY_FILE),
        cause,
    })?;
    let file = create_private(partial).map_err(unwritable)?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let archive = tokio::task::spawn_blocking(move || write_archive(file, receiver));

    let snapshot = begin_snapshot(city).await?;
    let gathered = gather(city, &snapshot, &sender, key.as_deref(), include_key).await;
    // Nothing was changed: how the snapshot ends is all the same.
    let _ = snapshot.rollback().await;
    let gathered = match gathered {
        Ok(manifest) => {
            let text = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
            let sent = async {
                sender.send(Piece::Begin(MANIFEST.to_owned())).await?;
                sender.send(Piece::Bytes(text)).await
            };
            sent.await.map(|()| manifest).map_err(|_| None)
        }
        Err(Stop::FileFailed) => Err(None),
        Err(Stop::Failed(error)) => Err(Some(error)),
    };
    drop(sender);
    let written = archive
        .await
        .unwrap_or_else(|failure| Err(std::io::Error::other(failure)));
    match (gathered, written) {
        (Ok(manifest), Ok(())) => Ok(manifest),
        (Err(Some(error)), _) => Err(error),
        (_, Err(cause)) => Err(unwritable(cause)),
        (Err(None), Ok(())) => Err(unwritable(std::io::Error::other("writing ended early"))),
    }
}

fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn write_archive(file: File, mut pieces: mpsc::Receiver<Piece>) -> std::io::Result<()> {
    let mut archive = ZipWriter::new(BufWriter::new(file));
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Begin(name) => {
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Deflated)
                    .large_file(true);
                archive.start_file(name, options)?;
            }
            Piece::Bytes(bytes) => archive.write_all(&bytes)?,
        }
    }
    let file = archive
        .finish()?
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()
}

// A snapshot only reads: the write door is not needed, and would stop the writing that is to go on.
#[allow(clippy::disallowed_methods)]
async fn begin_snapshot(city: &City) -> Result<DatabaseTransaction, BackupError> {
    let options = if is_sqlite(city.db()) {
        // Under WAL a read transaction sees the moment of its first read until it ends.
        TransactionOptions::default()
    } else {
        TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        }
    };
    Ok(city.db().begin_with_options(options).await?)
}

enum Stop {
    /// The task that writes the file ended; it knows why.
    FileFailed,
    Failed(BackupError),
}

impl<E: Into<BackupError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl From<mpsc::error::SendError<Piece>> for Stop {
    fn from(_: mpsc::error::SendError<Piece>) -> Self {
        Self::FileFailed
    }
}

async fn gather(
    city: &City,
    snapshot: &DatabaseTransaction,
    sender: &mpsc::Sender<Piece>,
    key: Option<&[u8]>,
    include_key: bool,
) -> Result<Manifest, Stop> {
    let mut tables = Vec::new();
    for table in catalogue::tables(snapshot).await? {
        tables.push(write_table(snapshot, &table, sender).await?);
    }
    let audit_head: Option<String> = snapshot
        .value("SELECT hash FROM audit_head WHERE id = 1", [])
        .await?;
    let mut key_included = false;
    if let Some(key) = key.filter(|_| include_key) {
        sender.send(Piece::Begin(KEY_FILE.to_owned())).await?;
        sender.send(Piece::Bytes(key.to_vec())).await?;
        key_included = true;
    }
    Ok(Manifest {
        format: FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: city.now().to_string(),
        database: if is_sqlite(snapshot) {
            "sqlite"
        } else {
            "postgres"
        }
        .to_owned(),
        migrations: catalogue::migrations(snapshot).await?,
        audit_head: audit_head.unwrap_or_default(),
        key_fingerprint: key.map(fingerprint),
        key_included,
        tables,
    })
}

async fn write_table(
    snapshot: &DatabaseTransaction,
    table: &Table,
    sender: &mpsc::Sender<Piece>,
) -> Result<TableEntry, Stop> {
    sender
        .send(Piece::Begin(format!("tables/{}.jsonl", table.name)))
        .await?;
    let sqlite = is_sqlite(snapshot);
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| quoted(&column.name))
        .collect();
    let order: Vec<String> = table
        .key
        .iter()
        .map(|column| match column.kind {
            // The same order on both databases: of bytes, not of a language.
            ColumnKind::Text if !sqlite => format!("{} COLLATE \"C\"", quoted(&column.name)),
            _ => quoted(&column.name),
        })
        .collect();
    let mut sql = format!("SELECT {} FROM {}", columns.join(", "), quoted(&table.name));
    if !order.is_empty() {
        sql.push_str(" ORDER BY ");
        sql.push_str(&order.join(", "));
    }
    let mut hasher = blake3::Hasher::new();
    let mut piece = Vec::with_capacity(PIECE + 4096);
    let mut count = 0;
    let mut rows = snapshot.stream_raw(snapshot.statement(&sql, [])).await?;
    while let Some(row) = rows.try_next().await? {
        write_row(&mut piece, &table.columns, &row)?;
        count += 1;
        if piece.len() >= PIECE {
            hasher.update(&piece);
            let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE + 4096));
            sender.send(Piece::Bytes(full)).await?;
        }
    }
    drop(rows);
    hasher.update(&piece);
    sender.send(Piece::Bytes(piece)).await?;
    Ok(TableEntry {
        name: table.name.clone(),
        columns: table.columns.clone(),
        rows: count,
        next_id: catalogue::next_id(snapshot, table).await?,
        blake3: hasher.finalize().to_hex().to_string(),
    })
}

/// Appends one row as a line of JSON.
fn write_row(line: &mut Vec<u8>, columns: &[ColumnEntry], row: &QueryResult) -> Result<(), DbErr> {
    let unwritable = |error: serde_json::Error| DbErr::Custom(error.to_string());
    for (place, column) in columns.iter().enumerate() {
        line.push(if place == 0 { b'{' } else { b',' });
        serde_json::to_writer(&mut *line, &column.name).map_err(unwritable)?;
        line.push(b':');
        match column.kind {
            ColumnKind::Integer => {
                let value: Option<i64> = row.try_get_by_index(place)?;
                serde_json::to_writer(&mut *line, &value).map_err(unwritable)?;
            }
            ColumnKind::Text => {
                let value: Option<String> = row.try_get_by_index(place)?;
                serde_json::to_writer(&mut *line, &value).map_err(unwritable)?;
            }
            ColumnKind::Bytes => {
                let value: Option<Vec<u8>> = row.try_get_by_index(place)?;
                let value = value.map(|bytes| BASE64.encode(bytes));
                serde_json::to_writer(&mut *line, &value).map_err(unwritable)?;
            }
        }
    }
    line.extend_from_slice(b"}\n");
    Ok(())
}
