//! The yearly sums that indicators are computed from, kept in memory and never stale.
//!
//! Each row of `fact_years` carries the change that last touched it. Who looks asks, in one statement and therefore in
//! one snapshot, for the rows that changed since a *horizon*, lays them over what is in memory, and so has exactly what
//! that snapshot holds. What is in memory together with its horizon promises: a row that differs in any later snapshot
//! carries a change at or after the horizon.
//!
//! - SQLite: a change is the number of its last fact. There is one writer at a time, so changes rise in the order of the
//!   commits, and the horizon is one beyond the newest change seen.
//! - PostgreSQL: a change is the number of its transaction. Numbers are given out when transactions begin to write, not
//!   when they commit: one with a lower number can appear later. The horizon is therefore the snapshot's `xmin`, the
//!   lowest number that was still running: everything below it had ended and was seen.
//!
//! PostgreSQL shows a change some milliseconds before it is on the disk, and gives the numbers of transactions that it lost out again.
//! So what is kept in memory there is read again, flushed and kept only then: no page waits for that.
//!
//! Nothing is written for it that was not written anyway, and no writer waits for another because of it.

use std::{
    collections::BTreeMap,
    ops::RangeBounds,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, QueryResult, Value};
use yakuba_kernel::MeasureName;

use crate::{City, database::is_sqlite, error::CityError, sql::Sql as _};

const COLUMNS: &str = "measure, fiscal_year, department, channel, subject, total, count, maximum";

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

/// The yearly sums of some measures, all years and dimensions, read from the database: inside a write, for one
/// measure, or to compare. Pages take [`City::year_totals`].
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
    let sql = format!(
        "SELECT {COLUMNS} FROM fact_years WHERE measure IN ({})",
        crate::sql::list(1, measures.len())
    );
    let values = measures.iter().map(|measure| Value::from(measure.as_str()));
    connection
        .query_all_raw(connection.statement(&sql, values))
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Thousands of rows may come at once: columns are found faster by place than by name.
fn read(row: &QueryResult) -> Result<YearTotal, DbErr> {
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
}

impl YearTotal {
    fn dimensions(&self) -> (&str, &str, &str) {
        (&self.department, &self.channel, &self.subject)
    }

    /// Its sums.
    pub fn sums(&self) -> FactSums {
        FactSums {
            total: self.total.into(),
            facts: self.count,
            maximum: self.maximum,
        }
    }
}

/// Sums over several rows of a roll-up. Thousandths, wide enough that no sum of rows overflows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FactSums {
    /// The sum in thousandths.
    pub total: i128,
    /// How many facts, corrections taken off.
    pub facts: i64,
    /// The largest quantity in thousandths, if any fact stands.
    pub maximum: Option<i64>,
}

impl FactSums {
    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.total += other.total;
        self.facts = self.facts.saturating_add(other.facts);
        self.maximum = self.maximum.max(other.maximum);
    }
}

/// Yearly sums of one moment, by measure and year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct YearTotals {
    measures: BTreeMap<String, BTreeMap<i64, Arc<Year>>>,
}

/// One year of a measure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Year {
    whole: FactSums,
    rows: Vec<YearTotal>,
}

impl Year {
    /// Where the row of these dimensions is, or where it would be.
    fn place(&self, row: &YearTotal) -> Result<usize, usize> {
        self.rows
            .binary_search_by(|known| known.dimensions().cmp(&row.dimensions()))
    }

    fn add_up(&mut self) {
        self.whole = FactSums::default();
        for row in &self.rows {
            self.whole.add(row.sums());
        }
    }
}

impl FromIterator<YearTotal> for YearTotals {
    /// Rows of the same dimensions stand beside each other and add up.
    fn from_iter<I: IntoIterator<Item = YearTotal>>(rows: I) -> Self {
        let mut measures: BTreeMap<String, BTreeMap<i64, Year>> = BTreeMap::new();
        for row in rows {
            let years = match measures.get_mut(&row.measure) {
                Some(years) => years,
                None => measures.entry(row.measure.clone()).or_default(),
            };
            years.entry(row.fiscal_year).or_default().rows.push(row);
        }
        let finished = |(year, mut of_year): (i64, Year)| {
            of_year
                .rows
                .sort_by(|one, other| one.dimensions().cmp(&other.dimensions()));
            of_year.add_up();
            (year, Arc::new(of_year))
        };
        Self {
            measures: measures
                .into_iter()
                .map(|(measure, years)| (measure, years.into_iter().map(finished).collect()))
                .collect(),
        }
    }
}

impl YearTotals {
    /// The sums over everything of a measure by year, in the order of the years.
    pub fn years(
        &self,
        measure: &str,
        years: impl RangeBounds<i64>,
    ) -> impl Iterator<Item = (i64, FactSums)> {
        self.of(measure, years)
            .map(|(year, of_year)| (year, of_year.whole))
    }

    /// The rows of a measure in some years, ordered by year, department, channel and subject.
    pub fn rows(
        &self,
        measure: &str,
        years: impl RangeBounds<i64>,
    ) -> impl Iterator<Item = &YearTotal> {
        self.of(measure, years).flat_map(|(_, year)| &year.rows)
    }

