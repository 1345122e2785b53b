//! `package_search`.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Bound, RangeBounds as _},
};

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde_json::{Map, Value as Json, json};
use yakuba_kernel::text::normalise_for_search;

use super::{
    super::catalogue::{Catalogue, Published},
    MOST_PACKAGES, Parameters, Refusal,
    package::package,
    theme_title,
};

/// The values by which packages are counted and narrowed, by the names that CKAN gives them.
fn facets(published: &Published, field: &str) -> Option<Vec<(String, String)>> {
    let document = &published.dataset.document;
    let same = |text: &str| (text.to_owned(), text.to_owned());
    Some(match field {
        "organization" => vec![(
            published.dataset.department().as_str().to_owned(),
            published.department.clone(),
        )],
        "groups" => vec![(
            document.theme.name().to_owned(),
            theme_title(document.theme),
        )],
        "tags" => document.keywords.iter().map(|word| same(word)).collect(),
        "license_id" => vec![(
            document.licence.name().to_owned(),
            document.licence.title().to_owned(),
        )],
        "res_format" => {
            let mut forms: Vec<(String, String)> = published
                .distributions("")
                .map(|distribution| same(&distribution.form.name().to_uppercase()))
                .chain(published.links().map(|(_, link)| same(&link.format)))
                .collect();
            forms.sort_unstable();
            forms.dedup();
            forms
        }
        "name" | "id" => vec![same(published.dataset.key())],
        "owner_org" => vec![same(published.dataset.department().as_str())],
        "state" => vec![same("active")],
        "type" | "dataset_type" => vec![same("dataset")],
        _ => return None,
    })
}

/// A term of `fq`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    /// Whether packages must fit it; otherwise they must not.
    is_wanted: bool,
    field: String,
    wanted: Wanted,
}

/// What a field should be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// One of these.
    Values(Vec<String>),
    /// A moment between two.
    Between(Bound<Timestamp>, Bound<Timestamp>),
}

/// A moment as Solr writes it: `2026-04-01T00:00:00Z`, also without the zone, which is UTC, or without the time of day.
fn moment(text: &str) -> Option<Timestamp> {
    let in_utc = |moment: DateTime| TimeZone::UTC.to_timestamp(moment).ok();
    text.parse()
        .ok()
        .or_else(|| in_utc(text.parse::<DateTime>().ok()?))
        .or_else(|| in_utc(text.parse::<Date>().ok()?.to_datetime(Time::midnight())))
}

/// `[A TO B]` with its ends, `{A TO B}` without them; `*` is no end. Also what is behind it.
fn between(text: &str) -> Option<(Wanted, &str)> {
    let end = text.find([']', '}'])?;
    let (from, to) = text.get(1..end)?.split_once(" TO ")?;
    let bound = |text: &str, is_in: bool| match text.trim().trim_matches('"') {
        "*" => Some(Bound::Unbounded),
        text if is_in => moment(text).map(Bound::Included),
        text => moment(text).map(Bound::Excluded),
    };
    let wanted = Wanted::Between(
        bound(from, text.starts_with('['))?,
        bound(to, text[end..].starts_with(']'))?,
    );
    Some((wanted, &text[end + 1..]))
}

/// Terms of `fq`: `field:value`, `field:"value"`, `field:(a OR b)`, `field:[a TO b]` and `-field:value`, all of which must hold.
fn terms(fq: &str) -> Result<Vec<Term>, Refusal> {
    let wrong = || Refusal::Invalid("fq", "Search Query is invalid".to_owned());
    let mut rest = fq.trim();
    let mut terms = Vec::new();
    while !rest.is_empty() {
        rest = rest.trim_start_matches([' ', '+']);
        if let Some(after) = rest.strip_prefix("AND ") {
            rest = after;
            continue;
        }
        if rest.is_empty() {
            break;
        }
        let is_wanted = !rest.starts_with('-');
        rest = rest.trim_start_matches('-');
        let (field, value) = rest.split_once(':').ok_or_else(wrong)?;
        let (wanted, after) = if value.starts_with(['[', '{']) {
            between(value).ok_or_else(wrong)?
        } else if let Some(quoted) = value.strip_prefix('"') {
            let (inside, after) = quoted.split_once('"').ok_or_else(wrong)?;
            (Wanted::Values(vec![inside.to_owned()]), after)
        } else if let Some(group) = value.strip_prefix('(') {
            let (inside, after) = group.split_once(')').ok_or_else(wrong)?;
            let values: Vec<String> = inside
                .split(" OR ")
                .map(|one| one.trim().trim_matches('"').to_owned())
                .collect();
            if values.len() > 100 {
                return Err(wrong());
            }
            (Wanted::Values(values), after)
        } else {
            let end = value.find(' ').unwrap_or(value.len());
            let one = value[..end].to_owned();
            (Wanted::Values(vec![one]), &value[end..])
        };
        if terms.len() >= 20 {
            return Err(wrong());
        }
        terms.push(Term {
            is_wanted,
            field: field.trim().to_owned(),
            wanted,
        });
        rest = after.trim_start();
    }
    Ok(terms)
}

