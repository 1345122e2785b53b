//! Checks published arithmetic: whether a figure follows from the counts stated for it, and by which way of rounding.
//!
//! The same sheet may cut one percentage off and round the next: 10,188 of 44,184 stands as 23.1 % (only half-up gives
//! that) beside 111,034 of 336,955 as 32.9 % (only cut-off does). A reader who divides should see why.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use yakuba_kernel::Rounding;

use super::document::Evidence;
use super::fraction::{Fraction, Unrounded};
use super::message::{Argument, Message};

/// In what a published figure is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// In percent: the quotient times 100.
    Percent,
    /// As the quotient itself, such as `1.9倍`.
    Plain,
}

impl Scale {
    /// The scale a unit means: `%`, `％`, `パーセント` are percent, everything else is plain.
    pub fn of_unit(unit: Option<&str>) -> Self {
        match unit.map(str::trim) {
            Some("%" | "％" | "パーセント" | "㌫") => Self::Percent,
            _ => Self::Plain,
        }
    }

    fn factor(self) -> Fraction {
        Fraction::whole(match self {
            Self::Percent => 100,
            Self::Plain => 1,
        })
    }
}

/// By which ways of rounding a published figure follows from its counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follows {
    /// 四捨五入
    pub half_up: bool,
    /// 切捨て
    pub cut_off: bool,
    /// 切上げ
    pub up: bool,
}

impl Follows {
    /// Whether it follows by a given way.
    pub fn by(self, rounding: Rounding) -> bool {
        match rounding {
            Rounding::HalfUp => self.half_up,
            Rounding::CutOff => self.cut_off,
            Rounding::Up => self.up,
        }
    }

    /// Whether it follows by half-up or cut-off, the two ways cities use without saying so.
    pub fn is_usual(self) -> bool {
        self.half_up || self.cut_off
    }
}

/// A checked figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArithmeticCheck {
    /// The figure as published.
    pub published: Decimal,
    /// Its decimal places as published, which the check rounds to.
    pub places: u32,
    /// The part.
    pub numerator: Decimal,
    /// The whole.
    pub denominator: Decimal,
    /// The exact quotient in the figure's scale, for reading.
    pub quotient: Unrounded,
    /// The quotient rounded half up.
    pub half_up: Decimal,
    /// The quotient cut off.
    pub cut_off: Decimal,
    /// The quotient rounded up.
    pub up: Decimal,
    /// Which of the three the published figure is.
    pub follows: Follows,
    /// Whether a reader should be warned: neither half-up nor cut-off gives the figure.
    pub warning: bool,
    /// The check in sentences, the warning first when there is one.
    pub explanation: Vec<Message>,
}

impl ArithmeticCheck {
    /// The exact quotients from which a way of rounding gives the published figure.
    pub fn consistent(&self, rounding: Rounding) -> Interval {
        consistent(self.published, self.places, rounding)
    }
}

/// Values between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// The lowest.
    pub low: Decimal,
    /// Whether the lowest itself belongs to it.
    pub low_included: bool,
    /// The highest.
    pub high: Decimal,
    /// Whether the highest itself belongs to it.
    pub high_included: bool,
}

impl Interval {
    /// Whether an exact value lies in it.
    pub fn contains(&self, value: &Fraction) -> bool {
        let (low, high) = (Fraction::from(self.low), Fraction::from(self.high));
        (*value > low || self.low_included && *value == low)
            && (*value < high || self.high_included && *value == high)
    }
}

/// The exact values that a way of rounding turns into `published` at `places` decimal places.
/// Zero by cut-off takes in both sides; half-up borders go away from zero.
pub fn consistent(published: Decimal, places: u32, rounding: Rounding) -> Interval {
    let step = Decimal::new(1, places);
    let half = Decimal::new(5, places + 1);
    let magnitude = published.abs();
    // For figures above zero: nearest zero first.
    let (near, near_included, far, far_included) = match rounding {
        Rounding::HalfUp => (magnitude - half, true, magnitude + half, false),
        Rounding::CutOff => (magnitude, true, magnitude + step, false),
        Rounding::Up => (magnitude - step, false, magnitude, true),
    };
    if published.is_zero() {
        return match rounding {
            Rounding::Up => Interval {
                low: Decimal::ZERO,
                low_included: true,
                high: Decimal::ZERO,
                high_included: true,
            },
            _ => Interval {
                low: -far,
                low_included: far_included,
                high: far,
                high_included: far_included,
            },
        };
    }
    if published.is_sign_negative() {
        Interval {
            low: -far,
            low_included: far_included,
            high: -near,
            high_included: near_included,
        }
    } else {
        Interval {
            low: near,
            low_included: near_included,
            high: far,
            high_included: far_included,
        }
    }
}

