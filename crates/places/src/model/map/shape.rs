//! The shapes of features: read from GeoJSON, held to limits, and refused with a sentence when they cannot be drawn.

use geo::{
    BoundingRect as _, Coord, Geometry, Intersects as _, Line, LineString, MultiLineString,
    MultiPoint, MultiPolygon, Point, Polygon, Rect, Validation as _,
    line_intersection::{LineIntersection, line_intersection},
};
use serde_json::{Value as Json, json};

/// The most positions of one shape. The whole coast of a city, a position every ten metres, has fewer.
pub const MOST_POSITIONS: usize = 20_000;
/// Shapes of at most so many positions are held to every rule of OGC Simple Features; larger ones to the limits and to rings that do
/// not cross themselves.
const WHOLLY_EXAMINED: usize = 1_000;
/// So many rings at most: each is compared with every other.
const RINGS_EXAMINED: usize = 20;
/// The most pairs of a ring's sides that are compared.
const MOST_PAIRS: usize = 20_000_000;

/// Why a shape cannot be taken: a sentence with the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// It has a kind that is not drawn.
    #[error(
        "it must be a Point, LineString or Polygon, or several of one of them (GeoJSON, RFC 7946)"
    )]
    Kind,
    /// A position is no pair of numbers.
    #[error("each position must be longitude and latitude as numbers, such as [135.5168, 34.7594]")]
    Position,
    /// A position lies elsewhere.
    #[error(
        "a position lies outside Japan (longitude 122 to 154, latitude 20 to 46). Longitude comes first, and other coordinate systems must be converted"
    )]
    Outside,
    /// It has too many positions.
    #[error(
        "it has more than {MOST_POSITIONS} positions. Simplify it or cut it into several features"
    )]
    TooLarge,
    /// It has too few positions.
    #[error(
        "a line needs two different positions and an area four, the last the same as the first"
    )]
    TooFew,
    /// A ring crosses itself, at this latitude and longitude.
    #[error(
        "the border of an area crosses itself at {0}. Mend it with your map program (QGIS: Fix geometries)"
    )]
    Crosses(String),
    /// It is wrong in another way.
    #[error("the shape is not valid: {0}. Mend it with your map program (QGIS: Fix geometries)")]
    Invalid(String),
}

/// Reads a list of corners, latitude and longitude on a line each, as a GeoJSON line or, closed at its end, an area.
///
/// # Errors
/// The number of the first line, from 1, that is no place in Japan.
pub fn of_corners(text: &str, is_area: bool) -> Result<Json, usize> {
    let mut corners = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = super::near::place_of(line).ok_or(at + 1)?;
        corners.push([place.x, place.y]);
    }
    if is_area && corners.first() != corners.last() {
        corners.extend(corners.first().copied());
    }
    Ok(if is_area {
        serde_json::json!({"type": "Polygon", "coordinates": [corners]})
    } else {
        serde_json::json!({"type": "LineString", "coordinates": corners})
    })
}

/// The corners of one line or of one area without holes as [`of_corners`] reads them; none for other shapes.
pub fn corners_of(geometry: &Json) -> Option<String> {
    let (corners, repeated) = match geometry["type"].as_str()? {
        "LineString" => (&geometry["coordinates"], 0),
        "Polygon" if geometry["coordinates"].as_array()?.len() == 1 => {
            (&geometry["coordinates"][0], 1)
        }
        _ => return None,
    };
    let corners = corners.as_array()?;
    let lines: Vec<String> = corners
        .iter()
        .take(corners.len().saturating_sub(repeated))
        .map(|corner| format!("{}, {}", corner[1], corner[0]))
        .collect();
    Some(lines.join("\n"))
}

/// Reads a GeoJSON geometry. Heights are left out.
///
/// # Errors
/// [`ShapeError`].
pub fn read(geometry: &Json) -> Result<Geometry, ShapeError> {
    read_within(geometry, &mut Patience(MOST_PAIRS))
}

/// How many pairs of sides are still compared, in all shapes of a file together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(usize);

impl Patience {
    /// That for all shapes of a file: some seconds.
    pub const OF_FILE: Self = Self(20 * MOST_PAIRS);

    fn spend(&mut self, pairs: usize) -> Result<(), ShapeError> {
        self.0 = self.0.checked_sub(pairs).ok_or(ShapeError::TooLarge)?;
        Ok(())
    }
}

