//! The pure rules of forms: no database, no web.

pub mod document;
