use std::borrow::Cow;
use std::collections::BTreeMap;

use askama::Template;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use yakuba_city::SharedLayer;
use yakuba_kernel::Point;

use crate::html::html_safe;
use crate::{Fields, Language, Link, Words};

/// How the things of a layer are drawn: shape and colour belong together, so that no layer is told apart by its colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapSign {
    /// A blue circle.
    Circle,
    /// An orange-brown square.
    Square,
    /// A green triangle.
    Triangle,
    /// A purple diamond.
    Diamond,
    /// A red star.
    Star,
    /// A grey ring.
    Ring,
}

impl MapSign {
    /// All signs, in the order in which layers should take them.
    pub const ALL: [Self; 6] = [
        Self::Circle,
        Self::Square,
        Self::Triangle,
        Self::Diamond,
        Self::Star,
        Self::Ring,
    ];

    /// Its name in files and between services.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Circle => "circle",
            Self::Square => "square",
            Self::Triangle => "triangle",
            Self::Diamond => "diamond",
            Self::Star => "star",
            Self::Ring => "ring",
        }
    }

    /// The sign with a name; a circle for any other name.
    pub fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|sign| sign.name() == name)
            .unwrap_or(Self::Circle)
    }

    /// Its own colour.
    pub const fn colour(self) -> &'static str {
        match self {
            Self::Circle => "#0056d6",
            Self::Square => "#b35000",
            Self::Triangle => "#1a7a3e",
            Self::Diamond => "#7b2fa8",
            Self::Star => "#c21f39",
            Self::Ring => "#4a4a4a",
        }
    }

    /// The sign as SVG in a box of 24 by 24, as `web/src/map/signs.ts` draws it on the map.
    pub fn drawing(self, colour: &str) -> String {
        let shape = match self {
            Self::Circle => r#"circle cx="12" cy="12" r="9""#,
            Self::Square => r#"path d="M4 4h16v16H4z""#,
            Self::Triangle => r#"path d="M12 3l10 18H2z""#,
            Self::Diamond => r#"path d="M12 2l10 10-10 10L2 12z""#,
            Self::Star => r#"path d="M12 1l3 8h8l-6 5 2 8-7-5-7 5 2-8-6-5h8z""#,
            Self::Ring => {
                return format!(
                    r#"<circle cx="12" cy="12" r="8" fill="none" stroke="{colour}" stroke-width="5"/>"#
                );
            }
        };
        format!(r##"<{shape} fill="{colour}" stroke="#333" stroke-width="1"/>"##)
    }
}

/// The pattern of an area, drawn over its colour, so that no class is told apart by its colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapPattern {
    /// None.
    #[default]
    Plain,
    /// Dots.
    Dots,
    /// Lines that rise to the right.
    Rising,
    /// Lines that fall to the right.
    Falling,
    /// Lines that rise and lines that fall.
    Cross,
    /// Lines from left to right.
    Level,
    /// Lines from top to bottom.
    Upright,
    /// Lines from left to right and from top to bottom.
    Grid,
}

impl MapPattern {
    /// All patterns.
    pub const ALL: [Self; 8] = [
        Self::Plain,
        Self::Dots,
        Self::Rising,
        Self::Falling,
        Self::Cross,
        Self::Level,
        Self::Upright,
        Self::Grid,
    ];

    /// Its name in files and between services.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Dots => "dots",
            Self::Rising => "rising",
            Self::Falling => "falling",
            Self::Cross => "cross",
            Self::Level => "level",
            Self::Upright => "upright",
            Self::Grid => "grid",
        }
    }

    /// The pattern with a name; none for any other name.
    pub fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|pattern| pattern.name() == name)
            .unwrap_or_default()
    }

    /// Its strokes in a box of 24 by 24, as `web/src/map/signs.ts` draws them on the map.
    pub const fn strokes(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Dots => "M5 6h2M17 6h2M11 12h2M5 18h2M17 18h2",
            Self::Rising => "M0 12L12 0M0 24L24 0M12 24L24 12",
            Self::Falling => "M12 0L24 12M0 0L24 24M0 12L12 24",
            Self::Cross => "M0 12L12 0M0 24L24 0M12 24L24 12M12 0L24 12M0 0L24 24M0 12L12 24",
            Self::Level => "M0 4h24M0 12h24M0 20h24",
            Self::Upright => "M4 0v24M12 0v24M20 0v24",
            Self::Grid => "M0 6h24M0 18h24M6 0v24M18 0v24",
        }
    }
}

