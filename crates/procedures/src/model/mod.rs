//! The pure rules of procedures and cases: no database, no web.

pub mod document;
