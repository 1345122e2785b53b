//! Confirming a mail address by a code, for services that ask for no account. They send the browser here and get it back with the
//! proof in a cookie.

use axum::{extract::Query, response::Response};
use serde::Deserialize;
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_mail::EmailAddress;
use yakuba_ui::{Html, NotificationBanner, TextField};

use super::{CodeCheck, CodeStart, check_email_code, pages::private, start_email_code};
use crate::{
    asked::{Asked, Fields, go_with, in_query, safe_next_or},
    pages::{wait_text, with_wait},
    visitor::Cookie,
};

const PAGE: &str = "/confirm-email";
const CODE: &str = "/confirm-email/code";

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(PAGE, Access::Public, show)
        .post(PAGE, Access::Public, send)
        .get(CODE, Access::Public, show_code)
        .post(CODE, Access::Public, check)
}

#[derive(Deserialize)]
struct Asking {
    next: Option<String>,
    again: Option<String>,
}

fn next_of(next: Option<&str>) -> String {
    safe_next_or(next, "/")
}

async fn show(asked: Asked, Query(query): Query<Asking>) -> Response {
    let next = next_of(query.next.as_deref());
    let notice = query.again.map(|_| asked.text("resident-done-again"));
    page(asked, &next, "", None, notice)
}

fn page(
    asked: Asked,
    next: &str,
    email: &str,
    error: Option<&str>,
    notice: Option<String>,
) -> Response {
    let words = asked.words;
    let mut content = asked.content();
    if let Some(notice) = notice {
        content.add(&NotificationBanner::warning(notice));
    }
    content.error(error);
    content.paragraph(words.get("confirm-email-text"));
    content.form(PAGE, &[("next", next)], |form| {
        form.add(
            &TextField::new(asked.language, "email", words.get("resident-email"))
                .required()
                .email()
                .support(words.get("resident-email-support"))
                .value(email)
                .autocomplete("email"),
        );
        form.submit(words.get("resident-send-code"));
    });
    content.markup(format!(
        r#"<p><a href="/resident/sign-in?next={}">{}</a></p>"#,
        in_query(next),
        Html::text(&words.get("confirm-email-account"))
    ));
    let title = words.get("confirm-email-title");
    private(asked.narrow(&title, content).with_errors(error.is_some()))
}

async fn send(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let next = next_of(fields.some("next"));
    let typed = fields.get("email").trim().to_owned();
    let outcome = match EmailAddress::read(&typed) {
        Ok(email) => {
            start_email_code(&asked.identity, &asked.visitor, &email, asked.language).await
        }
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(CodeStart::Sent(token)) => Ok(go_with(
            &asked.identity,
            &format!("{CODE}?next={}", in_query(&next)),
            &[(Cookie::Email, Some(&token))],
        )),
        Ok(CodeStart::Wait(seconds)) => {
            let text = wait_text(&asked, seconds);
            let response = page(asked, &next, &typed, Some(&text), None);
            Ok(with_wait(response, seconds))
        }
        Err(error) => {
            let text = asked.or_problem(error)?;
            Ok(page(asked, &next, &typed, Some(&text), None))
        }
    }
}

async fn show_code(asked: Asked, Query(query): Query<Asking>) -> Response {
    let next = next_of(query.next.as_deref());
    code_page(asked, &next, None)
}

fn begin_again(asked: &Asked, next: &str) -> Response {
    go_with(
        &asked.identity,
        &format!("{PAGE}?again=1&next={}", in_query(next)),
        &[(Cookie::Email, None)],
    )
}

fn code_page(asked: Asked, next: &str, error: Option<&str>) -> Response {
    if asked.visitor.email.is_none() {
        return begin_again(&asked, next);
    }
    let words = asked.words;
    let mut content = asked.content();
    content.error(error);
    super::pages::code_field(
        &asked,
        &mut content,
        CODE,
        next,
        &words.get("confirm-email-check"),
    );
    content.markup(format!(
        r#"<p><a href="{PAGE}?next={}">{}</a></p>"#,
        in_query(next),
        Html::text(&words.get("resident-code-again"))
    ));
    let title = words.get("resident-code-title");
    private(asked.narrow(&title, content).with_errors(error.is_some()))
}

async fn check(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let next = next_of(fields.some("next"));
    let Some(token) = asked.visitor.email.clone() else {
        return Ok(begin_again(&asked, &next));
    };
    let checked =
        check_email_code(&asked.identity, &asked.visitor, &token, fields.get("code")).await?;
    Ok(match checked {
        CodeCheck::Right(_) => go_with(&asked.identity, &next, &[]),
        CodeCheck::Wrong(left) => {
            let text = asked
                .words
                .counted("resident-error-code", left)
                .into_owned();
            code_page(asked, &next, Some(&text))
        }
        CodeCheck::BeginAgain => begin_again(&asked, &next),
    })
}
