//! Vector tiles of layers: made from the database, kept in memory until the layer changes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use yakuba_city::City;
use yakuba_ui::Language;

use crate::{
    error::PlacesError,
    model::map::{
        ground::Tile,
        tile::{Drawn, encode},
    },
    store::map::{Layer, in_tile},
};

/// The most bytes of tiles that a node keeps; it starts anew beyond it.
const KEPT: usize = 64 * 1024 * 1024;
/// What a tile takes beside its bytes.
const BESIDE: usize = 200;

/// A tile of a layer as it was drawn, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Name {
    layer: String,
    drawn: i64,
    language: Language,
    tile: Tile,
}

#[derive(Debug, Default)]
struct Keeping {
    tiles: HashMap<Name, Arc<Vec<u8>>>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Kept(Mutex<Keeping>);

/// A tile of a layer as Mapbox Vector Tile; empty when nothing lies in it. Made once for each state of the layer.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn tile(
    city: &City,
    layer: &Layer,
    tile: Tile,
    language: Language,
) -> Result<Arc<Vec<u8>>, PlacesError> {
    let name = Name {
        layer: layer.key().to_owned(),
        drawn: layer.drawn,
        language,
        tile,
    };
    let kept = city.state::<Kept>();
    let known = kept
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .tiles
        .get(&name)
        .cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let bytes = Arc::new(make(city, layer, tile, language).await?);
    let mut keeping = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    if keeping.bytes > KEPT {
        *keeping = Keeping::default();
    }
    keeping.bytes += bytes.len() + BESIDE;
    keeping.tiles.insert(name, bytes.clone());
    Ok(bytes)
}

/// The same, made anew.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn make(
    city: &City,
    layer: &Layer,
    tile: Tile,
    language: Language,
) -> Result<Vec<u8>, PlacesError> {
    Ok(encode(tile, &drawn(city, layer, tile, language).await?)?)
}

/// The features of a tile as it carries them.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn drawn(
    city: &City,
    layer: &Layer,
    tile: Tile,
    language: Language,
) -> Result<Vec<Drawn>, PlacesError> {
    let document = &layer.document;
    in_tile(city.db(), layer.key(), tile)
        .await?
        .iter()
        .map(|row| {
            let properties = row.properties()?;
            Ok(Drawn {
                number: row.number.unsigned_abs(),
                shape: row.shape()?,
                name: document.name_of(&properties, language).to_owned(),
                text: document.text_of(&properties, language),
                class: document.class_of(&properties),
                step: document.step_of(&properties).map(str::to_owned),
            })
        })
        .collect()
}