/// The same, with patience for several shapes.
///
/// # Errors
/// [`ShapeError`]; [`ShapeError::TooLarge`] also when there is no patience left.
pub fn read_within(geometry: &Json, patience: &mut Patience) -> Result<Geometry, ShapeError> {
    let mut left = MOST_POSITIONS;
    let coordinates = &geometry["coordinates"];
    let shape = match geometry["type"].as_str() {
        Some("Point") => Geometry::Point(Point(position(coordinates, &mut left)?)),
        Some("MultiPoint") => Geometry::MultiPoint(MultiPoint(
            positions(coordinates, &mut left)?
                .into_iter()
                .map(Point)
                .collect(),
        )),
        Some("LineString") => Geometry::LineString(line(coordinates, &mut left)?),
        Some("MultiLineString") => {
            Geometry::MultiLineString(MultiLineString(each(coordinates, |one| {
                line(one, &mut left)
            })?))
        }
        Some("Polygon") => Geometry::Polygon(area(coordinates, &mut left)?),
        Some("MultiPolygon") => {
            Geometry::MultiPolygon(MultiPolygon(each(coordinates, |one| area(one, &mut left))?))
        }
        _ => return Err(ShapeError::Kind),
    };
    examine(&shape, MOST_POSITIONS - left, patience)?;
    Ok(shape)
}

fn each<T>(
    value: &Json,
    mut read: impl FnMut(&Json) -> Result<T, ShapeError>,
) -> Result<Vec<T>, ShapeError> {
    let list = value.as_array().ok_or(ShapeError::Position)?;
    if list.is_empty() {
        return Err(ShapeError::TooFew);
    }
    list.iter().map(&mut read).collect()
}

fn position(value: &Json, left: &mut usize) -> Result<Coord, ShapeError> {
    *left = left.checked_sub(1).ok_or(ShapeError::TooLarge)?;
    let list = value
        .as_array()
        .filter(|list| (2..=4).contains(&list.len()))
        .ok_or(ShapeError::Position)?;
    let (Some(x), Some(y)) = (list[0].as_f64(), list[1].as_f64()) else {
        return Err(ShapeError::Position);
    };
    place(x, y)
}

/// A place from longitude and latitude in degrees.
///
/// # Errors
/// [`ShapeError::Outside`], also for what is no number.
pub fn place(longitude: f64, latitude: f64) -> Result<Coord, ShapeError> {
    // What is no number lies in no range.
    if (122.0..=154.0).contains(&longitude) && (20.0..=46.0).contains(&latitude) {
        Ok(Coord {
            x: rounded(longitude),
            y: rounded(latitude),
        })
    } else {
        Err(ShapeError::Outside)
    }
}

/// Seven decimal places are a centimetre: more is not kept.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

fn positions(value: &Json, left: &mut usize) -> Result<Vec<Coord>, ShapeError> {
    each(value, |one| position(one, left))
}

fn line(value: &Json, left: &mut usize) -> Result<LineString, ShapeError> {
    let line = LineString(positions(value, left)?);
    if line.0.iter().all(|at| *at == line.0[0]) {
        return Err(ShapeError::TooFew);
    }
    Ok(line)
}

fn area(value: &Json, left: &mut usize) -> Result<Polygon, ShapeError> {
    let mut rings = each(value, |ring| {
        let ring = LineString(positions(ring, left)?);
        // RFC 7946, 3.1.6.
        if ring.0.len() < 4 || !ring.is_closed() {
            return Err(ShapeError::TooFew);
        }
        Ok(ring)
    })?;
    let outer = rings.remove(0);
    Ok(Polygon::new(outer, rings))
}

fn examine(shape: &Geometry, count: usize, patience: &mut Patience) -> Result<(), ShapeError> {
    let areas: &[Polygon] = match shape {
        Geometry::Polygon(area) => std::slice::from_ref(area),
        Geometry::MultiPolygon(areas) => &areas.0,
        _ => return Ok(()),
    };
    let rings: usize = areas.iter().map(|area| 1 + area.interiors().len()).sum();
    for ring in areas
        .iter()
        .flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()))
    {
        if let Some(at) = crossing(ring, patience)? {
            return Err(ShapeError::Crosses(format!("{:.6}, {:.6}", at.y, at.x)));
        }
    }
    if count <= WHOLLY_EXAMINED && rings <= RINGS_EXAMINED {
        patience.spend(count * count)?;
        shape
            .check_validation()
            .map_err(|error| ShapeError::Invalid(error.to_string()))?;
    }
    Ok(())
}

