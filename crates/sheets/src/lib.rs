//! Sheets in and out: TSV, CSV and Excel files of any Japanese origin become grids of text, and tables go back out safely.
//!
//! Reading keeps what a person sees: a cell is the text Excel displays (`50%`, `1,000`, `2023-04-01`), a line keeps its
//! number, blank lines and prose between tables stay. Files from strangers are bounded before they are opened
//! ([`Limits`]); every refusal is a sentence that says which line or cell, why, and what to do ([`SheetError`]).
//!
//! ```
//! use yakuba_sheets::{Limits, read};
//!
//! let book = read("指標,令和5年度\n申込み,10%\n".as_bytes(), "指標.csv", &Limits::default())?;
//! assert_eq!(book.sheets[0].rows[1].cells, ["申込み", "10%"]);
//! # Ok::<(), yakuba_sheets::SheetError>(())
//! ```

mod charset;
mod display;
mod error;
mod excel;
mod limits;
mod stream;
mod text;
mod write;
mod zip_guard;

pub use charset::Charset;
pub use error::{SheetError, column_letters};
pub use limits::Limits;
pub use stream::TextRows;
pub use write::{
    Cell, CsvCharset, CsvOptions, CsvOutput, Table, Unheld, WriteError, guard, unguard, write_csv,
    write_csv_rows, write_xlsx,
};

/// Everything a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workbook {
    /// The sheets in the file's order; a text file has one.
    pub sheets: Vec<Grid>,
    /// What kind of file it is.
    pub format: Format,
    /// The charset of a text file.
    pub charset: Option<Charset>,
}

/// The kinds of file that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Text with tabs between the cells.
    Tsv,
    /// Text with another separator, such as a comma.
    Csv {
        /// The separator found.
        delimiter: char,
    },
    /// Office Open XML (`.xlsx`, `.xlsm`).
    Xlsx,
    /// The older binary Excel file (`.xls`).
    Xls,
}

/// One sheet: rows of cells as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    /// The sheet's name; none in text files.
    pub name: Option<String>,
    /// Whether the sheet is hidden in Excel.
    pub hidden: bool,
    /// The rows in order, blank ones included.
    pub rows: Vec<Row>,
    /// Merged areas; the value stands in the top left cell, the others are empty.
    pub merges: Vec<Merge>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Its number from 1: the row in Excel, the line on which it begins in a text file.
    pub line: u32,
    /// Its cells from column 1, trailing empty ones as the file has them.
    pub cells: Vec<String>,
}

/// A merged area, rows and columns from 1, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// First row.
    pub first_row: u32,
    /// First column.
    pub first_column: u32,
    /// Last row.
    pub last_row: u32,
    /// Last column.
    pub last_column: u32,
}

/// Reads a file. The kind is taken from its content; the name only decides between text formats (`.csv`, `.tsv`).
///
/// # Errors
/// [`SheetError`]: too large or hostile, protected by a password, no sheet at all, text that cannot be decoded.
pub fn read(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Workbook, SheetError> {
    if bytes.len() as u64 > limits.file_bytes {
        return Err(SheetError::FileTooLarge {
            bytes: bytes.len() as u64,
            limit: limits.file_bytes,
        });
    }
    match kind(bytes) {
        Kind::Zip => excel::read_xlsx(bytes, limits),
        Kind::Compound => excel::read_xls(bytes, limits),
        Kind::Other(what) => Err(SheetError::NotASheet { what }),
        Kind::Text => text::read(bytes, file_name, limits),
    }
}

enum Kind {
    Zip,
    Compound,
    Other(&'static str),
    Text,
}

fn kind(bytes: &[u8]) -> Kind {
    const NAMED: [(&[u8], &str); 7] = [
        (b"%PDF", "PDF"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF8", "GIF"),
        (b"\x1f\x8b", "gzip"),
        (b"{\\rtf", "RTF"),
        (b"7z\xbc\xaf", "7z"),
    ];
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Kind::Zip;
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return Kind::Compound;
    }
    if let Some((_, name)) = NAMED.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Kind::Other(name);
    }
    let start: Vec<u8> = bytes
        .iter()
        .take(512)
        .copied()
        .skip_while(u8::is_ascii_whitespace)
        .map(|b| b.to_ascii_lowercase())
        .collect();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        return Kind::Other("HTML");
    }
    if start.starts_with(b"<?xml") {
        return Kind::Other("XML");
    }
    Kind::Text
}
