//! A table as a chart: along which column, which numbers, and how those of many rows come together.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{document::list, kind::Kind, parquet::number};

/// The most cells that are read for one chart.
const MOST_CELLS: usize = 2_000_000;
/// The most rows that are read for one chart.
const MOST_ROWS: usize = 100_000;
/// The most bars of one chart.
const MOST_BARS: usize = 30;
/// The most places of a line.
const MOST_POINTS: usize = 60;
/// The most columns of numbers: more than two cannot be told apart in black and white.
pub const MOST_FIGURES: usize = 2;

list! {
    /// How the rows with the same value along the chart come together.
    How, Count {
        /// They are counted.
        Count = "count",
        /// Their numbers are added.
        Sum = "sum",
        /// The mean of their numbers.
        Mean = "mean",
    }
}

list! {
    /// What a chart looks like.
    Shape, Rows {
        /// Lying bars, for long names.
        Rows = "rows",
        /// Upright bars.
        Columns = "columns",
        /// A line.
        Line = "line",
    }
}

/// What a chart shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The column along it.
    pub along: usize,
    /// The columns of numbers, at most [`MOST_FIGURES`]; not looked at when rows are counted.
    pub figures: Vec<usize>,
    /// How rows come together.
    pub how: How,
    /// What it looks like.
    pub shape: Shape,
}

/// What is known of a table before a chart is chosen.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Its headers.
    pub header: &'a [String],
    /// What its columns are.
    pub kinds: &'a [Kind],
    /// Which of them hold nothing but numbers.
    pub numbers: &'a [bool],
    /// Its first rows.
    pub rows: &'a [Vec<String>],
}

impl About<'_> {
    /// The columns whose numbers can be added: no places, years or numbers that only name something.
    pub fn figures(&self) -> Vec<usize> {
        const NAMES: [&str; 6] = ["番号", "番地以下", "コード", "ID", "NO", "No"];
        (0..self.header.len())
            .filter(|at| self.numbers.get(*at) == Some(&true))
            .filter(|at| {
                let header = self.header[*at].trim();
                !matches!(
                    self.kinds.get(*at),
                    Some(Kind::Latitude | Kind::Longitude | Kind::Id)
                ) && !self.is_of_time(*at)
                    && !NAMES.iter().any(|name| header.ends_with(name))
            })
            .collect()
    }

    /// Whether a column says when.
    pub fn is_of_time(&self, at: usize) -> bool {
        const ENDS: [&str; 8] = [
            "年",
            "年度",
            "年月",
            "年月日",
            "日付",
            "year",
            "month",
            "date",
        ];
        let header = self.header.get(at).map_or("", |header| header.trim());
        header == "月"
            || matches!(self.kinds.get(at), Some(Kind::Date))
            || ENDS.iter().any(|end| header.to_lowercase().ends_with(end))
    }

    /// How many different values a column has in the first rows.
    fn different(&self, at: usize) -> usize {
        let values: BTreeSet<&str> = self
            .rows
            .iter()
            .filter_map(|row| row.get(at))
            .map(String::as_str)
            .filter(|value| !value.is_empty())
            .collect();
        values.len()
    }

    /// The chart that says most, as far as the columns tell: numbers over time, else how many rows there are of each sort, else the
    /// numbers by name.
    pub fn suggested(&self) -> Wanted {
        let figures = self.figures();
        let first: Vec<usize> = figures.iter().copied().take(1).collect();
        let all = 0..self.header.len();
        let of_time = all
            .clone()
            .find(|at| self.is_of_time(*at) && self.different(*at) > 1);
        if let (Some(along), false) = (of_time, first.is_empty()) {
            return Wanted {
                along,
                figures: first,
                how: How::Sum,
                shape: Shape::Line,
            };
        }
        let is_word = |at: usize| {
            matches!(
                self.kinds.get(at),
                Some(
                    Kind::Text
                        | Kind::Flag
                        | Kind::YesNo
                        | Kind::OneOf(_)
                        | Kind::UsuallyOneOf(_)
                        | Kind::Weekdays
                )
            ) && self.numbers.get(at) != Some(&true)
        };
        let sort = all
            .clone()
            .filter(|at| is_word(*at))
            .map(|at| (self.different(at), at))
            .find(|(different, _)| {
                (2..=MOST_BARS).contains(different) && *different * 2 <= self.rows.len()
            });
        if let Some((_, along)) = sort {
            return Wanted {
                along,
                figures: first,
                how: How::Count,
                shape: Shape::Rows,
            };
        }
        let named = all
            .clone()
            .filter(|at| is_word(*at))
            .max_by_key(|at| (self.different(*at), usize::MAX - at));
        Wanted {
            along: named.or(of_time).unwrap_or(0),
            how: if first.is_empty() {
                How::Count
            } else {
                How::Sum
            },
            figures: first,
            shape: Shape::Rows,
        }
    }
}

