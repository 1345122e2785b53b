//! Signing in and out.

use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_ui::{
    ButtonKind, ButtonRow, DescriptionList, Html, LinkButton, NotificationBanner, TextField,
};

use crate::{
    CodeOutcome, Opened, PasswordOutcome, SecondFactorPolicy,
    asked::{Asked, Fields, Passkey, go_with, in_query, safe_next, set_cookies},
    oidc::{Callback, OidcOutcome},
    store::sessions::Restriction,
    visitor::Cookie,
};

#[derive(Deserialize)]
pub(crate) struct Next {
    next: Option<String>,
    done: Option<String>,
}

pub(crate) async fn show(asked: Asked, Query(query): Query<Next>) -> Result<Response, Problem> {
    let next = safe_next(query.next.as_deref());
    page(asked, &next, "", None, query.done.as_deref()).await
}

async fn page(
    asked: Asked,
    next: &str,
    login_name: &str,
    error: Option<String>,
    done: Option<&str>,
) -> Result<Response, Problem> {
    let (words, language) = (asked.words, asked.language);
    let mut content = asked.content();
    if let Some(notice) = asked.done(done) {
        content.add(&notice);
    }
    content.error(error.as_deref());
    if asked.identity.second_factor_policy().await? == SecondFactorPolicy::Optional {
        content.add(
            &NotificationBanner::warning(words.get("identity-second-factor-off"))
                .text(words.get("identity-second-factor-off-text")),
        );
    }
    content.form("/login", &[("next", next)], |form| {
        form.add(
            &TextField::new(language, "login", words.get("identity-login-name"))
                .required()
                .value(login_name)
                .autocomplete("username"),
        );
        form.add(
            &TextField::new(language, "password", words.get("identity-password"))
                .required()
                .password()
                .autocomplete("current-password"),
        );
        form.submit(words.get("identity-sign-in"));
    });
    content.passkey(
        &words,
        &Passkey {
            kind: "use",
            begin: "/login/passkey/begin",
            finish: "/login/passkey/finish",
            next,
            button: &words.get("identity-sign-in-passkey"),
            field: None,
        },
    );
    if let Some(provider) = &asked.identity.settings().oidc {
        // A link, not a form: the content security policy lets no form lead to another host.
        content.add(
            &ButtonRow::new().button(
                &LinkButton::new(
                    words.with_text("identity-sign-in-provider", "name", &provider.name),
                    format!("/login/oidc?next={}", in_query(next)),
                )
                .kind(ButtonKind::Other),
            ),
        );
    }
    // The header's one link to sign in leads here: whoever is no member of staff must find the way on.
    content.markup(format!(
        r#"<p><a href="/resident/sign-in">{}</a></p>"#,
        Html::text(&words.get("resident-sign-in"))
    ));
    if !asked.identity.settings().demo_log_ins.is_empty() {
        content.heading(words.get("identity-demo-log-ins"));
        let list = asked
            .identity
            .settings()
            .demo_log_ins
            .iter()
            .fold(DescriptionList::new(), |list, (name, password)| {
                list.text(name, password)
            });
        content.add(&list);
    }
    let title = words.get("identity-sign-in");
    let failed = error.is_some();
    Ok(asked
        .narrow(&title, content)
        .with_errors(failed)
        .into_response())
}

/// The page after too many tries.
pub(crate) fn with_wait(mut response: Response, seconds: u64) -> Response {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(
        axum::http::header::RETRY_AFTER,
        axum::http::HeaderValue::from(seconds),
    );
    response
}

pub(crate) fn wait_text(asked: &Asked, seconds: u64) -> String {
    asked
        .words
        .counted(
            "identity-error-wait",
            i64::try_from(seconds).unwrap_or(i64::MAX),
        )
        .into_owned()
}

pub(crate) async fn sign_in(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let next = safe_next(fields.some("next"));
    let outcome = asked
        .identity
        .sign_in_with_password(
            &asked.visitor,
            fields.get("login"),
            fields.get("password").to_owned(),
        )
        .await?;
    match outcome {
        PasswordOutcome::Refused => {
            let text = asked.text("identity-error-refused");
            page(asked, &next, fields.get("login"), Some(text), None).await
        }
        PasswordOutcome::Wait(seconds) => {
            let text = wait_text(&asked, seconds);
            let response = page(asked, &next, fields.get("login"), Some(text), None).await?;
            Ok(with_wait(response, seconds))
        }
        PasswordOutcome::SecondFactor(step) => Ok(go_with(
            &asked.identity,
            &format!("/login/second-factor?next={}", in_query(&next)),
            &[(Cookie::Step, Some(&step))],
        )),
        PasswordOutcome::SignedIn(opened) => signed_in(&asked, &opened, &next).await,
    }
}

