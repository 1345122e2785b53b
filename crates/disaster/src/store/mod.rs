//! Queries and writes; every write takes a transaction.

pub mod closures;
pub mod events;
pub mod importing;
pub mod shelters;
