//! One form per initiative: label on the left, content on the right, a year row with planned and actual below it, a schedule,
//! departments, remarks, and footnotes after the table.

pub(super) mod draft;
mod schedule;

use std::collections::BTreeMap;

use yakuba_kernel::FiscalYear;

use super::cell::{key, prose, title};
use super::figures::{FigureCell, doubt};
use super::grid::{Line, Sheet};
use super::labels::{Label, label, year_header};
use super::{CellRole, Parsed, Shape, ShapeReport, merge};
use crate::model::document::{DoubtReason, FigureKind};
use draft::Draft;
pub(super) use draft::departments;

pub(super) fn read(sheet: &mut Sheet) -> Parsed {
    let mut reader = Reader {
        parsed: Parsed::default(),
        draft: None,
        gap: true,
    };
    for line in 0..sheet.lines.len() {
        reader.line(sheet, line);
    }
    reader.close(sheet);
    reader.parsed
}

struct Reader {
    parsed: Parsed,
    draft: Option<Draft>,
    /// Whether the line before was blank.
    gap: bool,
}

/// A run of labels in a line and the columns with content after them.
pub(super) struct Segment {
    pub(super) labels: Vec<(usize, Label)>,
    pub(super) contents: Vec<usize>,
}

/// Splits a line at its labels. Cells left of the first label are handed back apart.
pub(super) fn segments(line: &Line) -> (Vec<usize>, Vec<Segment>) {
    let filled = line.filled();
    let found = |column: &usize| label(line.key(*column));
    let first = filled
        .iter()
        .take(3)
        .position(|column| found(column).is_some());
    let Some(first) = first.filter(|first| {
        filled[..*first]
            .iter()
            .all(|column| line.key(*column).chars().count() <= 20)
    }) else {
        return (filled, Vec::new());
    };
    let mut segments: Vec<Segment> = Vec::new();
    for column in &filled[first..] {
        match (found(column), segments.last_mut()) {
            (Some(label), Some(last)) if last.contents.is_empty() => {
                last.labels.push((*column, label));
            }
            (Some(label), _) => segments.push(Segment {
                labels: vec![(*column, label)],
                contents: Vec::new(),
            }),
            (None, Some(last)) => last.contents.push(*column),
            (None, None) => {}
        }
    }
    (filled[..first].to_vec(), segments)
}

/// Whether a line only draws a rule, such as `-----`.
pub(super) fn is_decoration(line: &Line) -> bool {
    line.filled().iter().all(|column| {
        let text = line.key(*column);
        text.chars().count() >= 3
            && text.chars().all(|character| {
                matches!(
                    character,
                    '-' | '=' | '_' | '─' | '―' | '—' | '*' | '+' | '|' | ':'
                )
            })
    })
}

impl Reader {
    fn line(&mut self, sheet: &mut Sheet, line: usize) {
        if sheet.lines[line].is_blank() {
            self.gap = true;
            if let Some(draft) = &mut self.draft {
                draft.in_schedule = false;
            }
            return;
        }
        if is_decoration(&sheet.lines[line]) {
            sheet.mark_rest(line, CellRole::Decoration);
            return;
        }
        let (before, mut segments) = segments(&sheet.lines[line]);
        if self.is_step(&sheet.lines[line], &segments) {
            segments.clear();
        }
        if segments.is_empty() {
            self.without_label(sheet, line);
        } else {
            self.begin_if_new(sheet, line, &segments);
            self.extra(sheet, line, &before);
            for segment in &segments {
                self.segment(sheet, line, segment);
            }
        }
        self.gap = false;
    }

    /// Inside a schedule, a word such as 計画 or 実績 is the name of a step unless figures stand beside it.
    fn is_step(&self, line: &Line, segments: &[Segment]) -> bool {
        let in_schedule = self.draft.as_ref().is_some_and(|draft| draft.in_schedule);
        let weak = segments
            .iter()
            .all(|segment| segment.labels.iter().all(|(_, label)| label.is_weak()));
        let numbers = segments
            .iter()
            .flat_map(|segment| &segment.contents)
            .any(|column| {
                line.raw(*column).chars().any(|character| {
                    character.is_ascii_digit() || ('０'..='９').contains(&character)
                })
            });
        in_schedule && weak && !numbers
    }

