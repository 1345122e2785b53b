//! Datasets: described, published, withdrawn, with what their readers should know of it.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{AuditEntry, Fact, Measure, SearchEntry, Tx, sql::Sql as _};
use yakuba_kernel::{DepartmentCode, Quantity, Subject};

use super::files::{FileEntry, files_of, newest};
use crate::{
    capabilities::{DATASETS, FILES, RECOMMENDED},
    error::PlacesError,
    model::document::{DatasetDocument, is_key},
};

/// How far a dataset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It is being prepared.
    Draft,
    /// Everybody sees it.
    Published,
    /// It was published and is not any more.
    Withdrawn,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Published, Self::Withdrawn];

    /// Its name in the table and in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The one with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    fn read(text: &str) -> Self {
        Self::named(text).unwrap_or(Self::Draft)
    }
}

/// A dataset as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// What is said about it.
    pub document: DatasetDocument,
    /// How far it is.
    pub state: State,
    /// Counts the changes.
    pub revision: i64,
    /// The service whose table it shows; empty: it is looked after at the desk.
    pub source: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or a file of it last changed.
    pub changed_at: Timestamp,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
}

impl Dataset {
    /// Its key.
    pub fn key(&self) -> &str {
        &self.document.key
    }

    /// The department that looks after it.
    pub fn department(&self) -> &DepartmentCode {
        &self.document.department
    }

    /// Whether everybody sees it.
    pub fn is_public(&self) -> bool {
        self.state == State::Published
    }

    /// What everybody may search: what is said about it, and the headers of the newest versions of its files.
    pub fn searchable(&self, files: &[FileEntry]) -> String {
        let columns: Vec<&str> = newest(files)
            .flat_map(|version| version.columns.iter().map(String::as_str))
            .collect();
        format!("{} {}", self.document.text(), columns.join(" "))
    }
}

#[derive(FromQueryResult)]
struct Row {
    state: String,
    revision: i64,
    document: String,
    source: String,
    created_at: i64,
    changed_at: i64,
    published_at: Option<i64>,
}

pub(super) fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl TryFrom<Row> for Dataset {
    type Error = PlacesError;

    fn try_from(row: Row) -> Result<Self, PlacesError> {
        Ok(Self {
            document: serde_json::from_str(&row.document)?,
            state: State::read(&row.state),
            revision: row.revision,
            source: row.source,
            created_at: moment(row.created_at),
            changed_at: moment(row.changed_at),
            published_at: row.published_at.map(moment),
        })
    }
}

const COLUMNS: &str = "state, revision, document, source, created_at, changed_at, published_at";

/// A dataset by its key, whatever its state.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn dataset(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<Dataset>, PlacesError> {
    // PostgreSQL takes no text with a NUL, which an address may name.
    if key.contains('\0') {
        return Ok(None);
    }
    let row: Option<Row> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM places_datasets WHERE key = $1"),
            [key.into()],
        )
        .await?;
    row.map(Dataset::try_from).transpose()
}

/// All datasets, whatever their states, the one that changed last first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn datasets(connection: &impl ConnectionTrait) -> Result<Vec<Dataset>, PlacesError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!("SELECT {COLUMNS} FROM places_datasets ORDER BY changed_at DESC, key"),
            [],
        )
        .await?;
    rows.into_iter().map(Dataset::try_from).collect()
}

pub(super) async fn must_find(tx: &Tx, key: &str) -> Result<Dataset, PlacesError> {
    dataset(tx.connection(), key)
        .await?
        .ok_or_else(|| PlacesError::NoSuchDataset(key.to_owned()))
}

/// Makes a dataset as a draft. `source` names the service whose table it shows; empty: the desk.
///
/// # Errors
/// [`PlacesError::BadKey`], [`PlacesError::KeyTaken`].
pub async fn create(tx: &Tx, document: &DatasetDocument, source: &str) -> Result<(), PlacesError> {
    if !is_key(&document.key) {
        return Err(PlacesError::BadKey(document.key.clone()));
    }
    let now = tx.now().as_microsecond();
    let made = tx
        .connection()
        .run(
            "INSERT INTO places_datasets (key, department, state, revision, document, source, created_at, changed_at) \
             VALUES ($1, $2, 'draft', 1, $3, $4, $5, $5) ON CONFLICT (key) DO NOTHING",
            [
                document.key.as_str().into(),
                document.department.as_str().into(),
                serde_json::to_string(document)?.into(),
                source.into(),
                now.into(),
            ],
        )
        .await?;
    if made == 0 {
        return Err(PlacesError::KeyTaken(document.key.clone()));
    }
    tx.audit(AuditEntry::new("places.create", subject_of(&document.key)));
    Ok(())
}

