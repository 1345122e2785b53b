//! The tests of identity over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod posts_and_roles;
mod residents;
mod signing_in;
mod support;
