//! Work orders: what a crew does on a day, stop by stop. What is left of a day goes on to the next working day by itself.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, City, Errand, ErrandDone, Fact, Measure, Tx, sql::Sql as _};
use yakuba_forms::model::document::Text;
use yakuba_kernel::{DepartmentCode, Point, Subject, working_days::is_working_day};

use super::{
    photos::SealedPhoto,
    report::{self, Report},
    steps::{self, Turn, taken_back},
};
use crate::{
    capabilities::{STOPS_DONE, STOPS_PLANNED},
    error::ReportError,
    model::{route::propose, state::State},
};

/// Errands that are due within so many days can be done on the way.
const SOON: i64 = 31;

/// Stops of one order at most: more than a crew sees in a day.
pub const MOST_STOPS: usize = 100;

/// What a crew does on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkOrder {
    /// Its number.
    pub id: i64,
    /// Whose crew it is.
    pub department: DepartmentCode,
    /// The day.
    pub day: Date,
    /// What the crew is called.
    pub crew: String,
    /// What to bring, and other words.
    pub bring: String,
    /// Where the crew sets out and comes back to.
    pub start: Option<Point>,
    /// Whether its day is over and what was left went on.
    pub is_closed: bool,
    /// Counts its changes.
    pub revision: i64,
}

/// What became of a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody was there yet.
    Waiting,
    /// The work is done.
    Done,
    /// Somebody was there, and it could not be done.
    NotDone,
    /// The day was over before.
    Missed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Done, Self::NotDone, Self::Missed];

    /// Its name in the database and in texts: `not_done`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::NotDone => "not_done",
            Self::Missed => "missed",
        }
    }

    fn read(name: &str) -> Self {
        // The database's constraint names the same.
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.name() == name)
            .unwrap_or(Self::Waiting)
    }
}

/// What a crew does at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// It sees to what was reported.
    Report(Box<Report>),
    /// It does something for another service: see [`yakuba_city::Errands`].
    Errand {
        /// What it is known by there.
        key: String,
        /// Where it was when it was planned.
        point: Option<Point>,
    },
}

/// A place that a crew goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Its number.
    pub id: i64,
    /// What is done there.
    pub work: Work,
    /// What became of it.
    pub outcome: Outcome,
    /// When that was said.
    pub marked_at: Option<Timestamp>,
    /// Whether it was left over from an earlier day.
    pub is_carried: bool,
    /// Counts its changes.
    pub revision: i64,
}

impl Stop {
    /// Where it is; none when that is not known.
    pub fn point(&self) -> Option<Point> {
        match &self.work {
            Work::Report(report) => report.point,
            Work::Errand { point, .. } => *point,
        }
    }

    /// The report, when it is one.
    pub fn report(&self) -> Option<&Report> {
        match &self.work {
            Work::Report(report) => Some(report),
            Work::Errand { .. } => None,
        }
    }

    /// The key of the errand, when it is one.
    pub fn errand(&self) -> Option<&str> {
        match &self.work {
            Work::Report(_) => None,
            Work::Errand { key, .. } => Some(key),
        }
    }
}

/// The day until which errands are offered.
pub fn soon(today: Date) -> Date {
    today.checked_add(SOON.days()).unwrap_or(today)
}

/// What other services have a department do by then that waits in no order yet, in a language; the longest due first.
///
/// # Errors
/// When the database does not answer.
pub async fn errands_due(
    city: &City,
    department: &DepartmentCode,
    language: &str,
) -> Result<Vec<Errand>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        errand: String,
    }
    let Some(errands) = city.errands() else {
        return Ok(Vec::new());
    };
    let mut due = errands
        .due(city, department, soon(city.today()), language)
        .await?;
    let waiting: Vec<Row> = city
        .db()
        .rows(
            "SELECT errand FROM reports_order_stops WHERE outcome = 'waiting' AND errand IS NOT NULL",
            [],
        )
        .await?;
    due.retain(|errand| waiting.iter().all(|row| row.errand != errand.key));
    Ok(due)
}

