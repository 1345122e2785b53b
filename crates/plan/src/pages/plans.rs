//! The list of plans, and a plan's overview that a resident understands in a minute.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use yakuba_city::{City, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    Cell, Column, Language, LinkButton, Page, Shell, Status, StatusBadge, Table, Words, format,
};

use super::{WORDS, view};
use crate::{
    measuring::{self, MeasuredIndicator, MeasuredPlan, MeasuredYear},
    model::{
        document::{Group, Initiative, PlanDocument, Statement},
        status::Status as Judged,
    },
    store::{self, PublishedPlan},
};

/// How many indicators of a year stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) achieved: usize,
    pub(super) on_track: usize,
    pub(super) behind: usize,
    pub(super) cannot_be_judged: usize,
}

impl Counts {
    pub(super) fn of<'indicators>(
        indicators: impl IntoIterator<Item = &'indicators MeasuredIndicator>,
        year: FiscalYear,
    ) -> Self {
        let mut counts = Self::default();
        for measured in indicators
            .into_iter()
            .filter_map(|indicator| indicator.year(year))
        {
            match measured.standing.status() {
                Judged::Achieved => counts.achieved += 1,
                Judged::OnTrack => counts.on_track += 1,
                Judged::Behind => counts.behind += 1,
                Judged::CannotBeJudged => counts.cannot_be_judged += 1,
            }
        }
        counts
    }

    pub(super) fn total(self) -> usize {
        self.achieved + self.on_track + self.behind + self.cannot_be_judged
    }
}

/// A plan in a list.
pub(super) struct Summary {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) publisher: String,
    pub(super) period: String,
    pub(super) text: Option<String>,
    pub(super) year: Option<String>,
    pub(super) counts: Counts,
    pub(super) indicators: usize,
    pub(super) initiatives: usize,
}

impl Summary {
    pub(super) fn of(plan: &MeasuredPlan, words: Words) -> Self {
        let document = &plan.plan.document;
        let language = words.language();
        Self {
            href: format!("/plan/{}", document.key),
            title: document.title.clone(),
            publisher: document.publisher.name.clone(),
            period: period(document, words),
            text: document.summary.clone(),
            year: plan
                .judged_year
                .map(|year| format::fiscal_year_short(year, language)),
            counts: plan
                .judged_year
                .map(|year| Counts::of(plan.indicators.values(), year))
                .unwrap_or_default(),
            indicators: plan.indicators.len(),
            initiatives: measuring::initiatives(document).count(),
        }
    }
}

pub(super) fn period(document: &PlanDocument, words: Words) -> String {
    let year = |year: FiscalYear| format::fiscal_year_short(year, words.language());
    document.period.map_or_else(String::new, |period| {
        words
            .with(
                "plan-period",
                &[
                    ("from", year(period.from).into()),
                    ("to", year(period.to).into()),
                ],
            )
            .into_owned()
    })
}

#[derive(Template)]
#[template(path = "plan/list.html")]
struct ListBody {
    words: Words,
    own: Vec<Summary>,
    neighbours: Vec<Summary>,
}

/// A published plan in short, as it is measured at this moment.
pub(super) async fn summary(
    city: &City,
    plan: Arc<PublishedPlan>,
    words: Words,
) -> Result<Summary, Problem> {
    Ok(Summary::of(&measuring::measure(city, plan).await?, words))
}

/// Every published plan in short: the city's own, and the neighbours'.
pub(super) async fn summaries(
    city: &City,
    words: Words,
) -> Result<(Vec<Summary>, Vec<Summary>), Problem> {
    let mut own = Vec::new();
    let mut neighbours = Vec::new();
    for plan in store::published_plans(city).await? {
        let is_own = plan.record.is_own();
        let summary = summary(city, plan, words).await?;
        if is_own {
            own.push(summary);
        } else {
            neighbours.push(summary);
        }
    }
    Ok((own, neighbours))
}

pub(super) async fn list(
    State(city): State<City>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let (own, neighbours) = summaries(&city, words).await?;
    let body = ListBody {
        words,
        own,
        neighbours,
    };
    Ok(Page::public(shell, words.get("plan-list-title"), &body).lead(words.get("plan-list-lead")))
}

/// The published plan of a path.
pub(super) async fn published(city: &City, key: &str) -> Result<Arc<PublishedPlan>, Problem> {
    store::published(city, key).await?.ok_or(Problem::NotFound)
}

