//! What can go wrong, each with a sentence for the person who must mend it.

use yakuba_city::{CityError, web::Problem};
use yakuba_kernel::ValueError;
use yakuba_sheets::SheetError;

/// A failure of the service `disaster`.
#[derive(Debug, thiserror::Error)]
pub enum DisasterError {
    /// There is no such disaster, shelter or closure.
    #[error("there is no such disaster, shelter or road. See the list")]
    NotThere,
    /// Somebody else saved in between.
    #[error(
        "somebody else has changed this in the meantime. Reload the page and enter your change again"
    )]
    ChangedMeanwhile,
    /// What is to be changed is over.
    #[error("this is over already. Reload the page to see how it stands")]
    Over,
    /// A table of shelters lacks a column.
    #[error(
        "the table has no column \"{0}\". Use the columns of the national dataset of places of refuge (指定緊急避難場所一覧)"
    )]
    NoColumn(&'static str),
    /// A row of a table of shelters cannot be used.
    #[error(
        "line {line}: {column} cannot be \"{value}\". Mend it and bring the table in again; nothing was brought in"
    )]
    BadRow {
        /// The line of the file.
        line: u32,
        /// The column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// A table cannot be read.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// A value is not what the kernel takes.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// A stored document could not be read back.
    #[error(
        "stored corners of a road cannot be read: {0}. Restore a backup or report this as a bug"
    )]
    Stored(#[from] serde_json::Error),
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
    /// An account or a department could not be looked up.
    #[error(transparent)]
    Identity(#[from] yakuba_identity::IdentityError),
}

impl From<sea_orm::DbErr> for DisasterError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::City(error.into())
    }
}

impl From<DisasterError> for Problem {
    fn from(error: DisasterError) -> Self {
        match error {
            DisasterError::NotThere => Self::NotFound,
            DisasterError::ChangedMeanwhile | DisasterError::Over => {
                Self::Conflict(error.to_string())
            }
            DisasterError::NoColumn(_)
            | DisasterError::BadRow { .. }
            | DisasterError::Sheet(_)
            | DisasterError::Value(_) => Self::BadRequest(error.to_string()),
            DisasterError::Stored(_) | DisasterError::City(_) | DisasterError::Identity(_) => {
                Self::internal(&error)
            }
        }
    }
}
