//! Queries and writes of the service. Every write takes a [`yakuba_city::Tx`].

pub mod cases;
pub mod casework;
pub mod co_applicants;
pub mod corrections;
pub mod counter;
pub mod counter_codes;
pub mod counter_tablets;
mod definitions;
pub mod delivery;
pub mod designs;
pub mod drafts;
pub mod exports;
pub mod extending;
pub mod files;
pub mod gaps;
pub mod history;
pub mod inventory;
pub mod keys;
pub mod messages;
pub mod own;
pub mod postal;
pub mod publication;
pub mod pulling;
pub mod retention;
pub mod sessions;
pub mod visits;

pub use definitions::{
    Definition, close, draft, live, live_on, put_live, save_draft, version, versions,
};
