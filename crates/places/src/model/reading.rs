//! A file as the table it holds, with everything about the file itself that a rule asks for.

use yakuba_sheets::{Charset, Format, Limits, SheetError, read};

use super::standard::{DATASETS, header_key};

/// A table read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFile {
    /// The headers as they stand.
    pub header: Vec<String>,
    /// The line on which the header stands.
    pub header_line: u32,
    /// The rows below the header; blank ones are left out.
    pub rows: Vec<Row>,
    /// What kind of file it is.
    pub format: Format,
    /// Its charset, if it is text.
    pub charset: Option<Charset>,
    /// Lines of blank rows between rows.
    pub blank_lines: Vec<u32>,
    /// Lines above the header that are not blank, with their texts.
    pub lines_above: Vec<(u32, String)>,
    /// Sheets beside the one that was read that are not empty.
    pub further_sheets: usize,
    /// Whether some sheet is hidden.
    pub has_hidden_sheet: bool,
    /// The merged areas' first rows.
    pub merges: Vec<u32>,
    /// Where quotes do not stand as RFC 4180 has them; the first line only.
    pub broken_quote: Option<u32>,
    /// Whether some line ends without CR.
    pub has_bare_line_feed: bool,
}

/// A row of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, or its row in the sheet.
    pub line: u32,
    /// Its cells; as many as it has.
    pub cells: Vec<String>,
}

impl TableFile {
    /// Reads a file. The header is the first row that holds two names of a national dataset or, without one, the first row
    /// that is filled like the rows below it.
    ///
    /// # Errors
    /// As `yakuba_sheets::read`.
    pub fn read(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Self, SheetError> {
        let book = read(bytes, file_name, limits)?;
        let is_filled = |cells: &[String]| cells.iter().any(|cell| !cell.trim().is_empty());
        let filled =
            |grid: &&yakuba_sheets::Grid| grid.rows.iter().any(|row| is_filled(&row.cells));
        let Some(grid) = book
            .sheets
            .iter()
            .filter(|grid| !grid.hidden)
            .find(filled)
            .or_else(|| book.sheets.iter().find(filled))
        else {
            return Err(SheetError::Empty);
        };
        let further_sheets = book.sheets.iter().filter(filled).count().saturating_sub(1);
        let at = header_row(&grid.rows);
        let mut file = Self {
            header: grid.rows[at].cells.clone(),
            header_line: grid.rows[at].line,
            rows: Vec::new(),
            format: book.format,
            charset: book.charset,
            blank_lines: Vec::new(),
            lines_above: grid.rows[..at]
                .iter()
                .filter(|row| is_filled(&row.cells))
                .map(|row| (row.line, joined(&row.cells)))
                .collect(),
            further_sheets,
            has_hidden_sheet: book.sheets.iter().any(|grid| grid.hidden),
            merges: grid.merges.iter().map(|merge| merge.first_row).collect(),
            broken_quote: None,
            has_bare_line_feed: false,
        };
        while file
            .header
            .last()
            .is_some_and(|name| name.trim().is_empty())
        {
            file.header.pop();
        }
        let mut blank = Vec::new();
        for row in &grid.rows[at + 1..] {
            if is_filled(&row.cells) {
                // Blank rows at the end divide nothing.
                file.blank_lines.append(&mut blank);
                file.rows.push(Row {
                    line: row.line,
                    cells: row.cells.clone(),
                });
            } else {
                blank.push(row.line);
            }
        }
        if let Format::Csv { delimiter } = book.format
            && let Ok(delimiter) = u8::try_from(delimiter)
            && !matches!(
                book.charset,
                Some(Charset::Utf16Le | Charset::Utf16Be | Charset::Iso2022Jp)
            )
        {
            let build = Build::of(bytes, delimiter);
            file.broken_quote = build.broken_quote;
            file.has_bare_line_feed = build.has_bare_line_feed;
        }
        Ok(file)
    }

    /// The cell of a row, empty when the row ends before it.
    pub fn cell<'a>(&self, row: &'a Row, column: usize) -> &'a str {
        row.cells.get(column).map_or("", String::as_str)
    }

    /// The header of a column as findings name it.
    pub(crate) fn name_of(&self, column: usize) -> String {
        match self.header.get(column).map(|name| name.trim()) {
            Some(name) if !name.is_empty() => super::finding::shortened(name),
            _ => format!("#{}", column + 1),
        }
    }
}

/// The cells of a row that hold something, as one text.
fn joined(cells: &[String]) -> String {
    let filled: Vec<&str> = cells
        .iter()
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .collect();
    filled.join(" ")
}

/// How many rows may stand above the header.
const ROWS_ABOVE: usize = 5;

