//! From figure cells to indicators: whose number is it, and what is to be doubted about it.

mod build;
mod doubts;
mod given;
mod in_cells;

use yakuba_kernel::FiscalYear;

use super::cell::{key, without_html};
use super::names::GivenName;
use crate::model::document::{
    CellAddress, Doubt, DoubtReason, FigureKind, Group, Indicator, Reading,
};
use build::Builder;

/// A cell that should hold a figure.
#[derive(Clone)]
pub(super) struct FigureCell {
    pub(super) kind: FigureKind,
    pub(super) year: Option<FiscalYear>,
    pub(super) raw: String,
    pub(super) address: CellAddress,
    /// Doubts that hold for the whole cell, such as a row that has slid.
    pub(super) doubts: Vec<Doubt>,
}

/// Gives the name and definition for figures without a name, by the units they have.
pub(super) type Inferred<'a> = dyn Fn(&[&str]) -> (String, Option<String>) + 'a;

/// Where the names of the indicators stand.
pub(super) enum Names<'a> {
    /// In the figure cells; `inferred` is for figures without a name.
    InCells {
        /// Name and definition for figures without a name.
        inferred: &'a Inferred<'a>,
    },
    /// In a column of their own.
    Given(&'a [GivenName]),
}

/// Assembles the indicators of one initiative (or KPI block) from its figure cells.
/// `footnotes` are the notes of the initiative, for cells with a bare ※.
pub(super) fn assemble(
    cells: &[FigureCell],
    names: &Names<'_>,
    footnotes: &[String],
) -> Vec<Indicator> {
    let mut builder = Builder::new(footnotes);
    match names {
        Names::InCells { inferred } => in_cells::read(cells, inferred, &mut builder),
        Names::Given(names) => given::read(cells, names, &mut builder),
    }
    let mut indicators = builder.finish();
    // a KPI whose parts took its place has no figures of its own
    if indicators
        .iter()
        .any(|indicator| !indicator.figures.is_empty())
    {
        indicators.retain(|indicator| !indicator.figures.is_empty());
    }
    indicators
}

/// Completes indicators once all their figures are there: units, directions, and the doubts that follow from them.
pub(super) fn complete(indicators: &mut [Indicator]) {
    indicators.iter_mut().for_each(doubts::check);
}

/// The reading of a cell that holds no number but says so: empty, a dash, not carried out, no figure.
pub(super) fn status(raw: &str) -> Option<Reading> {
    let text = key(&without_html(raw));
    let text = text.trim_matches(['(', ')', '。', '.', '「', '」', '【', '】']);
    match text {
        "" => Some(Reading::Empty),
        "-" | "―" | "—" | "–" | "ー" | "‐" | "−" | "ｰ" | "─" | "--" | "――" | "ーー" | "/"
        | "\\" => Some(Reading::Dash),
        "未実施" | "実施なし" | "実施せず" | "未着手" => Some(Reading::NotCarriedOut),
        "数値なし" | "数値無し" | "数値無" | "実績値なし" | "該当数値なし" | "集計なし"
        | "算出不可" | "計測不可" => Some(Reading::NoFigure),
        _ => None,
    }
}

/// A doubt without further words.
pub(super) fn doubt(reason: DoubtReason) -> Doubt {
    Doubt {
        reason,
        detail: None,
    }
}

/// A doubt with what it hangs on.
pub(super) fn doubt_about(reason: DoubtReason, detail: &str) -> Doubt {
    Doubt {
        reason,
        detail: Some(detail.to_owned()),
    }
}

/// Doubts every figure of some groups for the same reason.
pub(super) fn doubt_all(groups: &mut [Group], reason: DoubtReason) {
    for group in groups {
        let indicators = group.indicators.iter_mut().chain(
            group
                .initiatives
                .iter_mut()
                .flat_map(|initiative| &mut initiative.indicators),
        );
        for figure in indicators.flat_map(|indicator| &mut indicator.figures) {
            figure.doubts.push(doubt(reason));
            figure.confidence = confidence(&figure.doubts);
        }
        doubt_all(&mut group.groups, reason);
    }
}

/// How certain a reading still is under its doubts, in percent: the weakest link counts.
pub(super) fn confidence(doubts: &[Doubt]) -> u8 {
    doubts
        .iter()
        .map(|doubt| match doubt.reason {
            DoubtReason::UnitDiffers | DoubtReason::UnitMissing => 80,
            DoubtReason::UnitDoesNotSuit
            | DoubtReason::NameInferred
            | DoubtReason::LeftOver
            | DoubtReason::ReadFromProse => 70,
            DoubtReason::SlidRow
            | DoubtReason::YearUnclear
            | DoubtReason::SaidTwiceDifferently
            | DoubtReason::LabelUnknown
            | DoubtReason::HiddenSheet => 60,
            DoubtReason::FewerNumbersThanNames
            | DoubtReason::SeveralNumbers
            | DoubtReason::WordsForNumber => 50,
            DoubtReason::NoteContradicts | DoubtReason::NumberLost => 40,
        })
        .min()
        .unwrap_or(100)
}

/// Units that mean the same.
pub(super) fn same_unit(one: &str, other: &str) -> bool {
    fn common(unit: &str) -> &str {
        match unit {
            "名" | "人" | "者" => "人",
            "か所" | "カ所" | "ヶ所" | "ヵ所" | "ケ所" | "箇所" => "か所",
            "か月" | "ヶ月" | "カ月" => "か月",
            other => other,
        }
    }
    common(one) == common(other)
}
