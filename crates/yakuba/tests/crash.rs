//! The program is killed while it writes. What it acknowledged must be there, and everything must agree.
//!
//! Three rounds each; `YAKUBA_CRASH_ROUNDS=100` for a long evening.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::{
    collections::BTreeSet,
    hash::{BuildHasher as _, RandomState},
    io::{BufRead as _, BufReader},
    process::Stdio,
    time::Duration,
};

use common::{Program, Schema};

fn rounds() -> u32 {
    std::env::var("YAKUBA_CRASH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(3)
}

/// A different moment each time.
fn some_moment(longest: u64) -> Duration {
    Duration::from_millis(RandomState::new().hash_one(0) % longest)
}

fn every_acknowledged_fact_survives(program: &Program) {
    program.must(0, &["init", "--name", "澄川市"]);
    for round in 0..rounds() {
        let run = format!("round{round}");
        let mut child = program
            .command(&["debug", "write-facts", "--writers", "8", "--run", &run])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        // From the first acknowledgement on, at any moment.
        let mut first = String::new();
        output.read_line(&mut first).unwrap();
        let reader = std::thread::spawn(move || {
            let mut acknowledged = vec![first];
            let mut line = String::new();
            while output.read_line(&mut line).unwrap() > 0 {
                acknowledged.push(std::mem::take(&mut line));
            }
            acknowledged
        });
        std::thread::sleep(some_moment(700));
        child.kill().unwrap();
        child.wait().unwrap();
        // A line cut off in the middle was never said.
        let acknowledged: BTreeSet<String> = reader
            .join()
            .unwrap()
            .into_iter()
            .filter_map(|line| line.strip_suffix('\n').map(str::to_owned))
            .collect();
        assert!(!acknowledged.is_empty());
        // Exit code 0 also says: every sum agrees with its facts and the audit log is whole.
        let present = program.must(0, &["debug", "check-facts", "--run", &run]);
        let present: BTreeSet<String> = present.lines().map(str::to_owned).collect();
        let lost: Vec<_> = acknowledged.difference(&present).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    }
    program.must(0, &["audit", "verify"]);
    program.must(0, &["plan", "recount"]);
}

#[test]
fn facts_survive_on_sqlite() {
    let data = tempfile::tempdir().unwrap();
    every_acknowledged_fact_survives(&Program {
        data: data.path().to_owned(),
        database: None,
    });
}

#[test]
fn facts_survive_on_postgres() {
    let data = tempfile::tempdir().unwrap();
    let Some(schema) = Schema::new(data.path(), "crash") else {
        eprintln!("left out: YAKUBA_TEST_POSTGRES_URL is not set");
        return;
    };
    every_acknowledged_fact_survives(&Program {
        data: data.path().to_owned(),
        database: Some(schema.url()),
    });
}

/// When the program is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After some time, wherever it is then.
    Sometime(Duration),
    /// As soon as it is seen to write the plan.
    Writing,
}

/// Starts an import and kills it; whether it was still running.
fn kill_an_import(program: &Program, schema: Option<&Schema>, words: &[&str], at: Moment) -> bool {
    let mut child = program
        .command(words)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    match at {
        Moment::Sometime(moment) => std::thread::sleep(moment),
        Moment::Writing => {
            let mut watch = Watch::new(program, schema);
            while child.try_wait().unwrap().is_none() && !watch.sees_writing() {
                std::thread::sleep(Duration::from_micros(300));
            }
        }
    }
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    running
}

/// Sees from outside that a city is being written to.
enum Watch {
    /// The write-ahead log, which is empty after `init`.
    Sqlite(std::path::PathBuf),
    Postgres(Box<common::Looker>),
}

impl Watch {
    fn new(program: &Program, schema: Option<&Schema>) -> Self {
        match schema {
            None => Self::Sqlite(program.data.join("yakuba.sqlite-wal")),
            Some(schema) => Self::Postgres(Box::new(schema.look())),
        }
    }

    fn sees_writing(&mut self) -> bool {
        match self {
            // Rows get there when they are committed: so many bytes are the plan's, and the commit is going on.
            Self::Sqlite(log) => std::fs::metadata(log).is_ok_and(|log| log.len() > 50_000),
            // The transaction holds the table until it ends.
            Self::Postgres(looker) => looker.is_locked("plan_figures"),
        }
    }
}

fn an_import_is_whole_or_not_at_all(
    folder: &std::path::Path,
    new_schema: impl Fn(&str) -> Option<Schema>,
) {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../content/plans/suita-2019.yaml"
    );
    let import = ["plan", "import", file, "--plan", "suita-2019"];
    let export = ["plan", "export", "suita-2019", "--format", "yaml"];
    let place = |name: &str| {
        let schema = new_schema(name);
        let program = Program {
            data: folder.join(name),
            database: schema.as_ref().map(Schema::url),
        };
        program.must(0, &["init"]);
        (program, schema)
    };
    let (whole, _schema) = place("whole");
    let begun = std::time::Instant::now();
    whole.run(&import);
    let takes = u64::try_from(begun.elapsed().as_millis())
        .unwrap_or(1000)
        .max(50);
    let expected = whole.must(0, &export);

    let mut in_the_middle = 0;
    for round in 0..rounds() * 2 {
        let (killed, schema) = place(&format!("killed{round}"));
        let moment = if round % 2 == 0 {
            Moment::Writing
        } else {
            Moment::Sometime(some_moment(takes))
        };
        let running = kill_an_import(&killed, schema.as_ref(), &import, moment);
        in_the_middle += u32::from(running && matches!(moment, Moment::Writing));
        let listed = killed.must(0, &["plan", "list"]);
        if listed.contains("suita-2019") {
            let found = killed.must(0, &export);
            assert_eq!(found, expected, "half of a plan was imported");
        }
        killed.must(0, &["audit", "verify"]);
        // The next try completes it, and one more changes nothing.
        killed.run(&import);
        assert_eq!(killed.must(0, &export), expected);
        killed.run(&import);
        assert_eq!(killed.must(0, &export), expected);
    }
    assert!(in_the_middle > 0, "no import was killed while it wrote");
}

#[test]
fn an_import_is_whole_or_not_at_all_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    an_import_is_whole_or_not_at_all(folder.path(), |_| None);
}

#[test]
fn an_import_is_whole_or_not_at_all_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    if Schema::new(folder.path(), "import").is_none() {
        eprintln!("left out: YAKUBA_TEST_POSTGRES_URL is not set");
        return;
    }
    an_import_is_whole_or_not_at_all(folder.path(), |name| Schema::new(folder.path(), name));
}
