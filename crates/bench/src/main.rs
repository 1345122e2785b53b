//! Measures Yakuba: a plan over many facts with `cargo run -p bench --release -- plan`, applications of many people at once with
//! `-- procedures`, a rush for rooms with `-- booking`, tiles of the
//! map with `-- places`, heartbeats of many devices with `-- assets`.
//!
//! Every figure stands beside the same written by hand as bare SQL with the same durability, run in turn with it, so
//! that their ratio means something on a busy machine, too. A benchmark is no test: it ends with exit code 0 whether
//! or not what was aimed at was met.

mod assets;
mod booking;
mod by_hand;
mod city;
mod connections;
mod made_up;
mod measuring;
mod places;
mod procedures;
mod process;
mod report;
mod timing;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use clap::{Args, Parser, Subcommand};
use tokio::sync::Mutex;
use yakuba_city::{Actor, City, setting};

use crate::{
    measuring::Runs,
    process::Memory,
    report::{Aim, Report},
};

/// What went wrong, in a sentence. Nobody reacts to the kind, so none is kept.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Facts written in one transaction while the city is made.
const BATCH: u64 = 20_000;
/// How many facts the city was made with.
const FACTS: &str = "bench.facts";
/// How many seconds that took.
const SECONDS: &str = "bench.seconds";

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Measures Yakuba, each figure beside bare SQL")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure a plan over many facts: overview, drill-down, recount, writes, start, memory
    Plan(Plan),
    /// Measure applications: sent by many at once beside plain INSERTs, and a change in a large form
    Procedures(procedures::Procedures),
    /// Measure a rush of residents on the same rooms beside plain INSERTs, and a week of many rooms
    Booking(booking::Booking),
    /// Measure vector tiles of a layer with many points, cold and warm, beside the same SQL and the bare encoding
    Places(places::Places),
    /// Measure heartbeats of many devices, at the pace of one each minute and as fast as they go, beside bare upserts
    Assets(assets::Assets),
    /// Make the city that `plan` measures; run by it as a process of its own, so that its memory does not count
    #[command(hide = true)]
    Make {
        directory: PathBuf,
        #[arg(long)]
        facts: u64,
    },
}

