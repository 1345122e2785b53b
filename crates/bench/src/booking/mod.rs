//! Bookings: how a city stands a rush of residents on the same rooms, how fast it shows a week of many rooms, and how fast it draws lots.

mod bare;
mod lottery;
mod place;
mod report;
mod rush;
mod week;

use std::path::{Path, PathBuf};

use clap::Args;
use sea_orm::{ConnectionTrait as _, Database};

use self::report::{OnDatabase, Report};
use crate::{Outcome, report::Aim};

#[derive(Debug, Args)]
pub(crate) struct Booking {
    /// A PostgreSQL server to measure, too, such as postgres://user@localhost/database; schemas of its own are made there and dropped
    #[arg(long, value_name = "URL", env = "YAKUBA_TEST_POSTGRES_URL")]
    database_url: Option<String>,
    /// How many residents want a room
    #[arg(long, default_value_t = 10_000)]
    residents: usize,
    /// How many rooms there are, in facilities of twenty; each has four times that day
    #[arg(long, default_value_t = 500)]
    units: usize,
    /// How many of the residents ask at the same moment
    #[arg(long, default_value_t = 200)]
    clients: usize,
    /// How often each resident tries another time when theirs is taken
    #[arg(long, default_value_t = 2)]
    again: usize,
    /// How many rooms the week shows
    #[arg(long, default_value_t = 150)]
    resources: usize,
    /// How many entries are drawn
    #[arg(long, default_value_t = 100_000)]
    entries: usize,
    /// How often they are drawn
    #[arg(long, default_value_t = 20)]
    draws: usize,
    /// How often the week is asked for
    #[arg(long, default_value_t = 300)]
    runs: usize,
    /// Write the outcome to a file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Measures and prints.
pub(crate) async fn run(options: Booking) -> Outcome<()> {
    let temporary = tempfile::Builder::new().prefix("yakuba-bench-").tempdir()?;
    let mut databases = vec![on(temporary.path(), None, &options).await?];
    if let Some(url) = options.database_url.as_deref() {
        databases.push(on(temporary.path(), Some(url), &options).await?);
    }
    eprintln!("A draw");
    let lottery = lottery::measure(options.entries.max(1), options.draws.max(1)).await?;
    let mut report = Report {
        optimised: !cfg!(debug_assertions),
        databases,
        lottery,
        aims: Vec::new(),
    };
    report.aims = aims(&report);
    println!("{}", report.shown());
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    Ok(())
}

async fn on(directory: &Path, postgres: Option<&str>, options: &Booking) -> Outcome<OnDatabase> {
    let name = if postgres.is_some() {
        "PostgreSQL"
    } else {
        "SQLite"
    };
    eprintln!("Bookings on {name}");
    let directory = directory.join(name);
    let schemas = [
        format!("bench_booking_{}", std::process::id()),
        format!("bench_booking_by_hand_{}", std::process::id()),
    ];
    let [ours, by_hand] = schemas
        .each_ref()
        .map(|schema| postgres.map(|url| (url, schema.as_str())));
    let outcome = async {
        let (rush, city) = rush::measure(&directory, ours, by_hand, options).await?;
        let week = week::measure(&city, options).await?;
        Ok(OnDatabase { name, rush, week })
    }
    .await;
    if let Some(url) = postgres {
        let server = Database::connect(url).await?;
        for schema in &schemas {
            server
                .execute_unprepared(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"))
                .await?;
        }
    }
    outcome
}

fn aims(report: &Report) -> Vec<Aim> {
    let mut aims = Vec::new();
    for database in &report.databases {
        aims.push(Aim {
            what: format!("{}: units taken twice after the rush", database.name),
            at_most: 0.0,
            #[allow(clippy::cast_precision_loss)] // a count that should be nought
            measured: Some(database.rush.taken_twice as f64),
            unit: "",
        });
        aims.push(Aim {
            what: format!(
                "{}: a week of {} rooms, p99",
                database.name, database.week.resources
            ),
            at_most: 15.0,
            measured: Some(database.week.line.times.p99),
            unit: "ms",
        });
    }
    aims.push(Aim {
        what: format!("{}, p99", report.lottery.what),
        at_most: 1_000.0,
        measured: Some(report.lottery.times.p99),
        unit: "ms",
    });
    aims
}
