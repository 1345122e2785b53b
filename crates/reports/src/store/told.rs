//! A proved mail address as it is kept of whoever is told of something: found by a keyed hash, sealed, with a way out that only its owner
//! knows. What is told is said by the purpose, under which nothing of another purpose is found or opened.

use serde::{Deserialize, Serialize};
use yakuba_city::CityKey;
use yakuba_mail::EmailAddress;

use crate::error::ReportError;

/// What is sealed of whoever is told.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) email: EmailAddress,
    /// The language they read.
    pub(super) language: String,
    /// The city's public address, for links.
    pub(super) base: String,
}

impl Told {
    pub(super) fn new(email: &EmailAddress, language: &str, base: &str) -> Self {
        Self {
            email: email.clone(),
            language: language.to_owned(),
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    pub(super) fn seal(&self, key: &CityKey, purpose: &str) -> Result<Vec<u8>, ReportError> {
        Ok(key.seal(purpose, &serde_json::to_vec(self)?)?)
    }

    pub(super) fn open(key: &CityKey, purpose: &str, sealed: &[u8]) -> Result<Self, ReportError> {
        Ok(serde_json::from_slice(&key.open_sealed(purpose, sealed)?)?)
    }
}

/// By what an address is found.
pub(super) fn look_up(key: &CityKey, purpose: &str, email: &EmailAddress) -> String {
    key.look_up(purpose, &email.folded())
}

/// The last part of the address at which it is ended that somebody is told: a number and its keyed hash, so that nobody ends another's.
pub(super) fn way_out(key: &CityKey, purpose: &str, id: i64) -> String {
    let mark: String = key
        .look_up(purpose, &id.to_string())
        .chars()
        .take(32)
        .collect();
    format!("{id}-{mark}")
}

/// The number that a [`way_out`] names; none when it is wrong.
pub(super) fn id_of_way_out(key: &CityKey, purpose: &str, text: &str) -> Option<i64> {
    text.split_once('-')
        .and_then(|(id, _)| id.parse::<i64>().ok())
        .filter(|id| way_out(key, purpose, *id) == text)
}
