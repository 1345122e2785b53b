//! A survey as a file: who is asked, when, and its form. The shape of its YAML.

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_city::JAPAN;
use yakuba_forms::model::document::{FieldKind, FormDocument, Key, Text};
use yakuba_kernel::DepartmentCode;

use crate::error::SurveyError;

/// The format of surveys that this version writes and reads.
pub const SURVEY_FORMAT: &str = "yakuba-survey/1";

/// A whole survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyDocument {
    /// Always `yakuba-survey/1`.
    pub format: String,
    /// Its lasting key in addresses: letters a–z, digits and hyphens, at most 50.
    pub key: String,
    /// What it is called.
    pub title: Text,
    /// What it is for and what happens with the answers, in a sentence or two.
    pub summary: Text,
    /// The code of the department that asks.
    #[schemars(with = "String")]
    pub department: DepartmentCode,
    /// Who is asked.
    pub audience: Audience,
    /// Whether it is known who has answered.
    pub anonymity: Anonymity,
    /// From when it can be answered: a day (`2026-11-01`) or a moment (`2026-11-01T09:00`) of the city's local time.
    #[schemars(with = "String")]
    pub opens: LocalTime,
    /// Until when: the last day, which counts to its end, or a moment.
    #[schemars(with = "String")]
    pub closes: LocalTime,
    /// It closes earlier when so many have answered; none: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u32>,
    /// How often single answers are taken, such as 100 of each age group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<AnswerQuota>,
    /// Counts from 1 to below this are not shown, so that nobody can be recognised; 0 or 1: every count is shown.
    pub small_count_below: u32,
    /// The question, one of several, by which published results can be broken down and filtered; none: they are published for
    /// everybody together. Only one, because the tables of several would together tell what each hides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Key>,
    /// What is read after sending; none: a general word of thanks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thanks: Option<Text>,
    /// What is asked. It has no fees and no personal data.
    pub form: FormDocument,
}

/// How often one answer, or each answer to a question, is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerQuota {
    /// The question: one of several.
    pub field: Key,
    /// The answer; none: each of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<Key>,
    /// How often it is taken at most.
    pub at_most: u32,
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Anybody, on the public pages.
    Residents,
    /// Staff who are signed in.
    Staff,
}

/// Whether it is known who has answered. The answers never carry a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Anonymity {
    /// Nothing is kept about who answered.
    Anonymous,
    /// It is kept that a person has answered, apart from what, so that nobody answers twice.
    OnePerPerson,
}

/// A day, or a moment to the minute, of the city's local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LocalTime {
    /// A whole day.
    Day(Date),
    /// A moment.
    Minute(DateTime),
}

impl LocalTime {
    /// Reads `2026-11-01`, `2026-11-01T09:00` or `2026-11-01 09:00`.
    ///
    /// # Errors
    /// [`SurveyError::BadTime`] with the text.
    pub fn read(text: &str) -> Result<Self, SurveyError> {
        let wrong = || SurveyError::BadTime(text.to_owned());
        let trimmed = text.trim();
        if trimmed.len() == 10 {
            return trimmed.parse().map(Self::Day).map_err(|_| wrong());
        }
        let time: DateTime = trimmed.replacen(' ', "T", 1).parse().map_err(|_| wrong())?;
        if time.second() != 0 || time.subsec_nanosecond() != 0 {
            return Err(wrong());
        }
        Ok(Self::Minute(time))
    }

    /// The moment it begins.
    pub fn beginning(self) -> Timestamp {
        let at = match self {
            Self::Day(day) => day.at(0, 0, 0, 0),
            Self::Minute(time) => time,
        };
        moment(at)
    }

    /// The first moment after it: the next day's beginning, or the moment itself.
    pub fn end(self) -> Timestamp {
        match self {
            Self::Day(day) => moment(day.checked_add(1.day()).unwrap_or(Date::MAX).at(0, 0, 0, 0)),
            Self::Minute(time) => moment(time),
        }
    }

    /// Its day.
    pub fn day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Minute(time) => time.date(),
        }
    }
}

fn moment(at: DateTime) -> Timestamp {
    at.to_zoned(TimeZone::fixed(JAPAN))
        .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

impl std::fmt::Display for LocalTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(formatter, "{day}"),
            Self::Minute(time) => write!(
                formatter,
                "{}T{:02}:{:02}",
                time.date(),
                time.hour(),
                time.minute()
            ),
        }
    }
}

impl TryFrom<String> for LocalTime {
    type Error = SurveyError;

    fn try_from(text: String) -> Result<Self, SurveyError> {
        Self::read(&text)
    }
}

impl From<LocalTime> for String {
    fn from(time: LocalTime) -> Self {
        time.to_string()
    }
}

impl SurveyDocument {
    /// What a new survey begins as, but for its key, department and days.
    ///
    /// # Errors
    /// [`SurveyError::BadFile`], which does not happen: the file comes with the program and a test reads it.
    pub fn pattern() -> Result<Self, SurveyError> {
        Self::from_yaml(include_str!("pattern.yaml"))
    }

