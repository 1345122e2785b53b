//! Accessible charts: SVG made on the server, legible in black and white, on paper and in forced
//! colours, each with a table of the same figures (`.table()`).
//!
//! Values are exact decimals; `None` is a missing figure and leaves a gap: it is never zero.

mod axis;
mod bars;
mod line;
mod rows;
mod small;

pub use axis::{Scale, axis_label};
pub use bars::BarAndTarget;
pub use line::Line;
pub use rows::RowBars;
pub use small::{Share, Sparkline};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use yakuba_kernel::FiscalYear;

use crate::{Language, Words, format};

/// Figures of one indicator, one for each place on the horizontal axis.
#[derive(Clone, Debug, Default)]
pub struct Series {
    name: String,
    planned: Vec<Option<Decimal>>,
    actual: Vec<Option<Decimal>>,
    published: Vec<Option<Decimal>>,
    is_plain: bool,
}

impl Series {
    /// A series without figures. The name may be empty when a chart shows only one.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// What was planned (予定).
    #[must_use]
    pub fn planned(mut self, values: impl IntoIterator<Item = Option<Decimal>>) -> Self {
        self.planned = values.into_iter().collect();
        self
    }

    /// What was reached (実績), as of now.
    #[must_use]
    pub fn actual(mut self, values: impl IntoIterator<Item = Option<Decimal>>) -> Self {
        self.actual = values.into_iter().collect();
        self
    }

    /// Figures that belong to no plan, such as those of a table: they stand under the series' name alone.
    #[must_use]
    pub fn plain(mut self, values: impl IntoIterator<Item = Option<Decimal>>) -> Self {
        self.actual = values.into_iter().collect();
        self.is_plain = true;
        self
    }

    /// What was published at the time; shown where it differs from the actual value of now.
    #[must_use]
    pub fn published(mut self, values: impl IntoIterator<Item = Option<Decimal>>) -> Self {
        self.published = values.into_iter().collect();
        self
    }

    fn planned_at(&self, index: usize) -> Option<Decimal> {
        self.planned.get(index).copied().flatten()
    }

    fn actual_at(&self, index: usize) -> Option<Decimal> {
        self.actual.get(index).copied().flatten()
    }

    /// The published value, where it is not the value of now.
    fn published_at(&self, index: usize) -> Option<Decimal> {
        let published = self.published.get(index).copied().flatten()?;
        (self.actual_at(index) != Some(published)).then_some(published)
    }

    fn has_published(&self) -> bool {
        (0..self.published.len()).any(|index| self.published_at(index).is_some())
    }

    fn values(&self) -> impl Iterator<Item = f64> + '_ {
        [&self.planned, &self.actual, &self.published]
            .into_iter()
            .flatten()
            .flatten()
            .map(|value| float(*value))
    }

    /// `予定`, or `<name> 予定` when the series has a name; a plain series is called by its name.
    fn label(&self, kind: &str) -> String {
        if self.is_plain {
            self.name.clone()
        } else if self.name.is_empty() {
            kind.to_owned()
        } else {
            format!("{} {kind}", self.name)
        }
    }
}

/// A place on the horizontal axis.
#[derive(Clone, Debug)]
struct Place {
    long: String,
    short: String,
}

impl Place {
    fn year(year: FiscalYear, language: Language) -> Self {
        Self {
            long: format::fiscal_year_short(year, language),
            short: if language == Language::Japanese {
                year.short()
            } else {
                year.year().to_string()
            },
        }
    }

    fn label(text: String) -> Self {
        Self {
            short: text.clone(),
            long: text,
        }
    }
}

/// What all charts with axes have.
#[derive(Clone)]
struct Frame {
    words: Words,
    id: String,
    title: String,
    unit: String,
    places: Vec<Place>,
}

/// The plot's edges inside the drawing, in its units (about pixels at full width).
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 628.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 264.0;

impl Frame {
    fn new(language: Language, id: String, title: String, unit: String) -> Self {
        Self {
            words: Words::general(language),
            id,
            title,
            unit,
            places: Vec::new(),
        }
    }

    /// Width of the slot of one place.
    #[allow(clippy::cast_precision_loss, reason = "a chart has few places")]
    fn slot(&self) -> f64 {
        (RIGHT - LEFT) / self.places.len().max(1) as f64
    }

    /// Middle of a place.
    #[allow(clippy::cast_precision_loss, reason = "a chart has few places")]
    fn x(&self, index: usize) -> f64 {
        LEFT + self.slot() * (index as f64 + 0.5)
    }

