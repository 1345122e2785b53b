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
    capabilities::{EDIT, PUBLISH},
    error::PlacesError,
    model::refused::Refused,
    store::{Dataset, dataset},
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
    /// A text of the public pages.
    pub(super) fn public(&self, key: &str) -> String {
        crate::WORDS.words(self.language()).get(key).into_owned()
    }

    pub(super) fn may(&self, capability: Capability, found: &Dataset) -> bool {
        self.principal.holds_in(capability, found.department())
    }

    pub(super) fn may_see(&self, found: &Dataset) -> bool {
        self.may(EDIT, found) || self.may(PUBLISH, found)
    }

    /// A dataset whose department this person has something to do with; to everybody else it does not exist.
    pub(super) async fn dataset(&self, key: &str) -> Result<Dataset, Problem> {
        dataset(self.db(), key)
            .await?
            .filter(|found| self.may_see(found))
            .ok_or(Problem::NotFound)
    }

    /// The same, for those who hold a capability there.
    pub(super) async fn dataset_for(
        &self,
        key: &str,
        capability: Capability,
    ) -> Result<Dataset, Problem> {
        let found = self.dataset(key).await?;
        if self.may(capability, &found) {
            Ok(found)
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// The departments, with their names, for which datasets may be made.
    pub(super) async fn departments(&self) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        self.departments_with(&[EDIT]).await
    }

    /// What a failure means, when the person can mend it.
    pub(super) fn sentence(&self, error: &PlacesError) -> Option<String> {
        Some(match error {
            PlacesError::ChangedMeanwhile => self.t("desk-problem-changed"),
            PlacesError::BadKey(_) => self.t("desk-problem-key"),
            PlacesError::KeyTaken(_) => self.t("desk-problem-key-taken"),
            PlacesError::NoFile => self.t("desk-problem-no-file"),
            PlacesError::Content(error) => self.refused(&error.into()),
            _ => return None,
        })
    }

    /// Why a file is not taken.
    pub(super) fn refused(&self, refused: &Refused) -> String {
        self.words
            .with_owned(&format!("desk-refused-{}", refused.key), &refused.told())
            .into_owned()
    }

    /// A page about one dataset.
    pub(super) fn page_of(
        &self,
        found: &Dataset,
        title: impl Into<String>,
        body: &impl Template,
    ) -> Page {
        self.page_below(title, body)
            .breadcrumb(&found.document.title, href(found.key()))
    }
}

/// The address of a dataset at the desk.
pub(super) fn href(key: &str) -> String {
    format!("{HOME}/{key}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }

    #[test]
    fn every_text_asked_for_exists() {
        yakuba_ui::assert_used_words_exist_in(
            &[
                &super::WORDS,
                crate::WORDS,
                &crate::pages::map::WORDS,
                &crate::model::finding::WORDS,
                &crate::machines::described::WORDS,
            ],
            env!("CARGO_MANIFEST_DIR"),
        );
    }
}
