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

#[test]
fn a_plan_is_imported_whole_or_not_at_all() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../content/plans/suita-2019.yaml"
    );
    let folder = tempfile::tempdir().unwrap();
    let program = |name: &str| Program {
        data: folder.path().join(name),
        database: None,
    };
    let import = ["plan", "import", file, "--plan", "suita-2019"];
    let whole = program("whole");
    let begun = std::time::Instant::now();
    whole.run(&import);
    let takes = u64::try_from(begun.elapsed().as_millis())
        .unwrap_or(1000)
        .max(50);
    let expected = whole.must(0, &["plan", "export", "suita-2019", "--format", "yaml"]);

    for round in 0..rounds() {
        let killed = program(&format!("killed{round}"));
        killed.must(0, &["init"]);
        let mut child = killed
            .command(&import)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(some_moment(takes));
        child.kill().unwrap();
        child.wait().unwrap();
        let listed = killed.must(0, &["plan", "list"]);
        if listed.contains("suita-2019") {
            let found = killed.must(0, &["plan", "export", "suita-2019", "--format", "yaml"]);
            assert_eq!(found, expected, "half of a plan was imported");
        }
        killed.must(0, &["audit", "verify"]);
        // The next try completes it.
        killed.run(&import);
        let found = killed.must(0, &["plan", "export", "suita-2019", "--format", "yaml"]);
        assert_eq!(found, expected);
    }
}
