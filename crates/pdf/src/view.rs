//! Turns the caller's structs into the data the templates read: everything that needs thought
//! (which years stand side by side, which bars share a line, what is counted) is done here, so that
//! the templates only lay out.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::PdfError;
use crate::letter::{Letter, LetterPart};
use crate::map_sheet::MapSheet;
use crate::press::{Job, Template};
use crate::sheet::{
    Bar, Extent, Figure, LabelledText, Labels, Meta, Orientation, Phase, Status, YearColumn,
    YearlySheet,
};

/// The years of a sheet that stand side by side on the paper.
#[derive(Serialize)]
struct YearGroup<'a> {
    columns: Vec<Column<'a>>,
    lanes: Vec<Lane<'a>>,
}

#[derive(Serialize)]
struct Column<'a> {
    heading: &'a str,
    second_line: &'a str,
    reported: bool,
    planned: &'a [Figure],
    actual: &'a [Figure],
}

/// One ruled line of the schedule. The name stands once, before all lanes of its phase.
#[derive(Serialize)]
struct Lane<'a> {
    name: &'a str,
    /// How many lanes the name covers; 0 for those that follow the first.
    name_lanes: usize,
    cells: Vec<LaneCell<'a>>,
}

/// `columns` years that are empty, or covered by a bar.
#[derive(Serialize, Debug, PartialEq, Eq)]
struct LaneCell<'a> {
    columns: usize,
    bar: bool,
    text: &'a str,
}

#[derive(Serialize)]
struct SheetView<'a> {
    number: &'a str,
    policy: &'a str,
    field: &'a str,
    title: &'a str,
    status: Option<Status>,
    summary: &'a str,
    purpose: &'a str,
    outcome: &'a str,
    measure: &'a str,
    groups: Vec<YearGroup<'a>>,
    has_planned: bool,
    has_actual: bool,
    has_facts: bool,
    /// The figures of the year reported on, for the list of the whole plan.
    reported_planned: &'a [Figure],
    reported_actual: &'a [Figure],
    lead_departments: &'a str,
    related_departments: &'a str,
    remarks: &'a [LabelledText],
    notes: &'a [String],
}

/// Counts of initiatives by status; the last one is those without a status.
#[derive(Serialize)]
struct Counts<'a> {
    policy: &'a str,
    by_status: Vec<usize>,
    total: usize,
}

pub(crate) fn sheets_job(
    sheets: &[YearlySheet],
    meta: &Meta,
    labels: &Labels,
) -> Result<Job, PdfError> {
    if sheets.is_empty() {
        return Err(PdfError::NoSheets);
    }
    if meta.title.trim().is_empty() {
        return Err(PdfError::NoTitle);
    }
    let title = match (meta.extent, sheets) {
        (Extent::Sheets, [sheet]) => {
            let name = format!("{} {}", numbered(&sheet.number, labels), sheet.title);
            format!("{} {}", name.trim(), meta.title)
        }
        _ => meta.title.clone(),
    };
    let mut overall = count(sheets.iter());
    overall.policy = &labels.total;
    let data = json!({
        "kind": "sheets",
        "language": language(&labels.language)?,
        "document_title": title.trim(),
        "title": meta.title,
        "subtitle": meta.subtitle,
        "publisher": meta.publisher,
        "date": date(meta.made_on)?,
        "made_on_text": meta.made_on_text,
        "orientation": meta.orientation,
        "extent": meta.extent,
        "labels": labels,
        "statuses": Status::ALL,
        "overall": overall,
        "policies": by_policy(sheets, labels),
        "any_status": sheets.iter().any(|sheet| sheet.status.is_some()),
        "sheets": sheets.iter().map(|sheet| sheet_view(sheet, meta.orientation)).collect::<Vec<_>>(),
    });
    let numbers: Vec<&str> = sheets.iter().map(|sheet| sheet.number.as_str()).collect();
    Ok(Job {
        template: Template::Sheets,
        identifier: format!(
            "{}\n{}\n{}\n{}",
            meta.publisher,
            title,
            meta.made_on,
            numbers.join(",")
        ),
        data,
    })
}

pub(crate) fn letter_job(letter: &Letter) -> Result<Job, PdfError> {
    if letter.title.trim().is_empty() {
        return Err(PdfError::NoTitle);
    }
    let parts = letter
        .parts
        .iter()
        .filter_map(|part| match part {
            LetterPart::Table { head, .. } if head.is_empty() => None,
            LetterPart::Table { head, rows } => Some(Ok(json!({
                "kind": "table",
                "head": head,
                "rows": rows.iter().map(|row| fitted(row, head.len())).collect::<Vec<_>>(),
            }))),
            other => Some(serde_json::to_value(other)),
        })
        .collect::<Result<Vec<Value>, _>>()?;
    Ok(Job {
        template: Template::Letter,
        identifier: format!("{}\n{}\n{}", letter.number, letter.title, letter.date),
        data: json!({
            "kind": "letter",
            "language": language(&letter.language)?,
            "document_title": letter.title.trim(),
            "number": letter.number,
            "publisher": letter.sender.first(),
            "date": date(letter.date)?,
            "date_text": letter.date_text,
            "addressee": letter.addressee,
            "sender": letter.sender,
            "parts": parts,
            "footer": letter.footer,
        }),
    })
}

