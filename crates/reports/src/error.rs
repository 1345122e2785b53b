//! What can go wrong with reports, each with a sentence for the person who must mend it.

use yakuba_city::{CityError, KeyError, web::Problem};
use yakuba_forms::files::Refusal;
use yakuba_kernel::ValueError;

use crate::{detector::DetectorError, model::state::State};

/// A failure of the service `reports`.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no such report.
    #[error("there is no such report. See the list of reports")]
    NoSuchReport,
    /// The file of categories cannot be read.
    #[error(
        "the file is not a list of report categories: {0}. Compare it with content/reports/categories.yaml"
    )]
    BadFile(String),
    /// Nothing was brought in yet, or the category is gone.
    #[error("there is no category \"{0}\" to report in. Bring one in with `yakuba reports import`")]
    NoSuchCategory(String),
    /// Somebody else saved in between.
    #[error(
        "somebody else has changed this in the meantime. Reload the page and enter your change again"
    )]
    ChangedMeanwhile,
    /// The step is not allowed in the present state.
    #[error("a report that is {from} cannot become {to}. Reload the page to see the present state")]
    WrongState {
        /// The present state.
        from: State,
        /// The state asked for.
        to: State,
    },
    /// A step without a text that it needs.
    #[error("write for the public why nothing is done")]
    NoReason,
    /// A report forwarded to nobody.
    #[error("choose the authority that it is forwarded to")]
    NoAuthority,
    /// Merging needs another report that is not itself merged.
    #[error("choose another report that is not merged itself")]
    CannotMerge,
    /// Somebody gets a report who does not belong to its department.
    #[error("choose somebody of the department that the report belongs to")]
    NoColleague,
    /// What a crew was to do is not the department's any more.
    #[error("this is not due here any more. Ask the department that it belongs to now")]
    NoSuchErrand,
    /// The board of a disaster that is over is only read.
    #[error("the disaster is over. Answer the report in the inbox of its department")]
    DisasterOver,
    /// Only a report that is called fixed can be contested, and once.
    #[error("the report is not called fixed, or was contested before")]
    CannotContest,
    /// One address is told of so many things already.
    #[error(
        "this address has the most alerts that are kept. End one of them first, by the link in its mails"
    )]
    TooManyAlerts,
    /// A picture cannot be painted on.
    #[error("a picture of a report cannot be read ({0:?}). Add it again at the desk")]
    BadPicture(Refusal),
    /// A program that looks for faces did not say what it found.
    #[error(transparent)]
    Detector(#[from] DetectorError),
    /// A stored document or text could not be read back.
    #[error("a stored report cannot be read: {0}. Restore a backup or report this as a bug")]
    Stored(#[from] serde_json::Error),
    /// Something could not be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] KeyError),
    /// A table could not be written.
    #[error(transparent)]
    Sheet(#[from] yakuba_sheets::WriteError),
    /// A mail could not be written.
    #[error(transparent)]
    Mail(#[from] yakuba_mail::MailError),
    /// An account or a code could not be looked up.
    #[error(transparent)]
    Identity(#[from] yakuba_identity::IdentityError),
    /// A value is not what the kernel takes.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
}

impl From<sea_orm::DbErr> for ReportError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::City(error.into())
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NoSuchReport => Self::NotFound,
            ReportError::BadFile(_)
            | ReportError::NoSuchCategory(_)
            | ReportError::NoReason
            | ReportError::NoAuthority
            | ReportError::NoColleague
            | ReportError::Value(ValueError::Point(_)) => Self::BadRequest(error.to_string()),
            ReportError::ChangedMeanwhile
            | ReportError::WrongState { .. }
            | ReportError::CannotMerge
            | ReportError::DisasterOver
            | ReportError::NoSuchErrand
            | ReportError::CannotContest
            | ReportError::TooManyAlerts => Self::Conflict(error.to_string()),
            ReportError::BadPicture(_)
            | ReportError::Detector(_)
            | ReportError::Stored(_)
            | ReportError::Sealing(_)
            | ReportError::Sheet(_)
            | ReportError::Mail(_)
            | ReportError::Identity(_)
            | ReportError::Value(_)
            | ReportError::City(_) => Self::internal(&error),
        }
    }
}
