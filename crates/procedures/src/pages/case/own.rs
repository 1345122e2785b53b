//! What belongs to the account of whoever is signed in: applications that are being filled in, and cases.

use axum::{extract::Path, response::Response};
use yakuba_city::{City, CityError, CityKey, OwnRecord, OwnRecords, web::Problem};
use yakuba_forms::slot_text;
use yakuba_identity::Token;
use yakuba_ui::{Fields, Language, Words, format};

use super::{day, opened, view::standing};
use crate::{
    ProcedureError,
    desk::titles::Titles,
    pages::{
        WORDS,
        asked::{Asked, Cookie},
        together::{self, Agreed},
    },
    slots,
    store::{
        cases::{self, Case, own_stages},
        drafts::{self, Draft},
        own::{self, OwnCase},
        sessions,
    },
};

/// Where a case of the account is opened.
pub(super) const OWN: &str = "/cases/own";

/// An application that is being filled in.
pub(super) struct DraftView {
    pub(super) title: String,
    pub(super) kept: String,
    /// What its forms send; empty: it is in this browser only.
    pub(super) handle: String,
    pub(super) base: String,
    /// Whether it was sent and others are asked to agree.
    pub(super) waits: bool,
}

/// A case of the account.
pub(super) struct CaseView {
    pub(super) title: String,
    pub(super) received: String,
    pub(super) standing: String,
    pub(super) todo: Vec<String>,
    pub(super) handle: String,
}

/// What the list shows.
#[derive(Default)]
pub(super) struct Own {
    pub(super) drafts: Vec<DraftView>,
    pub(super) cases: Vec<CaseView>,
    /// What others sent and the account agreed to.
    pub(super) agreed: Vec<Agreed>,
}

/// The applications of a resident for the page of their account: first those that wait for them.
///
/// # Errors
/// When the cases cannot be read.
pub(crate) async fn records(
    city: &City,
    resident: i64,
    language: &str,
) -> Result<Option<OwnRecords>, CityError> {
    let language = Language::from_code(language).unwrap_or_default();
    let words = WORDS.words(language);
    let found = own_records(city, resident, words).await;
    let records = found.map_err(ProcedureError::into_city)?;
    Ok((!records.is_empty()).then(|| OwnRecords {
        title: words.get("applicant-account-title").into_owned(),
        about: words.get("applicant-account-about").into_owned(),
        records,
    }))
}

async fn own_records(
    city: &City,
    resident: i64,
    words: Words,
) -> Result<Vec<OwnRecord>, ProcedureError> {
    let db = city.db();
    let cases = own::cases(db, resident).await?;
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let key = city.key()?;
    let titles = Titles::read(db).await?;
    let all: Vec<Case> = cases.iter().map(|own| own.case.clone()).collect();
    let stages = own_stages(db, &all).await?;
    let mut waiting = Vec::new();
    let mut others = Vec::new();
    for own in cases {
        // What is to be done says more than how it stands.
        let todo = todo(city, &own, words).await?;
        let record = |state: String| OwnRecord {
            title: titles
                .title(&own.case.procedure, words.language())
                .to_owned(),
            state,
            at: own.case.received_at,
            href: format!("{OWN}/{}", handle_of(key, resident, "case", own.case.id)),
        };
        if todo.is_empty() {
            let stage = stages.get(&own.case.id).filter(|stage| stage.shown);
            others.push(record(standing(&own.case, stage, false, words)));
        } else {
            let joint = if words.language().is_japanese() {
                "、"
            } else {
                "; "
            };
            waiting.push(record(todo.join(joint)));
        }
    }
    // They come newest first, which stays so among those that wait and among the others.
    waiting.extend(others);
    Ok(waiting)
}

/// What waits for the applicant of a case: a correction, messages, a time at which they come.
async fn todo(city: &City, own: &OwnCase, words: Words) -> Result<Vec<String>, ProcedureError> {
    let mut todo = Vec::new();
    if let Some(correction) = own.correction {
        todo.push(match correction.answer_by {
            Some(until) => words
                .with_text(
                    "applicant-own-correct-until",
                    "day",
                    &format::date(until, words.language()),
                )
                .into_owned(),
            None => words.get("applicant-own-correct").into_owned(),
        });
    }
    if own.unread > 0 {
        todo.push(
            words
                .counted("applicant-own-unread", own.unread)
                .into_owned(),
        );
    }
    if !own.case.stage.is_final()
        && let Some(found) = slots::appointment(city, own.case.id, words.language()).await?
        && !found.is_off
        && found.slot.day >= city.today()
    {
        let time = slot_text(&found.slot, words.language());
        todo.push(
            words
                .with(
                    "applicant-own-appointment",
                    &[("time", time.into()), ("place", found.name.into())],
                )
                .into_owned(),
        );
    }
    Ok(todo)
}

/// What a form names something of an account by: a keyed hash. Numbers inside the town hall tell residents how many there are.
fn handle(asked: &Asked, resident: i64, what: &str, id: i64) -> String {
    handle_of(asked.key(), resident, what, id)
}

fn handle_of(key: &CityKey, resident: i64, what: &str, id: i64) -> String {
    key.look_up("procedures.own", &format!("{resident}/{what}/{id}"))
}

fn signed_in(asked: &Asked) -> Result<i64, Problem> {
    asked.resident().ok_or(Problem::ResidentSignInNeeded)
}

