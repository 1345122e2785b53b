//! How a command ends: well, with something a person must look at, or with a failure in one sentence.

use std::io::Write as _;

use yakuba_city::{CityError, backup::BackupError};

/// A command that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well: exit code 0.
    Done,
    /// Carried out, but a person must look at the result: exit code 3.
    NeedsReview,
}

/// Why a command was not carried out: one sentence with the mend.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct Failure {
    sentence: String,
    code: u8,
}

impl Failure {
    /// A failure of the work itself: exit code 1.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            code: 1,
        }
    }

    /// A command line that cannot be carried out as written: exit code 2.
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            code: 2,
        }
    }

    /// A file that cannot be read or written.
    pub fn file(path: &std::path::Path, cause: &std::io::Error) -> Self {
        Self::new(format!(
            "the file {} cannot be used: {cause}. Check its name and permissions",
            path.display()
        ))
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.code
    }

    /// Writes the sentence to the standard error stream.
    pub fn print(&self) {
        let sentence = self.sentence.trim_end_matches('.');
        // Nobody is left to tell when this fails.
        let _ = writeln!(std::io::stderr(), "yakuba: {sentence}.");
    }
}

impl From<CityError> for Failure {
    fn from(error: CityError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<sea_orm::DbErr> for Failure {
    fn from(error: sea_orm::DbErr) -> Self {
        CityError::from(error).into()
    }
}

impl From<yakuba_addresses::AddressError> for Failure {
    fn from(error: yakuba_addresses::AddressError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<yakuba_mail::MailError> for Failure {
    fn from(error: yakuba_mail::MailError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<yakuba_identity::IdentityError> for Failure {
    fn from(error: yakuba_identity::IdentityError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<yakuba_procedures::ProcedureError> for Failure {
    fn from(error: yakuba_procedures::ProcedureError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<yakuba_booking::BookingError> for Failure {
    fn from(error: yakuba_booking::BookingError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<yakuba_places::PlacesError> for Failure {
    fn from(error: yakuba_places::PlacesError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<yakuba_assets::AssetError> for Failure {
    fn from(error: yakuba_assets::AssetError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<yakuba_disaster::DisasterError> for Failure {
    fn from(error: yakuba_disaster::DisasterError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<yakuba_reports::ReportError> for Failure {
    fn from(error: yakuba_reports::ReportError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<yakuba_surveys::SurveyError> for Failure {
    fn from(error: yakuba_surveys::SurveyError) -> Self {
        Self::new(error.to_string())
    }
}
