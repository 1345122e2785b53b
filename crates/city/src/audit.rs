//! The audit log: who did what, when, to what, as a hash chain.
//!
//! Each line's hash covers the hash of the line before it, so that a changed, removed or inserted line
//! breaks the chain at that place. [`verify`] checks it without trusting the program that wrote it.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value as Json;

use crate::{
    database::is_sqlite,
    error::CityError,
    sql::{Sql as _, Together, placeholders},
};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The program itself, by the name of the job.
    Program(String),
    /// Somebody at the command line of the server.
    CommandLine,
    /// A member of staff, by account number.
    Staff(i64),
    /// Another system, by the name of its access token.
    System(String),
    /// A signed-in resident, by number.
    Resident(i64),
    /// Anybody who is not signed in.
    Public,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Program(name) => write!(formatter, "program:{name}"),
            Self::CommandLine => formatter.write_str("command_line"),
            Self::Staff(account) => write!(formatter, "staff:{account}"),
            Self::System(name) => write!(formatter, "system:{name}"),
            Self::Resident(number) => write!(formatter, "resident:{number}"),
            Self::Public => formatter.write_str("public"),
        }
    }
}

/// One line to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// What was done, such as `plan.import`.
    pub action: &'static str,
    /// What it was done to, such as `plan/sumikawa-2022`; nothing personal.
    pub target: String,
    /// Further facts of the act as JSON: what changed, and why.
    pub detail: Json,
}

impl AuditEntry {
    /// A line without further detail.
    pub fn new(action: &'static str, target: impl Into<String>) -> Self {
        Self {
            action,
            target: target.into(),
            detail: Json::Null,
        }
    }

    /// Adds the detail.
    #[must_use]
    pub fn with(mut self, detail: Json) -> Self {
        self.detail = detail;
        self
    }
}

/// One line as written.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct AuditRecord {
    /// Its place in the chain, from 1 without gaps.
    pub number: i64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub target: String,
    /// Further facts as JSON text.
    pub detail: String,
    /// The hash of the line before it.
    pub previous_hash: String,
    /// The hash of this line.
    pub hash: String,
}

/// Lines of one statement.
const CHUNK: usize = 100;

const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn hash_of(record: &AuditRecord) -> String {
    let mut hasher = blake3::Hasher::new();
    let number = record.number.to_string();
    let at = record.at.to_string();
    for part in [
        &record.previous_hash,
        &number,
        &at,
        &record.actor,
        &record.action,
        &record.target,
        &record.detail,
    ] {
        // The length before each part: no two different lines make the same bytes.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

#[derive(FromQueryResult)]
struct Head {
    number: i64,
    hash: String,
}

/// On PostgreSQL the row lock makes writers take turns at the end of the chain, until they commit.
fn head(connection: &impl ConnectionTrait) -> String {
    let lock = if is_sqlite(connection) {
        ""
    } else {
        " FOR UPDATE"
    };
    format!("SELECT number, hash FROM audit_head WHERE id = 1{lock}")
}

/// Takes the end of the chain before anything else that writers wait for: whoever needs both takes them in this order, so that no two
/// wait for each other.
pub(crate) async fn hold_end(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    if !is_sqlite(connection) {
        connection.run(&head(connection), []).await?;
    }
    Ok(())
}

/// Carries out what was kept for the end of a write and appends lines to the chain. What writers wait for (the roll-ups and the end of
/// the chain) is held from here to the commit and no longer.
pub(crate) async fn append(
    connection: &impl ConnectionTrait,
    at: Timestamp,
    actor: &Actor,
    entries: Vec<AuditEntry>,
    kept: Together,
) -> Result<(), CityError> {
    const COLUMNS: usize = 8;
    if entries.is_empty() {
        kept.run(connection).await?;
        return Ok(());
    }
    let found: Option<Head> = kept.row(connection, &head(connection), []).await?;
    let mut end = found.unwrap_or(Head {
        number: 0,
        hash: FIRST.to_owned(),
    });
    let mut together = Together::new();
    for entries in entries.chunks(CHUNK) {
        let mut values = Vec::with_capacity(entries.len() * COLUMNS);
        for entry in entries {
            let mut record = AuditRecord {
                number: end.number + 1,
                at: at.as_microsecond(),
                actor: actor.to_string(),
                action: entry.action.to_owned(),
                target: entry.target.clone(),
                detail: if entry.detail.is_null() {
                    String::new()
                } else {
                    entry.detail.to_string()
                },
                previous_hash: end.hash,
                hash: String::new(),
            };
            record.hash = hash_of(&record);
            end = Head {
                number: record.number,
                hash: record.hash.clone(),
            };
            values.extend([
                record.number.into(),
                record.at.into(),
                record.actor.into(),
                record.action.into(),
                record.target.into(),
                record.detail.into(),
                record.previous_hash.into(),
                record.hash.into(),
            ]);
        }
        together.add(
            format!(
                "INSERT INTO audit_log (number, at, actor, action, target, detail, previous_hash, hash) VALUES {}",
                placeholders(entries.len(), COLUMNS)
            ),
            values,
        );
    }
    together.add(
        "UPDATE audit_head SET number = $1, hash = $2 WHERE id = 1",
        [end.number.into(), end.hash.into()],
    );
    together.run(connection).await?;
    Ok(())
}

/// What checking the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// How many lines were read.
    pub lines: i64,
    /// The hash at the end, to be noted down outside the database.
    pub head: String,
    /// The first line that does not fit, and what is wrong with it.
    pub broken: Option<(i64, &'static str)>,
}

/// Reads the whole chain and recomputes every hash.
///
/// # Errors
/// When the database does not answer.
pub async fn verify(connection: &impl ConnectionTrait) -> Result<AuditReport, DbErr> {
    const PAGE: i64 = 2_000;
    let mut report = AuditReport {
        lines: 0,
        head: FIRST.to_owned(),
        broken: None,
    };
    loop {
        let page: Vec<AuditRecord> = connection
            .rows(
                "SELECT number, at, actor, action, target, detail, previous_hash, hash FROM audit_log
                 WHERE number > $1 ORDER BY number LIMIT $2",
                [report.lines.into(), PAGE.into()],
            )
            .await?;
        if page.is_empty() {
            break;
        }
        for record in page {
            if record.number != report.lines + 1 {
                report.broken = Some((report.lines + 1, "the line is missing"));
                return Ok(report);
            }
            if record.previous_hash != report.head {
                report.broken = Some((record.number, "it does not follow from the line before it"));
                return Ok(report);
            }
            if record.hash != hash_of(&record) {
                report.broken = Some((
                    record.number,
                    "its contents were changed after it was written",
                ));
                return Ok(report);
            }
            report.lines = record.number;
            report.head = record.hash;
        }
    }
    let head: Option<String> = connection
        .value("SELECT hash FROM audit_head WHERE id = 1", [])
        .await?;
    if head.as_deref() != Some(report.head.as_str()) {
        report.broken = Some((report.lines + 1, "lines at the end were removed"));
    }
    Ok(report)
}
