//! What a figure was computed from, kept with it for good.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use yakuba_kernel::{DepartmentCode, FiscalYear, Quantity, Subject};

/// A sum of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The sum of quantities.
    pub quantity: Quantity,
    /// How many facts it is the sum of, corrections taken off.
    pub facts: i64,
}

/// What a figure was computed from, by kind of formula.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Parts {
    /// How many facts, and what their quantities add up to.
    Count {
        /// The counted facts.
        of: Part,
    },
    /// The sum of quantities in the year.
    Sum {
        /// The summed facts.
        of: Part,
    },
    /// The sum of all quantities until the end of the year.
    Stock {
        /// The summed facts.
        of: Part,
        /// The first year with facts.
        since: Option<FiscalYear>,
        /// The last day that counts.
        until: Date,
    },
    /// A part over a whole, times 100.
    Ratio {
        /// The part.
        numerator: Part,
        /// The whole, above zero.
        denominator: Part,
        /// The last day that counts when both are stocks.
        until: Option<Date>,
    },
    /// The mean of each subject's own ratio, none of them rounded before.
    Mean {
        /// Each subject with its ratio, in order of name.
        subjects: Vec<SubjectRatio>,
        /// Subjects without a ratio, and why.
        left_out: Vec<LeftOut>,
        /// Facts that name no subject and so belong to no ratio.
        without_subject: Option<WithoutSubject>,
    },
    /// Change against a base year, times 100.
    Growth {
        /// The base year.
        base_year: FiscalYear,
        /// The base value, above zero.
        base: Decimal,
        /// Where the base value comes from.
        base_source: BaseSource,
        /// The year's own sum.
        current: Part,
    },
    /// The largest quantity in the year.
    Maximum {
        /// The largest quantity.
        quantity: Quantity,
        /// Of how many facts.
        facts: i64,
    },
    /// Departments that did it, over all departments, times 100.
    Departments {
        /// Those that did.
        did: Vec<DepartmentCode>,
        /// Those that did not, when it is known which departments there are.
        did_not: Vec<DepartmentCode>,
        /// Those that did, but are no longer active at the end of the year: not counted.
        outside: Vec<DepartmentCode>,
        /// How many departments there are.
        of: u32,
    },
    /// Answers that count as the part, over all answers, times 100.
    Survey {
        /// Every answer given, in order of name, with those of the formula even when nobody gave them.
        answers: Vec<AnswerCount>,
        /// How many gave an answer that counts.
        numerator: i64,
        /// How many answered.
        denominator: i64,
        /// How many facts name no answer: in neither.
        unanswered: i64,
    },
}

/// One subject's own ratio inside a mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectRatio {
    /// The subject, such as a procedure.
    pub subject: Subject,
    /// The part.
    pub numerator: Quantity,
    /// The whole, above zero.
    pub denominator: Quantity,
    /// In percent, rounded like the figure, for reading only: the mean is taken of the exact ratios.
    pub ratio: Decimal,
}

/// A subject that has no ratio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The subject.
    pub subject: Subject,
    /// The part.
    pub numerator: Quantity,
    /// The whole.
    pub denominator: Quantity,
    /// Why it is left out.
    pub reason: LeftOutReason,
}

/// Why a subject is left out of a mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutReason {
    /// The formula names it, but nothing was counted for it.
    NoFacts,
    /// Its denominator is zero.
    DenominatorZero,
    /// Its denominator is below zero: more was corrected than counted.
    DenominatorNegative,
}

/// Facts of a mean that name no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithoutSubject {
    /// Of the part.
    pub numerator: Quantity,
    /// Of the whole.
    pub denominator: Quantity,
}

/// Where a base value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaseSource {
    /// Given in the formula, because it predates the facts.
    Given,
    /// Computed from the facts of the base year.
    Facts,
}

/// How often an answer was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerCount {
    /// The answer.
    pub answer: Subject,
    /// How many gave it.
    pub facts: i64,
    /// Whether it counts as the part.
    pub counts: bool,
}
