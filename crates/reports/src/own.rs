//! A resident's own reports, for the page of their account.

use yakuba_city::{City, CityError, OwnRecord, OwnRecords};
use yakuba_ui::Language;

use crate::{
    WORDS,
    equipment::failed,
    pages::{
        asked::{category_name, state_key},
        href,
    },
    store::{self, own},
};

/// What a resident reported and wanted to find in the account again; none when there is nothing.
///
/// # Errors
/// When the reports cannot be read.
pub(crate) async fn records(
    city: &City,
    resident: i64,
    language: &str,
) -> Result<Option<OwnRecords>, CityError> {
    let language = Language::from_code(language).unwrap_or_default();
    let words = WORDS.words(language);
    let key = city.key().map_err(|error| failed(error.into()))?;
    let current = store::current(city).await.map_err(failed)?;
    let records: Vec<OwnRecord> = own::of(city.db(), &own::owner(key, resident))
        .await
        .map_err(failed)?
        .iter()
        // What the city does not show to anybody has no page.
        .filter(|report| report.is_shown)
        .map(|report| OwnRecord {
            title: format!(
                "{} {}",
                category_name(&current, &report.category, language),
                report.public_id
            ),
            state: words.get(&state_key(report.state)).into_owned(),
            at: report.received_at,
            href: href(&report.public_id),
        })
        .collect();
    Ok((!records.is_empty()).then(|| OwnRecords {
        title: words.get("reports-own-title").into_owned(),
        about: words.get("reports-own-about").into_owned(),
        records,
    }))
}
