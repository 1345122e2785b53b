//! The pages of the form.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_forms::{
    Answer, Evaluation, FieldProblem, Outcome,
    model::document::{FieldKind, Key, Text},
};
use yakuba_ui::{Html, Page, Words};

use super::asked::{ALL, Asked, Open, private};
use crate::{
    WORDS,
    store::{Survey, answering::full_cells},
};

#[derive(Deserialize)]
pub(super) struct Way {
    /// `check` when the person came from the check and goes back there.
    back: Option<String>,
}

#[derive(Template)]
#[template(path = "answer/fill.html")]
struct Body {
    words: Words,
    place: String,
    action: String,
    controls: Html,
    back: Option<String>,
    to_check: bool,
}

pub(super) async fn page(
    asked: Asked,
    Path((key, page)): Path<(String, String)>,
    Query(way): Query<Way>,
) -> Result<Response, Problem> {
    let open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let evaluation = open
        .form
        .evaluate(&open.draft.answers, asked.city().today());
    let exists = if open.is_single() {
        page == ALL
    } else {
        evaluation.is_page_shown(&page)
    };
    if !exists {
        return Ok(Redirect::to(&open.next(&asked)).into_response());
    }
    let to_check = way.back.as_deref() == Some("check");
    Ok(show(&asked, &open, &page, &evaluation, &[], to_check))
}

fn show(
    asked: &Asked,
    open: &Open,
    page: &str,
    evaluation: &Evaluation,
    problems: &[FieldProblem],
    to_check: bool,
) -> Response {
    let (words, language) = (asked.words, asked.language);
    let (answers, form) = (&open.draft.answers, &open.form);
    let survey = open.survey.document.title.get(language);
    let (title, controls) = if open.is_single() {
        let controls = form.render_all(answers, evaluation, problems, language);
        (survey, controls)
    } else {
        let controls = form.render_page(page, answers, evaluation, problems, language);
        let title = form.page(page).map_or("", |page| page.title.get(language));
        (title, controls)
    };
    let place = evaluation
        .place_of_page(page)
        .map_or_else(String::new, |(n, of)| {
            words
                .with("surveys-page-place", &[("n", n.into()), ("of", of.into())])
                .into_owned()
        });
    let base = open.base();
    let back = if to_check {
        Some(format!("{base}/check"))
    } else {
        evaluation
            .page_before(page)
            .map(|before| format!("{base}/answer/{before}"))
    };
    let body = Body {
        words,
        place,
        action: format!(
            "{base}/answer/{page}{}",
            if to_check { "?back=check" } else { "" }
        ),
        controls,
        back,
        to_check,
    };
    let mut shown = Page::public(asked.shell.clone(), title, &body)
        .breadcrumb(survey, base)
        .not_for_search_engines()
        .with_errors(!problems.is_empty());
    if !open.is_single() {
        shown = shown.narrow();
    }
    private(shown)
}

pub(super) async fn answer(
    asked: Asked,
    Path((key, page)): Path<(String, String)>,
    Query(way): Query<Way>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let today = asked.city().today();
    let form = open.form.clone();
    let single = open.is_single();
    let read = if single {
        form.read_all(&pairs, &mut open.draft.answers, today)
    } else {
        form.read_page(&page, &pairs, &mut open.draft.answers, today)
    };
    if read.outcome == Outcome::NotAsked {
        return Ok(Redirect::to(&open.next(&asked)).into_response());
    }
    open.save(&asked).await?;
    let base = open.base();
    if pairs
        .iter()
        .any(|(name, value)| name == "action" && value == "later")
    {
        return Ok(Redirect::to(&format!("{base}?done=kept")).into_response());
    }
    let to_check = way.back.as_deref() == Some("check");
    let back = if to_check { "?back=check" } else { "" };
    let mut problems = read.problems;
    // Told at once, not after ten minutes of answering.
    let full = full_cells(asked.city().db(), open.survey.key()).await?;
    problems.extend(
        full_groups(&open.survey, &full, &open.draft.answers)
            .into_iter()
            .filter(|problem| single || problem.page.as_str() == page),
    );
    if !problems.is_empty() {
        return Ok(show(
            &asked,
            &open,
            &page,
            &read.evaluation,
            &problems,
            to_check,
        ));
    }
    Ok(match read.outcome {
        Outcome::MoreQuestions | Outcome::Changed(_) => {
            Redirect::to(&format!("{base}/answer/{page}{back}")).into_response()
        }
        _ => {
            let next = match read.evaluation.page_after(&page) {
                Some(next) if !single && !to_check => format!("{base}/answer/{next}"),
                _ => open.next(&asked),
            };
            Redirect::to(&next).into_response()
        }
    })
}

/// The answers of which enough have come, each with a plain sentence.
pub(super) fn full_groups(
    survey: &Survey,
    full: &[String],
    answers: &yakuba_forms::Answers,
) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for page in &survey.document.form.pages {
        for field in &page.fields {
            let (FieldKind::Choice { options }, Some(Answer::Choice(chosen))) =
                (&field.kind, answers.get(field.key.as_str()))
            else {
                continue;
            };
            if full
                .iter()
                .any(|cell| *cell == format!("{}.{chosen}", field.key))
            {
                let label = options
                    .iter()
                    .find(|option| option.value == *chosen)
                    .map(|option| option.label.clone())
                    .unwrap_or_default();
                problems.push(full_group(&page.key, &field.key, &label));
            }
        }
    }
    problems
}

fn full_group(page: &Key, field: &Key, label: &Text) -> FieldProblem {
    use yakuba_ui::Language;
    let text = |language| {
        WORDS
            .words(language)
            .with_text("surveys-group-full", "group", label.get(language))
            .into_owned()
    };
    FieldProblem {
        page: page.clone(),
        field: field.clone(),
        entry: None,
        part: None,
        message: yakuba_forms::Message::Own(Text {
            ja: text(Language::Japanese),
            easy: Some(text(Language::EasyJapanese)),
            en: Some(text(Language::English)),
        }),
    }
}
