//! The list of what a person should look at.

use std::collections::BTreeSet;

use crate::model::document::{Doubt, DoubtReason, Group, Indicator};

use super::{CellRole, ImportReading, ReviewItem, ReviewPath};

/// Every doubted figure in the order of the document, then every cell that was not understood.
pub(super) fn list(reading: &ImportReading) -> Vec<ReviewItem> {
    let mut items = Vec::new();
    for group in &reading.document.groups {
        of_group(group, &mut items);
    }
    let mut foreign: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    for cell in reading
        .cells
        .iter()
        .filter(|cell| cell.role == CellRole::Unknown)
    {
        // a sheet in which nothing was recognised, such as a cover, is listed once
        let sheet = (cell.address.file.as_str(), cell.address.sheet.as_deref());
        let recognised = reading
            .shapes
            .iter()
            .any(|report| (report.file.as_str(), report.sheet.as_deref()) == sheet);
        if !recognised && !foreign.insert(sheet) {
            continue;
        }
        items.push(ReviewItem {
            address: Some(cell.address.clone()),
            text: cell.text.clone(),
            doubts: vec![Doubt {
                reason: DoubtReason::LabelUnknown,
                detail: None,
            }],
            path: ReviewPath::default(),
        });
    }
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
