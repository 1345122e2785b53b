//! Confirming an e-mail address by a code, so that everybody answers once. The address itself is not kept with the survey.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_identity::residents::{
    CodeCheck, CodeStart, check_email_code, email_cookie, start_email_code,
};
use yakuba_mail::EmailAddress;
use yakuba_ui::{ErrorSummary, Fields, FormErrors, Page, TextField, Words};

use super::asked::{Asked, Open, private};
use crate::{
    error::SurveyError,
    model::document::{Anonymity, Audience},
    store::Survey,
};

#[derive(Deserialize)]
pub(super) struct Way {
    /// `1` once a code was sent.
    sent: Option<String>,
}

#[derive(Template)]
#[template(path = "answer/email.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    action: String,
    field: TextField,
    is_code: bool,
    sign_in: String,
}

/// The survey, when residents confirm an address for it.
async fn asks(asked: &Asked, key: &str) -> Result<Survey, Problem> {
    let found = asked.survey(key).await?;
    let confirms = found.document.anonymity == Anonymity::OnePerPerson
        && found.document.audience == Audience::Residents
        && found.is_open_at(asked.city().now());
    if confirms {
        Ok(found)
    } else {
        Err(Problem::NotFound)
    }
}

pub(super) async fn page(
    asked: Asked,
    Path(key): Path<String>,
    Query(way): Query<Way>,
) -> Result<Response, Problem> {
    let found = asks(&asked, &key).await?;
    let is_code = way.sent.is_some() && asked.visitor.email.is_some();
    Ok(show(&asked, &found, is_code, "", &FormErrors::new()))
}

fn show(
    asked: &Asked,
    found: &Survey,
    is_code: bool,
    typed: &str,
    errors: &FormErrors,
) -> Response {
    let (words, language) = (asked.words, asked.language);
    let base = format!("/surveys/{}", found.key());
    let field = if is_code {
        TextField::new(language, "code", words.get("surveys-code"))
            .support(words.get("surveys-code-support"))
            .numeric()
            .width(8)
            .autocomplete("one-time-code")
    } else {
        TextField::new(language, "email", words.get("surveys-email"))
            .support(words.get("surveys-email-support"))
            .email()
            .autocomplete("email")
            .value(typed)
    };
    let body = Body {
        words,
        errors: errors.summary(language),
        action: format!("{base}/email"),
        field: field.required().errors(errors),
        is_code,
        sign_in: format!("/resident/sign-in?next={base}"),
    };
    let page = Page::public(asked.shell.clone(), words.get("surveys-email-title"), &body)
        .breadcrumb(found.document.title.get(language), base)
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    private(page)
}

pub(super) async fn send(
    asked: Asked,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = asks(&asked, &key).await?;
    let mut errors = FormErrors::new();
    match (fields.get("action"), &asked.visitor.email) {
        ("code", Some(token)) => {
            let checked =
                check_email_code(&asked.identity, &asked.visitor, token, fields.get("code"))
                    .await
                    .map_err(SurveyError::from)?;
            match checked {
                CodeCheck::Right(_) if asked.has_answered(&found).await? => {
                    Ok(Redirect::to(&format!("/surveys/{key}")).into_response())
                }
                CodeCheck::Right(_) => Ok(match Open::of(&asked, &key).await? {
                    Ok(open) => Redirect::to(&open.next(&asked)).into_response(),
                    Err(elsewhere) => elsewhere,
                }),
                CodeCheck::Wrong(_) => {
                    errors.add("code", asked.t("surveys-code-wrong"));
                    Ok(show(&asked, &found, true, "", &errors))
                }
                CodeCheck::BeginAgain => {
                    errors.add("email", asked.t("surveys-code-expired"));
                    Ok(show(&asked, &found, false, "", &errors))
                }
            }
        }
        ("other", _) => Ok(Redirect::to(&format!("/surveys/{key}/email")).into_response()),
        _ => {
            let typed = fields.get("email");
            let Ok(address) = EmailAddress::read(typed) else {
                errors.add("email", asked.t("surveys-email-wrong"));
                return Ok(show(&asked, &found, false, typed, &errors));
            };
            let started =
                start_email_code(&asked.identity, &asked.visitor, &address, asked.language)
                    .await
                    .map_err(SurveyError::from)?;
            match started {
                CodeStart::Sent(token) => {
                    let mut response =
                        Redirect::to(&format!("/surveys/{key}/email?sent=1")).into_response();
                    let (name, value) = email_cookie(asked.identity.settings(), Some(&token));
                    response.headers_mut().append(name, value);
                    Ok(response)
                }
                CodeStart::Wait(seconds) => Err(Problem::TooMany(seconds)),
            }
        }
    }
}
