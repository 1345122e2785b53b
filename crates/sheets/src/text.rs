use crate::{Format, Grid, Limits, Row, SheetError, Workbook, charset};

/// Reads delimited text. All lines are kept with their numbers, blank ones and prose between tables too.
pub(crate) fn read(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Workbook, SheetError> {
    let (text, charset) = charset::decode(bytes)?;
    if text.trim().is_empty() {
        return Err(SheetError::Empty);
    }
    let delimiter = delimiter(&text, file_name);
    let rows = rows(&text, delimiter, limits)?;
    let format = if delimiter == '\t' {
        Format::Tsv
    } else {
        Format::Csv { delimiter }
    };
    Ok(Workbook {
        sheets: vec![Grid {
            rows,
            ..Grid::default()
        }],
        format,
        charset: Some(charset),
    })
}

/// The separator: a tab wherever tabs are (prose holds commas but never tabs), else what most lines have most of.
pub(crate) fn delimiter(text: &str, file_name: &str) -> char {
    let ending = std::path::Path::new(file_name)
        .extension()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let lines = || {
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .take(2_000)
    };
    let share = |mark: char| lines().filter(|line| line.contains(mark)).count();
    let tabs = share('\t');
    if ending == "tsv" || ending == "tab" || (tabs > 0 && ending != "csv") {
        return '\t';
    }
    if tabs > 0 && tabs * 2 >= lines().count() && tabs >= share(',') {
        return '\t';
    }
    let (commas, semicolons) = (share(','), share(';'));
    if semicolons > commas { ';' } else { ',' }
}

/// Splits into rows. A quote counts as one only at the start of a cell, and only when its partner is found before the limit
/// of a cell and followed by a separator: a stray quote in prose swallows nothing.
fn rows(text: &str, delimiter: char, limits: &Limits) -> Result<Vec<Row>, SheetError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        text,
        delimiter,
        at: 0,
        line: 1,
        limit: limits.cell_bytes,
    };
    let mut rows = Vec::new();
    let mut cells_in_all = 0_usize;
    while reader.at < text.len() {
        if rows.len() >= limits.rows {
            return Err(SheetError::TooManyRows {
                sheet: None,
                limit: limits.rows,
            });
        }
        let row = reader.row(limits)?;
        cells_in_all += row.cells.len();
        if cells_in_all > limits.cells {
            return Err(SheetError::TooManyCells {
                limit: limits.cells,
            });
        }
        rows.push(row);
    }
    Ok(rows)
}

/// A place in delimited text.
pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    pub(crate) delimiter: char,
    pub(crate) at: usize,
    pub(crate) line: u32,
    pub(crate) limit: usize,
}

impl Reader<'_> {
    /// The next row; there must be one.
    pub(crate) fn row(&mut self, limits: &Limits) -> Result<Row, SheetError> {
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            let (cell, more) = self.cell();
            if cell.len() > limits.cell_bytes {
                let column = u32::try_from(cells.len() + 1).unwrap_or(u32::MAX);
                return Err(SheetError::CellTooLarge {
                    sheet: None,
                    row: line,
                    column,
                    bytes: cell.len(),
                    limit: limits.cell_bytes,
                });
            }
            cells.push(cell);
            if cells.len() > limits.columns {
                return Err(SheetError::TooManyColumns {
                    sheet: None,
                    row: line,
                    columns: cells.len(),
                    limit: limits.columns,
                });
            }
            if !more {
                return Ok(Row { line, cells });
            }
        }
    }

    /// The next cell and whether another follows on the same row.
    fn cell(&mut self) -> (String, bool) {
        let rest = &self.text[self.at..];
        if let Some((cell, length)) = rest.strip_prefix('"').and_then(|inner| self.quoted(inner)) {
            self.line = self
                .line
                .saturating_add(u32::try_from(cell.matches('\n').count()).unwrap_or(u32::MAX));
            self.at += length + 1;
            return (cell, self.end());
        }
        let length = rest
            .find([self.delimiter, '\n', '\r'])
            .unwrap_or(rest.len());
        let cell = rest[..length].to_owned();
        self.at += length;
        (cell, self.end())
    }

    /// The text of a quoted cell and how many bytes of `inner` it takes, when the quoting is sound.
    fn quoted(&self, inner: &str) -> Option<(String, usize)> {
        let mut cell = String::new();
        let mut from = 0;
        loop {
            let quote = inner[from..].find('"')? + from;
            cell.push_str(&inner[from..quote]);
            if cell.len() > self.limit {
                return None;
            }
            let after = &inner[quote + 1..];
            if after.starts_with('"') {
                cell.push('"');
                from = quote + 2;
            } else if after.is_empty() || after.starts_with([self.delimiter, '\n', '\r']) {
                return Some((cell, quote + 1));
            } else {
                return None;
            }
        }
    }

    /// Steps over the separator or line end; true: a separator.
    fn end(&mut self) -> bool {
        let rest = &self.text[self.at..];
        if rest.starts_with(self.delimiter) {
            self.at += self.delimiter.len_utf8();
            return true;
        }
        self.at += if rest.starts_with("\r\n") {
            2
        } else {
            usize::from(!rest.is_empty())
        };
        self.line = self.line.saturating_add(1);
        false
    }
}
