//! Features: read, changed one by one with their history, or replaced as a whole.

use std::collections::{BTreeMap, HashSet};

use geo::{Coord, Geometry, Point, Rect};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::{Value as Json, json};
use yakuba_city::{
    Actor, AuditEntry, Tx,
    sql::{Sql as _, many_placeholders},
};
use yakuba_kernel::text::normalise_for_search;

use super::layers::{must_find, subject_of};
use crate::{
    error::PlacesError,
    model::map::{
        ground::{Cell, FINEST, LONGEST, grid_square},
        layer::{LayerProblem, Properties},
        shape,
    },
    store::datasets::moment,
};

/// Ten-millionths of a degree.
const PARTS: f64 = 1e7;
/// So many rows are written with one statement.
const AT_ONCE: usize = 500;
/// A layer with at most so many points shows all of them at every zoom.
const FEW_POINTS: usize = 1_000;

#[allow(clippy::cast_possible_truncation)] // Degrees in Japan: ten digits.
pub(super) fn parts(degrees: f64) -> i64 {
    (degrees * PARTS).round() as i64
}

#[allow(clippy::cast_precision_loss)] // As above.
pub(super) fn degrees(parts: i64) -> f64 {
    parts as f64 / PARTS
}

/// A feature to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFeature {
    cell: Cell,
    area: Rect,
    /// GeoJSON; empty for a point.
    shape: String,
    properties: Properties,
}

impl NewFeature {
    /// A feature of a shape that [`shape::read`] gave; none for one without a box.
    pub fn new(shape: &Geometry, properties: Properties) -> Option<Self> {
        let area = shape::around(shape);
        (area.min().x > 0.0).then(|| Self {
            cell: Cell::of(area),
            area,
            shape: match shape {
                Geometry::Point(_) => String::new(),
                other => shape::write(other).to_string(),
            },
            properties,
        })
    }

    fn is_point(&self) -> bool {
        self.shape.is_empty()
    }

    /// What the history keeps.
    fn kept(&self) -> Result<String, PlacesError> {
        let geometry = geometry_of(&self.shape, self.area)?;
        Ok(json!({"geometry": shape::write(&geometry), "properties": self.properties}).to_string())
    }
}

/// A row of a feature as the database has it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct FeatureRow {
    /// The layer.
    pub layer: String,
    /// Its number there.
    pub number: i64,
    west: i64,
    south: i64,
    east: i64,
    north: i64,
    shape: String,
    properties: String,
    /// Counts its changes.
    pub revision: i64,
}

pub(super) const COLUMNS: &str =
    "layer, number, west, south, east, north, shape, properties, revision";

fn geometry_of(text: &str, area: Rect) -> Result<Geometry, PlacesError> {
    if text.is_empty() {
        return Ok(Geometry::Point(Point(area.min())));
    }
    let json: Json = serde_json::from_str(text)?;
    shape::read(&json).map_err(|error| LayerProblem::Kept(error).into())
}

impl FeatureRow {
    /// Its box in degrees.
    pub fn area(&self) -> Rect {
        Rect::new(
            Coord {
                x: degrees(self.west),
                y: degrees(self.south),
            },
            Coord {
                x: degrees(self.east),
                y: degrees(self.north),
            },
        )
    }

    /// Its shape in degrees.
    ///
    /// # Errors
    /// When it cannot be read back.
    pub fn shape(&self) -> Result<Geometry, PlacesError> {
        geometry_of(&self.shape, self.area())
    }

    /// Its shape as a GeoJSON geometry.
    ///
    /// # Errors
    /// When it cannot be read back.
    pub fn geometry(&self) -> Result<Json, PlacesError> {
        if self.shape.is_empty() {
            Ok(shape::write(&self.shape()?))
        } else {
            Ok(serde_json::from_str(&self.shape)?)
        }
    }

    /// Its properties.
    ///
    /// # Errors
    /// When they cannot be read back.
    pub fn properties(&self) -> Result<Properties, PlacesError> {
        Ok(serde_json::from_str(&self.properties)?)
    }