/// So many rows of a table with so many columns are read for a chart.
pub fn rows_read(columns: usize) -> usize {
    (MOST_CELLS / columns.max(1)).clamp(1_000, MOST_ROWS)
}

/// What the rows with one value have together.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    /// The place of the first of them.
    first: usize,
    rows: u64,
    sums: [Decimal; MOST_FIGURES],
    counts: [u64; MOST_FIGURES],
}

/// Rows as they come together.
#[derive(Debug, Clone)]
pub struct Groups {
    wanted: Wanted,
    by_value: HashMap<String, Group>,
    read: usize,
}

/// A chart's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Each value along the chart with its figures: one when rows are counted, else one for each column of numbers; none: there is no
    /// number. An empty value is that of empty cells.
    pub places: Vec<(String, Vec<Option<Decimal>>)>,
    /// How many values there are, those that are not shown too.
    pub all: usize,
    /// How many rows were read.
    pub read: usize,
}

impl Groups {
    /// Begins without rows.
    pub fn new(mut wanted: Wanted) -> Self {
        wanted.figures.truncate(MOST_FIGURES);
        Self {
            wanted,
            by_value: HashMap::new(),
            read: 0,
        }
    }

    /// Goes on with rows.
    pub fn add(&mut self, rows: &[Vec<String>]) {
        for row in rows {
            let value = row.get(self.wanted.along).map_or("", |cell| cell.trim());
            let group = match self.by_value.get_mut(value) {
                Some(group) => group,
                None => self.by_value.entry(value.to_owned()).or_insert(Group {
                    first: self.read,
                    ..Group::default()
                }),
            };
            self.read += 1;
            group.rows += 1;
            for (at, column) in self.wanted.figures.iter().enumerate() {
                let cell = row.get(*column).map_or("", |cell| cell.trim());
                if number(cell).is_some()
                    && let Ok(figure) = cell.parse::<Decimal>()
                {
                    group.sums[at] = group.sums[at].saturating_add(figure);
                    group.counts[at] += 1;
                }
            }
        }
    }

    /// The figures in the order of the chart: values that are numbers or days in their order; of time, or along a line, as they stand in the table; others
    /// the largest first. What is too much for one chart is left out: of time the oldest, else the last.
    pub fn end(self, is_of_time: bool) -> Figures {
        let Self {
            wanted,
            by_value,
            read,
        } = self;
        let mut groups: Vec<(String, Group)> = by_value.into_iter().collect();
        groups.sort_unstable_by_key(|(_, group)| group.first);
        let all = groups.len();
        let is_plain = |value: &str| value.is_empty() || ordered(value).is_some();
        let has_order = groups.iter().all(|(value, _)| is_plain(value));
        let figures = |group: &Group| -> Vec<Option<Decimal>> {
            if wanted.how == How::Count {
                return vec![Some(group.rows.into())];
            }
            (0..wanted.figures.len())
                .map(|at| {
                    let count = group.counts[at];
                    match wanted.how {
                        _ if count == 0 => None,
                        How::Mean => group.sums[at]
                            .checked_div(count.into())
                            .map(|mean| mean.round_dp(2).normalize()),
                        How::Sum | How::Count => Some(group.sums[at]),
                    }
                })
                .collect()
        };
        let mut places: Vec<(String, Vec<Option<Decimal>>)> = groups
            .into_iter()
            .map(|(value, group)| (value, figures(&group)))
            .collect();
        if has_order {
            // An empty cell comes last.
            places.sort_by(
                |(one, _), (other, _)| match (ordered(one), ordered(other)) {
                    (Some(one), Some(other)) => one.total_cmp(&other),
                    (one, other) => other.is_some().cmp(&one.is_some()),
                },
            );
        } else if !is_of_time && wanted.shape != Shape::Line {
            places
                .sort_by_key(|(_, figures)| std::cmp::Reverse(figures.first().copied().flatten()));
        }
        let most = match wanted.shape {
            Shape::Rows | Shape::Columns => MOST_BARS,
            Shape::Line => MOST_POINTS,
        };
        if is_of_time {
            places.drain(..places.len().saturating_sub(most));
        } else {
            places.truncate(most);
        }
        Figures { places, all, read }
    }
}

