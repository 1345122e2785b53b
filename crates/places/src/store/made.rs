//! Datasets that nobody types: made from what the city's services record, and from the layers of the map.
//!
//! Every table that a service offers ([`yakuba_city::OpenTable`]) and every public layer can be the source of a dataset. What is made goes
//! through the same check as a file that is sent, and becomes a version only when something changed.

use yakuba_city::{Actor, City, OpenTable, TableRows};
use yakuba_sheets::Limits;
use yakuba_ui::Language;

use super::{
    datasets::{Dataset, State, dataset, datasets, publish},
    files::{NewVersion, add_file, add_version, files_of},
    map::{features, layer, layers},
};
use crate::{
    error::PlacesError,
    model::{
        check::Against,
        content::{Content, look_over},
        map::{
            layer::{Audience, Source as LayerSource},
            package::written,
        },
        standard::dataset as national,
    },
};

/// What a layer's source begins with.
const LAYER: &str = "layer.";

/// The languages in which a dataset says what it is.
const BOTH: [Language; 2] = [Language::Japanese, Language::English];

/// Something that a dataset can be made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its lasting name, such as `booking.facilities` or `layer.shelters`.
    pub key: String,
    /// What a dataset of it is called, in Japanese and in English.
    pub title: [String; 2],
    /// What is in it, in Japanese and in English.
    pub description: [String; 2],
    /// The national dataset that it is, as in [`crate::model::standard::Dataset::key`].
    pub national: Option<&'static str>,
}

impl Source {
    fn of_table(table: &OpenTable) -> Self {
        let [ja, en] = BOTH.map(|language| (table.words)(language.code()));
        Self {
            key: table.key.to_owned(),
            title: [ja.title, en.title],
            description: [ja.description, en.description],
            national: table.national,
        }
    }

    /// The key that a dataset of it gets unless another is chosen.
    pub fn suggested_key(&self) -> String {
        self.key.replace('.', "_")
    }
}

/// Everything that datasets can be made from: the services' tables, then the public layers that have features of their own.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn sources(city: &City) -> Result<Vec<Source>, PlacesError> {
    let mut all: Vec<Source> = city.open_tables().iter().map(Source::of_table).collect();
    for layer in layers(city.db()).await? {
        if layer.audience == Audience::Public && layer.document.source == LayerSource::Own {
            let document = &layer.document;
            all.push(Source {
                key: format!("{LAYER}{}", document.key),
                title: BOTH.map(|language| document.title.in_language(language).to_owned()),
                description: BOTH.map(|language| document.about.in_language(language).to_owned()),
                national: None,
            });
        }
    }
    Ok(all)
}

/// What a source holds at this moment; none when there is no such source any more.
async fn content(city: &City, source: &str) -> Result<Option<Content>, PlacesError> {
    if let Some(key) = source.strip_prefix(LAYER) {
        return content_of_layer(city, key).await;
    }
    let Some(table) = city.open_tables().iter().find(|table| table.key == source) else {
        return Ok(None);
    };
    let TableRows { header, rows } = (table.make)(city).await?;
    Ok(Some(Content {
        header,
        rows,
        shapes: Vec::new(),
    }))
}

async fn content_of_layer(city: &City, key: &str) -> Result<Option<Content>, PlacesError> {
    const AT_ONCE: u32 = 5_000;
    let Some(found) = layer(city.db(), key).await? else {
        return Ok(None);
    };
    if found.audience != Audience::Public {
        return Ok(None);
    }
    let mut written_features = Vec::new();
    let mut after = 0;
    loop {
        let part = features(city.db(), key, after, AT_ONCE).await?;
        let Some(last) = part.last() else { break };
        after = last.number;
        for row in &part {
            written_features.push(written(row.number, &row.geometry()?, &row.properties()?));
        }
    }
    let whole = serde_json::json!({"type": "FeatureCollection", "features": written_features});
    let content = Content::of_geojson(whole.to_string().as_bytes(), &Limits::default())?;
    Ok(Some(content))
}