    fn kept(&self) -> Result<String, PlacesError> {
        Ok(json!({"geometry": self.geometry()?, "properties": self.properties()?}).to_string())
    }
}

/// A feature of a layer.
///
/// # Errors
/// When the database does not answer.
pub async fn feature(
    connection: &impl ConnectionTrait,
    layer: &str,
    number: i64,
) -> Result<Option<FeatureRow>, PlacesError> {
    Ok(connection
        .row(
            &format!("SELECT {COLUMNS} FROM places_features WHERE layer = $1 AND number = $2"),
            [layer.into(), number.into()],
        )
        .await?)
}

/// Features of a layer after a number, in order, at most `limit`.
///
/// # Errors
/// When the database does not answer.
pub async fn features(
    connection: &impl ConnectionTrait,
    layer: &str,
    after: i64,
    limit: u32,
) -> Result<Vec<FeatureRow>, PlacesError> {
    Ok(connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM places_features WHERE layer = $1 AND number > $2 ORDER BY number LIMIT {limit}"
            ),
            [layer.into(), after.into()],
        )
        .await?)
}

/// The smallest zoom at which each is drawn. Of points, one in each square of a grid is drawn from far, so that no tile has too many; at
/// the largest zoom all are.
fn shown_from(features: &[NewFeature]) -> Vec<u8> {
    let points = features.iter().filter(|feature| feature.is_point()).count();
    let mut taken: Vec<HashSet<i64>> = vec![HashSet::new(); usize::from(LONGEST)];
    features
        .iter()
        .map(|feature| {
            if !feature.is_point() {
                return feature.cell.from;
            }
            if points <= FEW_POINTS {
                return 0;
            }
            let mut from = LONGEST;
            // A point that is shown from far is there from near: it takes the finer squares, too.
            for (zoom, taken) in (0_u8..).zip(&mut taken) {
                if taken.insert(grid_square(feature.cell.number, zoom).0) {
                    from = from.min(zoom);
                }
            }
            from
        })
        .collect()
}

async fn insert(
    tx: &Tx,
    layer: &str,
    numbered: &[(i64, &NewFeature, u8)],
    revision: i64,
) -> Result<(), PlacesError> {
    let connection = tx.connection();
    for rows in numbered.chunks(AT_ONCE) {
        let mut values: Vec<Value> = Vec::with_capacity(rows.len() * 13);
        for (number, feature, from) in rows {
            let found: Vec<&str> = feature.properties.values().map(String::as_str).collect();
            let area = feature.area;
            values.extend([
                layer.into(),
                (*number).into(),
                i64::from(*from).into(),
                feature.cell.number.into(),
                i64::from(feature.cell.level).into(),
                parts(area.min().x).into(),
                parts(area.min().y).into(),
                parts(area.max().x).into(),
                parts(area.max().y).into(),
                feature.shape.as_str().into(),
                serde_json::to_string(&feature.properties)?.into(),
                normalise_for_search(&found.join(" ")).into(),
                revision.into(),
            ]);
        }
        let places = many_placeholders(connection.get_database_backend(), rows.len(), 13);
        connection
            .run(
                &format!(
                    "INSERT INTO places_features (layer, number, shown_from, cell, level, west, south, east, north, shape, properties, \
                       found, revision) VALUES {places}"
                ),
                values,
            )
            .await?;
    }
    Ok(())
}

/// Counts a change of what a layer draws.
async fn touch(tx: &Tx, layer: &str, last_number: i64) -> Result<(), PlacesError> {
    tx.connection()
        .run(
            "UPDATE places_layers SET drawn = drawn + 1, changed_at = $2, \
               last_number = CASE WHEN last_number < $3 THEN $3 ELSE last_number END WHERE key = $1",
            [layer.into(), tx.now().as_microsecond().into(), last_number.into()],
        )
        .await?;
    Ok(())
}

