//! Layers of one service's map that others show on theirs, such as hazard areas on the map of a disaster.

use futures::future::BoxFuture;

use crate::{City, CityError};

/// The theme of [`SharedLayer`]s that show where something may happen: floods, landslides.
pub const HAZARD: &str = "hazard";

/// A class of a layer: words, and how it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedClass {
    /// What the legend says.
    pub title: String,
    /// Its colour as `#rrggbb`.
    pub colour: String,
    /// The name of the pattern of its areas.
    pub pattern: &'static str,
    /// The name of the sign of its points.
    pub sign: &'static str,
    /// The size of its signs and the width of its lines as a part of the usual.
    pub factor: f32,
}

/// A layer that everybody may see, in one language. Signs, patterns and swatches go by the names that the maps of pages give them.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedLayer {
    /// Its name in addresses.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// What it shows and what it does not; may be empty.
    pub about: String,
    /// What it is about, such as [`HAZARD`].
    pub theme: &'static str,
    /// The name of its sign.
    pub sign: &'static str,
    /// The name of what stands in the legend: `sign`, `line` or `area`.
    pub swatch: &'static str,
    /// The address of its vector tiles, with `{z}`, `{x}` and `{y}`.
    pub tiles: String,
    /// The layer inside the tiles.
    pub inside: &'static str,
    /// The largest zoom with tiles of its own.
    pub longest: u8,
    /// Its classes; features tell theirs by its place, from 0.
    pub classes: Vec<SharedClass>,
    /// How much of the ground it covers, in percent; none for points.
    pub opacity: Option<u8>,
    /// Its steps in time: value and words.
    pub steps: Vec<(String, String)>,
    /// Where the same stands as a list, as a path.
    pub list: String,
}

/// Tells the layers that a service shares at this moment, in a language (`ja`, `easy`, `en`), in their order.
pub type ShareLayers =
    for<'a> fn(&'a City, &'a str) -> BoxFuture<'a, Result<Vec<SharedLayer>, CityError>>;