/// What stands in the legend beside words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapSwatch {
    /// A sign, for points.
    #[default]
    Sign,
    /// A stroke, for lines.
    Line,
    /// A patch, for areas.
    Area,
}

impl MapSwatch {
    /// Its name between services.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Line => "line",
            Self::Area => "area",
        }
    }

    /// The swatch with a name; a sign for any other name.
    pub fn named(name: &str) -> Self {
        [Self::Line, Self::Area]
            .into_iter()
            .find(|swatch| swatch.name() == name)
            .unwrap_or_default()
    }

    /// It as SVG in a box of 24 by 24.
    pub fn drawing(self, sign: MapSign, colour: &str, pattern: MapPattern) -> String {
        match self {
            Self::Sign => sign.drawing(colour),
            Self::Line => {
                format!(
                    r#"<path d="M1 18L9 8l6 8 8-10" fill="none" stroke="{colour}" stroke-width="4"/>"#
                )
            }
            Self::Area => format!(
                r##"<path d="M1 1h22v22H1z" fill="{colour}" stroke="#333"/><path d="{}" fill="none" stroke="#333" stroke-width="1.5"/>"##,
                pattern.strokes()
            ),
        }
    }
}

/// A class of a layer: features whose property `class` is its place among the classes, from 0.
#[derive(Clone, Debug, Serialize)]
pub struct MapClass {
    #[serde(skip)]
    name: String,
    colour: String,
    pattern: MapPattern,
    sign: MapSign,
    factor: f32,
}

impl MapClass {
    /// A class with its words. `colour` is `#rrggbb` (anything else becomes grey); `factor` is the size of its signs and the width of
    /// its lines as a part of the usual, from 0.5 to 2.
    pub fn new(
        name: impl Into<String>,
        colour: &str,
        pattern: MapPattern,
        sign: MapSign,
        factor: f32,
    ) -> Self {
        let is_colour = colour.len() == 7
            && colour.starts_with('#')
            && colour.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit());
        Self {
            name: name.into(),
            colour: if is_colour { colour } else { "#808080" }.to_owned(),
            pattern,
            sign,
            factor: factor.clamp(0.5, 2.0),
        }
    }
}

/// A layer of a [`Map`]: an address of our own that answers with GeoJSON or vector tiles. What a thing says when it is pressed are its
/// properties `name`, `text` and `href` (a path of this city), all shown as text.
#[derive(Clone, Debug, Serialize)]
pub struct MapLayer {
    id: String,
    #[serde(skip)]
    name: String,
    sign: MapSign,
    on: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    geojson: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    gathers: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tiles: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longest: Option<u8>,
    #[serde(skip)]
    group: String,
    #[serde(skip)]
    swatch: MapSwatch,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<MapClass>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opacity: Option<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<(String, String)>,
}

