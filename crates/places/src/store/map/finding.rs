//! What lies in a tile, what is near a place, and what has words.

use std::fmt::Write as _;

use geo::{Coord, Geometry, Intersects as _, Rect};
use sea_orm::{ConnectionTrait, Value};
use yakuba_city::sql::{Sql as _, escape_like, list};

use super::features::{COLUMNS, FeatureRow};
use crate::{
    error::PlacesError,
    model::map::{
        ground::{LONGEST, Tile},
        near,
    },
};

/// The most features of a tile. Points are thinned to 4,096 in a tile before; this holds for the largest zoom and for small shapes.
const MOST_IN_TILE: u32 = 20_000;
/// The most features that one look around a place reads.
const MOST_AROUND: u32 = 5_000;
/// The most features that a search reads.
pub const MOST_FOUND: u32 = 2_000;

/// The features of a layer that are drawn in a tile, in the order of their numbers.
///
/// # Errors
/// When the database does not answer.
pub async fn in_tile(
    connection: &impl ConnectionTrait,
    layer: &str,
    tile: Tile,
) -> Result<Vec<FeatureRow>, PlacesError> {
    inside(connection, &[layer.to_owned()], tile, tile.z, MOST_IN_TILE).await
}

/// Features of layers in a tile: all that are drawn at `zoom`, which may be larger than the tile's.
async fn inside(
    connection: &impl ConnectionTrait,
    layers: &[String],
    tile: Tile,
    zoom: u8,
    most: u32,
) -> Result<Vec<FeatureRow>, PlacesError> {
    let (sql, values) = sql_inside(layers, tile, zoom, most);
    Ok(connection.rows(&sql, values).await?)
}

/// What asks for the features of layers in a tile.
fn sql_inside(layers: &[String], tile: Tile, zoom: u8, most: u32) -> (String, Vec<Value>) {
    let (first, last) = tile.numbers();
    // One range of the index for each zoom, and a few squares around the tile for what is larger than it.
    let zooms: Vec<String> = (0..=zoom).map(|zoom| zoom.to_string()).collect();
    let zooms = zooms.join(", ");
    let mut values: Vec<Value> = layers.iter().map(|layer| layer.as_str().into()).collect();
    let layers = list(1, values.len());
    let mut next = values.len();
    values.extend([first.into(), last.into(), i64::from(tile.z).into()]);
    let mut sql = format!(
        "SELECT {COLUMNS} FROM places_features WHERE layer IN ({layers}) AND shown_from IN ({zooms}) \
           AND cell BETWEEN ${} AND ${} AND level >= ${}",
        next + 1,
        next + 2,
        next + 3
    );
    next += 3;
    let around: Vec<String> = tile
        .around()
        .map(|(level, number)| format!("(cell = {number} AND level = {level})"))
        .collect();
    if !around.is_empty() {
        let numbers: Vec<String> = tile
            .around()
            .map(|(_, number)| number.to_string())
            .collect();
        let area = tile.area();
        let parts = super::features::parts;
        values.extend([
            parts(area.min().x).into(),
            parts(area.max().x).into(),
            parts(area.min().y).into(),
            parts(area.max().y).into(),
        ]);
        // Writing to a string cannot fail.
        let _ = write!(
            sql,
            " UNION ALL SELECT {COLUMNS} FROM places_features WHERE layer IN ({layers}) AND shown_from IN ({zooms}) \
               AND cell IN ({}) AND ({}) AND east >= ${} AND west <= ${} AND north >= ${} AND south <= ${}",
            numbers.join(", "),
            around.join(" OR "),
            next + 1,
            next + 2,
            next + 3,
            next + 4
        );
    }
    // Ordered by what is no column: by the columns themselves SQLite would walk through the whole layer to be spared the sorting.
    let ordered =
        format!("SELECT * FROM ({sql}) AS found ORDER BY layer || '', number + 0 LIMIT {most}");
    (ordered, values)
}

