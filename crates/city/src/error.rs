//! What can go wrong with a city, each with a sentence for the person who must mend it.

use sea_orm::DbErr;
use yakuba_kernel::MeasureName;

/// A failure of the city's own machinery.
#[derive(Debug, thiserror::Error)]
pub enum CityError {
    /// The database refused or did not answer.
    #[error(
        "the database did not carry out the request: {0}. Check that it is running and that its disk is not full"
    )]
    Database(#[from] DbErr),
    /// The city key cannot be used.
    #[error(transparent)]
    Key(#[from] crate::key::KeyError),
    /// The data directory cannot be used.
    #[error(
        "the data directory {path} cannot be used: {cause}. Choose another with --data or mend its permissions"
    )]
    DataDirectory {
        /// The directory.
        path: String,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The database address is of no kind Yakuba knows.
    #[error("the database address must begin with sqlite: or postgres:, but it is \"{0}\"")]
    DatabaseUrl(String),
    /// The PostgreSQL schema name has characters that are not allowed.
    #[error(
        "the schema name \"{0}\" may hold only small letters, digits and underscores, and must begin with a letter"
    )]
    SchemaName(String),
    /// A fact names a measure that no service declares and no administrator registered.
    #[error(
        "the measure \"{0}\" is not declared. Register it first (yakuba measure add, or 管理 → 計測項目)"
    )]
    UnknownMeasure(MeasureName),
    /// Two services declare the same measure.
    #[error("the measure \"{0}\" is declared twice; measure names must be unique")]
    MeasureTwice(MeasureName),
    /// A sum of facts left the range of a quantity.
    #[error("the quantity is too large to be added up. Check the fact's quantity and unit")]
    QuantityOverflow,
    /// A stored value could not be read back.
    #[error(
        "a stored value of {what} cannot be read: {cause}. Restore a backup or report this as a bug"
    )]
    Stored {
        /// Which value.
        what: &'static str,
        /// Why not.
        cause: String,
    },
    /// A fact with the same idempotency key but other contents was recorded before.
    #[error(
        "a different fact was already recorded under the key \"{0}\". Use a new key for a new fact"
    )]
    IdempotencyConflict(String),
    /// The fact to be corrected does not exist or was corrected before.
    #[error(
        "the fact to be corrected does not exist or was corrected before. Reload and choose the newest one"
    )]
    NotCorrectable,
    /// The city is shutting down and takes no more writes.
    #[error("the service is stopping and takes no more changes. Try again in a minute")]
    Stopping,
    /// The database could not be reached.
    #[error("the database cannot be reached. Check that it is running, and try again in a minute")]
    Unreachable,
    /// The database stopped after a change was committed and before it was safe.
    #[error(
        "the database stopped while the change was being kept, so it may be there or not. Look first, and make it again if it is missing"
    )]
    OutcomeUnknown,
    /// A write panicked; its changes were rolled back.
    #[error("the change failed inside the program and was undone. Please report this as a bug")]
    Panicked,
}
