//! Points in whole millionths of a degree, so that the same question always has the same answer.

use rust_decimal::Decimal;

use crate::{error::ValueError, text::fold_width};

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
    /// [`ValueError::Point`] outside 20–46° north and 122–154° east.
    pub fn from_millionths(latitude: i64, longitude: i64) -> Result<Self, ValueError> {
        let within = (20 * MILLION..=46 * MILLION).contains(&latitude)
            && (122 * MILLION..=154 * MILLION).contains(&longitude);
        if within {
            Ok(Self {
                latitude,
                longitude,
            })
        } else {
            Err(ValueError::Point(format!("{latitude}, {longitude}")))
        }
    }

    /// A point from degrees, rounded to millionths (11 centimetres).
    ///
    /// # Errors
    /// As [`Point::from_millionths`].
    pub fn from_degrees(latitude: Decimal, longitude: Decimal) -> Result<Self, ValueError> {
        let bad = || ValueError::Point(format!("{latitude}, {longitude}"));
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
    pub fn read(text: &str) -> Result<Self, ValueError> {
        let bad = || ValueError::Point(text.chars().take(60).collect());
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

    proptest! {
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
