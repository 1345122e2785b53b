//! Equipment in the registers of one service that the records of others are about: this very street light. Whoever keeps registers implements
//! [`Registers`]; whoever has records about what stands there implements [`Mentions`]. Neither knows the other.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use jiff::Timestamp;
use yakuba_kernel::Point;

use crate::{City, CityError, web::Principal};

/// A piece of equipment, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equipment {
    /// What it is known by: the path of its page below `/desk`, such as `assets/12`.
    pub key: String,
    /// The key of its kind, such as `street_light`.
    pub kind: String,
    /// What its kind is called.
    pub kind_name: String,
    /// Its number within its kind, as it may stand on it.
    pub number: String,
    /// What it is called; may be empty.
    pub name: String,
    /// Where it is, in words; may be empty.
    pub place: String,
    /// Where it is.
    pub point: Option<Point>,
    /// The path of the page that everybody sees; none: nobody outside the town hall may know of it.
    pub page: Option<String>,
}

impl Equipment {
    /// Kind, number and name in one line.
    pub fn label(&self) -> String {
        [&self.kind_name, &self.number, &self.name]
            .map(String::as_str)
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Keeps registers of equipment. Languages are `ja`, `easy`, `en`.
pub trait Registers: Send + Sync {
    /// What everybody may see of some kinds within so many metres of a point, the nearest first, with the metres; at most `most`.
    fn near<'a>(
        &'a self,
        city: &'a City,
        kinds: &'a [String],
        around: (Point, u32),
        most: u32,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(Equipment, f64)>, CityError>>;

    /// Those of these that there are, by key, whoever may see them.
    fn find<'a>(
        &'a self,
        city: &'a City,
        keys: &'a [String],
        language: &'a str,
    ) -> BoxFuture<'a, Result<BTreeMap<String, Equipment>, CityError>>;
}

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// What it says.
    pub text: String,
    /// The path to which it leads.
    pub href: String,
}

/// A record about a piece of equipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What it is about, in words.
    pub title: String,
    /// How far it is, in words.
    pub state: String,
    /// When it came in.
    pub at: Timestamp,
    /// The path of its page, for whoever asks.
    pub href: String,
}

/// Has records about equipment. Languages are `ja`, `easy`, `en`.
pub trait Mentions: Send + Sync {
    /// Where everybody can say something about this piece of equipment, which everybody may see; none where nothing is taken about its kind.
    fn invitation<'a>(
        &'a self,
        city: &'a City,
        equipment: &'a Equipment,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Option<Invitation>, CityError>>;

    /// What there is about a piece of equipment and somebody may see, the newest first, at most some tens.
    fn about<'a>(
        &'a self,
        city: &'a City,
        who: &'a Principal,
        key: &'a str,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Mention>, CityError>>;
}
