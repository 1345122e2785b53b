//! What every page of the desk starts from.

use std::ops::{Deref, DerefMut};

use axum::{extract::FromRequestParts, http::request::Parts};
use jiff::Timestamp;
use yakuba_city::{Emergency, JAPAN, open_emergencies, read_moment, web::Problem};
use yakuba_identity::{Asker, DeskRequest, Identity};
use yakuba_ui::{Catalogue, Choice, Fields, FormErrors, Select, Words};

use super::HOME;
use crate::{
    error::DisasterError,
    pages::asked::{emergency_name, moment},
};

/// The texts of the desk.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("desk");

/// A request to a page of the desk.
pub(super) struct Room {
    request: DeskRequest,
    pub(super) identity: Identity,
}

impl<S: Send + Sync> FromRequestParts<S> for Room {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker { identity, .. } = Asker::from_request_parts(parts, state).await?;
        Ok(Self {
            request: DeskRequest::of(parts, identity.city(), HOME, &WORDS).await,
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
    /// The texts of the public pages.
    pub(super) fn public(&self) -> Words {
        crate::WORDS.words(self.language())
    }

    /// A moment, in words.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        moment(at, self.language())
    }

    /// Says on the page why a form was not taken, when the person can mend it.
    pub(super) fn refuse(&mut self, error: DisasterError) -> Result<(), Problem> {
        let key = match error {
            DisasterError::ChangedMeanwhile => "desk-problem-changed",
            DisasterError::Over => "desk-problem-over",
            error => return Err(error.into()),
        };
        self.refuse_with(key);
        Ok(())
    }

    /// A choice among the open disasters, when there are several.
    pub(super) async fn choose_event(&self, chosen: &str) -> Result<Option<Select>, Problem> {
        let open = open_emergencies(self.db()).await?;
        Ok((open.len() > 1).then(|| {
            open.iter()
                .fold(
                    Select::new(self.language(), "event", self.t("desk-event")),
                    |select, one: &Emergency| {
                        let name = emergency_name(one, self.language());
                        select.choice(Choice::new(one.id.to_string(), name))
                    },
                )
                .value(chosen)
        }))
    }

    /// A moment that was typed: none when the field is empty; what cannot be read, or has not come yet unless it `may_come`, goes to `errors`.
    pub(super) fn read_moment(
        &self,
        fields: &Fields,
        name: &str,
        may_come: bool,
        errors: &mut FormErrors,
    ) -> Option<Timestamp> {
        let text = fields.get(name).trim();
        if text.is_empty() {
            return None;
        }
        let now = self.city.now();
        let read = read_moment(text, now).filter(|at| may_come || *at <= now);
        if read.is_none() {
            errors.add(name, self.t("desk-problem-moment"));
        }
        read
    }

    /// A text that was typed, in at most so many letters; too long or, when it must be there, empty goes to `errors`.
    pub(super) fn typed(
        &self,
        fields: &Fields,
        name: &str,
        most: usize,
        is_required: bool,
        errors: &mut FormErrors,
    ) -> String {
        let text: String = fields
            .get(name)
            .chars()
            .filter(|sign| !sign.is_control() || *sign == '\n')
            .collect();
        let text = text.trim().to_owned();
        if text.chars().count() > most {
            errors.add(name, self.t("desk-problem-long"));
        } else if is_required && text.is_empty() {
            errors.add(name, self.t("desk-problem-required"));
        }
        text
    }
}

/// A moment as the fields of this room take it.
pub(super) fn typed_moment(at: Timestamp) -> String {
    JAPAN.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
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
