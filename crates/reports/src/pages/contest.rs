//! "It is not fixed": once, by whoever has the number, with words and a picture for the desk.

use askama::Template;
use axum::{
    extract::{Path, Request},
    response::Response,
};
use yakuba_city::{Actor, web::Problem};
use yakuba_ui::{ErrorSummary, FileUpload, FormErrors, Page, TextArea, TextField, Words, done};

use super::{
    asked::{Asked, plain, private},
    href,
    sent::Sent,
    status::{by_typed, number_field},
};
use crate::{
    error::ReportError,
    model::{
        rules::{MOST_LETTERS, MOST_MIB, PHOTO_FILES},
        state::State,
    },
    store::{
        Report,
        steps::{self, Contest, seal_note},
    },
};

#[derive(Template)]
#[template(path = "public/contest.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    number: TextField,
    text: TextArea,
    photo: FileUpload,
    action: String,
}

/// The report, while it can be contested.
async fn fixed(asked: &Asked, public_id: &str) -> Result<Report, Problem> {
    let found = asked.report(public_id).await?;
    if found.state == State::Fixed && !found.is_contested {
        Ok(found)
    } else {
        Err(Problem::Conflict(asked.t("reports-problem-contest")))
    }
}

fn shown(asked: &Asked, found: &Report, typed: &str, errors: &FormErrors) -> Response {
    let language = asked.language;
    let body = Body {
        words: asked.words,
        errors: errors.summary(language),
        number: number_field(asked, errors),
        text: TextArea::new(language, "text", asked.t("reports-contest-text"))
            .support(asked.t("reports-contest-text-support"))
            .rows(4)
            .value(typed)
            .required()
            .errors(errors),
        photo: FileUpload::new(language, "photos", asked.t("reports-contest-photo"))
            .accept(PHOTO_FILES)
            .max_size(&format!("{MOST_MIB}MB"))
            .optional()
            .errors(errors),
        action: format!("{}/contest", href(&found.public_id)),
    };
    let page = Page::public(asked.shell.clone(), asked.t("reports-contest"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .breadcrumb(asked.title(found), href(&found.public_id))
        .not_for_search_engines()
        .narrow()
        .with_errors(!errors.is_empty());
    private(page)
}

pub(super) async fn page(asked: Asked, Path(public_id): Path<String>) -> Result<Response, Problem> {
    let found = fixed(&asked, &public_id).await?;
    Ok(shown(&asked, &found, "", &FormErrors::new()))
}

pub(super) async fn send(
    asked: Asked,
    Path(public_id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let found = fixed(&asked, &public_id).await?;
    let mut sent = Sent::read(request).await?;
    let mut errors = FormErrors::new();
    let text = plain(sent.fields.get("text"), MOST_LETTERS as usize + 1);
    if text.is_empty() {
        errors.add("text", asked.t("reports-problem-text"));
    } else if text.chars().count() > MOST_LETTERS as usize {
        errors.add("text", asked.t("reports-problem-long"));
    }
    let number = sent.fields.get("number").to_owned();
    if let Some(own) = by_typed(&asked, &number, &mut errors).await?
        && own.id != found.id
    {
        errors.add("number", asked.t("reports-problem-number-unknown"));
    }
    let mut photo = None;
    if errors.is_empty() {
        for one in sent
            .photos(asked.city(), asked.key())
            .await?
            .into_iter()
            .take(1)
        {
            match one {
                Ok(taken) => photo = Some(taken.sealed),
                Err(message) => {
                    errors.add("photos", message.in_language(asked.language).into_owned());
                }
            }
        }
    }
    if !errors.is_empty() {
        return Ok(shown(&asked, &found, &text, &errors));
    }
    let contest = Contest {
        report: found.id,
        sealed: seal_note(asked.key(), found.id, &text)?,
        photo,
    };
    asked
        .city()
        .write(Actor::Public, contest, |tx, contest| {
            Box::pin(steps::contest(tx, contest))
        })
        .await
        .map_err(|error: ReportError| match error {
            ReportError::CannotContest => Problem::Conflict(asked.t("reports-problem-contest")),
            error => Problem::from(error),
        })?;
    Ok(done(&href(&found.public_id), "contested"))
}
