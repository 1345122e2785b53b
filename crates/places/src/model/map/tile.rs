//! A tile's features as a Mapbox Vector Tile: clipped to the tile, simplified for its zoom, in whole units.

use geo::{
    Area as _, BooleanOps as _, Coord, Geometry, LineString, MapCoords as _, MultiLineString,
    MultiPolygon, Orient as _, Polygon, Rect, RemoveRepeatedPoints as _, Simplify as _,
    orient::Direction,
};
use geozero::{
    ColumnValue, FeatureProcessor as _, GeomProcessor as _, PropertyProcessor as _,
    error::GeozeroError,
    mvt::{Message as _, MvtWriter, Tile as Written},
};

use super::ground::{BUFFER, EXTENT, LONGEST, Tile};

/// The name of the only layer in a tile.
pub const INSIDE: &str = "features";
/// How far a simplified line may be from the true one, in units: half a dot of the screen.
const TOLERANCE: f64 = 4.0;

/// A feature as a tile carries it.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Its number in the layer.
    pub number: u64,
    /// Its shape in degrees.
    pub shape: Geometry,
    /// What it is called.
    pub name: String,
    /// What else is told about it, as plain text.
    pub text: String,
    /// Its class by its place in the legend.
    pub class: Option<usize>,
    /// Its step in time.
    pub step: Option<String>,
}

/// The tile with these features; empty when nothing of them lies in it.
///
/// # Errors
/// What the encoder says; it takes everything that is drawn here.
pub fn encode(tile: Tile, features: &[Drawn]) -> Result<Vec<u8>, GeozeroError> {
    let extent = EXTENT.unsigned_abs();
    let mut writer = MvtWriter::new_unscaled(extent)?;
    let mut numbers = Vec::with_capacity(features.len());
    for feature in features {
        let Some(shape) = in_tile(tile, &feature.shape) else {
            continue;
        };
        writer.feature_begin(feature.number)?;
        writer.property(0, "name", &ColumnValue::String(&feature.name))?;
        if !feature.text.is_empty() {
            writer.property(1, "text", &ColumnValue::String(&feature.text))?;
        }
        if let Some(class) = feature.class {
            writer.property(2, "class", &ColumnValue::ULong(class as u64))?;
        }
        if let Some(step) = &feature.step {
            writer.property(3, "step", &ColumnValue::String(step))?;
        }
        writer.geometry_begin()?;
        draw(&mut writer, &shape)?;
        writer.geometry_end()?;
        writer.feature_end(feature.number)?;
        numbers.push(feature.number);
    }
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut layer = writer.layer(INSIDE);
    for (feature, number) in layer.features.iter_mut().zip(numbers) {
        feature.id = Some(number);
    }
    Ok(Written {
        layers: vec![layer],
    }
    .encode_to_vec())
}

/// A shape as it lies in a tile, in whole units; none when nothing of it does.
pub fn in_tile(tile: Tile, shape: &Geometry) -> Option<Geometry> {
    match shape {
        Geometry::Point(point) => {
            let at = tile.units(point.0);
            let inside = |unit: f64| (-0.5..=f64::from(EXTENT) + 0.5).contains(&unit);
            (inside(at.x) && inside(at.y)).then(|| Geometry::Point(on_tile(at).into()))
        }
        Geometry::MultiPoint(points) => {
            let kept: Vec<_> = points
                .iter()
                .filter_map(|point| match in_tile(tile, &Geometry::Point(*point))? {
                    Geometry::Point(point) => Some(point),
                    _ => None,
                })
                .collect();
            (!kept.is_empty()).then(|| Geometry::MultiPoint(kept.into()))
        }
        Geometry::LineString(line) => lines_in_tile(tile, &MultiLineString(vec![line.clone()])),
        Geometry::MultiLineString(lines) => lines_in_tile(tile, lines),
        Geometry::Polygon(area) => areas_in_tile(tile, &MultiPolygon(vec![area.clone()])),
        Geometry::MultiPolygon(areas) => areas_in_tile(tile, areas),
        _ => None,
    }
}

