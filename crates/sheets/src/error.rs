use thiserror::Error;
use yakuba_ui::{Catalogue, Language, Value};

/// The sentences of refusals.
static REFUSALS: Catalogue = yakuba_ui::catalogue!("refusals");

/// Why a file could not be read. Nothing of such a file is used.
#[derive(Debug, Error)]
pub enum SheetError {
    /// The file itself is too large.
    #[error(
        "The file has {bytes} bytes, more than the {limit} that are accepted. Save only the sheets that are needed."
    )]
    FileTooLarge {
        /// Its size.
        bytes: u64,
        /// The accepted size.
        limit: u64,
    },
    /// The file is of another kind.
    #[error("The file is {what}, not a sheet. Save it as XLSX, CSV or TSV and try again.")]
    NotASheet {
        /// What it is.
        what: &'static str,
    },
    /// The file holds nothing.
    #[error("The file is empty. Check that the right file was chosen.")]
    Empty,
    /// The workbook is encrypted.
    #[error(
        "The workbook is protected by a password. Open it in Excel, remove the password and save it again."
    )]
    PasswordProtected,
    /// A packed file would grow beyond all measure.
    #[error(
        "The part {part} of the file would unpack to {bytes} bytes, more than is accepted. The file may have been made to do harm; ask where it comes from."
    )]
    UnpacksTooLarge {
        /// The part of the packed file.
        part: String,
        /// Size after unpacking, as far as it was looked at.
        bytes: u64,
    },
    /// Too many parts.
    #[error(
        "The file is packed from {parts} parts, more than the {limit} that are accepted. Save it anew as XLSX."
    )]
    TooManyParts {
        /// How many.
        parts: usize,
        /// The accepted number.
        limit: usize,
    },
    /// The file breaks off or is damaged.
    #[error("The file is damaged or incomplete ({cause}). Send or save it again.")]
    Damaged {
        /// What the reader said.
        cause: String,
    },
    /// The packed file is no workbook.
    #[error(
        "The file is a ZIP archive without a workbook in it. Unpack it and choose the sheet itself."
    )]
    ZipWithoutWorkbook,
    /// Bytes that are no text in the charset of the file.
    #[error(
        "Line {line}, byte {byte} of the file is not text in {charset}. Save the file as UTF-8 and try again."
    )]
    Undecodable {
        /// Line, from 1.
        line: u32,
        /// Byte of the whole file, from 1.
        byte: usize,
        /// The charset that fits best.
        charset: &'static str,
    },
    /// The bytes are text in two charsets, and nothing tells which was meant.
    #[error(
        "The file can be read as {one} and as {other}, with other words. Save the file as UTF-8 and try again."
    )]
    SeveralCharsets {
        /// One of them.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A NUL byte in a text file.
    #[error(
        "Line {line}, byte {byte} of the file is a NUL byte, which no text has. Save the sheet as XLSX, CSV or TSV and try again."
    )]
    NulByte {
        /// Line, from 1.
        line: u32,
        /// Byte of the whole file, from 1.
        byte: usize,
    },
    /// A cell is too large.
    #[error("The cell in row {row}, column {column}{} holds {bytes} bytes, more than the {limit} that are accepted. Shorten it.", sheet_of(.sheet.as_deref()))]
    CellTooLarge {
        /// The sheet, if it has a name.
        sheet: Option<String>,
        /// Row, from 1.
        row: u32,
        /// Column, from 1.
        column: u32,
        /// Size of its text.
        bytes: usize,
        /// The accepted size.
        limit: usize,
    },
    /// Too many rows.
    #[error("There are more than {limit} rows{}. Delete the rows that are not needed.", sheet_of(.sheet.as_deref()))]
    TooManyRows {
        /// The sheet, if it has a name.
        sheet: Option<String>,
        /// The accepted number.
        limit: usize,
    },
    /// Too many columns.
    #[error("Row {row}{} has {columns} columns, more than the {limit} that are accepted. Delete the columns that are not needed.", sheet_of(.sheet.as_deref()))]
    TooManyColumns {
        /// The sheet, if it has a name.
        sheet: Option<String>,
        /// Row, from 1.
        row: u32,
        /// How many it has.
        columns: usize,
        /// The accepted number.
        limit: usize,
    },
    /// Too many cells in all.
    #[error("The file has more than {limit} cells. Save only the sheets that are needed.")]
    TooManyCells {
        /// The accepted number.
        limit: usize,
    },
    /// Too many sheets.
    #[error(
        "The file has {sheets} sheets, more than the {limit} that are accepted. Save only the sheets that are needed."
    )]
    TooManySheets {
        /// How many it has.
        sheets: usize,
        /// The accepted number.
        limit: usize,
    },
}

fn sheet_of(name: Option<&str>) -> String {
    name.map(|name| format!(" of the sheet “{name}”"))
        .unwrap_or_default()
}

