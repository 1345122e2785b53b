//! The open questions of a request for correction (補正) while they are answered: by the applicant, or by staff who enter what the applicant
//! said, wrote or brought. Only the questions that the request names can be changed.

use std::sync::Arc;

use axum::extract::Request;
use yakuba_city::{City, Slot, Tx, web::Problem};
use yakuba_forms::model::document::FormDocument;
use yakuba_forms::{Answer, Answers, Evaluation, FieldProblem, Form, Marks, Outcome, Wish};
use yakuba_ui::{Html, Language};

use crate::{
    error::ProcedureError,
    pages::{self, Sent, look_up, problem_at, slot_gone},
    slots,
    store::{
        Definition,
        cases::{self, Case},
        corrections::{self, Correction, Entered},
        counter,
        files::SealedFile,
        gaps,
        keys::CaseKey,
    },
};

/// An open request, with the answers it is about.
pub(crate) struct Correcting {
    pub(crate) case: Case,
    pub(crate) key: CaseKey,
    pub(crate) correction: Correction,
    pub(crate) form: Arc<Form>,
    answers: Answers,
    /// The time that the case has, which the booking desk may have moved.
    slot: Option<Slot>,
}

/// The questions as they are shown: first as they were answered, later as they were typed.
pub(crate) struct Shown {
    answers: Answers,
    evaluation: Evaluation,
    pub(crate) problems: Vec<FieldProblem>,
    looked_up: Option<String>,
}

/// What reading the questions came to.
pub(crate) enum Read {
    /// They are shown again.
    Again(Box<Shown>),
    /// They are answered.
    Answered(Box<Answered>),
}

/// Answers to a request that can be kept.
#[derive(Clone)]
pub(crate) struct Answered {
    case: i64,
    key: CaseKey,
    answers: Answers,
    files: Vec<SealedFile>,
    gaps: Vec<String>,
    slot: Option<Slot>,
    /// The questions for files, by path, whose documents staff have on paper.
    pub(crate) on_paper: Vec<String>,
    /// When staff enter them.
    pub(crate) entered: Option<Entered>,
}

