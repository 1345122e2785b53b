//! Money.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ValueError;
use crate::text::fold_width;

/// An amount of money in whole yen; negative amounts are refunds and corrections.
///
/// Arithmetic is checked: an amount out of range is `None`, never a wrong amount. In JSON and in the database it is an
/// integer.
///
/// ```
/// use yakuba_kernel::Yen;
///
/// let fee = Yen::new(1_500);
/// assert_eq!(fee.to_string(), "1,500円");
/// assert_eq!(fee.checked_mul(3), Some(Yen::new(4_500)));
/// assert_eq!("￥１，５００".parse(), Ok(fee));
/// ```
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Yen(i64);

impl Yen {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// An amount of `yen`.
    pub const fn new(yen: i64) -> Self {
        Self(yen)
    }

    /// The number of yen.
    pub const fn amount(self) -> i64 {
        self.0
    }

    /// The sum, or `None` out of range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` out of range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// `times` this amount, or `None` out of range.
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// The sum of all, or `None` when a partial sum leaves the range.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// The number with a comma between thousands and without a unit, for tables: `1,500`.
    pub fn digits(self) -> String {
        let digits = self.0.unsigned_abs().to_string();
        let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
        if self.0 < 0 {
            grouped.push('-');
        }
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped
    }
}

/// `1,500円`.
impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}円", self.digits())
    }
}

/// Reads digits of either width with or without `円`, `¥` and commas between thousands.
impl FromStr for Yen {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let not_money = || ValueError::Yen(text.to_owned());
        let folded = fold_width(text.trim());
        let (negative, rest) = match folded.strip_prefix(['-', '−', '△', '▲']) {
            Some(rest) => (true, rest),
            None => (false, folded.as_str()),
        };
        let digits = rest
            .trim_start_matches(['¥', '\\'])
            .trim_end_matches('円')
            .trim();
        let amount: i64 = plain_digits(digits)
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(not_money)?;
        Ok(Self(if negative { -amount } else { amount }))
    }
}

/// The digits without commas; `None` when a comma does not part thousands (`1,50`).
fn plain_digits(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split(',').collect();
    let all_digits = groups
        .iter()
        .all(|group| !group.is_empty() && group.bytes().all(|digit| digit.is_ascii_digit()));
    let grouped_by_thousands = groups.len() == 1
        || groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    (all_digits && grouped_by_thousands).then(|| groups.concat())
}

impl From<Yen> for i64 {
    fn from(yen: Yen) -> Self {
        yen.0
    }
}

impl From<Yen> for crate::Decimal {
    fn from(yen: Yen) -> Self {
        yen.0.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Yen;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for text in [
            "1500",
            "1,500",
            "1,500円",
            "¥1,500",
            "￥１，５００",
            "１５００ 円",
            " 1500円 ",
        ] {
            assert_eq!(text.parse(), Ok(Yen::new(1500)), "{text}");
        }
        assert_eq!(
            "△1,500".parse(),
            Ok(Yen::new(-1500)),
            "how accounts write a negative amount"
        );
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            "円",
            "1,50",
            "1.5",
            "千円",
            "1500ドル",
            "--5",
            "99999999999999999999",
        ] {
            assert!(text.parse::<Yen>().is_err(), "{text}");
        }
    }

    #[test]
    fn sums_out_of_range_are_refused() {
        assert_eq!(Yen::new(i64::MAX).checked_add(Yen::new(1)), None);
        assert_eq!(
            Yen::checked_sum([Yen::new(1), Yen::new(2)]),
            Some(Yen::new(3))
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(amount in (i64::MIN + 1)..=i64::MAX) {
            prop_assert_eq!(Yen::new(amount).to_string().parse(), Ok(Yen::new(amount)));
        }
    }
}
