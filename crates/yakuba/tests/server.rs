//! The server as a browser, a watchdog and a proxy see it, and the commands around it.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::{path::Path, time::Duration};

use common::{Program, Schema};

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

    // Other pages may show the map that is made for them, and nothing else.
    for (path, policy) in [
        ("/map/embed", "frame-ancestors 'self' https:"),
        ("/map", "frame-ancestors 'none'"),
        ("/map/embed/x", "frame-ancestors 'none'"),
    ] {
        let page = server.get(path, &["Accept: text/html"]);
        let told = page.header("content-security-policy").unwrap();
        assert!(told.contains(policy), "{path}: {told}");
    }

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
    // What the program itself holds. The code of this unoptimised build, mapped from its file, is several times that of the
    // program people run; the benchmark measures that one whole.
    assert!(
        server.held_megabytes() < 80,
        "{} MB",
        server.held_megabytes()
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

/// Makes two cities in the folder and serves them from a list; on PostgreSQL each in a schema of its own.
fn listed_cities_are_found_by_their_names(folder: &Path, schemas: [Option<String>; 2]) {
    use std::fmt::Write as _;
    let mut list = "cities:\n".to_owned();
    for (place, (name, database)) in ["青市", "赤市"].into_iter().zip(schemas).enumerate() {
        let city = Program {
            data: folder.join(format!("city{place}")),
            database: database.clone(),
        };
        city.must(0, &["init", "--name", name]);
        let _ = writeln!(
            list,
            "  - hosts: [www{place}.example.jp]\n    data: city{place}"
        );
        if let Some(url) = database {
            let _ = writeln!(list, "    database_url: {url}");
        }
    }
    let file = folder.join("cities.yaml");
    std::fs::write(&file, &list).unwrap();
    let file = file.to_str().unwrap();
    let server = Program {
        data: folder.join("nothing"),
        database: None,
    };
    {
        let server = server.serve(&["serve", "--cities", file]);
        for (host, own, other) in [("www0", "青市", "赤市"), ("www1", "赤市", "青市")] {
            let page = server.get(
                &format!("http://{host}.example.jp/"),
                &["Accept: text/html"],
            );
            assert_eq!(page.status, 200);
            assert!(
                page.body.contains(own) && !page.body.contains(other),
                "{host}"
            );
        }
        assert_eq!(server.get("http://www2.example.jp/", &[]).status, 421);
    }
    // No name leads to two cities, and no city is served twice.
    let same_place = "cities:\n  - {hosts: [a], data: city0}\n  - {hosts: [b], data: city0}\n";
    // A folder that is mistyped must not become a new city.
    let mistyped = "cities:\n  - {hosts: [a], data: city9}\n";
    for (code, text) in [
        (2, list.replace("www1", "www0").as_str()),
        (if list.contains("postgres") { 1 } else { 2 }, same_place),
        (1, mistyped),
    ] {
        std::fs::write(file, text).unwrap();
        let ended = server.run(&["serve", "--port", "0", "--cities", file]);
        assert_eq!(ended.status.code(), Some(code), "{text}");
    }
    assert!(!folder.join("city9").exists());
}

#[test]
fn listed_cities_are_found_by_their_names_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    listed_cities_are_found_by_their_names(folder.path(), [None, None]);
}

#[test]
fn listed_cities_are_found_by_their_names_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let schemas = ["blue", "red"].map(|name| Schema::new(folder.path(), name));
    let [Some(blue), Some(red)] = &schemas else {
        eprintln!("left out: YAKUBA_TEST_POSTGRES_URL is not set");
        return;
    };
    let urls = [Some(blue.url()), Some(red.url())];
    listed_cities_are_found_by_their_names(folder.path(), urls);
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

#[cfg(unix)]
#[test]
fn nobody_else_looks_into_the_data_folder_and_the_doctor_sees_to_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let program = Program {
        data: folder.path().join("city"),
        database: None,
    };
    program.must(0, &["init"]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&program.data), 0o700);
    assert!(program.must(0, &["doctor"]).contains("ok    data folder:"));
    std::fs::set_permissions(&program.data, std::fs::Permissions::from_mode(0o755)).unwrap();
    let said = program.must(0, &["doctor"]);
    assert!(
        said.contains("warn  data folder: others on this machine may look into"),
        "{said}"
    );
    assert!(said.contains("Run chmod 700"), "{said}");
}

#[test]
fn the_last_administrator_is_let_in_again_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program {
        data: folder.path().join("city"),
        database: None,
    };
    let password = |said: &str| {
        let line = said.lines().find(|line| line.contains("password")).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let first = password(&program.must(0, &["init"]));
    // While the server is open, as it is when somebody finds out.
    let server = program.serve(&["serve"]);
    let second = password(&program.must(0, &["account", "reset", "admin"]));
    assert_ne!(first, second);
    let sign_in = |password: &str| {
        let form = format!("login=admin&password={password}");
        let headers = [
            "Content-Type: application/x-www-form-urlencoded",
            "Sec-Fetch-Site: same-origin",
        ];
        server.send("POST", "/login", &headers, &form).status
    };
    assert_eq!(sign_in(&first), 422);
    assert_eq!(sign_in(&second), 303);

    let output = program.run(&["account", "reset", "nobody"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("no account")
    );
}
