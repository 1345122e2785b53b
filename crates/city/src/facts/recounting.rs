//! Counting all facts again and comparing with the roll-ups.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::sql::Sql as _;

/// A place where a roll-up did not agree with the facts below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecountDifference {
    /// Which roll-up: measure, day or year, and dimensions.
    pub what: String,
    /// The sum stored, in thousandths.
    pub stored: Option<i64>,
    /// The sum of the facts, in thousandths.
    pub counted: Option<i64>,
}

/// What a recount found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecountReport {
    /// How many facts were counted.
    pub facts: i64,
    /// Where the roll-ups disagreed, at most 100; empty is good.
    pub differences: Vec<RecountDifference>,
}

#[derive(FromQueryResult)]
struct DifferenceRow {
    measure: String,
    day: String,
    department: String,
    channel: String,
    subject: String,
    stored: Option<i64>,
    counted: Option<i64>,
}

/// Counts all facts again and compares with both roll-ups. Writes nothing; see [`crate::Tx::note_recount`].
///
/// # Errors
/// When the database does not answer.
pub async fn recount(connection: &impl ConnectionTrait) -> Result<RecountReport, DbErr> {
    let facts: i64 = connection
        .value("SELECT COUNT(*) FROM facts", [])
        .await?
        .unwrap_or(0);
    let counted_days =
        "SELECT measure, day, department, channel, subject, CAST(SUM(quantity) AS BIGINT) AS total,
                               CAST(SUM(sign) AS BIGINT) AS count
                        FROM facts GROUP BY measure, day, department, channel, subject";
    let days: Vec<DifferenceRow> = connection
        .rows(
            &format!(
                "SELECT COALESCE(c.measure, s.measure) AS measure, COALESCE(c.day, s.day) AS day,
                        COALESCE(c.department, s.department) AS department, COALESCE(c.channel, s.channel) AS channel,
                        COALESCE(c.subject, s.subject) AS subject, s.total AS stored, c.total AS counted
                 FROM ({counted_days}) c FULL OUTER JOIN fact_days s
                   ON s.measure = c.measure AND s.day = c.day AND s.department = c.department
                  AND s.channel = c.channel AND s.subject = c.subject
                 WHERE s.total IS NULL OR c.total IS NULL OR s.total <> c.total OR s.count <> c.count LIMIT 50"
            ),
            [],
        )
        .await?;
    // fact_days was compared with the facts above, so the years need only agree with the days.
    let counted_years = "SELECT measure, fiscal_year, department, channel, subject,
                                CAST(SUM(total) AS BIGINT) AS total, CAST(SUM(count) AS BIGINT) AS count
                         FROM fact_days GROUP BY measure, fiscal_year, department, channel, subject";
    // Years are compared as numbers and only shown as text, so that the primary key finds each row.
    let years: Vec<DifferenceRow> = connection
        .rows(
            &format!(
                "SELECT COALESCE(c.measure, s.measure) AS measure,
                        CAST(COALESCE(c.fiscal_year, s.fiscal_year) AS TEXT) AS day,
                        COALESCE(c.department, s.department) AS department, COALESCE(c.channel, s.channel) AS channel,
                        COALESCE(c.subject, s.subject) AS subject, s.total AS stored, c.total AS counted
                 FROM ({counted_years}) c FULL OUTER JOIN fact_years s
                   ON s.measure = c.measure AND s.fiscal_year = c.fiscal_year AND s.department = c.department
                  AND s.channel = c.channel AND s.subject = c.subject
                 WHERE s.total IS NULL OR c.total IS NULL OR s.total <> c.total OR s.count <> c.count LIMIT 50"
            ),
            [],
        )
        .await?;
    let differences = days
        .into_iter()
        .chain(years)
        .map(|row| RecountDifference {
            what: [
                row.measure,
                row.day,
                row.department,
                row.channel,
                row.subject,
            ]
            .join(" "),
            stored: row.stored,
            counted: row.counted,
        })
        .collect();
    Ok(RecountReport { facts, differences })
}

/// When the facts were last recounted, how many there were, and how many differences were found.
///
/// # Errors
/// When the database does not answer.
pub async fn last_recount(
    connection: &impl ConnectionTrait,
) -> Result<Option<(Timestamp, i64, i64)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        at: i64,
        facts: i64,
        differences: i64,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT at, facts, differences FROM recounts ORDER BY id DESC LIMIT 1",
            [],
        )
        .await?;
    Ok(row.and_then(|row| {
        Some((
            Timestamp::from_microsecond(row.at).ok()?,
            row.facts,
            row.differences,
        ))
    }))
}
