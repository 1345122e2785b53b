//! What every page of the desk starts from.

use askama::Template;
use axum::{extract::FromRequestParts, http::request::Parts};
use futures::future::BoxFuture;
use jiff::Timestamp;
use sea_orm::DatabaseConnection;
use yakuba_city::{
    City, Emergency, JAPAN, Tx, open_emergencies, read_moment,
    web::{Principal, Problem},
};
use yakuba_identity::{Asker, Identity};
use yakuba_ui::{Catalogue, Choice, Fields, FormErrors, Language, Page, Select, Shell, Words};

use super::HOME;
use crate::{
    error::DisasterError,
    pages::asked::{emergency_name, moment},
};

/// The texts of the desk.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("desk");

/// A request to a page of the desk.
pub(super) struct Room {
    pub(super) identity: Identity,
    pub(super) principal: Principal,
    pub(super) query: Fields,
    pub(super) words: Words,
    pub(super) shell: Shell,
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

    pub(super) fn language(&self) -> Language {
        self.shell.language
    }

    /// A text of the desk.
    pub(super) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// The texts of the public pages.
    pub(super) fn public(&self) -> Words {
        crate::WORDS.words(self.language())
    }

    /// A moment, in words.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        moment(at, self.language())
    }

    /// Changes something in this person's name.
    pub(super) async fn write<I, T, F>(&self, input: I, work: F) -> Result<T, DisasterError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, DisasterError>>
            + Send
            + Sync
            + 'static,
    {
        self.city().write(self.principal.actor(), input, work).await
    }

    /// Says on the page why a form was not taken, when the person can mend it.
    pub(super) fn refuse(&mut self, error: DisasterError) -> Result<(), Problem> {
        let key = match error {
            DisasterError::ChangedMeanwhile => "desk-problem-changed",
            DisasterError::Over => "desk-problem-over",
            error => return Err(error.into()),
        };
        self.refused = Some(self.t(key));
        Ok(())
    }

    /// A page of the desk: frame, menu, the notice of the last step, the sentence of a refused form.
    pub(super) fn page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        Page::desk(self.shell.clone(), title, body)
            .breadcrumb(self.t("desk-home"), "/desk")
            .outcome(self.words, &self.query, self.refused.as_deref())
    }

    /// A page below the first.
    pub(super) fn page_below(&self, title: impl Into<String>, body: &impl Template) -> Page {
        self.page(title, body)
            .breadcrumb(self.t("desk-title"), HOME)
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
        let now = self.city().now();
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