/// A feature with its distance from where somebody is.
#[derive(Debug, Clone)]
pub struct Found {
    /// The feature.
    pub row: FeatureRow,
    /// Its shape in degrees.
    pub shape: Geometry,
    /// How far it is in metres; none when nobody said from where.
    pub metres: Option<f64>,
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The layers.
    pub layers: Vec<String>,
    /// Words that all must occur in a feature's properties.
    pub words: Vec<String>,
}

/// The features nearest to a place, at least `count` when there are so many, the nearest first. Looks in larger and larger surroundings,
/// up to 60 kilometres.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn nearest(
    connection: &impl ConnectionTrait,
    wanted: &Wanted,
    place: Coord,
    count: usize,
) -> Result<Vec<Found>, PlacesError> {
    if wanted.layers.is_empty() {
        return Ok(Vec::new());
    }
    if !wanted.words.is_empty() {
        let mut found = search_features(connection, wanted).await?;
        for one in &mut found {
            one.metres = Some(near::metres(place, &one.shape));
        }
        sort(&mut found);
        return Ok(found);
    }
    let mut found = Vec::new();
    for radius in [500.0, 2_000.0, 8_000.0, 60_000.0] {
        found = around(connection, &wanted.layers, place, radius).await?;
        if found.len() >= count {
            break;
        }
    }
    Ok(found)
}

fn sort(found: &mut [Found]) {
    found.sort_by(|one, other| {
        let far = |one: &Found| one.metres.unwrap_or(f64::MAX);
        far(one).total_cmp(&far(other)).then_with(|| {
            (&one.row.layer, one.row.number).cmp(&(&other.row.layer, other.row.number))
        })
    });
}

/// At most four tiles that hold all of a box in degrees: of the largest zoom whose tiles are as wide.
fn tiles_over(area: Rect) -> Vec<Tile> {
    let (min, max) = (area.min(), area.max());
    let corners = |zoom: u8| -> Vec<Tile> {
        let mut tiles: Vec<Tile> = [
            (min.x, min.y),
            (max.x, min.y),
            (min.x, max.y),
            (max.x, max.y),
        ]
        .into_iter()
        .map(|(x, y)| Tile::with(Coord { x, y }, zoom))
        .collect();
        tiles.sort_by_key(|tile| (tile.x, tile.y));
        tiles.dedup();
        tiles
    };
    let is_close = |tiles: &[Tile]| {
        tiles
            .first()
            .zip(tiles.last())
            .is_some_and(|(first, last)| last.x - first.x <= 1 && last.y.abs_diff(first.y) <= 1)
    };
    let mut zoom = LONGEST;
    while zoom > 0 && !is_close(&corners(zoom)) {
        zoom -= 1;
    }
    corners(zoom)
}

/// The features of a layer that touch a box in degrees and are drawn at a zoom, in the order of their numbers, at most `most`.
///
/// # Errors
/// When the database does not answer.
pub async fn in_frame(
    connection: &impl ConnectionTrait,
    layer: &str,
    area: Rect,
    zoom: u8,
    most: usize,
) -> Result<Vec<FeatureRow>, PlacesError> {
    let mut found = std::collections::BTreeMap::new();
    for tile in tiles_over(area) {
        for row in inside(connection, &[layer.to_owned()], tile, zoom, MOST_IN_TILE).await? {
            if row.area().intersects(&area) {
                found.insert(row.number, row);
            }
        }
    }
    Ok(found.into_values().take(most).collect())
}

