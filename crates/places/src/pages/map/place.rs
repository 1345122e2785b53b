//! The place that somebody means by words: an address or something on the map.

use futures::future::BoxFuture;
use geo::Coord;
use yakuba_addresses::{Fit, Level, find};
use yakuba_city::{City, CityError, NamedPlace, web::Problem};
use yakuba_kernel::{Point, text::words_for_search};
use yakuba_ui::{Language, PlaceOffer};

use super::{super::visit::Visit, WORDS, addresses, in_address, middle, named};
use crate::{
    error::PlacesError,
    model::map::near::{metres, place_of},
    store::map::{Layer, Wanted, layers, search_some},
};

/// So many things of the map are offered for words.
const OFFERED: u32 = 12;
/// Things of one name that are nearer to each other than so many metres are one place.
const SAME: f64 = 100.0;

/// What words come to.
#[derive(Default)]
pub(super) struct Meant {
    /// The one place that is meant.
    pub(super) place: Option<Coord>,
    /// Else those that may be meant.
    pub(super) offers: Vec<PlaceOffer>,
    /// That nothing was found, in a sentence.
    pub(super) problem: Option<String>,
}

/// A place that has a name.
struct Like {
    name: String,
    /// What it is: its layer, or how exact an address is.
    note: String,
    at: Coord,
    /// Whether the words can mean nothing else.
    is_meant: bool,
}

/// The addresses and things of layers that somebody may mean; an address that is written in full alone.
async fn like(
    city: &City,
    all: &[Layer],
    near: &str,
    language: Language,
) -> Result<Vec<Like>, PlacesError> {
    let words = WORDS.words(language);
    let hits = find(city.db(), near, addresses::SHOWN).await?;
    let is_meant = matches!(
        hits.as_slice(),
        [hit] if hit.fit == Fit::Exact && hit.level != Level::Town
    );
    let mut found: Vec<Like> = hits
        .iter()
        .map(|hit| Like {
            name: hit.label.clone(),
            note: addresses::how_exact(&words, hit),
            at: addresses::place_of_hit(hit),
            is_meant,
        })
        .collect();
    let wanted = Wanted {
        layers: all.iter().map(|layer| layer.key().to_owned()).collect(),
        words: words_for_search(near),
    };
    if is_meant || wanted.words.is_empty() {
        return Ok(found);
    }
    for one in search_some(city.db(), &wanted, OFFERED).await? {
        let about = named(all, &one.row, language)?;
        let at = middle(&one.row);
        // One building is a facility, has a defibrillator and is a shelter.
        let same = found.iter_mut().find(|known| {
            known.name == about.name && metres(at, &geo::Point(known.at).into()) < SAME
        });
        if let Some(known) = same {
            if !known.note.contains(&about.layer) {
                known.note = format!("{} / {}", known.note, about.layer);
            }
            continue;
        }
        found.push(Like {
            name: about.name,
            note: about.layer,
            at,
            is_meant: false,
        });
    }
    Ok(found)
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
    let found = like(&visit.city, all, near, visit.language).await?;
    meant.place = found.iter().find(|one| one.is_meant).map(|one| one.at);
    if meant.place.is_none() {
        meant.offers = found
            .into_iter()
            .map(|one| PlaceOffer {
                href: to(one.at),
                name: one.name,
                note: one.note,
            })
            .collect();
        if meant.offers.is_empty() {
            let words = WORDS.words(visit.language);
            meant.problem = Some(words.get("map-near-unknown").into_owned());
        }
    }
    Ok(meant)
}

/// The public places that somebody may mean, for the lists of other services.
pub(crate) fn places<'a>(
    city: &'a City,
    words: &'a str,
    language: &'a str,
) -> BoxFuture<'a, Result<Vec<NamedPlace>, CityError>> {
    let language = Language::from_code(language).unwrap_or_default();
    Box::pin(async move {
        let found = async {
            let today = city.today();
            let mut all = layers(city.db()).await?;
            all.retain(|layer| layer.is_for(false, today));
            like(city, &all, words, language).await
        };
        let found = found.await.map_err(|error| match error {
            PlacesError::City(error) => error,
            error => CityError::Stored {
                what: "the places of the map",
                cause: error.to_string(),
            },
        })?;
        Ok(found
            .into_iter()
            .filter_map(|one| {
                Some(NamedPlace {
                    point: Point::read(&in_address(one.at)).ok()?,
                    name: one.name,
                    note: one.note,
                    is_meant: one.is_meant,
                })
            })
            .collect())
    })
}
