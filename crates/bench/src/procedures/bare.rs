//! The rows of an application written by hand: plain INSERTs into the same tables of a city of its own, in one transaction,
//! over connections that know nothing of Yakuba.

use std::{
    path::Path,
    sync::atomic::{AtomicI64, Ordering},
};

use sea_orm::sqlx::{self, Connection as _};
use yakuba_city::{City, sql::Sql as _};

use crate::{Outcome, connections::Connections};

/// The sealed parts of an application, as large as ours are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bytes {
    key: Vec<u8>,
    receipt: Vec<u8>,
    contact: Vec<u8>,
    answers: Vec<u8>,
    about: Vec<u8>,
    contents: Vec<u8>,
    mail: Vec<u8>,
}

impl Bytes {
    /// As large as those of the application that a city received last.
    pub(crate) async fn as_in(city: &City) -> Outcome<Self> {
        let size = async |sql: &str| -> Outcome<Vec<u8>> {
            let size: Option<i64> = city.db().value(sql, []).await?;
            let size = usize::try_from(size.ok_or("nothing was received yet")?)?;
            Ok((0..size)
                .map(|place| u8::try_from(place * 31 % 251).unwrap_or(0))
                .collect())
        };
        let of = |column: &str, table: &str| {
            format!(
                "SELECT CAST(length({column}) AS BIGINT) FROM {table} WHERE case_id = (SELECT MAX(id) FROM procedures_cases)"
            )
        };
        Ok(Self {
            key: size(&of("sealed", "procedures_case_keys")).await?,
            receipt: size(&of("receipt", "procedures_case_contacts")).await?,
            contact: size(&of("contact", "procedures_case_contacts")).await?,
            answers: size(&of("sealed", "procedures_case_answers")).await?,
            about: size(&of("about", "procedures_case_files")).await?,
            contents: size(&of("contents", "procedures_case_files")).await?,
            mail: size(
                "SELECT CAST(length(sealed) AS BIGINT) FROM mails WHERE id = (SELECT MAX(id) FROM mails)",
            )
            .await?,
        })
    }
}

/// The tables an application adds rows to, and how many to each.
pub(crate) const ROWS: [(&str, i64); 10] = [
    ("procedures_cases", 1),
    ("procedures_case_keys", 1),
    ("procedures_case_contacts", 1),
    ("procedures_case_answers", 1),
    ("procedures_case_files", 1),
    ("procedures_case_history", 1),
    ("facts", 1),
    ("jobs", 2),
    ("mails", 1),
    ("audit_log", 1),
];

/// A plain writer of the rows of applications.
pub(crate) struct Bare {
    connections: Connections,
    bytes: Bytes,
    next: AtomicI64,
}

macro_rules! write_rows {
    ($transaction:expr, $bytes:expr, $number:expr) => {{
        let number: i64 = $number;
        let bytes: &Bytes = $bytes;
        let transaction = &mut *$transaction;
        let at = 1_790_000_000_000_000_i64 + number;
        let case: i64 = sqlx::query_scalar(
            "INSERT INTO procedures_cases (reference, submission, procedure_key, procedure_version, department, channel, stage,
               received_at, due_on, resident, person, revision)
             VALUES ($1, $2, 'dog-registration', 1, 'environment', 'online', 'received', $3, '2026-11-30', NULL, $4, 1) RETURNING id",
        )
        .bind(format!("{number:064x}"))
        .bind(format!("draft/{number}"))
        .bind(at)
        .bind(format!("{:064x}", number / 3))
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::query("INSERT INTO procedures_case_keys (case_id, sealed) VALUES ($1, $2)")
            .bind(case)
            .bind(bytes.key.as_slice())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO procedures_case_contacts (case_id, receipt, contact) VALUES ($1, $2, $3)")
            .bind(case)
            .bind(bytes.receipt.as_slice())
            .bind(bytes.contact.as_slice())
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO procedures_case_answers (case_id, number, sealed, made_at, made_by) VALUES ($1, 1, $2, $3, 'public')",
        )
        .bind(case)
        .bind(bytes.answers.as_slice())
        .bind(at)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO procedures_case_files (case_id, key, use_for, about, contents, size, kept_at)
             VALUES ($1, $2, 'answer', $3, $4, $5, $6)",
        )
        .bind(case)
        .bind(format!("file-{number}"))
        .bind(bytes.about.as_slice())
        .bind(bytes.contents.as_slice())
        .bind(i64::try_from(bytes.contents.len())?)
        .bind(at)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            r#"INSERT INTO procedures_case_history (case_id, at, actor, what, detail)
               VALUES ($1, $2, 'public', 'received', '{"what":"received"}')"#,
        )
        .bind(case)
        .bind(at)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO facts (measure, at, day, fiscal_year, department, channel, subject, quantity, sign, corrects, source,
               record, idempotency_key, recorded_at)
             VALUES ('procedures.received', $1, '2026-11-21', 2026, 'environment', 'online', 'dog-registration', 1000, 1, NULL,
               'public', $2, NULL, $1)",
        )
        .bind(at)
        .bind(format!("procedures_cases/{case}"))
        .execute(&mut *transaction)
        .await?;
        let mail: i64 = sqlx::query_scalar(
            "INSERT INTO mails (sealed, state, written_at, useless_after, tries) VALUES ($1, 'waiting', $2, NULL, 0) RETURNING id",
        )
        .bind(bytes.mail.as_slice())
        .bind(at)
        .fetch_one(&mut *transaction)
        .await?;
        for (name, payload) in [
            ("procedures.queue_deliveries", format!("{{\"case\":{case}}}")),
            ("mail.send", format!("{{\"mail\":{mail}}}")),
        ] {
            sqlx::query(
                "INSERT INTO jobs (name, payload, deduplicate, state, attempts, run_at, enqueued_at)
                 VALUES ($1, $2, NULL, 'waiting', 0, $3, $3)",
            )
            .bind(name)
            .bind(payload)
            .bind(at)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query(
            "INSERT INTO audit_log (number, at, actor, action, target, detail, previous_hash, hash)
             VALUES ($1, $2, 'public', 'procedures.receive', $3, '', $4, $5)",
        )
        .bind(number)
        .bind(at)
        .bind(format!("procedures/cases/{case}"))
        .bind(format!("{:064x}", number - 1))
        .bind(format!("{number:064x}"))
        .execute(&mut *transaction)
        .await?;
    }};
}

impl Bare {
    /// Over a file of its own with the same tables, as safe as Yakuba's.
    pub(crate) async fn on_sqlite(file: &Path, bytes: Bytes) -> Outcome<Self> {
        Ok(Self::over(Connections::on_sqlite(file).await?, bytes))
    }

    /// Over a schema of its own with the same tables.
    pub(crate) async fn on_postgres(url: &str, schema: &str, bytes: Bytes) -> Outcome<Self> {
        Ok(Self::over(
            Connections::on_postgres(url, schema).await?,
            bytes,
        ))
    }

    fn over(connections: Connections, bytes: Bytes) -> Self {
        Self {
            connections,
            bytes,
            next: AtomicI64::new(1_000_000),
        }
    }

    /// Writes the rows of one application, durable when this returns.
    // A benchmark by hand does not go through the write door.
    #[allow(clippy::disallowed_methods)]
    pub(crate) async fn write(&self) -> Outcome<()> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        match &self.connections {
            Connections::Sqlite(connection) => {
                let mut connection = connection.lock().await;
                let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
                write_rows!(transaction, &self.bytes, number);
                transaction.commit().await?;
            }
            Connections::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                write_rows!(transaction, &self.bytes, number);
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}
