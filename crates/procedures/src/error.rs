//! What can go wrong with procedures, each with a sentence for the person who must mend it.

use yakuba_city::{CityError, KeyError, web::Problem};

use crate::model::inventory::EntryProblem;

/// A failure of the service `procedures`.
#[derive(Debug, thiserror::Error)]
pub enum ProcedureError {
    /// There is no such procedure, or it is not live.
    #[error("there is no procedure \"{0}\" to apply for. Look for it in the list of procedures")]
    NoSuchProcedure(String),
    /// A key holds characters that addresses cannot.
    #[error("the key \"{0}\" may hold only letters a–z, digits and hyphens, at most 60 of them")]
    BadKey(String),
    /// The file cannot be read as a procedure.
    #[error("the file is not a procedure: {0}. Compare it with the schema")]
    BadFile(String),
    /// The file is no YAML, or not that of a procedure.
    #[error("the file is not a procedure: {cause}. Compare it with the schema")]
    BadYaml {
        /// The line where it cannot be read, from 1.
        line: u64,
        /// The column there, from 1.
        column: u64,
        /// Why, in one line of English.
        summary: String,
        /// Why, in English, with the lines around it.
        cause: String,
    },
    /// A decision while answers are missing.
    #[error(
        "answers are missing. Ask for them, or enter them; a refusal is possible once the day for the answer is over"
    )]
    Gaps,
    /// An approval before everybody has agreed.
    #[error(
        "not everybody who applies together has agreed yet. Wait for them, or note who has signed on paper"
    )]
    NotAllAgreed,
    /// A letter with characters that no font has, for several cases at once.
    #[error("the letter has characters that cannot be printed. Decide the case by itself")]
    Unprintable,
    /// Somebody who applies together with others has no address of their own.
    #[error(
        "this e-mail address is the applicant's or another co-applicant's. Each person needs one of their own"
    )]
    AddressTaken,
    /// A table of postal codes cannot be brought in.
    #[error("the postal codes cannot be brought in: {0}")]
    PostalCodes(String),
    /// Somebody else saved in between.
    #[error(
        "somebody else has changed this in the meantime. Reload the page and enter your change again"
    )]
    ChangedMeanwhile,
    /// The step is not allowed in the present state.
    #[error("this step is not possible now: {0}. Reload the page to see the present state")]
    WrongState(&'static str),
    /// The procedure lets others take this step.
    #[error(
        "this step of the procedure is taken by others. Ask them: the page of the case names them"
    )]
    NotTheirStep,
    /// A live version may not begin before today.
    #[error("a version cannot be live from {0}: choose today or a later day")]
    LiveTooEarly(jiff::civil::Date),
    /// Another version goes live on the same day.
    #[error("another version goes live on {0} already. Choose another day")]
    LiveTwice(jiff::civil::Date),
    /// A stored document could not be read back.
    #[error("a stored procedure cannot be read: {0}. Restore a backup or report this as a bug")]
    Stored(#[from] serde_json::Error),
    /// There is no such case.
    #[error("there is no such application. Check the receipt number")]
    NoSuchCase,
    /// The retention period is over.
    #[error("the records of this application were disposed of after their retention period")]
    Disposed,
    /// There is no such draft, or its time is over.
    #[error("what was entered is no longer kept. Begin again")]
    NoSuchDraft,
    /// A refusal without a reason.
    #[error(
        "give the reason: a decision other than the one applied for needs it (Administrative Procedure Act Art. 8)"
    )]
    ReasonMissing,
    /// A stored value could not be read back.
    #[error(
        "a stored value of a case cannot be read: {0}. Restore a backup or report this as a bug"
    )]
    StoredValue(String),
    /// Something could not be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] KeyError),
    /// An entry of the inventory cannot stand as it is.
    #[error("the entry of the inventory cannot be kept: {0:?}. Correct it and try again")]
    Inventory(EntryProblem),
    /// The form has findings that must be mended before it can go live.
    #[error("{0} things in the form must be mended before it can go live. Check it and mend them")]
    MustBeMended(usize),
    /// The inventory has no such entry.
    #[error("the inventory has no entry \"{0}\". Look for it in the list")]
    NoSuchEntry(String),
    /// The time that was chosen has gone to somebody else.
    #[error("the time that was chosen is no longer free. Choose another one")]
    SlotTaken,
    /// A mail could not be written.
    #[error(transparent)]
    Mail(#[from] yakuba_mail::MailError),
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
}

impl From<sea_orm::DbErr> for ProcedureError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::City(error.into())
    }
}

impl From<ProcedureError> for Problem {
    fn from(error: ProcedureError) -> Self {
        match error {
            ProcedureError::NoSuchProcedure(_)
            | ProcedureError::NoSuchCase
            | ProcedureError::NoSuchDraft
            | ProcedureError::NoSuchEntry(_) => Self::NotFound,
            ProcedureError::BadKey(_)
            | ProcedureError::BadFile(_)
            | ProcedureError::BadYaml { .. }
            | ProcedureError::PostalCodes(_)
            | ProcedureError::LiveTooEarly(_)
            | ProcedureError::Inventory(_)
            | ProcedureError::MustBeMended(_)
            | ProcedureError::ReasonMissing => Self::BadRequest(error.to_string()),
            ProcedureError::NotTheirStep => Self::NotAllowed,
            ProcedureError::ChangedMeanwhile
            | ProcedureError::WrongState(_)
            | ProcedureError::LiveTwice(_)
            | ProcedureError::Gaps
            | ProcedureError::NotAllAgreed
            | ProcedureError::Unprintable
            | ProcedureError::AddressTaken
            | ProcedureError::SlotTaken
            | ProcedureError::Disposed => Self::Conflict(error.to_string()),
            ProcedureError::Stored(_)
            | ProcedureError::StoredValue(_)
            | ProcedureError::Sealing(_)
            | ProcedureError::Mail(_)
            | ProcedureError::City(_) => Self::internal(&error),
        }
    }
}

impl ProcedureError {
    /// As the city tells of it where it asks the services.
    pub(crate) fn into_city(self) -> CityError {
        match self {
            Self::City(error) => error,
            other => CityError::Stored {
                what: "application",
                cause: other.to_string(),
            },
        }
    }
}