async fn last_number(tx: &Tx, layer: &str) -> Result<i64, PlacesError> {
    let last: Option<i64> = tx
        .connection()
        .value(
            "SELECT last_number FROM places_layers WHERE key = $1",
            [layer.into()],
        )
        .await?;
    last.ok_or_else(|| PlacesError::NoSuchLayer(layer.to_owned()))
}

/// Puts features in the place of all that a layer has. Those that stand as they are keep their numbers. `keeps_history` notes what went
/// and what came; features of a dataset have their history in the catalogue. Returns whether anything changed.
///
/// # Errors
/// [`PlacesError::NoSuchLayer`], or when the database does not answer.
pub async fn replace_features(
    tx: &Tx,
    layer: &str,
    new: &[NewFeature],
    keeps_history: bool,
) -> Result<bool, PlacesError> {
    let mut last = last_number(tx, layer).await?;
    let standing: Vec<FeatureRow> = tx
        .connection()
        .rows(
            &format!("SELECT {COLUMNS} FROM places_features WHERE layer = $1 ORDER BY number"),
            [layer.into()],
        )
        .await?;
    let mut known: BTreeMap<(i64, i64, &str, &str), Vec<&FeatureRow>> = BTreeMap::new();
    for row in standing.iter().rev() {
        known
            .entry((row.west, row.south, &row.shape, &row.properties))
            .or_default()
            .push(row);
    }
    let from = shown_from(new);
    let mut coming: Vec<(i64, &NewFeature, u8)> = Vec::new();
    let mut staying: HashSet<i64> = HashSet::new();
    let texts = new
        .iter()
        .map(|feature| serde_json::to_string(&feature.properties))
        .collect::<Result<Vec<_>, _>>()?;
    for ((feature, from), properties) in new.iter().zip(from).zip(&texts) {
        let min = feature.area.min();
        let key = (
            parts(min.x),
            parts(min.y),
            feature.shape.as_str(),
            properties.as_str(),
        );
        if let Some(row) = known.get_mut(&key).and_then(Vec::pop) {
            staying.insert(row.number);
        } else {
            last += 1;
            coming.push((last, feature, from));
        }
    }
    let going: Vec<&FeatureRow> = standing
        .iter()
        .filter(|row| !staying.contains(&row.number))
        .collect();
    if coming.is_empty() && going.is_empty() {
        return Ok(false);
    }
    let connection = tx.connection();
    for rows in going.chunks(AT_ONCE) {
        let numbers: Vec<String> = rows.iter().map(|row| row.number.to_string()).collect();
        connection
            .run(
                &format!(
                    "DELETE FROM places_features WHERE layer = $1 AND number IN ({})",
                    numbers.join(", ")
                ),
                [layer.into()],
            )
            .await?;
    }
    insert(tx, layer, &coming, 1).await?;
    if keeps_history {
        let mut changes = Vec::new();
        for row in &going {
            changes.push((row.number, row.kept()?, String::new()));
        }
        for (number, feature, _) in &coming {
            changes.push((*number, String::new(), feature.kept()?));
        }
        note(tx, layer, "imported", &changes).await?;
        let entry = AuditEntry::new("places.features_import", subject_of(layer))
            .with(json!({"added": coming.len(), "removed": going.len()}));
        tx.audit(entry);
    }
    touch(tx, layer, last).await?;
    Ok(true)
}

async fn note(
    tx: &Tx,
    layer: &str,
    kind: &'static str,
    changes: &[(i64, String, String)],
) -> Result<(), PlacesError> {
    let account = match tx.actor() {
        Actor::Staff(account) => Some(*account),
        _ => None,
    };
    let connection = tx.connection();
    for rows in changes.chunks(AT_ONCE) {
        let mut values: Vec<Value> = Vec::with_capacity(rows.len() * 7);
        for (number, before, after) in rows {
            values.extend([
                layer.into(),
                (*number).into(),
                tx.now().as_microsecond().into(),
                account.into(),
                kind.into(),
                before.as_str().into(),
                after.as_str().into(),
            ]);
        }
        let places = many_placeholders(connection.get_database_backend(), rows.len(), 7);
        connection
            .run(
                &format!(
                    "INSERT INTO places_feature_changes (layer, number, at, account, kind, before, after) VALUES {places}"
                ),
                values,
            )
            .await?;
    }
    Ok(())
}

