//! Confirming an e-mail address by a code, so that the receipt and every news of the case reach the applicant. Identity makes, counts
//! and judges the codes: nobody can have a mailbox flooded or its owner locked out.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_identity::{
    Token,
    residents::{CodeCheck, CodeStart, check_email_code, email_cookie, start_email_code},
};
use yakuba_mail::EmailAddress;
use yakuba_ui::{ErrorSummary, Fields, FormErrors, NotificationBanner, Page, TextField, Words};

use super::{Email, Open};
use crate::pages::asked::{Asked, private};

#[derive(Template)]
#[template(path = "applicant/email.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    action: String,
    address: Option<TextField>,
    sent_to: Option<(String, TextField)>,
    /// Said where no mail server is set up.
    no_mail: Option<NotificationBanner>,
}

pub(super) async fn page(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    match Open::of(&asked, &key).await? {
        Ok(open) => Ok(show(asked, &open, "", &FormErrors::new())),
        Err(response) => Ok(response),
    }
}

fn show(asked: Asked, open: &Open, typed: &str, errors: &FormErrors) -> Response {
    let (words, language) = (asked.words, asked.language);
    let waiting = open
        .contents
        .email
        .as_ref()
        .filter(|email| !email.confirmed);
    let has_server = yakuba_mail::is_set_up(asked.city());
    let identity = yakuba_identity::WORDS.words(language);
    let body = Body {
        words,
        errors: errors.summary(language),
        no_mail: (waiting.is_some() && !has_server).then(|| {
            NotificationBanner::warning(identity.get("resident-no-mail"))
                .text(identity.get("resident-no-mail-text"))
        }),
        action: format!("{}/email", open.base()),
        address: waiting.is_none().then(|| {
            TextField::new(language, "email", words.get("applicant-email"))
                .support(words.get("applicant-email-support"))
                .email()
                .autocomplete("email")
                .value(typed)
                .required()
                .errors(errors)
        }),
        sent_to: waiting.map(|email| {
            let code = TextField::new(language, "code", words.get("applicant-code"))
                .support(words.get("applicant-code-support"))
                .numeric()
                .width(8)
                .autocomplete("one-time-code")
                .required()
                .errors(errors);
            let text = words.with_text("applicant-code-sent", "email", &email.address);
            (text.into_owned(), code)
        }),
    };
    let page = Page::public(asked.shell, words.get("applicant-email-title"), &body)
        .breadcrumb(open.document.title.get(language), open.base())
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
    let mut open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    match fields.get("action") {
        "other" => {
            open.contents.email = None;
            open.save(&asked, &[]).await?;
            Ok(Redirect::to(&format!("{}/email", open.base())).into_response())
        }
        "code" => judge(asked, open, fields.get("code")).await,
        _ => begin(asked, open, fields.get("email")).await,
    }
}

/// A redirect that keeps, or takes away, the token of the code.
fn go(asked: &Asked, to: &str, token: Option<&Token>) -> Response {
    let mut response = Redirect::to(to).into_response();
    let (name, value) = email_cookie(asked.identity.settings(), token);
    response.headers_mut().append(name, value);
    response
}

async fn begin(asked: Asked, mut open: Open, typed: &str) -> Result<Response, Problem> {
    let mut errors = FormErrors::new();
    let Ok(address) = EmailAddress::read(typed) else {
        errors.add("email", asked.text("applicant-email-wrong"));
        return Ok(show(asked, &open, typed, &errors));
    };
    match start_email_code(&asked.identity, &asked.visitor, &address, asked.language).await? {
        CodeStart::Sent(token) => {
            open.contents.email = Some(Email {
                address: address.as_str().to_owned(),
                confirmed: false,
            });
            open.save(&asked, &[]).await?;
            Ok(go(&asked, &format!("{}/email", open.base()), Some(&token)))
        }
        CodeStart::Wait(seconds) => {
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
            errors.add("email", asked.words.counted("applicant-code-wait", seconds));
            Ok(show(asked, &open, typed, &errors))
        }
    }
}

async fn judge(asked: Asked, mut open: Open, typed: &str) -> Result<Response, Problem> {
    let outcome = match &asked.visitor.email {
        Some(token) => check_email_code(&asked.identity, &asked.visitor, token, typed).await?,
        None => CodeCheck::BeginAgain,
    };
    let mut errors = FormErrors::new();
    match outcome {
        CodeCheck::Right(confirmed) => {
            // What counts is the address that the code was sent to, whatever stands in the draft.
            open.contents.email = Some(Email {
                address: confirmed.email.as_str().to_owned(),
                confirmed: true,
            });
            open.save(&asked, &[]).await?;
            Ok(go(&asked, &open.next(&asked), None))
        }
        CodeCheck::Wrong(_) => {
            errors.add("code", asked.text("applicant-code-wrong"));
            Ok(show(asked, &open, "", &errors))
        }
        CodeCheck::BeginAgain => {
            open.contents.email = None;
            open.save(&asked, &[]).await?;
            errors.add("email", asked.text("applicant-code-expired"));
            Ok(show(asked, &open, "", &errors))
        }
    }
}
