//! Files that stand elsewhere: told as links, or fetched from there as versions, again and again by the dataset's rhythm.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::json;
use yakuba_city::{Actor, AuditEntry, City, Job, Tx, setting, sql::Sql as _};
use yakuba_sheets::Limits;

use super::{
    datasets::{
        ChangeKind, State, create, dataset, moment, must_find, note, publish, settle, subject_of,
    },
    files::{NewVersion, add_file, add_version, files_of, touch, versions},
};
use crate::{
    error::PlacesError,
    fetch::{FetchError, Fetched, fetch},
    model::{
        check::Against, content::look_over, document::Rhythm, links::Listed, listing::Wanted,
        refused::Refused, standard::dataset as national,
    },
};

/// The job that fetches one file.
pub const FETCH_JOB: &str = "places.fetch";
/// The setting with the hosts that may be asked although they are not on the public internet, with commas between.
pub const OWN_HOSTS: &str = "places.own_hosts";

/// How far a file is that stands elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkState {
    /// It is told as a link and never fetched.
    Linked,
    /// It is to be fetched.
    Waiting,
    /// It came the last time.
    Fetched,
    /// It did not come, and is not tried again by itself before its day.
    Failed,
}

impl LinkState {
    /// Its name in the table and in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Waiting => "waiting",
            Self::Fetched => "fetched",
            Self::Failed => "failed",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "waiting" => Self::Waiting,
            "fetched" => Self::Fetched,
            "failed" => Self::Failed,
            _ => Self::Linked,
        }
    }
}

/// Where a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its address.
    pub address: String,
    /// What kind of file it is, such as `CSV`; empty: nobody knows.
    pub format: String,
    /// How far it is.
    pub state: LinkState,
    /// Why it did not come the last time.
    pub problem: Option<Refused>,
    /// When it was last tried.
    pub tried_at: Option<Timestamp>,
    /// When it last came.
    pub fetched_at: Option<Timestamp>,
    tag: String,
}

impl Link {
    /// Whether copies are kept as versions.
    pub fn is_copied(&self) -> bool {
        self.state != LinkState::Linked
    }
}

/// Where files stand that stand elsewhere, by dataset and number: of one dataset, or of all.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn links(
    connection: &impl ConnectionTrait,
    dataset: Option<&str>,
) -> Result<BTreeMap<(String, i64), Link>, PlacesError> {
    #[derive(FromQueryResult)]
    struct Row {
        dataset: String,
        file: i64,
        address: String,
        format: String,
        state: String,
        problem: String,
        tried_at: Option<i64>,
        fetched_at: Option<i64>,
        tag: String,
    }
    let (narrowed, values): (_, Vec<Value>) = match dataset {
        Some(key) => (" WHERE dataset = $1", vec![key.into()]),
        None => ("", vec![]),
    };
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT dataset, file, address, format, state, problem, tried_at, fetched_at, tag FROM places_links{narrowed}"
            ),
            values,
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let problem = if row.problem.is_empty() {
                None
            } else {
                Some(serde_json::from_str(&row.problem)?)
            };
            Ok((
                (row.dataset, row.file),
                Link {
                    address: row.address,
                    format: row.format,
                    state: LinkState::read(&row.state),
                    problem,
                    tried_at: row.tried_at.map(moment),
                    fetched_at: row.fetched_at.map(moment),
                    tag: row.tag,
                },
            ))
        })
        .collect()
}

fn job(dataset: &str, file: i64) -> Job {
    Job {
        name: FETCH_JOB,
        payload: json!({"dataset": dataset, "file": file}),
        not_before: None,
        deduplicate: Some(format!("{FETCH_JOB}/{dataset}/{file}")),
    }
}

/// Adds a file for each address that the dataset does not have yet, as links or to be fetched. Returns how many there were.
///
/// # Errors
/// [`PlacesError::NoSuchDataset`].
pub async fn add_links(
    tx: &Tx,
    key: &str,
    listed: &[Listed],
    is_copied: bool,
) -> Result<usize, PlacesError> {
    let found = must_find(tx, key).await?;
    let known: BTreeSet<String> = links(tx.connection(), Some(key))
        .await?
        .into_values()
        .map(|link| link.address)
        .collect();
    let mut count = 0;
    for one in listed.iter().filter(|one| !known.contains(&one.address)) {
        let file = add_file(tx, key, &one.title).await?;
        let state = if is_copied {
            LinkState::Waiting
        } else {
            LinkState::Linked
        };
        tx.connection()
            .run(
                "INSERT INTO places_links (dataset, file, address, format, is_copied, state) VALUES ($1, $2, $3, $4, $5, $6)",
                [
                    key.into(),
                    file.into(),
                    one.address.as_str().into(),
                    one.format.as_str().into(),
                    i64::from(is_copied).into(),
                    state.name().into(),
                ],
            )
            .await?;
        if is_copied {
            tx.enqueue(job(key, file)).await?;
        }
        count += 1;
    }
    if count > 0 {
        touch(tx, key).await?;
        tx.audit(
            AuditEntry::new("places.links", subject_of(key))
                .with(json!({"files": count, "copied": is_copied})),
        );
        if found.is_public() && !is_copied {
            note(tx, key, ChangeKind::Described, None, "").await?;
        }
        settle(tx, key).await?;
    }
    Ok(count)
}

