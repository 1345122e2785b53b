//! Values that people write in YAML with or without quotation marks.

use serde::Deserialize;

/// Text or a number, as a configuration file may hold either for the same value (`code: 272051`, `code: "272051"`).
#[derive(Deserialize)]
#[serde(untagged, expecting = "text or a number")]
pub(crate) enum Scalar {
    Text(String),
    Integer(i64),
    Fraction(f64),
}