    /// Labels of the horizontal axis with their middles; short ones where long ones do not fit,
    /// and only some where even those do not.
    fn place_labels(&self) -> Vec<(String, &str)> {
        // One full-width letter at the size of axis labels, in the drawing's units.
        const LETTER: f64 = 14.0;
        let width = |text: &str| -> f64 {
            text.chars()
                .map(|letter| if letter.is_ascii() { 0.58 } else { 1.0 })
                .sum::<f64>()
                * LETTER
                + 6.0
        };
        let slot = self.slot();
        let long_fits = self.places.iter().all(|place| width(&place.long) <= slot);
        let text =
            |place: &Place| -> f64 { width(if long_fits { &place.long } else { &place.short }) };
        let widest = self.places.iter().map(text).fold(0.0, f64::max);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive number"
        )]
        let every = ((widest / slot).ceil() as usize).max(1);
        self.places
            .iter()
            .enumerate()
            .filter(|(index, _)| index % every == 0)
            .map(|(index, place)| {
                let text = if long_fits { &place.long } else { &place.short };
                (coordinate(self.x(index)), text.as_str())
            })
            .collect()
    }

    /// Lines of the vertical axis: height and label.
    fn grid(&self, scale: &Scale) -> Vec<(String, String)> {
        scale
            .ticks()
            .into_iter()
            .map(|tick| {
                (
                    coordinate(y(scale, tick)),
                    axis_label(tick, scale, self.words.language()),
                )
            })
            .collect()
    }

    fn figure(&self, value: Decimal) -> String {
        format::with_unit(value, &self.unit, self.words.language())
    }

    fn figure_or_none(&self, value: Option<Decimal>) -> String {
        value.map_or_else(
            || self.words.get("ui-chart-no-figure").into_owned(),
            |value| self.figure(value),
        )
    }

    fn unit_line(&self) -> String {
        if self.unit.is_empty() {
            String::new()
        } else {
            self.words
                .with_text("ui-chart-unit", "unit", &self.unit)
                .into_owned()
        }
    }

    /// What the drawing shows, in a sentence or two; the figures are in the table.
    fn description(&self, series: &[&Series]) -> String {
        let mut text = self
            .words
            .with(
                "ui-chart-summary",
                &[
                    ("title", self.title.clone().into()),
                    (
                        "first",
                        self.places
                            .first()
                            .map_or("", |place| place.long.as_str())
                            .into(),
                    ),
                    (
                        "last",
                        self.places
                            .last()
                            .map_or("", |place| place.long.as_str())
                            .into(),
                    ),
                ],
            )
            .into_owned();
        // The last place of a table is not the latest one.
        for series in series.iter().filter(|series| !series.is_plain) {
            let latest = (0..self.places.len())
                .rev()
                .find_map(|index| series.actual_at(index).map(|value| (index, value)));
            if let Some((index, value)) = latest {
                text.push_str(&series.name);
                text.push_str(&self.words.with(
                    "ui-chart-latest",
                    &[
                        ("year", self.places[index].long.clone().into()),
                        ("value", self.figure(value).into()),
                    ],
                ));
            }
        }
        text
    }
}

/// Methods of the charts with a horizontal axis.
macro_rules! with_places {
    ($($chart:ident),+) => {
        $(impl $chart {
            /// The fiscal years of the horizontal axis.
            #[must_use]
            pub fn years(
                mut self,
                years: impl IntoIterator<Item = yakuba_kernel::FiscalYear>,
            ) -> Self {
                let language = self.frame.words.language();
                self.frame.places = years
                    .into_iter()
                    .map(|year| crate::charts::Place::year(year, language))
                    .collect();
                self
            }

            /// Labels of the horizontal axis other than years: months, departments, cities.
            #[must_use]
            pub fn labels(mut self, labels: impl IntoIterator<Item = String>) -> Self {
                self.frame.places = labels
                    .into_iter()
                    .map(crate::charts::Place::label)
                    .collect();
                self
            }
        })+
    };
}
use with_places;

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

/// A coordinate with one decimal: a tenth of a pixel is enough and keeps pages small.
fn coordinate(value: f64) -> String {
    format!("{value:.1}")
}

/// The height of a value in the drawing.
fn y(scale: &Scale, value: f64) -> f64 {
    let share = (value - scale.low()) / (scale.high() - scale.low());
    BOTTOM - share * (BOTTOM - TOP)
}