impl MapLayer {
    fn new(id: impl Into<String>, name: impl Into<String>, sign: MapSign) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            sign,
            on: true,
            geojson: None,
            gathers: false,
            tiles: None,
            inside: None,
            longest: None,
            group: String::new(),
            swatch: MapSwatch::Sign,
            classes: Vec::new(),
            opacity: None,
            steps: Vec::new(),
        }
    }

    /// Points from GeoJSON at an address; those that stand close together are drawn as one with their number.
    pub fn points(
        id: impl Into<String>,
        name: impl Into<String>,
        sign: MapSign,
        address: impl Into<String>,
    ) -> Self {
        Self {
            geojson: Some(address.into()),
            gathers: true,
            ..Self::new(id, name, sign)
        }
    }

    /// Lines, areas and points from GeoJSON at an address, each drawn for itself.
    pub fn shapes(
        id: impl Into<String>,
        name: impl Into<String>,
        sign: MapSign,
        address: impl Into<String>,
    ) -> Self {
        Self {
            geojson: Some(address.into()),
            ..Self::new(id, name, sign)
        }
    }

    /// One layer, called `inside`, of vector tiles (MVT). The address has `{z}`, `{x}` and `{y}`; `longest` is the largest `z` there is.
    pub fn tiles(
        id: impl Into<String>,
        name: impl Into<String>,
        sign: MapSign,
        address: impl Into<String>,
        inside: impl Into<String>,
        longest: u8,
    ) -> Self {
        Self {
            tiles: Some(address.into()),
            inside: Some(inside.into()),
            longest: Some(longest),
            ..Self::new(id, name, sign)
        }
    }

    /// A layer that another service shares.
    pub fn shared(layer: SharedLayer) -> Self {
        let classes = layer.classes.into_iter().map(|class| {
            MapClass::new(
                class.title,
                &class.colour,
                MapPattern::named(class.pattern),
                MapSign::named(class.sign),
                class.factor,
            )
        });
        Self {
            opacity: layer.opacity.map(|percent| percent.min(100)),
            ..Self::tiles(
                layer.key,
                layer.title,
                MapSign::named(layer.sign),
                layer.tiles,
                layer.inside,
                layer.longest,
            )
            .swatch(MapSwatch::named(layer.swatch))
            .classes(classes)
            .steps(layer.steps)
        }
    }

    /// Not shown until somebody switches it on.
    #[must_use]
    pub fn off(mut self) -> Self {
        self.on = false;
        self
    }

    /// Stands in the legend under a title, with the layers before and after it that have the same.
    #[must_use]
    pub fn group(mut self, title: impl Into<String>) -> Self {
        self.group = title.into();
        self
    }

    /// What stands in the legend beside its words.
    #[must_use]
    pub fn swatch(mut self, swatch: MapSwatch) -> Self {
        self.swatch = swatch;
        self
    }

    /// Divided into classes, each with words of its own in the legend.
    #[must_use]
    pub fn classes(mut self, classes: impl IntoIterator<Item = MapClass>) -> Self {
        self.classes = classes.into_iter().collect();
        self
    }

    /// Covers so much of the ground, in percent; readers can change it.
    #[must_use]
    pub fn opacity(mut self, percent: u8) -> Self {
        self.opacity = Some(percent.min(100));
        self
    }

    /// Has steps in time, of which one is shown: value of the property `step`, and words.
    #[must_use]
    pub fn steps(mut self, steps: impl IntoIterator<Item = (String, String)>) -> Self {
        self.steps = steps.into_iter().collect();
        self
    }

    fn drawing(&self) -> String {
        self.swatch
            .drawing(self.sign, self.sign.colour(), MapPattern::Plain)
    }

    fn drawing_of(&self, class: &MapClass) -> String {
        self.swatch
            .drawing(class.sign, &class.colour, class.pattern)
    }

    fn last_step(&self) -> usize {
        self.steps.len().saturating_sub(1)
    }
}

/// A map. Base map, outline and centre are the city's, which the script asks for at `/map/settings.json`. Without JavaScript or WebGL
/// a map with a list beside it says so and leads there; one that picks or shows a single place is not there at all.
#[derive(Clone, Template)]
#[template(path = "components/map.html")]
pub struct Map {
    words: Words,
    id: String,
    name: String,
    list: Option<Link>,
    centre: Option<[f64; 2]>,
    zoom: Option<u8>,
    layers: Vec<MapLayer>,
    picks: Option<String>,
    draws: Option<Draws>,
    pin: Option<[f64; 2]>,
    small: bool,
    whole: bool,
}

/// What can be drawn on a map for an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MapDrawing {
    /// One line.
    Lines,
    /// One area.
    Areas,
    /// Either.
    Any,
}

#[derive(Clone, Debug, Serialize)]
struct Draws {
    input: String,
    kinds: MapDrawing,
}

/// What the script reads.
#[derive(Serialize)]
struct Sent<'m> {
    name: &'m str,
    language: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    centre: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zoom: Option<u8>,
    layers: &'m [MapLayer],
    #[serde(skip_serializing_if = "Option::is_none")]
    pick: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    draw: Option<&'m Draws>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    whole: bool,
    words: BTreeMap<&'static str, Cow<'m, str>>,
}

