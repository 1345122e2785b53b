//! Reservations: held, asked for, confirmed, given up.

mod agreeing;
mod booking;
mod moving;
mod reading;
mod records;
pub(super) mod reserve;
mod steps;

pub use agreeing::{agree, set_paid, waive};
pub use booking::{Booked, HELD_FOR, Hold, MOST_HELD, NewBooking, Wish, book, confirm, hold};
pub(super) use booking::{allowed, bookable, keep_for, may_have, subject};
pub use moving::{Moved, Target, move_to};
pub(super) use reading::many;
pub use reading::{
    Reservation, booked_by, by_number, by_session, given_up_since, given_way_to,
    given_way_to_closure, held_by, of_group, of_holder, of_resident, on_day, requested,
    reservation, reservations_between, sessions_of, taken, taken_but, taken_on, to_give_back,
};
pub use records::{KEPT_FOR, give_back, keep, kept, of_record, take_for, visit_of, wish_for};
pub use steps::{Changed, kept_now, lapse, let_go, step, step_because};
pub(super) use steps::{forget, give_way};
