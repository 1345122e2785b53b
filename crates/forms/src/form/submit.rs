//! What is kept when a form is sent.

use std::collections::BTreeMap;

use jiff::civil::Date;
use yakuba_kernel::Yen;

use super::Form;
use super::evaluate::{ComputedValue, Evaluation, Fee, FieldProblem, path};
use crate::answers::{Answer, Answers};
use crate::model::document::{FieldKind, Key};
use crate::rules;

/// A form that was filled in wholly.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The answers to what was asked; nothing else.
    pub answers: Answers,
    /// The computed values at this moment.
    pub computed: BTreeMap<Key, ComputedValue>,
    /// The fees at this moment.
    pub fees: Vec<Fee>,
    /// Their sum.
    pub total: Yen,
}

impl Form {
    /// Takes the form as filled in: what was not asked is left out.
    ///
    /// # Errors
    /// What is still missing or wrong. Empty when only a fee cannot be worked out, which is a mistake of the form
    /// ([`Evaluation::failures`] tells which): nobody is charged on a guess.
    pub fn submit(&self, answers: &Answers, today: Date) -> Result<Submission, Vec<FieldProblem>> {
        let evaluation = self.evaluate(answers, today);
        match evaluation.total {
            Some(total) if evaluation.problems.is_empty() => Ok(Submission {
                answers: self.asked_only(answers, &evaluation),
                computed: evaluation.computed,
                fees: evaluation.fees,
                total,
            }),
            _ => Err(evaluation.problems),
        }
    }

    /// The answers to what is asked; those to questions that are not, and what could not be read, are left out.
    pub fn asked_only(&self, answers: &Answers, evaluation: &Evaluation) -> Answers {
        let mut kept = Answers::new();
        for field in self.document.pages.iter().flat_map(|page| &page.fields) {
            let Some(answer) = answers.get(field.key.as_str()) else {
                continue;
            };
            if !evaluation.is_shown(field.key.as_str()) || !rules::fits(&field.kind, answer) {
                continue;
            }
            let answer = match (&field.kind, answer) {
                (FieldKind::Group { fields, .. }, Answer::Group(entries)) => {
                    let asked = entries.iter().enumerate().map(|(number, entry)| {
                        let mut kept = Answers::new();
                        for inner in fields {
                            let path = path(Some(&(field.key.clone(), number)), &inner.key);
                            if let Some(answer) = entry.get(inner.key.as_str())
                                && evaluation.is_shown(&path)
                                && rules::fits(&inner.kind, answer)
                            {
                                kept.set(inner.key.clone(), answer.clone());
                            }
                        }
                        kept
                    });
                    Answer::Group(asked.collect())
                }
                (_, answer) => answer.clone(),
            };
            kept.set(field.key.clone(), answer);
        }
        kept
    }
}
