//! The city's rules, read once and kept in memory.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, City, Tx, sql::Sql as _};
use yakuba_forms::Form;

use crate::{
    error::ReportError,
    model::rules::{RULES_FORMAT, Rules},
};

/// The rules that hold now, with the forms of their categories.
#[derive(Debug)]
pub struct Current {
    /// Counts their changes; zero while nothing was brought in.
    pub revision: i64,
    /// The rules.
    pub rules: Rules,
    forms: HashMap<(String, bool), Arc<Form>>,
}

impl Current {
    fn of(revision: i64, rules: Rules) -> Result<Self, ReportError> {
        let mut forms = HashMap::new();
        for category in &rules.categories {
            for with_photos in [true, false] {
                let form = Form::compile(&category.form(with_photos)).map_err(|_| {
                    ReportError::BadFile(format!(
                        "the questions of {} do not compile",
                        category.key
                    ))
                })?;
                let at = (category.key.as_str().to_owned(), with_photos);
                forms.insert(at, Arc::new(form));
            }
        }
        Ok(Self {
            revision,
            rules,
            forms,
        })
    }

    /// The form of a category, with the question for pictures or without.
    pub fn form(&self, category: &str, with_photos: bool) -> Option<Arc<Form>> {
        self.forms.get(&(category.to_owned(), with_photos)).cloned()
    }
}

#[derive(Default)]
struct Kept(RwLock<Option<Arc<Current>>>);

#[derive(FromQueryResult)]
struct Row {
    document: String,
    revision: i64,
}

async fn row(connection: &impl ConnectionTrait) -> Result<Option<Row>, ReportError> {
    Ok(connection
        .row(
            "SELECT document, revision FROM reports_rules WHERE id = 1",
            [],
        )
        .await?)
}

/// The rules of a city; empty ones while nothing was brought in.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn current(city: &City) -> Result<Arc<Current>, ReportError> {
    let kept = city.state::<Kept>();
    let revision: i64 = city
        .db()
        .value("SELECT revision FROM reports_rules WHERE id = 1", [])
        .await?
        .unwrap_or(0);
    let known = kept
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
        .filter(|known| known.revision == revision);
    if let Some(known) = known {
        return Ok(known);
    }
    let current = match row(city.db()).await? {
        Some(row) => Current::of(row.revision, serde_json::from_str(&row.document)?)?,
        None => Current::of(
            0,
            Rules {
                format: RULES_FORMAT.to_owned(),
                areas: Vec::new(),
                authorities: Vec::new(),
                categories: Vec::new(),
                sentences: Vec::new(),
            },
        )?,
    };
    let current = Arc::new(current);
    *kept.0.write().unwrap_or_else(PoisonError::into_inner) = Some(current.clone());
    Ok(current)
}

/// Brings rules in. Categories and authorities that they no longer mention are kept, closed. Returns whether anything changed.
///
/// # Errors
/// [`ReportError::BadFile`] when a category's questions make no form; the database's.
pub async fn set_rules(tx: &Tx, rules: &Rules) -> Result<bool, ReportError> {
    let old = row(tx.connection()).await?;
    let (revision, merged) = match &old {
        Some(row) => {
            let before: Rules = serde_json::from_str(&row.document)?;
            let merged = rules.clone().after(&before);
            if merged == before {
                return Ok(false);
            }
            (row.revision + 1, merged)
        }
        None => (1, rules.clone()),
    };
    Current::of(revision, merged.clone())?;
    tx.connection()
        .run(
            "INSERT INTO reports_rules (id, document, revision, changed_at) VALUES (1, $1, $2, $3) \
             ON CONFLICT (id) DO UPDATE SET document = excluded.document, revision = excluded.revision, \
               changed_at = excluded.changed_at",
            [
                serde_json::to_string(&merged)?.into(),
                revision.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    tx.audit(
        AuditEntry::new("reports.rules", "reports/rules").with(json!({ "revision": revision })),
    );
    Ok(true)
}
