//! Names that stand in the figure cells themselves (`特定健診48% 保健指導60%`), as in forms.

use std::collections::BTreeSet;

use super::super::cell::{key, title};
use super::super::names::without_year;
use super::super::number::{Found, Scan, scan};
use super::build::Builder;
use super::{FigureCell, Inferred, status};
use crate::model::document::{DoubtReason, Reading};

/// A lead longer than this, or with punctuation of a sentence, is prose and no name.
const LONGEST_NAME: usize = 30;

pub(super) fn read(cells: &[FigureCell], inferred: &Inferred<'_>, builder: &mut Builder<'_>) {
    let scans: Vec<Scan> = cells
        .iter()
        .map(|cell| {
            if status(&cell.raw).is_some() {
                Scan::default()
            } else {
                scan(&cell.raw)
            }
        })
        .collect();
    let alone: BTreeSet<String> = scans
        .iter()
        .flat_map(|scan| &scan.found)
        .filter(|found| found.lead.len() == 1)
        .map(|found| key(&name_of(&found.lead).0))
        .collect();
    let units: Vec<&str> = scans
        .iter()
        .flat_map(|scan| &scan.found)
        .filter(|found| found.lead.is_empty())
        .filter_map(|found| found.unit.as_deref())
        .collect();
    for (order, (cell, scan)) in cells.iter().zip(&scans).enumerate() {
        for (position, found) in scan.found.iter().enumerate() {
            let place = Place {
                order,
                cell,
                scan,
                position,
            };
            one(&place, found, &alone, &|| inferred(&units), builder);
        }
    }
    for (order, (cell, scan)) in cells.iter().zip(&scans).enumerate() {
        if scan.found.is_empty() {
            without_number(order, cell, &|| inferred(&units), builder);
        }
    }
}

struct Place<'a> {
    order: usize,
    cell: &'a FigureCell,
    scan: &'a Scan,
    position: usize,
}

fn one(
    place: &Place<'_>,
    found: &Found,
    alone: &BTreeSet<String>,
    inferred: &dyn Fn() -> (String, Option<String>),
    builder: &mut Builder<'_>,
) {
    let Place {
        order,
        cell,
        scan,
        position,
    } = *place;
    let mut words = found.lead.clone();
    // two names before one number: a name that has numbers of its own elsewhere lost the one it should have here
    let mut lost = Vec::new();
    while words.len() > 1 && alone.contains(&key(&words[0])) {
        lost.push(words.remove(0));
    }
    for name in &lost {
        let index = builder.named(&title(name));
        builder.state(
            index,
            order,
            cell,
            Reading::Missing,
            Some(DoubtReason::NumberLost),
        );
    }
    let (name, year) = name_of(&words);
    let is_prose = name.chars().count() > LONGEST_NAME || name.contains(['、', '。']);
    if is_prose {
        let mut with_words = found.clone();
        with_words.qualifiers.insert(0, words.join(" "));
        let index = unnamed(found, inferred, builder);
        builder.number(index, order, cell, &with_words, scan.bare_mark);
        builder.doubt(index, cell, DoubtReason::LeftOver, Some(&words.join(" ")));
        return;
    }
    if name.is_empty() && position > 0 && found.circled.is_none() {
        // a second number without a name belongs to nobody: the first stays the figure, and is doubted
        let index = builder
            .find(&name_of(&scan.found[0].lead).0)
            .unwrap_or_else(|| unnamed(&scan.found[0], inferred, builder));
        builder.doubt(
            index,
            cell,
            DoubtReason::SeveralNumbers,
            Some(&found.value.to_string()),
        );
        return;
    }
    let index = match (name.is_empty(), found.circled) {
        (true, _) => unnamed(found, inferred, builder),
        (false, Some(circled)) => builder.part(circled, &name),
        (false, None) => builder.named(&name),
    };
    builder.number(index, order, cell, found, scan.bare_mark);
    if !lost.is_empty() {
        builder.doubt(
            index,
            cell,
            DoubtReason::FewerNumbersThanNames,
            Some(&lost.join(" ")),
        );
    }
    if year.is_some() && year != cell.year {
        builder.doubt(
            index,
            cell,
            DoubtReason::YearUnclear,
            Some(&words.join(" ")),
        );
    }
}

fn unnamed(
    found: &Found,
    inferred: &dyn Fn() -> (String, Option<String>),
    builder: &mut Builder<'_>,
) -> usize {
    let (name, definition) = inferred();
    let name = match found.circled {
        Some(circled) => format!("{name}{circled}"),
        None => name,
    };
    let is_new = builder.find(&name).is_none();
    let index = builder.named(&name);
    if is_new {
        builder.define(index, definition);
    }
    index
}

/// What stands around a name without being part of it.
const AROUND: [char; 19] = [
    '：', ':', '＝', '=', '・', '、', ',', '/', '／', ';', '　', ' ', '～', '〜', '~', '±', '-',
    '|', '。',
];

/// The name the words of a lead make, and a year that stood before it.
pub(super) fn name_of(words: &[String]) -> (String, Option<yakuba_kernel::FiscalYear>) {
    let joined = title(&words.join(" "));
    let joined = joined.trim_matches(AROUND);
    if let Some(year) = yakuba_kernel::FiscalYear::read(joined) {
        return (String::new(), Some(year));
    }
    let (name, year) = without_year(joined);
    (name.trim_matches(AROUND).to_owned(), year)
}

fn without_number(
    order: usize,
    cell: &FigureCell,
    inferred: &dyn Fn() -> (String, Option<String>),
    builder: &mut Builder<'_>,
) {
    let (reading, reason) = match status(&cell.raw) {
        Some(reading) => (reading, None),
        None if key(&cell.raw).contains("未実施") => {
            (Reading::NotCarriedOut, Some(DoubtReason::LeftOver))
        }
        None => (Reading::Words, Some(DoubtReason::WordsForNumber)),
    };
    let mut targets = builder.with_kind(cell.kind);
    if targets.is_empty() {
        targets = builder.all();
    }
    if builder.is_empty() && reading != Reading::Empty {
        let (name, definition) = inferred();
        let index = builder.named(&name);
        builder.define(index, definition);
        targets.insert(index);
    }
    for index in targets {
        builder.state(index, order, cell, reading.clone(), reason);
    }
}
