//! The page of a figure: one year of an indicator.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::IntoResponse;
use jiff::civil;
use yakuba_city::{DayTotal, web::Problem};
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_ui::{
    Cell, Column, Disclosure, Html, Page, Shell, StatusBadge, Table, Words,
    charts::{BarAndTarget, Series, Share},
    format,
};

use super::{
    Opened,
    evidence::{EvidenceView, doubts, evidence, source},
    parts::{parts_table, share},
    quantity,
};
use crate::{
    measuring::Actual,
    model::{
        computation::{formula_in_words, trace},
        formula::Selection,
    },
    pages::view,
    store,
};

#[derive(Template)]
#[template(path = "plan/figure.html")]
struct YearBody {
    words: Words,
    value: String,
    target: String,
    badge: StatusBadge,
    explanation: Vec<String>,
    text: Option<String>,
    source: Option<String>,
    doubts: Vec<String>,
    not_computable: Option<String>,
    published: Option<String>,
    provisional: bool,
    formula: Vec<String>,
    formula_version: i64,
    trace: Vec<String>,
    share: Option<Share>,
    parts: Option<Table>,
    counts: Vec<CountView>,
    evidence: Vec<EvidenceView>,
    recount: String,
}

pub(in crate::pages) async fn year(
    opened: Opened,
    shell: Shell,
) -> Result<impl IntoResponse, Problem> {
    let fiscal_year = opened.year.ok_or(Problem::NotFound)?;
    let plan = opened.measure().await?;
    let measured = plan.indicators.get(opened.key()).ok_or(Problem::NotFound)?;
    let of_year = measured.year(fiscal_year).ok_or(Problem::NotFound)?;
    let Opened { names, words, .. } = &opened;
    let words = *words;
    let language = words.language();
    let unit = measured.indicator.unit.as_deref();
    let stated = match &of_year.actual {
        Some(Actual::Stated(figure)) => Some(figure.as_ref()),
        _ => None,
    };
    let (computed, published_at) = match &of_year.actual {
        Some(Actual::Computed {
            now,
            published,
            published_at,
        }) => (Some((now.as_ref(), *published)), *published_at),
        _ => (None, None),
    };
    let mut counts = Vec::new();
    if let (Some(formula), None) = (&measured.indicator.formula, stated) {
        for selection in formula.kind.selections() {
            counts.push(count_view(&opened, &selection, fiscal_year).await?);
        }
    }
    let body = YearBody {
        words,
        value: view::actual(of_year, measured, words),
        target: view::target(of_year, measured, words),
        badge: view::badge(&plan, of_year, language),
        explanation: names.sentences(&of_year.standing.explanation()),
        text: stated
            .map(|figure| figure.text.clone())
            .filter(|text| !text.is_empty()),
        source: stated.and_then(|figure| source(figure, words)),
        doubts: stated
            .map(|figure| doubts(figure, words))
            .unwrap_or_default(),
        not_computable: match &of_year.actual {
            Some(Actual::NotComputable(reason)) => Some(names.sentence(&reason.message())),
            _ => None,
        },
        published: computed
            .and_then(|(_, published)| published)
            .map(|published| {
                let on = published_at
                    .map(|at| view::day(at, language))
                    .unwrap_or_default();
                let id = if of_year.changed_since_publication() {
                    "plan-published-differs"
                } else {
                    "plan-published-same"
                };
                let value = view::amount(published, unit, language);
                words
                    .with(id, &[("value", value.into()), ("date", on.into())])
                    .into_owned()
            }),
        provisional: computed.is_some_and(|(now, _)| now.provisional),
        formula: match (&measured.indicator.formula, stated) {
            (Some(formula), None) => names.sentences(&formula_in_words(formula)),
            _ => Vec::new(),
        },
        formula_version: opened.formula_version().await?,
        trace: computed
            .map(|(now, _)| names.sentences(&trace(now)))
            .unwrap_or_default(),
        share: computed.and_then(|(now, _)| share(now, of_year, unit, language)),
        parts: computed.and_then(|(now, _)| parts_table(now, names, words)),
        counts,
        evidence: stated
            .map(|figure| evidence(figure, unit, names, words))
            .unwrap_or_default(),
        recount: opened.recount().await?,
    };
    let title = words
        .with(
            "plan-figure-title",
            &[
                ("indicator", measured.indicator.name.clone().into()),
                ("year", view::year(fiscal_year, language).into()),
            ],
        )
        .into_owned();
    Ok(opened.below_indicator(Page::public(shell, title, &body)))
}

