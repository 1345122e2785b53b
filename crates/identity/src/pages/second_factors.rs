//! Setting up one-time codes and recovery codes.

use axum::response::{IntoResponse, Redirect, Response};
use yakuba_city::web::Problem;
use yakuba_ui::{Html, NotificationBanner, TextField};

use crate::{
    IdentityError,
    asked::{Asked, Fields, set_cookies},
    model::{one_time_code::CodeSecret, token::Token},
    qr::qr_code,
    store::{accounts, credentials, sessions::Restriction},
    visitor::Cookie,
};

pub(crate) async fn show(asked: Asked) -> Result<Response, Problem> {
    asked.require_fresh()?;
    page(asked, None).await
}

async fn page(asked: Asked, error: Option<String>) -> Result<Response, Problem> {
    let (_, session) = asked.staff()?;
    let (secret, step) = asked
        .identity
        .begin_code_set_up(&asked.visitor, session)
        .await?;
    let account = accounts::account(asked.city().db(), session.account)
        .await?
        .ok_or(Problem::NotFound)?;
    let words = asked.words;
    let mut content = asked.content();
    content.error(error.as_deref());
    if session.restriction == Some(Restriction::SecondFactorMissing) {
        content.add(
            &NotificationBanner::info(words.get("identity-second-factor-needed"))
                .text(words.get("identity-second-factor-needed-text")),
        );
    }
    content.markup("<ol>");
    content.element("li", "", words.get("identity-codes-step-app"));
    content.markup("<li>");
    content.paragraph(words.get("identity-codes-step-scan"));
    content.add(&picture(
        &asked.shell.city_name,
        &account.login_name,
        &secret,
        &words.get("identity-codes-picture"),
    )?);
    content.paragraph(words.get("identity-codes-secret"));
    content.element("p", "", secret.as_text());
    content.markup("</li>");
    content.element("li", "", words.get("identity-codes-step-type"));
    content.markup("</ol>");
    content.form("/account/codes", &[], |form| {
        form.add(
            &TextField::new(asked.language, "code", words.get("identity-code"))
                .required()
                .numeric()
                .width(8)
                .autocomplete("one-time-code"),
        );
        form.submit(words.get("identity-codes-finish"));
    });
    if session.restriction == Some(Restriction::SecondFactorMissing) {
        content.heading(words.get("identity-passkeys"));
        super::account::add_passkey(&asked, &mut content);
    }
    let title = words.get("identity-codes-set-up");
    let identity = asked.identity.clone();
    let failed = error.is_some();
    let mut response = asked
        .narrow(&title, content)
        .with_errors(failed)
        .breadcrumb(words.get("identity-account"), "/account")
        .into_response();
    set_cookies(&mut response, &identity, &[(Cookie::Step, Some(&step))]);
    Ok(response)
}

/// The secret as a QR code for the phone's program.
fn picture(
    city: &str,
    login_name: &str,
    secret: &CodeSecret,
    description: &str,
) -> Result<Html, IdentityError> {
    let issuer = if city.is_empty() { "Yakuba" } else { city };
    let address = secret.address(issuer, login_name)?;
    qr_code(&address, description)
        .map(Html::trusted)
        .ok_or(IdentityError::Text { what: "name" })
}

pub(crate) async fn finish(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    asked.require_fresh()?;
    let (_, session) = asked.staff()?;
    match asked
        .identity
        .finish_code_set_up(&asked.visitor, session, fields.get("code"))
        .await
    {
        Ok(Some((codes, token))) => Ok(recovery_page(asked, &codes, Some(&token))),
        Ok(None) => {
            let text = asked.text("identity-error-code");
            page(asked, Some(text)).await
        }
        Err(error) => {
            let text = asked.or_problem(error)?;
            page(asked, Some(text)).await
        }
    }
}

fn recovery_page(asked: Asked, codes: &[String], token: Option<&Token>) -> Response {
    let words = asked.words;
    let mut content = asked.content();
    content.add(
        &NotificationBanner::warning(words.get("identity-recovery-once"))
            .text(words.get("identity-recovery-once-text")),
    );
    content.markup("<ul>");
    for code in codes {
        content.markup(format!("<li><code>{}</code></li>", Html::text(code)));
    }
    content.markup("</ul>");
    content.markup(format!(
        r#"<p><a href="/account">{}</a></p>"#,
        Html::text(&words.get("identity-back-to-account"))
    ));
    let title = words.get("identity-recovery-codes");
    let identity = asked.identity.clone();
    let mut response = asked
        .narrow(&title, content)
        .breadcrumb(words.get("identity-account"), "/account")
        .into_response();
    let mut cookies = vec![(Cookie::Step, None)];
    if let Some(token) = token {
        cookies.push((Cookie::Session, Some(token)));
    }
    set_cookies(&mut response, &identity, &cookies);
    response
}

pub(crate) async fn new_recovery_codes(asked: Asked) -> Result<Response, Problem> {
    asked.require_fresh()?;
    let (_, session) = asked.staff()?;
    let codes = asked.identity.new_recovery_codes(session.account).await?;
    Ok(recovery_page(asked, &codes, None))
}

pub(crate) async fn remove(asked: Asked) -> Result<Response, Problem> {
    asked.require_fresh()?;
    let (_, session) = asked.staff()?;
    asked
        .city()
        .write(asked.actor(), session.account, |tx, account| {
            Box::pin(credentials::remove_one_time_codes(tx, *account))
        })
        .await?;
    Ok(Redirect::to("/account?done=codes-removed").into_response())
}
