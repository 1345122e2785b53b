use encoding_rs::SHIFT_JIS;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, XlsxError};
use thiserror::Error;

/// A table to write: one header row and rows below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The sheet's name (XLSX only).
    pub name: String,
    /// The header row.
    pub header: Vec<String>,
    /// The rows; short ones are filled up with empty cells.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text; never read as a formula by Excel.
    Text(String),
    /// Text that machines compare with its source: written as it is when it is a plain number or a lone dash.
    Verbatim(String),
    /// A plain decimal number, such as `-13.7`.
    Number(String),
    /// Nothing.
    Empty,
}

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CsvOptions {
    /// The charset.
    pub charset: CsvCharset,
}

/// The charsets CSV is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsvCharset {
    /// UTF-8, for programs.
    #[default]
    Utf8,
    /// UTF-8 with a byte order mark, for Excel.
    Utf8Bom,
    /// Windows-31J, for older systems of town halls; characters it lacks become `〓`.
    Cp932,
}

/// Written CSV and what the charset could not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOutput {
    /// The file.
    pub bytes: Vec<u8>,
    /// The characters replaced by `〓`; empty for UTF-8.
    pub unheld: Vec<Unheld>,
}

/// A character the charset lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unheld {
    /// Row from 1, the header is row 1.
    pub row: u32,
    /// Column from 1.
    pub column: u32,
    /// The character.
    pub character: char,
}

/// Why a table could not be written as XLSX.
#[derive(Debug, Error)]
#[error("The table cannot be written as XLSX ({cause}). Write it as CSV instead.")]
pub struct WriteError {
    /// What the writer said.
    #[from]
    cause: XlsxError,
}

/// Makes a text harmless for spreadsheet programs: one that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets
/// an apostrophe in front, unless it is a plain number or percentage (OWASP, "CSV injection").
///
/// ```
/// use yakuba_sheets::guard;
///
/// assert_eq!(guard("=1+1"), "'=1+1");
/// assert_eq!(guard("-16.91"), "-16.91");
/// assert_eq!(guard("申込み"), "申込み");
/// ```
pub fn guard(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if risky && !is_plain_number(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The text that was written as `text`: without the apostrophe of [`guard`], if it has one, so that a file that was taken from here and
/// sent back says the same.
///
/// ```
/// use yakuba_sheets::unguard;
///
/// assert_eq!(unguard("'=1+1"), "=1+1");
/// assert_eq!(unguard("'90"), "'90");
/// ```
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if verbatim(rest) == text => rest,
        _ => text,
    }
}

fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = digits.strip_suffix(['%', '％']).unwrap_or(digits);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let grouped = whole.contains(',');
    let whole_fits = if grouped {
        let mut groups = whole.split(',');
        groups
            .next()
            .is_some_and(|first| (1..=3).contains(&first.len()) && all_digits(first))
            && groups.all(|group| group.len() == 3 && all_digits(group))
    } else {
        all_digits(whole)
    };
    whole_fits && all_digits(fraction)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Writes CSV: lines end in CR LF (RFC 4180), cells are quoted where they must be, texts are guarded ([`guard`]).
pub fn write_csv(table: &Table, options: CsvOptions) -> CsvOutput {
    let mut writer = CsvWriter {
        bytes: Vec::new(),
        unheld: Vec::new(),
        charset: options.charset,
    };
    if options.charset == CsvCharset::Utf8Bom {
        writer.bytes.extend_from_slice(b"\xef\xbb\xbf");
    }
    let width = table.header.len();
    let header: Vec<String> = table.header.iter().map(|label| guard(label)).collect();
    writer.row(1, &header);
    for (index, row) in table.rows.iter().enumerate() {
        let mut cells: Vec<String> = row.iter().map(cell_text).collect();
        while cells.len() < width {
            cells.push(String::new());
        }
        writer.row(
            u32::try_from(index).unwrap_or(u32::MAX).saturating_add(2),
            &cells,
        );
    }
    CsvOutput {
        bytes: writer.bytes,
        unheld: writer.unheld,
    }
}

/// Writes rows of texts that machines compare with their source ([`Cell::Verbatim`]) as CSV in UTF-8 behind what is written already, so
/// that a long table can be written piece by piece.
pub fn write_csv_rows(to: &mut Vec<u8>, rows: &[Vec<String>]) {
    let mut writer = CsvWriter {
        bytes: std::mem::take(to),
        unheld: Vec::new(),
        charset: CsvCharset::Utf8,
    };
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| verbatim(cell)).collect();
        writer.row(0, &cells);
    }
    *to = writer.bytes;
}

