//! The tests of the interface over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod gallery;
mod pages;
mod texts;