/// The published plan of a path, measured.
pub(super) async fn open(city: &City, key: &str) -> Result<MeasuredPlan, Problem> {
    Ok(measuring::measure(city, published(city, key).await?).await?)
}

struct GroupView {
    level: u8,
    kind: String,
    number: String,
    title: String,
    href: String,
    text: Option<String>,
    initiatives: Vec<InitiativeView>,
}

struct InitiativeView {
    href: String,
    number: String,
    title: String,
    stage: String,
    badges: Vec<StatusBadge>,
}

struct StatementView {
    kind: String,
    statements: Vec<Statement>,
}

struct Tile {
    status: StatusBadge,
    count: usize,
    href: String,
}

#[derive(Template)]
#[template(path = "plan/overview.html")]
struct OverviewBody {
    words: Words,
    publisher: String,
    period: String,
    version: String,
    source: Option<String>,
    year: Option<String>,
    tiles: Vec<Tile>,
    missed: Option<Table>,
    met: Option<Table>,
    running_year: Option<(String, Table)>,
    statements: Vec<StatementView>,
    groups: Vec<GroupView>,
    key: String,
    downloads: Vec<LinkButton>,
    has_record: bool,
}

pub(super) async fn overview(
    State(city): State<City>,
    Path(key): Path<String>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let plan = open(&city, &key).await?;
    let document = &plan.plan.document;
    let mut groups = Vec::new();
    for group in &document.groups {
        add_group(&plan, group, 0, words, &mut groups);
    }
    let table = |id: &str, caption: &str, rows: Vec<(&MeasuredIndicator, &MeasuredYear)>| {
        (!rows.is_empty()).then(|| figures_table(&plan, id, &words.get(caption), rows, words))
    };
    let of_year =
        |year: FiscalYear, wanted: &[Judged]| -> Vec<(&MeasuredIndicator, &MeasuredYear)> {
            plan.indicators
                .values()
                .filter_map(|indicator| Some((indicator, indicator.year(year)?)))
                .filter(|(_, measured)| wanted.contains(&measured.standing.status()))
                .collect()
        };
    let judged = plan.judged_year;
    let running_year = Some(plan.running_year())
        .filter(|year| Some(*year) != judged)
        .and_then(|year| {
            let rows = of_year(year, &[Judged::OnTrack, Judged::Behind, Judged::Achieved]);
            (!rows.is_empty()).then(|| {
                let name = view::year(year, language);
                (
                    name,
                    figures_table(
                        &plan,
                        "running",
                        &words.get("plan-running-caption"),
                        rows,
                        words,
                    ),
                )
            })
        });
    let body = OverviewBody {
        words,
        publisher: document.publisher.name.clone(),
        period: period(document, words),
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
        source: document.source.clone(),
        year: judged.map(|year| view::year(year, language)),
        tiles: judged
            .map(|year| tiles(&plan, year, language))
            .unwrap_or_default(),
        missed: judged.and_then(|year| {
            table(
                "missed",
                "plan-missed-caption",
                of_year(year, &[Judged::Behind]),
            )
        }),
        met: judged.and_then(|year| {
            table(
                "met",
                "plan-met-caption",
                of_year(year, &[Judged::Achieved, Judged::OnTrack]),
            )
        }),
        running_year,
        statements: statements(&document.statements, words),
        groups,
        downloads: downloads(&document.key, words),
        has_record: store::cycle::has_public_record(city.db(), plan.plan.record.id).await?,
        key: document.key.clone(),
    };
    let page = Page::public(shell, document.title.clone(), &body)
        .breadcrumb(words.get("plan-list-title"), "/plan")
        .lead(document.summary.clone().unwrap_or_default())
        .description(document.summary.clone().unwrap_or_default())
        .feed(
            words.get("plan-feed-title"),
            format!("/plan/{}/feed.atom", document.key),
        );
    Ok(page)
}

