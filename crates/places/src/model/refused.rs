//! Why a file is not taken, as a sentence of the locales with its values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yakuba_addresses::FileProblem;
use yakuba_sheets::SheetError;
use yakuba_ui::{Language, Value};

use super::{
    content::ContentError,
    map::{
        layer::LayerProblem,
        package::{FeatureError, MOST_BYTES, MOST_FEATURES},
        shape::ShapeError,
    },
    shapefile::ShapefileError,
};
use crate::fetch::FetchError;

/// A sentence by its key, `desk-refused-` before it, and its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The key.
    pub key: String,
    /// The values of the sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(
            &crate::DESK_WORDS
                .words(Language::English)
                .with_owned(&format!("desk-refused-{}", self.key), &self.told()),
        )
    }
}

impl Refused {
    /// The values as texts take them.
    pub(crate) fn told(&self) -> Vec<(String, Value<'static>)> {
        self.values
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect()
    }

    fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            values: BTreeMap::new(),
        }
    }

    fn with(mut self, name: &str, value: &impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }
}

/// A size as people read it.
fn megabytes(bytes: u64) -> u64 {
    bytes >> 20
}

impl From<&SheetError> for Refused {
    fn from(error: &SheetError) -> Self {
        let told = Self::new(error.code());
        match error {
            SheetError::FileTooLarge { limit, .. } => told.with("limit", &megabytes(*limit)),
            SheetError::NotASheet { .. }
            | SheetError::Empty
            | SheetError::PasswordProtected
            | SheetError::UnpacksTooLarge { .. }
            | SheetError::TooManyParts { .. }
            | SheetError::Damaged { .. }
            | SheetError::ZipWithoutWorkbook => told,
            SheetError::Undecodable { line, charset, .. } => {
                told.with("line", line).with("charset", charset)
            }
            SheetError::SeveralCharsets { one, other } => {
                told.with("one", one).with("other", other)
            }
            SheetError::NulByte { line, .. } => told.with("line", line),
            SheetError::CellTooLarge { row, column, .. } => {
                told.with("row", row).with("column", column)
            }
            SheetError::TooManyRows { limit, .. }
            | SheetError::TooManyColumns { limit, .. }
            | SheetError::TooManyCells { limit }
            | SheetError::TooManySheets { limit, .. } => told.with("limit", limit),
        }
    }
}

impl From<&ShapefileError> for Refused {
    fn from(error: &ShapefileError) -> Self {
        match error {
            ShapefileError::Archive(error) => error.into(),
            ShapefileError::Missing(part) => Self::new("shape-missing").with("part", part),
            ShapefileError::Several(count) => Self::new("shape-several").with("count", count),
            ShapefileError::System(name) => Self::new("shape-system").with("name", name),
            ShapefileError::Charset(name) => Self::new("shape-charset").with("name", name),
            ShapefileError::Kind(kind) => Self::new("shape-kind").with("kind", kind),
            ShapefileError::Broken(_) => Self::new("shape-broken"),
            ShapefileError::TooLarge(number) => Self::new("shape-large").with("number", number),
            ShapefileError::Nowhere(number) => Self::new("shape-nowhere").with("number", number),
        }
    }
}

impl From<&ContentError> for Refused {
    fn from(error: &ContentError) -> Self {
        match error {
            ContentError::Sheet(error) => error.into(),
            ContentError::Shapefile(error) => error.into(),
            ContentError::SeveralSheets(count) => Self::new("sheets").with("count", count),
            ContentError::WiderThanHeader(line) => Self::new("wider").with("line", line),
            ContentError::GeoJson(_) => Self::new("geojson"),
            ContentError::Shape(number, _) => Self::new("geojson-shape").with("number", number),
        }
    }
}

impl From<&ShapeError> for Refused {
    fn from(error: &ShapeError) -> Self {
        match error {
            ShapeError::Kind => Self::new("feature-kind"),
            ShapeError::Position => Self::new("feature-position"),
            ShapeError::Outside => Self::new("feature-outside"),
            ShapeError::TooLarge => Self::new("feature-large"),
            ShapeError::TooFew => Self::new("feature-few"),
            ShapeError::Crosses(at) => Self::new("feature-crosses").with("at", at),
            ShapeError::Invalid(_) => Self::new("feature-invalid"),
        }
    }
}

