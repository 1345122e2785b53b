//! Which counts are hidden, so that nobody can be recognised in a table, nor worked out from what is shown beside it.
//!
//! A count from 1 to below the limit is hidden (primary suppression). Where its row or column would give it away, further counts are
//! hidden with it (complementary suppression): in a table every hidden count must still be able to be another number when all totals
//! that are shown hold, and when it is known that a hidden count is not zero. That is tested exactly, by looking for a closed walk
//! along which hidden counts can be raised and lowered by one without changing anything that is shown.

use std::collections::VecDeque;

/// Which counts of a row are hidden whose total is shown. `last` stands for those who did not answer: it is hidden only when
/// it is small itself or nothing else is left to hide.
///
/// When the total itself is small, everything must be withheld before.
pub fn hide_in_row(counts: &[u64], below: u64) -> Vec<bool> {
    let mut hidden: Vec<bool> = counts.iter().map(|count| is_small(*count, below)).collect();
    if !hidden.contains(&true) {
        return hidden;
    }
    loop {
        let number = hidden.iter().filter(|hidden| **hidden).count();
        let sum: u64 = counts
            .iter()
            .zip(&hidden)
            .filter(|(_, hidden)| **hidden)
            .map(|(count, _)| count)
            .sum();
        if number >= 2 && sum >= below && sum > number as u64 {
            return hidden;
        }
        let last = counts.len().saturating_sub(1);
        let next = counts
            .iter()
            .enumerate()
            .filter(|(at, count)| !hidden[*at] && **count > 0)
            .min_by_key(|(at, count)| (*at == last, **count))
            .map(|(at, _)| at);
        match next {
            Some(at) => hidden[at] = true,
            // Every count is 1, or there is only one: not even a zero may be told.
            None => return vec![true; counts.len()],
        }
    }
}

/// Whether a count alone would be too small to be shown.
pub fn is_small(count: u64, below: u64) -> bool {
    count > 0 && count < below
}

/// A table of two questions with its totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// By row and column.
    pub cells: Vec<Vec<bool>>,
    /// Nothing of it can be shown.
    pub withheld: bool,
}

/// Which counts of a table are hidden. Some of its totals may be hidden already (they stand in the tables of the single questions);
/// the others and the sum of all are shown.
pub fn hide_in_table(
    cells: &[Vec<u64>],
    rows_hidden: &[bool],
    columns_hidden: &[bool],
    below: u64,
) -> Hidden {
    let mut table = Table::new(cells, rows_hidden, columns_hidden);
    for row in 0..table.rows {
        for column in 0..table.columns {
            table.hidden[row][column] = is_small(table.values[row][column], below);
        }
    }
    loop {
        let hidden_more = if let Some((row, column)) = table.first_determined() {
            table.hide_beside(row, column)
        } else if let Some(line) = table.first_thin_line(below) {
            table.hide_in_line(line)
        } else {
            break;
        };
        if !hidden_more {
            return Hidden {
                cells: vec![vec![true; table.columns]; table.rows],
                withheld: true,
            };
        }
    }
    Hidden {
        cells: table
            .hidden
            .iter()
            .take(table.rows)
            .map(|row| row[..table.columns].to_vec())
            .collect(),
        withheld: false,
    }
}

/// A row or a column.
#[derive(Debug, Clone, Copy)]
enum Line {
    Row(usize),
    Column(usize),
}

/// The counts with the totals as a last row and column. Hidden counts are arcs of a network between rows and columns.
struct Table {
    rows: usize,
    columns: usize,
    values: Vec<Vec<u64>>,
    hidden: Vec<Vec<bool>>,
}