pub(crate) fn map_job(sheet: &MapSheet) -> Result<Job, PdfError> {
    if sheet.title.trim().is_empty() {
        return Err(PdfError::NoTitle);
    }
    let (width, height) = sheet.paper.drawing();
    Ok(Job {
        template: Template::Map,
        identifier: format!("{}\n{}\n{}", sheet.publisher, sheet.title, sheet.date),
        data: json!({
            "kind": "map",
            "language": language(&sheet.language)?,
            "document_title": sheet.title.trim(),
            "publisher": sheet.publisher,
            "date": date(sheet.date)?,
            "paper": sheet.paper,
            "width": width,
            "height": height,
            "drawing": sheet.drawing,
            "description": sheet.description,
            "legend": sheet.legend,
            "notes": sheet.notes,
            "footer": sheet.footer,
        }),
    })
}

/// The row with exactly `columns` cells: filled up, or its surplus joined into the last cell.
fn fitted(row: &[String], columns: usize) -> Vec<String> {
    let mut cells: Vec<String> = row.iter().take(columns).cloned().collect();
    cells.resize(columns, String::new());
    if let (Some(last), Some(surplus)) = (cells.last_mut(), row.get(columns..)) {
        for cell in surplus {
            last.push('\n');
            last.push_str(cell);
        }
    }
    cells
}

fn numbered(number: &str, labels: &Labels) -> String {
    if number.is_empty() {
        String::new()
    } else {
        format!("{} {number}", labels.number)
    }
}

fn language(code: &str) -> Result<&str, PdfError> {
    let fits = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    if fits {
        Ok(code)
    } else {
        Err(PdfError::Language(code.to_owned()))
    }
}

fn date(date: Date) -> Result<Value, PdfError> {
    if date.year() < 1 {
        return Err(PdfError::Date(date));
    }
    Ok(json!({ "year": date.year(), "month": date.month(), "day": date.day() }))
}

fn count<'a>(sheets: impl Iterator<Item = &'a YearlySheet>) -> Counts<'a> {
    let mut by_status = vec![0; Status::ALL.len() + 1];
    let mut total = 0;
    for sheet in sheets {
        let place = sheet
            .status
            .and_then(|status| Status::ALL.iter().position(|known| *known == status))
            .unwrap_or(Status::ALL.len());
        by_status[place] += 1;
        total += 1;
    }
    Counts {
        policy: "",
        by_status,
        total,
    }
}

/// Counts by policy, in the order in which the policies first appear; those without one come last.
fn by_policy<'a>(sheets: &'a [YearlySheet], labels: &'a Labels) -> Vec<Counts<'a>> {
    let mut order: Vec<&str> = Vec::new();
    let mut members: BTreeMap<&str, Vec<&YearlySheet>> = BTreeMap::new();
    for sheet in sheets {
        let policy = sheet.policy.trim();
        let group = members.entry(policy).or_default();
        if group.is_empty() && !policy.is_empty() {
            order.push(policy);
        }
        group.push(sheet);
    }
    if order.is_empty() {
        return Vec::new();
    }
    if members.contains_key("") {
        order.push("");
    }
    order
        .into_iter()
        .filter_map(|policy| {
            let mut counts = count(members.remove(policy)?.into_iter());
            counts.policy = if policy.is_empty() {
                &labels.no_policy
            } else {
                policy
            };
            Some(counts)
        })
        .collect()
}

fn sheet_view(sheet: &YearlySheet, orientation: Orientation) -> SheetView<'_> {
    let reported = sheet.years.iter().rev().find(|year| year.reported);
    let figures = || {
        sheet
            .years
            .iter()
            .flat_map(|year| year.planned.iter().chain(&year.actual))
    };
    SheetView {
        number: &sheet.number,
        policy: &sheet.policy,
        field: &sheet.field,
        title: &sheet.title,
        status: sheet.status,
        summary: &sheet.summary,
        purpose: &sheet.purpose,
        outcome: &sheet.outcome,
        measure: &sheet.measure,
        groups: year_groups(sheet, orientation),
        has_planned: sheet.years.iter().any(|year| !year.planned.is_empty()),
        has_actual: sheet.years.iter().any(|year| !year.actual.is_empty()),
        has_facts: figures().any(|figure| figure.from_facts),
        reported_planned: reported.map_or(&[], |year| &year.planned),
        reported_actual: reported.map_or(&[], |year| &year.actual),
        lead_departments: &sheet.lead_departments,
        related_departments: &sheet.related_departments,
        remarks: &sheet.remarks,
        notes: &sheet.notes,
    }
}

