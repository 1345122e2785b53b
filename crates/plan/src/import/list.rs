//! One list: a header row (or two), one row per initiative, the header printed again on every page.

mod columns;

use super::cell::{prose, take_marks, title};
use super::figures::{self, FigureCell, Names, doubt};
use super::form::is_decoration;
use super::grid::{Line, Sheet};
use super::names;
use super::slide;
use super::{CellRole, Parsed, Shape, evidence, merge, prose as prose_targets};
use crate::model::document::{
    DoubtReason, GroupKind, Indicator, Initiative, LabelledText, LifeStage, Phase, Remark,
};
use columns::{Column, Field};

/// Whether a line is the header of a list.
pub(super) fn is_header(line: &Line) -> bool {
    columns::is_header(line)
}

pub(super) fn read(sheet: &mut Sheet) -> Parsed {
    let mut reader = Reader {
        parsed: Parsed::default(),
        columns: Vec::new(),
        groups_above: Vec::new(),
        gap: false,
        has_title: false,
    };
    let mut line = 0;
    while line < sheet.lines.len() {
        line = reader.line(sheet, line);
    }
    reader.parsed
}

struct Reader {
    parsed: Parsed,
    columns: Vec<Column>,
    /// The groups of the row above, for cells left empty because they are merged.
    groups_above: Vec<(GroupKind, String)>,
    gap: bool,
    /// Whether the line with the plan's title was seen.
    has_title: bool,
}

impl Reader {
    /// Reads a line and says which comes next.
    fn line(&mut self, sheet: &mut Sheet, line: usize) -> usize {
        let row = &sheet.lines[line];
        if row.is_blank() {
            self.gap = true;
            return line + 1;
        }
        if is_decoration(row) {
            sheet.mark_rest(line, CellRole::Decoration);
            return line + 1;
        }
        if is_header(row) {
            return self.header(sheet, line);
        }
        let filled = row.filled();
        let is_note = filled.len() == 1 && (self.gap || row.key(filled[0]).starts_with('※'));
        if self.columns.is_empty() || is_note {
            let first = self.columns.is_empty()
                && self.parsed.notes.is_empty()
                && !row.key(filled[0]).starts_with('※');
            let words = filled
                .iter()
                .map(|column| prose(row.raw(*column)))
                .collect::<Vec<_>>()
                .join(" ");
            if first && filled.len() == 1 && !self.has_title {
                self.has_title = true;
                sheet.mark_rest(line, CellRole::PlanTitle);
            } else {
                self.parsed.notes.push(words);
                sheet.mark_rest(line, CellRole::Note);
            }
            return line + 1;
        }
        self.gap = false;
        self.row(sheet, line);
        line + 1
    }

    fn header(&mut self, sheet: &mut Sheet, line: usize) -> usize {
        let repeated = !self.columns.is_empty();
        let (columns, rows) = columns::read(sheet, line);
        for header in line..line + rows {
            for column in sheet.lines[header].filled() {
                let year = header > line
                    || columns
                        .get(column)
                        .is_some_and(|column| matches!(column.field, Field::Figure(..)));
                sheet.mark(
                    header,
                    column,
                    match (repeated, year) {
                        (true, _) => CellRole::RepeatedHeader,
                        (false, true) => CellRole::YearHeader,
                        (false, false) => CellRole::Label,
                    },
                );
            }
        }
        self.columns = columns;
        self.gap = false;
        if !repeated {
            self.parsed
                .shapes
                .push(sheet.report(Shape::List, line, line));
        }
        line + rows
    }

    fn row(&mut self, sheet: &mut Sheet, line: usize) {
        let texts: Vec<String> = sheet.lines[line]
            .cells
            .iter()
            .map(|cell| cell.raw.clone())
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let expect: Vec<slide::Expect> = self.columns.iter().map(Column::expect).collect();
        let alignment = slide::align(&texts, &expect, sheet.usual_width());
        let slid = alignment.doubted;
        let mut draft = RowDraft::default();
        for (index, column) in self.columns.iter().enumerate() {
            let place = alignment.cell_of.get(index).copied().flatten();
            let raw = place
                .and_then(|place| texts.get(place))
                .copied()
                .unwrap_or("");
            draft.take(column, raw, place, sheet, line, slid);
        }
        // cells beyond the header
        for place in sheet.lines[line].filled() {
            if !alignment.cell_of.contains(&Some(place)) {
                draft.initiative.texts.push(LabelledText {
                    label: String::new(),
                    text: prose(texts[place]),
                });
                sheet.mark(line, place, CellRole::Unknown);
            }
        }
        self.inherit_groups(&mut draft);
        let initiative = draft.finish();
        if let Some(report) = self.parsed.shapes.last_mut() {
            report.last_row = sheet.report(Shape::List, line, line).last_row;
            report.initiatives += 1;
            report.indicators += initiative.0.indicators.len();
            report.figures += initiative
                .0
                .indicators
                .iter()
                .map(|indicator| indicator.figures.len())
                .sum::<usize>();
        }
        merge::place(&mut self.parsed.groups, &initiative.1, initiative.0);
    }

