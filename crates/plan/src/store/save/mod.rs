//! Writing a plan: only what changed is written, and every change is in the history with its reason.

mod part;
mod rows;

use std::collections::BTreeSet;

use sea_orm::Value;
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::FiscalYear;

pub use part::{change_indicator, save_part};
use rows::{Owner, Rows, key, kind_word};

use super::document;
use crate::{
    error::PlanError,
    model::{
        difference::{Change, compare},
        document::{FORMAT, Group, Indicator, Initiative, PlanDocument},
        keys::{assign_keys, is_well_formed},
    },
};

/// Whose plan a new plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPlan {
    /// The city's own.
    Own,
    /// A neighbour's, to compare with.
    Neighbour,
}

/// Makes the plan with `document`'s key be `document`; makes the plan when it does not exist.
/// Parts without keys get them. Returns what changed; nothing is written when nothing did.
///
/// # Errors
/// [`PlanError::BadKey`], [`PlanError::UnknownFormat`], [`PlanError::FigureTwice`], [`PlanError::InUse`] when a removed
/// part still has records, or the database's.
pub async fn save(
    tx: &Tx,
    document: &PlanDocument,
    new: NewPlan,
    reason: &str,
) -> Result<Vec<Change>, PlanError> {
    check(document)?;
    let connection = tx.connection();
    let before = match document::load(connection, &document.key).await {
        Ok(before) => Some(before),
        Err(PlanError::NoSuchPlan(_)) => None,
        Err(error) => return Err(error),
    };
    let mut document = document.clone();
    assign_keys(&mut document, before.as_ref());
    if before.as_ref() == Some(&document) {
        return Ok(Vec::new());
    }
    let plan_id = write_plan(tx, &document, new).await?;
    let writer = Writer {
        rows: Rows { tx, plan_id },
        before: before.as_ref(),
        document: &document,
    };
    writer.write().await?;

    let changes = match &before {
        Some(before) => compare(before, &document),
        None => Vec::new(),
    };
    note(tx, &document, before.is_none(), &changes, reason);
    Ok(changes)
}

fn check(document: &PlanDocument) -> Result<(), PlanError> {
    if document.format != FORMAT {
        return Err(PlanError::UnknownFormat(document.format.clone()));
    }
    if !is_well_formed(&document.key) {
        return Err(PlanError::BadKey(document.key.clone()));
    }
    for group in &document.groups {
        check_group(group)?;
    }
    Ok(())
}

fn check_group(group: &Group) -> Result<(), PlanError> {
    let initiatives = group
        .initiatives
        .iter()
        .flat_map(|initiative| &initiative.indicators);
    for indicator in group.indicators.iter().chain(initiatives) {
        let mut seen = BTreeSet::new();
        for figure in &indicator.figures {
            if !seen.insert((figure.kind, figure.fiscal_year)) {
                let year = figure
                    .fiscal_year
                    .map(|year| year.to_string())
                    .unwrap_or_default();
                return Err(PlanError::FigureTwice {
                    indicator: indicator.name.clone(),
                    figure: format!("{} {year}", kind_word(figure.kind)),
                });
            }
        }
    }
    group.groups.iter().try_for_each(check_group)
}

async fn write_plan(tx: &Tx, document: &PlanDocument, new: NewPlan) -> Result<i64, PlanError> {
    let year = |year: Option<FiscalYear>| Value::BigInt(year.map(|year| i64::from(year.year())));
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO plans (key, own, title, publisher, municipality, first_year, last_year, version_label, summary,
                                source, statements, created_at, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
             ON CONFLICT (key) DO UPDATE SET title = excluded.title, publisher = excluded.publisher,
               municipality = excluded.municipality, first_year = excluded.first_year, last_year = excluded.last_year,
               version_label = excluded.version_label, summary = excluded.summary, source = excluded.source,
               statements = excluded.statements, changed_at = excluded.changed_at
             RETURNING id",
            [
                document.key.clone().into(),
                i64::from(new == NewPlan::Own).into(),
                document.title.clone().into(),
                document.publisher.name.clone().into(),
                document.publisher.municipality.as_ref().map(|code| code.as_str().to_owned()).into(),
                year(document.period.map(|period| period.from)),
                year(document.period.map(|period| period.to)),
                document.version.clone().into(),
                document.summary.clone().into(),
                document.source.clone().into(),
                serde_json::to_string(&document.statements)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    id.ok_or_else(|| PlanError::NoSuchPlan(document.key.clone()))
}

fn note(tx: &Tx, document: &PlanDocument, new: bool, changes: &[Change], reason: &str) {
    let plan = format!("plan/{}", document.key);
    if new {
        tx.audit(
            AuditEntry::new("plan.create", plan)
                .with(json!({"reason": reason, "title": document.title})),
        );
        return;
    }
    let mut parts: Vec<&Option<String>> = Vec::new();
    for change in changes {
        if !parts.contains(&&change.place.part) {
            parts.push(&change.place.part);
        }
    }
    for part in parts {
        let of_part: Vec<&Change> = changes
            .iter()
            .filter(|change| change.place.part == *part)
            .collect();
        let target = part
            .as_ref()
            .map_or_else(|| plan.clone(), |part| format!("{plan}/{part}"));
        tx.audit(
            AuditEntry::new("plan.change", target)
                .with(json!({"reason": reason, "changes": of_part})),
        );
    }
}

struct Writer<'save> {
    rows: Rows<'save>,
    before: Option<&'save PlanDocument>,
    document: &'save PlanDocument,
}

/// A plan taken apart into rows.
#[derive(Default)]
struct Parts<'plan> {
    groups: Vec<(&'plan Group, Option<&'plan str>)>,
    initiatives: Vec<(&'plan Initiative, &'plan str)>,
    indicators: Vec<(&'plan Indicator, Owner<'plan>)>,
}

