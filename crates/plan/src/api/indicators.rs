//! One indicator, and one figure opened: value → formula and version → parts → daily counts.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::Serialize;
use utoipa::ToSchema;
use yakuba_city::{City, web::Problem};
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_ui::Language;

use super::{
    answer::Answer,
    figures::frozen,
    measures::{DayAnswer, fiscal_year, shown, sum},
    plans::measured,
};
use crate::{
    measuring::{self, Actual, MeasuredIndicator, MeasuredPlan, MeasuredYear},
    model::{
        computation::{Computed, Parts, formula_in_words, trace},
        document::{Direction, Evidence, Figure, Reading},
        formula::{Formula, FormulaKind, Selection},
    },
    pages::sentences::Names,
    store::{self, PublishedFigure},
};

/// A figure as the document states it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StatedFigure {
    /// The fiscal year; null for a baseline without one.
    fiscal_year: Option<i32>,
    /// Exact decimal as a string; null when there is no number.
    value: Option<String>,
    /// The unit beside the number.
    unit: Option<String>,
    /// What qualifies the number, as it stands.
    qualifiers: Vec<String>,
    /// `number`, or why there is none: `not_carried_out`, `no_figure`, `dash`, `empty`, `words`, `missing`.
    reading: &'static str,
    /// The cell as it stood.
    text: String,
    /// Whether a person should look at it.
    needs_review: bool,
}

impl From<&Figure> for StatedFigure {
    fn from(figure: &Figure) -> Self {
        let (unit, qualifiers) = match &figure.reading {
            Reading::Number(number) => (number.unit.clone(), number.qualifiers.clone()),
            _ => (None, Vec::new()),
        };
        Self {
            fiscal_year: figure.fiscal_year.map(FiscalYear::year),
            value: figure.reading.value().map(|value| value.to_string()),
            unit,
            qualifiers,
            reading: match figure.reading {
                Reading::Number(_) => "number",
                Reading::NotCarriedOut => "not_carried_out",
                Reading::NoFigure => "no_figure",
                Reading::Dash => "dash",
                Reading::Empty => "empty",
                Reading::Words => "words",
                Reading::Missing => "missing",
            },
            text: figure.text.clone(),
            needs_review: figure.needs_review(),
        }
    }
}

/// What came out in a year.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActualAnswer {
    /// `stated` in the document, `computed` from facts, or `not_computable`.
    source: &'static str,
    /// As of now; exact decimal as a string; null when there is no number.
    value: Option<String>,
    /// A computed figure as it was published with this version; null when it was not.
    as_published: Option<String>,
    /// Whether the two differ.
    changed_since_publication: bool,
    /// Whether the year is still running, so that more may come.
    provisional: bool,
    /// Why it cannot be computed, in the asker's language.
    reason: Option<String>,
    /// The figure as the document states it.
    stated: Option<StatedFigure>,
}

/// One year of an indicator.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct YearAnswer {
    /// The fiscal year.
    fiscal_year: i32,
    /// What was planned.
    target: Option<StatedFigure>,
    /// What came out.
    actual: Option<ActualAnswer>,
    /// `achieved`, `on_track`, `behind` or `cannot_be_judged`.
    status: &'static str,
    /// Why, in the asker's language.
    explanation: Vec<String>,
    /// Whether a person judged otherwise than the rules; the explanation says who and why.
    overridden: bool,
}

/// How an indicator is computed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FormulaAnswer {
    /// The number of the formula's version, from 1; older versions are kept.
    version: i64,
    /// The formula in the asker's language.
    words: Vec<String>,
    /// The formula as in a plan file.
    #[schema(value_type = Object)]
    definition: Formula,
}

/// To whom an indicator belongs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnerAnswer {
    /// `initiative` or `group`.
    kind: &'static str,
    /// Its key in addresses.
    key: String,
    /// Its number in the document.
    number: Option<String>,
    /// Its title.
    title: String,
}

/// An indicator with all its years.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IndicatorAnswer {
    /// The plan's key.
    plan: String,
    /// The published version.
    version: i64,
    /// The indicator's key in addresses.
    key: String,
    /// Its name.
    name: String,
    /// How it is defined, in words.
    definition: Option<String>,
    /// The unit of its figures.
    unit: Option<String>,
    /// Which way is good: `more`, `fewer`, `keep`, `at_most`; null when it is not known.
    direction: Option<&'static str>,
    /// To whom it belongs.
    belongs_to: OwnerAnswer,
    /// How it is computed from facts; null when its figures are stated in the document.
    formula: Option<FormulaAnswer>,
    /// Where it started.
    baselines: Vec<StatedFigure>,
    /// Its years, in order.
    years: Vec<YearAnswer>,
}

