//! The city's own plans in short, for its front page.

use askama::Template;
use yakuba_city::{City, web::Problem};
use yakuba_ui::{Language, Words};

use super::{
    WORDS,
    plans::{Summary, summary},
};
use crate::store;

/// The city's own published plans, each with how far it has come: a part of the city's front page.
#[derive(Template)]
#[template(path = "plan/front.html")]
pub struct OwnPlans {
    words: Words,
    plans: Vec<Summary>,
}

impl OwnPlans {
    /// The plans as they are measured at this moment.
    ///
    /// # Errors
    /// When the database does not answer or holds what cannot be read.
    pub async fn of(city: &City, language: Language) -> Result<Self, Problem> {
        let words = WORDS.words(language);
        let mut plans = Vec::new();
        for plan in store::published_plans(city).await? {
            if plan.record.is_own() {
                plans.push(summary(city, plan, words).await?);
            }
        }
        Ok(Self { words, plans })
    }
}