fn verbatim(text: &str) -> String {
    if matches!(text, "-" | "－" | "+") {
        text.to_owned()
    } else {
        guard(text)
    }
}

fn cell_text(cell: &Cell) -> String {
    match cell {
        Cell::Verbatim(text) => verbatim(text),
        Cell::Text(text) => guard(text),
        Cell::Number(number) => number.clone(),
        Cell::Empty => String::new(),
    }
}

/// The character of CP932 that stands for the same sign of JIS X 0208. The tables of Windows give seven of them other code points than those
/// of Unicode's own, which iPhones and Macs type: the wave dash is read there as the full-width tilde, and has the same two bytes.
fn in_cp932(character: char) -> char {
    match character {
        '\u{2014}' => '\u{2015}',
        '\u{2016}' => '\u{2225}',
        '\u{2212}' => '\u{ff0d}',
        '\u{301c}' => '\u{ff5e}',
        '\u{a2}' => '\u{ffe0}',
        '\u{a3}' => '\u{ffe1}',
        '\u{ac}' => '\u{ffe2}',
        other => other,
    }
}

struct CsvWriter {
    bytes: Vec<u8>,
    unheld: Vec<Unheld>,
    charset: CsvCharset,
}

impl CsvWriter {
    fn row(&mut self, row: u32, cells: &[String]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.bytes.push(b',');
            }
            let quoted = cell.contains(['"', ',', '\n', '\r'])
                || cell.starts_with(' ')
                || cell.ends_with(' ');
            let text = if quoted {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.clone()
            };
            self.text(
                &text,
                row,
                u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1),
            );
        }
        self.bytes.extend_from_slice(b"\r\n");
    }

    fn text(&mut self, text: &str, row: u32, column: u32) {
        if self.charset != CsvCharset::Cp932 {
            self.bytes.extend_from_slice(text.as_bytes());
            return;
        }
        for character in text.chars() {
            let mut room = [0_u8; 4];
            let (encoded, _, lost) = SHIFT_JIS.encode(in_cp932(character).encode_utf8(&mut room));
            if lost {
                // the geta mark, which Japanese typesetters put where a character is missing
                self.bytes.extend_from_slice(&[0x81, 0xac]);
                self.unheld.push(Unheld {
                    row,
                    column,
                    character,
                });
            } else {
                self.bytes.extend_from_slice(&encoded);
            }
        }
    }
}

/// Writes a workbook of one sheet: texts as texts (never as formulas), numbers as numbers, the header row styled and frozen.
/// The same table is the same file, whenever it is written.
///
/// # Errors
/// [`WriteError`] when the table is larger than a sheet can be or the name is not allowed.
pub fn write_xlsx(table: &Table) -> Result<Vec<u8>, WriteError> {
    let mut workbook = Workbook::new();
    // Otherwise the moment of writing would stand there, and every download would look changed.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let sheet = workbook.add_worksheet();
    sheet.set_name(&table.name)?;
    let header = Format::new()
        .set_bold()
        .set_background_color("#E8F1FE")
        .set_border_bottom(FormatBorder::Thin)
        .set_text_wrap();
    for (column, label) in table.header.iter().enumerate() {
        sheet.write_string_with_format(0, column_number(column), label, &header)?;
        let widest = table
            .rows
            .iter()
            .take(200)
            .filter_map(|row| row.get(column))
            .map(shown_width)
            .max()
            .unwrap_or(0);
        let width = u32::try_from(widest.max(label.chars().count() * 2).clamp(6, 60)).unwrap_or(60);
        sheet.set_column_width(column_number(column), f64::from(width) + 2.0)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, cells) in table.rows.iter().enumerate() {
        let row = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(1);
        for (column, cell) in cells.iter().enumerate() {
            match cell {
                Cell::Text(text) | Cell::Verbatim(text) => {
                    sheet.write_string(row, column_number(column), text)?;
                }
                Cell::Number(number) => match number.parse::<f64>() {
                    Ok(value) => {
                        sheet.write_number(row, column_number(column), value)?;
                    }
                    Err(_) => {
                        sheet.write_string(row, column_number(column), number)?;
                    }
                },
                Cell::Empty => {}
            }
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn column_number(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

fn shown_width(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) | Cell::Verbatim(text) | Cell::Number(text) => text
            .chars()
            .map(|character| if character.is_ascii() { 1 } else { 2 })
            .sum(),
        Cell::Empty => 0,
    }
}