#[utoipa::path(
    get,
    path = "/api/plans/{plan}/indicators/{indicator}",
    operation_id = "indicator",
    tag = "figures",
    params(("plan" = String, Path), ("indicator" = String, Path)),
    responses((status = 200, body = IndicatorAnswer), (status = 404))
)]
pub(super) async fn indicator(
    State(city): State<City>,
    Path((plan_key, key)): Path<(String, String)>,
    language: Language,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plan = measured(&city, &plan_key).await?;
    let measured = plan.indicators.get(&key).ok_or(Problem::NotFound)?;
    let names = Names::read(&city, language)
        .await?
        .with_subjects_of(&city, [&measured.indicator])
        .await?;
    let owner = &measured.owner;
    let answer = IndicatorAnswer {
        plan: plan_key,
        version: plan.plan.version,
        name: measured.indicator.name.clone(),
        definition: measured.indicator.definition.clone(),
        unit: measured.indicator.unit.clone(),
        direction: measuring::direction(measured).map(|direction| match direction {
            Direction::More => "more",
            Direction::Fewer => "fewer",
            Direction::Keep => "keep",
            Direction::AtMost => "at_most",
        }),
        belongs_to: OwnerAnswer {
            kind: if owner.is_group {
                "group"
            } else {
                "initiative"
            },
            key: owner.key.clone(),
            number: owner.number.clone(),
            title: owner.title.clone(),
        },
        formula: formula(&city, &plan, measured, &names).await?,
        baselines: measured.baselines().map(Into::into).collect(),
        years: measured
            .years
            .iter()
            .map(|year| year_answer(year, &names))
            .collect(),
        key,
    };
    Ok(Answer::json(&answer)?.by_language().respond(&headers))
}

fn year_answer(year: &MeasuredYear, names: &Names) -> YearAnswer {
    YearAnswer {
        fiscal_year: year.year.year(),
        target: year.target.as_ref().map(Into::into),
        actual: year
            .actual
            .as_ref()
            .map(|actual| actual_answer(year, actual, names)),
        status: year.standing.status().as_str(),
        explanation: names.sentences(&year.standing.explanation()),
        overridden: year.standing.overridden.is_some(),
    }
}

fn actual_answer(year: &MeasuredYear, actual: &Actual, names: &Names) -> ActualAnswer {
    ActualAnswer {
        source: match actual {
            Actual::Stated(_) => "stated",
            Actual::Computed { .. } => "computed",
            Actual::NotComputable(_) => "not_computable",
        },
        value: year.value().map(|value| value.to_string()),
        as_published: year.published_value().map(|value| value.to_string()),
        changed_since_publication: year.changed_since_publication(),
        provisional: matches!(actual, Actual::Computed { now, .. } if now.provisional),
        reason: match actual {
            Actual::NotComputable(reason) => Some(names.sentence(&reason.message())),
            _ => None,
        },
        stated: match actual {
            Actual::Stated(figure) => Some(figure.as_ref().into()),
            _ => None,
        },
    }
}

fn live(measured: &MeasuredIndicator) -> Option<&Formula> {
    measured
        .indicator
        .formula
        .as_ref()
        .filter(|formula| formula.kind != FormulaKind::Entered)
}

async fn formula(
    city: &City,
    plan: &MeasuredPlan,
    measured: &MeasuredIndicator,
    names: &Names,
) -> Result<Option<FormulaAnswer>, Problem> {
    let Some(formula) = live(measured) else {
        return Ok(None);
    };
    Ok(Some(FormulaAnswer {
        version: store::formula_version(city.db(), plan.plan.record.id, measured.key()).await?,
        words: names.sentences(&formula_in_words(formula)),
        definition: formula.clone(),
    }))
}

/// A computed figure with the way to it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComputedAnswer {
    /// The figure, exact decimal as a string.
    value: String,
    /// Before rounding, as far as it was written out.
    unrounded: String,
    /// The part, of a ratio; exact decimal as a string.
    numerator: Option<String>,
    /// The whole, of a ratio; exact decimal as a string.
    denominator: Option<String>,
    /// Everything it was computed from, by kind of formula.
    #[schema(value_type = Object)]
    parts: Parts,
    /// The way to it in sentences, in the asker's language.
    steps: Vec<String>,
}

impl ComputedAnswer {
    fn of(computed: &Computed, names: &Names) -> Self {
        let ratio = fraction(&computed.parts);
        Self {
            value: computed.value.to_string(),
            unrounded: computed.unrounded.digits.to_string(),
            numerator: ratio.map(|(part, _)| part.to_string()),
            denominator: ratio.map(|(_, whole)| whole.to_string()),
            parts: computed.parts.clone(),
            steps: names.sentences(&trace(computed)),
        }
    }
}

/// A computed figure as it was frozen at publication.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FrozenAnswer {
    /// The figure, exact decimal as a string.
    value: String,
    /// The number of the formula's version it was computed by.
    formula_version: i64,
    /// The part, of a ratio; exact decimal as a string.
    numerator: Option<String>,
    /// The whole, of a ratio; exact decimal as a string.
    denominator: Option<String>,
    /// Everything it was computed from, by kind of formula.
    #[schema(value_type = Object)]
    parts: serde_json::Value,
}

