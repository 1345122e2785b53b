//! What the facts of assets are about, in words: a formula says 「街頭防犯カメラ」 and not the key of the kind.

use std::collections::BTreeMap;

use yakuba_city::{City, CityError};
use yakuba_ui::Language;

use crate::{error::AssetError, store::kinds};

/// The names of kinds, by key.
pub(crate) async fn of_kinds(
    city: &City,
    language: &str,
) -> Result<BTreeMap<String, String>, CityError> {
    let language = Language::from_code(language).unwrap_or_default();
    let kinds = kinds(city).await.map_err(|error| match error {
        AssetError::City(error) => error,
        error => CityError::Stored {
            what: "kind of asset",
            cause: error.to_string(),
        },
    })?;
    Ok(kinds
        .all()
        .iter()
        .map(|kind| {
            let name = kind.name.get(language).to_owned();
            (kind.key.as_str().to_owned(), name)
        })
        .collect())
}
