//! Finding assets.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use yakuba_city::{
    CityError,
    sql::{Sql as _, escape_like},
};
use yakuba_kernel::{Decimal, DepartmentCode, Point};

use super::alerts::SILENT;
use crate::{error::AssetError, model::state::State};

/// One thing of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its number in the city.
    pub id: i64,
    /// The key of its kind.
    pub kind: String,
    /// Its number within its kind.
    pub number: String,
    /// What it is called.
    pub name: String,
    /// Where it is, in words.
    pub place: String,
    /// Where it is.
    pub point: Option<Point>,
    /// What its kind asks for, by key.
    pub fields: BTreeMap<String, String>,
    /// Where it stands in its life.
    pub state: State,
    /// The department that looks after it.
    pub department: DepartmentCode,
    /// Since when it is there.
    pub installed_on: Option<Date>,
    /// Since when it is gone.
    pub removed_on: Option<Date>,
    /// When it must be inspected next.
    pub inspection_due: Option<Date>,
    /// Who hears of its alerts beside those of its kind.
    pub mail: Vec<String>,
    /// Counts its changes.
    pub revision: i64,
}

impl Asset {
    /// Whether its inspection is late on a day.
    pub fn is_inspection_late_on(&self, day: Date) -> bool {
        self.state != State::Removed && self.inspection_due.is_some_and(|due| due < day)
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    kind: String,
    number: String,
    name: String,
    place: String,
    latitude: Option<i64>,
    longitude: Option<i64>,
    fields: String,
    state: String,
    department: String,
    installed_on: Option<String>,
    removed_on: Option<String>,
    inspection_due: Option<String>,
    mail: String,
    revision: i64,
}

const COLUMNS: &str = "a.id, a.kind, a.number, a.name, a.place, a.latitude, a.longitude, a.fields, a.state, a.department, \
     a.installed_on, a.removed_on, a.inspection_due, a.mail, a.revision";

fn unreadable(cause: impl std::fmt::Display) -> AssetError {
    AssetError::City(CityError::Stored {
        what: "asset",
        cause: cause.to_string(),
    })
}

fn day(text: Option<String>) -> Result<Option<Date>, AssetError> {
    text.map(|text| text.parse().map_err(unreadable))
        .transpose()
}

impl Row {
    fn read(self) -> Result<Asset, AssetError> {
        Ok(Asset {
            id: self.id,
            kind: self.kind,
            number: self.number,
            name: self.name,
            place: self.place,
            point: point(self.latitude, self.longitude)?,
            fields: serde_json::from_str(&self.fields)?,
            state: State::read(&self.state).ok_or_else(|| unreadable(&self.state))?,
            department: DepartmentCode::new(self.department)?,
            installed_on: day(self.installed_on)?,
            removed_on: day(self.removed_on)?,
            inspection_due: day(self.inspection_due)?,
            mail: yakuba_ui::lines(&self.mail),
            revision: self.revision,
        })
    }
}

/// A stored place.
pub(super) fn point(
    latitude: Option<i64>,
    longitude: Option<i64>,
) -> Result<Option<Point>, AssetError> {
    Ok(latitude
        .zip(longitude)
        .map(|(latitude, longitude)| Point::from_millionths(latitude, longitude))
        .transpose()?)
}

/// One asset.
///
/// # Errors
/// The database's.
pub async fn asset(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Asset>, AssetError> {
    let row: Option<Row> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM assets_assets a WHERE a.id = $1"),
            [id.into()],
        )
        .await?;
    row.map(Row::read).transpose()
}

/// The assets among these numbers.
///
/// # Errors
/// The database's.
pub async fn among(
    connection: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<Vec<Asset>, AssetError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let rows: Vec<Row> = connection
            .rows(
                &format!(
                    "SELECT {COLUMNS} FROM assets_assets a WHERE a.id IN ({})",
                    yakuba_city::sql::list(1, chunk.len())
                ),
                chunk.iter().map(|id| (*id).into()),
            )
            .await?;
        for row in rows {
            found.push(row.read()?);
        }
    }
    Ok(found)
}

