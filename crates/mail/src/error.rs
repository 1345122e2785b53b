//! What can go wrong with mail.

use sea_orm::DbErr;
use yakuba_city::{CityError, KeyError, web::Problem};

/// A failure of this crate. None of its sentences names an address.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
    /// A waiting mail cannot be opened.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A setting of the environment cannot be understood.
    #[error("the setting {name} cannot be used: {cause}")]
    Setting {
        /// Its name.
        name: &'static str,
        /// Why not, with the mend.
        cause: String,
    },
    /// A text is no mail address.
    #[error("this is no mail address. Write it like name@example.jp")]
    Address,
    /// A mail cannot be put together.
    #[error("the mail cannot be written: {0}. Please report this as a bug")]
    Form(String),
    /// The mail server did not take a mail.
    #[error(
        "the mail server did not take the mail ({0}). Check YAKUBA_SMTP_URL, and the server's log"
    )]
    Refused(String),
}

impl From<DbErr> for MailError {
    fn from(error: DbErr) -> Self {
        Self::City(CityError::from(error))
    }
}

impl From<MailError> for Problem {
    fn from(error: MailError) -> Self {
        match error {
            MailError::City(error) => Self::from(error),
            MailError::Address => Self::BadRequest(error.to_string()),
            _ => Self::internal(&error),
        }
    }
}
