//! What a resident has with the services, for the page of their account.

use futures::future::BoxFuture;
use jiff::Timestamp;

use crate::{City, CityError};

/// A record of a resident's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRecord {
    /// What it is about, in words.
    pub title: String,
    /// How far it is, in words.
    pub state: String,
    /// When it came in.
    pub at: Timestamp,
    /// The path of its page.
    pub href: String,
}

/// The records that a resident has with one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRecords {
    /// What they are called.
    pub title: String,
    /// What happens to them, and for how long they stand here.
    pub about: String,
    /// The records, the newest first.
    pub records: Vec<OwnRecord>,
}

/// Finds what a resident, by the number of their account, has with a service, in a language (`ja`, `easy`, `en`); none when there is nothing.
pub type FindOwnRecords =
    for<'a> fn(&'a City, i64, &'a str) -> BoxFuture<'a, Result<Option<OwnRecords>, CityError>>;
