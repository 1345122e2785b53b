//! What waits for a member of staff with the services, for the first page of the desk.

use futures::future::BoxFuture;

use crate::{City, CityError, web::Principal};

/// How much of one kind waits, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCount {
    /// What waits and how much, in words.
    pub text: String,
    /// The path of the list with just that.
    pub href: String,
}

/// What waits of one kind of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskWork {
    /// What it is called.
    pub title: String,
    /// Each kind of which something waits, the most urgent first; never empty.
    pub counts: Vec<WorkCount>,
}

impl DeskWork {
    /// One kind of work, called `title`; nothing when nothing of it waits.
    pub fn of(title: impl Into<String>, counts: Vec<WorkCount>) -> Vec<Self> {
        if counts.is_empty() {
            return Vec::new();
        }
        vec![Self {
            title: title.into(),
            counts,
        }]
    }
}

/// Finds what waits with a service for whoever asks, by what they may do, in a language (`ja`, `easy`, `en`), each kind of work by itself;
/// nothing when nothing waits or they may not see it.
pub type FindDeskWork =
    for<'a> fn(&'a City, &'a Principal, &'a str) -> BoxFuture<'a, Result<Vec<DeskWork>, CityError>>;
