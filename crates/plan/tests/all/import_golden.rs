//! The three published sheets against the figures a person read from them.

use std::collections::{BTreeMap, BTreeSet};

use crate::import_support::{Row, golden, read_seed, rows};

/// Rows keyed by what they are about; the number is the initiative's, except where the sheet has none.
fn by_place(rows: Vec<Row>, with_initiative: bool) -> BTreeMap<String, Row> {
    rows.into_iter()
        .map(|row| {
            let initiative = if with_initiative {
                row.initiative.as_str()
            } else {
                ""
            };
            (
                format!(
                    "{initiative}|{}|{}|{}",
                    row.indicator, row.fiscal_year, row.kind
                ),
                row,
            )
        })
        .collect()
}

fn compare(seed: &str, golden_file: &str, with_initiative: bool) {
    let Some(reading) = read_seed(seed) else {
        return;
    };
    let read = by_place(rows(&reading.document), with_initiative);
    let expected = by_place(golden(golden_file), with_initiative);
    let mut differences = Vec::new();
    for place in read.keys().chain(expected.keys()).collect::<BTreeSet<_>>() {
        match (read.get(place), expected.get(place)) {
            (Some(_), None) => differences.push(format!("only read: {place} = {:?}", read[place])),
            (None, Some(row)) => differences.push(format!("not read: {place} = {row:?}")),
            (Some(read), Some(expected)) if read.facts() != expected.facts() => {
                differences.push(format!(
                    "{place}\n      read {:?}\n  expected {:?}",
                    read.facts(),
                    expected.facts()
                ));
            }
            _ => {}
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn one_form_per_initiative() {
    compare("000_", "suita.csv", true);
}

#[test]
fn strategy_evaluation() {
    compare("001_", "settsu.csv", false);
}

#[test]
fn one_list() {
    compare("002_", "shibata.csv", true);
}
