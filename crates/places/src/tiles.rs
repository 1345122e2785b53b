//! Vector tiles of layers: made from the database, kept in memory until the layer changes.

use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};

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

/// The most bytes of packed tiles that a node keeps, in two halves: when the newer one is full, the older one goes.
const KEPT: usize = 128 * 1024 * 1024;
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

/// A tile as it is kept: packed (gzip), as nearly every browser takes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackedTile(Arc<Vec<u8>>);

impl PackedTile {
    fn new(tile: &[u8]) -> Self {
        if tile.is_empty() {
            return Self::default();
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        // Writing to memory cannot fail.
        let _ = encoder.write_all(tile);
        Self(Arc::new(encoder.finish().unwrap_or_default()))
    }

    /// Whether nothing lies in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tile as gzip.
    pub fn packed(&self) -> &[u8] {
        &self.0
    }

    /// The tile itself.
    pub fn unpacked(&self) -> Vec<u8> {
        let mut tile = Vec::new();
        // Its own packing is always sound.
        let _ = GzDecoder::new(self.0.as_slice()).read_to_end(&mut tile);
        tile
    }
}

#[derive(Debug, Default)]
struct Keeping {
    newer: HashMap<Name, PackedTile>,
    older: HashMap<Name, PackedTile>,
    /// Of the newer half.
    bytes: usize,
}

impl Keeping {
    /// A kept tile; one of the older half is as good as new then.
    fn get(&mut self, name: &Name) -> Option<PackedTile> {
        if let Some(known) = self.newer.get(name) {
            return Some(known.clone());
        }
        let known = self.older.remove(name)?;
        self.put(name.clone(), known.clone());
        Some(known)
    }

    fn put(&mut self, name: Name, tile: PackedTile) {
        if self.bytes > KEPT / 2 {
            self.older = std::mem::take(&mut self.newer);
            self.bytes = 0;
        }
        self.bytes += tile.0.len() + BESIDE;
        self.newer.insert(name, tile);
    }
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
) -> Result<PackedTile, PlacesError> {
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
        .get(&name);
    if let Some(known) = known {
        return Ok(known);
    }
    let made = PackedTile::new(&make(city, layer, tile, language).await?);
    kept.0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .put(name, made.clone());
    Ok(made)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_when_there_are_too_many() {
        let name = |number: u32| Name {
            layer: number.to_string(),
            drawn: 1,
            language: Language::Japanese,
            tile: Tile { z: 16, x: 1, y: 1 },
        };
        let large = PackedTile(Arc::new(vec![0; KEPT / 8]));
        let mut keeping = Keeping::default();
        keeping.put(name(0), large.clone());
        for number in 1..40 {
            keeping.put(name(number), large.clone());
            assert_eq!(keeping.get(&name(0)), Some(large.clone()), "{number}");
            let all = keeping.newer.len() + keeping.older.len();
            assert!(all <= 10, "{all} tiles after {number}");
        }
        assert_eq!(keeping.get(&name(1)), None);
    }

    #[test]
    fn a_packed_tile_is_the_tile() {
        assert_eq!(PackedTile::new(b"tile").unpacked(), b"tile");
        assert!(PackedTile::new(b"").is_empty());
    }
}
