//! Where an indicator is likely to be in the target year, with its uncertainty.
//!
//! An ordinary least squares line over the yearly actuals, with the 80 % prediction interval of a new value (Student's
//! t with n − 2 degrees of freedom).
//!
//! What it cannot do, and what a page should say beside it:
//! - it knows nothing but the past: a project that starts next year is not in it;
//! - it takes the years as equally certain and independent of each other;
//! - with three figures the interval is very wide, which is honest;
//! - figures on an exact line give an interval of width zero: that shows how alike the past was, not that the future is
//!   certain;
//! - it is not drawn further ahead than [`MOST_YEARS_AHEAD`] years.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};
use serde::{Deserialize, Serialize};
use yakuba_kernel::FiscalYear;

use super::document::Direction;
use super::message::{Message, count_of};

/// How many actuals a projection needs: a line through two points has no spread to tell the uncertainty from.
pub const FEWEST_ACTUALS: usize = 3;

/// How many years after the last actual a projection may reach.
pub const MOST_YEARS_AHEAD: i32 = 10;

/// How probable it is that the interval holds the value, in percent, if the past goes on.
pub const INTERVAL_PERCENT: u32 = 80;

/// What is projected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past<'a> {
    /// Final figures by year, in any order; figures of running years do not belong here.
    pub actuals: &'a [(FiscalYear, Decimal)],
    /// The year projected to.
    pub target_year: FiscalYear,
    /// The target of that year.
    pub target: Decimal,
    /// Which way is good.
    pub direction: Direction,
    /// Whether the figure is a share in percent, which stays between 0 and 100. Growth in percent is none.
    pub share: bool,
    /// Decimal places of the result.
    pub places: u32,
}

/// A projected figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Projection {
    /// The year projected to.
    pub fiscal_year: FiscalYear,
    /// The value on the line.
    pub value: Decimal,
    /// The lower end of the interval.
    pub low: Decimal,
    /// The upper end of the interval.
    pub high: Decimal,
    /// How much the line rises per year.
    pub slope: Decimal,
    /// From how many actuals.
    pub actuals: usize,
    /// Whether the target will be reached if the past goes on.
    pub verdict: Verdict,
    /// The projection in sentences, its limits last.
    pub explanation: Vec<Message>,
}

/// Whether a target will be reached if the past goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval meets the target.
    Likely,
    /// A part of the interval does.
    Open,
    /// Nothing of it does.
    Unlikely,
}

impl Verdict {
    /// The id of its word.
    pub const fn message_id(self) -> &'static str {
        match self {
            Self::Likely => "measuring-projection-likely",
            Self::Open => "measuring-projection-open",
            Self::Unlikely => "measuring-projection-unlikely",
        }
    }
}

/// Why there is no projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoProjection {
    /// Fewer than [`FEWEST_ACTUALS`] years have a figure.
    TooFewActuals {
        /// How many years have one.
        actuals: usize,
    },
    /// The target year has its figure, or lies before the last one.
    TargetYearReached,
    /// The target year lies more than [`MOST_YEARS_AHEAD`] years after the last figure.
    TooFarAhead,
    /// The figures are too large to be projected.
    TooLarge,
}

impl NoProjection {
    /// The sentence for the page.
    pub fn message(&self) -> Message {
        match self {
            Self::TooFewActuals { actuals } => Message::new("measuring-no-projection-too-few")
                .with("n", count_of(*actuals))
                .with("of", count_of(FEWEST_ACTUALS)),
            Self::TargetYearReached => Message::new("measuring-no-projection-reached"),
            Self::TooFarAhead => Message::new("measuring-no-projection-too-far")
                .with("years", i64::from(MOST_YEARS_AHEAD)),
            Self::TooLarge => Message::new("measuring-no-projection-too-large"),
        }
    }
}

/// Projects an indicator to its target year.
///
/// # Errors
/// [`NoProjection`] says why there is none.
pub fn project(past: &Past<'_>) -> Result<Projection, NoProjection> {
    let mut points: Vec<(FiscalYear, f64)> = past
        .actuals
        .iter()
        .map(|(year, value)| value.to_f64().map(|value| (*year, value)))
        .collect::<Option<_>>()
        .ok_or(NoProjection::TooLarge)?;
    points.sort_by_key(|(year, _)| *year);
    points.dedup_by_key(|(year, _)| *year);
    if points.len() < FEWEST_ACTUALS {
        return Err(NoProjection::TooFewActuals {
            actuals: points.len(),
        });
    }
    let last = points[points.len() - 1].0;
    match past.target_year.year() - last.year() {
        ..=0 => return Err(NoProjection::TargetYearReached),
        1..=MOST_YEARS_AHEAD => {}
        _ => return Err(NoProjection::TooFarAhead),
    }

    let line = Line::through(&points);
    let (value, spread) = line.at(past.target_year);
    let bounded = |value: f64| {
        let value = if past.share {
            value.clamp(0.0, 100.0)
        } else {
            value
        };
        Decimal::from_f64(value)
            .map(|value| value.round_dp(past.places))
            .ok_or(NoProjection::TooLarge)
    };
    let (low, high) = (bounded(value - spread)?, bounded(value + spread)?);
    let verdict = verdict(past.direction, past.target, low, high);
    let value = bounded(value)?;
    let slope = Decimal::from_f64(line.slope)
        .map(|slope| slope.round_dp(past.places + 1))
        .ok_or(NoProjection::TooLarge)?;
    Ok(Projection {
        fiscal_year: past.target_year,
        value,
        low,
        high,
        slope,
        actuals: points.len(),
        verdict,
        explanation: vec![
            Message::new(verdict.message_id())
                .with("target", past.target)
                .with("year", past.target_year),
            Message::new("measuring-projection-range")
                .with("year", past.target_year)
                .with("value", value)
                .with("low", low)
                .with("high", high)
                .with("percent", INTERVAL_PERCENT),
            Message::new("measuring-projection-limits").with("n", count_of(points.len())),
        ],
    })
}

