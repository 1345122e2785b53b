//! The tests of the places service over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod addresses;
mod content;
mod desk;
mod hostile;
mod links;
mod looks;
mod machines;
mod made;
mod map;
mod map_desk;
mod pages;
mod support;
mod tables;
