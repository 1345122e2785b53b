//! Strategy evaluation: field → measure → large item with KPI blocks → middle items with projects, results and analysis.

use super::cell::{bullets, key, prose, take_marks, title, without_html};
use super::figures::{self, FigureCell, Names, doubt};
use super::form::{Segment, is_decoration, segments};
use super::grid::Sheet;
use super::labels::{Label, figure_header};
use super::names::GivenName;
use super::number::scan;
use super::slide::{self, Expect};
use super::{CellRole, Parsed, Shape, ShapeReport, evidence, merge};
use crate::model::document::{
    Direction, DoubtReason, FigureKind, Group, GroupKind, Indicator, Initiative, LabelledText,
    Project,
};
use yakuba_kernel::FiscalYear;

pub(super) fn read(sheet: &mut Sheet) -> Parsed {
    let mut reader = Reader::default();
    for line in 0..sheet.lines.len() {
        reader.line(sheet, line);
    }
    reader.close_large_item(sheet);
    reader.parsed
}

#[derive(Default)]
struct Reader {
    parsed: Parsed,
    /// Groups above the large item, with their further texts.
    path: Vec<Group>,
    large: Option<Large>,
    kpi: Option<Kpi>,
    projects: Option<ProjectColumns>,
    gap: bool,
}

struct Large {
    group: Group,
    first_line: usize,
    last_line: usize,
}

struct Kpi {
    name: GivenName,
    header: Vec<(usize, KpiColumn)>,
}

#[derive(Clone, Copy)]
enum KpiColumn {
    Direction,
    Figure(FigureKind, Option<FiscalYear>),
    Unknown,
}

#[derive(Default, Clone)]
struct ProjectColumns {
    results: Option<usize>,
    analysis: Option<usize>,
    year: Option<FiscalYear>,
}

impl Reader {
    fn line(&mut self, sheet: &mut Sheet, line: usize) {
        if sheet.lines[line].is_blank() {
            self.gap = true;
            return;
        }
        if is_decoration(&sheet.lines[line]) {
            sheet.mark_rest(line, CellRole::Decoration);
            return;
        }
        if let Some(large) = &mut self.large {
            large.last_line = line;
        }
        if self.kpi_header(sheet, line) || self.project_header(sheet, line) {
            self.gap = false;
            return;
        }
        let (before, found) = segments(&sheet.lines[line]);
        if found.is_empty() {
            self.without_label(sheet, line);
        } else {
            for column in before {
                sheet.mark(line, column, CellRole::Unknown);
                self.keep("", &title(sheet.lines[line].raw(column)));
            }
            for segment in &found {
                self.segment(sheet, line, segment);
            }
        }
        self.gap = false;
    }

    /// A header of a KPI block: direction, baseline, results by year, target.
    fn kpi_header(&mut self, sheet: &mut Sheet, line: usize) -> bool {
        let row = &sheet.lines[line];
        let columns: Vec<(usize, KpiColumn)> = row
            .filled()
            .into_iter()
            .map(|column| {
                let key = row.key(column);
                let kind = match super::labels::label(key) {
                    Some(Label::Direction) => KpiColumn::Direction,
                    _ => figure_header(row.raw(column), key, Some(FigureKind::Actual))
                        .map_or(KpiColumn::Unknown, |(kind, year)| {
                            KpiColumn::Figure(kind, year)
                        }),
                };
                (column, kind)
            })
            .collect();
        let figures = columns
            .iter()
            .filter(|(_, column)| matches!(column, KpiColumn::Figure(..)))
            .count();
        let directions = columns
            .iter()
            .filter(|(_, column)| matches!(column, KpiColumn::Direction))
            .count();
        let is_header =
            figures + directions >= 3 && figures >= 2 && figures + directions + 1 >= columns.len();
        if !is_header {
            return false;
        }
        for (column, kind) in &columns {
            sheet.mark(
                line,
                *column,
                match kind {
                    KpiColumn::Figure(..) => CellRole::YearHeader,
                    _ => CellRole::Label,
                },
            );
        }
        if let Some(kpi) = &mut self.kpi {
            kpi.header = columns;
        }
        true
    }

    fn project_header(&mut self, sheet: &mut Sheet, line: usize) -> bool {
        let row = &sheet.lines[line];
        let mut columns = ProjectColumns::default();
        let mut hits = 0;
        for column in row.filled() {
            match super::labels::label(row.key(column)) {
                Some(Label::Projects) => hits += 1,
                Some(Label::Results) => {
                    columns.results = Some(column);
                    columns.year = FiscalYear::read_in(row.key(column));
                    hits += 1;
                }
                Some(Label::Analysis) => {
                    columns.analysis = Some(column);
                    hits += 1;
                }
                _ => {}
            }
        }
        if hits < 2 {
            return false;
        }
        sheet.mark_rest(line, CellRole::Label);
        self.projects = Some(columns);
        self.kpi = None;
        true
    }