/// Adds the files of a dataset that a list names, after making the dataset when it does not stand. `is_public` shows a new dataset to everybody at
/// once; what is to be fetched first stays a draft. Returns how many files there were.
///
/// # Errors
/// As [`create`], [`add_links`] and [`publish`].
pub async fn add_listed(
    tx: &Tx,
    wanted: &Wanted,
    is_copied: bool,
    is_public: bool,
) -> Result<usize, PlacesError> {
    if let Some(document) = &wanted.document {
        create(tx, document, "").await?;
    }
    let listed: Vec<Listed> = wanted.files.iter().map(|(_, file)| file.clone()).collect();
    let count = add_links(tx, &wanted.key, &listed, is_copied).await?;
    if is_public && !is_copied && wanted.document.is_some() {
        let revision = must_find(tx, &wanted.key).await?.revision;
        publish(tx, &wanted.key, revision).await?;
    }
    Ok(count)
}

/// Lets a file be fetched again. Returns whether it is one that is fetched.
///
/// # Errors
/// When the database does not answer.
pub async fn ask_again(tx: &Tx, key: &str, file: i64) -> Result<bool, PlacesError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE places_links SET state = 'waiting' WHERE dataset = $1 AND file = $2 AND is_copied = 1",
            [key.into(), file.into()],
        )
        .await?;
    if changed > 0 {
        tx.enqueue(job(key, file)).await?;
    }
    Ok(changed > 0)
}

/// Takes a file away that never had a version: a link, or one whose only upload was dropped. Returns whether it was one.
///
/// # Errors
/// When the database does not answer.
pub async fn drop_file(tx: &Tx, key: &str, file: i64) -> Result<bool, PlacesError> {
    if !versions(tx.connection(), key, file).await?.is_empty() {
        return Ok(false);
    }
    for part in ["places_pending", "places_links"] {
        tx.connection()
            .run(
                &format!("DELETE FROM {part} WHERE dataset = $1 AND file = $2"),
                [key.into(), file.into()],
            )
            .await?;
    }
    let dropped = tx
        .connection()
        .run(
            "DELETE FROM places_files WHERE dataset = $1 AND number = $2",
            [key.into(), file.into()],
        )
        .await?;
    if dropped > 0 {
        touch(tx, key).await?;
        tx.audit(AuditEntry::new("places.describe", subject_of(key)).with(json!({"file": file})));
        settle(tx, key).await?;
    }
    Ok(dropped > 0)
}

/// The hosts that may be asked although they are not on the public internet.
///
/// # Errors
/// When the database does not answer.
pub async fn own_hosts(city: &City) -> Result<BTreeSet<String>, PlacesError> {
    Ok(setting(city.db(), OWN_HOSTS)
        .await?
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty())
        .map(str::to_owned)
        .collect())
}

/// Says which hosts may be asked although they are not on the public internet.
///
/// # Errors
/// When the database does not answer.
pub async fn set_own_hosts(tx: &Tx, hosts: &BTreeSet<String>) -> Result<(), PlacesError> {
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    tx.set(OWN_HOSTS, &hosts.join(",")).await?;
    tx.audit(AuditEntry::new("places.hosts", "places").with(json!({"hosts": hosts})));
    Ok(())
}

/// What became of fetching a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// There is a new version with this number.
    New(i64),
    /// It is what it was.
    Same,
    /// It did not come, or cannot be taken; the flag says whether it may come soon.
    Not(Refused, bool),
    /// There is no such file to be fetched any more.
    Gone,
}