impl Table {
    fn new(cells: &[Vec<u64>], rows_hidden: &[bool], columns_hidden: &[bool]) -> Self {
        let (rows, columns) = (rows_hidden.len(), columns_hidden.len());
        let mut values: Vec<Vec<u64>> = cells
            .iter()
            .map(|row| {
                let mut row = row.clone();
                row.push(row.iter().sum());
                row
            })
            .collect();
        values.push(
            (0..=columns)
                .map(|column| values.iter().map(|row| row[column]).sum())
                .collect(),
        );
        let mut hidden = vec![vec![false; columns + 1]; rows + 1];
        for (row, is_hidden) in rows_hidden.iter().enumerate() {
            hidden[row][columns] = *is_hidden;
        }
        hidden[rows][..columns].copy_from_slice(columns_hidden);
        Self {
            rows,
            columns,
            values,
            hidden,
        }
    }

    /// The least that a reader knows a hidden count to be.
    fn least(&self) -> u64 {
        let zero_hidden = self
            .hidden_counts()
            .any(|(row, column)| self.values[row][column] == 0);
        u64::from(!zero_hidden)
    }

    /// From which line to which a count flows: rows are 0 to `rows`, columns follow.
    fn ends(&self, row: usize, column: usize) -> (usize, usize) {
        let (of_row, of_column) = (row, self.rows + 1 + column);
        // A total takes up what its line gives.
        if row == self.rows || column == self.columns {
            (of_column, of_row)
        } else {
            (of_row, of_column)
        }
    }

