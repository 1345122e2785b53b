//! What answers come to: each question as a question that can be counted, each answer as a place in it.

use std::collections::BTreeSet;

use yakuba_forms::{
    Answer, Answers,
    model::document::{Expression, Field, FieldKind, FormDocument, Key, Text},
};
use yakuba_kernel::Decimal;

/// Most bars of a number's histogram.
const MOST_BINS: i64 = 10;

/// A question as it is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The field's key.
    pub key: Key,
    /// What was asked.
    pub label: Text,
    /// How its answers are counted.
    pub kind: QuestionKind,
    /// The questions whose answers decide whether this one is asked.
    pub depends_on: BTreeSet<Key>,
}

/// How a question's answers are counted.
#[derive(Debug, Clone, PartialEq)]
pub enum QuestionKind {
    /// One of these.
    One(Vec<Category>),
    /// Any of these.
    Several(Vec<Category>),
    /// A number, by ranges.
    Number {
        /// The ranges.
        ranges: Vec<Range>,
        /// The unit.
        unit: Option<Text>,
    },
    /// Words; they are read, not counted.
    Words,
}

/// An answer that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its value in files and facts.
    pub value: String,
    /// What people read.
    pub label: Text,
}

/// A range of whole numbers, both ends in it; an open end has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The smallest.
    pub from: Option<i64>,
    /// The largest; numbers with decimal places up to just below the next range count here.
    pub to: Option<i64>,
}

impl Range {
    fn holds(self, number: Decimal) -> bool {
        self.from.is_none_or(|from| number >= Decimal::from(from))
            && self.to.is_none_or(|to| number < Decimal::from(to + 1))
    }

    /// `0-4`, `5-`, `-0`: its name in files.
    pub fn name(self) -> String {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from == to => from.to_string(),
            (from, to) => format!(
                "{}-{}",
                from.map_or_else(String::new, |from| from.to_string()),
                to.map_or_else(String::new, |to| to.to_string())
            ),
        }
    }

    /// What people read: `5`, `0～4`, `5～`.
    pub fn label(self) -> String {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from == to => from.to_string(),
            (from, to) => format!(
                "{}～{}",
                from.map_or_else(String::new, |from| from.to_string()),
                to.map_or_else(String::new, |to| to.to_string())
            ),
        }
    }
}

impl QuestionKind {
    /// How many categories there are, without "no answer".
    pub fn categories(&self) -> usize {
        match self {
            Self::One(options) | Self::Several(options) => options.len(),
            Self::Number { ranges, .. } => ranges.len(),
            Self::Words => 0,
        }
    }
}

/// What one person gave to one question.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Nothing, or it was not asked.
    Nothing,
    /// The option at this place.
    One(usize),
    /// The options at these places.
    Several(Vec<usize>),
    /// A number, and the place of its range.
    Number(Decimal, usize),
    /// Words.
    Words(String),
}

/// The questions of a form that a survey can have, in their order.
pub fn questions(form: &FormDocument) -> Vec<Question> {
    let keys: Vec<&Key> = form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
        .map(|field| &field.key)
        .collect();
    form.pages
        .iter()
        .flat_map(|page| page.fields.iter().map(move |field| (page, field)))
        .filter_map(|(page, field)| {
            let mut depends_on = BTreeSet::new();
            for condition in page.show_if.iter().chain(&field.show_if) {
                named(form, &keys, condition, 0, &mut depends_on);
            }
            Some(Question {
                key: field.key.clone(),
                label: field.label.clone(),
                kind: kind(field)?,
                depends_on,
            })
        })
        .collect()
}

/// The fields an expression names, through computed values as well.
fn named(
    form: &FormDocument,
    keys: &[&Key],
    expression: &Expression,
    depth: usize,
    found: &mut BTreeSet<Key>,
) {
    let words: BTreeSet<&str> = expression
        .0
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .collect();
    found.extend(
        keys.iter()
            .filter(|key| words.contains(key.as_str()))
            .map(|key| (*key).clone()),
    );
    if depth < form.computed.len() {
        for computed in &form.computed {
            if words.contains(computed.key.as_str()) {
                named(form, keys, &computed.value, depth + 1, found);
            }
        }
    }
}

fn kind(field: &Field) -> Option<QuestionKind> {
    let categories = |options: &[yakuba_forms::model::document::ChoiceOption]| {
        options
            .iter()
            .map(|option| Category {
                value: option.value.to_string(),
                label: option.label.clone(),
            })
            .collect::<Vec<_>>()
    };
    Some(match &field.kind {
        FieldKind::Choice { options }
        | FieldKind::Choices {
            options,
            max: Some(1),
            ..
        } => QuestionKind::One(categories(options)),
        FieldKind::Choices { options, .. } => QuestionKind::Several(categories(options)),
        FieldKind::Number { min, max, unit, .. } => QuestionKind::Number {
            ranges: ranges(*min, *max),
            unit: unit.clone(),
        },
        FieldKind::Yen { min, max } => QuestionKind::Number {
            ranges: ranges(*min, *max),
            unit: Some(Text {
                ja: "円".to_owned(),
                easy: None,
                en: Some("yen".to_owned()),
            }),
        },
        FieldKind::Text(_) | FieldKind::LongText(_) => QuestionKind::Words,
        _ => return None,
    })
}

