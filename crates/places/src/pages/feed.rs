//! What changed, as Atom (RFC 4287): in the whole catalogue or in one dataset.

use std::collections::BTreeMap;

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_ui::{AtomEntry, AtomFeed, AtomText};

use super::{dataset::line, href, visit::Visit};
use crate::{
    machines::base,
    store::{self, Change, Dataset, FileEntry},
};

/// Entries of a feed at most.
const ENTRIES: u32 = 50;

pub(super) async fn all(visit: Visit) -> Result<Response, Problem> {
    let changes = store::changes(visit.city.db(), None, ENTRIES).await?;
    let files = store::files(visit.city.db()).await?;
    let datasets = store::datasets(visit.city.db()).await?;
    let title = visit.t("places-title");
    feed(&visit, &title, "/data", &changes, &datasets, &files)
}

pub(super) async fn one(visit: Visit, Path(key): Path<String>) -> Result<Response, Problem> {
    let dataset = visit.dataset(&key).await?;
    let changes = store::changes(visit.city.db(), Some(&key), ENTRIES).await?;
    let files = BTreeMap::from([(key.clone(), store::files_of(visit.city.db(), &key).await?)]);
    let title = visit.title(&dataset).to_owned();
    feed(&visit, &title, &href(&key), &changes, &[dataset], &files)
}

fn feed(
    visit: &Visit,
    title: &str,
    home: &str,
    changes: &[Change],
    datasets: &[Dataset],
    files: &BTreeMap<String, Vec<FileEntry>>,
) -> Result<Response, Problem> {
    let base = base(&visit.headers);
    let own = format!("{base}{home}/feed.atom");
    AtomFeed {
        id: own.clone(),
        title: title.to_owned(),
        language: visit.language,
        author: visit.shell.city_name.clone(),
        own,
        home: format!("{base}{home}"),
        entries: changes
            .iter()
            .filter_map(|change| {
                let dataset = datasets
                    .iter()
                    .find(|dataset| dataset.key() == change.dataset)?;
                let of = files.get(&change.dataset).map_or(&[][..], Vec::as_slice);
                let address = format!("{base}{}", href(&change.dataset));
                Some(AtomEntry {
                    id: format!("{address}#change-{}", change.id),
                    address,
                    title: visit.title(dataset).to_owned(),
                    updated: change.at,
                    text: AtomText::Summary(line(visit, change, of)),
                })
            })
            .collect(),
    }
    .respond(&visit.headers)
}
