#![doc = include_str!("../README.md")]

mod calendar_file;
pub mod capabilities;
mod error;
pub mod model;
mod pages;
pub mod store;
mod telling;

use yakuba_city::{
    Actor, JobFailure, JobKind, Measure, MenuItem, Migration, Service,
    web::{Capability, Routes},
};
use yakuba_ui::Catalogue;

pub use error::BookingError;

/// The texts of the public pages, and those that the menu's entries name.
pub static PAGE_WORDS: Catalogue = yakuba_ui::catalogue!("booking");

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct BookingService;

impl Service for BookingService {
    fn name(&self) -> &'static str {
        "booking"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "booking_0001_booking",
            include_str!("../migrations/0001_booking.sql"),
        )]
    }

    fn measures(&self) -> &'static [Measure] {
        &capabilities::MEASURES
    }

    fn jobs(&self) -> Vec<JobKind> {
        vec![
            JobKind::new("booking.lapse", |city, _| async move {
                city.write(Actor::Program("booking.lapse".to_owned()), (), |tx, ()| {
                    Box::pin(store::reservations::lapse(tx))
                })
                .await
                .map(|_| ())
                .map_err(|error| JobFailure::from_error(&error))
            })
            .every_day(),
        ]
    }

    fn routes(&self) -> Routes {
        pages::routes()
    }

    fn menu(&self) -> Vec<MenuItem> {
        vec![MenuItem {
            url: "/booking",
            label: "booking-menu",
            capability: None,
        }]
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }
}
