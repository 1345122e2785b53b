//! What everybody sees: the catalogue, one dataset, its files in every form, and the feed of changes.

mod chart;
mod dataset;
mod download;
mod feed;
mod list;
pub(crate) mod map;
mod places;
mod visit;

use yakuba_city::web::{Access, Routes};

pub(crate) use dataset::{dictionary_of, forms_of, numbers_of};
pub use visit::Mirrored;
pub(crate) use visit::WORDS;

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    map::routes()
        .get("/data", Access::Public, list::page)
        .get("/data/feed.atom", Access::Public, feed::all)
        .get("/data/{dataset}", Access::Public, dataset::page)
        .get("/data/{dataset}/feed.atom", Access::Public, feed::one)
        .get(
            "/data/{dataset}/files/{file}/chart",
            Access::Public,
            chart::page,
        )
        .get(
            "/data/{dataset}/files/{file}/map",
            Access::Public,
            places::page,
        )
        .get(
            "/data/{dataset}/files/{file}/map.geojson",
            Access::Public,
            places::geojson,
        )
        .get(
            "/data/{dataset}/files/{file}/{name}",
            Access::Public,
            download::file,
        )
}

/// Names one after the other, as a language writes them.
pub(crate) fn listed(
    names: &[impl std::borrow::Borrow<str>],
    language: yakuba_ui::Language,
) -> String {
    names.join(if language.is_japanese() { "、" } else { ", " })
}

/// The address of a dataset.
pub(crate) fn href(key: &str) -> String {
    format!("/data/{key}")
}

/// The address of what belongs to a file.
pub(crate) fn href_of_file(key: &str, file: i64) -> String {
    format!("/data/{key}/files/{file}")
}

/// The address of a file's newest version in a form.
pub(crate) fn href_of_newest(key: &str, file: i64, form: crate::model::content::Form) -> String {
    format!("{}/latest.{}", href_of_file(key, file), form.ending())
}

/// The address of one version in a form.
pub(crate) fn href_of_version(
    key: &str,
    file: i64,
    version: i64,
    form: crate::model::content::Form,
) -> String {
    format!("{}/v{version}.{}", href_of_file(key, file), form.ending())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
