//! The pure rules of procedures and cases: no database, no web.

pub mod case;
pub mod check;
pub mod document;
pub mod export;
pub mod inbox;
pub mod inventory;
pub mod navigator;
pub mod postal;
pub mod processing;
pub mod proven;
pub mod receipt;
pub mod together;
pub mod visit;
pub mod way;
