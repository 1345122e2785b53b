//! What is said about a layer: the document that the desk edits and that files hold.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Language, MapPattern, MapSign};

use crate::model::document::{is_key, list};

/// The properties of a feature, all of them texts.
pub type Properties = BTreeMap<String, String>;

/// Words in the languages of the pages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// In Japanese.
    pub ja: String,
    /// In English; empty: as in Japanese.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
    /// In easy Japanese; empty: as in Japanese.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub easy: String,
}

impl Said {
    /// The words in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English if !self.en.is_empty() => &self.en,
            Language::EasyJapanese if !self.easy.is_empty() => &self.easy,
            _ => &self.ja,
        }
    }

    fn is_short(&self, most: usize) -> bool {
        [&self.ja, &self.en, &self.easy].into_iter().all(|text| {
            text.chars().count() <= most && !text.chars().any(|c| c.is_control() && c != '\n')
        })
    }
}

list! {
    /// What a layer is about; the map's list of layers is divided by it.
    Theme, Other {
        /// Where what may happen: floods, landslides.
        Hazard = "hazard",
        /// Where one is safe or gets help: evacuation sites, AED.
        Safety = "safety",
        /// The city's buildings.
        Facilities = "facilities",
        /// Daily life: toilets, Wi-Fi, places to vote.
        Living = "living",
        /// Roads, water, sewers.
        Works = "works",
        /// What visitors look for.
        Tourism = "tourism",
        /// Anything else.
        Other = "other",
    }
}

list! {
    /// Who sees a layer.
    Audience, Nobody {
        /// Everybody.
        Public = "public",
        /// Those who work for the city.
        Departments = "departments",
        /// Those who look after it.
        Nobody = "nobody",
    }
}

list! {
    /// What the features of a layer are.
    Kind, Any {
        /// Points.
        Points = "points",
        /// Lines.
        Lines = "lines",
        /// Areas.
        Areas = "areas",
        /// Any of these.
        Any = "any",
    }
}

impl Kind {
    /// Whether a shape is of this kind.
    pub fn takes(self, shape: &geo::Geometry) -> bool {
        use geo::Geometry::{
            LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
        };
        match self {
            Self::Any => true,
            Self::Points => matches!(shape, Point(_) | MultiPoint(_)),
            Self::Lines => matches!(shape, LineString(_) | MultiLineString(_)),
            Self::Areas => matches!(shape, Polygon(_) | MultiPolygon(_)),
        }
    }
}

/// A colour as `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(String);

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_one = text.len() == 7
            && text.starts_with('#')
            && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit());
        if is_one {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(format!("{text:?} is no colour such as #ffb7b7"))
        }
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.0
    }
}

impl Colour {
    /// As `#rrggbb`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How large a sign or how wide a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// Smaller than usual.
    Small,
    /// As usual.
    #[default]
    Normal,
    /// Larger than usual.
    Large,
}

impl Size {
    /// As a part of the usual size.
    pub const fn factor(self) -> f32 {
        match self {
            Self::Small => 0.7,
            Self::Normal => 1.0,
            Self::Large => 1.4,
        }
    }
}

/// A class of the legend: features whose property has one of the values, or lies in the range. Never told by its colour alone: it has
/// words and a pattern or sign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// What the legend says.
    pub title: Said,
    /// The values of the property.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The smallest number that belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// The smallest number that belongs to it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Its colour.
    pub colour: Colour,
    /// The pattern of its areas.
    #[serde(default)]
    pub pattern: MapPattern,
    /// The sign of its points; as the layer's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<MapSign>,
    /// How large its signs and how wide its lines are.
    #[serde(default)]
    pub size: Size,
}

impl Class {
    fn takes(&self, value: &str) -> bool {
        if self.values.iter().any(|known| known == value) {
            return true;
        }
        if self.from.is_none() && self.below.is_none() {
            return false;
        }
        value.trim().parse::<f64>().is_ok_and(|number| {
            self.from.is_none_or(|from| number >= from)
                && self.below.is_none_or(|below| number < below)
        })
    }
}

