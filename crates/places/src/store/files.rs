//! A dataset's files, with every version kept, and what was sent but not yet taken.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{Actor, AuditEntry, City, Tx, sql::Sql as _};

use super::{
    datasets::{ChangeKind, Dataset, moment, must_find, note, settle, subject_of},
    links::{Link, links},
    tables,
    values::Words,
};
use crate::{
    error::PlacesError,
    model::{check::Report, content::Content, dictionary::Defined, finding::Severity},
};

/// A file of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The dataset's key.
    pub dataset: String,
    /// Its number in the dataset, from 1.
    pub number: i64,
    /// What it is called.
    pub title: String,
    /// Its newest version that still has contents.
    pub newest: Option<Version>,
    /// Where it stands, when it stands elsewhere or is fetched from there.
    pub link: Option<Link>,
    /// What somebody wrote about its columns.
    pub dictionary: Vec<Defined>,
}

impl FileEntry {
    /// Where it stands when it is told as a link.
    pub fn linked(&self) -> Option<&Link> {
        self.link.as_ref().filter(|link| !link.is_copied())
    }
}

/// The newest versions of files, of those that have one with contents.
pub fn newest(files: &[FileEntry]) -> impl Iterator<Item = &Version> {
    files.iter().filter_map(|file| file.newest.as_ref())
}

/// The national dataset that a dataset conforms to: its files were compared with it, and in none is anything that must be mended.
pub fn conforms_to<'d>(dataset: &'d Dataset, files: &[FileEntry]) -> Option<&'d str> {
    let named = dataset.document.national.as_deref()?;
    let mut compared = newest(files).peekable();
    (compared.peek().is_some()
        && compared.all(|version| version.national == named && version.must == 0))
    .then_some(named)
}

/// A version of a file, without its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The dataset's key.
    pub dataset: String,
    /// The file's number.
    pub file: i64,
    /// Its number, from 1.
    pub number: i64,
    /// When it was taken.
    pub made_at: Timestamp,
    /// What the clerk wrote about it.
    pub note: String,
    /// The headers.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: i64,
    /// How many findings must be mended.
    pub must: i64,
    /// How many others there are.
    pub should: i64,
    /// The national dataset it was compared with; empty: none.
    pub national: String,
    /// Whether it can go out as GeoJSON.
    pub has_places: bool,
    /// The hash of its contents.
    pub hash: String,
    /// Its size as CSV.
    pub csv_bytes: i64,
    /// Whether its contents were taken away for good.
    pub is_removed: bool,
    /// The table of its rows; none when they were taken away, or are still kept as one piece from before there were tables.
    pub table: Option<i64>,
}

impl Version {
    /// Whether it is a dataset of the present national standard with nothing to mend.
    pub fn is_recommended(&self) -> bool {
        self.must == 0 && !self.national.is_empty() && !self.national.starts_with("legacy:")
    }
}

#[derive(FromQueryResult)]
struct Row {
    dataset: String,
    file: i64,
    version: i64,
    made_at: i64,
    note: String,
    columns: String,
    counted: i64,
    must: i64,
    should: i64,
    national: String,
    has_places: i64,
    hash: String,
    csv_bytes: i64,
    is_removed: i64,
    table_id: Option<i64>,
}

impl TryFrom<Row> for Version {
    type Error = PlacesError;

    fn try_from(row: Row) -> Result<Self, PlacesError> {
        Ok(Self {
            dataset: row.dataset,
            file: row.file,
            number: row.version,
            made_at: moment(row.made_at),
            note: row.note,
            columns: serde_json::from_str(&row.columns)?,
            rows: row.counted,
            must: row.must,
            should: row.should,
            national: row.national,
            has_places: row.has_places == 1,
            hash: row.hash,
            csv_bytes: row.csv_bytes,
            is_removed: row.is_removed == 1,
            table: row.table_id,
        })
    }
}

