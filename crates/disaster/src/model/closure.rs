//! Roads that are closed.

use yakuba_kernel::Point;

use crate::error::DisasterError;

/// Corners of a line at most.
pub const MOST_CORNERS: usize = 100;

/// Why a road is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// 冠水.
    Flooded,
    /// 土砂崩れ.
    Landslide,
    /// 倒木・がれき.
    Debris,
    /// 陥没・ひび割れ.
    Damage,
    /// 橋の損傷.
    Bridge,
    /// 積雪・凍結.
    Snow,
    /// 火事.
    Fire,
    /// 点検・復旧工事.
    Works,
    /// そのほか.
    Other,
}

impl Reason {
    /// All of them, in the order in which lists show them.
    pub const ALL: [Self; 9] = [
        Self::Flooded,
        Self::Landslide,
        Self::Debris,
        Self::Damage,
        Self::Bridge,
        Self::Snow,
        Self::Fire,
        Self::Works,
        Self::Other,
    ];

    /// Its name in the database, in files and in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flooded => "flooded",
            Self::Landslide => "landslide",
            Self::Debris => "debris",
            Self::Damage => "damage",
            Self::Bridge => "bridge",
            Self::Snow => "snow",
            Self::Fire => "fire",
            Self::Works => "works",
            Self::Other => "other",
        }
    }

    /// Reads the name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Where a road is closed: one corner is a point, more are a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course(Vec<Point>);

impl Course {
    /// Reads one corner per line, `34.7594, 135.5168`. None when a line is no point, or there are none or more than [`MOST_CORNERS`].
    pub fn read(text: &str) -> Option<Self> {
        let corners: Vec<Point> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .take(MOST_CORNERS + 1)
            .map(|line| Point::read(line).ok())
            .collect::<Option<_>>()?;
        (1..=MOST_CORNERS)
            .contains(&corners.len())
            .then_some(Self(corners))
    }

    /// From how it is stored.
    ///
    /// # Errors
    /// When it is not what [`Course::stored`] wrote.
    pub fn from_stored(text: &str) -> Result<Self, DisasterError> {
        let numbers: Vec<[i64; 2]> = serde_json::from_str(text)?;
        numbers
            .into_iter()
            .map(|[longitude, latitude]| Ok(Point::from_millionths(latitude, longitude)?))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// As it is stored: longitude first, in millionths of a degree.
    pub fn stored(&self) -> String {
        let numbers: Vec<[i64; 2]> = self
            .0
            .iter()
            .map(|point| {
                let (latitude, longitude) = point.millionths();
                [longitude, latitude]
            })
            .collect();
        serde_json::json!(numbers).to_string()
    }

    /// The corners.
    pub fn corners(&self) -> &[Point] {
        &self.0
    }

    /// One corner per line, as [`Course::read`] takes it.
    pub fn lines(&self) -> String {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    /// Metres along the line; 0 for a point.
    pub fn metres(&self) -> f64 {
        self.0
            .windows(2)
            .map(|pair| match pair {
                [one, other] => one.metres_to(*other),
                _ => 0.0,
            })
            .sum()
    }

    /// Metres from a place to the nearest corner.
    pub fn metres_from(&self, place: Point) -> f64 {
        self.0
            .iter()
            .map(|corner| corner.metres_to(place))
            .fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_read_kept_and_written_the_same() {
        let course = Course::read("34.4, 135.0\n\n３４．４０１，１３５．００１\n").unwrap();
        assert_eq!(course.corners().len(), 2);
        assert_eq!(Course::from_stored(&course.stored()).unwrap(), course);
        assert_eq!(Course::read(&course.lines()).unwrap(), course);
        assert!((course.metres() - 144.0).abs() < 2.0, "{}", course.metres());
        let here = Point::read("34.4, 135.0").unwrap();
        assert!(course.metres_from(here) < 0.1);
    }

    #[test]
    fn what_is_no_course_is_not_taken() {
        for text in ["", "\n", "34.4", "34.4, 135.0\nhere", "0, 0"] {
            assert_eq!(Course::read(text), None, "{text}");
        }
        assert_eq!(Course::read(&"34.4, 135.0\n".repeat(101)), None);
        assert!(Course::read(&"34.4, 135.0\n".repeat(100)).is_some());
        assert!(Course::from_stored("[[0, 0]]").is_err());
    }

    #[test]
    fn reasons_keep_their_names() {
        for reason in Reason::ALL {
            assert_eq!(Reason::read(reason.name()), Some(reason));
        }
    }
}
