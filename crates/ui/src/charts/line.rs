use askama::Template;
use rust_decimal::Decimal;

use super::{
    BOTTOM, Frame, HEIGHT, LEFT, RIGHT, Scale, Series, WIDTH, coordinate, float, with_places, y,
};
use crate::html::html_safe;
use crate::{Cell, Column, Language, Row, Table, format};

/// The course of a figure over the years: actual values as a line with points, the plan as a step
/// line, and a projection as a dashed line with the range it may fall in.
#[derive(Clone)]
pub struct Line {
    frame: Frame,
    series: Series,
    projection: Vec<Option<Projected>>,
    from_zero: bool,
}

/// A projected figure and the range it may fall in.
#[derive(Clone, Copy)]
struct Projected {
    value: Decimal,
    low: Decimal,
    high: Decimal,
}

struct Point {
    x: String,
    y: String,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "charts/line.html")]
struct Drawing<'a> {
    frame: &'a Frame,
    description: String,
    grid: Vec<(String, String)>,
    places: Vec<(String, &'a str)>,
    band: String,
    actual: String,
    planned: String,
    projection: String,
    points: Vec<Point>,
    projected: Vec<Point>,
    zero: Option<String>,
    legend: Vec<(&'static str, String)>,
}

impl Line {
    /// A chart of one series; `id` is unique on the page.
    pub fn new(
        language: Language,
        id: impl Into<String>,
        title: impl Into<String>,
        unit: impl Into<String>,
        series: Series,
    ) -> Self {
        Self {
            frame: Frame::new(language, id.into(), title.into(), unit.into()),
            series,
            projection: Vec::new(),
            from_zero: false,
        }
    }

    /// Projected figures as `(value, low, high)`, one for each place; `None` where there is none.
    #[must_use]
    pub fn projection(
        mut self,
        figures: impl IntoIterator<Item = Option<(Decimal, Decimal, Decimal)>>,
    ) -> Self {
        self.projection = figures
            .into_iter()
            .map(|figure| figure.map(|(value, low, high)| Projected { value, low, high }))
            .collect();
        self
    }

    /// The vertical axis begins at zero.
    #[must_use]
    pub fn from_zero(mut self) -> Self {
        self.from_zero = true;
        self
    }

    fn projected_at(&self, index: usize) -> Option<Projected> {
        self.projection.get(index).copied().flatten()
    }

    /// The same figures as a table.
    pub fn table(&self) -> Table {
        let words = self.frame.words;
        let has_plan = !self.series.planned.is_empty();
        let has_projection = !self.projection.is_empty();
        let mut columns = vec![Column::text(words.get("ui-chart-year")).no_wrap()];
        if has_plan {
            columns.push(Column::number(words.get("ui-chart-planned")));
        }
        columns.push(Column::number(words.get("ui-chart-actual")));
        if has_projection {
            columns.push(Column::number(words.get("ui-chart-projection")));
            columns.push(Column::number(words.get("ui-chart-range")));
        }
        let rows = self.frame.places.iter().enumerate().map(|(index, place)| {
            let mut cells = vec![Cell::text(&place.long)];
            if has_plan {
                cells.push(
                    self.frame
                        .figure_or_none(self.series.planned_at(index))
                        .into(),
                );
            }
            cells.push(
                self.frame
                    .figure_or_none(self.series.actual_at(index))
                    .into(),
            );
            if has_projection {
                match self.projected_at(index) {
                    Some(figure) => {
                        cells.push(self.frame.figure(figure.value).into());
                        let range = words.with(
                            "ui-chart-range-of",
                            &[
                                ("low", self.frame.figure(figure.low).into()),
                                ("high", self.frame.figure(figure.high).into()),
                            ],
                        );
                        cells.push(Cell::text(range));
                    }
                    None => cells.extend([Cell::text("－"), Cell::text("－")]),
                }
            }
            Row::new(cells)
        });
        Table::new(
            words.language(),
            format!("{}-table", self.frame.id),
            format::with_note(
                &self.frame.title,
                words.get("ui-chart-table"),
                words.language(),
            ),
        )
        .columns(columns)
        .rows(rows)
        .row_headers()
    }

    fn drawing(&self) -> Drawing<'_> {
        let frame = &self.frame;
        let words = frame.words;
        let projected = self
            .projection
            .iter()
            .flatten()
            .flat_map(|figure| [figure.value, figure.low, figure.high].map(float));
        let scale = Scale::over(self.series.values().chain(projected), self.from_zero);
        let places = 0..frame.places.len();
        let at = |index: usize, value: Decimal| (frame.x(index), y(&scale, float(value)));
        // A digit is about 8 units wide; figures of a table that would overlap are left to the table.
        let longest = (self.series.actual.iter().flatten())
            .map(|value| format::decimal(*value).len())
            .max()
            .unwrap_or(0);
        #[allow(clippy::cast_precision_loss, reason = "a figure has few digits")]
        let labelled = !self.series.is_plain || longest as f64 * 8.2 + 2.0 <= frame.slot();
        let point = |index: usize, value: Decimal, kind: &str| {
            let (x, y) = at(index, value);
            Point {
                x: coordinate(x),
                y: coordinate(y),
                title: format!(
                    "{} {kind} {}",
                    frame.places[index].long,
                    frame.figure(value)
                ),
                text: if labelled {
                    format::decimal(value)
                } else {
                    String::new()
                },
            }
        };
        let actual: Vec<_> = places
            .clone()
            .map(|index| self.series.actual_at(index).map(|value| at(index, value)))
            .collect();
        // The dashed line starts where the actual one ends.
        let last_actual = places
            .clone()
            .rev()
            .find_map(|index| self.series.actual_at(index).map(|value| (index, value)));
        let first_projected = places
            .clone()
            .find(|index| self.projected_at(*index).is_some());
        let joint = last_actual.filter(|(index, _)| first_projected == Some(index + 1));
        let projection: Vec<_> = places
            .clone()
            .map(|index| match joint {
                Some((joined, value)) if joined == index => Some(at(index, value)),
                _ => self
                    .projected_at(index)
                    .map(|figure| at(index, figure.value)),
            })
            .collect();
        let planned: Vec<_> = places
            .clone()
            .map(|index| {
                self.series.planned_at(index).map(|value| {
                    let (x, y) = at(index, value);
                    (x - frame.slot() / 2.0, x + frame.slot() / 2.0, y)
                })
            })
            .collect();
        let (planned_word, actual_word, projection_word) = (
            words.get("ui-chart-planned"),
            if self.series.is_plain {
                self.series.name.as_str().into()
            } else {
                words.get("ui-chart-actual")
            },
            words.get("ui-chart-projection"),
        );
        let mut legend = vec![("actual", actual_word.to_string())];
        if !self.series.planned.is_empty() {
            legend.push(("planned", planned_word.into_owned()));
        }
        if first_projected.is_some() {
            legend.push(("projection", projection_word.to_string()));
            legend.push(("band", words.get("ui-chart-range").into_owned()));
        }
        Drawing {
            description: frame.description(&[&self.series]),
            grid: frame.grid(&scale),
            places: frame.place_labels(),
            band: self.band(&scale, joint),
            actual: path(&actual),
            planned: steps(&planned),
            projection: path(&projection),
            points: places
                .clone()
                .filter_map(|index| {
                    let value = self.series.actual_at(index)?;
                    Some(point(index, value, &actual_word))
                })
                .collect(),
            projected: places
                .filter_map(|index| {
                    let figure = self.projected_at(index)?;
                    Some(point(index, figure.value, &projection_word))
                })
                .collect(),
            zero: (scale.low() <= 0.0).then(|| coordinate(y(&scale, 0.0))),
            legend,
            frame,
        }
    }

    /// The outline of the range: along the high ends and back along the low ends.
    fn band(&self, scale: &Scale, joint: Option<(usize, Decimal)>) -> String {
        let mut upper = Vec::new();
        let mut lower = Vec::new();
        for index in 0..self.frame.places.len() {
            let ends = match joint {
                Some((joined, value)) if joined == index => Some((value, value)),
                _ => self
                    .projected_at(index)
                    .map(|figure| (figure.low, figure.high)),
            };
            if let Some((low, high)) = ends {
                let x = coordinate(self.frame.x(index));
                upper.push(format!("{x} {}", coordinate(y(scale, float(high)))));
                lower.push(format!("{x} {}", coordinate(y(scale, float(low)))));
            }
        }
        if upper.len() < 2 {
            return String::new();
        }
        upper.extend(lower.into_iter().rev());
        format!("M{}Z", upper.join("L"))
    }
}

/// A line through the points; a missing one interrupts it.
fn path(points: &[Option<(f64, f64)>]) -> String {
    let mut path = String::new();
    let mut interrupted = true;
    for point in points {
        if let Some((x, y)) = point {
            path.push(if interrupted { 'M' } else { 'L' });
            path.extend([format!("{} {}", coordinate(*x), coordinate(*y))]);
        }
        interrupted = point.is_none();
    }
    path
}

/// A step for each value: from the left to the right edge of its place.
fn steps(steps: &[Option<(f64, f64, f64)>]) -> String {
    let mut path = String::new();
    let mut interrupted = true;
    for step in steps {
        if let Some((left, right, y)) = step {
            path.push(if interrupted { 'M' } else { 'L' });
            path.extend([format!(
                "{} {1}L{2} {1}",
                coordinate(*left),
                coordinate(*y),
                coordinate(*right)
            )]);
        }
        interrupted = step.is_none();
    }
    path
}

impl std::fmt::Display for Line {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.drawing().fmt(formatter)
    }
}

with_places!(Line);
html_safe!(Line);
