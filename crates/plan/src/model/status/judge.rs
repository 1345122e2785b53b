//! The rules of judging.

use rust_decimal::Decimal;
use yakuba_kernel::{FiscalYear, Rounding};

use super::course::{Course, Start, numbers};
use super::{
    DirectionFound, DirectionSource, Judgement, Status, TargetUsed, Unjudged, YearProgress,
    direction_message_id,
};
use crate::model::document::{Direction, Reading};
use crate::model::fraction::Fraction;
use crate::model::message::Message;

/// How far a figure may fall short of the straight line and still be on track: 5 % of the way from start to target.
///
/// Yearly figures do not grow like a ruler; without a tolerance half of all healthy indicators would show as behind.
/// The tolerance never applies to a year that is over and has its own target: a target missed by a hair is missed.
pub const TOLERANCE_PERCENT: u32 = 5;

/// Whether a figure meets its target: at least (more), at most (fewer, at most), or the same within rounding (keep).
///
/// "The same" means: the two differ by no more than half a unit of the last decimal place of the one written less
/// precisely, so that 99.6 keeps a target of `100` but not one of `100.0`.
pub fn is_met(direction: Direction, actual: Decimal, target: Decimal) -> bool {
    match direction {
        Direction::More => actual >= target,
        Direction::Fewer | Direction::AtMost => actual <= target,
        Direction::Keep => {
            let half_unit = Decimal::new(5, actual.scale().min(target.scale()) + 1);
            (actual - target).abs() <= half_unit
        }
    }
}

/// Judges an indicator in one year.
///
/// - The year is over and has a target of its own: achieved, or behind. A target whose year has passed still holds
///   afterwards when no later one is set.
/// - Otherwise, with a target in this year or later: on track or behind, by the straight line from the start to the
///   target, never stricter than the target itself, with [`TOLERANCE_PERCENT`].
/// - What has no number, no target or no direction cannot be judged, and the judgement says why.
pub fn judge(course: &Course, year: FiscalYear, progress: YearProgress) -> Judgement {
    let direction = course.found_direction();
    let blank = Judgement {
        fiscal_year: year,
        status: Status::CannotBeJudged,
        direction,
        actual: None,
        target: None,
        expected: None,
        unjudged: None,
        explanation: Vec::new(),
    };
    let unjudged = |blank: Judgement, reason: Unjudged| Judgement {
        unjudged: Some(reason),
        explanation: vec![Message::new(reason.message_id()).with("year", year)],
        ..blank
    };

    let target = target_for(course, year);
    let blank = Judgement {
        target: target.ok(),
        ..blank
    };
    let actual = match actual_of(course, year, progress) {
        Ok(actual) => actual,
        Err(reason) => return unjudged(blank, reason),
    };
    let blank = Judgement {
        actual: Some(actual),
        ..blank
    };
    let target = match target {
        Ok(target) => target,
        Err(reason) => return unjudged(blank, reason),
    };
    let Some(DirectionFound { direction, source }) = direction else {
        return unjudged(blank, Unjudged::DirectionUnknown);
    };

    let met = is_met(direction, actual, target.value);
    let mut explanation = Vec::new();
    let (status, expected) = if progress == YearProgress::Over && target.fiscal_year <= year {
        explanation.push(by_target(direction, actual, target, met));
        (
            if met {
                Status::Achieved
            } else {
                Status::Behind
            },
            None,
        )
    } else {
        let accumulating = matches!(
            progress,
            YearProgress::Running {
                accumulates: true,
                ..
            }
        );
        if direction == Direction::Keep {
            if accumulating {
                return unjudged(blank, Unjudged::StillAccumulating);
            }
            explanation.push(by_target(direction, actual, target, met));
            (if met { Status::OnTrack } else { Status::Behind }, None)
        } else if met && !(accumulating && direction != Direction::More) {
            // Reached already; only a count that must stay low can still grow past its ceiling.
            explanation.push(by_target(direction, actual, target, true));
            (Status::OnTrack, None)
        } else {
            let Some(line) = Line::of(course, year, target, direction, progress) else {
                return unjudged(blank, Unjudged::NoStart);
            };
            let exact_actual = Fraction::from(actual);
            let good = match direction {
                Direction::More => &exact_actual + &line.tolerance >= line.expected,
                _ => exact_actual <= &line.expected + &line.tolerance,
            };
            let places = actual.scale().max(target.value.scale()).max(1);
            let expected = line.expected.round(Rounding::HalfUp, places);
            explanation.extend(by_line(actual, target, &line, expected, good));
            (
                if good {
                    Status::OnTrack
                } else {
                    Status::Behind
                },
                expected,
            )
        }
    };
    explanation.extend(about_direction(direction, source));
    Judgement {
        status,
        expected,
        explanation,
        ..blank
    }
}

/// The actual of the year, if it is a number.
fn actual_of(
    course: &Course,
    year: FiscalYear,
    progress: YearProgress,
) -> Result<Decimal, Unjudged> {
    match course.actuals.get(&year) {
        Some(Reading::Number(number)) => Ok(number.value),
        Some(Reading::Dash) => Err(Unjudged::ActualDash),
        Some(Reading::NotCarriedOut) => Err(Unjudged::ActualNotCarriedOut),
        Some(Reading::NoFigure) => Err(Unjudged::ActualNoFigure),
        Some(Reading::Words) => Err(Unjudged::ActualWords),
        Some(Reading::Missing) => Err(Unjudged::ActualMissing),
        Some(Reading::Empty) | None => Err(match progress {
            YearProgress::Over => Unjudged::NoActual,
            YearProgress::Running { .. } => Unjudged::NoActualYet,
        }),
    }
}