#[derive(Debug, Args)]
struct Plan {
    /// How many facts, over five fiscal years
    #[arg(long, default_value_t = 10_000_000)]
    facts: u64,
    /// Where to make the city; one with as many facts that is there already is used again
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Leave the city there afterwards
    #[arg(long)]
    keep: bool,
    /// Write the outcome to a file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How often each page is asked for
    #[arg(long, default_value_t = 300)]
    runs: usize,
    /// How often everything is recounted
    #[arg(long, default_value_t = 2)]
    recounts: usize,
    /// How many facts each client writes
    #[arg(long, default_value_t = 200)]
    writes: usize,
    /// How often the program is started
    #[arg(long, default_value_t = 5)]
    starts: usize,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Outcome<()> {
    match cli.command {
        Command::Make { directory, facts } => make(&directory, facts).await,
        Command::Plan(options) => plan(options).await,
        Command::Procedures(options) => procedures::run(options).await,
        Command::Booking(options) => booking::run(options).await,
        Command::Places(options) => places::run(options).await,
        Command::Assets(options) => assets::run(options).await,
    }
}

async fn plan(options: Plan) -> Outcome<()> {
    let temporary = tempfile::Builder::new().prefix("yakuba-bench-").tempdir()?;
    let directory = options
        .directory
        .clone()
        .unwrap_or_else(|| temporary.path().to_owned());
    let made_here = !directory.join("yakuba.sqlite").exists();
    let made = tokio::process::Command::new(std::env::current_exe()?)
        .arg("make")
        .arg(&directory)
        .args(["--facts", &options.facts.to_string()])
        .status()
        .await?;
    if !made.success() {
        return Err("the city could not be made".into());
    }
    let report = measure(&directory, &options).await?;
    println!("{}", report.shown());
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    if options.keep {
        if options.directory.is_none() {
            let kept = temporary.keep();
            println!("The city is in {}", kept.display());
        }
    } else if options.directory.is_some() && made_here {
        for file in [
            "yakuba.sqlite",
            "yakuba.sqlite-wal",
            "yakuba.sqlite-shm",
            "yakuba.lock",
            "city.key",
        ] {
            let _ = std::fs::remove_file(directory.join(file));
        }
    }
    Ok(())
}

/// Makes the city in a directory, unless it is there with as many facts.
async fn make(directory: &Path, facts: u64) -> Outcome<()> {
    let city = made_up::open(directory).await?;
    if let Some(there) = setting(city.db(), FACTS).await? {
        return if there == facts.to_string() {
            eprintln!("The city in {} is used again.", directory.display());
            Ok(())
        } else {
            Err(format!(
                "the city in {} has {there} facts. Name another directory, or --facts {there}",
                directory.display()
            )
            .into())
        };
    }
    if setting(city.db(), "city.name").await?.is_some() {
        return Err(format!(
            "the city in {} is none of bench, or was not finished. Name another directory",
            directory.display()
        )
        .into());
    }
    made_up::found(&city).await?;
    let story = Arc::new(made_up::Story::of(facts)?);
    let begun = Instant::now();
    let mut told = Instant::now();
    let batch = |from: u64| {
        let story = story.clone();
        tokio::task::spawn_blocking(move || {
            (from..facts.min(from + BATCH))
                .map(|number| story.fact(number))
                .collect::<Outcome<Vec<_>>>()
        })
    };
    let mut written = 0;
    let mut next = batch(0);
    while written < facts {
        let facts_of_batch = next.await??;
        let count = u64::try_from(facts_of_batch.len())?;
        // The next batch is thought up while this one is written.
        next = batch(written + count);
        city.write(Actor::CommandLine, facts_of_batch, |tx, facts| {
            Box::pin(async move { tx.record_all(facts).await })
        })
        .await?;
        written += count;
        if told.elapsed().as_secs() >= 10 {
            told = Instant::now();
            eprintln!(
                "  {written} of {facts} facts, {:.0} facts/s",
                per_second(written, begun)
            );
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!(
        "{written} facts in {seconds:.1} s: {:.0} facts/s",
        per_second(written, begun)
    );
    made_up::publish(&city).await?;
    city.write(
        Actor::CommandLine,
        (facts, seconds),
        |tx, (facts, seconds)| {
            Box::pin(async move {
                tx.set(SECONDS, &seconds.to_string()).await?;
                tx.set(FACTS, &facts.to_string()).await
            })
        },
    )
    .await?;
    Ok(())
}

#[allow(clippy::cast_precision_loss)] // a rate
fn per_second(count: u64, begun: Instant) -> f64 {
    count as f64 / begun.elapsed().as_secs_f64()
}

async fn measure(directory: &Path, options: &Plan) -> Outcome<Report> {
    let file = directory.join("yakuba.sqlite");
    let runs = Runs {
        pages: options.runs,
        recounts: options.recounts,
        writes: options.writes,
        starts: options.starts,
    };
    let mut memory = Vec::new();
    let mut remember = |when: &str| {
        if let Some(now) = Memory::own() {
            memory.push((when.to_owned(), now));
        }
    };
    let city = made_up::open(directory).await?;
    let application = measuring::application(&city)?;
    remember("after opening");
    eprintln!("Pages");
    let mut lines = measuring::pages(&city, &application, &file, runs.pages).await?;
    remember("after the pages");
    lines.push(measuring::without_roll_ups(&file).await?);
    eprintln!("Starts of the program");
    let starts = measuring::starts(directory, runs.starts)?;
    eprintln!("Recounts");
    lines.push(measuring::recounts(&city, &file, runs.recounts).await?);
    remember("after the recounts");
    let days = measuring::rows(&city, "fact_days").await?;
    let years = measuring::rows(&city, "fact_years").await?;
    let file_bytes = process::file_size(&file);
    eprintln!("Writes");
    let writes = write(&city, directory, runs.writes).await?;
    remember("after the writes");
    let seconds: f64 = setting(city.db(), SECONDS)
        .await?
        .ok_or("the city was not finished")?
        .parse()?;
    #[allow(clippy::cast_precision_loss)] // a rate
    let facts_per_second = options.facts as f64 / seconds;
    let mut report = Report {
        facts: options.facts,
        days,
        years,
        facts_per_second,
        file_bytes,
        optimised: !cfg!(debug_assertions),
        lines,
        writes,
        memory,
        starts,
        aims: Vec::new(),
    };
    report.aims = aims(&report);
    Ok(report)
}

async fn write(city: &City, directory: &Path, each: usize) -> Outcome<Vec<report::Writes>> {
    // On the same disk as the city; gone when this ends.
    let beside = tempfile::Builder::new()
        .prefix("by-hand-")
        .tempdir_in(directory)?;
    let bare = by_hand::writer(&beside.path().join("by-hand.sqlite")).await?;
    let bare = Arc::new(Mutex::new(bare));
    let mut writes = Vec::new();
    for clients in [1, 8, 32] {
        writes.push(measuring::writes(city, &bare, clients, each).await?);
    }
    Ok(writes)
}

fn aims(report: &Report) -> Vec<Aim> {
    let line = |beginning: &str| {
        report
            .lines
            .iter()
            .find(|line| line.what.starts_with(beginning))
    };
    let aim = |what: &str, at_most, measured, unit| Aim {
        what: what.to_owned(),
        at_most,
        measured,
        unit,
    };
    let ratio = |what: &str, beginning: &str| {
        aim(what, 1.5, line(beginning).and_then(report::Line::ratio), "")
    };
    let started = report.starts.last();
    vec![
        aim(
            "overview page, p99, warm",
            20.0,
            line("overview: whole").map(|line| line.times.p99),
            "ms",
        ),
        aim(
            "overview page after a new fact, p99",
            20.0,
            line("overview after a new fact: whole").map(|line| line.times.p99),
            "ms",
        ),
        ratio("overview page against bare SQL", "overview: whole"),
        ratio(
            "overview page after a new fact, against bare SQL",
            "overview after a new fact: whole",
        ),
        ratio("overview data step against bare SQL", "overview: data"),
        ratio(
            "figure of a year, page, against bare SQL",
            "figure of a year: whole",
        ),
        ratio(
            "figure of a year, counts, against bare SQL",
            "figure of a year: its",
        ),
        ratio("one day, page, against bare SQL", "one day: whole"),
        ratio("full recount against bare SQL", "full recount"),
        aim(
            "idle memory of yakuba serve",
            80.0,
            started
                .and_then(|started| started.idle)
                .map(|memory| memory.now),
            "MB",
        ),
        aim(
            "start to ready of yakuba serve, median",
            1000.0,
            started.map(|started| started.ready.median),
            "ms",
        ),
    ]
}
