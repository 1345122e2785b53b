//! Before the start: the questions that tell who may apply here, and beginning the draft.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::{Actor, web::Problem};
use yakuba_forms::model::document::{Eligibility, EligibilityOption};
use yakuba_identity::Token;
use yakuba_ui::{Choice, ErrorSummary, Fields, FormErrors, Page, RadioGroup, Words};

use super::{Contents, Open};
use crate::{
    ProcedureError,
    model::{
        document::{ProcedureDocument, Proof},
        proven::Proven,
    },
    pages::asked::{Asked, Cookie, private},
    store::{
        Definition,
        drafts::{self, Draft},
    },
};

#[derive(Template)]
#[template(path = "applicant/before.html")]
struct BeforeBody {
    words: Words,
    errors: ErrorSummary,
    action: String,
    earlier: Vec<(String, String)>,
    question: RadioGroup,
    name: String,
    again: bool,
}

#[derive(Template)]
#[template(path = "applicant/stop.html")]
struct StopBody {
    words: Words,
    text: String,
    other_ways: Option<String>,
    back: String,
}

/// What the answers so far lead to.
enum Before<'d> {
    Ask(&'d Eligibility),
    Stop(&'d EligibilityOption),
    Begin,
}

fn lead<'d>(document: &'d ProcedureDocument, fields: &Fields) -> Before<'d> {
    for question in &document.form.before {
        let given = fields.get(question.key.as_str());
        let option = question
            .options
            .iter()
            .find(|option| option.value.as_str() == given);
        match option {
            None => return Before::Ask(question),
            Some(option) if option.stop.is_some() => return Before::Stop(option),
            Some(_) => {}
        }
    }
    Before::Begin
}

pub(super) async fn page(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let definition = asked.procedure(&key).await?;
    if definition.document.form.before.is_empty()
        || !may_begin(&definition.document, &asked.proven().await?)
    {
        return Ok(Redirect::to(&format!("/procedures/{key}")).into_response());
    }
    answered(asked, definition, Fields::default(), false).await
}

/// Whether it can be applied for by somebody of whom this is proved: some procedures need to know who it is.
pub(in crate::pages) fn may_begin(document: &ProcedureDocument, proven: &Proven) -> bool {
    document.proof != Proof::Verified || proven.person.is_some()
}

pub(super) async fn answer(
    asked: Asked,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let definition = asked.procedure(&key).await?;
    if !may_begin(&definition.document, &asked.proven().await?) {
        return Ok(Redirect::to(&format!("/procedures/{key}")).into_response());
    }
    answered(asked, definition, fields, true).await
}

async fn answered(
    asked: Asked,
    definition: Definition,
    fields: Fields,
    was_sent: bool,
) -> Result<Response, Problem> {
    let document = &definition.document;
    let (words, language) = (asked.words, asked.language);
    let base = format!("/procedures/{}", document.key);
    let title = document.title.get(language).to_owned();
    let again = fields.get("again") == "1";
    match lead(document, &fields) {
        Before::Begin => begin(asked, &definition, again).await,
        Before::Stop(option) => {
            let text = option.stop.as_ref().map_or("", |text| text.get(language));
            let body = StopBody {
                words,
                text: text.to_owned(),
                other_ways: document
                    .guide
                    .other_ways
                    .as_ref()
                    .map(|ways| ways.get(language).to_owned()),
                back: base.clone(),
            };
            let page = Page::public(asked.shell, words.get("applicant-stop-title"), &body)
                .breadcrumb(title, base)
                .narrow()
                .not_for_search_engines();
            Ok(private(page))
        }
        Before::Ask(question) => {
            let name = question.key.as_str();
            let mut errors = FormErrors::new();
            if was_sent && fields.get("asked") == name {
                errors.add(name, words.get("applicant-before-choose"));
            }
            let group = question.options.iter().fold(
                RadioGroup::new(language, name, question.question.get(language))
                    .required()
                    .errors(&errors),
                |group, option| {
                    group.choice(Choice::new(
                        option.value.as_str(),
                        option.label.get(language),
                    ))
                },
            );
            let earlier = document
                .form
                .before
                .iter()
                .take_while(|earlier| earlier.key != question.key)
                .map(|earlier| {
                    let key = earlier.key.as_str();
                    (key.to_owned(), fields.get(key).to_owned())
                })
                .collect();
            let body = BeforeBody {
                words,
                errors: errors.summary(language),
                action: format!("{base}/start"),
                earlier,
                question: group,
                name: name.to_owned(),
                again,
            };
            let page = Page::public(asked.shell, words.get("applicant-before-title"), &body)
                .breadcrumb(title, base)
                .narrow()
                .not_for_search_engines()
                .with_errors(!errors.is_empty());
            Ok(private(page))
        }
    }
}

/// Begins the draft, or goes on with the one this browser has.
async fn begin(asked: Asked, definition: &Definition, again: bool) -> Result<Response, Problem> {
    let procedure = definition.document.key.as_str();
    if !again
        && let Some(draft) = asked.draft(procedure).await?
        && draft.case.is_none()
    {
        adopt(&asked, &draft).await?;
        return resumed(&asked, procedure).await;
    }
    let token = Token::generate();
    let new = drafts::NewDraft::seal(
        asked.key(),
        &token,
        procedure,
        definition.number,
        asked.resident(),
        &Contents::default(),
    )?;
    asked
        .city()
        .write(asked.principal.actor(), new, |tx, new| {
            Box::pin(drafts::begin(tx, new))
        })
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(asked.go(
        &format!("/procedures/{procedure}/resume"),
        Cookie::Draft(procedure),
        Some(&token),
    ))
}

async fn resumed(asked: &Asked, procedure: &str) -> Result<Response, Problem> {
    Ok(match Open::of(asked, procedure).await? {
        Ok(open) => Redirect::to(&open.next(asked)).into_response(),
        Err(response) => response,
    })
}

/// Goes on where the applicant left off.
pub(super) async fn resume(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    resumed(&asked, &key).await
}

/// The same for whoever has signed in since: what they entered before goes into their account first.
pub(super) async fn take_over(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    if let Some(draft) = asked.draft(&key).await?
        && draft.case.is_none()
    {
        adopt(&asked, &draft).await?;
    }
    resumed(&asked, &key).await
}

/// Gives a draft without an account to whoever is signed in.
async fn adopt(asked: &Asked, draft: &Draft) -> Result<(), Problem> {
    let (Some(resident), None) = (asked.resident(), draft.resident) else {
        return Ok(());
    };
    asked
        .city()
        .write(
            asked.principal.actor(),
            (draft.id, resident),
            |tx, (draft, resident)| Box::pin(drafts::adopt(tx, *draft, *resident)),
        )
        .await
        .map_err(|error: ProcedureError| Problem::from(error))
}

/// Throws away what was entered.
pub(super) async fn discard(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    if let Some(draft) = asked.draft(&key).await?
        && draft.case.is_none()
    {
        // Others were asked to agree to it: they are told when it is withdrawn there.
        if draft.agree_by.is_some() {
            return Ok(Redirect::to(&format!("/procedures/{key}/together")).into_response());
        }
        asked
            .city()
            .write(Actor::Public, draft.id, |tx, draft| {
                Box::pin(drafts::discard(tx, *draft))
            })
            .await
            .map_err(|error: ProcedureError| Problem::from(error))?;
    }
    Ok(asked.go(
        &format!("/procedures/{key}?done=discarded"),
        Cookie::Draft(&key),
        None,
    ))
}
