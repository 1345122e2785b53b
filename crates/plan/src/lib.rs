//! The service `plan`: a city's digital plan, imported from its sheets, measured from facts, published with its work shown.

mod api;
pub mod capabilities;
mod cycle;
mod desk;
mod desk_menu;
mod error;
pub mod export;
mod forms;
pub mod import;
pub mod measuring;
pub mod model;
mod pages;
mod sheet_pdf;
pub mod store;

use yakuba_city::{
    DeskItem, JobKind, Measure, Migration, OpenTable, Service,
    web::{Capability, Routes},
};

pub use cycle::missed_targets;
pub use desk_menu::menu_texts;
pub use error::PlanError;
pub use pages::{OwnPlans, doubt_sentence};

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanService;

impl Service for PlanService {
    fn name(&self) -> &'static str {
        "plan"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration::new(
                "plan_0001_start",
                include_str!("../migrations/0001_start.sql"),
            ),
            Migration::new(
                "plan_0002_cycle",
                include_str!("../migrations/0002_cycle.sql"),
            ),
            Migration::new(
                "plan_0003_declined_comparisons",
                include_str!("../migrations/0003_declined_comparisons.sql"),
            ),
        ]
    }

    fn measures(&self) -> &'static [Measure] {
        &capabilities::MEASURES
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }

    fn jobs(&self) -> Vec<JobKind> {
        vec![cycle::reminders::job()]
    }

    fn open_tables(&self) -> Vec<OpenTable> {
        api::open_tables::tables()
    }

    fn desk_menu(&self) -> Vec<DeskItem> {
        desk_menu::items()
    }

    fn routes(&self) -> Routes {
        pages::routes()
            .merge(desk::routes())
            .merge(cycle::routes())
            .merge(api::routes())
    }
}
