//! The tests of the plan service over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod comparing;
mod content_parses;
mod cycle;
mod cycle_pages;
mod cycle_support;
mod desk;
mod desk_support;
mod export;
mod import_documents;
mod import_fixtures;
mod import_golden;
mod import_hostile;
mod import_support;
mod import_variations;
mod measuring_texts;
mod opened_figures;
mod store;