/// Fetches a file and takes it as a version when something changed.
///
/// # Errors
/// When the database does not answer.
pub async fn fetch_file(city: &City, key: &str, file: i64) -> Result<Came, PlacesError> {
    let link = links(city.db(), Some(key))
        .await?
        .remove(&(key.to_owned(), file));
    let (Some(link), Some(found)) = (link, dataset(city.db(), key).await?) else {
        return Ok(Came::Gone);
    };
    if !link.is_copied() || found.state == State::Withdrawn {
        return Ok(Came::Gone);
    }
    let limits = Limits::default();
    // What was taken away for good comes again as a whole.
    let has_version = files_of(city.db(), key)
        .await?
        .iter()
        .any(|entry| entry.number == file && entry.newest.is_some());
    let tag = if has_version { link.tag.as_str() } else { "" };
    let fetched = fetch(
        &link.address,
        tag,
        own_hosts(city).await?,
        limits.file_bytes,
    )
    .await;
    let (bytes, name, tag) = match fetched {
        Err(error) => return not_come(city, key, file, (&error).into(), error.is_passing()).await,
        Ok(Fetched::Same) => {
            came(city, key, file, None, link.tag).await?;
            return Ok(Came::Same);
        }
        Ok(Fetched::File { bytes, name, tag }) => (bytes, name, tag),
    };
    let against = Against {
        dataset: found.document.national.as_deref().and_then(national),
        area: None,
    };
    // Reading a large file holds up whatever else this thread does.
    let looked =
        tokio::task::spawn_blocking(move || look_over(&bytes, &name, against, &limits)).await;
    let looked = match looked {
        Ok(Ok(looked)) => looked,
        Ok(Err(error)) => return not_come(city, key, file, (&error).into(), false).await,
        Err(_) => return not_come(city, key, file, (&FetchError::Unreachable).into(), true).await,
    };
    let new = NewVersion {
        dataset: key.to_owned(),
        file,
        content: looked.content,
        report: looked.report,
        note: String::new(),
    };
    Ok(match came(city, key, file, Some(new), tag).await? {
        Some(number) => Came::New(number),
        None => Came::Same,
    })
}

fn program() -> Actor {
    Actor::Program(FETCH_JOB.to_owned())
}

async fn came(
    city: &City,
    key: &str,
    file: i64,
    new: Option<NewVersion>,
    tag: String,
) -> Result<Option<i64>, PlacesError> {
    let input = (key.to_owned(), file, new, tag);
    city.write(program(), input, |tx, (key, file, new, tag)| {
        Box::pin(async move {
            let number = match new {
                Some(new) => add_version(tx, new).await?,
                None => None,
            };
            tx.connection()
                .run(
                    "UPDATE places_links SET state = 'fetched', problem = '', tried_at = $3, fetched_at = $3, tag = $4 \
                     WHERE dataset = $1 AND file = $2 AND is_copied = 1",
                    [
                        key.as_str().into(),
                        (*file).into(),
                        tx.now().as_microsecond().into(),
                        tag.as_str().into(),
                    ],
                )
                .await?;
            Ok(number)
        })
    })
    .await
}

async fn not_come(
    city: &City,
    key: &str,
    file: i64,
    problem: Refused,
    is_passing: bool,
) -> Result<Came, PlacesError> {
    let text = serde_json::to_string(&problem)?;
    let state = if is_passing {
        LinkState::Waiting
    } else {
        LinkState::Failed
    };
    let input = (key.to_owned(), file, text, state);
    city.write(program(), input, |tx, (key, file, problem, state)| {
        Box::pin(async move {
            tx.connection()
                .run(
                    "UPDATE places_links SET state = $3, problem = $4, tried_at = $5 \
                     WHERE dataset = $1 AND file = $2 AND is_copied = 1",
                    [
                        key.as_str().into(),
                        (*file).into(),
                        state.name().into(),
                        problem.as_str().into(),
                        tx.now().as_microsecond().into(),
                    ],
                )
                .await?;
            Ok::<_, PlacesError>(())
        })
    })
    .await?;
    Ok(Came::Not(problem, is_passing))
}

/// After how long a file of a dataset is fetched again; none: only when somebody asks. Some hours less than its rhythm says, so that a
/// daily job does not come too early each second day.
fn pause(rhythm: Rhythm) -> Option<SignedDuration> {
    let days = match rhythm {
        Rhythm::Daily => 1,
        Rhythm::Weekly => 7,
        Rhythm::Monthly => 30,
        Rhythm::Quarterly => 91,
        Rhythm::Yearly => 365,
        Rhythm::Irregular | Rhythm::Never => return None,
    };
    Some(SignedDuration::from_hours(days * 24 - 6))
}

/// Lets everything be fetched again whose day has come. Returns how many files there are.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn ask_due(city: &City) -> Result<usize, PlacesError> {
    let now = city.now();
    let mut due = Vec::new();
    for ((key, file), link) in links(city.db(), None).await? {
        if !link.is_copied() {
            continue;
        }
        let Some(found) = dataset(city.db(), &key)
            .await?
            .filter(|found| found.state != State::Withdrawn)
        else {
            continue;
        };
        let is_due = pause(found.document.rhythm).is_some_and(|pause| {
            link.tried_at
                .is_none_or(|tried| now.duration_since(tried) >= pause)
        });
        if is_due {
            due.push((key, file));
        }
    }
    let count = due.len();
    city.write(program(), due, |tx, due| {
        Box::pin(async move {
            for (key, file) in due {
                ask_again(tx, key, *file).await?;
            }
            Ok::<_, PlacesError>(())
        })
    })
    .await?;
    Ok(count)
}
