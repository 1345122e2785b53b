//! The map.

use askama::Template;
use axum::response::{IntoResponse, Response};
use geo::Coord;
use yakuba_city::web::{Principal, Problem};
use yakuba_kernel::text::words_for_search;
use yakuba_ui::{Link, Map, Page, TextArea, TextField, Words, format};

use super::{
    super::visit::Visit, WORDS, addresses, asked_for, degrees, drawn, embed::said, in_address,
    left_out, middle, named, seen, theme,
};
use crate::{
    machines::base,
    model::map::near::place_of,
    store::map::{Layer, Wanted, search_features},
};

/// So many results of a search are shown on the map's page; the list shows all.
const RESULTS: usize = 10;

struct Hit {
    name: String,
    /// What it is: its layer, or how exact an address is.
    note: String,
    href: String,
}

struct Shown {
    title: String,
    about: String,
    note: String,
    href: String,
}

struct Group {
    theme: String,
    layers: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "public/map.html")]
struct Body {
    words: Words,
    q: TextField,
    keeps: Vec<String>,
    searched: Option<String>,
    results: Vec<Hit>,
    more: Option<String>,
    map: Map,
    /// The same on paper.
    print: String,
    groups: Vec<Group>,
    code: TextArea,
}

/// Where the map begins: `at` as latitude, longitude and zoom.
pub(super) fn begins(at: &str) -> Option<(Coord, u8)> {
    let (place, zoom) = at.rsplit_once(',')?;
    let zoom: f64 = zoom.trim().parse().ok()?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // From 4 to 19.
    let zoom = (4.0..=19.0).contains(&zoom).then(|| zoom.round() as u8)?;
    Some((place_of(place)?, zoom))
}

/// The map without layers, where the address says, with the address of the same as a list.
pub(super) fn bare(visit: &Visit, list: &str) -> Map {
    let words = WORDS.words(visit.language);
    let mut map = Map::of_layers(
        visit.language,
        "map",
        words.get("map-title"),
        Link::new(words.get("map-as-list"), list),
    )
    .whole();
    if let Some((place, zoom)) = begins(visit.query.get("at")) {
        map = map.at(degrees(place), zoom);
        if visit.query.has("pin") {
            map = map.pin(degrees(place));
        }
    }
    map
}

pub(super) async fn page(visit: Visit, principal: Principal) -> Result<Response, Problem> {
    let language = visit.language;
    let words = WORDS.words(language);
    let all = seen(&visit.city, &principal).await?;
    let asked = asked_for(&visit.query, &all);
    let is_on = |layer: &Layer| match &asked {
        Some(asked) => asked.iter().any(|key| key == layer.key()),
        None => layer.document.is_on,
    };
    // PostgreSQL has no text with the sign of number zero.
    let q = visit.query.get("q").replace('\0', "");
    let wanted = Wanted {
        layers: all.iter().map(|layer| layer.key().to_owned()).collect(),
        words: words_for_search(&q),
    };
    let found = if wanted.words.is_empty() {
        Vec::new()
    } else {
        search_features(visit.city.db(), &wanted).await?
    };
    let addresses = yakuba_addresses::find(visit.city.db(), &q, addresses::SHOWN).await?;
    let mut results: Vec<Hit> = addresses
        .iter()
        .map(|hit| Hit {
            name: hit.label.clone(),
            note: addresses::how_exact(&words, hit),
            href: addresses::on_map(hit, visit.query.all("layer")),
        })
        .collect();
    for one in found.iter().take(RESULTS) {
        let place = middle(&one.row);
        let about = named(&all, &one.row, language)?;
        let href: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("layer", &one.row.layer)
            .append_pair("at", &format!("{},16", in_address(place)))
            .append_pair("pin", "1")
            .finish();
        results.push(Hit {
            name: about.name,
            note: about.layer,
            href: format!("/map?{href}#map"),
        });
    }
    let mut map = bare(&visit, "/map/list");
    for layer in &all {
        map = map.layer(drawn(&words, layer, is_on(layer)));
    }
    let mut groups: Vec<Group> = Vec::new();
    for layer in &all {
        let name = theme(&words, layer.document.theme);
        let shown = Shown {
            title: layer.document.title.in_language(language).to_owned(),
            about: layer.document.about.in_language(language).to_owned(),
            note: note(&words, layer),
            href: format!("/map/list?layer={}", layer.key()),
        };
        match groups.last_mut().filter(|group| group.theme == name) {
            Some(group) => group.layers.push(shown),
            None => groups.push(Group {
                theme: name,
                layers: vec![shown],
            }),
        }
    }
    visit.count_map().await?;
    let body = Body {
        words,
        q: TextField::new(language, "q", words.get("map-search"))
            .support(words.get("map-search-support"))
            .value(&q)
            .proposes("/map/find"),
        keeps: visit
            .query
            .all("layer")
            .filter(|key| all.iter().any(|layer| layer.key() == *key))
            .map(str::to_owned)
            .collect(),
        searched: (!q.trim().is_empty()).then(|| {
            words
                .with_text("map-found", "count", &format::number((addresses.len() + found.len()) as u64))
                .into_owned()
        }),
        results,
        more: (found.len() > RESULTS).then(|| {
            let query: String = form_urlencoded::Serializer::new(String::new())
                .append_pair("q", &q)
                .finish();
            format!("/map/list?{query}")
        }),
        map,
        print: format!("/map/print?{}", said(&visit)),
        groups,
        code: TextArea::new(language, "code", words.get("map-embed-code"))
            .value(format!(
                "<iframe src=\"{}/map/embed?{}\" title=\"{}\" width=\"100%\" height=\"600\" loading=\"lazy\"></iframe>",
                base(&visit.headers),
                said(&visit).replace('&', "&amp;"),
                words.get("map-title"),
            ))
            .rows(3)
            .read_only(words.get("map-embed-support")),
    };
    Ok(
        Page::public(visit.shell.clone(), words.get("map-title"), &body)
            .lead(words.get("map-lead"))
            .into_response(),
    )
}

/// How many things a layer has, until when it is shown, and whose it is.
pub(super) fn note(words: &Words, layer: &Layer) -> String {
    let language = words.language();
    let count = words
        .with_text("map-count", "count", &format::number(layer.count))
        .into_owned();
    let until = layer.document.until.map(|day| {
        words
            .with_text("map-until", "day", &format::date(day, language))
            .into_owned()
    });
    let whose = layer.document.attribution.in_language(language);
    let whose = (!whose.is_empty()).then(|| {
        words
            .with_text("map-attribution", "whose", whose)
            .into_owned()
    });
    [Some(count), left_out(words, layer), until, whose]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_where_the_map_begins() {
        let (place, zoom) = begins("34.40000,135.00000,14.6").unwrap();
        assert_eq!((place.y, place.x, zoom), (34.4, 135.0, 15));
        for wrong in [
            "",
            "34.4,135.0",
            "34.4,135.0,99",
            "34.4,135.0,NaN",
            "135,34,10",
            "a,b,c",
        ] {
            assert_eq!(begins(wrong), None, "{wrong}");
        }
    }
}
