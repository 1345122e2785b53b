//! The open questions of a request for correction (補正) while they are answered: by the applicant, or by staff who enter what the applicant
//! said, wrote or brought. Only the questions that the request names can be changed, and those that the new answers bring up.

use std::{collections::BTreeSet, sync::Arc};

use axum::extract::Request;
use yakuba_city::{City, Slot, Tx, web::Problem};
use yakuba_forms::model::document::FormDocument;
use yakuba_forms::{
    Answer, Answers, Evaluation, FieldProblem, Form, Marks, Outcome, PageRead, Wish,
};
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

    /// The questions beyond those of the request that are shown after these answers and were not after the old ones; of a group whose
    /// entries ask something more, the whole group.
    fn brought_up(&self, evaluation: &Evaluation) -> BTreeSet<String> {
        let before = self.evaluate(&self.answers);
        evaluation
            .fields
            .iter()
            .filter(|(path, state)| state.shown && !before.is_shown(path) && !self.is_named(path))
            .map(|(path, _)| path.split('.').next().unwrap_or_default().to_owned())
            .collect()
    }

    /// Whether a path belongs to a question that is to be answered: again, or because the answers brought it up.
    fn is_asked(&self, path: &str, brought_up: &BTreeSet<String>) -> bool {
        self.is_named(path) || brought_up.contains(path.split('.').next().unwrap_or_default())
    }

    /// The same evaluation with every other question hidden.
    fn only_asked(&self, mut evaluation: Evaluation) -> Evaluation {
        let brought_up = self.brought_up(&evaluation);
        for (path, state) in &mut evaluation.fields {
            if !self.is_asked(path, &brought_up) {
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
        let evaluation = self.only_asked(shown.evaluation.clone());
        Ok(self.form.render_all_marked(
            &shown.answers,
            &evaluation,
            &shown.problems,
            &marks,
            language,
        ))
    }

    /// What of the questions staff may note to be missing, by path: the files that they may have on paper instead, and the e-mail addresses
    /// that the person may not have.
    pub(crate) fn may_be_left_out(&self, shown: &Shown) -> (Vec<String>, Vec<String>) {
        self.left_out(&shown.evaluation)
    }

    fn left_out(&self, evaluation: &Evaluation) -> (Vec<String>, Vec<String>) {
        let asked = self.only_asked(evaluation.clone());
        crate::model::visit::EntryNotes::may_be_left_out(&self.form, &asked)
    }

    /// Reads the questions of the request, and those that their answers bring up as well: with the answers, the names of the latter.
    fn read_sent(&self, pairs: &[(String, String)]) -> (PageRead, Answers, BTreeSet<String>) {
        let mut brought_up = BTreeSet::new();
        loop {
            let asked: Vec<(String, String)> = pairs
                .iter()
                .filter(|(name, value)| {
                    let path = match name.as_str() {
                        "action" => value.split(':').nth(1),
                        name => Some(name),
                    };
                    path.is_some_and(|path| self.is_asked(path, &brought_up))
                })
                .cloned()
                .collect();
            let mut answers = self.answers.clone();
            let read = self
                .form
                .read_all(&asked, &mut answers, self.case.received_on());
            // Each round knows of more questions than the one before, of which there are so many.
            let more = self.brought_up(&read.evaluation);
            if more.is_subset(&brought_up) {
                return (read, answers, brought_up);
            }
            brought_up.extend(more);
        }
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
        let (read, mut answers, brought_up) = self.read_sent(&sent.pairs);
        let (taken, refused) = sent
            .take_files(&self.form, &mut answers, |path| {
                self.is_asked(path, &brought_up)
            })
            .await?;
        let wish =
            Wish::read(sent.get("action")).filter(|wish| self.is_asked(wish.path(), &brought_up));
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
            let (files, emails) = self.left_out(&evaluation);
            on_paper.extend(files.into_iter().filter(|path| ticked("on_paper", path)));
            record.on_paper.extend(on_paper.iter().cloned());
            record
                .has_none
                .extend(emails.into_iter().filter(|path| ticked("has_none", path)));
        }
        let mut problems: Vec<FieldProblem> = if by_staff {
            record.left_open(&self.form, &answers, &evaluation)
        } else {
            evaluation.problems.clone()
        };
        problems.retain(|problem| self.is_asked(&problem.path(), &brought_up));
        // New questions came up, some perhaps optional: they are shown without blame. That questions which are not asked here lack
        // answers, as those of a paper may, is none of them.
        let is_more = !problems.is_empty()
            || read
                .new_questions
                .iter()
                .any(|path| self.is_asked(path, &brought_up));
        if read.outcome == Outcome::MoreQuestions && is_more && refused.is_empty() {
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
            .is_some_and(|(_, field)| self.is_asked(field.key.as_str(), &brought_up));
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
