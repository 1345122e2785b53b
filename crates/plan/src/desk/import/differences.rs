//! What would change or has changed, grouped by the part of the plan it is in.

use yakuba_ui::{Cell, Column, Disclosure, Html, Row, Table, Words};

use super::super::sentences;
use crate::model::difference::{Change, Place};

/// Parts whose changes are open at first.
const OPEN: usize = 3;
/// Parts shown on one page.
pub(in super::super) const PER_PAGE: usize = 30;

/// The changes of one page of parts, each part a disclosure with a table old → new, and how many parts there are in all.
pub(in super::super) fn differences(words: Words, changes: &[Change], page: u64) -> (Html, u64) {
    let mut parts: Vec<(&Option<String>, Vec<&Change>)> = Vec::new();
    for change in changes {
        match parts
            .iter_mut()
            .find(|(part, _)| **part == change.place.part)
        {
            Some((_, list)) => list.push(change),
            None => parts.push((&change.place.part, vec![change])),
        }
    }
    let total = u64::try_from(parts.len()).unwrap_or(u64::MAX);
    let skip = usize::try_from(page.saturating_sub(1))
        .unwrap_or(0)
        .saturating_mul(PER_PAGE);
    let mut html = Html::empty();
    for (place, (_, changes)) in parts.iter().enumerate().skip(skip).take(PER_PAGE) {
        let title = changes
            .iter()
            .find_map(|change| change.place.title.clone())
            .or_else(|| {
                changes
                    .iter()
                    .find(|change| change.place.field == "title" && change.place.part.is_some())
                    .and_then(|change| change.after.clone())
            })
            .unwrap_or_else(|| words.get("desk-change-plan-itself").into_owned());
        let count = u64::try_from(changes.len()).unwrap_or(u64::MAX);
        let summary = words
            .with(
                "desk-change-summary",
                &[("title", title.clone().into()), ("n", count.into())],
            )
            .into_owned();
        let table = Table::new(
            words.language(),
            format!("changes-{place}"),
            summary.clone(),
        )
        .hide_caption()
        .columns([
            Column::text(words.get("desk-change-where")),
            Column::text(words.get("desk-change-before")),
            Column::text(words.get("desk-change-after")),
        ])
        .rows(changes.iter().map(|change| {
            Row::new([
                Cell::text(place_shown(&words, &change.place)),
                value(&words, change.before.as_deref()),
                value(&words, change.after.as_deref()),
            ])
        }))
        .row_headers()
        .stacked();
        html.push(&Disclosure::new(summary, Html::of(&table)).open(place < OPEN));
    }
    (html, total)
}

fn value(words: &Words, text: Option<&str>) -> Cell {
    match text {
        Some("") => Cell::text(words.get("desk-reading-empty")),
        Some(text) => Cell::text(sentences::value_shown(text)),
        None => Cell::text("―"),
    }
}

/// Where a change is: field, or indicator with year and kind.
fn place_shown(words: &Words, place: &Place) -> String {
    let field = || {
        let key = format!("desk-field-{}", place.field.replace('_', "-"));
        if words.has(&key) {
            words.get(&key).into_owned()
        } else {
            place.field.clone()
        }
    };
    match (&place.indicator, place.kind) {
        (Some(indicator), Some(kind)) => {
            let figure = format!(
                "{indicator}　{}",
                sentences::year_and_kind(words, place.fiscal_year, kind)
            );
            if place.field == "figure" {
                figure
            } else {
                format!("{figure}　{}", field())
            }
        }
        (Some(indicator), None) => format!("{indicator}　{}", field()),
        _ => field(),
    }
}
