//! The public map, the list that says the same as the map, and the tiles that it is drawn from.

mod addresses;
mod embed;
mod list;
mod page;
mod tiles;

use geo::Coord;
use yakuba_city::{
    City,
    web::{Access, Principal, Problem, Routes},
};
use yakuba_kernel::Decimal;
use yakuba_ui::{Catalogue, Fields, Language, MapClass, MapLayer, MapSwatch, Words};

use crate::{
    model::map::layer::{Kind, LayerDocument, Theme},
    store::map::{Layer, layers},
};

/// The texts of the map.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("map");

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/map", Access::Public, page::page)
        .get("/map/embed", Access::Public, embed::page)
        .get("/map/list", Access::Public, list::page)
        .post("/map/find", Access::Public, addresses::proposed)
        .post("/map/near", Access::Public, addresses::near)
        .get(
            "/map/tiles/{layer}/{z}/{x}/{y}",
            Access::Public,
            tiles::tile,
        )
}

/// Latitude and longitude as blocks of pages take them.
#[allow(clippy::cast_possible_truncation)] // Ten digits.
fn degrees(place: Coord) -> (Decimal, Decimal) {
    // To a centimetre.
    let of = |degrees: f64| Decimal::new((degrees * 1e7).round() as i64, 7).normalize();
    (of(place.y), of(place.x))
}

/// A place as addresses hold it: latitude first, to a metre.
fn in_address(place: Coord) -> String {
    format!("{:.5},{:.5}", place.y, place.x)
}

/// The layers that somebody sees today, in order.
async fn seen(city: &City, principal: &Principal) -> Result<Vec<Layer>, Problem> {
    let is_staff = matches!(principal, Principal::Staff(_));
    let today = city.today();
    let mut all = layers(city.db()).await?;
    all.retain(|layer| layer.is_for(is_staff, today));
    Ok(all)
}

/// The keys of the layers that are asked for, of those that there are; none when nobody asked.
fn asked_for(query: &Fields, all: &[Layer]) -> Option<Vec<String>> {
    query.has("layer").then(|| {
        all.iter()
            .map(|layer| layer.key().to_owned())
            .filter(|key| query.all("layer").any(|asked| asked == key))
            .collect()
    })
}

fn theme(words: &Words, theme: Theme) -> String {
    words
        .get(&format!("map-theme-{}", theme.name()))
        .into_owned()
}

/// A layer as the block of the map draws it.
fn drawn(words: &Words, layer: &Layer, is_on: bool) -> MapLayer {
    let language = words.language();
    let LayerDocument {
        key, title, style, ..
    } = &layer.document;
    let swatch = match layer.document.kind {
        Kind::Points => MapSwatch::Sign,
        Kind::Lines => MapSwatch::Line,
        Kind::Areas | Kind::Any => MapSwatch::Area,
    };
    let classes = style.classes.iter().map(|class| {
        MapClass::new(
            class.title.in_language(language),
            class.colour.as_str(),
            class.pattern,
            class.sign.unwrap_or(style.sign),
            class.size.factor(),
        )
    });
    let mut drawn = MapLayer::tiles(
        key,
        title.in_language(language),
        style.sign,
        format!(
            "/map/tiles/{key}/{{z}}/{{x}}/{{y}}.mvt?lang={}&drawn={}",
            language.code(),
            layer.drawn
        ),
        crate::model::map::tile::INSIDE,
        crate::model::map::ground::LONGEST,
    )
    .group(theme(words, layer.document.theme))
    .swatch(swatch)
    .classes(classes);
    if layer.document.kind != Kind::Points {
        drawn = drawn.opacity(layer.document.opacity);
    }
    if let Some(time) = &layer.document.time {
        drawn = drawn.steps(time.steps.iter().map(|step| {
            (
                step.value.clone(),
                step.title.in_language(language).to_owned(),
            )
        }));
    }
    if is_on { drawn } else { drawn.off() }
}

/// A feature as the pages name it.
struct Named {
    name: String,
    lines: Vec<String>,
    layer: String,
    class: Option<usize>,
    step: Option<String>,
}

fn named(
    all: &[Layer],
    row: &crate::store::map::FeatureRow,
    language: Language,
) -> Result<Named, Problem> {
    let properties = row.properties()?;
    let layer = all
        .iter()
        .find(|layer| layer.key() == row.layer)
        .ok_or(Problem::NotFound)?;
    let document = &layer.document;
    Ok(Named {
        name: document.name_of(&properties, language).to_owned(),
        lines: document
            .text_of(&properties, language)
            .lines()
            .map(str::to_owned)
            .collect(),
        layer: document.title.in_language(language).to_owned(),
        class: document.class_of(&properties),
        step: document.step_of(&properties).map(str::to_owned),
    })
}

/// A feature's place: itself for a point, else the middle of its box.
fn middle(row: &crate::store::map::FeatureRow) -> Coord {
    row.area().center()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
