//! Addresses on the map's pages: what is found for words, as links and for the script that proposes while somebody types.

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use geo::Coord;
use serde::Serialize;
use yakuba_addresses::{Fit, Hit, Level, find, nearest};
use yakuba_city::web::{Principal, Problem};
use yakuba_kernel::{Point, text::words_for_search};
use yakuba_ui::{Fields, Words, format};

use super::{super::visit::Visit, WORDS, in_address, middle, named, seen};
use crate::store::map::{Wanted, search_some};

/// So many addresses are shown.
pub(super) const SHOWN: usize = 8;
/// So many things of the map are proposed after the addresses.
const THINGS: u32 = 6;
/// Words shorter than this, in signs, propose nothing of the map: it would be nearly everything.
const SHORTEST: usize = 2;

/// A place as the map's addresses hold it.
pub(super) fn place_of_hit(hit: &Hit) -> Coord {
    coord(hit.point)
}

#[allow(clippy::cast_precision_loss)] // Nine digits.
fn coord(point: Point) -> Coord {
    let (latitude, longitude) = point.millionths();
    Coord {
        x: longitude as f64 / 1e6,
        y: latitude as f64 / 1e6,
    }
}

/// How exact an address is, in words: to the house, the block or the town, and whether more was asked.
pub(super) fn how_exact(words: &Words, hit: &Hit) -> String {
    let level = words.get(&format!("map-address-{}", hit.level.name()));
    match hit.fit {
        Fit::Exact | Fit::Within => level.into_owned(),
        Fit::Part => words
            .with_text("map-address-part", "level", &level)
            .into_owned(),
    }
}

/// The map at an address, with a pin and the layers that are on; without any, those that are on at first.
pub(super) fn on_map<'a>(hit: &Hit, layers: impl Iterator<Item = &'a str>) -> String {
    let zoom = match hit.level {
        Level::Town => 15,
        Level::Block => 17,
        Level::House => 18,
    };
    let at = format!("{},{zoom}", in_address(place_of_hit(hit)));
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(layers.map(|layer| ("layer", layer)))
        .append_pair("at", &at)
        .append_pair("pin", "1")
        .finish();
    format!("/map?{query}#map")
}

/// The address nearest to a place, in a sentence; none when none is near.
pub(super) async fn near_in_words(visit: &Visit, place: Coord) -> Result<Option<String>, Problem> {
    let words = WORDS.words(visit.language);
    let Ok(point) = Point::read(&in_address(place)) else {
        return Ok(None);
    };
    Ok(nearest(visit.city.db(), point).await?.map(|near| {
        words
            .with_text("map-address-near", "address", &near.label)
            .into_owned()
    }))
}

/// What is proposed for words.
#[derive(Serialize)]
struct Proposed {
    /// How many there are, for screen readers.
    said: String,
    options: Vec<Proposal>,
}

#[derive(Serialize)]
struct Proposal {
    name: String,
    note: String,
    /// Latitude and longitude.
    at: String,
    /// The map there.
    href: String,
}

/// Addresses and things of the map for the words `q`. They come in the body, so that what somebody looks for stands in no log.
pub(super) async fn proposed(
    visit: Visit,
    principal: Principal,
    fields: Fields,
) -> Result<Response, Problem> {
    let words = WORDS.words(visit.language);
    // PostgreSQL has no text with the sign of number zero.
    let q = &fields.get("q").replace('\0', "");
    let mut options: Vec<Proposal> = find(visit.city.db(), q, SHOWN)
        .await?
        .iter()
        .map(|hit| Proposal {
            name: hit.label.clone(),
            note: how_exact(&words, hit),
            at: hit.point.to_string(),
            // The script adds the layers that it knows to be on.
            href: on_map(hit, std::iter::empty()),
        })
        .collect();
    let all = seen(&visit.city, &principal).await?;
    let wanted = Wanted {
        layers: all.iter().map(|layer| layer.key().to_owned()).collect(),
        words: words_for_search(q),
    };
    if wanted
        .words
        .iter()
        .any(|word| word.chars().count() >= SHORTEST)
    {
        for one in search_some(visit.city.db(), &wanted, THINGS).await? {
            let about = named(&all, &one.row, visit.language)?;
            let at = in_address(middle(&one.row));
            let query: String = form_urlencoded::Serializer::new(String::new())
                .append_pair("layer", &one.row.layer)
                .append_pair("at", &format!("{at},16"))
                .append_pair("pin", "1")
                .finish();
            options.push(Proposal {
                name: about.name,
                note: about.layer,
                at: at.replace(',', ", "),
                href: format!("/map?{query}#map"),
            });
        }
    }
    let said = words
        .with_text(
            "map-proposed",
            "count",
            &format::number(options.len() as u64),
        )
        .into_owned();
    Ok(private(Json(Proposed { said, options }).into_response()))
}

#[derive(Serialize)]
struct Said {
    /// A sentence; empty when no address is near.
    said: String,
}

/// The address nearest to the place `at`, in words.
pub(super) async fn near(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let place = crate::model::map::near::place_of(fields.get("at"));
    let said = match place {
        Some(place) => near_in_words(&visit, place).await?.unwrap_or_default(),
        None => String::new(),
    };
    Ok(private(Json(Said { said }).into_response()))
}

/// Where somebody looks is kept nowhere on the way.
fn private(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
