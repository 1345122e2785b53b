//! What every page of the desk starts from: who asks, in which language, and the frame with its menu.

use std::{
    collections::BTreeMap,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use axum::{extract::FromRequestParts, http::request::Parts};
use yakuba_city::{CityKey, web::Problem};
use yakuba_identity::{Asker, DeskRequest, Identity};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::Catalogue;

use super::HOME;
use crate::{
    capabilities::{OVERSEE, WORK},
    error::AssetError,
    model::kind::Kind,
    store::{self, Asset, Kinds},
};

/// The texts of the desk.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("desk");

/// A request to a page of the desk.
pub(crate) struct Room {
    request: DeskRequest,
    pub(crate) identity: Identity,
    pub(crate) kinds: Arc<Kinds>,
}

impl<S: Send + Sync> FromRequestParts<S> for Room {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker { identity, .. } = Asker::from_request_parts(parts, state).await?;
        Ok(Self {
            request: DeskRequest::of(parts, identity.city(), HOME, &WORDS).await,
            kinds: store::kinds(identity.city()).await?,
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

    pub(super) fn may_work_in(&self, department: &DepartmentCode) -> bool {
        self.principal.holds_in(WORK, department)
    }

    /// The departments, with their names, whose registers this person sees; nobody gets by who sees none.
    pub(super) async fn departments(&self) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        self.own_departments(&[WORK, OVERSEE]).await
    }

    /// Those in which this person works.
    pub(super) async fn departments_to_work_in(
        &self,
    ) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        self.own_departments(&[WORK]).await
    }

    /// An asset whose department this person has something to do with; to everybody else it does not exist.
    pub(super) async fn asset(&self, id: i64) -> Result<Asset, Problem> {
        store::asset(self.db(), id)
            .await?
            .filter(|found| self.holds_any_in(&[WORK, OVERSEE], &found.department))
            .ok_or(Problem::NotFound)
    }

    /// The same, for those who work on it.
    pub(super) async fn asset_to_work_on(&self, id: i64) -> Result<Asset, Problem> {
        let found = self.asset(id).await?;
        if self.may_work_in(&found.department) {
            Ok(found)
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// The kind of an asset.
    pub(super) fn kind(&self, key: &str) -> Result<&Kind, Problem> {
        Ok(self
            .kinds
            .get(key)
            .ok_or_else(|| AssetError::NoSuchKind(key.to_owned()))?)
    }

    /// The name of a kind.
    pub(super) fn kind_name(&self, key: &str) -> String {
        self.kinds
            .get(key)
            .map_or(key, |kind| kind.name.get(self.language()))
            .to_owned()
    }

    /// What a failure means, when the person can mend it.
    pub(super) fn sentence(&self, error: &AssetError) -> Option<String> {
        Some(self.t(match error {
            AssetError::ChangedMeanwhile => "desk-problem-changed",
            AssetError::WrongState { .. } => "desk-problem-state",
            AssetError::NumberTaken(_) => "desk-problem-number",
            AssetError::NoTelemetry => "desk-problem-telemetry",
            AssetError::TooManyFiles => "desk-problem-files",
            _ => return None,
        }))
    }
}

/// The address of an asset at the desk.
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
            &[&super::WORDS, &crate::WORDS],
            env!("CARGO_MANIFEST_DIR"),
        );
    }
}
