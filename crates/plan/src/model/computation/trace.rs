//! The way to a figure in sentences.

use rust_decimal::Decimal;
use yakuba_kernel::{FiscalYear, Rounding};

use super::Computed;
use super::parts::{BaseSource, Parts};
use crate::model::formula::{Formula, FormulaKind, Over, Selection};
use crate::model::message::{Argument, Message, count_of, list_of};

/// A formula in sentences: what is computed, over which facts, how it is rounded.
pub fn formula_in_words(formula: &Formula) -> Vec<Message> {
    let mut sentences = vec![match &formula.kind {
        FormulaKind::Count(of) => Message::new("measuring-formula-count").with("what", select(of)),
        FormulaKind::Sum(of) => Message::new("measuring-formula-sum").with("what", select(of)),
        FormulaKind::Stock(of) => Message::new("measuring-formula-stock").with("what", select(of)),
        FormulaKind::Maximum(of) => {
            Message::new("measuring-formula-maximum").with("what", select(of))
        }
        FormulaKind::Ratio(ratio) => Message::new(match ratio.over {
            Over::Year => "measuring-formula-ratio",
            Over::YearEnd => "measuring-formula-ratio-year-end",
        })
        .with("numerator", select(&ratio.numerator))
        .with("denominator", select(&ratio.denominator)),
        FormulaKind::MeanOfRatios(ratio) => Message::new(match ratio.over {
            Over::Year => "measuring-formula-mean",
            Over::YearEnd => "measuring-formula-mean-year-end",
        })
        .with("numerator", select(&ratio.numerator))
        .with("denominator", select(&ratio.denominator)),
        FormulaKind::Growth(growth) => Message::new(match growth.over {
            Over::Year => "measuring-formula-growth",
            Over::YearEnd => "measuring-formula-growth-year-end",
        })
        .with("what", select(&growth.of))
        .with("year", growth.base_year),
        FormulaKind::ShareOfDepartments(share) => match share.departments {
            Some(of) => Message::new("measuring-formula-departments-of").with("of", of),
            None => Message::new("measuring-formula-departments"),
        }
        .with("what", select(&share.of)),
        FormulaKind::SurveyShare(survey) => Message::new("measuring-formula-survey")
            .with("measure", survey.measure.clone())
            .with("answers", list_of(&survey.answers)),
        FormulaKind::Entered => Message::new("measuring-formula-entered"),
    }];
    if formula.kind != FormulaKind::Entered {
        sentences.push(
            Message::new(match formula.rounding {
                Rounding::HalfUp => "measuring-rounding-half-up",
                Rounding::CutOff => "measuring-rounding-cut-off",
                Rounding::Up => "measuring-rounding-up",
            })
            .with("places", formula.places),
        );
    }
    sentences
}

/// A selection as part of a sentence: the measure and, in brackets, the filters.
fn select(selection: &Selection) -> Message {
    let mut filters: Vec<Argument> = Vec::new();
    if !selection.departments.is_empty() {
        filters.push(
            Message::new("measuring-filter-departments")
                .with("list", list_of(&selection.departments))
                .into(),
        );
    }
    if !selection.channels.is_empty() {
        filters.push(
            Message::new("measuring-filter-channels")
                .with("list", list_of(&selection.channels))
                .into(),
        );
    }
    if !selection.subjects.is_empty() {
        filters.push(
            Message::new("measuring-filter-subjects")
                .with("list", list_of(&selection.subjects))
                .into(),
        );
    }
    if filters.is_empty() {
        Message::new("measuring-selection").with("measure", selection.measure.clone())
    } else {
        Message::new("measuring-selection-filtered")
            .with("measure", selection.measure.clone())
            .with("filters", filters)
    }
}

/// The way to a computed figure in sentences: its numbers, the value before and after rounding, and notes.
/// Everything in it comes from the frozen figure, so it tells the same years later.
pub fn trace(computed: &Computed) -> Vec<Message> {
    let mut sentences = vec![step(computed.fiscal_year, &computed.parts)];
    if let Parts::Ratio {
        until: Some(until), ..
    }
    | Parts::Stock { until, .. } = &computed.parts
    {
        sentences.push(Message::new("measuring-trace-until").with("date", *until));
    }
    let unrounded = computed.unrounded;
    if unrounded.complete && unrounded.digits == computed.value {
        sentences.push(Message::new("measuring-trace-exact").with("value", computed.value));
    } else {
        sentences.push(
            Message::new(match (computed.rounding, unrounded.complete) {
                (Rounding::HalfUp, true) => "measuring-trace-half-up",
                (Rounding::CutOff, true) => "measuring-trace-cut-off",
                (Rounding::Up, true) => "measuring-trace-up",
                (Rounding::HalfUp, false) => "measuring-trace-half-up-endless",
                (Rounding::CutOff, false) => "measuring-trace-cut-off-endless",
                (Rounding::Up, false) => "measuring-trace-up-endless",
            })
            .with("unrounded", unrounded.digits)
            .with("value", computed.value),
        );
    }
    if computed.provisional {
        sentences
            .push(Message::new("measuring-trace-provisional").with("year", computed.fiscal_year));
    }
    sentences.extend(computed.notes.iter().cloned());
    sentences
}

fn step(year: FiscalYear, parts: &Parts) -> Message {
    match parts {
        Parts::Count { of } => Message::new("measuring-trace-count")
            .with("year", year)
            .with("facts", of.facts),
        Parts::Sum { of } => Message::new("measuring-trace-sum")
            .with("year", year)
            .with("quantity", of.quantity)
            .with("facts", of.facts),
        Parts::Stock { of, since, .. } => Message::new("measuring-trace-stock")
            .with("since", since.unwrap_or(year))
            .with("quantity", of.quantity)
            .with("facts", of.facts),
        Parts::Ratio {
            numerator,
            denominator,
            ..
        } => Message::new("measuring-trace-ratio")
            .with("numerator", numerator.quantity)
            .with("denominator", denominator.quantity),
        Parts::Mean { subjects, .. } => {
            Message::new("measuring-trace-mean").with("n", count_of(subjects.len()))
        }
        Parts::Growth {
            base_year,
            base,
            base_source,
            current,
        } => Message::new(match base_source {
            BaseSource::Given => "measuring-trace-growth-given",
            BaseSource::Facts => "measuring-trace-growth",
        })
        .with("current", current.quantity)
        .with("base", *base)
        .with("year", *base_year),
        Parts::Maximum { quantity, facts } => Message::new("measuring-trace-maximum")
            .with("quantity", *quantity)
            .with("facts", *facts),
        Parts::Departments { did, of, .. } => Message::new("measuring-trace-ratio")
            .with("numerator", Decimal::from(did.len()))
            .with("denominator", Decimal::from(*of)),
        Parts::Survey {
            numerator,
            denominator,
            ..
        } => Message::new("measuring-trace-ratio")
            .with("numerator", Decimal::from(*numerator))
            .with("denominator", Decimal::from(*denominator)),
    }
}
