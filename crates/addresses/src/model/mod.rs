//! Addresses as values: how they are compared, and which files they are read from.

pub mod entry;
pub mod file;
pub mod key;
