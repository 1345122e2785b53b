//! Bringing a table into the inventory: first what would change, then the change.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use serde_json::json;
use yakuba_city::{AuditEntry, FileHash, Tx};
use yakuba_identity::department_names;
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear};

use super::{add_entry, change_entry, entries};
use crate::{
    error::ProcedureError,
    model::inventory::{
        CHANNELS, Counts, Entry, EntryProblem, Listed,
        sheet::{Column, InventorySheet, RowProblem},
    },
};

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPreview {
    /// The entries that would be new or changed.
    pub differences: Vec<Difference>,
    /// How many rows say what stands already.
    pub unchanged: usize,
    /// The rows that cannot be taken, with the reasons. The others can.
    pub notes: Vec<RowNote>,
    /// Headings that mean nothing here.
    pub unknown: Vec<String>,
    /// Stands for exactly these differences, so that what is carried out is what was shown.
    pub fingerprint: String,
}

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowNote {
    /// The line in the file.
    pub line: u32,
    /// The number in it.
    pub number: String,
    /// Why.
    pub problems: Vec<RowProblem>,
}

/// An entry that would be new or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The line in the file.
    pub line: u32,
    /// The revision of the entry that stands; none: it is new.
    pub revision: Option<i64>,
    /// The entry as it would be.
    pub entry: Entry,
    /// Its counts as they would be.
    pub counts: Counts,
    /// What differs; for a new entry, what it has.
    pub changes: Vec<FieldChange>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldChange {
    /// In a column: before and after.
    Column(Column, String, String),
    /// In a year's count: before and after.
    Count(FiscalYear, Channel, Option<u64>, Option<u64>),
}

/// Compares a table with the inventory. `may` says for which departments the person may change entries.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn preview_import(
    connection: &impl ConnectionTrait,
    sheet: &InventorySheet,
    today: Date,
    may: impl Fn(&DepartmentCode) -> bool,
) -> Result<ImportPreview, ProcedureError> {
    let departments = department_names(connection, true).await?;
    let standing: BTreeMap<String, Listed> = entries(connection, None)
        .await?
        .into_iter()
        .map(|listed| (listed.entry.number.clone(), listed))
        .collect();
    let mut preview = ImportPreview {
        differences: Vec::new(),
        unchanged: 0,
        notes: Vec::new(),
        unknown: sheet.unknown.clone(),
        fingerprint: String::new(),
    };
    let mut seen = BTreeSet::new();
    // Keys of procedures are free again when the file takes them from the entry that had them.
    let mut keys: BTreeMap<String, String> = standing
        .values()
        .filter_map(|listed| {
            let key = listed.entry.procedure_key.clone()?;
            Some((key, listed.entry.number.clone()))
        })
        .collect();
    for row in &sheet.rows {
        let old = standing.get(&row.number);
        let outcome = if seen.insert(row.number.clone()) {
            row.apply(old, &departments, today)
        } else {
            Err(vec![RowProblem::Twice])
        };
        let outcome = outcome.and_then(|(entry, counts)| {
            let before = old.map(|listed| &listed.entry.department);
            if !may(&entry.department) || before.is_some_and(|code| !may(code)) {
                return Err(vec![RowProblem::NotYours]);
            }
            if let Some(key) = &entry.procedure_key {
                let holder = keys
                    .entry(key.clone())
                    .or_insert_with(|| row.number.clone());
                if *holder != row.number {
                    return Err(vec![RowProblem::Entry(EntryProblem::KeyTaken)]);
                }
            }
            Ok((entry, counts))
        });
        match outcome {
            Err(problems) => preview.notes.push(RowNote {
                line: row.line,
                number: row.number.clone(),
                problems,
            }),
            Ok((entry, counts)) => {
                let changes = changes(old, &entry, &counts, &departments);
                if changes.is_empty() {
                    preview.unchanged += 1;
                } else {
                    preview.differences.push(Difference {
                        line: row.line,
                        revision: old.map(|listed| listed.revision),
                        entry,
                        counts,
                        changes,
                    });
                }
            }
        }
    }
    let told = format!("{:?}", preview.differences);
    FileHash::of(told.as_bytes())
        .as_str()
        .clone_into(&mut preview.fingerprint);
    Ok(preview)
}

fn changes(
    old: Option<&Listed>,
    entry: &Entry,
    counts: &Counts,
    departments: &BTreeMap<DepartmentCode, String>,
) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for column in Column::all() {
        let before = old.map_or_else(String::new, |listed| {
            column.text(&listed.entry, departments)
        });
        let after = column.text(entry, departments);
        if before != after {
            changes.push(FieldChange::Column(column, before, after));
        }
    }
    let none = Counts::default();
    let standing = old.map_or(&none, |listed| &listed.counts);
    let years: BTreeSet<FiscalYear> = standing.years().chain(counts.years()).collect();
    for year in years {
        for channel in CHANNELS {
            let before = standing.of_year(year, channel);
            let after = counts.of_year(year, channel);
            if before != after {
                changes.push(FieldChange::Count(year, channel, before, after));
            }
        }
    }
    changes
}

/// Carries out what a preview showed, all or nothing.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] when an entry changed in between; as [`add_entry`] and [`change_entry`].
pub async fn commit_import(tx: &Tx, differences: &[Difference]) -> Result<(), ProcedureError> {
    for difference in differences {
        let Difference { entry, counts, .. } = difference;
        match difference.revision {
            None => add_entry(tx, entry, counts).await?,
            Some(revision) => change_entry(tx, entry, Some(counts), revision).await?,
        }
    }
    tx.audit(
        AuditEntry::new("procedures.inventory_import", "procedures/inventory").with(json!({
            "entries": differences.len(),
            "new": differences.iter().filter(|difference| difference.revision.is_none()).count(),
        })),
    );
    Ok(())
}
