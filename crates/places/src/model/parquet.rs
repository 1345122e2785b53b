//! A table as Apache Parquet: columns with types, for programs that compute with them.
//!
//! What the data dictionary says of a column is only believed when all of its values agree; otherwise the column is text, so that no value
//! is lost. An empty cell is no value. Rows are written in groups, so that a long table is never held as a whole.

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use ::parquet::{
    basic::{Compression, LogicalType, Repetition, Type as Physical},
    data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};
use jiff::{Unit, civil::Date};

use super::kind::Kind;

/// So many rows make a group.
const GROUP: usize = 50_000;
/// More digits than this a double does not hold.
const DIGITS: usize = 15;

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// UTF-8.
    Text,
    /// 64 bits.
    Whole,
    /// A double.
    Number,
    /// Days since 1970-01-01.
    Day,
}

impl ColumnType {
    /// The type that a kind of the data dictionary promises.
    pub fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Latitude | Kind::Longitude | Kind::Number => Self::Number,
            Kind::Count => Self::Whole,
            Kind::Date => Self::Day,
            _ => Self::Text,
        }
    }

    /// Whether a value can be had back as it stands.
    fn holds(self, value: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Whole => whole(value).is_some(),
            Self::Number => number(value).is_some(),
            Self::Day => day(value).is_some(),
        }
    }
}

fn whole(value: &str) -> Option<i64> {
    let number: i64 = value.parse().ok()?;
    (number.to_string() == value).then_some(number)
}

/// The number that a text is when it is nothing else: digits, perhaps with a minus and a decimal point, at most fifteen of them, and no
/// zero in front, which is that of a code.
pub fn number(value: &str) -> Option<f64> {
    let bare = value.strip_prefix('-').unwrap_or(value);
    let (before, after) = bare.split_once('.').unwrap_or((bare, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = digits(before) && digits(after) && (before == "0" || !before.starts_with('0'));
    let is_held = before.len() + after.len() <= DIGITS;
    (is_number && is_held).then(|| value.parse().ok()).flatten()
}

fn day(value: &str) -> Option<i32> {
    let date: Date = value.parse().ok()?;
    let is_plain = date.to_string() == value;
    let begin = Date::constant(1970, 1, 1);
    let days = begin.until((Unit::Day, date)).ok()?.get_days();
    is_plain.then_some(days)
}

/// What each column is, found out while the rows go by.
#[derive(Debug, Clone)]
pub struct Types(Vec<ColumnType>);

impl Types {
    /// What is promised of the columns.
    pub fn promised(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self(
            kinds
                .into_iter()
                .map(|kind| ColumnType::of(&kind))
                .collect(),
        )
    }

    /// Whether all columns are text, so that no row can change anything.
    pub fn are_settled(&self) -> bool {
        self.0.iter().all(|kind| *kind == ColumnType::Text)
    }

    /// Takes back what these rows do not keep.
    pub fn see(&mut self, rows: &[Vec<String>]) {
        for (at, kind) in self.0.iter_mut().enumerate() {
            if *kind != ColumnType::Text
                && rows
                    .iter()
                    .filter_map(|row| row.get(at))
                    .any(|value| !value.is_empty() && !kind.holds(value))
            {
                *kind = ColumnType::Text;
            }
        }
    }
}

/// What is written and not yet sent.
#[derive(Debug, Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A table that is written piece by piece.
pub struct ParquetPieces {
    types: Vec<ColumnType>,
    sink: Sink,
    writer: SerializedFileWriter<Sink>,
    waiting: Vec<Vec<String>>,
}

impl std::fmt::Debug for ParquetPieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetPieces")
            .field("types", &self.types)
            .finish_non_exhaustive()
    }
}

