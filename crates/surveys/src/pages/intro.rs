//! What a survey is about and what becomes of the answers; beginning, throwing away.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::{Actor, web::Problem};
use yakuba_identity::{Token, department_names};
use yakuba_ui::{DescriptionList, Page, Words};

use super::asked::{Asked, Open, private};
use crate::{
    error::SurveyError,
    model::document::{Anonymity, Audience},
    shown::times,
    store::drafts::{self, Saving},
};

#[derive(Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "answer/intro.html")]
struct Body {
    words: Words,
    base: String,
    details: DescriptionList,
    promise: Vec<String>,
    state: &'static str,
    sign_in: String,
    has_results: bool,
}

pub(super) async fn page(
    asked: Asked,
    Path(key): Path<String>,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let found = asked.survey(&key).await?;
    let now = asked.city().now();
    let document = &found.document;
    let (words, language) = (asked.words, asked.language);
    let questions: usize = document
        .form
        .pages
        .iter()
        .map(|page| page.fields.len())
        .sum();
    let departments = department_names(asked.city().db(), language.is_japanese()).await?;
    let details = DescriptionList::new()
        .text(words.get("surveys-time"), times(words, &found, now))
        .text(
            words.get("surveys-questions"),
            words.counted("surveys-questions-count", questions as u64),
        )
        .text(
            words.get("surveys-department"),
            departments
                .get(found.department())
                .map_or(found.department().as_str(), String::as_str),
        );
    let below = document.small_count_below;
    let mut promise = vec![asked.t(match (document.anonymity, document.audience) {
        (Anonymity::Anonymous, Audience::Residents) => "surveys-promise-anonymous",
        (Anonymity::Anonymous, Audience::Staff) => "surveys-promise-anonymous-staff",
        (Anonymity::OnePerPerson, Audience::Residents) => "surveys-promise-one",
        (Anonymity::OnePerPerson, Audience::Staff) => "surveys-promise-one-staff",
    })];
    promise.push(asked.t("surveys-promise-day"));
    if below > 1 {
        promise.push(
            words
                .with("surveys-promise-small", &[("n", i64::from(below).into())])
                .into_owned(),
        );
    }
    let has_draft = asked.draft(&key).await?.is_some();
    let state = if !found.is_open_at(now) {
        if found.is_coming_at(now) {
            "coming"
        } else if found.state == crate::store::State::Open && now < found.closes_at {
            "full"
        } else {
            "closed"
        }
    } else if asked.has_answered(&found).await? {
        "answered"
    } else if has_draft {
        "begun"
    } else if asked.token(&key).is_some() && document.anonymity == Anonymity::Anonymous {
        "sent"
    } else {
        "new"
    };
    let body = Body {
        words,
        base: format!("/surveys/{key}"),
        details,
        promise,
        state,
        sign_in: if asked.needs_person(&found).await? {
            format!("/resident/sign-in?next=/surveys/{key}")
        } else {
            String::new()
        },
        has_results: found.published_at.is_some(),
    };
    let mut page = Page::public(asked.shell.clone(), document.title.get(language), &body)
        .lead(document.summary.get(language))
        .breadcrumb(words.get("surveys-list-title"), "/surveys");
    if let Some(notice) = asked.done(query.done.as_deref()) {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// Begins, or goes on with what this browser has.
pub(super) async fn start(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = asked.survey(&key).await?;
    if !found.is_open_at(asked.city().now()) || asked.has_answered(&found).await? {
        return Ok(Redirect::to(&format!("/surveys/{key}")).into_response());
    }
    if asked.draft(&key).await?.is_some() {
        return Ok(match Open::of(&asked, &key).await? {
            Ok(open) => Redirect::to(&open.next(&asked)).into_response(),
            Err(elsewhere) => elsewhere,
        });
    }
    let token = Token::generate();
    let saving = Saving::new(asked.key(), &key, &token)?;
    asked
        .city()
        .write(Actor::Public, saving, |tx, saving| {
            Box::pin(drafts::save(tx, saving))
        })
        .await
        .map_err(|error: SurveyError| Problem::from(error))?;
    let to = if asked.needs_person(&found).await? {
        format!("/surveys/{key}/email")
    } else {
        let single = found.document.form.layout == yakuba_forms::model::document::Layout::Single;
        let first = found.document.form.pages.first();
        match first {
            Some(page) if !single => format!("/surveys/{key}/answer/{}", page.key),
            _ => format!("/surveys/{key}/answer/{}", super::asked::ALL),
        }
    };
    Ok(asked.go(&to, &key, Some(&token)))
}

/// Throws away what was entered.
pub(super) async fn discard(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    asked.survey(&key).await?;
    if let Some(draft) = asked.draft(&key).await? {
        asked
            .city()
            .write(Actor::Public, draft.token, |tx, token| {
                Box::pin(drafts::discard(tx, token))
            })
            .await
            .map_err(|error: SurveyError| Problem::from(error))?;
    }
    Ok(asked.go(&format!("/surveys/{key}?done=discarded"), &key, None))
}
