//! A plan in the formats it can be taken along in: one row per figure as CSV or XLSX, the whole document as YAML or JSON.

use thiserror::Error;
use yakuba_sheets::{Cell, CsvCharset, CsvOptions, CsvOutput, Table, write_csv, write_xlsx};

use crate::model::document::{Figure, FigureKind, Group, Indicator, PlanDocument, Reading};

/// The columns of the table of figures, in order.
pub const COLUMNS: [&str; 11] = [
    "plan",
    "initiative",
    "initiative_title",
    "indicator",
    "fiscal_year",
    "kind",
    "value",
    "unit",
    "qualifier",
    "text",
    "status",
];

/// Why a plan could not be written or a plan file not be read.
#[derive(Debug, Error)]
pub enum ExportError {
    /// YAML could not be written or read.
    #[error("The plan file is not sound YAML: {0}. Correct that place and try again.")]
    Yaml(String),
    /// JSON could not be written or read.
    #[error("The plan file is not sound JSON: {0}. Correct that place and try again.")]
    Json(#[from] serde_json::Error),
    /// The workbook could not be written.
    #[error(transparent)]
    Sheet(#[from] yakuba_sheets::WriteError),
}

/// One row of the table of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureRow {
    /// The plan's key.
    pub plan: String,
    /// The number of the initiative in the document, or of the level that has the indicator; may be empty.
    pub initiative: String,
    /// Its title.
    pub initiative_title: String,
    /// The indicator's name.
    pub indicator: String,
    /// The fiscal year in digits, empty for a baseline without a year.
    pub fiscal_year: String,
    /// `baseline`, `target` or `actual`.
    pub kind: &'static str,
    /// Plain decimal, or empty when there is no number.
    pub value: String,
    /// The unit beside the number.
    pub unit: String,
    /// The words that qualify the number, joined by `; `; without a number, why there is none.
    pub qualifier: String,
    /// The cell as it stood.
    pub text: String,
    /// `ok`, or `review` when a person should look at it.
    pub status: &'static str,
}

/// All figures of a plan in the order of the document.
pub fn figure_rows(document: &PlanDocument) -> Vec<FigureRow> {
    let mut rows = Vec::new();
    for group in &document.groups {
        rows_of_group(&document.key, group, &mut rows);
    }
    rows
}

fn rows_of_group(plan: &str, group: &Group, rows: &mut Vec<FigureRow>) {
    let number = group.number.as_deref().unwrap_or_default();
    rows_of_indicators(plan, number, &group.title, &group.indicators, rows);
    for initiative in &group.initiatives {
        rows_of_indicators(
            plan,
            initiative.number.as_deref().unwrap_or_default(),
            &initiative.title,
            &initiative.indicators,
            rows,
        );
    }
    for below in &group.groups {
        rows_of_group(plan, below, rows);
    }
}

fn rows_of_indicators(
    plan: &str,
    number: &str,
    title: &str,
    indicators: &[Indicator],
    rows: &mut Vec<FigureRow>,
) {
    for indicator in indicators {
        rows.extend(indicator.figures.iter().map(|figure| {
            FigureRow {
                plan: plan.to_owned(),
                initiative: number.to_owned(),
                initiative_title: title.to_owned(),
                indicator: indicator.name.clone(),
                fiscal_year: figure
                    .fiscal_year
                    .map(|year| year.to_string())
                    .unwrap_or_default(),
                kind: kind_word(figure.kind),
                value: figure
                    .reading
                    .value()
                    .map(|value| value.to_string())
                    .unwrap_or_default(),
                unit: unit(figure),
                qualifier: qualifier(&figure.reading),
                text: figure.text.clone(),
                status: if figure.needs_review() {
                    "review"
                } else {
                    "ok"
                },
            }
        }));
    }
}

/// The word for a kind of figure in files and addresses.
pub fn kind_word(kind: FigureKind) -> &'static str {
    match kind {
        FigureKind::Baseline => "baseline",
        FigureKind::Target => "target",
        FigureKind::Actual => "actual",
    }
}

fn unit(figure: &Figure) -> String {
    match &figure.reading {
        Reading::Number(number) => number.unit.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

/// The words of the qualifier column: part of the file format, in the language of the sheets.
fn qualifier(reading: &Reading) -> String {
    match reading {
        Reading::Number(number) => number.qualifiers.join("; "),
        Reading::NotCarriedOut => "未実施".to_owned(),
        Reading::NoFigure => "数値なし".to_owned(),
        Reading::Dash => "-".to_owned(),
        Reading::Empty => "空欄".to_owned(),
        Reading::Words => "文章".to_owned(),
        Reading::Missing => "欠落".to_owned(),
    }
}

fn table(document: &PlanDocument) -> Table {
    let number = |text: String| {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Number(text)
        }
    };
    let text = |text: String| {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(text)
        }
    };
    let rows = figure_rows(document)
        .into_iter()
        .map(|row| {
            vec![
                text(row.plan),
                text(row.initiative),
                text(row.initiative_title),
                text(row.indicator),
                number(row.fiscal_year),
                text(row.kind.to_owned()),
                number(row.value),
                text(row.unit),
                Cell::Verbatim(row.qualifier),
                Cell::Verbatim(row.text),
                text(row.status.to_owned()),
            ]
        })
        .collect();
    Table {
        name: "figures".to_owned(),
        header: COLUMNS.map(str::to_owned).to_vec(),
        rows,
    }
}

/// The figures as CSV: UTF-8, one row per figure, [`COLUMNS`]. Texts that a spreadsheet program could take for a formula
/// get an apostrophe in front, except plain numbers and a lone dash.
pub fn to_csv(document: &PlanDocument, charset: CsvCharset) -> Vec<u8> {
    to_csv_output(document, charset).bytes
}

/// The figures as CSV like [`to_csv`], with what the charset could not hold.
pub fn to_csv_output(document: &PlanDocument, charset: CsvCharset) -> CsvOutput {
    write_csv(&table(document), CsvOptions { charset })
}

/// The figures as a workbook with one sheet, [`COLUMNS`].
///
/// # Errors
/// [`ExportError::Sheet`] when there are more figures than a sheet has rows.
pub fn to_xlsx(document: &PlanDocument) -> Result<Vec<u8>, ExportError> {
    Ok(write_xlsx(&table(document))?)
}

/// The whole document as JSON.
///
/// # Errors
/// [`ExportError::Json`]; does not happen for a document in memory.
pub fn to_json(document: &PlanDocument) -> Result<String, ExportError> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}

/// Reads the whole document from JSON.
///
/// # Errors
/// [`ExportError::Json`] with the place.
pub fn from_json(text: &str) -> Result<PlanDocument, ExportError> {
    Ok(serde_json::from_str(text)?)
}

/// The whole document as YAML. Reading it back gives the same document, and writing that again the same text.
///
/// # Errors
/// [`ExportError::Yaml`]; does not happen for a document in memory.
pub fn to_yaml(document: &PlanDocument) -> Result<String, ExportError> {
    serde_saphyr::to_string(document).map_err(|error| ExportError::Yaml(error.to_string()))
}

/// Reads the whole document from YAML.
///
/// # Errors
/// [`ExportError::Yaml`] with the place.
pub fn from_yaml(text: &str) -> Result<PlanDocument, ExportError> {
    serde_saphyr::from_str(text).map_err(|error| ExportError::Yaml(error.to_string()))
}