struct CountView {
    name: String,
    total: String,
    chart: Option<BarAndTarget>,
    months: Vec<Disclosure>,
    /// Pages about what was counted: text and address.
    sources: Vec<(String, String)>,
}

/// The public pages about what was counted in a year, such as a survey's, each with what its link says: what it is about, where there are
/// several.
async fn sources(
    opened: &Opened,
    selection: &Selection,
    year: FiscalYear,
) -> Result<Vec<(String, String)>, Problem> {
    if !opened.city.has_subject_pages(&selection.measure) {
        return Ok(Vec::new());
    }
    let mut pages = BTreeMap::new();
    for subject in store::subjects_of_year(opened.city.db(), selection, year).await? {
        if let Some(page) = opened.city.subject_page(&selection.measure, &subject) {
            pages.entry(page).or_insert(subject);
        }
    }
    let general = opened.words.get("plan-counts-source").into_owned();
    let is_one = pages.len() == 1;
    Ok(pages
        .into_iter()
        .map(|(page, subject)| {
            let text = if is_one {
                general.clone()
            } else {
                opened.names.subject(&subject)
            };
            (text, page)
        })
        .collect())
}

async fn count_view(
    opened: &Opened,
    selection: &Selection,
    year: FiscalYear,
) -> Result<CountView, Problem> {
    let Opened {
        city, names, words, ..
    } = opened;
    let words = *words;
    let language = words.language();
    let base = opened.year_href(year);
    let unit = names.unit(selection.measure.as_str());
    let days = store::counts_of_year(city.db(), selection, year).await?;
    let mut months: BTreeMap<String, Vec<&DayTotal>> = BTreeMap::new();
    for day in &days {
        months
            .entry(day.day.chars().take(7).collect())
            .or_default()
            .push(day);
    }
    let sum = |days: &[&DayTotal]| -> Decimal { days.iter().map(|day| quantity(day.total)).sum() };
    let shown = |value: Decimal| format::with_unit(value, &unit, language);
    let name = opened.selection_name(selection);
    let chart = (months.len() > 1).then(|| {
        let series = Series::new(String::new()).actual(months.values().map(|days| Some(sum(days))));
        BarAndTarget::new(
            language,
            format!("counts-{}", selection.measure.as_str().replace('.', "-")),
            words.with_text("plan-counts-by-month", "name", &name),
            unit.clone(),
            series,
        )
        .labels(months.keys().map(|month| month_name(month, words)))
    });
    let mut disclosures = Vec::new();
    for (month, days) in &months {
        let caption = words
            .with(
                "plan-counts-month",
                &[
                    ("month", month_name(month, words).into()),
                    ("total", shown(sum(days)).into()),
                    ("days", days.len().into()),
                ],
            )
            .into_owned();
        let mut table = Table::new(language, format!("days-{month}"), caption.clone())
            .columns([
                Column::text(words.get("plan-column-day")).no_wrap(),
                Column::number(words.get("plan-column-quantity")),
                Column::number(words.get("plan-column-facts")),
            ])
            .row_headers()
            .hide_caption();
        for day in days {
            let date = day
                .day
                .parse::<civil::Date>()
                .map(|date| format::date(date, language))
                .unwrap_or_default();
            table = table.row([
                Cell::link(date, format!("{base}/days/{}", day.day)),
                Cell::text(shown(quantity(day.total))),
                Cell::text(format::number(day.count)),
            ]);
        }
        disclosures.push(Disclosure::new(caption, Html::of(&table)));
    }
    let total: Decimal = days.iter().map(|day| quantity(day.total)).sum();
    Ok(CountView {
        total: shown(total),
        name,
        chart,
        months: disclosures,
        sources: sources(opened, selection, year).await?,
    })
}

fn month_name(month: &str, words: Words) -> String {
    let (year, month) = month.split_once('-').unwrap_or((month, ""));
    let month = month.trim_start_matches('0').to_owned();
    words
        .with(
            "plan-month",
            &[("year", year.to_owned().into()), ("month", month.into())],
        )
        .into_owned()
}
