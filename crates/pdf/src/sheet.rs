//! What the caller hands over to print yearly sheets: plain strings and small enums.

use jiff::civil::Date;
use serde::Serialize;

/// How the paper lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    /// A4 upright; up to six years stand side by side.
    #[default]
    Portrait,
    /// A4 on its side; up to ten years stand side by side.
    Landscape,
}

/// How much is printed around the sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Only the sheets given, without pages in front.
    #[default]
    Sheets,
    /// The whole plan: overview, table of contents and list of initiatives come first.
    Plan,
}

/// What is known about the document as a whole.
#[derive(Debug, Clone)]
pub struct Meta {
    /// The plan's title, for example 「○○市情報化推進計画」. Must not be empty.
    pub title: String,
    /// A line under the title, for example 「令和5年度 実績」; may be empty.
    pub subtitle: String,
    /// Who publishes the document, for example the city; may be empty.
    pub publisher: String,
    /// The day the document was made, written into the file's metadata.
    pub made_on: Date,
    /// The same day as a reader sees it in the footer, in the document's language, for example
    /// 「令和6年6月3日」; may be empty.
    pub made_on_text: String,
    /// How the paper lies.
    pub orientation: Orientation,
    /// Only the sheets, or the whole plan.
    pub extent: Extent,
}

/// Where a figure or an initiative stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The target of the year was reached (達成).
    Achieved,
    /// The year is over and the target was not reached (未達).
    Missed,
    /// The year still runs and the target is in reach (順調).
    OnTrack,
    /// The year still runs and the target is slipping away (遅れ).
    Behind,
    /// There is no figure, no target or no direction to judge by (判定できない).
    CannotJudge,
}

impl Status {
    /// Every status, in the order in which they are counted.
    pub const ALL: [Self; 5] = [
        Self::Achieved,
        Self::OnTrack,
        Self::Missed,
        Self::Behind,
        Self::CannotJudge,
    ];
}

/// One figure in a cell of the year table. Several may share a cell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Figure {
    /// The indicator's short name, for example 「電子化率」; empty when the cell has only one.
    pub indicator: String,
    /// The figure as text with its unit, for example 「82.8%」.
    pub text: String,
    /// A small line under the figure, for example numerator and denominator 「719件／868件」; may be
    /// empty.
    pub detail: String,
    /// A mark after the figure, when it has been judged.
    pub status: Option<Status>,
    /// Whether the figure was computed from the facts of the services, not entered by hand. Such
    /// figures carry a sign that is explained under the form.
    pub from_facts: bool,
}

/// One year of the form: a column of the year table and of the schedule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct YearColumn {
    /// The year as the heading's first line, for example 「令和5年度」.
    pub heading: String,
    /// The heading's second line, for example 「（2023年度）」; may be empty.
    pub second_line: String,
    /// Whether the document reports on this year: the column is tinted, and the list of the whole
    /// plan shows this year's figures.
    pub reported: bool,
    /// The planned figures (予定).
    pub planned: Vec<Figure>,
    /// The actual figures (実績).
    pub actual: Vec<Figure>,
}

/// A bar of the schedule over one or more whole years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Position of the first year in [`YearlySheet::years`], from 0.
    pub first_year: usize,
    /// Position of the last year in [`YearlySheet::years`]. A bar that runs past the last year is
    /// cut there; one that ends before it begins or begins past the last year is not drawn.
    pub last_year: usize,
    /// What stands in the bar, for example 「拡充」; when empty, [`Labels::bar`] stands there, so
    /// that a bar is never told by its colour alone.
    pub text: String,
}

/// One line of the schedule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phase {
    /// Its name, for example 「調査研究」.
    pub name: String,
    /// Its bars. A phase without bars keeps an empty line, as in sheets whose bars were lost.
    /// Bars that overlap are drawn under each other.
    pub bars: Vec<Bar>,
}

/// A label and the text beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LabelledText {
    /// The label, for example 「令和5年度実績に関する備考」.
    pub label: String,
    /// The text; line breaks are kept, empty lines are not.
    pub text: String,
}