/// Everything within some metres.
async fn around(
    connection: &impl ConnectionTrait,
    layers: &[String],
    place: Coord,
    radius: f64,
) -> Result<Vec<Found>, PlacesError> {
    let up = radius / 111_195.0;
    let aside = up / place.y.to_radians().cos();
    let square = Rect::new(
        Coord {
            x: place.x - aside,
            y: place.y - up,
        },
        Coord {
            x: place.x + aside,
            y: place.y + up,
        },
    );
    let mut found: Vec<Found> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for tile in tiles_over(square) {
        for row in inside(connection, layers, tile, LONGEST, MOST_AROUND).await? {
            if !seen.insert((row.layer.clone(), row.number)) {
                continue;
            }
            if !row.area().intersects(&square) {
                continue;
            }
            let shape = row.shape()?;
            let metres = near::metres(place, &shape);
            if metres <= radius {
                found.push(Found {
                    row,
                    shape,
                    metres: Some(metres),
                });
            }
        }
    }
    sort(&mut found);
    Ok(found)
}

/// The features of layers with all words, in the order of layers and numbers; all of them when there are no words. At most 2,000.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn search_features(
    connection: &impl ConnectionTrait,
    wanted: &Wanted,
) -> Result<Vec<Found>, PlacesError> {
    search_some(connection, wanted, MOST_FOUND).await
}

/// The first of the features of layers with all words, at most `most`: the search ends with the last of them.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn search_some(
    connection: &impl ConnectionTrait,
    wanted: &Wanted,
    most: u32,
) -> Result<Vec<Found>, PlacesError> {
    if wanted.layers.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = wanted
        .layers
        .iter()
        .map(|layer| layer.as_str().into())
        .collect();
    let layers = list(1, values.len());
    let mut sql = format!("SELECT {COLUMNS} FROM places_features WHERE layer IN ({layers})");
    for word in &wanted.words {
        // PostgreSQL takes no text with a NUL.
        let word = word.replace('\0', "");
        values.push(format!("%{}%", escape_like(&word)).into());
        let _ = write!(sql, " AND found LIKE ${} ESCAPE '\\'", values.len());
    }
    let _ = write!(sql, " ORDER BY layer, number LIMIT {most}");
    let rows: Vec<FeatureRow> = connection.rows(&sql, values).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Found {
                shape: row.shape()?,
                row,
                metres: None,
            })
        })
        .collect()
}

/// Some of the features in a box.
#[derive(Debug, Clone)]
pub struct InBox {
    /// Those that were asked for, in the order of their numbers.
    pub rows: Vec<FeatureRow>,
    /// How many there are.
    pub count: u64,
}

/// The features of a layer whose boxes touch a box in degrees, or all, in the order of their numbers.
///
/// # Errors
/// When the database does not answer.
pub async fn in_box(
    connection: &impl ConnectionTrait,
    layer: &str,
    area: Option<Rect>,
    offset: u32,
    limit: u32,
) -> Result<InBox, PlacesError> {
    let (filter, values) = filter_of_box(layer, area);
    let rows = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM places_features WHERE {filter} ORDER BY number LIMIT {limit} OFFSET {offset}"
            ),
            values.clone(),
        )
        .await?;
    let count: Option<i64> = connection
        .value(
            &format!("SELECT COUNT(*) FROM places_features WHERE {filter}"),
            values,
        )
        .await?;
    Ok(InBox {
        rows,
        count: count.unwrap_or(0).unsigned_abs(),
    })
}

