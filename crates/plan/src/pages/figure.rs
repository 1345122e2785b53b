//! Opening a figure: value, formula and its version, the daily counts, and for those who may, the records behind them.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use jiff::civil;
use yakuba_city::{
    City, DayTotal,
    web::{Principal, Problem},
};
use yakuba_kernel::{Decimal, FiscalYear, Quantity};
use yakuba_ui::{
    Cell, ChipLabel, Column, DescriptionList, Disclosure, Html, Language, Page, Shell, StatusBadge,
    Table, Words,
    charts::{BarAndTarget, Line, Series, Share},
    format,
};

use super::{WORDS, initiatives, plans::open, sentences::Names, view};
use crate::{
    capabilities::RECORDS,
    measuring::{Actual, MeasuredIndicator, MeasuredPlan, MeasuredYear},
    model::{
        arithmetic::{self, Scale},
        computation::{Computed, Parts, formula_in_words, measures_of, trace},
        document::{Evidence, Figure, FigureKind, Reading},
        formula::{Formula, FormulaKind, Selection},
        message::Message,
        projection::{self, Past},
        quality::{self, Evidenced, Grade, Recount, SourceKind},
    },
    store,
};

/// Records of one day shown at most.
const RECORDS_AT_MOST: u64 = 500;

#[derive(Template)]
#[template(path = "plan/indicator.html")]
struct IndicatorBody {
    words: Words,
    owner: (String, String),
    facts: DescriptionList,
    chart: Option<BarAndTarget>,
    table: Table,
    formula: Vec<String>,
    formula_version: i64,
    is_live: bool,
    recount: String,
    projection: Option<ProjectionView>,
    quality: ChipLabel,
    quality_reasons: Vec<String>,
    comparison: Option<i64>,
}

pub(super) async fn indicator(
    State(city): State<City>,
    Path((key, indicator_key)): Path<(String, String)>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let plan = open(&city, &key).await?;
    let measured = plan
        .indicators
        .get(&indicator_key)
        .ok_or(Problem::NotFound)?;
    let names = Names::read(&city, language).await?;
    let indicator = &measured.indicator;
    let mut facts = DescriptionList::new();
    if let Some(definition) = &indicator.definition {
        facts = facts.text(words.get("plan-definition"), definition);
    }
    if let Some(unit) = &indicator.unit {
        facts = facts.text(words.get("plan-unit"), unit);
    }
    if let Some(direction) = crate::measuring::direction(measured) {
        facts = facts.text(
            words.get("plan-direction"),
            view::direction(direction, words),
        );
    }
    let live = indicator
        .formula
        .as_ref()
        .filter(|formula| formula.kind != FormulaKind::Entered);
    facts = facts.text(
        words.get("plan-source-of-figures"),
        words.get(if live.is_some() {
            "plan-source-facts"
        } else {
            "plan-source-document"
        }),
    );
    let (quality, quality_reasons) = quality(&city, measured, &plan, &names).await?;
    let body = IndicatorBody {
        projection: projection(measured, &plan, &names, words),
        quality,
        quality_reasons,
        comparison: store::comparison_of(city.db(), plan.plan.record.id, &indicator_key).await?,
        words,
        owner: (measured.owner.shown(), plan.owner_href(&measured.owner)),
        facts,
        chart: initiatives::chart(measured, words),
        table: initiatives::table(&plan, measured, words),
        formula: live
            .map(|formula| names.sentences(&formula_in_words(formula)))
            .unwrap_or_default(),
        formula_version: store::formula_version(city.db(), plan.plan.record.id, &indicator_key)
            .await?,
        is_live: live.is_some(),
        recount: recount(&city, words).await?,
    };
    Ok(crumbs(
        Page::public(shell, indicator.name.clone(), &body),
        &plan,
        measured,
        words,
        false,
    ))
}

