#![doc = include_str!("../README.md")]

pub mod capabilities;
mod desk;
pub mod detector;
mod equipment;
mod error;
mod jobs;
pub mod model;
mod names;
pub mod open311;
mod open_tables;
mod own;
mod pages;
pub mod store;
mod work;

use yakuba_city::{
    DeskItem, FindDeskWork, FindOwnRecords, JobKind, Measure, Mentions, MenuItem, Migration,
    OpenTable, Service, SubjectNames, SubjectPage,
    web::{Capability, Routes},
};
use yakuba_kernel::MeasureName;
use yakuba_ui::Catalogue;

pub use error::ReportError;

/// The texts of the public pages and of the menu.
pub static WORDS: Catalogue = yakuba_ui::catalogue!("reports");

/// The texts that the desk menu's entries name.
pub static DESK_WORDS: &Catalogue = &desk::WORDS;

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportService;

impl Service for ReportService {
    fn name(&self) -> &'static str {
        "reports"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration::new(
                "reports_0001_reports",
                include_str!("../migrations/0001_reports.sql"),
            ),
            Migration::new(
                "reports_0002_open311",
                include_str!("../migrations/0002_open311.sql"),
            ),
            Migration::new(
                "reports_0003_covered_pictures",
                include_str!("../migrations/0003_covered_pictures.sql"),
            ),
            Migration::new(
                "reports_0004_work_orders",
                include_str!("../migrations/0004_work_orders.sql"),
            ),
            Migration::new(
                "reports_0005_alerts",
                include_str!("../migrations/0005_alerts.sql"),
            ),
            Migration::new(
                "reports_0010_disaster",
                include_str!("../migrations/0010_disaster.sql"),
            ),
            Migration::new(
                "reports_0011_errands",
                include_str!("../migrations/0011_errands.sql"),
            ),
            Migration::new(
                "reports_0012_equipment",
                include_str!("../migrations/0012_equipment.sql"),
            ),
            Migration::new(
                "reports_0013_placed",
                include_str!("../migrations/0013_placed.sql"),
            ),
            Migration::new(
                "reports_0014_own",
                include_str!("../migrations/0014_own.sql"),
            ),
        ]
    }

    fn listens(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            (yakuba_city::EMERGENCY_ENDED, jobs::HAND_OVER),
            ("resident.deleted", jobs::FORGET_RESIDENT),
        ]
    }

    fn measures(&self) -> &'static [Measure] {
        &capabilities::MEASURES
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }

    fn jobs(&self) -> Vec<JobKind> {
        jobs::jobs()
    }

    fn subject_pages(&self) -> Vec<(MeasureName, SubjectPage)> {
        let page: SubjectPage = |subject| Some(format!("/reports?category={subject}&state=all"));
        capabilities::MEASURES
            .iter()
            .map(|measure| (measure.name.clone(), page))
            .collect()
    }

    fn subject_names(&self) -> Vec<(MeasureName, SubjectNames)> {
        let names: SubjectNames = |city, language| Box::pin(names::of_categories(city, language));
        capabilities::MEASURES
            .iter()
            .map(|measure| (measure.name.clone(), names))
            .collect()
    }

    fn routes(&self) -> Routes {
        pages::routes()
            .merge(desk::routes())
            .merge(open311::routes())
    }

    fn desk_work(&self) -> Option<FindDeskWork> {
        Some(|city, principal, language| Box::pin(work::waiting(city, principal, language)))
    }

    fn open_tables(&self) -> Vec<OpenTable> {
        open_tables::tables()
    }

    fn mentions(&self) -> Option<&'static dyn Mentions> {
        Some(&equipment::Reported)
    }

    fn own_records(&self) -> Option<FindOwnRecords> {
        Some(|city, resident, language| Box::pin(own::records(city, resident, language)))
    }

    fn menu(&self) -> Vec<MenuItem> {
        vec![MenuItem {
            url: "/reports",
            label: "reports-menu",
            capability: None,
        }]
    }

    fn desk_menu(&self) -> Vec<DeskItem> {
        desk::items()
    }
}
