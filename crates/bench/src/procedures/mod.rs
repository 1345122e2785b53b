//! Applications: how many a city receives in a second when many people send at once, and how fast a large form answers.

mod bare;
mod form;
mod place;
mod report;
mod submitting;

use std::path::PathBuf;

use clap::Args;

use crate::{Outcome, report::Aim};

pub(crate) use report::{OnDatabase, Report};

#[derive(Debug, Args)]
pub(crate) struct Procedures {
    /// A PostgreSQL server to measure, too, such as postgres://user@localhost/database; schemas of its own are made there and dropped
    #[arg(long, value_name = "URL", env = "YAKUBA_TEST_POSTGRES_URL")]
    database_url: Option<String>,
    /// Where to make the cities on SQLite; without it a temporary folder
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// How many people apply at once
    #[arg(long, default_value_t = 200)]
    clients: usize,
    /// How many applications each of them sends in a round
    #[arg(long, default_value_t = 4)]
    each: usize,
    /// How many applications a single person sends in a round
    #[arg(long, default_value_t = 60)]
    alone: usize,
    /// How many rounds; in each, the ways of writing take turns
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How large the file of each application is
    #[arg(long, value_name = "KB", default_value_t = 100)]
    file_kilobytes: usize,
    /// How often the large form is answered
    #[arg(long, default_value_t = 1000)]
    changes: usize,
    /// Write the outcome to a file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// How much is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// People at once, and what each sends in a round.
    pub(crate) together: (usize, usize),
    /// What a single person sends in a round.
    pub(crate) alone: usize,
    /// Rounds.
    pub(crate) rounds: usize,
    /// The size of the file of each application, in bytes.
    pub(crate) file_bytes: usize,
}

/// Measures and prints.
pub(crate) async fn run(options: Procedures) -> Outcome<()> {
    let temporary = match &options.directory {
        Some(directory) => tempfile::Builder::new()
            .prefix("yakuba-bench-")
            .tempdir_in(directory)?,
        None => tempfile::Builder::new().prefix("yakuba-bench-").tempdir()?,
    };
    let load = Load {
        together: (options.clients.max(1), options.each.max(1)),
        alone: options.alone.max(1),
        rounds: options.rounds.max(1),
        file_bytes: options.file_kilobytes * 1000,
    };
    let mut databases = vec![submitting::measure(temporary.path(), None, load).await?];
    if let Some(url) = options.database_url.as_deref() {
        databases.push(submitting::measure(temporary.path(), Some(url), load).await?);
    }
    eprintln!(
        "A form of {} questions and {} rules",
        form::QUESTIONS,
        form::RULES
    );
    let form = form::measure(&temporary.path().join("form"), options.changes.max(1)).await?;
    let mut report = Report {
        optimised: !cfg!(debug_assertions),
        databases,
        form,
        aims: Vec::new(),
    };
    report.aims = aims(&report, load.together.0);
    println!("{}", report.shown());
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    Ok(())
}

fn aims(report: &Report, clients: usize) -> Vec<Aim> {
    let mut aims = Vec::new();
    for database in &report.databases {
        for (what, writes) in [
            ("sent through the router", &database.sent),
            ("the write alone", &database.written),
        ] {
            let writes = writes.iter().find(|writes| writes.clients == clients);
            aims.push(Aim {
                what: format!(
                    "{}, {clients} applicants, {what}: submissions/s by hand in units of ours",
                    database.name
                ),
                at_most: 1.5,
                measured: writes.map(|writes| writes.per_second_by_hand / writes.per_second),
                unit: "",
            });
        }
    }
    aims.push(Aim {
        what: format!(
            "a change in a form of {} questions and {} rules: read, evaluated, shown, p99",
            form::QUESTIONS,
            form::RULES
        ),
        at_most: 10.0,
        measured: report.form.first().map(|line| line.times.p99),
        unit: "ms",
    });
    aims
}
