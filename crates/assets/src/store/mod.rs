//! Queries and writes. Every write takes the transaction.

pub mod alerts;
pub mod broker;
pub mod counting;
pub mod files;
mod kinds;
mod list;
pub mod many;
pub mod simulated;
pub mod table;
pub mod telemetry;
mod vehicles;
pub mod watching;
mod writing;

pub use kinds::{Kinds, kind, kinds, must_know_department, set_kind};
pub use list::{
    Asset, Device, Filter, Found, LogLine, among, asset, device, log, search, silent_since,
};
pub use vehicles::{FRESH, vehicles};
pub use writing::{Change, add, change, forget_key, give_key, inspect, key_hash, note, turn};
