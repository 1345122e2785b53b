//! Which tables of two questions are published together.
//!
//! Each table alone keeps its hidden counts hidden. Together they need not: from A × B, B × C and A × C a hidden count can follow although
//! no table gives it away, and finding that out for all tables at once is not feasible. So one question is chosen beforehand, the
//! breakdown, and only its tables are published, A × B, A × C, A × D and so on. Every answer to A is counted in the open; so among those
//! who gave one answer to A, what they answered to B can be dealt out anew without anything changing in the other tables, and each table
//! tells as much as it tells alone. That holds for questions that have nothing to do with each other. Where one decides whether another is
//! asked, and between the options of a question with several answers, something is known beforehand: those are published only together,
//! and only when nothing at all is hidden in them.

use std::collections::BTreeSet;

use super::{
    results::{CrossTable, Data, Variable},
    tally::QuestionKind,
};

impl Data {
    /// The question by which published results are broken down, when every one of its counts is shown.
    pub fn breakdown(&self) -> Option<Variable> {
        let question = self.breakdown?;
        let found = self.questions.get(question)?;
        let variable = Variable {
            question,
            option: None,
        };
        let usable = matches!(found.kind, QuestionKind::One(_))
            && found.depends_on.is_empty()
            && !self.is_withheld()
            && !self.withholds(question)
            && !self.hidden(variable).contains(&true);
        usable.then_some(variable)
    }

    /// The questions whose tables with the breakdown are published, by their places.
    pub fn broken_down(&self) -> BTreeSet<usize> {
        let Some(by) = self.breakdown() else {
            return BTreeSet::new();
        };
        let counted: BTreeSet<usize> = self
            .variables()
            .into_iter()
            .map(|variable| variable.question)
            .filter(|question| *question != by.question)
            .collect();
        counted
            .iter()
            .copied()
            .filter(|question| {
                let together = self.together(*question);
                let is_alone = together.len() == 1
                    && !matches!(self.questions[*question].kind, QuestionKind::Several(_));
                if is_alone {
                    return self
                        .tables(by, *question)
                        .is_some_and(|tables| tables.iter().all(|table| !table.withheld));
                }
                together
                    .intersection(&counted)
                    .all(|other| self.hides_nothing(by, *other))
            })
            .collect()
    }

