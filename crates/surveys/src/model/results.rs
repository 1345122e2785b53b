//! The results of a survey as they may be shown: every count that could tell on somebody is left out.
//!
//! All of it comes from one place, so that what one table hides no other one tells: the table of a single question gives the totals of
//! every table of two, and a filter by an answer is a row of such a table.

use schemars::JsonSchema;
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
    /// The place of the question by which published results are broken down.
    pub breakdown: Option<usize>,
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
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Results {
    /// How many answered; none when they are too few to be told.
    pub answers: Option<u64>,
    /// Counts from 1 to below this are hidden.
    pub small_count_below: u64,
    /// Each question that can be counted.
    pub questions: Vec<QuestionResult>,
}

/// The result of one question.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ResultCount {
    /// The answer's value.
    pub value: String,
    /// The answer.
    pub label: Text,
    /// How many; none when it is hidden.
    pub count: Option<u64>,
    /// Their share of those who answered, in percent with one decimal place.
    #[schemars(with = "Option<String>")]
    pub share: Option<Decimal>,
}

/// Mean and median.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NumberSummary {
    /// The mean, with one decimal place.
    #[schemars(with = "String")]
    pub mean: Decimal,
    /// The median, with one decimal place.
    #[schemars(with = "String")]
    pub median: Decimal,
    /// The unit.
    pub unit: Option<Text>,
}