/// Lets a dataset be made from another source from now on; empty: files are sent by hand.
///
/// # Errors
/// [`PlacesError::NoSuchDataset`].
pub async fn set_source(tx: &Tx, key: &str, source: &str) -> Result<(), PlacesError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE places_datasets SET source = $2, revision = revision + 1, changed_at = $3 WHERE key = $1",
            [key.into(), source.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if changed == 0 {
        return Err(PlacesError::NoSuchDataset(key.to_owned()));
    }
    tx.audit(AuditEntry::new("places.describe", subject_of(key)));
    settle(tx, key).await
}

pub(super) fn subject_of(key: &str) -> String {
    format!("dataset/{key}")
}

/// Changes what is said about a dataset. Its department may change: what the facts count of it moves along.
///
/// # Errors
/// [`PlacesError::ChangedMeanwhile`], [`PlacesError::NoSuchDataset`].
pub async fn describe(
    tx: &Tx,
    document: &DatasetDocument,
    revision: i64,
) -> Result<(), PlacesError> {
    let before = must_find(tx, &document.key).await?;
    let moves = before.document.department != document.department;
    if moves {
        // Before the row changes, so that the counts leave the old department.
        count(tx, &before, Counted::default()).await?;
    }
    let changed = tx
        .connection()
        .run(
            "UPDATE places_datasets SET revision = revision + 1, department = $3, document = $4, changed_at = $5 \
             WHERE key = $1 AND revision = $2",
            [
                document.key.as_str().into(),
                revision.into(),
                document.department.as_str().into(),
                serde_json::to_string(document)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(PlacesError::ChangedMeanwhile);
    }
    tx.audit(AuditEntry::new(
        "places.describe",
        subject_of(&document.key),
    ));
    if before.is_public() {
        note(tx, &document.key, ChangeKind::Described, None, "").await?;
    }
    settle(tx, &document.key).await
}

/// Shows a dataset to everybody.
///
/// # Errors
/// [`PlacesError::NoFile`], [`PlacesError::ChangedMeanwhile`].
pub async fn publish(tx: &Tx, key: &str, revision: i64) -> Result<(), PlacesError> {
    if files_of(tx.connection(), key)
        .await?
        .iter()
        .all(|file| file.newest.is_none() && file.linked().is_none())
    {
        return Err(PlacesError::NoFile);
    }
    turn(
        tx,
        key,
        revision,
        "published",
        "places.publish",
        ChangeKind::Published,
    )
    .await
}

/// Shows a dataset to nobody any more. Its versions stay, for the desk.
///
/// # Errors
/// [`PlacesError::ChangedMeanwhile`].
pub async fn withdraw(tx: &Tx, key: &str, revision: i64) -> Result<(), PlacesError> {
    turn(
        tx,
        key,
        revision,
        "withdrawn",
        "places.withdraw",
        ChangeKind::Withdrawn,
    )
    .await
}

async fn turn(
    tx: &Tx,
    key: &str,
    revision: i64,
    state: &'static str,
    action: &'static str,
    kind: ChangeKind,
) -> Result<(), PlacesError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE places_datasets SET state = $3, revision = revision + 1, changed_at = $4, \
               published_at = COALESCE(published_at, $4) WHERE key = $1 AND revision = $2 AND state <> $3",
            [
                key.into(),
                revision.into(),
                state.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(PlacesError::ChangedMeanwhile);
    }
    tx.audit(AuditEntry::new(action, subject_of(key)));
    note(tx, key, kind, None, "").await?;
    settle(tx, key).await
}

/// Brings what the facts count and what the search finds in line with what stands, at the end of each change.
pub(super) async fn settle(tx: &Tx, key: &str) -> Result<(), PlacesError> {
    let now = must_find(tx, key).await?;
    let mut counted = Counted::default();
    let files = files_of(tx.connection(), key).await?;
    if now.is_public() {
        for version in newest(&files) {
            counted.files += 1;
            counted.recommended += i64::from(version.is_recommended());
        }
        // What is told as a link is published too, wherever it stands.
        counted.files += files
            .iter()
            .filter(|file| file.newest.is_none() && file.linked().is_some())
            .map(|_| 1)
            .sum::<i64>();
        counted.is_public = counted.files > 0;
    }
    count(tx, &now, counted).await?;
    super::map::refresh_from_dataset(tx, key).await?;
    if now.is_public() {
        tx.index(&SearchEntry {
            service: "places",
            key: subject_of(key),
            title: now.document.title.clone(),
            body: now.searchable(&files),
            url: format!("/data/{key}"),
            public: true,
        })
        .await?;
    } else {
        tx.unindex("places", &subject_of(key)).await?;
    }
    Ok(())
}