impl ParquetPieces {
    /// A table with these names of columns, each once (see [`super::content::names_of`]).
    ///
    /// # Errors
    /// When the library refuses the columns.
    pub fn new(names: &[String], types: Types) -> Result<Self, ParquetError> {
        let fields = names
            .iter()
            .zip(&types.0)
            .map(|(name, kind)| {
                let (physical, logical) = match kind {
                    ColumnType::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                    ColumnType::Whole => (Physical::INT64, None),
                    ColumnType::Number => (Physical::DOUBLE, None),
                    ColumnType::Day => (Physical::INT32, Some(LogicalType::Date)),
                };
                Type::primitive_type_builder(name, physical)
                    .with_repetition(Repetition::OPTIONAL)
                    .with_logical_type(logical)
                    .build()
                    .map(Arc::new)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let schema = Type::group_type_builder("rows")
            .with_fields(fields)
            .build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("Yakuba".to_owned())
            .build();
        let sink = Sink::default();
        let writer =
            SerializedFileWriter::new(sink.clone(), Arc::new(schema), Arc::new(properties))?;
        Ok(Self {
            types: types.0,
            sink,
            writer,
            waiting: Vec::new(),
        })
    }

    /// Some rows; what can be sent by now, which is mostly nothing.
    ///
    /// # Errors
    /// When the library cannot write them.
    pub fn rows(&mut self, rows: Vec<Vec<String>>) -> Result<Vec<u8>, ParquetError> {
        self.waiting.extend(rows);
        if self.waiting.len() >= GROUP {
            self.group()?;
        }
        Ok(self.sink.take())
    }

    /// The rest.
    ///
    /// # Errors
    /// When the library cannot write it.
    pub fn end(mut self) -> Result<Vec<u8>, ParquetError> {
        if !self.waiting.is_empty() {
            self.group()?;
        }
        self.writer.close()?;
        Ok(self.sink.take())
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.waiting);
        let mut group = self.writer.next_row_group()?;
        for (at, kind) in self.types.iter().enumerate() {
            let Some(mut column) = group.next_column()? else {
                break;
            };
            let cells: Vec<&str> = rows
                .iter()
                .map(|row| row.get(at).map_or("", String::as_str))
                .collect();
            let levels: Vec<i16> = cells
                .iter()
                .map(|cell| i16::from(!cell.is_empty()))
                .collect();
            let filled = cells.iter().copied().filter(|cell| !cell.is_empty());
            let levels = Some(levels.as_slice());
            match kind {
                ColumnType::Text => {
                    let values: Vec<ByteArray> = filled.map(ByteArray::from).collect();
                    column
                        .typed::<ByteArrayType>()
                        .write_batch(&values, levels, None)?;
                }
                ColumnType::Whole => {
                    let values: Vec<i64> = filled.filter_map(whole).collect();
                    column
                        .typed::<Int64Type>()
                        .write_batch(&values, levels, None)?;
                }
                ColumnType::Number => {
                    let values: Vec<f64> = filled.filter_map(number).collect();
                    column
                        .typed::<DoubleType>()
                        .write_batch(&values, levels, None)?;
                }
                ColumnType::Day => {
                    let values: Vec<i32> = filled.filter_map(day).collect();
                    column
                        .typed::<Int32Type>()
                        .write_batch(&values, levels, None)?;
                }
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ::parquet::{
        file::reader::{FileReader as _, SerializedFileReader},
        record::Field,
    };

    use super::*;

    #[test]
    fn columns_keep_their_types_when_all_values_agree() {
        let kinds = [
            Kind::Text,
            Kind::Count,
            Kind::Latitude,
            Kind::Date,
            Kind::Count,
        ];
        let names: Vec<String> = ["名称", "数", "緯度", "日", "番号"]
            .map(str::to_owned)
            .to_vec();
        let row = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
        let rows = vec![
            row(["北公園", "12", "34.416", "2026-04-01", "7"]),
            row(["", "", "", "", "007"]),
            row(["<b>", "-3", "35", "1969-12-31", ""]),
        ];
        let mut types = Types::promised(kinds);
        types.see(&rows);
        let mut pieces = ParquetPieces::new(&names, types).unwrap();
        let mut file = pieces.rows(rows).unwrap();
        file.extend(pieces.end().unwrap());
        let reader = SerializedFileReader::new(axum::body::Bytes::from(file)).unwrap();
        let read: Vec<Vec<Field>> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                row.unwrap()
                    .into_columns()
                    .into_iter()
                    .map(|(_, field)| field)
                    .collect()
            })
            .collect();
        assert_eq!(
            read[0],
            [
                Field::Str("北公園".to_owned()),
                Field::Long(12),
                Field::Double(34.416),
                Field::Date(20_544),
                Field::Str("7".to_owned()),
            ]
        );
        assert_eq!(
            read[1],
            [
                Field::Null,
                Field::Null,
                Field::Null,
                Field::Null,
                Field::Str("007".to_owned())
            ]
        );
        assert_eq!(read[2][3], Field::Date(-1));
    }

    #[test]
    fn a_value_that_would_change_makes_its_column_text() {
        for (kind, value) in [
            (Kind::Count, "01"),
            (Kind::Count, "1,000"),
            (Kind::Latitude, "034.5"),
            (Kind::Latitude, "NaN"),
            (Kind::Number, "12345678901234567.5"),
            (Kind::Date, "2026/4/1"),
            (Kind::Date, "2026-02-30"),
        ] {
            let mut types = Types::promised([kind]);
            types.see(&[vec![value.to_owned()]]);
            assert!(types.are_settled(), "{value}");
        }
    }
}
