//! Which of the three shapes a sheet has, by the labels in it.

use super::Shape;
use super::grid::{Line, Sheet};
use super::labels::{Label, label};
use super::list;
use crate::model::document::GroupKind;

/// The shape with the most witnesses; none when there are too few of each.
pub(super) fn shape(sheet: &Sheet) -> Option<Shape> {
    if sheet.lines.iter().any(list::is_header) {
        return Some(Shape::List);
    }
    let (mut form, mut evaluation) = (0, 0);
    for line in &sheet.lines {
        for found in line_labels(line) {
            match found {
                Label::Planned
                | Label::Actual
                | Label::Title
                | Label::Schedule
                | Label::Lead
                | Label::Outcome
                | Label::Measure
                | Label::Remark => form += 1,
                Label::Kpi
                | Label::MiddleItem
                | Label::Projects
                | Label::Direction
                | Label::Group(GroupKind::LargeItem) => evaluation += 1,
                _ => {}
            }
        }
    }
    match (form, evaluation) {
        (0..=1, 0..=1) => None,
        (form, evaluation) if evaluation > form => Some(Shape::Evaluation),
        _ => Some(Shape::Form),
    }
}

fn line_labels(line: &Line) -> impl Iterator<Item = Label> + '_ {
    line.cells.iter().filter_map(|cell| label(&cell.key))
}
