//! Delimited text read row by row, for files that are too large to be held.

use std::io::{BufReader, Read, Seek, SeekFrom};

use encoding_rs::DecoderResult;

use crate::{Charset, Limits, Row, SheetError, charset::Examination, text};

/// No row is longer, in bytes of UTF-8.
const MOST_ROW: usize = 1 << 20;
/// So many bytes of the file are read at once.
const AT_ONCE: usize = 1 << 20;

/// The rows of a CSV or TSV file in any Japanese charset, one after the other: what is held is a few megabytes, whatever the file's size.
/// The whole file is looked through once for its charset before the first row, so that a broken byte in its last line stops everything.
#[derive(Debug)]
pub struct TextRows<R> {
    reader: BufReader<R>,
    charset: Charset,
    decoder: Option<encoding_rs::Decoder>,
    /// What is decoded and not yet given out begins at `at`.
    text: String,
    at: usize,
    line: u32,
    delimiter: char,
    limits: Limits,
    rows: usize,
    cells: usize,
}

impl<R: Read + Seek> TextRows<R> {
    /// Looks through a file and begins at its first row. Of the limits, those of the file, rows, columns, cells and cell hold.
    ///
    /// # Errors
    /// [`SheetError`]; what the operating system says about reading is [`SheetError::Damaged`].
    pub fn new(mut file: R, file_name: &str, limits: Limits) -> Result<Self, SheetError> {
        let charset = charset_of(&mut file, &limits)?;
        file.seek(SeekFrom::Start(charset.mark() as u64))
            .map_err(|error| damaged(&error))?;
        let mut rows = Self {
            reader: BufReader::with_capacity(AT_ONCE, file),
            charset,
            decoder: Some(charset.encoding().new_decoder_without_bom_handling()),
            text: String::new(),
            at: 0,
            line: 1,
            delimiter: ',',
            limits,
            rows: 0,
            cells: 0,
        };
        rows.fill()?;
        if rows.text.trim().is_empty() && rows.decoder.is_none() {
            return Err(SheetError::Empty);
        }
        rows.delimiter = text::delimiter(&rows.text, file_name);
        Ok(rows)
    }