/// Sets the cookies of a new session and leads on: first to what must be set up, if anything.
async fn signed_in(asked: &Asked, opened: &Opened, next: &str) -> Result<Response, Problem> {
    let city = asked.city();
    let loaded =
        crate::store::sessions::load_session(city.db(), &opened.session, city.now(), city.today())
            .await?;
    let target = match loaded.and_then(|loaded| loaded.session.restriction) {
        Some(Restriction::PasswordMustChange) => "/account/password".to_owned(),
        Some(Restriction::SecondFactorMissing) => "/account/codes".to_owned(),
        None => next.to_owned(),
    };
    Ok(go_with(
        &asked.identity,
        &target,
        &[
            (Cookie::Session, Some(&opened.session)),
            (Cookie::Device, Some(&opened.device)),
            (Cookie::Step, None),
        ],
    ))
}

pub(crate) async fn show_second_factor(
    asked: Asked,
    Query(query): Query<Next>,
) -> Result<Response, Problem> {
    let next = safe_next(query.next.as_deref());
    second_factor_page(asked, &next, None).await
}

async fn second_factor_page(
    asked: Asked,
    next: &str,
    error: Option<String>,
) -> Result<Response, Problem> {
    let Some((_, factors)) = asked.identity.awaited_second_factor(&asked.visitor).await? else {
        return Ok(go_with(
            &asked.identity,
            &format!("/login?done=again&next={}", in_query(next)),
            &[(Cookie::Step, None)],
        ));
    };
    let words = asked.words;
    let mut content = asked.content();
    content.error(error.as_deref());
    content.paragraph(words.get(if factors.one_time_codes {
        "identity-second-factor-codes"
    } else {
        "identity-second-factor-recovery"
    }));
    content.form("/login/second-factor", &[("next", next)], |form| {
        form.add(&code_field(&asked));
        form.submit(words.get("identity-sign-in"));
    });
    if factors.passkeys > 0 {
        content.passkey(
            &words,
            &Passkey {
                kind: "use",
                begin: "/login/passkey/begin",
                finish: "/login/passkey/finish",
                next,
                button: &words.get("identity-sign-in-passkey"),
                field: None,
            },
        );
    }
    let title = words.get("identity-second-factor");
    let failed = error.is_some();
    let mut response = asked
        .narrow(&title, content)
        .with_errors(failed)
        .into_response();
    response.headers_mut().insert(
        axum::http::header::CACHE_CONTROL,
        axum::http::HeaderValue::from_static("no-store"),
    );
    Ok(response)
}

pub(crate) fn code_field(asked: &Asked) -> Html {
    Html::of(
        &TextField::new(asked.language, "code", asked.words.get("identity-code"))
            .required()
            .support(asked.words.get("identity-code-support"))
            .width(16)
            .autocomplete("one-time-code"),
    )
}

pub(crate) async fn send_second_factor(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let next = safe_next(fields.some("next"));
    match asked
        .identity
        .sign_in_with_code(&asked.visitor, fields.get("code"))
        .await?
    {
        CodeOutcome::Refused => {
            let text = asked.text("identity-error-code");
            second_factor_page(asked, &next, Some(text)).await
        }
        CodeOutcome::Wait(seconds) => {
            let text = wait_text(&asked, seconds);
            let response = second_factor_page(asked, &next, Some(text)).await?;
            Ok(with_wait(response, seconds))
        }
        CodeOutcome::BeginAgain => Ok(go_with(
            &asked.identity,
            &format!("/login?done=again&next={}", in_query(&next)),
            &[(Cookie::Step, None)],
        )),
        CodeOutcome::SignedIn(opened) => signed_in(&asked, &opened, &next).await,
    }
}

pub(crate) async fn to_provider(
    asked: Asked,
    Query(query): Query<Next>,
) -> Result<Response, Problem> {
    let next = safe_next(query.next.as_deref());
    match asked.identity.begin_oidc(&next, None).await {
        Ok((address, step)) => Ok(go_with(
            &asked.identity,
            address.as_str(),
            &[(Cookie::Step, Some(&step))],
        )),
        Err(error) => {
            let text = asked.or_problem(error)?;
            page(asked, &next, "", Some(text), None).await
        }
    }
}

pub(crate) async fn from_provider(
    asked: Asked,
    Query(callback): Query<Callback>,
) -> Result<Response, Problem> {
    let outcome = asked
        .identity
        .finish_oidc(&asked.visitor, asked.session.as_ref(), &callback)
        .await;
    match outcome {
        Ok(OidcOutcome::SignedIn(opened, next)) => signed_in(&asked, &opened, &next).await,
        Ok(OidcOutcome::SteppedUp(token, next)) => Ok(go_with(
            &asked.identity,
            &next,
            &[(Cookie::Session, Some(&token)), (Cookie::Step, None)],
        )),
        Ok(OidcOutcome::NoAccount) => {
            let text = asked.text("identity-error-no-account");
            page(asked, "/account", "", Some(text), None).await
        }
        Err(error) => {
            let text = asked.or_problem(error)?;
            page(asked, "/account", "", Some(text), None).await
        }
    }
}

pub(crate) async fn sign_out(asked: Asked) -> Result<Response, Problem> {
    if let Some(session) = &asked.session {
        asked.identity.sign_out(session).await?;
    }
    let mut response = axum::response::Redirect::to("/login?done=signed-out").into_response();
    set_cookies(
        &mut response,
        &asked.identity,
        &[(Cookie::Session, None), (Cookie::Step, None)],
    );
    Ok(response)
}