fn crumbs(
    page: Page,
    plan: &MeasuredPlan,
    measured: &MeasuredIndicator,
    words: Words,
    deeper: bool,
) -> Page {
    let key = &plan.plan.document.key;
    let page = page
        .breadcrumb(words.get("plan-list-title"), "/plan")
        .breadcrumb(plan.plan.document.title.clone(), format!("/plan/{key}"))
        .breadcrumb(measured.owner.shown(), plan.owner_href(&measured.owner));
    if deeper {
        page.breadcrumb(
            measured.indicator.name.clone(),
            plan.indicator_href(measured),
        )
    } else {
        page
    }
}

/// When the facts were last counted again, in a sentence.
async fn recount(city: &City, words: Words) -> Result<String, Problem> {
    Ok(match yakuba_city::last_recount(city.db()).await? {
        Some((at, facts, differences)) => {
            let id = if differences == 0 {
                "plan-recount-good"
            } else {
                "plan-recount-differences"
            };
            let at = view::moment(at.as_microsecond(), words.language());
            words
                .with(
                    id,
                    &[
                        ("at", at.into()),
                        ("facts", facts.into()),
                        ("differences", differences.into()),
                    ],
                )
                .into_owned()
        }
        None => words.get("plan-recount-never").into_owned(),
    })
}

struct CountView {
    name: String,
    total: String,
    chart: Option<BarAndTarget>,
    months: Vec<Disclosure>,
}

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

