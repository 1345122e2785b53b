//! Everything on the map as a list: what is near, with distance and direction, without a map and without a script.

use askama::Template;
use axum::response::{IntoResponse, Response};
use yakuba_city::web::{Principal, Problem};
use yakuba_kernel::text::words_for_search;
use yakuba_ui::{
    CheckboxGroup, ChipLabel, Choice, Page, Pagination, PlaceOffers, Select, TextField, Words,
    format,
};

use super::{
    super::visit::Visit,
    WORDS, addresses, asked_for, in_address, left_out, middle, named,
    place::{Meant, meant},
    seen,
};
use crate::{
    model::map::{layer::Kind, near::direction},
    store::map::{Found, Layer, MOST_FOUND, Wanted, nearest, search_features},
};

/// Things on one page.
const ON_A_PAGE: usize = 20;
/// So many of the nearest are listed at least, when there are so many.
const NEAREST: usize = 100;
struct Item {
    name: String,
    layer: String,
    /// What the legend says of it, such as a depth of water.
    class: Option<ChipLabel>,
    lines: Vec<String>,
    far: Option<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "public/map-list.html")]
struct Body {
    words: Words,
    near: TextField,
    /// The address nearest to the place, in a sentence.
    around: Option<String>,
    q: TextField,
    layers: CheckboxGroup,
    class: Option<Select>,
    step: Option<Select>,
    offers: PlaceOffers,
    problem: Option<String>,
    count: Option<String>,
    /// That there is more than is shown, and where.
    cut: Vec<String>,
    is_narrowed: bool,
    items: Vec<Item>,
    pages: Option<Pagination>,
}

/// How far, as people say it: to ten metres, from a kilometre on to a hundred. One is inside an area, and beside a point or a line.
fn far(words: &Words, metres: f64, direction: &str, is_area: bool) -> String {
    if metres < 1.0 {
        return words
            .get(if is_area { "map-inside" } else { "map-here" })
            .into_owned();
    }
    let distance = if metres < 995.0 {
        format!("{:.0}m", (metres / 10.0).ceil() * 10.0)
    } else {
        format!("{:.1}km", metres / 1_000.0)
    };
    words
        .with(
            "map-far",
            &[
                ("distance", distance.into()),
                ("direction", words.get(&format!("map-{direction}")).into()),
            ],
        )
        .into_owned()
}

