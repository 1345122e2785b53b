//! What can go wrong with addresses.

use yakuba_city::{CityError, web::Problem};

/// A failure of the block `addresses`.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// A file is not of a shape that is known, or a row of it makes no sense.
    #[error("the file \"{file}\" cannot be taken: {cause}")]
    File {
        /// The file's name.
        file: String,
        /// What is wrong, and what to do.
        cause: String,
    },
    /// The files together hold no address with a position.
    #[error(
        "the files hold no address with a position. Give the table of addresses together with the table of positions (_pos)"
    )]
    Empty,
    /// Taking the files in would take away most of what there is.
    #[error(
        "{municipality} has {before} addresses of this kind, and the files hold only {after}. Take whole files, or add --anyway"
    )]
    Fewer {
        /// The municipality's code.
        municipality: String,
        /// How many there are.
        before: i64,
        /// How many there would be.
        after: usize,
    },
    /// The city's database did not do what it was asked.
    #[error(transparent)]
    City(#[from] CityError),
    /// The database did not answer.
    #[error("the database did not answer: {0}")]
    Database(#[from] sea_orm::DbErr),
}

impl From<AddressError> for Problem {
    fn from(error: AddressError) -> Self {
        Self::internal(&error)
    }
}
