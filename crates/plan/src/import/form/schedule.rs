//! The schedule of a form: a header with years, and steps below it. The bars that people draw in the sheet are lost in
//! text; arrows and marks in year columns are what is left of them.

use std::collections::BTreeMap;

use yakuba_kernel::FiscalYear;

use super::super::CellRole;
use super::super::cell::title;
use super::super::grid::Sheet;
use super::draft::Draft;
use crate::model::document::Phase;

/// The steps as they stand, until the header's place is known for certain.
#[derive(Default)]
pub(super) struct Steps {
    years: BTreeMap<usize, FiscalYear>,
    rows: Vec<Step>,
}

struct Step {
    name: String,
    column: usize,
    /// Columns of arrows and marks.
    marks: Vec<usize>,
}

/// A cell that is the rest of a drawn bar.
fn is_bar(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| {
            matches!(
                c,
                '→' | '⇒'
                    | '▶'
                    | '►'
                    | '➡'
                    | '⇨'
                    | '■'
                    | '●'
                    | '○'
                    | '◯'
                    | '◎'
                    | '━'
                    | '─'
                    | '―'
                    | 'ー'
                    | '-'
                    | '>'
                    | '＞'
                    | '←'
                    | '↔'
                    | '⇔'
                    | '★'
                    | '☆'
                    | '△'
                    | '▲'
                    | '|'
            )
        })
}

pub(super) fn header(
    draft: &mut Draft,
    sheet: &mut Sheet,
    line: usize,
    contents: &[usize],
    years: &BTreeMap<usize, FiscalYear>,
) {
    if years.is_empty() {
        step(draft, sheet, line, contents);
        return;
    }
    for column in contents {
        sheet.mark(
            line,
            *column,
            if years.contains_key(column) {
                CellRole::YearHeader
            } else {
                CellRole::Schedule
            },
        );
    }
    draft.steps.years.clone_from(years);
}

/// A step: its name, and the columns in which its bar left something. Words in further columns are steps of their own.
pub(super) fn step(draft: &mut Draft, sheet: &mut Sheet, line: usize, filled: &[usize]) {
    draft.last_line = line;
    for column in filled {
        let text = sheet.lines[line].key(*column);
        if is_bar(text) {
            match draft.steps.rows.last_mut() {
                Some(last) if filled.first() != Some(column) => last.marks.push(*column),
                _ => draft.steps.rows.push(Step {
                    name: text.to_owned(),
                    column: *column,
                    marks: vec![*column],
                }),
            }
        } else {
            let name = title(sheet.lines[line].raw(*column));
            let own = if filled.first() == Some(column) {
                Vec::new()
            } else {
                vec![*column]
            };
            draft.steps.rows.push(Step {
                name,
                column: *column,
                marks: own,
            });
        }
        sheet.mark(line, *column, CellRole::Schedule);
    }
}

impl Steps {
    /// The phases. When the names of steps stand in the column of the first year, the header has slid to the left by one.
    pub(super) fn phases(self) -> Vec<Phase> {
        let first = self.years.keys().next().copied();
        let slid = self
            .rows
            .iter()
            .any(|step| Some(step.column) == first && !step.marks.contains(&step.column));
        let year = |column: usize| {
            let column = if slid { column.checked_sub(1)? } else { column };
            self.years.get(&column).copied()
        };
        self.rows
            .iter()
            .map(|step| {
                let marked: Vec<FiscalYear> = step
                    .marks
                    .iter()
                    .filter_map(|column| year(*column))
                    .collect();
                Phase {
                    name: step.name.clone(),
                    from: marked.first().copied(),
                    // one arrow tells where a bar was, not how long it was
                    to: if marked.len() > 1 {
                        marked.last().copied()
                    } else {
                        None
                    },
                }
            })
            .collect()
    }
}