    fn hidden_counts(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..=self.rows).flat_map(move |row| {
            (0..=self.columns)
                .filter(move |column| self.hidden[row][*column])
                .map(move |column| (row, column))
        })
    }

    /// A hidden count that could only be what it is.
    fn first_determined(&self) -> Option<(usize, usize)> {
        self.hidden_counts()
            .find(|(row, column)| !self.can_change(*row, *column))
    }

    /// Whether a hidden count could be one more or one less with everything that is shown the same.
    fn can_change(&self, row: usize, column: usize) -> bool {
        let (from, to) = self.ends(row, column);
        self.reaches(to, from, (row, column))
            || self.values[row][column] > self.least() && self.reaches(from, to, (row, column))
    }

    fn reaches(&self, from: usize, to: usize, without: (usize, usize)) -> bool {
        let least = self.least();
        let mut seen = vec![false; self.rows + self.columns + 2];
        seen[from] = true;
        let mut waiting = VecDeque::from([from]);
        while let Some(line) = waiting.pop_front() {
            if line == to {
                return true;
            }
            for (row, column) in self.hidden_counts().filter(|count| *count != without) {
                let (tail, head) = self.ends(row, column);
                let next = if tail == line {
                    head
                } else if head == line && self.values[row][column] > least {
                    tail
                } else {
                    continue;
                };
                if !seen[next] {
                    seen[next] = true;
                    waiting.push_back(next);
                }
            }
        }
        false
    }

    /// The counts of a row, or of a column, without its total.
    fn line(&self, line: Line) -> Vec<(usize, usize)> {
        match line {
            Line::Row(row) => (0..self.columns).map(|column| (row, column)).collect(),
            Line::Column(column) => (0..self.rows).map(|row| (row, column)).collect(),
        }
    }

    /// A line whose total is shown and whose hidden counts are few together: they would be told as a sum.
    fn first_thin_line(&self, below: u64) -> Option<Line> {
        let rows = (0..self.rows)
            .filter(|row| !self.hidden[*row][self.columns])
            .map(Line::Row);
        let columns = (0..self.columns)
            .filter(|column| !self.hidden[self.rows][*column])
            .map(Line::Column);
        rows.chain(columns).find(|line| {
            let sum: u64 = self
                .line(*line)
                .into_iter()
                .filter(|(row, column)| self.hidden[*row][*column])
                .map(|(row, column)| self.values[row][column])
                .sum();
            is_small(sum, below)
        })
    }

    /// Hides the smallest count of a line that is shown and not zero; false when there is none.
    fn hide_in_line(&mut self, line: Line) -> bool {
        let next = self
            .line(line)
            .into_iter()
            .filter(|(row, column)| !self.hidden[*row][*column] && self.values[*row][*column] > 0)
            .min_by_key(|(row, column)| self.values[*row][*column]);
        if let Some((row, column)) = next {
            self.hidden[row][column] = true;
        }
        next.is_some()
    }

    /// Hides one more count that stands in a line with this one; false when there is none.
    fn hide_beside(&mut self, row: usize, column: usize) -> bool {
        let candidates = (0..self.rows)
            .flat_map(|other| (0..self.columns).map(move |beside| (other, beside)))
            .filter(|(other, beside)| !self.hidden[*other][*beside])
            // First what stands beside it; then anything, since the walk may have to lead far around. A zero last of all.
            .min_by_key(|(other, beside)| {
                let value = self.values[*other][*beside];
                (value == 0, *other != row && *beside != column, value)
            });
        match candidates {
            Some((other, beside)) => {
                self.hidden[other][beside] = true;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_lone_small_count_takes_the_smallest_other_with_it() {
        assert_eq!(hide_in_row(&[3, 40, 12, 0], 5), [true, false, true, false]);
        assert_eq!(hide_in_row(&[30, 40, 12, 0], 5), [false; 4]);
        assert_eq!(hide_in_row(&[30, 40, 12, 2], 5), [false, false, true, true]);
        assert_eq!(hide_in_row(&[2, 2, 40, 0], 5), [true, true, true, false]);
        assert_eq!(hide_in_row(&[1, 1, 1, 1, 1], 5), [true; 5]);
        assert_eq!(
            hide_in_row(&[1, 0, 20], 0),
            [false; 3],
            "nothing is hidden without a limit"
        );
    }

    #[test]
    fn a_small_count_in_a_table_is_hidden_in_its_row_and_column() {
        let cells = vec![vec![2, 20, 30], vec![10, 12, 40], vec![9, 50, 60]];
        let hidden = hide_in_table(&cells, &[false; 3], &[false; 3], 5);
        assert!(!hidden.withheld);
        assert!(hidden.cells[0][0]);
        for line in 0..3 {
            let in_row = hidden.cells[line].iter().filter(|cell| **cell).count();
            let in_column = hidden.cells.iter().filter(|row| row[line]).count();
            assert!(in_row != 1 && in_column != 1, "{hidden:?}");
        }
    }

    /// Puts every possible number into the hidden places from `at` on.
    fn walk(
        at: usize,
        left: u64,
        least: u64,
        places: &[(usize, usize)],
        table: &mut Vec<Vec<u64>>,
        fits: &dyn Fn(&[Vec<u64>]) -> bool,
        seen: &mut dyn FnMut(&[Vec<u64>]),
    ) {
        let Some((row, column)) = places.get(at).copied() else {
            if left == 0 && fits(table) {
                seen(table);
            }
            return;
        };
        let rest = (places.len() - at - 1) as u64;
        if left < (rest + 1) * least {
            return;
        }
        for value in least..=(left - rest * least) {
            table[row][column] = value;
            walk(at + 1, left - value, least, places, table, fits, seen);
        }
    }

    /// All tables that a reader could believe in: those with every shown count and total, and no hidden count below the least.
    /// Returns, for each hidden count, whether two of them differ there.
    fn can_be_told_apart(
        values: &[Vec<u64>],
        hidden: &[Vec<bool>],
        rows_hidden: &[bool],
        columns_hidden: &[bool],
    ) -> Vec<(usize, usize)> {
        let (rows, columns) = (values.len(), values[0].len());
        let places: Vec<(usize, usize)> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .filter(|(row, column)| hidden[*row][*column])
            .collect();
        let zero_hidden = places
            .iter()
            .any(|(row, column)| values[*row][*column] == 0)
            || (0..rows).any(|row| rows_hidden[row] && values[row].iter().sum::<u64>() == 0)
            || (0..columns).any(|column| {
                columns_hidden[column] && values.iter().map(|row| row[column]).sum::<u64>() == 0
            });
        let least = u64::from(!zero_hidden);
        let total: u64 = values.iter().flatten().sum();
        let mut differs = vec![false; places.len()];
        let mut table: Vec<Vec<u64>> = values.to_vec();
        let row_total = |table: &[Vec<u64>], row: usize| table[row].iter().sum::<u64>();
        let column_total =
            |table: &[Vec<u64>], column: usize| table.iter().map(|row| row[column]).sum::<u64>();
        let fits = |table: &[Vec<u64>]| {
            (0..rows).all(|row| {
                if rows_hidden[row] {
                    row_total(table, row) >= least
                } else {
                    row_total(table, row) == row_total(values, row)
                }
            }) && (0..columns).all(|column| {
                if columns_hidden[column] {
                    column_total(table, column) >= least
                } else {
                    column_total(table, column) == column_total(values, column)
                }
            })
        };
        let shown: u64 = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .filter(|(row, column)| !hidden[*row][*column])
            .map(|(row, column)| values[row][column])
            .sum();
        let mut note = |found: &[Vec<u64>]| {
            for (at, (row, column)) in places.iter().enumerate() {
                differs[at] |= found[*row][*column] != values[*row][*column];
            }
        };
        walk(
            0,
            total - shown,
            least,
            &places,
            &mut table,
            &fits,
            &mut note,
        );
        places
            .iter()
            .zip(differs)
            .filter(|(_, differs)| !differs)
            .map(|(place, _)| *place)
            .collect()
    }

    proptest! {
        #[test]
        fn a_hidden_count_of_a_row_is_never_given_away(
            counts in proptest::collection::vec(0_u64..12, 2..7), below in 3_u64..6,
        ) {
            prop_assume!(counts.iter().sum::<u64>() >= below);
            let hidden = hide_in_row(&counts, below);
            for (count, hidden) in counts.iter().zip(&hidden) {
                prop_assert!(*hidden || !is_small(*count, below));
            }
            let told = can_be_told_apart(
                std::slice::from_ref(&counts),
                std::slice::from_ref(&hidden),
                &[false],
                // The counts of a row are its columns' totals: hidden as they are.
                &hidden,
            );
            prop_assert!(told.is_empty(), "{counts:?} {hidden:?} {told:?}");
        }

        #[test]
        fn a_hidden_count_of_a_table_is_never_given_away(
            cells in proptest::collection::vec(proptest::collection::vec(0_u64..7, 3), 2..4), below in 3_u64..6,
        ) {
            let total: u64 = cells.iter().flatten().sum();
            prop_assume!(total >= below && total <= 40);
            let row_totals: Vec<u64> = cells.iter().map(|row| row.iter().sum()).collect();
            let column_totals: Vec<u64> =
                (0..3).map(|column| cells.iter().map(|row| row[column]).sum()).collect();
            let rows_hidden = hide_in_row(&row_totals, below);
            let columns_hidden = hide_in_row(&column_totals, below);
            let hidden = hide_in_table(&cells, &rows_hidden, &columns_hidden, below);
            if hidden.withheld {
                return Ok(());
            }
            for (row, hidden) in cells.iter().zip(&hidden.cells) {
                for (count, hidden) in row.iter().zip(hidden) {
                    prop_assert!(*hidden || !is_small(*count, below));
                }
            }
            // Counting all tables out takes too long when nearly everything is hidden.
            prop_assume!(hidden.cells.iter().flatten().filter(|cell| **cell).count() <= 7);
            let told = can_be_told_apart(&cells, &hidden.cells, &rows_hidden, &columns_hidden);
            prop_assert!(told.is_empty(), "{cells:?} {hidden:?} {told:?}");
            // Nor is a total that is hidden in the tables of the single questions.
            for (row, is_hidden) in rows_hidden.iter().enumerate() {
                prop_assert!(
                    !is_hidden || hidden.cells[row].contains(&true),
                    "the row tells its total: {cells:?} {hidden:?}"
                );
            }
            for (column, is_hidden) in columns_hidden.iter().enumerate() {
                prop_assert!(
                    !is_hidden || hidden.cells.iter().any(|row| row[column]),
                    "the column tells its total: {cells:?} {hidden:?}"
                );
            }
        }
    }
}
