//! `yakuba doctor`: checks what a city needs, and says how to mend what is missing.

use std::path::Path;

use sea_orm::FromQueryResult;
use yakuba_city::{
    City, DatabaseUrl, backup::KEY_FILE, dead_jobs, last_recount, setting, sql::Sql as _,
};

use super::say;
use crate::{
    failure::{Failure, Outcome},
    place::Place,
    services,
};

/// Below this the disk is nearly full.
const LITTLE_ROOM: u64 = 1024 * 1024 * 1024;
/// Below this writing may stop at any moment.
const NO_ROOM: u64 = 100 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Fine,
    Warning,
    Failed,
}

/// What one check found.
struct Finding {
    level: Level,
    what: &'static str,
    found: String,
    /// What to do; empty when all is well.
    mend: String,
}

impl Finding {
    fn fine(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            level: Level::Fine,
            what,
            found: found.into(),
            mend: String::new(),
        }
    }

    fn warning(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            what,
            found: found.into(),
            mend: mend.into(),
        }
    }

    fn failed(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            level: Level::Failed,
            what,
            found: found.into(),
            mend: mend.into(),
        }
    }

    fn print(&self) {
        let level = match self.level {
            Level::Fine => "ok  ",
            Level::Warning => "warn",
            Level::Failed => "FAIL",
        };
        if self.mend.is_empty() {
            say(format_args!("{level}  {}: {}", self.what, self.found));
        } else {
            say(format_args!(
                "{level}  {}: {}. {}.",
                self.what, self.found, self.mend
            ));
        }
    }
}

pub(super) async fn run(place: &Place) -> Result<Outcome, Failure> {
    let settings = &place.settings;
    let mut findings = vec![
        Finding::fine("program", env!("CARGO_PKG_VERSION")),
        folder(&settings.data_directory),
        Finding::fine("database", settings.database.shown()),
        writable(&settings.data_directory),
        room(&settings.data_directory),
        key(&settings.data_directory),
        clock(place),
    ];
    if place.has_city() {
        match place.open().await {
            Ok(city) => in_the_city(&city, &mut findings).await?,
            Err(failure) => findings.push(Finding::failed(
                "opening",
                failure.to_string(),
                "Mend this first; the checks inside the city come after it",
            )),
        }
    } else {
        findings.push(Finding::warning(
            "city",
            "there is none here yet",
            "Make one with `yakuba init`, or look around with `yakuba demo`",
        ));
    }
    for finding in &findings {
        finding.print();
    }
    let failed = findings
        .iter()
        .any(|finding| finding.level == Level::Failed);
    Ok(if failed {
        Outcome::NeedsReview
    } else {
        Outcome::Done
    })
}

fn folder(folder: &Path) -> Finding {
    const WHAT: &str = "data folder";
    #[cfg(unix)]
    if let Ok(found) = std::fs::metadata(folder) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Finding::warning(
                WHAT,
                format!(
                    "others on this machine may look into {} (mode {mode:o})",
                    folder.display()
                ),
                format!("Run chmod 700 {}", folder.display()),
            );
        }
    }
    Finding::fine(WHAT, folder.display().to_string())
}

fn writable(folder: &Path) -> Finding {
    const WHAT: &str = "data folder writable";
    if !folder.exists() {
        return Finding::warning(
            WHAT,
            "it does not exist yet",
            "The first command that writes makes it",
        );
    }
    let probe = folder.join(".doctor");
    let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => Finding::fine(WHAT, "yes"),
        Err(error) => Finding::failed(
            WHAT,
            error.to_string(),
            "Give it to the user that runs the program (chown), or choose another with --data",
        ),
    }
}

fn room(folder: &Path) -> Finding {
    const WHAT: &str = "room on the disk";
    let existing = folder
        .ancestors()
        .find(|folder| folder.exists() && !folder.as_os_str().is_empty());
    match rustix::fs::statvfs(existing.unwrap_or(Path::new("."))) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let found = format!("{} MB free", free / 1024 / 1024);
            let mend = "Make room: a full disk stops all writing";
            if free < NO_ROOM {
                Finding::failed(WHAT, found, mend)
            } else if free < LITTLE_ROOM {
                Finding::warning(WHAT, found, mend)
            } else {
                Finding::fine(WHAT, found)
            }
        }
        Err(error) => Finding::warning(WHAT, error.to_string(), "Look with df"),
    }
}

