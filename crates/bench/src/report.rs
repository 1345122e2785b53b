//! The outcome, as a table for people and as JSON for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{process::Memory, timing::Times};

/// Everything that was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Report {
    /// How many facts the city held.
    pub(crate) facts: u64,
    /// How many rows the roll-ups by day held.
    pub(crate) days: i64,
    /// How many rows the roll-ups by year held.
    pub(crate) years: i64,
    /// Facts written in a second through the write door, in large batches.
    pub(crate) facts_per_second: f64,
    /// The size of the database with its log, in bytes.
    pub(crate) file_bytes: u64,
    /// Whether the program was built with optimisation.
    pub(crate) optimised: bool,
    /// What was timed.
    pub(crate) lines: Vec<Line>,
    /// Writes of one fact each.
    pub(crate) writes: Vec<Writes>,
    /// The memory of the measuring process.
    pub(crate) memory: Vec<(String, Memory)>,
    /// The built program, started as users start it.
    pub(crate) starts: Vec<Started>,
    /// What was aimed at.
    pub(crate) aims: Vec<Aim>,
}

/// One thing that was timed, beside the same by hand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Line {
    /// What.
    pub(crate) what: String,
    /// Through Yakuba, in milliseconds.
    pub(crate) times: Times,
    /// As bare SQL on the same file, in milliseconds.
    pub(crate) by_hand: Option<Times>,
}

impl Line {
    /// The median in units of the median by hand.
    pub(crate) fn ratio(&self) -> Option<f64> {
        Some(self.times.median / self.by_hand?.median)
    }

    /// The slowest hundredth in units of that by hand.
    pub(crate) fn ratio_of_p99(&self) -> Option<f64> {
        Some(self.times.p99 / self.by_hand?.p99)
    }
}

/// Writes of one fact each by some clients at once, beside bare transactions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Writes {
    /// How many clients wrote at once.
    pub(crate) clients: usize,
    /// How long until each write was acknowledged.
    pub(crate) line: Line,
    /// Acknowledged writes in a second.
    pub(crate) per_second: f64,
    /// The same by hand.
    pub(crate) per_second_by_hand: f64,
}

/// Starts of the built program on one data directory.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Started {
    /// Which directory.
    pub(crate) on: String,
    /// From the start of the process until it said it was ready.
    pub(crate) ready: Times,
    /// Its memory then.
    pub(crate) idle: Option<Memory>,
    /// Its memory after pages were asked for.
    pub(crate) after_pages: Option<Memory>,
}

/// Something aimed at, and whether it was met.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Aim {
    /// What.
    pub(crate) what: String,
    /// At most this.
    pub(crate) at_most: f64,
    /// What came out; none: it was not measured.
    pub(crate) measured: Option<f64>,
    /// The unit of both.
    pub(crate) unit: &'static str,
}

impl Aim {
    pub(crate) fn verdict(&self) -> &'static str {
        match self.measured {
            Some(measured) if measured <= self.at_most => "met",
            Some(_) => "not met",
            None => "not measured",
        }
    }
}

/// A table with its title; the first column is left, the others right.
pub(crate) fn table(title: &str, head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(String::as_str)
            .chain(head.get(column).copied())
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (place, (cell, width)) in cells.zip(&widths).enumerate() {
            let _ = if place == 0 {
                write!(line, "  {cell:width$}")
            } else {
                write!(line, "  {cell:>width$}")
            };
        }
        line.trim_end().to_owned()
    };
    let mut text = format!("\n{title}\n{}\n", line(&mut head.iter().copied()));
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
        text.push('\n');
    }
    text
}

/// A number with as many places as say something.
pub(crate) fn number(value: f64) -> String {
    match value {
        value if value >= 1000.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), number)
}

/// The cells of a line: what, runs, median and p99, the same by hand, both ratios.
pub(crate) fn line_cells(line: &Line) -> Vec<String> {
    vec![
        line.what.clone(),
        line.times.runs.to_string(),
        number(line.times.median),
        number(line.times.p99),
        or_dash(line.by_hand.map(|by_hand| by_hand.median)),
        or_dash(line.by_hand.map(|by_hand| by_hand.p99)),
        or_dash(line.ratio()),
        or_dash(line.ratio_of_p99()),
    ]
}

/// The table of what was aimed at.
pub(crate) fn aims_table(aims: &[Aim]) -> String {
    let rows: Vec<_> = aims
        .iter()
        .map(|aim| {
            vec![
                aim.what.clone(),
                format!("{} {}", number(aim.at_most), aim.unit)
                    .trim_end()
                    .to_owned(),
                or_dash(aim.measured),
                aim.verdict().to_owned(),
            ]
        })
        .collect();
    table("Aims", &["", "at most", "measured", ""], &rows)
}

impl Report {
    /// The tables for people.
    pub(crate) fn shown(&self) -> String {
        let head = [
            "", "runs", "median", "p99", "by hand", "p99", "ratio", "of p99",
        ];
        #[allow(clippy::cast_precision_loss)] // megabytes to one place
        let megabytes = self.file_bytes as f64 / 1_000_000.0;
        let mut text = format!(
            "{} facts, {} rows by day, {} rows by year, file {megabytes:.0} MB, written at {:.0} facts/s\n",
            self.facts, self.days, self.years, self.facts_per_second
        );
        if !self.optimised {
            text.push_str(
                "built without optimisation: the times say nothing, run with --release\n",
            );
        }
        let lines: Vec<_> = self.lines.iter().map(line_cells).collect();
        text += &table(
            "Milliseconds, warm, beside the same query as bare SQL on the same file",
            &head,
            &lines,
        );
        let writes: Vec<_> = self
            .writes
            .iter()
            .map(|writes| {
                let mut row = line_cells(&writes.line);
                row.push(number(writes.per_second));
                row.push(number(writes.per_second_by_hand));
                row
            })
            .collect();
        text += &table(
            "Acknowledged writes of one fact each (milliseconds), beside BEGIN IMMEDIATE, INSERT, COMMIT with synchronous=FULL",
            &[&head[..], &["writes/s", "by hand"]].concat(),
            &writes,
        );
        let memory: Vec<_> = self
            .memory
            .iter()
            .map(|(when, memory)| vec![when.clone(), number(memory.now), number(memory.most)])
            .collect();
        text += &table(
            "Memory of the measuring process (MB)",
            &["", "now", "most"],
            &memory,
        );
        let starts: Vec<_> = self
            .starts
            .iter()
            .map(|started| {
                vec![
                    started.on.clone(),
                    started.ready.runs.to_string(),
                    number(started.ready.median),
                    number(started.ready.p99),
                    or_dash(started.idle.map(|memory| memory.now)),
                    or_dash(started.after_pages.map(|memory| memory.now)),
                ]
            })
            .collect();
        text += &table(
            "yakuba serve: start to ready (ms), memory (MB)",
            &["", "runs", "median", "slowest", "idle", "after pages"],
            &starts,
        );
        text += &aims_table(&self.aims);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let aim = |measured| Aim {
            what: "overview".to_owned(),
            at_most: 20.0,
            measured,
            unit: "ms",
        };
        assert_eq!(aim(Some(20.0)).verdict(), "met");
        assert_eq!(aim(Some(20.1)).verdict(), "not met");
        assert_eq!(aim(None).verdict(), "not measured");
    }
}