/// What the errands among stops are, by key, in a language. One that is gone is not among them.
///
/// # Errors
/// When the database does not answer.
pub async fn errands_of(
    city: &City,
    stops: &[Stop],
    language: &str,
) -> Result<BTreeMap<String, Errand>, ReportError> {
    let keys: Vec<String> = stops
        .iter()
        .filter_map(Stop::errand)
        .map(str::to_owned)
        .collect();
    match city.errands() {
        Some(errands) if !keys.is_empty() => Ok(errands.find(city, &keys, language).await?),
        _ => Ok(BTreeMap::new()),
    }
}

#[derive(FromQueryResult)]
struct OrderRow {
    id: i64,
    department: String,
    day: String,
    crew: String,
    bring: String,
    latitude: Option<i64>,
    longitude: Option<i64>,
    closed_at: Option<i64>,
    revision: i64,
}

const COLUMNS: &str = "id, department, day, crew, bring, latitude, longitude, closed_at, revision";

impl TryFrom<OrderRow> for WorkOrder {
    type Error = ReportError;

    fn try_from(row: OrderRow) -> Result<Self, ReportError> {
        let start = match (row.latitude, row.longitude) {
            (Some(latitude), Some(longitude)) => Some(Point::from_millionths(latitude, longitude)?),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            department: DepartmentCode::new(row.department)?,
            day: row.day.parse().unwrap_or(Date::MIN),
            crew: row.crew,
            bring: row.bring,
            start,
            is_closed: row.closed_at.is_some(),
            revision: row.revision,
        })
    }
}

/// A work order by its number.
///
/// # Errors
/// When the database does not answer.
pub async fn order(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<WorkOrder>, ReportError> {
    let row: Option<OrderRow> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM reports_orders WHERE id = $1"),
            [id.into()],
        )
        .await?;
    row.map(WorkOrder::try_from).transpose()
}

/// The work orders of departments, the newest day first, at most so many.
///
/// # Errors
/// When the database does not answer.
pub async fn orders(
    connection: &impl ConnectionTrait,
    departments: &[DepartmentCode],
    offset: u32,
    limit: u32,
) -> Result<Vec<WorkOrder>, ReportError> {
    if departments.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<OrderRow> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM reports_orders WHERE department IN ({}) ORDER BY day DESC, crew, id LIMIT {limit} OFFSET {offset}",
                yakuba_city::sql::list(1, departments.len())
            ),
            departments.iter().map(|code| code.as_str().into()),
        )
        .await?;
    rows.into_iter().map(WorkOrder::try_from).collect()
}

/// How many stops orders have, and how many of them are done, by the number of the order.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(
    connection: &impl ConnectionTrait,
    orders: &[i64],
) -> Result<BTreeMap<i64, (i64, i64)>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        work_order: i64,
        stops: i64,
        done: i64,
    }
    if orders.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT work_order, COUNT(*) AS stops, COUNT(CASE WHEN outcome = 'done' THEN 1 END) AS done \
                 FROM reports_order_stops WHERE work_order IN ({}) GROUP BY work_order",
                yakuba_city::sql::list(1, orders.len())
            ),
            orders.iter().map(|id| (*id).into()),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.work_order, (row.stops, row.done)))
        .collect())
}