fn tiles(plan: &MeasuredPlan, year: FiscalYear, language: Language) -> Vec<Tile> {
    let counts = Counts::of(plan.indicators.values(), year);
    [
        (Status::Behind, counts.behind, "behind"),
        (Status::Achieved, counts.achieved, "achieved"),
        (Status::OnTrack, counts.on_track, "on_track"),
        (
            Status::CannotBeJudged,
            counts.cannot_be_judged,
            "cannot_be_judged",
        ),
    ]
    .into_iter()
    .filter(|(status, count, _)| *count > 0 || matches!(status, Status::Behind | Status::Achieved))
    .map(|(status, count, name)| {
        // A year that is over was missed; it cannot be behind any more.
        let badge = StatusBadge::new(language, status);
        let badge = if status == Status::Behind {
            badge.text(WORDS.words(language).get("plan-missed"))
        } else {
            badge
        };
        Tile {
            status: badge,
            count,
            href: format!(
                "/plan/{}/initiatives?year={}&status={name}",
                plan.plan.document.key,
                year.year()
            ),
        }
    })
    .collect()
}

/// A table of figures of one year: indicator, initiative, planned, actual, status.
pub(super) fn figures_table(
    plan: &MeasuredPlan,
    id: &str,
    caption: &str,
    rows: Vec<(&MeasuredIndicator, &MeasuredYear)>,
    words: Words,
) -> Table {
    let mut table = Table::new(words.language(), id, caption)
        .columns([
            Column::text(words.get("plan-column-indicator")),
            Column::text(words.get("plan-column-initiative")),
            Column::number(words.get("plan-column-planned")),
            Column::number(words.get("plan-column-actual")),
            Column::text(words.get("plan-column-status")),
        ])
        .row_headers()
        .stacked();
    for (indicator, year) in rows {
        table = table.row([
            Cell::link(&indicator.indicator.name, plan.indicator_href(indicator)),
            Cell::link(indicator.owner.shown(), plan.owner_href(&indicator.owner)),
            Cell::text(view::target(year, indicator, words)),
            Cell::link(
                view::actual(year, indicator, words),
                plan.year_href(indicator, year.year),
            ),
            Cell::html(&view::badge(plan, year, words.language())),
        ]);
    }
    table
}

fn add_group(
    plan: &MeasuredPlan,
    group: &Group,
    level: u8,
    words: Words,
    list: &mut Vec<GroupView>,
) {
    let key = &plan.plan.document.key;
    list.push(GroupView {
        level,
        kind: view::group_kind(group.kind, words),
        number: group.number.clone().unwrap_or_default(),
        title: group.title.clone(),
        href: format!(
            "/plan/{key}/groups/{}",
            group.key.as_deref().unwrap_or_default()
        ),
        text: group.text.clone(),
        initiatives: group
            .initiatives
            .iter()
            .map(|initiative| line(plan, initiative, words))
            .collect(),
    });
    for child in &group.groups {
        add_group(plan, child, level.saturating_add(1), words, list);
    }
}

fn line(plan: &MeasuredPlan, initiative: &Initiative, words: Words) -> InitiativeView {
    let key = &plan.plan.document.key;
    let badges = plan.judged_year.map_or_else(Vec::new, |year| {
        initiative
            .indicators
            .iter()
            .filter_map(|indicator| plan.indicators.get(indicator.key.as_deref()?)?.year(year))
            .map(|measured| view::badge(plan, measured, words.language()))
            .collect()
    });
    InitiativeView {
        href: format!(
            "/plan/{key}/initiatives/{}",
            initiative.key.as_deref().unwrap_or_default()
        ),
        number: initiative.number.clone().unwrap_or_default(),
        title: initiative.title.clone(),
        stage: view::stage(initiative.stage, words),
        badges,
    }
}

fn statements(statements: &[Statement], words: Words) -> Vec<StatementView> {
    let mut views: Vec<StatementView> = Vec::new();
    for statement in statements {
        let kind = view::statement_kind(statement.kind, words);
        match views.last_mut().filter(|view| view.kind == kind) {
            Some(view) => view.statements.push(statement.clone()),
            None => views.push(StatementView {
                kind,
                statements: vec![statement.clone()],
            }),
        }
    }
    views
}

fn downloads(key: &str, words: Words) -> Vec<LinkButton> {
    ["pdf", "xlsx", "csv", "json", "yaml"]
        .into_iter()
        .map(|format| {
            let name = words.get(&format!("plan-download-{format}"));
            LinkButton::new(name, format!("/plan/{key}/download.{format}"))
                .small()
                .download()
        })
        .collect()
}

impl OverviewBody {
    fn tables(&self) -> Vec<&Table> {
        self.missed.iter().chain(self.met.iter()).collect()
    }
}