const COLUMNS: &str = "dataset, file, version, made_at, note, columns, row_count AS counted, must, should, national, has_places, hash, csv_bytes, \
   CAST(CASE WHEN contents IS NULL AND table_id IS NULL THEN 1 ELSE 0 END AS BIGINT) AS is_removed, table_id";

/// Every dataset's files with their newest versions, in order.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn files(
    connection: &impl ConnectionTrait,
) -> Result<BTreeMap<String, Vec<FileEntry>>, PlacesError> {
    let mut all: BTreeMap<String, Vec<FileEntry>> = BTreeMap::new();
    for file in read_files(connection, None).await? {
        all.entry(file.dataset.clone()).or_default().push(file);
    }
    Ok(all)
}

/// A dataset's files with their newest versions, in order.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn files_of(
    connection: &impl ConnectionTrait,
    dataset: &str,
) -> Result<Vec<FileEntry>, PlacesError> {
    read_files(connection, Some(dataset)).await
}

/// A file of a dataset.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn file(
    connection: &impl ConnectionTrait,
    dataset: &str,
    number: i64,
) -> Result<Option<FileEntry>, PlacesError> {
    let files = files_of(connection, dataset).await?;
    Ok(files.into_iter().find(|file| file.number == number))
}

async fn read_files(
    connection: &impl ConnectionTrait,
    dataset: Option<&str>,
) -> Result<Vec<FileEntry>, PlacesError> {
    #[derive(FromQueryResult)]
    struct File {
        dataset: String,
        number: i64,
        title: String,
        dictionary: String,
    }
    let (narrowed, values) = match dataset {
        Some(key) => (" WHERE dataset = $1", vec![key.into()]),
        None => ("", vec![]),
    };
    let files: Vec<File> = connection
        .rows(
            &format!(
                "SELECT dataset, number, title, dictionary FROM places_files{narrowed} ORDER BY dataset, number"
            ),
            values.clone(),
        )
        .await?;
    let and = if dataset.is_some() {
        " AND v.dataset = $1"
    } else {
        ""
    };
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM places_versions v WHERE (contents IS NOT NULL OR table_id IS NOT NULL){and} AND version = \
                   (SELECT MAX(o.version) FROM places_versions o WHERE o.dataset = v.dataset AND o.file = v.file \
                    AND (o.contents IS NOT NULL OR o.table_id IS NOT NULL))"
            ),
            values,
        )
        .await?;
    let mut newest: BTreeMap<(String, i64), Version> = BTreeMap::new();
    for row in rows {
        let version = Version::try_from(row)?;
        newest.insert((version.dataset.clone(), version.file), version);
    }
    let mut links = links(connection, dataset).await?;
    files
        .into_iter()
        .map(|file| {
            Ok(FileEntry {
                newest: newest.remove(&(file.dataset.clone(), file.number)),
                link: links.remove(&(file.dataset.clone(), file.number)),
                dictionary: if file.dictionary.is_empty() {
                    Vec::new()
                } else {
                    serde_json::from_str(&file.dictionary)?
                },
                dataset: file.dataset,
                number: file.number,
                title: file.title,
            })
        })
        .collect()
}

/// All versions of a file, newest first, those without contents too.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn versions(
    connection: &impl ConnectionTrait,
    dataset: &str,
    file: i64,
) -> Result<Vec<Version>, PlacesError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM places_versions WHERE dataset = $1 AND file = $2 ORDER BY version DESC"
            ),
            [dataset.into(), file.into()],
        )
        .await?;
    rows.into_iter().map(Version::try_from).collect()
}

/// A version of a file; the newest one with contents when no number is given.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn version(
    connection: &impl ConnectionTrait,
    dataset: &str,
    file: i64,
    number: Option<i64>,
) -> Result<Option<Version>, PlacesError> {
    let all = versions(connection, dataset, file).await?;
    Ok(all.into_iter().find(|version| match number {
        Some(number) => version.number == number,
        None => !version.is_removed,
    }))
}