/// The stops of an order, in the order in which they are visited.
///
/// # Errors
/// When the database does not answer.
pub async fn stops(
    connection: &impl ConnectionTrait,
    order: i64,
) -> Result<Vec<Stop>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        report: Option<i64>,
        errand: Option<String>,
        latitude: Option<i64>,
        longitude: Option<i64>,
        outcome: String,
        marked_at: Option<i64>,
        is_carried: i64,
        revision: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT id, report, errand, latitude, longitude, outcome, marked_at, is_carried, revision FROM reports_order_stops WHERE work_order = $1 ORDER BY position, id",
            [order.into()],
        )
        .await?;
    let mut reports: BTreeMap<i64, Report> = BTreeMap::new();
    let ids: Vec<i64> = rows.iter().filter_map(|row| row.report).collect();
    for found in report::among(connection, &ids).await? {
        reports.insert(found.id, found);
    }
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let work = match (row.report, row.errand) {
                (Some(report), _) => Work::Report(Box::new(reports.get(&report)?.clone())),
                (None, key) => Work::Errand {
                    key: key?,
                    point: row
                        .latitude
                        .zip(row.longitude)
                        .and_then(|(north, east)| Point::from_millionths(north, east).ok()),
                },
            };
            Some(Stop {
                id: row.id,
                work,
                outcome: Outcome::read(&row.outcome),
                marked_at: row
                    .marked_at
                    .and_then(|at| Timestamp::from_microsecond(at).ok()),
                is_carried: row.is_carried != 0,
                revision: row.revision,
            })
        })
        .collect())
}

/// The reports that wait in some order already, with the number of that order.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(connection: &impl ConnectionTrait) -> Result<BTreeMap<i64, i64>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        report: i64,
        work_order: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT report, work_order FROM reports_order_stops WHERE outcome = 'waiting' AND report IS NOT NULL",
            [],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.report, row.work_order))
        .collect())
}

/// The orders that a report was a stop of, newest first: day, crew, and what became of it.
///
/// # Errors
/// When the database does not answer.
pub async fn of_report(
    connection: &impl ConnectionTrait,
    report: i64,
) -> Result<Vec<(WorkOrder, Outcome)>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        work_order: i64,
        outcome: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT s.work_order, s.outcome FROM reports_order_stops s JOIN reports_orders o ON o.id = s.work_order \
             WHERE s.report = $1 ORDER BY o.day DESC, s.id DESC LIMIT 20",
            [report.into()],
        )
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(order) = order(connection, row.work_order).await? {
            found.push((order, Outcome::read(&row.outcome)));
        }
    }
    Ok(found)
}

fn fact(measure: &Measure, report: &Report, at: Timestamp) -> Result<Fact, ReportError> {
    Ok(Fact::one(&measure.name, at)
        .department(report.department.clone())
        .subject(Subject::new(report.category.as_str())?)
        .record(format!("reports/{}", report.id)))
}

/// The same of an errand, which has no category.
fn errand_fact(measure: &Measure, department: &DepartmentCode, key: &str, at: Timestamp) -> Fact {
    Fact::one(&measure.name, at)
        .department(department.clone())
        .record(key.to_owned())
}

fn target(order: i64) -> String {
    format!("reports/orders/{order}")
}

/// An order that is made.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Whose crew it is.
    pub department: DepartmentCode,
    /// The day.
    pub day: Date,
    /// What the crew is called: 1 to 60 letters.
    pub crew: String,
    /// What to bring.
    pub bring: String,
    /// Where the crew sets out.
    pub start: Option<Point>,
    /// The reports it goes to.
    pub reports: Vec<i64>,
    /// The errands it does, by key.
    pub errands: Vec<String>,
}

/// Makes a work order, with its stops in a short order. When the crew has one on that day already, the stops join it: sent twice, it is
/// made once. Returns its number.
///
/// # Errors
/// The database's.
pub async fn make(tx: &Tx, new: &NewOrder) -> Result<i64, ReportError> {
    let at = new.start.map(Point::millionths);
    let made = tx
        .connection()
        .run(
            "INSERT INTO reports_orders (department, day, crew, bring, latitude, longitude, revision) \
             VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (department, day, crew) DO NOTHING",
            [
                new.department.as_str().into(),
                new.day.to_string().into(),
                new.crew.as_str().into(),
                new.bring.as_str().into(),
                at.map(|at| at.0).into(),
                at.map(|at| at.1).into(),
            ],
        )
        .await?;
    let id: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM reports_orders WHERE department = $1 AND day = $2 AND crew = $3",
            [
                new.department.as_str().into(),
                new.day.to_string().into(),
                new.crew.as_str().into(),
            ],
        )
        .await?;
    let id = id.ok_or(ReportError::NoSuchReport)?;
    let added = add(tx, id, &new.department, &new.reports, false).await?
        + add_errands(tx, id, &new.department, &new.errands, false).await?;
    if made > 0 || added > 0 {
        let start = order(tx.connection(), id)
            .await?
            .and_then(|order| order.start);
        put_in_order(tx, id, start).await?;
        tx.audit(
            AuditEntry::new("reports.order", target(id))
                .with(json!({ "day": new.day.to_string(), "stops": added })),
        );
    }
    Ok(id)
}

