//! A whole plan as one value: what every importer produces, what YAML and JSON files hold,
//! and what the store reads and writes.
//!
//! A document never loses what the source said: each [`Figure`] keeps the text of its cell beside
//! the [`Reading`] made of it, and what could not be understood is a reading of its own, never a zero.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use yakuba_kernel::{FiscalYear, MunicipalityCode};

use super::formula::Formula;

/// The name of the file format, the first line of every plan file.
pub const FORMAT: &str = "yakuba-plan/1";

/// One plan of one city, with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    /// Always [`FORMAT`]; a file with another value is refused.
    pub format: String,
    /// The plan's short name in addresses and commands, such as `suita-2019`.
    pub key: String,
    /// The plan's title as published.
    pub title: String,
    /// The city that publishes the plan.
    pub publisher: Publisher,
    /// The fiscal years the plan covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The version as the city names it, such as `1.0` or `案`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What the plan is about, for a resident, in a few sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Where the document comes from: title, date, address of the original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Vision, viewpoints, principles, promotion bodies and other prose of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Statement>,
    /// Goals, policies, fields: the tree that holds the initiatives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

impl PlanDocument {
    /// A plan with a key and nothing else yet.
    pub fn empty(key: &str) -> Self {
        Self {
            format: FORMAT.to_owned(),
            key: key.to_owned(),
            title: String::new(),
            publisher: Publisher {
                name: String::new(),
                municipality: None,
            },
            period: None,
            version: None,
            summary: None,
            source: None,
            statements: Vec::new(),
            groups: Vec::new(),
        }
    }
}

/// Who publishes a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// The city's name as written, such as `吹田市`.
    pub name: String,
    /// The municipality code (全国地方公共団体コード), when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<MunicipalityCode>,
}

/// First and last fiscal year of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// First fiscal year.
    pub from: FiscalYear,
    /// Last fiscal year, never before `from`.
    pub to: FiscalYear,
}

/// A piece of a plan's prose that has a role of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What role the piece has.
    pub kind: StatementKind,
    /// Its number in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its heading.
    pub title: String,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Pieces below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Statement>,
}

/// The roles prose has in the plans cities publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// Why the plan exists (背景).
    Background,
    /// How the plan stands to other plans (位置付け).
    Position,
    /// The future the city aims at (めざす姿).
    Vision,
    /// A point of view that runs through the plan (視点).
    Viewpoint,
    /// A rule of conduct (行動指針).
    Principle,
    /// A body that promotes the plan (推進体制).
    PromotionBody,
    /// A step of plan, do, check, act as the document describes it.
    Cycle,
    /// Anything else.
    Note,
}

/// A level of the plan above the initiatives: a goal, a policy, a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its lasting name in addresses, unique in the plan; given when first stored, so a new file need not have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Which level it is.
    pub kind: GroupKind,
    /// Its number in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// Its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The state aimed at (めざす姿).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aim: Option<String>,
    /// Further labelled texts of the sheet, such as a page reference, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<LabelledText>,
    /// Indicators of the whole level (a strategy's KPI blocks).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Indicator>,
    /// Levels below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Initiatives directly below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initiatives: Vec<Initiative>,
}

/// The levels found in the plans cities publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// 基本目標
    Goal,
    /// 基本方針
    Policy,
    /// 分野
    Field,
    /// 施策・施策分野
    Measure,
    /// 区分
    Category,
    /// 施策の展開（大項目）
    LargeItem,
    /// 重点取組事項
    PriorityItem,
    /// 取組 as a heading above action plans
    Theme,
}

/// One initiative (取組, アクションプラン, 中項目, 個別施策).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Initiative {
    /// Its lasting name in addresses, unique in the plan; given when first stored, so a new file need not have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its number in the document, marks removed, such as `11`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its title, stray blanks repaired.
    pub title: String,
    /// Where it stands in its life.
    #[serde(default, skip_serializing_if = "LifeStage::is_running")]
    pub stage: LifeStage,
    /// Marks as they stand beside the number or title, such as `完了`, `新`, `★`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// 概要・取組方針
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// 目的
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// 成果目標（アウトカム）
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// 評価指標（定量的）: the words that define the indicators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure_text: Option<String>,
    /// What the initiative is measured by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<Indicator>,
    /// スケジュール
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Phase>,
    /// 主管部門
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lead_departments: Vec<String>,
    /// 関係部門
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related_departments: Vec<String>,
    /// Projects under a middle item, with the year's results and their analysis.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<Project>,
    /// Remarks on a year's results (実績に関する備考).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
    /// Footnotes (※) that belong to the initiative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Any other labelled text of the sheet, in order: nothing is dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<LabelledText>,
}

/// Where an initiative stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifeStage {
    /// Being carried out.
    #[default]
    Running,
    /// Taken up newly in this version of the plan (【新】).
    New,
    /// Finished (【完了】).
    Completed,
    /// Taken up newly and already finished.
    NewAndCompleted,
    /// Taken into another initiative.
    Merged,
    /// Paused.
    Suspended,
}

impl LifeStage {
    /// Whether the initiative is simply being carried out; used to leave the common case out of files.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running)
    }
}

/// A text of the sheet under a label Yakuba has no field for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelledText {
    /// The label as it stands.
    pub label: String,
    /// The text below or beside it.
    pub text: String,
}

