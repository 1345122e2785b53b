//! The catalogue: search and filters over all published datasets.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::response::{IntoResponse, Response};
use yakuba_city::web::Problem;
use yakuba_identity::department_names;
use yakuba_kernel::text::normalise_for_search;
use yakuba_ui::{ChipLabel, Choice, Page, Pagination, Select, TextField, Words, format};

use super::{forms_of, href, listed, visit::Visit};
use crate::{
    model::{content::Form, document::Theme},
    store::{self, Dataset, FileEntry},
};

/// Datasets on one page.
const ON_A_PAGE: usize = 20;

struct Item {
    href: String,
    title: String,
    description: String,
    chips: Vec<ChipLabel>,
    /// Which of the words asked for are in its values only; empty: none.
    inside: String,
    note: String,
}

#[derive(Template)]
#[template(path = "public/list.html")]
struct Body {
    words: Words,
    is_mirrored: bool,
    q: TextField,
    theme: Select,
    department: Select,
    format: Select,
    count: String,
    is_narrowed: bool,
    items: Vec<Item>,
    pages: Option<Pagination>,
}

/// The forms in which a dataset's files can be had.
fn forms(files: &[FileEntry]) -> Vec<Form> {
    Form::ALL
        .into_iter()
        .filter(|form| {
            store::newest(files).any(|version| forms_of(version).any(|one| one == *form))
        })
        .collect()
}

/// A word of a query, and the datasets with a value that holds it.
struct Asked {
    typed: String,
    folded: String,
    datasets: BTreeSet<String>,
}

/// Whether every word of a query is in what is said about a dataset, in its files' headers or in their values. If so, the words that are
/// only in the values.
fn in_values<'q>(
    dataset: &Dataset,
    files: &[FileEntry],
    query: &'q [Asked],
) -> Option<Vec<&'q str>> {
    let text = normalise_for_search(&dataset.searchable(files));
    let mut only = Vec::new();
    for word in query {
        if text.contains(&word.folded) {
            continue;
        }
        if !word.datasets.contains(dataset.key()) {
            return None;
        }
        only.push(word.typed.as_str());
    }
    Some(only)
}

pub(super) async fn page(visit: Visit) -> Result<Response, Problem> {
    let language = visit.language;
    let mut all = store::datasets(visit.city.db()).await?;
    all.retain(Dataset::is_public);
    let files = store::files(visit.city.db()).await?;
    let names = department_names(visit.city.db(), language.is_japanese()).await?;
    let of = |dataset: &Dataset| files.get(dataset.key()).map_or(&[][..], Vec::as_slice);

    let q = visit.query.get("q").to_owned();
    let (typed, folded): (Vec<String>, Vec<String>) = q
        .split_whitespace()
        .take(8)
        .map(|word| (word.to_owned(), normalise_for_search(word)))
        .filter(|(_, folded)| !folded.is_empty())
        .unzip();
    let datasets = store::with_values(visit.city.db(), &folded).await?;
    let words: Vec<Asked> = typed
        .into_iter()
        .zip(folded)
        .zip(datasets)
        .map(|((typed, folded), datasets)| Asked {
            typed,
            folded,
            datasets,
        })
        .collect();
    let theme = Theme::read(visit.query.get("theme"));
    let department = visit.query.get("department").to_owned();
    let form = Form::of_ending(visit.query.get("format"));
    let themes: BTreeMap<Theme, usize> = all.iter().fold(BTreeMap::new(), |mut counts, dataset| {
        *counts.entry(dataset.document.theme).or_default() += 1;
        counts
    });
    let departments: BTreeMap<String, String> = all
        .iter()
        .map(|dataset| {
            let code = dataset.department();
            (
                code.as_str().to_owned(),
                names
                    .get(code)
                    .cloned()
                    .unwrap_or_else(|| code.as_str().to_owned()),
            )
        })
        .collect();
    let found: Vec<(&Dataset, Vec<&str>)> = all
        .iter()
        .filter(|dataset| {
            theme.is_none_or(|theme| dataset.document.theme == theme)
                && (department.is_empty() || dataset.department().as_str() == department)
                && form.is_none_or(|form| forms(of(dataset)).contains(&form))
        })
        .filter_map(|dataset| Some((dataset, in_values(dataset, of(dataset), &words)?)))
        .collect();
    let number: usize = visit
        .query
        .get("page")
        .parse()
        .unwrap_or(1)
        .clamp(1, 10_000);
    let items = found
        .iter()
        .skip((number - 1) * ON_A_PAGE)
        .take(ON_A_PAGE)
        .map(|(dataset, in_values)| Item {
            href: href(dataset.key()),
            title: visit.title(dataset).to_owned(),
            description: visit.description(dataset).to_owned(),
            chips: forms(of(dataset))
                .into_iter()
                .map(|form| ChipLabel::new(form.name()))
                .collect(),
            inside: if in_values.is_empty() {
                String::new()
            } else {
                visit
                    .words
                    .with_text(
                        "places-in-values",
                        "words",
                        &listed(in_values, visit.language),
                    )
                    .into_owned()
            },
            note: [
                visit.t(&format!("places-theme-{}", dataset.document.theme.name())),
                departments
                    .get(dataset.department().as_str())
                    .cloned()
                    .unwrap_or_default(),
                visit
                    .words
                    .with_text("places-changed-on", "day", &visit.day(dataset.changed_at))
                    .into_owned(),
            ]
            .join(" / "),
        })
        .collect();
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            ["q", "theme", "department", "format"]
                .into_iter()
                .map(|name| (name, visit.query.get(name)))
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish();
    let total = found.len() as u64;
    let body = Body {
        words: visit.words,
        is_mirrored: visit.is_mirrored,
        q: TextField::new(language, "q", visit.t("places-search"))
            .support(visit.t("places-search-support"))
            .value(&q),
        theme: themes
            .iter()
            .fold(
                Select::new(language, "theme", visit.t("places-theme")).or_all(),
                |select, (theme, count)| {
                    let name = visit.t(&format!("places-theme-{}", theme.name()));
                    select.choice(Choice::new(theme.name(), format!("{name} ({count})")))
                },
            )
            .value(visit.query.get("theme")),
        department: departments
            .iter()
            .fold(
                Select::new(language, "department", visit.t("places-department")).or_all(),
                |select, (code, name)| select.choice(Choice::new(code, name)),
            )
            .value(&department),
        format: Form::ALL
            .iter()
            .fold(
                Select::new(language, "format", visit.t("places-format")).or_all(),
                |select, form| select.choice(Choice::new(form.ending(), form.name())),
            )
            .value(visit.query.get("format")),
        count: visit
            .words
            .with_text("places-count", "count", &format::number(total))
            .into_owned(),
        is_narrowed: !query.is_empty(),
        items,
        pages: (total > ON_A_PAGE as u64).then(|| {
            Pagination::new(
                language,
                number as u64,
                ON_A_PAGE as u64,
                total,
                format!("/data?{query}"),
            )
        }),
    };
    let page = Page::public(visit.shell.clone(), visit.t("places-title"), &body)
        .lead(visit.t("places-lead"))
        .feed(visit.t("places-feed"), "/data/feed.atom");
    Ok(visit.marked(page).into_response())
}
