//! The outcome, as a table for people and as JSON for programs.

use serde::Serialize;

use crate::report::{Aim, Line, Writes, aims_table, line_cells, number, table};

/// Everything that was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Report {
    /// Whether the program was built with optimisation.
    pub(crate) optimised: bool,
    /// Applications sent, on each database.
    pub(crate) databases: Vec<OnDatabase>,
    /// The large form; the first line is the one aimed at.
    pub(crate) form: Vec<Line>,
    /// What was aimed at.
    pub(crate) aims: Vec<Aim>,
}

/// Applications on one database.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct OnDatabase {
    /// Which.
    pub(crate) name: &'static str,
    /// What it promises of a commit.
    pub(crate) durability: String,
    /// The size of the file of each application, in bytes.
    pub(crate) file_bytes: usize,
    /// The last button pressed, through the whole router.
    pub(crate) sent: Vec<Writes>,
    /// The write alone of applications that are sealed already.
    pub(crate) written: Vec<Writes>,
}

const HEAD: [&str; 8] = [
    "", "runs", "median", "p99", "by hand", "p99", "ratio", "of p99",
];

impl Report {
    /// The tables for people.
    pub(crate) fn shown(&self) -> String {
        let mut text = String::new();
        if !self.optimised {
            text.push_str(
                "built without optimisation: the times say nothing, run with --release\n",
            );
        }
        for database in &self.databases {
            let rows = |writes: &[Writes]| -> Vec<Vec<String>> {
                writes
                    .iter()
                    .map(|writes| {
                        let mut row = line_cells(&writes.line);
                        row.push(number(writes.per_second));
                        row.push(number(writes.per_second_by_hand));
                        row.push(number(writes.per_second_by_hand / writes.per_second));
                        row
                    })
                    .collect()
            };
            let head = [&HEAD[..], &["per s", "by hand", "ratio"]].concat();
            for (what, writes) in [
                ("sent through the whole router", &database.sent),
                ("the write alone, sealed before", &database.written),
            ] {
                text += &table(
                    &format!(
                        "{} ({}): applications with a file of {} kB, {what} (milliseconds), beside plain INSERTs of the same rows",
                        database.name,
                        database.durability,
                        database.file_bytes / 1000
                    ),
                    &head,
                    &rows(writes),
                );
            }
        }
        let lines: Vec<_> = self.form.iter().map(line_cells).collect();
        text += &table(
            "A change in a large form (milliseconds), beside its expressions alone",
            &HEAD,
            &lines,
        );
        text += &aims_table(&self.aims);
        text
    }
}
