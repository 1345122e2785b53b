//! Being told by mail what becomes of a report, and no longer.

use askama::Template;
use axum::{
    extract::{Path, Request},
    response::Response,
};
use yakuba_city::{Actor, web::Problem};
use yakuba_mail::EmailAddress;
use yakuba_ui::{ErrorSummary, Fields, FormErrors, Page, TextField, Words, done};

use super::{
    asked::{Asked, private},
    confirming::{self, Confirming},
    href,
    one_click::{ended, is_one_click},
};
use crate::{
    error::ReportError,
    store::{
        self, Report,
        followers::{self, Follower},
    },
};

#[derive(Template)]
#[template(path = "public/follow.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    title: String,
    known: Option<String>,
    field: TextField,
    is_code: bool,
    action: String,
}

fn shown(
    asked: &Asked,
    found: &Report,
    known: Option<&EmailAddress>,
    is_code: bool,
    typed: &str,
    errors: &FormErrors,
) -> Response {
    let body = Body {
        words: asked.words,
        errors: errors.summary(asked.language),
        title: asked.title(found),
        known: known.map(|email| email.as_str().to_owned()),
        field: confirming::field(asked, is_code, typed, errors),
        is_code,
        action: format!("{}/follow", href(&found.public_id)),
    };
    let page = Page::public(asked.shell.clone(), asked.t("reports-follow"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .breadcrumb(asked.title(found), href(&found.public_id))
        .not_for_search_engines()
        .narrow()
        .with_errors(!errors.is_empty());
    private(page)
}

pub(super) async fn page(asked: Asked, Path(public_id): Path<String>) -> Result<Response, Problem> {
    let found = asked.report(&public_id).await?;
    let known = asked.email().await?;
    let is_code = confirming::asks_for_code(&asked) && known.is_none();
    let errors = FormErrors::new();
    Ok(shown(&asked, &found, known.as_ref(), is_code, "", &errors))
}

pub(super) async fn follow(
    asked: Asked,
    Path(public_id): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = asked.report(&public_id).await?;
    let known = asked.email().await?;
    let path = format!("{}/follow", href(&found.public_id));
    let email = match (fields.get("action"), known) {
        ("known", Some(email)) => email,
        _ => match confirming::step(&asked, &fields, &path).await? {
            Confirming::Proved(email) => email,
            Confirming::Go(response) => return Ok(response),
            Confirming::Again(is_code, typed, errors) => {
                return Ok(shown(&asked, &found, None, is_code, &typed, &errors));
            }
        },
    };
    let follower = Follower::new(asked.key(), &email, asked.language.code(), &asked.base())?;
    asked
        .city()
        .write(
            Actor::Public,
            (found.id, follower),
            |tx, (report, follower)| Box::pin(followers::follow(tx, *report, follower)),
        )
        .await
        .map_err(|error: ReportError| Problem::from(error))?;
    Ok(done(&href(&found.public_id), "followed"))
}

#[derive(Template)]
#[template(path = "public/unfollow.html")]
struct LeaveBody {
    words: Words,
    title: Option<String>,
    action: String,
}

/// The page that a mail's link leads to. A press ends it, so that no mail program that looks at links does.
pub(super) async fn leave(
    asked: Asked,
    Path(following): Path<String>,
) -> Result<Response, Problem> {
    let db = asked.city().db();
    let title = match followers::by_way_out(db, asked.key(), &following).await? {
        Some((report, _)) => store::report(db, report)
            .await?
            .map(|report| asked.title(&report)),
        None => None,
    };
    let body = LeaveBody {
        words: asked.words,
        title,
        action: format!("/reports/unfollow/{following}"),
    };
    let page = Page::public(asked.shell.clone(), asked.t("reports-unfollow"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .not_for_search_engines()
        .narrow();
    Ok(private(page))
}

pub(super) async fn left(
    asked: Asked,
    Path(following): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let is_one_click = is_one_click(request).await?;
    let found = followers::by_way_out(asked.city().db(), asked.key(), &following).await?;
    if let Some((_, id)) = found {
        asked
            .city()
            .write(Actor::Public, id, |tx, id| {
                Box::pin(followers::unfollow(tx, *id))
            })
            .await
            .map_err(|error: ReportError| Problem::from(error))?;
    }
    Ok(ended(
        is_one_click,
        &format!("/reports/unfollow/{following}"),
    ))
}