/// How many stops an order still takes.
async fn room_in(tx: &Tx, order: i64) -> Result<usize, ReportError> {
    let there: i64 = tx
        .connection()
        .value(
            "SELECT COUNT(*) FROM reports_order_stops WHERE work_order = $1",
            [order.into()],
        )
        .await?
        .unwrap_or(0);
    Ok(MOST_STOPS.saturating_sub(usize::try_from(there).unwrap_or(MOST_STOPS)))
}

/// Adds errands at the end, as far as they are due, the department's, and wait in no other order. Returns how many came.
async fn add_errands(
    tx: &Tx,
    order: i64,
    department: &DepartmentCode,
    keys: &[String],
    is_carried: bool,
) -> Result<usize, ReportError> {
    let Some(errands) = tx.errands() else {
        return Ok(0);
    };
    let room = room_in(tx, order).await?;
    let mut facts = Vec::new();
    for key in keys.iter().take(room) {
        let Some(place) = errands
            .is_due(tx, key, department, soon(tx.today()))
            .await?
        else {
            continue;
        };
        let at = place.point.map(Point::millionths);
        let new = tx
            .connection()
            .run(
                "INSERT INTO reports_order_stops (work_order, position, errand, latitude, longitude, outcome, is_carried, revision) \
                 SELECT $1, COALESCE(MAX(position), 0) + 1, $2, $3, $4, 'waiting', $5, 1 FROM reports_order_stops WHERE work_order = $1 \
                 ON CONFLICT DO NOTHING",
                [
                    order.into(),
                    key.as_str().into(),
                    at.map(|at| at.0).into(),
                    at.map(|at| at.1).into(),
                    i64::from(is_carried).into(),
                ],
            )
            .await?;
        if new > 0 {
            facts.push(errand_fact(&STOPS_PLANNED, department, key, tx.now()));
        }
    }
    tx.record_all(&facts).await?;
    Ok(facts.len())
}

/// Adds stops at the end. Reports of other departments, handled ones and those that wait elsewhere are left out. Returns how many came.
async fn add(
    tx: &Tx,
    order: i64,
    department: &DepartmentCode,
    reports: &[i64],
    is_carried: bool,
) -> Result<usize, ReportError> {
    let room = room_in(tx, order).await?;
    let mut facts = Vec::new();
    for id in reports.iter().take(room) {
        let Some(found) = report::report(tx.connection(), *id)
            .await?
            .filter(|found| !found.state.is_handled() && found.department == *department)
        else {
            continue;
        };
        let new = tx
            .connection()
            .run(
                "INSERT INTO reports_order_stops (work_order, position, report, outcome, is_carried, revision) \
                 SELECT $1, COALESCE(MAX(position), 0) + 1, $2, 'waiting', $3, 1 FROM reports_order_stops WHERE work_order = $1 \
                 ON CONFLICT DO NOTHING",
                [order.into(), found.id.into(), i64::from(is_carried).into()],
            )
            .await?;
        if new > 0 {
            facts.push(fact(&STOPS_PLANNED, &found, tx.now())?);
        }
    }
    tx.record_all(&facts).await?;
    Ok(facts.len())
}

