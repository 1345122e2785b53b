//! The same queries written by hand: bare SQL on the same file, over a connection that knows nothing of Yakuba.

use std::path::Path;

use sea_orm::sqlx::{
    self, AssertSqlSafe, ConnectOptions as _, Executor as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

use crate::{
    Outcome,
    made_up::{OPENED_DAY, OPENED_YEAR, measures},
};

/// Measure, year, department, channel, subject, total, count, maximum.
type YearRow = (String, i64, String, String, String, i64, i64, Option<i64>);
/// Day, total, count, maximum.
type DayRow = (String, i64, i64, Option<i64>);
/// Day, department, channel, subject, total, count, maximum.
type PartRow = (String, String, String, String, i64, i64, Option<i64>);

/// A connection for reading, with the settings that Yakuba's readers have.
pub(crate) async fn reader(file: &Path) -> Outcome<SqliteConnection> {
    Ok(SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .pragma("query_only", "ON")
        .pragma("busy_timeout", "10000")
        .pragma("cache_size", "-8000")
        .disable_statement_logging()
        .connect()
        .await?)
}

/// The yearly sums of all measures of the plan. Returns how many rows there are.
pub(crate) async fn year_totals(connection: &mut SqliteConnection) -> Outcome<usize> {
    let marks = vec!["?"; measures().count()].join(", ");
    let sql = format!(
        "SELECT measure, fiscal_year, department, channel, subject, total, count, maximum FROM fact_years
         WHERE measure IN ({marks})"
    );
    let mut query = sqlx::query_as::<_, YearRow>(AssertSqlSafe(sql));
    for measure in measures() {
        query = query.bind(measure);
    }
    Ok(query.fetch_all(connection).await?.len())
}

/// The yearly sums of the measure of the opened figure. Returns how many rows there are.
pub(crate) async fn year_totals_of_one(connection: &mut SqliteConnection) -> Outcome<usize> {
    let rows: Vec<YearRow> = sqlx::query_as(
        "SELECT measure, fiscal_year, department, channel, subject, total, count, maximum FROM fact_years
         WHERE measure = 'procedure.received'",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.len())
}

/// The daily sums of the opened year, of the part and of the whole.
pub(crate) async fn days_of_year(connection: &mut SqliteConnection) -> Outcome<usize> {
    let part: Vec<DayRow> = sqlx::query_as(
        "SELECT day, SUM(total), SUM(count), MAX(maximum) FROM fact_days
         WHERE measure = 'procedure.received' AND fiscal_year = ? AND channel = 'online' GROUP BY day ORDER BY day",
    )
    .bind(OPENED_YEAR)
    .fetch_all(&mut *connection)
    .await?;
    let whole: Vec<DayRow> = sqlx::query_as(
        "SELECT day, SUM(total), SUM(count), MAX(maximum) FROM fact_days
         WHERE measure = 'procedure.received' AND fiscal_year = ? GROUP BY day ORDER BY day",
    )
    .bind(OPENED_YEAR)
    .fetch_all(connection)
    .await?;
    Ok(part.len() + whole.len())
}

/// The sums of the opened day by dimensions, of the part and of the whole.
pub(crate) async fn parts_of_day(connection: &mut SqliteConnection) -> Outcome<usize> {
    let part: Vec<PartRow> = sqlx::query_as(
        "SELECT day, department, channel, subject, total, count, maximum FROM fact_days
         WHERE measure = 'procedure.received' AND day = ? AND channel = 'online' ORDER BY department, channel, subject",
    )
    .bind(OPENED_DAY)
    .fetch_all(&mut *connection)
    .await?;
    let whole: Vec<PartRow> = sqlx::query_as(
        "SELECT day, department, channel, subject, total, count, maximum FROM fact_days
         WHERE measure = 'procedure.received' AND day = ? ORDER BY department, channel, subject",
    )
    .bind(OPENED_DAY)
    .fetch_all(connection)
    .await?;
    Ok(part.len() + whole.len())
}

/// The opened year straight from the facts, as one would ask without roll-ups: what those save.
pub(crate) async fn days_of_year_from_facts(connection: &mut SqliteConnection) -> Outcome<usize> {
    let rows: Vec<DayRow> = sqlx::query_as(
        "SELECT day, SUM(quantity), SUM(sign), MAX(quantity) FROM facts
         WHERE measure = 'procedure.received' AND day BETWEEN ? AND ? GROUP BY day ORDER BY day",
    )
    .bind(format!("{OPENED_YEAR}-04-01"))
    .bind(format!("{}-03-31", OPENED_YEAR + 1))
    .fetch_all(connection)
    .await?;
    Ok(rows.len())
}

/// Counts all facts again and compares with both roll-ups. Returns the facts and the differences.
pub(crate) async fn recount(connection: &mut SqliteConnection) -> Outcome<(i64, i64)> {
    let (facts,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM facts")
        .fetch_one(&mut *connection)
        .await?;
    let (days,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM
           (SELECT measure, day, department, channel, subject, SUM(quantity) AS total, SUM(sign) AS count
            FROM facts GROUP BY measure, day, department, channel, subject) c
         FULL OUTER JOIN fact_days s ON s.measure = c.measure AND s.day = c.day AND s.department = c.department
           AND s.channel = c.channel AND s.subject = c.subject
         WHERE s.total IS NULL OR c.total IS NULL OR s.total <> c.total OR s.count <> c.count",
    )
    .fetch_one(&mut *connection)
    .await?;
    let (years,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM
           (SELECT measure, fiscal_year, department, channel, subject, SUM(total) AS total, SUM(count) AS count
            FROM fact_days GROUP BY measure, fiscal_year, department, channel, subject) c
         FULL OUTER JOIN fact_years s ON s.measure = c.measure AND s.fiscal_year = c.fiscal_year
           AND s.department = c.department AND s.channel = c.channel AND s.subject = c.subject
         WHERE s.total IS NULL OR c.total IS NULL OR s.total <> c.total OR s.count <> c.count",
    )
    .fetch_one(connection)
    .await?;
    Ok((facts, days + years))
}

/// A connection for writing to a file of its own, as safe as Yakuba's, with the table of facts and its indexes.
pub(crate) async fn writer(file: &Path) -> Outcome<SqliteConnection> {
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .pragma("journal_mode", "WAL")
        .pragma("synchronous", "FULL")
        .pragma("foreign_keys", "ON")
        .pragma("busy_timeout", "10000")
        .pragma("cache_size", "-16000")
        .disable_statement_logging()
        .connect()
        .await?;
    connection
        .execute(
            "CREATE TABLE facts (
               id INTEGER PRIMARY KEY AUTOINCREMENT, measure TEXT NOT NULL, at INTEGER NOT NULL, day TEXT NOT NULL,
               fiscal_year INTEGER NOT NULL, department TEXT NOT NULL, channel TEXT NOT NULL, subject TEXT NOT NULL,
               quantity INTEGER NOT NULL, sign INTEGER NOT NULL, corrects INTEGER UNIQUE REFERENCES facts (id),
               source TEXT NOT NULL, record TEXT, idempotency_key TEXT, recorded_at INTEGER NOT NULL);
             CREATE INDEX facts_measure_day ON facts (measure, day);
             CREATE UNIQUE INDEX facts_idempotency ON facts (source, idempotency_key) WHERE idempotency_key IS NOT NULL",
        )
        .await?;
    Ok(connection)
}

/// One row in a transaction of its own, durable when this returns.
pub(crate) async fn write_one(connection: &mut SqliteConnection, number: i64) -> Outcome<()> {
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO facts (measure, at, day, fiscal_year, department, channel, subject, quantity, sign, corrects,
           source, record, idempotency_key, recorded_at)
         VALUES ('procedure.received', ?, '2027-03-31', 2026, 'section-01', 'online', 'moving', 1000, 1, NULL,
           'bench', ?, NULL, ?)",
    )
    .bind(number)
    .bind(format!("record/{number}"))
    .bind(number)
    .execute(&mut *connection)
    .await?;
    sqlx::query("COMMIT").execute(connection).await?;
    Ok(())
}
