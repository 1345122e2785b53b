//! Queries and writes. Every write takes a `Tx`.

pub mod facilities;
pub mod people;
pub mod reservations;
mod taking;

pub use facilities::{Facility, facilities, facility, save};
