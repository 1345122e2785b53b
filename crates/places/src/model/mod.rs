//! The rules of open data, without a database: what the national datasets want, what a file says, what is wrong with it
//! and what of that can be mended without guessing.

pub mod chart;
pub mod check;
pub mod content;
pub mod dictionary;
pub mod document;
pub mod finding;
pub mod kind;
pub mod links;
pub mod listing;
pub mod map;
pub mod package;
pub mod parquet;
pub mod reading;
pub mod refused;
pub mod repair;
pub mod segment;
pub mod shapefile;
pub mod sight;
pub mod standard;
