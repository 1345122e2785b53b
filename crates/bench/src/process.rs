//! What the operating system says of a process, and the built program started as users start it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::Outcome;

/// The memory of a process that is really in use, in megabytes of 1,000,000 bytes; none where `/proc` is missing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Memory {
    /// Now (VmRSS).
    pub(crate) now: f64,
    /// At most so far (VmHWM).
    pub(crate) most: f64,
}

impl Memory {
    /// Of this process.
    pub(crate) fn own() -> Option<Self> {
        Self::read(Path::new("/proc/self/status"))
    }

    fn of(process: &Child) -> Option<Self> {
        Self::read(&PathBuf::from(format!("/proc/{}/status", process.id())))
    }

    fn read(status: &Path) -> Option<Self> {
        let status = std::fs::read_to_string(status).ok()?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
            Some(kibibytes * 1024.0 / 1_000_000.0)
        };
        Some(Self {
            now: megabytes("VmRSS:")?,
            most: megabytes("VmHWM:")?,
        })
    }
}

/// A file's size with its log, in bytes.
pub(crate) fn file_size(file: &Path) -> u64 {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    size(file) + size(Path::new(&log))
}

/// The built program `yakuba` of the same profile, when it stands beside this one.
pub(crate) fn program() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok()?.with_file_name("yakuba");
    beside.is_file().then_some(beside)
}

/// One start of the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// From the start of the process to the first good answer of `/readyz`.
    pub(crate) ready_after: Duration,
    /// Its memory when nobody has asked anything but whether it is ready.
    pub(crate) idle: Option<Memory>,
    /// Its memory after a page was asked for, when one was.
    pub(crate) after_page: Option<Memory>,
}

/// Starts `yakuba serve` on a data directory, waits until it is ready, looks at it, asks for `page`, and ends it.
pub(crate) fn start(program: &Path, data: &Path, page: Option<&str>) -> Outcome<Start> {
    let begun = Instant::now();
    let mut process = Command::new(program)
        .arg("--data")
        .arg(data)
        .args(["serve", "--port", "0"])
        .env_remove("YAKUBA_DATABASE_URL")
        .env("YAKUBA_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let seen = watch(&mut process, begun, page);
    // Ended however it went: nothing is lost, every acknowledged write is on the disk.
    process.kill()?;
    process.wait()?;
    seen
}

fn watch(process: &mut Child, begun: Instant, page: Option<&str>) -> Outcome<Start> {
    let output = process.stdout.take().ok_or("the program has no output")?;
    let mut line = String::new();
    let mut lines = BufReader::new(output);
    lines.read_line(&mut line)?;
    let address = line
        .split_whitespace()
        .find_map(|word| word.strip_prefix("http://"))
        .ok_or("the program did not say where it listens")?
        .to_owned();
    while ask(&address, "/readyz").unwrap_or(0) != 200 {
        if begun.elapsed() > Duration::from_mins(1) {
            return Err("the program was not ready after a minute".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let ready_after = begun.elapsed();
    std::thread::sleep(Duration::from_secs(1));
    let idle = Memory::of(process);
    let after_page = match page {
        Some(page) => {
            for _ in 0..20 {
                let status = ask(&address, page)?;
                if status != 200 {
                    return Err(format!("the program answered {status} to {page}").into());
                }
            }
            Memory::of(process)
        }
        None => None,
    };
    Ok(Start {
        ready_after,
        idle,
        after_page,
    })
}

fn ask(address: &str, path: &str) -> Outcome<u16> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = String::from_utf8_lossy(answer.get(..15).unwrap_or(&answer)).into_owned();
    Ok(head
        .split_whitespace()
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0))
}
