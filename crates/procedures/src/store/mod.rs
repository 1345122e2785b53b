//! Queries and writes of the service. Every write takes a [`yakuba_city::Tx`].

mod definitions;

pub use definitions::{
    Definition, close, draft, live, live_on, put_live, save_draft, version, versions,
};