/// How the features of a layer are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// The sign of its points; lines and areas take its colour.
    pub sign: MapSign,
    /// The property that tells the class.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub property: String,
    /// The classes; the first that takes a feature's value is its class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
}

/// Where the features of a layer come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// They are drawn at the desk or brought in from a file.
    Own,
    /// They are the rows of a dataset of the catalogue with places, in its newest version while it is published.
    Dataset(String),
}

/// A property that readers are told about a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Its name.
    pub property: String,
    /// What readers see before its value.
    pub title: Said,
}

/// A step in time, such as the hours after a dike broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The value of the property.
    pub value: String,
    /// What readers see.
    pub title: Said,
}

/// The steps of a layer whose features belong to one each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// The property that tells the step. Features without it belong to all.
    pub property: String,
    /// The steps in their order.
    pub steps: Vec<Step>,
}

/// A layer of the map, without its features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerDocument {
    /// Its name in addresses: letters a–z, digits, hyphens and low lines.
    pub key: String,
    /// What it is called.
    pub title: Said,
    /// What it shows and what it does not, in a few sentences.
    #[serde(default)]
    pub about: Said,
    /// The department that looks after it.
    pub department: DepartmentCode,
    /// What it is about.
    pub theme: Theme,
    /// Where its features come from.
    pub source: Source,
    /// What its features are.
    pub kind: Kind,
    /// The property with a feature's name.
    pub name: String,
    /// The same in English, when there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// What else readers are told about a feature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tells: Vec<Told>,
    /// How it is drawn.
    pub style: Style,
    /// How much of the ground its areas cover, in percent.
    #[serde(default = "half")]
    pub opacity: u8,
    /// Whether it is there when the map is opened.
    #[serde(default)]
    pub is_on: bool,
    /// Its steps in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Steps>,
    /// Whose the data are.
    #[serde(default, skip_serializing_if = "Said::is_nothing")]
    pub attribution: Said,
    /// The first day on which it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day on which it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Where it stands among those of its theme: small numbers first.
    #[serde(default)]
    pub place: u16,
}

const fn half() -> u8 {
    50
}

impl Said {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What is wrong with a layer, with the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayerProblem {
    /// Its key cannot stand in addresses.
    #[error("{0:?} cannot be a key")]
    Key(String),
    /// Its title is missing or long.
    #[error("the title must have 1 to 60 characters")]
    Title,
    /// What is said about it is long.
    #[error("what is said about it is too long: at most 2,000 characters, 200 for the attribution")]
    Long,
    /// The opacity is no percentage.
    #[error("the opacity is a percentage from 0 to 100")]
    Opacity,
    /// Nothing says how features are called.
    #[error("name must say which property holds a feature's name")]
    Name,
    /// Too many classes or properties.
    #[error("at most 20 classes and 20 properties to tell")]
    TooMany,
    /// Nothing tells the class of a feature.
    #[error("classes need the property that tells them")]
    ClassProperty,
    /// A class has no title, or a long one.
    #[error(
        "each class needs a title of at most 60 characters: no class is told by its colour alone"
    )]
    ClassTitle,
    /// No feature is of a class.
    #[error("the class {0} takes nothing: give values, from or below")]
    ClassEmpty(String),
    /// There is nothing to go through in time.
    #[error("time needs a property and 2 to 100 steps")]
    Steps,
    /// It ends before it begins.
    #[error("until lies before from")]
    Days,
    /// Its features are not its own.
    #[error("its features come from a dataset: change them in the catalogue")]
    OfDataset,
    /// The shape of a feature that is kept cannot be read.
    #[error("a feature that is kept cannot be read: {0}")]
    Kept(super::shape::ShapeError),
    /// It is not the YAML of a layer.
    #[error("{cause}")]
    Yaml {
        /// The line at which it cannot be read, from 1; 0 when that is not known.
        line: u64,
        /// The word that is meant, such as the name of a member; empty when none is.
        word: String,
        /// What may stand there instead; empty when that is not a choice of few.
        choices: Vec<String>,
        /// What the reader says.
        cause: String,
    },
}