/// The whole contents of a version in memory; none when they were taken away. What does not need all of it reads
/// [`super::tables::chunk`].
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn contents(
    connection: &impl ConnectionTrait,
    version: &Version,
) -> Result<Option<Content>, PlacesError> {
    if version.is_removed {
        return Ok(None);
    }
    let Some(table) = version.table else {
        return undivided(connection, version).await;
    };
    let mut content = Content {
        header: version.columns.clone(),
        ..Content::default()
    };
    for number in 0..tables::chunks_of(version.rows) {
        let Some(mut chunk) = tables::chunk(connection, table, number).await? else {
            return Ok(None);
        };
        content.rows.append(&mut chunk.rows);
        content.shapes.append(&mut chunk.shapes);
    }
    Ok(Some(content))
}

/// The contents of a version from before there were tables.
async fn undivided(
    connection: &impl ConnectionTrait,
    version: &Version,
) -> Result<Option<Content>, PlacesError> {
    let kept: Option<Option<Vec<u8>>> = connection
        .value(
            "SELECT contents FROM places_versions WHERE dataset = $1 AND file = $2 AND version = $3",
            [
                version.dataset.as_str().into(),
                version.file.into(),
                version.number.into(),
            ],
        )
        .await?;
    kept.flatten()
        .map(|kept| Content::read(&kept).map_err(PlacesError::from))
        .transpose()
}

/// The table of a version; one from before there were tables is divided first. None when its contents were taken away.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn table_of(city: &City, found: &Version) -> Result<Option<i64>, PlacesError> {
    if found.table.is_some() || found.is_removed {
        return Ok(found.table);
    }
    let actor = Actor::Program("places.tables".to_owned());
    city.write(actor, found.clone(), |tx, found| {
        Box::pin(divide(tx, found))
    })
    .await
}

async fn divide(tx: &Tx, found: &Version) -> Result<Option<i64>, PlacesError> {
    let all = versions(tx.connection(), &found.dataset, found.file).await?;
    let Some(found) = all.iter().find(|one| one.number == found.number) else {
        return Ok(None);
    };
    // Somebody else may have been faster.
    if found.table.is_some() {
        return Ok(found.table);
    }
    let Some(content) = undivided(tx.connection(), found).await? else {
        return Ok(None);
    };
    let newest = all.iter().find(|one| !one.is_removed);
    let orders = if newest.is_some_and(|newest| newest.number == found.number) {
        tables::Orders::Written
    } else {
        tables::Orders::LeftOut
    };
    let table = tables::put_content(tx, &content, orders).await?;
    tx.connection()
        .run(
            "UPDATE places_versions SET table_id = $4, contents = NULL WHERE dataset = $1 AND file = $2 AND version = $3",
            [
                found.dataset.as_str().into(),
                found.file.into(),
                found.number.into(),
                table.into(),
            ],
        )
        .await?;
    Ok(Some(table))
}

/// Divides every version that is still kept as one piece. Returns how many there were.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn divide_all(city: &City) -> Result<usize, PlacesError> {
    let rows: Vec<Row> = city
        .db()
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM places_versions WHERE contents IS NOT NULL AND table_id IS NULL \
                 ORDER BY dataset, file, version"
            ),
            [],
        )
        .await?;
    let count = rows.len();
    for row in rows {
        table_of(city, &Version::try_from(row)?).await?;
    }
    Ok(count)
}

/// Adds a file without a version and returns its number.
///
/// # Errors
/// [`PlacesError::NoSuchDataset`].
pub async fn add_file(tx: &Tx, dataset: &str, title: &str) -> Result<i64, PlacesError> {
    must_find(tx, dataset).await?;
    let last: Option<Option<i64>> = tx
        .connection()
        .value(
            "SELECT MAX(number) FROM places_files WHERE dataset = $1",
            [dataset.into()],
        )
        .await?;
    let number = last.flatten().unwrap_or(0) + 1;
    tx.connection()
        .run(
            "INSERT INTO places_files (dataset, number, title) VALUES ($1, $2, $3)",
            [dataset.into(), number.into(), title.into()],
        )
        .await?;
    Ok(number)
}