pub(super) async fn page(visit: Visit, principal: Principal) -> Result<Response, Problem> {
    let language = visit.language;
    let words = WORDS.words(language);
    let db = visit.city.db();
    let all = seen(&visit.city, &principal).await?;
    let asked = asked_for(&visit.query, &all).filter(|asked| !asked.is_empty());
    let near = visit.query.get("near").trim().to_owned();
    let q = visit.query.get("q").to_owned();
    let wanted = Wanted {
        layers: asked
            .clone()
            .unwrap_or_else(|| all.iter().map(|layer| layer.key().to_owned()).collect()),
        words: words_for_search(&q),
    };

    // Words for a place: the addresses and things that have them are offered, and whoever means one of them chooses it. An address that is
    // written in full means itself.
    let to = |at: geo::Coord| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("near", &in_address(at));
        for (name, value) in visit.query.pairs() {
            if matches!(name, "layer" | "q" | "class" | "step") {
                query.append_pair(name, value);
            }
        }
        format!("/map/list?{}", query.finish())
    };
    let Meant {
        place,
        offers,
        problem,
    } = meant(&visit, &all, &near, to).await?;

    let found: Vec<Found> = match place {
        Some(place) => nearest(db, &wanted, place, NEAREST).await?,
        // Which place is meant comes first.
        None if !near.is_empty() => Vec::new(),
        None => search_features(db, &wanted).await?,
    };
    let only: Option<&Layer> = match asked.as_deref() {
        Some([key]) => all.iter().find(|layer| layer.key() == key),
        _ => None,
    };
    let class: Option<usize> = visit
        .query
        .get("class")
        .parse()
        .ok()
        .filter(|_| only.is_some());
    let step = visit.query.get("step").to_owned();
    let mut shown = Vec::new();
    for one in &found {
        let about = named(&all, &one.row, language)?;
        let has_class = class.is_none() || about.class == class;
        let has_step = only.is_none()
            || step.is_empty()
            || about.step.as_deref().is_none_or(|known| known == step);
        if has_class && has_step {
            shown.push((one, about));
        }
    }

    let number: usize = visit
        .query
        .get("page")
        .parse()
        .unwrap_or(1)
        .clamp(1, 10_000);
    let total = shown.len() as u64;
    let items = shown
        .into_iter()
        .skip((number - 1) * ON_A_PAGE)
        .take(ON_A_PAGE)
        .map(|(one, about)| {
            let at = middle(&one.row);
            let href: String = form_urlencoded::Serializer::new(String::new())
                .append_pair("layer", &one.row.layer)
                .append_pair("at", &format!("{},16", in_address(at)))
                .append_pair("pin", "1")
                .finish();
            let class = all
                .iter()
                .find(|layer| layer.key() == one.row.layer)
                .and_then(|layer| layer.document.style.classes.get(about.class?));
            Item {
                name: about.name,
                layer: about.layer,
                class: class.map(|class| ChipLabel::new(class.title.in_language(language))),
                lines: about.lines,
                far: one.metres.zip(place).map(|(metres, place)| {
                    let is_area = Kind::Areas.takes(&one.shape);
                    far(&words, metres, direction(place, at), is_area)
                }),
                href: format!("/map?{href}#map"),
            }
        })
        .collect();
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(visit.query.pairs().filter(|(name, value)| {
            matches!(*name, "near" | "layer" | "q" | "class" | "step") && !value.is_empty()
        }))
        .finish();
    if number == 1 {
        visit.count_map().await?;
    }
    // A search that is cut off, and layers that take no more of their dataset.
    let mut cut = Vec::new();
    if found.len() as u64 >= u64::from(MOST_FOUND) {
        let most = format::number(u64::from(MOST_FOUND));
        cut.push(words.with_text("map-cut", "most", &most).into_owned());
    }
    cut.extend(
        all.iter()
            .filter(|layer| wanted.layers.iter().any(|key| key == layer.key()))
            .filter_map(|layer| left_out(&words, layer)),
    );
    let body = Body {
        words,
        around: match place {
            Some(place) => addresses::near_in_words(&visit, place).await?,
            None => None,
        },
        near: TextField::new(language, "near", words.get("map-near"))
            .proposes("/map/find")
            .support(words.get("map-near-support"))
            .error(problem.as_deref())
            .value(&near),
        q: TextField::new(language, "q", words.get("map-q")).value(&q),
        layers: CheckboxGroup::new(language, "layer", words.get("map-layers"))
            .inline()
            .choices(all.iter().map(|layer| {
                let key = layer.key();
                let is_chosen = asked
                    .as_ref()
                    .is_some_and(|asked| asked.iter().any(|one| one == key));
                Choice::new(key, layer.document.title.in_language(language)).chosen(is_chosen)
            })),
        class: only
            .filter(|layer| !layer.document.style.classes.is_empty())
            .map(|layer| {
                layer
                    .document
                    .style
                    .classes
                    .iter()
                    .enumerate()
                    .fold(
                        Select::new(language, "class", words.get("map-class")).or_all(),
                        |select, (at, class)| {
                            let title = class.title.in_language(language);
                            select.choice(Choice::new(at.to_string(), title))
                        },
                    )
                    .value(visit.query.get("class"))
            }),
        step: only
            .and_then(|layer| layer.document.time.as_ref())
            .map(|time| {
                time.steps
                    .iter()
                    .fold(
                        Select::new(language, "step", words.get("map-step")).or_all(),
                        |select, step| {
                            let title = step.title.in_language(language);
                            select.choice(Choice::new(&step.value, title))
                        },
                    )
                    .value(&step)
            }),
        offers: PlaceOffers::new(language, offers),
        count: (near.is_empty() || place.is_some()).then(|| {
            words
                .with_text(
                    if place.is_some() {
                        "map-near-count"
                    } else {
                        "map-found"
                    },
                    "count",
                    &format::number(total),
                )
                .into_owned()
        }),
        cut,
        problem,
        is_narrowed: !query.is_empty(),
        items,
        pages: (total > ON_A_PAGE as u64).then(|| {
            Pagination::new(
                language,
                number as u64,
                ON_A_PAGE as u64,
                total,
                format!("/map/list?{query}"),
            )
        }),
    };
    let mut page = Page::public(visit.shell.clone(), words.get("map-list-title"), &body)
        .breadcrumb(words.get("map-title"), "/map")
        .lead(words.get("map-list-lead"))
        .with_errors(body.problem.is_some());
    // Where somebody stands is no address for search engines.
    if !near.is_empty() {
        page = page.not_for_search_engines();
    }
    Ok(page.into_response())
}

#[cfg(test)]
mod tests {
    use yakuba_ui::Language;

    use super::*;

    #[test]
    fn distances_are_said_as_people_say_them() {
        let words = WORDS.words(Language::Japanese);
        for (metres, text) in [
            (0.0, "この場所"),
            (3.0, "10m"),
            (994.0, "1000m"),
            (996.0, "1.0km"),
            (12_345.0, "12.3km"),
        ] {
            let said = far(&words, metres, "north-east", false);
            assert!(said.contains(text), "{metres}: {said}");
        }
        assert!(far(&words, 20.0, "north-east", true).contains("北東"));
        // A point has no inside.
        assert!(far(&words, 0.0, "north-east", true).contains("区域の中"));
        assert!(!far(&words, 0.0, "north-east", false).contains("区域"));
    }
}
