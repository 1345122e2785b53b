//! The rows of a plan's parts, each written as it stands now.

use sea_orm::Value;
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_kernel::FiscalYear;

use crate::{
    error::PlanError,
    model::document::{Figure, FigureKind, Group, Indicator, Initiative},
};

/// Writes rows of one plan.
#[derive(Clone, Copy)]
pub(super) struct Rows<'write> {
    pub(super) tx: &'write Tx,
    pub(super) plan_id: i64,
}

/// What an indicator belongs to, by its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner<'plan> {
    Group(&'plan str),
    Initiative(&'plan str),
}

/// The key of a part that was given one.
pub(super) fn key(key: Option<&String>) -> &str {
    key.map(String::as_str).unwrap_or_default()
}

/// The word for a kind of figure in the database.
pub(super) const fn kind_word(kind: FigureKind) -> &'static str {
    match kind {
        FigureKind::Baseline => "baseline",
        FigureKind::Target => "target",
        FigureKind::Actual => "actual",
    }
}

impl Rows<'_> {
    pub(super) async fn remove_row(&self, table: &str, key: &str) -> Result<(), PlanError> {
        self.tx
            .connection()
            .run(
                &format!("DELETE FROM {table} WHERE plan_id = $1 AND key = $2"),
                [self.plan_id.into(), key.into()],
            )
            .await?;
        Ok(())
    }

    pub(super) async fn write_group(
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

    pub(super) async fn write_initiative(
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

    pub(super) async fn write_indicator(
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