impl From<&PublishedFigure> for FrozenAnswer {
    fn from(figure: &PublishedFigure) -> Self {
        let ratio = serde_json::from_str::<Parts>(&figure.parts)
            .ok()
            .and_then(|parts| fraction(&parts));
        Self {
            value: figure.value.clone(),
            formula_version: figure.formula_version,
            numerator: ratio.map(|(part, _)| part.to_string()),
            denominator: ratio.map(|(_, whole)| whole.to_string()),
            parts: serde_json::from_str(&figure.parts).unwrap_or_default(),
        }
    }
}

/// Numerator and denominator of a figure that has them.
pub(crate) fn fraction(parts: &Parts) -> Option<(Decimal, Decimal)> {
    match parts {
        Parts::Ratio {
            numerator,
            denominator,
            ..
        } => Some((
            numerator.quantity.to_decimal(),
            denominator.quantity.to_decimal(),
        )),
        Parts::Departments { did, of, .. } => Some((Decimal::from(did.len()), Decimal::from(*of))),
        Parts::Survey {
            numerator,
            denominator,
            ..
        } => Some((Decimal::from(*numerator), Decimal::from(*denominator))),
        _ => None,
    }
}

/// Counts that a percentage should follow from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvidenceAnswer {
    /// The part, exact decimal as a string.
    numerator: String,
    /// The whole, exact decimal as a string.
    denominator: String,
    /// The words that state the counts, or who recorded them.
    text: String,
}

impl From<&Evidence> for EvidenceAnswer {
    fn from(evidence: &Evidence) -> Self {
        Self {
            numerator: evidence.numerator.to_string(),
            denominator: evidence.denominator.to_string(),
            text: evidence.text.clone(),
        }
    }
}

/// The daily counts a formula takes up, narrowed as the formula narrows them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CountsAnswer {
    /// What is counted.
    measure: String,
    /// Its name in the asker's language.
    name: String,
    /// Its unit in Japanese.
    unit: String,
    /// Which facts count, as in a plan file.
    #[schema(value_type = Object)]
    selection: Selection,
    /// The sum of the year's days, exact decimal as a string.
    total: String,
    /// The days with facts.
    days: Vec<DayAnswer>,
}

/// One figure with everything behind it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OpenedFigure {
    /// The plan's key.
    plan: String,
    /// The published version.
    version: i64,
    /// The indicator's key.
    indicator: String,
    /// The indicator's name.
    name: String,
    /// The unit of its figures.
    unit: Option<String>,
    /// Target, actual and judgement.
    #[serde(flatten)]
    year: YearAnswer,
    /// How it is computed; null when it is stated in the document.
    formula: Option<FormulaAnswer>,
    /// The computation as of now.
    now: Option<ComputedAnswer>,
    /// The computation frozen when this version was published.
    as_published: Option<FrozenAnswer>,
    /// The counts the document states behind its figure.
    evidence: Vec<EvidenceAnswer>,
    /// The daily counts of the year behind a computed figure.
    counts: Vec<CountsAnswer>,
}

#[utoipa::path(
    get,
    path = "/api/plans/{plan}/indicators/{indicator}/{year}",
    operation_id = "figure",
    tag = "figures",
    params(("plan" = String, Path), ("indicator" = String, Path), ("year" = i32, Path)),
    responses((status = 200, body = OpenedFigure), (status = 404), (status = 422))
)]
pub(super) async fn year(
    State(city): State<City>,
    Path((plan_key, key, year)): Path<(String, String, String)>,
    language: Language,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let fiscal_year = fiscal_year(&year)?;
    let plan = measured(&city, &plan_key).await?;
    let measured = plan.indicators.get(&key).ok_or(Problem::NotFound)?;
    let year = measured.year(fiscal_year).ok_or(Problem::NotFound)?;
    let names = Names::read(&city, language).await?;
    let now = match &year.actual {
        Some(Actual::Computed { now, .. }) => Some(now),
        _ => None,
    };
    let mut counts = Vec::new();
    if let (Some(_), Some(formula)) = (now, live(measured)) {
        for selection in formula.kind.selections() {
            let days = store::counts_of_year(city.db(), &selection, fiscal_year).await?;
            counts.push(CountsAnswer {
                measure: selection.measure.as_str().to_owned(),
                name: names.measure(selection.measure.as_str()),
                unit: names.unit(selection.measure.as_str()),
                total: shown(sum(&days)),
                days: days.iter().map(Into::into).collect(),
                selection,
            });
        }
    }
    let evidence = match &year.actual {
        Some(Actual::Stated(figure)) => figure.evidence.iter().map(Into::into).collect(),
        _ => Vec::new(),
    };
    let answer = OpenedFigure {
        plan: plan_key,
        version: plan.plan.version,
        name: measured.indicator.name.clone(),
        unit: measured.indicator.unit.clone(),
        year: year_answer(year, &names),
        formula: formula(&city, &plan, measured, &names).await?,
        now: now.map(|computed| ComputedAnswer::of(computed, &names)),
        as_published: frozen(&plan, &key, fiscal_year).map(Into::into),
        evidence,
        counts,
        indicator: key,
    };
    Ok(Answer::json(&answer)?.by_language().respond(&headers))
}
