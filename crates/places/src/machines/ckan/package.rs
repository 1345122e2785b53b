//! A dataset and its files, as CKAN calls them.

use serde_json::{Value as Json, json};

use super::{
    super::catalogue::{Catalogue, Distribution, Published},
    theme_title,
};
use crate::{
    model::content::Form,
    store::{FileEntry, Link, conforms_to},
};

/// Moments as CKAN writes them: UTC without a zone.
fn moment(at: jiff::Timestamp) -> String {
    jiff::tz::TimeZone::UTC
        .to_datetime(at)
        .strftime("%Y-%m-%dT%H:%M:%S%.6f")
        .to_string()
}

pub(super) fn package(catalogue: &Catalogue, published: &Published) -> Json {
    let dataset = &published.dataset;
    let document = &dataset.document;
    let mut resources = published
        .distributions(&catalogue.base)
        .enumerate()
        .map(|(position, distribution)| resource(published, &distribution, position))
        .collect::<Vec<Json>>();
    let from = resources.len();
    let links = published
        .links()
        .enumerate()
        .map(|(at, (file, link))| resource_of_link(published, file, link, from + at));
    resources.extend(links);
    let tags: Vec<Json> = document
        .keywords
        .iter()
        .map(|word| json!({"name": word, "display_name": word, "id": word, "state": "active"}))
        .collect();
    let theme = theme_title(document.theme);
    let mut extras = vec![
        ("frequency", document.rhythm.name().to_owned()),
        ("language", "ja".to_owned()),
    ];
    if !document.area.is_empty() {
        extras.push(("spatial", document.area.clone()));
    }
    for (name, day) in [
        ("temporal_start", document.from),
        ("temporal_end", document.until),
    ] {
        if let Some(day) = day {
            extras.push((name, day.to_string()));
        }
    }
    if let Some(national) = conforms_to(dataset, &published.files) {
        extras.push(("conforms_to", national.to_owned()));
    }
    let code = dataset.department().as_str();
    json!({
        "id": dataset.key(),
        "name": dataset.key(),
        "title": document.title,
        "notes": document.description,
        "url": format!("{}{}", catalogue.base, crate::pages::href(dataset.key())),
        "type": "dataset",
        "state": "active",
        "private": false,
        "isopen": true,
        "author": catalogue.publisher,
        "author_email": "",
        "maintainer": document.contact,
        "maintainer_email": document.email,
        "license_id": document.licence.name(),
        "license_title": document.licence.title(),
        "license_url": document.licence.url(),
        "metadata_created": moment(dataset.created_at),
        "metadata_modified": moment(dataset.changed_at),
        "owner_org": code,
        "organization": {"id": code, "name": code, "title": published.department, "type": "organization", "is_organization": true, "state": "active"},
        "groups": [{"id": document.theme.name(), "name": document.theme.name(), "title": theme, "display_name": theme}],
        "tags": tags,
        "num_tags": tags.len(),
        "extras": extras.iter().map(|(key, value)| json!({"key": key, "value": value})).collect::<Vec<_>>(),
        "resources": resources,
        "num_resources": resources.len(),
        "version": null,
    })
}

/// A file that stands elsewhere.
pub(super) fn resource_of_link(
    published: &Published,
    file: &FileEntry,
    link: &Link,
    position: usize,
) -> Json {
    json!({
        "id": link_id(file),
        "package_id": published.dataset.key(),
        "name": file.title,
        "description": "",
        "url": link.address,
        "format": link.format,
        "mimetype": null,
        "size": null,
        "created": moment(published.dataset.changed_at),
        "last_modified": moment(published.dataset.changed_at),
        "position": position,
        "state": "active",
        "hash": "",
        "datastore_active": false,
    })
}

/// The id of a file that stands elsewhere.
pub(super) fn link_id(file: &FileEntry) -> String {
    format!("{}.{}.link", file.dataset, file.number)
}

pub(super) fn resource(
    published: &Published,
    distribution: &Distribution<'_>,
    position: usize,
) -> Json {
    json!({
        "id": distribution.id,
        "package_id": published.dataset.key(),
        "name": distribution.file.title,
        "description": distribution.version.note,
        "url": distribution.url,
        "format": distribution.form.name().to_uppercase(),
        "mimetype": distribution.form.media_type().split(';').next(),
        "size": (distribution.form == Form::Csv).then_some(distribution.version.csv_bytes),
        "created": moment(distribution.version.made_at),
        "last_modified": moment(distribution.version.made_at),
        "position": position,
        "state": "active",
        "hash": "",
        "datastore_active": distribution.form == Form::Csv,
    })
}
