//! The server is killed while people apply. What it acknowledged must be there whole, and nothing must be there by halves.
//!
//! Two rounds each; `YAKUBA_CRASH_ROUNDS=100` for a long evening.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    hash::{BuildHasher as _, RandomState},
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use common::{Program, Schema};
use yakuba_city::{City, CitySettings, DatabaseUrl, recount, sql::Sql as _, verify_audit};
use yakuba_procedures::store::{
    cases,
    files::{self, UseFor},
    keys,
};

const PROCEDURE: &str = "
format: yakuba-procedure/1
key: dog-registration
title: 犬の登録
summary: 犬を飼い始めたときの登録です。
department: environment
category: living
law: [狂犬病予防法第4条]
guide:
  who: 生後91日以上の犬を飼い始めた方
  afterwards: 鑑札を郵送します。
  minutes: 5
processing_days: 5
proof: none
agent: not_allowed
retention: {years: 5, basis: 文書管理規程}
personal_data_purpose: 犬の登録原簿を作るためにお聞きします。
form:
  pages:
    - key: owner
      title: 飼い主
      fields:
        - {key: owner, type: text, label: お名前, max_length: 40}
    - key: dog
      title: 犬について
      fields:
        - {key: dog, type: text, label: 犬の名前, max_length: 40}
        - {key: certificate, type: file, label: 証明書, accept: [pdf]}
";
const BASE: &str = "/procedures/dog-registration";
const APPLICANTS: usize = 6;

fn rounds() -> u32 {
    std::env::var("YAKUBA_CRASH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2)
}

/// A different moment each time.
fn some_moment(longest: u64) -> Duration {
    Duration::from_millis(RandomState::new().hash_one(0) % longest)
}

struct Answered {
    status: u16,
    to: String,
    cookie: Option<String>,
    body: String,
}

/// Asks the server; none when it went away before it answered.
fn ask(
    address: &str,
    method: &str,
    path: &str,
    cookie: &str,
    kind: &str,
    body: &[u8],
) -> Option<Answered> {
    let mut stream = TcpStream::connect(address).ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    };
    Some(Answered {
        status: head.split_whitespace().nth(1)?.parse().ok()?,
        to: header("location").unwrap_or_default(),
        cookie: header("set-cookie").and_then(|text| text.split(';').next().map(str::to_owned)),
        body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned(),
    })
}

/// One application and how far it is known to have come.
#[derive(Clone)]
struct Application {
    /// What makes it differ from every other.
    name: String,
    cookie: String,
    /// Pages whose answers the server acknowledged.
    pages: u32,
    /// The revision under which the answers were sent, once they were.
    sent: Option<String>,
    /// Whether sending was acknowledged.
    acknowledged: bool,
    /// The receipt number, once it was seen.
    receipt: Option<String>,
}

impl Application {
    fn new(name: String) -> Self {
        Self {
            name,
            cookie: String::new(),
            pages: 0,
            sent: None,
            acknowledged: false,
            receipt: None,
        }
    }

    fn owner(&self) -> String {
        format!("髙橋 {}", self.name)
    }

    fn dog(&self) -> String {
        format!("ポチ {}", self.name)
    }

    /// Different bytes for each application, a few pages of the database.
    fn file(&self) -> Vec<u8> {
        let mut file = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n".to_vec();
        for line in 0..600 {
            file.extend(format!("% {} {line}\n", self.name).bytes());
        }
        file.extend(b"trailer<</Root 1 0 R>>\n%%EOF\n");
        file
    }

    fn get(&self, address: &str, path: &str) -> Option<Answered> {
        ask(
            address,
            "GET",
            &format!("{BASE}{path}"),
            &self.cookie,
            "text/plain",
            b"",
        )
    }

    fn post(&self, address: &str, path: &str, fields: &[(&str, &str)]) -> Option<Answered> {
        let mut body = String::new();
        for (name, value) in fields {
            let value = value.bytes().fold(String::new(), |mut all, byte| {
                write!(all, "%{byte:02X}").unwrap();
                all
            });
            write!(body, "{name}={value}&").unwrap();
        }
        ask(
            address,
            "POST",
            &format!("{BASE}{path}"),
            &self.cookie,
            "application/x-www-form-urlencoded",
            body.trim_end_matches('&').as_bytes(),
        )
    }

    fn upload(&self, address: &str) -> Option<Answered> {
        let mut body = format!(
            "--grenze\r\nContent-Disposition: form-data; name=\"dog\"\r\n\r\n{}\r\n--grenze\r\nContent-Disposition: form-data; name=\"certificate\"; filename=\"証明書.pdf\"\r\nContent-Type: application/pdf\r\n\r\n",
            self.dog()
        )
        .into_bytes();
        body.extend(self.file());
        body.extend(b"\r\n--grenze--\r\n");
        ask(
            address,
            "POST",
            &format!("{BASE}/apply/dog"),
            &self.cookie,
            "multipart/form-data; boundary=grenze",
            &body,
        )
    }

