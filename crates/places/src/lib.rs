#![doc = include_str!("../README.md")]

pub mod capabilities;
mod desk;
mod error;
mod machines;
pub mod model;
mod pages;
pub mod store;
pub mod tiles;

use yakuba_city::{
    DeskItem, Measure, MenuItem, Migration, Service, SubjectPage,
    web::{Capability, Routes},
};
use yakuba_kernel::MeasureName;
use yakuba_ui::Catalogue;

pub use error::PlacesError;

/// The texts that the public menu's entries name.
pub static WORDS: &Catalogue = &pages::WORDS;

/// The texts that the desk menu's entries name.
pub static DESK_WORDS: &Catalogue = &desk::WORDS;

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlacesService;

impl Service for PlacesService {
    fn name(&self) -> &'static str {
        "places"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration::new(
                "places_0001_catalogue",
                include_str!("../migrations/0001_catalogue.sql"),
            ),
            Migration::new(
                "places_0002_map",
                include_str!("../migrations/0002_map.sql"),
            ),
        ]
    }

    fn measures(&self) -> &'static [Measure] {
        &capabilities::MEASURES
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }

    fn subject_pages(&self) -> Vec<(MeasureName, SubjectPage)> {
        let page: SubjectPage = |subject| Some(format!("/data/{subject}"));
        capabilities::MEASURES
            .iter()
            .map(|measure| (measure.name.clone(), page))
            .collect()
    }

    fn routes(&self) -> Routes {
        pages::routes()
            .merge(desk::routes())
            .merge(machines::routes())
    }

    fn menu(&self) -> Vec<MenuItem> {
        let item = |url, label| MenuItem {
            url,
            label,
            capability: None,
        };
        vec![
            item("/map", "places-map-menu"),
            item("/data", "places-menu"),
        ]
    }

    fn desk_menu(&self) -> Vec<DeskItem> {
        desk::items()
    }
}
