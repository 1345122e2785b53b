//! Rows whose cells have slid by one: a cell is missing, or one too many, and everything after it stands under the wrong
//! header.
//!
//! Every column expects a sort of content. A row is tried as it stands and with one cell put in or taken out at each place;
//! the best fit wins, but only when it fits clearly better than the row as it stands.

use crate::model::document::Reading;

/// What a column expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// The number of an initiative.
    Number,
    /// A short name, such as a group or title.
    Name,
    /// A figure, or a short word or dash instead of one.
    Figure,
    /// Prose, possibly short, possibly a dash.
    Prose,
    /// Anything.
    Any,
}

/// Where each column of the header finds its cell in the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alignment {
    /// For each column the index of the cell, or none when the cell is missing.
    pub(super) cell_of: Vec<Option<usize>>,
    /// Whether the row has slid, or may have: every figure of it must be looked at.
    pub(super) doubted: bool,
}

/// How much better a shifted row must fit than the row as it stands to be put right.
const CLEARLY: i32 = 3;

/// Aligns the texts of a row with what the columns expect. `usual` is the number of cells nearly all rows of the sheet have,
/// if there is one: a row with one less has lost a cell, wherever that was.
pub(super) fn align(cells: &[&str], expect: &[Expect], usual: Option<usize>) -> Alignment {
    let cells: Vec<Content> = cells.iter().map(|cell| content(cell.trim())).collect();
    let cells = cells.as_slice();
    let straight: Vec<Option<usize>> = (0..expect.len())
        .map(|column| (column < cells.len()).then_some(column))
        .collect();
    let as_it_stands = fit(cells, expect, &straight);
    let short = usual.is_some_and(|usual| cells.len() + 1 == usual);
    let uneven = usual.is_some_and(|usual| cells.len() != usual && cells.len() + 1 >= usual);
    let mut best: Option<(i32, Vec<Option<usize>>)> = None;
    for at in 0..expect.len() {
        // a cell is missing at this column: the cells from here on belong one column further right
        let missing: Vec<Option<usize>> = (0..expect.len())
            .map(|column| match column {
                _ if column < at => Some(column),
                _ if column == at => None,
                _ => Some(column - 1),
            })
            .map(|index| index.filter(|index| *index < cells.len()))
            .collect();
        // an empty cell too many at this column: the cells after it belong one column further left
        let extra: Vec<Option<usize>> = (0..expect.len())
            .map(|column| if column < at { column } else { column + 1 })
            .map(|index| Some(index).filter(|index| *index < cells.len()))
            .collect();
        let removes_blank = cells.get(at).is_some_and(|cell| cell.sort == Sort::Empty);
        for (candidate, allowed) in [(missing, true), (extra, removes_blank && !short)] {
            let score = fit(cells, expect, &candidate);
            // of equal fits the one furthest right disturbs least
            if allowed && best.as_ref().is_none_or(|(best, _)| score >= *best) {
                best = Some((score, candidate));
            }
        }
    }
    match best {
        Some((score, cell_of))
            if score >= as_it_stands + CLEARLY || (short && score >= as_it_stands) =>
        {
            Alignment {
                cell_of,
                doubted: true,
            }
        }
        // a little better is no reason to move anything, but one to look
        Some((score, _)) => Alignment {
            cell_of: straight,
            doubted: score > as_it_stands || uneven,
        },
        None => Alignment {
            cell_of: straight,
            doubted: uneven,
        },
    }
}

fn fit(cells: &[Content], expect: &[Expect], cell_of: &[Option<usize>]) -> i32 {
    const EMPTY: Content = Content {
        sort: Sort::Empty,
        length: 0,
        sentence: false,
    };
    let placed: i32 = expect
        .iter()
        .zip(cell_of)
        .map(|(expect, index)| {
            points(
                *expect,
                index.and_then(|index| cells.get(index)).unwrap_or(&EMPTY),
            )
        })
        .sum();
    let lost = cells
        .iter()
        .enumerate()
        .filter(|(index, cell)| cell.sort != Sort::Empty && !cell_of.contains(&Some(*index)))
        .count();
    placed - 6 * i32::try_from(lost).unwrap_or(i32::MAX / 8)
}

