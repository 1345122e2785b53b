//! The initiatives of a plan as a list with its filters.

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
    Cell, Choice, Column, Language, Page, Select, Shell, StatusBadge, Table, TextField, Words,
};

pub(super) use super::indicator_block::{chart, table};
use super::{WORDS, plans::open, view};
use crate::{
    measuring::{self, MeasuredPlan},
    model::document::Initiative,
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
