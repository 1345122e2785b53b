//! The service over HTTP, on both databases.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod events;
mod roads;
mod shelters;
mod support;