/// Says what the columns of a file are.
///
/// # Errors
/// [`PlacesError::NoSuchFile`].
pub async fn define(
    tx: &Tx,
    dataset: &str,
    file: i64,
    dictionary: &[Defined],
) -> Result<(), PlacesError> {
    let found = must_find(tx, dataset).await?;
    let text = if dictionary.is_empty() {
        String::new()
    } else {
        serde_json::to_string(dictionary)?
    };
    let changed = tx
        .connection()
        .run(
            "UPDATE places_files SET dictionary = $3 WHERE dataset = $1 AND number = $2",
            [dataset.into(), file.into(), text.into()],
        )
        .await?;
    if changed == 0 {
        return Err(PlacesError::NoSuchFile(file));
    }
    touch(tx, dataset).await?;
    tx.audit(AuditEntry::new("places.describe", subject_of(dataset)).with(json!({"file": file})));
    if found.is_public() {
        note(tx, dataset, ChangeKind::Described, None, "").await?;
    }
    settle(tx, dataset).await
}

/// Calls a file something else.
///
/// # Errors
/// [`PlacesError::NoSuchFile`].
pub async fn rename_file(
    tx: &Tx,
    dataset: &str,
    file: i64,
    title: &str,
) -> Result<(), PlacesError> {
    let found = must_find(tx, dataset).await?;
    let changed = tx
        .connection()
        .run(
            "UPDATE places_files SET title = $3 WHERE dataset = $1 AND number = $2",
            [dataset.into(), file.into(), title.into()],
        )
        .await?;
    if changed == 0 {
        return Err(PlacesError::NoSuchFile(file));
    }
    touch(tx, dataset).await?;
    tx.audit(AuditEntry::new("places.describe", subject_of(dataset)).with(json!({"file": file})));
    if found.is_public() {
        note(tx, dataset, ChangeKind::Described, None, "").await?;
    }
    settle(tx, dataset).await
}

/// A version to be taken.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// The dataset's key.
    pub dataset: String,
    /// The file's number.
    pub file: i64,
    /// What is in it.
    pub content: Content,
    /// What the check found in exactly this content.
    pub report: Report,
    /// What is new, for readers.
    pub note: String,
}

/// A version to be taken whose rows are written already.
#[derive(Debug, Clone)]
pub struct FilledVersion {
    /// The dataset's key.
    pub dataset: String,
    /// The file's number.
    pub file: i64,
    /// Its rows.
    pub table: tables::Filled,
    /// The words of its rows, as far as they are kept for the search of datasets.
    pub words: Words,
    /// What the check found in what it looked at.
    pub report: Report,
    /// What is new, for readers.
    pub note: String,
}

/// What a version is, beside its rows.
struct Described<'a> {
    dataset: &'a str,
    file: i64,
    header: &'a [String],
    rows: u64,
    hash: &'a str,
    csv_bytes: u64,
    has_places: bool,
    report: &'a Report,
    note: &'a str,
}

/// Takes a version and returns its number; none when the newest version holds the same.
///
/// # Errors
/// [`PlacesError::NoSuchDataset`].
pub async fn add_version(tx: &Tx, new: &NewVersion) -> Result<Option<i64>, PlacesError> {
    let hash = new.content.hash();
    let Some(before) = Before::of_new(tx, &new.dataset, new.file, &hash).await? else {
        return Ok(None);
    };
    let table = tables::put_content(tx, &new.content, tables::Orders::Written).await?;
    let described = Described {
        dataset: &new.dataset,
        file: new.file,
        header: &new.content.header,
        rows: new.content.rows.len() as u64,
        hash: &hash,
        csv_bytes: new.content.to_csv().len() as u64,
        has_places: new.content.has_places(),
        report: &new.report,
        note: &new.note,
    };
    let words = Words::of(&new.content.rows);
    Ok(Some(
        put_version(tx, &before, &described, table, &words).await?,
    ))
}

