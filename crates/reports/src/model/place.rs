//! Areas of points in whole millionths of a degree.

use yakuba_kernel::Point;

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
        let Some(mut last) = self.0.last().map(|corner| corner.millionths()) else {
            return false;
        };
        let (latitude, longitude) = point.millionths();
        for corner in self.0.iter().map(|corner| corner.millionths()) {
            let crosses = (corner.0 > latitude) != (last.0 > latitude);
            if crosses {
                // Where the border stands at this latitude, compared without dividing.
                let run = i128::from(last.1 - corner.1);
                let rise = i128::from(last.0 - corner.0);
                let up = i128::from(latitude - corner.0);
                let right = i128::from(longitude - corner.1);
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

    /// Whole numbers of this size are exact.
    #[allow(clippy::cast_precision_loss)]
    fn as_f64(number: i64) -> f64 {
        number as f64
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
    }
}