    /// The charset that was found.
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// Decodes until the longest row fits, or the file ends.
    fn fill(&mut self) -> Result<(), SheetError> {
        if self.decoder.is_none() || self.text.len() - self.at >= 2 * MOST_ROW {
            return Ok(());
        }
        self.text.drain(..self.at);
        self.at = 0;
        let mut bytes = vec![0_u8; AT_ONCE];
        while self.text.len() < 4 * MOST_ROW {
            let Some(decoder) = &mut self.decoder else {
                break;
            };
            let count = self
                .reader
                .read(&mut bytes)
                .map_err(|error| damaged(&error))?;
            let is_last = count == 0;
            let room = decoder
                .max_utf8_buffer_length_without_replacement(count)
                .unwrap_or(count * 4);
            self.text.reserve(room);
            let (result, _) = decoder.decode_to_string_without_replacement(
                &bytes[..count],
                &mut self.text,
                is_last,
            );
            if let DecoderResult::Malformed(..) = result {
                // The file was looked through before; it changed in the meantime.
                return Err(SheetError::Damaged {
                    cause: "it changed while it was read".to_owned(),
                });
            }
            if is_last {
                self.decoder = None;
            }
        }
        Ok(())
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// [`SheetError`] when the file goes beyond a limit.
    pub fn next_row(&mut self) -> Result<Option<Row>, SheetError> {
        self.fill()?;
        if self.at >= self.text.len() {
            return Ok(None);
        }
        if self.rows >= self.limits.rows {
            return Err(SheetError::TooManyRows {
                sheet: None,
                limit: self.limits.rows,
            });
        }
        let mut reader = text::Reader {
            text: &self.text,
            delimiter: self.delimiter,
            at: self.at,
            line: self.line,
            limit: self.limits.cell_bytes,
        };
        let row = reader.row(&self.limits)?;
        if reader.at - self.at > MOST_ROW {
            return Err(SheetError::CellTooLarge {
                sheet: None,
                row: self.line,
                column: 1,
                bytes: reader.at - self.at,
                limit: MOST_ROW,
            });
        }
        (self.at, self.line) = (reader.at, reader.line);
        self.rows += 1;
        self.cells += row.cells.len();
        if self.cells > self.limits.cells {
            return Err(SheetError::TooManyCells {
                limit: self.limits.cells,
            });
        }
        Ok(Some(row))
    }
}

fn damaged(error: &std::io::Error) -> SheetError {
    SheetError::Damaged {
        cause: error.to_string(),
    }
}

/// The charset in which every byte of a file is text, as `yakuba_sheets::read` chooses it.
fn charset_of<R: Read + Seek>(file: &mut R, limits: &Limits) -> Result<Charset, SheetError> {
    file.seek(SeekFrom::Start(0))
        .map_err(|error| damaged(&error))?;
    let mut bytes = vec![0_u8; AT_ONCE];
    let mut examination = Examination::default();
    let mut size = 0_u64;
    loop {
        let count = file.read(&mut bytes).map_err(|error| damaged(&error))?;
        examination.part(&bytes[..count], count == 0)?;
        if count == 0 || examination.is_hopeless() {
            return examination.verdict();
        }
        size += count as u64;
        if size > limits.file_bytes {
            return Err(SheetError::FileTooLarge {
                bytes: size,
                limit: limits.file_bytes,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use encoding_rs::{EUC_JP, ISO_2022_JP, SHIFT_JIS, UTF_8};
    use proptest::prelude::*;

    use super::*;

    fn all(bytes: &[u8], limits: Limits) -> Result<(Charset, Vec<Row>), SheetError> {
        let mut rows = TextRows::new(Cursor::new(bytes), "a.csv", limits)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next_row()? {
            found.push(row);
        }
        Ok((rows.charset(), found))
    }

    #[test]
    fn a_file_longer_than_what_is_held_is_read_to_its_end() {
        let line = "施設,\"前\"\"後\n次\",12\r\n";
        let limits = Limits {
            file_bytes: 1 << 30,
            rows: usize::MAX,
            cells: usize::MAX,
            ..Limits::default()
        };
        for (encoding, charset, megabytes) in [
            (UTF_8, Charset::Utf8, 5),
            (SHIFT_JIS, Charset::Cp932, 5),
            (EUC_JP, Charset::EucJp, 2),
            (ISO_2022_JP, Charset::Iso2022Jp, 2),
        ] {
            let count = megabytes * MOST_ROW / line.len() + 7;
            let text = line.repeat(count);
            let bytes = encoding.encode(&text).0;
            let (found, rows) = all(&bytes, limits).unwrap();
            assert_eq!((found, rows.len()), (charset, count));
            let last = rows.last().unwrap();
            assert_eq!(last.cells, ["施設", "前\"後\n次", "12"]);
            assert_eq!(last.line as usize, 2 * count - 1);
        }
    }

    #[test]
    fn what_is_too_much_or_no_text_is_refused() {
        let few = Limits {
            rows: 2,
            file_bytes: 40,
            ..Limits::default()
        };
        assert!(matches!(
            all(b"a\nb\nc\n", few),
            Err(SheetError::TooManyRows { limit: 2, .. })
        ));
        assert!(matches!(
            all(&b"a".repeat(41), few),
            Err(SheetError::FileTooLarge { .. })
        ));
        assert!(matches!(all(b"", few), Err(SheetError::Empty)));
        assert!(matches!(all(b" \n", few), Err(SheetError::Empty)));
        assert!(matches!(
            all(b"a\nb\0\n", few),
            Err(SheetError::NulByte { line: 2, byte: 4 })
        ));
        let Err(SheetError::Undecodable { line, byte, .. }) = all(b"a\n\xff\xff\n", few) else {
            panic!();
        };
        assert_eq!((line, byte), (2, 3));
    }

    proptest! {
        /// The same bytes, whatever they are, have one charset or one reason to be refused.
        #[test]
        fn any_bytes_are_the_same_row_by_row_as_at_once(
            bytes in prop::collection::vec(prop_oneof![
                4 => 0xa1_u8..=0xff,
                2 => prop::sample::select(&b"\x1b$B(BJ,\n\0\x8e\x8f\x82"[..]),
                1 => any::<u8>(),
            ], 0..40),
        ) {
            prop_assume!(!bytes.starts_with(b"PK") && bytes.iter().any(|byte| !byte.is_ascii_whitespace()));
            let whole = crate::read(&bytes, "a.csv", &Limits::default());
            let rows = all(&bytes, Limits::default());
            match (whole, rows) {
                (Ok(whole), Ok((charset, rows))) => {
                    prop_assert_eq!(whole.charset, Some(charset));
                    prop_assert_eq!(&whole.sheets[0].rows, &rows);
                }
                (Err(one), Err(other)) => prop_assert_eq!(one.to_string(), other.to_string()),
                (Err(SheetError::NotASheet { .. } | SheetError::Empty), _) => {}
                (one, other) => prop_assert!(false, "{one:?} {other:?}"),
            }
        }

        #[test]
        fn row_by_row_is_the_same_as_at_once(text in "[a,\"\n\r;　あ\t]{1,60}") {
            let whole = crate::read(text.as_bytes(), "a.csv", &Limits::default());
            let rows = all(text.as_bytes(), Limits::default());
            match (whole, rows) {
                (Ok(whole), Ok((_, rows))) => prop_assert_eq!(&whole.sheets[0].rows, &rows),
                (Err(one), Err(other)) => prop_assert_eq!(one.to_string(), other.to_string()),
                (one, other) => prop_assert!(false, "{one:?} {other:?}"),
            }
        }
    }
}
