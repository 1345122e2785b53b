//! Queries and writes. Every write takes a `Tx`.

pub mod closures;
pub mod facilities;
pub mod groups;
pub mod history;
pub mod hours;
pub mod lottery;
pub mod official;
pub mod people;
pub mod points;
pub mod queue;
pub mod reservations;
pub mod series;
mod taking;

pub use facilities::{Facility, bring_in, facilities, facility, save};
