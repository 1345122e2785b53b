//! Layers as files: a list in YAML with the features of each beside it as GeoJSON (`yakuba map layers import`).

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use yakuba_sheets::Limits;

use super::{
    super::{refused::Refused, shapefile},
    layer::{Audience, LayerDocument, Properties, Source},
    shape,
};

/// What a list says it is.
pub const FORMAT: &str = "yakuba-map/1";
/// The most bytes of a file of features.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;
/// The most features of a file.
pub const MOST_FEATURES: usize = 1_000_000;
/// The most properties of a feature.
const MOST_PROPERTIES: usize = 200;
/// The most characters of a property.
const LONGEST_PROPERTY: usize = 5_000;

/// A list of layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layers {
    /// `yakuba-map/1`.
    pub format: String,
    /// The layers.
    pub layers: Vec<Packed>,
}

/// A layer of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packed {
    /// What is said about it.
    pub layer: LayerDocument,
    /// Who sees it.
    #[serde(default)]
    pub audience: Audience,
    /// Where its features are, from the list's folder; nothing for layers of datasets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<String>,
}

/// A feature, read and examined.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its shape in degrees.
    pub shape: geo::Geometry,
    /// Its properties.
    pub properties: Properties,
}

/// Why a file of features cannot be taken: a sentence with the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeatureError {
    /// It is no GeoJSON.
    #[error("the file is not GeoJSON: {0}. Save it as a FeatureCollection (RFC 7946) in UTF-8")]
    NotGeoJson(String),
    /// It is no Shapefile that can be read.
    #[error("{0}")]
    Shapefile(Refused),
    /// It is too large.
    #[error("the file has more than {} MB or {MOST_FEATURES} features. Divide it into several layers", MOST_BYTES / 1024 / 1024)]
    TooLarge,
    /// A feature's shape cannot be taken.
    #[error("feature {0}: {1}")]
    Shape(usize, shape::ShapeError),
    /// A feature is of another kind than the layer.
    #[error(
        "feature {0} is not of the layer's kind ({1}). Divide the file by kind or let the layer take any"
    )]
    Kind(usize, &'static str),
    /// A feature has too many or too long properties.
    #[error(
        "feature {0} has more than {MOST_PROPERTIES} properties or one of more than {LONGEST_PROPERTY} characters. Leave out what the map does not need"
    )]
    Properties(usize),
}

impl Layers {
    /// Reads a list.
    ///
    /// # Errors
    /// A sentence about what is wrong and where.
    pub fn from_yaml(yaml: &str) -> Result<Self, String> {
        let list: Self = serde_saphyr::from_str(yaml).map_err(|error| error.to_string())?;
        if list.format != FORMAT {
            return Err(format!("its format is {:?} and not {FORMAT}", list.format));
        }
        for packed in &list.layers {
            let key = &packed.layer.key;
            if let Some(problem) = packed.layer.problem() {
                return Err(format!("layer {key:?}: {problem}"));
            }
            match (&packed.layer.source, &packed.features) {
                (Source::Dataset(_), Some(_)) => {
                    return Err(format!(
                        "layer {key:?}: its features come from a dataset and not from a file"
                    ));
                }
                (_, Some(path)) => {
                    let is_inside = !path.starts_with('/')
                        && !path.contains('\\')
                        && path.split('/').all(|part| !part.is_empty() && part != "..");
                    if !is_inside {
                        return Err(format!(
                            "layer {key:?}: the path {path:?} leaves the list's folder"
                        ));
                    }
                }
                _ => {}
            }
        }
        Ok(list)
    }
}

/// Reads the features of a layer from GeoJSON or a Shapefile in an archive and examines each.
///
/// # Errors
/// [`FeatureError`], for the first feature that cannot be taken.
pub fn features(bytes: &[u8], layer: &LayerDocument) -> Result<Vec<Feature>, FeatureError> {
    if bytes.len() > MOST_BYTES {
        return Err(FeatureError::TooLarge);
    }
    let from_shapefile;
    let bytes = if shapefile::is_one(bytes) {
        let limits = Limits {
            file_bytes: MOST_BYTES as u64,
            rows: MOST_FEATURES,
            columns: MOST_PROPERTIES,
            cells: 10_000_000,
            ..Limits::default()
        };
        let content = shapefile::read(bytes, &limits)
            .map_err(|error| FeatureError::Shapefile((&error).into()))?;
        from_shapefile = content.to_geojson().unwrap_or_default();
        &from_shapefile
    } else {
        bytes
    };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let whole: Json = serde_json::from_slice(text)
        .map_err(|error| FeatureError::NotGeoJson(error.to_string()))?;
    let (Some("FeatureCollection"), Some(list)) =
        (whole["type"].as_str(), whole["features"].as_array())
    else {
        return Err(FeatureError::NotGeoJson("no FeatureCollection".to_owned()));
    };
    if list.len() > MOST_FEATURES {
        return Err(FeatureError::TooLarge);
    }
    list.iter()
        .enumerate()
        // A row of a table may have no place: it is not on the map.
        .filter(|(_, feature)| !feature["geometry"].is_null())
        .map(|(at, feature)| {
            let number = at + 1;
            let shape = shape::read(&feature["geometry"])
                .map_err(|error| FeatureError::Shape(number, error))?;
            if !layer.kind.takes(&shape) {
                return Err(FeatureError::Kind(number, layer.kind.name()));
            }
            let properties =
                properties(&feature["properties"]).ok_or(FeatureError::Properties(number))?;
            Ok(Feature { shape, properties })
        })
        .collect()
}