/// What this browser has begun and what the account has.
pub(super) async fn list(asked: &Asked) -> Result<Own, Problem> {
    let db = asked.city().db();
    let resident = asked.resident();
    let mut all = asked.drafts_here().await?;
    let mut cases = Vec::new();
    if let Some(resident) = resident {
        all.extend(drafts::of_resident(db, resident, asked.city().now()).await?);
        cases = own::cases(db, resident).await?;
    }
    let agreed = together::agreed(asked).await?;
    if all.is_empty() && cases.is_empty() {
        return Ok(Own {
            agreed,
            ..Own::default()
        });
    }
    let titles = Titles::read(db).await?;
    let all_cases: Vec<Case> = cases.iter().map(|own| own.case.clone()).collect();
    let stages = own_stages(db, &all_cases).await?;
    let (words, language) = (asked.words, asked.language);
    let drafts = all
        .iter()
        .map(|draft| DraftView {
            title: titles.title(&draft.procedure, language).to_owned(),
            kept: match (draft.agree_by, draft.resident) {
                (Some(until), _) => {
                    words.with_text("applicant-own-waits", "day", &format::date(until, language))
                }
                (None, owner) => words.with_text(
                    match owner {
                        Some(_) => "applicant-own-draft-kept",
                        None => "applicant-guide-kept-until",
                    },
                    "day",
                    &day(draft.expires_at, language),
                ),
            }
            .into_owned(),
            waits: draft.agree_by.is_some(),
            handle: match draft.resident {
                Some(owner) => handle(asked, owner, "draft", draft.id),
                None => String::new(),
            },
            base: format!("/procedures/{}", draft.procedure),
        })
        .collect();
    let mut shown = Vec::new();
    for own in cases {
        let todo = todo(asked.city(), &own, words).await?;
        shown.push(CaseView {
            title: titles.title(&own.case.procedure, language).to_owned(),
            received: words
                .with_text(
                    "applicant-own-received",
                    "day",
                    &day(own.case.received_at, language),
                )
                .into_owned(),
            standing: standing(
                &own.case,
                stages.get(&own.case.id).filter(|stage| stage.shown),
                own.correction.is_some(),
                words,
            ),
            todo,
            handle: handle(
                asked,
                own.case.resident.unwrap_or_default(),
                "case",
                own.case.id,
            ),
        });
    }
    Ok(Own {
        drafts,
        cases: shown,
        agreed,
    })
}

/// Opens a case of the account.
pub(super) async fn open(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    open_by(asked, fields.get("case")).await
}

/// The same by a link on the page of the account. Its address opens nothing to anybody who is not signed in to this account.
pub(super) async fn follow(asked: Asked, Path(case): Path<String>) -> Result<Response, Problem> {
    open_by(asked, &case).await
}

/// Opens a case of the account by its handle. Another's is not found, as one that does not exist.
async fn open_by(asked: Asked, named: &str) -> Result<Response, Problem> {
    let resident = signed_in(&asked)?;
    let case = cases::cases_of_resident(asked.city().db(), resident)
        .await?
        .into_iter()
        .find(|case| handle(&asked, resident, "case", case.id) == named)
        .ok_or(Problem::NotFound)?;
    let token = Token::generate();
    asked
        .city()
        .write(
            asked.principal.actor(),
            (case.id, token.clone(), resident),
            |tx, (case, token, resident)| {
                Box::pin(sessions::begin(tx, *case, token, Some(*resident)))
            },
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(asked.go("/cases/view", Cookie::Case, Some(&token)))
}

/// Puts the case whose receipt number was shown into the account.
pub(super) async fn join(asked: Asked) -> Result<Response, Problem> {
    let resident = signed_in(&asked)?;
    let (case, key) = match opened(&asked).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let email = asked.proven().await?.email;
    let outcome = asked
        .city()
        .write(
            asked.principal.actor(),
            (key, case.id, resident, email),
            |tx, (key, case, resident, email)| {
                Box::pin(own::join(tx, key, *case, *resident, email.as_deref()))
            },
        )
        .await;
    let to = match outcome {
        Ok(()) => "/cases/view?done=joined",
        // Sent twice, or in an account already: the page shows how it stands.
        Err(ProcedureError::WrongState(_)) => "/cases/view",
        Err(error) => return Err(error.into()),
    };
    Ok(axum::response::IntoResponse::into_response(
        axum::response::Redirect::to(to),
    ))
}

async fn draft(asked: &Asked, fields: &Fields) -> Result<(i64, Draft), Problem> {
    let resident = signed_in(asked)?;
    let found = drafts::of_resident(asked.city().db(), resident, asked.city().now())
        .await?
        .into_iter()
        .find(|draft| handle(asked, resident, "draft", draft.id) == fields.get("draft"))
        .ok_or(Problem::NotFound)?;
    Ok((resident, found))
}

/// Goes on with a draft of the account in this browser.
pub(super) async fn go_on(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (resident, draft) = draft(&asked, &fields).await?;
    let token = Token::generate();
    asked
        .city()
        .write(
            asked.principal.actor(),
            (draft.id, resident, token.clone()),
            |tx, (draft, resident, token)| {
                Box::pin(drafts::open_with(tx, *draft, *resident, token))
            },
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(asked.go(
        &format!("/procedures/{}/resume", draft.procedure),
        Cookie::Draft(&draft.procedure),
        Some(&token),
    ))
}

/// Throws a draft of the account away.
pub(super) async fn discard(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let (_, draft) = draft(&asked, &fields).await?;
    // Others were asked to agree to it: they are told when it is withdrawn on its own page.
    if draft.agree_by.is_some() {
        return go_on(asked, fields).await;
    }
    asked
        .city()
        .write(asked.principal.actor(), draft.id, |tx, draft| {
            Box::pin(drafts::discard(tx, *draft))
        })
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(asked.go(
        "/cases?done=discarded",
        Cookie::Draft(&draft.procedure),
        None,
    ))
}