/// Puts the stops in a short order: those with a point first.
async fn put_in_order(tx: &Tx, order: i64, start: Option<Point>) -> Result<(), ReportError> {
    let (placed, others): (Vec<Stop>, Vec<Stop>) = stops(tx.connection(), order)
        .await?
        .into_iter()
        .partition(|stop| stop.point().is_some());
    let points: Vec<Point> = placed.iter().filter_map(Stop::point).collect();
    let ids: Vec<i64> = propose(start, &points)
        .into_iter()
        .filter_map(|place| placed.get(place))
        .chain(&others)
        .map(|stop| stop.id)
        .collect();
    write_order(tx, &ids).await
}

async fn write_order(tx: &Tx, ids: &[i64]) -> Result<(), ReportError> {
    for (position, id) in (1_i64..).zip(ids.iter().copied()) {
        tx.connection()
            .run(
                "UPDATE reports_order_stops SET position = $2 WHERE id = $1 AND position <> $2",
                [id.into(), position.into()],
            )
            .await?;
    }
    Ok(())
}

/// What the desk changes in an order.
#[derive(Debug, Clone)]
pub enum Change {
    /// A stop goes one place up or down.
    Move {
        /// The stop.
        stop: i64,
        /// Earlier, else later.
        is_up: bool,
    },
    /// The short order again.
    Propose,
    /// A stop that nobody has been to is taken out.
    Remove {
        /// The stop.
        stop: i64,
    },
    /// Other words, and where the crew sets out.
    Words {
        /// What to bring.
        bring: String,
        /// Where the crew sets out.
        start: Option<Point>,
    },
}

impl Change {
    const fn name(&self) -> &'static str {
        match self {
            Self::Move { .. } => "move",
            Self::Propose => "propose",
            Self::Remove { .. } => "remove",
            Self::Words { .. } => "words",
        }
    }
}

/// Changes an order whose day is not over.
///
/// # Errors
/// [`ReportError::ChangedMeanwhile`], also when its day is over; the database's.
pub async fn change(
    tx: &Tx,
    order: i64,
    revision: i64,
    change: &Change,
) -> Result<(), ReportError> {
    let taken = tx
        .connection()
        .run(
            "UPDATE reports_orders SET revision = revision + 1 WHERE id = $1 AND revision = $2 AND closed_at IS NULL",
            [order.into(), revision.into()],
        )
        .await?;
    let found = self::order(tx.connection(), order)
        .await?
        .filter(|_| taken > 0)
        .ok_or(ReportError::ChangedMeanwhile)?;
    match change {
        Change::Move { stop, is_up } => {
            let mut ids: Vec<i64> = stops(tx.connection(), order)
                .await?
                .iter()
                .map(|stop| stop.id)
                .collect();
            let at = ids
                .iter()
                .position(|id| id == stop)
                .ok_or(ReportError::ChangedMeanwhile)?;
            let to = if *is_up {
                at.checked_sub(1)
            } else {
                Some(at + 1)
            };
            if let Some(to) = to.filter(|to| *to < ids.len()) {
                ids.swap(at, to);
            }
            write_order(tx, &ids).await?;
        }
        Change::Propose => put_in_order(tx, order, found.start).await?,
        Change::Remove { stop } => remove(tx, &found, *stop).await?,
        Change::Words { bring, start } => {
            let at = start.map(Point::millionths);
            tx.connection()
                .run(
                    "UPDATE reports_orders SET bring = $2, latitude = $3, longitude = $4 WHERE id = $1",
                    [
                        order.into(),
                        bring.as_str().into(),
                        at.map(|at| at.0).into(),
                        at.map(|at| at.1).into(),
                    ],
                )
                .await?;
        }
    }
    tx.audit(
        AuditEntry::new("reports.order_change", target(order))
            .with(json!({ "what": change.name() })),
    );
    Ok(())
}

