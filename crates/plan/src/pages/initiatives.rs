//! Initiatives: the list with its filters, one initiative, one level of the plan.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::Deserialize;
use yakuba_city::{City, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    Cell, Choice, Column, Language, LinkButton, Page, Select, Shell, StatusBadge, Table, TextField,
    Words,
    charts::{BarAndTarget, Series},
};

use super::{
    WORDS,
    plans::{open, period},
    view,
};
use crate::{
    measuring::{self, MeasuredIndicator, MeasuredPlan},
    model::document::{Group, Indicator, Initiative, Phase, Reading},
};

/// What the list is narrowed to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    group: String,
    department: String,
    status: String,
    year: String,
    q: String,
}

#[derive(Template)]
#[template(path = "plan/initiatives.html")]
struct ListBody {
    words: Words,
    key: String,
    fields: Vec<Select>,
    text: TextField,
    table: Table,
    count: usize,
    narrowed: bool,
}

pub(super) async fn list(
    State(city): State<City>,
    Path(key): Path<String>,
    Query(filter): Query<Filter>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let plan = open(&city, &key).await?;
    let document = &plan.plan.document;
    let year = filter
        .year
        .parse()
        .ok()
        .and_then(|year| FiscalYear::new(year).ok())
        .or(plan.judged_year);
    let wanted = yakuba_kernel::text::normalise_for_search(&filter.q);

    let mut table = Table::new(
        language,
        "initiatives",
        words.get("plan-initiatives-heading"),
    )
    .columns([
        Column::text(words.get("plan-column-number")).no_wrap(),
        Column::text(words.get("plan-column-initiative")),
        Column::text(words.get("plan-column-group")),
        Column::text(words.get("plan-column-department")),
        Column::text(year.map_or_else(
            || words.get("plan-column-status").into_owned(),
            |year| view::year(year, language),
        )),
    ])
    .row_headers()
    .stacked()
    .hide_caption();
    let mut count = 0;
    for (path, initiative) in measuring::initiatives(document) {
        let badges: Vec<StatusBadge> = initiative
            .indicators
            .iter()
            .filter_map(|indicator| plan.indicators.get(indicator.key.as_deref()?)?.year(year?))
            .map(|measured| view::badge(&plan, measured, language))
            .collect();
        let statuses: BTreeSet<&str> = initiative
            .indicators
            .iter()
            .filter_map(|indicator| plan.indicators.get(indicator.key.as_deref()?)?.year(year?))
            .map(|measured| measured.standing.status().as_str())
            .collect();
        let in_group = filter.group.is_empty()
            || path
                .iter()
                .any(|group| group.key.as_deref() == Some(filter.group.as_str()));
        let of_department = filter.department.is_empty()
            || initiative
                .lead_departments
                .iter()
                .chain(&initiative.related_departments)
                .any(|name| *name == filter.department);
        let has_status = filter.status.is_empty() || statuses.contains(filter.status.as_str());
        let has_text = wanted.is_empty() || matches(initiative, &wanted);
        if !(in_group && of_department && has_status && has_text) {
            continue;
        }
        count += 1;
        table = table.row([
            Cell::text(initiative.number.as_deref().unwrap_or_default()),
            Cell::link(
                &initiative.title,
                format!(
                    "/plan/{key}/initiatives/{}",
                    initiative.key.as_deref().unwrap_or_default()
                ),
            ),
            Cell::text(
                path.last()
                    .map(|group| group.title.as_str())
                    .unwrap_or_default(),
            ),
            Cell::text(initiative.lead_departments.join("、")),
            Cell::html(&Badges {
                badges,
                stage: view::stage(initiative.stage, words),
            }),
        ]);
    }
    let narrowed = [&filter.group, &filter.department, &filter.status, &filter.q]
        .iter()
        .any(|value| !value.is_empty());
    let body = ListBody {
        words,
        fields: selects(&plan, &filter, year, words),
        text: TextField::new(language, "q", words.get("plan-filter-text")).value(filter.q.clone()),
        table,
        count,
        narrowed,
        key: key.clone(),
    };
    Ok(
        Page::public(shell, words.get("plan-initiatives-heading"), &body)
            .breadcrumb(words.get("plan-list-title"), "/plan")
            .breadcrumb(document.title.clone(), format!("/plan/{key}")),
    )
}

#[derive(Template)]
#[template(
    source = r#"{% if !stage.is_empty() %}<span class="chip-label">{{ stage }}</span> {% endif %}<span class="badges">{% for badge in badges %}{{ badge }}{% endfor %}</span>"#,
    ext = "html"
)]
struct Badges {
    badges: Vec<StatusBadge>,
    stage: String,
}

impl askama::filters::HtmlSafe for Badges {}

