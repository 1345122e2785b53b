//! What can go wrong with a plan, each with a sentence for the person who must mend it.

use yakuba_city::CityError;

/// A failure of the service `plan`.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is no such plan.
    #[error("there is no plan \"{0}\". `yakuba plan list` shows the plans there are")]
    NoSuchPlan(String),
    /// There is no such initiative, indicator or figure in the plan.
    #[error("the plan has no part \"{0}\". Reload the page: it may have been removed")]
    NoSuchPart(String),
    /// There is no account with this log-in name.
    #[error("there is no member of staff with the log-in name \"{0}\". Make the account first")]
    NoSuchPerson(String),
    /// A key holds characters that addresses cannot.
    #[error(
        "the key \"{0}\" may hold only letters a–z, digits, hyphens, underscores and dots, at most 60 of them"
    )]
    BadKey(String),
    /// The file is not in the format this version reads.
    #[error("the file says its format is \"{0}\", but this version reads \"yakuba-plan/1\"")]
    UnknownFormat(String),
    /// Two figures stand for the same indicator, kind and year.
    #[error(
        "{indicator} has two figures for the same year and kind ({figure}). Remove one of them"
    )]
    FigureTwice {
        /// The indicator's name.
        indicator: String,
        /// Kind and year.
        figure: String,
    },
    /// Somebody else saved in between.
    #[error(
        "somebody else has changed this in the meantime. Reload the page and enter your change again"
    )]
    ChangedMeanwhile,
    /// The step is not allowed in the present state.
    #[error("this step is not possible now: {0}. Reload the page to see the present state")]
    WrongState(&'static str),
    /// Something still refers to what is to be removed.
    #[error(
        "it cannot be removed because reviews, tasks or records belong to it. End it (complete, merge or suspend) instead"
    )]
    InUse,
    /// A needed text is missing; the name of the field.
    #[error("the field {0} must not be empty")]
    Empty(&'static str),
    /// The user may not do this in this department.
    #[error("your role does not allow this for this department. Ask the DX office")]
    NotAllowed,
    /// A stored document could not be read back.
    #[error("a stored plan cannot be read: {0}. Restore a backup or report this as a bug")]
    Stored(#[from] serde_json::Error),
    /// A mail could not be written.
    #[error(transparent)]
    Mail(#[from] yakuba_mail::MailError),
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
}

impl From<sea_orm::DbErr> for PlanError {
    fn from(error: sea_orm::DbErr) -> Self {
        if yakuba_city::sql::is_foreign_key_violation(&error) {
            return Self::InUse;
        }
        Self::City(CityError::from(error))
    }
}

impl From<PlanError> for yakuba_city::web::Problem {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::NoSuchPlan(_) | PlanError::NoSuchPart(_) => Self::NotFound,
            PlanError::ChangedMeanwhile | PlanError::WrongState(_) | PlanError::InUse => {
                Self::Conflict(error.to_string())
            }
            PlanError::NotAllowed => Self::NotAllowed,
            PlanError::City(_) | PlanError::Stored(_) | PlanError::Mail(_) => {
                Self::internal(&error)
            }
            _ => Self::BadRequest(error.to_string()),
        }
    }
}
