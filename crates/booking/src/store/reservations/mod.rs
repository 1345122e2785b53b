//! Reservations: held, asked for, confirmed, given up.

mod booking;
mod reading;
pub(super) mod reserve;
mod steps;

pub(super) use booking::allowed;
pub use booking::{Booked, HELD_FOR, Hold, MOST_HELD, NewBooking, Wish, book, confirm, hold};
pub use reading::{
    Reservation, booked_by, by_number, held_by, of_group, of_holder, of_resident, reservation,
    reservations_between, taken, taken_on,
};
pub(super) use steps::forget;
pub use steps::{Changed, kept_now, lapse, let_go, step};
