//! What can go wrong with identities, each with a sentence for the person who must mend it.

use sea_orm::DbErr;
use yakuba_city::{CityError, KeyError, web::Problem};

/// A failure of this crate.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
    /// A mail cannot be written.
    #[error(transparent)]
    Mail(#[from] yakuba_mail::MailError),
    /// The city key cannot be used.
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
    /// A login name has characters that are not allowed.
    #[error(
        "the log-in name \"{0}\" cannot be used: 1 to 64 letters, digits and the signs . _ - @, no blanks"
    )]
    LoginName(String),
    /// A password is too short or too long.
    #[error("a password needs {minimum} to {maximum} characters")]
    PasswordLength {
        /// At least so many characters.
        minimum: usize,
        /// At most so many bytes.
        maximum: usize,
    },
    /// A password is the login name or one of the words everybody tries first.
    #[error("this password is too easy to guess. Choose another")]
    PasswordEasy,
    /// A needed text is empty or too long.
    #[error("{what} must have 1 to 200 characters")]
    Text {
        /// Which text.
        what: &'static str,
    },
    /// Something with the same name or code exists already.
    #[error("{what} \"{name}\" exists already. Choose another name, or change the existing one")]
    Exists {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something named does not exist.
    #[error("there is no {what} \"{name}\". Check the spelling")]
    Unknown {
        /// What it is.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A department would stand below itself.
    #[error("the department \"{0}\" cannot stand below itself. Choose another one above it")]
    DepartmentCircle(String),
    /// The last day is before the first.
    #[error("the last day is before the first. Correct the days")]
    Days,
    /// No administrator would be left.
    #[error(
        "this is the last account that may administer the whole city. Give another account the role first"
    )]
    LastAdministrator,
    /// What was begun was not finished in time, or was finished before.
    #[error("this step has expired. Begin again")]
    Expired,
    /// The passkey was not accepted.
    #[error("the passkey was not accepted. Try again, or sign in with your password")]
    Passkey(String),
    /// The other provider's answer was not accepted.
    #[error(
        "the sign-in at the other provider did not succeed. Try again, or ask your administrator"
    )]
    Provider(String),
    /// A password could not be hashed.
    #[error("the password could not be processed. Please report this as a bug")]
    Hashing,
    /// A personnel file cannot be used.
    #[error(transparent)]
    Personnel(#[from] crate::model::personnel::PersonnelError),
}

impl From<DbErr> for IdentityError {
    fn from(error: DbErr) -> Self {
        Self::City(CityError::from(error))
    }
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::City(error) => Self::from(error),
            IdentityError::Mail(error) => Self::from(error),
            IdentityError::Key(_) | IdentityError::Setting { .. } | IdentityError::Hashing => {
                Self::internal(&error)
            }
            IdentityError::Exists { .. }
            | IdentityError::LastAdministrator
            | IdentityError::DepartmentCircle(_) => Self::Conflict(error.to_string()),
            IdentityError::Unknown { .. } => Self::NotFound,
            _ => Self::BadRequest(error.to_string()),
        }
    }
}
