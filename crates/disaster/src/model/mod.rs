//! Pure types and rules: no database, no HTTP.

pub mod closure;
pub mod shelter;
