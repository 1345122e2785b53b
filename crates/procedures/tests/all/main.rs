//! The tests of the procedures service over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bulk;
mod cases;
mod casework;
mod content;
mod counter;
mod decisions;
mod definitions;
mod designer_browser;
mod designer_desk;
mod designs;
mod desk;
mod extending;
mod inventory;
mod inventory_desk;
mod merging;
mod navigator;
mod news;
mod on_behalf;
mod pages;
mod postal;
mod residents;
mod stages;
mod support;
mod together;
mod together_after;
