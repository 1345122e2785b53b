//! The results of a survey as they may be shown: every count that could tell on somebody is left out.
//!
//! All of it comes from one place, so that what one table hides no other one tells: the table of a single question gives the totals of
//! every table of two, and a filter by an answer is a row of such a table.

use serde::Serialize;
use yakuba_forms::model::document::Text;
use yakuba_kernel::{Decimal, Rounding};

use super::{
    suppression::{hide_in_row, hide_in_table},
    tally::{Given, Question, QuestionKind},
};

/// The answers of a survey, counted.
#[derive(Debug, Clone)]
pub struct Data {
    /// The questions.
    pub questions: Vec<Question>,
    /// What each person gave, question by question; in no order.
    pub rows: Vec<Vec<Given>>,
    /// Counts from 1 to below this are hidden.
    pub below: u64,
}

/// Something that is counted as a whole: a question with one answer, or one option of a question with several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable {
    /// The question's place.
    pub question: usize,
    /// The option's place, in a question with several answers.
    pub option: Option<usize>,
}

/// The results of all questions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Results {
    /// How many answered; none when they are too few to be told.
    pub answers: Option<u64>,
    /// Counts from 1 to below this are hidden.
    pub small_count_below: u64,
    /// Each question that can be counted.
    pub questions: Vec<QuestionResult>,
}

/// The result of one question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuestionResult {
    /// Its key.
    pub key: String,
    /// What was asked.
    pub label: Text,
    /// How it is answered.
    pub kind: ResultKind,
    /// How many answered it; none when it cannot be told.
    pub answered: Option<u64>,
    /// Too few answered, or showing it would give away what another question hides.
    pub withheld: bool,
    /// The counts.
    pub counts: Vec<ResultCount>,
    /// Mean and median of numbers.
    pub numbers: Option<NumberSummary>,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultKind {
    /// By one of the options.
    One,
    /// By any of the options.
    Several,
    /// By a number; the counts are of ranges.
    Number,
}

/// How many gave an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResultCount {
    /// The answer's value.
    pub value: String,
    /// The answer.
    pub label: Text,
    /// How many; none when it is hidden.
    pub count: Option<u64>,
    /// Their share of those who answered, in percent with one decimal place.
    pub share: Option<Decimal>,
}

/// Mean and median.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumberSummary {
    /// The mean, with one decimal place.
    pub mean: Decimal,
    /// The median, with one decimal place.
    pub median: Decimal,
    /// The unit.
    pub unit: Option<Text>,
}

/// Two questions against each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrossTable {
    /// What stands in the rows.
    pub row: Side,
    /// What stands in the columns.
    pub column: Side,
    /// Too much would have to be hidden.
    pub withheld: bool,
    /// The counts by row and column; none where hidden.
    pub counts: Vec<Vec<Option<u64>>>,
    /// The sum of all.
    pub total: u64,
}

/// One side of a cross table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The question's key.
    pub key: String,
    /// What was asked; of a question with several answers, with the option.
    pub label: Text,
    /// The option, of a question with several answers.
    pub option: Option<Text>,
    /// The answers, "no answer" last where there is any.
    pub answers: Vec<Answered>,
    /// The totals, beside the answers; none where hidden.
    pub totals: Vec<Option<u64>>,
}

/// One answer on a side of a cross table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// An option or a range.
    With {
        /// Its value.
        value: String,
        /// What people read.
        label: Text,
    },
    /// The option was chosen.
    Chosen,
    /// It was not.
    NotChosen,
    /// No answer, or not asked.
    Nothing,
}

fn percent(part: u64, whole: u64) -> Option<Decimal> {
    (whole > 0).then(|| Rounding::HalfUp.apply(Decimal::from(part * 100) / Decimal::from(whole), 1))
}

impl Data {
    /// Everything that is counted, in the order of the questions.
    pub fn variables(&self) -> Vec<Variable> {
        self.questions
            .iter()
            .enumerate()
            .flat_map(|(question, found)| -> Vec<Variable> {
                match &found.kind {
                    QuestionKind::Several(options) => (0..options.len())
                        .map(|option| Variable {
                            question,
                            option: Some(option),
                        })
                        .collect(),
                    QuestionKind::One(_) | QuestionKind::Number { .. } => vec![Variable {
                        question,
                        option: None,
                    }],
                    QuestionKind::Words => Vec::new(),
                }
            })
            .collect()
    }

    /// The answers to a variable, without "no answer".
    fn categories(&self, variable: Variable) -> usize {
        match variable.option {
            Some(_) => 2,
            None => self.questions[variable.question].kind.categories(),
        }
    }

