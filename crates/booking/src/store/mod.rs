//! Queries and writes. Every write takes a `Tx`.

pub mod facilities;
pub mod groups;
pub mod lottery;
pub mod people;
pub mod points;
pub mod queue;
pub mod reservations;
pub mod series;
mod taking;

pub use facilities::{Facility, bring_in, facilities, facility, save};
