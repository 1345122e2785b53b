//! The pages of the form.

use askama::Template;
use axum::{
    extract::{Path, Query, Request},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_forms::{Evaluation, FieldProblem, Outcome, Wish};
use yakuba_ui::{Html, Page, Words};

use super::{ALL, Open, Sent, problem_at, slot_gone};
use crate::{
    pages::{
        asked::{Asked, private},
        look_up,
    },
    slots,
};

#[derive(Deserialize)]
pub(super) struct Way {
    /// `check` when the applicant came from the check and goes back there.
    back: Option<String>,
    /// The path of the address whose postal code was just looked up.
    look_up: Option<String>,
    /// `taken` when the time that was chosen has gone to somebody else.
    slot: Option<String>,
}

impl Way {
    fn is_to_check(&self) -> bool {
        self.back.as_deref() == Some("check")
    }
}

#[derive(Template)]
#[template(path = "applicant/fill.html")]
struct Body {
    words: Words,
    place: String,
    action: String,
    files: bool,
    controls: Html,
    back: Option<String>,
    to_check: bool,
    /// Whether something on the page is marked as verified.
    is_marked: bool,
}

pub(super) async fn page(
    asked: Asked,
    Path((key, page)): Path<(String, String)>,
    Query(way): Query<Way>,
) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    // Shown, not kept: it is kept when the person sends the page.
    open.contents.answers = open.filled_in(&page);
    let evaluation = open
        .form
        .evaluate(&open.contents.answers, asked.city().today());
    let exists = if open.is_single() {
        page == ALL
    } else {
        evaluation.is_page_shown(&page)
    };
    if !exists {
        return Ok(Redirect::to(&open.next(&asked)).into_response());
    }
    let mut problems = Vec::new();
    if way.slot.is_some() {
        problems.extend(slots::gone(&open.form, slot_gone()));
    }
    show(asked, &open, &page, &evaluation, &problems, &way).await
}

async fn show(
    asked: Asked,
    open: &Open,
    page: &str,
    evaluation: &Evaluation,
    problems: &[FieldProblem],
    way: &Way,
) -> Result<Response, Problem> {
    let to_check = way.is_to_check();
    let (words, language) = (asked.words, asked.language);
    let answers = &open.contents.answers;
    let form = &open.form;
    let mut marks = open.marks(answers, &words.get("applicant-verified"));
    look_up::mark(
        asked.city(),
        form,
        answers,
        way.look_up.as_deref(),
        &mut marks,
    )
    .await?;
    slots::offer(asked.city(), form, open.draft.id, &mut marks).await?;
    let is_marked = if open.is_single() {
        !marks.is_empty()
    } else {
        form.page(page).is_some_and(|page| {
            page.fields
                .iter()
                .any(|field| marks.at(field.key.as_str()).is_some())
        })
    };
    let (title, controls, files) = if open.is_single() {
        let files = open
            .document
            .form
            .pages
            .iter()
            .any(yakuba_forms::model::document::FormPage::asks_for_files);
        let controls = form.render_all_marked(answers, evaluation, problems, &marks, language);
        (open.document.title.get(language), controls, files)
    } else {
        let found = form.page(page);
        let controls =
            form.render_page_marked(page, answers, evaluation, problems, &marks, language);
        (
            found.map_or("", |page| page.title.get(language)),
            controls,
            found.is_some_and(yakuba_forms::model::document::FormPage::asks_for_files),
        )
    };
    let place = evaluation
        .place_of_page(page)
        .map_or_else(String::new, |(n, of)| {
            words
                .with(
                    "applicant-page-place",
                    &[("n", n.into()), ("of", of.into())],
                )
                .into_owned()
        });
    let base = open.base();
    let back = if to_check {
        Some(format!("{base}/check"))
    } else if let Some(before) = evaluation.page_before(page) {
        Some(format!("{base}/apply/{before}"))
    } else {
        open.asks_who_applies().then(|| format!("{base}/applicant"))
    };
    let body = Body {
        words,
        place,
        action: format!(
            "{base}/apply/{page}{}",
            if to_check { "?back=check" } else { "" }
        ),
        files,
        controls,
        back,
        to_check,
        is_marked,
    };
    let mut shown = Page::public(asked.shell, title, &body)
        .breadcrumb(open.document.title.get(language), base)
        .not_for_search_engines()
        .with_errors(!problems.is_empty());
    if !open.is_single() {
        shown = shown.narrow();
    }
    Ok(private(shown))
}

