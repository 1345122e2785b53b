//! What reports are made of, without a database.

pub mod alert;
pub mod place;
pub mod route;
pub mod rules;
pub mod state;
pub mod statistics;
pub mod taken_at;
pub mod urgency;