/// The ranges of a histogram. They rest on what may be answered, never on what was: else the smallest and largest answer could be read
/// from them.
fn ranges(min: Option<i64>, max: Option<i64>) -> Vec<Range> {
    // Limits beyond all sense are no limits.
    let sensible = |limit: &i64| limit.unsigned_abs() <= 1_000_000_000_000;
    let (Some(min), Some(max)) = (min.filter(sensible), max.filter(sensible)) else {
        let edges = [0, 1, 10, 100, 1_000, 10_000, 100_000];
        let mut ranges = Vec::new();
        if min.is_none_or(|min| min < 0) {
            ranges.push(Range {
                from: None,
                to: Some(-1),
            });
        }
        for (at, edge) in edges.iter().enumerate() {
            ranges.push(Range {
                from: Some(*edge),
                to: edges.get(at + 1).map(|next| next - 1),
            });
        }
        return ranges;
    };
    let span = max.saturating_sub(min).saturating_add(1).max(1);
    let width = (0..13)
        .flat_map(|power| [1, 2, 5].map(|step| step * 10_i64.pow(power)))
        .find(|width| {
            let first = min.div_euclid(*width);
            max.div_euclid(*width) - first < MOST_BINS
        })
        .unwrap_or(span);
    (min.div_euclid(width)..=max.div_euclid(width))
        .map(|bin| Range {
            from: Some((bin * width).max(min)),
            to: Some((bin * width + width - 1).min(max)),
        })
        .collect()
}

/// What one person gave, question by question.
pub fn given(questions: &[Question], answers: &Answers) -> Vec<Given> {
    questions
        .iter()
        .map(|question| {
            let place = |categories: &[Category], value: &Key| {
                categories
                    .iter()
                    .position(|category| category.value == value.as_str())
            };
            match (&question.kind, answers.get(question.key.as_str())) {
                (QuestionKind::One(options), Some(Answer::Choice(value))) => {
                    place(options, value).map_or(Given::Nothing, Given::One)
                }
                (QuestionKind::One(options), Some(Answer::Choices(values))) => values
                    .first()
                    .and_then(|value| place(options, value))
                    .map_or(Given::Nothing, Given::One),
                (QuestionKind::Several(options), Some(Answer::Choices(values))) => Given::Several(
                    values
                        .iter()
                        .filter_map(|value| place(options, value))
                        .collect(),
                ),
                (QuestionKind::Number { ranges, .. }, Some(answer)) => {
                    let number = match answer {
                        Answer::Number(number) => *number,
                        Answer::Yen(yen) => Decimal::from(yen.amount()),
                        _ => return Given::Nothing,
                    };
                    ranges
                        .iter()
                        .position(|range| range.holds(number))
                        .map_or(Given::Nothing, |range| Given::Number(number, range))
                }
                (QuestionKind::Words, Some(Answer::Text(text))) => Given::Words(text.clone()),
                _ => Given::Nothing,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::{SurveyDocument, tests::SMALL};

    #[test]
    fn ranges_rest_on_what_may_be_answered() {
        let names = |min, max| {
            ranges(min, max)
                .into_iter()
                .map(Range::name)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(Some(0), Some(23)),
            ["0-4", "5-9", "10-14", "15-19", "20-23"]
        );
        assert_eq!(names(Some(1), Some(5)), ["1", "2", "3", "4", "5"]);
        assert_eq!(names(Some(0), None)[..3], ["0", "1-9", "10-99"]);
        assert_eq!(names(Some(0), Some(200)).len(), 5);
        assert!(ranges(Some(i64::MIN), Some(i64::MAX)).len() <= 12);
    }

    #[test]
    fn an_answer_has_one_place() {
        let survey = SurveyDocument::from_yaml(SMALL).unwrap();
        let questions = questions(&survey.form);
        let answers = Answers::new()
            .with(
                Key::new("age").unwrap(),
                Answer::Choice(Key::new("old").unwrap()),
            )
            .with(
                Key::new("hours").unwrap(),
                Answer::Number(Decimal::new(24, 0)),
            );
        let given = given(&questions, &answers);
        assert_eq!(given[0], Given::One(1));
        let QuestionKind::Number { ranges, .. } = &questions[1].kind else {
            panic!("a number");
        };
        assert_eq!(
            given[1],
            Given::Number(Decimal::new(24, 0), ranges.len() - 1)
        );
    }

    #[test]
    fn conditions_are_followed_through_computed_values() {
        let text = SMALL
            .replace("optional: true}", "show_if: 'is_old'}")
            .replace(
                "form:\n",
                "form:\n  computed: [{key: is_old, value: \"age == 'old'\"}]\n",
            );
        let survey = SurveyDocument::from_yaml(&text).unwrap();
        let questions = questions(&survey.form);
        assert_eq!(
            questions[1]
                .depends_on
                .iter()
                .map(Key::as_str)
                .collect::<Vec<_>>(),
            ["age"]
        );
    }
}
