//! Answering again what the desk asked to be corrected (補正).

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{Html, Page, Words};

use super::{
    asked::{Asked, private},
    case::opened,
};
use crate::{
    ProcedureError,
    correcting::{Correcting, Read, Shown},
};

#[derive(Template)]
#[template(path = "applicant/correct.html")]
struct Body {
    words: Words,
    text: String,
    controls: Html,
}

/// The open request, or the page that the applicant sees without one.
async fn open(asked: &Asked) -> Result<Result<(Correcting, String), Response>, Problem> {
    let (case, key) = match opened(asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(Err(response)),
    };
    let definition = asked.version_of(&case).await?;
    let open = Correcting::of(asked.city(), case, key, &definition, asked.language).await?;
    let title = definition.document.title.get(asked.language).to_owned();
    Ok(open
        .map(|open| (open, title))
        .ok_or_else(|| Redirect::to("/cases/view").into_response()))
}

async fn show(
    asked: Asked,
    open: &Correcting,
    title: String,
    shown: &Shown,
) -> Result<Response, Problem> {
    let words = asked.words;
    let body = Body {
        words,
        text: open.correction.text.clone(),
        controls: open.controls(asked.city(), shown, asked.language).await?,
    };
    let page = Page::public(asked.shell, words.get("applicant-correction-title"), &body)
        .breadcrumb(title, "/cases/view")
        .not_for_search_engines()
        .with_errors(!shown.problems.is_empty());
    Ok(private(page))
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let (open, title) = match open(&asked).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    show(asked, &open, title, &open.first()).await
}

pub(super) async fn answer(asked: Asked, request: Request) -> Result<Response, Problem> {
    let (open, title) = match open(&asked).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let answered = match open.read(asked.city(), request, false).await? {
        (_, Read::Again(shown)) => return show(asked, &open, title, &shown).await,
        (_, Read::Answered(answered)) => *answered,
    };
    let outcome = asked
        .city()
        .write(asked.principal.actor(), answered.clone(), |tx, answered| {
            Box::pin(answered.keep(tx))
        })
        .await;
    match outcome {
        Ok(_) => Ok(Redirect::to("/cases/view?done=corrected").into_response()),
        // Somebody else was first: the times that are left, and the one that the case goes on having.
        Err(ProcedureError::SlotTaken) => {
            show(asked, &open, title, &open.without_slot(&answered)).await
        }
        // Sent twice: the page shows how it stands.
        Err(ProcedureError::WrongState(_)) => Ok(Redirect::to("/cases/view").into_response()),
        Err(error) => Err(error.into()),
    }
}