/// The target a year is judged by: its own, else the next later one, else the last earlier one.
/// A year's own target in words is not passed over for a later number.
fn target_for(course: &Course, year: FiscalYear) -> Result<TargetUsed, Unjudged> {
    match course.targets.get(&year) {
        Some(Reading::Words) => return Err(Unjudged::TargetWords),
        Some(Reading::Missing) => return Err(Unjudged::TargetMissing),
        Some(Reading::NotCarriedOut | Reading::NoFigure) => return Err(Unjudged::TargetNoFigure),
        Some(Reading::Number(_) | Reading::Dash | Reading::Empty) | None => {}
    }
    let used = |(fiscal_year, value)| TargetUsed { fiscal_year, value };
    let later = numbers(&course.targets).find(|(target_year, _)| *target_year >= year);
    let earlier = numbers(&course.targets).next_back();
    later.or(earlier).map(used).ok_or_else(|| {
        if course
            .targets
            .values()
            .any(|target| *target == Reading::Words)
        {
            Unjudged::TargetWords
        } else if course
            .targets
            .values()
            .any(|target| *target == Reading::Missing)
        {
            Unjudged::TargetMissing
        } else {
            Unjudged::NoTarget
        }
    })
}

/// The straight line to a target, at the point judged.
struct Line {
    /// Where the line begins; none: only the share of a running year's own target is expected.
    start: Option<Start>,
    expected: Fraction,
    tolerance: Fraction,
}

impl Line {
    fn of(
        course: &Course,
        year: FiscalYear,
        target: TargetUsed,
        direction: Direction,
        progress: YearProgress,
    ) -> Option<Self> {
        let goal = Fraction::from(target.value);
        let start = course
            .start(year)
            .filter(|start| start.fiscal_year < target.fiscal_year);
        let overdue = target.fiscal_year < year;
        let (gone, accumulates) = match progress {
            YearProgress::Over => (Fraction::whole(1), false),
            YearProgress::Running {
                days_gone,
                days,
                accumulates,
            } => (Fraction::new(days_gone.min(days), days)?, accumulates),
        };
        // Where the line stands at the end of the year, or today for figures that do not start from zero each year.
        let at_line = |start: Start| -> Option<(Fraction, Fraction)> {
            let begin = Fraction::from(start.value);
            let way = &goal - &begin;
            let years = target.fiscal_year.year() - start.fiscal_year.year();
            let mut passed = Fraction::whole(year.year() - start.fiscal_year.year());
            if !accumulates {
                passed = &(&passed - &Fraction::whole(1)) + &gone;
            }
            let share = passed
                .checked_div(&Fraction::whole(years))?
                .max(Fraction::zero());
            Some((&begin + &(&way * &share), way.abs()))
        };
        let (expected, way) = match start {
            Some(start) if !overdue => at_line(start)?,
            // The target's year has come or passed: the target itself is expected.
            _ if target.fiscal_year <= year => (goal.clone(), goal.abs()),
            _ => return None,
        };
        // The line is never stricter than the target: a figure that meets the target is not behind.
        let expected = match direction {
            Direction::More => expected.min(goal),
            _ => expected.max(goal),
        };
        let expected = if accumulates {
            &expected * &gone
        } else {
            expected
        };
        Some(Self {
            start: start.filter(|_| !overdue),
            expected,
            tolerance: &way * &Fraction::new(TOLERANCE_PERCENT, 100)?,
        })
    }
}

fn by_target(direction: Direction, actual: Decimal, target: TargetUsed, met: bool) -> Message {
    let id = match (direction, met) {
        (Direction::More, true) => "measuring-judged-more-met",
        (Direction::More, false) => "measuring-judged-more-missed",
        (Direction::Fewer | Direction::AtMost, true) => "measuring-judged-at-most-met",
        (Direction::Fewer | Direction::AtMost, false) => "measuring-judged-at-most-missed",
        (Direction::Keep, true) => "measuring-judged-keep-met",
        (Direction::Keep, false) => "measuring-judged-keep-missed",
    };
    Message::new(id)
        .with("actual", actual)
        .with("target", target.value)
        .with("year", target.fiscal_year)
}

fn by_line(
    actual: Decimal,
    target: TargetUsed,
    line: &Line,
    expected: Option<Decimal>,
    good: bool,
) -> Vec<Message> {
    let id = if good {
        "measuring-judged-line-on-track"
    } else {
        "measuring-judged-line-behind"
    };
    let mut sentences = vec![
        Message::new(id)
            .with("actual", actual)
            .with("expected", expected.unwrap_or(target.value)),
    ];
    sentences.push(match line.start {
        Some(start) => Message::new(if start.is_baseline {
            "measuring-judged-line-from-baseline"
        } else {
            "measuring-judged-line-from-actual"
        })
        .with("start", start.value)
        .with("startyear", start.fiscal_year)
        .with("target", target.value)
        .with("year", target.fiscal_year)
        .with("percent", TOLERANCE_PERCENT),
        None => Message::new("measuring-judged-share-of-year")
            .with("target", target.value)
            .with("year", target.fiscal_year)
            .with("percent", TOLERANCE_PERCENT),
    });
    sentences
}

fn about_direction(direction: Direction, source: DirectionSource) -> Option<Message> {
    let id = match source {
        DirectionSource::Stated => return None,
        DirectionSource::Qualifier => "measuring-direction-by-qualifier",
        DirectionSource::BaselineAndTarget => "measuring-direction-by-baseline",
        DirectionSource::Targets => "measuring-direction-by-targets",
    };
    Some(Message::new(id).with("direction", Message::new(direction_message_id(direction))))
}
