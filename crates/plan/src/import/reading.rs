//! What an import hands back.

use serde::{Deserialize, Serialize};
use yakuba_kernel::FiscalYear;

use crate::model::document::{CellAddress, Doubt, FigureKind, PlanDocument};

/// A plan as it was understood, with the account of how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReading {
    /// The plan.
    pub document: PlanDocument,
    /// Every sheet of the files in order, those in which nothing was recognised included.
    #[serde(default)]
    pub sheets: Vec<SheetReport>,
    /// What every table was taken for, in order.
    pub shapes: Vec<ShapeReport>,
    /// Every cell that is not empty with the role it was given, in the order of files, sheets, rows and columns.
    pub cells: Vec<ReadCell>,
    /// What a person should look at, in the order of the document; cells that were not understood come last.
    pub review: Vec<ReviewItem>,
    /// What the sheets did not say outright and nobody told: shown so that it can be corrected.
    #[serde(default)]
    pub guessed: Guessed,
}

/// Which parts of a plan's head were guessed from its sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Guessed {
    /// The title.
    pub title: bool,
    /// The publisher's name.
    pub publisher: bool,
    /// The years the plan covers.
    pub period: bool,
}

impl ImportReading {
    pub(super) fn empty(key: &str) -> Self {
        Self {
            document: PlanDocument::empty(key),
            sheets: Vec::new(),
            shapes: Vec::new(),
            cells: Vec::new(),
            review: Vec::new(),
            guessed: Guessed::default(),
        }
    }
}

/// A sheet of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetReport {
    /// The file.
    pub file: String,
    /// The sheet; none in text files.
    pub sheet: Option<String>,
    /// Whether it is hidden in Excel: what is read from it is doubted, because whoever sent the file may not know of it.
    pub hidden: bool,
    /// How many cells hold something.
    pub cells: usize,
}

impl SheetReport {
    /// Whether a table stands in this sheet.
    pub fn holds(&self, shape: &ShapeReport) -> bool {
        self.file == shape.file && self.sheet == shape.sheet
    }
}

/// The shapes of sheet that cities use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One form per initiative.
    Form,
    /// Field, large item with KPI blocks, middle items with projects.
    Evaluation,
    /// One row per initiative.
    List,
}

/// What a table was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapeReport {
    /// The file.
    pub file: String,
    /// The sheet; none in text files.
    pub sheet: Option<String>,
    /// Its shape.
    pub shape: Shape,
    /// First row, as in the file.
    pub first_row: u32,
    /// Last row.
    pub last_row: u32,
    /// How many initiatives it holds.
    pub initiatives: usize,
    /// How many indicators it holds.
    pub indicators: usize,
    /// How many figures it holds.
    pub figures: usize,
}

/// A cell of a file and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadCell {
    /// Where it stands.
    pub address: CellAddress,
    /// Its text as it stands.
    pub text: String,
    /// What it was taken for.
    pub role: CellRole,
}

/// What a cell can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellRole {
    /// The plan's title.
    PlanTitle,
    /// A label.
    Label,
    /// A header row printed again at the top of a page.
    RepeatedHeader,
    /// A header that names a year.
    YearHeader,
    /// An initiative's number, with its marks.
    Number,
    /// The name of a level above the initiatives.
    Group,
    /// An initiative's title.
    Title,
    /// The name of an indicator.
    IndicatorName,
    /// The direction of an indicator.
    Direction,
    /// A figure, or what stands instead of one.
    Figure,
    /// Prose kept in a field of the initiative.
    Prose,
    /// A step or text of a schedule.
    Schedule,
    /// Departments.
    Department,
    /// A project with its department.
    Project,
    /// A remark on a year's results.
    Remark,
    /// A footnote.
    Note,
    /// A text kept under its own label.
    LabelledText,
    /// Lines and dashes without meaning.
    Decoration,
    /// Not understood: kept here, in the document's further texts, and on the review list.
    Unknown,
}

/// One thing a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewItem {
    /// The cell it was read from; none for plan files.
    pub address: Option<CellAddress>,
    /// The text of the cell as it stands.
    pub text: String,
    /// Why.
    pub doubts: Vec<Doubt>,
    /// Which figure of the plan it is about.
    pub path: ReviewPath,
}

/// The place of a figure in the plan; all parts are empty for a cell that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReviewPath {
    /// Number of the initiative, or of the level that has the indicator.
    pub initiative_number: Option<String>,
    /// Its title.
    pub initiative_title: Option<String>,
    /// The indicator.
    pub indicator: Option<String>,
    /// The year.
    pub fiscal_year: Option<FiscalYear>,
    /// Baseline, target or actual.
    pub kind: Option<FigureKind>,
}