impl Map {
    fn new(language: Language, id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            words: Words::general(language),
            id: id.into(),
            name: name.into(),
            list: None,
            centre: None,
            zoom: None,
            layers: Vec::new(),
            picks: None,
            draws: None,
            pin: None,
            small: false,
            whole: false,
        }
    }

    /// A map of layers. `name` is read aloud; `list` leads to the list that says the same as the map.
    pub fn of_layers(
        language: Language,
        id: impl Into<String>,
        name: impl Into<String>,
        list: Link,
    ) -> Self {
        Self {
            list: Some(list),
            ..Self::new(language, id, name)
        }
    }

    /// A button that opens a map on which a place is picked for the input called `input` of the same form: latitude and longitude in
    /// degrees, `34.759400, 135.516800`.
    pub fn that_picks(
        language: Language,
        id: impl Into<String>,
        name: impl Into<String>,
        input: impl Into<String>,
    ) -> Self {
        Self {
            picks: Some(input.into()),
            ..Self::new(language, id, name)
        }
    }

    /// A button that opens a map on which a line or an area is drawn for the text area called `input` of the same form: latitude and
    /// longitude of a corner on each line, or GeoJSON. The pointer is drawn to the corners of the map's layers of GeoJSON.
    pub fn that_draws(
        language: Language,
        id: impl Into<String>,
        name: impl Into<String>,
        input: impl Into<String>,
        kinds: MapDrawing,
    ) -> Self {
        Self {
            draws: Some(Draws {
                input: input.into(),
                kinds,
            }),
            ..Self::new(language, id, name)
        }
    }

    /// Whether a button opens it, because it fills in a box of a form.
    fn fills_in(&self) -> bool {
        self.picks.is_some() || self.draws.is_some()
    }

    /// A small map with a pin at one place, in degrees. The page says in words where it is.
    pub fn of_place(
        language: Language,
        id: impl Into<String>,
        name: impl Into<String>,
        (latitude, longitude): (Decimal, Decimal),
    ) -> Self {
        Self {
            pin: degrees(latitude, longitude),
            small: true,
            ..Self::new(language, id, name)
        }
    }

    /// Adds a layer, above those before it.
    #[must_use]
    pub fn layer(mut self, layer: MapLayer) -> Self {
        self.layers.push(layer);
        self
    }

    /// Begins at a place in degrees and a zoom from 0 (the world) to 19 (a house), not where the layers are.
    #[must_use]
    pub fn at(mut self, (latitude, longitude): (Decimal, Decimal), zoom: u8) -> Self {
        self.centre = degrees(latitude, longitude);
        self.zoom = Some(zoom.min(19));
        self
    }

    /// Lower than others, for one of several things on a page.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// The map is what the page is for: it is larger, measures distances, is printed, and keeps what it shows in the address, as
    /// `at` (latitude, longitude, zoom), `layer` (once for each that is on) and `step` (layer and value with a colon between).
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// As the address says that the map was left: where (`at`), and which layers are on (`layer`, once for each). What the address does
    /// not say stays as it is.
    #[must_use]
    pub fn as_left(mut self, query: &Fields) -> Self {
        if let Some((place, zoom)) = query.get("at").rsplit_once(',')
            && let Ok(point) = Point::read(place)
            && let Some(zoom) = zoom_of(zoom)
        {
            self = self.at(point.degrees(), zoom);
        }
        if query.has("layer") {
            for layer in &mut self.layers {
                layer.on = query.all("layer").any(|asked| asked == layer.id);
            }
        }
        self
    }

    /// A pin at a place in degrees, on a map of layers.
    #[must_use]
    pub fn pin(mut self, (latitude, longitude): (Decimal, Decimal)) -> Self {
        self.pin = degrees(latitude, longitude);
        self
    }

    /// The layers with the title before each that begins a group.
    fn legend(&self) -> impl Iterator<Item = (Option<&str>, &MapLayer)> {
        let mut before = "";
        self.layers.iter().map(move |layer| {
            let begins = layer.group != before;
            before = &layer.group;
            (begins.then_some(layer.group.as_str()), layer)
        })
    }

    /// The settings as JSON. What is in them always can be written so; nothing else would be drawn.
    fn settings(&self) -> String {
        const WORDS: [(&str, &str); 17] = [
            ("pin", "ui-map-pin"),
            ("here", "ui-map-here"),
            ("placed", "ui-map-placed"),
            ("zoom-in", "ui-map-zoom-in"),
            ("zoom-out", "ui-map-zoom-out"),
            ("locate", "ui-map-locate"),
            ("locate-failed", "ui-map-locate-failed"),
            ("close", "ui-close"),
            ("gesture-control", "ui-map-gesture-control"),
            ("gesture-command", "ui-map-gesture-command"),
            ("gesture-fingers", "ui-map-gesture-fingers"),
            ("measure", "ui-map-measure"),
            ("measure-end", "ui-map-measure-end"),
            ("measure-point", "ui-map-measure-point"),
            ("measure-how", "ui-map-measure-how"),
            ("share", "ui-map-share"),
            ("shared", "ui-map-shared"),
        ];
        /// Of those maps on which one draws.
        const DRAWING: [(&str, &str); 12] = [
            ("draw-area", "ui-map-draw-area"),
            ("draw-line", "ui-map-draw-line"),
            ("draw-how", "ui-map-draw-how"),
            ("draw-move", "ui-map-draw-move"),
            ("draw-move-how", "ui-map-draw-move-how"),
            ("draw-erase", "ui-map-draw-erase"),
            ("draw-erase-how", "ui-map-draw-erase-how"),
            ("draw-middle", "ui-map-draw-middle"),
            ("draw-corners", "ui-map-draw-corners"),
            ("draw-cannot", "ui-map-draw-cannot"),
            ("undo", "ui-map-undo"),
            ("redo", "ui-map-redo"),
        ];
        let drawing: &[_] = if self.draws.is_some() { &DRAWING } else { &[] };
        serde_json::to_string(&Sent {
            name: &self.name,
            language: self.words.language().code(),
            centre: self.centre,
            zoom: self.zoom,
            layers: &self.layers,
            pick: self.picks.as_deref(),
            draw: self.draws.as_ref(),
            pin: self.pin,
            whole: self.whole,
            words: WORDS
                .iter()
                .chain(drawing)
                .map(|(name, key)| (*name, self.words.get(key)))
                .collect(),
        })
        .unwrap_or_default()
    }
}

