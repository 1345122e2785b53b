//! Lists of reports: filtered in the database, by distance within a square of it.

use std::fmt::Write as _;

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, Value};
use yakuba_city::sql::{Sql as _, escape_like};
use yakuba_kernel::{DepartmentCode, Point};

use super::report::{COLUMNS, Report, ReportRow};
use crate::{error::ReportError, model::state::State};

/// Reports around a point are looked through up to so many, the newest first.
pub const MOST_NEAR: u32 = 2_000;

/// In which order a list is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// What is due first.
    Due,
}

impl Order {
    /// All, in the order in which they are offered at the desk.
    pub const ALL: [Self; 3] = [Self::Due, Self::Oldest, Self::Newest];

    /// Its name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Due => "due",
        }
    }

    /// Reads a name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }

    const fn sql(self) -> &'static str {
        match self {
            Self::Newest => "received_at DESC, id DESC",
            Self::Oldest => "received_at, id",
            Self::Due => "due_on, received_at, id",
        }
    }
}

/// What a report waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// That somebody looks at its text for the public.
    Look,
    /// That somebody looks once more at what was called fixed, and contested.
    Contested,
}

/// Which reports are wanted. The default wants all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Only what everybody may see.
    pub shown: bool,
    /// Of these departments; none: of any.
    pub departments: Option<Vec<DepartmentCode>>,
    /// Of one category.
    pub category: Option<String>,
    /// Of one of these categories; empty: of any.
    pub categories: Vec<String>,
    /// In one of these states; empty: in any.
    pub states: Vec<State>,
    /// In one area.
    pub area: Option<String>,
    /// With each of these folded words.
    pub words: Vec<String>,
    /// Within so many metres of a point, nearest first.
    pub near: Option<(Point, u32)>,
    /// About this piece of equipment.
    pub equipment: Option<String>,
    /// Open and late on this day.
    pub late_on: Option<Date>,
    /// Given to this member of staff.
    pub assigned_to: Option<i64>,
    /// Of disasters: of one of these categories, or come in from a moment, in microseconds since 1970.
    pub of_disasters: Option<(Vec<String>, Option<i64>)>,
    /// That came in from this moment, in microseconds since 1970.
    pub from: Option<i64>,
    /// That came in before this moment.
    pub until: Option<i64>,
    /// Only with a point.
    pub placed: bool,
    /// Only those that wait for this.
    pub waits: Option<Waits>,
    /// Those that were answered before this moment are left out, in microseconds since 1970; open ones never are.
    pub open_or_handled_from: Option<i64>,
    /// The order of a list that is not around a point.
    pub order: Order,
}

/// A part of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// How many there are in all.
    pub total: u64,
    /// Those of the page, each with the metres to the point asked for.
    pub reports: Vec<(Report, Option<f64>)>,
}

/// PostgreSQL takes no text with a NUL; no stored one has it either.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

