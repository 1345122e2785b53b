//! Proving a mail address with a code, as a part of a page: the address, then the code.

use axum::response::{IntoResponse as _, Redirect, Response};
use yakuba_city::web::Problem;
use yakuba_identity::residents::{
    CodeCheck, CodeStart, check_email_code, email_cookie, start_email_code,
};
use yakuba_mail::EmailAddress;
use yakuba_ui::{Fields, FormErrors, TextField};

use super::asked::Asked;
use crate::error::ReportError;

/// What came of a press of one of the buttons.
pub(super) enum Confirming {
    /// The address is proved.
    Proved(EmailAddress),
    /// On to another page.
    Go(Response),
    /// Again, with what was wrong: whether for the code, and what was typed.
    Again(bool, String, FormErrors),
}

/// The one input that is shown: the address, or the code that was sent to it.
pub(super) fn field(asked: &Asked, is_code: bool, typed: &str, errors: &FormErrors) -> TextField {
    let (words, language) = (asked.words, asked.language);
    let field = if is_code {
        TextField::new(language, "code", words.get("reports-code"))
            .support(words.get("reports-code-support"))
            .numeric()
            .width(8)
            .autocomplete("one-time-code")
    } else {
        TextField::new(language, "email", words.get("reports-email"))
            .support(words.get("reports-email-support"))
            .email()
            .autocomplete("email")
            .value(typed)
    };
    field.required().errors(errors)
}

/// Whether the page asks for the code now.
pub(super) fn asks_for_code(asked: &Asked) -> bool {
    asked.query.has("sent") && asked.visitor.email.is_some()
}

/// Carries out `action=send`, `code` or `other` of the page at `path`.
pub(super) async fn step(
    asked: &Asked,
    fields: &Fields,
    path: &str,
) -> Result<Confirming, Problem> {
    let mut errors = FormErrors::new();
    match (fields.get("action"), &asked.visitor.email) {
        ("code", Some(token)) => {
            let checked =
                check_email_code(&asked.identity, &asked.visitor, token, fields.get("code"))
                    .await
                    .map_err(ReportError::from)?;
            Ok(match checked {
                CodeCheck::Right(confirmed) => Confirming::Proved(confirmed.email),
                CodeCheck::Wrong(_) => {
                    errors.add("code", asked.t("reports-code-wrong"));
                    Confirming::Again(true, String::new(), errors)
                }
                CodeCheck::BeginAgain => {
                    errors.add("email", asked.t("reports-code-expired"));
                    Confirming::Again(false, String::new(), errors)
                }
            })
        }
        ("other", _) => Ok(Confirming::Go(Redirect::to(path).into_response())),
        _ => {
            let typed = fields.get("email");
            let Ok(address) = EmailAddress::read(typed) else {
                errors.add("email", asked.t("reports-email-wrong"));
                return Ok(Confirming::Again(false, typed.to_owned(), errors));
            };
            let started =
                start_email_code(&asked.identity, &asked.visitor, &address, asked.language)
                    .await
                    .map_err(ReportError::from)?;
            match started {
                CodeStart::Sent(token) => {
                    let joint = if path.contains('?') { '&' } else { '?' };
                    let mut response =
                        Redirect::to(&format!("{path}{joint}sent=1")).into_response();
                    let (name, value) = email_cookie(asked.identity.settings(), Some(&token));
                    response.headers_mut().append(name, value);
                    Ok(Confirming::Go(response))
                }
                CodeStart::Wait(seconds) => Err(Problem::TooMany(seconds)),
            }
        }
    }
}
