#![doc = include_str!("../README.md")]

mod api;
pub mod broker;
pub mod capabilities;
mod desk;
mod equipment;
mod errands;
mod error;
mod jobs;
pub mod model;
mod names;
mod pages;
pub mod simulator;
pub mod store;
mod told;

use yakuba_city::{
    DeskItem, Errands, JobKind, Measure, MenuItem, Migration, Registers, Service, SubjectNames,
    SubjectPage,
    web::{Capability, Routes},
};
use yakuba_kernel::MeasureName;
use yakuba_ui::Catalogue;

pub use error::AssetError;

/// The texts of the public pages and of the menu.
pub static WORDS: Catalogue = yakuba_ui::catalogue!("assets");

/// The texts that the desk menu's entries name.
pub static DESK_WORDS: &Catalogue = &desk::WORDS;

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct AssetService;

impl Service for AssetService {
    fn name(&self) -> &'static str {
        "assets"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration::new(
                "assets_0001_assets",
                include_str!("../migrations/0001_assets.sql"),
            ),
            Migration::new(
                "assets_0002_broker",
                include_str!("../migrations/0002_broker.sql"),
            ),
            Migration::new(
                "assets_0003_files",
                include_str!("../migrations/0003_files.sql"),
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
        jobs::jobs()
    }

    fn subject_pages(&self) -> Vec<(MeasureName, SubjectPage)> {
        let page: SubjectPage = |subject| Some(format!("/equipment?kind={subject}"));
        capabilities::MEASURES
            .iter()
            .map(|measure| (measure.name.clone(), page))
            .collect()
    }

    fn subject_names(&self) -> Vec<(MeasureName, SubjectNames)> {
        let names: SubjectNames = |city, language| Box::pin(names::of_kinds(city, language));
        capabilities::MEASURES
            .iter()
            .map(|measure| (measure.name.clone(), names))
            .collect()
    }

    fn routes(&self) -> Routes {
        pages::routes().merge(desk::routes()).merge(api::routes())
    }

    fn errands(&self) -> Option<&'static dyn Errands> {
        Some(&errands::Inspections)
    }

    fn registers(&self) -> Option<&'static dyn Registers> {
        Some(&equipment::Equipped)
    }

    fn menu(&self) -> Vec<MenuItem> {
        vec![MenuItem {
            url: "/equipment",
            label: "assets-menu",
            capability: None,
        }]
    }

    fn desk_menu(&self) -> Vec<DeskItem> {
        desk::items()
    }
}
