//! The tests of the surveys service over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answering;
mod content;
mod desk;
mod editor;
mod pages;
mod support;
