//! What an applicant does with a case: writing to the desk, mails on or off, taking it back.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use yakuba_city::web::Problem;
use yakuba_ui::{Fields, FormErrors, Page, Words};

use super::{opened, view::view_page};
use crate::{
    ProcedureError,
    notices::CoNotice,
    pages::asked::{Asked, private},
    store::{cases, co_applicants, messages, own},
};

/// The most characters of a message.
const MESSAGE: usize = 4000;

pub(super) async fn message(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let text = fields.get("text").to_owned();
    let wrong = if text.is_empty() {
        Some("applicant-message-empty")
    } else if text.chars().count() > MESSAGE {
        Some("applicant-message-long")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        let mut errors = FormErrors::new();
        errors.add("text", asked.text(wrong));
        return view_page(asked, None, &text, &errors).await;
    }
    asked
        .city()
        .write(
            asked.principal.actor(),
            (case.id, key, text),
            |tx, (case, key, text)| {
                Box::pin(async move { messages::send(tx, key, *case, false, text, &[]).await })
            },
        )
        .await?;
    Ok(Redirect::to("/cases/view?done=message").into_response())
}

/// Mails about the case on or off.
pub(super) async fn mail(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let on = match fields.get("mail") {
        "on" => true,
        "off" => false,
        _ => return Err(Problem::NotFound),
    };
    asked
        .city()
        .write(
            asked.principal.actor(),
            (key, case.id, on),
            |tx, (key, case, on)| Box::pin(own::set_mail(tx, key, *case, *on)),
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    let done = if on { "mail-on" } else { "mail-off" };
    Ok(Redirect::to(&format!("/cases/view?done={done}")).into_response())
}

#[derive(Template)]
#[template(path = "applicant/withdraw.html")]
struct WithdrawBody {
    words: Words,
}

pub(super) async fn ask_withdraw(asked: Asked) -> Result<Response, Problem> {
    let (case, _) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    if !case.stage.is_open() {
        return Ok(Redirect::to("/cases/view").into_response());
    }
    let words = asked.words;
    let page = Page::public(
        asked.shell,
        words.get("applicant-withdraw-title"),
        &WithdrawBody { words },
    )
    .breadcrumb(words.get("applicant-cases-title"), "/cases")
    .narrow()
    .not_for_search_engines();
    Ok(private(page))
}

pub(super) async fn withdraw(asked: Asked) -> Result<Response, Problem> {
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let title = asked.version_of(&case).await?.document.title;
    let outcome = asked
        .city()
        .write(
            asked.principal.actor(),
            (case.id, key, title),
            |tx, (case, key, title)| {
                Box::pin(async move {
                    cases::withdraw(tx, *case).await?;
                    co_applicants::tell_all(tx, key, *case, CoNotice::Ended(title)).await
                })
            },
        )
        .await;
    match outcome {
        Ok(()) => Ok(Redirect::to("/cases/view?done=withdrawn").into_response()),
        // Sent twice, or decided a moment ago: the page shows how it stands.
        Err(ProcedureError::WrongState(_)) => Ok(Redirect::to("/cases/view").into_response()),
        Err(error) => Err(error.into()),
    }
}
