//! What reports are made of, without a database.

pub mod place;
pub mod rules;
pub mod state;
pub mod statistics;
pub mod urgency;
