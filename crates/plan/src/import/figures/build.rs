//! Collecting figures under their indicators.

use std::collections::BTreeSet;

use super::super::cell::key;
use super::super::number::Found;
use super::{FigureCell, confidence, doubt_about};
use crate::model::document::{DoubtReason, Figure, FigureKind, Indicator, Number, Reading};

/// Indicators in the order in which they were first named.
pub(super) struct Builder<'a> {
    entries: Vec<Entry>,
    footnotes: &'a [String],
}

struct Entry {
    key: String,
    circled: Option<char>,
    indicator: Indicator,
    /// For each figure the place of its cell in the order of the sheet.
    order: Vec<usize>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(footnotes: &'a [String]) -> Self {
        Self {
            entries: Vec::new(),
            footnotes,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The indicator of that name, made when it is new.
    pub(super) fn named(&mut self, name: &str) -> usize {
        let key = key(name);
        if let Some(found) = self.entries.iter().position(|entry| entry.key == key) {
            return found;
        }
        let indicator = Indicator {
            name: name.to_owned(),
            ..Indicator::default()
        };
        self.entries.push(Entry {
            key,
            circled: None,
            indicator,
            order: Vec::new(),
        });
        self.entries.len() - 1
    }

    /// The part with that circled digit, made with the name when it is new: parts keep their first name even when the
    /// sheet words it differently in another year.
    pub(super) fn part(&mut self, circled: char, name: &str) -> usize {
        if let Some(found) = self
            .entries
            .iter()
            .position(|entry| entry.circled == Some(circled))
        {
            return found;
        }
        let index = self.named(name);
        self.entries[index].circled = Some(circled);
        index
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let key = key(name);
        self.entries.iter().position(|entry| entry.key == key)
    }

    pub(super) fn define(&mut self, index: usize, definition: Option<String>) {
        self.entries[index].indicator.definition = definition;
    }

    pub(super) fn set_marks(&mut self, index: usize, marks: &[String]) {
        self.entries[index].indicator.marks = marks.to_vec();
    }

    /// The indicators that have a figure of a kind.
    pub(super) fn with_kind(&self, kind: FigureKind) -> BTreeSet<usize> {
        (0..self.entries.len())
            .filter(|index| {
                self.entries[*index]
                    .indicator
                    .figures
                    .iter()
                    .any(|figure| figure.kind == kind)
            })
            .collect()
    }

    pub(super) fn all(&self) -> BTreeSet<usize> {
        (0..self.entries.len()).collect()
    }

    /// Adds a number that was found in a cell.
    pub(super) fn number(
        &mut self,
        index: usize,
        order: usize,
        cell: &FigureCell,
        found: &Found,
        bare_mark: bool,
    ) {
        let note = self.footnote(cell, bare_mark);
        let number = Number {
            value: found.value,
            unit: found.unit.clone(),
            qualifiers: found.qualifiers.clone(),
        };
        let mut figure = figure(cell, Reading::Number(number));
        if found.value.is_zero() {
            let words = found
                .qualifiers
                .iter()
                .chain(note.as_ref())
                .find(|words| contradicts_zero(words));
            figure
                .doubts
                .extend(words.map(|words| doubt_about(DoubtReason::NoteContradicts, words)));
        }
        if let Some(rest) = &found.left_over {
            figure.doubts.push(doubt_about(DoubtReason::LeftOver, rest));
        }
        self.add(index, order, figure);
    }

    /// The footnote a bare ※ points to: the one that names the cell's year, else the only one.
    fn footnote(&self, cell: &FigureCell, bare_mark: bool) -> Option<String> {
        if !bare_mark {
            return None;
        }
        let of_year = |note: &&String| {
            cell.year.is_some_and(|year| {
                yakuba_kernel::FiscalYear::find_all(note)
                    .iter()
                    .any(|mention| mention.year == year)
            })
        };
        self.footnotes
            .iter()
            .find(of_year)
            .or(if self.footnotes.len() == 1 {
                self.footnotes.first()
            } else {
                None
            })
            .cloned()
    }

    /// Adds a cell that holds no number.
    pub(super) fn state(
        &mut self,
        index: usize,
        order: usize,
        cell: &FigureCell,
        reading: Reading,
        reason: Option<DoubtReason>,
    ) {
        let mut figure = figure(cell, reading);
        figure.doubts.extend(reason.map(super::doubt));
        self.add(index, order, figure);
    }

    /// Adds a figure; a year and kind that has one already keeps the first, and a different second is doubted.
    pub(super) fn add(&mut self, index: usize, order: usize, mut figure: Figure) {
        let entry = &mut self.entries[index];
        let twin = entry
            .indicator
            .figures
            .iter_mut()
            .find(|other| other.kind == figure.kind && other.fiscal_year == figure.fiscal_year);
        if let Some(twin) = twin {
            if twin.reading != figure.reading {
                twin.doubts
                    .push(doubt_about(DoubtReason::SaidTwiceDifferently, &figure.text));
                twin.confidence = confidence(&twin.doubts);
            }
            return;
        }
        figure.confidence = confidence(&figure.doubts);
        entry.indicator.figures.push(figure);
        entry.order.push(order);
    }

    /// A doubt about the figure just added to an indicator for a cell.
    pub(super) fn doubt(
        &mut self,
        index: usize,
        cell: &FigureCell,
        reason: DoubtReason,
        detail: Option<&str>,
    ) {
        let figures = &mut self.entries[index].indicator.figures;
        if let Some(figure) = figures
            .iter_mut()
            .find(|figure| figure.kind == cell.kind && figure.fiscal_year == cell.year)
        {
            figure.doubts.push(crate::model::document::Doubt {
                reason,
                detail: detail.map(str::to_owned),
            });
            figure.confidence = confidence(&figure.doubts);
        }
    }

    /// The indicators, each with its figures in the order of the sheet.
    pub(super) fn finish(self) -> Vec<Indicator> {
        self.entries
            .into_iter()
            .map(|entry| {
                let mut indicator = entry.indicator;
                let mut figures: Vec<(usize, Figure)> =
                    entry.order.into_iter().zip(indicator.figures).collect();
                figures.sort_by_key(|(order, _)| *order);
                indicator.figures = figures.into_iter().map(|(_, figure)| figure).collect();
                indicator
            })
            .collect()
    }
}

fn figure(cell: &FigureCell, reading: Reading) -> Figure {
    Figure {
        fiscal_year: cell.year,
        kind: cell.kind,
        reading,
        text: cell.raw.clone(),
        confidence: confidence(&cell.doubts),
        doubts: cell.doubts.clone(),
        evidence: Vec::new(),
        source: Some(cell.address.clone()),
    }
}

/// Whether a note beside a zero says that there was nothing to count yet.
fn contradicts_zero(words: &str) -> bool {
    let words: String = words
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    [
        "としているため",
        "未導入",
        "未実施",
        "未整備",
        "未稼働",
        "未開始",
        "導入前",
        "開始前",
        "実施前",
        "予定のため",
        "対象外",
        "していないため",
        "中止",
    ]
    .iter()
    .any(|sign| words.contains(sign))
}