fn key(folder: &Path) -> Finding {
    const WHAT: &str = "city key";
    if std::env::var_os(yakuba_city::KEY_VARIABLE).is_some() {
        return Finding::fine(WHAT, "it comes from the environment");
    }
    let path = folder.join(KEY_FILE);
    let Ok(file) = std::fs::metadata(&path) else {
        return Finding::warning(
            WHAT,
            format!("{} is not there", path.display()),
            "It is made with the city; after a restore put the copy you kept there",
        );
    };
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Finding::failed(
                WHAT,
                format!("others may read it (mode {mode:o})"),
                format!("Run chmod 600 {}", path.display()),
            );
        }
    }
    let _ = file;
    Finding::fine(WHAT, "only its owner may read it")
}

fn clock(place: &Place) -> Finding {
    const WHAT: &str = "clock";
    let now = place.settings.clock.now();
    let today = place.settings.clock.today();
    // This program was written in 2026: no right clock shows an earlier year.
    if today.year() < 2026 {
        return Finding::failed(
            WHAT,
            format!("it shows {now}"),
            "Set the clock (NTP): fiscal years follow it",
        );
    }
    Finding::fine(WHAT, format!("{now}, in Japan it is {today}"))
}

async fn in_the_city(city: &City, findings: &mut Vec<Finding>) -> Result<(), Failure> {
    match setting(city.db(), "city.name").await? {
        Some(name) => findings.push(Finding::fine("city", name)),
        None => findings.push(Finding::warning(
            "city",
            "it has no name yet",
            "Run `yakuba init`",
        )),
    }
    findings.push(tables(city).await?);
    if matches!(city.database(), DatabaseUrl::Sqlite(_)) {
        findings.push(journal(city).await?);
    }
    findings.push(recounted(city).await?);
    findings.push(match yakuba_mail::SmtpSettings::from_environment() {
        Ok(Some(_)) => Finding::fine("mail server", "set"),
        Ok(None) => Finding::warning(
            "mail server",
            "none: mail is not sent but shown on /desk/mail",
            "Set YAKUBA_SMTP_URL and YAKUBA_MAIL_FROM",
        ),
        Err(error) => Finding::failed("mail server", error.to_string(), "Correct the setting"),
    });
    findings.push(scanner());
    findings.push(detector().await);
    let dead = dead_jobs(city.db()).await?;
    findings.push(if dead.is_empty() {
        Finding::fine("jobs", "none given up")
    } else {
        let mut names: Vec<&str> = dead.iter().map(|job| job.name.as_str()).collect();
        names.dedup();
        Finding::warning(
            "jobs",
            format!("{} were given up ({})", dead.len(), names.join(", ")),
            "The log says why; mend the cause and start them again",
        )
    });
    for (name, value) in yakuba_city::all_settings(city.db()).await? {
        // Texts and sources of measures are content, not configuration.
        if !name.starts_with("city.") && !name.starts_with("measure.") {
            let shown = if is_secret(&name) {
                "(hidden)".to_owned()
            } else {
                value
            };
            findings.push(Finding {
                level: Level::Fine,
                what: "setting",
                found: format!("{name} = {shown}"),
                mend: String::new(),
            });
        }
    }
    Ok(())
}

/// Whether a setting's value must not be shown: anything whose name says so, and what nobody thought of.
fn is_secret(name: &str) -> bool {
    ["secret", "password", "token", "key", "credential"]
        .iter()
        .any(|word| name.to_ascii_lowercase().contains(word))
}