/// The condition for the features of a layer in a box, with its values.
fn filter_of_box(layer: &str, area: Option<Rect>) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![layer.into()];
    let mut filter = "layer = $1".to_owned();
    if let Some(area) = area {
        // The smallest tile that holds all of the box, and the squares around it.
        let tile = (0..=LONGEST)
            .rev()
            .map(|zoom| (Tile::with(area.min(), zoom), Tile::with(area.max(), zoom)))
            .find_map(|(one, other)| (one == other).then_some(one));
        if let Some(tile) = tile {
            let (first, last) = tile.numbers();
            // Every zoom is named so that the index over zoom and cell serves.
            let zooms: Vec<String> = (0..=LONGEST).map(|zoom| zoom.to_string()).collect();
            let of_layer = format!(
                "SELECT number FROM places_features WHERE layer = $1 AND shown_from IN ({})",
                zooms.join(", ")
            );
            let _ = write!(
                filter,
                " AND number IN ({of_layer} AND cell BETWEEN {first} AND {last} AND level >= {}",
                tile.z
            );
            for (level, number) in tile.around() {
                let _ = write!(
                    filter,
                    " UNION ALL {of_layer} AND cell = {number} AND level = {level}"
                );
            }
            filter.push(')');
        }
        let parts = super::features::parts;
        values.extend([
            parts(area.min().x).into(),
            parts(area.max().x).into(),
            parts(area.min().y).into(),
            parts(area.max().y).into(),
        ]);
        filter.push_str(" AND east >= $2 AND west <= $3 AND north >= $4 AND south <= $5");
    }
    (filter, values)
}

/// The box of all features of a layer in degrees; none when it has none.
///
/// # Errors
/// When the database does not answer.
pub async fn extent(
    connection: &impl ConnectionTrait,
    layer: &str,
) -> Result<Option<Rect>, PlacesError> {
    #[derive(sea_orm::FromQueryResult)]
    struct Sides {
        west: Option<i64>,
        south: Option<i64>,
        east: Option<i64>,
        north: Option<i64>,
    }
    let sides: Option<Sides> = connection
        .row(
            "SELECT MIN(west) AS west, MIN(south) AS south, MAX(east) AS east, MAX(north) AS north \
             FROM places_features WHERE layer = $1",
            [layer.into()],
        )
        .await?;
    Ok(sides.and_then(|sides| {
        let degrees = super::features::degrees;
        Some(Rect::new(
            Coord {
                x: degrees(sides.west?),
                y: degrees(sides.south?),
            },
            Coord {
                x: degrees(sides.east?),
                y: degrees(sides.north?),
            },
        ))
    }))
}

#[cfg(test)]
mod tests {
    use yakuba_city::testing::on_sqlite;

    use super::*;
    use crate::PlacesService;

    /// How SQLite goes about a statement, a line for each table that it reads.
    async fn plan(connection: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Vec<String> {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            detail: String,
        }
        let rows: Vec<Row> = connection
            .rows(&format!("EXPLAIN QUERY PLAN {sql}"), values)
            .await
            .unwrap();
        rows.into_iter()
            .map(|row| row.detail)
            .filter(|line| line.contains("places_features"))
            .collect()
    }

    #[tokio::test]
    async fn what_lies_somewhere_is_found_by_the_index_of_the_ground() {
        on_sqlite(&[&PlacesService], async |city| {
            let place = Coord { x: 135.0, y: 34.4 };
            for zoom in [0, 1, 8, 12, LONGEST] {
                let tile = Tile::with(place, zoom);
                for layers in [
                    vec!["one".to_owned()],
                    vec!["one".to_owned(), "two".to_owned()],
                ] {
                    let (sql, values) = sql_inside(&layers, tile, LONGEST, 100);
                    let lines = plan(city.db(), &sql, values).await;
                    assert!(!lines.is_empty());
                    for line in lines {
                        assert!(line.contains("places_features_ground"), "{zoom}: {line}");
                        assert!(line.contains("cell"), "{zoom}: {line}");
                    }
                }
            }
            let area = Rect::new(
                place,
                Coord {
                    x: 135.001,
                    y: 34.401,
                },
            );
            let (filter, values) = filter_of_box("one", Some(area));
            let sql =
                format!("SELECT west FROM places_features WHERE {filter} ORDER BY number LIMIT 10");
            let lines = plan(city.db(), &sql, values).await;
            assert!(lines.len() > 1);
            for line in lines {
                let is_by_number = line.contains("number=?");
                let is_by_cell = line.contains("places_features_ground") && line.contains("cell");
                assert!(is_by_number || is_by_cell, "{line}");
            }
        })
        .await;
    }
}