    fn segment(&mut self, sheet: &mut Sheet, line: usize, segment: &Segment) {
        for (column, _) in &segment.labels {
            sheet.mark(line, *column, CellRole::Label);
        }
        let Some((label_column, label)) = segment.labels.last().copied() else {
            return;
        };
        let label_text = title(sheet.lines[line].raw(label_column));
        let raw: Vec<String> = segment
            .contents
            .iter()
            .map(|column| sheet.lines[line].raw(*column).to_owned())
            .collect();
        let raw = raw.join(" ");
        let role = match label {
            Label::Group(_) => CellRole::Group,
            Label::Kpi => CellRole::IndicatorName,
            Label::MiddleItem | Label::Title => CellRole::Title,
            Label::Lead | Label::Related => CellRole::Department,
            _ => CellRole::LabelledText,
        };
        for column in &segment.contents {
            sheet.mark(line, *column, role);
        }
        match label {
            Label::Group(GroupKind::LargeItem) => self.open_large_item(sheet, line, &raw),
            Label::Group(kind) => self.open_group(sheet, kind, &raw),
            Label::Kpi => {
                let (name, marks) = take_marks(&title(&raw));
                self.projects = None;
                self.kpi = Some(Kpi {
                    name: GivenName {
                        circled: None,
                        name,
                        marks,
                    },
                    header: Vec::new(),
                });
            }
            Label::MiddleItem | Label::Title => {
                self.kpi = None;
                self.projects = None;
                let (number, name) = numbered(&title(&raw));
                let (name, marks) = take_marks(&name);
                let mut initiative = Initiative {
                    number,
                    title: name,
                    ..Initiative::default()
                };
                super::list::add_marks(&mut initiative, marks);
                self.large_item(line).group.initiatives.push(initiative);
            }
            _ => self.keep(&label_text, &prose(&raw)),
        }
    }

    fn open_group(&mut self, sheet: &Sheet, kind: GroupKind, raw: &str) {
        self.close_large_item(sheet);
        // a level seen again begins anew, with what was below it
        if let Some(at) = self.path.iter().position(|group| group.kind == kind) {
            self.path.truncate(at);
        }
        let (number, name) = numbered(&title(raw));
        self.path.push(merge::group(kind, number, &name));
    }

    fn open_large_item(&mut self, sheet: &Sheet, line: usize, raw: &str) {
        self.close_large_item(sheet);
        let (number, name) = numbered(&title(raw));
        self.large = Some(Large {
            group: merge::group(GroupKind::LargeItem, number, &name),
            first_line: line,
            last_line: line,
        });
    }

    fn large_item(&mut self, line: usize) -> &mut Large {
        self.large.get_or_insert_with(|| Large {
            group: merge::group(GroupKind::LargeItem, None, ""),
            first_line: line,
            last_line: line,
        })
    }

    fn close_large_item(&mut self, sheet: &Sheet) {
        self.kpi = None;
        self.projects = None;
        let Some(mut large) = self.large.take() else {
            return;
        };
        figures::complete(&mut large.group.indicators);
        evidence::from_qualifiers(&mut large.group.indicators);
        self.parsed.shapes.push(ShapeReport {
            initiatives: large.group.initiatives.len(),
            indicators: large.group.indicators.len(),
            figures: large
                .group
                .indicators
                .iter()
                .map(|indicator| indicator.figures.len())
                .sum(),
            ..sheet.report(Shape::Evaluation, large.first_line, large.last_line)
        });
        let mut tree = large.group;
        for above in self.path.iter().rev() {
            let mut above = above.clone();
            above.groups.push(tree);
            tree = above;
        }
        self.parsed.groups = merge::groups(std::mem::take(&mut self.parsed.groups), vec![tree]);
    }

    /// Keeps a text under its label with the innermost thing that is open.
    fn keep(&mut self, label: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = LabelledText {
            label: label.to_owned(),
            text: text.to_owned(),
        };
        if let Some(large) = &mut self.large {
            match large.group.initiatives.last_mut() {
                Some(initiative) => initiative.texts.push(text),
                None => large.group.texts.push(text),
            }
        } else if let Some(group) = self.path.last_mut() {
            group.texts.push(text);
        } else {
            self.parsed.notes.push(text.text);
        }
    }

