//! The service `procedures`: from the inventory of what a city's departments do for people to the decided case.

mod api;
pub mod capabilities;
mod changes;
mod correcting;
mod delivery;
mod desk;
mod error;
pub mod model;
mod movers;
mod notices;
mod open_tables;
mod pages;
mod slots;
pub mod store;
pub mod testing;

use yakuba_city::{
    Actor, DeskItem, FindDeskWork, FindOwnRecords, JobFailure, JobKind, Measure, MenuItem,
    Migration, OpenTable, Service,
    web::{Capability, Routes},
};

pub use error::ProcedureError;

/// The texts that the menu's entries name.
pub static WORDS: &yakuba_ui::Catalogue = &pages::WORDS;

/// The texts that the desk menu's entries name.
pub static DESK_WORDS: &yakuba_ui::Catalogue = &desk::WORDS;

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcedureService;

impl Service for ProcedureService {
    fn name(&self) -> &'static str {
        "procedures"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration::new(
                "procedures_0001_definitions",
                include_str!("../migrations/0001_definitions.sql"),
            ),
            Migration::new(
                "procedures_0002_cases",
                include_str!("../migrations/0002_cases.sql"),
            ),
            Migration::new(
                "procedures_0003_inventory",
                include_str!("../migrations/0003_inventory.sql"),
            ),
            Migration::new(
                "procedures_0004_casework",
                include_str!("../migrations/0004_casework.sql"),
            ),
            Migration::new(
                "procedures_0005_residents",
                include_str!("../migrations/0005_residents.sql"),
            ),
            Migration::new(
                "procedures_0006_counter",
                include_str!("../migrations/0006_counter.sql"),
            ),
            Migration::new(
                "procedures_0007_pulling",
                include_str!("../migrations/0007_pulling.sql"),
            ),
            Migration::new(
                "procedures_0008_postal_codes",
                include_str!("../migrations/0008_postal_codes.sql"),
            ),
            Migration::new(
                "procedures_0009_gaps",
                include_str!("../migrations/0009_gaps.sql"),
            ),
            Migration::new(
                "procedures_0010_stages",
                include_str!("../migrations/0010_stages.sql"),
            ),
            Migration::new(
                "procedures_0011_co_applicants",
                include_str!("../migrations/0011_co_applicants.sql"),
            ),
            Migration::new(
                "procedures_0012_seen",
                include_str!("../migrations/0012_seen.sql"),
            ),
            Migration::new(
                "procedures_0013_exported_cases",
                include_str!("../migrations/0013_exported_cases.sql"),
            ),
            Migration::new(
                "procedures_0014_past_decisions",
                include_str!("../migrations/0014_past_decisions.sql"),
            ),
            Migration::new(
                "procedures_0015_deliveries",
                include_str!("../migrations/0015_deliveries.sql"),
            ),
            Migration::new(
                "procedures_0016_extensions",
                include_str!("../migrations/0016_extensions.sql"),
            ),
            Migration::new(
                "procedures_0017_publication_requests",
                include_str!("../migrations/0017_publication_requests.sql"),
            ),
        ]
    }

    fn measures(&self) -> &'static [Measure] {
        &capabilities::MEASURES
    }

    fn jobs(&self) -> Vec<JobKind> {
        let mut jobs = delivery::jobs();
        jobs.extend(notices::jobs());
        jobs.push(
            JobKind::new("procedures.clean_up", |city, _| async move {
                let actor = Actor::Program("procedures.clean_up".into());
                city.write(actor, (), |tx, ()| {
                    Box::pin(async move {
                        store::counter_codes::clean_up(tx).await?;
                        store::counter_tablets::clean_up(tx).await?;
                        store::visits::clean_up(tx).await?;
                        store::drafts::clean_up(tx).await?;
                        store::sessions::clean_up(tx).await
                    })
                })
                .await
                .map_err(|error: ProcedureError| JobFailure::from_error(&error))
            })
            .every_day(),
        );
        jobs.push(
            JobKind::new("procedures.index", |city, _| async move {
                pages::put_into_search(&city)
                    .await
                    .map_err(|error| JobFailure::from_error(&error))
            })
            .every_day(),
        );
        jobs
    }

    fn listens(&self) -> Vec<(&'static str, &'static str)> {
        let mut listens = delivery::listens();
        listens.extend(notices::listens());
        listens
    }

    fn routes(&self) -> Routes {
        pages::routes().merge(desk::routes()).merge(api::routes())
    }

    fn desk_work(&self) -> Option<FindDeskWork> {
        Some(|city, principal, language| Box::pin(desk::work::waiting(city, principal, language)))
    }

    fn open_tables(&self) -> Vec<OpenTable> {
        open_tables::tables()
    }

    fn own_records(&self) -> Option<FindOwnRecords> {
        Some(|city, resident, language| Box::pin(pages::own_records(city, resident, language)))
    }

    fn menu(&self) -> Vec<MenuItem> {
        vec![
            MenuItem {
                url: "/procedures",
                label: "applicant-menu",
                capability: None,
            },
            MenuItem {
                url: "/guide",
                label: "applicant-menu-guide",
                capability: None,
            },
        ]
    }

    fn desk_menu(&self) -> Vec<DeskItem> {
        desk::items()
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }
}
