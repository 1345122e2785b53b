//! The outcome, as a table for people and as JSON for programs.

use serde::Serialize;

use crate::report::{Aim, Line, aims_table, line_cells, number, table};

/// Everything that was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Report {
    /// Whether the program was built with optimisation.
    pub(crate) optimised: bool,
    /// On each database.
    pub(crate) databases: Vec<OnDatabase>,
    /// A draw, beside hashing and sorting.
    pub(crate) lottery: Line,
    /// What was aimed at.
    pub(crate) aims: Vec<Aim>,
}

/// What was measured on one database.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct OnDatabase {
    /// Which.
    pub(crate) name: &'static str,
    /// The rush.
    pub(crate) rush: Rush,
    /// The week.
    pub(crate) week: Week,
}

/// A rush of residents on rooms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Rush {
    /// How many residents.
    pub(crate) residents: usize,
    /// How many rooms, with four times each.
    pub(crate) units: usize,
    /// How many asked at the same moment.
    pub(crate) clients: usize,
    /// How many bookings were made.
    pub(crate) booked: usize,
    /// How often somebody was told that a time is taken.
    pub(crate) refused: usize,
    /// How long until all were settled.
    pub(crate) seconds: f64,
    /// Answers in a second, bookings and refusals.
    pub(crate) attempts_per_second: f64,
    /// Bookings in a second, the refusals between them included in the time.
    pub(crate) booked_per_second: f64,
    /// Bookings in a second when their rows are written by hand, without refusals.
    pub(crate) by_hand_per_second: f64,
    /// How long a booking took.
    pub(crate) booking: Line,
    /// How long a refusal took.
    pub(crate) refusal: Line,
    /// How many bookings overlap in one room: counted over the reservations.
    pub(crate) taken_twice: i64,
}

/// A week of many rooms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Week {
    /// How many rooms.
    pub(crate) resources: usize,
    /// The size of the page.
    pub(crate) bytes: usize,
    /// The page, beside its statements.
    pub(crate) line: Line,
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
            let rush = &database.rush;
            text += &table(
                &format!(
                    "{}: {} residents on {} rooms, {} at once (milliseconds), beside plain INSERTs of the same rows",
                    database.name, rush.residents, rush.units, rush.clients
                ),
                &HEAD,
                &[line_cells(&rush.booking), line_cells(&rush.refusal)],
            );
            let rows = [
                ("settled after, s", number(rush.seconds)),
                ("bookings made", rush.booked.to_string()),
                ("refusals", rush.refused.to_string()),
                ("answers per s", number(rush.attempts_per_second)),
                ("bookings per s", number(rush.booked_per_second)),
                ("by hand, bookings per s", number(rush.by_hand_per_second)),
                (
                    "by hand in units of our answers",
                    number(rush.by_hand_per_second / rush.attempts_per_second),
                ),
                ("taken twice", rush.taken_twice.to_string()),
            ]
            .map(|(what, value)| vec![what.to_owned(), value]);
            text += &table("The rush as a whole", &["", "value"], &rows);
            text += &table(
                &format!(
                    "{}: the page of a week (milliseconds), beside its statements alone",
                    database.name
                ),
                &HEAD,
                &[line_cells(&database.week.line)],
            );
        }
        text += &table(
            "A lottery (milliseconds), beside hashing the tickets and sorting them",
            &HEAD,
            &[line_cells(&self.lottery)],
        );
        text += &aims_table(&self.aims);
        text
    }
}