/// Splits the years evenly over as many tables as the paper's width demands, so that a column stays
/// wide enough to read.
fn year_groups(sheet: &YearlySheet, orientation: Orientation) -> Vec<YearGroup<'_>> {
    let widest = match orientation {
        Orientation::Portrait => 6,
        Orientation::Landscape => 10,
    };
    let groups = sheet.years.len().div_ceil(widest).max(1);
    let size = sheet.years.len().div_ceil(groups).max(1);
    sheet
        .years
        .chunks(size)
        .enumerate()
        .map(|(position, years)| YearGroup {
            columns: years.iter().map(column).collect(),
            lanes: sheet
                .phases
                .iter()
                .flat_map(|phase| lanes(phase, position * size, years.len()))
                .collect(),
        })
        .collect()
}

fn column(year: &YearColumn) -> Column<'_> {
    Column {
        heading: &year.heading,
        second_line: &year.second_line,
        reported: year.reported,
        planned: &year.planned,
        actual: &year.actual,
    }
}

/// Lays the bars of a phase into as few lanes as they need, for the `width` years from `start` on.
fn lanes(phase: &Phase, start: usize, width: usize) -> Vec<Lane<'_>> {
    let end = start + width - 1;
    let mut bars: Vec<&Bar> = phase
        .bars
        .iter()
        .filter(|bar| {
            bar.first_year <= bar.last_year && bar.first_year <= end && bar.last_year >= start
        })
        .collect();
    bars.sort_by_key(|bar| (bar.first_year, bar.last_year));
    // One list of cells per lane, with the number of years it already covers.
    let mut rows: Vec<(usize, Vec<LaneCell<'_>>)> = vec![(0, Vec::new())];
    for bar in bars {
        let from = bar.first_year.max(start) - start;
        let to = bar.last_year.min(end) - start;
        let free = rows.iter().position(|(covered, _)| *covered <= from);
        let place = free.unwrap_or_else(|| {
            rows.push((0, Vec::new()));
            rows.len() - 1
        });
        let (covered, cells) = &mut rows[place];
        cells.extend((*covered..from).map(|_| LaneCell {
            columns: 1,
            bar: false,
            text: "",
        }));
        cells.push(LaneCell {
            columns: to - from + 1,
            bar: true,
            text: &bar.text,
        });
        *covered = to + 1;
    }
    let name_lanes = rows.len();
    rows.into_iter()
        .enumerate()
        .map(|(position, (covered, mut cells))| {
            cells.extend((covered..width).map(|_| LaneCell {
                columns: 1,
                bar: false,
                text: "",
            }));
            Lane {
                name: &phase.name,
                name_lanes: if position == 0 { name_lanes } else { 0 },
                cells,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(first_year: usize, last_year: usize) -> Bar {
        Bar {
            first_year,
            last_year,
            text: String::new(),
        }
    }

    fn widths(phase: &Phase, start: usize, width: usize) -> Vec<Vec<(usize, bool)>> {
        lanes(phase, start, width)
            .into_iter()
            .map(|lane| {
                let cells = lane.cells.iter();
                cells.map(|cell| (cell.columns, cell.bar)).collect()
            })
            .collect()
    }

    #[test]
    fn bars_share_a_lane_unless_they_overlap() {
        let phase = Phase {
            name: "運用".into(),
            bars: vec![bar(3, 9), bar(0, 1), bar(1, 2), bar(7, 8), bar(2, 1)],
        };
        assert_eq!(
            widths(&phase, 0, 5),
            vec![
                vec![(2, true), (1, false), (2, true)],
                vec![(1, false), (2, true), (1, false), (1, false)],
            ]
        );
    }

    #[test]
    fn a_bar_is_cut_at_the_edges_of_its_group() {
        let phase = Phase {
            name: "運用".into(),
            bars: vec![bar(1, 6)],
        };
        assert_eq!(widths(&phase, 0, 4), vec![vec![(1, false), (3, true)]]);
        assert_eq!(widths(&phase, 4, 4), vec![vec![(3, true), (1, false)]]);
    }

    #[test]
    fn a_phase_without_bars_keeps_its_line() {
        let phase = Phase {
            name: "調査".into(),
            bars: Vec::new(),
        };
        assert_eq!(widths(&phase, 0, 2), vec![vec![(1, false), (1, false)]]);
    }

    #[test]
    fn no_cell_of_a_ragged_row_is_lost() {
        let row = ["a", "b", "c"].map(String::from);
        assert_eq!(fitted(&row, 2), ["a", "b\nc"]);
        assert_eq!(fitted(&row, 4), ["a", "b", "c", ""]);
    }
}
