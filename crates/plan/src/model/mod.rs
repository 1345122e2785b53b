//! The domain of plans: pure types and rules, no database, no HTTP.

pub mod difference;
pub mod document;
pub mod fact_file;
pub mod formula;
pub mod keys;
