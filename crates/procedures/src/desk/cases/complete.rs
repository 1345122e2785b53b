//! Entering what a paper application left unanswered, when the answers come by post or telephone.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Request},
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_forms::{Answers, Evaluation, FieldProblem, Form, Marks, Outcome, Wish};
use yakuba_ui::{Fields, Html, Words, done};

use super::show::{Opened, open};
use crate::{
    capabilities::WORK,
    desk::room::Room,
    error::ProcedureError,
    model::visit::EntryRecord,
    pages::{self, Sent, look_up},
    store::{
        cases, counter,
        files::SealedFile,
        gaps::{self, Completing},
        keys::CaseKey,
    },
};

#[derive(Template)]
#[template(path = "desk/complete.html")]
struct Body {
    words: Words,
    at: String,
    revision: i64,
    controls: Html,
}

/// The case with what is needed to answer its open questions.
struct Open {
    opened: Opened,
    key: CaseKey,
    form: Arc<Form>,
    record: EntryRecord,
    answers: Answers,
    gaps: Vec<String>,
}

impl Open {
    async fn of(room: &Room, case: i64) -> Result<Self, Problem> {
        let opened = open(room, case, WORK).await?;
        let gaps = gaps::of_case(room.db(), case).await?;
        if gaps.is_empty() || !opened.case.stage.is_open() || opened.case.disposed_at.is_some() {
            return Err(Problem::NotFound);
        }
        let key = super::doing::key(room, case).await?;
        let newest = cases::answers(room.db(), &key, case)
            .await?
            .into_iter()
            .next()
            .ok_or(Problem::NotFound)?;
        let record = counter::record_of(room.db(), &key, case)
            .await?
            .map(|(_, _, record)| record)
            .unwrap_or_default();
        Ok(Self {
            form: pages::form(&room.city, &opened.definition)?,
            answers: serde_json::from_value(newest.answers).map_err(ProcedureError::Stored)?,
            opened,
            key,
            record,
            gaps,
        })
    }

    fn at(&self) -> String {
        format!("/desk/cases/{}/complete", self.opened.case.id)
    }

    /// Whether a question is asked here: it was missing, or the new answers bring it up.
    fn is_asked(&self, path: &str, evaluation: &Evaluation) -> bool {
        let top = path.split('.').next().unwrap_or_default();
        let is_of = |gap: &String| gap.split('.').next() == Some(top);
        self.gaps.iter().any(is_of)
            || self
                .record
                .gaps(&self.form, &self.answers, evaluation)
                .iter()
                .any(is_of)
    }

    async fn show(
        &self,
        room: &Room,
        answers: &Answers,
        evaluation: &Evaluation,
        problems: &[FieldProblem],
        looked_up: Option<&str>,
        notice: Option<&str>,
    ) -> Result<Response, Problem> {
        let mut shown = evaluation.clone();
        for (path, state) in &mut shown.fields {
            if !self.is_asked(path, evaluation) {
                state.shown = false;
                state.required = false;
            }
        }
        for (page, is_shown) in &mut shown.pages {
            let asks = self.form.page(page.as_str()).is_some_and(|page| {
                page.fields.iter().any(|field| {
                    shown
                        .fields
                        .get(field.key.as_str())
                        .is_some_and(|state| state.shown)
                })
            });
            *is_shown = *is_shown && asks;
        }
        let mut marks = Marks::new();
        look_up::mark(&room.city, &self.form, answers, looked_up, &mut marks).await?;
        let body = Body {
            words: room.words,
            at: self.at(),
            revision: self.opened.case.revision,
            controls: self.form.render_all_marked(
                answers,
                &shown,
                problems,
                &marks,
                room.language(),
            ),
        };
        Ok(self
            .opened
            .page_below(room, room.t("desk-complete"), &body, notice)
            .lead(room.t("desk-complete-lead"))
            .with_errors(!problems.is_empty() || notice.is_some())
            .into_response())
    }
}

pub(super) async fn page(room: Room, Path(case): Path<i64>) -> Result<Response, Problem> {
    let open = Open::of(&room, case).await?;
    let evaluation = open
        .form
        .evaluate(&open.answers, open.opened.case.received_on());
    open.show(&room, &open.answers, &evaluation, &[], None, None)
        .await
}

pub(super) async fn answer(
    room: Room,
    Path(case): Path<i64>,
    request: Request,
) -> Result<Response, Problem> {
    let mut open = Open::of(&room, case).await?;
    let mut sent = Sent::read(request).await?;
    let fields = Fields::new(sent.pairs.clone());
    let day = open.opened.case.received_on();
    let before = open.form.evaluate(&open.answers, day);
    sent.pairs.retain(|(name, value)| {
        let path = if name == "action" {
            value.split(':').nth(1).unwrap_or_default()
        } else {
            name
        };
        open.is_asked(path, &before)
    });
    let form = open.form.clone();
    let mut answers = open.answers.clone();
    let read = form.read_all(&sent.pairs, &mut answers, day);
    let (taken, refused) = sent
        .take_files(&form, &mut answers, |path| open.is_asked(path, &before))
        .await?;
    let wish = Wish::read(fields.get("action"));
    if let Some(wish) = &wish {
        look_up::carry_out(&room.city, &form, &mut answers, wish).await?;
    }
    let evaluation = form.evaluate(&answers, day);
    if wish.is_some() || matches!(read.outcome, Outcome::Changed(_)) {
        open.answers = answers.clone();
        let looked_up = wish.as_ref().and_then(Wish::shown);
        return open
            .show(&room, &answers, &evaluation, &[], looked_up, None)
            .await;
    }
    // What was typed has to be right; what is still empty stays a gap.
    let gaps = open.record.gaps(&form, &answers, &evaluation);
    let left = open.record.left_open(&form, &answers, &evaluation);
    let mut problems: Vec<FieldProblem> = left
        .into_iter()
        .filter(|problem| !gaps.contains(&problem.path()))
        .filter(|problem| open.is_asked(&problem.path(), &before))
        .collect();
    for (path, message) in refused {
        let page = super::super::counter::page_of(&form, &path);
        problems.extend(pages::problem_at(&form, &page, &path, message));
    }
    if !problems.is_empty() {
        return open
            .show(&room, &answers, &evaluation, &problems, None, None)
            .await;
    }
    let kept = form.asked_only(&answers, &evaluation);
    let named: Vec<String> = kept
        .files()
        .into_iter()
        .map(|file| file.id.clone())
        .collect();
    let completing = Completing {
        case,
        revision: fields.revision(),
        answers: serde_json::to_value(&kept).map_err(ProcedureError::Stored)?,
        gaps,
        files: taken
            .iter()
            .filter(|file| named.contains(&file.key))
            .map(|file| SealedFile::seal(&open.key, file))
            .collect::<Result<Vec<_>, _>>()?,
    };
    let still = !completing.gaps.is_empty();
    let outcome = room
        .write((open.key.clone(), completing), |tx, (key, completing)| {
            Box::pin(gaps::complete(tx, key, completing))
        })
        .await;
    match outcome {
        Ok(()) => Ok(done(
            &format!("/desk/cases/{case}"),
            if still {
                "completed-partly"
            } else {
                "completed"
            },
        )),
        Err(ProcedureError::ChangedMeanwhile) => {
            open.show(
                &room,
                &answers,
                &evaluation,
                &[],
                None,
                Some("desk-error-changed"),
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}
