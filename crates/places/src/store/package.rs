//! Bringing in a dataset with its files as a whole.

use yakuba_city::Tx;

use super::{
    datasets::{State, create, dataset, describe, publish, set_source},
    files::{NewVersion, add_file, add_version, define, files_of},
    links::add_links,
};
use crate::{
    error::PlacesError,
    model::{
        check::Report, content::Content, dictionary::Defined, document::DatasetDocument,
        links::Listed,
    },
};

/// A dataset with its files, read and checked.
#[derive(Debug, Clone)]
pub struct Whole {
    /// What is said about it.
    pub document: DatasetDocument,
    /// Its files in order.
    pub files: Vec<WholeFile>,
    /// Its files that stand on other sites, and whether they are fetched.
    pub links: Vec<(Listed, bool)>,
    /// Whether it is shown to everybody at once.
    pub is_public: bool,
    /// The service whose table it shows; empty: none.
    pub source: String,
}

/// A file of a [`Whole`].
#[derive(Debug, Clone)]
pub struct WholeFile {
    /// What it is called.
    pub title: String,
    /// What is in it.
    pub content: Content,
    /// What the check found in it.
    pub report: Report,
    /// What is new in it.
    pub note: String,
    /// What its columns are; empty: what stands stays.
    pub dictionary: Vec<Defined>,
}

/// Brings a dataset in, or up to what is given. Returns whether anything changed: the same twice changes nothing. Files are told by
/// their place; what is not given stays.
///
/// # Errors
/// As [`create`], [`describe`], [`add_version`] and [`publish`].
pub async fn bring_in(tx: &Tx, whole: &Whole) -> Result<bool, PlacesError> {
    let key = whole.document.key.as_str();
    let mut has_changed = false;
    match dataset(tx.connection(), key).await? {
        None => {
            create(tx, &whole.document, &whole.source).await?;
            has_changed = true;
        }
        Some(found) if found.document != whole.document => {
            describe(tx, &whole.document, found.revision).await?;
            has_changed = true;
        }
        Some(_) => {}
    }
    if let Some(found) = dataset(tx.connection(), key).await?
        && found.source != whole.source
    {
        set_source(tx, key, &whole.source).await?;
        has_changed = true;
    }
    // Those that stand on other sites are told by their addresses.
    let mut standing = files_of(tx.connection(), key).await?;
    standing.retain(|file| file.link.is_none());
    for (at, file) in whole.files.iter().enumerate() {
        let number = match standing.get(at) {
            Some(known) => known.number,
            None => add_file(tx, key, &file.title).await?,
        };
        let new = NewVersion {
            dataset: key.to_owned(),
            file: number,
            content: file.content.clone(),
            report: file.report.clone(),
            note: file.note.clone(),
        };
        has_changed |= add_version(tx, &new).await?.is_some();
        let is_said = standing
            .get(at)
            .is_some_and(|known| known.dictionary == file.dictionary);
        if !file.dictionary.is_empty() && !is_said {
            define(tx, key, number, &file.dictionary).await?;
            has_changed = true;
        }
    }
    for is_copied in [false, true] {
        let listed: Vec<Listed> = whole
            .links
            .iter()
            .filter(|(_, is_asked)| *is_asked == is_copied)
            .map(|(listed, _)| listed.clone())
            .collect();
        has_changed |= add_links(tx, key, &listed, is_copied).await? > 0;
    }
    // What is made is published once it is made, and what is fetched once it came.
    let is_there = files_of(tx.connection(), key)
        .await?
        .iter()
        .any(|file| file.newest.is_some() || file.linked().is_some());
    if whole.is_public
        && is_there
        && whole.source.is_empty()
        && let Some(found) = dataset(tx.connection(), key).await?
        && found.state == State::Draft
    {
        publish(tx, key, found.revision).await?;
        has_changed = true;
    }
    Ok(has_changed)
}