/// Which assets are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these departments only.
    pub departments: Option<Vec<DepartmentCode>>,
    /// Of these kinds only.
    pub kinds: Option<Vec<String>>,
    /// In these states; none: in all.
    pub states: Vec<State>,
    /// Each word, folded, occurs.
    pub words: Vec<String>,
    /// With an open alert of any rule.
    pub with_alert: bool,
    /// Silent.
    pub silent: bool,
    /// Whose inspection is due before this day.
    pub inspection_before: Option<Date>,
    /// Within so many metres of a place, nearest first.
    pub near: Option<(Point, u32)>,
    /// With a place on the map only.
    pub placed: bool,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The page that was asked for, each with its distance in metres when a place was given.
    pub assets: Vec<(Asset, Option<f64>)>,
    /// How many there are in all.
    pub total: u64,
}

fn condition(filter: &Filter) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = Vec::new();
    let mut parts = vec!["1 = 1".to_owned()];
    let mut one_of = |column: &str, options: Vec<Value>, values: &mut Vec<Value>| {
        if options.is_empty() {
            parts.push("1 = 0".to_owned());
        } else {
            let list = yakuba_city::sql::list(values.len() + 1, options.len());
            parts.push(format!("{column} IN ({list})"));
            values.extend(options);
        }
    };
    if let Some(departments) = &filter.departments {
        let codes = departments
            .iter()
            .map(|code| code.as_str().into())
            .collect();
        one_of("a.department", codes, &mut values);
    }
    if let Some(kinds) = &filter.kinds {
        let keys = kinds.iter().map(|key| key.as_str().into()).collect();
        one_of("a.kind", keys, &mut values);
    }
    if !filter.states.is_empty() {
        let names = filter
            .states
            .iter()
            .map(|state| state.name().into())
            .collect();
        one_of("a.state", names, &mut values);
    }
    for word in &filter.words {
        values.push(format!("%{}%", escape_like(word)).into());
        parts.push(format!(r"a.folded LIKE ${} ESCAPE '\'", values.len()));
    }
    if filter.with_alert || filter.silent {
        let rule = if filter.silent {
            format!("AND l.rule = '{SILENT}'")
        } else {
            String::new()
        };
        parts.push(format!(
            "EXISTS (SELECT 1 FROM assets_alerts l WHERE l.asset = a.id AND l.closed_at IS NULL {rule})"
        ));
    }
    if let Some(day) = filter.inspection_before {
        values.push(day.to_string().into());
        parts.push(format!(
            "a.inspection_due < ${} AND a.state <> 'removed'",
            values.len()
        ));
    }
    if let Some((point, metres)) = filter.near {
        let ((south, west), (north, east)) = point.around(metres);
        let first = values.len() + 1;
        values.extend([south.into(), north.into(), west.into(), east.into()]);
        parts.push(format!(
            "a.latitude BETWEEN ${first} AND ${} AND a.longitude BETWEEN ${} AND ${}",
            first + 1,
            first + 2,
            first + 3
        ));
    } else if filter.placed {
        parts.push("a.latitude IS NOT NULL".to_owned());
    }
    (parts.join(" AND "), values)
}

/// Assets by kind and number, the longest due first where inspections are asked for, or nearest first.
///
/// # Errors
/// The database's.
pub async fn search(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    offset: u32,
    limit: u32,
) -> Result<Found, AssetError> {
    let (condition, mut values) = condition(filter);
    let select = format!("SELECT {COLUMNS} FROM assets_assets a WHERE {condition}");
    if let Some((point, metres)) = filter.near {
        // What lies in the square is few enough to be measured here.
        let rows: Vec<Row> = connection
            .rows(&format!("{select} ORDER BY a.id LIMIT 20000"), values)
            .await?;
        let mut near = Vec::new();
        for row in rows {
            let asset = row.read()?;
            let away = asset.point.map(|at| at.metres_to(point));
            if away.is_some_and(|away| away <= f64::from(metres)) {
                near.push((asset, away));
            }
        }
        near.sort_by(|(one, near), (other, far)| {
            near.unwrap_or_default()
                .total_cmp(&far.unwrap_or_default())
                .then(one.id.cmp(&other.id))
        });
        let total = near.len() as u64;
        let assets = near
            .into_iter()
            .skip(offset as usize)
            .take(limit as usize)
            .collect();
        return Ok(Found { assets, total });
    }
    let total: i64 = connection
        .value(
            &format!("SELECT COUNT(*) FROM assets_assets a WHERE {condition}"),
            values.clone(),
        )
        .await?
        .unwrap_or(0);
    values.extend([i64::from(limit).into(), i64::from(offset).into()]);
    let order = match filter.inspection_before {
        Some(_) => "a.inspection_due, a.kind, a.number, a.id",
        None => "a.kind, a.number, a.id",
    };
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "{select} ORDER BY {order} LIMIT ${} OFFSET ${}",
                values.len() - 1,
                values.len()
            ),
            values,
        )
        .await?;
    Ok(Found {
        assets: rows
            .into_iter()
            .map(|row| Ok((row.read()?, None)))
            .collect::<Result<_, AssetError>>()?,
        total: total.unsigned_abs(),
    })
}

