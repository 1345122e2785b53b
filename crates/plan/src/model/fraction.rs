//! Exact fractions: a figure is rounded once, at the very end, and never on the way.

use std::cmp::Ordering;
use std::ops::{Add, Mul, Neg, Sub};

use num_bigint::{BigInt, Sign};
use rust_decimal::Decimal;
use yakuba_kernel::{Quantity, Rounding};

/// A fraction of two whole numbers of any size, its denominator above zero.
///
/// The mean of several hundred ratios has a denominator of thousands of digits; nothing smaller keeps it exact, and only
/// an exact value can be rounded without doubt (82.85 lies on the border, 82.8499999999 does not).
#[derive(Debug, Clone)]
pub struct Fraction {
    numerator: BigInt,
    denominator: BigInt,
}

/// A value as it is shown before rounding: digits for reading, and whether they are all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Unrounded {
    /// At most [`SHOWN_PLACES`] decimal places, cut off, without trailing zeros.
    pub digits: Decimal,
    /// Whether the digits are the whole value; `false`: more follow (`…`).
    pub complete: bool,
}

/// How many decimal places of an unrounded value are shown.
pub const SHOWN_PLACES: u32 = 10;

impl Fraction {
    /// `numerator / denominator`, or `None` when the denominator is zero.
    pub fn new(numerator: impl Into<BigInt>, denominator: impl Into<BigInt>) -> Option<Self> {
        let (numerator, denominator) = (numerator.into(), denominator.into());
        match denominator.sign() {
            Sign::NoSign => None,
            Sign::Plus => Some(Self {
                numerator,
                denominator,
            }),
            Sign::Minus => Some(Self {
                numerator: -numerator,
                denominator: -denominator,
            }),
        }
    }

    /// A whole number.
    pub fn whole(number: impl Into<BigInt>) -> Self {
        Self {
            numerator: number.into(),
            denominator: BigInt::from(1),
        }
    }

    /// Nothing.
    pub fn zero() -> Self {
        Self::whole(0)
    }

    /// `self / other`, or `None` when `other` is zero.
    pub fn checked_div(&self, other: &Self) -> Option<Self> {
        Self::new(
            &self.numerator * &other.denominator,
            &self.denominator * &other.numerator,
        )
    }

    /// The value without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.numerator.sign() == Sign::Minus {
            -self.clone()
        } else {
            self.clone()
        }
    }

    /// Whether this is nothing.
    pub fn is_zero(&self) -> bool {
        self.numerator.sign() == Sign::NoSign
    }

    /// Brings the exact value to `places` decimal places, which it then has even when they are zeros (`100.0`).
    /// `None` when it has more digits than a [`Decimal`] holds (28 or 29).
    pub fn round(&self, rounding: Rounding, places: u32) -> Option<Decimal> {
        let negative = self.numerator.sign() == Sign::Minus;
        let scaled = self.numerator.magnitude() * BigInt::from(10).pow(places).magnitude();
        let whole = &scaled / self.denominator.magnitude();
        let rest = scaled - &whole * self.denominator.magnitude();
        let goes_up = match rounding {
            Rounding::HalfUp => &rest + &rest >= *self.denominator.magnitude(),
            Rounding::CutOff => false,
            Rounding::Up => rest != BigInt::ZERO.magnitude().clone(),
        };
        let digits = i128::try_from(whole).ok()? + i128::from(goes_up);
        let signed = if negative { -digits } else { digits };
        Decimal::try_from_i128_with_scale(signed, places).ok()
    }

    /// The value for reading, before it is rounded. `None` when it is too large to be written.
    pub fn unrounded(&self) -> Option<Unrounded> {
        let digits = self.round(Rounding::CutOff, SHOWN_PLACES)?.normalize();
        Some(Unrounded {
            digits,
            complete: Self::from(digits) == *self,
        })
    }

    /// The nearest floating point number, for statistics only.
    pub fn to_f64(&self) -> f64 {
        use rust_decimal::prelude::ToPrimitive as _;
        self.round(Rounding::HalfUp, 12)
            .or_else(|| self.round(Rounding::HalfUp, 0))
            .and_then(|value| value.to_f64())
            .unwrap_or(f64::NAN)
    }
}

