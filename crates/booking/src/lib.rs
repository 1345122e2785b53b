#![doc = include_str!("../README.md")]

pub mod capabilities;
mod error;
pub mod model;
pub mod store;

use yakuba_city::{
    Actor, JobFailure, JobKind, Measure, Migration, Service,
    web::{Capability, Routes},
};

pub use error::BookingError;

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
        Routes::new()
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }
}