fn matches(initiative: &Initiative, wanted: &str) -> bool {
    let texts = [
        Some(&initiative.title),
        initiative.summary.as_ref(),
        initiative.purpose.as_ref(),
        initiative.outcome.as_ref(),
    ];
    texts
        .into_iter()
        .flatten()
        .any(|text| yakuba_kernel::text::normalise_for_search(text).contains(wanted))
        || initiative.indicators.iter().any(|indicator| {
            yakuba_kernel::text::normalise_for_search(&indicator.name).contains(wanted)
        })
}

fn selects(
    plan: &MeasuredPlan,
    filter: &Filter,
    year: Option<FiscalYear>,
    words: Words,
) -> Vec<Select> {
    let language = words.language();
    let document = &plan.plan.document;
    let groups = document
        .groups
        .iter()
        .map(|group| Choice::new(group.key.clone().unwrap_or_default(), group.title.clone()));
    let departments: BTreeSet<&String> = measuring::initiatives(document)
        .flat_map(|(_, initiative)| &initiative.lead_departments)
        .collect();
    let departments = departments
        .into_iter()
        .map(|name| Choice::new(name.clone(), name.clone()));
    let years: BTreeSet<FiscalYear> = plan
        .indicators
        .values()
        .flat_map(|indicator| indicator.years.iter().map(|year| year.year))
        .collect();
    let years = years
        .into_iter()
        .map(|year| Choice::new(year.year().to_string(), view::year(year, language)));
    let statuses = ["achieved", "on_track", "behind", "cannot_be_judged"].map(|name| {
        Choice::new(
            name,
            words.get(&format!("plan-status-{}", name.replace('_', "-"))),
        )
    });
    let chosen_year = year.map(|year| year.year().to_string()).unwrap_or_default();
    vec![
        Select::new(language, "group", words.get("plan-filter-group"))
            .or_all()
            .choices(groups)
            .value(&filter.group),
        Select::new(language, "department", words.get("plan-filter-department"))
            .or_all()
            .choices(departments)
            .value(&filter.department),
        Select::new(language, "status", words.get("plan-filter-status"))
            .or_all()
            .choices(statuses)
            .value(&filter.status),
        Select::new(language, "year", words.get("plan-filter-year"))
            .choices(years)
            .value(&chosen_year),
    ]
}

struct IndicatorView {
    name: String,
    href: String,
    marks: Vec<String>,
    definition: Option<String>,
    direction: Option<String>,
    chart: Option<BarAndTarget>,
    table: Table,
}

struct ProjectView {
    name: String,
    department: Option<String>,
    year: Option<String>,
    results: Vec<String>,
    analysis: Vec<String>,
}

#[derive(Template)]
#[template(path = "plan/initiative.html")]
struct InitiativeBody {
    words: Words,
    path: Vec<(String, String, String)>,
    stage: String,
    marks: Vec<String>,
    initiative: Initiative,
    indicators: Vec<IndicatorView>,
    schedule: Option<Table>,
    remarks: Vec<(String, String)>,
    projects: Vec<ProjectView>,
    sheet: LinkButton,
    version: String,
    key: String,
    publisher: String,
}

pub(super) async fn page(
    State(city): State<City>,
    Path((key, initiative_key)): Path<(String, String)>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let plan = open(&city, &key).await?;
    let document = &plan.plan.document;
    let (path, initiative) = measuring::initiatives(document)
        .find(|(_, initiative)| initiative.key.as_deref() == Some(initiative_key.as_str()))
        .ok_or(Problem::NotFound)?;
    let title = match &initiative.number {
        Some(number) => format!("{number} {}", initiative.title),
        None => initiative.title.clone(),
    };
    let body = InitiativeBody {
        words,
        path: path
            .iter()
            .map(|group| {
                let href = format!(
                    "/plan/{key}/groups/{}",
                    group.key.as_deref().unwrap_or_default()
                );
                (
                    view::group_kind(group.kind, words),
                    group.title.clone(),
                    href,
                )
            })
            .collect(),
        stage: view::stage(initiative.stage, words),
        marks: initiative.marks.clone(),
        indicators: indicators(&plan, &initiative.indicators, words),
        schedule: schedule(&plan, &initiative.schedule, words),
        remarks: initiative
            .remarks
            .iter()
            .map(|remark| {
                let heading = match remark.fiscal_year {
                    Some(year) => words
                        .with_text("plan-remark-of", "year", &view::year(year, language))
                        .into_owned(),
                    None => words.get("plan-remark").into_owned(),
                };
                (heading, remark.text.clone())
            })
            .collect(),
        projects: initiative
            .projects
            .iter()
            .map(|project| ProjectView {
                name: project.name.clone(),
                department: project.department.clone(),
                year: project.fiscal_year.map(|year| view::year(year, language)),
                results: project.results.clone(),
                analysis: project.analysis.clone(),
            })
            .collect(),
        sheet: LinkButton::new(
            words.get("plan-sheet-download"),
            format!("/plan/{key}/initiatives/{initiative_key}/sheet.pdf"),
        )
        .small()
        .download(),
        version: words
            .with(
                "plan-version",
                &[
                    ("n", plan.plan.version.into()),
                    (
                        "date",
                        view::published_on(&plan.plan.record, language).into(),
                    ),
                ],
            )
            .into_owned(),
        publisher: document.publisher.name.clone(),
        initiative: initiative.clone(),
        key: key.clone(),
    };
    Ok(Page::public(shell, title, &body)
        .breadcrumb(words.get("plan-list-title"), "/plan")
        .breadcrumb(document.title.clone(), format!("/plan/{key}"))
        .description(initiative.summary.clone().unwrap_or_default()))
}

