//! The tests of the booking service over its public interface, in one program: linked once.

// A test that cannot go on fails there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod content;
mod courses;
mod crash;
mod desk;
mod desk_series;
mod desk_set_up;
mod desk_taking;
mod equipment;
mod feeds;
mod groups;
mod hours;
mod lottery;
mod lottery_pages;
mod pages;
mod points;
mod queue;
mod queue_pages;
mod reservations;
mod rush;
mod series;
mod support;
mod waiting;
