//! How far something is, and in which direction.

use geo::{Contains as _, Coord, Distance as _, Euclidean, Geometry, MapCoords as _, Point};

/// So many metres a degree of latitude has (the mean of the Earth, as in the haversine formula).
const DEGREE: f64 = 111_195.0;

/// The distance in metres from a place to the nearest point of a shape; 0 inside an area.
///
/// The ground is taken as flat around the place: within a city the error is far below one in a thousand.
pub fn metres(place: Coord, shape: &Geometry) -> f64 {
    let narrow = place.y.to_radians().cos();
    let flat = shape.map_coords(|at| Coord {
        x: (at.x - place.x) * narrow * DEGREE,
        y: (at.y - place.y) * DEGREE,
    });
    let here = Point::new(0.0, 0.0);
    match &flat {
        Geometry::Point(point) => Euclidean.distance(&here, point),
        Geometry::Polygon(area) if area.contains(&here) => 0.0,
        Geometry::MultiPolygon(areas) if areas.contains(&here) => 0.0,
        other => Euclidean.distance(&Geometry::Point(here), other),
    }
}

/// One of eight directions, from the north with the clock.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // From 0 to 7.
pub fn direction(from: Coord, to: Coord) -> &'static str {
    const NAMES: [&str; 8] = [
        "north",
        "north-east",
        "east",
        "south-east",
        "south",
        "south-west",
        "west",
        "north-west",
    ];
    let east = (to.x - from.x) * from.y.to_radians().cos();
    let turn = east.atan2(to.y - from.y).to_degrees().rem_euclid(360.0);
    NAMES[((turn / 45.0).round() as usize) % 8]
}

/// Reads `34.7594, 135.5168`: latitude first, in any width, in Japan.
pub fn place_of(text: &str) -> Option<Coord> {
    use unicode_normalization::UnicodeNormalization as _;
    let text: String = text.nfkc().collect();
    let mut numbers = text
        .split([',', '、', ' '])
        .filter(|part| !part.is_empty())
        .map(str::parse::<f64>);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(latitude)), Some(Ok(longitude)), None) => {
            super::shape::place(longitude, latitude).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::map::shape::read;

    const HERE: Coord = Coord { x: 135.0, y: 34.4 };

    #[test]
    fn distances_are_those_of_the_ground() {
        let point =
            |x: f64, y: f64| read(&json!({"type": "Point", "coordinates": [x, y]})).unwrap();
        assert!(metres(HERE, &point(135.0, 34.4)).abs() < 1e-6);
        assert!((metres(HERE, &point(135.0, 34.41)) - 1_112.0).abs() < 1.0);
        // 34.4 degrees north a degree of longitude is 91.7 kilometres.
        assert!((metres(HERE, &point(135.01, 34.4)) - 917.5).abs() < 1.0);
        let around = json!({"type": "Polygon", "coordinates": [[[134.9, 34.3], [135.1, 34.3], [135.1, 34.5], [134.9, 34.5], [134.9, 34.3]]]});
        assert!(metres(HERE, &read(&around).unwrap()).abs() < 1e-6);
        let road = json!({"type": "LineString", "coordinates": [[134.9, 34.41], [135.1, 34.41]]});
        assert!((metres(HERE, &read(&road).unwrap()) - 1_112.0).abs() < 1.0);
    }

    #[test]
    fn directions_go_with_the_clock() {
        for (x, y, name) in [
            (0.0, 1.0, "north"),
            (1.0, 0.8, "north-east"),
            (1.0, 0.0, "east"),
            (0.0, -1.0, "south"),
            (-1.0, 0.0, "west"),
            (-0.001, 1.0, "north"),
        ] {
            assert_eq!(
                direction(
                    HERE,
                    Coord {
                        x: HERE.x + x,
                        y: HERE.y + y
                    }
                ),
                name
            );
        }
    }

    #[test]
    fn places_are_read_as_people_type_them() {
        for good in [
            "34.4,135",
            "34.4, 135.0",
            "３４．４、１３５．０",
            " 34.4 135.0 ",
        ] {
            assert_eq!(place_of(good), Some(HERE), "{good}");
        }
        for bad in [
            "",
            "34.4",
            "135.0, 34.4",
            "a,b",
            "34.4,135.0,1",
            "NaN,NaN",
            "inf,135",
        ] {
            assert_eq!(place_of(bad), None, "{bad}");
        }
    }
}
