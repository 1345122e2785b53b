//! What every page of the desk starts from: who asks, in which language, and the frame with its menu.

use std::{
    collections::BTreeMap,
    ops::{Deref, DerefMut},
};

use askama::Template;
use axum::{extract::FromRequestParts, http::request::Parts};
use yakuba_city::{
    City,
    web::{Capability, Problem},
};
use yakuba_identity::DeskRequest;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Catalogue, Page};

use super::HOME;
use crate::{
    capabilities::{PUBLISH, RAW, RESULTS, RUN},
    error::SurveyError,
    model::document::SurveyDocument,
    store::{State, Survey, correct, save_draft, survey},
};

/// The texts of the desk.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("desk");

/// A request to a page of the desk.
pub(crate) struct Room {
    request: DeskRequest,
}

impl FromRequestParts<City> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        Ok(Self {
            request: DeskRequest::of(parts, city, HOME, &WORDS).await,
        })
    }
}

impl Deref for Room {
    type Target = DeskRequest;

    fn deref(&self) -> &DeskRequest {
        &self.request
    }
}

impl DerefMut for Room {
    fn deref_mut(&mut self) -> &mut DeskRequest {
        &mut self.request
    }
}

impl Room {
    pub(super) fn may(&self, capability: Capability, found: &Survey) -> bool {
        self.principal.holds_in(capability, found.department())
    }

    pub(super) fn may_see(&self, found: &Survey) -> bool {
        [RUN, RESULTS, PUBLISH, RAW]
            .into_iter()
            .any(|capability| self.may(capability, found))
    }

    /// A survey whose department this person has something to do with; to everybody else it does not exist.
    pub(super) async fn survey(&self, key: &str) -> Result<Survey, Problem> {
        survey(self.db(), key)
            .await?
            .filter(|found| self.may_see(found))
            .ok_or(Problem::NotFound)
    }

    /// The same, for those who hold a capability there.
    pub(super) async fn survey_for(
        &self,
        key: &str,
        capability: Capability,
    ) -> Result<Survey, Problem> {
        let found = self.survey(key).await?;
        if self.may(capability, &found) {
            Ok(found)
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// The departments, with their names, for which surveys may be made.
    pub(super) async fn departments(&self) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        self.departments_with(&[RUN]).await
    }

    /// What a failure means, when the person can mend it.
    pub(super) fn sentence(&self, error: &SurveyError) -> Option<String> {
        let words = self.words;
        Some(match error {
            SurveyError::ChangedMeanwhile => self.t("desk-problem-changed"),
            SurveyError::WrongState(_) => self.t("desk-problem-state"),
            SurveyError::Frozen => self.t("desk-problem-frozen"),
            SurveyError::BadKey(_) => self.t("desk-problem-key"),
            SurveyError::BadTime(_) => self.t("desk-problem-time"),
            SurveyError::BadFile(cause) => words
                .with_text("desk-problem-yaml", "cause", cause)
                .into_owned(),
            SurveyError::ClosesTooEarly(_) => self.t("desk-problem-too-early"),
            SurveyError::MustBeMended(count) => words
                .counted("desk-problem-must", *count as u64)
                .into_owned(),
            _ => return None,
        })
    }

    /// Saves a survey as it was changed: a draft as it is, of one that was opened the texts and the whole quota.
    pub(super) async fn save(
        &self,
        found: &Survey,
        document: SurveyDocument,
        revision: i64,
    ) -> Result<i64, SurveyError> {
        let is_draft = found.state == State::Draft;
        self.write(
            (document, revision, is_draft),
            |tx, (document, revision, is_draft)| {
                Box::pin(async move {
                    if *is_draft {
                        save_draft(tx, document, *revision).await
                    } else {
                        correct(tx, document, *revision).await
                    }
                })
            },
        )
        .await
    }

    /// A page about one survey.
    pub(super) fn page_of(
        &self,
        found: &Survey,
        title: impl Into<String>,
        body: &impl Template,
    ) -> Page {
        self.page(title, body)
            .breadcrumb(self.t("desk-title"), HOME)
            .breadcrumb(found.document.title.get(self.language()), href(found.key()))
    }
}

/// The address of a survey at the desk.
pub(super) fn href(key: &str) -> String {
    format!("{HOME}/{key}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
