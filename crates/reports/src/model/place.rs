//! Points and areas in whole millionths of a degree, so that the same question always has the same answer.

use yakuba_kernel::{Decimal, text::fold_width};

use crate::error::ReportError;

/// Millionths of a degree in a degree.
const MILLION: i64 = 1_000_000;
/// Metres in a millionth of a degree of latitude.
const METRES: f64 = 0.111_195;

/// A point in Japan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point {
    latitude: i64,
    longitude: i64,
}

impl Point {
    /// A point from millionths of a degree.
    ///
    /// # Errors
    /// [`ReportError::BadPlace`] outside 20–46° north and 122–154° east.
    pub fn from_millionths(latitude: i64, longitude: i64) -> Result<Self, ReportError> {
        let within = (20 * MILLION..=46 * MILLION).contains(&latitude)
            && (122 * MILLION..=154 * MILLION).contains(&longitude);
        if within {
            Ok(Self {
                latitude,
                longitude,
            })
        } else {
            Err(ReportError::BadPlace(format!("{latitude}, {longitude}")))
        }
    }

    /// A point from degrees, rounded to millionths (11 centimetres).
    ///
    /// # Errors
    /// As [`Point::from_millionths`].
    pub fn from_degrees(latitude: Decimal, longitude: Decimal) -> Result<Self, ReportError> {
        let bad = || ReportError::BadPlace(format!("{latitude}, {longitude}"));
        let millionths = |degrees: Decimal| {
            degrees
                .checked_mul(Decimal::from(MILLION))
                .and_then(|value| i64::try_from(value.round()).ok())
        };
        let (latitude, longitude) = (
            millionths(latitude).ok_or_else(bad)?,
            millionths(longitude).ok_or_else(bad)?,
        );
        Self::from_millionths(latitude, longitude)
    }

    /// Reads `34.7594, 135.5168`, latitude first, in any width.
    ///
    /// # Errors
    /// As [`Point::from_millionths`], also when it is no pair of numbers.
    pub fn read(text: &str) -> Result<Self, ReportError> {
        let bad = || ReportError::BadPlace(text.chars().take(60).collect());
        let folded = fold_width(text).replace(['、', ' '], ",");
        let numbers = folded
            .split(',')
            .filter(|part| !part.is_empty())
            .map(|part| part.parse::<Decimal>().map_err(|_| bad()))
            .collect::<Result<Vec<_>, _>>()?;
        match numbers.as_slice() {
            [latitude, longitude] => Self::from_degrees(*latitude, *longitude).map_err(|_| bad()),
            _ => Err(bad()),
        }
    }

    /// Millionths of a degree north and east.
    pub const fn millionths(self) -> (i64, i64) {
        (self.latitude, self.longitude)
    }

    /// Degrees north and east.
    pub fn degrees(self) -> (Decimal, Decimal) {
        (
            Decimal::new(self.latitude, 6).normalize(),
            Decimal::new(self.longitude, 6).normalize(),
        )
    }

    /// Metres to another point, as the crow flies; right to one in a hundred within a city.
    pub fn metres_to(self, other: Self) -> f64 {
        let north = as_f64(other.latitude - self.latitude) * METRES;
        let middle = as_f64(i64::midpoint(self.latitude, other.latitude)) / 1_000_000.0;
        let east = as_f64(other.longitude - self.longitude) * METRES * middle.to_radians().cos();
        north.hypot(east)
    }

    /// The corners, south-west and north-east in millionths, of a square that holds everything within so many metres.
    pub fn around(self, metres: u32) -> ((i64, i64), (i64, i64)) {
        // A degree of longitude is shortest in the north of Japan: 0.69 of one of latitude at 46°.
        let north = i64::from(metres) * 9 + 1;
        let east = i64::from(metres) * 14 + 1;
        (
            (self.latitude - north, self.longitude - east),
            (self.latitude + north, self.longitude + east),
        )
    }
}

impl std::fmt::Display for Point {
    /// `34.7594, 135.5168`
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (latitude, longitude) = self.degrees();
        write!(formatter, "{latitude}, {longitude}")
    }
}

/// Whole numbers of this size are exact.
#[allow(clippy::cast_precision_loss)]
fn as_f64(number: i64) -> f64 {
    number as f64
}

/// An area with one border that does not cross itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area(Vec<Point>);

impl Area {
    /// An area from the corners of its border, closed or not; none with fewer than three different corners.
    pub fn new(mut corners: Vec<Point>) -> Option<Self> {
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        let mut different = corners.clone();
        different.sort_unstable();
        different.dedup();
        (different.len() >= 3).then_some(Self(corners))
    }