    /// The place of what somebody gave; the last is "no answer".
    fn place(&self, variable: Variable, row: &[Given]) -> usize {
        let nothing = self.categories(variable);
        match (&row[variable.question], variable.option) {
            (Given::One(at) | Given::Number(_, at), None) => *at,
            (Given::Several(chosen), Some(option)) => usize::from(!chosen.contains(&option)),
            _ => nothing,
        }
    }

    fn counts(&self, variable: Variable) -> Vec<u64> {
        let mut counts = vec![0; self.categories(variable) + 1];
        for row in &self.rows {
            counts[self.place(variable, row)] += 1;
        }
        counts
    }

    /// Which counts of a variable are hidden, "no answer" last.
    fn hidden(&self, variable: Variable) -> Vec<bool> {
        hide_in_row(&self.counts(variable), self.below)
    }

    fn total(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Whether the whole survey has too few answers.
    pub fn is_withheld(&self) -> bool {
        self.total() < self.below.max(1)
    }

    fn of_question(&self, question: usize) -> Vec<Variable> {
        self.variables()
            .into_iter()
            .filter(|variable| variable.question == question)
            .collect()
    }

    /// Whether a question is not shown at all: too few answered it, or how many were asked would tell what the question it
    /// depends on hides.
    pub fn withholds(&self, question: usize) -> bool {
        let found = &self.questions[question];
        let variables = self.of_question(question);
        let Some(first) = variables.first() else {
            return true;
        };
        let nothing = self.counts(*first).last().copied().unwrap_or(0);
        if self.total() - nothing < self.below.max(1) {
            return true;
        }
        if found.depends_on.is_empty() {
            return false;
        }
        variables
            .iter()
            .any(|variable| self.hidden(*variable).last() == Some(&true))
            || self
                .questions
                .iter()
                .enumerate()
                .filter(|(_, other)| found.depends_on.contains(&other.key))
                .any(|(at, _)| {
                    self.withholds(at)
                        || self
                            .of_question(at)
                            .into_iter()
                            .any(|variable| self.hidden(variable).contains(&true))
                })
    }

    /// The results of all questions.
    pub fn results(&self) -> Results {
        if self.is_withheld() {
            return Results {
                answers: None,
                small_count_below: self.below,
                questions: Vec::new(),
            };
        }
        Results {
            answers: Some(self.total()),
            small_count_below: self.below,
            questions: (0..self.questions.len())
                .filter(|at| !matches!(self.questions[*at].kind, QuestionKind::Words))
                .map(|at| self.question(at))
                .collect(),
        }
    }

    fn question(&self, at: usize) -> QuestionResult {
        let question = &self.questions[at];
        let variables = self.of_question(at);
        let withheld = self.withholds(at);
        let kind = match question.kind {
            QuestionKind::Several(_) => ResultKind::Several,
            QuestionKind::Number { .. } => ResultKind::Number,
            QuestionKind::One(_) | QuestionKind::Words => ResultKind::One,
        };
        let nothing_hidden = variables
            .iter()
            .any(|variable| self.hidden(*variable).last() == Some(&true));
        let nothing = variables
            .first()
            .and_then(|variable| self.counts(*variable).last().copied())
            .unwrap_or(0);
        let answered = (!withheld && !nothing_hidden).then(|| self.total() - nothing);
        let answers = self.answers_of(Variable {
            question: at,
            option: None,
        });
        let mut counts = Vec::new();
        for (place, answer) in answers.into_iter().enumerate() {
            let Answered::With { value, label } = answer else {
                continue;
            };
            let (count, hidden) = if kind == ResultKind::Several {
                let variable = variables[place];
                (self.counts(variable)[0], self.hidden(variable)[0])
            } else {
                let variable = variables[0];
                (self.counts(variable)[place], self.hidden(variable)[place])
            };
            let count = (!withheld && !hidden).then_some(count);
            counts.push(ResultCount {
                value,
                label,
                count,
                share: count
                    .zip(answered)
                    .and_then(|(count, answered)| percent(count, answered)),
            });
        }
        QuestionResult {
            key: question.key.to_string(),
            label: question.label.clone(),
            kind,
            answered,
            withheld,
            counts,
            numbers: (answered.is_some()).then(|| self.summary(at)).flatten(),
        }
    }

    fn summary(&self, at: usize) -> Option<NumberSummary> {
        let QuestionKind::Number { unit, .. } = &self.questions[at].kind else {
            return None;
        };
        let mut numbers: Vec<Decimal> = self
            .rows
            .iter()
            .filter_map(|row| match row[at] {
                Given::Number(number, _) => Some(number),
                _ => None,
            })
            .collect();
        numbers.sort_unstable();
        let count = numbers.len();
        let middle = *numbers.get(count / 2)?;
        let median = if count.is_multiple_of(2) {
            (numbers[count / 2 - 1] + middle) / Decimal::TWO
        } else {
            middle
        };
        let mean = numbers.iter().sum::<Decimal>() / Decimal::from(count);
        Some(NumberSummary {
            mean: Rounding::HalfUp.apply(mean, 1),
            median: Rounding::HalfUp.apply(median, 1),
            unit: unit.clone(),
        })
    }

    /// The answers of a variable, without "no answer"; of a question with several answers and no option named, its options.
    fn answers_of(&self, variable: Variable) -> Vec<Answered> {
        if variable.option.is_some() {
            return vec![Answered::Chosen, Answered::NotChosen];
        }
        match &self.questions[variable.question].kind {
            QuestionKind::One(options) | QuestionKind::Several(options) => options
                .iter()
                .map(|option| Answered::With {
                    value: option.value.clone(),
                    label: option.label.clone(),
                })
                .collect(),
            QuestionKind::Number { ranges, .. } => ranges
                .iter()
                .map(|range| Answered::With {
                    value: range.name(),
                    label: Text::japanese(range.label()),
                })
                .collect(),
            QuestionKind::Words => Vec::new(),
        }
    }

    /// Two variables against each other. The same table whichever comes first, turned if need be. None when there is no such
    /// table: the same question twice, too few answers, or a question that is withheld.
    pub fn cross(&self, row: Variable, column: Variable) -> Option<CrossTable> {
        if row.question == column.question
            || self.is_withheld()
            || self.withholds(row.question)
            || self.withholds(column.question)
        {
            return None;
        }
        if row > column {
            return self.cross(column, row).map(CrossTable::turned);
        }
        let (rows, columns) = (self.categories(row) + 1, self.categories(column) + 1);
        let mut cells = vec![vec![0_u64; columns]; rows];
        for given in &self.rows {
            cells[self.place(row, given)][self.place(column, given)] += 1;
        }
        let (rows_hidden, columns_hidden) = (self.hidden(row), self.hidden(column));
        let hidden = hide_in_table(&cells, &rows_hidden, &columns_hidden, self.below);
        let counts = cells
            .iter()
            .zip(&hidden.cells)
            .map(|(row, hidden)| {
                row.iter()
                    .zip(hidden)
                    .map(|(count, hidden)| (!hidden).then_some(*count))
                    .collect()
            })
            .collect();
        let table = CrossTable {
            row: self.side(row, &rows_hidden),
            column: self.side(column, &columns_hidden),
            withheld: hidden.withheld,
            counts,
            total: self.total(),
        };
        Some(table.without_empty_ends())
    }

    fn side(&self, variable: Variable, hidden: &[bool]) -> Side {
        let question = &self.questions[variable.question];
        let option = match (&question.kind, variable.option) {
            (QuestionKind::Several(options), Some(at)) => Some(options[at].label.clone()),
            _ => None,
        };
        let mut answers = self.answers_of(variable);
        answers.push(Answered::Nothing);
        Side {
            key: question.key.to_string(),
            label: question.label.clone(),
            option,
            answers,
            totals: self
                .counts(variable)
                .into_iter()
                .zip(hidden)
                .map(|(count, hidden)| (!hidden).then_some(count))
                .collect(),
        }
    }

    /// What people wrote, in no order that tells who wrote what: sorted by the text.
    pub fn words(&self, question: &str) -> Vec<&str> {
        let Some(at) = self
            .questions
            .iter()
            .position(|found| found.key.as_str() == question)
        else {
            return Vec::new();
        };
        let mut words: Vec<&str> = self
            .rows
            .iter()
            .filter_map(|row| match &row[at] {
                Given::Words(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        words.sort_unstable();
        words
    }
}

impl CrossTable {
    fn turned(self) -> Self {
        let columns = self.column.answers.len();
        let counts = (0..columns)
            .map(|column| self.counts.iter().map(|row| row[column]).collect())
            .collect();
        Self {
            row: self.column,
            column: self.row,
            counts,
            ..self
        }
    }

    /// Leaves "no answer" out where everybody answered.
    fn without_empty_ends(mut self) -> Self {
        if self.row.totals.last() == Some(&Some(0)) {
            self.row.totals.pop();
            self.row.answers.pop();
            self.counts.pop();
        }
        if self.column.totals.last() == Some(&Some(0)) {
            self.column.totals.pop();
            self.column.answers.pop();
            for row in &mut self.counts {
                row.pop();
            }
        }
        self
    }

    /// A count's share of its row, in percent.
    pub fn row_share(&self, row: usize, column: usize) -> Option<Decimal> {
        percent(self.counts[row][column]?, self.row.totals[row]?)
    }

    /// A count's share of its column, in percent.
    pub fn column_share(&self, row: usize, column: usize) -> Option<Decimal> {
        percent(self.counts[row][column]?, self.column.totals[column]?)
    }
}
