//! Exact amounts as facts carry them.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use crate::ValueError;
use crate::scalar::Scalar;

/// An exact amount with up to three decimal places: a count, hours, a percentage, persons.
///
/// Kept as a whole number of thousandths, so that sums over millions of facts are exact on every database and a
/// correction with the opposite sign cancels to exactly zero.
///
/// Written to JSON and YAML as text (`"12.5"`), because a JSON number loses digits in many readers; a number is read as
/// well.
///
/// ```
/// use yakuba_kernel::Quantity;
///
/// let hours: Quantity = "1338.25".parse().unwrap();
/// assert_eq!(hours.thousandths(), 1_338_250);
/// assert_eq!(hours.checked_add(-hours), Some(Quantity::ZERO));
/// assert_eq!(Quantity::from_integer(3).unwrap().to_string(), "3");
/// ```
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "Scalar")]
pub struct Quantity(i64);

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One of something: the quantity of most facts.
    pub const ONE: Self = Self(1000);
    /// The largest quantity. The smallest is its negative.
    pub const MAX: Self = Self(i64::MAX);

    /// From a whole number.
    ///
    /// # Errors
    /// [`ValueError::QuantityTooLarge`] beyond about nine thousand million million.
    pub fn from_integer(whole: i64) -> Result<Self, ValueError> {
        whole
            .checked_mul(1000)
            .map(Self)
            .ok_or_else(|| ValueError::QuantityTooLarge(whole.to_string()))
    }

    /// From a decimal, exactly.
    ///
    /// # Errors
    /// [`ValueError::QuantityTooFine`] when more than three decimal places would be lost: round first, with the
    /// indicator's own [`Rounding`](crate::Rounding). [`ValueError::QuantityTooLarge`] when out of range.
    pub fn from_decimal(value: Decimal) -> Result<Self, ValueError> {
        let too_large = || ValueError::QuantityTooLarge(value.to_string());
        let value = value.normalize();
        if value.scale() > 3 {
            return Err(ValueError::QuantityTooFine(value.to_string()));
        }
        value
            .checked_mul(Decimal::ONE_THOUSAND)
            .and_then(|thousandths| thousandths.to_i64())
            .and_then(Self::from_thousandths)
            .ok_or_else(too_large)
    }

    /// From a number of thousandths, as stored in the database. `None` for `i64::MIN`, which has no negative.
    pub const fn from_thousandths(thousandths: i64) -> Option<Self> {
        if thousandths == i64::MIN {
            None
        } else {
            Some(Self(thousandths))
        }
    }

    /// The number of thousandths, as stored in the database.
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// The same amount as a decimal without trailing zeros.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, 3).normalize()
    }

    /// The sum, or `None` when it leaves the range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::from_thousandths)
    }

    /// The difference, or `None` when it leaves the range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(-other)
    }

    /// The sum of all, or `None` when a partial sum leaves the range.
    pub fn checked_sum(quantities: impl IntoIterator<Item = Self>) -> Option<Self> {
        quantities
            .into_iter()
            .try_fold(Self::ZERO, Self::checked_add)
    }

    /// The amount with the opposite sign: the quantity of a correcting fact.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether this is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl std::ops::Neg for Quantity {
    type Output = Self;

    fn neg(self) -> Self {
        self.negated()
    }
}

/// Plain digits: no thousands separators, no trailing zeros.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_decimal().fmt(f)
    }
}

impl FromStr for Quantity {
    type Err = ValueError;

    fn from_str(digits: &str) -> Result<Self, ValueError> {
        let value = Decimal::from_str_exact(digits)
            .map_err(|_| ValueError::NotANumber(digits.to_owned()))?;
        Self::from_decimal(value)
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        quantity.to_string()
    }
}

impl From<Quantity> for Decimal {
    fn from(quantity: Quantity) -> Self {
        quantity.to_decimal()
    }
}

impl TryFrom<Scalar> for Quantity {
    type Error = ValueError;

    fn try_from(scalar: Scalar) -> Result<Self, ValueError> {
        match scalar {
            Scalar::Text(digits) => digits.parse(),
            Scalar::Integer(whole) => Self::from_integer(whole),
            // The shortest digits that mean this number are the ones that were written.
            Scalar::Fraction(number) => number.to_string().parse(),
        }
    }
}

impl TryFrom<String> for Quantity {
    type Error = ValueError;

