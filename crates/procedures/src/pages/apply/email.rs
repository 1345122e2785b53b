//! Confirming an e-mail address by a code, so that the receipt and every news of the case reach the applicant.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::SignedDuration;
use rand::Rng as _;
use yakuba_city::web::Problem;
use yakuba_mail::{EmailAddress, Mail};
use yakuba_ui::{ErrorSummary, Fields, FormErrors, Page, TextField, Words};

use super::{Email, Open};
use crate::{
    ProcedureError,
    pages::asked::{Asked, private},
    store::drafts,
};

/// So long a code can be entered.
const LASTS: SignedDuration = SignedDuration::from_mins(30);
/// Wrong codes until a new one must be asked for.
const TRIES: u32 = 5;
/// Codes sent for one draft, so that nobody has another's mailbox filled.
const CODES: u32 = 5;

#[derive(Template)]
#[template(path = "applicant/email.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    action: String,
    address: Option<TextField>,
    sent_to: Option<(String, TextField)>,
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
        .filter(|email| email.code.is_some());
    let body = Body {
        words,
        errors: errors.summary(language),
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
    let mut errors = FormErrors::new();
    match fields.get("action") {
        "other" => {
            // Another address: the count of codes stays.
            if let Some(email) = &mut open.contents.email {
                email.code = None;
                email.confirmed = false;
            }
            open.save(&asked, &[]).await?;
            Ok(Redirect::to(&format!("{}/email", open.base())).into_response())
        }
        "code" => {
            let typed: String = yakuba_kernel::text::fold_width(fields.get("code"))
                .chars()
                .filter(|character| !character.is_whitespace())
                .collect();
            let now = asked.city().now().as_microsecond();
            let Some(email) = &mut open.contents.email else {
                return Ok(Redirect::to(&format!("{}/email", open.base())).into_response());
            };
            let too_late = now - email.sent_at > i64::try_from(LASTS.as_micros()).unwrap_or(0);
            if too_late || email.tries >= TRIES {
                email.code = None;
                open.save(&asked, &[]).await?;
                errors.add("email", asked.text("applicant-code-expired"));
                return Ok(show(asked, &open, "", &errors));
            }
            if email.code.as_deref() == Some(typed.as_str()) {
                email.code = None;
                email.confirmed = true;
                open.save(&asked, &[]).await?;
                return Ok(Redirect::to(&open.next(&asked)).into_response());
            }
            email.tries += 1;
            open.save(&asked, &[]).await?;
            errors.add("code", asked.text("applicant-code-wrong"));
            Ok(show(asked, &open, "", &errors))
        }
        _ => {
            let typed = fields.get("email").to_owned();
            let Ok(address) = EmailAddress::read(&typed) else {
                errors.add("email", asked.text("applicant-email-wrong"));
                return Ok(show(asked, &open, &typed, &errors));
            };
            let sent = open.contents.email.as_ref().map_or(0, |email| email.sent);
            if sent >= CODES {
                errors.add("email", asked.text("applicant-code-too-many"));
                return Ok(show(asked, &open, &typed, &errors));
            }
            let code = format!("{:06}", rand::rng().random_range(0..1_000_000));
            open.contents.email = Some(Email {
                address: address.as_str().to_owned(),
                code: Some(code.clone()),
                sent_at: asked.city().now().as_microsecond(),
                tries: 0,
                sent: sent + 1,
                confirmed: false,
            });
            let words = asked.words;
            let mail = Mail::new(
                address,
                words.with_text(
                    "applicant-code-mail-subject",
                    "city",
                    &asked.shell.city_name,
                ),
                words.with(
                    "applicant-code-mail-text",
                    &[
                        ("code", code.into()),
                        (
                            "procedure",
                            open.document.title.get(asked.language).to_owned().into(),
                        ),
                        ("city", asked.shell.city_name.clone().into()),
                    ],
                ),
            )
            .until(asked.city().now() + LASTS);
            let input = (open.saving(&[])?, mail, asked.key().clone());
            asked
                .city()
                .write(asked.principal.actor(), input, |tx, (saving, mail, key)| {
                    Box::pin(async move {
                        drafts::save(tx, saving).await?;
                        yakuba_mail::enqueue(tx, key, mail).await?;
                        Ok::<_, ProcedureError>(())
                    })
                })
                .await?;
            Ok(Redirect::to(&format!("{}/email", open.base())).into_response())
        }
    }
}