/// What one person answered to one question, as it may be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Single {
    /// Nothing.
    Nothing,
    /// The options, or the range, at these places.
    Options(Vec<usize>),
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

    pub(super) fn counts(&self, variable: Variable) -> Vec<u64> {
        let mut counts = vec![0; self.categories(variable) + 1];
        for row in &self.rows {
            counts[self.place(variable, row)] += 1;
        }
        counts
    }

    /// Which counts of a variable are hidden, "no answer" last.
    pub(super) fn hidden(&self, variable: Variable) -> Vec<bool> {
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

    /// The results of those who gave one answer: a row of the tables of that answer's question with each other one.
    pub fn filtered(&self, by: Variable, at: usize) -> Results {
        let all = self.results();
        let answers =
            self.counts(by).get(at).copied().filter(|_| {
                !self.withholds(by.question) && self.hidden(by).get(at) == Some(&false)
            });
        let Some(answers) = answers.filter(|answers| *answers >= self.below.max(1)) else {
            return Results {
                answers: None,
                questions: Vec::new(),
                ..all
            };
        };
        let questions = all
            .questions
            .into_iter()
            .filter(|question| question.key != self.questions[by.question].key.as_str())
            .map(|question| self.filtered_question(question, by, at))
            .collect();
        Results {
            answers: Some(answers),
            questions,
            ..all
        }
    }

    fn filtered_question(
        &self,
        mut result: QuestionResult,
        by: Variable,
        at: usize,
    ) -> QuestionResult {
        result.numbers = None;
        if result.withheld {
            return result;
        }
        let Some(question) = self
            .questions
            .iter()
            .position(|question| question.key.as_str() == result.key)
        else {
            return result;
        };
        let variables = self.of_question(question);
        let tables: Vec<CrossTable> = variables
            .iter()
            .filter_map(|variable| self.cross(by, *variable))
            .collect();
        if tables.len() != variables.len() || tables.iter().any(|table| table.withheld) {
            result.withhold();
            return result;
        }
        // "No answer" stands last, where there is any.
        let nothing = |table: &CrossTable| match table.column.answers.last() {
            Some(Answered::Nothing) => table.counts[at].last().copied().flatten(),
            _ => Some(0),
        };
        result.answered = tables[0].row.totals[at]
            .zip(tables.iter().map(nothing).collect::<Option<Vec<u64>>>())
            .map(|(total, nothing)| total - nothing[0]);
        for (place, count) in result.counts.iter_mut().enumerate() {
            count.count = if result.kind == ResultKind::Several {
                tables[place].counts[at][0]
            } else {
                tables[0].counts[at][place]
            };
            count.share = count
                .count
                .zip(result.answered)
                .and_then(|(count, answered)| percent(count, answered));
        }
        result
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
    pub fn answers_of(&self, variable: Variable) -> Vec<Answered> {
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

    /// The answers one by one, without what people wrote and without anything that is hidden in the results: such an answer is
    /// none. The rows are in the order of random numbers.
    pub fn single_answers(&self) -> Vec<Vec<Option<Single>>> {
        let variables: Vec<Vec<(Variable, Vec<bool>)>> = (0..self.questions.len())
            .map(|question| {
                self.of_question(question)
                    .into_iter()
                    .map(|variable| (variable, self.hidden(variable)))
                    .collect()
            })
            .collect();
        let withheld: Vec<bool> = (0..self.questions.len())
            .map(|question| self.withholds(question))
            .collect();
        self.rows
            .iter()
            .map(|row| {
                (0..self.questions.len())
                    .map(|question| {
                        let hides = variables[question]
                            .iter()
                            .any(|(variable, hidden)| hidden[self.place(*variable, row)]);
                        if withheld[question] || hides {
                            return None;
                        }
                        Some(match &row[question] {
                            Given::Nothing | Given::Words(_) => Single::Nothing,
                            Given::One(at) => Single::Options(vec![*at]),
                            Given::Several(chosen) => Single::Options(chosen.clone()),
                            // The exact number of one person could be known to others: its range says enough.
                            Given::Number(_, range) => Single::Options(vec![*range]),
                        })
                    })
                    .collect()
            })
            .collect()
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

impl QuestionResult {
    /// Shows nothing of it.
    pub(crate) fn withhold(&mut self) {
        self.withheld = true;
        self.answered = None;
        self.numbers = None;
        for count in &mut self.counts {
            (count.count, count.share) = (None, None);
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use yakuba_forms::model::document::Key;

    use super::*;
    use crate::model::tally::Category;

    fn question(key: &str, options: usize, several: bool) -> Question {
        let options = (0..options)
            .map(|at| Category {
                value: format!("o{at}"),
                label: Text::japanese(format!("答え{at}")),
            })
            .collect();
        Question {
            key: Key::new(key).unwrap(),
            label: Text::japanese(key),
            kind: if several {
                QuestionKind::Several(options)
            } else {
                QuestionKind::One(options)
            },
            depends_on: std::collections::BTreeSet::new(),
        }
    }

    fn data(rows: Vec<Vec<Given>>) -> Data {
        Data {
            questions: vec![
                question("age", 3, false),
                question("used", 2, false),
                question("devices", 3, true),
            ],
            rows,
            below: 5,
            breakdown: None,
        }
    }

    const AGE: Variable = Variable {
        question: 0,
        option: None,
    };
    const USED: Variable = Variable {
        question: 1,
        option: None,
    };

    fn people(counts: &[(usize, usize, usize)]) -> Vec<Vec<Given>> {
        counts
            .iter()
            .flat_map(|(age, used, count)| {
                std::iter::repeat_n(
                    vec![
                        Given::One(*age),
                        Given::One(*used),
                        Given::Several(vec![*age % 3]),
                    ],
                    *count,
                )
            })
            .collect()
    }

    #[test]
    fn too_few_answers_tell_nothing() {
        let few = data(people(&[(0, 0, 4)]));
        assert_eq!(few.results().answers, None);
        assert!(few.results().questions.is_empty());
        assert!(few.cross(AGE, USED).is_none());
    }

    #[test]
    fn a_filter_is_a_row_of_the_table_of_two() {
        let data = data(people(&[
            (0, 0, 20),
            (0, 1, 10),
            (1, 0, 12),
            (1, 1, 9),
            (2, 0, 30),
            (2, 1, 2),
        ]));
        let table = data.cross(AGE, USED).unwrap();
        assert_eq!(table.row.totals, [Some(30), Some(21), Some(32)]);
        assert_eq!(table.counts[2][1], None, "two people");
        for at in 0..3 {
            let filtered = data.filtered(AGE, at);
            assert_eq!(filtered.answers, table.row.totals[at]);
            let used: Vec<_> = filtered.questions[0]
                .counts
                .iter()
                .map(|count| count.count)
                .collect();
            assert_eq!(used, table.counts[at]);
        }
        let turned = data.cross(USED, AGE).unwrap();
        assert_eq!(turned.counts[1][2], None);
        assert_eq!(turned.row_share(0, 0), table.column_share(0, 0));
    }

    #[test]
    fn a_question_asked_of_a_hidden_group_tells_nothing() {
        let mut data = data(people(&[(0, 0, 20), (1, 0, 3), (2, 0, 30)]));
        data.questions[1]
            .depends_on
            .insert(Key::new("age").unwrap());
        let results = data.results();
        assert_eq!(results.questions[0].counts[1].count, None);
        assert!(results.questions[1].withheld);
        assert_eq!(results.questions[1].answered, None);
    }

    #[test]
    fn numbers_have_a_mean_and_a_median() {
        let mut data = data(Vec::new());
        data.questions = vec![Question {
            kind: QuestionKind::Number {
                ranges: vec![crate::model::tally::Range {
                    from: Some(0),
                    to: Some(9),
                }],
                unit: None,
            },
            ..question("hours", 0, false)
        }];
        data.rows = [1, 2, 2, 3, 4, 9]
            .iter()
            .map(|number| vec![Given::Number(Decimal::from(*number), 0)])
            .collect();
        let numbers = data.results().questions[0].numbers.clone().unwrap();
        assert_eq!(numbers.mean.to_string(), "3.5");
        assert_eq!(numbers.median.normalize().to_string(), "2.5");
    }

    proptest! {
        /// Whatever is answered, no view shows a small count, and the table of two shows no total that the tables of one hide.
        #[test]
        fn no_view_shows_what_another_hides(
            rows in proptest::collection::vec((0_usize..4, 0_usize..3, 0_usize..8), 0..60),
        ) {
            let rows = rows
                .into_iter()
                .map(|(age, used, devices)| {
                    vec![
                        if age == 3 { Given::Nothing } else { Given::One(age) },
                        if used == 2 { Given::Nothing } else { Given::One(used) },
                        Given::Several((0..3).filter(|bit| devices & (1 << bit) != 0).collect()),
                    ]
                })
                .collect();
            let data = data(rows);
            let results = data.results();
            let shown = |count: &Option<u64>| count.is_none_or(|count| count == 0 || count >= 5);
            let single = |results: &Results| {
                results.questions.iter().all(|question| {
                    question.counts.iter().all(|count| shown(&count.count)) && shown(&question.answered)
                })
            };
            prop_assert!(single(&results));
            for row in data.variables() {
                for at in 0..2 {
                    prop_assert!(single(&data.filtered(row, at)));
                }
                for column in data.variables() {
                    let Some(table) = data.cross(row, column) else { continue };
                    prop_assert!(table.counts.iter().flatten().all(shown));
                    if row.option.is_none() {
                        let alone = &results.questions[row.question];
                        for (at, total) in table.row.totals.iter().take(alone.counts.len()).enumerate() {
                            prop_assert_eq!(*total, alone.counts[at].count);
                        }
                    }
                    if table.withheld {
                        continue;
                    }
                    // A hidden total is not the sum of shown counts.
                    for (at, total) in table.row.totals.iter().enumerate() {
                        prop_assert!(total.is_some() || table.counts[at].contains(&None));
                    }
                }
            }
        }
    }
}