/// Where the header stands among the first rows of a table.
pub(crate) fn header_row(rows: &[yakuba_sheets::Row]) -> usize {
    let known = |cells: &[String]| {
        let keys: Vec<String> = cells
            .iter()
            .take(200)
            .map(|cell| header_key(cell))
            .collect();
        DATASETS
            .iter()
            .map(|dataset| {
                dataset
                    .columns
                    .iter()
                    .filter(|column| keys.contains(&header_key(column.name)))
                    .count()
            })
            .max()
            .unwrap_or(0)
    };
    let first = |rows: &[yakuba_sheets::Row]| {
        rows.iter()
            .position(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()))
            .unwrap_or(0)
    };
    if let Some(at) = rows
        .iter()
        .take(ROWS_ABOVE)
        .position(|row| known(&row.cells) >= 2)
    {
        return at;
    }
    // A title has one cell; the table's rows have more.
    let count = |row: &yakuba_sheets::Row| {
        row.cells
            .iter()
            .filter(|cell| !cell.trim().is_empty())
            .count()
    };
    let usual = rows.iter().skip(1).take(20).map(count).max().unwrap_or(0);
    rows.iter()
        .take(ROWS_ABOVE)
        .position(|row| count(row) * 2 > usual)
        .unwrap_or_else(|| first(rows))
}

/// How a CSV file is built, byte by byte; no charset that comes here has a quote or a line end inside a character.
struct Build {
    /// The line of the first quote that RFC 4180 does not allow.
    broken_quote: Option<u32>,
    /// Whether a row ends in LF without CR.
    has_bare_line_feed: bool,
}

impl Build {
    fn of(bytes: &[u8], delimiter: u8) -> Self {
        #[derive(Clone, Copy, PartialEq)]
        enum At {
            Start,
            Bare,
            Quoted,
            AfterQuote,
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut build = Self {
            broken_quote: None,
            has_bare_line_feed: false,
        };
        let (mut at, mut line, mut opened, mut last) = (At::Start, 1_u32, 1_u32, 0_u8);
        for &byte in bytes {
            if byte == b'\n' && last != b'\r' && at != At::Quoted {
                build.has_bare_line_feed = true;
            }
            let broken = match at {
                At::Bare => byte == b'"',
                At::AfterQuote => {
                    byte != b'"' && byte != delimiter && !matches!(byte, b'\n' | b'\r')
                }
                At::Start | At::Quoted => false,
            };
            if broken && build.broken_quote.is_none() {
                build.broken_quote = Some(line);
            }
            if at == At::Start && byte == b'"' {
                opened = line;
            }
            at = match (at, byte) {
                (At::Quoted, b'"') => At::AfterQuote,
                (At::Start | At::AfterQuote, b'"') | (At::Quoted, _) => At::Quoted,
                (_, b'\n' | b'\r') => At::Start,
                (_, other) if other == delimiter => At::Start,
                _ => At::Bare,
            };
            if byte == b'\n' {
                line = line.saturating_add(1);
            }
            last = byte;
        }
        if at == At::Quoted && build.broken_quote.is_none() {
            build.broken_quote = Some(opened);
        }
        build
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> TableFile {
        TableFile::read(text.as_bytes(), "a.csv", &Limits::default()).unwrap()
    }

    #[test]
    fn the_header_is_found_below_titles() {
        let file = read(
            "公共施設一覧\r\n令和8年4月1日現在\r\n\r\n名称,名称_カナ,備考\r\n会館,カイカン,\r\n\r\n公園,コウエン,\r\n\r\n",
        );
        assert_eq!(file.header_line, 4);
        assert_eq!(
            file.lines_above,
            [
                (1, "公共施設一覧".to_owned()),
                (2, "令和8年4月1日現在".to_owned())
            ]
        );
        assert_eq!(file.rows.len(), 2);
        assert_eq!(file.blank_lines, [6]);
        let file = read("色,数\n赤,1\n");
        assert_eq!((file.header_line, file.has_bare_line_feed), (1, true));
        let file = read("表1\n色,数\n赤,1\n");
        assert_eq!(file.header_line, 2);
    }

    #[test]
    fn a_line_feed_inside_quotes_ends_no_row() {
        assert!(!Build::of(b"a,\"b\nc\"\r\n", b',').has_bare_line_feed);
        assert!(Build::of(b"a,\"b\"\n", b',').has_bare_line_feed);
    }

    #[test]
    fn quotes_are_held_to_the_rule() {
        for (text, line) in [
            ("a,\"b\"\r\nc,\"d\"\"e\"\r\n", None),
            ("a,b\"c\r\n", Some(1)),
            ("a\r\n\"b\"c\r\n", Some(2)),
            ("a\r\n\"b\r\n", Some(2)),
            ("a,\"b\nc\"\r\n", None),
        ] {
            assert_eq!(
                Build::of(text.as_bytes(), b',').broken_quote,
                line,
                "{text}"
            );
        }
    }
}
