//! What changed in a plan, as an Atom feed (RFC 4287): every published version, the targets it says were missed, and
//! the figures it corrects.

use std::{collections::BTreeSet, io, sync::Arc};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::Response,
};
use jiff::Timestamp;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use yakuba_city::{City, JAPAN, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_ui::{Language, Words};

use super::{
    WORDS,
    answer::Answer,
    figures::was_over,
    plans::{changes_of, measured, moment},
};
use crate::{
    measuring::MeasuredPlan,
    model::{
        difference::Change,
        document::{FigureKind, Group, Indicator},
        status::{Course, Status, YearProgress, judge},
    },
    pages::view,
    store::{self, PublishedPlan, VersionRecord},
};

/// Versions in the feed at most.
const VERSIONS: usize = 30;
/// Lines of one entry at most.
const LINES: usize = 40;

struct Entry {
    id: String,
    at: String,
    title: String,
    link: String,
    lines: Vec<String>,
}

pub(super) async fn atom(
    State(city): State<City>,
    Path(key): Path<String>,
    language: Language,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let words = WORDS.words(language);
    let plan = measured(&city, &key).await?;
    let records = store::versions(city.db(), plan.plan.record.id).await?;
    let first_at = records.last().map_or(0, |first| first.published_at);
    let mut versions: Vec<(VersionRecord, Arc<PublishedPlan>)> = Vec::new();
    // One more than shown, to tell what the oldest one changed.
    for record in records.into_iter().take(VERSIONS + 1) {
        let version = store::version(&city, &key, record.number).await?;
        versions.push((record, version));
    }
    let mut entries = Vec::new();
    for (place, (record, version)) in versions.iter().enumerate().take(VERSIONS) {
        let before = versions.get(place + 1);
        entries.extend(entries_of(&key, record, version, before, &plan, words));
    }
    let base = base(&headers);
    let feed = Feed {
        words,
        plan: &plan,
        id: stable_id(&["feed", &key], first_at),
        updated: entries
            .first()
            .map(|entry| entry.at.clone())
            .unwrap_or_default(),
        entries,
        base,
    };
    let body = feed.write().map_err(|error| Problem::internal(&error))?;
    Ok(Answer::new("application/atom+xml; charset=utf-8", body)
        .by_language()
        .respond(&headers))
}

fn entries_of(
    key: &str,
    record: &VersionRecord,
    version: &PublishedPlan,
    before: Option<&(VersionRecord, Arc<PublishedPlan>)>,
    plan: &MeasuredPlan,
    words: Words,
) -> Vec<Entry> {
    let language = words.language();
    let number = record.number.to_string();
    let entry = |what: &str, title: &str, count: usize, lines: Vec<String>| Entry {
        id: stable_id(&[what, key, &number], record.published_at),
        at: moment(record.published_at).unwrap_or_default(),
        title: words
            .with(
                title,
                &[("version", record.number.into()), ("count", count.into())],
            )
            .into_owned(),
        link: format!("/plan/{key}/versions/{number}"),
        lines,
    };
    let mut entries = Vec::new();
    let changes = changes_of(record);
    let mut lines = vec![record.reason.clone()];
    if record.number > 1 {
        lines.push(
            words
                .counted("api-feed-changes", changes.len())
                .into_owned(),
        );
    }
    entries.push(entry("version", "api-feed-version", changes.len(), lines));

    let known: BTreeSet<(String, FiscalYear)> = before
        .map(|(record, before)| {
            let list = missed(before, record.published_at).into_iter();
            list.map(|missed| (missed.key, missed.year)).collect()
        })
        .unwrap_or_default();
    let newly: Vec<String> = missed(version, record.published_at)
        .into_iter()
        .filter(|missed| !known.contains(&(missed.key.clone(), missed.year)))
        // A person who decided otherwise since has the word here as on the page.
        .filter(|missed| {
            plan.indicators
                .get(&missed.key)
                .and_then(|indicator| indicator.year(missed.year))
                .and_then(|year| year.standing.overridden.as_ref())
                .is_none_or(|decided| decided.status == Status::Behind)
        })
        .map(|missed| {
            words
                .with(
                    "api-feed-missed-line",
                    &[
                        ("indicator", missed.name.into()),
                        ("year", view::year(missed.year, language).into()),
                        ("target", missed.target.into()),
                        ("actual", missed.actual.into()),
                    ],
                )
                .into_owned()
        })
        .collect();
    if !newly.is_empty() {
        entries.push(entry("missed", "api-feed-missed", newly.len(), newly));
    }

    let mut corrected: Vec<String> = changes
        .iter()
        .filter_map(|change| corrected_line(change, words))
        .collect();
    if let Some((earlier, before)) = before {
        corrected.extend(recounted(version, before, earlier.published_at, words));
    }
    if !corrected.is_empty() {
        entries.push(entry(
            "corrected",
            "api-feed-corrected",
            corrected.len(),
            corrected,
        ));
    }
    entries
}

struct Missed {
    key: String,
    name: String,
    year: FiscalYear,
    target: String,
    actual: String,
}

/// The targets that a version says were missed: of years that were over when it was published.
fn missed(version: &PublishedPlan, published_at: i64) -> Vec<Missed> {
    let Ok(at) = Timestamp::from_microsecond(published_at) else {
        return Vec::new();
    };
    let day = JAPAN.to_datetime(at).date();
    let mut list = Vec::new();
    for indicator in indicators(&version.document.groups) {
        let key = indicator.key.clone().unwrap_or_default();
        let mut course = Course::of(indicator);
        for figure in version
            .figures
            .iter()
            .filter(|figure| figure.indicator_key == key)
        {
            let year = i32::try_from(figure.fiscal_year)
                .ok()
                .and_then(|year| FiscalYear::new(year).ok());
            if let (Some(year), Ok(value)) = (year, figure.value.parse()) {
                course = course.with_actual(year, value);
            }
        }
        let unit = indicator.unit.clone().unwrap_or_default();
        for year in course
            .targets
            .keys()
            .copied()
            .filter(|year| year.end() < day)
        {
            let judged = judge(&course, year, YearProgress::of(year, day, false));
            if let (Status::Behind, Some(actual), Some(target)) =
                (judged.status, judged.actual, judged.target)
                && target.fiscal_year == year
            {
                list.push(Missed {
                    key: key.clone(),
                    name: indicator.name.clone(),
                    year,
                    target: format!("{}{unit}", target.value),
                    actual: format!("{actual}{unit}"),
                });
            }
        }
    }
    list
}

fn indicators(groups: &[Group]) -> Vec<&Indicator> {
    groups
        .iter()
        .flat_map(|group| {
            let own = group.indicators.iter();
            let below = group
                .initiatives
                .iter()
                .flat_map(|initiative| &initiative.indicators);
            own.chain(below)
                .chain(indicators(&group.groups))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// An actual figure that said something before and says something else now.
fn corrected_line(change: &Change, words: Words) -> Option<String> {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return None;
    };
    if change.place.kind != Some(FigureKind::Actual) || before.trim().is_empty() {
        return None;
    }
    let year = change.place.fiscal_year?;
    Some(correction(
        change.place.indicator.as_deref().unwrap_or_default(),
        year,
        before,
        after,
        words,
    ))
}

fn correction(name: &str, year: FiscalYear, before: &str, after: &str, words: Words) -> String {
    words
        .with(
            "api-feed-corrected-line",
            &[
                ("indicator", name.to_owned().into()),
                ("year", view::year(year, words.language()).into()),
                ("before", before.to_owned().into()),
                ("after", after.to_owned().into()),
            ],
        )
        .into_owned()
}

/// Computed figures of years that were over, which came out differently when they were published again.
fn recounted(
    version: &PublishedPlan,
    before: &PublishedPlan,
    before_at: i64,
    words: Words,
) -> Vec<String> {
    let mut lines = Vec::new();
    let indicators = indicators(&version.document.groups);
    for figure in &version.figures {
        let old = before.figures.iter().find(|old| {
            old.indicator_key == figure.indicator_key && old.fiscal_year == figure.fiscal_year
        });
        let Some(old) = old.filter(|old| old.value != figure.value) else {
            continue;
        };
        let indicator = indicators
            .iter()
            .find(|indicator| indicator.key.as_ref() == Some(&figure.indicator_key));
        let year = i32::try_from(figure.fiscal_year)
            .ok()
            .and_then(|year| FiscalYear::new(year).ok());
        if let (Some(indicator), Some(year)) = (indicator, year)
            && was_over(year, before_at)
        {
            let unit = indicator.unit.as_deref().unwrap_or_default();
            lines.push(correction(
                &indicator.name,
                year,
                &format!("{}{unit}", old.value),
                &format!("{}{unit}", figure.value),
                words,
            ));
        }
    }
    lines
}

/// A name for an entry that stays the same for ever, whatever the city's address becomes: a UUID of version 8
/// (RFC 9562) over what the entry is about and the moment of publication, which no two cities share.
fn stable_id(what: &[&str], published_at: i64) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in what {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.update(&published_at.to_be_bytes());
    let mut bytes = [0_u8; 16];
    hasher.finalize_xof().fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// The address the feed was asked at, so that links hold in any reader; empty when the request does not name a host.
pub(super) fn base(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| {
            !host.is_empty()
                && host
                    .chars()
                    .all(|sign| sign.is_ascii_alphanumeric() || ".-:[]".contains(sign))
        });
    let Some(host) = host else {
        return String::new();
    };
    let near = ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|name| host == *name || host.starts_with(&format!("{name}:")));
    format!("{}://{host}", if near { "http" } else { "https" })
}

struct Feed<'plan> {
    words: Words,
    plan: &'plan MeasuredPlan,
    id: String,
    updated: String,
    entries: Vec<Entry>,
    base: String,
}

impl Feed<'_> {
    fn write(&self) -> io::Result<Vec<u8>> {
        let document = &self.plan.plan.document;
        let home = format!("{}/plan/{}", self.base, document.key);
        let title = self
            .words
            .with_text("api-feed-title", "title", &document.title);
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        writer
            .create_element("feed")
            .with_attribute(("xmlns", "http://www.w3.org/2005/Atom"))
            .with_attribute(("xml:lang", self.words.language().html_lang()))
            .write_inner_content(|writer| {
                text(writer, "id", &self.id)?;
                text(writer, "title", &title)?;
                text(writer, "updated", &self.updated)?;
                writer
                    .create_element("author")
                    .write_inner_content(|writer| text(writer, "name", &document.publisher.name))?;
                link(
                    writer,
                    "self",
                    "application/atom+xml",
                    &format!("{home}/feed.atom"),
                )?;
                link(writer, "alternate", "text/html", &home)?;
                for entry in &self.entries {
                    writer
                        .create_element("entry")
                        .write_inner_content(|writer| self.entry(writer, entry))?;
                }
                Ok(())
            })?;
        Ok(writer.into_inner())
    }

    fn entry(&self, writer: &mut Writer<Vec<u8>>, entry: &Entry) -> io::Result<()> {
        text(writer, "id", &entry.id)?;
        text(writer, "title", &entry.title)?;
        text(writer, "published", &entry.at)?;
        text(writer, "updated", &entry.at)?;
        link(
            writer,
            "alternate",
            "text/html",
            &format!("{}{}", self.base, entry.link),
        )?;
        let mut lines: Vec<String> = entry.lines.iter().take(LINES).cloned().collect();
        if entry.lines.len() > LINES {
            lines.push(
                self.words
                    .counted("api-feed-more", entry.lines.len() - LINES)
                    .into_owned(),
            );
        }
        text(writer, "content", &lines.join("\n"))
    }
}

fn text(writer: &mut Writer<Vec<u8>>, name: &str, value: &str) -> io::Result<()> {
    writer
        .create_element(name)
        .write_text_content(BytesText::new(&printable(value)))?;
    Ok(())
}

fn link(writer: &mut Writer<Vec<u8>>, relation: &str, kind: &str, address: &str) -> io::Result<()> {
    writer
        .create_element("link")
        .with_attribute(("rel", relation))
        .with_attribute(("type", kind))
        .with_attribute(("href", printable(address).as_str()))
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
