//! What every page of the desk starts from: who asks, in which language, and the frame with its menu.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::FromRequestParts, http::request::Parts};
use futures::future::BoxFuture;
use sea_orm::DatabaseConnection;
use yakuba_city::{
    City, Tx,
    web::{Capability, Principal, Problem},
};
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Catalogue, Fields, Language, Page, Shell, Words};

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
    pub(crate) city: City,
    pub(crate) principal: Principal,
    pub(crate) query: Fields,
    pub(crate) words: Words,
    pub(crate) shell: Shell,
    refused: Option<String>,
}

impl FromRequestParts<City> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        let shell = Shell::from_request_parts(parts, city).await?;
        Ok(Self {
            city: city.clone(),
            principal: Principal::from_request_parts(parts, city).await?,
            words: WORDS.words(shell.language),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            shell,
            refused: None,
        })
    }
}

impl Room {
    pub(super) fn db(&self) -> &DatabaseConnection {
        self.city.db()
    }

    pub(super) fn language(&self) -> Language {
        self.shell.language
    }

    /// A text of the desk.
    pub(super) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

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
        let mut names = department_names(self.db(), self.language().is_japanese()).await?;
        names.retain(|code, _| self.principal.holds_in(EDIT, code));
        Ok(names)
    }

    /// Changes something in this person's name.
    pub(super) async fn write<I, T, F>(&self, input: I, work: F) -> Result<T, PlacesError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, PlacesError>>
            + Send
            + Sync
            + 'static,
    {
        self.city.write(self.principal.actor(), input, work).await
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

    /// Says on the page why a form was not accepted.
    pub(super) fn refuse(&mut self, sentence: impl Into<String>) {
        self.refused = Some(sentence.into());
    }

    /// A page of the desk: frame, menu, the notice of the last step, the sentence of a refused form.
    pub(super) fn page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        Page::desk(self.shell.clone(), title, body)
            .breadcrumb(self.t("desk-home"), "/desk")
            .outcome(self.words, &self.query, self.refused.as_deref())
    }

    /// A page below the list.
    pub(super) fn page_below(&self, title: impl Into<String>, body: &impl Template) -> Page {
        self.page(title, body)
            .breadcrumb(self.t("desk-title"), HOME)
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
