//! The tablet at a counter: it shows the visitor the answers of one draft, to read and to say whether they are right. Nothing else is
//! reached from it.

use askama::Template;
use axum::{
    http::HeaderValue,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::{
    Actor,
    web::{Access, Principal, Problem, Routes},
};
use yakuba_identity::Token;
use yakuba_ui::{
    CheckboxGroup, Choice, Fields, FormErrors, Html, NotificationBanner, Page, Shell, TextField,
    Words,
};

use super::asked::{Asked, Cookie, private};
use crate::{
    ProcedureError,
    desk::COUNTER_WORDS,
    model::visit::ShortCode,
    pages::{self, Contents},
    store::{
        counter::{self, Entry},
        counter_tablets::{self, Said, Tablet},
        version,
    },
};

/// The tablet's only address.
const HERE: &str = "/tablet";

/// The routes of the tablet.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/tablet", Access::Public, page)
        .post("/tablet", Access::Public, pair)
        .post("/tablet/answer", Access::Public, answer)
}

#[derive(Template)]
#[template(path = "tablet/enter.html")]
struct EnterBody {
    words: Words,
    errors: yakuba_ui::ErrorSummary,
    code: Option<TextField>,
}

#[derive(Template)]
#[template(path = "tablet/check.html")]
struct CheckBody {
    words: Words,
    title: String,
    answers: Html,
    which: CheckboxGroup,
    revision: i64,
}

#[derive(Template)]
#[template(path = "tablet/said.html")]
struct SaidBody {
    words: Words,
    correct: bool,
}

/// The frame of a page without any way out: no menu, nobody signed in.
fn bare(mut shell: Shell) -> Shell {
    shell.menu.clear();
    shell.desk_menu.clear();
    shell.footer_links.clear();
    shell.signed_in = None;
    shell.sign_in_href = None;
    HERE.clone_into(&mut shell.home_href);
    shell
}

/// What the tablet of this browser shows now.
async fn shown(asked: &Asked) -> Result<Option<(Tablet, Entry)>, Problem> {
    let Some(token) = asked.token(Cookie::Tablet) else {
        return Ok(None);
    };
    let (db, now) = (asked.city().db(), asked.city().now());
    let Some(tablet) = counter_tablets::with_token(db, &token, now).await? else {
        return Ok(None);
    };
    let entry = counter::entry(db, tablet.draft, now)
        .await?
        .filter(|entry| entry.draft.case.is_none());
    Ok(entry.map(|entry| (tablet, entry)))
}

async fn page(asked: Asked) -> Result<Response, Problem> {
    // A device on which somebody of the town hall is signed in is not handed to a visitor.
    if matches!(asked.principal, Principal::Staff(_)) {
        return Ok(enter(asked, "", &FormErrors::new(), true));
    }
    match shown(&asked).await? {
        Some((tablet, entry)) => check(asked, &tablet, &entry, false).await,
        None => Ok(enter(asked, "", &FormErrors::new(), false)),
    }
}

fn enter(asked: Asked, typed: &str, errors: &FormErrors, staff: bool) -> Response {
    let words = COUNTER_WORDS.words(asked.language);
    let ended = asked.token(Cookie::Tablet).is_some() && errors.is_empty() && !staff;
    let body = EnterBody {
        words,
        errors: errors.summary(asked.language),
        code: (!staff).then(|| {
            TextField::new(asked.language, "code", words.get("tablet-code"))
                .support(words.get("tablet-code-support"))
                .value(typed)
                .width(12)
                .required()
                .errors(errors)
        }),
    };
    let mut page = Page::public(bare(asked.shell), words.get("tablet-title"), &body)
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    if staff {
        page = page.notice(NotificationBanner::warning(words.get("tablet-staff")));
    } else if ended {
        page = page.notice(NotificationBanner::info(words.get("tablet-ended")));
    }
    private(page)
}