/// A zoom from 4 to 19, rounded.
fn zoom_of(text: &str) -> Option<u8> {
    let zoom: f64 = text.trim().parse().ok()?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // From 4 to 19.
    (4.0..=19.0).contains(&zoom).then(|| zoom.round() as u8)
}

/// Longitude first, as maps take it.
fn degrees(latitude: Decimal, longitude: Decimal) -> Option<[f64; 2]> {
    Some([longitude.to_f64()?, latitude.to_f64()?])
}

html_safe!(Map);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: i64, longitude: i64) -> (Decimal, Decimal) {
        (Decimal::new(latitude, 4), Decimal::new(longitude, 4))
    }

    #[test]
    fn a_map_of_layers_is_complete_without_a_script() {
        let html = Map::of_layers(
            Language::Japanese,
            "shelters",
            "避難所の地図",
            Link::new("避難所の一覧", "/shelters"),
        )
        .layer(MapLayer::points(
            "open",
            "<b>避難所</b>",
            MapSign::Circle,
            "/shelters.geojson",
        ))
        .layer(
            MapLayer::tiles(
                "flood",
                "浸水",
                MapSign::Square,
                "/tiles/{z}/{x}/{y}",
                "flood",
                14,
            )
            .off(),
        )
        .to_string();
        assert!(html.contains(r#"<a href="/shelters">避難所の一覧</a>"#));
        assert!(html.contains("&#60;b&#62;避難所&#60;/b&#62;") || html.contains("&lt;b&gt;避難所"));
        assert!(!html.contains("data-map-open"));
        // What only a script can use is not shown without one.
        assert_eq!(html.matches("hidden disabled").count(), 2);
        assert!(html.contains(r#"data-map-layer="open" checked"#));
        assert!(html.contains(r#"data-map-layer="flood" hidden"#));
    }

    #[test]
    fn classes_are_told_by_words_and_pattern_and_not_by_colour_alone() {
        let tiles = MapLayer::tiles(
            "flood",
            "浸水",
            MapSign::Square,
            "/t/{z}/{x}/{y}",
            "features",
            16,
        );
        let classes = [
            MapClass::new(
                "<i>3m未満</i>",
                "#ffd8c0",
                MapPattern::Dots,
                MapSign::Square,
                1.0,
            ),
            MapClass::new(
                "3m以上",
                "red\" onload=\"x",
                MapPattern::Cross,
                MapSign::Square,
                9.0,
            ),
        ];
        let map = Map::of_layers(Language::Japanese, "m", "地図", Link::new("一覧", "/list"))
            .layer(
                tiles
                    .swatch(MapSwatch::Area)
                    .group("災害")
                    .classes(classes)
                    .opacity(60)
                    .steps([
                        ("30".to_owned(), "30分後".to_owned()),
                        ("60".to_owned(), "1時間後".to_owned()),
                    ]),
            )
            .whole();
        let html = map.to_string();
        assert!(
            html.contains("災害") && html.contains("3m以上") && !html.contains("<i>"),
            "{html}"
        );
        assert!(html.contains(MapPattern::Dots.strokes()) && html.contains("#ffd8c0"));
        // What is no colour is grey, on the page and in what the script reads.
        assert!(html.contains("#808080") && !html.contains("onload"));
        let sent: serde_json::Value = serde_json::from_str(&map.settings()).unwrap();
        assert_eq!(sent["layers"][0]["classes"][1]["factor"], 2.0);
        assert_eq!(sent["layers"][0]["steps"][1][0], "60");
        assert_eq!(sent["whole"], true);
        // What only a script can use is not shown without one.
        for control in ["data-map-opacity", "data-map-steps"] {
            let tag = html
                .split("<label")
                .find(|tag| tag.contains(control))
                .unwrap();
            assert!(tag.split('>').next().unwrap().contains("hidden"), "{tag}");
        }
    }

    #[test]
    fn a_map_comes_back_as_it_was_left() {
        let map = || {
            Map::of_layers(Language::Japanese, "m", "地図", Link::new("一覧", "/list"))
                .layer(MapLayer::points("one", "一", MapSign::Circle, "/one"))
                .layer(MapLayer::points("two", "二", MapSign::Square, "/two").off())
        };
        let sent = |query: &str| -> serde_json::Value {
            let map = map().as_left(&Fields::of_query(query));
            serde_json::from_str(&map.settings()).unwrap()
        };
        let left = sent("at=34.40000,135.00000,13.4&layer=two");
        assert_eq!(left["centre"], serde_json::json!([135.0, 34.4]));
        assert_eq!(
            [
                &left["zoom"],
                &left["layers"][0]["on"],
                &left["layers"][1]["on"]
            ],
            [&serde_json::json!(13), &false.into(), &true.into()]
        );
        assert_eq!(sent("layer=")["layers"][0]["on"], false);
        for wrong in ["", "at=34.4,135.0,99", "at=x"] {
            let map = sent(wrong);
            assert_eq!(
                [&map["centre"], &map["layers"][0]["on"]],
                [&serde_json::Value::Null, &true.into()],
                "{wrong}"
            );
        }
    }

    #[test]
    fn names_between_services_are_those_of_files() {
        for sign in MapSign::ALL {
            assert_eq!(serde_json::json!(sign), sign.name());
            assert_eq!(MapSign::named(sign.name()), sign);
        }
        for pattern in MapPattern::ALL {
            assert_eq!(serde_json::json!(pattern), pattern.name());
            assert_eq!(MapPattern::named(pattern.name()), pattern);
        }
        for swatch in [MapSwatch::Sign, MapSwatch::Line, MapSwatch::Area] {
            assert_eq!(MapSwatch::named(swatch.name()), swatch);
        }
    }

    #[test]
    fn a_map_that_only_a_script_can_use_is_hidden_without_one() {
        let picks =
            Map::that_picks(Language::English, "m", "Pick", "place.coordinates").to_string();
        let shows =
            Map::of_place(Language::English, "m", "Place", at(34_7594, 135_5168)).to_string();
        for html in [&picks, &shows] {
            let tag = html.split('>').next().unwrap();
            assert!(tag.ends_with("hidden"), "{tag}");
        }
        assert!(picks.contains("data-map-open"));
    }

    #[test]
    fn the_script_gets_longitude_first_and_words_in_the_readers_language() {
        let map = Map::of_place(Language::English, "m", "A \"place\"", at(34_7594, 135_5168));
        let sent: serde_json::Value = serde_json::from_str(&map.settings()).unwrap();
        assert_eq!(sent["pin"], serde_json::json!([135.5168, 34.7594]));
        assert_eq!(sent["name"], "A \"place\"");
        assert_eq!(sent["language"], "en");
        let words = sent["words"].as_object().unwrap();
        assert_eq!(words.len(), 17);
        let map = Map::that_draws(
            Language::English,
            "m",
            "A place",
            "corners",
            MapDrawing::Any,
        );
        let drawn_on: serde_json::Value = serde_json::from_str(&map.settings()).unwrap();
        assert_eq!(drawn_on["words"].as_object().unwrap().len(), 29);
        assert!(
            words
                .values()
                .all(|word| !word.as_str().unwrap().contains('⟦'))
        );
        // The attribute ends where it should.
        assert!(!map.to_string().contains("A \"place\""));
    }
}
