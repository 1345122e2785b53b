//! A PostgreSQL server of its own is stopped without notice while many write. What was acknowledged must be there.
//!
//! It begins where the test's ordinary server is told of (`YAKUBA_TEST_POSTGRES_URL`) and the server's programs are on this machine.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Mutex;
use yakuba_city::{
    Actor, AuditEntry, City, CityError, CitySettings, Clock, DatabaseUrl, Fact, recount,
    sql::Sql as _, testing, verify_audit, year_totals,
};

use crate::city::{TestService, VISITS};

const WRITERS: usize = 64;

/// Where the server's programs are: Debian keeps them out of PATH, one folder per version.
fn programs() -> Option<PathBuf> {
    if let Ok(named) = std::env::var("PG_BIN") {
        return Some(named.into());
    }
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("initdb").exists())
        .collect();
    found.sort();
    Some(found.pop()?.1)
}

/// A server that is there for this test alone.
struct Server {
    programs: PathBuf,
    place: tempfile::TempDir,
    /// Who runs it when we are root, which PostgreSQL refuses to be.
    owner: Option<(u32, u32)>,
    port: u16,
}

impl Server {
    fn create(programs: PathBuf) -> Self {
        let number = |of: &[&str]| -> u32 {
            let said = Command::new("id").args(of).output().unwrap().stdout;
            String::from_utf8(said).unwrap().trim().parse().unwrap()
        };
        let owner = (number(&["-u"]) == 0)
            .then(|| (number(&["-u", "postgres"]), number(&["-g", "postgres"])));
        let place = tempfile::tempdir().unwrap();
        if let Some((user, group)) = owner {
            chown(place.path(), Some(user), Some(group)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = Self {
            programs,
            place,
            owner,
            port,
        };
        server.run(
            "initdb",
            &[
                "--username=yakuba",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
        );
        server
    }

    fn cluster(&self) -> PathBuf {
        self.place.path().join("cluster")
    }

    fn run(&self, program: &str, words: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        let ended = command
            .arg("-D")
            .arg(self.cluster())
            .args(words)
            .current_dir("/")
            .env_remove("PGDATA")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(ended.success(), "{program} {words:?}");
    }

    /// Starts it such that what no commit waits for stays in its memory for long, and is lost when it stops.
    fn start(&self) {
        let place = self.place.path().display();
        let options = format!(
            "-h 127.0.0.1 -p {} -k {place} -c wal_writer_delay=10s -c wal_writer_flush_after=1GB -c wal_buffers=64MB \
             -c max_connections=50 -c log_min_messages=fatal",
            self.port
        );
        let log = self.place.path().join("log");
        self.run(
            "pg_ctl",
            &["-w", "-l", log.to_str().unwrap(), "-o", &options, "start"],
        );
    }

    /// Stops it as a failure would: without writing anything down.
    fn fail(&self) {
        self.run("pg_ctl", &["-m", "immediate", "stop"]);
    }

    async fn city(&self, directory: &Path) -> City {
        let settings = CitySettings {
            database: DatabaseUrl::Postgres {
                url: format!("postgres://yakuba@127.0.0.1:{}/postgres", self.port),
                schema: "yakuba".to_owned(),
            },
            clock: Clock::fixed(testing::test_moment()),
            ..CitySettings::in_directory(directory)
        };
        City::open(settings, &[&TestService]).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whether or not it runs: nothing of it is needed any more.
        let mut command = Command::new(self.programs.join("pg_ctl"));
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        let _ = command
            .arg("-D")
            .arg(self.cluster())
            .args(["-m", "immediate", "stop"])
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

async fn visit(city: &City, note: String) -> Result<(), CityError> {
    city.write(Actor::CommandLine, note, |tx, note| {
        Box::pin(async move {
            tx.connection()
                .run(
                    "INSERT INTO visits (note, kept) VALUES ($1, 1)",
                    [note.as_str().into()],
                )
                .await?;
            tx.record(Fact::one(&VISITS.name, tx.now())).await?;
            tx.audit(AuditEntry::new("test.visit", format!("visit/{note}")));
            Ok(())
        })
    })
    .await
}

async fn visits(city: &City) -> BTreeSet<String> {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        note: String,
    }
    let rows: Vec<Row> = city.db().rows("SELECT note FROM visits", []).await.unwrap();
    rows.into_iter().map(|row| row.note).collect()
}

/// Writes with many at once until the server has stopped and started again. Returns what was acknowledged.
async fn write_until_it_stops(server: &Server, city: &City, round: usize) -> BTreeSet<String> {
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let is_over = Arc::new(AtomicBool::new(false));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (city, acknowledged, is_over) = (city.clone(), acknowledged.clone(), is_over.clone());
        writers.spawn(async move {
            for number in 0.. {
                let note = format!("{round}/{writer}/{number}");
                match visit(&city, note.clone()).await {
                    Ok(()) => {
                        acknowledged.lock().await.insert(note);
                    }
                    Err(_) if is_over.load(Ordering::Acquire) => return,
                    Err(error) => panic!("a write failed before the server was stopped: {error}"),
                }
                if is_over.load(Ordering::Acquire) {
                    return;
                }
            }
        });
    }
    let begun = Instant::now();
    while acknowledged.lock().await.len() < 300 {
        assert!(
            begun.elapsed() < Duration::from_mins(2),
            "nothing is written"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
        // Pages are looked at all the while, so that what they keep in memory is of the last moment.
        city.year_totals().await.unwrap();
    }
    is_over.store(true, Ordering::Release);
    server.fail();
    server.start();
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    Arc::into_inner(acknowledged).unwrap().into_inner()
}

/// A server may stop and be back before a write that it lost asks for the disk: then a flush says nothing about it.
#[tokio::test]
async fn a_write_is_not_acknowledged_by_a_connection_that_came_after_it() {
    testing::on_postgres(&[&TestService], async |city| {
        let inside = City::clone(&city);
        let outcome: Result<(), CityError> = city
            .write(Actor::CommandLine, inside, |tx, city| {
                Box::pin(async move {
                    tx.set("city.name", "澄川市").await?;
                    // As far as connections can tell, this is what a stop of the server is.
                    tx.connection()
                        .run(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
                             AND application_name = (SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid())",
                            [],
                        )
                        .await?;
                    while city.durably(async {}).await.is_err() {}
                    Ok(())
                })
            })
            .await;
        assert!(matches!(outcome, Err(CityError::OutcomeUnknown)), "{outcome:?}");
        city.write(Actor::CommandLine, (), |tx, ()| {
            Box::pin(async move { tx.set("city.name", "澄川市").await })
        })
        .await
        .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(clippy::print_stderr)]
async fn what_was_acknowledged_survives_a_server_that_stops_without_notice() {
    if std::env::var("YAKUBA_TEST_POSTGRES_URL").is_err() {
        eprintln!("left out: YAKUBA_TEST_POSTGRES_URL is not set");
        return;
    }
    let Some(programs) = programs() else {
        eprintln!("left out: the programs of a PostgreSQL server are not on this machine");
        return;
    };
    let server = Server::create(programs);
    server.start();
    let directory = tempfile::tempdir().unwrap();
    let city = server.city(directory.path()).await;
    let mut acknowledged = BTreeSet::new();
    for round in 0..2 {
        acknowledged.extend(write_until_it_stops(&server, &city, round).await);
        let found = visits(&city).await;
        let missing: Vec<&String> = acknowledged.difference(&found).collect();
        assert!(
            missing.is_empty(),
            "{} of {} acknowledged writes are gone",
            missing.len(),
            acknowledged.len()
        );
        // The same program goes on, with the numbers of this database and none that were lost.
        visit(&city, format!("{round}/afterwards")).await.unwrap();
        let shown = city.year_totals().await.unwrap();
        let shown: Vec<_> = shown.rows(VISITS.name.as_str(), ..).cloned().collect();
        assert_eq!(shown, year_totals(city.db(), &[VISITS.name]).await.unwrap());
        let counted: i64 = shown.iter().map(|row| row.count).sum();
        assert_eq!(usize::try_from(counted).unwrap(), visits(&city).await.len());
    }
    let other = server.city(directory.path()).await;
    let report = verify_audit(other.db()).await.unwrap();
    assert_eq!(report.broken, None);
    assert_eq!(
        usize::try_from(report.lines).unwrap(),
        visits(&other).await.len()
    );
    let recounted = recount(other.db()).await.unwrap();
    assert!(recounted.differences.is_empty(), "{recounted:?}");
}
