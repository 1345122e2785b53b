//! What every page of the desk starts from: who asks, in which language, and the frame with its menu.

use std::{
    collections::BTreeMap,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use axum::{extract::FromRequestParts, http::request::Parts};
use yakuba_city::{
    CityKey,
    web::{Capability, Problem},
};
use yakuba_identity::{Asker, DeskRequest, Identity};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::Catalogue;

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
    request: DeskRequest,
    pub(crate) identity: Identity,
    pub(crate) current: Arc<Current>,
}

impl<S: Send + Sync> FromRequestParts<S> for Room {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker { identity, .. } = Asker::from_request_parts(parts, state).await?;
        Ok(Self {
            request: DeskRequest::of(parts, identity.city(), HOME, &WORDS).await,
            current: store::current(identity.city()).await?,
            identity,
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
    pub(super) fn key(&self) -> &CityKey {
        self.identity.key()
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
        self.own_departments(&[WORK, OVERSEE]).await
    }

    /// A report whose department this person has something to do with; to everybody else it does not exist.
    pub(super) async fn report(&self, id: i64) -> Result<Report, Problem> {
        store::report(self.db(), id)
            .await?
            .filter(|found| self.holds_any_in(&[WORK, OVERSEE], &found.department))
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

    /// The name of a report's category.
    pub(super) fn category(&self, key: &str) -> String {
        asked::category_name(&self.current, key, self.language())
    }

    /// What everybody calls a report.
    pub(super) fn title(&self, report: &Report) -> String {
        asked::title(&self.current, report, self.language())
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
