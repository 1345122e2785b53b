//! Writing a plan: only what changed is written, and every change is in the history with its reason.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, Value};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::FiscalYear;

use super::{document, plans::plan};
use crate::{
    error::PlanError,
    model::{
        difference::{Change, compare},
        document::{FORMAT, Figure, FigureKind, Group, Indicator, Initiative, PlanDocument},
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
        tx,
        plan_id,
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

/// Saves one initiative, if nobody else saved it since `revision` was read.
///
/// # Errors
/// [`PlanError::ChangedMeanwhile`], [`PlanError::NoSuchPart`], or as [`save`].
pub async fn save_part(
    tx: &Tx,
    plan_key: &str,
    initiative: &Initiative,
    revision: i64,
    reason: &str,
) -> Result<Vec<Change>, PlanError> {
    let key = initiative.key.clone().unwrap_or_default();
    let plan_id = plan(tx.connection(), plan_key).await?.id;
    let (_, stored) = document::part(tx.connection(), plan_id, &key).await?;
    if stored != revision {
        return Err(PlanError::ChangedMeanwhile);
    }
    let mut document = document::load(tx.connection(), plan_key).await?;
    replace(&mut document.groups, initiative);
    save(tx, &document, NewPlan::Own, reason).await
}

/// Sets one figure of one indicator, replacing the one of the same kind and year.
///
/// # Errors
/// [`PlanError::NoSuchPart`], or as [`save`].
pub async fn change_figure(
    tx: &Tx,
    plan_key: &str,
    indicator_key: &str,
    figure: &Figure,
    reason: &str,
) -> Result<Vec<Change>, PlanError> {
    let mut document = document::load(tx.connection(), plan_key).await?;
    let indicator = find_indicator(&mut document.groups, indicator_key)
        .ok_or_else(|| PlanError::NoSuchPart(indicator_key.to_owned()))?;
    let same =
        |known: &&mut Figure| known.kind == figure.kind && known.fiscal_year == figure.fiscal_year;
    match indicator.figures.iter_mut().find(same) {
        Some(known) => *known = figure.clone(),
        None => indicator.figures.push(figure.clone()),
    }
    save(tx, &document, NewPlan::Own, reason).await
}

fn replace(groups: &mut [Group], initiative: &Initiative) {
    for group in groups {
        for known in &mut group.initiatives {
            if known.key == initiative.key {
                *known = initiative.clone();
            }
        }
        replace(&mut group.groups, initiative);
    }
}

fn find_indicator<'plan>(groups: &'plan mut [Group], key: &str) -> Option<&'plan mut Indicator> {
    for group in groups {
        let own = group.indicators.iter_mut().chain(
            group
                .initiatives
                .iter_mut()
                .flat_map(|initiative| &mut initiative.indicators),
        );
        for indicator in own {
            if indicator.key.as_deref() == Some(key) {
                return Some(indicator);
            }
        }
        if let Some(found) = find_indicator(&mut group.groups, key) {
            return Some(found);
        }
    }
    None
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

pub(super) const fn kind_word(kind: FigureKind) -> &'static str {
    match kind {
        FigureKind::Baseline => "baseline",
        FigureKind::Target => "target",
        FigureKind::Actual => "actual",
    }
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
    tx: &'save Tx,
    plan_id: i64,
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner<'plan> {
    Group(&'plan str),
    Initiative(&'plan str),
}

fn key(key: Option<&String>) -> &str {
    key.map(String::as_str).unwrap_or_default()
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
                self.write_group(group, *parent, position).await?;
            }
        }
        for (position, (initiative, group)) in new.initiatives.iter().enumerate() {
            if old
                .initiatives
                .get(position)
                .is_none_or(|known| known.0 != *initiative || known.1 != *group)
            {
                self.write_initiative(initiative, group, position).await?;
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
                self.write_indicator(indicator, *owner, position, known.map(|known| known.0))
                    .await?;
            }
        }
        self.remove(&old, &new).await
    }

    async fn remove(&self, old: &Parts<'_>, new: &Parts<'_>) -> Result<(), PlanError> {
        let connection = self.tx.connection();
        let staying: BTreeSet<&str> = new
            .indicators
            .iter()
            .map(|(indicator, _)| key(indicator.key.as_ref()))
            .collect();
        for (indicator, _) in &old.indicators {
            if !staying.contains(key(indicator.key.as_ref())) {
                self.remove_row(connection, "plan_indicators", key(indicator.key.as_ref()))
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
                self.remove_row(connection, "plan_initiatives", key(initiative.key.as_ref()))
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
                self.remove_row(connection, "plan_groups", key(group.key.as_ref()))
                    .await?;
            }
        }
        Ok(())
    }

    async fn remove_row(
        &self,
        connection: &impl ConnectionTrait,
        table: &str,
        key: &str,
    ) -> Result<(), PlanError> {
        connection
            .run(
                &format!("DELETE FROM {table} WHERE plan_id = $1 AND key = $2"),
                [self.plan_id.into(), key.into()],
            )
            .await?;
        Ok(())
    }

    async fn write_group(
        &self,
        group: &Group,
        parent: Option<&str>,
        position: usize,
    ) -> Result<(), PlanError> {
        self.tx
            .connection()
            .run(
                "INSERT INTO plan_groups (plan_id, key, parent_key, position, kind, number, title, text, aim, texts)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                 ON CONFLICT (plan_id, key) DO UPDATE SET parent_key = excluded.parent_key, position = excluded.position,
                   kind = excluded.kind, number = excluded.number, title = excluded.title, text = excluded.text,
                   aim = excluded.aim, texts = excluded.texts",
                [
                    self.plan_id.into(),
                    key(group.key.as_ref()).into(),
                    parent.map(ToOwned::to_owned).into(),
                    place(position),
                    word(&group.kind)?.into(),
                    group.number.clone().into(),
                    group.title.clone().into(),
                    group.text.clone().into(),
                    group.aim.clone().into(),
                    serde_json::to_string(&group.texts)?.into(),
                ],
            )
            .await?;
        Ok(())
    }

    async fn write_initiative(
        &self,
        initiative: &Initiative,
        group: &str,
        position: usize,
    ) -> Result<(), PlanError> {
        let own = key(initiative.key.as_ref());
        // The key and the indicators have columns and tables of their own.
        let body = Initiative {
            key: None,
            indicators: Vec::new(),
            ..initiative.clone()
        };
        let connection = self.tx.connection();
        connection
            .run(
                "INSERT INTO plan_initiatives (plan_id, key, group_key, position, number, title, stage, body, revision)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
                 ON CONFLICT (plan_id, key) DO UPDATE SET group_key = excluded.group_key, position = excluded.position,
                   number = excluded.number, title = excluded.title, stage = excluded.stage, body = excluded.body,
                   revision = plan_initiatives.revision + 1",
                [
                    self.plan_id.into(),
                    own.into(),
                    group.into(),
                    place(position),
                    initiative.number.clone().into(),
                    initiative.title.clone().into(),
                    word(&initiative.stage)?.into(),
                    serde_json::to_string(&body)?.into(),
                ],
            )
            .await?;
        connection
            .run(
                "DELETE FROM plan_departments WHERE plan_id = $1 AND initiative_key = $2",
                [self.plan_id.into(), own.into()],
            )
            .await?;
        let leads = initiative.lead_departments.iter().map(|name| (1_i64, name));
        let related = initiative
            .related_departments
            .iter()
            .map(|name| (0_i64, name));
        for (position, (lead, name)) in leads.chain(related).enumerate() {
            connection
                .run(
                    // The city's own department of that name, if there is one; a neighbour's plan has none.
                    "INSERT INTO plan_departments (plan_id, initiative_key, position, lead, name, code)
                     VALUES ($1, $2, $3, $4, $5,
                       (SELECT MIN(d.code) FROM departments d JOIN plans p ON p.id = $1 AND p.own = 1 WHERE d.name_ja = $5))",
                    [self.plan_id.into(), own.into(), place(position), lead.into(), name.clone().into()],
                )
                .await?;
        }
        Ok(())
    }

    async fn write_indicator(
        &self,
        indicator: &Indicator,
        owner: Owner<'_>,
        position: usize,
        known: Option<&Indicator>,
    ) -> Result<(), PlanError> {
        let own = key(indicator.key.as_ref());
        let (group, initiative) = match owner {
            Owner::Group(group) => (Some(group.to_owned()), None),
            Owner::Initiative(initiative) => (None, Some(initiative.to_owned())),
        };
        let connection = self.tx.connection();
        connection
            .run(
                "INSERT INTO plan_indicators (plan_id, key, group_key, initiative_key, position, name, definition, unit,
                                              direction, marks)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                 ON CONFLICT (plan_id, key) DO UPDATE SET group_key = excluded.group_key,
                   initiative_key = excluded.initiative_key, position = excluded.position, name = excluded.name,
                   definition = excluded.definition, unit = excluded.unit, direction = excluded.direction,
                   marks = excluded.marks",
                [
                    self.plan_id.into(),
                    own.into(),
                    group.into(),
                    initiative.into(),
                    place(position),
                    indicator.name.clone().into(),
                    indicator.definition.clone().into(),
                    indicator.unit.clone().into(),
                    indicator.direction.as_ref().map(word).transpose()?.into(),
                    serde_json::to_string(&indicator.marks)?.into(),
                ],
            )
            .await?;
        if known.and_then(|known| known.formula.as_ref()) != indicator.formula.as_ref() {
            self.write_formula(indicator).await?;
        }
        if known.map(|known| &known.figures) != Some(&indicator.figures) {
            self.write_figures(own, &indicator.figures).await?;
        }
        Ok(())
    }

    async fn write_formula(&self, indicator: &Indicator) -> Result<(), PlanError> {
        let own = key(indicator.key.as_ref());
        let connection = self.tx.connection();
        let newest: Option<i64> = connection
            .value(
                "SELECT MAX(version) FROM plan_formulas WHERE plan_id = $1 AND indicator_key = $2",
                [self.plan_id.into(), own.into()],
            )
            .await?
            .flatten();
        // The first formula holds for all years; a later one from the year in which it was changed.
        let valid_from = match newest {
            None => 0,
            Some(_) => i64::from(FiscalYear::from_date(self.tx.today()).year()),
        };
        connection
            .run(
                "INSERT INTO plan_formulas (plan_id, indicator_key, version, valid_from, formula, reason, made_by, made_at)
                 VALUES ($1, $2, $3, $4, $5, '', $6, $7)",
                [
                    self.plan_id.into(),
                    own.into(),
                    (newest.unwrap_or(0) + 1).into(),
                    valid_from.into(),
                    // `null` from here on: the figures are entered by hand again.
                    serde_json::to_string(&indicator.formula)?.into(),
                    self.tx.actor().to_string().into(),
                    self.tx.now().as_microsecond().into(),
                ],
            )
            .await?;
        Ok(())
    }

    async fn write_figures(&self, indicator: &str, figures: &[Figure]) -> Result<(), PlanError> {
        let connection = self.tx.connection();
        connection
            .run(
                "DELETE FROM plan_figures WHERE plan_id = $1 AND indicator_key = $2",
                [self.plan_id.into(), indicator.into()],
            )
            .await?;
        for (position, figure) in figures.iter().enumerate() {
            connection
                .run(
                    "INSERT INTO plan_figures (plan_id, indicator_key, kind, fiscal_year, position, value, body, review)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    [
                        self.plan_id.into(),
                        indicator.into(),
                        kind_word(figure.kind).into(),
                        figure.fiscal_year.map_or(0, |year| i64::from(year.year())).into(),
                        place(position),
                        figure.reading.value().map(|value| value.to_string()).into(),
                        serde_json::to_string(figure)?.into(),
                        i64::from(figure.needs_review()).into(),
                    ],
                )
                .await?;
        }
        Ok(())
    }
}

fn place(position: usize) -> Value {
    i64::try_from(position).unwrap_or(i64::MAX).into()
}

/// The word serde writes for an enum without fields.
fn word(value: &impl serde::Serialize) -> Result<String, PlanError> {
    Ok(serde_json::to_value(value)?
        .as_str()
        .unwrap_or_default()
        .to_owned())
}
