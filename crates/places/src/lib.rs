#![doc = include_str!("../README.md")]

pub mod capabilities;
mod desk;
mod error;
mod fetch;
mod machines;
pub mod model;
mod open_tables;
mod pages;
pub mod store;
pub mod tiles;

use yakuba_city::{
    Actor, City, DeskItem, FindPlaces, Interface, JobFailure, JobKind, Measure, MenuItem,
    Migration, OpenTable, Service, ShareLayers, SubjectPage,
    web::{Capability, Routes},
};
use yakuba_kernel::MeasureName;
use yakuba_ui::Catalogue;

pub use error::PlacesError;
pub use open_tables::PUBLIC_URL;
pub use pages::Mirrored;

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
            Migration::new(
                "places_0003_values",
                include_str!("../migrations/0003_values.sql"),
            ),
            Migration::new(
                "places_0004_tables",
                include_str!("../migrations/0004_tables.sql"),
            ),
            Migration::new(
                "places_0005_left_out",
                include_str!("../migrations/0005_left_out.sql"),
            ),
            Migration::new(
                "places_0006_links",
                include_str!("../migrations/0006_links.sql"),
            ),
            Migration::new(
                "places_0007_dictionary",
                include_str!("../migrations/0007_dictionary.sql"),
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
        vec![
            JobKind::new(
                "places.make",
                |city, _| async move { make_all(&city).await },
            )
            .every_day(),
            JobKind::new(store::FETCH_JOB, |city, payload| async move {
                fetch_one(&city, &payload).await
            }),
            JobKind::new("places.fetch_due", |city, _| async move {
                store::ask_due(&city)
                    .await
                    .map(|_| ())
                    .map_err(|error| JobFailure::from_error(&error))
            })
            .every_day(),
            JobKind::new("places.values", |city, _| async move {
                store::renew_all(&city)
                    .await
                    .map(|_| ())
                    .map_err(|error| JobFailure::from_error(&error))
            })
            .every_day(),
            JobKind::new("places.tables", |city, _| async move {
                let tidied = async {
                    store::divide_all(&city).await?;
                    store::tables::know_all(&city).await?;
                    store::tables::drop_unfinished(&city).await
                };
                tidied
                    .await
                    .map(|_| ())
                    .map_err(|error| JobFailure::from_error(&error))
            })
            .every_day(),
        ]
    }

    fn places(&self) -> Option<FindPlaces> {
        Some(pages::map::place::places)
    }

    fn shared_layers(&self) -> Option<ShareLayers> {
        Some(pages::map::shared)
    }

    fn open_tables(&self) -> Vec<OpenTable> {
        open_tables::tables()
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

    fn interface(&self) -> Option<Interface> {
        Some(machines::described::interface)
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

/// Fetches one file. What may come soon is tried again with the job's own pauses.
async fn fetch_one(city: &City, payload: &serde_json::Value) -> Result<(), JobFailure> {
    let dataset = payload["dataset"].as_str().unwrap_or_default();
    let file = payload["file"].as_i64().unwrap_or_default();
    let came = store::fetch_file(city, dataset, file)
        .await
        .map_err(|error| JobFailure::from_error(&error))?;
    match came {
        store::Came::Not(problem, true) => {
            Err(JobFailure(format!("{dataset}/{file}: {}", problem.key)))
        }
        _ => Ok(()),
    }
}

/// Makes the datasets anew that have a source; those that cannot be made are told once all others are.
async fn make_all(city: &City) -> Result<(), JobFailure> {
    let actor = Actor::Program("places.make".to_owned());
    let made = store::make_all(city, &actor)
        .await
        .map_err(|error| JobFailure::from_error(&error))?;
    let failed: Vec<String> = made
        .iter()
        .filter_map(|made| {
            let error = made.outcome.as_ref().err()?;
            Some(format!("{}: {error}", made.key))
        })
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(JobFailure(failed.join("; ")))
    }
}
