//! What can go wrong with surveys, each with a sentence for the person who must mend it.

use yakuba_city::{CityError, KeyError, web::Problem};

/// A failure of the service `surveys`.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// There is no such survey.
    #[error("there is no survey \"{0}\". Look for it in the list of surveys")]
    NoSuchSurvey(String),
    /// A key holds characters that addresses cannot.
    #[error("the key \"{0}\" may hold only letters a–z, digits and hyphens, at most 50 of them")]
    BadKey(String),
    /// The file cannot be read as a survey.
    #[error("the file is not a survey: {0}. Compare it with the schema")]
    BadFile(String),
    /// A time cannot be read.
    #[error("\"{0}\" is neither a day (2026-11-01) nor a moment to the minute (2026-11-01T09:00)")]
    BadTime(String),
    /// Somebody else saved in between.
    #[error(
        "somebody else has changed this in the meantime. Reload the page and enter your change again"
    )]
    ChangedMeanwhile,
    /// The step is not allowed in the present state.
    #[error("this step is not possible now: {0}. Reload the page to see the present state")]
    WrongState(&'static str),
    /// Once open, only texts may be corrected.
    #[error(
        "the survey is open: its questions and answers can no longer change. Copy it under another key"
    )]
    Frozen,
    /// Findings that must be mended before it can open.
    #[error("{0} things must be mended before the survey can open. Check it and mend them")]
    MustBeMended(usize),
    /// The closing time lies in the past, or before the opening.
    #[error("the survey cannot close at {0}: choose a later time")]
    ClosesTooEarly(String),
    /// Answers are not taken now.
    #[error("the survey is not open")]
    NotOpen,
    /// As many answers as wanted have come.
    #[error("the survey has as many answers as it takes")]
    Full,
    /// As many with this answer as wanted have come; the question and the answer.
    #[error("enough answers of this group have come ({0} {1})")]
    GroupFull(String, String),
    /// This person has answered.
    #[error("this person has answered the survey")]
    AnsweredAlready,
    /// A stored document or answer could not be read back.
    #[error("a stored survey cannot be read: {0}. Restore a backup or report this as a bug")]
    Stored(#[from] serde_json::Error),
    /// Something could not be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] KeyError),
    /// A table could not be written.
    #[error(transparent)]
    Sheet(#[from] yakuba_sheets::WriteError),
    /// An account or a code could not be looked up.
    #[error(transparent)]
    Identity(#[from] yakuba_identity::IdentityError),
    /// A value is not what the kernel takes.
    #[error(transparent)]
    Value(#[from] yakuba_kernel::ValueError),
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
}

impl From<sea_orm::DbErr> for SurveyError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::City(error.into())
    }
}

impl From<SurveyError> for Problem {
    fn from(error: SurveyError) -> Self {
        match error {
            SurveyError::NoSuchSurvey(_) => Self::NotFound,
            SurveyError::BadKey(_)
            | SurveyError::BadFile(_)
            | SurveyError::BadTime(_)
            | SurveyError::Frozen
            | SurveyError::ClosesTooEarly(_)
            | SurveyError::MustBeMended(_) => Self::BadRequest(error.to_string()),
            SurveyError::ChangedMeanwhile
            | SurveyError::WrongState(_)
            | SurveyError::NotOpen
            | SurveyError::Full
            | SurveyError::GroupFull(..)
            | SurveyError::AnsweredAlready => Self::Conflict(error.to_string()),
            SurveyError::Stored(_)
            | SurveyError::Sealing(_)
            | SurveyError::Sheet(_)
            | SurveyError::Identity(_)
            | SurveyError::Value(_)
            | SurveyError::City(_) => Self::internal(&error),
        }
    }
}
