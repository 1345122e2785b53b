//! Lines at counters: drawing numbers, calling them, and what was measured.

mod days;
mod drawing;
mod reading;
mod windows;

pub use days::{Hour, close_days, hours};
pub use drawing::{
    Draw, Drawn, draw, draw_for_reservation, enter_with_appointment, leave, take_back_appointment,
};
pub use reading::{
    Queue, Standing, Ticket, TicketState, Window, queue, queues, standing, ticket_of, token_hash,
};
pub use windows::{Act, Acted, Settings, WindowStep, act, set_up};
