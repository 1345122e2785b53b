//! The published datasets with everything that programs are told about them.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use yakuba_city::{City, setting, web::Problem};
use yakuba_identity::department_names;

use super::base;
use crate::{
    model::content::Form,
    pages::{forms_of, href_of_newest},
    store::{self, Dataset, FileEntry, Link, Version},
};

/// A published dataset with its files.
pub(super) struct Published {
    pub(super) dataset: Dataset,
    pub(super) files: Vec<FileEntry>,
    pub(super) department: String,
}

/// A file in a form: what other catalogues call a resource or a distribution.
pub(super) struct Distribution<'a> {
    pub(super) id: String,
    pub(super) file: &'a FileEntry,
    pub(super) version: &'a Version,
    pub(super) form: Form,
    pub(super) url: String,
}

/// Everything that is published.
pub(super) struct Catalogue {
    pub(super) base: String,
    pub(super) publisher: String,
    pub(super) datasets: Vec<Published>,
    /// The departments that publish something, by code.
    pub(super) departments: BTreeMap<String, String>,
}

impl Catalogue {
    pub(super) async fn load(city: &City, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut files = store::files(city.db()).await?;
        let names = department_names(city.db(), true).await?;
        let datasets: Vec<Published> = store::datasets(city.db())
            .await?
            .into_iter()
            .filter(Dataset::is_public)
            .map(|dataset| Published {
                files: files.remove(dataset.key()).unwrap_or_default(),
                department: names
                    .get(dataset.department())
                    .cloned()
                    .unwrap_or_else(|| dataset.department().as_str().to_owned()),
                dataset,
            })
            .collect();
        let departments = datasets
            .iter()
            .map(|published| {
                (
                    published.dataset.department().as_str().to_owned(),
                    published.department.clone(),
                )
            })
            .collect();
        Ok(Self {
            base: base(headers),
            publisher: setting(city.db(), "city.name").await?.unwrap_or_default(),
            datasets,
            departments,
        })
    }

    pub(super) fn dataset(&self, key: &str) -> Option<&Published> {
        self.datasets
            .iter()
            .find(|published| published.dataset.key() == key)
    }

    /// A resource's dataset, file and form, by the resource's id.
    pub(super) fn distribution(&self, id: &str) -> Option<(&Published, Distribution<'_>)> {
        self.datasets.iter().find_map(|published| {
            let found = published
                .distributions(&self.base)
                .find(|distribution| distribution.id == id)?;
            Some((published, found))
        })
    }
}

impl Published {
    /// Its files that are told as links, with their addresses and kinds.
    pub(super) fn links(&self) -> impl Iterator<Item = (&FileEntry, &Link)> {
        self.files
            .iter()
            .filter(|file| file.newest.is_none())
            .filter_map(|file| Some((file, file.linked()?)))
    }

    /// Its files in every form.
    pub(super) fn distributions<'a>(
        &'a self,
        base: &'a str,
    ) -> impl Iterator<Item = Distribution<'a>> + 'a {
        self.files
            .iter()
            .filter_map(|file| Some((file, file.newest.as_ref()?)))
            .flat_map(move |(file, version)| {
                forms_of(version).map(move |form| Distribution {
                    id: format!("{}.{}.{}", file.dataset, file.number, form.ending()),
                    file,
                    version,
                    form,
                    url: format!("{base}{}", href_of_newest(&file.dataset, file.number, form)),
                })
            })
    }
}
