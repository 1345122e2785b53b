//! The server as a browser, a watchdog and a proxy see it, and the commands around it.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::Program;

fn new_city(folder: &tempfile::TempDir) -> Program {
    let program = Program {
        data: folder.path().to_owned(),
        database: None,
    };
    program.must(0, &["init", "--name", "澄川市"]);
    program
}

#[test]
fn a_server_answers_watchdogs_and_strangers_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = new_city(&folder).serve(&["serve"]);
    assert_eq!(server.get("/healthz", &[]).status, 200);

    let page = server.get("/nothing/here", &["Accept: text/html"]);
    assert_eq!(page.status, 404);
    assert!(page.body.contains("澄川市"), "{}", page.body);
    let reference = page.header("x-request-id").unwrap().to_owned();
    assert!(page.body.contains(&reference));
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("default-src 'none'")
    );
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));

    let problem = server.get("/api/nothing", &[]);
    assert_eq!(
        problem.header("content-type"),
        Some("application/problem+json")
    );
    let problem: serde_json::Value = serde_json::from_str(&problem.body).unwrap();
    assert_eq!(problem["status"], 404);
    assert_eq!(problem["code"], "problem-not-found");

    let metrics = server.get("/metrics", &[]);
    assert!(
        metrics.body.contains("yakuba_requests_total"),
        "{}",
        metrics.body
    );
    assert!(metrics.body.contains("yakuba_writes_waiting"));
    // Somebody behind a proxy that nobody told us of may be anybody.
    assert_eq!(
        server
            .get("/metrics", &["X-Forwarded-For: 203.0.113.9"])
            .status,
        404
    );

    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn other_sites_cannot_make_a_browser_change_something() {
    let folder = tempfile::tempdir().unwrap();
    let server = new_city(&folder).serve(&["serve"]);
    let foreign = server.send("POST", "/login", &["Sec-Fetch-Site: cross-site"], "a=b");
    assert_eq!(foreign.status, 403);
    let large = server.send(
        "POST",
        "/nothing",
        &["Content-Type: text/plain"],
        &"x".repeat(2_000_000),
    );
    assert!(large.status == 413 || large.status == 0, "{}", large.status);
}

#[test]
fn a_server_starts_in_a_second_and_needs_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let program = new_city(&folder);
    let server = program.serve(&["serve"]);
    // Other tests run beside this one, and this build is not optimised: the promise is one second.
    assert!(
        server.started_in < Duration::from_secs(4),
        "{:?}",
        server.started_in
    );
    for _ in 0..20 {
        server.get("/", &["Accept: text/html"]);
    }
    assert!(
        server.resident_megabytes() < 80,
        "{} MB",
        server.resident_megabytes()
    );
}

#[test]
fn a_city_answers_to_its_own_names_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = new_city(&folder).serve(&["serve", "--host", "www.city.example.jp"]);
    assert_eq!(server.get("/x", &[]).status, 421);
    let port = server.address.rsplit_once(':').unwrap().1;
    let named = server.get("/x", &[&format!("Host: www.city.example.jp:{port}")]);
    // Two Host headers are one too many for any server; the absolute form names one.
    assert!(matches!(named.status, 400 | 404 | 421));
    let absolute = server.get("http://www.city.example.jp/x", &["Accept: text/html"]);
    assert_eq!(absolute.status, 404);
}

#[test]
fn a_backup_goes_round() {
    let folder = tempfile::tempdir().unwrap();
    let program = new_city(&folder);
    let file = folder.path().join("city.yakuba");
    let file = file.to_str().unwrap();
    let _server = program.serve(&["serve"]);
    // While the server runs.
    program.must(0, &["backup", file]);
    program.must(1, &["backup", file]);
    program.must(1, &["restore", file]);
    let other = tempfile::tempdir().unwrap();
    let restored = Program {
        data: other.path().to_owned(),
        database: None,
    };
    // The key was left out: a person must bring it.
    let said = restored.must(3, &["restore", file]);
    assert!(said.contains("key is missing"), "{said}");
    restored.must(0, &["audit", "verify"]);
    restored.must(1, &["init"]);
}

#[test]
fn mistakes_get_one_sentence_with_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program {
        data: folder.path().join("none"),
        database: None,
    };
    for (code, words) in [
        (1, vec!["audit", "verify"]),
        (2, vec!["no-such-word"]),
        (2, vec!["init", "--municipality", "12"]),
        (2, vec!["--database-url", "mysql://x", "audit", "verify"]),
        (
            1,
            vec!["plan", "import", "/no/such/file.xlsx", "--plan", "x"],
        ),
    ] {
        let output = program.run(&words);
        assert_eq!(output.status.code(), Some(code), "{words:?}");
        assert!(output.stdout.is_empty());
        assert!(!output.stderr.is_empty());
    }
    let said = program.must(0, &["doctor"]);
    assert!(said.contains("warn  city"), "{said}");
}
