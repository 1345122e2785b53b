//! Queries and writes. Reads take any connection; every write takes the running [`yakuba_city::Tx`].

pub mod accounts;
pub mod attempts;
pub mod credentials;
pub mod departments;
pub mod personnel;
pub mod roles;
pub mod sessions;
pub mod tokens;

use jiff::civil::Date;
use sea_orm::{DbErr, Value};
use yakuba_city::{CityError, sql::is_foreign_key_violation, sql::is_unique_violation};

use crate::IdentityError;

/// A day as stored.
pub(crate) fn day_text(day: Date) -> Value {
    day.to_string().into()
}

/// An optional day as stored.
pub(crate) fn optional_day(day: Option<Date>) -> Value {
    day.map(|day| day.to_string()).into()
}

/// A stored day read back.
pub(crate) fn stored_day(text: &str) -> Result<Date, CityError> {
    text.parse()
        .map_err(|error: jiff::Error| CityError::Stored {
            what: "a day",
            cause: error.to_string(),
        })
}

/// Turns a broken UNIQUE rule into a sentence.
pub(crate) fn exists(what: &'static str, name: &str) -> impl FnOnce(DbErr) -> IdentityError {
    let name = name.to_owned();
    move |error| {
        if is_unique_violation(&error) {
            IdentityError::Exists { what, name }
        } else {
            error.into()
        }
    }
}

/// Turns a broken reference into a sentence.
pub(crate) fn unknown(what: &'static str, name: &str) -> impl FnOnce(DbErr) -> IdentityError {
    let name = name.to_owned();
    move |error| {
        if is_foreign_key_violation(&error) {
            IdentityError::Unknown { what, name }
        } else {
            error.into()
        }
    }
}

/// A needed text without blanks around it, of 1 to 200 characters.
pub(crate) fn needed(what: &'static str, text: &str) -> Result<String, IdentityError> {
    let text = text.trim();
    if (1..=200).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(IdentityError::Text { what })
    }
}