    /// The questions that have to do with this one: those that decide whether it is asked, those whose being asked it decides, and so on.
    fn together(&self, question: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([question]);
        loop {
            let more: Vec<usize> = (0..self.questions.len())
                .filter(|at| {
                    !found.contains(at)
                        && found.iter().any(|known| {
                            let (one, other) = (&self.questions[*at], &self.questions[*known]);
                            one.depends_on.contains(&other.key)
                                || other.depends_on.contains(&one.key)
                        })
                })
                .collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    }

    /// The tables of a question with the breakdown: one, or one for each option.
    fn tables(&self, by: Variable, question: usize) -> Option<Vec<CrossTable>> {
        self.variables()
            .into_iter()
            .filter(|variable| variable.question == question)
            .map(|variable| self.cross(by, variable))
            .collect()
    }

    fn hides_nothing(&self, by: Variable, question: usize) -> bool {
        self.tables(by, question).is_some_and(|tables| {
            tables
                .iter()
                .all(|table| !table.withheld && table.counts.iter().flatten().all(Option::is_some))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use yakuba_forms::model::document::{Key, Text};

    use super::*;
    use crate::model::suppression::hide_in_table;
    use crate::model::{
        results::{Answered, Side},
        tally::{Category, Given, Question},
    };

    fn question(key: &str, options: usize, several: bool, depends_on: &[&str]) -> Question {
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
            depends_on: depends_on
                .iter()
                .map(|key| Key::new(*key).unwrap())
                .collect(),
        }
    }

    /// The breakdown, two questions on their own, one that decides whether the next is asked, one with several answers.
    fn world(rows: Vec<Vec<Given>>) -> Data {
        Data {
            questions: vec![
                question("area", 2, false, &[]),
                question("often", 3, false, &[]),
                question("wish", 3, false, &[]),
                question("used", 2, false, &[]),
                question("why", 2, false, &["used"]),
                question("devices", 2, true, &[]),
            ],
            rows,
            below: 3,
            breakdown: Some(0),
        }
    }

    const AREA: Variable = Variable {
        question: 0,
        option: None,
    };

    fn person(
        (area, often, wish, used, why, devices): (usize, usize, usize, usize, usize, usize),
    ) -> Vec<Given> {
        let one = |at: usize| {
            if at == 3 {
                Given::Nothing
            } else {
                Given::One(at)
            }
        };
        vec![
            Given::One(area),
            one(often),
            one(wish),
            Given::One(used),
            if used == 1 {
                Given::One(why)
            } else {
                Given::Nothing
            },
            Given::Several((0..2).filter(|bit| devices & (1 << bit) != 0).collect()),
        ]
    }

    fn name(answer: &Answered) -> String {
        match answer {
            Answered::With { value, .. } => value.clone(),
            other => format!("{other:?}"),
        }
    }

    /// Everything that is published of a survey: what it is about, and the count where it is shown.
    fn published(data: &Data, tables: &BTreeSet<usize>) -> BTreeMap<String, Option<u64>> {
        let mut found = BTreeMap::new();
        let results = data.results();
        found.insert("answers".to_owned(), results.answers);
        for question in &results.questions {
            found.insert(format!("{} answered", question.key), question.answered);
            for count in &question.counts {
                found.insert(format!("{} {}", question.key, count.value), count.count);
            }
        }
        for question in tables {
            for table in data.tables(AREA, *question).unwrap_or_default() {
                let side = |side: &Side| {
                    let of = side.option.as_ref().map(|text| text.ja.clone());
                    format!("{} {}", side.key, of.unwrap_or_default())
                };
                let column = side(&table.column);
                for (at, answer) in table.column.answers.iter().enumerate() {
                    let answer = name(answer);
                    found.insert(format!("{column} {answer} all"), table.column.totals[at]);
                    for (row, area) in table.row.answers.iter().enumerate() {
                        found.insert(
                            format!("{column} {answer} of {}", name(area)),
                            table.counts[row][at],
                        );
                    }
                }
            }
        }
        found
    }

    /// Whether another survey would have been published with the same numbers, wherever a number is shown.
    fn looks_the_same(
        shown: &BTreeMap<String, Option<u64>>,
        tables: &BTreeSet<usize>,
        other: &Data,
    ) -> Result<(), String> {
        let open = Data {
            below: 0,
            ..other.clone()
        };
        let real = published(&open, tables);
        for (what, count) in shown {
            // What nobody gave has no line.
            let real = real.get(what).copied().flatten().unwrap_or(0);
            if count.is_some_and(|count| count != real) {
                return Err(format!("{what} is {count:?} and would be {real}"));
            }
        }
        Ok(())
    }

    /// Every way of filling the hidden places so that rows and shown columns keep their sums; at most `most` of them.
    fn fillings(
        cells: &[Vec<u64>],
        hidden: &[Vec<bool>],
        columns_hidden: &[bool],
        most: usize,
    ) -> Vec<Vec<Vec<u64>>> {
        fn walk(
            places: &[(usize, usize)],
            table: &mut Vec<Vec<u64>>,
            rows: &[u64],
            columns: &[Option<u64>],
            found: &mut Vec<Vec<Vec<u64>>>,
            most: usize,
        ) {
            if found.len() >= most {
                return;
            }
            let Some(((row, column), rest)) = places.split_first() else {
                let fits = table
                    .iter()
                    .zip(rows)
                    .all(|(row, sum)| row.iter().sum::<u64>() == *sum)
                    && columns.iter().enumerate().all(|(at, sum)| {
                        sum.is_none_or(|sum| table.iter().map(|row| row[at]).sum::<u64>() == sum)
                    });
                if fits {
                    found.push(table.clone());
                }
                return;
            };
            let left = rows[*row].saturating_sub(table[*row].iter().sum());
            for value in 0..=left {
                table[*row][*column] = value;
                walk(rest, table, rows, columns, found, most);
            }
            table[*row][*column] = 0;
        }
        let rows: Vec<u64> = cells.iter().map(|row| row.iter().sum()).collect();
        let columns: Vec<Option<u64>> = columns_hidden
            .iter()
            .enumerate()
            .map(|(at, hidden)| (!hidden).then(|| cells.iter().map(|row| row[at]).sum()))
            .collect();
        let mut places = Vec::new();
        let mut table = cells.to_vec();
        for (row, line) in hidden.iter().enumerate() {
            for (column, is_hidden) in line.iter().enumerate() {
                if *is_hidden {
                    places.push((row, column));
                    table[row][column] = 0;
                }
            }
        }
        let mut found = Vec::new();
        walk(&places, &mut table, &rows, &columns, &mut found, most);
        found
    }

    /// The same people, among whom the answers to one question are dealt out anew: so many of each in each area.
    fn dealt_anew(data: &Data, question: usize, table: &[Vec<u64>]) -> Data {
        let mut left = table.to_vec();
        let mut other = data.clone();
        for row in &mut other.rows {
            let Given::One(area) = row[0] else { continue };
            let at = left[area].iter().position(|count| *count > 0).unwrap();
            left[area][at] -= 1;
            row[question] = if at == 3 {
                Given::Nothing
            } else {
                Given::One(at)
            };
        }
        other
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        /// What the tables with the breakdown say together about a hidden count is what its own table says, and that leaves it open.
        #[test]
        fn all_published_tables_together_tell_no_hidden_count(
            people in proptest::collection::vec((0_usize..2, 0_usize..4, 0_usize..4, 0_usize..2, 0_usize..2, 0_usize..4), 6..17),
        ) {
            let data = world(people.into_iter().map(person).collect());
            let tables = data.broken_down();
            let shown = published(&data, &tables);
            prop_assert_eq!(looks_the_same(&shown, &tables, &data), Ok(()));
            for (what, count) in &shown {
                prop_assert!(count.is_none_or(|count| count == 0 || count >= 3), "{what}");
            }
            for question in &tables {
                for table in data.tables(AREA, *question).unwrap() {
                    let hides = table.counts.iter().flatten().any(Option::is_none);
                    // Questions that have to do with each other are published only when nothing is hidden in them.
                    prop_assert!(!hides || [1, 2].contains(question));
                }
            }
            for question in tables.into_iter().filter(|question| [1, 2].contains(question)) {
                let variable = Variable { question, option: None };
                let mut cells = vec![vec![0_u64; 4]; 2];
                for row in &data.rows {
                    let Given::One(area) = row[0] else { continue };
                    cells[area][match row[question] { Given::One(at) => at, _ => 3 }] += 1;
                }
                let table = data.cross(AREA, variable).unwrap();
                let hidden: Vec<Vec<bool>> = (0..2)
                    .map(|area| {
                        (0..4)
                            .map(|at| {
                                let cell = table.counts.get(area).and_then(|row| row.get(at));
                                cell.is_some_and(Option::is_none)
                            })
                            .collect()
                    })
                    .collect();
                let columns_hidden = data.hidden(variable);
                let found = fillings(&cells, &hidden, &columns_hidden, 60);
                let mut other_value = vec![vec![false; 4]; 2];
                for filling in &found {
                    let other = dealt_anew(&data, question, filling);
                    // The question is shown, so everybody knows that somebody answered it.
                    if (Data { below: 0, ..other.clone() }).withholds(question) {
                        continue;
                    }
                    let tables = data.broken_down();
                    // As far as anybody can see, it could have been this survey.
                    prop_assert_eq!(looks_the_same(&shown, &tables, &other), Ok(()));
                    for area in 0..2 {
                        for at in 0..4 {
                            other_value[area][at] |= filling[area][at] != cells[area][at];
                        }
                    }
                }
                if found.len() < 60 {
                    for area in 0..2 {
                        for at in 0..4 {
                            prop_assert!(!hidden[area][at] || other_value[area][at], "{cells:?} {hidden:?}");
                        }
                    }
                }
            }
        }
    }

    /// Why the rule is needed: with the tables of all pairs, counts that each table hides can be worked out.
    #[test]
    fn the_tables_of_all_pairs_would_tell_a_hidden_count() {
        // Two areas with three answers; and the same people by three streets, of which the first two lie in the first area, as the
        // table of areas and streets shows, which has nothing to hide.
        let areas = |streets: &[Vec<u64>]| -> Vec<Vec<u64>> {
            let first = (0..3).map(|at| streets[0][at] + streets[1][at]).collect();
            vec![first, streets[2].clone()]
        };
        let hide = |cells: &[Vec<u64>]| {
            let hidden = hide_in_table(cells, &vec![false; cells.len()], &[false; 3], 3);
            (!hidden.withheld).then_some(hidden.cells)
        };
        let most = 400;
        let told = |by_street: &[Vec<u64>]| -> Option<bool> {
            let by_area = areas(by_street);
            let (hidden, streets_hidden) = (hide(&by_area)?, hide(by_street)?);
            let alone = fillings(&by_area, &hidden, &[false; 3], most);
            let streets = fillings(by_street, &streets_hidden, &[false; 3], most);
            if alone.len() == most || streets.len() == most {
                return None;
            }
            let together: Vec<Vec<Vec<u64>>> = streets
                .iter()
                .map(|streets| areas(streets))
                .filter(|guess| alone.contains(guess))
                .collect();
            assert!(together.contains(&by_area), "what is true can be believed");
            let differs = |tables: &[Vec<Vec<u64>>], row: usize, at: usize| {
                tables
                    .iter()
                    .any(|table| table[row][at] != by_area[row][at])
            };
            Some((0..2).any(|row| {
                (0..3).any(|at| {
                    hidden[row][at] && differs(&alone, row, at) && !differs(&together, row, at)
                })
            }))
        };
        let mut seed = 7_u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            [0, 1, 2, 4, 5, 6, 7][usize::try_from(seed >> 40).unwrap() % 7]
        };
        let found = (0..2000).any(|_| {
            let by_street: Vec<Vec<u64>> =
                (0..3).map(|_| (0..3).map(|_| next()).collect()).collect();
            let sums = areas(&by_street);
            by_street
                .iter()
                .chain(&sums)
                .all(|row| row.iter().sum::<u64>() >= 3)
                && (0..3).all(|at| by_street.iter().map(|row| row[at]).sum::<u64>() >= 3)
                && told(&by_street) == Some(true)
        });
        assert!(found, "no tables of all pairs tell what each hides");
    }
}
