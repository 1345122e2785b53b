//! The number of a corporation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::fold_width;
use crate::{MunicipalityCode, ValueError};

/// The number of a corporation (法人番号): thirteen digits, the first a check digit.
///
/// Source: 法人番号の指定等に関する省令 2条. With the twelve digits after the first counted from the right, odd places weigh 1 and even places
/// weigh 2; the check digit is 9 minus the remainder of the weighted sum divided by 9. It is public, unlike the number of
/// a person, which this program never holds.
///
/// ```
/// use yakuba_kernel::CorporateNumber;
///
/// let number: CorporateNumber = "T7000012050002".parse().unwrap();
/// assert_eq!(number.as_str(), "7000012050002");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CorporateNumber([u8; 13]);

impl CorporateNumber {
    /// Reads thirteen digits of either width and checks them. A `T` before them (the form of an invoice number) is accepted.
    ///
    /// # Errors
    /// [`ValueError::CorporateNumber`] when it is not thirteen digits; [`ValueError::CorporateCheckDigit`] when the first
    /// digit does not fit the others.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let folded = fold_width(text.trim());
        let bare = folded.strip_prefix('T').unwrap_or(&folded);
        let digits = <[u8; 13]>::try_from(bare.as_bytes())
            .map_err(|_| ValueError::CorporateNumber(text.to_owned()))?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(ValueError::CorporateNumber(text.to_owned()));
        }
        if digits[0] == b'0' + check_digit(&digits[1..]) {
            Ok(Self(digits))
        } else {
            Err(ValueError::CorporateCheckDigit(bare.to_owned()))
        }
    }

    /// The number of the local government with this code: the body of it is `000020` and the code.
    pub fn of_local_government(code: MunicipalityCode) -> Self {
        let mut digits = *b"0000020000000";
        digits[7..].copy_from_slice(code.as_str().as_bytes());
        digits[0] = b'0' + check_digit(&digits[1..]);
        Self(digits)
    }

    /// The thirteen digits.
    pub fn as_str(&self) -> &str {
        // Only ASCII digits are ever stored, so this is always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The registration number on invoices (インボイス): `T` and the number.
    pub fn invoice_number(&self) -> String {
        format!("T{}", self.as_str())
    }
}

/// The check digit for twelve ASCII digits.
fn check_digit(body: &[u8]) -> u8 {
    let weighted = body
        .iter()
        .rev()
        .zip([1, 2].into_iter().cycle())
        .map(|(digit, weight)| (digit - b'0') * weight);
    9 - weighted.sum::<u8>() % 9
}

impl fmt::Display for CorporateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for CorporateNumber {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::parse(text)
    }
}

impl From<CorporateNumber> for String {
    fn from(number: CorporateNumber) -> Self {
        number.as_str().to_owned()
    }
}

impl TryFrom<String> for CorporateNumber {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CorporateNumber, check_digit};
    use crate::{MunicipalityCode, ValueError};

    #[test]
    fn published_numbers_are_valid() {
        for number in [
            "7000012050002",
            "8000012010038",
            "1180301018771",
            "5010401067252",
        ] {
            assert_eq!(CorporateNumber::parse(number).unwrap().as_str(), number);
        }
    }

    #[test]
    fn cities_have_the_number_made_of_their_code() {
        for (code, number) in [
            ("272051", "6000020272051"),
            ("272248", "8000020272248"),
            ("272230", "9000020272230"),
            ("152064", "5000020152064"),
        ] {
            assert_eq!(
                CorporateNumber::of_local_government(MunicipalityCode::parse(code).unwrap())
                    .as_str(),
                number
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert!(matches!(
            CorporateNumber::parse("123"),
            Err(ValueError::CorporateNumber(_))
        ));
        assert!(matches!(
            CorporateNumber::parse("70000120500O2"),
            Err(ValueError::CorporateNumber(_))
        ));
        assert!(matches!(
            CorporateNumber::parse("1000012050002"),
            Err(ValueError::CorporateCheckDigit(_))
        ));
        assert_eq!(
            CorporateNumber::parse("Ｔ７００００１２０５０００２")
                .unwrap()
                .invoice_number(),
            "T7000012050002"
        );
    }

    proptest! {
        /// Digits that differ by 9 (0 and 9) weigh the same; every other single error is caught.
        #[test]
        fn a_wrong_digit_is_caught(body in "[0-9]{12}", place in 1..13_usize, shift in 1..=8_u8) {
            let number = format!("{}{body}", check_digit(body.as_bytes()));
            prop_assert!(CorporateNumber::parse(&number).is_ok());
            let mut typed = number.into_bytes();
            // Another digit, and not 0 for 9 or 9 for 0.
            let wrong = (typed[place] - b'0') % 9 + shift;
            typed[place] = b'0' + wrong % 9;
            prop_assert!(CorporateNumber::parse(std::str::from_utf8(&typed).unwrap()).is_err());
        }
    }
}
