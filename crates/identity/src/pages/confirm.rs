//! Proving freshly who one is, before something far-reaching.

use axum::{
    extract::Query,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_ui::{ButtonKind, ButtonRow, LinkButton, TextField};

use crate::{
    Proof, StepUpOutcome,
    asked::{Asked, Fields, Passkey, go_with, in_query, safe_next},
    store::credentials,
    visitor::Cookie,
};

use super::login::{code_field, wait_text};

#[derive(Deserialize)]
pub(crate) struct Next {
    next: Option<String>,
}

pub(crate) async fn show(asked: Asked, Query(query): Query<Next>) -> Result<Response, Problem> {
    let next = safe_next(query.next.as_deref());
    page(asked, &next, None).await
}

async fn page(asked: Asked, next: &str, error: Option<String>) -> Result<Response, Problem> {
    let (_, session) = asked.staff()?;
    let account = session.account;
    let factors = credentials::second_factors(asked.city().db(), account).await?;
    let has_password = credentials::password_hash(asked.city().db(), account)
        .await?
        .is_some();
    let is_linked = credentials::is_linked(asked.city().db(), account).await?;
    let words = asked.words;
    let mut content = asked.content();
    content.error(error.as_deref());
    content.paragraph(words.get("identity-confirm-text"));
    if factors.one_time_codes || factors.recovery_codes > 0 {
        content.form("/account/confirm", &[("next", next)], |form| {
            form.add(&code_field(&asked));
            form.submit(words.get("ui-confirm"));
        });
    } else if has_password && !factors.any() {
        content.form("/account/confirm", &[("next", next)], |form| {
            form.add(
                &TextField::new(asked.language, "password", words.get("identity-password"))
                    .required()
                    .password()
                    .autocomplete("current-password"),
            );
            form.submit(words.get("ui-confirm"));
        });
    }
    if factors.passkeys > 0 {
        content.passkey(
            &words,
            &Passkey {
                kind: "use",
                begin: "/login/passkey/begin",
                finish: "/account/confirm/passkey",
                next,
                button: &words.get("identity-confirm-passkey"),
                field: None,
            },
        );
    }
    if let Some(provider) = asked
        .identity
        .settings()
        .oidc
        .as_ref()
        .filter(|_| is_linked)
    {
        content.add(
            &ButtonRow::new().button(
                &LinkButton::new(
                    words.with_text("identity-confirm-provider", "name", &provider.name),
                    format!("/account/confirm/oidc?next={}", in_query(next)),
                )
                .kind(ButtonKind::Other),
            ),
        );
    }
    let title = words.get("identity-confirm");
    let failed = error.is_some();
    Ok(asked
        .narrow(&title, content)
        .with_errors(failed)
        .into_response())
}

pub(crate) async fn send(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let next = safe_next(fields.some("next"));
    let proof = match fields.some("code") {
        Some(code) => Proof::Code(code.to_owned()),
        None => Proof::Password(fields.get("password").to_owned()),
    };
    let (_, session) = asked.staff()?;
    match asked
        .identity
        .step_up(&asked.visitor, session, proof)
        .await?
    {
        StepUpOutcome::Fresh(token) => Ok(go_with(
            &asked.identity,
            &next,
            &[(Cookie::Session, Some(&token))],
        )),
        StepUpOutcome::Refused => {
            let text = asked.text("identity-error-proof");
            page(asked, &next, Some(text)).await
        }
        StepUpOutcome::Wait(seconds) => {
            let text = wait_text(&asked, seconds);
            page(asked, &next, Some(text)).await
        }
    }
}

pub(crate) async fn to_provider(
    asked: Asked,
    Query(query): Query<Next>,
) -> Result<Response, Problem> {
    let next = safe_next(query.next.as_deref());
    let (_, session) = asked.staff()?;
    let (address, step) = asked.identity.begin_oidc(&next, Some(session)).await?;
    Ok(go_with(
        &asked.identity,
        address.as_str(),
        &[(Cookie::Step, Some(&step))],
    ))
}
