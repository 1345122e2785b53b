//! Postal codes and addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::text::fold_width;
use crate::{MunicipalityCode, ValueError};

/// A Japanese postal code: seven digits, shown as `564-8550` (デジタル庁 DS-443). In JSON and in the database it is the
/// seven digits.
///
/// ```
/// use yakuba_kernel::PostalCode;
///
/// let code: PostalCode = "〒５６４－８５５０".parse().unwrap();
/// assert_eq!(code.digits(), "5648550");
/// assert_eq!(code.to_string(), "564-8550");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PostalCode([u8; 7]);

impl PostalCode {
    /// Reads seven digits of either width, with or without `〒` and hyphen.
    ///
    /// # Errors
    /// [`ValueError::PostalCode`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let folded = fold_width(text);
        let bare = folded.trim().trim_start_matches('〒').trim_start();
        let not_a_code = || ValueError::PostalCode(text.to_owned());
        let parts: Vec<&str> = bare.split(['-', '‐', '−', '–', 'ー', '―']).collect();
        let digits = match parts[..] {
            [all] => all.to_owned(),
            [district, town] if district.len() == 3 => format!("{district}{town}"),
            _ => return Err(not_a_code()),
        };
        let digits = <[u8; 7]>::try_from(digits.as_bytes()).map_err(|_| not_a_code())?;
        if digits.iter().all(u8::is_ascii_digit) {
            Ok(Self(digits))
        } else {
            Err(not_a_code())
        }
    }

    /// The seven digits.
    pub fn digits(&self) -> &str {
        // Only ASCII digits are ever stored, so this is always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// `564-8550`.
impl fmt::Display for PostalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (district, town) = self.digits().split_at(3);
        write!(f, "{district}-{town}")
    }
}

impl FromStr for PostalCode {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::parse(text)
    }
}

impl From<PostalCode> for String {
    fn from(code: PostalCode) -> Self {
        code.digits().to_owned()
    }
}

impl TryFrom<String> for PostalCode {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        Self::parse(&text)
    }
}

/// The parts of an address as a form asks for them, before they are checked. See [`Address`].
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressParts {
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<PostalCode>,
    /// The code of the municipality (全国地方公共団体コード).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub municipality: Option<MunicipalityCode>,
    /// 都道府県: `大阪府`.
    pub prefecture: String,
    /// 市区町村, with 郡 and the ward of a designated city: `吹田市`, `札幌市厚別区`.
    pub city: String,
    /// 町字, with 丁目 in kanji: `泉町一丁目`.
    pub town: String,
    /// 番地以下: `3-40`.
    pub block: String,
    /// 建物名等（方書）, empty when there is none.
    pub building: String,
}

/// An address in Japan, in the parts of the government's standard (デジタル庁 DS-442): 都道府県, 市区町村, 町字, 番地以下, 建物名等.
///
/// Kept exactly as typed, but for blanks at the ends. City and town are required, so that a letter can arrive; each part
/// has at most 200 characters and no control characters. An address is personal data: `Debug` shows nothing of it.
///
/// ```
/// use yakuba_kernel::{Address, AddressParts};
///
/// let address = Address::new(AddressParts {
///     prefecture: "大阪府".into(),
///     city: "吹田市".into(),
///     town: "泉町一丁目".into(),
///     block: "3-40".into(),
///     ..AddressParts::default()
/// })
/// .unwrap();
/// assert_eq!(address.one_line(), "大阪府吹田市泉町一丁目3-40");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Address(AddressParts);

/// The longest part of an address, in characters.
const LONGEST_PART: usize = 200;

