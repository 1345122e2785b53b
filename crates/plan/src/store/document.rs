//! Reading a whole plan, or one part of it, back as the document model.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use yakuba_city::sql::Sql as _;
use yakuba_kernel::{FiscalYear, MunicipalityCode};

use super::plans::plan;
use crate::{
    error::PlanError,
    model::document::{FORMAT, Group, Indicator, Initiative, Period, PlanDocument, Publisher},
};

#[derive(FromQueryResult)]
struct PlanRow {
    key: String,
    title: String,
    publisher: String,
    municipality: Option<String>,
    first_year: Option<i64>,
    last_year: Option<i64>,
    version_label: Option<String>,
    summary: Option<String>,
    source: Option<String>,
    statements: String,
}

#[derive(FromQueryResult)]
struct GroupRow {
    key: String,
    parent_key: Option<String>,
    kind: String,
    number: Option<String>,
    title: String,
    text: Option<String>,
    aim: Option<String>,
    texts: String,
}

#[derive(FromQueryResult)]
struct InitiativeRow {
    group_key: String,
    key: String,
    body: String,
}

#[derive(FromQueryResult)]
struct IndicatorRow {
    key: String,
    owner_key: String,
    name: String,
    definition: Option<String>,
    unit: Option<String>,
    direction: Option<String>,
    marks: String,
    formula: Option<String>,
}

#[derive(FromQueryResult)]
struct FigureRow {
    indicator_key: String,
    body: String,
}

/// Reads a word of an enum as serde writes it.
fn word<T: DeserializeOwned>(text: String) -> Result<T, PlanError> {
    Ok(serde_json::from_value(Value::String(text))?)
}

fn year(stored: i64) -> Result<FiscalYear, PlanError> {
    Ok(serde_json::from_value(json!(stored))?)
}

/// The working state of a plan.
///
/// # Errors
/// [`PlanError::NoSuchPlan`], or when the database does not answer or something stored cannot be read back.
pub async fn load(connection: &impl ConnectionTrait, key: &str) -> Result<PlanDocument, PlanError> {
    let id = plan(connection, key).await?.id;
    let row: PlanRow = connection
        .row(
            "SELECT key, title, publisher, municipality, first_year, last_year, version_label, summary, source, statements
             FROM plans WHERE id = $1",
            [id.into()],
        )
        .await?
        .ok_or_else(|| PlanError::NoSuchPlan(key.to_owned()))?;
    let groups: Vec<GroupRow> = connection
        .rows(
            "SELECT key, parent_key, kind, number, title, text, aim, texts FROM plan_groups
             WHERE plan_id = $1 ORDER BY position",
            [id.into()],
        )
        .await?;
    let initiatives: Vec<InitiativeRow> = connection
        .rows("SELECT group_key, key, body FROM plan_initiatives WHERE plan_id = $1 ORDER BY position", [id.into()])
        .await?;
    let mut indicators = indicators(connection, id, None).await?;

    let mut by_group: BTreeMap<String, Vec<Initiative>> = BTreeMap::new();
    for row in initiatives {
        let mut initiative: Initiative = serde_json::from_str(&row.body)?;
        initiative.indicators = indicators.remove(&row.key).unwrap_or_default();
        initiative.key = Some(row.key);
        by_group.entry(row.group_key).or_default().push(initiative);
    }
    let mut children: BTreeMap<Option<String>, Vec<GroupRow>> = BTreeMap::new();
    for row in groups {
        children
            .entry(row.parent_key.clone())
            .or_default()
            .push(row);
    }
    let period = match (row.first_year, row.last_year) {
        (Some(from), Some(to)) => Some(Period {
            from: year(from)?,
            to: year(to)?,
        }),
        _ => None,
    };
    let municipality = match row.municipality {
        Some(code) => Some(word::<MunicipalityCode>(code)?),
        None => None,
    };
    Ok(PlanDocument {
        format: FORMAT.to_owned(),
        key: row.key,
        title: row.title,
        publisher: Publisher {
            name: row.publisher,
            municipality,
        },
        period,
        version: row.version_label,
        summary: row.summary,
        source: row.source,
        statements: serde_json::from_str(&row.statements)?,
        groups: grow(None, &mut children, &mut by_group, &mut indicators)?,
    })
}

fn grow(
    parent: Option<&String>,
    children: &mut BTreeMap<Option<String>, Vec<GroupRow>>,
    initiatives: &mut BTreeMap<String, Vec<Initiative>>,
    indicators: &mut BTreeMap<String, Vec<Indicator>>,
) -> Result<Vec<Group>, PlanError> {
    let rows = children.remove(&parent.cloned()).unwrap_or_default();
    rows.into_iter()
        .map(|row| {
            let below = grow(Some(&row.key), children, initiatives, indicators)?;
            row.into_group(initiatives, indicators, below)
        })
        .collect()
}

impl GroupRow {
    /// The group with what belongs to it.
    fn into_group(
        self,
        initiatives: &mut BTreeMap<String, Vec<Initiative>>,
        indicators: &mut BTreeMap<String, Vec<Indicator>>,
        groups: Vec<Group>,
    ) -> Result<Group, PlanError> {
        Ok(Group {
            kind: word(self.kind)?,
            number: self.number,
            title: self.title,
            text: self.text,
            aim: self.aim,
            texts: serde_json::from_str(&self.texts)?,
            indicators: indicators.remove(&self.key).unwrap_or_default(),
            initiatives: initiatives.remove(&self.key).unwrap_or_default(),
            groups,
            key: Some(self.key),
        })
    }
}