    fn of(
        &self,
        measure: &str,
        years: impl RangeBounds<i64>,
    ) -> impl Iterator<Item = (i64, &Arc<Year>)> {
        self.measures
            .get(measure)
            .into_iter()
            .flat_map(move |of_measure| of_measure.range((years.start_bound(), years.end_bound())))
            .map(|(year, of_year)| (*year, of_year))
    }

    /// The same with newer rows in place of the older ones of the same dimensions. Years without one are shared.
    fn with(self: &Arc<Self>, newer: Vec<YearTotal>) -> Arc<Self> {
        let mut changed: BTreeMap<(String, i64), Vec<YearTotal>> = BTreeMap::new();
        for row in newer {
            let known = self
                .of(&row.measure, row.fiscal_year..=row.fiscal_year)
                .any(|(_, year)| year.place(&row).is_ok_and(|place| year.rows[place] == row));
            // While an old transaction runs, rows seen before are read again.
            if !known {
                changed
                    .entry((row.measure.clone(), row.fiscal_year))
                    .or_default()
                    .push(row);
            }
        }
        if changed.is_empty() {
            return self.clone();
        }
        let mut measures = self.measures.clone();
        for ((measure, year), newer) in changed {
            let year = Arc::make_mut(
                measures
                    .entry(measure)
                    .or_default()
                    .entry(year)
                    .or_default(),
            );
            for row in newer {
                match year.place(&row) {
                    Ok(place) => year.rows[place] = row,
                    Err(place) => year.rows.insert(place, row),
                }
            }
            year.add_up();
        }
        Arc::new(Self { measures })
    }
}

/// What is in memory.
#[derive(Debug, Default)]
struct Kept {
    known: RwLock<Option<Known>>,
    /// Whether somebody is bringing it up to date.
    is_renewing: AtomicBool,
}

#[derive(Debug, Clone)]
struct Known {
    /// Rows that differ in a later snapshot carry a change at or after this one.
    horizon: i64,
    totals: Arc<YearTotals>,
}

impl Kept {
    /// What the database holds now, and whether it differs from what is in memory.
    async fn look(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<(Option<Known>, bool), DbErr> {
        let known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let (rows, horizon) =
            changes(connection, known.as_ref().map(|known| known.horizon)).await?;
        let Some(horizon) = horizon else {
            // Nothing has changed, or nothing was ever counted.
            return Ok((known, false));
        };
        let totals = match known {
            Some(known) => known.totals.with(rows),
            None => Arc::new(rows.into_iter().collect()),
        };
        Ok((Some(Known { horizon, totals }), true))
    }

    fn keep(&self, newer: Known) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Another call may have put a newer state there meanwhile; with the same horizon either does.
        if known
            .as_ref()
            .is_none_or(|there| there.horizon <= newer.horizon)
        {
            *known = Some(newer);
        }
    }
}

impl City {
    /// The yearly sums of all measures as the database holds them at this moment: a fact acknowledged before the call
    /// is in them, whichever node or process recorded it. Only rows that changed since the last call are read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn year_totals(&self) -> Result<Arc<YearTotals>, DbErr> {
        let kept = self.state::<Kept>();
        let (known, is_newer) = kept.look(self.db()).await?;
        let totals = known
            .as_ref()
            .map(|known| known.totals.clone())
            .unwrap_or_default();
        if let Some(known) = known
            && is_newer
        {
            if is_sqlite(self.db()) {
                kept.keep(known);
            } else if !kept.is_renewing.swap(true, Ordering::AcqRel) {
                let city = self.clone();
                tokio::spawn(async move {
                    if let Err(error) = city.renew(&kept).await {
                        tracing::debug!(%error, "the yearly sums in memory stay as they are");
                    }
                    kept.is_renewing.store(false, Ordering::Release);
                });
            }
        }
        Ok(totals)
    }

    /// Keeps what the database holds now, when it is on the disk.
    async fn renew(&self, kept: &Kept) -> Result<(), CityError> {
        if let (Some(known), true) = self.durably(kept.look(self.db())).await?? {
            kept.keep(known);
        }
        Ok(())
    }
}

/// The rows that changed at or after a horizon, or all of them, and the next horizon; none when there are no rows.
/// One statement, so that rows and horizon are of one snapshot.
async fn changes(
    connection: &impl ConnectionTrait,
    horizon: Option<i64>,
) -> Result<(Vec<YearTotal>, Option<i64>), DbErr> {
    let next = match connection.get_database_backend() {
        DbBackend::Postgres => {
            "(SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT))"
        }
        _ => "changed + 1",
    };
    let sql = format!("SELECT {COLUMNS}, {next} FROM fact_years");
    let statement = match horizon {
        Some(horizon) => {
            connection.statement(&format!("{sql} WHERE changed >= $1"), [horizon.into()])
        }
        None => connection.statement(&sql, []),
    };
    let mut next: Option<i64> = None;
    let mut totals = Vec::new();
    for row in connection.query_all_raw(statement).await? {
        next = next.max(Some(row.try_get_by_index(8)?));
        totals.push(read(&row)?);
    }
    Ok((totals, next))
}
