//! The domain of plans: pure types and rules, no database, no HTTP.

pub mod arithmetic;
pub mod comparison;
pub mod computation;
pub mod cycle;
pub mod difference;
pub mod document;
pub mod fact_file;
pub mod formula;
pub mod fraction;
pub mod keys;
pub mod message;
pub mod projection;
pub mod quality;
pub mod status;
pub mod totals;