    fn without_label(&mut self, sheet: &mut Sheet, line: usize) {
        let filled = sheet.lines[line].filled();
        let note = filled
            .first()
            .is_some_and(|column| sheet.lines[line].key(*column).starts_with('※'));
        if note {
            let words = filled
                .iter()
                .map(|column| prose(sheet.lines[line].raw(*column)))
                .collect::<Vec<_>>()
                .join(" ");
            match self
                .large
                .as_mut()
                .and_then(|large| large.group.initiatives.last_mut())
            {
                Some(initiative) => initiative.notes.push(words),
                None => self.keep("※", &words),
            }
            sheet.mark_rest(line, CellRole::Note);
        } else if self.kpi.as_ref().is_some_and(|kpi| !kpi.header.is_empty()) {
            self.kpi_values(sheet, line);
        } else if self.projects.is_some()
            && self
                .large
                .as_ref()
                .is_some_and(|large| !large.group.initiatives.is_empty())
        {
            self.project(sheet, line, &filled);
        } else {
            let role = if self.large.is_none() && self.path.is_empty() && filled.len() == 1 {
                CellRole::PlanTitle
            } else {
                CellRole::Unknown
            };
            for column in filled {
                let words = prose(sheet.lines[line].raw(column));
                if role == CellRole::Unknown {
                    self.keep("", &words);
                }
                sheet.mark(line, column, role);
            }
        }
    }

    fn kpi_values(&mut self, sheet: &mut Sheet, line: usize) {
        let Some(kpi) = self.kpi.take() else { return };
        let width = kpi
            .header
            .iter()
            .map(|(column, _)| column + 1)
            .max()
            .unwrap_or(0);
        let mut expect = vec![Expect::Any; width];
        for (column, kind) in &kpi.header {
            expect[*column] = match kind {
                KpiColumn::Direction => Expect::Name,
                KpiColumn::Figure(..) => Expect::Figure,
                KpiColumn::Unknown => Expect::Any,
            };
        }
        let texts: Vec<String> = sheet.lines[line]
            .cells
            .iter()
            .map(|cell| cell.raw.clone())
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let alignment = slide::align(&texts, &expect, sheet.usual_width());
        let mut cells = Vec::new();
        let mut direction = None;
        for (column, kind) in &kpi.header {
            let place = alignment.cell_of[*column];
            let raw = place
                .and_then(|place| texts.get(place))
                .copied()
                .unwrap_or("");
            match kind {
                KpiColumn::Direction => {
                    direction = read_direction(&key(raw));
                    let role = if direction.is_some() || key(raw).is_empty() {
                        CellRole::Direction
                    } else {
                        CellRole::Unknown
                    };
                    if let Some(place) = place {
                        sheet.mark(line, place, role);
                    }
                }
                KpiColumn::Figure(kind, year) => {
                    if let Some(place) = place {
                        sheet.mark(line, place, CellRole::Figure);
                    }
                    let doubts = if alignment.doubted {
                        vec![doubt(DoubtReason::SlidRow)]
                    } else {
                        Vec::new()
                    };
                    let (year, raw_for_reading) = own_year(raw, *kind, *year);
                    cells.push((
                        FigureCell {
                            kind: *kind,
                            year,
                            raw: raw_for_reading,
                            address: sheet.address(line, place.unwrap_or(*column)),
                            doubts,
                        },
                        raw.to_owned(),
                    ));
                }
                KpiColumn::Unknown => {}
            }
        }
        for column in sheet.lines[line].filled() {
            if sheet.role(line, column).is_none() {
                sheet.mark(line, column, CellRole::Unknown);
                self.keep("", &prose(texts[column]));
            }
        }
        let plain: Vec<FigureCell> = cells.iter().map(|(cell, _)| cell.clone()).collect();
        let mut indicators: Vec<Indicator> =
            figures::assemble(&plain, &Names::Given(std::slice::from_ref(&kpi.name)), &[]);
        for indicator in &mut indicators {
            indicator.direction = direction;
            for figure in &mut indicator.figures {
                // the text of the cell as it stood, with the year that was read apart
                if let Some((_, raw)) = cells
                    .iter()
                    .find(|(cell, _)| Some(&cell.address) == figure.source.as_ref())
                {
                    figure.text.clone_from(raw);
                }
            }
        }
        self.large_item(line).group.indicators.extend(indicators);
    }

