//! The public map, the list that says the same as the map, and the tiles that it is drawn from.

mod addresses;
mod embed;
mod list;
mod page;
pub(crate) mod place;
mod print;
mod tiles;

use futures::future::BoxFuture;
use geo::Coord;
use yakuba_city::{
    City, CityError, SharedClass, SharedLayer,
    web::{Access, Principal, Problem, Routes},
};
use yakuba_kernel::Decimal;
use yakuba_ui::{Catalogue, Fields, Language, MapLayer, MapSwatch, Words, format};

use crate::{
    error::PlacesError,
    model::map::layer::{Kind, LayerDocument, Theme},
    store::map::{Layer, layers},
};

/// The texts of the map.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("map");

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/map", Access::Public, page::page)
        .get("/map/print", Access::Public, print::page)
        .get("/map/print.pdf", Access::Public, print::file)
        .get("/map/print.svg", Access::Public, print::picture_file)
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

/// That a layer does not show all of its dataset, in a sentence; none when it does.
fn left_out(words: &Words, layer: &Layer) -> Option<String> {
    (layer.left_out > 0).then(|| {
        words
            .with(
                "map-left-out",
                &[
                    (
                        "layer",
                        layer.document.title.in_language(words.language()).into(),
                    ),
                    ("count", format::number(layer.left_out).into()),
                ],
            )
            .into_owned()
    })
}

/// What stands in the legend of a layer.
fn swatch_of(kind: Kind) -> MapSwatch {
    match kind {
        Kind::Points => MapSwatch::Sign,
        Kind::Lines => MapSwatch::Line,
        Kind::Areas | Kind::Any => MapSwatch::Area,
    }
}

/// A layer as maps draw it, here and elsewhere.
fn described(layer: &Layer, language: Language) -> SharedLayer {
    let LayerDocument {
        key, title, style, ..
    } = &layer.document;
    let classes = style.classes.iter().map(|class| SharedClass {
        title: class.title.in_language(language).to_owned(),
        colour: class.colour.as_str().to_owned(),
        pattern: class.pattern.name(),
        sign: class.sign.unwrap_or(style.sign).name(),
        factor: class.size.factor(),
    });
    SharedLayer {
        key: key.clone(),
        title: title.in_language(language).to_owned(),
        about: layer.document.about.in_language(language).to_owned(),
        theme: layer.document.theme.name(),
        sign: style.sign.name(),
        swatch: swatch_of(layer.document.kind).name(),
        tiles: format!(
            "/map/tiles/{key}/{{z}}/{{x}}/{{y}}.mvt?lang={}&drawn={}",
            language.code(),
            layer.drawn
        ),
        inside: crate::model::map::tile::INSIDE,
        longest: crate::model::map::ground::LONGEST,
        classes: classes.collect(),
        opacity: (layer.document.kind != Kind::Points).then_some(layer.document.opacity),
        steps: layer
            .document
            .time
            .iter()
            .flat_map(|time| &time.steps)
            .map(|step| {
                (
                    step.value.clone(),
                    step.title.in_language(language).to_owned(),
                )
            })
            .collect(),
        list: format!("/map/list?layer={key}"),
    }
}

/// A layer as the block of the map draws it.
fn drawn(words: &Words, layer: &Layer, is_on: bool) -> MapLayer {
    let drawn = MapLayer::shared(described(layer, words.language()))
        .group(theme(words, layer.document.theme));
    if is_on { drawn } else { drawn.off() }
}

/// The public layers, for the maps of other services.
pub(crate) fn shared<'a>(
    city: &'a City,
    language: &'a str,
) -> BoxFuture<'a, Result<Vec<SharedLayer>, CityError>> {
    let language = Language::from_code(language).unwrap_or_default();
    Box::pin(async move {
        let today = city.today();
        let all = layers(city.db()).await.map_err(|error| match error {
            PlacesError::City(error) => error,
            error => CityError::Stored {
                what: "the layers of the map",
                cause: error.to_string(),
            },
        })?;
        Ok(all
            .iter()
            .filter(|layer| layer.is_for(false, today))
            .map(|layer| described(layer, language))
            .collect())
    })
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
) -> Result<Named, PlacesError> {
    let properties = row.properties()?;
    let layer = all
        .iter()
        .find(|layer| layer.key() == row.layer)
        .ok_or_else(|| PlacesError::NoSuchLayer(row.layer.clone()))?;
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
