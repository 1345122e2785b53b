//! Answering again what the desk asked to be corrected (補正). Only the questions it named can be changed.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::{Slot, web::Problem};
use yakuba_forms::model::document::FormDocument;
use yakuba_forms::{Answer, Answers, Evaluation, FieldProblem, Form, Marks, Outcome, Wish};
use yakuba_ui::{Html, Page, Words};

use super::{
    apply::{self, Sent, problem_at},
    asked::{Asked, private},
    case::opened,
    look_up,
};
use crate::{
    ProcedureError, slots,
    store::{
        cases::{self, Case},
        corrections::{self, Correction},
        counter,
        files::SealedFile,
        gaps,
        keys::CaseKey,
    },
};

#[derive(Template)]
#[template(path = "applicant/correct.html")]
struct Body {
    words: Words,
    text: String,
    controls: Html,
}

/// Puts the time that a case has in place of the one that was answered.
fn put_slot(form: &FormDocument, answers: &mut Answers, slot: Option<&Slot>) {
    let Some((_, field)) = slots::question(form) else {
        return;
    };
    match slot {
        Some(slot) => answers.set(field.key.clone(), Answer::Slot(slot.clone())),
        None => {
            answers.remove(field.key.as_str());
        }
    }
}

/// The open request, with the answers it is about.
struct Open {
    case: Case,
    key: CaseKey,
    correction: Correction,
    form: std::sync::Arc<Form>,
    answers: Answers,
    /// The time that the case has, which the booking desk may have moved.
    slot: Option<Slot>,
    title: String,
}

impl Open {
    async fn of(asked: &Asked) -> Result<Result<Self, Response>, Problem> {
        let (case, key) = match opened(asked).await? {
            Ok(found) => found,
            Err(response) => return Ok(Err(response)),
        };
        let db = asked.city().db();
        let correction = corrections::corrections(db, &key, case.id)
            .await?
            .into_iter()
            .find(|correction| correction.ended_at.is_none());
        let Some(correction) = correction else {
            return Ok(Err(Redirect::to("/cases/view").into_response()));
        };
        let definition = asked.version_of(&case).await?;
        let form = apply::form(asked.city(), &definition)?;
        let newest = cases::answers(db, &key, case.id)
            .await?
            .into_iter()
            .next()
            .ok_or(Problem::NotFound)?;
        let mut answers: Answers =
            serde_json::from_value(newest.answers).map_err(ProcedureError::Stored)?;
        let appointment = slots::appointment(asked.city(), case.id, asked.language).await?;
        let booked = appointment.is_some();
        let slot = appointment
            .filter(|found| !found.is_off)
            .map(|found| found.slot);
        if booked {
            put_slot(&definition.document.form, &mut answers, slot.as_ref());
        }
        Ok(Ok(Self {
            case,
            key,
            correction,
            form,
            answers,
            slot,
            title: definition.document.title.get(asked.language).to_owned(),
        }))
    }

    /// Whether a path belongs to a question that is to be answered again.
    fn is_named(&self, path: &str) -> bool {
        let top = path.split('.').next().unwrap_or_default();
        self.correction.fields.iter().any(|field| field == top)
    }

    /// The same evaluation with every other question hidden.
    fn only_named(&self, mut evaluation: Evaluation) -> Evaluation {
        for (path, state) in &mut evaluation.fields {
            if !self.is_named(path) {
                state.shown = false;
                state.required = false;
            }
        }
        let pages: Vec<_> = self
            .form
            .document()
            .pages
            .iter()
            .filter(|page| {
                page.fields
                    .iter()
                    .any(|field| evaluation.is_shown(field.key.as_str()))
            })
            .map(|page| page.key.clone())
            .collect();
        for (page, shown) in &mut evaluation.pages {
            *shown = *shown && pages.contains(page);
        }
        evaluation
    }

    async fn show(
        &self,
        asked: Asked,
        answers: &Answers,
        evaluation: Evaluation,
        problems: &[FieldProblem],
        looked_up: Option<&str>,
    ) -> Result<Response, Problem> {
        let mut marks = Marks::new();
        look_up::mark(asked.city(), &self.form, answers, looked_up, &mut marks).await?;
        let own = self.slot.as_ref();
        slots::offer_others(asked.city(), &self.form, self.case.id, own, &mut marks).await?;
        let evaluation = self.only_named(evaluation);
        let (words, language) = (asked.words, asked.language);
        let body = Body {
            words,
            text: self.correction.text.clone(),
            controls: self
                .form
                .render_all_marked(answers, &evaluation, problems, &marks, language),
        };
        let page = Page::public(asked.shell, words.get("applicant-correction-title"), &body)
            .breadcrumb(self.title.clone(), "/cases/view")
            .not_for_search_engines()
            .with_errors(!problems.is_empty());
        Ok(private(page))
    }
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let evaluation = open.form.evaluate(&open.answers, open.case.received_on());
    open.show(asked, &open.answers.clone(), evaluation, &[], None)
        .await
}

