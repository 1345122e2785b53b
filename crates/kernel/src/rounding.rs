//! How a figure is brought to a number of decimal places.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::ValueError;

/// How a published figure is brought to its decimal places.
///
/// Cities differ (四捨五入, 切捨て, 切上げ), so the way belongs to each indicator and is never assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// 四捨五入: to the nearest; a half goes away from zero (2.5 → 3, −2.5 → −3).
    HalfUp,
    /// 切捨て: toward zero (2.9 → 2, −2.9 → −2).
    CutOff,
    /// 切上げ: away from zero (2.1 → 3, −2.1 → −3).
    Up,
}

impl Rounding {
    /// Every way of rounding, in the order in which lists show them.
    pub const ALL: [Self; 3] = [Self::HalfUp, Self::CutOff, Self::Up];

    /// Brings `value` to at most `places` decimal places. A value that already fits is returned as it is.
    ///
    /// ```
    /// use yakuba_kernel::{Decimal, Rounding};
    ///
    /// let rate: Decimal = "64.85".parse().unwrap();
    /// assert_eq!(Rounding::HalfUp.apply(rate, 1).to_string(), "64.9");
    /// assert_eq!(Rounding::CutOff.apply(rate, 1).to_string(), "64.8");
    /// ```
    #[must_use]
    pub fn apply(self, value: Decimal, places: u32) -> Decimal {
        let strategy = match self {
            Self::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Self::CutOff => RoundingStrategy::ToZero,
            Self::Up => RoundingStrategy::AwayFromZero,
        };
        value.round_dp_with_strategy(places, strategy)
    }

    /// The name used in the database and in files: `half_up`, `cut_off`, `up`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HalfUp => "half_up",
            Self::CutOff => "cut_off",
            Self::Up => "up",
        }
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Rounding {
    type Err = ValueError;

    fn from_str(name: &str) -> Result<Self, ValueError> {
        Self::ALL
            .into_iter()
            .find(|rounding| rounding.as_str() == name)
            .ok_or_else(|| ValueError::Rounding(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::Rounding;

    #[track_caller]
    fn rounds(value: &str, half_up: &str, cut_off: &str, up: &str) {
        let value: Decimal = value.parse().unwrap();
        let all = Rounding::ALL.map(|rounding| rounding.apply(value, 0).to_string());
        assert_eq!(all, [half_up, cut_off, up], "{value}");
    }

    #[test]
    fn each_way_rounds_as_its_name_says() {
        rounds("2.4", "2", "2", "3");
        rounds("2.5", "3", "2", "3");
        rounds("2.6", "3", "2", "3");
        rounds("3.5", "4", "3", "4");
        rounds("2", "2", "2", "2");
        rounds("0.0001", "0", "0", "1");
    }

    #[test]
    fn below_zero_is_the_mirror_of_above() {
        rounds("-2.4", "-2", "-2", "-3");
        rounds("-2.5", "-3", "-2", "-3");
    }

    #[test]
    fn names_are_read_back() {
        for rounding in Rounding::ALL {
            assert_eq!(rounding.as_str().parse(), Ok(rounding));
            assert_eq!(
                serde_json::to_string(&rounding).unwrap(),
                format!("\"{rounding}\"")
            );
        }
        assert!("half_even".parse::<Rounding>().is_err());
    }

    fn decimal() -> impl Strategy<Value = Decimal> {
        (any::<i64>(), 0..12_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale))
    }

    proptest! {
        #[test]
        fn rounding_twice_changes_nothing(value in decimal(), places in 0..6_u32) {
            for rounding in Rounding::ALL {
                let once = rounding.apply(value, places);
                prop_assert_eq!(rounding.apply(once, places), once);
                prop_assert!(once.scale() <= places.max(value.scale().min(places)));
            }
        }

        #[test]
        fn signs_do_not_matter(value in decimal(), places in 0..6_u32) {
            for rounding in Rounding::ALL {
                prop_assert_eq!(rounding.apply(-value, places), -rounding.apply(value, places));
            }
        }

        #[test]
        fn cut_off_and_up_enclose_the_value_within_one_step(value in decimal(), places in 0..6_u32) {
            let value = value.abs();
            let [half_up, cut_off, up] = Rounding::ALL.map(|rounding| rounding.apply(value, places));
            let step = Decimal::new(1, places);
            prop_assert!(cut_off <= value && value <= up);
            prop_assert!(up - cut_off == Decimal::ZERO || up - cut_off == step);
            prop_assert_eq!(half_up, if value - cut_off >= step / Decimal::TWO { up } else { cut_off });
        }

        #[test]
        fn order_is_kept(one in decimal(), other in decimal(), places in 0..6_u32) {
            let (low, high) = if one <= other { (one, other) } else { (other, one) };
            for rounding in Rounding::ALL {
                prop_assert!(rounding.apply(low, places) <= rounding.apply(high, places));
            }
        }
    }
}
