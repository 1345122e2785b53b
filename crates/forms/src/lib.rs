//! Forms as files: what is asked, under which conditions, and what the answers must be. Used by every service that asks people something.
//!
//! A form is a [`FormDocument`]: a value that YAML holds and the designer edits, round trip. The server alone evaluates it.

pub mod model;

pub use model::document::FormDocument;
