//! Queries and writes. Every write takes a `Tx`.

pub mod answering;
pub mod closing;
pub mod drafts;
pub mod reading;
mod surveys;

pub use surveys::{
    Brought, State, Survey, bring_in, correct, extend, open, publish, remove, save_draft, survey,
    surveys, versions, withdraw,
};
