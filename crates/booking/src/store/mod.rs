//! Queries and writes. Every write takes a `Tx`.

pub mod closures;
pub mod facilities;
pub mod feeds;
pub mod groups;
pub mod history;
pub mod hours;
pub mod lottery;
pub mod official;
pub mod people;
pub mod points;
pub mod queue;
pub mod reminders;
pub mod reservations;
pub mod rosters;
pub mod series;
mod taking;
pub mod waiting;

pub use facilities::{Facility, bring_in, facilities, facility, save};
pub use taking::count_of_units;
