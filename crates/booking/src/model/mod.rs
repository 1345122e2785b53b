//! The rules of booking: pure values, no database and no HTTP.

pub mod availability;
pub mod calendar;
pub mod check;
pub mod course;
pub mod document;
pub mod fees;
pub mod giving_way;
pub mod groups;
pub mod hours;
pub mod lottery;
pub mod points;
pub mod queue;
pub mod rules;
pub mod series;
pub mod state;
pub mod statistics;
pub mod taken;
pub mod time;
