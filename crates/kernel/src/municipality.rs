//! Codes of municipalities and prefectures.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ValueError;
use crate::text::fold_width;

/// The code of a municipality, ward or prefecture (全国地方公共団体コード): six digits, the last a check digit.
///
/// Source: 総務省「全国地方公共団体コード」. Two digits of the prefecture, three of the municipality, and one check digit: with the
/// first five digits *a* to *e*, `(11 − (6a + 5b + 4c + 3d + 2e) mod 11) mod 10`.
///
/// The check digit catches every single wrong digit but those among the first five that swap the results 0 and 10 of the
/// remainder (both give check digit 1 and 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
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
        if !digits.iter().all(u8::is_ascii_digit) || Prefecture::of_digits(digits[0], digits[1]).is_none() {
            return Err(not_a_code());
        }
        let expected = check_digit([digits[0], digits[1], digits[2], digits[3], digits[4]]);
        if digits[5] == b'0' + expected {
            Ok(Self(digits))
        } else {
            Err(ValueError::MunicipalityCheckDigit { given: folded, expected })
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
        if !digits.iter().all(u8::is_ascii_digit) || Prefecture::of_digits(digits[0], digits[1]).is_none() {
            return Err(not_a_code());
        }
        let [a, b, c, d, e] = digits;
        Ok(Self([a, b, c, d, e, b'0' + check_digit(digits)]))
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
    let sum: u8 = digits.iter().zip([6, 5, 4, 3, 2]).map(|(digit, weight)| (digit - b'0') % 11 * weight % 11).sum();
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
