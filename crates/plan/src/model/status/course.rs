//! The course of an indicator: where it started, what was planned, what came out.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use yakuba_kernel::FiscalYear;

use crate::model::document::{Direction, FigureKind, Indicator, Number, Reading};

/// All that is needed to judge an indicator in any year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// Which way is good, when the plan says so.
    pub direction: Option<Direction>,
    /// The baseline with its year, which a plan may leave open.
    pub baseline: Option<(Option<FiscalYear>, Decimal)>,
    /// Targets by year.
    pub targets: BTreeMap<FiscalYear, Reading>,
    /// Actuals by year.
    pub actuals: BTreeMap<FiscalYear, Reading>,
}

/// Where the straight line to a target begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The year the figure is of.
    pub fiscal_year: FiscalYear,
    /// The figure.
    pub value: Decimal,
    /// Whether it is the plan's baseline; `false`: the first actual.
    pub is_baseline: bool,
}

/// A direction and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectionFound {
    /// Which way is good.
    pub direction: Direction,
    /// How it is known.
    pub source: DirectionSource,
}

/// How a direction is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectionSource {
    /// The plan says it.
    Stated,
    /// A word beside the target says it, such as `以内` or `以上`.
    Qualifier,
    /// The target differs from the baseline.
    BaselineAndTarget,
    /// The targets only rise, or only fall, from year to year.
    Targets,
}

impl Course {
    /// The course of an indicator of a document. Figures without a year other than the baseline are left out; where
    /// several figures of a kind stand for a year, the first holds.
    pub fn of(indicator: &Indicator) -> Self {
        let mut course = Self {
            direction: indicator.direction,
            ..Self::default()
        };
        for figure in &indicator.figures {
            match (figure.kind, figure.fiscal_year) {
                (FigureKind::Baseline, year) => {
                    if let (None, Some(value)) = (course.baseline, figure.reading.value()) {
                        course.baseline = Some((year, value));
                    }
                }
                (FigureKind::Target, Some(year)) => {
                    course
                        .targets
                        .entry(year)
                        .or_insert_with(|| figure.reading.clone());
                }
                (FigureKind::Actual, Some(year)) => {
                    course
                        .actuals
                        .entry(year)
                        .or_insert_with(|| figure.reading.clone());
                }
                (FigureKind::Target | FigureKind::Actual, None) => {}
            }
        }
        course
    }

    /// Puts a computed figure in the place of a year's actual.
    #[must_use]
    pub fn with_actual(mut self, year: FiscalYear, value: Decimal) -> Self {
        self.actuals.insert(
            year,
            Reading::Number(Number {
                value,
                unit: None,
                qualifiers: Vec::new(),
            }),
        );
        self
    }

    /// The actuals that are numbers, by year.
    pub fn numbers(&self) -> impl DoubleEndedIterator<Item = (FiscalYear, Decimal)> + '_ {
        numbers(&self.actuals)
    }

    /// The last year for which a target is set as a number.
    pub fn last_target(&self) -> Option<(FiscalYear, Decimal)> {
        numbers(&self.targets).next_back()
    }

    /// Where the line to a target begins for a judgement of `year`: the baseline, else the first actual before `year`.
    /// A baseline without a year counts for the year before the first actual, at the latest the year before `year`.
    pub fn start(&self, year: FiscalYear) -> Option<Start> {
        let first_actual = self.numbers().next();
        if let Some((dated, value)) = self.baseline {
            let fiscal_year = dated.unwrap_or_else(|| {
                first_actual
                    .map_or(year, |(first, _)| first.min(year))
                    .previous()
            });
            return Some(Start {
                fiscal_year,
                value,
                is_baseline: true,
            });
        }
        first_actual
            .filter(|(first, _)| *first < year)
            .map(|(fiscal_year, value)| Start {
                fiscal_year,
                value,
                is_baseline: false,
            })
    }

    /// Which way is good: as the plan says, else only where a word beside a target, the baseline and the target, or
    /// the targets themselves show it. Never guessed from the actuals.
    pub fn found_direction(&self) -> Option<DirectionFound> {
        let found = |direction, source| Some(DirectionFound { direction, source });
        if let Some(direction) = self.direction {
            return found(direction, DirectionSource::Stated);
        }
        let qualified = self.targets.values().rev().find_map(|target| match target {
            Reading::Number(number) => qualifier_direction(&number.qualifiers),
            _ => None,
        });
        if let Some(direction) = qualified {
            return found(direction, DirectionSource::Qualifier);
        }
        if let (Some((_, baseline)), Some((_, target))) = (self.baseline, self.last_target()) {
            let direction = match target.cmp(&baseline) {
                std::cmp::Ordering::Greater => Direction::More,
                std::cmp::Ordering::Less => Direction::Fewer,
                std::cmp::Ordering::Equal => Direction::Keep,
            };
            return found(direction, DirectionSource::BaselineAndTarget);
        }
        let targets: Vec<Decimal> = numbers(&self.targets).map(|(_, value)| value).collect();
        let (first, last) = (targets.first()?, targets.last()?);
        let rises = targets.windows(2).all(|pair| pair[0] <= pair[1]);
        let falls = targets.windows(2).all(|pair| pair[0] >= pair[1]);
        match (first == last, rises, falls) {
            (false, true, _) => found(Direction::More, DirectionSource::Targets),
            (false, _, true) => found(Direction::Fewer, DirectionSource::Targets),
            _ => None,
        }
    }
}

pub(super) fn numbers(
    readings: &BTreeMap<FiscalYear, Reading>,
) -> impl DoubleEndedIterator<Item = (FiscalYear, Decimal)> + '_ {
    readings
        .iter()
        .filter_map(|(year, reading)| reading.value().map(|value| (*year, value)))
}

/// The direction a word beside a target states.
fn qualifier_direction(qualifiers: &[String]) -> Option<Direction> {
    const CEILING: [&str; 4] = ["以内", "以下", "未満", "まで"];
    const FLOOR: [&str; 2] = ["以上", "超"];
    let says = |words: &[&str]| {
        qualifiers
            .iter()
            .any(|qualifier| words.contains(&qualifier.trim()))
    };
    match (says(&CEILING), says(&FLOOR)) {
        (true, false) => Some(Direction::AtMost),
        (false, true) => Some(Direction::More),
        _ => None,
    }
}