impl From<&FeatureError> for Refused {
    fn from(error: &FeatureError) -> Self {
        match error {
            FeatureError::NotGeoJson(_) => Self::new("geojson"),
            FeatureError::Shapefile(refused) => refused.clone(),
            FeatureError::TooLarge => Self::new("features-large")
                .with("megabytes", &megabytes(MOST_BYTES as u64))
                .with("features", &MOST_FEATURES),
            FeatureError::Shape(number, error) => Self::from(error).with("number", number),
            FeatureError::Kind(number, _) => Self::new("feature-other-kind").with("number", number),
            FeatureError::Properties(number) => {
                Self::new("feature-properties").with("number", number)
            }
        }
    }
}

impl From<&LayerProblem> for Refused {
    fn from(error: &LayerProblem) -> Self {
        match error {
            LayerProblem::Key(key) => Self::new("layer-key").with("key", key),
            LayerProblem::Title => Self::new("layer-title"),
            LayerProblem::Long => Self::new("layer-long"),
            LayerProblem::Opacity => Self::new("layer-opacity"),
            LayerProblem::Name => Self::new("layer-name"),
            LayerProblem::TooMany => Self::new("layer-many"),
            LayerProblem::ClassProperty => Self::new("layer-class-property"),
            LayerProblem::ClassTitle => Self::new("layer-class-title"),
            LayerProblem::ClassEmpty(class) => Self::new("layer-class-empty").with("class", class),
            LayerProblem::Steps => Self::new("layer-steps"),
            LayerProblem::Days => Self::new("layer-days"),
            LayerProblem::OfDataset => Self::new("layer-of-dataset"),
            LayerProblem::Kept(_) => Self::new("layer-kept"),
            LayerProblem::Yaml {
                line,
                word,
                choices,
                ..
            } => {
                let key = match (*line, word.is_empty(), choices.is_empty()) {
                    (0, ..) => "layer-yaml",
                    (_, true, _) => "layer-yaml-line",
                    (_, false, true) => "layer-yaml-word",
                    (_, false, false) => "layer-yaml-choice",
                };
                Self::new(key)
                    .with("line", line)
                    .with("word", word)
                    .with("choices", &choices.join(", "))
            }
        }
    }
}

impl From<&FileProblem> for Refused {
    fn from(error: &FileProblem) -> Self {
        match error {
            FileProblem::Sheet(error) => error.into(),
            FileProblem::Headings => Self::new("address-headings"),
            FileProblem::Wider(line) => Self::new("wider").with("line", line),
            FileProblem::System { line, system } => Self::new("address-system")
                .with("line", line)
                .with("system", system),
            FileProblem::Position {
                line,
                latitude,
                longitude,
            } => Self::new("address-position")
                .with("line", line)
                .with("latitude", latitude)
                .with("longitude", longitude),
        }
    }
}

impl From<&FetchError> for Refused {
    fn from(error: &FetchError) -> Self {
        let told = Self::new(format!("fetch-{}", error.name()));
        match error {
            FetchError::Status(status) => told.with("status", status),
            FetchError::TooLarge(limit) => told.with("limit", &megabytes(*limit)),
            FetchError::Address
            | FetchError::Private
            | FetchError::Unreachable
            | FetchError::TooSlow
            | FetchError::Turns
            | FetchError::Page => told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_refused_by_its_number() {
        for (error, told) in [
            (ShapeError::Kind, "Feature 3 cannot be read"),
            (ShapeError::Crosses("34.4, 135".to_owned()), "at 34.4, 135"),
            (ShapeError::Invalid("x".to_owned()), "not valid"),
        ] {
            let sentence = Refused::from(&FeatureError::Shape(3, error)).to_string();
            assert!(
                sentence.contains(told) && sentence.contains('3'),
                "{sentence}"
            );
        }
        let large = Refused::from(&FeatureError::TooLarge).to_string();
        assert!(
            large.contains("64 MB") && large.contains("1000000"),
            "{large}"
        );
    }
}