async fn remove(tx: &Tx, order: &WorkOrder, stop: i64) -> Result<(), ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        report: Option<i64>,
        errand: Option<String>,
    }
    let removed: Option<Row> = tx
        .connection()
        .row(
            "DELETE FROM reports_order_stops WHERE id = $1 AND work_order = $2 AND outcome = 'waiting' RETURNING report, errand",
            [stop.into(), order.id.into()],
        )
        .await?;
    let removed = removed.ok_or(ReportError::ChangedMeanwhile)?;
    let report = match removed.report {
        Some(id) => report::report(tx.connection(), id).await?,
        None => None,
    };
    let planned = match (report, removed.errand) {
        (Some(found), _) => fact(&STOPS_PLANNED, &found, tx.now())?,
        (None, Some(key)) => errand_fact(&STOPS_PLANNED, &order.department, &key, tx.now()),
        (None, None) => return Ok(()),
    };
    tx.record_all(&[taken_back(planned)]).await?;
    Ok(())
}

/// What a crew says about a stop.
#[derive(Debug, Clone)]
pub struct Mark {
    /// The order.
    pub order: i64,
    /// The stop.
    pub stop: i64,
    /// The revision that was seen.
    pub revision: i64,
    /// Whether the work is done.
    pub is_done: bool,
    /// Of a report: what everybody reads about what was done. Of an errand: what was found, or why it was not done.
    pub text: Text,
    /// Why it was not done, by [`steps::seal_note`]; only staff read it.
    pub note: Option<Vec<u8>>,
    /// Pictures, not released.
    pub photos: Vec<SealedPhoto>,
}

