//! Names that a column of their own gives (KPI), as in lists and KPI blocks. The figure cells may still say more: parts
//! with circled digits, figures beside the main one, the name repeated, prose before the number.

use yakuba_kernel::FiscalYear;

use super::super::cell::{key, title};
use super::super::names::GivenName;
use super::super::number::{Found, Scan, scan};
use super::build::Builder;
use super::in_cells::name_of;
use super::{FigureCell, status};
use crate::model::document::{DoubtReason, Reading};

pub(super) fn read(cells: &[FigureCell], names: &[GivenName], builder: &mut Builder<'_>) {
    if names.is_empty() {
        return;
    }
    let mut kpi = Kpi {
        names,
        used: vec![false; names.len()],
    };
    // indicators named by the column come first, in its order; unused ones are left out again when parts took their place
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
    for name in names {
        let index = builder.named(&name.name);
        builder.set_marks(index, &name.marks);
    }
    for (order, (cell, scan)) in cells.iter().zip(&scans).enumerate() {
        match scan.found.as_slice() {
            [] => kpi.without_number(order, cell, builder),
            [only] if only.circled.is_none() => {
                kpi.single(order, cell, only, scan.bare_mark, builder);
            }
            several => kpi.several(order, cell, several, scan.bare_mark, builder),
        }
    }
}

struct Kpi<'a> {
    names: &'a [GivenName],
    used: Vec<bool>,
}

impl Kpi<'_> {
    fn is_main(&self, words: &str) -> Option<usize> {
        let words = key(words);
        if words.is_empty() {
            return None;
        }
        self.names
            .iter()
            .position(|name| key(&name.name) == words)
            .or_else(|| {
                self.names.iter().position(|name| {
                    let name = key(&name.name);
                    name.contains(&words) || words.contains(&name)
                })
            })
    }

    fn main(&mut self, position: usize, builder: &mut Builder<'_>) -> usize {
        self.used[position] = true;
        builder.named(&self.names[position].name)
    }

    fn without_number(&mut self, order: usize, cell: &FigureCell, builder: &mut Builder<'_>) {
        let (reading, reason) = match status(&cell.raw) {
            Some(reading) => (reading, None),
            None if key(&cell.raw).contains("未実施") => {
                (Reading::NotCarriedOut, Some(DoubtReason::LeftOver))
            }
            None => (Reading::Words, Some(DoubtReason::WordsForNumber)),
        };
        for position in 0..self.names.len() {
            let index = self.main(position, builder);
            builder.state(index, order, cell, reading.clone(), reason);
        }
    }

    /// One number: the KPI's, whatever stands before it. For several KPI it speaks for all of them, which is doubted.
    fn single(
        &mut self,
        order: usize,
        cell: &FigureCell,
        found: &Found,
        bare_mark: bool,
        builder: &mut Builder<'_>,
    ) {
        let words = title(&found.lead.join(" "));
        let (name, year) = name_of(&found.lead);
        // marks and the column's own year say nothing further
        let says_nothing = name.is_empty() && (year.is_none() || year == cell.year);
        let words = if says_nothing { String::new() } else { words };
        let named = self.is_main(&name);
        if named.is_none() && !name.is_empty() && builder.find(&name).is_some() {
            let index = builder.named(&name);
            builder.number(index, order, cell, found, bare_mark);
            return;
        }
        let positions: Vec<usize> = match named {
            Some(position) => vec![position],
            None => (0..self.names.len()).collect(),
        };
        let shared = positions.len() > 1;
        let mut found = found.clone();
        if named.is_none() && !words.is_empty() {
            found.qualifiers.insert(0, words.clone());
        }
        for position in positions {
            let index = self.main(position, builder);
            builder.number(index, order, cell, &found, bare_mark);
            if shared {
                builder.doubt(index, cell, DoubtReason::FewerNumbersThanNames, None);
            }
            let other_year = year
                .or_else(|| other_year(&words, cell.year))
                .filter(|year| Some(*year) != cell.year);
            if other_year.is_some() {
                builder.doubt(index, cell, DoubtReason::YearUnclear, Some(&words));
            } else if named.is_none() && !words.is_empty() {
                builder.doubt(index, cell, DoubtReason::LeftOver, Some(&words));
            }
        }
    }

    fn several(
        &mut self,
        order: usize,
        cell: &FigureCell,
        found: &[Found],
        bare_mark: bool,
        builder: &mut Builder<'_>,
    ) {
        let mut main_done = false;
        let mut last = None;
        for number in found {
            let by_circle = number.circled.and_then(|circled| {
                self.names
                    .iter()
                    .position(|name| name.circled == Some(circled))
            });
            let mut lead = number.lead.clone();
            // the KPI's name repeated before the names of its parts
            while lead.len() > 1
                && self
                    .names
                    .iter()
                    .any(|name| key(&name.name) == key(&lead[0]))
            {
                lead.remove(0);
            }
            let (name, year) = name_of(&lead);
            let index = if let Some(position) = by_circle {
                self.main(position, builder)
            } else if number.total {
                main_done = true;
                self.main(0, builder)
            } else if let Some(circled) = number.circled {
                let part = self.part_name(&name, number);
                builder.part(circled, &part)
            } else if name.is_empty() && !main_done {
                main_done = true;
                self.main(0, builder)
            } else if name.is_empty() {
                if let Some(index) = last {
                    builder.doubt(
                        index,
                        cell,
                        DoubtReason::SeveralNumbers,
                        Some(&number.value.to_string()),
                    );
                }
                continue;
            } else if let Some(position) = self.is_main(&name).filter(|_| !main_done) {
                main_done = true;
                self.main(position, builder)
            } else {
                builder.named(&name)
            };
            builder.number(index, order, cell, number, bare_mark);
            if year.is_some_and(|year| Some(year) != cell.year) {
                builder.doubt(index, cell, DoubtReason::YearUnclear, Some(&lead.join(" ")));
            }
            last = Some(index);
        }
    }

    /// The name of a part: its own words, or the KPI's name with the bracket beside the number (`…数（市民課分）`).
    fn part_name(&self, words: &str, number: &Found) -> String {
        if !words.is_empty() {
            return words.to_owned();
        }
        let whole = self.names.first().map_or("", |name| name.name.as_str());
        let bracket = number
            .qualifiers
            .iter()
            .find(|qualifier| qualifier.starts_with(['（', '(']));
        match (bracket, number.circled) {
            (Some(bracket), _) => format!("{whole}{bracket}"),
            (None, Some(circled)) => format!("{whole}{circled}"),
            (None, None) => whole.to_owned(),
        }
    }
}

/// A fiscal year a text speaks of that is not the column's.
fn other_year(text: &str, column: Option<FiscalYear>) -> Option<FiscalYear> {
    let year = FiscalYear::read_in(text)?;
    (Some(year) != column).then_some(year)
}
