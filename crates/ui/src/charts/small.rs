use askama::Template;
use rust_decimal::Decimal;

use super::{coordinate, float};
use crate::html::html_safe;
use crate::{Language, Words, format};

/// A part of a whole as a bar, with numerator and denominator in words: a shown ratio always has
/// both. Also progress towards a target.
#[derive(Clone, Template)]
#[template(path = "charts/share.html")]
pub struct Share {
    words: Words,
    shown: String,
    part: String,
    whole: String,
    width: String,
    mark: Option<String>,
}

/// Length of the bar in its own units.
const BAR: f64 = 200.0;

impl Share {
    /// `part` of `whole`, both in `unit`. `shown` is the ratio as the indicator rounds it, e.g.
    /// `74.9%`.
    pub fn new(
        language: Language,
        part: Decimal,
        whole: Decimal,
        unit: &str,
        shown: impl Into<String>,
    ) -> Self {
        let share = if whole.is_zero() {
            0.0
        } else {
            (float(part) / float(whole)).clamp(0.0, 1.0)
        };
        Self {
            words: Words::general(language),
            shown: shown.into(),
            part: format::with_unit(part, unit, language),
            whole: format::with_unit(whole, unit, language),
            width: coordinate(share * BAR),
            mark: None,
        }
    }

    /// A mark at the planned ratio, in percent (0 to 100).
    #[must_use]
    pub fn target(mut self, percent: Decimal) -> Self {
        self.mark = Some(coordinate((float(percent) / 100.0).clamp(0.0, 1.0) * BAR));
        self
    }

    fn counts(&self) -> String {
        self.words
            .with(
                "ui-share-of",
                &[
                    ("part", self.part.clone().into()),
                    ("whole", self.whole.clone().into()),
                ],
            )
            .into_owned()
    }
}

/// A small line without axes, for a table row. Its label says what it shows.
#[derive(Clone, Debug, Template)]
#[template(path = "charts/sparkline.html")]
pub struct Sparkline {
    label: String,
    path: String,
    last: Option<(String, String)>,
}

impl Sparkline {
    /// The course of `values`, gaps where there is none. `label` is read aloud, e.g.
    /// `令和元年度から令和5年度まで：10件から42件`.
    #[allow(clippy::cast_precision_loss, reason = "a small line has few points")]
    pub fn new(label: impl Into<String>, values: &[Option<Decimal>]) -> Self {
        const WIDTH: f64 = 96.0;
        const HEIGHT: f64 = 24.0;
        const EDGE: f64 = 4.0;
        let known: Vec<f64> = values.iter().flatten().map(|value| float(*value)).collect();
        let low = known.iter().copied().fold(f64::INFINITY, f64::min);
        let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let step = (WIDTH - 2.0 * EDGE) / (values.len().max(2) - 1) as f64;
        let mut path = String::new();
        let mut last = None;
        let mut interrupted = true;
        for (index, value) in values.iter().enumerate() {
            if let Some(value) = value {
                let share = if high > low {
                    (float(*value) - low) / (high - low)
                } else {
                    0.5
                };
                let x = coordinate(EDGE + step * index as f64);
                let y = coordinate(HEIGHT - EDGE - share * (HEIGHT - 2.0 * EDGE));
                path.push(if interrupted { 'M' } else { 'L' });
                path.extend([format!("{x} {y}")]);
                if interrupted {
                    // With round ends, a line of no length is a dot: a lone figure is seen.
                    path.push_str("h0");
                }
                last = Some((x, y));
            }
            interrupted = value.is_none();
        }
        Self {
            label: label.into(),
            path,
            last,
        }
    }
}

html_safe!(Share, Sparkline);
