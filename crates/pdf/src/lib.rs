#![doc = include_str!("../README.md")]

mod error;
mod letter;
mod map_sheet;
mod press;
mod sheet;
mod text;
mod view;

pub use error::PdfError;
pub use letter::{Letter, LetterPart};
pub use map_sheet::{LegendLayer, MapSheet, Paper};
pub use sheet::{
    Bar, Extent, Figure, LabelledText, Labels, Meta, Orientation, Phase, Status, YearColumn,
    YearlySheet,
};

// The helpers under tests/ name the crate as its users do; so may the tests inside it.
#[cfg(test)]
extern crate self as yakuba_pdf;
#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod common;
#[cfg(test)]
mod tests;

/// A finished PDF file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdfOutput {
    /// The file, conforming to PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1).
    pub bytes: Vec<u8>,
    /// Characters of the input that the embedded font has no shape for, each once, in the order of
    /// the code points. In the document each stands as 〓 (the printers' mark for a missing type);
    /// a variant selector stands as the plain form of its character.
    pub missing_characters: Vec<char>,
}

/// Sets the yearly sheets of a plan: the familiar form, one per initiative, each on a new page.
///
/// With [`Extent::Plan`] an overview with the counts by status, a table of contents and a list of
/// all initiatives come first. All texts are printed literally: nothing in them is read as markup.
/// The same input always gives the same bytes.
///
/// # Errors
/// [`PdfError::NoSheets`] when `sheets` is empty, [`PdfError::NoTitle`] when the plan has no title,
/// [`PdfError::Language`] and [`PdfError::Date`] when those values cannot be written into a PDF,
/// and [`PdfError::Typesetting`] or [`PdfError::NotConforming`] when the program itself is at fault.
pub fn yearly_sheet(
    sheets: &[YearlySheet],
    meta: &Meta,
    labels: &Labels,
) -> Result<PdfOutput, PdfError> {
    press::print(view::sheets_job(sheets, meta, labels)?)
}

/// Sets a letter or another short official text: number and date, addressee, sender, title, body.
///
/// All texts are printed literally. The same input always gives the same bytes.
///
/// # Errors
/// [`PdfError::NoTitle`] when the letter has no title; otherwise as for [`yearly_sheet`].
pub fn letter(letter: &Letter) -> Result<PdfOutput, PdfError> {
    press::print(view::letter_job(letter)?)
}

/// Sets a map on one sheet that lies on its long side: title, drawing, and the legend to its right. A legend that is longer than the
/// sheet goes on on the next.
///
/// All texts are printed literally. The same input always gives the same bytes.
///
/// # Errors
/// [`PdfError::NoTitle`] when the map has no title; otherwise as for [`yearly_sheet`].
pub fn map_sheet(sheet: &MapSheet) -> Result<PdfOutput, PdfError> {
    press::print(view::map_job(sheet)?)
}