    fn try_from(digits: String) -> Result<Self, ValueError> {
        digits.parse()
    }
}

impl TryFrom<Decimal> for Quantity {
    type Error = ValueError;

    fn try_from(value: Decimal) -> Result<Self, ValueError> {
        Self::from_decimal(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::Quantity;
    use crate::ValueError;

    fn quantity(digits: &str) -> Quantity {
        digits.parse().unwrap()
    }

    #[test]
    fn tenths_add_up_exactly() {
        assert_eq!(
            Quantity::checked_sum(vec![quantity("0.1"); 10]),
            Some(Quantity::ONE)
        );
    }

    #[test]
    fn amounts_are_written_plainly() {
        for digits in ["0", "1", "-1", "12.5", "0.001", "-0.05", "1338", "1000000"] {
            assert_eq!(quantity(digits).to_string(), digits);
        }
        assert_eq!(quantity("12.500").to_string(), "12.5");
        assert_eq!(quantity("-0").to_string(), "0");
        assert_eq!(format!("[{:>6}]", quantity("1.5")), "[   1.5]");
    }

    #[test]
    fn what_cannot_be_kept_exactly_is_refused() {
        assert_eq!(
            "0.0001".parse::<Quantity>(),
            Err(ValueError::QuantityTooFine("0.0001".into()))
        );
        assert!(matches!(
            Quantity::from_integer(i64::MAX),
            Err(ValueError::QuantityTooLarge(_))
        ));
        assert!(matches!(
            "99999999999999999999".parse::<Quantity>(),
            Err(ValueError::QuantityTooLarge(_))
        ));
        for text in ["", "abc", "1,000", "１", "1.2.3"] {
            assert!(
                matches!(text.parse::<Quantity>(), Err(ValueError::NotANumber(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn sums_out_of_range_are_refused() {
        assert_eq!(Quantity::MAX.checked_add(Quantity::ONE), None);
        assert_eq!((-Quantity::MAX).checked_sub(Quantity::ONE), None);
        assert_eq!(Quantity::from_thousandths(i64::MIN), None);
    }

    #[test]
    fn text_and_numbers_are_read_from_json() {
        for json in ["\"12.5\"", "12.5"] {
            assert_eq!(
                serde_json::from_str::<Quantity>(json).unwrap(),
                quantity("12.5")
            );
        }
        assert_eq!(
            serde_json::from_str::<Quantity>("3").unwrap(),
            quantity("3")
        );
        assert!(serde_json::from_str::<Quantity>("0.0001").is_err());
        assert_eq!(
            serde_json::to_string(&quantity("12.5")).unwrap(),
            "\"12.5\""
        );
    }

    fn any_quantity() -> impl Strategy<Value = Quantity> {
        any::<i64>().prop_filter_map("no negative", Quantity::from_thousandths)
    }

    proptest! {
        #[test]
        fn nothing_is_lost_on_the_way_through_decimals_and_text(quantity in any_quantity()) {
            prop_assert_eq!(Quantity::from_decimal(quantity.to_decimal()), Ok(quantity));
            prop_assert_eq!(quantity.to_string().parse(), Ok(quantity));
            prop_assert_eq!(serde_json::from_str::<Quantity>(&serde_json::to_string(&quantity).unwrap()).unwrap(), quantity);
        }

        #[test]
        fn a_correction_cancels_exactly(quantity in any_quantity()) {
            prop_assert_eq!(quantity.checked_add(-quantity), Some(Quantity::ZERO));
        }

        #[test]
        fn sums_are_those_of_decimals(one in any_quantity(), other in any_quantity()) {
            if let Some(sum) = one.checked_add(other) {
                prop_assert_eq!(sum.to_decimal(), one.to_decimal() + other.to_decimal());
            }
            prop_assert_eq!(one.cmp(&other), one.to_decimal().cmp(&other.to_decimal()));
        }

        #[test]
        fn a_decimal_is_kept_exactly_or_refused(digits in any::<i64>(), scale in 0..10_u32) {
            let value = Decimal::new(digits, scale);
            match Quantity::from_decimal(value) {
                Ok(quantity) => prop_assert_eq!(quantity.to_decimal(), value),
                Err(_) => prop_assert!(value.normalize().scale() > 3 || value.abs() > Quantity::MAX.to_decimal()),
            }
        }
    }
}