async fn check(
    asked: Asked,
    tablet: &Tablet,
    entry: &Entry,
    changed: bool,
) -> Result<Response, Problem> {
    let words = COUNTER_WORDS.words(asked.language);
    if let Some(said) = tablet.said_of(entry.draft.revision) {
        let body = SaidBody {
            words,
            correct: *said == Said::Correct,
        };
        let mut response = private(
            Page::public(bare(asked.shell), words.get("tablet-title"), &body)
                .narrow()
                .not_for_search_engines(),
        );
        // Without JavaScript too: looks again by itself, in case something was corrected.
        response
            .headers_mut()
            .insert("refresh", HeaderValue::from_static("10"));
        return Ok(response);
    }
    let db = asked.city().db();
    let definition = version(db, &entry.draft.procedure, entry.draft.version)
        .await?
        .ok_or(Problem::NotFound)?;
    let form = pages::form(asked.city(), &definition)?;
    let key = entry.draft.key(asked.key())?;
    let contents: Contents = entry.draft.contents(&key)?;
    let notes = entry.notes(&key)?;
    let day = notes.arrived_on.unwrap_or_else(|| asked.city().today());
    let evaluation = form.evaluate(&contents.answers, day);
    let language = asked.language;
    let which = form
        .answer_sections(&contents.answers, &evaluation, language)
        .into_iter()
        .filter(|section| section.page.is_some())
        .flat_map(|section| section.rows)
        .fold(
            CheckboxGroup::new(language, "wrong", words.get("tablet-wrong-which")),
            |group, row| group.choice(Choice::new(row.path, row.label)),
        );
    let body = CheckBody {
        words,
        title: definition.document.title.get(language).to_owned(),
        answers: form.render_answers(&contents.answers, &evaluation, language, |_| None),
        which,
        revision: entry.draft.revision,
    };
    let mut page = Page::public(bare(asked.shell), words.get("tablet-check-title"), &body)
        .not_for_search_engines();
    if changed {
        page = page.notice(NotificationBanner::warning(words.get("tablet-changed")));
    }
    Ok(private(page))
}

async fn pair(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    if matches!(asked.principal, Principal::Staff(_)) {
        return Ok(enter(asked, "", &FormErrors::new(), true));
    }
    let words = COUNTER_WORDS.words(asked.language);
    let typed = fields.get("code").to_owned();
    let mut errors = FormErrors::new();
    let Ok(code) = typed.parse::<ShortCode>() else {
        errors.add("code", words.get("tablet-mistyped"));
        return Ok(enter(asked, &typed, &errors, false));
    };
    let token = Token::generate();
    let paired = asked
        .city()
        .write(
            Actor::Public,
            (asked.key().clone(), code, token.clone()),
            |tx, (key, code, token)| Box::pin(counter_tablets::pair(tx, key, code, token)),
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    if paired.is_none() {
        errors.add("code", words.get("tablet-unknown"));
        return Ok(enter(asked, &typed, &errors, false));
    }
    Ok(asked.go(HERE, Cookie::Tablet, Some(&token)))
}

async fn answer(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (Some(token), Some((tablet, entry))) = (asked.token(Cookie::Tablet), shown(&asked).await?)
    else {
        return Ok(Redirect::to(HERE).into_response());
    };
    let said = match fields.get("answer") {
        "correct" => Said::Correct,
        "wrong" => {
            let definition = version(
                asked.city().db(),
                &entry.draft.procedure,
                entry.draft.version,
            )
            .await?
            .ok_or(Problem::NotFound)?;
            let form = pages::form(asked.city(), &definition)?;
            Said::Wrong(
                fields
                    .all("wrong")
                    .filter(|path| form.field_at_path(path).is_some())
                    .take(200)
                    .map(str::to_owned)
                    .collect(),
            )
        }
        _ => return Ok(Redirect::to(HERE).into_response()),
    };
    let outcome = asked
        .city()
        .write(
            Actor::Public,
            (token, fields.revision(), said),
            |tx, (token, revision, said)| {
                Box::pin(counter_tablets::say(tx, token, *revision, said))
            },
        )
        .await;
    match outcome {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(ProcedureError::ChangedMeanwhile) => check(asked, &tablet, &entry, true).await,
        Err(error) => Err(error.into()),
    }
}
