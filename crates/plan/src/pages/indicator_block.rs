//! An indicator with its chart and table, as the pages of initiatives and levels show it.

use yakuba_ui::{
    Cell, Column, Table, Words,
    charts::{BarAndTarget, Series},
};

use super::view;
use crate::{
    measuring::{self, MeasuredIndicator, MeasuredPlan},
    model::document::{Indicator, Reading},
};

/// An indicator in a page.
pub(super) struct IndicatorView {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) marks: Vec<String>,
    pub(super) definition: Option<String>,
    pub(super) direction: Option<String>,
    pub(super) chart: Option<BarAndTarget>,
    pub(super) table: Table,
}

/// Those of the indicators that are measured.
pub(super) fn indicators(
    plan: &MeasuredPlan,
    indicators: &[Indicator],
    words: Words,
) -> Vec<IndicatorView> {
    indicators
        .iter()
        .filter_map(|indicator| plan.indicators.get(indicator.key.as_deref()?))
        .map(|measured| IndicatorView {
            name: measured.indicator.name.clone(),
            href: plan.indicator_href(measured),
            marks: measured.indicator.marks.clone(),
            definition: measured.indicator.definition.clone(),
            direction: measured
                .indicator
                .direction
                .map(|direction| view::direction(direction, words)),
            chart: chart(measured, words),
            table: table(plan, measured, words),
        })
        .collect()
}

/// Planned and actual by year as a chart; none when there is nothing to draw.
pub(super) fn chart(measured: &MeasuredIndicator, words: Words) -> Option<BarAndTarget> {
    let values = measured
        .years
        .iter()
        .filter(|year| year.value().is_some() || year.target_value().is_some())
        .count();
    if values < 2 {
        return None;
    }
    let series = Series::new(String::new())
        .planned(
            measured
                .years
                .iter()
                .map(measuring::MeasuredYear::target_value),
        )
        .actual(measured.years.iter().map(measuring::MeasuredYear::value))
        .published(
            measured
                .years
                .iter()
                .map(measuring::MeasuredYear::published_value),
        );
    Some(
        BarAndTarget::new(
            words.language(),
            format!("chart-{}", measured.key().replace('.', "-")),
            words.with_text("plan-chart-title", "indicator", &measured.indicator.name),
            measured.indicator.unit.clone().unwrap_or_default(),
            series,
        )
        .years(measured.years.iter().map(|year| year.year)),
    )
}

/// Planned, actual and status by year; each actual opens.
pub(super) fn table(plan: &MeasuredPlan, measured: &MeasuredIndicator, words: Words) -> Table {
    let language = words.language();
    let id = format!(
        "figures-{}",
        measured
            .indicator
            .key
            .as_deref()
            .unwrap_or_default()
            .replace('.', "-")
    );
    let caption = words.with_text(
        "plan-figures-caption",
        "indicator",
        &measured.indicator.name,
    );
    let mut table = Table::new(language, id, caption)
        .columns([
            Column::text(words.get("plan-column-year")).no_wrap(),
            Column::number(words.get("plan-column-planned")),
            Column::number(words.get("plan-column-actual")),
            Column::text(words.get("plan-column-status")),
        ])
        .row_headers()
        .hide_caption();
    for baseline in measured.baselines() {
        let year = baseline.fiscal_year.map_or_else(
            || words.get("plan-baseline").into_owned(),
            |year| {
                words
                    .with_text("plan-baseline-of", "year", &view::year(year, language))
                    .into_owned()
            },
        );
        table = table.row([
            Cell::text(year),
            Cell::empty(),
            Cell::text(view::figure(
                baseline,
                measured.indicator.unit.as_deref(),
                words,
            )),
            Cell::empty(),
        ]);
    }
    for year in &measured.years {
        let actual = view::actual(year, measured, words);
        let actual = if actual.is_empty() {
            Cell::empty()
        } else {
            Cell::link(actual, plan.year_href(measured, year.year))
        };
        table = table.row([
            Cell::text(view::year(year.year, language)),
            Cell::text(view::target(year, measured, words)),
            actual,
            // A year that has not begun has no status, only a target.
            if year.year > plan.running_year() {
                Cell::empty()
            } else {
                Cell::html(&view::badge(plan, year, language))
            },
        ]);
    }
    let notes: Vec<String> = measured
        .indicator
        .figures
        .iter()
        .flat_map(|figure| notes(&figure.reading))
        .collect();
    if notes.is_empty() {
        table
    } else {
        table.note(notes.join("　"))
    }
}

fn notes(reading: &Reading) -> Vec<String> {
    match reading {
        Reading::Number(number) => number
            .qualifiers
            .iter()
            .filter(|qualifier| qualifier.starts_with('※') && qualifier.chars().count() > 1)
            .cloned()
            .collect(),
        _ => Vec::new(),
    }
}
