//! Identifiers that facts carry: which measure, which department, about what.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ValueError;

macro_rules! text_identifier {
    ($name:ident, $store:ty, $valid:path, $error:path) => {
        impl $name {
            /// Checks and takes over an identifier.
            ///
            /// # Errors
            /// When the text breaks the rule of this type (see the type).
            pub fn new(text: impl Into<String>) -> Result<Self, ValueError> {
                let text = text.into();
                if $valid(&text) {
                    Ok(Self(<$store>::from(text)))
                } else {
                    Err($error(text))
                }
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;

            fn try_from(text: String) -> Result<Self, ValueError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = ValueError;

            fn try_from(text: &str) -> Result<Self, ValueError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> Self {
                identifier.0.into()
            }
        }
    };
}

/// The code of a department (部署), as the city itself writes it: `0210`, `joho-seisaku`, `情報政策室`.
///
/// 1 to 64 letters (of any script), digits, `-`, `_` or `.`; no blanks, so that it can stand in a URL, a file name and a
/// CSV cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DepartmentCode(String);

text_identifier!(
    DepartmentCode,
    String,
    is_department_code,
    ValueError::DepartmentCode
);

/// What a fact counts: `service.measure`, for example `plan.progress_note`.
///
/// Two or more parts joined by dots, at most 100 characters; each part starts with a small letter a–z and goes on with
/// small letters, digits and `_`. A service declares its measures as constants:
///
/// ```
/// use yakuba_kernel::MeasureName;
///
/// const PROGRESS_NOTE: MeasureName = MeasureName::declared("plan.progress_note");
/// assert_eq!(PROGRESS_NOTE.service(), "plan");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct MeasureName(Cow<'static, str>);

text_identifier!(
    MeasureName,
    Cow<'static, str>,
    is_measure_name,
    ValueError::MeasureName
);

impl MeasureName {
    /// A measure name written in the program. In a `const` a wrong name does not compile.
    ///
    /// # Panics
    /// When the name is not of the form `service.measure`; in a `const` the compiler reports it.
    pub const fn declared(name: &'static str) -> Self {
        assert!(
            is_measure_name(name),
            "a measure name is service.measure in small letters, digits and _"
        );
        Self(Cow::Borrowed(name))
    }

    /// The part before the first dot: the service that declares the measure.
    pub fn service(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

/// What a fact is about, inside its measure: a procedure, a facility, an initiative (`initiative:12`).
///
/// 1 to 100 letters (of any script), digits, `-`, `_`, `.`, `:` or `/`. Never a person: facts carry no personal data, and
/// neither an e-mail address nor a name with a blank fits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Subject(String);

text_identifier!(Subject, String, is_subject, ValueError::Subject);

fn is_department_code(text: &str) -> bool {
    (1..=64).contains(&text.chars().count())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

fn is_subject(text: &str) -> bool {
    (1..=100).contains(&text.chars().count())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.:/".contains(c))
}

/// A loop over bytes instead of iterators, because only that can run while compiling.
const fn is_measure_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut dots = 0;
    let mut part_starts = true;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'a'..=b'z' => part_starts = false,
            b'0'..=b'9' | b'_' if !part_starts => {}
            b'.' if !part_starts => {
                dots += 1;
                part_starts = true;
            }
            _ => return false,
        }
        at += 1;
    }
    dots > 0 && !part_starts && bytes.len() <= 100
}

#[cfg(test)]
mod tests {
    use super::{DepartmentCode, MeasureName, Subject};

    const DECLARED: MeasureName = MeasureName::declared("plan.progress_note");

    #[test]
    fn a_measure_is_named_by_service_and_measure() {
        assert_eq!(MeasureName::new("plan.progress_note").unwrap(), DECLARED);
        assert_eq!(DECLARED.service(), "plan");
        assert!(MeasureName::new("booking.room.used2").is_ok());
        for text in [
            "",
            "plan",
            "plan.",
            ".note",
            "plan..note",
            "Plan.note",
            "plan.note!",
            "plan.進捗",
            "1plan.note",
            "plan.2note",
            "plan note.x",
        ] {
            assert!(MeasureName::new(text).is_err(), "{text}");
        }
        assert!(MeasureName::new(format!("plan.{}", "a".repeat(96))).is_err());
    }

    #[test]
    fn a_department_has_the_code_the_city_gave_it() {
        for text in ["0210", "joho-seisaku", "情報政策室", "A.1_2"] {
            assert_eq!(DepartmentCode::new(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            " ",
            "情報 政策室",
            "a/b",
            "a\nb",
            "a,b",
            &"a".repeat(65),
        ] {
            assert!(DepartmentCode::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_subject_is_no_person() {
        for text in ["initiative:12", "facility/gym-1", "住民票の写し"] {
            assert_eq!(Subject::new(text).unwrap().as_str(), text);
        }
        for text in ["", "taro@example.jp", "吹田 太郎", "a\tb"] {
            assert!(Subject::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn identifiers_are_checked_when_read_from_files() {
        assert_eq!(
            serde_json::from_str::<MeasureName>("\"plan.progress_note\"").unwrap(),
            DECLARED
        );
        assert!(serde_json::from_str::<MeasureName>("\"plan\"").is_err());
        assert_eq!(
            serde_json::to_string(&DECLARED).unwrap(),
            "\"plan.progress_note\""
        );
    }
}
