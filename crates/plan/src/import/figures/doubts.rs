//! What only shows when all figures of an indicator are seen together: its unit, its direction.

use super::{confidence, doubt, doubt_about, same_unit};
use crate::model::document::{Direction, DoubtReason, FigureKind, Indicator, Reading};

/// Sets unit and direction of an indicator and doubts figures whose unit differs, is missing or does not suit.
pub(super) fn check(indicator: &mut Indicator) {
    let counts = names_count(&indicator.name);
    let units: Vec<String> = indicator
        .figures
        .iter()
        .filter_map(|figure| unit_of(&figure.reading))
        .map(str::to_owned)
        .collect();
    let suiting: Vec<&String> = units
        .iter()
        .filter(|unit| !(counts && unit.as_str() == "%"))
        .collect();
    let candidates = if suiting.is_empty() {
        units.iter().collect()
    } else {
        suiting
    };
    let usual = candidates
        .iter()
        .max_by_key(|unit| {
            (
                candidates
                    .iter()
                    .filter(|other| same_unit(other, unit))
                    .count(),
                std::cmp::Reverse(candidates.iter().position(|c| c == *unit)),
            )
        })
        .map(|unit| (*unit).clone());
    if indicator.unit.is_none() {
        indicator.unit.clone_from(&usual);
    }
    let expected = indicator.unit.clone();
    for figure in &mut indicator.figures {
        let Reading::Number(number) = &figure.reading else {
            continue;
        };
        match (&number.unit, &expected) {
            (Some(unit), _) if counts && unit == "%" => figure
                .doubts
                .push(doubt_about(DoubtReason::UnitDoesNotSuit, unit)),
            (Some(unit), Some(usual)) if !same_unit(unit, usual) => figure
                .doubts
                .push(doubt_about(DoubtReason::UnitDiffers, usual)),
            (None, Some(usual)) => figure
                .doubts
                .push(doubt_about(DoubtReason::UnitDiffers, usual)),
            (None, None) => figure.doubts.push(doubt(DoubtReason::UnitMissing)),
            _ => {}
        }
        figure.confidence = confidence(&figure.doubts);
    }
    let at_most = |figure: &crate::model::document::Figure| match &figure.reading {
        Reading::Number(number) => {
            figure.kind == FigureKind::Target
                && number
                    .qualifiers
                    .iter()
                    .any(|words| matches!(words.as_str(), "以内" | "以下" | "未満"))
        }
        _ => false,
    };
    if indicator.direction.is_none() && indicator.figures.iter().any(at_most) {
        indicator.direction = Some(Direction::AtMost);
    }
}

fn unit_of(reading: &Reading) -> Option<&str> {
    match reading {
        Reading::Number(number) => number.unit.as_deref(),
        _ => None,
    }
}

/// Whether a name says that things are counted, so that `%` cannot be its unit.
fn names_count(name: &str) -> bool {
    let counts = ["数", "人数", "件数", "時間", "時間数", "台数", "回数"]
        .iter()
        .any(|ending| name.ends_with(ending));
    let shares = ["率", "割合", "比", "/", "／", "÷", "に占める", "のうち"]
        .iter()
        .any(|sign| name.contains(sign));
    counts && !shares
}
