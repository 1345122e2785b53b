//! The name of a person.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ValueError;
use crate::text::{hiragana_to_katakana, normalise_for_search};

/// The name of a person: family and given name and how they are read (フリガナ).
///
/// Names are kept **exactly as typed**. Characters outside the usual sets (髙, 𠮷, 葛 with a variation selector, signs of the
/// family register in the private use area) stay what they are: no normalisation, no replacement. Only blanks at the ends
/// are removed and control characters refused. Readings are kept in full-width katakana (戸籍法 of 2025, デジタル庁 DS-461).
///
/// Family or given name may be missing (people of other countries, one-name registrations) but not both.
///
/// A name is personal data: `Debug` shows nothing of it, so it cannot slip into a log, and there is no `Display`. Ask for
/// [`full`](Self::full) where a person may see it.
///
/// ```
/// use yakuba_kernel::PersonName;
///
/// let name = PersonName::new("髙橋", "花子", "たかはし", "ハナコ").unwrap();
/// assert_eq!(name.full(), "髙橋 花子");
/// assert_eq!(name.full_kana(), "タカハシ ハナコ");
/// assert_eq!(format!("{name:?}"), "PersonName(hidden)");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PersonName {
    family: String,
    given: String,
    family_kana: String,
    given_kana: String,
}

/// The longest part of a name, in characters. Names of other countries in the resident register reach some 60.
const LONGEST_PART: usize = 100;

impl PersonName {
    /// A name with its reading. Readings may be empty (not known); hiragana and half-width kana are accepted in them.
    ///
    /// # Errors
    /// [`ValueError::PersonName`] when both names are empty, when one is longer than 100 characters or holds a control
    /// character; [`ValueError::PersonNameKana`] when a reading is not written in kana. The errors never repeat the name.
    pub fn new(
        family: &str,
        given: &str,
        family_kana: &str,
        given_kana: &str,
    ) -> Result<Self, ValueError> {
        let name = Self {
            family: part(family)?,
            given: part(given)?,
            family_kana: reading(family_kana)?,
            given_kana: reading(given_kana)?,
        };
        if name.family.is_empty() && name.given.is_empty() {
            Err(ValueError::PersonName)
        } else {
            Ok(name)
        }
    }

    /// The family name (氏), exactly as typed.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// The given name (名), exactly as typed.
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The reading of the family name in katakana; empty when not known.
    pub fn family_kana(&self) -> &str {
        &self.family_kana
    }

    /// The reading of the given name in katakana; empty when not known.
    pub fn given_kana(&self) -> &str {
        &self.given_kana
    }

    /// Family and given name with a blank between them (the blank of the 氏名 item of GIF).
    pub fn full(&self) -> String {
        joined(&self.family, &self.given)
    }

    /// The reading of both with a blank between them; empty when not known.
    pub fn full_kana(&self) -> String {
        joined(&self.family_kana, &self.given_kana)
    }

    /// The keys under which this name is found: name and reading, folded for search. Same-sounding spellings and the
    /// usual variants of a kanji (髙/高, 澤/沢) have the same key. For hashing and comparing, never for showing.
    pub fn search_keys(&self) -> [String; 2] {
        [
            normalise_for_search(&self.full()),
            normalise_for_search(&self.full_kana()),
        ]
    }
}

fn part(text: &str) -> Result<String, ValueError> {
    let text = text.trim();
    if text.chars().count() > LONGEST_PART || text.chars().any(char::is_control) {
        return Err(ValueError::PersonName);
    }
    Ok(text.to_owned())
}

fn reading(text: &str) -> Result<String, ValueError> {
    let katakana = hiragana_to_katakana(&crate::text::fold_width(text.trim()));
    let is_reading = |c: char| {
        matches!(
            c,
            'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ' | '・' | '゛' | '゜' | ' ' | '-'
        )
    };
    if katakana.chars().count() <= LONGEST_PART && katakana.chars().all(is_reading) {
        Ok(katakana)
    } else {
        Err(ValueError::PersonNameKana)
    }
}

fn joined(first: &str, second: &str) -> String {
    if first.is_empty() || second.is_empty() {
        format!("{first}{second}")
    } else {
        format!("{first} {second}")
    }
}

/// Hides the name.
impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(hidden)")
    }
}

impl<'de> Deserialize<'de> for PersonName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Parts {
            #[serde(default)]
            family: String,
            #[serde(default)]
            given: String,
            #[serde(default)]
            family_kana: String,
            #[serde(default)]
            given_kana: String,
        }
        let parts = Parts::deserialize(deserializer)?;
        Self::new(
            &parts.family,
            &parts.given,
            &parts.family_kana,
            &parts.given_kana,
        )
        .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::PersonName;
    use crate::ValueError;

    #[test]
    fn a_name_is_kept_exactly_as_typed() {
        // 髙 and 﨑, a kanji beyond the first plane, one with a variation selector, a compatibility form, a private-use sign.
        for family in [
            "髙﨑",
            "𠮷田",
            "葛\u{E0100}城",
            "\u{FA19}谷",
            "\u{10DE92}野",
            "ＯＮＥ",
            "ｶﾞ",
        ] {
            let name = PersonName::new(family, "太郎", "", "").unwrap();
            assert_eq!(name.family(), family);
            assert!(name.full().starts_with(family));
        }
    }

    #[test]
    fn debug_and_errors_show_nothing_of_a_name() {
        let name = PersonName::new("吹田", "太郎", "スイタ", "タロウ").unwrap();
        for shown in [format!("{name:?}"), format!("{:#?}", Some(&name))] {
            assert!(
                !["吹田", "太郎", "スイタ", "タロウ"]
                    .iter()
                    .any(|part| shown.contains(part)),
                "{shown}"
            );
        }
        let error = PersonName::new("吹田", "太郎", "suita", "").unwrap_err();
        assert!(!error.to_string().contains("suita"));
    }

    #[test]
    fn readings_become_katakana_of_full_width() {
        let name = PersonName::new("門真", "", "ｶﾄﾞﾏ", "").unwrap();
        assert_eq!(name.family_kana(), "カドマ");
        assert_eq!(PersonName::new("門真", "", "かどま", "").unwrap(), name);
        assert_eq!(
            PersonName::new("門真", "", "門真", "").unwrap_err(),
            ValueError::PersonNameKana
        );
    }

    #[test]
    fn one_name_is_enough_and_none_is_not() {
        assert_eq!(
            PersonName::new("", "MARIA", "", "マリア").unwrap().full(),
            "MARIA"
        );
        assert_eq!(
            PersonName::new(" ", "　", "", "").unwrap_err(),
            ValueError::PersonName
        );
        assert_eq!(
            PersonName::new("a\nb", "", "", "").unwrap_err(),
            ValueError::PersonName
        );
        assert_eq!(
            PersonName::new(&"あ".repeat(101), "", "", "").unwrap_err(),
            ValueError::PersonName
        );
    }

    #[test]
    fn variants_of_a_kanji_are_found_under_the_same_key() {
        let key = |family| PersonName::new(family, "", "", "").unwrap().search_keys()[0].clone();
        assert_eq!(key("髙橋"), key("高橋"));
        assert_eq!(key("渡邊"), key("渡辺"));
        assert_eq!(key("葛\u{E0100}城"), key("葛城"));
    }

    proptest! {
        #[test]
        fn no_character_of_a_name_is_changed(family in "\\PC{1,20}") {
            prop_assume!(!family.trim().is_empty());
            if let Ok(name) = PersonName::new(&family, "", "", "") {
                prop_assert_eq!(name.family(), family.trim());
            }
        }
    }
}