#[derive(Template)]
#[template(path = "plan/group.html")]
struct GroupBody {
    words: Words,
    kind: String,
    number: String,
    text: Option<String>,
    aim: Option<String>,
    texts: Vec<(String, String)>,
    indicators: Vec<IndicatorView>,
    groups: Vec<(String, String)>,
    initiatives: Vec<(String, String, String)>,
    period: String,
}

pub(super) async fn group(
    State(city): State<City>,
    Path((key, group_key)): Path<(String, String)>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let plan = open(&city, &key).await?;
    let document = &plan.plan.document;
    let group = find(&document.groups, &group_key).ok_or(Problem::NotFound)?;
    let body = GroupBody {
        words,
        kind: view::group_kind(group.kind, words),
        number: group.number.clone().unwrap_or_default(),
        text: group.text.clone(),
        aim: group.aim.clone(),
        texts: group
            .texts
            .iter()
            .map(|text| (text.label.clone(), text.text.clone()))
            .collect(),
        indicators: indicators(&plan, &group.indicators, words),
        groups: group
            .groups
            .iter()
            .map(|child| {
                (
                    format!(
                        "/plan/{key}/groups/{}",
                        child.key.as_deref().unwrap_or_default()
                    ),
                    child.title.clone(),
                )
            })
            .collect(),
        initiatives: group
            .initiatives
            .iter()
            .map(|initiative| {
                (
                    format!(
                        "/plan/{key}/initiatives/{}",
                        initiative.key.as_deref().unwrap_or_default()
                    ),
                    initiative.number.clone().unwrap_or_default(),
                    initiative.title.clone(),
                )
            })
            .collect(),
        period: period(document, words),
    };
    Ok(Page::public(shell, group.title.clone(), &body)
        .breadcrumb(words.get("plan-list-title"), "/plan")
        .breadcrumb(document.title.clone(), format!("/plan/{key}")))
}

fn find<'plan>(groups: &'plan [Group], key: &str) -> Option<&'plan Group> {
    groups.iter().find_map(|group| {
        if group.key.as_deref() == Some(key) {
            Some(group)
        } else {
            find(&group.groups, key)
        }
    })
}

fn indicators(plan: &MeasuredPlan, indicators: &[Indicator], words: Words) -> Vec<IndicatorView> {
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

/// The phases as a table of years: a mark in each year a phase runs.
fn schedule(plan: &MeasuredPlan, phases: &[Phase], words: Words) -> Option<Table> {
    if phases.is_empty() {
        return None;
    }
    let language = words.language();
    let span = plan.plan.document.period;
    let first = phases
        .iter()
        .filter_map(|phase| phase.from)
        .chain(span.map(|span| span.from))
        .min();
    let last = phases
        .iter()
        .filter_map(|phase| phase.to.or(phase.from))
        .chain(span.map(|span| span.to))
        .max();
    let years: Vec<FiscalYear> = match (first, last) {
        (Some(first), Some(last)) => first.through(last).take(15).collect(),
        _ => Vec::new(),
    };
    let known = phases
        .iter()
        .any(|phase| phase.from.is_some() || phase.to.is_some());
    let mut table = Table::new(language, "schedule", words.get("plan-schedule-heading"))
        .row_headers()
        .hide_caption();
    let mut columns = vec![Column::text(words.get("plan-column-phase"))];
    if known {
        columns.extend(years.iter().map(|year| {
            Column::text(yakuba_ui::format::fiscal_year_short(*year, language)).no_wrap()
        }));
    }
    table = table.columns(columns);
    for phase in phases {
        let mut cells = vec![Cell::text(&phase.name)];
        if known {
            cells.extend(years.iter().map(|year| {
                let from = phase.from.or(phase.to);
                let to = phase.to.or(phase.from);
                let runs =
                    from.is_some_and(|from| from <= *year) && to.is_some_and(|to| *year <= to);
                Cell::text(if runs { "●" } else { "" })
            }));
        }
        table = table.row(cells);
    }
    Some(if known {
        table
    } else {
        table.note(words.get("plan-schedule-years-unknown"))
    })
}
