//! What several forms ask alike, asked once: one set of answers begins a draft for each.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_forms::{FieldProblem, Form, Marks, Outcome, Wish, model::document::Text};
use yakuba_identity::Token;
use yakuba_ui::{Html, Language, Page, Words, done};

use super::{Open, PLAN, WORDS};
use crate::{
    ProcedureError,
    model::{
        document::ProcedureDocument,
        navigator::{SHARED_PAGE, Shared, shared},
    },
    pages::{
        apply::{Contents, Sent},
        asked::{Asked, Cookie, private},
        look_up,
    },
    store::{
        Definition,
        drafts::{self, NewDraft, Saving},
        visits::{self, SavingVisit},
    },
};

#[derive(Template)]
#[template(path = "navigator/fill.html")]
struct Body {
    words: Words,
    titles: Vec<String>,
    controls: Html,
}

/// A text of this room in every language.
fn text(key: &str) -> Text {
    let get = |language| WORDS.words(language).get(key).into_owned();
    Text {
        ja: get(Language::Japanese),
        easy: Some(get(Language::EasyJapanese)),
        en: Some(get(Language::English)),
    }
}

/// The chosen procedures that are still live, in the order of the choice. It decides what the questions are called, so that whoever shows
/// them and whoever reads them must have the same.
fn chosen<'d>(keys: &[String], live: &'d [Definition]) -> Vec<&'d Definition> {
    keys.iter()
        .filter_map(|key| {
            live.iter()
                .find(|definition| definition.document.key == *key)
        })
        .collect()
}

fn asked_once(open: &Open, chosen: &[&Definition]) -> Result<(Shared, Form), Problem> {
    let documents: Vec<&ProcedureDocument> = chosen
        .iter()
        .map(|definition| &definition.document)
        .collect();
    let shared = shared(&documents, &open.event.same, text("navigator-fill-page"));
    let form = Form::compile(&shared.form)
        .map_err(|_| Problem::internal("the questions of several forms do not go together"))?;
    Ok((shared, form))
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let chosen = chosen(&open.contents.chosen, &open.live);
    if chosen.is_empty() {
        return Ok(Redirect::to(PLAN).into_response());
    }
    let (_, form) = asked_once(&open, &chosen)?;
    show(asked, &open, &chosen, &form, &[], None).await
}

async fn show(
    asked: Asked,
    open: &Open,
    chosen: &[&Definition],
    form: &Form,
    problems: &[FieldProblem],
    looked_up: Option<&str>,
) -> Result<Response, Problem> {
    let mut marks = Marks::new();
    look_up::mark(
        asked.city(),
        form,
        &open.contents.shared,
        looked_up,
        &mut marks,
    )
    .await?;
    let (words, language) = (WORDS.words(asked.language), asked.language);
    let evaluation = form.evaluate(&open.contents.shared, asked.city().today());
    let body = Body {
        words,
        titles: chosen
            .iter()
            .map(|definition| definition.document.title.get(language).to_owned())
            .collect(),
        controls: form.render_page_marked(
            SHARED_PAGE,
            &open.contents.shared,
            &evaluation,
            problems,
            &marks,
            language,
        ),
    };
    Ok(private(
        Page::public(asked.shell, words.get("navigator-fill-title"), &body)
            .breadcrumb(words.get("navigator-title"), "/guide")
            .breadcrumb(words.get("navigator-plan-title"), PLAN)
            .narrow()
            .not_for_search_engines()
            .with_errors(!problems.is_empty()),
    ))
}

/// Everything that is written at once: the visit, drafts that begin, drafts that go on.
struct Filling {
    visit: SavingVisit,
    mark: String,
    new: Vec<NewDraft>,
    known: Vec<(String, Saving)>,
}

pub(super) async fn answer(asked: Asked, request: Request) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let sent = Sent::read(request).await?;
    let live = Arc::clone(&open.live);
    let chosen = chosen(&open.contents.chosen, &live);
    if chosen.is_empty() {
        return Ok(Redirect::to(PLAN).into_response());
    }
    let (shared, form) = asked_once(&open, &chosen)?;
    let before = open.contents.shared.clone();
    let read = form.read_page(
        SHARED_PAGE,
        &sent.pairs,
        &mut open.contents.shared,
        asked.city().today(),
    );
    if let Some(wish) = Wish::read(sent.get("action")) {
        look_up::carry_out(asked.city(), &form, &mut open.contents.shared, &wish).await?;
        return show(asked, &open, &chosen, &form, &[], wish.shown()).await;
    }
    // An entry was added or taken away.
    if matches!(read.outcome, Outcome::Changed(_)) {
        return show(asked, &open, &chosen, &form, &[], None).await;
    }
    if read.outcome == Outcome::Problems {
        return show(asked, &open, &chosen, &form, &read.problems, None).await;
    }
    let given = &open.contents.shared;
    let mut filling = Filling {
        visit: SavingVisit::seal(&open.key, &open.visit, &open.contents)?,
        mark: open.contents.mark.clone(),
        new: Vec::new(),
        known: Vec::new(),
    };
    let mut cookies = Vec::new();
    for definition in &chosen {
        let procedure = definition.document.key.as_str();
        match asked.draft(procedure).await? {
            Some(draft) if draft.case.is_some() => {}
            Some(draft) => {
                let key = draft.key(asked.key())?;
                let mut contents: Contents = draft.contents(&key)?;
                shared.fill(procedure, given, &before, &mut contents.answers);
                let files = contents.files();
                let saving = Saving::seal(&key, &draft, &contents, &[], files)?;
                filling.known.push((draft.submission(), saving));
            }
            None => {
                let mut contents = Contents::default();
                shared.fill(procedure, given, &before, &mut contents.answers);
                let token = Token::generate();
                filling.new.push(NewDraft::seal(
                    asked.key(),
                    &token,
                    procedure,
                    definition.number,
                    asked.resident(),
                    &contents,
                )?);
                cookies.push((procedure, token));
            }
        }
    }
    asked
        .city()
        .write(asked.principal.actor(), filling, |tx, filling| {
            Box::pin(async move {
                visits::save(tx, &filling.visit).await?;
                for new in &filling.new {
                    let draft = drafts::begin(tx, new).await?;
                    visits::mark(tx, &format!("draft/{draft}"), &filling.mark).await?;
                }
                for (submission, saving) in &filling.known {
                    drafts::save(tx, saving).await?;
                    visits::mark(tx, submission, &filling.mark).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    let mut response = done(PLAN, "filled");
    for (procedure, token) in &cookies {
        asked.set_cookie(&mut response, Cookie::Draft(procedure), Some(token));
    }
    Ok(response)
}
