//! Facts: what services report, append-only, rolled up by day and by fiscal year in the same transaction.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear, MeasureName, Quantity, Subject};

use crate::{
    clock::date_in_japan,
    error::CityError,
    sql::{Sql as _, placeholders},
};

/// Something that happened, without anything personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What is counted.
    pub measure: MeasureName,
    /// When it happened; its fiscal year is that of the day in Japan.
    pub at: Timestamp,
    /// The department it belongs to.
    pub department: Option<DepartmentCode>,
    /// How it came in.
    pub channel: Option<Channel>,
    /// The thing it is about: a procedure, a facility, an answer. Never a person.
    pub subject: Option<Subject>,
    /// How much: 1 for a single event.
    pub quantity: Quantity,
    /// The record behind it, as `table/number`, for those who may open it.
    pub record: Option<String>,
    /// Makes recording it twice the same as once.
    pub idempotency_key: Option<String>,
}

impl Fact {
    /// One event of a measure at a moment.
    pub fn one(measure: &MeasureName, at: Timestamp) -> Self {
        Self {
            measure: measure.clone(),
            at,
            department: None,
            channel: None,
            subject: None,
            quantity: Quantity::ONE,
            record: None,
            idempotency_key: None,
        }
    }

    /// Sets the quantity.
    #[must_use]
    pub fn quantity(mut self, quantity: Quantity) -> Self {
        self.quantity = quantity;
        self
    }

    /// Sets the department.
    #[must_use]
    pub fn department(mut self, department: DepartmentCode) -> Self {
        self.department = Some(department);
        self
    }

    /// Sets the channel.
    #[must_use]
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channel = Some(channel);
        self
    }

    /// Sets the subject.
    #[must_use]
    pub fn subject(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Names the record behind the fact.
    #[must_use]
    pub fn record(mut self, record: impl Into<String>) -> Self {
        self.record = Some(record.into());
        self
    }

    /// Sets the key that makes recording it twice the same as once.
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }
}

/// The number of a stored fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(pub i64);

/// A fact as stored.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct StoredFact {
    /// Its number.
    pub id: i64,
    /// What is counted.
    pub measure: String,
    /// When it happened, in microseconds since 1970.
    pub at: i64,
    /// The day in Japan, `YYYY-MM-DD`.
    pub day: String,
    /// The fiscal year.
    pub fiscal_year: i64,
    /// The department, or empty.
    pub department: String,
    /// The channel, or empty.
    pub channel: String,
    /// The subject, or empty.
    pub subject: String,
    /// Thousandths.
    pub quantity: i64,
    /// 1, or -1 for a correction.
    pub sign: i64,
    /// The fact it takes back.
    pub corrects: Option<i64>,
    /// Who recorded it.
    pub source: String,
    /// The record behind it.
    pub record: Option<String>,
    /// When it was recorded, in microseconds since 1970.
    pub recorded_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct DayKey {
    measure: String,
    day: String,
    fiscal_year: i64,
    department: String,
    channel: String,
    subject: String,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    total: i64,
    count: i64,
    maximum: Option<i64>,
}

impl Sums {
    fn add(&mut self, quantity: i64, count: i64, maximum: Option<i64>) -> Result<(), CityError> {
        self.total = self
            .total
            .checked_add(quantity)
            .ok_or(CityError::QuantityOverflow)?;
        self.count += count;
        self.maximum = self.maximum.max(maximum);
        Ok(())
    }
}

const COLUMNS: &str = "measure, at, day, fiscal_year, department, channel, subject, quantity, sign, corrects, source, record, idempotency_key, recorded_at";
const CHUNK: usize = 500;

/// Stores facts and their roll-ups. Facts whose idempotency key is known and whose contents are the same are passed over.
/// Returns how many were new.
pub(crate) async fn append(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    source: &str,
    facts: &[Fact],
) -> Result<u64, CityError> {
    let mut new = 0;
    let mut days: BTreeMap<DayKey, Sums> = BTreeMap::new();
    for chunk in facts.chunks(CHUNK) {
        let known = known_keys(connection, source, chunk).await?;
        let mut seen: BTreeMap<&str, &Fact> = BTreeMap::new();
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 14);
        let mut rows = 0;
        for fact in chunk {
            let day = date_in_japan(fact.at);
            let key = DayKey {
                measure: fact.measure.as_str().to_owned(),
                day: day.to_string(),
                fiscal_year: i64::from(FiscalYear::from_date(day).year()),
                department: fact
                    .department
                    .as_ref()
                    .map_or_else(String::new, |code| code.as_str().to_owned()),
                channel: fact
                    .channel
                    .map_or_else(String::new, |channel| channel.as_str().to_owned()),
                subject: fact
                    .subject
                    .as_ref()
                    .map_or_else(String::new, |subject| subject.as_str().to_owned()),
            };
            let quantity = fact.quantity.thousandths();
            if let Some(idempotency_key) = &fact.idempotency_key {
                let same_before = known
                    .get(idempotency_key)
                    .map(|stored| stored.same_as(&key, fact.at, quantity));
                let same_here = seen
                    .insert(idempotency_key, fact)
                    .map(|earlier| earlier == fact);
                match same_before.or(same_here) {
                    Some(true) => continue,
                    Some(false) => {
                        return Err(CityError::IdempotencyConflict(idempotency_key.clone()));
                    }
                    None => {}
                }
            }
            values.extend([
                key.measure.clone().into(),
                fact.at.as_microsecond().into(),
                key.day.clone().into(),
                key.fiscal_year.into(),
                key.department.clone().into(),
                key.channel.clone().into(),
                key.subject.clone().into(),
                quantity.into(),
                1_i64.into(),
                Value::BigInt(None),
                source.into(),
                fact.record.clone().into(),
                fact.idempotency_key.clone().into(),
                now.as_microsecond().into(),
            ]);
            rows += 1;
            days.entry(key)
                .or_default()
                .add(quantity, 1, Some(quantity))?;
        }
        if rows > 0 {
            connection
                .run(
                    &format!(
                        "INSERT INTO facts ({COLUMNS}) VALUES {}",
                        placeholders(rows, 14)
                    ),
                    values,
                )
                .await?;
            new += rows as u64;
        }
    }
    roll_up(connection, days).await?;
    Ok(new)
}

