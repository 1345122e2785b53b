//! What the answers of a case said before they were given anew, question by question.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use yakuba_forms::{AnswerRow, Answers, Form};
use yakuba_ui::Language;

use crate::{
    error::ProcedureError,
    store::cases::{GivenAnswers, day},
};

/// A question that was answered otherwise before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// What the question is called.
    pub(crate) label: String,
    /// The answer before, in words.
    pub(crate) before: String,
    /// The day on which it was changed last.
    pub(crate) on: Date,
}

/// What was changed until a version of the answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Questions that are still asked, by path.
    pub(crate) answers: BTreeMap<String, Change>,
    /// Questions that are asked no more, in the order of the form.
    pub(crate) gone: Vec<Change>,
}

/// The changes until each version of the answers of a case, as they are given: the newest first.
///
/// # Errors
/// When stored answers cannot be read.
pub(crate) fn changes(
    form: &Form,
    given: &[GivenAnswers],
    received_on: Date,
    language: Language,
) -> Result<Vec<Changes>, ProcedureError> {
    let versions = given
        .iter()
        .map(|given| {
            let answers: Answers = serde_json::from_value(given.answers.clone())?;
            let evaluation = form.evaluate(&answers, received_on);
            let rows = form
                .answer_sections(&answers, &evaluation, language)
                .into_iter()
                .flat_map(|section| section.rows)
                // Fees follow from the answers and have no path.
                .filter(|row| !row.path.is_empty());
            Ok((day(given.made_at), rows.collect()))
        })
        .collect::<Result<Vec<(Date, Vec<AnswerRow>)>, ProcedureError>>()?;
    Ok((0..versions.len())
        .map(|version| until(&versions[version..]))
        .collect())
}

/// What was changed until the first of some versions, newest first.
fn until(versions: &[(Date, Vec<AnswerRow>)]) -> Changes {
    let mut changes = Changes::default();
    let Some((_, now)) = versions.first() else {
        return changes;
    };
    let asked: BTreeSet<&str> = now.iter().map(|row| row.path.as_str()).collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for pair in versions.windows(2) {
        let [(on, after), (_, before)] = pair else {
            continue;
        };
        let later: BTreeMap<&str, &str> = after
            .iter()
            .map(|row| (row.path.as_str(), row.text.as_str()))
            .collect();
        for row in before {
            let path = row.path.as_str();
            if later.get(path) == Some(&row.text.as_str()) || !told.insert(path) {
                continue;
            }
            let change = Change {
                label: row.label.clone(),
                before: row.text.clone(),
                on: *on,
            };
            if asked.contains(path) {
                changes.answers.insert(path.to_owned(), change);
            } else if row.answered {
                changes.gone.push(change);
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(path: &str, text: &str) -> AnswerRow {
        AnswerRow {
            path: path.to_owned(),
            label: path.to_uppercase(),
            text: text.to_owned(),
            answered: !text.is_empty(),
            position: None,
        }
    }

    #[test]
    fn each_question_tells_its_last_change_alone() {
        let day = |day| jiff::civil::date(2026, 11, day);
        let versions = [
            (
                day(20),
                vec![row("dog", "タロ"), row("born", "2025"), row("note", "")],
            ),
            (
                day(10),
                vec![
                    row("dog", "ポチ"),
                    row("born", "2025"),
                    row("old", "x"),
                    row("note", ""),
                ],
            ),
            (
                day(1),
                vec![
                    row("dog", "ポチ太郎"),
                    row("born", "2024"),
                    row("old", "x"),
                    row("note", ""),
                ],
            ),
        ];
        let changes = until(&versions);
        let told: Vec<_> = changes
            .answers
            .iter()
            .map(|(path, change)| (path.as_str(), change.before.as_str(), change.on))
            .collect();
        assert_eq!(told, [("born", "2024", day(10)), ("dog", "ポチ", day(20))]);
        assert_eq!(changes.gone.len(), 1);
        assert_eq!(
            (
                changes.gone[0].label.as_str(),
                changes.gone[0].before.as_str()
            ),
            ("OLD", "x")
        );
        assert_eq!(until(&versions[2..]), Changes::default());
    }
}