/// The properties of a feature as texts; none when there are too many or one is too long.
pub fn properties(value: &Json) -> Option<Properties> {
    let Some(object) = value.as_object() else {
        return Some(Properties::new());
    };
    if object.len() > MOST_PROPERTIES {
        return None;
    }
    object
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let text = match value {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            let is_short = name.chars().count() <= 200 && text.chars().count() <= LONGEST_PROPERTY;
            is_short.then(|| (name.clone(), text))
        })
        .collect()
}

/// A feature as GeoJSON.
pub fn written(number: i64, geometry: &Json, properties: &Properties) -> Json {
    json!({"type": "Feature", "id": number, "geometry": geometry, "properties": properties})
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "format: yakuba-map/1
layers:
  - layer:
      key: sewer
      title: {ja: 下水道}
      department: water
      theme: works
      source: own
      kind: lines
      name: 名称
      style: {sign: ring}
    audience: public
    features: a/sewer.geojson
";

    #[test]
    fn a_list_is_read_and_stays_in_its_folder() {
        let list = Layers::from_yaml(LIST).unwrap();
        assert_eq!(list.layers[0].audience, Audience::Public);
        for (from, to) in [
            ("a/sewer.geojson", "../x.geojson"),
            ("a/sewer.geojson", "/etc/passwd"),
            ("yakuba-map/1", "yakuba-map/2"),
            ("key: sewer", "key: A"),
            ("theme: works", "theme: nothing"),
            ("source: own", "source: {dataset: aed}"),
            ("sign: ring", "sign: heart"),
        ] {
            assert!(Layers::from_yaml(&LIST.replace(from, to)).is_err(), "{to}");
        }
    }

    fn read_all(list: &Json) -> Result<Vec<Feature>, FeatureError> {
        let layer = &Layers::from_yaml(LIST).unwrap().layers[0].layer;
        features(list.to_string().as_bytes(), layer)
    }

    #[test]
    fn features_are_read_with_their_properties_as_texts() {
        let line = json!({"type": "LineString", "coordinates": [[135.0, 34.4], [135.1, 34.4]]});
        let found = read_all(&json!({"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": line, "properties": {"名称": "<b>幹線</b>", "径": 450, "備考": null}},
            {"type": "Feature", "geometry": null, "properties": {"名称": "場所なし"}},
            {"type": "Feature", "geometry": line, "properties": null},
        ]}))
        .unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].properties["名称"], "<b>幹線</b>");
        assert_eq!(found[0].properties["径"], "450");
        assert!(!found[0].properties.contains_key("備考"));
    }

    #[test]
    fn hostile_files_are_refused() {
        let line = json!({"type": "LineString", "coordinates": [[135.0, 34.4], [135.1, 34.4]]});
        let one =
            |feature: Json| read_all(&json!({"type": "FeatureCollection", "features": [feature]}));
        let point = json!({"type": "Point", "coordinates": [135.0, 34.4]});
        assert_eq!(
            one(json!({"geometry": point})),
            Err(FeatureError::Kind(1, "lines"))
        );
        let long = "あ".repeat(LONGEST_PROPERTY + 1);
        assert_eq!(
            one(json!({"geometry": line, "properties": {"a": long}})),
            Err(FeatureError::Properties(1))
        );
        assert!(matches!(
            one(json!({"geometry": {"type": "LineString"}})),
            Err(FeatureError::Shape(1, _))
        ));
        assert!(matches!(
            read_all(&json!({"type": "Feature"})),
            Err(FeatureError::NotGeoJson(_))
        ));
        let layer = &Layers::from_yaml(LIST).unwrap().layers[0].layer;
        let deep = "[".repeat(10_000);
        for text in [
            "",
            "{",
            "null",
            "\u{0}",
            deep.as_str(),
            "{\"type\":\"FeatureCollection\",\"features\":[{\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[NaN,1]]}}]}",
        ] {
            assert!(features(text.as_bytes(), layer).is_err());
        }
    }
}