#[derive(FromQueryResult)]
struct KnownFact {
    idempotency_key: String,
    measure: String,
    at: i64,
    department: String,
    channel: String,
    subject: String,
    quantity: i64,
}

impl KnownFact {
    fn same_as(&self, key: &DayKey, at: Timestamp, quantity: i64) -> bool {
        self.measure == key.measure
            && self.at == at.as_microsecond()
            && self.department == key.department
            && self.channel == key.channel
            && self.subject == key.subject
            && self.quantity == quantity
    }
}

async fn known_keys(
    connection: &impl ConnectionTrait,
    source: &str,
    facts: &[Fact],
) -> Result<BTreeMap<String, KnownFact>, DbErr> {
    let keys: Vec<&String> = facts
        .iter()
        .filter_map(|fact| fact.idempotency_key.as_ref())
        .collect();
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut values: Vec<Value> = vec![source.into()];
    values.extend(keys.iter().map(|key| Value::from((*key).clone())));
    let known: Vec<KnownFact> = connection
        .rows(
            &format!(
                "SELECT idempotency_key, measure, at, department, channel, subject, quantity FROM facts
                 WHERE source = $1 AND idempotency_key IN ({})",
                crate::sql::list(2, keys.len())
            ),
            values,
        )
        .await?;
    Ok(known
        .into_iter()
        .map(|fact| (fact.idempotency_key.clone(), fact))
        .collect())
}

async fn roll_up(
    connection: &impl ConnectionTrait,
    days: BTreeMap<DayKey, Sums>,
) -> Result<(), CityError> {
    let mut years: BTreeMap<DayKey, Sums> = BTreeMap::new();
    for (key, sums) in &days {
        let year_key = DayKey {
            day: String::new(),
            ..key.clone()
        };
        years
            .entry(year_key)
            .or_default()
            .add(sums.total, sums.count, sums.maximum)?;
    }
    let days: Vec<_> = days.into_iter().collect();
    for chunk in days.chunks(CHUNK) {
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 9);
        for (key, sums) in chunk {
            values.extend([
                key.measure.clone().into(),
                key.day.clone().into(),
                key.fiscal_year.into(),
                key.department.clone().into(),
                key.channel.clone().into(),
                key.subject.clone().into(),
                sums.total.into(),
                sums.count.into(),
                sums.maximum.into(),
            ]);
        }
        connection
            .run(
                &format!(
                    "INSERT INTO fact_days (measure, day, fiscal_year, department, channel, subject, total, count, maximum)
                     VALUES {}
                     ON CONFLICT (measure, day, department, channel, subject) DO UPDATE SET
                       total = fact_days.total + excluded.total,
                       count = fact_days.count + excluded.count,
                       maximum = CASE WHEN fact_days.maximum IS NULL OR excluded.maximum > fact_days.maximum
                                      THEN excluded.maximum ELSE fact_days.maximum END",
                    placeholders(chunk.len(), 9)
                ),
                values,
            )
            .await?;
    }
    let years: Vec<_> = years.into_iter().collect();
    for chunk in years.chunks(CHUNK) {
        let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 8);
        for (key, sums) in chunk {
            values.extend([
                key.measure.clone().into(),
                key.fiscal_year.into(),
                key.department.clone().into(),
                key.channel.clone().into(),
                key.subject.clone().into(),
                sums.total.into(),
                sums.count.into(),
                sums.maximum.into(),
            ]);
        }
        connection
            .run(
                &format!(
                    "INSERT INTO fact_years (measure, fiscal_year, department, channel, subject, total, count, maximum)
                     VALUES {}
                     ON CONFLICT (measure, fiscal_year, department, channel, subject) DO UPDATE SET
                       total = fact_years.total + excluded.total,
                       count = fact_years.count + excluded.count,
                       maximum = CASE WHEN fact_years.maximum IS NULL OR excluded.maximum > fact_years.maximum
                                      THEN excluded.maximum ELSE fact_years.maximum END",
                    placeholders(chunk.len(), 8)
                ),
                values,
            )
            .await?;
    }
    Ok(())
}