/// Takes a version whose rows are written already, and returns its number; none when the newest version holds the same: then the rows
/// are taken away again.
///
/// # Errors
/// [`PlacesError::NoSuchDataset`].
pub async fn add_filled(tx: &Tx, new: &FilledVersion) -> Result<Option<i64>, PlacesError> {
    let table = &new.table;
    let Some(before) = Before::of_new(tx, &new.dataset, new.file, &table.hash).await? else {
        tables::drop_table(tx, table.table).await?;
        return Ok(None);
    };
    let described = Described {
        dataset: &new.dataset,
        file: new.file,
        header: &table.header,
        rows: table.rows,
        hash: &table.hash,
        csv_bytes: table.csv_bytes,
        has_places: table.has_places,
        report: &new.report,
        note: &new.note,
    };
    Ok(Some(
        put_version(tx, &before, &described, table.table, &new.words).await?,
    ))
}

/// What is there when a version is added.
struct Before {
    dataset: Dataset,
    /// All versions of the file, newest first.
    versions: Vec<Version>,
}

impl Before {
    /// What is there before a version with this hash; none when the newest version holds the same.
    async fn of_new(
        tx: &Tx,
        dataset: &str,
        file: i64,
        hash: &str,
    ) -> Result<Option<Self>, PlacesError> {
        let before = Self {
            dataset: must_find(tx, dataset).await?,
            versions: versions(tx.connection(), dataset, file).await?,
        };
        let newest = before.versions.iter().find(|one| !one.is_removed);
        let is_same = newest.is_some_and(|newest| newest.hash == hash);
        Ok((!is_same).then_some(before))
    }
}

async fn put_version(
    tx: &Tx,
    before: &Before,
    new: &Described<'_>,
    table: i64,
    words: &Words,
) -> Result<i64, PlacesError> {
    // Only the newest one is searched.
    for older in before.versions.iter().filter_map(|version| version.table) {
        tables::drop_orders(tx, older).await?;
    }
    let number = before.versions.first().map_or(0, |last| last.number) + 1;
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let should = new
        .report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Should)
        .count();
    tx.connection()
        .run(
            "INSERT INTO places_versions (dataset, file, version, made_at, note, columns, row_count, must, should, national, \
               has_places, hash, csv_bytes, table_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            [
                new.dataset.into(),
                new.file.into(),
                number.into(),
                tx.now().as_microsecond().into(),
                new.note.into(),
                serde_json::to_string(new.header)?.into(),
                count(new.rows).into(),
                count(new.report.must as u64).into(),
                count(should as u64).into(),
                new.report
                    .dataset
                    .as_ref()
                    .map_or("", |compared| compared.key.as_str())
                    .into(),
                i64::from(new.has_places).into(),
                new.hash.into(),
                count(new.csv_bytes).into(),
                table.into(),
            ],
        )
        .await?;
    super::values::put(tx, new.dataset, new.file, number, words).await?;
    touch(tx, new.dataset).await?;
    tx.audit(
        AuditEntry::new("places.version", subject_of(new.dataset))
            .with(json!({"file": new.file, "version": number})),
    );
    if before.dataset.is_public() {
        note(
            tx,
            new.dataset,
            ChangeKind::Version,
            Some((new.file, number)),
            new.note,
        )
        .await?;
    }
    settle(tx, new.dataset).await?;
    Ok(number)
}

