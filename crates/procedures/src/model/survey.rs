//! A survey as a file: who is asked, when, and its form. The shape of its YAML.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_forms::model::document::{FormDocument, Text};

use crate::error::ProcedureError;

/// The format of surveys that this version writes and reads.
pub const SURVEY_FORMAT: &str = "yakuba-survey/1";

/// A whole survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyDocument {
    /// Always `yakuba-survey/1`.
    pub format: String,
    /// Its lasting key in addresses: letters a–z, digits and hyphens, at most 60.
    pub key: String,
    /// What it is called.
    pub title: Text,
    /// What it is for and what happens with the answers, in a sentence or two.
    pub summary: Text,
    /// Who is asked.
    pub audience: Audience,
    /// Whether it is known who has answered.
    pub anonymity: Anonymity,
    /// The first day on which it can be answered.
    #[schemars(with = "String")]
    pub opens: Date,
    /// The last day.
    #[schemars(with = "String")]
    pub closes: Date,
    /// It closes earlier when so many have answered; none: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u32>,
    /// Counts from 1 to below this are not shown, so that nobody can be recognised; 0 or 1: every count is shown.
    pub small_count_below: u32,
    /// What is asked. It has no fees and no personal data.
    pub form: FormDocument,
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

impl SurveyDocument {
    /// Reads a survey from YAML (or JSON, which is YAML).
    ///
    /// # Errors
    /// [`ProcedureError::BadFile`] with line and reason, also when it closes before it opens; [`ProcedureError::BadKey`].
    pub fn from_yaml(text: &str) -> Result<Self, ProcedureError> {
        let document: Self = serde_saphyr::from_str(text)
            .map_err(|error| ProcedureError::BadFile(error.to_string()))?;
        if document.format != SURVEY_FORMAT {
            return Err(ProcedureError::BadFile(format!(
                "its format is {:?}, but this version reads {SURVEY_FORMAT:?}",
                document.format
            )));
        }
        if document.closes < document.opens {
            return Err(ProcedureError::BadFile(format!(
                "it closes on {}, before it opens on {}",
                document.closes, document.opens
            )));
        }
        let well_formed = !document.key.is_empty()
            && document.key.len() <= 60
            && document
                .key
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if !well_formed {
            return Err(ProcedureError::BadKey(document.key));
        }
        Ok(document)
    }

    /// The survey as YAML, which [`SurveyDocument::from_yaml`] reads back unchanged.
    ///
    /// # Errors
    /// [`ProcedureError::BadFile`] when it cannot be written, which no document is known to cause.
    pub fn to_yaml(&self) -> Result<String, ProcedureError> {
        serde_saphyr::to_string(self).map_err(|error| ProcedureError::BadFile(error.to_string()))
    }
}
