//! What can go wrong with addresses.

use yakuba_city::{CityError, web::Problem};
use yakuba_sheets::SheetError;

/// Why a file of addresses is not taken, with what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// It cannot be read as a table.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// Its first row says nothing that is known.
    #[error(
        "its first row has neither the headings of the address base registry (machiaza_id, oaza_cho …) nor latitude, longitude (緯度, 経度) and an address (住所, or 町字 and 番地以下)"
    )]
    Headings,
    /// A row has more cells than there are headings.
    #[error(
        "line {0}: the row has more cells than the header. Give every column a name, or mend the line"
    )]
    Wider(u32),
    /// The positions are not in longitude and latitude of today.
    #[error(
        "line {line}: the coordinate system {system} is none of longitude and latitude of today. Convert the file to JGD2011 (EPSG:6668)"
    )]
    System {
        /// The line of the file.
        line: u32,
        /// What the file calls it.
        system: String,
    },
    /// A position is none in Japan.
    #[error("line {line}: {latitude}, {longitude} is no latitude and longitude in Japan")]
    Position {
        /// The line of the file.
        line: u32,
        /// The latitude as it stands there.
        latitude: String,
        /// The longitude as it stands there.
        longitude: String,
    },
}

/// A failure of the block `addresses`.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// A file is not of a shape that is known, or a row of it makes no sense.
    #[error("the file \"{file}\" cannot be taken: {cause}")]
    File {
        /// The file's name.
        file: String,
        /// What is wrong, and what to do.
        cause: FileProblem,
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