    /// Goes on from where it stands to the receipt number; none when the server went away.
    fn go_on(&mut self, address: &str) -> Option<()> {
        if self.cookie.is_empty() {
            let page = self.post(address, "/start", &[("again", "1")])?;
            assert_eq!(page.status, 303, "{}", page.body);
            self.cookie = page.cookie.expect("a draft has a cookie");
        }
        if self.pages == 0 {
            let page = self.post(address, "/apply/owner", &[("owner", &self.owner())])?;
            assert_eq!(page.to, format!("{BASE}/apply/dog"), "{}", page.body);
            self.pages = 1;
        }
        if self.pages == 1 {
            let page = self.upload(address)?;
            assert_eq!(page.to, format!("{BASE}/check"), "{}", page.body);
            self.pages = 2;
        }
        if self.sent.is_none() {
            let page = self.get(address, "/check")?;
            let (_, rest) = page
                .body
                .split_once("name=\"revision\" value=\"")
                .unwrap_or_else(|| panic!("no revision in {}", page.body));
            self.sent = rest.split('"').next().map(str::to_owned);
        }
        let revision = self.sent.clone().unwrap();
        let page = self.post(address, "/check", &[("revision", &revision)])?;
        assert_eq!(page.to, format!("{BASE}/done"), "{}", page.body);
        self.acknowledged = true;
        self.see_receipt(address)
    }

    fn see_receipt(&mut self, address: &str) -> Option<()> {
        let page = self.get(address, "/done")?;
        let (_, rest) = page
            .body
            .split_once("translate=\"no\">")
            .unwrap_or_else(|| panic!("no receipt number in {}", page.body));
        let receipt = rest.split('<').next().unwrap().to_owned();
        if let Some(known) = &self.receipt {
            assert_eq!(*known, receipt, "the receipt number changed");
        }
        self.receipt = Some(receipt);
        Some(())
    }
}

/// Lets people apply until the server is killed at some moment. Gives every application that was begun.
fn apply_until_killed(program: &Program, round: u32) -> Vec<Application> {
    let server = program.serve(&["serve"]);
    let acknowledged = Arc::new(AtomicU32::new(0));
    let people: Vec<_> = (0..APPLICANTS)
        .map(|person| {
            let (address, acknowledged) = (server.address.clone(), acknowledged.clone());
            std::thread::spawn(move || {
                let mut applications = Vec::new();
                for number in 0.. {
                    let mut application = Application::new(format!("{round}-{person}-{number}"));
                    let alive = application.go_on(&address).is_some();
                    if application.acknowledged {
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                    applications.push(application);
                    if !alive {
                        break;
                    }
                }
                applications
            })
        })
        .collect();
    while acknowledged.load(Ordering::Relaxed) < 3 {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(some_moment(600));
    // SIGKILL.
    drop(server);
    people
        .into_iter()
        .flat_map(|person| person.join().unwrap())
        .collect()
}

/// What somebody finds who comes back after the crash.
fn come_back(address: &str, application: &mut Application) {
    if application.acknowledged {
        application.see_receipt(address).unwrap();
        return;
    }
    if application.cookie.is_empty() {
        return;
    }
    if application.sent.is_some() {
        // Whether it had arrived nobody knows: sent again, there is one case.
        application.go_on(address).unwrap();
        let receipt = application.receipt.clone();
        application.go_on(address).unwrap();
        assert_eq!(application.receipt, receipt);
        return;
    }
    // What was acknowledged of the draft is there. The page in flight may have been kept or not.
    let to = application.get(address, "/resume").unwrap().to;
    match application.pages {
        0 => assert!(
            to.ends_with("/apply/owner") || to.ends_with("/apply/dog"),
            "{to}"
        ),
        1 => assert!(to.ends_with("/apply/dog") || to.ends_with("/check"), "{to}"),
        _ => assert!(to.ends_with("/check"), "{to}"),
    }
    application.pages = match to.rsplit('/').next() {
        Some("owner") => 0,
        Some("dog") => 1,
        _ => 2,
    };
    if application.pages >= 1 {
        let page = application.get(address, "/apply/owner").unwrap();
        assert!(page.body.contains(&application.owner()), "{}", page.body);
    }
    if application.pages >= 2 {
        let page = application.get(address, "/check").unwrap();
        assert!(page.body.contains(&application.dog()), "{}", page.body);
        assert!(page.body.contains("証明書.pdf"), "{}", page.body);
    }
    application.go_on(address).unwrap();
}

/// Looks behind the server's back: every case is whole and what was typed, and there is none besides.
fn look(program: &Program, applications: &[Application]) {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let mut settings = CitySettings::in_directory(&program.data);
            if let Some(database) = &program.database {
                settings.database = DatabaseUrl::parse(database).unwrap();
            }
            let services = yakuba::services::all();
            let city = City::open(settings, &services).await.unwrap();
            let key = city.key().unwrap().clone();
            let mut seen = BTreeSet::new();
            for application in applications {
                let Some(receipt) = &application.receipt else {
                    continue;
                };
                let receipt = receipt.parse().unwrap();
                let case = cases::case_with_receipt(city.db(), &key, &receipt)
                    .await
                    .unwrap()
                    .unwrap_or_else(|| panic!("{} has no case", application.name));
                assert!(seen.insert(case.id), "two receipts of one case");
                let case_key = keys::open(city.db(), &key, case.id).await.unwrap();
                let given = cases::answers(city.db(), &case_key, case.id).await.unwrap();
                assert_eq!(given.len(), 1);
                let answers = &given[0].answers["answers"];
                assert_eq!(answers["owner"]["value"], application.owner().as_str());
                assert_eq!(answers["dog"]["value"], application.dog().as_str());
                let kept = files::list(city.db(), &case_key, case.id, UseFor::Answer)
                    .await
                    .unwrap();
                assert_eq!(kept.len(), 1, "{}", application.name);
                let file = files::file(city.db(), &case_key, case.id, &kept[0].0)
                    .await
                    .unwrap()
                    .unwrap();
                assert!(file.contents == application.file(), "{}", application.name);
            }
            let count = async |sql: &str| -> i64 {
                city.db().value(sql, []).await.unwrap().unwrap()
            };
            assert_eq!(
                count("SELECT COUNT(*) FROM procedures_cases").await,
                i64::try_from(seen.len()).unwrap(),
                "cases without an application"
            );
            for (what, sql) in [
                (
                    "a case without its fact",
                    "SELECT COUNT(*) FROM procedures_cases c WHERE 1 <> (SELECT COUNT(*) FROM facts f
                     WHERE f.measure = 'procedures.received' AND f.record = 'procedures_cases/' || CAST(c.id AS TEXT))",
                ),
                (
                    "a fact without its case",
                    "SELECT COUNT(*) FROM facts f WHERE f.measure = 'procedures.received' AND NOT EXISTS
                     (SELECT 1 FROM procedures_cases c WHERE f.record = 'procedures_cases/' || CAST(c.id AS TEXT))",
                ),
                (
                    "a case without its line in the audit log",
                    "SELECT COUNT(*) FROM procedures_cases c WHERE 1 <> (SELECT COUNT(*) FROM audit_log l
                     WHERE l.action = 'procedures.receive' AND l.target = 'procedures/cases/' || CAST(c.id AS TEXT))",
                ),
                (
                    "a case without its draft",
                    "SELECT COUNT(*) FROM procedures_cases c WHERE 1 <>
                     (SELECT COUNT(*) FROM procedures_drafts d WHERE d.case_id = c.id)",
                ),
                (
                    "a file that its draft left behind",
                    "SELECT COUNT(*) FROM procedures_draft_files f JOIN procedures_drafts d ON d.id = f.draft_id
                     WHERE d.case_id IS NOT NULL",
                ),
            ] {
                assert_eq!(count(sql).await, 0, "{what}");
            }
            assert!(recount(city.db()).await.unwrap().differences.is_empty());
            assert_eq!(verify_audit(city.db()).await.unwrap().broken, None);
        });
}