/// A point belongs to one tile only and lies on it.
fn on_tile(at: Coord) -> Coord {
    let unit = |unit: f64| unit.floor().clamp(0.0, f64::from(EXTENT - 1));
    Coord {
        x: unit(at.x),
        y: unit(at.y),
    }
}

fn with_buffer() -> Rect {
    let (first, last) = (f64::from(-BUFFER), f64::from(EXTENT + BUFFER));
    Rect::new(Coord { x: first, y: first }, Coord { x: last, y: last })
}

/// Whether all of a shape lies in the tile and its buffer.
fn is_inside<'c>(mut positions: impl Iterator<Item = &'c Coord>) -> bool {
    let (first, last) = (f64::from(-BUFFER), f64::from(EXTENT + BUFFER));
    positions.all(|at| (first..=last).contains(&at.x) && (first..=last).contains(&at.y))
}

fn whole(at: Coord) -> Coord {
    Coord {
        x: at.x.round(),
        y: at.y.round(),
    }
}

fn lines_in_tile(tile: Tile, lines: &MultiLineString) -> Option<Geometry> {
    let mut lines = lines.map_coords(|at| tile.units(at));
    if tile.z < LONGEST {
        lines = lines.simplify(TOLERANCE);
    }
    if !is_inside(lines.iter().flat_map(|line| &line.0)) {
        lines = with_buffer().to_polygon().clip(&lines, false);
    }
    let kept: Vec<LineString> = lines
        .into_iter()
        .map(|line| line.map_coords(whole).remove_repeated_points())
        .filter(|line| line.0.len() >= 2)
        .collect();
    (!kept.is_empty()).then_some(Geometry::MultiLineString(MultiLineString(kept)))
}

fn areas_in_tile(tile: Tile, areas: &MultiPolygon) -> Option<Geometry> {
    let mut areas = areas.map_coords(|at| tile.units(at));
    if tile.z < LONGEST {
        areas = areas.simplify(TOLERANCE);
    }
    let rings = |area: &Polygon| -> Vec<Coord> {
        std::iter::once(area.exterior())
            .chain(area.interiors())
            .flat_map(|ring| ring.0.clone())
            .collect()
    };
    if !areas.iter().all(|area| is_inside(rings(area).iter())) {
        areas = areas.intersection(&with_buffer().to_polygon());
    }
    let kept: Vec<Polygon> = areas.into_iter().filter_map(in_whole_units).collect();
    // Exterior rings turn with the clock on the screen, where y grows downwards (Mapbox Vector Tile 2.1, 4.3.4.4).
    (!kept.is_empty())
        .then(|| Geometry::MultiPolygon(MultiPolygon(kept).orient(Direction::Default)))
}

/// An area rounded to whole units; none when nothing of it is left.
fn in_whole_units(area: Polygon) -> Option<Polygon> {
    let (outer, inner) = area.into_inner();
    let ring = |ring: LineString| -> Option<LineString> {
        let ring = ring.map_coords(whole).remove_repeated_points();
        let has_area = Polygon::new(ring.clone(), vec![]).unsigned_area() > 0.0;
        (ring.0.len() >= 4 && has_area).then_some(ring)
    };
    Some(Polygon::new(
        ring(outer)?,
        inner.into_iter().filter_map(ring).collect(),
    ))
}

