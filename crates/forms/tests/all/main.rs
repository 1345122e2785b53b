//! The tests of the forms block over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod checking;
mod evaluating;
mod files;
mod hidden;
mod reading;
mod texts;