/// The least squares line through yearly figures.
struct Line {
    slope: f64,
    mean_year: f64,
    mean_value: f64,
    /// Sum of squares of the years around their mean.
    year_squares: f64,
    /// Standard deviation of the figures around the line.
    deviation: f64,
    number: f64,
    degrees: usize,
}

impl Line {
    /// At least three points, each year once.
    fn through(points: &[(FiscalYear, f64)]) -> Self {
        // A plan has far fewer figures than a float counts exactly.
        #[allow(clippy::cast_precision_loss)]
        let number = points.len() as f64;
        let years = || points.iter().map(|(year, _)| f64::from(year.year()));
        let mean_year = years().sum::<f64>() / number;
        let mean_value = points.iter().map(|(_, value)| value).sum::<f64>() / number;
        let year_squares: f64 = years().map(|year| (year - mean_year).powi(2)).sum();
        let products: f64 = years()
            .zip(points)
            .map(|(year, (_, value))| (year - mean_year) * (value - mean_value))
            .sum();
        let slope = products / year_squares;
        let residuals: f64 = years()
            .zip(points)
            .map(|(year, (_, value))| (value - mean_value - slope * (year - mean_year)).powi(2))
            .sum();
        Self {
            slope,
            mean_year,
            mean_value,
            year_squares,
            deviation: (residuals / (number - 2.0)).sqrt(),
            number,
            degrees: points.len() - 2,
        }
    }

    /// The value in a year and half the width of its prediction interval.
    fn at(&self, year: FiscalYear) -> (f64, f64) {
        let distance = f64::from(year.year()) - self.mean_year;
        let width = (1.0 + 1.0 / self.number + distance.powi(2) / self.year_squares).sqrt();
        (
            self.mean_value + self.slope * distance,
            student_t(self.degrees) * self.deviation * width,
        )
    }
}

/// The 90 % quantile of Student's t distribution, which leaves 10 % on each side of an 80 % interval.
/// Above 30 degrees of freedom that of the normal distribution, less than 3 % smaller.
fn student_t(degrees: usize) -> f64 {
    const TABLE: [f64; 30] = [
        3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350,
        1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325, 1.323, 1.321, 1.319, 1.318, 1.316, 1.315,
        1.314, 1.313, 1.311, 1.310,
    ];
    degrees
        .checked_sub(1)
        .and_then(|index| TABLE.get(index))
        .copied()
        .unwrap_or(1.282)
}

