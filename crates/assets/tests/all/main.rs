//! The tests of the assets service over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod broker;
mod content;
mod desk;
mod pages;
mod support;
mod tables;
mod telemetry;
mod uptime;
