//! Places by their names: what one service knows of addresses and of what its map shows, for the lists of others.

use futures::future::BoxFuture;
use yakuba_kernel::Point;

use crate::{City, CityError};

/// A place that somebody may mean by words. Everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlace {
    /// What it is called.
    pub name: String,
    /// What it is, such as how exact an address is.
    pub note: String,
    /// Where it is.
    pub point: Point,
    /// Whether the words can mean nothing else, such as an address written in full.
    pub is_meant: bool,
}

/// Finds the places that somebody may mean by words, in a language (`ja`, `easy`, `en`), the likeliest first, at most about twenty.
pub type FindPlaces =
    for<'a> fn(&'a City, &'a str, &'a str) -> BoxFuture<'a, Result<Vec<NamedPlace>, CityError>>;
