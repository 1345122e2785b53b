//! Facts of other systems as a table: one row per fact or per daily sum, recognised by its column names.

use jiff::{Timestamp, civil};
use yakuba_city::{Fact, JAPAN};
use yakuba_kernel::{
    Channel, Decimal, DepartmentCode, MeasureName, Quantity, Subject, text::fold_width,
};
use yakuba_sheets::{Limits, SheetError, read};

/// Why a file of facts was refused.
#[derive(Debug, thiserror::Error)]
pub enum FactFileError {
    /// The file could not be read as a table.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// No row names the columns.
    #[error(
        "no row names the columns. The first row must hold at least: measure, date (計測項目, 日付)"
    )]
    NoHeader,
    /// A cell does not fit its column.
    #[error(
        "line {line}, column \"{column}\": {cause}. Nothing was taken over; mend the cell and try again"
    )]
    Cell {
        /// The line, from 1.
        line: u32,
        /// The column's name.
        column: &'static str,
        /// What is wrong.
        cause: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Measure,
    At,
    Department,
    Channel,
    Subject,
    Quantity,
    Record,
    Key,
}

const COLUMNS: [(Column, &str, &[&str]); 8] = [
    (
        Column::Measure,
        "measure",
        &["measure", "計測項目", "メジャー"],
    ),
    (
        Column::At,
        "date",
        &["date", "at", "日付", "日時", "年月日"],
    ),
    (
        Column::Department,
        "department",
        &["department", "部署", "部署コード"],
    ),
    (Column::Channel, "channel", &["channel", "経路", "チャネル"]),
    (Column::Subject, "subject", &["subject", "対象"]),
    (
        Column::Quantity,
        "quantity",
        &["quantity", "数量", "件数", "値"],
    ),
    (Column::Record, "record", &["record", "記録", "元データ"]),
    (Column::Key, "key", &["key", "idempotency_key", "一意キー"]),
];

fn column_of(label: &str) -> Option<Column> {
    let label = fold_width(label.trim()).to_lowercase();
    COLUMNS
        .iter()
        .find(|(_, _, names)| names.contains(&label.as_str()))
        .map(|(column, _, _)| *column)
}

fn name_of(column: Column) -> &'static str {
    COLUMNS
        .iter()
        .find(|(known, _, _)| *known == column)
        .map_or("", |(_, name, _)| *name)
}

/// Reads facts from CSV, TSV or XLSX in any Japanese charset. Columns are found by name, in any order:
/// `measure` and `date` are needed; `department`, `channel`, `subject`, `quantity` (1 when left out), `record` and `key` may follow.
/// A date without a time counts as noon in Japan.
///
/// # Errors
/// [`FactFileError`]: the first cell that does not fit is named; nothing is read then.
pub fn read_facts(bytes: &[u8], file_name: &str) -> Result<Vec<Fact>, FactFileError> {
    let workbook = read(bytes, file_name, &Limits::default())?;
    let mut facts = Vec::new();
    let mut found_header = false;
    for sheet in workbook.sheets.iter().filter(|sheet| !sheet.hidden) {
        let mut header: Option<Vec<Option<Column>>> = None;
        for row in &sheet.rows {
            if row.cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let columns: Vec<Option<Column>> =
                row.cells.iter().map(|cell| column_of(cell)).collect();
            if columns.contains(&Some(Column::Measure)) && columns.contains(&Some(Column::At)) {
                header = Some(columns);
                found_header = true;
            } else if let Some(header) = &header {
                facts.push(fact_of(header, &row.cells, row.line)?);
            }
        }
    }
    if found_header {
        Ok(facts)
    } else {
        Err(FactFileError::NoHeader)
    }
}