fn draw(writer: &mut MvtWriter, shape: &Geometry) -> Result<(), GeozeroError> {
    let line = |writer: &mut MvtWriter, line: &LineString, tagged: bool, at: usize| {
        writer.linestring_begin(tagged, line.0.len(), at)?;
        for (at, place) in line.0.iter().enumerate() {
            writer.xy(place.x, place.y, at)?;
        }
        writer.linestring_end(tagged, at)
    };
    match shape {
        Geometry::Point(point) => {
            writer.point_begin(0)?;
            writer.xy(point.x(), point.y(), 0)?;
            writer.point_end(0)
        }
        Geometry::MultiPoint(points) => {
            writer.multipoint_begin(points.0.len(), 0)?;
            for (at, point) in points.iter().enumerate() {
                writer.xy(point.x(), point.y(), at)?;
            }
            writer.multipoint_end(0)
        }
        Geometry::MultiLineString(lines) => {
            writer.multilinestring_begin(lines.0.len(), 0)?;
            for (at, one) in lines.iter().enumerate() {
                line(writer, one, false, at)?;
            }
            writer.multilinestring_end(0)
        }
        Geometry::MultiPolygon(areas) => {
            writer.multipolygon_begin(areas.0.len(), 0)?;
            for (at, area) in areas.iter().enumerate() {
                writer.polygon_begin(false, 1 + area.interiors().len(), at)?;
                for (at, ring) in std::iter::once(area.exterior())
                    .chain(area.interiors())
                    .enumerate()
                {
                    line(writer, ring, false, at)?;
                }
                writer.polygon_end(false, at)?;
            }
            writer.multipolygon_end(0)
        }
        // `in_tile` gives no other.
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use geo::{Point, point};
    use geozero::mvt::tile::{GeomType, Layer};
    use proptest::prelude::*;

    use super::*;

    fn drawn(number: u64, shape: Geometry) -> Drawn {
        Drawn {
            number,
            shape,
            name: "名前".to_owned(),
            text: "<b>文</b>".to_owned(),
            class: Some(2),
            step: None,
        }
    }

    fn decoded(bytes: &[u8]) -> Layer {
        let mut tile = Written::decode(bytes).unwrap();
        assert_eq!(tile.layers.len(), 1);
        tile.layers.remove(0)
    }

    /// The rings or lines of a geometry, as the specification has them (4.3).
    fn positions(geometry: &[u32]) -> Vec<Vec<(i64, i64)>> {
        let mut parts: Vec<Vec<(i64, i64)>> = Vec::new();
        let (mut x, mut y, mut at) = (0_i64, 0_i64, 0);
        while at < geometry.len() {
            let (command, count) = (geometry[at] & 7, geometry[at] >> 3);
            at += 1;
            if command == 7 {
                continue;
            }
            for _ in 0..count {
                let number = |value: u32| i64::from(value >> 1) ^ -i64::from(value & 1);
                x += number(geometry[at]);
                y += number(geometry[at + 1]);
                at += 2;
                if command == 1 {
                    parts.push(Vec::new());
                }
                parts.last_mut().unwrap().push((x, y));
            }
        }
        parts
    }

    /// Twice the area by the surveyor's formula.
    fn surveyed(ring: &[(i64, i64)]) -> i64 {
        ring.iter()
            .zip(ring.iter().cycle().skip(1))
            .map(|(one, next)| one.0 * next.1 - next.0 * one.1)
            .sum()
    }

    #[test]
    fn a_tile_is_what_was_put_into_it() {
        let place = point!(x: 135.0, y: 34.4);
        let tile = Tile::with(place.0, 14);
        let bytes = encode(
            tile,
            &[
                drawn(7, Geometry::Point(place)),
                drawn(8, Geometry::Point(point!(x: 136.0, y: 34.4))),
            ],
        )
        .unwrap();
        let layer = decoded(&bytes);
        assert_eq!(
            (layer.name.as_str(), layer.version, layer.extent),
            (INSIDE, 2, Some(4096))
        );
        // What lies elsewhere is not in it.
        assert_eq!(layer.features.len(), 1);
        let feature = &layer.features[0];
        assert_eq!(feature.id, Some(7));
        assert_eq!(feature.r#type(), GeomType::Point);
        let said: Vec<(&str, String)> = feature
            .tags
            .chunks(2)
            .map(|pair| {
                (
                    layer.keys[pair[0] as usize].as_str(),
                    format!("{:?}", layer.values[pair[1] as usize]),
                )
            })
            .collect();
        assert!(
            said[0].0 == "name" && said[0].1.contains("名前"),
            "{said:?}"
        );
        assert!(
            said[1].0 == "text" && said[1].1.contains("<b>文</b>"),
            "{said:?}"
        );
        assert!(said[2].0 == "class" && said[2].1.contains('2'), "{said:?}");
        assert!(encode(tile, &[]).unwrap().is_empty());
    }

    #[test]
    fn an_area_around_a_tile_fills_it_and_turns_as_the_specification_wants() {
        let big = Rect::new(Coord { x: 130.0, y: 30.0 }, Coord { x: 140.0, y: 40.0 }).to_polygon();
        let hole = Rect::new(
            Coord {
                x: 135.019,
                y: 34.409,
            },
            Coord {
                x: 135.021,
                y: 34.411,
            },
        )
        .to_polygon();
        let shape = Geometry::Polygon(Polygon::new(
            big.exterior().clone(),
            vec![hole.exterior().clone()],
        ));
        let tile = Tile::with(
            Coord {
                x: 135.02,
                y: 34.41,
            },
            13,
        );
        let layer = decoded(&encode(tile, &[drawn(1, shape)]).unwrap());
        let rings = positions(&layer.features[0].geometry);
        assert_eq!(rings.len(), 2);
        assert!(
            surveyed(&rings[0]) > 0 && surveyed(&rings[1]) < 0,
            "{rings:?}"
        );
        assert_eq!(
            surveyed(&rings[0]),
            2 * i64::from(EXTENT + 2 * BUFFER).pow(2)
        );
    }

    fn near() -> impl Strategy<Value = Coord> {
        (134.9..135.1, 34.3..34.5).prop_map(|(x, y)| Coord { x, y })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nothing_lies_outside_the_tile(places in proptest::collection::vec(near(), 3..12), z in 8..=LONGEST) {
            let tile = Tile::with(places[0], z);
            let shapes = [
                Geometry::LineString(LineString(places.clone())),
                Geometry::Polygon(Polygon::new(LineString(places), vec![])),
            ];
            for shape in shapes {
                let bytes = encode(tile, &[drawn(1, shape)]).unwrap();
                if bytes.is_empty() {
                    continue;
                }
                for part in positions(&decoded(&bytes).features[0].geometry) {
                    for (x, y) in part {
                        let range = i64::from(-BUFFER)..=i64::from(EXTENT + BUFFER);
                        prop_assert!(range.contains(&x) && range.contains(&y), "{x} {y}");
                    }
                }
            }
        }

        #[test]
        fn every_point_is_in_the_one_tile_of_the_largest_zoom_that_it_lies_in(places in proptest::collection::vec(near(), 1..40)) {
            let mut tiles: Vec<Tile> = places.iter().map(|place| Tile::with(*place, LONGEST)).collect();
            tiles.sort_by_key(|tile| (tile.x, tile.y));
            tiles.dedup();
            let features: Vec<Drawn> = (1..).zip(&places).map(|(number, place)| drawn(number, Geometry::Point(Point(*place)))).collect();
            let mut found = Vec::new();
            for tile in tiles {
                let inside: Vec<Drawn> = features
                    .iter()
                    .filter(|feature| matches!(&feature.shape, Geometry::Point(point) if Tile::with(point.0, LONGEST) == tile))
                    .cloned()
                    .collect();
                let layer = decoded(&encode(tile, &inside).unwrap());
                for feature in &layer.features {
                    let number = feature.id.unwrap();
                    let (x, y) = positions(&feature.geometry)[0][0];
                    let Geometry::Point(point) = &features[usize::try_from(number).unwrap() - 1].shape else { unreachable!() };
                    let exact = tile.units(point.0);
                    // Half a metre at most.
                    #[allow(clippy::cast_precision_loss)]
                    let (x, y) = (x as f64, y as f64);
                    prop_assert!((exact.x - x).abs() <= 1.0 && (exact.y - y).abs() <= 1.0);
                    found.push(number);
                }
            }
            found.sort_unstable();
            prop_assert_eq!(found.len(), features.len());
        }
    }
}
