//! How an indicator is computed from facts.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear, MeasureName, Rounding, Subject};

/// A formula over facts, with the rounding the city uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formula {
    /// What is computed.
    pub kind: FormulaKind,
    /// How the result is rounded (cities round half-up or cut off).
    pub rounding: Rounding,
    /// Decimal places of the result, 0 to 6.
    pub places: u32,
}

/// The kinds of indicator that occur in the plans cities publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FormulaKind {
    /// How many facts in the year.
    Count(Selection),
    /// The sum of quantities in the year.
    Sum(Selection),
    /// The sum of all quantities up to the end of the year: a stock, such as cameras installed.
    Stock(Selection),
    /// Sum of one selection over sum of another, in percent.
    Ratio(Ratio),
    /// The mean over subjects (procedures, facilities) of each subject's own ratio, in percent.
    MeanOfRatios(Ratio),
    /// Change against a base year, in percent.
    Growth(Growth),
    /// The largest quantity in the year, such as the longest wait.
    Maximum(Selection),
    /// The share of departments with at least one fact, in percent.
    ShareOfDepartments(ShareOfDepartments),
    /// The share of survey answers that chose one of the named answers, in percent.
    SurveyShare(SurveyShare),
    /// Entered by hand with evidence.
    Entered,
}

impl FormulaKind {
    /// The facts the formula takes up, each selection once.
    pub fn selections(&self) -> Vec<Selection> {
        let mut list = match self {
            Self::Count(selection)
            | Self::Sum(selection)
            | Self::Stock(selection)
            | Self::Maximum(selection) => vec![selection.clone()],
            Self::Ratio(ratio) | Self::MeanOfRatios(ratio) => {
                vec![ratio.numerator.clone(), ratio.denominator.clone()]
            }
            Self::Growth(growth) => vec![growth.of.clone()],
            Self::ShareOfDepartments(share) => vec![share.of.clone()],
            Self::SurveyShare(survey) => vec![Selection::all(survey.measure.clone())],
            Self::Entered => Vec::new(),
        };
        list.dedup();
        list
    }
}

/// Which facts count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The measure the facts were recorded under.
    pub measure: MeasureName,
    /// Only facts of these departments; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<DepartmentCode>,
    /// Only facts that came through these channels; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// Only facts about these subjects; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
}

impl Selection {
    /// All facts of a measure.
    pub const fn all(measure: MeasureName) -> Self {
        Self {
            measure,
            departments: Vec::new(),
            channels: Vec::new(),
            subjects: Vec::new(),
        }
    }
}

/// A part over a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// The part.
    pub numerator: Selection,
    /// The whole.
    pub denominator: Selection,
    /// Whether part and whole are sums in the year or stocks at its end.
    #[serde(default)]
    pub over: Over,
}

/// The span a ratio's counts are taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// What happened in the year.
    #[default]
    Year,
    /// What stood at the end of the year.
    YearEnd,
}

/// Change against a base year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// What grows.
    pub of: Selection,
    /// Whether it is a sum in the year or a stock at its end.
    #[serde(default)]
    pub over: Over,
    /// The year compared with.
    pub base_year: FiscalYear,
    /// The base value when it predates the facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_value: Option<Decimal>,
}

/// The share of departments that did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareOfDepartments {
    /// What a department must have done.
    pub of: Selection,
    /// How many departments there are to do it; none: those active at the end of the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departments: Option<u32>,
}

/// The share of answers to a survey question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurveyShare {
    /// The measure under which each answer is one fact, its subject the answer chosen.
    pub measure: MeasureName,
    /// The answers that count as the part.
    pub answers: Vec<Subject>,
}
