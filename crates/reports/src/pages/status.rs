//! Finding one's own report by its number. The number never stands in an address.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use yakuba_city::web::Problem;
use yakuba_identity::Receipt;
use yakuba_ui::{ErrorSummary, Fields, FormErrors, Page, TextField, Words};

use super::{
    asked::{Asked, private},
    href,
};
use crate::store;

#[derive(Template)]
#[template(path = "public/status.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    number: TextField,
}

/// The input for the number.
pub(super) fn number_field(asked: &Asked, errors: &FormErrors) -> TextField {
    TextField::new(asked.language, "number", asked.t("reports-number"))
        .support(asked.t("reports-number-support"))
        .width(24)
        .required()
        .errors(errors)
}

fn shown(asked: &Asked, errors: &FormErrors) -> Response {
    let body = Body {
        words: asked.words,
        errors: errors.summary(asked.language),
        number: number_field(asked, errors),
    };
    let page = Page::public(asked.shell.clone(), asked.t("reports-status-title"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .narrow()
        .with_errors(!errors.is_empty());
    private(page)
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    Ok(shown(&asked, &FormErrors::new()))
}

/// The report of a typed number; what is wrong goes to `errors`.
pub(super) async fn by_typed(
    asked: &Asked,
    typed: &str,
    errors: &mut FormErrors,
) -> Result<Option<store::Report>, Problem> {
    let Ok(number) = typed.parse::<Receipt>() else {
        errors.add("number", asked.t("reports-problem-number"));
        return Ok(None);
    };
    asked.begin_looking_up().await?;
    let found = store::by_number(asked.city().db(), asked.key(), &number).await?;
    let found = found.filter(|report| report.is_shown);
    if found.is_some() {
        asked.found_it().await?;
    } else {
        errors.add("number", asked.t("reports-problem-number-unknown"));
    }
    Ok(found)
}

pub(super) async fn find(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    Ok(
        match by_typed(&asked, fields.get("number"), &mut errors).await? {
            Some(found) => Redirect::to(&href(&found.public_id)).into_response(),
            None => shown(&asked, &errors),
        },
    )
}
