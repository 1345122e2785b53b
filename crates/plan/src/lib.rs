//! The service `plan`: a city's digital plan, imported from its sheets, measured from facts, published with its work shown.

mod error;
pub mod model;
pub mod store;

use yakuba_city::{Migration, Service};

pub use error::PlanError;

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanService;

impl Service for PlanService {
    fn name(&self) -> &'static str {
        "plan"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "plan_0001_start",
            include_str!("../migrations/0001_start.sql"),
        )]
    }
}
