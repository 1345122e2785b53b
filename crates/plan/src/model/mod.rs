//! The domain of plans: pure types and rules, no database, no HTTP.

pub mod document;
pub mod formula;
