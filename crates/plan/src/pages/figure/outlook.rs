//! Where an indicator is heading, and how far its figures can be relied on.

use yakuba_city::{City, web::Problem};
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_ui::{
    ChipLabel, Words,
    charts::{Line, Series},
};

use crate::{
    measuring::{self, MeasuredIndicator, MeasuredPlan, MeasuredYear},
    model::{
        computation::measures_of,
        document::FigureKind,
        formula::FormulaKind,
        message::Message,
        projection::{self, Past},
        quality::{self, Evidenced, Grade, Recount, SourceKind},
    },
    pages::sentences::Names,
    store,
};

/// Where the indicator is heading: the line of the past years carried on to the target year, with its uncertainty.
pub(super) struct ProjectionView {
    pub(super) chart: Option<Line>,
    pub(super) sentences: Vec<String>,
}

pub(super) fn projection(
    measured: &MeasuredIndicator,
    plan: &MeasuredPlan,
    names: &Names,
    words: Words,
) -> Option<ProjectionView> {
    let indicator = &measured.indicator;
    let direction = measuring::direction(measured)?;
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
pub(super) async fn quality(
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