impl<'plan> Parts<'plan> {
    fn of(document: Option<&'plan PlanDocument>) -> Self {
        let mut parts = Self::default();
        for group in document.into_iter().flat_map(|document| &document.groups) {
            parts.add(group, None);
        }
        parts
    }

    fn add(&mut self, group: &'plan Group, parent: Option<&'plan str>) {
        let own = key(group.key.as_ref());
        self.groups.push((group, parent));
        self.indicators.extend(
            group
                .indicators
                .iter()
                .map(|indicator| (indicator, Owner::Group(own))),
        );
        for initiative in &group.initiatives {
            self.initiatives.push((initiative, own));
            let owner = Owner::Initiative(key(initiative.key.as_ref()));
            self.indicators.extend(
                initiative
                    .indicators
                    .iter()
                    .map(|indicator| (indicator, owner)),
            );
        }
        for child in &group.groups {
            self.add(child, Some(own));
        }
    }
}

impl Writer<'_> {
    async fn write(&self) -> Result<(), PlanError> {
        let (old, new) = (Parts::of(self.before), Parts::of(Some(self.document)));
        for (position, (group, parent)) in new.groups.iter().enumerate() {
            if old
                .groups
                .get(position)
                .is_none_or(|known| known.0 != *group || known.1 != *parent)
            {
                self.rows.write_group(group, *parent, position).await?;
            }
        }
        for (position, (initiative, group)) in new.initiatives.iter().enumerate() {
            if old
                .initiatives
                .get(position)
                .is_none_or(|known| known.0 != *initiative || known.1 != *group)
            {
                self.rows
                    .write_initiative(initiative, group, position)
                    .await?;
            }
        }
        for (position, (indicator, owner)) in new.indicators.iter().enumerate() {
            let known = old
                .indicators
                .iter()
                .find(|known| known.0.key == indicator.key);
            if known.is_none_or(|known| known.0 != *indicator || known.1 != *owner)
                || old
                    .indicators
                    .get(position)
                    .is_none_or(|known| known.0.key != indicator.key)
            {
                self.rows
                    .write_indicator(indicator, *owner, position, known.map(|known| known.0))
                    .await?;
            }
        }
        self.remove(&old, &new).await
    }

    async fn remove(&self, old: &Parts<'_>, new: &Parts<'_>) -> Result<(), PlanError> {
        let staying: BTreeSet<&str> = new
            .indicators
            .iter()
            .map(|(indicator, _)| key(indicator.key.as_ref()))
            .collect();
        for (indicator, _) in &old.indicators {
            if !staying.contains(key(indicator.key.as_ref())) {
                self.rows
                    .remove_row("plan_indicators", key(indicator.key.as_ref()))
                    .await?;
            }
        }
        let staying: BTreeSet<&str> = new
            .initiatives
            .iter()
            .map(|(initiative, _)| key(initiative.key.as_ref()))
            .collect();
        for (initiative, _) in &old.initiatives {
            if !staying.contains(key(initiative.key.as_ref())) {
                self.rows
                    .remove_row("plan_initiatives", key(initiative.key.as_ref()))
                    .await?;
            }
        }
        let staying: BTreeSet<&str> = new
            .groups
            .iter()
            .map(|(group, _)| key(group.key.as_ref()))
            .collect();
        // Children before parents.
        for (group, _) in old.groups.iter().rev() {
            if !staying.contains(key(group.key.as_ref())) {
                self.rows
                    .remove_row("plan_groups", key(group.key.as_ref()))
                    .await?;
            }
        }
        Ok(())
    }
}
