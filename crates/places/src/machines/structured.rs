//! A dataset as search engines read it (schema.org/Dataset).

use axum::http::HeaderMap;
use serde_json::{Value as Json, json};
use yakuba_city::{City, setting, web::Problem};

use super::base;
use crate::{
    pages::{forms_of, href, href_of_newest},
    store::{Dataset, FileEntry},
};

/// The dataset as JSON-LD in the words of schema.org.
pub(crate) async fn schema_org(
    city: &City,
    headers: &HeaderMap,
    dataset: &Dataset,
    files: &[FileEntry],
) -> Result<Json, Problem> {
    let base = base(headers);
    let publisher = setting(city.db(), "city.name").await?.unwrap_or_default();
    let document = &dataset.document;
    let address = format!("{base}{}", href(dataset.key()));
    let distribution: Vec<Json> = files
        .iter()
        .filter_map(|file| Some((file, file.newest.as_ref()?)))
        .flat_map(|(file, version)| {
            let base = base.clone();
            forms_of(version).map(move |form| {
                json!({
                    "@type": "DataDownload",
                    "name": file.title,
                    "encodingFormat": form.media_type(),
                    "contentUrl": format!("{base}{}", href_of_newest(&file.dataset, file.number, form)),
                })
            })
        })
        .chain(files.iter().filter(|file| file.newest.is_none()).filter_map(|file| {
            let link = file.linked()?;
            Some(json!({"@type": "DataDownload", "name": file.title, "contentUrl": link.address}))
        }))
        .collect();
    let mut value = json!({
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": address,
        "url": address,
        "identifier": dataset.key(),
        "name": document.title,
        "description": document.description,
        "keywords": document.keywords,
        "license": document.licence.url(),
        "isAccessibleForFree": true,
        "creator": {"@type": "GovernmentOrganization", "name": publisher},
        "dateModified": dataset.changed_at.to_string(),
        "includedInDataCatalog": {"@type": "DataCatalog", "url": format!("{base}/data")},
        "distribution": distribution,
    });
    if let Some(at) = dataset.published_at {
        value["datePublished"] = json!(at.to_string());
    }
    if !document.area.is_empty() {
        value["spatialCoverage"] = json!(document.area);
    }
    if document.from.is_some() || document.until.is_some() {
        let day = |day: Option<jiff::civil::Date>| {
            day.map_or_else(|| "..".to_owned(), |day| day.to_string())
        };
        value["temporalCoverage"] =
            json!(format!("{}/{}", day(document.from), day(document.until)));
    }
    Ok(value)
}
