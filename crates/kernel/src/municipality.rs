//! Codes of municipalities and prefectures.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ValueError;
use crate::scalar::Scalar;
use crate::text::fold_width;

/// The code of a municipality, ward or prefecture (全国地方公共団体コード): six digits, the last a check digit.
///
/// Source: 総務省「全国地方公共団体コード」. Two digits of the prefecture, three of the municipality, and one check digit: with the
/// first five digits *a* to *e*, `(11 − (6a + 5b + 4c + 3d + 2e) mod 11) mod 10`.
///
/// The remainders 0 and 10 share the check digit 1; every single wrong digit that does not lead from one of these two to
/// the other is caught.
///
/// ```
/// use yakuba_kernel::MunicipalityCode;
///
/// let suita = MunicipalityCode::parse("272051").unwrap();
/// assert_eq!((suita.jis5(), suita.prefecture().name()), ("27205", "大阪府"));
/// assert!(MunicipalityCode::parse("272052").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "Scalar")]
pub struct MunicipalityCode([u8; 6]);

impl MunicipalityCode {
    /// Reads six digits and checks them. Full-width digits and blanks around are accepted.
    ///
    /// # Errors
    /// [`ValueError::MunicipalityCode`] when it is not six digits starting with a prefecture 01–47;
    /// [`ValueError::MunicipalityCheckDigit`] when the last digit is wrong.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let folded = fold_width(text.trim());
        let not_a_code = || ValueError::MunicipalityCode(text.to_owned());
        let digits = <[u8; 6]>::try_from(folded.as_bytes()).map_err(|_| not_a_code())?;
        if !digits.iter().all(u8::is_ascii_digit)
            || Prefecture::of_digits(digits[0], digits[1]).is_none()
        {
            return Err(not_a_code());
        }
        let expected = check_digit([digits[0], digits[1], digits[2], digits[3], digits[4]]);
        if digits[5] == b'0' + expected {
            Ok(Self(digits))
        } else {
            Err(ValueError::MunicipalityCheckDigit {
                given: folded,
                expected,
            })
        }
    }

    /// From the five digits without check digit used in statistics (JIS X 0402, e-Stat).
    ///
    /// # Errors
    /// [`ValueError::MunicipalityCode`] when it is not five digits starting with a prefecture 01–47.
    pub fn from_jis5(text: &str) -> Result<Self, ValueError> {
        let folded = fold_width(text.trim());
        let not_a_code = || ValueError::MunicipalityCode(text.to_owned());
        let digits = <[u8; 5]>::try_from(folded.as_bytes()).map_err(|_| not_a_code())?;
        if !digits.iter().all(u8::is_ascii_digit)
            || Prefecture::of_digits(digits[0], digits[1]).is_none()
        {
            return Err(not_a_code());
        }
        let mut code = [b'0' + check_digit(digits); 6];
        code[..5].copy_from_slice(&digits);
        Ok(Self(code))
    }

    /// Reads a code from a file that a spreadsheet may have spoiled: as [`parse`](Self::parse), and five digits whose leading
    /// zero was lost (`92011` → `092011` 宇都宮市).
    ///
    /// Five digits are mended only when the check digit proves it and they cannot be a statistics code without check
    /// digit (those start with 01–47). For anything doubtful the answer is `None`.
    pub fn read_mended(text: &str) -> Option<Self> {
        let folded = fold_width(text.trim());
        Self::parse(&folded).ok().or_else(|| {
            let could_be_jis5 = Self::from_jis5(&folded).is_ok();
            (folded.len() == 5 && !could_be_jis5)
                .then(|| Self::parse(&format!("0{folded}")).ok())
                .flatten()
        })
    }

    /// The six digits.
    pub fn as_str(&self) -> &str {
        // Only ASCII digits are ever stored, so this is always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The five digits without check digit, as statistics use them.
    pub fn jis5(&self) -> &str {
        &self.as_str()[..5]
    }

    /// The prefecture it lies in.
    pub fn prefecture(self) -> Prefecture {
        Prefecture::of_digits(self.0[0], self.0[1]).unwrap_or(Prefecture(1))
    }

    /// Whether this is the code of a whole prefecture (`270008` 大阪府).
    pub fn is_prefecture(self) -> bool {
        &self.0[2..5] == b"000"
    }
}

/// The check digit for five ASCII digits.
fn check_digit(digits: [u8; 5]) -> u8 {
    // At most 9 × (6 + 5 + 4 + 3 + 2) = 180.
    let sum: u8 = digits
        .iter()
        .zip([6, 5, 4, 3, 2])
        .map(|(digit, weight)| (digit - b'0') * weight)
        .sum();
    (11 - sum % 11) % 10
}