impl Address {
    /// Checks the parts.
    ///
    /// # Errors
    /// [`ValueError::Address`] when city or town is empty, or when a part is longer than 200 characters or holds a
    /// control character; [`ValueError::AddressPrefecture`] when the prefecture differs from that of the municipality
    /// code. The errors never repeat the address.
    pub fn new(parts: AddressParts) -> Result<Self, ValueError> {
        let tidy = |text: String| text.trim().to_owned();
        let parts = AddressParts {
            prefecture: tidy(parts.prefecture),
            city: tidy(parts.city),
            town: tidy(parts.town),
            block: tidy(parts.block),
            building: tidy(parts.building),
            ..parts
        };
        let texts = [
            &parts.prefecture,
            &parts.city,
            &parts.town,
            &parts.block,
            &parts.building,
        ];
        let fits = |text: &&String| {
            text.chars().count() <= LONGEST_PART && !text.chars().any(char::is_control)
        };
        if parts.city.is_empty() || parts.town.is_empty() || !texts.iter().all(fits) {
            return Err(ValueError::Address);
        }
        match parts.municipality {
            Some(code)
                if !parts.prefecture.is_empty() && code.prefecture().name() != parts.prefecture =>
            {
                Err(ValueError::AddressPrefecture)
            }
            _ => Ok(Self(parts)),
        }
    }

    /// The parts.
    pub const fn parts(&self) -> &AddressParts {
        &self.0
    }

    /// The parts, to change one and check again.
    pub fn into_parts(self) -> AddressParts {
        self.0
    }

    /// The address in one line without the postal code; a blank stands before the building, which address readers expect.
    pub fn one_line(&self) -> String {
        let AddressParts {
            prefecture,
            city,
            town,
            block,
            building,
            ..
        } = &self.0;
        let street = format!("{prefecture}{city}{town}{block}");
        if building.is_empty() {
            street
        } else {
            format!("{street} {building}")
        }
    }
}

/// Hides the address.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(hidden)")
    }
}

/// Hides the address.
impl fmt::Debug for AddressParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressParts(hidden)")
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(AddressParts::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressParts, PostalCode};
    use crate::{MunicipalityCode, ValueError};

    fn town_hall() -> AddressParts {
        AddressParts {
            postal_code: PostalCode::parse("564-8550").ok(),
            municipality: MunicipalityCode::parse("272051").ok(),
            prefecture: "大阪府".into(),
            city: "吹田市".into(),
            town: "泉町一丁目".into(),
            block: "3-40".into(),
            building: String::new(),
        }
    }

    #[test]
    fn postal_codes_are_read_as_people_type_them() {
        for text in [
            "5648550",
            "564-8550",
            "〒564-8550",
            "５６４－８５５０",
            " 〒 564ー8550 ",
        ] {
            assert_eq!(
                PostalCode::parse(text).unwrap().digits(),
                "5648550",
                "{text}"
            );
        }
        for text in [
            "",
            "564",
            "564-855",
            "56-48550",
            "564-85500",
            "abc-defg",
            "564-8550-1",
        ] {
            assert!(PostalCode::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_building_stands_after_a_blank() {
        let address = Address::new(AddressParts {
            building: " 市民会館101 ".into(),
            ..town_hall()
        })
        .unwrap();
        assert_eq!(address.one_line(), "大阪府吹田市泉町一丁目3-40 市民会館101");
    }

    #[test]
    fn an_address_names_city_and_town() {
        assert_eq!(
            Address::new(AddressParts {
                city: " ".into(),
                ..town_hall()
            })
            .unwrap_err(),
            ValueError::Address
        );
        assert_eq!(
            Address::new(AddressParts {
                town: String::new(),
                ..town_hall()
            })
            .unwrap_err(),
            ValueError::Address
        );
    }

    #[test]
    fn prefecture_and_code_agree() {
        let wrong = AddressParts {
            prefecture: "京都府".into(),
            ..town_hall()
        };
        assert_eq!(
            Address::new(wrong).unwrap_err(),
            ValueError::AddressPrefecture
        );
    }

    #[test]
    fn debug_shows_nothing_of_an_address() {
        let address = Address::new(town_hall()).unwrap();
        assert_eq!(
            format!("{address:?} {:?}", address.parts()),
            "Address(hidden) AddressParts(hidden)"
        );
    }
}
