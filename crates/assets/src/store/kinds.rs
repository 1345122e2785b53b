//! The kinds of a city, read once and kept in memory.

use std::sync::{Arc, PoisonError, RwLock};

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, City, Tx, sql::Sql as _};
use yakuba_identity::department_names;

use crate::{error::AssetError, model::kind::Kind};

/// The kinds that hold now.
#[derive(Debug, Default)]
pub struct Kinds {
    version: i64,
    all: Vec<Kind>,
}

impl Kinds {
    /// All, by key.
    pub fn all(&self) -> &[Kind] {
        &self.all
    }

    /// One of them.
    pub fn get(&self, key: &str) -> Option<&Kind> {
        self.all.iter().find(|kind| kind.key.as_str() == key)
    }

    /// Those that everybody sees.
    pub fn public(&self) -> impl Iterator<Item = &Kind> {
        self.all.iter().filter(|kind| kind.public)
    }
}

#[derive(Default)]
struct Kept(RwLock<Arc<Kinds>>);

#[derive(FromQueryResult)]
struct Row {
    document: String,
}

/// The kinds of a city; none while none was brought in.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn kinds(city: &City) -> Result<Arc<Kinds>, AssetError> {
    // Kinds are never removed and revisions only grow: their sum tells every change.
    let version: i64 = city
        .db()
        .value(
            "SELECT CAST(COALESCE(SUM(revision), 0) AS BIGINT) FROM assets_kinds",
            [],
        )
        .await?
        .unwrap_or(0);
    let kept = city.state::<Kept>();
    let known = kept
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if known.version == version {
        return Ok(known);
    }
    let rows: Vec<Row> = city
        .db()
        .rows("SELECT document FROM assets_kinds ORDER BY key", [])
        .await?;
    let all = rows
        .iter()
        .map(|row| serde_json::from_str(&row.document))
        .collect::<Result<_, _>>()?;
    let kinds = Arc::new(Kinds { version, all });
    *kept.0.write().unwrap_or_else(PoisonError::into_inner) = kinds.clone();
    Ok(kinds)
}

/// One kind, as it is within a write.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn kind(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<Kind>, AssetError> {
    let row: Option<Row> = connection
        .row(
            "SELECT document FROM assets_kinds WHERE key = $1",
            [key.into()],
        )
        .await?;
    Ok(row
        .map(|row| serde_json::from_str(&row.document))
        .transpose()?)
}

/// Brings a kind in, new or changed. Returns whether anything changed.
///
/// # Errors
/// The database's.
pub async fn set_kind(tx: &Tx, kind: &Kind) -> Result<bool, AssetError> {
    let document = serde_json::to_string(kind)?;
    let changed = tx
        .connection()
        .run(
            "INSERT INTO assets_kinds (key, document, revision, changed_at) VALUES ($1, $2, 1, $3) \
             ON CONFLICT (key) DO UPDATE SET document = excluded.document, \
               revision = assets_kinds.revision + 1, changed_at = excluded.changed_at \
             WHERE assets_kinds.document <> excluded.document",
            [
                kind.key.as_str().into(),
                document.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Ok(false);
    }
    tx.audit(
        AuditEntry::new("assets.kind", format!("assets/kinds/{}", kind.key))
            .with(json!({ "kind": kind.key.as_str() })),
    );
    Ok(true)
}

/// Makes sure that the department of a kind is one of the city's.
///
/// # Errors
/// [`AssetError::NoSuchDepartment`]; the database's.
pub async fn must_know_department(
    connection: &impl ConnectionTrait,
    kind: &Kind,
) -> Result<(), AssetError> {
    let known = department_names(connection, true).await?;
    if known.contains_key(&kind.department) {
        return Ok(());
    }
    let codes: Vec<String> = known
        .iter()
        .map(|(code, name)| format!("{code} ({name})"))
        .collect();
    Err(AssetError::NoSuchDepartment {
        kind: kind.key.to_string(),
        department: kind.department.to_string(),
        known: codes.join(", "),
    })
}