impl Answered {
    /// Keeps them.
    ///
    /// # Errors
    /// As [`corrections::answer`].
    pub(crate) async fn keep(&self, tx: &Tx) -> Result<i64, ProcedureError> {
        let corrected = serde_json::to_value(&self.answers)?;
        let (key, files, slot) = (&self.key, &self.files, self.slot.as_ref());
        let number = match &self.entered {
            None => corrections::answer(tx, key, self.case, &corrected, files, slot).await,
            Some(entered) => {
                corrections::enter(tx, key, self.case, &corrected, files, slot, entered).await
            }
        }?;
        gaps::put(tx, self.case, &self.gaps).await?;
        Ok(number)
    }
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

impl Correcting {
    /// The open request of a case, if there is one.
    pub(crate) async fn of(
        city: &City,
        case: Case,
        key: CaseKey,
        definition: &Definition,
        language: Language,
    ) -> Result<Option<Self>, Problem> {
        let db = city.db();
        let correction = corrections::corrections(db, &key, case.id)
            .await?
            .into_iter()
            .find(|correction| correction.ended_at.is_none());
        let Some(correction) = correction else {
            return Ok(None);
        };
        let newest = cases::answers(db, &key, case.id)
            .await?
            .into_iter()
            .next()
            .ok_or(Problem::NotFound)?;
        let mut answers: Answers =
            serde_json::from_value(newest.answers).map_err(ProcedureError::Stored)?;
        let appointment = slots::appointment(city, case.id, language).await?;
        let booked = appointment.is_some();
        let slot = appointment
            .filter(|found| !found.is_off)
            .map(|found| found.slot);
        if booked {
            put_slot(&definition.document.form, &mut answers, slot.as_ref());
        }
        Ok(Some(Self {
            form: pages::form(city, definition)?,
            case,
            key,
            correction,
            answers,
            slot,
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

    fn evaluate(&self, answers: &Answers) -> Evaluation {
        self.form.evaluate(answers, self.case.received_on())
    }

    fn again(&self, answers: Answers, problems: Vec<FieldProblem>) -> Shown {
        Shown {
            evaluation: self.evaluate(&answers),
            answers,
            problems,
            looked_up: None,
        }
    }

    /// The questions as they were answered.
    pub(crate) fn first(&self) -> Shown {
        self.again(self.answers.clone(), Vec::new())
    }

    /// The questions with answers that were not kept.
    pub(crate) fn with(&self, answered: &Answered) -> Shown {
        self.again(answered.answers.clone(), Vec::new())
    }

    /// The questions after the time that was chosen has gone to somebody else: the one that the case has stands there again.
    pub(crate) fn without_slot(&self, answered: &Answered) -> Shown {
        let gone = slots::gone(&self.form, slot_gone()).into_iter().collect();
        let mut answers = answered.answers.clone();
        put_slot(self.form.document(), &mut answers, self.slot.as_ref());
        self.again(answers, gone)
    }

    /// The questions with their controls.
    pub(crate) async fn controls(
        &self,
        city: &City,
        shown: &Shown,
        language: Language,
    ) -> Result<Html, Problem> {
        let mut marks = Marks::new();
        let looked_up = shown.looked_up.as_deref();
        look_up::mark(city, &self.form, &shown.answers, looked_up, &mut marks).await?;
        let own = self.slot.as_ref();
        slots::offer_others(city, &self.form, self.case.id, own, &mut marks).await?;
        let evaluation = self.only_named(shown.evaluation.clone());
        Ok(self.form.render_all_marked(
            &shown.answers,
            &evaluation,
            &shown.problems,
            &marks,
            language,
        ))
    }

    /// The questions for files that are to be answered again, by path: what staff may have on paper instead.
    pub(crate) fn files(&self) -> Vec<String> {
        crate::model::visit::EntryNotes::may_be_left_out(
            &self.form,
            &self.only_named(self.evaluate(&self.answers)),
        )
        .0
    }

    /// Likewise the questions for e-mail addresses: staff may note that the person has none.
    pub(crate) fn emails(&self) -> Vec<String> {
        crate::model::visit::EntryNotes::may_be_left_out(
            &self.form,
            &self.only_named(self.evaluate(&self.answers)),
        )
        .1
    }

    /// Reads what was sent, and gives back whatever else was on the page. Staff may tick off, under `on_paper`, the documents that they
    /// have on paper, and under `has_none` the e-mail addresses that the person does not have.
    pub(crate) async fn read(
        &self,
        city: &City,
        request: Request,
        by_staff: bool,
    ) -> Result<(Sent, Read), Problem> {
        let mut sent = Sent::read(request).await?;
        let own = sent.pairs.clone();
        sent.pairs.retain(|(name, value)| {
            if name == "action" {
                value
                    .split(':')
                    .nth(1)
                    .is_some_and(|path| self.is_named(path))
            } else {
                self.is_named(name)
            }
        });
        let mut answers = self.answers.clone();
        let read = self
            .form
            .read_all(&sent.pairs, &mut answers, self.case.received_on());
        let (taken, refused) = sent
            .take_files(&self.form, &mut answers, |path| self.is_named(path))
            .await?;
        let wish = Wish::read(sent.get("action"));
        sent.pairs = own;
        if let Some(wish) = wish {
            look_up::carry_out(city, &self.form, &mut answers, &wish).await?;
            let mut shown = self.again(answers, Vec::new());
            shown.looked_up = wish.shown().map(str::to_owned);
            return Ok((sent, Read::Again(Box::new(shown))));
        }
        let evaluation = self.evaluate(&answers);
        if matches!(read.outcome, Outcome::Changed(_)) {
            let shown = self.again(answers, Vec::new());
            return Ok((sent, Read::Again(Box::new(shown))));
        }
        // What a paper left unanswered and is answered now is a gap no more.
        let mut record = counter::record_of(city.db(), &self.key, self.case.id)
            .await?
            .map(|(_, _, record)| record)
            .unwrap_or_default();
        let mut on_paper = Vec::new();
        if by_staff {
            let ticked = |group: &str, path: &str| {
                sent.pairs
                    .iter()
                    .any(|(name, value)| name == group && value == path)
            };
            on_paper.extend(
                self.files()
                    .into_iter()
                    .filter(|path| ticked("on_paper", path)),
            );
            record.on_paper.extend(on_paper.iter().cloned());
            record.has_none.extend(
                self.emails()
                    .into_iter()
                    .filter(|path| ticked("has_none", path)),
            );
        }
        let mut problems: Vec<FieldProblem> = if by_staff {
            record.left_open(&self.form, &answers, &evaluation)
        } else {
            evaluation.problems.clone()
        };
        problems.retain(|problem| self.is_named(&problem.path()));
        // New questions came up: they are shown without blame. That questions which are not asked here lack answers, as those of a paper
        // may, is none of them.
        if read.outcome == Outcome::MoreQuestions && !problems.is_empty() && refused.is_empty() {
            let shown = self.again(answers, Vec::new());
            return Ok((sent, Read::Again(Box::new(shown))));
        }
        for (path, message) in refused {
            let page = crate::desk::page_of(&self.form, &path);
            problems.retain(|problem| problem.path() != path);
            problems.extend(problem_at(&self.form, &page, &path, message));
        }
        if !problems.is_empty() {
            let shown = self.again(answers, problems);
            return Ok((sent, Read::Again(Box::new(shown))));
        }
        // Another time than the one that the case has.
        let asks_for_time = slots::question(self.form.document())
            .is_some_and(|(_, field)| self.is_named(field.key.as_str()));
        let slot = answers
            .slot()
            .filter(|slot| asks_for_time && self.slot.as_ref() != Some(*slot))
            .cloned();
        let is_too_far =
            slot.is_some() && slots::is_too_far(self.form.document(), &answers, city.today());
        if is_too_far {
            let gone = slots::gone(&self.form, slot_gone()).into_iter().collect();
            let shown = self.again(answers, gone);
            return Ok((sent, Read::Again(Box::new(shown))));
        }
        let gaps = match gaps::of_case(city.db(), self.case.id).await? {
            none if none.is_empty() => none,
            _ => record.gaps(&self.form, &answers, &evaluation),
        };
        let kept = self.form.asked_only(&answers, &evaluation);
        let named: Vec<String> = kept
            .files()
            .into_iter()
            .map(|file| file.id.clone())
            .collect();
        let files = taken
            .iter()
            .filter(|file| named.contains(&file.key))
            .map(|file| SealedFile::seal(&self.key, file))
            .collect::<Result<Vec<_>, _>>()?;
        let answered = Answered {
            case: self.case.id,
            key: self.key.clone(),
            answers: kept,
            files,
            gaps,
            slot,
            on_paper,
            entered: None,
        };
        Ok((sent, Read::Answered(Box::new(answered))))
    }
}