pub(super) async fn touch(tx: &Tx, dataset: &str) -> Result<(), PlacesError> {
    tx.connection()
        .run(
            "UPDATE places_datasets SET revision = revision + 1, changed_at = $2 WHERE key = $1",
            [dataset.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}

/// Takes a version's contents away for good, such as when something personal was in them. That there was a version stays.
/// Returns whether there was something to take away.
///
/// # Errors
/// When the database does not answer.
pub async fn remove_contents(
    tx: &Tx,
    dataset: &str,
    file: i64,
    version: i64,
) -> Result<bool, PlacesError> {
    let found = must_find(tx, dataset).await?;
    let all = versions(tx.connection(), dataset, file).await?;
    let changed = tx
        .connection()
        .run(
            "UPDATE places_versions SET contents = NULL, table_id = NULL \
             WHERE dataset = $1 AND file = $2 AND version = $3 AND (contents IS NOT NULL OR table_id IS NOT NULL)",
            [dataset.into(), file.into(), version.into()],
        )
        .await?;
    if changed == 0 {
        return Ok(false);
    }
    let removed = all.iter().find(|one| one.number == version);
    if let Some(table) = removed.and_then(|removed| removed.table) {
        tables::drop_table(tx, table).await?;
    }
    // What is the newest one now is searched again.
    let newest = all
        .iter()
        .find(|one| !one.is_removed && one.number != version);
    if let Some(newest) = newest
        && let Some(table) = newest.table
    {
        tables::put_orders(tx, table, newest.columns.len(), newest.rows).await?;
    }
    super::values::renew(tx, dataset, file).await?;
    touch(tx, dataset).await?;
    tx.audit(
        AuditEntry::new("places.remove", subject_of(dataset))
            .with(json!({"file": file, "version": version})),
    );
    if found.is_public() {
        note(tx, dataset, ChangeKind::Removed, Some((file, version)), "").await?;
    }
    settle(tx, dataset).await?;
    Ok(true)
}

/// A file that was sent and not yet taken.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Pending {
    /// Its name.
    pub name: String,
    /// When it was sent, in microseconds since 1970.
    pub sent_at: i64,
    /// Its bytes.
    pub contents: Vec<u8>,
}

impl Pending {
    /// The hash of its bytes, in hexadecimal.
    pub fn hash(&self) -> String {
        blake3::hash(&self.contents).to_hex().to_string()
    }
}

/// Keeps what was sent for a file until somebody decides. A later one takes the place of an earlier one.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_pending(
    tx: &Tx,
    dataset: &str,
    file: i64,
    name: &str,
    contents: &[u8],
) -> Result<(), PlacesError> {
    tx.connection()
        .run(
            "INSERT INTO places_pending (dataset, file, name, sent_at, contents) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (dataset, file) DO UPDATE SET name = excluded.name, sent_at = excluded.sent_at, contents = excluded.contents",
            [
                dataset.into(),
                file.into(),
                name.into(),
                tx.now().as_microsecond().into(),
                contents.to_vec().into(),
            ],
        )
        .await?;
    Ok(())
}

/// What was sent for a file and not yet taken.
///
/// # Errors
/// When the database does not answer.
pub async fn pending(
    connection: &impl ConnectionTrait,
    dataset: &str,
    file: i64,
) -> Result<Option<Pending>, PlacesError> {
    Ok(connection
        .row(
            "SELECT name, sent_at, contents FROM places_pending WHERE dataset = $1 AND file = $2",
            [dataset.into(), file.into()],
        )
        .await?)
}

/// Forgets what was sent for a file, if it is what has the hash ([`Pending::hash`]).
///
/// # Errors
/// [`PlacesError::ChangedMeanwhile`] when something else was sent, or nothing is there any more.
pub async fn drop_pending(
    tx: &Tx,
    dataset: &str,
    file: i64,
    hash: &str,
) -> Result<(), PlacesError> {
    let is_there = pending(tx.connection(), dataset, file)
        .await?
        .is_some_and(|pending| pending.hash() == hash);
    if !is_there {
        return Err(PlacesError::ChangedMeanwhile);
    }
    tx.connection()
        .run(
            "DELETE FROM places_pending WHERE dataset = $1 AND file = $2",
            [dataset.into(), file.into()],
        )
        .await?;
    Ok(())
}