impl fmt::Display for MunicipalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for MunicipalityCode {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::parse(text)
    }
}

impl From<MunicipalityCode> for String {
    fn from(code: MunicipalityCode) -> Self {
        code.as_str().to_owned()
    }
}

impl TryFrom<String> for MunicipalityCode {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        Self::parse(&text)
    }
}

/// YAML reads `code: 272051` as a number; a leading zero lost that way is put back.
impl TryFrom<Scalar> for MunicipalityCode {
    type Error = ValueError;

    fn try_from(scalar: Scalar) -> Result<Self, ValueError> {
        match scalar {
            Scalar::Text(text) => Self::parse(&text),
            Scalar::Integer(number) => Self::parse(&format!("{number:06}")),
            Scalar::Fraction(number) => Err(ValueError::MunicipalityCode(number.to_string())),
        }
    }
}

/// One of the 47 prefectures (都道府県), in the order of JIS X 0401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefecture(u8);

/// Japanese and English names in the order of JIS X 0401.
const PREFECTURES: [(&str, &str); 47] = [
    ("北海道", "Hokkaido"),
    ("青森県", "Aomori"),
    ("岩手県", "Iwate"),
    ("宮城県", "Miyagi"),
    ("秋田県", "Akita"),
    ("山形県", "Yamagata"),
    ("福島県", "Fukushima"),
    ("茨城県", "Ibaraki"),
    ("栃木県", "Tochigi"),
    ("群馬県", "Gunma"),
    ("埼玉県", "Saitama"),
    ("千葉県", "Chiba"),
    ("東京都", "Tokyo"),
    ("神奈川県", "Kanagawa"),
    ("新潟県", "Niigata"),
    ("富山県", "Toyama"),
    ("石川県", "Ishikawa"),
    ("福井県", "Fukui"),
    ("山梨県", "Yamanashi"),
    ("長野県", "Nagano"),
    ("岐阜県", "Gifu"),
    ("静岡県", "Shizuoka"),
    ("愛知県", "Aichi"),
    ("三重県", "Mie"),
    ("滋賀県", "Shiga"),
    ("京都府", "Kyoto"),
    ("大阪府", "Osaka"),
    ("兵庫県", "Hyogo"),
    ("奈良県", "Nara"),
    ("和歌山県", "Wakayama"),
    ("鳥取県", "Tottori"),
    ("島根県", "Shimane"),
    ("岡山県", "Okayama"),
    ("広島県", "Hiroshima"),
    ("山口県", "Yamaguchi"),
    ("徳島県", "Tokushima"),
    ("香川県", "Kagawa"),
    ("愛媛県", "Ehime"),
    ("高知県", "Kochi"),
    ("福岡県", "Fukuoka"),
    ("佐賀県", "Saga"),
    ("長崎県", "Nagasaki"),
    ("熊本県", "Kumamoto"),
    ("大分県", "Oita"),
    ("宮崎県", "Miyazaki"),
    ("鹿児島県", "Kagoshima"),
    ("沖縄県", "Okinawa"),
];

impl Prefecture {
    /// The prefecture with this number, 1 (北海道) to 47 (沖縄県).
    pub fn new(number: u8) -> Option<Self> {
        (1..=47).contains(&number).then_some(Self(number))
    }

    fn of_digits(tens: u8, ones: u8) -> Option<Self> {
        Self::new(tens.checked_sub(b'0')? * 10 + ones.checked_sub(b'0')?)
    }

    /// Every prefecture, in the order of JIS X 0401.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=47).map(Self)
    }

    /// Its number, 1 to 47.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Its Japanese name: `大阪府`.
    pub fn name(self) -> &'static str {
        PREFECTURES[usize::from(self.0) - 1].0
    }

    /// Its English name: `Osaka`.
    pub fn english(self) -> &'static str {
        PREFECTURES[usize::from(self.0) - 1].1
    }
}

