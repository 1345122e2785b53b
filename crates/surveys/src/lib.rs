#![doc = include_str!("../README.md")]

mod api;
pub mod capabilities;
mod desk;
mod error;
pub mod model;
mod names;
mod pages;
mod shown;
pub mod store;

use yakuba_city::{
    DeskItem, Interface, JobFailure, JobKind, Measure, MenuItem, Migration, Service, SubjectNames,
    SubjectPage,
    web::{Capability, Routes},
};
use yakuba_kernel::MeasureName;
use yakuba_ui::Catalogue;

pub use error::SurveyError;
pub use shown::results_table;

/// The texts that the menu's entries name.
pub static WORDS: Catalogue = yakuba_ui::catalogue!("surveys");

/// The texts that the desk menu's entries name.
pub static DESK_WORDS: &Catalogue = &desk::WORDS;

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

    fn interface(&self) -> Option<Interface> {
        Some(api::interface)
    }

    fn subject_pages(&self) -> Vec<(MeasureName, SubjectPage)> {
        // `survey` or `survey.question.option`.
        let page: SubjectPage = |subject| {
            let survey = subject.split('.').next().filter(|key| !key.is_empty())?;
            Some(format!("/surveys/{survey}"))
        };
        vec![
            (capabilities::ANSWERS.name, page),
            (capabilities::CHOICES.name, page),
        ]
    }

    fn subject_names(&self) -> Vec<(MeasureName, SubjectNames)> {
        vec![
            (capabilities::ANSWERS.name, |city, language| {
                Box::pin(names::of_surveys(city, language))
            }),
            (capabilities::CHOICES.name, |city, language| {
                Box::pin(names::of_answers(city, language))
            }),
        ]
    }

    fn routes(&self) -> Routes {
        pages::routes().merge(desk::routes()).merge(api::routes())
    }

    fn menu(&self) -> Vec<MenuItem> {
        vec![MenuItem {
            url: "/surveys",
            label: "surveys-menu",
            capability: None,
        }]
    }

    fn desk_menu(&self) -> Vec<DeskItem> {
        desk::items()
    }

    fn capabilities(&self) -> &'static [Capability] {
        &capabilities::ALL
    }
}
