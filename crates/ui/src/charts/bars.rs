use askama::Template;
use rust_decimal::Decimal;

use super::{
    BOTTOM, Frame, HEIGHT, LEFT, RIGHT, Scale, Series, WIDTH, coordinate, float, with_places, y,
};
use crate::html::html_safe;
use crate::{Cell, Column, Language, Row, Table, format};

/// Planned and actual figures by year: the plan as an outline, what was reached as a filled bar in
/// it, what was published at the time as a mark where it differs. One or two series.
#[derive(Clone)]
pub struct BarAndTarget {
    frame: Frame,
    first: Series,
    second: Option<Series>,
}

/// A rectangle of the drawing.
struct Bar {
    x: String,
    y: String,
    width: String,
    height: String,
    series: usize,
    title: String,
}

/// A text of the drawing.
struct Label {
    x: String,
    y: String,
    text: String,
}

/// A short horizontal line of the drawing.
struct Mark {
    x1: String,
    x2: String,
    y: String,
    title: String,
}

#[derive(Template)]
#[template(path = "charts/bar_and_target.html")]
struct Drawing<'a> {
    frame: &'a Frame,
    description: String,
    grid: Vec<(String, String)>,
    places: Vec<(String, &'a str)>,
    planned: Vec<Bar>,
    actual: Vec<Bar>,
    published: Vec<Mark>,
    labels: Vec<Label>,
    zero: String,
    legend: Vec<(&'static str, usize, String)>,
}

impl BarAndTarget {
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
            first: series,
            second: None,
        }
    }

    /// A second series, hatched, beside the first. More than two cannot be told apart in black and
    /// white: draw another chart.
    #[must_use]
    pub fn beside(mut self, series: Series) -> Self {
        self.second = Some(series);
        self
    }

    fn series(&self) -> Vec<&Series> {
        std::iter::once(&self.first).chain(&self.second).collect()
    }

    /// The same figures as a table.
    pub fn table(&self) -> Table {
        let words = self.frame.words;
        let series = self.series();
        let mut columns = vec![Column::text(words.get("ui-chart-year")).no_wrap()];
        for series in &series {
            columns.push(Column::number(series.label(&words.get("ui-chart-planned"))));
            columns.push(Column::number(series.label(&words.get("ui-chart-actual"))));
            if series.has_published() {
                columns.push(Column::number(
                    series.label(&words.get("ui-chart-published")),
                ));
            }
        }
        let rows = self.frame.places.iter().enumerate().map(|(index, place)| {
            let mut cells = vec![Cell::text(&place.long)];
            for series in &series {
                cells.push(self.frame.figure_or_none(series.planned_at(index)).into());
                cells.push(self.frame.figure_or_none(series.actual_at(index)).into());
                if series.has_published() {
                    let published = series.published.get(index).copied().flatten();
                    cells.push(self.frame.figure_or_none(published).into());
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
        let series = self.series();
        let scale = Scale::over(series.iter().flat_map(|series| series.values()), true);
        let count = if self.second.is_some() { 2.0 } else { 1.0 };
        let width = (frame.slot() * 0.78 / count).min(72.0);
        // A digit is about 8 units wide; figures that would overlap are left to the table.
        let longest = series
            .iter()
            .flat_map(|series| series.actual.iter().flatten())
            .map(|value| format::decimal(*value).len())
            .max()
            .unwrap_or(0);
        #[allow(clippy::cast_precision_loss, reason = "a figure has few digits")]
        let labelled = longest as f64 * 8.2 + 2.0 <= frame.slot().min(width * count * 1.25) / count;
        let mut drawing = Drawing {
            description: frame.description(&series),
            grid: frame.grid(&scale),
            places: frame.place_labels(),
            planned: Vec::new(),
            actual: Vec::new(),
            published: Vec::new(),
            labels: Vec::new(),
            zero: coordinate(y(&scale, 0.0)),
            legend: Vec::new(),
            frame,
        };
        let (planned_word, actual_word, published_word) = (
            words.get("ui-chart-planned"),
            words.get("ui-chart-actual"),
            words.get("ui-chart-published"),
        );
        let mut start = -width * count / 2.0;
        for (number, series) in series.iter().enumerate() {
            for (index, place) in frame.places.iter().enumerate() {
                let left = frame.x(index) + start;
                let title = |kind: &str, value: Decimal| {
                    format!(
                        "{} {} {}",
                        place.long,
                        series.label(kind),
                        frame.figure(value)
                    )
                };
                if let Some(value) = series.planned_at(index) {
                    drawing.planned.push(bar(
                        &scale,
                        left + width * 0.06,
                        width * 0.88,
                        value,
                        number,
                        title(&planned_word, value),
                    ));
                }
                if let Some(value) = series.actual_at(index) {
                    drawing.actual.push(bar(
                        &scale,
                        left + width * 0.2,
                        width * 0.6,
                        value,
                        number,
                        title(&actual_word, value),
                    ));
                    if labelled {
                        drawing.labels.push(label(
                            &scale,
                            series,
                            index,
                            left + width / 2.0,
                            value,
                        ));
                    }
                }
                if let Some(value) = series.published_at(index) {
                    drawing.published.push(Mark {
                        x1: coordinate(left + width * 0.02),
                        x2: coordinate(left + width * 0.98),
                        y: coordinate(y(&scale, float(value))),
                        title: title(&published_word, value),
                    });
                }
            }
            // The outline is the same for both series: one entry for it is enough.
            if number == 0 && (self.series().iter()).any(|series| !series.planned.is_empty()) {
                drawing
                    .legend
                    .push(("planned", 0, planned_word.to_string()));
            }
            if !series.actual.is_empty() {
                drawing
                    .legend
                    .push(("actual", number, series.label(&actual_word)));
            }
            if series.has_published() {
                drawing
                    .legend
                    .push(("published", number, series.label(&published_word)));
            }
            start += width;
        }
        drawing
    }
}

fn bar(scale: &Scale, x: f64, width: f64, value: Decimal, series: usize, title: String) -> Bar {
    let (zero, end) = (y(scale, 0.0), y(scale, float(value)));
    Bar {
        x: coordinate(x),
        y: coordinate(zero.min(end)),
        width: coordinate(width),
        height: coordinate((zero - end).abs()),
        series,
        title,
    }
}

/// The figure above the higher of plan and result (below the lower, for negative ones).
fn label(scale: &Scale, series: &Series, index: usize, x: f64, value: Decimal) -> Label {
    let others = [series.planned_at(index), series.published_at(index)];
    let edge = others.into_iter().flatten().fold(value, |edge, other| {
        if value.is_sign_negative() {
            edge.min(other)
        } else {
            edge.max(other)
        }
    });
    let offset = if value.is_sign_negative() { 15.0 } else { -5.0 };
    Label {
        x: coordinate(x),
        y: coordinate((y(scale, float(edge)) + offset).min(BOTTOM + 14.0)),
        text: format::decimal(value),
    }
}

impl std::fmt::Display for BarAndTarget {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.drawing().fmt(formatter)
    }
}

with_places!(BarAndTarget);
html_safe!(BarAndTarget);
