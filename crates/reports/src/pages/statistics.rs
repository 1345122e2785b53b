//! How many reports came in and how long handling took, for everybody: by category, area or month, without small counts.

use askama::Template;
use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use yakuba_city::{SMALLEST_COUNT, web::Problem};
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_sheets::{Cell as Written, CsvCharset, CsvOptions, Table as Sheet, write_csv};
use yakuba_ui::{
    Catalogue, Cell, Choice, Column, DescriptionList, EmptyState, Language, Page, Row, Select,
    Table, Words, charts::RowBars, format,
};

use super::asked::{Asked, category_name};
use crate::{
    error::ReportError,
    model::statistics::{Summary, Told, told},
    store::{self, By, Current},
};

/// The texts of the statistics.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("statistics");

/// Ways to group, the first as the default.
pub(crate) const GROUPS: [By; 3] = [By::Category, By::Area, By::Month];
/// Years that are offered, this one and those before it.
const YEARS: usize = 6;

/// A group as everybody may read it.
pub(crate) struct Group {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) told: Told,
}

/// The groups of a year, largest first or in the order of months, and the year in all.
pub(crate) struct Counted {
    pub(crate) year: FiscalYear,
    pub(crate) by: By,
    pub(crate) groups: Vec<Group>,
    pub(crate) total: Told,
}

/// Counts the reports of a fiscal year.
pub(crate) async fn count(
    city: &yakuba_city::City,
    current: &Current,
    language: Language,
    year: FiscalYear,
    by: By,
) -> Result<Counted, ReportError> {
    let (groups, total) = store::counts(city.db(), None, year, by, city.today()).await?;
    let mut groups: Vec<(String, Summary)> = groups.into_iter().collect();
    if by != By::Month {
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.posted));
    }
    let summaries: Vec<Summary> = groups.iter().map(|(_, group)| *group).collect();
    let least = least();
    let words = WORDS.words(language);
    let groups = groups
        .into_iter()
        .zip(told(&summaries, least))
        .map(|((key, _), told)| Group {
            name: match by {
                By::Area if key.is_empty() => words.get("statistics-no-area").into_owned(),
                By::Area => current.rules.area_name(&key, language).to_owned(),
                By::Category => category_name(current, &key, language),
                _ => key.clone(),
            },
            key,
            told,
        })
        .collect();
    let total = told(&[total], least).first().copied().unwrap_or_default();
    Ok(Counted {
        year,
        by,
        groups,
        total,
    })
}

/// The smallest count that is told.
fn least() -> usize {
    usize::try_from(SMALLEST_COUNT).unwrap_or(usize::MAX)
}

/// What the address asks for.
async fn asked_for(asked: &Asked) -> Result<Counted, Problem> {
    let this = FiscalYear::from_date(asked.city().today());
    let year = asked.query.year("year").unwrap_or(this);
    let by = GROUPS
        .into_iter()
        .find(|by| by.name() == asked.query.get("by"))
        .unwrap_or(By::Category);
    Ok(count(asked.city(), &asked.current, asked.language, year, by).await?)
}

/// The share that is handled; empty when it is not told.
pub(crate) fn share(told: Told) -> String {
    match (told.posted, told.handled) {
        (Some(posted), Some(handled)) => Summary {
            posted,
            handled,
            ..Summary::default()
        }
        .share(),
        _ => String::new(),
    }
}

/// The figures of a row: received, handled, share, median, nine in ten; empty where it is not told or there is none.
pub(crate) fn figures(told: Told) -> [String; 5] {
    fn text(value: Option<impl ToString>) -> String {
        value.map_or_else(String::new, |value| value.to_string())
    }
    [
        text(told.posted),
        text(told.handled),
        share(told),
        text(told.median),
        text(told.ninety),
    ]
}

#[derive(Template)]
#[template(path = "public/statistics.html")]
struct Body {
    words: Words,
    year: Select,
    by: Select,
    chart: Option<RowBars>,
    table: Option<Table>,
    empty: EmptyState,
    definitions: DescriptionList,
    csv: String,
    json: String,
}

fn headings(words: Words, by: By) -> [String; 6] {
    [
        words
            .get(&format!("statistics-by-{}", by.name()))
            .into_owned(),
        words.get("statistics-posted").into_owned(),
        words.get("statistics-handled").into_owned(),
        words.get("statistics-share").into_owned(),
        words.get("statistics-median").into_owned(),
        words.get("statistics-ninety").into_owned(),
    ]
}