fn points(expect: Expect, cell: &Content) -> i32 {
    let prose = cell.sort == Sort::Long;
    match (expect, cell.sort) {
        (Expect::Number, Sort::Figure) if cell.length <= 20 => 3,
        (Expect::Prose, Sort::Long) if cell.sentence || cell.length > 40 => 2,
        (Expect::Figure, Sort::Figure) => 2,
        (Expect::Name, Sort::Figure | Sort::Dash) => -2,
        (Expect::Name, _) if prose && (cell.sentence || cell.length > 60) => -3,
        (Expect::Figure, Sort::Long)
        | (Expect::Number, Sort::Figure | Sort::Dash | Sort::Short | Sort::Long) => -3,
        (Expect::Name | Expect::Prose, Sort::Short | Sort::Long) | (Expect::Figure, Sort::Dash) => {
            1
        }
        (Expect::Prose, Sort::Figure) => -1,
        _ => 0,
    }
}

/// What a cell looks like.
struct Content {
    sort: Sort,
    /// Characters of its text.
    length: usize,
    /// Whether a full stop stands in it.
    sentence: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Empty,
    Figure,
    Dash,
    Short,
    Long,
}

fn content(text: &str) -> Content {
    let length = text.chars().count();
    Content {
        sort: sort(text, length),
        length,
        sentence: text.contains('。'),
    }
}

fn sort(text: &str, length: usize) -> Sort {
    match super::figures::status(text) {
        Some(Reading::Empty) => return Sort::Empty,
        Some(_) => return Sort::Dash,
        None => {}
    }
    // no figure cell is that long; scanning prose is not worth its time
    if length > 200 {
        return Sort::Long;
    }
    let scan = super::number::scan(text);
    let sentence = text.contains('。') && scan.note.is_none();
    let aim = ["まで", "達成", "完了", "とする", "予定", "目標"]
        .iter()
        .any(|word| text.contains(word));
    let lead = |found: &super::number::Found| {
        found
            .lead
            .iter()
            .map(|word| word.chars().count())
            .sum::<usize>()
    };
    match scan.found.first() {
        Some(found)
            if !sentence
                && !aim
                && (length <= 24 || lead(found) <= 12 || found.circled.is_some()) =>
        {
            Sort::Figure
        }
        Some(_) if scan.note.is_some() => Sort::Figure,
        _ if length <= 14 && !sentence => Sort::Short,
        _ => Sort::Long,
    }
}

#[cfg(test)]
mod tests {
    use super::Expect::{Figure, Name, Number, Prose};
    use super::*;

    const EXPECT: [Expect; 7] = [Number, Name, Prose, Prose, Figure, Figure, Prose];

    #[test]
    fn a_row_that_fits_stays() {
        let row = [
            "1",
            "取組",
            "窓口の件数",
            "令和6年度までに開始する。",
            "3件",
            "-",
            "引き続き開始に向けて検討を進めていく。",
        ];
        assert!(!align(&row, &EXPECT, None).doubted);
    }

    #[test]
    fn a_missing_cell_before_the_figures() {
        let row = [
            "1",
            "取組",
            "窓口の件数",
            "-",
            "2",
            "引き続き開始に向けて検討を進めていく。",
            "",
        ];
        let alignment = align(&row, &EXPECT, None);
        assert_eq!(
            alignment.cell_of,
            [Some(0), Some(1), Some(2), None, Some(3), Some(4), Some(5)]
        );
        assert!(alignment.doubted);
    }

    #[test]
    fn a_cell_too_many() {
        let row = [
            "1",
            "",
            "取組",
            "窓口の件数",
            "令和6年度までに開始する。",
            "3件",
            "4件",
            "引き続き検討を進めていく予定である。",
        ];
        let alignment = align(&row, &EXPECT, None);
        assert_eq!(
            alignment.cell_of,
            [
                Some(0),
                Some(2),
                Some(3),
                Some(4),
                Some(5),
                Some(6),
                Some(7)
            ]
        );
    }
}
