#![doc = include_str!("../README.md")]

pub mod capabilities;
mod desk;
mod error;
pub mod model;
mod open_tables;
mod pages;
pub mod store;

use yakuba_city::{
    DeskItem, Measure, MenuItem, Migration, OpenTable, Service,
    web::{Capability, Routes},
};
use yakuba_ui::Catalogue;

pub use error::DisasterError;

/// The texts of the public pages and of the menu.
pub static WORDS: Catalogue = yakuba_ui::catalogue!("disaster");

/// The texts that the desk menu's entries name.
pub static DESK_WORDS: &Catalogue = &desk::WORDS;

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct DisasterService;

impl Service for DisasterService {
    fn name(&self) -> &'static str {
        "disaster"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "disaster_0001_disaster",
            include_str!("../migrations/0001_disaster.sql"),
        )]
    }

    fn measures(&self) -> &'static [Measure] {
        &capabilities::MEASURES
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }

    fn routes(&self) -> Routes {
        pages::routes().merge(desk::routes())
    }

    fn open_tables(&self) -> Vec<OpenTable> {
        open_tables::tables()
    }

    fn menu(&self) -> Vec<MenuItem> {
        vec![MenuItem {
            url: "/disaster",
            label: "disaster-menu",
            capability: None,
        }]
    }

    fn desk_menu(&self) -> Vec<DeskItem> {
        desk::items()
    }
}