/// Where a value stands among numbers or days; none when it is neither.
fn ordered(value: &str) -> Option<f64> {
    if let Some(number) = number(value) {
        return Some(number);
    }
    // A month is written without a day.
    let month = format!("{value}-01");
    let day: Date = value.parse().or_else(|_| month.parse()).ok()?;
    Some(f64::from(day.year()) * 372.0 + f64::from(day.month()) * 31.0 + f64::from(day.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let mut lines = text
            .lines()
            .map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
        (lines.next().unwrap(), lines.collect())
    }

    fn suggested(text: &str, numbers: &[bool]) -> Wanted {
        let (header, rows) = table(text);
        let kinds: Vec<Kind> = header
            .iter()
            .map(|header| Kind::of_standard(header, ""))
            .collect();
        About {
            header: &header,
            kinds: &kinds,
            numbers,
            rows: &rows,
        }
        .suggested()
    }

    #[test]
    fn the_first_chart_says_something() {
        let time = suggested(
            "年度,区分,件数\n2023,A,3\n2024,A,4\n2024,B,5",
            &[true, false, true],
        );
        assert_eq!(
            (time.along, time.figures, time.how, time.shape),
            (0, vec![2], How::Sum, Shape::Line)
        );
        let sorts = suggested(
            "ID,名称,緯度,町\n1,あ,34.1,北\n2,い,34.2,北\n3,う,34.3,南\n4,え,34.4,南",
            &[true, false, true, false],
        );
        assert_eq!((sorts.along, sorts.how), (3, How::Count));
        assert!(sorts.figures.is_empty(), "a latitude is no figure");
        let named = suggested("地域,人口\n北,10\n南,20\n西,5", &[false, true]);
        assert_eq!(
            (named.along, named.figures, named.how),
            (0, vec![1], How::Sum)
        );
        // Nothing to go by is no failure.
        assert_eq!(suggested("a", &[]).along, 0);
    }

    #[test]
    fn rows_come_together() {
        let (_, rows) = table("町,人口\n北,10\n南,20.5\n北,5\n,1\n南,\n南,x");
        let wanted = |how, shape| Wanted {
            along: 0,
            figures: vec![1],
            how,
            shape,
        };
        let of = |how| {
            let mut groups = Groups::new(wanted(how, Shape::Rows));
            groups.add(&rows[..2]);
            groups.add(&rows[2..]);
            let figures = groups.end(false);
            assert_eq!((figures.read, figures.all), (6, 3));
            figures
                .places
                .into_iter()
                .map(|(value, figures)| format!("{value}={}", figures[0].unwrap()))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(How::Count), ["南=3", "北=2", "=1"]);
        assert_eq!(of(How::Sum), ["南=20.5", "北=15", "=1"]);
        assert_eq!(of(How::Mean), ["南=20.5", "北=7.5", "=1"]);
    }

    #[test]
    fn what_has_an_order_keeps_it_and_the_newest() {
        let rows: Vec<Vec<String>> = (0..100)
            .rev()
            .map(|at| vec![(1900 + at).to_string()])
            .collect();
        let wanted = Wanted {
            along: 0,
            figures: Vec::new(),
            how: How::Count,
            shape: Shape::Line,
        };
        let mut groups = Groups::new(wanted);
        groups.add(&rows);
        let figures = groups.end(true);
        assert_eq!(figures.all, 100);
        assert_eq!(figures.places.len(), MOST_POINTS);
        assert_eq!(figures.places[0].0, "1940");
        assert_eq!(figures.places[59].0, "1999");
        assert!(ordered("2026-04") < ordered("2026-05-01"));
    }
}