pub(super) async fn answer(asked: Asked, request: Request) -> Result<Response, Problem> {
    let open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let mut sent = Sent::read(request).await?;
    sent.pairs.retain(|(name, value)| {
        if name == "action" {
            value
                .split(':')
                .nth(1)
                .is_some_and(|path| open.is_named(path))
        } else {
            open.is_named(name)
        }
    });
    let day = open.case.received_on();
    let mut answers = open.answers.clone();
    let read = open.form.read_all(&sent.pairs, &mut answers, day);
    let (taken, refused) = sent
        .take_files(&open.form, &mut answers, |path| open.is_named(path))
        .await?;
    if let Some(wish) = Wish::read(sent.get("action")) {
        look_up::carry_out(asked.city(), &open.form, &mut answers, &wish).await?;
        let evaluation = open.form.evaluate(&answers, day);
        return open
            .show(asked, &answers, evaluation, &[], wish.shown())
            .await;
    }
    let evaluation = open.form.evaluate(&answers, day);
    if matches!(read.outcome, Outcome::Changed(_) | Outcome::MoreQuestions) {
        return open.show(asked, &answers, evaluation, &[], None).await;
    }
    let mut problems: Vec<FieldProblem> = evaluation
        .problems
        .iter()
        .filter(|problem| open.is_named(&problem.path()))
        .cloned()
        .collect();
    for (path, message) in refused {
        let page = evaluation
            .pages
            .iter()
            .find(|(page, _)| {
                open.form.page(page.as_str()).is_some_and(|page| {
                    let top = path.split('.').next().unwrap_or_default();
                    page.fields.iter().any(|field| field.key.as_str() == top)
                })
            })
            .map(|(page, _)| page.as_str().to_owned())
            .unwrap_or_default();
        problems.retain(|problem| problem.path() != path);
        problems.extend(problem_at(&open.form, &page, &path, message));
    }
    if !problems.is_empty() {
        return open
            .show(asked, &answers, evaluation, &problems, None)
            .await;
    }
    // Another time than the one that the case has.
    let asks_for_time = slots::question(open.form.document())
        .is_some_and(|(_, field)| open.is_named(field.key.as_str()));
    let slot = answers
        .slot()
        .filter(|slot| asks_for_time && open.slot.as_ref() != Some(*slot))
        .cloned();
    let is_too_far =
        slot.is_some() && slots::is_too_far(open.form.document(), &answers, asked.city().today());
    if is_too_far {
        let gone: Vec<FieldProblem> = slots::gone(&open.form, apply::slot_gone())
            .into_iter()
            .collect();
        return open.show(asked, &answers, evaluation, &gone, None).await;
    }
    let kept = open.form.asked_only(&answers, &evaluation);
    let corrected = serde_json::to_value(&kept).map_err(|error| Problem::internal(&error))?;
    let named: Vec<String> = kept
        .files()
        .into_iter()
        .map(|file| file.id.clone())
        .collect();
    let sealed = taken
        .iter()
        .filter(|file| named.contains(&file.key))
        .map(|file| SealedFile::seal(&open.key, file))
        .collect::<Result<Vec<_>, _>>()?;
    // What a paper left unanswered and is answered now is a gap no more.
    let gaps = match gaps::of_case(asked.city().db(), open.case.id).await? {
        none if none.is_empty() => none,
        _ => counter::record_of(asked.city().db(), &open.key, open.case.id)
            .await?
            .map(|(_, _, record)| record)
            .unwrap_or_default()
            .gaps(&open.form, &answers, &evaluation),
    };
    let input = (
        open.case.id,
        open.key.clone(),
        corrected,
        sealed,
        gaps,
        slot,
    );
    let outcome = asked
        .city()
        .write(
            asked.principal.actor(),
            input,
            |tx, (case, key, corrected, files, gaps, slot)| {
                Box::pin(async move {
                    let slot = slot.as_ref();
                    let number =
                        corrections::answer(tx, key, *case, corrected, files, slot).await?;
                    gaps::put(tx, *case, gaps).await?;
                    Ok(number)
                })
            },
        )
        .await;
    match outcome {
        Ok(_) => Ok(Redirect::to("/cases/view?done=corrected").into_response()),
        // Somebody else was first: the times that are left, and the one that the case goes on having.
        Err(ProcedureError::SlotTaken) => {
            let gone: Vec<FieldProblem> = slots::gone(&open.form, apply::slot_gone())
                .into_iter()
                .collect();
            put_slot(open.form.document(), &mut answers, open.slot.as_ref());
            let evaluation = open.form.evaluate(&answers, day);
            open.show(asked, &answers, evaluation, &gone, None).await
        }
        // Sent twice: the page shows how it stands.
        Err(ProcedureError::WrongState(_)) => Ok(Redirect::to("/cases/view").into_response()),
        Err(error) => Err(error.into()),
    }
}