impl SheetError {
    /// The id of the sentence in the locales.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FileTooLarge { .. } => "sheet-file-too-large",
            Self::NotASheet { .. } => "sheet-not-a-sheet",
            Self::Empty => "sheet-empty",
            Self::PasswordProtected => "sheet-password-protected",
            Self::UnpacksTooLarge { .. } => "sheet-unpacks-too-large",
            Self::TooManyParts { .. } => "sheet-too-many-parts",
            Self::Damaged { .. } => "sheet-damaged",
            Self::ZipWithoutWorkbook => "sheet-zip-without-workbook",
            Self::Undecodable { .. } => "sheet-undecodable",
            Self::SeveralCharsets { .. } => "sheet-several-charsets",
            Self::NulByte { .. } => "sheet-nul-byte",
            Self::CellTooLarge { .. } => "sheet-cell-too-large",
            Self::TooManyRows { .. } => "sheet-too-many-rows",
            Self::TooManyColumns { .. } => "sheet-too-many-columns",
            Self::TooManyCells { .. } => "sheet-too-many-cells",
            Self::TooManySheets { .. } => "sheet-too-many-sheets",
        }
    }

    /// Why the file was refused and what to do, for whoever chose it.
    pub fn sentence(&self, language: Language) -> String {
        let words = REFUSALS.words(language);
        let place = |sheet: &Option<String>| -> Value<'static> {
            sheet
                .as_ref()
                .map(|sheet| {
                    words
                        .with_text("sheet-in-sheet", "sheet", sheet)
                        .into_owned()
                })
                .unwrap_or_default()
                .into()
        };
        let mega = |bytes: u64| -> Value<'static> { (bytes.div_ceil(1 << 20)).to_string().into() };
        let plain =
            |number: &dyn std::fmt::Display| -> Value<'static> { number.to_string().into() };
        let values: Vec<(&'static str, Value<'static>)> = match self {
            Self::FileTooLarge { bytes, limit } => {
                vec![("size", mega(*bytes)), ("limit", mega(*limit))]
            }
            Self::NotASheet { what } => vec![("what", plain(what))],
            Self::UnpacksTooLarge { part, bytes } => {
                vec![("part", plain(part)), ("size", mega(*bytes))]
            }
            Self::TooManyParts { parts, limit } => {
                vec![("parts", plain(parts)), ("limit", plain(limit))]
            }
            Self::Damaged { cause } => vec![("cause", plain(cause))],
            Self::Undecodable {
                line,
                byte,
                charset,
            } => vec![
                ("line", plain(line)),
                ("byte", plain(byte)),
                ("charset", plain(charset)),
            ],
            Self::SeveralCharsets { one, other } => {
                vec![("one", plain(one)), ("other", plain(other))]
            }
            Self::NulByte { line, byte } => vec![("line", plain(line)), ("byte", plain(byte))],
            Self::CellTooLarge {
                sheet,
                row,
                column,
                bytes,
                limit,
            } => vec![
                ("place", place(sheet)),
                ("row", plain(row)),
                ("column", plain(column)),
                ("cell", format!("{}{row}", column_letters(*column)).into()),
                ("bytes", plain(bytes)),
                ("limit", plain(limit)),
            ],
            Self::TooManyRows { sheet, limit } => {
                vec![("place", place(sheet)), ("limit", plain(limit))]
            }
            Self::TooManyColumns {
                sheet,
                row,
                columns,
                limit,
            } => {
                vec![
                    ("place", place(sheet)),
                    ("row", plain(row)),
                    ("columns", plain(columns)),
                    ("limit", plain(limit)),
                ]
            }
            Self::TooManyCells { limit } => vec![("limit", plain(limit))],
            Self::TooManySheets { sheets, limit } => {
                vec![("sheets", plain(sheets)), ("limit", plain(limit))]
            }
            Self::Empty | Self::PasswordProtected | Self::ZipWithoutWorkbook => Vec::new(),
        };
        words.with(self.code(), &values).into_owned()
    }
}

/// The name that spreadsheets give a column, from 1: `3` → `C`, `28` → `AB`.
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_names_excel_gives_them() {
        assert_eq!(
            [1, 26, 27, 52, 703].map(column_letters),
            ["A", "Z", "AA", "AZ", "AAA"]
        );
    }

    #[test]
    fn every_refusal_has_a_sentence_in_every_language() {
        yakuba_ui::assert_complete(&REFUSALS);
        let error = SheetError::CellTooLarge {
            sheet: Some("表1".to_owned()),
            row: 4,
            column: 28,
            bytes: 9,
            limit: 5,
        };
        let sentence = error.sentence(Language::Japanese);
        assert!(
            sentence.contains("シート「表1」") && sentence.contains("AB4"),
            "{sentence}"
        );
        let error = SheetError::FileTooLarge {
            bytes: 5 << 20,
            limit: 4 << 20,
        };
        assert!(error.sentence(Language::Japanese).contains("5MB"));
        assert!(error.sentence(Language::English).contains('5'));
    }
}
