//! The roll-ups of facts by day and by fiscal year: sums that are kept in the transaction of the facts themselves.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Value};

use super::{CHUNK, StoredFact};
use crate::{
    error::CityError,
    sql::{Sql as _, Together, placeholders_and},
};

/// One row of a roll-up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) measure: String,
    /// None in the roll-up by year.
    pub(super) day: Option<String>,
    pub(super) fiscal_year: i64,
    pub(super) department: String,
    pub(super) channel: String,
    pub(super) subject: String,
}

/// What is kept of the facts of one place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    total: i64,
    count: i64,
    maximum: Option<i64>,
}

impl Sums {
    /// The sums of one fact.
    pub(super) const fn of(quantity: i64) -> Self {
        Self {
            total: quantity,
            count: 1,
            maximum: Some(quantity),
        }
    }

    pub(super) fn add(&mut self, other: Self) -> Result<(), CityError> {
        self.total = self
            .total
            .checked_add(other.total)
            .ok_or(CityError::QuantityOverflow)?;
        self.count += other.count;
        self.maximum = self.maximum.max(other.maximum);
        Ok(())
    }
}

/// The column of `fact_years` that holds a change. It means something only inside one database: backups leave it out,
/// and a restored city begins with 0 everywhere.
pub(crate) const CHANGE_COLUMN: (&str, &str) = ("fact_years", "changed");

/// What a change of the yearly sums is recognised by afterwards; see `totals` for the reader's side.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// SQLite: the number of the last fact in it. One writer at a time makes them rise in the order of the commits.
    LastFact(i64),
    /// PostgreSQL: the transaction itself.
    Transaction,
}

/// The number of the running transaction on PostgreSQL.
const TRANSACTION: &str = "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)";

impl Change {
    fn value(self) -> Option<Value> {
        match self {
            Self::LastFact(number) => Some(number.into()),
            Self::Transaction => None,
        }
    }
}

/// A table that holds sums by period and dimensions.
struct RollUp {
    table: &'static str,
    columns: &'static [&'static str],
    /// What tells its rows apart.
    key: &'static str,
    /// Whether its rows carry their last change.
    carries_change: bool,
}

const DAYS: RollUp = RollUp {
    table: "fact_days",
    columns: &[
        "measure",
        "day",
        "fiscal_year",
        "department",
        "channel",
        "subject",
        "total",
        "count",
        "maximum",
    ],
    key: "measure, day, department, channel, subject",
    carries_change: false,
};

const YEARS: RollUp = RollUp {
    table: "fact_years",
    columns: &[
        "measure",
        "fiscal_year",
        "department",
        "channel",
        "subject",
        "total",
        "count",
        "maximum",
    ],
    key: "measure, fiscal_year, department, channel, subject",
    carries_change: true,
};

impl RollUp {
    /// Adds sums to the rows of their places, in the order of the places: two writers then wait for each other
    /// and never in a circle.
    fn add(
        &self,
        backend: DbBackend,
        sums: &BTreeMap<Place, Sums>,
        change: Change,
        together: &mut Together,
    ) {
        let table = self.table;
        let mut columns = self.columns.join(", ");
        let mut changed = "";
        let mut bound = self.columns.len();
        let mut end = String::new();
        if self.carries_change {
            columns.push_str(", changed");
            changed = ", changed = excluded.changed";
            match change {
                Change::LastFact(_) => bound += 1,
                Change::Transaction => end = format!(", {TRANSACTION}"),
            }
        }
        let conflict = format!(
            "ON CONFLICT ({}) DO UPDATE SET
               total = {table}.total + excluded.total,
               count = {table}.count + excluded.count,
               maximum = CASE WHEN {table}.maximum IS NULL OR excluded.maximum > {table}.maximum
                              THEN excluded.maximum ELSE {table}.maximum END{changed}",
            self.key
        );
        let places: Vec<_> = sums.iter().collect();
        for chunk in places.chunks(CHUNK) {
            let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * bound);
            for (place, sums) in chunk {
                values.push(place.measure.as_str().into());
                values.extend(place.day.as_deref().map(Value::from));
                values.extend([
                    place.fiscal_year.into(),
                    place.department.as_str().into(),
                    place.channel.as_str().into(),
                    place.subject.as_str().into(),
                    sums.total.into(),
                    sums.count.into(),
                    sums.maximum.into(),
                ]);
                if self.carries_change {
                    values.extend(change.value());
                }
            }
            let rows = placeholders_and(backend, chunk.len(), bound, &end);
            together.add(
                format!("INSERT INTO {table} ({columns}) VALUES {rows} {conflict}"),
                values,
            );
        }
    }
}