/// Whether the program that finds faces in pictures can be run.
async fn detector() -> Finding {
    use yakuba_reports::detector::{VARIABLE, from_environment, try_out};
    const WHAT: &str = "face detector";
    let Some(program) = from_environment() else {
        return Finding::fine(
            WHAT,
            format!("none: staff look for faces in pictures. {VARIABLE}=PATH names a program"),
        );
    };
    match try_out(&program).await {
        Ok(()) => Finding::fine(WHAT, "answers"),
        Err(error) => Finding::failed(
            WHAT,
            error.to_string(),
            "Until it answers, staff must look for faces themselves",
        ),
    }
}

/// Whether files that residents send can be scanned for viruses.
fn scanner() -> Finding {
    use yakuba_forms::files::scanner::{VARIABLE, from_environment, try_out};
    match from_environment() {
        Ok(None) => Finding::fine(
            "virus scanner",
            format!(
                "none: files are taken unscanned. {VARIABLE}=tcp://127.0.0.1:3310 names a clamd"
            ),
        ),
        Ok(Some(address)) => match try_out(&address) {
            Ok(()) => Finding::fine("virus scanner", "answers"),
            Err(error) => Finding::failed(
                "virus scanner",
                error.to_string(),
                "Until it answers, nobody can send a file",
            ),
        },
        Err(error) => Finding::failed("virus scanner", error.to_string(), "Correct the setting"),
    }
}

async fn tables(city: &City) -> Result<Finding, Failure> {
    #[derive(FromQueryResult)]
    struct Row {
        version: String,
    }
    const WHAT: &str = "tables";
    let version: Option<String> = match city.database() {
        DatabaseUrl::Sqlite(_) => city.db().value("SELECT sqlite_version()", []).await?,
        DatabaseUrl::Postgres { .. } => city.db().value("SHOW server_version", []).await?,
    };
    let done: Vec<Row> = city
        .db()
        .rows("SELECT version FROM seaql_migrations ORDER BY version", [])
        .await?;
    let wanted: Vec<&str> = services::all()
        .iter()
        .flat_map(|service| service.migrations())
        .map(|step| step.name)
        .collect();
    let missing = wanted
        .iter()
        .filter(|step| !done.iter().any(|row| row.version == **step))
        .count();
    let version = version.unwrap_or_default();
    if missing > 0 {
        return Ok(Finding::failed(
            WHAT,
            format!("{missing} steps were not carried out"),
            "Start the program once; if that does not help, report it",
        ));
    }
    Ok(Finding::fine(
        WHAT,
        format!(
            "{} steps carried out (database version {version})",
            done.len()
        ),
    ))
}

async fn journal(city: &City) -> Result<Finding, Failure> {
    const WHAT: &str = "write-ahead log";
    let mode: Option<String> = city.db().value("PRAGMA journal_mode", []).await?;
    let sound: Option<String> = city.db().value("PRAGMA quick_check(1)", []).await?;
    if sound.as_deref() != Some("ok") {
        return Ok(Finding::failed(
            "database file",
            sound.unwrap_or_default(),
            "Stop the program, keep the file, and restore the newest backup",
        ));
    }
    Ok(match mode.as_deref() {
        Some("wal") => Finding::fine(WHAT, "on; the file is sound"),
        other => Finding::failed(
            WHAT,
            format!("the mode is {}", other.unwrap_or("unknown")),
            "Put the data folder on a local disk: network drives cannot do it",
        ),
    })
}

async fn recounted(city: &City) -> Result<Finding, Failure> {
    const WHAT: &str = "last recount";
    let mend = "Run `yakuba plan recount`";
    Ok(match last_recount(city.db()).await? {
        None => Finding::warning(WHAT, "never", mend),
        Some((at, facts, 0)) => {
            let days = (city.now().as_second() - at.as_second()) / 86_400;
            let found = format!("{facts} facts {days} days ago, no difference");
            if days > 7 {
                Finding::warning(WHAT, found, mend)
            } else {
                Finding::fine(WHAT, found)
            }
        }
        Some((at, _, differences)) => Finding::failed(
            WHAT,
            format!("{differences} differences at {at}"),
            "Run `yakuba plan recount` and look at what differs before publishing",
        ),
    })
}
