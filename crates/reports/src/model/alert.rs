//! What somebody wants to be told of: new reports in a part of the city or around a place, of some categories.

use serde::{Deserialize, Serialize};
use yakuba_kernel::Point;

/// Where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// Anywhere.
    City,
    /// In a named area, by its key.
    Area(String),
    /// Around a place.
    Around {
        /// Millionths of a degree north.
        latitude: i64,
        /// Millionths of a degree east.
        longitude: i64,
        /// Metres.
        metres: u32,
    },
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// Whenever there is one.
    AtOnce,
    /// Once a day, when there are some.
    Daily,
}

impl Rhythm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::AtOnce, Self::Daily];

    /// Its name in addresses and the database: `at_once`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Daily => "daily",
        }
    }

    /// Reads a name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rhythm| rhythm.name() == name)
    }
}

/// What somebody wants to be told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Where.
    #[serde(rename = "where")]
    pub place: Where,
    /// The keys of categories, sorted, each once; empty: all.
    pub categories: Vec<String>,
}

impl Wanted {
    /// What is wanted, with the categories in one order, so that the same is always written the same.
    pub fn new(place: Where, mut categories: Vec<String>) -> Self {
        categories.sort_unstable();
        categories.dedup();
        Self { place, categories }
    }

    /// Whether a report is wanted: its category, the key of its area and its point.
    pub fn holds(&self, category: &str, area: &str, point: Option<Point>) -> bool {
        let is_there = match &self.place {
            Where::City => true,
            Where::Area(key) => key == area,
            Where::Around {
                latitude,
                longitude,
                metres,
            } => point
                .zip(Point::from_millionths(*latitude, *longitude).ok())
                .is_some_and(|(point, middle)| point.metres_to(middle) <= f64::from(*metres)),
        };
        is_there
            && (self.categories.is_empty() || self.categories.iter().any(|key| key == category))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_where_and_what() {
        let here = Point::from_millionths(34_400_000, 135_050_000).ok();
        let near = Point::from_millionths(34_401_000, 135_050_000).ok();
        let all = Wanted::new(Where::City, Vec::new());
        assert!(all.holds("road", "", None));
        let roads = Wanted::new(Where::City, vec!["road".to_owned(), "light".to_owned()]);
        assert!(roads.holds("light", "x", here) && !roads.holds("park", "x", here));
        let harbour = Wanted::new(Where::Area("harbour".to_owned()), Vec::new());
        assert!(harbour.holds("road", "harbour", None) && !harbour.holds("road", "", here));
        let around = |metres| {
            Wanted::new(
                Where::Around {
                    latitude: 34_400_000,
                    longitude: 135_050_000,
                    metres,
                },
                Vec::new(),
            )
        };
        // A thousandth of a degree of latitude is 111 metres.
        assert!(around(120).holds("road", "", near) && !around(100).holds("road", "", near));
        assert!(!around(100).holds("road", "", None));
    }

    #[test]
    fn the_same_is_written_the_same() {
        let one = Wanted::new(
            Where::City,
            vec!["b".to_owned(), "a".to_owned(), "b".to_owned()],
        );
        let other = Wanted::new(Where::City, vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(
            serde_json::to_string(&one).unwrap(),
            serde_json::to_string(&other).unwrap()
        );
        for rhythm in Rhythm::ALL {
            assert_eq!(Rhythm::read(rhythm.name()), Some(rhythm));
        }
    }
}