impl From<Decimal> for Fraction {
    fn from(value: Decimal) -> Self {
        Self {
            numerator: BigInt::from(value.mantissa()),
            denominator: BigInt::from(10).pow(value.scale()),
        }
    }
}

impl From<Quantity> for Fraction {
    fn from(quantity: Quantity) -> Self {
        Self {
            numerator: BigInt::from(quantity.thousandths()),
            denominator: BigInt::from(1000),
        }
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.numerator * &other.denominator).cmp(&(&other.numerator * &self.denominator))
    }
}

impl Add for &Fraction {
    type Output = Fraction;

    fn add(self, other: Self) -> Fraction {
        Fraction {
            numerator: &self.numerator * &other.denominator + &other.numerator * &self.denominator,
            denominator: &self.denominator * &other.denominator,
        }
    }
}

impl Sub for &Fraction {
    type Output = Fraction;

    fn sub(self, other: Self) -> Fraction {
        self + &-other.clone()
    }
}

impl Mul for &Fraction {
    type Output = Fraction;

    fn mul(self, other: Self) -> Fraction {
        Fraction {
            numerator: &self.numerator * &other.numerator,
            denominator: &self.denominator * &other.denominator,
        }
    }
}

impl Neg for Fraction {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            numerator: -self.numerator,
            denominator: self.denominator,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use yakuba_kernel::Rounding;

    use super::Fraction;

    fn percent(part: i64, whole: i64) -> Fraction {
        &Fraction::new(part, whole).unwrap() * &Fraction::whole(100)
    }

    #[test]
    fn a_border_case_is_rounded_on_the_exact_value() {
        // 5,917 of 5,919 pages: 99.966…
        let pages = percent(5917, 5919);
        assert_eq!(
            pages.round(Rounding::CutOff, 1).unwrap().to_string(),
            "99.9"
        );
        assert_eq!(
            pages.round(Rounding::HalfUp, 1).unwrap().to_string(),
            "100.0"
        );
        // A third is never complete, an eighth is.
        assert!(!percent(1, 3).unrounded().unwrap().complete);
        assert_eq!(
            percent(1, 8).unrounded().unwrap().digits.to_string(),
            "12.5"
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Fraction::new(1, 0).is_none());
        let large = Fraction::whole(i128::MAX);
        assert_eq!((&large * &large).round(Rounding::HalfUp, 1), None);
    }

    proptest! {
        #[test]
        fn rounding_is_that_of_the_kernel_where_decimals_are_exact(digits in any::<i64>(), scale in 0..9_u32, places in 0..7_u32) {
            let value = Decimal::new(digits, scale);
            for rounding in Rounding::ALL {
                prop_assert_eq!(Fraction::from(value).round(rounding, places), Some(rounding.apply(value, places)));
            }
        }

        #[test]
        fn rounding_stays_within_one_step_and_orders_the_ways(part in any::<i32>(), whole in 1..i32::MAX, places in 0..6_u32) {
            let value = percent(part.into(), whole.into());
            let step = Fraction::from(Decimal::new(1, places));
            let [half_up, cut_off, up] = Rounding::ALL.map(|way| Fraction::from(value.round(way, places).unwrap()));
            prop_assert!(cut_off.abs() <= value.abs() && value.abs() <= up.abs());
            prop_assert!((&up - &cut_off).abs() <= step);
            prop_assert!((&half_up - &value).abs() <= (&step * &Fraction::new(1, 2).unwrap()));
            prop_assert!(half_up == cut_off || half_up == up);
        }

        #[test]
        fn rounding_never_turns_the_order_round(one in any::<i32>(), other in any::<i32>(), whole in 1..i32::MAX, places in 0..6_u32) {
            let (low, high) = (one.min(other), one.max(other));
            for way in Rounding::ALL {
                prop_assert!(percent(low.into(), whole.into()).round(way, places) <= percent(high.into(), whole.into()).round(way, places));
            }
        }
    }
}