/// A group with its own indicators, without what is below it.
pub(super) async fn bare_group(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    key: &str,
) -> Result<Group, PlanError> {
    let row: GroupRow = connection
        .row(
            "SELECT key, parent_key, kind, number, title, text, aim, texts FROM plan_groups
             WHERE plan_id = $1 AND key = $2",
            [plan_id.into(), key.into()],
        )
        .await?
        .ok_or_else(|| PlanError::NoSuchPart(key.to_owned()))?;
    let mut indicators = indicators(connection, plan_id, Some(key)).await?;
    row.into_group(&mut BTreeMap::new(), &mut indicators, Vec::new())
}

/// Indicators with their figures by the key of the group or initiative they belong to.
async fn indicators(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    owner: Option<&str>,
) -> Result<BTreeMap<String, Vec<Indicator>>, PlanError> {
    let narrowed = if owner.is_some() {
        "AND COALESCE(i.initiative_key, i.group_key) = $2"
    } else {
        ""
    };
    let values = || std::iter::once(plan_id.into()).chain(owner.map(Into::into));
    let rows: Vec<IndicatorRow> = connection
        .rows(
            &format!(
                "SELECT i.key, COALESCE(i.initiative_key, i.group_key) AS owner_key, i.name, i.definition, i.unit,
                        i.direction, i.marks,
                        (SELECT f.formula FROM plan_formulas f WHERE f.plan_id = i.plan_id AND f.indicator_key = i.key
                         ORDER BY f.version DESC LIMIT 1) AS formula
                 FROM plan_indicators i WHERE i.plan_id = $1 {narrowed} ORDER BY i.position"
            ),
            values(),
        )
        .await?;
    let figures: Vec<FigureRow> = connection
        .rows(
            &format!(
                "SELECT f.indicator_key, f.body FROM plan_figures f
                 JOIN plan_indicators i ON i.plan_id = f.plan_id AND i.key = f.indicator_key
                 WHERE f.plan_id = $1 {narrowed} ORDER BY f.position"
            ),
            values(),
        )
        .await?;
    let mut figures_of: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for row in figures {
        figures_of
            .entry(row.indicator_key)
            .or_default()
            .push(serde_json::from_str(&row.body)?);
    }
    let mut by_owner: BTreeMap<String, Vec<Indicator>> = BTreeMap::new();
    for row in rows {
        let indicator = Indicator {
            name: row.name,
            definition: row.definition,
            unit: row.unit,
            direction: row.direction.map(word).transpose()?,
            marks: serde_json::from_str(&row.marks)?,
            formula: row
                .formula
                .map(|text| serde_json::from_str::<Option<_>>(&text))
                .transpose()?
                .flatten(),
            figures: figures_of.remove(&row.key).unwrap_or_default(),
            key: Some(row.key),
        };
        by_owner.entry(row.owner_key).or_default().push(indicator);
    }
    Ok(by_owner)
}

/// What the files said at the last import of a plan, with keys; none before the first.
///
/// # Errors
/// When the database does not answer or the document cannot be read back.
pub async fn load_source(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Option<PlanDocument>, PlanError> {
    let text: Option<String> = connection
        .value(
            "SELECT document FROM plan_sources WHERE plan_id = $1",
            [plan_id.into()],
        )
        .await?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// What a part of a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// A goal, policy or other level.
    Group,
    /// An initiative.
    Initiative,
}

/// A part of a plan as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    /// Its key.
    pub key: String,
    /// What it is.
    pub kind: PartKind,
    /// Its number in the document.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// The codes of its leading departments; empty for a group.
    pub lead_codes: Vec<String>,
}

/// The initiatives of a plan in the order of the document.
///
/// # Errors
/// When the database does not answer.
pub async fn parts(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Vec<PartRow>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        key: String,
        number: Option<String>,
        title: String,
        code: Option<String>,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT n.key, n.number, n.title, d.code FROM plan_initiatives n
             LEFT JOIN plan_departments d ON d.plan_id = n.plan_id AND d.initiative_key = n.key AND d.lead = 1
             WHERE n.plan_id = $1 ORDER BY n.position, d.position",
            [plan_id.into()],
        )
        .await?;
    let mut parts: Vec<PartRow> = Vec::new();
    for row in rows {
        match parts.last_mut().filter(|part| part.key == row.key) {
            Some(part) => part.lead_codes.extend(row.code),
            None => parts.push(PartRow {
                key: row.key,
                kind: PartKind::Initiative,
                number: row.number,
                title: row.title,
                lead_codes: row.code.into_iter().collect(),
            }),
        }
    }
    Ok(parts)
}

/// One initiative with its indicators, and its revision for saving it back.
///
/// # Errors
/// [`PlanError::NoSuchPart`], or when the database does not answer or something stored cannot be read back.
pub async fn part(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    key: &str,
) -> Result<(Initiative, i64), PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        body: String,
        revision: i64,
    }
    let row: Row = connection
        .row(
            "SELECT body, revision FROM plan_initiatives WHERE plan_id = $1 AND key = $2",
            [plan_id.into(), key.into()],
        )
        .await?
        .ok_or_else(|| PlanError::NoSuchPart(key.to_owned()))?;
    let mut initiative: Initiative = serde_json::from_str(&row.body)?;
    initiative.indicators = indicators(connection, plan_id, Some(key))
        .await?
        .remove(key)
        .unwrap_or_default();
    initiative.key = Some(key.to_owned());
    Ok((initiative, row.revision))
}