    fn begin_if_new(&mut self, sheet: &mut Sheet, line: usize, segments: &[Segment]) {
        let labels: Vec<Label> = segments
            .iter()
            .flat_map(|segment| segment.labels.iter().map(|(_, label)| *label))
            .collect();
        let begins = match &self.draft {
            None => true,
            Some(draft) => {
                labels
                    .iter()
                    .any(|label| label.stands_once() && draft.seen.contains(label))
                    || (self.gap
                        && draft.has_figures_or_departments()
                        && !labels.contains(&Label::Remark)
                        && !labels.iter().all(|label| label.is_weak()))
            }
        };
        if begins {
            self.close(sheet);
            self.draft = Some(Draft::new(line));
        }
        if let Some(draft) = &mut self.draft {
            draft.seen.extend(labels);
            draft.last_line = line;
        }
    }

    /// Cells left of the label: kept, and listed for review.
    fn extra(&mut self, sheet: &mut Sheet, line: usize, columns: &[usize]) {
        for column in columns {
            let text = title(sheet.lines[line].raw(*column));
            sheet.mark(line, *column, CellRole::Unknown);
            if let Some(draft) = &mut self.draft {
                draft.text("", &text);
            }
        }
    }

    fn segment(&mut self, sheet: &mut Sheet, line: usize, segment: &Segment) {
        for (column, _) in &segment.labels {
            sheet.mark(line, *column, CellRole::Label);
        }
        let Some(draft) = &mut self.draft else { return };
        let Some((label_column, label)) = segment.labels.last().copied() else {
            return;
        };
        let outer_schedule = segment
            .labels
            .iter()
            .any(|(_, label)| *label == Label::Schedule);
        let label_text = title(sheet.lines[line].raw(label_column));
        draft.last_label = Some((label, label_text));
        draft.in_schedule = outer_schedule;
        let years: BTreeMap<usize, FiscalYear> = segment
            .contents
            .iter()
            .filter_map(|column| Some((*column, year_header(sheet.lines[line].raw(*column))?)))
            .collect();
        match label {
            _ if outer_schedule => {
                schedule::header(draft, sheet, line, &segment.contents, &years);
            }
            Label::Year => {
                for column in &segment.contents {
                    sheet.mark(
                        line,
                        *column,
                        if years.contains_key(column) {
                            CellRole::YearHeader
                        } else {
                            CellRole::Unknown
                        },
                    );
                }
                draft.years = years;
            }
            Label::Planned => figures(draft, sheet, line, &segment.contents, FigureKind::Target),
            Label::Actual => figures(draft, sheet, line, &segment.contents, FigureKind::Actual),
            other => text(draft, sheet, line, other, &segment.contents),
        }
    }

