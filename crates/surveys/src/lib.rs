#![doc = include_str!("../README.md")]

pub mod capabilities;
mod error;
pub mod model;
pub mod store;

use yakuba_city::{JobFailure, JobKind, Measure, Migration, Service, web::Capability};
use yakuba_ui::Catalogue;

pub use error::SurveyError;

/// The texts that the menu's entries name.
pub static WORDS: Catalogue = yakuba_ui::catalogue!("surveys");

/// The service as the program runs it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SurveyService;

impl Service for SurveyService {
    fn name(&self) -> &'static str {
        "surveys"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "surveys_0001_surveys",
            include_str!("../migrations/0001_surveys.sql"),
        )]
    }

    fn measures(&self) -> &'static [Measure] {
        &capabilities::MEASURES
    }

    fn jobs(&self) -> Vec<JobKind> {
        let close = |name| {
            JobKind::new(name, |city, _| async move {
                store::closing::close_due(&city)
                    .await
                    .map_err(|error| JobFailure::from_error(&error))
            })
        };
        vec![
            close("surveys.close"),
            // Once a day as well, should the other have been given up.
            close("surveys.clean_up").every_day(),
        ]
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }
}