impl LayerProblem {
    fn yaml(error: &serde_saphyr::Error) -> Self {
        let cause = error.to_string();
        // The reader names what it does not know, or misses, between back ticks.
        let mut named = cause.split('`').skip(1).step_by(2).map(str::to_owned);
        let word = named.next().unwrap_or_default();
        let choices = if cause.contains("unknown variant") {
            named.collect()
        } else {
            Vec::new()
        };
        Self::Yaml {
            line: error.location().map_or(0, |at| at.line()),
            word,
            choices,
            cause,
        }
    }
}

impl LayerDocument {
    /// What is wrong with it; none: nothing.
    pub fn problem(&self) -> Option<LayerProblem> {
        if !is_key(&self.key) {
            return Some(LayerProblem::Key(self.key.clone()));
        }
        if self.title.ja.trim().is_empty() || !self.title.is_short(60) {
            return Some(LayerProblem::Title);
        }
        if !self.about.is_short(2_000) || !self.attribution.is_short(200) {
            return Some(LayerProblem::Long);
        }
        if self.opacity > 100 {
            return Some(LayerProblem::Opacity);
        }
        if self.name.is_empty() {
            return Some(LayerProblem::Name);
        }
        if self.style.classes.len() > 20 || self.tells.len() > 20 {
            return Some(LayerProblem::TooMany);
        }
        if !self.style.classes.is_empty() && self.style.property.is_empty() {
            return Some(LayerProblem::ClassProperty);
        }
        for class in &self.style.classes {
            if class.title.ja.trim().is_empty() || !class.title.is_short(60) {
                return Some(LayerProblem::ClassTitle);
            }
            if class.values.is_empty() && class.from.is_none() && class.below.is_none() {
                return Some(LayerProblem::ClassEmpty(class.title.ja.clone()));
            }
        }
        if let Some(time) = &self.time
            && (time.property.is_empty() || !(2..=100).contains(&time.steps.len()))
        {
            return Some(LayerProblem::Steps);
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until < from
        {
            return Some(LayerProblem::Days);
        }
        None
    }

    /// Reads a layer as the desk writes it.
    ///
    /// # Errors
    /// [`LayerProblem`]: it is not YAML of a layer, or a layer that cannot be.
    pub fn from_yaml(yaml: &str) -> Result<Self, LayerProblem> {
        let document: Self =
            serde_saphyr::from_str(yaml).map_err(|error| LayerProblem::yaml(&error))?;
        document.problem().map_or(Ok(document), Err)
    }

    /// Whether it is shown on a day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// The class of a feature, by its place among the classes.
    pub fn class_of(&self, properties: &Properties) -> Option<usize> {
        let value = properties
            .get(&self.style.property)
            .map_or("", String::as_str);
        self.style
            .classes
            .iter()
            .position(|class| class.takes(value))
    }

    /// The step of a feature; none: it belongs to all.
    pub fn step_of<'p>(&self, properties: &'p Properties) -> Option<&'p str> {
        let time = self.time.as_ref()?;
        let value = properties.get(&time.property)?;
        time.steps
            .iter()
            .any(|step| step.value == *value)
            .then_some(value.as_str())
    }

    /// A feature's name in a language: the property's value, else the title of its class, else of the layer.
    pub fn name_of<'a>(&'a self, properties: &'a Properties, language: Language) -> &'a str {
        let of = |name: &str| {
            properties
                .get(name)
                .map(String::as_str)
                .filter(|value| !value.trim().is_empty())
        };
        let english = (language == Language::English)
            .then(|| of(&self.name_en))
            .flatten();
        english.or_else(|| of(&self.name)).unwrap_or_else(|| {
            self.class_of(properties)
                .and_then(|class| self.style.classes.get(class))
                .map_or(&self.title, |class| &class.title)
                .in_language(language)
        })
    }

    /// What readers are told about a feature: what, and its value. The title of its class comes first.
    pub fn told_of<'a>(
        &'a self,
        properties: &'a Properties,
        language: Language,
    ) -> Vec<(&'a str, &'a str)> {
        self.tells
            .iter()
            .filter_map(|told| {
                let value = properties.get(&told.property)?.trim();
                (!value.is_empty()).then(|| (told.title.in_language(language), value))
            })
            .collect()
    }

    /// The same as lines of plain text, with the class before.
    pub fn text_of(&self, properties: &Properties, language: Language) -> String {
        let class = self
            .class_of(properties)
            .and_then(|class| self.style.classes.get(class))
            .map(|class| class.title.in_language(language))
            .filter(|title| *title != self.name_of(properties, language));
        let told = self
            .told_of(properties, language)
            .into_iter()
            .map(|(title, value)| {
                let colon = if language == Language::English {
                    ": "
                } else {
                    "："
                };
                format!("{title}{colon}{value}")
            });
        class
            .map(str::to_owned)
            .into_iter()
            .chain(told)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn flood() -> LayerDocument {
        serde_json::from_value(serde_json::json!({
            "key": "flood",
            "title": {"ja": "洪水", "en": "Flood"},
            "department": "crisis",
            "theme": "hazard",
            "source": "own",
            "kind": "areas",
            "name": "name",
            "tells": [{"property": "depth", "title": {"ja": "深さ", "en": "Depth"}}],
            "style": {
                "sign": "square",
                "property": "depth",
                "classes": [
                    {"title": {"ja": "0.5m未満"}, "below": 0.5, "colour": "#F7F5A9"},
                    {"title": {"ja": "0.5〜3m", "en": "0.5–3 m"}, "from": 0.5, "below": 3.0, "colour": "#ffd8c0", "pattern": "dots"},
                    {"title": {"ja": "不明"}, "values": ["?", ""], "colour": "#cccccc"},
                ],
            },
            "time": {"property": "step", "steps": [{"value": "30", "title": {"ja": "30分後"}}, {"value": "60", "title": {"ja": "1時間後"}}]},
        }))
        .unwrap()
    }

    fn with(pairs: &[(&str, &str)]) -> Properties {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn rules_tell_the_class() {
        let layer = flood();
        assert_eq!(layer.problem(), None);
        for (depth, class) in [
            ("0.2", Some(0)),
            ("0.5", Some(1)),
            ("2.99", Some(1)),
            ("3", None),
            ("?", Some(2)),
            ("NaN", None),
        ] {
            assert_eq!(layer.class_of(&with(&[("depth", depth)])), class, "{depth}");
        }
        assert_eq!(layer.class_of(&Properties::new()), Some(2));
    }

    #[test]
    fn a_feature_is_told_in_the_readers_language() {
        let layer = flood();
        let feature = with(&[("depth", "1.5"), ("step", "60")]);
        assert_eq!(layer.name_of(&feature, Language::English), "0.5–3 m");
        assert_eq!(layer.name_of(&feature, Language::EasyJapanese), "0.5〜3m");
        assert_eq!(layer.text_of(&feature, Language::English), "Depth: 1.5");
        let named = with(&[("depth", "1.5"), ("name", "川沿い")]);
        assert_eq!(
            layer.text_of(&named, Language::Japanese),
            "0.5〜3m\n深さ：1.5"
        );
        assert_eq!(layer.step_of(&feature), Some("60"));
        assert_eq!(layer.step_of(&with(&[("step", "61")])), None);
    }

    #[test]
    fn documents_that_cannot_be_used_are_refused_with_a_sentence() {
        let change = |change: fn(&mut LayerDocument)| {
            let mut layer = flood();
            change(&mut layer);
            layer.problem()
        };
        assert!(change(|layer| "../x".clone_into(&mut layer.key)).is_some());
        assert!(change(|layer| layer.title.ja.clear()).is_some());
        assert!(change(|layer| layer.opacity = 101).is_some());
        assert!(change(|layer| layer.style.property.clear()).is_some());
        assert!(change(|layer| layer.style.classes[2].values.clear()).is_some());
        assert!(change(|layer| layer.style.classes[0].title.ja.clear()).is_some());
        assert!(change(|layer| layer.time.as_mut().unwrap().steps.truncate(1)).is_some());
        assert!(serde_json::from_value::<Colour>("red;x".into()).is_err());
        assert!(serde_json::from_value::<Colour>("#12345g".into()).is_err());
    }
}
