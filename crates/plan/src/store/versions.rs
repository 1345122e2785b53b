//! Publishing: a version is the whole plan as it was, with its computed figures frozen.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, City, JAPAN, SearchEntry, Tx, sql::Sql as _};
use yakuba_kernel::FiscalYear;

use super::{
    document,
    plans::{PlanRecord, plan, plans},
};
use crate::{
    error::PlanError,
    model::{
        difference::{Change, compare},
        document::{Group, Initiative, PlanDocument},
    },
};

/// A computed figure as it stood at publication.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct PublishedFigure {
    /// The indicator's key.
    pub indicator_key: String,
    /// The fiscal year.
    pub fiscal_year: i64,
    /// The version of the formula it was computed by.
    pub formula_version: i64,
    /// The rounded value as a plain decimal.
    pub value: String,
    /// The counts behind it, as JSON.
    pub parts: String,
}

/// A published version as listed.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct VersionRecord {
    /// Its number, from 1.
    pub number: i64,
    /// Why it was published.
    pub reason: String,
    /// What changed against the version before, as JSON list of changes.
    pub changes: String,
    /// Who published it.
    pub published_by: String,
    /// When, in microseconds since 1970.
    pub published_at: i64,
}

/// A published plan, ready for pages.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedPlan {
    /// The plan's row.
    pub record: PlanRecord,
    /// The version's number.
    pub version: i64,
    /// The plan as it was published.
    pub document: PlanDocument,
    /// Its computed figures as published.
    pub figures: Vec<PublishedFigure>,
    /// The first final publication of each computed figure.
    pub first_published: Vec<FirstPublished>,
}

/// A computed figure as it was first published after its year was over, or, while the year runs, as published last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstPublished {
    /// The indicator's key.
    pub indicator_key: String,
    /// The fiscal year.
    pub fiscal_year: i64,
    /// The rounded value as a plain decimal.
    pub value: String,
    /// The version it was published in.
    pub version: i64,
    /// When, in microseconds since 1970.
    pub published_at: i64,
}

/// Publishes the working state as a new version and returns its number and what changed against the one before.
/// `figures` are the computed figures at this moment.
///
/// # Errors
/// [`PlanError::NoSuchPlan`], [`PlanError::WrongState`] when nothing changed since the newest version, or the database's.
pub async fn publish(
    tx: &Tx,
    key: &str,
    reason: &str,
    figures: &[PublishedFigure],
) -> Result<(i64, Vec<Change>), PlanError> {
    let connection = tx.connection();
    let record = plan(connection, key).await?;
    let document = document::load(connection, key).await?;
    let newest = newest_document(connection, record.id).await?;
    let changes = newest
        .as_ref()
        .map(|(_, before)| compare(before, &document))
        .unwrap_or_default();
    let number = newest.as_ref().map_or(1, |(number, _)| number + 1);
    connection
        .run(
            "INSERT INTO plan_versions (plan_id, number, document, reason, changes, published_by, published_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                record.id.into(),
                number.into(),
                serde_json::to_string(&document)?.into(),
                reason.into(),
                serde_json::to_string(&changes)?.into(),
                tx.actor().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    for figure in figures {
        connection
            .run(
                "INSERT INTO plan_published_figures (plan_id, version, indicator_key, fiscal_year, formula_version, value, parts)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                [
                    record.id.into(),
                    number.into(),
                    figure.indicator_key.clone().into(),
                    figure.fiscal_year.into(),
                    figure.formula_version.into(),
                    figure.value.clone().into(),
                    figure.parts.clone().into(),
                ],
            )
            .await?;
    }
    index(tx, &document).await?;
    tx.audit(
        AuditEntry::new("plan.publish", format!("plan/{key}"))
            .with(json!({"version": number, "reason": reason, "changes": changes.len(), "computed_figures": figures.len()})),
    );
    Ok((number, changes))
}

async fn newest_document(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Option<(i64, PlanDocument)>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        number: i64,
        document: String,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT number, document FROM plan_versions WHERE plan_id = $1 ORDER BY number DESC LIMIT 1",
            [plan_id.into()],
        )
        .await?;
    row.map(|row| Ok((row.number, serde_json::from_str(&row.document)?)))
        .transpose()
}