async fn own_layer(tx: &Tx, layer: &str) -> Result<(), PlacesError> {
    if must_find(tx, layer).await?.is_own() {
        Ok(())
    } else {
        Err(LayerProblem::OfDataset.into())
    }
}

/// From which zoom a point that comes later is drawn: where no other stands in its square already.
async fn from_of(tx: &Tx, layer: &str, feature: &NewFeature) -> Result<u8, PlacesError> {
    if !feature.is_point() {
        return Ok(feature.cell.from);
    }
    for zoom in 0..LONGEST {
        let (first, last) = grid_square(feature.cell.number, zoom);
        let other: Option<i64> = tx
            .connection()
            .value(
                "SELECT number FROM places_features WHERE layer = $1 AND shown_from <= $2 AND cell BETWEEN $3 AND $4 AND level = $5 LIMIT 1",
                [
                    layer.into(),
                    i64::from(zoom).into(),
                    first.into(),
                    last.into(),
                    i64::from(FINEST).into(),
                ],
            )
            .await?;
        if other.is_none() {
            return Ok(zoom);
        }
    }
    Ok(LONGEST)
}

/// Adds a feature to a layer of its own and returns its number.
///
/// # Errors
/// [`PlacesError::NoSuchLayer`], [`PlacesError::BadLayer`] when its features come from a dataset.
pub async fn add_feature(tx: &Tx, layer: &str, new: &NewFeature) -> Result<i64, PlacesError> {
    own_layer(tx, layer).await?;
    let number = last_number(tx, layer).await? + 1;
    put(tx, layer, number, new, 1).await?;
    changed(tx, layer, number, "added", String::new(), new.kept()?).await?;
    Ok(number)
}

async fn put(
    tx: &Tx,
    layer: &str,
    number: i64,
    new: &NewFeature,
    revision: i64,
) -> Result<(), PlacesError> {
    let count: Option<i64> = tx
        .connection()
        .value(
            "SELECT COUNT(*) FROM places_features WHERE layer = $1",
            [layer.into()],
        )
        .await?;
    let is_few = usize::try_from(count.unwrap_or(0)).is_ok_and(|count| count < FEW_POINTS);
    let from = if is_few && new.is_point() {
        0
    } else {
        from_of(tx, layer, new).await?
    };
    insert(tx, layer, &[(number, new, from)], revision).await
}

async fn changed(
    tx: &Tx,
    layer: &str,
    number: i64,
    kind: &'static str,
    before: String,
    after: String,
) -> Result<(), PlacesError> {
    note(tx, layer, kind, &[(number, before, after)]).await?;
    let entry = AuditEntry::new("places.feature", subject_of(layer))
        .with(json!({"feature": number, "kind": kind}));
    tx.audit(entry);
    touch(tx, layer, number).await
}

/// Changes a feature as it stood at a revision.
///
/// # Errors
/// [`PlacesError::ChangedMeanwhile`] when it is not as it was.
pub async fn change_feature(
    tx: &Tx,
    layer: &str,
    number: i64,
    revision: i64,
    new: &NewFeature,
) -> Result<(), PlacesError> {
    own_layer(tx, layer).await?;
    let before = take_away(tx, layer, number, revision).await?;
    put(tx, layer, number, new, revision + 1).await?;
    changed(tx, layer, number, "changed", before, new.kept()?).await
}

/// Takes a feature away as it stood at a revision.
///
/// # Errors
/// [`PlacesError::ChangedMeanwhile`] when it is not as it was.
pub async fn remove_feature(
    tx: &Tx,
    layer: &str,
    number: i64,
    revision: i64,
) -> Result<(), PlacesError> {
    own_layer(tx, layer).await?;
    let before = take_away(tx, layer, number, revision).await?;
    changed(tx, layer, number, "removed", before, String::new()).await
}

