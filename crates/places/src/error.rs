//! What can go wrong with the catalogue, each with a sentence for the person who must mend it.

use yakuba_city::{CityError, web::Problem};

use crate::model::content::ContentError;

/// A failure of the service `places`.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// There is no such dataset.
    #[error("there is no dataset \"{0}\". See the list of datasets")]
    NoSuchDataset(String),
    /// The dataset has no such file.
    #[error("the dataset has no file with the number {0}. See its page")]
    NoSuchFile(i64),
    /// A key holds characters that addresses cannot, or is taken by the catalogue itself.
    #[error(
        "the key \"{0}\" may hold only letters a–z, digits, hyphens and low lines, at most 60 of them"
    )]
    BadKey(String),
    /// The key is taken.
    #[error("there is a dataset \"{0}\" already. Choose another key")]
    KeyTaken(String),
    /// The document cannot be read.
    #[error("the file is not a dataset: {0}. Compare it with content/opendata")]
    BadFile(String),
    /// Somebody else saved in between.
    #[error(
        "somebody else has changed this in the meantime. Reload the page and enter your change again"
    )]
    ChangedMeanwhile,
    /// There is no such layer.
    #[error("there is no layer \"{0}\". See the list of layers")]
    NoSuchLayer(String),
    /// A layer cannot be as described.
    #[error("the layer cannot be used: {0}. Compare it with content/map and docs/maps.md")]
    BadLayer(#[from] crate::model::map::layer::LayerProblem),
    /// The features of a layer cannot be taken.
    #[error(transparent)]
    Features(#[from] crate::model::map::package::FeatureError),
    /// A tile could not be written.
    #[error("a tile could not be written: {0}. Report this as a bug")]
    Tile(#[from] geozero::error::GeozeroError),
    /// What a dataset is made from is not there, or it is made from nothing.
    #[error(
        "the dataset is not made from the city's records, or its source \"{0}\" is gone. See `yakuba opendata sources`"
    )]
    NoSource(String),
    /// Nothing can be published without a file.
    #[error("the dataset has no file. Add one before publishing")]
    NoFile,
    /// A file cannot be taken.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A stored document or table could not be read back.
    #[error("a stored dataset cannot be read: {0}. Restore a backup or report this as a bug")]
    Stored(#[from] serde_json::Error),
    /// Contents were taken away while they were read.
    #[error(
        "the contents of this version were taken away while they were read. Take a newer version"
    )]
    Gone,
    /// A piece of a stored table could not be read back.
    #[error(transparent)]
    Piece(#[from] crate::model::segment::BrokenPiece),
    /// A table could not be written as Parquet.
    #[error("the table could not be written as Parquet: {0}. Report this as a bug")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A table could not be written.
    #[error(transparent)]
    Sheet(#[from] yakuba_sheets::WriteError),
    /// The addresses cannot be read.
    #[error(transparent)]
    Addresses(#[from] yakuba_addresses::AddressError),
    /// A value is not what the kernel takes.
    #[error(transparent)]
    Value(#[from] yakuba_kernel::ValueError),
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
}

impl From<sea_orm::DbErr> for PlacesError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::City(error.into())
    }
}

impl From<PlacesError> for Problem {
    fn from(error: PlacesError) -> Self {
        match error {
            PlacesError::NoSuchDataset(_)
            | PlacesError::NoSuchFile(_)
            | PlacesError::NoSuchLayer(_)
            | PlacesError::Gone => Self::NotFound,
            PlacesError::BadKey(_)
            | PlacesError::BadFile(_)
            | PlacesError::BadLayer(_)
            | PlacesError::NoSource(_)
            | PlacesError::Features(_)
            | PlacesError::Content(_) => Self::BadRequest(error.to_string()),
            PlacesError::KeyTaken(_) | PlacesError::ChangedMeanwhile | PlacesError::NoFile => {
                Self::Conflict(error.to_string())
            }
            PlacesError::Stored(_)
            | PlacesError::Piece(_)
            | PlacesError::Tile(_)
            | PlacesError::Parquet(_)
            | PlacesError::Sheet(_)
            | PlacesError::Addresses(_)
            | PlacesError::Value(_)
            | PlacesError::City(_) => Self::internal(&error),
        }
    }
}