fn every_receipt_opens_its_case(folder: &Path, program: &Program) {
    let file = folder.join("dog-registration.yaml");
    std::fs::write(&file, PROCEDURE).unwrap();
    program.must(0, &["init", "--name", "澄川市"]);
    let file = file.to_str().unwrap();
    // The program under test has the real clock, so that the procedure must be live on the real day.
    #[allow(clippy::disallowed_methods)]
    let today = jiff::Zoned::now()
        .with_time_zone(jiff::tz::TimeZone::fixed(yakuba_city::JAPAN))
        .date()
        .to_string();
    program.must(0, &["procedures", "import", file, "--live-from", &today]);
    let mut applications: Vec<Application> = Vec::new();
    let (mut in_flight, mut drafts) = (0, 0);
    for round in 0..rounds() {
        let mut begun = apply_until_killed(program, round);
        let server = program.serve(&["serve"]);
        for application in &mut begun {
            let open = !application.acknowledged;
            in_flight += u32::from(open && application.sent.is_some());
            drafts +=
                u32::from(open && application.sent.is_none() && !application.cookie.is_empty());
            come_back(&server.address, application);
        }
        drop(server);
        applications.extend(begun);
        look(program, &applications);
    }
    // How much was caught in the middle is chance; that something was makes the round count.
    assert!(in_flight + drafts > 0, "nobody was interrupted");
    eprintln!(
        "{} applications, {in_flight} interrupted while they were sent, {drafts} while they were filled in",
        applications.len()
    );
}

#[test]
fn applications_survive_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program {
        data: folder.path().join("city"),
        database: None,
    };
    every_receipt_opens_its_case(folder.path(), &program);
}

#[test]
fn applications_survive_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let Some(schema) = Schema::new(folder.path(), "applications") else {
        eprintln!("left out: YAKUBA_TEST_POSTGRES_URL is not set");
        return;
    };
    let program = Program {
        data: folder.path().join("city"),
        database: Some(schema.url()),
    };
    every_receipt_opens_its_case(folder.path(), &program);
}
