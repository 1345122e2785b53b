//! Counts that the document states behind a percentage, such as 「対象手続数868件のうち、719件」.

use std::sync::LazyLock;

use regex::Regex;
use rust_decimal::Decimal;
use yakuba_kernel::text::fold_width;

use crate::model::document::{Evidence, Figure, FigureKind, Indicator, Reading, Remark};

/// How far, in percentage points, stated counts may be from the figure to be taken for its counts. Wider than any rounding,
/// so that a figure that does not follow from its counts is shown to be wrong instead of losing them.
const NEAR: Decimal = Decimal::from_parts(5, 0, 0, false, 1);

static COUNTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:全|総数|[^、。\n\d]{0,8})(\d[\d,]*)\s*([^\d\s、。,%]{1,5}?)(?:の[^、。\d]{1,8}?)?(?:のうち|の中で|中)[、,]?\s*[^\d。\n]{0,14}?(\d[\d,]*)",
    )
    .ok()
});

/// All pairs of counts a text states.
pub(super) fn counts(text: &str) -> Vec<Evidence> {
    let Some(pattern) = COUNTS.as_ref() else {
        return Vec::new();
    };
    let folded = fold_width(text);
    pattern
        .captures_iter(&folded)
        .filter_map(|found| {
            let number = |index: usize| {
                found
                    .get(index)?
                    .as_str()
                    .replace(',', "")
                    .parse::<Decimal>()
                    .ok()
            };
            let (denominator, numerator) = (number(1)?, number(3)?);
            let sound = !denominator.is_zero() && numerator <= denominator;
            // the unit after the second count belongs to the words when it is the unit of the first
            let (whole, unit) = (found.get(0)?, found.get(2)?.as_str());
            let unit = if folded[whole.end()..].starts_with(unit) {
                unit
            } else {
                ""
            };
            sound.then(|| Evidence {
                numerator,
                denominator,
                text: format!("{}{unit}", whole.as_str().trim()),
            })
        })
        .collect()
}

/// Gives the counts of remarks to the figures of the remark's year whose percentage they are close to.
pub(super) fn from_remarks(indicators: &mut [Indicator], remarks: &[Remark]) {
    for remark in remarks {
        for evidence in counts(&remark.text) {
            let figure = indicators
                .iter_mut()
                .flat_map(|indicator| &mut indicator.figures)
                .find(|figure| {
                    figure.kind == FigureKind::Actual
                        && figure.fiscal_year == remark.fiscal_year
                        && is_near(figure, &evidence)
                });
            if let Some(figure) = figure {
                add(figure, evidence);
            }
        }
    }
}

/// Gives figures the counts that stand in their own cell.
pub(super) fn from_qualifiers(indicators: &mut [Indicator]) {
    for figure in indicators
        .iter_mut()
        .flat_map(|indicator| &mut indicator.figures)
    {
        let Reading::Number(number) = &figure.reading else {
            continue;
        };
        let stated: Vec<Evidence> = number
            .qualifiers
            .iter()
            .flat_map(|words| counts(words))
            .collect();
        for evidence in stated {
            if is_near(figure, &evidence) {
                add(figure, evidence);
            }
        }
    }
}

fn add(figure: &mut Figure, evidence: Evidence) {
    let known = figure.evidence.iter().any(|other| {
        other.numerator == evidence.numerator && other.denominator == evidence.denominator
    });
    if !known {
        figure.evidence.push(evidence);
    }
}

fn is_near(figure: &Figure, evidence: &Evidence) -> bool {
    let Reading::Number(number) = &figure.reading else {
        return false;
    };
    if number.unit.as_deref() != Some("%") {
        return false;
    }
    let share = evidence
        .numerator
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|part| part.checked_div(evidence.denominator));
    share.is_some_and(|share| (share - number.value).abs() <= NEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        counts(text)
            .into_iter()
            .map(|e| (e.numerator.to_string(), e.denominator.to_string()))
            .collect()
    }

    #[test]
    fn stated_counts() {
        for (text, part, whole) in [
            ("対象数868件のうち、719件を終えました。", "719", "868"),
            (
                "調査により把握し、全854件の回答中816件が「使用した」との回答",
                "816",
                "854",
            ),
            ("全309,196件中、231,589件が電子化された", "231589", "309196"),
            (
                "※全5,412ページ中、5,409ページが準拠 (12/15時点)",
                "5409",
                "5412",
            ),
        ] {
            assert_eq!(pairs(text), [(part.to_owned(), whole.to_owned())], "{text}");
        }
        assert_eq!(pairs("1機3名×2機運用×2交代で12名が必要"), []);
    }
}