async fn take_away(
    tx: &Tx,
    layer: &str,
    number: i64,
    revision: i64,
) -> Result<String, PlacesError> {
    let before = feature(tx.connection(), layer, number)
        .await?
        .filter(|found| found.revision == revision)
        .ok_or(PlacesError::ChangedMeanwhile)?;
    tx.connection()
        .run(
            "DELETE FROM places_features WHERE layer = $1 AND number = $2",
            [layer.into(), number.into()],
        )
        .await?;
    before.kept()
}

/// A line of the history of features.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureChange {
    /// Its number.
    pub id: i64,
    /// The feature.
    pub number: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Whose account did it; none: the command line.
    pub account: Option<i64>,
    /// What happened: `added`, `changed`, `removed`, `restored` or `imported`.
    pub kind: String,
    /// As it was; none: it was not there.
    pub before: Option<Kept>,
    /// As it became; none: it is gone.
    pub after: Option<Kept>,
}

/// A feature as the history keeps it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Kept {
    /// Its GeoJSON geometry.
    pub geometry: Json,
    /// Its properties.
    pub properties: Properties,
}

/// What happened to a layer's features last, newest first; to one of them when it is named.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn feature_changes(
    connection: &impl ConnectionTrait,
    layer: &str,
    number: Option<i64>,
    limit: u32,
) -> Result<Vec<FeatureChange>, PlacesError> {
    let (column, value) = match number {
        Some(number) => (" AND number = $2", Some(number)),
        None => ("", None),
    };
    changes_where(connection, layer, column, value, limit).await
}

async fn changes_where(
    connection: &impl ConnectionTrait,
    layer: &str,
    and: &'static str,
    value: Option<i64>,
    limit: u32,
) -> Result<Vec<FeatureChange>, PlacesError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        number: i64,
        at: i64,
        account: Option<i64>,
        kind: String,
        before: String,
        after: String,
    }
    let mut values: Vec<Value> = vec![layer.into()];
    values.extend(value.map(Value::from));
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT id, number, at, account, kind, before, after FROM places_feature_changes WHERE layer = $1{and} \
                 ORDER BY id DESC LIMIT {limit}"
            ),
            values,
        )
        .await?;
    let kept = |text: &str| -> Result<Option<Kept>, PlacesError> {
        Ok(if text.is_empty() {
            None
        } else {
            Some(serde_json::from_str(text)?)
        })
    };
    rows.into_iter()
        .map(|row| {
            Ok(FeatureChange {
                id: row.id,
                number: row.number,
                at: moment(row.at),
                account: row.account,
                before: kept(&row.before)?,
                after: kept(&row.after)?,
                kind: row.kind,
            })
        })
        .collect()
}

/// Makes a feature again as it was before a change: also one that is gone, and one that was not there goes.
///
/// # Errors
/// [`PlacesError::ChangedMeanwhile`] when there is no such change, [`PlacesError::BadLayer`] when its features come from a dataset.
pub async fn restore_feature(tx: &Tx, layer: &str, change: i64) -> Result<i64, PlacesError> {
    own_layer(tx, layer).await?;
    let wanted = changes_where(tx.connection(), layer, " AND id = $2", Some(change), 1)
        .await?
        .pop()
        .ok_or(PlacesError::ChangedMeanwhile)?;
    let number = wanted.number;
    let standing = feature(tx.connection(), layer, number).await?;
    let revision = standing.as_ref().map_or(0, |row| row.revision);
    let before = match standing {
        Some(_) => take_away(tx, layer, number, revision).await?,
        None => String::new(),
    };
    let after = match &wanted.before {
        None => String::new(),
        Some(kept) => {
            let shape = shape::read(&kept.geometry).map_err(LayerProblem::Kept)?;
            let new = NewFeature::new(&shape, kept.properties.clone())
                .ok_or(PlacesError::ChangedMeanwhile)?;
            put(tx, layer, number, &new, revision + 1).await?;
            new.kept()?
        }
    };
    changed(tx, layer, number, "restored", before, after).await?;
    Ok(number)
}