async fn index(tx: &Tx, document: &PlanDocument) -> Result<(), PlanError> {
    tx.unindex("plan", &format!("{}/", document.key)).await?;
    tx.index(&SearchEntry {
        service: "plan",
        key: format!("{}/", document.key),
        title: format!("{}（{}）", document.title, document.publisher.name),
        body: document.summary.clone().unwrap_or_default(),
        url: format!("/plan/{}", document.key),
        public: true,
    })
    .await?;
    for group in &document.groups {
        index_group(tx, document, group).await?;
    }
    Ok(())
}

// Boxed: groups hold groups.
fn index_group<'tx>(
    tx: &'tx Tx,
    document: &'tx PlanDocument,
    group: &'tx Group,
) -> futures::future::BoxFuture<'tx, Result<(), PlanError>> {
    Box::pin(async move {
        let texts: Vec<&str> = [&group.text, &group.aim]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let names = group
            .indicators
            .iter()
            .map(|indicator| indicator.name.as_str());
        let key = group.key.as_deref().unwrap_or_default();
        tx.index(&SearchEntry {
            service: "plan",
            key: format!("{}/{key}", document.key),
            title: group.title.clone(),
            body: texts.into_iter().chain(names).collect::<Vec<_>>().join(" "),
            url: format!("/plan/{}/groups/{key}", document.key),
            public: true,
        })
        .await?;
        for initiative in &group.initiatives {
            let key = initiative.key.as_deref().unwrap_or_default();
            tx.index(&SearchEntry {
                service: "plan",
                key: format!("{}/{key}", document.key),
                title: initiative.title.clone(),
                body: searchable(initiative),
                url: format!("/plan/{}/initiatives/{key}", document.key),
                public: true,
            })
            .await?;
        }
        for child in &group.groups {
            index_group(tx, document, child).await?;
        }
        Ok(())
    })
}

fn searchable(initiative: &Initiative) -> String {
    let texts = [
        &initiative.summary,
        &initiative.purpose,
        &initiative.outcome,
        &initiative.measure_text,
    ];
    let mut words: Vec<&str> = texts.into_iter().flatten().map(String::as_str).collect();
    words.extend(
        initiative
            .indicators
            .iter()
            .map(|indicator| indicator.name.as_str()),
    );
    words.extend(
        initiative
            .lead_departments
            .iter()
            .chain(&initiative.related_departments)
            .map(String::as_str),
    );
    words.extend(initiative.remarks.iter().map(|remark| remark.text.as_str()));
    for project in &initiative.projects {
        words.push(&project.name);
        words.extend(
            project
                .results
                .iter()
                .chain(&project.analysis)
                .map(String::as_str),
        );
    }
    words.join(" ")
}

/// The versions of a plan, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn versions(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Vec<VersionRecord>, PlanError> {
    Ok(connection
        .rows(
            "SELECT number, reason, changes, published_by, published_at FROM plan_versions
             WHERE plan_id = $1 ORDER BY number DESC",
            [plan_id.into()],
        )
        .await?)
}

/// The computed figures a version was published with.
///
/// # Errors
/// When the database does not answer.
pub async fn published_figures(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    version: i64,
) -> Result<Vec<PublishedFigure>, PlanError> {
    Ok(connection
        .rows(
            "SELECT indicator_key, fiscal_year, formula_version, value, parts FROM plan_published_figures
             WHERE plan_id = $1 AND version = $2 ORDER BY indicator_key, fiscal_year",
            [plan_id.into(), version.into()],
        )
        .await?)
}

/// Published versions never change, so a parsed one is kept: by plan and version.
#[derive(Debug, Default)]
struct Parsed(RwLock<HashMap<(i64, i64), Arc<PublishedPlan>>>);

/// Parsed versions kept at most; the map starts anew beyond it.
const KEPT: usize = 200;

/// The newest published version of a plan; none when it was never published.
///
/// # Errors
/// [`PlanError::NoSuchPlan`], or when the database does not answer or the version cannot be read back.
pub async fn published(city: &City, key: &str) -> Result<Option<Arc<PublishedPlan>>, PlanError> {
    let record = plan(city.db(), key).await?;
    match record.version {
        Some(number) => Ok(Some(parsed(city, record, number).await?)),
        None => Ok(None),
    }
}