    /// A project's row: name with department, results, analysis. Three cells are these three wherever they stand, because a
    /// table that goes on after a page break has lost its header and its empty columns.
    fn project(&mut self, sheet: &mut Sheet, line: usize, filled: &[usize]) {
        let columns = self.projects.clone().unwrap_or_default();
        let raw = |column: usize| sheet.lines[line].raw(column).to_owned();
        let mut project = Project {
            name: String::new(),
            department: None,
            fiscal_year: columns.year,
            results: Vec::new(),
            analysis: Vec::new(),
        };
        let mut rest = filled.to_vec();
        let name_column = rest.first().copied().filter(|column| {
            filled.len() >= 3 || columns.results.is_none_or(|results| *column < results)
        });
        if let Some(column) = name_column {
            (project.name, project.department) = name_and_department(&raw(column));
            rest.remove(0);
        }
        for (position, column) in rest.iter().enumerate() {
            let is_analysis = if rest.len() == 2 {
                position == 1
            } else {
                columns.analysis.is_some_and(|analysis| *column >= analysis)
                    || (position > 0 && position + 1 == rest.len())
            };
            let entries = bullets(&raw(*column));
            if is_analysis {
                project.analysis.extend(entries);
            } else {
                project.results.extend(entries);
            }
        }
        sheet.mark_rest(line, CellRole::Project);
        if let Some(initiative) = self
            .large
            .as_mut()
            .and_then(|large| large.group.initiatives.last_mut())
        {
            match initiative.projects.last_mut() {
                Some(last) if project.name.is_empty() => {
                    last.results.extend(project.results);
                    last.analysis.extend(project.analysis);
                }
                _ => initiative.projects.push(project),
            }
        }
    }
}

fn read_direction(key: &str) -> Option<Direction> {
    match key {
        "増加" | "上昇" | "向上" | "増" | "↑" | "↗" | "拡大" => Some(Direction::More),
        "減少" | "低下" | "縮減" | "減" | "↓" | "↘" | "削減" | "短縮" => {
            Some(Direction::Fewer)
        }
        "維持" | "継続" | "→" | "現状維持" => Some(Direction::Keep),
        "以内" | "以下" => Some(Direction::AtMost),
        _ => None,
    }
}

/// The year a figure names for itself (`40.9%(令和2年度)`), and the text without it.
fn own_year(
    raw: &str,
    kind: FigureKind,
    column: Option<FiscalYear>,
) -> (Option<FiscalYear>, String) {
    let text = without_html(raw);
    if kind != FigureKind::Baseline {
        return (column, text);
    }
    let Some(open) = text.rfind(['(', '（']) else {
        return (column, text);
    };
    let inside = text[open..].trim_matches(['(', ')', '（', '）', ' ']);
    match FiscalYear::read(inside) {
        Some(year) if !scan(&text[..open]).found.is_empty() => {
            (Some(year), text[..open].trim().to_owned())
        }
        _ => (column, text),
    }
}

/// `1 行政事務における生産性の向上` → number and title.
fn numbered(text: &str) -> (Option<String>, String) {
    let folded: String = text
        .chars()
        .take_while(|c| {
            c.is_ascii_digit()
                || ('０'..='９').contains(c)
                || matches!(c, '①'..='⑳' | '(' | ')' | '（' | '）' | '-' | '－' | '.')
        })
        .collect();
    let rest = text[folded.len()..].trim_start_matches([' ', '　', '．', '.', '、', ':', '：']);
    let number = yakuba_kernel::text::fold_width(folded.trim_end_matches(['.', '．']));
    let has_digit = number
        .chars()
        .any(|c| c.is_ascii_digit() || matches!(c, '①'..='⑳'));
    let apart = text[folded.len()..].starts_with([' ', '　', '．', '.', '、', ':', '：'])
        || folded.ends_with([')', '）', '.'])
        || number.chars().any(|c| matches!(c, '①'..='⑳'));
    if has_digit && apart && !rest.is_empty() {
        (Some(number), rest.to_owned())
    } else {
        (None, text.to_owned())
    }
}

/// `DX推進事業 情報政策課` → project and department.
fn name_and_department(raw: &str) -> (String, Option<String>) {
    const ENDINGS: [&str; 15] = [
        "課",
        "室",
        "部",
        "局",
        "センター",
        "所",
        "館",
        "係",
        "担当",
        "委員会",
        "署",
        "院",
        "園",
        "校",
        "チーム",
    ];
    let text = without_html(raw).replace('\n', " ");
    if let Some((name, department)) = text.trim().rsplit_once([' ', '　'])
        && ENDINGS.iter().any(|ending| department.ends_with(ending))
    {
        return (title(name), Some(title(department)));
    }
    (title(&text), None)
}