/// Sums of facts that are stored, still to be added to the roll-ups.
#[derive(Debug)]
pub(crate) struct Pending {
    days: BTreeMap<Place, Sums>,
    years: BTreeMap<Place, Sums>,
    change: Change,
}

impl Default for Pending {
    fn default() -> Self {
        Self {
            days: BTreeMap::new(),
            years: BTreeMap::new(),
            change: Change::Transaction,
        }
    }
}

impl Pending {
    /// Adds the sums of one fact.
    pub(super) fn add(&mut self, place: Place, sums: Sums) -> Result<(), CityError> {
        let year = Place {
            day: None,
            ..place.clone()
        };
        self.years.entry(year).or_default().add(sums)?;
        self.days.entry(place).or_default().add(sums)
    }

    /// Notes what the change is recognised by; a later one takes the place of an earlier one.
    pub(super) fn changed(&mut self, change: Change) {
        self.change = change;
    }

    /// Adds those of later facts.
    pub(crate) fn merge(&mut self, later: Self) -> Result<(), CityError> {
        if later.days.is_empty() {
            return Ok(());
        }
        for (place, sums) in later.days {
            self.days.entry(place).or_default().add(sums)?;
        }
        for (place, sums) in later.years {
            self.years.entry(place).or_default().add(sums)?;
        }
        self.change = later.change;
        Ok(())
    }

    /// What adds them to both roll-ups.
    pub(crate) fn write(&self, backend: DbBackend, together: &mut Together) {
        DAYS.add(backend, &self.days, self.change, together);
        YEARS.add(backend, &self.years, self.change, together);
    }
}

/// Takes a fact that was taken back off both roll-ups.
pub(super) async fn take_off(
    connection: &impl ConnectionTrait,
    fact: &StoredFact,
    change: Change,
) -> Result<(), DbErr> {
    // A maximum cannot be taken back by adding: the day's is read again from the facts that still hold, the year's
    // from its days.
    let standing =
        "SELECT MAX(f.quantity) FROM facts f WHERE f.measure = $1 AND f.department = $2 AND f.channel = $3
           AND f.subject = $4 AND f.day = $5 AND f.sign = 1
           AND NOT EXISTS (SELECT 1 FROM facts c WHERE c.corrects = f.id)";
    let of_days =
        "SELECT MAX(d.maximum) FROM fact_days d WHERE d.measure = $1 AND d.department = $2 AND d.channel = $3
           AND d.subject = $4 AND d.fiscal_year = $5";
    let periods: [(&RollUp, &str, Value, &str); 2] = [
        (&DAYS, "day", fact.day.as_str().into(), standing),
        (&YEARS, "fiscal_year", fact.fiscal_year.into(), of_days),
    ];
    for (roll_up, period, value, maximum) in periods {
        let mut values: Vec<Value> = vec![
            fact.measure.as_str().into(),
            fact.department.as_str().into(),
            fact.channel.as_str().into(),
            fact.subject.as_str().into(),
            value,
            fact.quantity.into(),
        ];
        let mut changed = String::new();
        if roll_up.carries_change {
            changed = match change {
                Change::LastFact(_) => ", changed = $7".to_owned(),
                Change::Transaction => format!(", changed = {TRANSACTION}"),
            };
            values.extend(change.value());
        }
        connection
            .run(
                &format!(
                    "UPDATE {} SET total = total - $6, count = count - 1, maximum = ({maximum}){changed}
                     WHERE measure = $1 AND department = $2 AND channel = $3 AND subject = $4 AND {period} = $5",
                    roll_up.table
                ),
                values,
            )
            .await?;
    }
    Ok(())
}
