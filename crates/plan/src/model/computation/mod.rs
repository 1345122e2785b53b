//! Indicators computed from facts, with everything needed to show how.
//!
//! [`compute`] takes a formula, a year and the yearly [`Totals`] and returns a value rounded once, from the exact
//! fraction, together with the [`Parts`] it was made of: no ratio without its numerator and denominator, no mean
//! without each subject's own ratio. What cannot be computed says why; it is never shown as zero.

mod kinds;
mod parts;
mod trace;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use yakuba_kernel::{DepartmentCode, FiscalYear, MeasureName, Rounding};

use super::formula::{Formula, FormulaKind};
use super::fraction::{Fraction, Unrounded};
use super::message::Message;
use super::totals::Totals;

pub use parts::{
    AnswerCount, BaseSource, LeftOut, LeftOutReason, Part, Parts, SubjectRatio, WithoutSubject,
};
pub use trace::{formula_in_words, trace};

/// What a computation needs to know beside the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The day in Japan on which is computed: a year not over yet gives a provisional value.
    pub today: Date,
    /// The departments active at the end of each year, for shares of departments.
    pub departments: BTreeMap<FiscalYear, BTreeSet<DepartmentCode>>,
}

impl Context {
    /// A context that knows the day only.
    pub fn on(today: Date) -> Self {
        Self {
            today,
            departments: BTreeMap::new(),
        }
    }
}

/// A computed figure that can show its work. It is frozen as it is when the figure is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computed {
    /// The year it is of.
    pub fiscal_year: FiscalYear,
    /// The figure, with exactly the formula's decimal places.
    pub value: Decimal,
    /// The figure before rounding, for reading.
    pub unrounded: Unrounded,
    /// How it was rounded.
    pub rounding: Rounding,
    /// To how many decimal places.
    pub places: u32,
    /// Whether the year was not over when it was computed, so that more facts may come.
    pub provisional: bool,
    /// What it was computed from.
    pub parts: Parts,
    /// What a reader should know beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Message>,
}

/// Why a figure cannot be computed. None of these is a zero.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum NotComputable {
    /// The indicator is entered by hand.
    #[error("The indicator is entered by hand: enter the figure with its evidence.")]
    EnteredByHand,
    /// The year has not begun.
    #[error("{year} has not begun yet.")]
    YearInFuture {
        /// The year asked for.
        year: FiscalYear,
    },
    /// Nothing was counted in the span.
    #[error("No facts of {measure} exist for {year}: check that the system reports them.")]
    NoFacts {
        /// What should have been counted.
        measure: MeasureName,
        /// The year asked for.
        year: FiscalYear,
    },
    /// The whole of a ratio is zero or below.
    #[error("The denominator is {denominator}, so that there is no ratio.")]
    DenominatorNotPositive {
        /// The denominator.
        denominator: Decimal,
    },
    /// No subject has a ratio of its own.
    #[error("No subject has a denominator above zero, so that there is no mean.")]
    NoSubjects,
    /// The base year has neither facts nor a given value.
    #[error("The base year {base_year} has no figure: enter a base value.")]
    BaseMissing {
        /// The base year.
        base_year: FiscalYear,
    },
    /// The base value is zero or below.
    #[error("The base value of {base_year} is {base}, so that there is no growth in percent.")]
    BaseNotPositive {
        /// The base year.
        base_year: FiscalYear,
        /// The base value.
        base: Decimal,
    },
    /// It is not known which departments there were.
    #[error("The departments of {year} are not known: enter how many there are.")]
    DepartmentsUnknown {
        /// The year asked for.
        year: FiscalYear,
    },
    /// More departments did it than there are said to be.
    #[error("{did} departments did it, but the formula says there are {of}: correct the formula.")]
    MoreDepartmentsThanThereAre {
        /// How many did it.
        did: u32,
        /// How many there are said to be.
        of: u32,
    },
    /// The value has more digits than a figure can have.
    #[error("The value is too large to be written: check the quantities of the facts.")]
    TooLarge,
}

impl NotComputable {
    /// The sentence for the page.
    pub fn message(&self) -> Message {
        match self {
            Self::EnteredByHand => Message::new("measuring-not-computable-entered"),
            Self::YearInFuture { year } => {
                Message::new("measuring-not-computable-future").with("year", *year)
            }
            Self::NoFacts { measure, year } => Message::new("measuring-not-computable-no-facts")
                .with("measure", measure.clone())
                .with("year", *year),
            Self::DenominatorNotPositive { denominator } => {
                Message::new("measuring-not-computable-denominator")
                    .with("denominator", *denominator)
            }
            Self::NoSubjects => Message::new("measuring-not-computable-no-subjects"),
            Self::BaseMissing { base_year } => {
                Message::new("measuring-not-computable-base-missing").with("year", *base_year)
            }
            Self::BaseNotPositive { base_year, base } => {
                Message::new("measuring-not-computable-base")
                    .with("year", *base_year)
                    .with("base", *base)
            }
            Self::DepartmentsUnknown { year } => {
                Message::new("measuring-not-computable-departments-unknown").with("year", *year)
            }
            Self::MoreDepartmentsThanThereAre { did, of } => {
                Message::new("measuring-not-computable-departments-too-many")
                    .with("did", *did)
                    .with("of", *of)
            }
            Self::TooLarge => Message::new("measuring-not-computable-too-large"),
        }
    }
}

/// What a kind of formula arrives at: the exact value and how.
struct Outcome {
    exact: Fraction,
    parts: Parts,
    notes: Vec<Message>,
}

/// Computes one figure: the formula's value in `year`, rounded once from the exact value.
/// Ratios, means, growth and shares are in percent; everything else is in the measure's own unit.
///
/// # Errors
/// [`NotComputable`] says why there is no figure; a missing figure is never zero.
pub fn compute(
    formula: &Formula,
    year: FiscalYear,
    totals: &Totals,
    context: &Context,
) -> Result<Computed, NotComputable> {
    if formula.kind == FormulaKind::Entered {
        return Err(NotComputable::EnteredByHand);
    }
    if year.start() > context.today {
        return Err(NotComputable::YearInFuture { year });
    }
    let outcome = kinds::outcome(&formula.kind, formula, year, totals, context)?;
    let value = outcome
        .exact
        .round(formula.rounding, formula.places)
        .ok_or(NotComputable::TooLarge)?;
    Ok(Computed {
        fiscal_year: year,
        value,
        unrounded: outcome.exact.unrounded().ok_or(NotComputable::TooLarge)?,
        rounding: formula.rounding,
        places: formula.places,
        provisional: context.today <= year.end(),
        parts: outcome.parts,
        notes: outcome.notes,
    })
}

/// The measures some formulas need, each once: what to fetch the yearly sums of.
pub fn measures_of<'a>(formulas: impl IntoIterator<Item = &'a Formula>) -> Vec<MeasureName> {
    let mut measures = BTreeSet::new();
    for formula in formulas {
        let selections = formula.kind.selections();
        measures.extend(selections.into_iter().map(|selection| selection.measure));
    }
    measures.into_iter().collect()
}