    fn without_label(&mut self, sheet: &mut Sheet, line: usize) {
        let filled = sheet.lines[line].filled();
        let Some(draft) = &mut self.draft else {
            let role = if self.parsed.shapes.is_empty() && filled.len() == 1 {
                CellRole::PlanTitle
            } else {
                CellRole::Note
            };
            sheet.mark_rest(line, role);
            return;
        };
        let words = || {
            filled
                .iter()
                .map(|column| prose(sheet.lines[line].raw(*column)))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let note = filled
            .first()
            .is_some_and(|column| sheet.lines[line].key(*column).starts_with(['※', '*', '注']));
        if draft.in_schedule && !note {
            schedule::step(draft, sheet, line, &filled);
            return;
        }
        draft.last_line = line;
        let years = filled
            .iter()
            .filter(|column| year_header(sheet.lines[line].raw(**column)).is_some())
            .count();
        if years >= 2 && years + 1 >= filled.len() {
            // a year row whose label is missing
            draft.years = filled
                .iter()
                .filter_map(|column| Some((*column, year_header(sheet.lines[line].raw(*column))?)))
                .collect();
            sheet.mark_rest(line, CellRole::YearHeader);
            return;
        }
        if note || self.gap || draft.last_label.is_none() {
            let words = words();
            draft.initiative.notes.push(words);
            sheet.mark_rest(line, CellRole::Note);
            return;
        }
        let words = words();
        let label = draft
            .last_label
            .as_ref()
            .map_or(String::new(), |(_, label)| label.clone());
        draft.text(&label, &words);
        sheet.mark_rest(line, CellRole::LabelledText);
    }

    fn close(&mut self, sheet: &mut Sheet) {
        let Some(draft) = self.draft.take() else {
            return;
        };
        let (first, last) = (draft.first_line, draft.last_line);
        if draft.is_bare() {
            sheet.mark_rest(first, CellRole::Unknown);
            return;
        }
        let (path, initiative) = draft.finish();
        self.parsed.shapes.push(ShapeReport {
            initiatives: 1,
            indicators: initiative.indicators.len(),
            figures: initiative
                .indicators
                .iter()
                .map(|indicator| indicator.figures.len())
                .sum(),
            ..sheet.report(Shape::Form, first, last)
        });
        merge::place(&mut self.parsed.groups, &path, initiative);
    }
}

/// The figure cells of a planned or actual row. When its cells do not stand under the years but would one column beside,
/// the row has slid.
fn figures(
    draft: &mut Draft,
    sheet: &mut Sheet,
    line: usize,
    contents: &[usize],
    kind: FigureKind,
) {
    let under = |shift: isize| {
        contents.iter().all(|column| {
            column
                .checked_add_signed(shift)
                .is_some_and(|column| draft.years.contains_key(&column))
        })
    };
    // a row of another length than nearly all others has lost or gained a cell, even when all its cells stand under years
    let length = sheet.lines[line].cells.len();
    let uneven = match sheet.usual_width() {
        Some(usual) if length + 1 == usual => Some(1),
        Some(usual) if length == usual + 1 => Some(-1),
        _ => None,
    };
    let shift: isize = if draft.years.is_empty() {
        0
    } else if under(0) {
        uneven.filter(|shift| under(*shift)).unwrap_or(0)
    } else {
        [-1, 1].into_iter().find(|shift| under(*shift)).unwrap_or(0)
    };
    let doubted = shift != 0 || uneven.is_some();
    let years: Vec<(usize, FiscalYear)> = draft
        .years
        .iter()
        .map(|(column, year)| (*column, *year))
        .collect();
    for (column, year) in &years {
        let Some(place) = column.checked_add_signed(-shift) else {
            continue;
        };
        let is_label = sheet.role(line, place) == Some(CellRole::Label);
        let raw = if is_label {
            String::new()
        } else {
            sheet.lines[line].raw(place).to_owned()
        };
        let doubts = if doubted {
            vec![doubt(DoubtReason::SlidRow)]
        } else {
            Vec::new()
        };
        draft.cells.push(FigureCell {
            kind,
            year: Some(*year),
            raw,
            address: sheet.address(line, place),
            doubts,
        });
        if !is_label {
            sheet.mark(line, place, CellRole::Figure);
        }
    }
    // what stands under no year is kept as a text and listed for review
    for column in contents {
        if sheet.role(line, *column).is_none() {
            let words = title(sheet.lines[line].raw(*column));
            let label = draft
                .last_label
                .as_ref()
                .map_or(String::new(), |(_, label)| label.clone());
            draft.text(&label, &words);
            sheet.mark(line, *column, CellRole::Unknown);
        }
    }
}

fn text(draft: &mut Draft, sheet: &mut Sheet, line: usize, label: Label, contents: &[usize]) {
    let role = match label {
        Label::Number => CellRole::Number,
        Label::Group(_) => CellRole::Group,
        Label::Title => CellRole::Title,
        Label::Lead | Label::Related => CellRole::Department,
        Label::Remark => CellRole::Remark,
        Label::Summary | Label::Purpose | Label::Outcome | Label::Content | Label::Measure => {
            CellRole::Prose
        }
        _ => CellRole::LabelledText,
    };
    let raw: Vec<String> = contents
        .iter()
        .map(|column| sheet.lines[line].raw(*column).to_owned())
        .collect();
    for column in contents {
        sheet.mark(line, *column, role);
    }
    let raw = raw.join(" ");
    if !key(&raw).is_empty() {
        draft.take(label, &raw);
    }
}
