//! The service `procedures`: from the inventory of what a city's departments do for people to the decided case.

pub mod capabilities;
mod error;
pub mod model;
pub mod store;

use yakuba_city::{Measure, Migration, Service, web::Capability};

pub use error::ProcedureError;

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcedureService;

impl Service for ProcedureService {
    fn name(&self) -> &'static str {
        "procedures"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "procedures_0001_definitions",
            include_str!("../migrations/0001_definitions.sql"),
        )]
    }

    fn measures(&self) -> &'static [Measure] {
        &capabilities::MEASURES
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }
}
