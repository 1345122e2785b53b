//! The parameters of public addresses.

use axum::extract::{Query, rejection::QueryRejection};
pub(super) use yakuba_city::web::Answer;
use yakuba_city::web::Problem;

/// The parameters asked for.
///
/// # Errors
/// [`Problem::BadRequest`] when they cannot be read.
pub(super) fn asked<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    match query {
        Ok(Query(query)) => Ok(query),
        Err(error) => Err(Problem::BadRequest(error.body_text())),
    }
}

/// A parameter that was filled in; a form sends its empty fields too.
pub(super) fn filled(value: Option<&String>) -> Option<&str> {
    value
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
}
