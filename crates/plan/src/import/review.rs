//! The list of what a person should look at.

use crate::model::document::{Doubt, DoubtReason, Group, Indicator};

use super::{CellRole, ImportReading, ReviewItem, ReviewPath};

/// Every doubted figure in the order of the document, then every cell that was not understood.
pub(super) fn list(reading: &ImportReading) -> Vec<ReviewItem> {
    let mut items = Vec::new();
    for group in &reading.document.groups {
        of_group(group, &mut items);
    }
    items.extend(
        reading
            .cells
            .iter()
            .filter(|cell| cell.role == CellRole::Unknown)
            .map(|cell| ReviewItem {
                address: Some(cell.address.clone()),
                text: cell.text.clone(),
                doubts: vec![Doubt {
                    reason: DoubtReason::LabelUnknown,
                    detail: None,
                }],
                path: ReviewPath::default(),
            }),
    );
    items
}

fn of_group(group: &Group, items: &mut Vec<ReviewItem>) {
    of_indicators(
        &group.indicators,
        group.number.as_ref(),
        &group.title,
        items,
    );
    for initiative in &group.initiatives {
        of_indicators(
            &initiative.indicators,
            initiative.number.as_ref(),
            &initiative.title,
            items,
        );
    }
    for below in &group.groups {
        of_group(below, items);
    }
}

fn of_indicators(
    indicators: &[Indicator],
    number: Option<&String>,
    title: &str,
    items: &mut Vec<ReviewItem>,
) {
    for indicator in indicators {
        for figure in indicator
            .figures
            .iter()
            .filter(|figure| figure.needs_review())
        {
            items.push(ReviewItem {
                address: figure.source.clone(),
                text: figure.text.clone(),
                doubts: figure.doubts.clone(),
                path: ReviewPath {
                    initiative_number: number.cloned(),
                    initiative_title: Some(title.to_owned()),
                    indicator: Some(indicator.name.clone()),
                    fiscal_year: figure.fiscal_year,
                    kind: Some(figure.kind),
                },
            });
        }
    }
}