    /// Reads a survey from YAML (or JSON, which is YAML).
    ///
    /// # Errors
    /// [`SurveyError::BadFile`] with line and reason, also when it closes before it opens; [`SurveyError::BadKey`].
    pub fn from_yaml(text: &str) -> Result<Self, SurveyError> {
        let document: Self = serde_saphyr::from_str(text)
            .map_err(|error| SurveyError::BadFile(error.to_string()))?;
        if document.format != SURVEY_FORMAT {
            return Err(SurveyError::BadFile(format!(
                "its format is {:?}, but this version reads {SURVEY_FORMAT:?}",
                document.format
            )));
        }
        if document.closes.end() <= document.opens.beginning() {
            return Err(SurveyError::BadFile(format!(
                "it closes at {}, before it opens at {}",
                document.closes, document.opens
            )));
        }
        let well_formed = !document.key.is_empty()
            && document.key.len() <= 50
            && document
                .key
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        // Addresses of the desk's own steps.
        let is_taken = ["new", "upload"].contains(&document.key.as_str());
        if !well_formed || is_taken {
            return Err(SurveyError::BadKey(document.key));
        }
        Ok(document)
    }

    /// The survey as YAML, which [`SurveyDocument::from_yaml`] reads back unchanged.
    ///
    /// # Errors
    /// [`SurveyError::BadFile`] when it cannot be written, which no document is known to cause.
    pub fn to_yaml(&self) -> Result<String, SurveyError> {
        serde_saphyr::to_string(self).map_err(|error| SurveyError::BadFile(error.to_string()))
    }

    /// The cells that are counted against a quota: the question, its answer and how often it is taken.
    pub fn quota_cells(&self) -> Vec<(Key, Key, u32)> {
        let mut cells = Vec::new();
        for quota in &self.quotas {
            let field = self
                .form
                .pages
                .iter()
                .flat_map(|page| &page.fields)
                .find(|field| field.key == quota.field);
            let Some(FieldKind::Choice { options }) = field.map(|field| &field.kind) else {
                continue;
            };
            for option in options {
                if quota
                    .option
                    .as_ref()
                    .is_none_or(|only| *only == option.value)
                {
                    cells.push((quota.field.clone(), option.value.clone(), quota.at_most));
                }
            }
        }
        cells
    }

    /// Whether answers to `other` can be counted together with answers to this: it differs in texts, dates and quotas only.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        let bare = |document: &Self| {
            let mut value = serde_json::to_value(&document.form).unwrap_or_default();
            without_texts(&mut value);
            (
                document.key.clone(),
                document.audience,
                document.anonymity,
                document.small_count_below,
                document.department.clone(),
                document.breakdown.clone(),
                value,
            )
        };
        bare(self) == bare(other)
    }
}

/// The keys under which texts stand that people read.
const TEXTS: [&str; 8] = [
    "title", "intro", "label", "hint", "message", "purpose", "unit", "text",
];

fn without_texts(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(parts) => {
            parts.retain(|name, _| !TEXTS.contains(&name.as_str()));
            parts.values_mut().for_each(without_texts);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_texts),
        _ => {}
    }
}

/// The JSON Schema of a survey's YAML.
pub fn schema() -> String {
    serde_json::to_string_pretty(&schemars::schema_for!(SurveyDocument)).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small survey for tests.
    pub(crate) const SMALL: &str = "format: yakuba-survey/1
key: small
title: 小さな調査
summary: 試すためのものです。
department: planning
audience: residents
anonymity: anonymous
opens: '2026-11-01'
closes: '2026-11-30T17:15'
quotas: [{field: age, at_most: 100}]
small_count_below: 5
form:
  pages:
    - key: one
      title: 質問
      fields:
        - {key: age, type: choice, label: 年代, options: [{value: young, label: 若い}, {value: old, label: 年配}]}
        - {key: hours, type: number, label: 時間, min: 0, max: 24, optional: true}
";

    #[test]
    fn a_survey_is_read_and_written_unchanged() {
        let survey = SurveyDocument::from_yaml(SMALL).unwrap();
        let again = SurveyDocument::from_yaml(&survey.to_yaml().unwrap()).unwrap();
        assert_eq!(survey, again);
        assert_eq!(survey.opens.beginning().to_string(), "2026-10-31T15:00:00Z");
        assert_eq!(survey.closes.end().to_string(), "2026-11-30T08:15:00Z");
        assert_eq!(
            LocalTime::read("2026-11-30").unwrap().end().to_string(),
            "2026-11-30T15:00:00Z"
        );
        assert_eq!(survey.quota_cells().len(), 2);
        assert!(SurveyDocument::from_yaml(&SMALL.replace("2026-11-01", "2027-11-01")).is_err());
        assert!(SurveyDocument::from_yaml(&SMALL.replace("key: small", "key: Small")).is_err());
        assert!(SurveyDocument::from_yaml(&SMALL.replace("key: small", "key: upload")).is_err());
        assert!(LocalTime::read("2026-11-30T17:15:30").is_err());
    }

    #[test]
    fn a_correction_of_texts_asks_the_same_and_a_new_answer_does_not() {
        let survey = SurveyDocument::from_yaml(SMALL).unwrap();
        let mended =
            SurveyDocument::from_yaml(&SMALL.replace("label: 若い", "label: 49歳まで")).unwrap();
        assert!(survey.asks_the_same(&mended));
        let other =
            SurveyDocument::from_yaml(&SMALL.replace("value: old", "value: older")).unwrap();
        assert!(!survey.asks_the_same(&other));
        let open = SurveyDocument::from_yaml(
            &SMALL.replace("small_count_below: 5", "small_count_below: 0"),
        )
        .unwrap();
        assert!(!survey.asks_the_same(&open), "what is hidden is a promise");
    }

    #[test]
    fn the_schema_names_every_setting() {
        let schema = schema();
        for name in ["small_count_below", "quotas", "one_per_person", "at_most"] {
            assert!(schema.contains(name), "{name}");
        }
    }
}