impl Filter {
    fn sql(&self) -> (String, Vec<Value>) {
        let mut sql = String::from("1 = 1");
        let mut values: Vec<Value> = Vec::new();
        // Writing to a string cannot fail.
        let mut add = |condition: &str, value: Value| {
            values.push(value);
            let _ = write!(
                sql,
                " AND {}",
                condition.replace('?', &format!("${}", values.len()))
            );
        };
        if self.shown {
            add("is_shown = ?", 1_i64.into());
        }
        if let Some(category) = &self.category {
            add("category = ?", without_nul(category).into());
        }
        if let Some(area) = &self.area {
            add("area = ?", without_nul(area).into());
        }
        if let Some(equipment) = &self.equipment {
            add("equipment = ?", without_nul(equipment).into());
        }
        for word in &self.words {
            let pattern = format!("%{}%", escape_like(&without_nul(word)));
            add(r"folded LIKE ? ESCAPE '\'", pattern.into());
        }
        if let Some((point, metres)) = self.near {
            let ((south, west), (north, east)) = point.around(metres);
            add("latitude >= ?", south.into());
            add("latitude <= ?", north.into());
            add("longitude >= ?", west.into());
            add("longitude <= ?", east.into());
        }
        if let Some(day) = self.late_on {
            add("due_on < ? AND handled_at IS NULL", day.to_string().into());
        }
        if let Some(account) = self.assigned_to {
            add("assigned_to = ?", account.into());
        }
        if let Some(from) = self.from {
            add("received_at >= ?", from.into());
        }
        if let Some(until) = self.until {
            add("received_at < ?", until.into());
        }
        match self.waits {
            Some(Waits::Look) => add("is_looked_at = ?", 0_i64.into()),
            Some(Waits::Contested) => add("is_contested = ?", 1_i64.into()),
            None => {}
        }
        if let Some(from) = self.open_or_handled_from {
            add("(handled_at IS NULL OR handled_at >= ?)", from.into());
        }
        if self.placed {
            add("latitude >= ?", 0_i64.into());
        }
        if let Some((categories, since)) = &self.of_disasters {
            let list = match categories.len() {
                0 => "NULL".to_owned(),
                many => yakuba_city::sql::list(values.len() + 1, many),
            };
            let _ = write!(sql, " AND (category IN ({list})");
            values.extend(categories.iter().map(|key| Value::from(without_nul(key))));
            if let Some(since) = since {
                values.push((*since).into());
                let _ = write!(sql, " OR received_at >= ${}", values.len());
            }
            sql.push(')');
        }
        let mut among = |column: &str, texts: Vec<String>| {
            let first = values.len() + 1;
            let list = yakuba_city::sql::list(first, texts.len());
            // Nothing is in an empty list.
            let list = if texts.is_empty() {
                "NULL".to_owned()
            } else {
                list
            };
            let _ = write!(sql, " AND {column} IN ({list})");
            values.extend(texts.into_iter().map(Value::from));
        };
        if let Some(departments) = &self.departments {
            let codes = departments.iter().map(|code| code.as_str().to_owned());
            among("department", codes.collect());
        }
        if !self.categories.is_empty() {
            let keys = self.categories.iter().map(|key| without_nul(key));
            among("category", keys.collect());
        }
        if !self.states.is_empty() {
            let names = self.states.iter().map(|state| state.name().to_owned());
            among("state", names.collect());
        }
        (sql, values)
    }
}

/// The reports of a page of a list in the filter's order or, around a point, nearest first.
///
/// # Errors
/// When the database does not answer.
pub async fn search(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    offset: u32,
    limit: u32,
) -> Result<Found, ReportError> {
    let (condition, values) = filter.sql();
    let (sql_offset, sql_limit) = if filter.near.is_some() {
        (0, MOST_NEAR)
    } else {
        (offset, limit)
    };
    let rows: Vec<ReportRow> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM reports_reports WHERE {condition} ORDER BY {order} LIMIT {sql_limit} OFFSET {sql_offset}",
                order = if filter.near.is_some() {
                    Order::Newest.sql()
                } else {
                    filter.order.sql()
                }
            ),
            values.clone(),
        )
        .await?;
    let reports = rows
        .into_iter()
        .map(Report::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    let Some((point, metres)) = filter.near else {
        let total: Option<i64> = connection
            .value(
                &format!("SELECT COUNT(*) FROM reports_reports WHERE {condition}"),
                values,
            )
            .await?;
        return Ok(Found {
            total: u64::try_from(total.unwrap_or(0)).unwrap_or(0),
            reports: reports.into_iter().map(|report| (report, None)).collect(),
        });
    };
    let mut near: Vec<(Report, f64)> = reports
        .into_iter()
        .filter_map(|report| {
            let away = report.point?.metres_to(point);
            (away <= f64::from(metres)).then_some((report, away))
        })
        .collect();
    near.sort_by(|one, other| one.1.total_cmp(&other.1));
    Ok(Found {
        total: near.len() as u64,
        reports: near
            .into_iter()
            .skip(offset as usize)
            .take(limit as usize)
            .map(|(report, away)| (report, Some(away)))
            .collect(),
    })
}

/// Every report that a filter wants, at most 100,000, for statistics.
///
/// # Errors
/// When the database does not answer.
pub async fn handled(
    connection: &impl ConnectionTrait,
    filter: &Filter,
) -> Result<Vec<Report>, ReportError> {
    let found = search(connection, filter, 0, 100_000).await?;
    Ok(found
        .reports
        .into_iter()
        .map(|(report, _)| report)
        .collect())
}

/// When the oldest report came in; none while there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn oldest(connection: &impl ConnectionTrait) -> Result<Option<Timestamp>, ReportError> {
    let at: Option<Option<i64>> = connection
        .value("SELECT MIN(received_at) FROM reports_reports", [])
        .await?;
    Ok(at
        .flatten()
        .and_then(|at| Timestamp::from_microsecond(at).ok()))
}