/// Checks a published figure against the counts stated for it, to as many decimal places as it was published with.
/// `None` when the denominator is zero, or when the quotient has too many digits to be written.
pub fn check(evidence: &Evidence, published: Decimal, scale: Scale) -> Option<ArithmeticCheck> {
    let places = published.scale();
    let quotient = &Fraction::from(evidence.numerator)
        .checked_div(&Fraction::from(evidence.denominator))?
        * &scale.factor();
    let [half_up, cut_off, up] = [
        quotient.round(Rounding::HalfUp, places)?,
        quotient.round(Rounding::CutOff, places)?,
        quotient.round(Rounding::Up, places)?,
    ];
    let follows = Follows {
        half_up: half_up == published,
        cut_off: cut_off == published,
        up: up == published,
    };
    let quotient = quotient.unrounded()?;
    Some(ArithmeticCheck {
        published,
        places,
        numerator: evidence.numerator,
        denominator: evidence.denominator,
        quotient,
        half_up,
        cut_off,
        up,
        follows,
        warning: !follows.is_usual(),
        explanation: explanation(evidence, published, quotient, [half_up, cut_off], follows),
    })
}

fn explanation(
    evidence: &Evidence,
    published: Decimal,
    quotient: Unrounded,
    [half_up, cut_off]: [Decimal; 2],
    follows: Follows,
) -> Vec<Message> {
    let verdict = match (follows.half_up, follows.cut_off, follows.up) {
        (true, true, _) => Message::new("measuring-arithmetic-follows"),
        (true, false, _) => {
            Message::new("measuring-arithmetic-half-up-only").with("cutoff", cut_off)
        }
        (false, true, _) => {
            Message::new("measuring-arithmetic-cut-off-only").with("halfup", half_up)
        }
        (false, false, true) => Message::new("measuring-arithmetic-up-only")
            .with("halfup", half_up)
            .with("cutoff", cut_off),
        (false, false, false) => Message::new("measuring-arithmetic-does-not-follow")
            .with("halfup", half_up)
            .with("cutoff", cut_off),
    }
    .with("published", published);
    let id = if quotient.complete {
        "measuring-arithmetic-quotient"
    } else {
        "measuring-arithmetic-quotient-endless"
    };
    vec![
        verdict,
        Message::new(id)
            .with("numerator", evidence.numerator)
            .with("denominator", evidence.denominator)
            .with("quotient", quotient.digits),
    ]
}

/// The ways of rounding that explain all checked figures of a document at once; none: its figures were rounded in
/// different ways, or some do not follow at all.
pub fn common_roundings<'a>(
    checks: impl IntoIterator<Item = &'a ArithmeticCheck>,
) -> Vec<Rounding> {
    let mut common = Rounding::ALL.to_vec();
    for check in checks {
        common.retain(|rounding| check.follows.by(*rounding));
    }
    common
}