/// What the facts count of a dataset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counted {
    is_public: bool,
    files: i64,
    recommended: i64,
}

async fn count(tx: &Tx, dataset: &Dataset, now: Counted) -> Result<(), PlacesError> {
    #[derive(FromQueryResult)]
    struct Before {
        counted_files: i64,
        counted_recommended: i64,
    }
    let before: Option<Before> = tx
        .connection()
        .row(
            "SELECT counted_files, counted_recommended FROM places_datasets WHERE key = $1",
            [dataset.key().into()],
        )
        .await?;
    let Some(before) = before else { return Ok(()) };
    let differences = [
        (
            &DATASETS,
            i64::from(now.is_public) - i64::from(before.counted_files > 0),
        ),
        (&FILES, now.files - before.counted_files),
        (&RECOMMENDED, now.recommended - before.counted_recommended),
    ];
    let mut facts = Vec::new();
    for (measure, difference) in differences {
        if difference != 0 {
            facts.push(fact(tx, measure, dataset, difference)?);
        }
    }
    if facts.is_empty() {
        return Ok(());
    }
    tx.record_all(&facts).await?;
    tx.connection()
        .run(
            "UPDATE places_datasets SET counted_files = $2, counted_recommended = $3 WHERE key = $1",
            [dataset.key().into(), now.files.into(), now.recommended.into()],
        )
        .await?;
    Ok(())
}

fn fact(tx: &Tx, measure: &Measure, dataset: &Dataset, quantity: i64) -> Result<Fact, PlacesError> {
    Ok(Fact::one(&measure.name, tx.now())
        .department(dataset.department().clone())
        .subject(Subject::new(dataset.key())?)
        .quantity(Quantity::from_integer(quantity)?)
        .record(subject_of(dataset.key())))
}

/// What happened to a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It was published.
    Published,
    /// It was withdrawn.
    Withdrawn,
    /// A file has a new version.
    Version,
    /// The contents of a version were taken away for good.
    Removed,
    /// Something else is said about it.
    Described,
}

impl ChangeKind {
    /// Its name in the table and in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
            Self::Version => "version",
            Self::Removed => "removed",
            Self::Described => "described",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "published" => Self::Published,
            "withdrawn" => Self::Withdrawn,
            "version" => Self::Version,
            "removed" => Self::Removed,
            _ => Self::Described,
        }
    }
}

/// A line of a dataset's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub id: i64,
    /// The dataset.
    pub dataset: String,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub kind: ChangeKind,
    /// The file, if it is about one.
    pub file: Option<i64>,
    /// The file's version.
    pub version: Option<i64>,
    /// What the clerk wrote about it.
    pub note: String,
}

pub(super) async fn note(
    tx: &Tx,
    dataset: &str,
    kind: ChangeKind,
    version: Option<(i64, i64)>,
    note: &str,
) -> Result<(), PlacesError> {
    tx.connection()
        .run(
            "INSERT INTO places_changes (dataset, at, kind, file, version, note) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                dataset.into(),
                tx.now().as_microsecond().into(),
                kind.name().into(),
                version.map(|(file, _)| file).into(),
                version.map(|(_, number)| number).into(),
                note.into(),
            ],
        )
        .await?;
    Ok(())
}

/// What happened last, newest first: to one dataset, or to all that are published now.
///
/// # Errors
/// When the database does not answer.
pub async fn changes(
    connection: &impl ConnectionTrait,
    dataset: Option<&str>,
    limit: u32,
) -> Result<Vec<Change>, PlacesError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        dataset: String,
        at: i64,
        kind: String,
        file: Option<i64>,
        version: Option<i64>,
        note: String,
    }
    let (filter, values) = match dataset {
        Some(key) => ("dataset = $1", vec![key.into()]),
        None => (
            "dataset IN (SELECT key FROM places_datasets WHERE state = 'published')",
            vec![],
        ),
    };
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT id, dataset, at, kind, file, version, note FROM places_changes WHERE {filter} \
                 ORDER BY id DESC LIMIT {limit}"
            ),
            values,
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Change {
            id: row.id,
            dataset: row.dataset,
            at: moment(row.at),
            kind: ChangeKind::read(&row.kind),
            file: row.file,
            version: row.version,
            note: row.note,
        })
        .collect())
}
