//! Pure rules: what a survey is, whether it can open, what the answers come to and what of it may be shown.

pub mod check;
pub mod document;
pub mod published;
pub mod questions;
pub mod results;
pub mod suppression;
pub mod tally;
