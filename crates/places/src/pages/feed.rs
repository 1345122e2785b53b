//! What changed, as Atom (RFC 4287): in the whole catalogue or in one dataset.

use std::{collections::BTreeMap, io};

use axum::{extract::Path, response::Response};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use yakuba_city::web::{Answer, Problem};

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
    let write = || -> io::Result<Vec<u8>> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        writer
            .create_element("feed")
            .with_attribute(("xmlns", "http://www.w3.org/2005/Atom"))
            .with_attribute(("xml:lang", visit.language.html_lang()))
            .write_inner_content(|writer| {
                let newest = changes
                    .iter()
                    .map(|change| change.at)
                    .max()
                    .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
                text(writer, "id", &format!("{base}{home}/feed.atom"))?;
                text(writer, "title", title)?;
                text(writer, "updated", &newest.to_string())?;
                writer
                    .create_element("author")
                    .write_inner_content(|writer| text(writer, "name", &visit.shell.city_name))?;
                link(writer, "self", &format!("{base}{home}/feed.atom"))?;
                link(writer, "alternate", &format!("{base}{home}"))?;
                for change in changes {
                    let Some(dataset) = datasets
                        .iter()
                        .find(|dataset| dataset.key() == change.dataset)
                    else {
                        continue;
                    };
                    let of = files.get(&change.dataset).map_or(&[][..], Vec::as_slice);
                    writer
                        .create_element("entry")
                        .write_inner_content(|writer| {
                            text(
                                writer,
                                "id",
                                &format!("{base}{}#change-{}", href(&change.dataset), change.id),
                            )?;
                            text(writer, "title", visit.title(dataset))?;
                            text(writer, "updated", &change.at.to_string())?;
                            link(
                                writer,
                                "alternate",
                                &format!("{base}{}", href(&change.dataset)),
                            )?;
                            text(writer, "summary", &line(visit, change, of))
                        })?;
                }
                Ok(())
            })?;
        Ok(writer.into_inner())
    };
    let body = write().map_err(|error| Problem::internal(&error))?;
    Ok(Answer::new("application/atom+xml; charset=utf-8", body)
        .by_language()
        .respond(&visit.headers))
}

fn text(writer: &mut Writer<Vec<u8>>, name: &str, content: &str) -> io::Result<()> {
    writer
        .create_element(name)
        .write_text_content(BytesText::new(&printable(content)))?;
    Ok(())
}

fn link(writer: &mut Writer<Vec<u8>>, rel: &str, href: &str) -> io::Result<()> {
    writer
        .create_element("link")
        .with_attribute(("rel", rel))
        .with_attribute(("href", href))
        .write_empty()?;
    Ok(())
}

/// A text without the signs that XML 1.0 (2.2, Char) cannot hold, however they are escaped.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|sign| {
            (!sign.is_control() || matches!(sign, '\t' | '\n' | '\r'))
                && !matches!(sign, '\u{fffe}' | '\u{ffff}')
        })
        .collect()
}