/// Where two sides of a ring meet that are no neighbours. Sides are compared only while they lie above each other.
fn crossing(ring: &LineString, patience: &mut Patience) -> Result<Option<Coord>, ShapeError> {
    let mut sides: Vec<(Line, Rect)> = ring
        .lines()
        .filter(|side| side.start != side.end)
        .map(|side| (side, side.bounding_rect()))
        .collect();
    sides.sort_by(|(_, one), (_, other)| one.min().x.total_cmp(&other.min().x));
    for (at, (side, around)) in sides.iter().enumerate() {
        for (other, other_around) in &sides[at + 1..] {
            if other_around.min().x > around.max().x {
                break;
            }
            patience.spend(1)?;
            if around.intersects(other_around)
                && side.start != other.end
                && side.end != other.start
                && side.intersects(other)
            {
                return Ok(Some(match line_intersection(*side, *other) {
                    Some(LineIntersection::SinglePoint { intersection, .. }) => intersection,
                    Some(LineIntersection::Collinear { intersection }) => intersection.start,
                    None => side.start,
                }));
            }
        }
    }
    Ok(None)
}

/// The box of a shape, in degrees.
pub fn around(shape: &Geometry) -> Rect {
    shape
        .bounding_rect()
        .unwrap_or_else(|| Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: 0.0, y: 0.0 }))
}