/// Takes a fact back with a fact of the opposite sign on the same day. The fact itself stays.
pub(crate) async fn take_back(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    source: &str,
    id: FactId,
) -> Result<StoredFact, CityError> {
    let fact: StoredFact = connection
        .row(
            &format!(
                "SELECT id, {} FROM facts WHERE id = $1 AND sign = 1",
                stored_columns()
            ),
            [id.0.into()],
        )
        .await?
        .ok_or(CityError::NotCorrectable)?;
    let inserted = connection
        .run(
            &format!(
                "INSERT INTO facts ({COLUMNS}) VALUES {}",
                placeholders(1, 14)
            ),
            [
                fact.measure.clone().into(),
                fact.at.into(),
                fact.day.clone().into(),
                fact.fiscal_year.into(),
                fact.department.clone().into(),
                fact.channel.clone().into(),
                fact.subject.clone().into(),
                (-fact.quantity).into(),
                (-1_i64).into(),
                Some(id.0).into(),
                source.into(),
                fact.record.clone().into(),
                Value::String(None),
                now.as_microsecond().into(),
            ],
        )
        .await;
    match inserted {
        Ok(_) => {}
        // UNIQUE (corrects): a fact can be taken back once.
        Err(error) if crate::sql::is_unique_violation(&error) => {
            return Err(CityError::NotCorrectable);
        }
        Err(error) => return Err(error.into()),
    }
    let dimensions: Vec<Value> = vec![
        fact.measure.clone().into(),
        fact.department.clone().into(),
        fact.channel.clone().into(),
        fact.subject.clone().into(),
    ];
    // A maximum cannot be taken back by adding: it is read again from the facts that still hold.
    let standing = "SELECT MAX(f.quantity) FROM facts f WHERE f.measure = $1 AND f.department = $2 AND f.channel = $3
                    AND f.subject = $4 AND f.sign = 1 AND NOT EXISTS (SELECT 1 FROM facts c WHERE c.corrects = f.id)";
    let mut of_day = dimensions.clone();
    of_day.push(fact.day.clone().into());
    of_day.push(fact.quantity.into());
    connection
        .run(
            &format!(
                "UPDATE fact_days SET total = total - $6, count = count - 1, maximum = ({standing} AND f.day = $5)
                 WHERE measure = $1 AND department = $2 AND channel = $3 AND subject = $4 AND day = $5"
            ),
            of_day,
        )
        .await?;
    let mut of_year = dimensions;
    of_year.push(fact.fiscal_year.into());
    of_year.push(fact.quantity.into());
    connection
        .run(
            "UPDATE fact_years SET total = total - $6, count = count - 1,
               maximum = (SELECT MAX(d.maximum) FROM fact_days d WHERE d.measure = $1 AND d.department = $2
                          AND d.channel = $3 AND d.subject = $4 AND d.fiscal_year = $5)
             WHERE measure = $1 AND department = $2 AND channel = $3 AND subject = $4 AND fiscal_year = $5",
            of_year,
        )
        .await?;
    Ok(fact)
}

const fn stored_columns() -> &'static str {
    "measure, at, day, fiscal_year, department, channel, subject, quantity, sign, corrects, source, record, recorded_at"
}

/// The sums of one measure over one fiscal year in one combination of dimensions.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct YearTotal {
    /// The measure.
    pub measure: String,
    /// The fiscal year.
    pub fiscal_year: i64,
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
    /// The largest quantity in thousandths, if any fact stands.
    pub maximum: Option<i64>,
}

/// The yearly sums of some measures, all years and dimensions: what indicators are computed from.
///
/// # Errors
/// When the database does not answer.
pub async fn year_totals(
    connection: &impl ConnectionTrait,
    measures: &[MeasureName],
) -> Result<Vec<YearTotal>, DbErr> {
    if measures.is_empty() {
        return Ok(Vec::new());
    }
    let statement = connection.statement(
        &format!(
            "SELECT measure, fiscal_year, department, channel, subject, total, count, maximum FROM fact_years
             WHERE measure IN ({})",
            crate::sql::list(1, measures.len())
        ),
        measures.iter().map(|measure| Value::from(measure.as_str())),
    );
    // Thousands of rows on every page of a plan: columns are found faster by place than by name.
    connection
        .query_all_raw(statement)
        .await?
        .iter()
        .map(|row| {
            Ok(YearTotal {
                measure: row.try_get_by_index(0)?,
                fiscal_year: row.try_get_by_index(1)?,
                department: row.try_get_by_index(2)?,
                channel: row.try_get_by_index(3)?,
                subject: row.try_get_by_index(4)?,
                total: row.try_get_by_index(5)?,
                count: row.try_get_by_index(6)?,
                maximum: row.try_get_by_index(7)?,
            })
        })
        .collect()
}

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
                "SELECT id, {} FROM facts WHERE measure = $1 AND day = $2 AND id > $3 ORDER BY id LIMIT {limit}",
                stored_columns()
            ),
            [measure.as_str().into(), day.to_string().into(), after.into()],
        )
        .await
}

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