    /// Whether a point lies in it. Each point belongs to exactly one of two areas that share a border: the even-odd rule with
    /// borders counted on their south and west, in whole numbers.
    pub fn holds(&self, point: Point) -> bool {
        let mut inside = false;
        let Some(mut last) = self.0.last() else {
            return false;
        };
        for corner in &self.0 {
            let crosses = (corner.latitude > point.latitude) != (last.latitude > point.latitude);
            if crosses {
                // Where the border stands at this latitude, compared without dividing.
                let run = i128::from(last.longitude - corner.longitude);
                let rise = i128::from(last.latitude - corner.latitude);
                let up = i128::from(point.latitude - corner.latitude);
                let right = i128::from(point.longitude - corner.longitude);
                let is_west = if rise > 0 {
                    right * rise < run * up
                } else {
                    right * rise > run * up
                };
                inside ^= is_west;
            }
            last = corner;
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(latitude: i64, longitude: i64) -> Point {
        Point::from_millionths(latitude, longitude).unwrap()
    }

    #[test]
    fn points_are_read_as_people_copy_them() {
        for text in [
            "34.7594, 135.5168",
            "３４．７５９４、１３５．５１６８",
            "34.7594 135.5168",
        ] {
            assert_eq!(
                Point::read(text).unwrap(),
                point(34_759_400, 135_516_800),
                "{text}"
            );
        }
        for text in [
            "",
            "34.7594",
            "135.5168, 34.7594",
            "0,0",
            "1,2,3",
            "NaN, NaN",
            "34.7<b>,135",
            "1e9, 1e9",
        ] {
            assert!(Point::read(text).is_err(), "{text}");
        }
        assert_eq!(
            point(34_759_400, 135_516_800).to_string(),
            "34.7594, 135.5168"
        );
    }

    #[test]
    fn distances_are_those_of_a_map() {
        // A minute of latitude is a nautical mile.
        let metres = point(34_000_000, 135_000_000).metres_to(point(34_016_667, 135_000_000));
        assert!((metres - 1_853.0).abs() < 2.0, "{metres}");
        let metres = point(34_400_000, 135_000_000).metres_to(point(34_400_000, 135_010_000));
        assert!((metres - 917.5).abs() < 2.0, "{metres}");
    }

    #[test]
    fn an_area_needs_three_corners() {
        let (a, b, c) = (
            point(34_000_000, 135_000_000),
            point(34_000_000, 136_000_000),
            point(35_000_000, 135_000_000),
        );
        assert!(Area::new(vec![]).is_none());
        assert!(Area::new(vec![a, b, a]).is_none());
        assert!(Area::new(vec![a, b, c, a]).is_some());
    }

    proptest! {
        #[test]
        fn every_point_lies_in_one_of_two_areas_that_share_a_border(
            north in 34_000_000..34_100_000_i64, east in 135_000_000..135_100_000_i64, tilt in -50_000..50_000_i64,
        ) {
            let corners = |list: &[(i64, i64)]| Area::new(list.iter().map(|(a, b)| point(*a, *b)).collect()).unwrap();
            let (low, high) = (135_050_000 + tilt, 135_050_000 - tilt);
            let west = corners(&[(34_000_000, 134_000_000), (34_000_000, low), (34_100_000, high), (34_100_000, 134_000_000)]);
            let right = corners(&[(34_000_000, low), (34_000_000, 136_000_000), (34_100_000, 136_000_000), (34_100_000, high)]);
            let at = point(north, east);
            prop_assert!(west.holds(at) != right.holds(at), "{at}");
            // Compared with plain arithmetic where it is exact enough.
            let border = as_f64(low) + as_f64(high - low) * as_f64(north - 34_000_000) / 100_000.0;
            if (as_f64(east) - border).abs() > 1.0 {
                prop_assert_eq!(west.holds(at), as_f64(east) < border);
            }
        }

        #[test]
        fn what_is_near_lies_in_the_square_around(
            north in 34_000_000..45_000_000_i64, east in 135_000_000..136_000_000_i64,
            up in -20_000..20_000_i64, right in -20_000..20_000_i64, metres in 1..1_000_u32,
        ) {
            let (here, there) = (point(north, east), point(north + up, east + right));
            if here.metres_to(there) <= f64::from(metres) {
                let ((south, west), (top, far)) = here.around(metres);
                prop_assert!((south..=top).contains(&(north + up)) && (west..=far).contains(&(east + right)));
            }
        }
    }
}
