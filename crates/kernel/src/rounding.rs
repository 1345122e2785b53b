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
