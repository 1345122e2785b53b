//! Checking the answers, sending them, and the thanks.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::{Actor, web::Problem};
use yakuba_ui::{Fields, Html, NotificationBanner, Page, Words};

use super::asked::{ALL, Asked, Open, private};
use crate::{
    error::SurveyError,
    model::document::Anonymity,
    store::answering::{self, NewAnswer},
};

#[derive(Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "answer/check.html")]
struct Body {
    words: Words,
    base: String,
    answers: Html,
    revision: i64,
}

pub(super) async fn page(
    asked: Asked,
    Path(key): Path<String>,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let next = open.next(&asked);
    if next != format!("{}/check", open.base()) {
        return Ok(Redirect::to(&next).into_response());
    }
    let notice = asked.done(query.done.as_deref());
    Ok(show(&asked, &open, notice))
}

fn show(asked: &Asked, open: &Open, notice: Option<NotificationBanner>) -> Response {
    let (words, language) = (asked.words, asked.language);
    let evaluation = open
        .form
        .evaluate(&open.draft.answers, asked.city().today());
    let base = open.base();
    let single = open.is_single();
    let body = Body {
        words,
        answers: open
            .form
            .render_answers(&open.draft.answers, &evaluation, language, |page| {
                let page = if single { ALL } else { page.as_str() };
                Some(format!("{base}/answer/{page}?back=check"))
            }),
        revision: open.draft.revision,
        base: base.clone(),
    };
    let mut page = Page::public(asked.shell.clone(), words.get("surveys-check-title"), &body)
        .breadcrumb(open.survey.document.title.get(language), base)
        .not_for_search_engines();
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    private(page)
}

pub(super) async fn send(
    asked: Asked,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let base = open.base();
    let next = open.next(&asked);
    if next != format!("{base}/check") {
        return Ok(Redirect::to(&next).into_response());
    }
    // What is sent must be what was shown.
    if fields.revision() != open.draft.revision {
        return Ok(Redirect::to(&format!("{base}/check?done=changed")).into_response());
    }
    let Ok(submission) = open.form.submit(&open.draft.answers, asked.city().today()) else {
        return Ok(Redirect::to(&next).into_response());
    };
    let mut new = NewAnswer::new(&open.survey.document, &submission.answers)?
        .from_draft(&open.draft.token, open.draft.revision);
    if open.survey.document.anonymity == Anonymity::OnePerPerson {
        let Some(person) = asked.person(&open.survey).await? else {
            return Ok(Redirect::to(&format!("{base}/email")).into_response());
        };
        new = new.by(asked.key(), &person);
    }
    // Whoever it is, the public writes it: no account stands beside an answer.
    let taken = asked
        .city()
        .write(Actor::Public, new, |tx, new| {
            Box::pin(answering::take(tx, new))
        })
        .await;
    match taken {
        Ok(_) => Ok(Redirect::to(&format!("{base}/done")).into_response()),
        Err(SurveyError::ChangedMeanwhile) => {
            Ok(Redirect::to(&format!("{base}/check?done=changed")).into_response())
        }
        Err(SurveyError::AnsweredAlready | SurveyError::NotOpen | SurveyError::Full) => {
            Ok(Redirect::to(&base).into_response())
        }
        Err(SurveyError::GroupFull(field, option)) => {
            let full = [format!("{field}.{option}")];
            let sentence = super::fill::full_groups(&open.survey, &full, &open.draft.answers)
                .into_iter()
                .next()
                .map(|problem| problem.message.in_language(asked.language).into_owned())
                .unwrap_or_default();
            Ok(show(
                &asked,
                &open,
                Some(NotificationBanner::error(sentence)),
            ))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "answer/done.html")]
struct DoneBody {
    words: Words,
    base: String,
    thanks: String,
    again: bool,
}

pub(super) async fn done(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = asked.survey(&key).await?;
    let base = format!("/surveys/{key}");
    // A browser that has its cookie and no draft any more has sent it.
    if asked.token(&key).is_none() || asked.draft(&key).await?.is_some() {
        return Ok(Redirect::to(&base).into_response());
    }
    let (words, language) = (asked.words, asked.language);
    let body = DoneBody {
        words,
        base,
        thanks: found.document.thanks.as_ref().map_or_else(
            || asked.t("surveys-thanks"),
            |text| text.get(language).to_owned(),
        ),
        again: found.document.anonymity == Anonymity::Anonymous
            && found.is_open_at(asked.city().now()),
    };
    let page = Page::public(asked.shell.clone(), words.get("surveys-sent-title"), &body)
        .breadcrumb(words.get("surveys-list-title"), "/surveys")
        .not_for_search_engines();
    Ok(private(page))
}