/// Keeps what a crew says about a stop. What is done makes the report fixed, with everything that belongs to it; what is not done
/// becomes a note on the report. What another service had done is written there, in the same write. The same said again changes nothing.
///
/// # Errors
/// [`ReportError::ChangedMeanwhile`]; [`ReportError::NoSuchErrand`]; those of [`steps::turn`]; the database's.
pub async fn mark(tx: &Tx, mark: &Mark) -> Result<(), ReportError> {
    let outcome = if mark.is_done {
        Outcome::Done
    } else {
        Outcome::NotDone
    };
    let taken = tx
        .connection()
        .run(
            "UPDATE reports_order_stops SET outcome = $4, marked_at = $5, revision = revision + 1 \
             WHERE id = $1 AND work_order = $2 AND revision = $3 AND outcome IN ('waiting', 'not_done', 'missed')",
            [
                mark.stop.into(),
                mark.order.into(),
                mark.revision.into(),
                outcome.name().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let stop = stops(tx.connection(), mark.order)
        .await?
        .into_iter()
        .find(|stop| stop.id == mark.stop)
        .ok_or(ReportError::NoSuchReport)?;
    if taken == 0 {
        return if stop.outcome == outcome {
            Ok(())
        } else {
            Err(ReportError::ChangedMeanwhile)
        };
    }
    let found = match stop.work {
        Work::Report(report) => report,
        Work::Errand { key, .. } => return mark_errand(tx, mark, &key).await,
    };
    if !mark.photos.is_empty() {
        steps::add_photos(tx, found.id, &mark.photos).await?;
    }
    if let Some(note) = &mark.note {
        steps::note(tx, found.id, note).await?;
    }
    if mark.is_done {
        // Somebody at the desk may have answered it before.
        if found.state.may_become(State::Fixed) {
            let turn = Turn {
                report: found.id,
                revision: found.revision,
                state: State::Fixed,
                text: mark.text.clone(),
                authority: String::new(),
                into: String::new(),
            };
            steps::turn(tx, &turn).await?;
        }
        tx.record_all(&[fact(&STOPS_DONE, &found, tx.now())?])
            .await?;
        // Done is done, on whatever other day it was meant to be.
        tx.connection()
            .run(
                "UPDATE reports_order_stops SET outcome = 'missed', marked_at = $2, revision = revision + 1 \
                 WHERE report = $1 AND outcome = 'waiting'",
                [found.id.into(), tx.now().as_microsecond().into()],
            )
            .await?;
    }
    audit_mark(tx, mark);
    Ok(())
}

/// Tells the service that has an errand done what came of it.
async fn mark_errand(tx: &Tx, mark: &Mark, key: &str) -> Result<(), ReportError> {
    let order = order(tx.connection(), mark.order)
        .await?
        .ok_or(ReportError::NoSuchReport)?;
    let errands = tx.errands().ok_or(ReportError::NoSuchErrand)?;
    let words = mark.text.get(yakuba_ui::Language::Japanese);
    let is_theirs = if mark.is_done {
        let done = ErrandDone {
            on: tx.today(),
            words: words.to_owned(),
        };
        errands.done(tx, key, &order.department, &done).await?
    } else {
        errands.not_done(tx, key, &order.department, words).await?
    };
    if !is_theirs {
        return Err(ReportError::NoSuchErrand);
    }
    if mark.is_done {
        tx.record_all(&[errand_fact(&STOPS_DONE, &order.department, key, tx.now())])
            .await?;
        tx.connection()
            .run(
                "UPDATE reports_order_stops SET outcome = 'missed', marked_at = $2, revision = revision + 1 \
                 WHERE errand = $1 AND outcome = 'waiting'",
                [key.into(), tx.now().as_microsecond().into()],
            )
            .await?;
    }
    audit_mark(tx, mark);
    Ok(())
}

fn audit_mark(tx: &Tx, mark: &Mark) {
    tx.audit(
        AuditEntry::new("reports.stop", target(mark.order))
            .with(json!({ "stop": mark.stop, "done": mark.is_done })),
    );
}

/// On a working day, closes the orders of earlier days and has what was not done go on with the same crew today, as far as it is still
/// open and the department's.
///
/// # Errors
/// The database's.
pub async fn carry_over(tx: &Tx) -> Result<(), ReportError> {
    let today = tx.today();
    if !is_working_day(today) {
        return Ok(());
    }
    let rows: Vec<OrderRow> = tx
        .connection()
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM reports_orders WHERE closed_at IS NULL AND day < $1 ORDER BY day, id"
            ),
            [today.to_string().into()],
        )
        .await?;
    for row in rows {
        let order = WorkOrder::try_from(row)?;
        let now = tx.now().as_microsecond();
        tx.connection()
            .run(
                "UPDATE reports_order_stops SET outcome = 'missed', marked_at = $2, revision = revision + 1 \
                 WHERE work_order = $1 AND outcome = 'waiting'",
                [order.id.into(), now.into()],
            )
            .await?;
        tx.connection()
            .run(
                "UPDATE reports_orders SET closed_at = $2, revision = revision + 1 WHERE id = $1",
                [order.id.into(), now.into()],
            )
            .await?;
        let (mut reports, mut errands) = (Vec::new(), Vec::new());
        for stop in stops(tx.connection(), order.id).await? {
            match stop.work {
                _ if stop.outcome == Outcome::Done => {}
                Work::Report(report) => {
                    if !report.state.is_handled() && report.department == order.department {
                        reports.push(report.id);
                    }
                }
                Work::Errand { key, .. } => errands.push(key),
            }
        }
        let mut due = Vec::new();
        for key in errands {
            if let Some(known) = tx.errands()
                && known
                    .is_due(tx, &key, &order.department, soon(today))
                    .await?
                    .is_some()
            {
                due.push(key);
            }
        }
        if reports.is_empty() && due.is_empty() {
            continue;
        }
        let next = NewOrder {
            department: order.department.clone(),
            day: today,
            crew: order.crew.clone(),
            bring: order.bring.clone(),
            start: order.start,
            reports: Vec::new(),
            errands: Vec::new(),
        };
        let id = make(tx, &next).await?;
        add(tx, id, &order.department, &reports, true).await?;
        add_errands(tx, id, &order.department, &due, true).await?;
        put_in_order(tx, id, order.start).await?;
    }
    Ok(())
}