/// A shape as a GeoJSON geometry.
pub fn write(shape: &Geometry) -> Json {
    let at = |place: &Coord| json!([place.x, place.y]);
    let line = |line: &LineString| Json::Array(line.0.iter().map(at).collect());
    let area = |area: &Polygon| {
        Json::Array(
            std::iter::once(area.exterior())
                .chain(area.interiors())
                .map(line)
                .collect(),
        )
    };
    let (name, coordinates) = match shape {
        Geometry::Point(point) => ("Point", at(&point.0)),
        Geometry::MultiPoint(points) => (
            "MultiPoint",
            Json::Array(points.iter().map(|point| at(&point.0)).collect()),
        ),
        Geometry::LineString(one) => ("LineString", line(one)),
        Geometry::MultiLineString(lines) => (
            "MultiLineString",
            Json::Array(lines.iter().map(line).collect()),
        ),
        Geometry::Polygon(one) => ("Polygon", area(one)),
        Geometry::MultiPolygon(areas) => (
            "MultiPolygon",
            Json::Array(areas.iter().map(area).collect()),
        ),
        // No other kind is ever read.
        _ => return Json::Null,
    };
    json!({"type": name, "coordinates": coordinates})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, coordinates: &Json) -> Result<Geometry, ShapeError> {
        read(&json!({"type": kind, "coordinates": coordinates}))
    }

    #[test]
    fn every_kind_comes_back_as_it_was() {
        let ring = json!([[135.0, 34.0], [135.1, 34.0], [135.1, 34.1], [135.0, 34.0]]);
        for (kind, coordinates) in [
            ("Point", json!([135.5, 34.5])),
            ("MultiPoint", json!([[135.5, 34.5], [135.6, 34.5]])),
            ("LineString", json!([[135.5, 34.5], [135.6, 34.5]])),
            ("MultiLineString", json!([[[135.5, 34.5], [135.6, 34.5]]])),
            ("Polygon", json!([ring])),
            ("MultiPolygon", json!([[ring]])),
        ] {
            let shape = of(kind, &coordinates).unwrap();
            assert_eq!(
                write(&shape),
                json!({"type": kind, "coordinates": coordinates})
            );
        }
        // Heights and what nobody can measure are left out.
        let high = of("Point", &json!([135.123_456_789, 34.5, 12.5])).unwrap();
        assert_eq!(write(&high)["coordinates"], json!([135.123_456_8, 34.5]));
    }

    #[test]
    fn hostile_shapes_are_refused() {
        let bow = json!([[
            [135.0, 34.0],
            [135.1, 34.1],
            [135.1, 34.0],
            [135.0, 34.1],
            [135.0, 34.0]
        ]]);
        let outside_hole = json!([
            [[135.0, 34.0], [135.1, 34.0], [135.1, 34.1], [135.0, 34.0]],
            [[136.0, 35.0], [136.1, 35.0], [136.1, 35.1], [136.0, 35.0]],
        ]);
        for (kind, coordinates, expected) in [
            ("Point", json!([34.5, 135.5]), ShapeError::Outside),
            ("Point", json!([1e308, 34.5]), ShapeError::Outside),
            ("Point", json!(["135", 34.5]), ShapeError::Position),
            ("Point", json!([null, null]), ShapeError::Position),
            ("Point", json!([]), ShapeError::Position),
            ("Point", json!("135,34"), ShapeError::Position),
            ("Sphere", json!([135.0, 34.0]), ShapeError::Kind),
            ("GeometryCollection", json!([]), ShapeError::Kind),
            ("LineString", json!([[135.0, 34.0]]), ShapeError::TooFew),
            (
                "LineString",
                json!([[135.0, 34.0], [135.0, 34.0]]),
                ShapeError::TooFew,
            ),
            ("LineString", json!([]), ShapeError::TooFew),
            ("Polygon", json!([]), ShapeError::TooFew),
            (
                "Polygon",
                json!([[[135.0, 34.0], [135.1, 34.0], [135.1, 34.1]]]),
                ShapeError::TooFew,
            ),
            (
                "Polygon",
                bow,
                ShapeError::Crosses("34.050000, 135.050000".to_owned()),
            ),
        ] {
            assert_eq!(
                of(kind, &coordinates),
                Err(expected),
                "{kind} {coordinates}"
            );
        }
        assert!(matches!(
            of("Polygon", &outside_hole),
            Err(ShapeError::Invalid(_))
        ));
        assert_eq!(read(&Json::Null), Err(ShapeError::Kind));
    }

    #[test]
    fn giant_shapes_are_refused_and_large_ones_are_examined() {
        let circle = |count: u32| {
            let mut ring: Vec<Json> = (0..count)
                .map(|at| {
                    let angle = f64::from(at) / f64::from(count) * std::f64::consts::TAU;
                    json!([135.0 + angle.cos(), 34.0 + angle.sin()])
                })
                .collect();
            ring.push(ring[0].clone());
            ring
        };
        assert!(of("Polygon", &json!([circle(5_000)])).is_ok());
        assert_eq!(
            of("Polygon", &json!([circle(20_000)])),
            Err(ShapeError::TooLarge)
        );
        let mut crossing = circle(5_000);
        crossing.swap(10, 2_000);
        assert!(matches!(
            of("Polygon", &json!([crossing])),
            Err(ShapeError::Crosses(_))
        ));
    }

    #[test]
    fn corners_are_read_and_written() {
        let area = of_corners("34.4, 135.0\n\n34.5、135.0\n３４.5, 135.1\n", true).unwrap();
        assert_eq!(
            area,
            json!({"type": "Polygon", "coordinates": [[[135.0, 34.4], [135.0, 34.5], [135.1, 34.5], [135.0, 34.4]]]})
        );
        assert!(read(&area).is_ok());
        let written = corners_of(&area).unwrap();
        assert_eq!(written, "34.4, 135.0\n34.5, 135.0\n34.5, 135.1");
        assert_eq!(of_corners(&written, true), Ok(area));
        let line = of_corners("34.4, 135.0\n34.5, 135.0", false).unwrap();
        assert_eq!(line["type"], "LineString");
        assert_eq!(corners_of(&line).unwrap(), "34.4, 135.0\n34.5, 135.0");
        // Longitude first lies elsewhere.
        assert_eq!(of_corners("34.4, 135.0\n135.0, 34.4", false), Err(2));
        let crossed = "34.4, 135.0\n34.5, 135.1\n34.4, 135.1\n34.5, 135.0";
        assert!(matches!(
            read(&of_corners(crossed, true).unwrap()),
            Err(ShapeError::Crosses(_))
        ));
        assert!(read(&of_corners("", true).unwrap()).is_err());
        assert_eq!(
            corners_of(&json!({"type": "Point", "coordinates": [1, 2]})),
            None
        );
    }
}
