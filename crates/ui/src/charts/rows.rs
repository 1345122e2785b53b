use askama::Template;
use rust_decimal::Decimal;

use super::{coordinate, float};
use crate::html::html_safe;
use crate::{Language, Words};

/// Lying bars, one below the other, each under its label: for answers whose labels are too long to stand side by side. Every bar
/// has its figure in words; a figure that is not told has no bar. The caller puts the table of the same figures under it.
#[derive(Clone, Template)]
#[template(path = "charts/rows.html")]
pub struct RowBars {
    words: Words,
    id: String,
    title: String,
    whole: Decimal,
    rows: Vec<RowBar>,
}

#[derive(Clone)]
struct RowBar {
    label: String,
    text: String,
    width: Option<String>,
}

/// The height of a row, of the line of its label, and of its bar, in the drawing's units.
const ROW: usize = 52;
const LABEL: usize = 18;
const BAR: usize = 20;
/// The drawing is as wide as a phone, so that its letters stay legible there.
const WIDTH: f64 = 400.0;
/// Room for the figure behind the longest bar.
const FIGURE: f64 = 120.0;
/// Full-width letters that fit above a bar; the table has the whole label.
const LETTERS: f64 = 27.0;

impl RowBars {
    /// A chart without bars; `id` is unique on the page, `whole` is what the longest possible bar stands for.
    pub fn new(
        language: Language,
        id: impl Into<String>,
        title: impl Into<String>,
        whole: Decimal,
    ) -> Self {
        Self {
            words: Words::general(language),
            id: id.into(),
            title: title.into(),
            whole,
            rows: Vec::new(),
        }
    }

    /// Adds a bar with its label and its figure in words; none: the figure is not told.
    #[must_use]
    pub fn row(
        mut self,
        label: impl Into<String>,
        value: Option<Decimal>,
        text: impl Into<String>,
    ) -> Self {
        let whole = float(self.whole);
        self.rows.push(RowBar {
            label: label.into(),
            text: text.into(),
            width: value.map(|value| {
                let share = if whole > 0.0 {
                    (float(value) / whole).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                coordinate(share * (WIDTH - FIGURE))
            }),
        });
        self
    }

    /// A label as far as it fits.
    fn fitting(label: &str) -> String {
        let mut room = LETTERS;
        let mut text = String::new();
        for letter in label.chars() {
            room -= if letter.is_ascii() { 0.55 } else { 1.0 };
            if room < 1.0 {
                text.push('…');
                break;
            }
            text.push(letter);
        }
        text
    }

    fn height(&self) -> usize {
        self.rows.len() * ROW
    }

    /// The place of a row's label and of its bar.
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates pass by reference"
    )]
    fn places(row: &usize) -> (usize, usize, usize) {
        let top = row * ROW;
        (top + LABEL - 4, top + LABEL, top + LABEL + BAR - 4)
    }

    /// Where the figure stands: behind its bar.
    fn behind(width: Option<&String>) -> String {
        let width: f64 = width.map_or(0.0, |width| width.parse().unwrap_or(0.0));
        coordinate(width + 6.0)
    }

    /// What the drawing shows, in a sentence: every figure.
    fn description(&self) -> String {
        self.rows
            .iter()
            .map(|row| format!("{} {}", row.label, row.text))
            .collect::<Vec<_>>()
            .join(if self.words.language() == Language::English {
                "; "
            } else {
                "、"
            })
    }
}

html_safe!(RowBars);
