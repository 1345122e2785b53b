//! The JSON Schema of forms as files.

use schemars::{Schema, schema_for};

use crate::model::document::FormDocument;

/// The JSON Schema of a form's YAML, for editors and for those who make forms elsewhere.
pub fn schema() -> Schema {
    schema_for!(FormDocument)
}
