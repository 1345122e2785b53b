//! Where a stated figure comes from, and whether it follows from the counts stated with it.

use yakuba_ui::{Words, format};

use crate::{
    model::{
        arithmetic::{self, Scale},
        document::{Evidence, Figure, Reading},
    },
    pages::{sentences::Names, view},
};

/// The cell a figure was read from.
pub(super) fn source(figure: &Figure, words: Words) -> Option<String> {
    let address = figure.source.as_ref()?;
    let sheet = address
        .sheet
        .clone()
        .map(|sheet| format!(" {sheet}"))
        .unwrap_or_default();
    Some(
        words
            .with(
                "plan-cell-address",
                &[
                    ("file", format!("{}{sheet}", address.file).into()),
                    ("row", i64::from(address.row).into()),
                    ("column", i64::from(address.column).into()),
                ],
            )
            .into_owned(),
    )
}

/// Why a figure is doubted.
pub(super) fn doubts(figure: &Figure, words: Words) -> Vec<String> {
    figure
        .doubts
        .iter()
        .map(|doubt| view::doubt(doubt, words))
        .collect()
}

/// Counts stated for a figure, and whether the figure follows from them.
pub(super) struct EvidenceView {
    pub(super) counts: String,
    pub(super) warning: bool,
    pub(super) verdict: Vec<String>,
}

pub(super) fn evidence(
    figure: &Figure,
    unit: Option<&str>,
    names: &Names,
    words: Words,
) -> Vec<EvidenceView> {
    let unit = match &figure.reading {
        Reading::Number(number) => number.unit.as_deref().or(unit),
        _ => unit,
    };
    figure
        .evidence
        .iter()
        .map(|evidence| {
            let check = figure
                .reading
                .value()
                .and_then(|value| arithmetic::check(evidence, value, Scale::of_unit(unit)));
            EvidenceView {
                counts: counts_shown(evidence, words),
                warning: check.as_ref().is_some_and(|check| check.warning),
                verdict: check
                    .map(|check| names.sentences(&check.explanation))
                    .unwrap_or_default(),
            }
        })
        .collect()
}

fn counts_shown(evidence: &Evidence, words: Words) -> String {
    words
        .with(
            "plan-evidence",
            &[
                ("numerator", format::decimal(evidence.numerator).into()),
                ("denominator", format::decimal(evidence.denominator).into()),
                ("text", evidence.text.clone().into()),
            ],
        )
        .into_owned()
}
