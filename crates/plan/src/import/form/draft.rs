//! An initiative while its form is being read.

use std::collections::{BTreeMap, HashSet};

use yakuba_kernel::FiscalYear;

use super::super::cell::{prose, take_marks, title};
use super::super::evidence;
use super::super::figures::{self, FigureCell, Names};
use super::super::labels::Label;
use super::super::names;
use super::schedule::Steps;
use crate::model::document::{GroupKind, Initiative, LabelledText, Remark};

/// Where a name came from when the cells gave none; stands at the end of the definition.
const NAMED_BY_DEFINITION: &str = "（指標の名称は評価指標の文から取った）";
const NAMED_BY_TITLE: &str = "（指標の名称は取組の名称による）";

pub(super) struct Draft {
    pub(super) initiative: Initiative,
    pub(super) path: Vec<(GroupKind, String)>,
    pub(super) seen: HashSet<Label>,
    pub(super) years: BTreeMap<usize, FiscalYear>,
    pub(super) cells: Vec<FigureCell>,
    pub(super) steps: Steps,
    pub(super) in_schedule: bool,
    /// The label read last and its words, for lines without one.
    pub(super) last_label: Option<(Label, String)>,
    pub(super) first_line: usize,
    pub(super) last_line: usize,
}

impl Draft {
    pub(super) fn new(line: usize) -> Self {
        Self {
            initiative: Initiative::default(),
            path: Vec::new(),
            seen: HashSet::new(),
            years: BTreeMap::new(),
            cells: Vec::new(),
            steps: Steps::default(),
            in_schedule: false,
            last_label: None,
            first_line: line,
            last_line: line,
        }
    }

    pub(super) fn has_figures_or_departments(&self) -> bool {
        !self.cells.is_empty() || self.seen.contains(&Label::Lead)
    }

    /// Whether nothing of an initiative was found.
    pub(super) fn is_bare(&self) -> bool {
        self.initiative.title.is_empty()
            && self.initiative.number.is_none()
            && self.cells.is_empty()
    }

    pub(super) fn text(&mut self, label: &str, text: &str) {
        self.initiative.texts.push(LabelledText {
            label: label.to_owned(),
            text: text.to_owned(),
        });
    }

    /// Takes the content of a label.
    pub(super) fn take(&mut self, label: Label, raw: &str) {
        let initiative = &mut self.initiative;
        match label {
            Label::Number => {
                let (number, marks) = take_marks(&title(raw));
                initiative.number = Some(number);
                super::super::list::add_marks(initiative, marks);
            }
            Label::Title => {
                let (name, marks) = take_marks(&title(raw));
                initiative.title = name;
                super::super::list::add_marks(initiative, marks);
            }
            Label::Group(kind) => self.path.push((kind, title(raw))),
            Label::Summary => append(&mut initiative.summary, &prose(raw)),
            Label::Purpose => append(&mut initiative.purpose, &prose(raw)),
            Label::Outcome | Label::Content => append(&mut initiative.outcome, &prose(raw)),
            Label::Measure => append(&mut initiative.measure_text, &prose(raw)),
            Label::Lead => initiative.lead_departments.extend(departments(raw)),
            Label::Related => initiative.related_departments.extend(departments(raw)),
            Label::Remark => {
                let year = self
                    .last_label
                    .as_ref()
                    .and_then(|(_, label)| FiscalYear::read_in(label));
                initiative.remarks.push(Remark {
                    fiscal_year: year,
                    text: prose(raw),
                });
            }
            _ => {
                let label = self
                    .last_label
                    .as_ref()
                    .map_or(String::new(), |(_, label)| label.clone());
                self.text(&label, &prose(raw));
            }
        }
    }

    pub(super) fn finish(self) -> (Vec<(GroupKind, String)>, Initiative) {
        let mut initiative = self.initiative;
        let measure = initiative.measure_text.clone().unwrap_or_default();
        let name = initiative.title.clone();
        let inferred = |units: &[&str]| match names::infer(&measure, units) {
            Some(quantity) => (quantity, Some(format!("{measure}{NAMED_BY_DEFINITION}"))),
            None => (name.clone(), Some(format!("{measure}{NAMED_BY_TITLE}"))),
        };
        let mut indicators = figures::assemble(
            &self.cells,
            &Names::InCells {
                inferred: &inferred,
            },
            &initiative.notes,
        );
        for indicator in &mut indicators {
            if indicator.definition.is_none() {
                let years: Vec<FiscalYear> = indicator
                    .figures
                    .iter()
                    .filter(|figure| figure.reading != crate::model::document::Reading::Empty)
                    .filter_map(|figure| figure.fiscal_year)
                    .collect();
                indicator.definition = names::definition(&measure, &indicator.name, &years);
            }
        }
        figures::complete(&mut indicators);
        evidence::from_remarks(&mut indicators, &initiative.remarks);
        evidence::from_qualifiers(&mut indicators);
        initiative.indicators = indicators;
        initiative.schedule.extend(self.steps.phases());
        (self.path, initiative)
    }
}

fn append(field: &mut Option<String>, text: &str) {
    match field {
        Some(before) => {
            before.push('\n');
            before.push_str(text);
        }
        None => *field = Some(text.to_owned()),
    }
}

/// Departments, as they are listed with 、 or on lines of their own.
pub(in crate::import) fn departments(raw: &str) -> Vec<String> {
    let mut depth = 0_i32;
    prose(raw)
        .split(|character: char| {
            match character {
                '（' | '(' => depth += 1,
                '）' | ')' => depth -= 1,
                _ => {}
            }
            depth == 0 && matches!(character, '、' | ',' | '，' | '\n' | '／')
        })
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}