/// The yearly sheet of one initiative. Everything but the title may be empty: what is empty leaves
/// no trace in the document. Line breaks in texts are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct YearlySheet {
    /// Number in the plan (No.), for example 「12」.
    pub number: String,
    /// Basic policy (基本方針).
    pub policy: String,
    /// Field of work (取組).
    pub field: String,
    /// What the initiative is called (アクションプラン).
    pub title: String,
    /// Where the initiative as a whole stands in the year reported on.
    pub status: Option<Status>,
    /// Summary (概要).
    pub summary: String,
    /// Purpose (目的).
    pub purpose: String,
    /// The outcome aimed at, in words (成果目標 内容).
    pub outcome: String,
    /// How the outcome is measured (評価指標).
    pub measure: String,
    /// The years with their figures, in order.
    pub years: Vec<YearColumn>,
    /// The schedule (スケジュール).
    pub phases: Vec<Phase>,
    /// Departments in charge (主管部門).
    pub lead_departments: String,
    /// Departments concerned (関係部門).
    pub related_departments: String,
    /// Remarks, one for each year that has one (備考), and whatever else the plan reports with a
    /// label of its own: analysis, countermeasure, next steps.
    pub remarks: Vec<LabelledText>,
    /// Notes under the form (※), each with its mark.
    pub notes: Vec<String>,
}

/// Every word the document prints that is not the plan's own, in the document's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Labels {
    /// ISO 639 code of the document's language: `ja`, `en`.
    pub language: String,
    /// Before an initiative's number: 「No.」.
    pub number: String,
    /// 「基本方針」.
    pub policy: String,
    /// 「取組」.
    pub field: String,
    /// 「アクションプラン」.
    pub title: String,
    /// 「概要」.
    pub summary: String,
    /// 「目的」.
    pub purpose: String,
    /// Heading over content, measure and figures: 「成果目標（アウトカム）」.
    pub outcome: String,
    /// 「内容」.
    pub outcome_content: String,
    /// 「評価指標（定量的）」.
    pub measure: String,
    /// 「年度」.
    pub year: String,
    /// 「予定」.
    pub planned: String,
    /// 「実績」.
    pub actual: String,
    /// 「スケジュール」.
    pub schedule: String,
    /// Over the names of the phases: 「区分」.
    pub phase: String,
    /// In a bar without words of its own: 「実施」.
    pub bar: String,
    /// Heading over departments, remarks and notes: 「推進体制・備考」.
    pub organisation: String,
    /// 「主管部門」.
    pub lead_departments: String,
    /// 「関係部門」.
    pub related_departments: String,
    /// What the sign on computed figures means: 「業務システムの記録から集計した値」.
    pub from_facts: String,
    /// 「達成」.
    pub achieved: String,
    /// 「未達」.
    pub missed: String,
    /// 「順調」.
    pub on_track: String,
    /// 「遅れ」.
    pub behind: String,
    /// 「判定できない」.
    pub cannot_judge: String,
    /// Head of the column of statuses: 「状況」.
    pub status: String,
    /// Heading of the overview: 「全体の状況」.
    pub overview: String,
    /// Over the counts: 「達成状況別の取組数」.
    pub counts: String,
    /// Heading of the table by policy: 「基本方針別の状況」.
    pub by_policy: String,
    /// In the table by policy, for initiatives without one: 「その他」.
    pub no_policy: String,
    /// In the overview, for initiatives without a status: 「判定なし」.
    pub no_status: String,
    /// Over the list of initiatives missed or behind: 「目標に届いていない取組」.
    pub short_of_target: String,
    /// 「合計」.
    pub total: String,
    /// Heading of the table of contents: 「目次」.
    pub contents: String,
    /// Heading of the list of initiatives: 「取組一覧」.
    pub list: String,
    /// Head of the column of page numbers: 「ページ」.
    pub page: String,
    /// Before the date in the footer: 「作成日」.
    pub made_on: String,
    /// How the document was made, in the footer: 「※ Yakubaで作成」.
    pub made_with: String,
}