/// One published version of a plan.
///
/// # Errors
/// [`PlanError::NoSuchPlan`] also when there is no such version, or when the database does not answer.
pub async fn version(city: &City, key: &str, number: i64) -> Result<Arc<PublishedPlan>, PlanError> {
    let record = plan(city.db(), key).await?;
    parsed(city, record, number).await
}

/// The newest published version of every plan that has one, the city's own first.
///
/// # Errors
/// When the database does not answer or a version cannot be read back.
pub async fn published_plans(city: &City) -> Result<Vec<Arc<PublishedPlan>>, PlanError> {
    let mut list = Vec::new();
    for record in plans(city.db()).await? {
        if let Some(number) = record.version {
            list.push(parsed(city, record, number).await?);
        }
    }
    Ok(list)
}

async fn parsed(
    city: &City,
    record: PlanRecord,
    number: i64,
) -> Result<Arc<PublishedPlan>, PlanError> {
    let cache = city.state::<Parsed>();
    let place = (record.id, number);
    if let Some(known) = cache
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&place)
    {
        return Ok(known.clone());
    }
    let text: Option<String> = city
        .db()
        .value(
            "SELECT document FROM plan_versions WHERE plan_id = $1 AND number = $2",
            [record.id.into(), number.into()],
        )
        .await?;
    let text = text.ok_or_else(|| PlanError::NoSuchPlan(format!("{} ({number})", record.key)))?;
    let figures = published_figures(city.db(), record.id, number).await?;
    let first_published = first_published(city, record.id, number).await?;
    let plan = Arc::new(PublishedPlan {
        version: number,
        document: serde_json::from_str(&text)?,
        figures,
        first_published,
        record,
    });
    let mut kept = cache.0.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(place, plan.clone());
    Ok(plan)
}

/// The number of an indicator's newest formula; 0 when it has none.
///
/// # Errors
/// When the database does not answer.
pub async fn formula_version(
    connection: &impl ConnectionTrait,
    plan_id: i64,
    indicator_key: &str,
) -> Result<i64, PlanError> {
    let version: Option<Option<i64>> = connection
        .value(
            "SELECT MAX(version) FROM plan_formulas WHERE plan_id = $1 AND indicator_key = $2",
            [plan_id.into(), indicator_key.into()],
        )
        .await?;
    Ok(version.flatten().unwrap_or(0))
}

async fn first_published(
    city: &City,
    plan_id: i64,
    newest: i64,
) -> Result<Vec<FirstPublished>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        indicator_key: String,
        fiscal_year: i64,
        value: String,
        version: i64,
        published_at: i64,
    }
    let rows: Vec<Row> = city
        .db()
        .rows(
            "SELECT f.indicator_key, f.fiscal_year, f.value, f.version, v.published_at
             FROM plan_published_figures f JOIN plan_versions v ON v.plan_id = f.plan_id AND v.number = f.version
             WHERE f.plan_id = $1 AND f.version <= $2 ORDER BY f.version",
            [plan_id.into(), newest.into()],
        )
        .await?;
    let mut chosen: BTreeMap<(String, i64), (bool, FirstPublished)> = BTreeMap::new();
    for row in rows {
        let day =
            Timestamp::from_microsecond(row.published_at).map(|at| JAPAN.to_datetime(at).date());
        let over =
            day.is_ok_and(|day| i64::from(FiscalYear::from_date(day).year()) > row.fiscal_year);
        let place = (row.indicator_key.clone(), row.fiscal_year);
        // A figure published while its year ran is replaced until one is final; a final one stays.
        if chosen.get(&place).is_some_and(|(is_final, _)| *is_final) {
            continue;
        }
        let figure = FirstPublished {
            indicator_key: row.indicator_key,
            fiscal_year: row.fiscal_year,
            value: row.value,
            version: row.version,
            published_at: row.published_at,
        };
        chosen.insert(place, (over, figure));
    }
    Ok(chosen.into_values().map(|(_, figure)| figure).collect())
}