/// The Japanese name.
impl fmt::Display for Prefecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MunicipalityCode, Prefecture, check_digit};
    use crate::ValueError;

    #[test]
    fn published_codes_are_valid() {
        for code in [
            "272051", "272248", "272230", "152064", "043231", "010006", "011002", "131016",
            "221309", "221384", "270008", "473821",
        ] {
            assert_eq!(MunicipalityCode::parse(code).unwrap().as_str(), code);
        }
    }

    #[test]
    fn full_width_digits_and_blanks_are_accepted() {
        assert_eq!(
            MunicipalityCode::parse(" ２７２０５１　").unwrap().as_str(),
            "272051"
        );
    }

    #[test]
    fn a_wrong_digit_is_named_with_the_right_one() {
        let error = MunicipalityCode::parse("272052").unwrap_err();
        assert_eq!(
            error,
            ValueError::MunicipalityCheckDigit {
                given: "272052".into(),
                expected: 1
            }
        );
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in [
            "",
            "27205",
            "2720510",
            "48000X",
            "002051",
            "489999",
            "吹田市",
            "27 051",
        ] {
            assert!(
                matches!(
                    MunicipalityCode::parse(text),
                    Err(ValueError::MunicipalityCode(_))
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn the_check_digit_is_added_to_a_statistics_code() {
        assert_eq!(
            MunicipalityCode::from_jis5("27205").unwrap().as_str(),
            "272051"
        );
        assert!(MunicipalityCode::from_jis5("48001").is_err());
    }

    #[test]
    fn a_lost_zero_is_put_back_only_when_proven() {
        assert_eq!(
            MunicipalityCode::read_mended("92011").unwrap().as_str(),
            "092011"
        );
        assert_eq!(
            MunicipalityCode::read_mended("272051").unwrap().as_str(),
            "272051"
        );
        assert_eq!(
            MunicipalityCode::read_mended("92012"),
            None,
            "the check digit does not fit"
        );
        assert_eq!(
            MunicipalityCode::read_mended("27205"),
            None,
            "a statistics code"
        );
        assert_eq!(
            MunicipalityCode::read_mended("43231"),
            None,
            "柴田町 without its zero, or a statistics code of Kumamoto"
        );
    }

    #[test]
    fn a_code_in_yaml_may_lack_quotation_marks() {
        let read = |json: &str| {
            serde_json::from_str::<MunicipalityCode>(json)
                .map(|code| code.as_str().to_owned())
                .ok()
        };
        assert_eq!(read("\"272051\""), Some("272051".into()));
        assert_eq!(read("272051"), Some("272051".into()));
        assert_eq!(read("43231"), Some("043231".into()));
        assert_eq!(read("272052"), None);
        assert_eq!(
            serde_json::to_string(&MunicipalityCode::parse("043231").unwrap()).unwrap(),
            "\"043231\""
        );
    }

    #[test]
    fn a_whole_prefecture_has_a_code_too() {
        let osaka = MunicipalityCode::parse("270008").unwrap();
        assert!(osaka.is_prefecture());
        assert_eq!(
            (osaka.prefecture().number(), osaka.prefecture().english()),
            (27, "Osaka")
        );
        assert!(!MunicipalityCode::parse("272051").unwrap().is_prefecture());
        assert_eq!(Prefecture::all().count(), 47);
        assert_eq!(Prefecture::new(0), None);
        assert_eq!(Prefecture::new(47).unwrap().name(), "沖縄県");
        assert_eq!(Prefecture::new(48), None);
    }

    /// The remainder that decides the check digit.
    fn remainder(code: &[u8]) -> u32 {
        code.iter()
            .zip([6, 5, 4, 3, 2])
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum::<u32>()
            % 11
    }

    proptest! {
        #[test]
        fn every_single_error_is_caught_that_can_be(prefecture in 1..=47_u8, rest in "[0-9]{3}", place in 0..6_usize, shift in 1..=9_u8) {
            let code = MunicipalityCode::from_jis5(&format!("{prefecture:02}{rest}")).unwrap();
            prop_assert_eq!(MunicipalityCode::parse(code.as_str()), Ok(code));
            let mut typed = code.as_str().to_owned().into_bytes();
            typed[place] = b'0' + (typed[place] - b'0' + shift) % 10;
            // The rule gives the remainders 0 and 10 the same digit: that one confusion it cannot see.
            let confused = [remainder(code.as_str().as_bytes()), remainder(&typed)];
            let cannot_be_seen = confused == [0, 10] || confused == [10, 0];
            let typed = std::str::from_utf8(&typed).unwrap();
            prop_assert!(cannot_be_seen || MunicipalityCode::parse(typed).is_err());
        }

        #[test]
        fn the_check_digit_is_one_digit(digits in prop::array::uniform5(b'0'..=b'9')) {
            prop_assert!(check_digit(digits) <= 9);
        }

        #[test]
        fn any_text_can_be_offered(text in any::<String>()) {
            let _ = MunicipalityCode::parse(&text);
            let _ = MunicipalityCode::read_mended(&text);
        }
    }
}
