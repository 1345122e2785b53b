//! Queries and writes. Every write takes a [`yakuba_city::Tx`].

pub mod alerts;
mod bring_in;
mod counts;
pub mod drafts;
pub mod followers;
mod list;
pub mod orders;
pub mod own;
pub mod photos;
mod posting;
mod report;
mod rules;
pub mod steps;
mod told;
pub mod triage;

pub use bring_in::{Whole, WholeStep, bring_in_many};
pub use counts::{By, counts};
pub use list::{Filter, Found, MOST_NEAR, Order, Waits, handled, oldest, search};
pub use posting::{Content, NewReport, Posted, post};
pub use report::{Report, by_number, by_public_id, open_of, public_id, report};
pub use rules::{Current, current, set_rules};
