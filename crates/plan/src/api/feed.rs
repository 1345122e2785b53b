//! What changed in a plan, as an Atom feed (RFC 4287): every published version, the targets it says were missed, and
//! the figures it corrects.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::Response,
};
use jiff::Timestamp;
use yakuba_city::{City, JAPAN, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_ui::{AtomEntry, AtomFeed, AtomText, Language, Words};

use super::{
    WORDS,
    figures::was_over,
    plans::{changes_of, measured},
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
    at: Timestamp,
    title: String,
    link: String,
    lines: Vec<String>,
}

impl Entry {
    fn told(mut self, base: &str, words: Words) -> AtomEntry {
        if self.lines.len() > LINES {
            let more = words.counted("api-feed-more", self.lines.len() - LINES);
            self.lines.truncate(LINES);
            self.lines.push(more.into_owned());
        }
        AtomEntry {
            id: self.id,
            address: format!("{base}{}", self.link),
            title: self.title,
            updated: self.at,
            text: AtomText::Whole(self.lines.join("\n")),
        }
    }
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
    let document = &plan.plan.document;
    let home = format!("{base}/plan/{}", document.key);
    AtomFeed {
        id: stable_id(&["feed", &key], first_at),
        title: words
            .with_text("api-feed-title", "title", &document.title)
            .into_owned(),
        language,
        author: document.publisher.name.clone(),
        own: format!("{home}/feed.atom"),
        home,
        entries: entries
            .into_iter()
            .map(|entry| entry.told(&base, words))
            .collect(),
    }
    .respond(&headers)
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
        at: Timestamp::from_microsecond(record.published_at).unwrap_or_default(),
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
