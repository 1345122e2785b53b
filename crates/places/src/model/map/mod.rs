//! The public map: what a layer is, which shapes it takes, and how they become vector tiles.

pub mod drawing;
pub mod ground;
pub mod layer;
pub mod near;
pub mod package;
pub mod shape;
pub mod tile;
