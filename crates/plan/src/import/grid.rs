//! A sheet while it is being understood, and the ledger that says of every cell what it was taken for.

use std::collections::BTreeMap;

use yakuba_sheets::Grid;

use super::cell::key;
use super::{CellRole, ReadCell, Shape, ShapeReport};
use crate::model::document::CellAddress;

/// One sheet of one file.
pub(super) struct Sheet {
    file: String,
    pub(super) name: Option<String>,
    pub(super) lines: Vec<Line>,
    pub(super) hidden: bool,
    usual_width: Option<usize>,
    roles: BTreeMap<(usize, usize), CellRole>,
}

/// One line of a sheet.
pub(super) struct Line {
    number: u32,
    pub(super) cells: Vec<Cell>,
}

/// One cell: its text as it stands, and the key labels are compared by.
#[derive(Clone)]
pub(super) struct Cell {
    pub(super) raw: String,
    pub(super) key: String,
}

impl Cell {
    pub(super) fn is_empty(&self) -> bool {
        self.key.is_empty()
    }
}

impl Line {
    /// Columns that hold something.
    pub(super) fn filled(&self) -> Vec<usize> {
        (0..self.cells.len())
            .filter(|column| !self.cells[*column].is_empty())
            .collect()
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }

    /// The text of a column, empty when the line is shorter.
    pub(super) fn raw(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.raw.as_str())
    }

    pub(super) fn key(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.key.as_str())
    }
}

impl Sheet {
    pub(super) fn new(file: &str, grid: Grid) -> Self {
        let lines: Vec<Line> = grid
            .rows
            .into_iter()
            .map(|row| Line {
                number: row.line,
                cells: row
                    .cells
                    .into_iter()
                    .map(|raw| Cell {
                        key: key(&raw),
                        raw,
                    })
                    .collect(),
            })
            .collect();
        let usual_width = usual_width(&lines);
        Self {
            usual_width,
            file: file.to_owned(),
            name: grid.name,
            lines,
            hidden: grid.hidden,
            roles: BTreeMap::new(),
        }
    }

    /// Where a cell stands, as shown to people.
    pub(super) fn address(&self, line: usize, column: usize) -> CellAddress {
        CellAddress {
            file: self.file.clone(),
            sheet: self.name.clone(),
            row: self.lines.get(line).map_or(0, |line| line.number),
            column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1),
        }
    }

    /// How many cells nearly all rows have; none when they differ, as in files that leave out empty cells at the end.
    pub(super) fn usual_width(&self) -> Option<usize> {
        self.usual_width
    }

    /// A report of a table that reaches from one line to another, with nothing counted yet.
    pub(super) fn report(&self, shape: Shape, first: usize, last: usize) -> ShapeReport {
        let row = |line: usize| self.lines.get(line).map_or(0, |line| line.number);
        ShapeReport {
            file: self.file.clone(),
            sheet: self.name.clone(),
            shape,
            first_row: row(first),
            last_row: row(last),
            initiatives: 0,
            indicators: 0,
            figures: 0,
        }
    }

    /// Notes what a cell was taken for.
    pub(super) fn mark(&mut self, line: usize, column: usize, role: CellRole) {
        if self
            .lines
            .get(line)
            .and_then(|line| line.cells.get(column))
            .is_some_and(|cell| !cell.is_empty() || !cell.raw.is_empty())
        {
            self.roles.insert((line, column), role);
        }
    }

    /// Notes the same role for every filled cell of a line that has none yet.
    pub(super) fn mark_rest(&mut self, line: usize, role: CellRole) {
        for column in self.lines.get(line).map(Line::filled).unwrap_or_default() {
            self.roles.entry((line, column)).or_insert(role);
        }
    }

    pub(super) fn role(&self, line: usize, column: usize) -> Option<CellRole> {
        self.roles.get(&(line, column)).copied()
    }

    /// Every cell that is not empty with what it was taken for.
    pub(super) fn ledger(&self) -> Vec<ReadCell> {
        let mut cells = Vec::new();
        for (line, row) in self.lines.iter().enumerate() {
            for (column, cell) in row.cells.iter().enumerate() {
                if cell.raw.trim().is_empty() {
                    continue;
                }
                // tags around nothing say nothing
                let unread = if cell.is_empty() {
                    CellRole::Decoration
                } else {
                    CellRole::Unknown
                };
                let role = self.role(line, column).unwrap_or(unread);
                cells.push(ReadCell {
                    address: self.address(line, column),
                    text: cell.raw.clone(),
                    role,
                });
            }
        }
        cells
    }
}

fn usual_width(lines: &[Line]) -> Option<usize> {
    let widths: Vec<usize> = lines
        .iter()
        .filter(|line| line.filled().len() >= 2)
        .map(|line| line.cells.len())
        .collect();
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for width in &widths {
        *counts.entry(*width).or_default() += 1;
    }
    let (width, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    // an Excel sheet is even by its nature, which says nothing; a text file that is even was padded on purpose
    (widths.len() >= 3 && count * 10 >= widths.len() * 6).then_some(width)
}