/// Makes a dataset's file anew from its source. Returns whether there is a new version: when nothing changed there is none.
///
/// # Errors
/// [`PlacesError::NoSuchDataset`]; [`PlacesError::NoSource`] when it is not made from anything, or its source is gone.
pub async fn make(city: &City, actor: Actor, key: &str) -> Result<bool, PlacesError> {
    let found = dataset(city.db(), key)
        .await?
        .ok_or_else(|| PlacesError::NoSuchDataset(key.to_owned()))?;
    let no_source = || PlacesError::NoSource(found.source.clone());
    let content = content(city, &found.source).await?.ok_or_else(no_source)?;
    let against = Against {
        dataset: found.document.national.as_deref().and_then(national),
        area: None,
    };
    let name = format!("{key}.csv");
    let looked = look_over(&content.to_csv(), &name, against, &Limits::default())?;
    let new = NewVersion {
        dataset: key.to_owned(),
        file: 1,
        content,
        report: looked.report,
        note: String::new(),
    };
    city.write(actor, (new, found.document.title), |tx, (new, title)| {
        Box::pin(async move {
            let mut new = new.clone();
            new.file = match files_of(tx.connection(), &new.dataset).await?.first() {
                Some(file) => file.number,
                None => add_file(tx, &new.dataset, title).await?,
            };
            Ok(add_version(tx, &new).await?.is_some())
        })
    })
    .await
}

/// Makes a dataset anew and shows it to everybody if it is still a draft. Returns whether anything changed.
///
/// # Errors
/// As [`make`].
pub async fn make_and_publish(city: &City, actor: Actor, key: &str) -> Result<bool, PlacesError> {
    let has_changed = make(city, actor.clone(), key).await?;
    if !publish_draft(city, actor.clone(), key).await? {
        return Ok(has_changed);
    }
    let is_list = dataset(city.db(), key)
        .await?
        .is_some_and(|found| found.source == LIST);
    if is_list {
        // Now it is in itself.
        make(city, actor, key).await?;
    }
    Ok(true)
}

/// Shows a dataset to everybody if it is still a draft and there is something of it. Returns whether it did.
///
/// # Errors
/// When the database does not answer.
pub async fn publish_draft(city: &City, actor: Actor, key: &str) -> Result<bool, PlacesError> {
    city.write(actor, key.to_owned(), |tx, key| {
        Box::pin(async move {
            let Some(found) = dataset(tx.connection(), key)
                .await?
                .filter(|found| found.state == State::Draft)
            else {
                return Ok(false);
            };
            match publish(tx, key, found.revision).await {
                Ok(()) => Ok(true),
                Err(PlacesError::NoFile) => Ok(false),
                Err(error) => Err(error),
            }
        })
    })
    .await
}

/// What became of making a dataset anew.
#[derive(Debug)]
pub struct Made {
    /// The dataset's key.
    pub key: String,
    /// Whether there is a new version, or why it could not be made.
    pub outcome: Result<bool, PlacesError>,
}

/// Makes every dataset anew that has a source and is not withdrawn. One that cannot be made does not keep the others from it.
///
/// # Errors
/// When the list of datasets cannot be read.
pub async fn make_all(city: &City, actor: &Actor) -> Result<Vec<Made>, PlacesError> {
    let mut all = Vec::new();
    let mut made: Vec<Dataset> = datasets(city.db()).await?;
    // The list of open data comes last: it tells when the others changed.
    made.sort_by_key(|found| found.source == LIST);
    for found in made {
        if found.source.is_empty() || found.state == State::Withdrawn {
            continue;
        }
        let key = found.key().to_owned();
        let outcome = make(city, actor.clone(), &key).await;
        all.push(Made { key, outcome });
    }
    Ok(all)
}

/// The source that is the list of everything published.
pub(crate) const LIST: &str = "places.open_data_list";
