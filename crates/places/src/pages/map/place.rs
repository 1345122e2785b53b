//! The place that somebody means by words: an address or something on the map.

use geo::Coord;
use yakuba_addresses::{Fit, Level, find};
use yakuba_city::web::Problem;
use yakuba_kernel::text::words_for_search;

use super::{super::visit::Visit, WORDS, addresses, middle, named};
use crate::{
    model::map::near::place_of,
    store::map::{Layer, Wanted, search_features},
};

/// So many things of the map are offered for words.
const OFFERED: usize = 8;

/// A place to choose.
pub(super) struct Offer {
    pub(super) name: String,
    /// What it is: its layer, or how exact an address is.
    pub(super) note: String,
    pub(super) href: String,
}

/// What words come to.
#[derive(Default)]
pub(super) struct Meant {
    /// The one place that is meant.
    pub(super) place: Option<Coord>,
    /// Else those that may be meant.
    pub(super) offers: Vec<Offer>,
    /// That nothing was found, in a sentence.
    pub(super) problem: Option<String>,
}

/// Finds the place: coordinates, or an address that is written in full, mean themselves; for other words addresses and things of the
/// layers are offered, each with the address that `to` gives it.
pub(super) async fn meant(
    visit: &Visit,
    all: &[Layer],
    near: &str,
    to: impl Fn(Coord) -> String,
) -> Result<Meant, Problem> {
    // PostgreSQL takes no text with a NUL.
    let near = near.replace('\0', "");
    let near = near.trim();
    let mut meant = Meant {
        place: place_of(near),
        ..Meant::default()
    };
    if near.is_empty() || meant.place.is_some() {
        return Ok(meant);
    }
    let words = WORDS.words(visit.language);
    let db = visit.city.db();
    let hits = find(db, near, addresses::SHOWN).await?;
    match hits.as_slice() {
        [hit] if hit.fit == Fit::Exact && hit.level != Level::Town => {
            meant.place = Some(addresses::place_of_hit(hit));
            return Ok(meant);
        }
        _ => meant.offers.extend(hits.iter().map(|hit| Offer {
            name: hit.label.clone(),
            note: addresses::how_exact(&words, hit),
            href: to(addresses::place_of_hit(hit)),
        })),
    }
    let wanted = Wanted {
        layers: all.iter().map(|layer| layer.key().to_owned()).collect(),
        words: words_for_search(near),
    };
    let found = if wanted.words.is_empty() {
        Vec::new()
    } else {
        search_features(db, &wanted).await?
    };
    for one in found.iter().take(OFFERED) {
        let about = named(all, &one.row, visit.language)?;
        meant.offers.push(Offer {
            name: about.name,
            note: about.layer,
            href: to(middle(&one.row)),
        });
    }
    if meant.offers.is_empty() {
        meant.problem = Some(words.get("map-near-unknown").into_owned());
    }
    Ok(meant)
}
