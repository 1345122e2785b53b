#![doc = include_str!("../README.md")]

mod api;
mod calendar_file;
pub mod capabilities;
mod closing;
mod desk;
mod error;
pub mod model;
mod notices;
mod open_tables;
mod pages;
mod permit;
mod repeating;
mod slots;
pub mod store;
mod telling;

use yakuba_city::{
    Actor, City, DeskItem, Interface, JobFailure, JobKind, Measure, MenuItem, Migration, Service,
    web::{Capability, Routes},
};
use yakuba_ui::Catalogue;

pub use error::BookingError;
pub use yakuba_ui::Language;

/// The texts of the public pages, and those that the menu's entries name.
pub static PAGE_WORDS: Catalogue = yakuba_ui::catalogue!("booking");
/// The texts of lotteries.
pub static LOTTERY_WORDS: Catalogue = yakuba_ui::catalogue!("lottery");

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct BookingService;

impl Service for BookingService {
    fn name(&self) -> &'static str {
        "booking"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration::new(
                "booking_0001_booking",
                include_str!("../migrations/0001_booking.sql"),
            ),
            Migration::new(
                "booking_0002_desk",
                include_str!("../migrations/0002_desk.sql"),
            ),
            Migration::new(
                "booking_0003_extras",
                include_str!("../migrations/0003_extras.sql"),
            ),
            Migration::new(
                "booking_0004_lottery",
                include_str!("../migrations/0004_lottery.sql"),
            ),
            Migration::new(
                "booking_0005_queue",
                include_str!("../migrations/0005_queue.sql"),
            ),
            Migration::new(
                "booking_0006_hours",
                include_str!("../migrations/0006_hours.sql"),
            ),
            Migration::new(
                "booking_0007_rosters",
                include_str!("../migrations/0007_rosters.sql"),
            ),
            Migration::new(
                "booking_0008_fairness",
                include_str!("../migrations/0008_fairness.sql"),
            ),
            Migration::new(
                "booking_0009_records",
                include_str!("../migrations/0009_records.sql"),
            ),
            Migration::new(
                "booking_0010_courses",
                include_str!("../migrations/0010_courses.sql"),
            ),
        ]
    }

    fn measures(&self) -> &'static [Measure] {
        &capabilities::MEASURES
    }

    fn jobs(&self) -> Vec<JobKind> {
        let mut jobs = vec![
            JobKind::new("booking.lapse", |city, _| async move {
                city.write(Actor::Program("booking.lapse".to_owned()), (), |tx, ()| {
                    Box::pin(store::reservations::lapse(tx))
                })
                .await
                .map(|_| ())
                .map_err(|error| JobFailure::from_error(&error))
            })
            .every_day(),
            JobKind::new("booking.forget_resident", |city, payload| async move {
                let resident = payload["resident"].as_i64().unwrap_or(0);
                city.write(
                    Actor::Program("booking.forget_resident".to_owned()),
                    resident,
                    |tx, resident| Box::pin(store::groups::forget_resident(tx, *resident)),
                )
                .await
                .map_err(|error| JobFailure::from_error(&error))
            }),
            JobKind::new("booking.queue_days", |city, _| async move {
                city.write(
                    Actor::Program("booking.queue_days".to_owned()),
                    (),
                    |tx, ()| Box::pin(store::queue::close_days(tx)),
                )
                .await
                .map_err(|error| JobFailure::from_error(&error))
            })
            .every_day(),
            JobKind::new("booking.forget_rosters", |city, _| async move {
                forget_rosters(&city)
                    .await
                    .map_err(|error| JobFailure::from_error(&error))
            })
            .every_day(),
            closing::job(),
            JobKind::new("booking.hours", |city, _| async move {
                store::hours::report(&city)
                    .await
                    .map_err(|error| JobFailure::from_error(&error))
            })
            .every_day(),
        ];
        jobs.extend(store::lottery::job_kinds());
        jobs.extend(notices::jobs());
        jobs
    }

    fn routes(&self) -> Routes {
        pages::routes().merge(desk::routes()).merge(api::routes())
    }

    fn desk_menu(&self) -> Vec<DeskItem> {
        desk::items()
    }

    fn listens(&self) -> Vec<(&'static str, &'static str)> {
        vec![("resident.deleted", "booking.forget_resident")]
    }

    fn slots(&self) -> Option<&'static dyn yakuba_city::Slots> {
        Some(&slots::Times)
    }

    fn open_tables(&self) -> Vec<yakuba_city::OpenTable> {
        open_tables::tables()
    }

    fn interface(&self) -> Option<Interface> {
        Some(api::interface)
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

/// Deletes the rosters that were kept long enough, in writes that are not too long.
async fn forget_rosters(city: &City) -> Result<(), BookingError> {
    loop {
        let key = city.key()?.clone();
        let forgotten = city
            .write(
                Actor::Program("booking.forget_rosters".to_owned()),
                key,
                |tx, key| Box::pin(store::rosters::forget(tx, key)),
            )
            .await?;
        if forgotten == 0 {
            return Ok(());
        }
    }
}