fn fits(published: &Published, terms: &[Term]) -> Result<bool, Refusal> {
    for Term {
        is_wanted,
        field,
        wanted,
    } in terms
    {
        let unknown = || {
            Refusal::Invalid(
                "fq",
                format!("Search Query is invalid: unknown field {field}"),
            )
        };
        let has = match wanted {
            Wanted::Between(from, to) => {
                let at = match field.as_str() {
                    "metadata_modified" => published.dataset.changed_at,
                    "metadata_created" => published.dataset.created_at,
                    _ => return Err(unknown()),
                };
                (*from, *to).contains(&at)
            }
            Wanted::Values(values) => {
                let known = facets(published, field).ok_or_else(unknown)?;
                values.iter().any(|value| {
                    value == "*"
                        || known
                            .iter()
                            .any(|(name, _)| name.eq_ignore_ascii_case(value))
                })
            }
        };
        if has != *is_wanted {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The folded words of a query.
pub(super) fn words_of(asked: &Parameters) -> Vec<String> {
    asked
        .text("q")
        .split_whitespace()
        .filter(|word| *word != "*:*" && *word != "AND")
        .take(8)
        .map(|word| {
            // `title:観光` asks for a field; everything said about a dataset is one.
            let bare = match word.split_once(':') {
                Some(("title" | "notes" | "text" | "name", value)) => value,
                _ => word,
            };
            normalise_for_search(bare.trim_matches(['"', '*']))
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// The packages with every word, in what is said about them or in a value of theirs: `with_values` has for each word the datasets with
/// such a value.
pub(super) fn search(
    catalogue: &Catalogue,
    asked: &Parameters,
    words: &[String],
    with_values: &[BTreeSet<String>],
) -> Result<Json, Refusal> {
    let mut all_terms = terms(&asked.text("fq"))?;
    for fq in asked.list("fq_list") {
        all_terms.extend(terms(&fq)?);
    }
    let mut found: Vec<&Published> = Vec::new();
    for published in &catalogue.datasets {
        let text = normalise_for_search(&format!(
            "{} {}",
            published.dataset.key(),
            published.dataset.searchable(&published.files)
        ));
        let key = published.dataset.key();
        let has_all = words
            .iter()
            .zip(with_values)
            .all(|(word, datasets)| text.contains(word) || datasets.contains(key));
        if has_all && fits(published, &all_terms)? {
            found.push(published);
        }
    }
    let sort = match asked.text("sort") {
        sort if sort.is_empty() => "metadata_modified desc".to_owned(),
        sort => sort,
    };
    // The newest comes first already.
    match sort.split(',').next().unwrap_or_default().trim() {
        "metadata_modified desc" | "score desc" | "relevance asc" => {}
        "metadata_modified asc" => found.reverse(),
        "name asc" | "id asc" => found.sort_by_key(|published| published.dataset.key().to_owned()),
        "name desc" => {
            found.sort_by_key(|published| std::cmp::Reverse(published.dataset.key().to_owned()));
        }
        "title asc" | "title_string asc" => {
            found.sort_by_key(|published| published.dataset.document.title.clone());
        }
        "title desc" | "title_string desc" => {
            found.sort_by_key(|published| {
                std::cmp::Reverse(published.dataset.document.title.clone())
            });
        }
        _ => {
            return Err(Refusal::Invalid(
                "sort",
                "Cannot sort by this field".to_owned(),
            ));
        }
    }
    let mut counted = Map::new();
    let mut search_facets = Map::new();
    for field in asked.list("facet.field") {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for published in &found {
            for value in facets(published, &field)
                .ok_or_else(|| Refusal::Invalid("facet.field", format!("unknown field {field}")))?
            {
                *counts.entry(value).or_default() += 1;
            }
        }
        let plain: Map<String, Json> = counts
            .iter()
            .map(|((name, _), count)| (name.clone(), json!(count)))
            .collect();
        let items: Vec<Json> = counts
            .iter()
            .map(|((name, title), count)| json!({"name": name, "display_name": title, "count": count}))
            .collect();
        counted.insert(field.clone(), Json::Object(plain));
        search_facets.insert(field.clone(), json!({"title": field, "items": items}));
    }
    let start = asked.number("start", 0, usize::MAX)?;
    let rows = asked.number("rows", 10, MOST_PACKAGES)?;
    let results: Vec<Json> = found
        .iter()
        .skip(start)
        .take(rows)
        .map(|published| package(catalogue, published))
        .collect();
    Ok(json!({
        "count": found.len(),
        "sort": sort,
        "results": results,
        "facets": counted,
        "search_facets": search_facets,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_queries_are_read() {
        let read = |fq: &str| terms(fq).map_err(|_| ());
        let term = |is_wanted, field: &str, values: &[&str]| Term {
            is_wanted,
            field: field.to_owned(),
            wanted: Wanted::Values(values.iter().map(|value| (*value).to_owned()).collect()),
        };
        assert_eq!(
            read("organization:health +groups:\"safety\" AND -res_format:(CSV OR XLSX)").unwrap(),
            [
                term(true, "organization", &["health"]),
                term(true, "groups", &["safety"]),
                term(false, "res_format", &["CSV", "XLSX"]),
            ]
        );
        assert!(read("").unwrap().is_empty());
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let ranges = read(
            "metadata_modified:[2026-04-01T00:00:00Z TO *] AND metadata_created:{2026-04-01 TO 2026-04-02T03:04:05.5]",
        )
        .unwrap();
        assert_eq!(
            ranges
                .into_iter()
                .map(|term| term.wanted)
                .collect::<Vec<_>>(),
            [
                Wanted::Between(
                    Bound::Included(at("2026-04-01T00:00:00Z")),
                    Bound::Unbounded
                ),
                Wanted::Between(
                    Bound::Excluded(at("2026-04-01T00:00:00Z")),
                    Bound::Included(at("2026-04-02T03:04:05.5Z"))
                ),
            ]
        );
        for bad in [
            "x",
            "a:\"b",
            "a:(b",
            "a:[b",
            "a:[1 TO 2]",
            "a:[* TO NOW]",
            "a:[]",
            &"a:b ".repeat(30),
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