fn verdict(direction: Direction, target: Decimal, low: Decimal, high: Decimal) -> Verdict {
    use super::status::is_met;
    let (worst, best) = match direction {
        Direction::More => (low, high),
        Direction::Fewer | Direction::AtMost => (high, low),
        Direction::Keep => {
            return if is_met(direction, low, target) && is_met(direction, high, target) {
                Verdict::Likely
            } else if (low..=high).contains(&target)
                || is_met(direction, low, target)
                || is_met(direction, high, target)
            {
                Verdict::Open
            } else {
                Verdict::Unlikely
            };
        }
    };
    match (
        is_met(direction, worst, target),
        is_met(direction, best, target),
    ) {
        (true, _) => Verdict::Likely,
        (false, true) => Verdict::Open,
        (false, false) => Verdict::Unlikely,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use yakuba_kernel::FiscalYear;

    use super::{NoProjection, Past, Projection, Verdict, project};
    use crate::model::document::Direction;

    fn year(year: i32) -> FiscalYear {
        FiscalYear::new(year).unwrap()
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn projected(
        values: &[&str],
        target: (i32, &str),
        direction: Direction,
        share: bool,
    ) -> Result<Projection, NoProjection> {
        let actuals: Vec<_> = (2021..)
            .zip(values)
            .map(|(of, value)| (year(of), decimal(value)))
            .collect();
        project(&Past {
            actuals: &actuals,
            target_year: year(target.0),
            target: decimal(target.1),
            direction,
            share,
            places: 1,
        })
    }

    #[test]
    fn the_my_number_card_rate_leaves_its_target_open() {
        // 47.7 → 67.9 → 78.7 %, target 100 % in 令和7年度: the line passes 100, but so does the doubt.
        let card = projected(
            &["47.7", "67.9", "78.7"],
            (2025, "100"),
            Direction::More,
            true,
        )
        .unwrap();
        assert_eq!(card.value, decimal("100"));
        assert_eq!(card.high, decimal("100"));
        assert!(card.low < decimal("100"));
        assert_eq!(card.verdict, Verdict::Open);
        assert_eq!(card.slope, decimal("15.5"));
    }

    #[test]
    fn the_interval_is_that_of_the_textbook() {
        // 8, 9, 9 procedures: slope 0.5, value in 2025 10.17, s = 0.408, factor sqrt(1 + 1/3 + 9/2) … × 3.078.
        let procedures = projected(&["8", "9", "9"], (2025, "16"), Direction::More, false).unwrap();
        assert_eq!(procedures.slope, decimal("0.50"));
        assert_eq!(procedures.value, decimal("10.2"));
        assert_eq!(procedures.low, decimal("7.1"));
        assert_eq!(procedures.high, decimal("13.2"));
        assert_eq!(procedures.verdict, Verdict::Unlikely);
    }

    #[test]
    fn a_steady_course_past_its_target_is_likely() {
        let chat = projected(
            &["1011", "2819", "5554"],
            (2025, "700"),
            Direction::More,
            false,
        )
        .unwrap();
        assert_eq!(chat.verdict, Verdict::Likely);
        let wait = projected(&["30", "25", "20"], (2024, "15"), Direction::AtMost, false).unwrap();
        assert_eq!((wait.low, wait.high), (decimal("15"), decimal("15")));
        assert_eq!(wait.verdict, Verdict::Likely);
    }

    #[test]
    fn what_cannot_be_projected_says_why() {
        let with = |values: &[&str], of| projected(values, (of, "1"), Direction::More, false);
        assert_eq!(
            with(&["1", "2"], 2025),
            Err(NoProjection::TooFewActuals { actuals: 2 })
        );
        assert_eq!(
            with(&["1", "2", "3"], 2023),
            Err(NoProjection::TargetYearReached)
        );
        assert_eq!(with(&["1", "2", "3"], 2034), Err(NoProjection::TooFarAhead));
    }

    fn values() -> impl Strategy<Value = Vec<i64>> {
        prop::collection::vec(-1000..1000_i64, 3..8)
    }

    fn of(values: &[i64], direction: Direction, target: i64) -> Projection {
        let actuals: Vec<_> = (2018..)
            .zip(values)
            .map(|(of, value)| (year(of), Decimal::from(*value)))
            .collect();
        project(&Past {
            actuals: &actuals,
            target_year: year(2028),
            target: target.into(),
            direction,
            share: false,
            places: 3,
        })
        .unwrap()
    }

    fn near(one: Decimal, other: Decimal) -> bool {
        (one - other).abs() <= decimal("0.05")
    }

    proptest! {
        #[test]
        fn shifting_all_figures_shifts_the_projection(values in values(), by in -500..500_i64) {
            let plain = of(&values, Direction::More, 0);
            let shifted: Vec<_> = values.iter().map(|value| value + by).collect();
            let shifted = of(&shifted, Direction::More, by);
            for (one, other) in [(plain.value, shifted.value), (plain.low, shifted.low), (plain.high, shifted.high)] {
                prop_assert!(near(one + Decimal::from(by), other));
            }
            prop_assert!(near(plain.slope, shifted.slope));
        }

        #[test]
        fn scaling_all_figures_scales_the_projection(values in values(), by in 1..10_i64) {
            let plain = of(&values, Direction::More, 0);
            let scaled: Vec<_> = values.iter().map(|value| value * by).collect();
            let scaled = of(&scaled, Direction::More, 0);
            for (one, other) in [(plain.value, scaled.value), (plain.low, scaled.low), (plain.high, scaled.high)] {
                prop_assert!(near(one * Decimal::from(by), other), "{} {}", one, other);
            }
        }

        #[test]
        fn fewer_is_more_upside_down(values in values(), target in -1000..1000_i64) {
            let more = of(&values, Direction::More, target);
            let negated: Vec<_> = values.iter().map(|value| -value).collect();
            let fewer = of(&negated, Direction::Fewer, -target);
            prop_assert_eq!(more.verdict, fewer.verdict);
            prop_assert!(near(more.low, -fewer.high));
        }

        #[test]
        fn the_interval_holds_its_value_and_a_share_stays_a_share(values in values(), target in 0..100_i64) {
            let actuals: Vec<_> = (2018..).zip(&values).map(|(of, value)| (year(of), Decimal::new(*value, 1))).collect();
            let past = Past {
                actuals: &actuals, target_year: year(2030 - 3), target: target.into(),
                direction: Direction::More, share: true, places: 1,
            };
            let projection = project(&past).unwrap();
            prop_assert!(projection.low <= projection.value && projection.value <= projection.high);
            prop_assert!(projection.low >= Decimal::ZERO && projection.high <= Decimal::ONE_HUNDRED);
        }
    }
}