fn fact_of(header: &[Option<Column>], cells: &[String], line: u32) -> Result<Fact, FactFileError> {
    let cell = |column: Column| {
        header
            .iter()
            .position(|known| *known == Some(column))
            .and_then(|place| cells.get(place))
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
    };
    let refuse = |column: Column, cause: String| FactFileError::Cell {
        line,
        column: name_of(column),
        cause,
    };
    let needed = |column: Column| cell(column).ok_or_else(|| refuse(column, "it is empty".into()));

    let measure = MeasureName::new(needed(Column::Measure)?)
        .map_err(|error| refuse(Column::Measure, error.to_string()))?;
    let at = read_moment(needed(Column::At)?).map_err(|cause| refuse(Column::At, cause))?;
    let mut fact = Fact::one(&measure, at);
    if let Some(text) = cell(Column::Department) {
        let code = DepartmentCode::new(text)
            .map_err(|error| refuse(Column::Department, error.to_string()))?;
        fact = fact.department(code);
    }
    if let Some(text) = cell(Column::Channel) {
        let channel: Channel = text
            .parse()
            .map_err(|error| refuse(Column::Channel, format!("{error}")))?;
        fact = fact.channel(channel);
    }
    if let Some(text) = cell(Column::Subject) {
        let subject =
            Subject::new(text).map_err(|error| refuse(Column::Subject, error.to_string()))?;
        fact = fact.subject(subject);
    }
    if let Some(text) = cell(Column::Quantity) {
        let plain = fold_width(text).replace(',', "");
        let value: Decimal = plain.parse().map_err(|_| {
            refuse(
                Column::Quantity,
                format!("\"{text}\" is not a plain number"),
            )
        })?;
        let quantity = Quantity::from_decimal(value)
            .map_err(|error| refuse(Column::Quantity, error.to_string()))?;
        fact = fact.quantity(quantity);
    }
    if let Some(text) = cell(Column::Record) {
        fact = fact.record(text);
    }
    if let Some(text) = cell(Column::Key) {
        fact = fact.idempotency_key(text);
    }
    Ok(fact)
}

/// Reads `2026-05-01`, `2026/5/1` or a moment with its offset such as `2026-05-01T09:30:00+09:00`.
/// A day alone is noon in Japan, so that no time zone moves it to another day.
///
/// # Errors
/// A sentence for the person who wrote it.
pub fn read_moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let numbers: Option<Vec<i16>> = parts.iter().map(|part| part.parse().ok()).collect();
    let day = match numbers.as_deref() {
        Some([year, month, day]) => {
            let (month, day) = (i8::try_from(*month), i8::try_from(*day));
            month
                .ok()
                .zip(day.ok())
                .and_then(|(month, day)| civil::Date::new(*year, month, day).ok())
        }
        _ => None,
    };
    day.and_then(|day| JAPAN.to_timestamp(day.at(12, 0, 0, 0)).ok())
        .ok_or_else(|| {
            format!(
                "\"{text}\" is neither a date (2026-05-01) nor a moment (2026-05-01T09:30:00+09:00)"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_in_any_order_and_language() {
        let text = "日付,数量,計測項目,経路\n2026/5/1,\"1,204\",legacy.visit,counter\n2026-05-02,,legacy.visit,\n";
        let facts = read_facts(text.as_bytes(), "facts.csv").unwrap();
        assert_eq!(facts.len(), 2);
        assert_eq!(facts[0].quantity, Quantity::from_integer(1204).unwrap());
        assert_eq!(facts[0].channel, Some(Channel::Counter));
        assert_eq!(facts[0].at, "2026-05-01T03:00:00Z".parse().unwrap());
        assert_eq!(facts[1].quantity, Quantity::ONE);
    }

    #[test]
    fn the_first_wrong_cell_is_named_and_nothing_is_read() {
        let text =
            "measure,date,quantity\nlegacy.visit,2026-05-01,3\nlegacy.visit,2026-05-01,three\n";
        let error = read_facts(text.as_bytes(), "facts.csv").unwrap_err();
        assert!(
            error.to_string().contains("line 3, column \"quantity\""),
            "{error}"
        );
    }

    #[test]
    fn a_file_without_column_names_is_refused() {
        assert!(matches!(
            read_facts(b"legacy.visit,2026-05-01\n", "facts.csv"),
            Err(FactFileError::NoHeader)
        ));
    }
}
