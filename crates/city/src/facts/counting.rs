//! The daily counts and the facts of one day.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use yakuba_kernel::{FiscalYear, MeasureName};

use super::{STORED, StoredFact};
use crate::sql::Sql as _;

/// The sums of one day.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct DayTotal {
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// The department, or empty.
    pub department: String,
    /// The channel, or empty.
    pub channel: String,
    /// The subject, or empty.
    pub subject: String,
    /// The sum in thousandths.
    pub total: i64,
    /// How many facts, corrections taken off.
    pub count: i64,
    /// The largest quantity in thousandths.
    pub maximum: Option<i64>,
}

/// The sums of a measure for each day of a fiscal year, over all dimensions.
///
/// # Errors
/// When the database does not answer.
pub async fn days_of(
    connection: &impl ConnectionTrait,
    measure: &MeasureName,
    fiscal_year: FiscalYear,
) -> Result<Vec<DayTotal>, DbErr> {
    connection
        .rows(
            "SELECT day, '' AS department, '' AS channel, '' AS subject, CAST(SUM(total) AS BIGINT) AS total,
                    CAST(SUM(count) AS BIGINT) AS count, MAX(maximum) AS maximum
             FROM fact_days WHERE measure = $1 AND fiscal_year = $2 GROUP BY day ORDER BY day",
            [measure.as_str().into(), i64::from(fiscal_year.year()).into()],
        )
        .await
}

/// The sums of a measure on one day, by every combination of dimensions.
///
/// # Errors
/// When the database does not answer.
pub async fn day_totals(
    connection: &impl ConnectionTrait,
    measure: &MeasureName,
    day: Date,
) -> Result<Vec<DayTotal>, DbErr> {
    connection
        .rows(
            "SELECT day, department, channel, subject, total, count, maximum FROM fact_days
             WHERE measure = $1 AND day = $2 ORDER BY department, channel, subject",
            [measure.as_str().into(), day.to_string().into()],
        )
        .await
}

/// The sums of a measure over one month in one combination of dimensions.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct MonthTotal {
    /// The month, `YYYY-MM`.
    pub month: String,
    /// The department, or empty.
    pub department: String,
    /// The channel, or empty.
    pub channel: String,
    /// The subject, or empty.
    pub subject: String,
    /// The sum in thousandths.
    pub total: i64,
    /// How many facts, corrections taken off.
    pub count: i64,
}

/// The sums of a measure for each month before a day, by every combination of dimensions, in order.
///
/// # Errors
/// When the database does not answer.
pub async fn month_totals(
    connection: &impl ConnectionTrait,
    measure: &MeasureName,
    before: Date,
) -> Result<Vec<MonthTotal>, DbErr> {
    connection
        .rows(
            "SELECT substr(day, 1, 7) AS month, department, channel, subject,
                    CAST(SUM(total) AS BIGINT) AS total, CAST(SUM(count) AS BIGINT) AS count
             FROM fact_days WHERE measure = $1 AND day < $2
             GROUP BY substr(day, 1, 7), department, channel, subject ORDER BY 1, 2, 3, 4",
            [measure.as_str().into(), before.to_string().into()],
        )
        .await
}

/// The facts of a measure on one day, oldest first, at most `limit` after the fact numbered `after`.
///
/// # Errors
/// When the database does not answer.
pub async fn facts_of_day(
    connection: &impl ConnectionTrait,
    measure: &MeasureName,
    day: Date,
    after: i64,
    limit: u64,
) -> Result<Vec<StoredFact>, DbErr> {
    connection
        .rows(
            &format!(
                "SELECT id, {STORED} FROM facts WHERE measure = $1 AND day = $2 AND id > $3 ORDER BY id LIMIT {limit}"
            ),
            [measure.as_str().into(), day.to_string().into(), after.into()],
        )
        .await
}