pub(super) async fn year(
    State(city): State<City>,
    Path((key, indicator_key, year)): Path<(String, String, i32)>,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let plan = open(&city, &key).await?;
    let measured = plan
        .indicators
        .get(&indicator_key)
        .ok_or(Problem::NotFound)?;
    let fiscal_year = FiscalYear::new(year).map_err(|_| Problem::NotFound)?;
    let of_year = measured.year(fiscal_year).ok_or(Problem::NotFound)?;
    let names = Names::read(&city, language).await?;
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
        let base = plan.year_href(measured, fiscal_year);
        for selection in selections(formula) {
            counts.push(count_view(&city, selection, fiscal_year, &base, &names, words).await?);
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
        formula_version: store::formula_version(city.db(), plan.plan.record.id, &indicator_key)
            .await?,
        trace: computed
            .map(|(now, _)| names.sentences(&trace(now)))
            .unwrap_or_default(),
        share: computed.and_then(|(now, _)| share(now, of_year, unit, language)),
        parts: computed.and_then(|(now, _)| parts_table(now, &names, words)),
        counts,
        evidence: stated
            .map(|figure| evidence(figure, unit, &names, words))
            .unwrap_or_default(),
        recount: recount(&city, words).await?,
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
    Ok(crumbs(
        Page::public(shell, title, &body),
        &plan,
        measured,
        words,
        true,
    ))
}

/// The selections of a formula, each once.
fn selections(formula: &Formula) -> Vec<Selection> {
    let list = match &formula.kind {
        FormulaKind::Count(selection)
        | FormulaKind::Sum(selection)
        | FormulaKind::Stock(selection)
        | FormulaKind::Maximum(selection) => vec![selection.clone()],
        FormulaKind::Ratio(ratio) | FormulaKind::MeanOfRatios(ratio) => {
            vec![ratio.numerator.clone(), ratio.denominator.clone()]
        }
        FormulaKind::Growth(growth) => vec![growth.of.clone()],
        FormulaKind::ShareOfDepartments(share) => vec![share.of.clone()],
        FormulaKind::SurveyShare(survey) => vec![Selection {
            measure: survey.measure.clone(),
            departments: Vec::new(),
            channels: Vec::new(),
            subjects: Vec::new(),
        }],
        FormulaKind::Entered => Vec::new(),
    };
    let mut distinct: Vec<Selection> = Vec::new();
    for selection in list {
        if !distinct.contains(&selection) {
            distinct.push(selection);
        }
    }
    distinct
}

fn selection_name(selection: &Selection, names: &Names, words: Words) -> String {
    let mut filters: Vec<String> = selection
        .departments
        .iter()
        .map(|code| names.department(code.as_str()))
        .collect();
    filters.extend(
        selection
            .channels
            .iter()
            .map(|channel| names.channel(channel.as_str())),
    );
    filters.extend(
        selection
            .subjects
            .iter()
            .map(|subject| subject.as_str().to_owned()),
    );
    let name = names.measure(selection.measure.as_str());
    if filters.is_empty() {
        name
    } else {
        words
            .with(
                "plan-selection-filtered",
                &[
                    ("name", name.into()),
                    ("filters", filters.join("、").into()),
                ],
            )
            .into_owned()
    }
}

fn quantity(thousandths: i64) -> Decimal {
    Quantity::from_thousandths(thousandths).map_or(Decimal::ZERO, Quantity::to_decimal)
}

async fn count_view(
    city: &City,
    selection: Selection,
    year: FiscalYear,
    base: &str,
    names: &Names,
    words: Words,
) -> Result<CountView, Problem> {
    let language = words.language();
    let unit = names.unit(selection.measure.as_str());
    let days = store::counts_of_year(city.db(), &selection, year).await?;
    let mut months: BTreeMap<String, Vec<&DayTotal>> = BTreeMap::new();
    for day in &days {
        months
            .entry(day.day.chars().take(7).collect())
            .or_default()
            .push(day);
    }
    let sum = |days: &[&DayTotal]| -> Decimal { days.iter().map(|day| quantity(day.total)).sum() };
    let shown = |value: Decimal| format::with_unit(value, &unit, language);
    let name = selection_name(&selection, names, words);
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

/// A shown ratio always shows numerator and denominator.
fn share(
    computed: &Computed,
    year: &MeasuredYear,
    unit: Option<&str>,
    language: Language,
) -> Option<Share> {
    let shown = view::amount(computed.value, unit, language);
    let share = match &computed.parts {
        Parts::Ratio {
            numerator,
            denominator,
            ..
        } => Share::new(
            language,
            numerator.quantity.to_decimal(),
            denominator.quantity.to_decimal(),
            "",
            shown,
        ),
        Parts::Departments { did, of, .. } => Share::new(
            language,
            Decimal::from(did.len()),
            Decimal::from(*of),
            "",
            shown,
        ),
        Parts::Survey {
            numerator,
            denominator,
            ..
        } => Share::new(
            language,
            Decimal::from(*numerator),
            Decimal::from(*denominator),
            "",
            shown,
        ),
        _ => return None,
    };
    Some(match year.target_value() {
        Some(target) => share.target(target),
        None => share,
    })
}

/// The single ratios of a mean, the departments of a share, the answers of a survey.
fn parts_table(computed: &Computed, names: &Names, words: Words) -> Option<Table> {
    let language = words.language();
    let table = |id: &'static str, columns: Vec<Column>| {
        Table::new(language, "parts", words.get(id))
            .columns(columns)
            .row_headers()
    };
    match &computed.parts {
        Parts::Mean { subjects, .. } => {
            let mut table = table(
                "plan-parts-subjects",
                vec![
                    Column::text(words.get("plan-column-subject")),
                    Column::number(words.get("plan-column-numerator")),
                    Column::number(words.get("plan-column-denominator")),
                    Column::number(words.get("plan-column-ratio")),
                ],
            );
            for subject in subjects {
                table = table.row([
                    Cell::text(subject.subject.as_str()),
                    Cell::text(format::decimal(subject.numerator.to_decimal())),
                    Cell::text(format::decimal(subject.denominator.to_decimal())),
                    Cell::text(format::with_unit(subject.ratio, "%", language)),
                ]);
            }
            Some(table)
        }
        Parts::Departments { did, did_not, .. } => {
            let mut table = table(
                "plan-parts-departments",
                vec![
                    Column::text(words.get("plan-column-department")),
                    Column::text(words.get("plan-column-done")),
                ],
            );
            for (departments, word) in [(did, "plan-done"), (did_not, "plan-not-done")] {
                for department in departments {
                    table = table.row([
                        Cell::text(names.department(department.as_str())),
                        Cell::text(words.get(word)),
                    ]);
                }
            }
            Some(table)
        }
        Parts::Survey { answers, .. } => {
            let mut table = table(
                "plan-parts-answers",
                vec![
                    Column::text(words.get("plan-column-answer")),
                    Column::number(words.get("plan-column-facts")),
                    Column::text(words.get("plan-column-counts")),
                ],
            );
            for answer in answers {
                let counts = if answer.counts {
                    "plan-counts-yes"
                } else {
                    "plan-counts-no"
                };
                table = table.row([
                    Cell::text(answer.answer.as_str()),
                    Cell::text(format::number(answer.facts)),
                    Cell::text(words.get(counts)),
                ]);
            }
            Some(table)
        }
        _ => None,
    }
}

fn source(figure: &Figure, words: Words) -> Option<String> {
    let address = figure.source.as_ref()?;
    let sheet = address
        .sheet
        .clone()
        .map(|sheet| format!(" {sheet}"))
        .unwrap_or_default();
    Some(
        words
            .with(
                "plan-cell-address",
                &[
                    ("file", format!("{}{sheet}", address.file).into()),
                    ("row", i64::from(address.row).into()),
                    ("column", i64::from(address.column).into()),
                ],
            )
            .into_owned(),
    )
}

fn doubts(figure: &Figure, words: Words) -> Vec<String> {
    figure
        .doubts
        .iter()
        .map(|doubt| view::doubt(doubt, words))
        .collect()
}

/// Counts stated for a figure, and whether the figure follows from them.
struct EvidenceView {
    counts: String,
    warning: bool,
    verdict: Vec<String>,
}

fn evidence(figure: &Figure, unit: Option<&str>, names: &Names, words: Words) -> Vec<EvidenceView> {
    let unit = match &figure.reading {
        Reading::Number(number) => number.unit.as_deref().or(unit),
        _ => unit,
    };
    figure
        .evidence
        .iter()
        .map(|evidence| {
            let check = figure
                .reading
                .value()
                .and_then(|value| arithmetic::check(evidence, value, Scale::of_unit(unit)));
            EvidenceView {
                counts: counts_shown(evidence, words),
                warning: check.as_ref().is_some_and(|check| check.warning),
                verdict: check
                    .map(|check| names.sentences(&check.explanation))
                    .unwrap_or_default(),
            }
        })
        .collect()
}

fn counts_shown(evidence: &Evidence, words: Words) -> String {
    words
        .with(
            "plan-evidence",
            &[
                ("numerator", format::decimal(evidence.numerator).into()),
                ("denominator", format::decimal(evidence.denominator).into()),
                ("text", evidence.text.clone().into()),
            ],
        )
        .into_owned()
}

/// Where the indicator is heading: the line of the past years carried on to the target year, with its uncertainty.
struct ProjectionView {
    chart: Option<Line>,
    sentences: Vec<String>,
}

fn projection(
    measured: &MeasuredIndicator,
    plan: &MeasuredPlan,
    names: &Names,
    words: Words,
) -> Option<ProjectionView> {
    let indicator = &measured.indicator;
    let direction = crate::measuring::direction(measured)?;
    let (target_year, target) = measured.course.last_target()?;
    let past: Vec<(FiscalYear, Decimal)> = measured
        .years
        .iter()
        .filter(|year| year.year < plan.running_year())
        .filter_map(|year| Some((year.year, year.value()?)))
        .collect();
    if past.is_empty() || target_year < plan.running_year() {
        return None;
    }
    let places = past
        .iter()
        .map(|(_, value)| value.scale())
        .max()
        .unwrap_or(0);
    let asked = Past {
        actuals: &past,
        target_year,
        target,
        direction,
        share: indicator.unit.as_deref() == Some("%"),
        places,
    };
    let found = match projection::project(&asked) {
        Ok(found) => found,
        Err(reason) => {
            return Some(ProjectionView {
                chart: None,
                sentences: vec![names.sentence(&reason.message())],
            });
        }
    };
    let years: Vec<FiscalYear> = past
        .first()
        .map_or_else(Vec::new, |(first, _)| first.through(target_year).collect());
    let at = |year: &FiscalYear| {
        past.iter()
            .find(|(known, _)| known == year)
            .map(|(_, value)| *value)
    };
    let series = Series::new(String::new())
        .actual(years.iter().map(at))
        .planned(
            years
                .iter()
                .map(|year| measured.year(*year).and_then(MeasuredYear::target_value)),
        );
    let chart = Line::new(
        words.language(),
        "projection",
        words.with_text("plan-projection-chart", "indicator", &indicator.name),
        indicator.unit.clone().unwrap_or_default(),
        series,
    )
    .years(years.iter().copied())
    .projection(years.iter().map(|year| {
        let ahead = past.last().is_some_and(|(last, _)| last < year);
        let found = ahead
            .then(|| {
                projection::project(&Past {
                    target_year: *year,
                    ..asked
                })
                .ok()
            })
            .flatten()?;
        Some((found.value, found.low, found.high))
    }));
    Some(ProjectionView {
        chart: Some(chart),
        sentences: names.sentences(&found.explanation),
    })
}

/// How far the figures can be relied on: where they come from, how late they arrive, when they were last counted again.
async fn quality(
    city: &City,
    measured: &MeasuredIndicator,
    plan: &MeasuredPlan,
    names: &Names,
) -> Result<(ChipLabel, Vec<String>), Problem> {
    let live = measured
        .indicator
        .formula
        .as_ref()
        .filter(|formula| formula.kind != FormulaKind::Entered);
    let origins = match live {
        Some(formula) => store::origins(city.db(), &measures_of([formula])).await?,
        None => Vec::new(),
    };
    let stated = || {
        measured
            .indicator
            .figures
            .iter()
            .filter(|figure| figure.kind == FigureKind::Actual)
    };
    let mut sources: Vec<SourceKind> = origins.iter().map(|origin| origin.source).collect();
    if live.is_none() {
        let read = stated().any(|figure| figure.source.is_some() || !figure.text.is_empty());
        sources.push(if read {
            SourceKind::ReadFromSheet
        } else {
            SourceKind::Entered
        });
    }
    let delays: Vec<i64> = origins.iter().map(|origin| origin.delay_days).collect();
    let recount = yakuba_city::last_recount(city.db())
        .await?
        .map(|(at, _, differences)| Recount {
            on: yakuba_city::JAPAN.to_datetime(at).date(),
            differences,
        });
    let badge = quality::badge(&Evidenced {
        sources: &sources,
        delays: &delays,
        recount,
        open_doubts: stated().filter(|figure| figure.needs_review()).count(),
        has_evidence: stated().any(|figure| !figure.evidence.is_empty()),
        today: plan.today,
    });
    let name = names.sentence(&Message::new(badge.grade.message_id()));
    let chip = match badge.grade {
        Grade::High => ChipLabel::new(name).green(),
        Grade::Medium => ChipLabel::new(name).orange(),
        Grade::Low => ChipLabel::new(name).red(),
    };
    Ok((chip, names.sentences(&badge.explanation)))
}

#[derive(Template)]
#[template(path = "plan/day.html")]
struct DayBody {
    words: Words,
    tables: Vec<Table>,
    records: Vec<Table>,
    may_see_records: bool,
}

pub(super) async fn day(
    State(city): State<City>,
    Path((key, indicator_key, year, day)): Path<(String, String, i32, String)>,
    principal: Principal,
    shell: Shell,
    language: Language,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(language);
    let plan = open(&city, &key).await?;
    let measured = plan
        .indicators
        .get(&indicator_key)
        .ok_or(Problem::NotFound)?;
    let fiscal_year = FiscalYear::new(year).map_err(|_| Problem::NotFound)?;
    let date: civil::Date = day.parse().map_err(|_| Problem::NotFound)?;
    let formula = measured
        .indicator
        .formula
        .as_ref()
        .filter(|_| fiscal_year.contains(date))
        .ok_or(Problem::NotFound)?;
    let names = Names::read(&city, language).await?;
    let may_see_records = principal.holds(RECORDS);
    let mut tables = Vec::new();
    let mut records = Vec::new();
    for (place, selection) in selections(formula).into_iter().enumerate() {
        let name = selection_name(&selection, &names, words);
        let unit = names.unit(selection.measure.as_str());
        let mut table = Table::new(language, format!("day-{place}"), name.clone()).columns([
            Column::text(words.get("plan-column-department")),
            Column::text(words.get("plan-column-channel")),
            Column::text(words.get("plan-column-subject")),
            Column::number(words.get("plan-column-quantity")),
            Column::number(words.get("plan-column-facts")),
        ]);
        for row in store::counts_of_day(city.db(), &selection, &date.to_string()).await? {
            table = table.row([
                Cell::text(if row.department.is_empty() {
                    String::new()
                } else {
                    names.department(&row.department)
                }),
                Cell::text(if row.channel.is_empty() {
                    String::new()
                } else {
                    names.channel(&row.channel)
                }),
                Cell::text(&row.subject),
                Cell::text(format::with_unit(quantity(row.total), &unit, language)),
                Cell::text(format::number(row.count)),
            ]);
        }
        tables.push(table);
        if may_see_records {
            records.push(records_table(&city, &selection, &date, place, &name, words).await?);
        }
    }
    let title = words
        .with(
            "plan-day-title",
            &[
                ("indicator", measured.indicator.name.clone().into()),
                ("day", format::date(date, language).into()),
            ],
        )
        .into_owned();
    let body = DayBody {
        words,
        tables,
        records,
        may_see_records,
    };
    let page = crumbs(
        Page::public(shell, title, &body),
        &plan,
        measured,
        words,
        true,
    );
    Ok(page
        .breadcrumb(
            view::year(fiscal_year, language),
            plan.year_href(measured, fiscal_year),
        )
        .not_for_search_engines())
}

async fn records_table(
    city: &City,
    selection: &Selection,
    date: &civil::Date,
    place: usize,
    name: &str,
    words: Words,
) -> Result<Table, Problem> {
    let language = words.language();
    let caption = words.with_text("plan-records-caption", "name", name);
    let mut table = Table::new(language, format!("records-{place}"), caption).columns([
        Column::number(words.get("plan-column-number")),
        Column::text(words.get("plan-column-moment")).no_wrap(),
        Column::number(words.get("plan-column-quantity")),
        Column::text(words.get("plan-column-record")),
        Column::text(words.get("plan-column-recorder")),
        Column::text(words.get("plan-column-recorded-at")).no_wrap(),
    ]);
    let facts =
        store::facts_of_day(city.db(), selection, &date.to_string(), RECORDS_AT_MOST).await?;
    if u64::try_from(facts.len()).unwrap_or(u64::MAX) == RECORDS_AT_MOST {
        table = table.note(words.counted(
            "plan-records-cut",
            i64::try_from(RECORDS_AT_MOST).unwrap_or(i64::MAX),
        ));
    }
    for fact in facts {
        let record = match fact.corrects {
            Some(corrected) => words
                .counted("plan-record-corrects", corrected)
                .into_owned(),
            None => fact.record.clone().unwrap_or_default(),
        };
        table = table.row([
            Cell::text(fact.id.to_string()),
            Cell::text(view::moment(fact.at, language)),
            Cell::text(format::decimal(quantity(fact.quantity))),
            Cell::text(record),
            Cell::text(&fact.source),
            Cell::text(view::moment(fact.recorded_at, language)),
        ]);
    }
    Ok(table)
}
