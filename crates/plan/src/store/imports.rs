//! Imports: files are read, shown as a preview with what would change, corrected, and then taken over whole or not at all.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use super::{
    document::{self, load_source},
    plans::plan,
    save::{NewPlan, save},
};
use crate::{
    error::PlanError,
    model::{
        difference::{Change, bring_together, compare},
        document::PlanDocument,
        keys::assign_keys,
    },
};

/// The number of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImportId(pub i64);

/// An import as stored.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ImportRecord {
    /// Its number.
    pub id: i64,
    /// The plan it is for.
    pub plan_key: String,
    /// `preview`, `committed` or `discarded`.
    pub state: String,
    /// Names and hashes of the files, as JSON.
    pub files: String,
    /// What was read, with every cell and its role, as JSON.
    pub reading: String,
    /// Who brought the files.
    pub made_by: String,
    /// When, in microseconds since 1970.
    pub made_at: i64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedImport {
    /// Whether the plan was made by it.
    pub created: bool,
    /// What changed in the plan; empty: the files said nothing new.
    pub changes: Vec<Change>,
    /// How many figures of the plan wait for review now.
    pub reviews: i64,
}

/// Keeps a reading as a preview. `files` and `reading` are JSON texts for the preview page and the ledger.
///
/// # Errors
/// The database's.
pub async fn keep_preview(
    tx: &Tx,
    plan_key: &str,
    files: &str,
    reading: &str,
) -> Result<ImportId, PlanError> {
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO plan_imports (plan_key, state, files, reading, made_by, made_at)
             VALUES ($1, 'preview', $2, $3, $4, $5) RETURNING id",
            [
                plan_key.into(),
                files.into(),
                reading.into(),
                tx.actor().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    id.map(ImportId)
        .ok_or(PlanError::WrongState("the import was not stored"))
}

/// One import.
///
/// # Errors
/// [`PlanError::NoSuchPart`], or when the database does not answer.
pub async fn import(
    connection: &impl ConnectionTrait,
    id: ImportId,
) -> Result<ImportRecord, PlanError> {
    connection
        .row(
            "SELECT id, plan_key, state, files, reading, made_by, made_at FROM plan_imports WHERE id = $1",
            [id.0.into()],
        )
        .await?
        .ok_or_else(|| PlanError::NoSuchPart(format!("import {}", id.0)))
}

/// The imports of a plan, newest first, without what was read.
///
/// # Errors
/// When the database does not answer.
pub async fn imports(
    connection: &impl ConnectionTrait,
    plan_key: &str,
) -> Result<Vec<ImportRecord>, PlanError> {
    Ok(connection
        .rows(
            "SELECT id, plan_key, state, files, '' AS reading, made_by, made_at FROM plan_imports
             WHERE plan_key = $1 ORDER BY id DESC",
            [plan_key.into()],
        )
        .await?)
}

/// What the plan would be after taking the files over, and what would change; nothing is written.
/// None as the first: the plan would be new.
///
/// # Errors
/// When the database does not answer or a stored document cannot be read back.
pub async fn preview_changes(
    connection: &impl ConnectionTrait,
    file: &PlanDocument,
) -> Result<(Option<Vec<Change>>, PlanDocument), PlanError> {
    let current = match document::load(connection, &file.key).await {
        Ok(current) => current,
        Err(PlanError::NoSuchPlan(_)) => {
            let mut document = file.clone();
            assign_keys(&mut document, None);
            return Ok((None, document));
        }
        Err(error) => return Err(error),
    };
    let base = load_source(connection, plan(connection, &file.key).await?.id).await?;
    let merged = merged(base.as_ref(), &current, file)?;
    Ok((Some(compare(&current, &merged)), merged))
}

fn merged(
    base: Option<&PlanDocument>,
    current: &PlanDocument,
    file: &PlanDocument,
) -> Result<PlanDocument, PlanError> {
    let mut file = file.clone();
    // Parts people have added or renamed since are recognised first, then those the files had before.
    assign_keys(&mut file, Some(base.unwrap_or(current)));
    Ok(bring_together(base, current, &file)?)
}

/// Takes a reading over: together with what people changed since the last import, all of it or nothing.
/// Taking the same files over again changes nothing.
///
/// # Errors
/// As [`save`].
pub async fn commit_import(
    tx: &Tx,
    id: Option<ImportId>,
    file: &PlanDocument,
    new: NewPlan,
    reason: &str,
) -> Result<CommittedImport, PlanError> {
    let connection = tx.connection();
    if let Some(id) = id {
        settle(tx, id, "committed").await?;
    }
    let (before, document) = preview_changes(connection, file).await?;
    let changes = save(tx, &document, new, reason).await?;
    let plan = plan(connection, &file.key).await?;
    let base = load_source(connection, plan.id).await?;
    let mut said = file.clone();
    assign_keys(&mut said, Some(&document));
    // The base is everything the files ever said: a sheet of one year does not unsay another year's.
    let said = match &base {
        Some(base) => bring_together(None, base, &said)?,
        None => said,
    };
    if base.as_ref() != Some(&said) {
        connection
            .run(
                "INSERT INTO plan_sources (plan_id, document, changed_at) VALUES ($1, $2, $3)
                 ON CONFLICT (plan_id) DO UPDATE SET document = excluded.document, changed_at = excluded.changed_at",
                [plan.id.into(), serde_json::to_string(&said)?.into(), tx.now().as_microsecond().into()],
            )
            .await?;
    }
    let created = before.is_none();
    if created || !changes.is_empty() {
        tx.audit(
            AuditEntry::new("plan.import", format!("plan/{}", file.key)).with(
                json!({"import": id.map(|id| id.0), "changes": changes.len(), "created": created}),
            ),
        );
    }
    Ok(CommittedImport {
        created,
        changes,
        reviews: plan.reviews,
    })
}

/// Gives a preview up.
///
/// # Errors
/// [`PlanError::WrongState`] when it was settled before, or the database's.
pub async fn discard_import(tx: &Tx, id: ImportId) -> Result<(), PlanError> {
    settle(tx, id, "discarded").await
}

async fn settle(tx: &Tx, id: ImportId, state: &str) -> Result<(), PlanError> {
    let settled = tx
        .connection()
        .run(
            "UPDATE plan_imports SET state = $2, settled_at = $3 WHERE id = $1 AND state = 'preview'",
            [id.0.into(), state.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    if settled == 1 {
        Ok(())
    } else {
        Err(PlanError::WrongState(
            "the import was taken over or given up before",
        ))
    }
}

/// Replaces what a preview holds, after a person corrected it.
///
/// # Errors
/// [`PlanError::WrongState`] when it was taken over or given up before, or the database's.
pub async fn correct_preview(tx: &Tx, id: ImportId, reading: &str) -> Result<(), PlanError> {
    let corrected = tx
        .connection()
        .run(
            "UPDATE plan_imports SET reading = $2 WHERE id = $1 AND state = 'preview'",
            [id.0.into(), reading.into()],
        )
        .await?;
    if corrected == 1 {
        Ok(())
    } else {
        Err(PlanError::WrongState(
            "the import was taken over or given up before",
        ))
    }
}
