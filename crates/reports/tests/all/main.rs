//! The tests of the reports service over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod addresses;
mod alerts;
mod content;
mod covering;
mod desk;
mod disaster;
mod hostile;
mod open311;
mod orders;
mod pages;
mod places_and_many;
mod steps;
mod support;
