//! What the facts of reports are about, in words: a page says 「道路の穴・段差」 and not the key of the category.

use std::collections::BTreeMap;

use yakuba_city::{City, CityError};
use yakuba_ui::Language;

use crate::{equipment::failed, store};

/// The names of categories, by key.
pub(crate) async fn of_categories(
    city: &City,
    language: &str,
) -> Result<BTreeMap<String, String>, CityError> {
    let language = Language::from_code(language).unwrap_or_default();
    let current = store::current(city).await.map_err(failed)?;
    Ok(current
        .rules
        .categories
        .iter()
        .map(|category| {
            let name = category.name.get(language).to_owned();
            (category.key.as_str().to_owned(), name)
        })
        .collect())
}
