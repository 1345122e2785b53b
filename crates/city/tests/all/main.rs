//! The tests of the city over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod backup;
mod city;
mod stopped_server;
mod year_totals;