/// A figure on the page: what is not told is a dash, as the note says.
fn cell(figure: String) -> Cell {
    if figure.is_empty() {
        Cell::text("―")
    } else {
        Cell::text(figure)
    }
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let language = asked.language;
    let words = WORDS.words(language);
    let counted = asked_for(&asked).await?;
    let year = format::fiscal_year(counted.year, language);
    let [first, figures_of @ ..] = headings(words, counted.by);
    let total = words.get("statistics-total");
    let rows = counted
        .groups
        .iter()
        .map(|group| (group.name.as_str(), group.told))
        .chain([(&*total, counted.total)])
        .map(|(name, told)| {
            Row::new(
                [Cell::text(name)]
                    .into_iter()
                    .chain(figures(told).map(cell)),
            )
        });
    let table = (!counted.groups.is_empty()).then(|| {
        Table::new(language, "statistics", &year)
            .columns(
                [Column::text(first)]
                    .into_iter()
                    .chain(figures_of.map(Column::number)),
            )
            .rows(rows)
            .row_headers()
            .stacked()
            .note(words.get("statistics-note"))
    });
    let most = counted
        .groups
        .iter()
        .filter_map(|group| group.told.posted)
        .max();
    let chart = most.filter(|most| *most > 0).map(|most| {
        counted.groups.iter().fold(
            RowBars::new(
                language,
                "statistics-chart",
                words.with_text("statistics-chart", "year", &year),
                Decimal::from(most),
            ),
            |chart, group| {
                let text = match group.told.posted {
                    Some(posted) => words
                        .with_text("statistics-count", "count", &posted.to_string())
                        .into_owned(),
                    None => words.get("statistics-not-told").into_owned(),
                };
                chart.row(&group.name, group.told.posted.map(Decimal::from), text)
            },
        )
    });
    let definitions = ["posted", "handled", "share", "median", "ninety", "small"]
        .into_iter()
        .fold(DescriptionList::new(), |list, name| {
            let key = format!("statistics-{name}");
            list.text(words.get(&key), words.get(&format!("{key}-definition")))
        });
    let query = format!("year={}&by={}", counted.year.year(), counted.by.name());
    let body = Body {
        words,
        year: years(
            Select::new(language, "year", words.get("statistics-year")),
            asked.city().today(),
            language,
            counted.year,
        ),
        by: choose_group(
            Select::new(language, "by", words.get("statistics-by")),
            &GROUPS,
            |name| words.get(&format!("statistics-by-{name}")).into_owned(),
            counted.by,
        ),
        chart,
        table,
        empty: EmptyState::new(words.get("statistics-none")),
        definitions,
        csv: format!("/reports/statistics.csv?{query}&lang={}", language.code()),
        json: format!("/reports/statistics.json?{query}&lang={}", language.code()),
    };
    Ok(
        Page::public(asked.shell.clone(), words.get("statistics-title"), &body)
            .lead(words.get("statistics-lead"))
            .breadcrumb(asked.t("reports-title"), "/reports")
            .into_response(),
    )
}

/// Offers the last years.
pub(crate) fn years(
    select: Select,
    today: jiff::civil::Date,
    language: Language,
    chosen: FiscalYear,
) -> Select {
    let mut years = vec![FiscalYear::from_date(today)];
    while years.len() < YEARS {
        years.extend(years.last().map(|year| year.previous()));
    }
    years
        .iter()
        .fold(select, |select, year| {
            let name = format::fiscal_year(*year, language);
            select.choice(Choice::new(year.year().to_string(), name))
        })
        .value(&chosen.year().to_string())
}

/// Offers ways to group, named as `name` says.
pub(crate) fn choose_group(
    select: Select,
    ways: &[By],
    name: impl Fn(&str) -> String,
    chosen: By,
) -> Select {
    ways.iter()
        .fold(select, |select, by| {
            select.choice(Choice::new(by.name(), name(by.name())))
        })
        .value(chosen.name())
}

/// The answer with a table as CSV: in each row a name, then figures as the page shows them, empty where there is none.
pub(crate) fn csv_answer<const FIGURES: usize>(
    year: FiscalYear,
    by: By,
    headings: Vec<String>,
    rows: impl Iterator<Item = (String, [String; FIGURES])>,
) -> Response {
    let figure = |text: String| match text.as_str() {
        "" => Written::Empty,
        share if share.ends_with('%') => Written::Text(text),
        _ => Written::Number(text),
    };
    let table = Sheet {
        name: String::new(),
        header: headings,
        rows: rows
            .map(|(name, figures)| {
                [Written::Text(name)]
                    .into_iter()
                    .chain(figures.map(figure))
                    .collect()
            })
            .collect(),
    };
    let charset = CsvCharset::Utf8Bom;
    let bytes = write_csv(&table, CsvOptions { charset }).bytes;
    let name = format!(
        "attachment; filename=\"reports-{}-{}.csv\"",
        year.year(),
        by.name()
    );
    (
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response()
}

/// The figures as a table.
pub(super) async fn csv(asked: Asked) -> Result<Response, Problem> {
    let words = WORDS.words(asked.language);
    let counted = asked_for(&asked).await?;
    let total = words.get("statistics-total");
    let rows = counted
        .groups
        .iter()
        .map(|group| (group.name.clone(), figures(group.told)))
        .chain([(total.into_owned(), figures(counted.total))]);
    let headings = headings(words, counted.by).to_vec();
    Ok(csv_answer(counted.year, counted.by, headings, rows))
}

/// The figures for programs; null is what is not told or does not exist.
pub(super) async fn json(asked: Asked) -> Result<Response, Problem> {
    let counted = asked_for(&asked).await?;
    let figures = |told: Told| {
        json!({
            "received": told.posted,
            "handled": told.handled,
            "median_days": told.median,
            "ninety_percent_days": told.ninety,
        })
    };
    let groups: Vec<Value> = counted
        .groups
        .iter()
        .map(
            |group| json!({ "key": group.key, "name": group.name, "figures": figures(group.told) }),
        )
        .collect();
    let answer = json!({
        "fiscal_year": counted.year.year(),
        "from": counted.year.start().to_string(),
        "by": counted.by.name(),
        "smallest_count": SMALLEST_COUNT,
        "groups": groups,
        "total": figures(counted.total),
    });
    Ok((
        [(header::CONTENT_TYPE, "application/json")],
        answer.to_string(),
    )
        .into_response())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
