//! Reading cities' plan sheets: files in, one [`PlanDocument`] out, with every cell accounted for.
//!
//! The way of a file:
//! 1. `yakuba-sheets` turns it into grids of text (`grid`).
//! 2. The labels in a grid tell which of three shapes it has (`detect`): one `form` per initiative, a strategy
//!    `evaluation`, or one `list`. Positions follow from the labels, so columns may be swapped and tables shifted; a row
//!    whose cells have slid is put right and doubted (`slide`).
//! 3. Figure cells are read (`number`) and given to indicators (`figures`, `names`); targets are looked for in the
//!    prose of schedules (`prose`), counts behind percentages in remarks (`evidence`).
//! 4. What is doubted is listed for review ([`ImportReading::review`]); what was not recognised stays in the ledger
//!    ([`ImportReading::cells`]) and in the document. Nothing is dropped and nothing becomes a zero.

mod cell;
mod detect;
mod error;
mod evaluation;
mod evidence;
mod figures;
mod form;
mod grid;
mod guess;
mod labels;
mod list;
mod merge;
mod names;
mod number;
mod prose;
mod reading;
mod review;
mod slide;
mod typed;

use yakuba_kernel::FiscalYear;
use yakuba_sheets::Limits;

pub use error::ImportError;
pub use reading::{
    CellRole, Guessed, ImportReading, ReadCell, ReviewItem, ReviewPath, Shape, ShapeReport,
    SheetReport,
};
pub use typed::{Typed, read_typed};

use crate::model::document::{
    DoubtReason, FORMAT, Group, PlanDocument, Publisher, Statement, StatementKind,
};
use grid::Sheet;

/// A file as it was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// Its name, shown beside every cell read from it.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What the caller knows better than the sheet. Everything left out is guessed from the document.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The plan's title.
    pub title: Option<String>,
    /// The city that publishes it.
    pub publisher: Option<Publisher>,
    /// Municipalities by name; a guessed publisher gets a code only when exactly one of them has its name.
    pub municipalities: Vec<Publisher>,
    /// How much of a file is accepted.
    pub limits: Limits,
}

/// What the shapes hand back: groups with their initiatives, and reports.
#[derive(Default)]
struct Parsed {
    groups: Vec<Group>,
    shapes: Vec<ShapeReport>,
    /// Prose of the whole sheet, such as its footnotes.
    notes: Vec<String>,
}

/// Reads plan sheets (TSV, CSV, XLSX, XLS) or plan files (YAML, JSON) into one document.
///
/// Several files become one plan: groups and initiatives with the same number and title are joined, figures said twice are
/// kept once. Reading the same files again gives the same result.
///
/// # Errors
/// [`ImportError`]: no files, a file that is no sheet or is refused, a file in which none of the shapes is recognised, a plan
/// file that is not sound. Nothing is half-read.
pub fn read_documents(
    files: &[NamedFile],
    key: &str,
    options: &ImportOptions,
) -> Result<ImportReading, ImportError> {
    if files.is_empty() {
        return Err(ImportError::NoFiles);
    }
    let mut reading = ImportReading::empty(key);
    let mut texts = Vec::new();
    for file in files {
        if is_plan_file(&file.name) {
            let mut document = read_plan_file(file)?;
            key.clone_into(&mut document.key);
            reading.document = merge::documents(reading.document.clone(), document);
            continue;
        }
        read_sheets(file, options, &mut reading, &mut texts)?;
    }
    reading.guessed = guess::fill(&mut reading.document, &texts, options);
    reading.review = review::list(&reading);
    Ok(reading)
}

fn read_sheets(
    file: &NamedFile,
    options: &ImportOptions,
    reading: &mut ImportReading,
    texts: &mut Vec<String>,
) -> Result<(), ImportError> {
    let book = yakuba_sheets::read(&file.bytes, &file.name, &options.limits).map_err(|cause| {
        ImportError::Sheet {
            file: file.name.clone(),
            cause,
        }
    })?;
    let mut recognised = false;
    for grid in book.sheets {
        let mut sheet = Sheet::new(&file.name, grid);
        let mut parsed = match detect::shape(&sheet) {
            Some(Shape::Form) => form::read(&mut sheet),
            Some(Shape::Evaluation) => evaluation::read(&mut sheet),
            Some(Shape::List) => list::read(&mut sheet),
            None => Parsed::default(),
        };
        if sheet.hidden {
            figures::doubt_all(&mut parsed.groups, DoubtReason::HiddenSheet);
        }
        recognised |= !parsed.shapes.is_empty();
        reading.shapes.extend(parsed.shapes);
        reading.document.groups =
            merge::groups(std::mem::take(&mut reading.document.groups), parsed.groups);
        for note in parsed.notes {
            let statement = Statement {
                kind: StatementKind::Note,
                number: None,
                title: note,
                text: None,
                items: Vec::new(),
            };
            if !reading.document.statements.contains(&statement) {
                reading.document.statements.push(statement);
            }
        }
        let cells = sheet.ledger();
        reading.sheets.push(SheetReport {
            file: file.name.clone(),
            sheet: sheet.name.clone(),
            hidden: sheet.hidden,
            cells: cells.len(),
        });
        reading.cells.extend(cells);
        texts.extend(sheet.lines.iter().flat_map(|line| {
            line.cells
                .iter()
                .filter(|cell| !cell.is_empty())
                .map(|cell| cell.raw.clone())
        }));
    }
    if recognised {
        Ok(())
    } else {
        Err(ImportError::NotRecognised {
            file: file.name.clone(),
        })
    }
}

/// Whether a file is a plan file of Yakuba by its name (`.yaml`, `.yml`, `.json`).
pub fn is_plan_file(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".yaml", ".yml", ".json"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Reads a plan file of Yakuba, YAML or JSON by its name.
///
/// # Errors
/// [`ImportError::PlanFile`] when it does not parse, [`ImportError::PlanFormat`] when it names another format.
pub fn read_plan_file(file: &NamedFile) -> Result<PlanDocument, ImportError> {
    let wrong = |cause: String| ImportError::PlanFile {
        file: file.name.clone(),
        cause,
    };
    let text = std::str::from_utf8(&file.bytes).map_err(|error| wrong(error.to_string()))?;
    let document = if file.name.to_ascii_lowercase().ends_with(".json") {
        serde_json::from_str::<PlanDocument>(text).map_err(|error| wrong(error.to_string()))?
    } else {
        crate::export::from_yaml(text).map_err(|error| wrong(error.to_string()))?
    };
    if document.format != FORMAT {
        return Err(ImportError::PlanFormat {
            file: file.name.clone(),
            format: document.format,
        });
    }
    Ok(document)
}

/// First and last of some years.
fn span(years: impl Iterator<Item = FiscalYear> + Clone) -> Option<(FiscalYear, FiscalYear)> {
    Some((years.clone().min()?, years.max()?))
}