pub(super) async fn answer(
    asked: Asked,
    Path((key, page)): Path<(String, String)>,
    Query(way): Query<Way>,
    request: Request,
) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let mut sent = Sent::read(request).await?;
    let today = asked.city().today();
    let form = open.form.clone();
    let single = open.is_single();
    let read = if single {
        form.read_all(&sent.pairs, &mut open.contents.answers, today)
    } else {
        form.read_page(&page, &sent.pairs, &mut open.contents.answers, today)
    };
    if read.outcome == Outcome::NotAsked {
        return Ok(Redirect::to(&open.next(&asked)).into_response());
    }
    open.contents.sent_pages.insert(page.clone());
    let (mut evaluation, mut problems, mut outcome) =
        (read.evaluation, read.problems, read.outcome);
    let mut added = Vec::new();
    if sent.has_files() {
        let on_page = |path: &str| {
            single
                || form.page(&page).is_some_and(|page| {
                    let top = path.split('.').next().unwrap_or_default();
                    page.fields.iter().any(|field| field.key.as_str() == top)
                })
        };
        let (taken, refused) = sent
            .take_files(&form, &mut open.contents.answers, on_page)
            .await?;
        added = taken;
        // The files count now, and what was missing without them may be there.
        evaluation = form.evaluate(&open.contents.answers, today);
        if matches!(outcome, Outcome::Problems | Outcome::Complete) {
            problems = evaluation
                .problems
                .iter()
                .filter(|problem| single || problem.page.as_str() == page)
                .cloned()
                .collect();
            for (path, message) in refused {
                problems.retain(|problem| problem.path() != path);
                problems.extend(problem_at(&form, &page, &path, message));
            }
            outcome = if !problems.is_empty() {
                Outcome::Problems
            } else if read.new_questions.is_empty() {
                Outcome::Complete
            } else {
                Outcome::MoreQuestions
            };
        } else if outcome == Outcome::MoreQuestions && !refused.is_empty() {
            // The new questions are shown beside the file that was not taken, and are not blamed yet.
            problems = refused
                .into_iter()
                .filter_map(|(path, message)| problem_at(&form, &page, &path, message))
                .collect();
            outcome = Outcome::Problems;
        }
    }
    let wish = Wish::read(sent.get("action"));
    if let Some(wish) = &wish {
        look_up::carry_out(asked.city(), &form, &mut open.contents.answers, wish).await?;
    }
    if !open.save_with_slot(&asked, &added).await? {
        return Ok(Redirect::to(&open.choose_slot()).into_response());
    }
    let base = open.base();
    let to_check = way.is_to_check();
    if let Some(wish) = wish {
        let to = look_up::back_to(&format!("{base}/apply/{page}"), to_check, &wish);
        return Ok(Redirect::to(&to).into_response());
    }
    let way_back = way;
    let way = if to_check { "?back=check" } else { "" };
    if sent.get("action") == "later" {
        return Ok(Redirect::to(&format!("{base}?done=kept")).into_response());
    }
    Ok(match outcome {
        Outcome::Changed(id) => {
            Redirect::to(&format!("{base}/apply/{page}{way}#{id}")).into_response()
        }
        Outcome::MoreQuestions => {
            Redirect::to(&format!("{base}/apply/{page}{way}")).into_response()
        }
        Outcome::Problems => {
            let way = Way {
                look_up: None,
                slot: None,
                ..way_back
            };
            show(asked, &open, &page, &evaluation, &problems, &way).await?
        }
        Outcome::Complete | Outcome::NotAsked => {
            let next = match evaluation.page_after(&page) {
                Some(next) if !single && !to_check => format!("{base}/apply/{next}"),
                _ => open.next(&asked),
            };
            Redirect::to(&next).into_response()
        }
    })
}
