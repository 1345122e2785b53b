//! Tables that services make from their own records for everybody to use: open data that nobody has to type.
//!
//! What is in such a table is published as it is, so a service puts into it only what its public pages show, and counts of people or of
//! what they did only through [`shown_count`] and [`shown_part`].

use futures::future::BoxFuture;

use crate::{City, CityError};

/// Counts below this are hidden unless they are 0: few people could be told apart.
pub const SMALLEST_COUNT: u64 = 5;

/// What a table holds at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableRows {
    /// The headers, each one once.
    pub header: Vec<String>,
    /// The rows, each as wide as the header; the same records give the same rows in the same order.
    pub rows: Vec<Vec<String>>,
}

impl TableRows {
    /// A table without rows.
    pub fn new<const WIDTH: usize>(header: [&str; WIDTH]) -> Self {
        Self {
            header: header.map(str::to_owned).to_vec(),
            rows: Vec::new(),
        }
    }
}

/// Makes a table from what the city's records hold.
pub type MakeTable = for<'a> fn(&'a City) -> BoxFuture<'a, Result<TableRows, CityError>>;

/// A table that a service makes.
#[derive(Clone, Copy)]
pub struct OpenTable {
    /// Its lasting name: the service, a dot, a name, such as `booking.facilities`.
    pub key: &'static str,
    /// The national dataset whose columns it has, by its English name in the 自治体標準オープンデータセット; none: columns of its own.
    pub national: Option<&'static str>,
    /// Its words in a language (`ja`, `easy`, `en`).
    pub words: fn(language: &str) -> TableWords,
    /// Makes it.
    pub make: MakeTable,
}

impl std::fmt::Debug for OpenTable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("OpenTable")
            .field("key", &self.key)
            .field("national", &self.national)
            .finish_non_exhaustive()
    }
}

/// What a table is called, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableWords {
    /// What it is called.
    pub title: String,
    /// What is in it, in a few sentences.
    pub description: String,
}

/// A count as everybody may read it: nothing when it is from 1 to below [`SMALLEST_COUNT`].
pub fn shown_count(count: u64) -> String {
    if (1..SMALLEST_COUNT).contains(&count) {
        String::new()
    } else {
        count.to_string()
    }
}

/// A part of a count as everybody may read it beside the whole: nothing when it or the rest of the whole is from 1 to below
/// [`SMALLEST_COUNT`].
pub fn shown_part(part: u64, whole: u64) -> String {
    let rest = whole.saturating_sub(part);
    if (1..SMALLEST_COUNT).contains(&rest) {
        String::new()
    } else {
        shown_count(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_small_count_is_shown_or_follows_from_what_is() {
        for whole in 0..40 {
            for part in 0..=whole {
                let [all, some] = [shown_count(whole), shown_part(part, whole)];
                for shown in [&all, &some] {
                    assert!(
                        !["1", "2", "3", "4"].contains(&shown.as_str()),
                        "{part}/{whole}"
                    );
                }
                if let (Ok(all), Ok(some)) = (all.parse::<u64>(), some.parse::<u64>()) {
                    assert!(
                        !(1..SMALLEST_COUNT).contains(&(all - some)),
                        "{part}/{whole}"
                    );
                }
            }
        }
        assert_eq!(
            [shown_count(0), shown_count(5), shown_part(7, 20)],
            ["0", "5", "7"]
        );
    }
}
