//! Facts: what services report, append-only, rolled up by day and by fiscal year in the same transaction.

mod counting;
mod recording;
mod recounting;
mod roll_ups;
mod totals;

use jiff::Timestamp;
use sea_orm::FromQueryResult;
use yakuba_kernel::{Channel, DepartmentCode, MeasureName, Quantity, Subject};

pub use counting::{DayTotal, MonthTotal, day_totals, days_of, facts_of_day, month_totals};
pub(crate) use recording::{append, take_back};
pub use recounting::{RecountDifference, RecountReport, last_recount, recount};
pub(crate) use roll_ups::{CHANGE_COLUMN, Pending};
pub use totals::{FactSums, YearTotal, YearTotals, year_totals};

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

/// The columns of a [`StoredFact`] after its number.
const STORED: &str = "measure, at, day, fiscal_year, department, channel, subject, quantity, sign, corrects, source, record, recorded_at";

/// Rows of one statement.
const CHUNK: usize = 500;
