//! One initiative, and one level of a plan.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use yakuba_city::{City, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_ui::{Cell, Column, Html, Language, LinkButton, Page, Shell, Table, Words};

use super::{
    WORDS,
    indicator_block::{IndicatorView, indicators},
    plans::{period, published},
    view,
};
use crate::{
    cycle,
    measuring::{self, MeasuredPlan},
    model::document::{Group, Indicator, Initiative, Phase},
    store::PublishedPlan,
};

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
    /// What was published of looking back on it and improving it.
    record: Option<Html>,
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
    let published = published(&city, &key).await?;
    let document = &published.document;
    let (path, initiative) = measuring::initiatives(document)
        .find(|(_, initiative)| initiative.key.as_deref() == Some(initiative_key.as_str()))
        .ok_or(Problem::NotFound)?;
    let plan = measure_some(&city, published.clone(), &initiative.indicators).await?;
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
        record: cycle::of_initiative(&city, &plan.plan.record, &initiative_key, language).await?,
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
    let published = published(&city, &key).await?;
    let document = &published.document;
    let group = find(&document.groups, &group_key).ok_or(Problem::NotFound)?;
    let plan = measure_some(&city, published.clone(), &group.indicators).await?;
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

/// The plan with only these of its indicators measured.
async fn measure_some(
    city: &City,
    plan: Arc<PublishedPlan>,
    indicators: &[Indicator],
) -> Result<MeasuredPlan, Problem> {
    let keys: Vec<&str> = indicators
        .iter()
        .filter_map(|indicator| indicator.key.as_deref())
        .collect();
    Ok(measuring::measure_only(city, plan, &keys).await?)
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