/// A sentence on how a document rounds, from its checked figures. `None` without checks.
pub fn rounding_in_use(checks: &[ArithmeticCheck]) -> Option<Message> {
    if checks.is_empty() {
        return None;
    }
    let common = common_roundings(checks);
    Some(match common.first() {
        None => Message::new("measuring-arithmetic-mixed"),
        Some(_) => Message::new("measuring-arithmetic-common").with(
            "list",
            common
                .iter()
                .map(|rounding| {
                    Argument::from(Message::new(match rounding {
                        Rounding::HalfUp => "measuring-way-half-up",
                        Rounding::CutOff => "measuring-way-cut-off",
                        Rounding::Up => "measuring-way-up",
                    }))
                })
                .collect::<Vec<_>>(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use yakuba_kernel::Rounding;

    use super::{ArithmeticCheck, Scale, check, common_roundings, consistent, rounding_in_use};
    use crate::model::document::Evidence;
    use crate::model::fraction::Fraction;

    fn evidence(numerator: impl Into<Decimal>, denominator: impl Into<Decimal>) -> Evidence {
        Evidence {
            numerator: numerator.into(),
            denominator: denominator.into(),
            text: String::new(),
        }
    }

    fn checked(numerator: i64, denominator: i64, published: &str) -> ArithmeticCheck {
        let published = published.parse().unwrap();
        check(&evidence(numerator, denominator), published, Scale::Percent).unwrap()
    }

    #[track_caller]
    fn follows(numerator: i64, denominator: i64, published: &str, [half_up, cut_off]: [bool; 2]) {
        let found = checked(numerator, denominator, published);
        assert_eq!(
            [found.follows.half_up, found.follows.cut_off],
            [half_up, cut_off],
            "{found:?}"
        );
        assert_eq!(found.warning, !half_up && !cut_off);
    }

    #[test]
    fn the_published_percentages_are_checked_against_their_counts() {
        // 電子化した手続
        follows(719, 868, "82.8", [true, true]);
        // 起案文書等の電子化
        follows(231_589, 309_196, "74.9", [true, true]);
        // プロジェクター使用: 95.55…
        follows(816, 854, "95.6", [true, false]);
        // コンビニ交付（課税所得証明書）: 23.05…
        follows(10_188, 44_184, "23.1", [true, false]);
        // コンビニ交付（住民票等）: 32.95…; half-up would be 33.0
        follows(111_034, 336_955, "32.9", [false, true]);
        // 会議システム: 99.566…
        follows(2987, 3000, "99.6", [true, false]);
        // コンビニ交付（所得・課税証明書）: 16.66…
        follows(1404, 8425, "16.7", [true, false]);
        // Webアクセシビリティ, three years: cut off, or it would read 100.0
        follows(5917, 5919, "99.9", [false, true]);
        follows(5610, 5613, "99.9", [true, true]);
        follows(5409, 5412, "99.9", [true, true]);
    }

    #[test]
    fn a_figure_that_follows_by_no_way_is_warned_about() {
        let wrong = checked(719, 868, "82.5");
        assert!(wrong.warning);
        assert_eq!(
            wrong.explanation[0].id,
            "measuring-arithmetic-does-not-follow"
        );
        assert_eq!(wrong.half_up.to_string(), "82.8");
        let up = checked(719, 868, "82.9");
        assert!(up.warning && up.follows.up);
        assert_eq!(up.explanation[0].id, "measuring-arithmetic-up-only");
    }

    #[test]
    fn the_places_are_those_of_the_published_figure() {
        follows(719, 868, "83", [true, false]);
        follows(719, 868, "82", [false, true]);
        follows(719, 868, "82.83", [true, true]);
        assert_eq!(
            checked(1, 3, "33.3").quotient.digits.to_string(),
            "33.3333333333"
        );
    }

    #[test]
    fn one_sheet_that_rounds_in_two_ways_is_noticed() {
        let same_remark = [
            checked(10_188, 44_184, "23.1"),
            checked(111_034, 336_955, "32.9"),
        ];
        assert!(common_roundings(&same_remark).is_empty());
        assert_eq!(
            rounding_in_use(&same_remark).unwrap().id,
            "measuring-arithmetic-mixed"
        );
        let one_way = [checked(719, 868, "82.8"), checked(816, 854, "95.6")];
        assert_eq!(common_roundings(&one_way), [Rounding::HalfUp]);
        assert_eq!(rounding_in_use(&[]), None);
    }

    #[test]
    fn a_plain_quotient_is_checked_as_well() {
        // 16.7 % after 9.0 %: 1.9倍, but only by rounding.
        let times: Decimal = "1.9".parse().unwrap();
        let counts = evidence(Decimal::new(167, 1), Decimal::new(90, 1));
        let found = check(&counts, times, Scale::of_unit(Some("倍"))).unwrap();
        assert!(found.follows.half_up && !found.follows.cut_off);
        assert_eq!(check(&evidence(1, 0), times, Scale::Plain), None);
    }

    proptest! {
        #[test]
        fn following_means_lying_in_the_consistent_interval(
            numerator in -5000..5000_i64, denominator in 1..5000_i64, off in -2..3_i64, places in 0..4_u32,
        ) {
            let quotient = &Fraction::new(numerator, denominator).unwrap() * &Fraction::whole(100);
            let published = quotient.round(Rounding::HalfUp, places).unwrap() + Decimal::new(off, places);
            let found = checked(numerator, denominator, &published.to_string());
            for rounding in Rounding::ALL {
                let interval = consistent(found.published, found.places, rounding);
                prop_assert_eq!(found.follows.by(rounding), interval.contains(&quotient), "{:?} {:?}", rounding, interval);
            }
            // One of the ways always gives a figure within a step.
            if off == 0 {
                prop_assert!(found.follows.half_up);
                prop_assert!(found.follows.cut_off || found.follows.up);
            }
        }
    }
}