    /// An empty group cell belongs to the group above, as merged cells do.
    fn inherit_groups(&mut self, draft: &mut RowDraft) {
        let mut path = Vec::new();
        for column in &self.columns {
            let Field::Group(kind) = column.field else {
                continue;
            };
            let own = draft.path.iter().find(|(own, _)| *own == kind).cloned();
            let above = self
                .groups_above
                .iter()
                .find(|(above, _)| *above == kind)
                .cloned();
            path.extend(own.or(above));
        }
        draft.path.clone_from(&path);
        self.groups_above = path;
    }
}

#[derive(Default)]
struct RowDraft {
    initiative: Initiative,
    path: Vec<(GroupKind, String)>,
    kpi: String,
    unit: Option<String>,
    cells: Vec<FigureCell>,
    schedules: Vec<prose_targets::Source>,
}

impl RowDraft {
    fn take(
        &mut self,
        column: &Column,
        raw: &str,
        place: Option<usize>,
        sheet: &mut Sheet,
        line: usize,
        slid: bool,
    ) {
        let mut mark = |role: CellRole| {
            if let Some(place) = place {
                sheet.mark(line, place, role);
            }
        };
        mark(column.role());
        if let Field::Figure(kind, year) = column.field {
            let doubts = if slid {
                vec![doubt(DoubtReason::SlidRow)]
            } else {
                Vec::new()
            };
            let address = sheet.address(line, place.unwrap_or(column.index));
            self.cells.push(FigureCell {
                kind,
                year,
                raw: raw.to_owned(),
                address,
                doubts,
            });
            return;
        }
        if raw.trim().is_empty() {
            return;
        }
        let initiative = &mut self.initiative;
        match &column.field {
            Field::Number => {
                let (number, marks) = take_marks(&title(raw));
                initiative.number = Some(number);
                add_marks(initiative, marks);
            }
            Field::Title => {
                let (name, marks) = take_marks(&title(raw));
                initiative.title = name;
                add_marks(initiative, marks);
            }
            Field::Group(kind) => self.path.push((*kind, title(raw))),
            Field::Summary => initiative.summary = Some(prose(raw)),
            Field::Purpose => initiative.purpose = Some(prose(raw)),
            Field::Outcome => initiative.outcome = Some(prose(raw)),
            Field::Kpi => {
                raw.clone_into(&mut self.kpi);
                initiative.measure_text = Some(prose(raw));
            }
            Field::Unit => self.unit = Some(title(raw)),
            Field::Schedule(period) => {
                let text = prose(raw);
                self.schedules.push(prose_targets::Source {
                    text: text.clone(),
                    raw: raw.to_owned(),
                    address: sheet.address(line, place.unwrap_or(column.index)),
                    period: *period,
                });
                match period {
                    Some((from, to)) => initiative.schedule.push(Phase {
                        name: text,
                        from: Some(*from),
                        to: Some(*to),
                    }),
                    None => initiative.texts.push(LabelledText {
                        label: column.label.clone(),
                        text,
                    }),
                }
            }
            Field::Lead => initiative
                .lead_departments
                .extend(super::form::departments(raw)),
            Field::Related => initiative
                .related_departments
                .extend(super::form::departments(raw)),
            Field::Remark(year) => initiative.remarks.push(Remark {
                fiscal_year: *year,
                text: prose(raw),
            }),
            Field::Other => initiative.texts.push(LabelledText {
                label: column.label.clone(),
                text: prose(raw),
            }),
            Field::Figure(..) => {}
        }
    }

    fn finish(self) -> (Initiative, Vec<(GroupKind, String)>) {
        let mut initiative = self.initiative;
        let (mut given, note) = names::given(&self.kpi);
        initiative.notes.extend(note);
        let mut indicators: Vec<Indicator> = if given.is_empty() {
            let name = initiative.title.clone();
            let inferred = |_: &[&str]| (name.clone(), None);
            figures::assemble(
                &self.cells,
                &Names::InCells {
                    inferred: &inferred,
                },
                &initiative.notes,
            )
        } else {
            for name in &mut given {
                name.marks.dedup();
            }
            figures::assemble(&self.cells, &Names::Given(&given), &initiative.notes)
        };
        for indicator in &mut indicators {
            indicator.unit.clone_from(&self.unit);
        }
        prose_targets::add(&mut indicators, &self.schedules);
        figures::complete(&mut indicators);
        evidence::from_qualifiers(&mut indicators);
        evidence::from_remarks(&mut indicators, &initiative.remarks);
        initiative.indicators = indicators;
        (initiative, self.path)
    }
}

/// Adds marks to an initiative and takes from them where it stands in its life.
pub(super) fn add_marks(initiative: &mut Initiative, marks: Vec<String>) {
    for mark in marks {
        let says = |words: &[&str]| words.iter().any(|word| mark.contains(word));
        initiative.stage = match initiative.stage {
            LifeStage::New if says(&["完了", "終了"]) => LifeStage::NewAndCompleted,
            LifeStage::Completed if says(&["新"]) => LifeStage::NewAndCompleted,
            _ if says(&["完了", "終了"]) => LifeStage::Completed,
            _ if says(&["新"]) => LifeStage::New,
            _ if says(&["統合"]) => LifeStage::Merged,
            _ if says(&["休止", "中断"]) => LifeStage::Suspended,
            stage => stage,
        };
        if !initiative.marks.contains(&mark) {
            initiative.marks.push(mark);
        }
    }
}
