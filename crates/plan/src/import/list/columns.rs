//! The columns of a list, by the words of its header.

use yakuba_kernel::FiscalYear;

use super::super::CellRole;
use super::super::cell::title;
use super::super::grid::{Line, Sheet};
use super::super::labels::{Label, figure_header, label, period};
use super::super::slide::Expect;
use crate::model::document::{FigureKind, GroupKind};

/// A column and what it holds.
pub(super) struct Column {
    pub(super) index: usize,
    /// Its header as it stands.
    pub(super) label: String,
    pub(super) field: Field,
}

/// What a column holds.
pub(super) enum Field {
    Number,
    Title,
    Group(GroupKind),
    Summary,
    Purpose,
    Outcome,
    Kpi,
    Unit,
    /// Prose about steps, with the years it covers when the header names them.
    Schedule(Option<(FiscalYear, FiscalYear)>),
    Figure(FigureKind, Option<FiscalYear>),
    Lead,
    Related,
    Remark(Option<FiscalYear>),
    /// Kept under its own label.
    Other,
}

impl Column {
    pub(super) fn expect(&self) -> Expect {
        match self.field {
            Field::Number => Expect::Number,
            Field::Title | Field::Group(_) | Field::Kpi => Expect::Name,
            Field::Figure(..) => Expect::Figure,
            Field::Summary | Field::Purpose | Field::Outcome | Field::Schedule(_) => Expect::Prose,
            Field::Unit | Field::Lead | Field::Related | Field::Remark(_) | Field::Other => {
                Expect::Any
            }
        }
    }

    pub(super) fn role(&self) -> CellRole {
        match self.field {
            Field::Number => CellRole::Number,
            Field::Title => CellRole::Title,
            Field::Group(_) => CellRole::Group,
            Field::Summary | Field::Purpose | Field::Outcome => CellRole::Prose,
            Field::Kpi => CellRole::IndicatorName,
            Field::Schedule(_) => CellRole::Schedule,
            Field::Figure(..) => CellRole::Figure,
            Field::Lead | Field::Related => CellRole::Department,
            Field::Remark(_) => CellRole::Remark,
            Field::Unit | Field::Other => CellRole::LabelledText,
        }
    }
}

/// A header cell's field by its words alone.
fn field(raw: &str, key: &str) -> Option<Field> {
    if key.chars().count() > 30 {
        return None;
    }
    let found = match label(key) {
        Some(Label::Number) => Field::Number,
        Some(Label::Title) => Field::Title,
        Some(Label::Group(kind)) => Field::Group(kind),
        Some(Label::Summary | Label::Content) => Field::Summary,
        Some(Label::Purpose) => Field::Purpose,
        Some(Label::Outcome) => Field::Outcome,
        Some(Label::Measure | Label::Kpi) => Field::Kpi,
        Some(Label::Schedule) => Field::Schedule(None),
        Some(Label::Lead) => Field::Lead,
        Some(Label::Related) => Field::Related,
        Some(Label::Remark) => Field::Remark(FiscalYear::read_in(key)),
        _ if key.starts_with("スケジュール")
            || key.starts_with("実施時期")
            || key.starts_with("今後の取組") =>
        {
            Field::Schedule(period(raw))
        }
        _ if key.starts_with("KPI") && figure_header(raw, key, None).is_none() => Field::Kpi,
        _ if key == "単位" => Field::Unit,
        _ => {
            let (kind, year) = figure_header(raw, key, Some(FigureKind::Actual))?;
            Field::Figure(kind, year)
        }
    };
    Some(found)
}

/// The kind of figures a header over several columns announces, such as `実績値 (KPI)` or `目標値`.
fn kind_above(key: &str) -> Option<FigureKind> {
    if key.chars().count() > 20 {
        return None;
    }
    if key.contains("実績") || key.contains("結果") {
        Some(FigureKind::Actual)
    } else if key.contains("目標") || key.contains("計画値") || key.contains("予定") {
        Some(FigureKind::Target)
    } else if key.contains("基準値") || key.contains("現状値") {
        Some(FigureKind::Baseline)
    } else {
        None
    }
}

/// A line is a header when it names the initiative's number or title and three further columns.
pub(super) fn is_header(line: &Line) -> bool {
    let filled = line.filled();
    let fields: Vec<Field> = filled
        .iter()
        .filter_map(|column| field(line.raw(*column), line.key(*column)))
        .collect();
    let names = fields
        .iter()
        .any(|field| matches!(field, Field::Number | Field::Title));
    let measures = fields.iter().any(|field| {
        matches!(
            field,
            Field::Kpi | Field::Figure(..) | Field::Summary | Field::Schedule(_)
        )
    });
    let groups = filled
        .iter()
        .filter(|column| kind_above(line.key(**column)).is_some())
        .count();
    names && measures && fields.len() + groups >= 4
}

/// Reads the header that begins at a line: its columns and how many lines it takes.
pub(super) fn read(sheet: &Sheet, line: usize) -> (Vec<Column>, usize) {
    let header = &sheet.lines[line];
    let below = sheet
        .lines
        .get(line + 1)
        .filter(|below| is_second_row(header, below));
    let width = header
        .cells
        .len()
        .max(below.map_or(0, |below| below.cells.len()));
    let mut columns = Vec::with_capacity(width);
    let mut above: Option<FigureKind> = None;
    for index in 0..width {
        let (raw, key) = (header.raw(index), header.key(index));
        if !key.is_empty() {
            above = kind_above(key);
        }
        let second = below
            .map(|below| (below.raw(index), below.key(index)))
            .filter(|(_, key)| !key.is_empty());
        let found = second
            .and_then(|(raw, key)| figure_header(raw, key, above.or(Some(FigureKind::Actual))))
            .map(|(kind, year)| Field::Figure(kind, year))
            .or_else(|| field(raw, key));
        let label = title(if key.is_empty() {
            second.map_or("", |(raw, _)| raw)
        } else {
            raw
        });
        columns.push(Column {
            index,
            label,
            field: found.unwrap_or(Field::Other),
        });
    }
    (columns, if below.is_some() { 2 } else { 1 })
}

/// Whether a line goes on with the header above it: it names years and has nothing below the header's own columns.
fn is_second_row(header: &Line, below: &Line) -> bool {
    let filled = below.filled();
    let years = filled
        .iter()
        .filter(|column| {
            figure_header(
                below.raw(**column),
                below.key(**column),
                Some(FigureKind::Actual),
            )
            .is_some()
        })
        .count();
    let under_label = |column: &usize| {
        field(header.raw(*column), header.key(*column))
            .is_some_and(|field| matches!(field, Field::Number | Field::Title | Field::Group(_)))
    };
    years > 0 && years == filled.len() && !filled.iter().any(under_label)
}