/// A line of an asset's history.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct LogLine {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What: `added`, `changed`, `state`, `note`, `inspected`, `key` or `revoked`.
    pub kind: String,
    /// The state it came into.
    pub state: Option<String>,
    /// What was written.
    pub text: String,
}

/// The history of an asset, newest first.
///
/// # Errors
/// The database's.
pub async fn log(
    connection: &impl ConnectionTrait,
    asset: i64,
) -> Result<Vec<LogLine>, AssetError> {
    Ok(connection
        .rows(
            "SELECT at, actor, kind, state, text FROM assets_log WHERE asset = $1 ORDER BY id DESC LIMIT 200",
            [asset.into()],
        )
        .await?)
}

/// What a device told last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Device {
    /// Whether it has a key.
    pub has_key: bool,
    /// When the city heard it.
    pub heard_at: Option<Timestamp>,
    /// The values it told.
    pub readings: BTreeMap<String, Decimal>,
    /// Where it said it was.
    pub point: Option<Point>,
    /// Its last months: month, minutes it worked, minutes expected; newest first.
    pub months: Vec<(String, i64, i64)>,
}

/// What is known of an asset as a device.
///
/// # Errors
/// The database's.
pub async fn device(connection: &impl ConnectionTrait, asset: i64) -> Result<Device, AssetError> {
    #[derive(FromQueryResult)]
    struct StateRow {
        heard_at: Option<i64>,
        readings: String,
        latitude: Option<i64>,
        longitude: Option<i64>,
    }
    #[derive(FromQueryResult)]
    struct MonthRow {
        month: String,
        up_minutes: i64,
        expected_minutes: i64,
    }
    let key: Option<i64> = connection
        .value(
            "SELECT id FROM assets_keys WHERE asset = $1 AND revoked_at IS NULL",
            [asset.into()],
        )
        .await?;
    let state: Option<StateRow> = connection
        .row(
            "SELECT heard_at, readings, latitude, longitude FROM assets_state WHERE asset = $1",
            [asset.into()],
        )
        .await?;
    let months: Vec<MonthRow> = connection
        .rows(
            "SELECT month, up_minutes, expected_minutes FROM assets_months WHERE asset = $1 ORDER BY month DESC LIMIT 12",
            [asset.into()],
        )
        .await?;
    let mut device = Device {
        has_key: key.is_some(),
        months: months
            .into_iter()
            .map(|row| (row.month, row.up_minutes, row.expected_minutes))
            .collect(),
        ..Device::default()
    };
    if let Some(state) = state {
        device.heard_at = state
            .heard_at
            .map(|at| Timestamp::from_microsecond(at).map_err(unreadable))
            .transpose()?;
        device.readings = serde_json::from_str(&state.readings)?;
        device.point = point(state.latitude, state.longitude)?;
    }
    Ok(device)
}

/// Since when each of some assets is silent.
///
/// # Errors
/// The database's.
pub async fn silent_since(
    connection: &impl ConnectionTrait,
    assets: &[i64],
) -> Result<BTreeMap<i64, i64>, AssetError> {
    #[derive(FromQueryResult)]
    struct SilentRow {
        asset: i64,
        opened_at: i64,
    }
    if assets.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<SilentRow> = connection
        .rows(
            &format!(
                "SELECT asset, opened_at FROM assets_alerts WHERE closed_at IS NULL AND rule = '{SILENT}' AND asset IN ({})",
                yakuba_city::sql::list(1, assets.len())
            ),
            assets.iter().map(|id| (*id).into()),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.asset, row.opened_at))
        .collect())
}
