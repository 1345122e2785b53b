//! Starts the built program, asks it over the network, and ends it.

#![allow(dead_code, unreachable_pub)] // each test file uses a part of it

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// The program with a data folder, and a database of its own on PostgreSQL when `database` names one.
pub struct Program {
    pub data: PathBuf,
    pub database: Option<String>,
}

impl Program {
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yakuba"));
        command.arg("--data").arg(&self.data);
        if let Some(database) = &self.database {
            command.args(["--database-url", database]);
        }
        command
            .args(words)
            .env_remove("YAKUBA_DATA")
            .env_remove("YAKUBA_DATABASE_URL")
            .env("YAKUBA_LOG", "warn")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs a command that must end with a certain exit code, and returns what it printed.
    pub fn must(&self, code: i32, words: &[&str]) -> String {
        let output = self.run(words);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{words:?}\n{printed}\n{errors}"
        );
        printed
    }

    /// Starts a server on a free port and waits until it is ready.
    pub fn serve(&self, words: &[&str]) -> Server {
        let begun = Instant::now();
        let mut child = self
            .command(words)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let address = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix("http://"))
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .to_owned();
        let mut server = Server {
            child,
            address,
            _lines: lines,
            started_in: Duration::ZERO,
        };
        while server.get("/readyz", &[]).status != 200 {
            assert!(begun.elapsed() < Duration::from_mins(1), "never ready");
            std::thread::sleep(Duration::from_millis(10));
        }
        server.started_in = begun.elapsed();
        server
    }
}

pub struct Server {
    pub child: Child,
    pub address: String,
    pub started_in: Duration,
    _lines: BufReader<std::process::ChildStdout>,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Server {
    pub fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.send("GET", path, headers, "")
    }

    pub fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let Ok(mut stream) = TcpStream::connect(&self.address) else {
            return Answer {
                status: 0,
                head: String::new(),
                body: String::new(),
            };
        };
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        request.push_str(body);
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split_whitespace()
            .nth(1)
            .and_then(|status| status.parse().ok());
        Answer {
            status: status.unwrap_or(0),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Asks the program to stop as the operating system does.
    pub fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code()
    }

    /// The memory the process holds, in MB.
    pub fn held_megabytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("RssAnon:"))
            .unwrap();
        let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kilobytes / 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A schema on the test server, dropped afterwards; none when there is no PostgreSQL.
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    pub fn new(directory: &Path, prefix: &str) -> Option<Self> {
        let server = std::env::var("YAKUBA_TEST_POSTGRES_URL").ok()?;
        let unique = directory.file_name()?.to_string_lossy().to_lowercase();
        let unique: String = unique.chars().filter(char::is_ascii_alphanumeric).collect();
        Some(Self {
            server,
            name: format!("{prefix}_{unique}"),
        })
    }

    pub fn url(&self) -> String {
        let sign = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{sign}schema={}", self.server, self.name)
    }
}

impl Schema {
    /// A connection that looks at what others do in the schema.
    pub fn look(&self) -> Looker {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let connection = runtime
            .block_on(sea_orm::Database::connect(&self.server))
            .unwrap();
        Looker {
            runtime,
            connection,
            schema: self.name.clone(),
        }
    }
}

/// Looks at what others do in a schema.
pub struct Looker {
    runtime: tokio::runtime::Runtime,
    connection: sea_orm::DatabaseConnection,
    schema: String,
}

impl Looker {
    /// Whether a transaction that is going on has written to a table.
    pub fn is_locked(&mut self, table: &str) -> bool {
        use sea_orm::ConnectionTrait as _;
        let sql = format!(
            "SELECT 1 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
             JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = '{}' AND c.relname = '{table}' AND l.mode = 'RowExclusiveLock'",
            self.schema
        );
        let found = self.runtime.block_on(self.connection.query_one_raw(
            sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql),
        ));
        found.unwrap().is_some()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        use sea_orm::ConnectionTrait as _;
        let (server, name) = (self.server.clone(), self.name.clone());
        let cleaning = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(async move {
                    let connection = sea_orm::Database::connect(server).await.unwrap();
                    let sql = format!("DROP SCHEMA IF EXISTS {name} CASCADE");
                    connection.execute_unprepared(&sql).await.unwrap();
                });
        });
        let _ = cleaning.join();
    }
}
