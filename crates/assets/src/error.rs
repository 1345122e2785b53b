//! What can go wrong with assets, each with a sentence for the person who must mend it.

use yakuba_city::{CityError, KeyError, web::Problem};
use yakuba_kernel::ValueError;

use crate::model::{broker::BrokerProblem, state::State};

/// A failure of the service `assets`.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// There is no such asset.
    #[error("there is no such asset. See the list of assets")]
    NoSuchAsset,
    /// There is no such kind.
    #[error(
        "there is no kind of asset \"{0}\". See `yakuba assets kinds list`, or bring it in with `yakuba assets kinds import`"
    )]
    NoSuchKind(String),
    /// A kind belongs to a department that the city does not have.
    #[error(
        "the kind {kind} belongs to the department \"{department}\", which this city does not have. Write one of these codes: {known}"
    )]
    NoSuchDepartment {
        /// The kind.
        kind: String,
        /// The department that it names.
        department: String,
        /// The codes of the city's departments, with their names.
        known: String,
    },
    /// The file of a kind cannot be read.
    #[error("the file is no kind of asset: {0}. Compare it with the files in content/assets/kinds")]
    BadFile(String),
    /// A table of assets has mistakes; nothing was brought in.
    #[error("{} cells must be mended; nothing was brought in:\n{}", .0.len(), .0.join("\n"))]
    BadTable(Vec<String>),
    /// Somebody else saved in between.
    #[error(
        "somebody else has changed this in the meantime. Reload the page and enter your change again"
    )]
    ChangedMeanwhile,
    /// Another asset of the kind has the number.
    #[error("another asset of this kind has the number {0}. Choose another number")]
    NumberTaken(String),
    /// The step is not allowed in the present state.
    #[error("an asset that is {from} cannot become {to}. Reload the page to see the present state")]
    WrongState {
        /// The present state.
        from: State,
        /// The state asked for.
        to: State,
    },
    /// Something that needs the asset in service, or the kind to have telemetry.
    #[error(
        "devices of this kind do not report themselves. Describe `telemetry` in the kind's file first"
    )]
    NoTelemetry,
    /// The MQTT broker cannot be used as it was described.
    #[error("the broker cannot be used: {0}")]
    Broker(#[from] BrokerProblem),
    /// The asset has as many files as it may have.
    #[error("an asset has at most 50 files. Remove one first")]
    TooManyFiles,
    /// A file that cannot be read as a table.
    #[error(transparent)]
    Sheet(#[from] yakuba_sheets::SheetError),
    /// A table could not be written.
    #[error(transparent)]
    Write(#[from] yakuba_sheets::WriteError),
    /// A stored document or text could not be read back.
    #[error("a stored asset cannot be read: {0}. Restore a backup or report this as a bug")]
    Stored(#[from] serde_json::Error),
    /// The city's key is missing.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A mail could not be written.
    #[error(transparent)]
    Mail(#[from] yakuba_mail::MailError),
    /// An account could not be looked up.
    #[error(transparent)]
    Identity(#[from] yakuba_identity::IdentityError),
    /// A value is not what the kernel takes.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
}

impl From<sea_orm::DbErr> for AssetError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::City(error.into())
    }
}

impl From<AssetError> for Problem {
    fn from(error: AssetError) -> Self {
        match error {
            AssetError::NoSuchAsset => Self::NotFound,
            AssetError::NoSuchKind(_)
            | AssetError::NoSuchDepartment { .. }
            | AssetError::BadFile(_)
            | AssetError::BadTable(_)
            | AssetError::Value(ValueError::Point(_))
            | AssetError::Sheet(_) => Self::BadRequest(error.to_string()),
            AssetError::ChangedMeanwhile
            | AssetError::NumberTaken(_)
            | AssetError::WrongState { .. }
            | AssetError::TooManyFiles
            | AssetError::NoTelemetry => Self::Conflict(error.to_string()),
            AssetError::Broker(_)
            | AssetError::Write(_)
            | AssetError::Stored(_)
            | AssetError::Key(_)
            | AssetError::Mail(_)
            | AssetError::Identity(_)
            | AssetError::Value(_)
            | AssetError::City(_) => Self::internal(&error),
        }
    }
}
