//! What every page of the desk starts from: who asks, in which language, and the frame with its menu.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{extract::FromRequestParts, http::request::Parts};
use futures::future::BoxFuture;
use sea_orm::DatabaseConnection;
use yakuba_city::{
    City, CityKey, Tx,
    web::{Capability, Principal, Problem},
};
use yakuba_identity::{Asker, Identity, department_names};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Catalogue, Fields, Language, Page, Shell, Words};

use super::HOME;
use crate::{
    capabilities::{OVERSEE, WORK},
    error::ReportError,
    pages::asked,
    store::{self, Current, Report},
};

/// The texts of the desk.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("desk");

/// A request to a page of the desk.
pub(crate) struct Room {
    pub(crate) identity: Identity,
    pub(crate) principal: Principal,
    pub(crate) query: Fields,
    pub(crate) words: Words,
    pub(crate) shell: Shell,
    pub(crate) current: Arc<Current>,
    refused: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Room {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker {
            identity,
            principal,
            shell,
            ..
        } = Asker::from_request_parts(parts, state).await?;
        Ok(Self {
            current: store::current(identity.city()).await?,
            principal,
            words: WORDS.words(shell.language),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            shell,
            identity,
            refused: None,
        })
    }
}

impl Room {
    pub(super) fn city(&self) -> &City {
        self.identity.city()
    }

    pub(super) fn db(&self) -> &DatabaseConnection {
        self.city().db()
    }

    pub(super) fn key(&self) -> &CityKey {
        self.identity.key()
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

    pub(super) fn may(&self, capability: Capability, found: &Report) -> bool {
        self.principal.holds_in(capability, &found.department)
    }

    /// The departments, with their names, whose reports this person sees; nobody gets by who sees none.
    pub(super) async fn departments(&self) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        let mut names = self.all_departments().await?;
        names.retain(|code, _| {
            self.principal.holds_in(WORK, code) || self.principal.holds_in(OVERSEE, code)
        });
        if names.is_empty() {
            return Err(Problem::NotAllowed);
        }
        Ok(names)
    }

    /// Every department, for what is sent on.
    pub(super) async fn all_departments(
        &self,
    ) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        Ok(department_names(self.db(), self.language().is_japanese()).await?)
    }

    /// A report whose department this person has something to do with; to everybody else it does not exist.
    pub(super) async fn report(&self, id: i64) -> Result<Report, Problem> {
        store::report(self.db(), id)
            .await?
            .filter(|found| self.may(WORK, found) || self.may(OVERSEE, found))
            .ok_or(Problem::NotFound)
    }

    /// The same, for those who work on it.
    pub(super) async fn report_to_work_on(&self, id: i64) -> Result<Report, Problem> {
        let found = self.report(id).await?;
        if self.may(WORK, &found) {
            Ok(found)
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// Changes something in this person's name.
    pub(super) async fn write<I, T, F>(&self, input: I, work: F) -> Result<T, ReportError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, ReportError>>
            + Send
            + Sync
            + 'static,
    {
        self.city().write(self.principal.actor(), input, work).await
    }

    /// What a failure means, when the person can mend it.
    pub(super) fn sentence(&self, error: &ReportError) -> Option<String> {
        Some(self.t(match error {
            ReportError::ChangedMeanwhile => "desk-problem-changed",
            ReportError::WrongState { .. } => "desk-problem-state",
            ReportError::DisasterOver => "desk-problem-disaster-over",
            ReportError::NoReason => "desk-problem-reason",
            ReportError::NoSuchErrand => "desk-problem-errand",
            ReportError::NoColleague => "desk-problem-colleague",
            ReportError::NoAuthority => "desk-problem-authority",
            ReportError::CannotMerge => "desk-problem-merge",
            _ => return None,
        }))
    }

    /// Says on the page why a form was not accepted.
    pub(super) fn refuse(&mut self, sentence: impl Into<String>) {
        self.refused = Some(sentence.into());
    }

    /// The name of a report's category.
    pub(super) fn category(&self, key: &str) -> String {
        asked::category_name(&self.current, key, self.language())
    }

    /// What everybody calls a report.
    pub(super) fn title(&self, report: &Report) -> String {
        asked::title(&self.current, report, self.language())
    }

    /// A page of the desk: frame, menu, the notice of the last step, the sentence of a refused form.
    pub(super) fn page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        Page::desk(self.shell.clone(), title, body)
            .breadcrumb(self.t("desk-home"), "/desk")
            .outcome(self.words, &self.query, self.refused.as_deref())
    }

    /// A page below the inbox.
    pub(super) fn page_below(&self, title: impl Into<String>, body: &impl Template) -> Page {
        self.page(title, body)
            .breadcrumb(self.t("desk-title"), HOME)
    }
}

/// The address of a report at the desk.
pub(super) fn href(id: i64) -> String {
    format!("{HOME}/{id}")
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
                &crate::WORDS,
                &crate::desk::orders::WORDS,
                &crate::pages::alerts::WORDS,
                &crate::pages::statistics::WORDS,
            ],
            env!("CARGO_MANIFEST_DIR"),
        );
    }
}