/// A remark on the results of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// The year the remark is about, when the label names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal_year: Option<FiscalYear>,
    /// The remark.
    pub text: String,
}

/// A step of an initiative's schedule, such as `調査研究` or `運用開始`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// The words of the step.
    pub name: String,
    /// First year, when the document tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<FiscalYear>,
    /// Last year, when the document tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<FiscalYear>,
}

/// A project under a middle item (関連する主な事業).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The project's name.
    pub name: String,
    /// The department that runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The year the results are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal_year: Option<FiscalYear>,
    /// 取組実績, one entry per bullet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<String>,
    /// 分析・考察, one entry per bullet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub analysis: Vec<String>,
}

/// What a goal or initiative is measured by (指標, KPI).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Its lasting name in addresses, unique in the plan; given when first stored, so a new file need not have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its name, stray blanks and marks removed.
    pub name: String,
    /// How it is defined, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The unit of its figures, such as `件` or `%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Which way is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Marks beside the name, such as `★`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// How the figure is computed from facts; none: entered by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<Formula>,
    /// Its figures: at most one per year and kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
}

/// Which way of an indicator is good (推移の方向性).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 増加: the target is a floor.
    More,
    /// 減少: the target is a ceiling to come down to.
    Fewer,
    /// 維持: the figure should stay where the target is.
    Keep,
    /// 以内・以下: never more than the target.
    AtMost,
}

/// One figure of one indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The fiscal year; a baseline may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal_year: Option<FiscalYear>,
    /// Baseline, target or actual.
    pub kind: FigureKind,
    /// What the text was understood as.
    pub reading: Reading,
    /// The cell as it stood.
    pub text: String,
    /// How certain the reading is, in percent, 0 to 100.
    #[serde(default = "certain", skip_serializing_if = "is_certain")]
    pub confidence: u8,
    /// Why a person should look at it; empty: nothing to doubt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Doubt>,
    /// Counts behind a percentage, stated in the document or recorded by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// The cell it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<CellAddress>,
}

fn certain() -> u8 {
    100
}

// serde hands the field over by reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_certain(confidence: &u8) -> bool {
    *confidence == 100
}

impl Figure {
    /// Whether a person should look at the figure before it is relied on.
    pub fn needs_review(&self) -> bool {
        !self.doubts.is_empty()
    }
}

/// Whether a figure is where it started, what was planned, or what came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureKind {
    /// 基準値
    Baseline,
    /// 予定・目標値
    Target,
    /// 実績・結果
    Actual,
}

/// What a cell was understood as. The ways of having no number are different things, none of them zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reading {
    /// A number.
    Number(Number),
    /// 未実施: not carried out.
    NotCarriedOut,
    /// 数値なし: carried out, but no figure exists.
    NoFigure,
    /// `-`: the document says nothing and does not say why.
    Dash,
    /// The cell is empty.
    Empty,
    /// Words instead of a number, such as `外部監査の実施`.
    Words,
    /// The document names the indicator, but its number is lost.
    Missing,
}

/// A number as read, with all that qualifies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// The number, exactly as many places as written.
    pub value: Decimal,
    /// The unit beside it, such as `件`, `%`, `か所`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Words that qualify it, as they stand: `約`, `延べ`, `以内`, `（138%）`, `※…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifiers: Vec<String>,
}

impl Reading {
    /// The number, if there is one.
    pub fn value(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(number.value),
            _ => None,
        }
    }
}

/// One reason to look at a figure again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    /// The kind of doubt; its sentence is in the locales under `doubt-…`.
    pub reason: DoubtReason,
    /// What the doubt hangs on, such as the other unit seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Why a reading is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoubtReason {
    /// The row is ragged and its cells seem to have slid.
    SlidRow,
    /// Several indicators are named, but fewer numbers stand in the cell.
    FewerNumbersThanNames,
    /// Several numbers stand in the cell and none is clearly the figure.
    SeveralNumbers,
    /// The unit differs from the other years, or is missing while they have one.
    UnitDiffers,
    /// No unit stands beside the number, nor beside any other number of the indicator.
    UnitMissing,
    /// The unit does not suit the indicator, such as `%` for a count.
    UnitDoesNotSuit,
    /// Words stand where a number is expected.
    WordsForNumber,
    /// The figure was read out of a sentence.
    ReadFromProse,
    /// A note beside the number says it does not mean what it seems, such as `0%` for "not yet planned".
    NoteContradicts,
    /// The cell's number is lost in the document.
    NumberLost,
    /// A piece of the cell was not understood.
    LeftOver,
    /// The year of the figure is not clear.
    YearUnclear,
    /// The name of the indicator was made up from the surroundings.
    NameInferred,
    /// The label of the row or column is not known.
    LabelUnknown,
    /// The figure differs from the same figure elsewhere in the document.
    SaidTwiceDifferently,
    /// The figure stands in a sheet that is hidden in Excel and in no other.
    HiddenSheet,
}

/// Counts that a percentage should follow from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The part.
    pub numerator: Decimal,
    /// The whole, not zero.
    pub denominator: Decimal,
    /// The words that state the counts, or who recorded them.
    pub text: String,
}

/// Where in a file a cell stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellAddress {
    /// The file's name.
    pub file: String,
    /// The sheet's name; none in text files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row, from 1. In a text file: the line.
    pub row: u32,
    /// Column, from 1.
    pub column: u32,
}
