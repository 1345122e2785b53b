//! Access tokens of other systems.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{
    AuditEntry, CityError, Tx,
    sql::Sql as _,
    web::{Capability, SystemPrincipal},
};
use yakuba_kernel::MeasureName;

use super::{day_text, exists, needed, optional_day, stored_day};
use crate::{IdentityError, model::token::Token};

/// With this every access token begins, so that people and secret scanners recognise one.
pub const TOKEN_PREFIX: &str = "yakuba_";

/// An access token to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The system's name; it stands in the audit log and as the source of facts.
    pub name: String,
    /// What it may do, by name.
    pub capabilities: Vec<String>,
    /// The measures whose facts it may post.
    pub measures: Vec<MeasureName>,
    /// The last day on which it counts.
    pub last_day: Option<Date>,
}

/// An access token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Its number.
    pub id: i64,
    /// What it is for and may do.
    pub token: NewToken,
    /// When it was made, in microseconds since 1970.
    pub created_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// The day (roughly) on which it was used last.
    pub last_used_at: Option<i64>,
}

/// Makes an access token. The text of `token` is shown to its holder once and not stored.
///
/// # Errors
/// [`IdentityError::Exists`], [`IdentityError::Text`].
pub async fn create_token(tx: &Tx, new: &NewToken, token: &Token) -> Result<i64, IdentityError> {
    let name = needed("システム名", &new.name)?;
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO api_tokens (name, token_hash, created_at, created_by, last_day)
             VALUES ($1, $2, $3, $4, $5) RETURNING id",
            [
                name.as_str().into(),
                token.hash().into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
                optional_day(new.last_day),
            ],
        )
        .await
        .map_err(exists("アクセストークン", &name))?;
    let id = id.unwrap_or_default();
    for capability in &new.capabilities {
        tx.connection()
            .run(
                "INSERT INTO api_token_capabilities (token, capability) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [id.into(), capability.as_str().into()],
            )
            .await?;
    }
    for measure in &new.measures {
        tx.connection()
            .run(
                "INSERT INTO api_token_measures (token, measure) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [id.into(), measure.as_str().into()],
            )
            .await?;
    }
    tx.audit(
        AuditEntry::new("identity.token_create", format!("token/{name}")).with(json!({
            "capabilities": new.capabilities,
            "measures": new.measures.iter().map(MeasureName::as_str).collect::<Vec<_>>(),
        })),
    );
    Ok(id)
}

/// Revokes an access token: it counts no more from now on.
///
/// # Errors
/// [`IdentityError::Unknown`] when there is none or it was revoked before.
pub async fn revoke_token(tx: &Tx, id: i64) -> Result<(), IdentityError> {
    let name: Option<String> = tx
        .connection()
        .value(
            "UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING name",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    let name = name.ok_or_else(|| IdentityError::Unknown {
        what: "アクセストークン",
        name: id.to_string(),
    })?;
    tx.audit(AuditEntry::new(
        "identity.token_revoke",
        format!("token/{name}"),
    ));
    Ok(())
}

/// All access tokens, newest first.
///
/// # Errors
/// The database's.
pub async fn tokens(connection: &impl ConnectionTrait) -> Result<Vec<StoredToken>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        created_at: i64,
        last_day: Option<String>,
        revoked_at: Option<i64>,
        last_used_at: Option<i64>,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT id, name, created_at, last_day, revoked_at, last_used_at FROM api_tokens ORDER BY id DESC",
            [],
        )
        .await?;
    let mut tokens = Vec::with_capacity(rows.len());
    for row in rows {
        let (capabilities, measures) = allowed(connection, row.id).await?;
        tokens.push(StoredToken {
            id: row.id,
            token: NewToken {
                name: row.name,
                capabilities,
                measures,
                last_day: row.last_day.as_deref().map(stored_day).transpose()?,
            },
            created_at: row.created_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        });
    }
    Ok(tokens)
}

/// The names of the systems whose token counts on a day and holds a capability, by name.
///
/// # Errors
/// The database's.
pub async fn systems_with(
    connection: &impl ConnectionTrait,
    capability: Capability,
    day: Date,
) -> Result<Vec<String>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT t.name FROM api_tokens t JOIN api_token_capabilities c ON c.token = t.id
             WHERE c.capability = $1 AND t.revoked_at IS NULL AND (t.last_day IS NULL OR t.last_day >= $2) ORDER BY t.name",
            [capability.name.into(), day_text(day)],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

#[derive(FromQueryResult)]
struct Allowed {
    kind: String,
    name: String,
}

async fn allowed(
    connection: &impl ConnectionTrait,
    token: i64,
) -> Result<(Vec<String>, Vec<MeasureName>), CityError> {
    let rows: Vec<Allowed> = connection
        .rows(
            "SELECT 'capability' AS kind, capability AS name FROM api_token_capabilities WHERE token = $1
             UNION ALL SELECT 'measure', measure FROM api_token_measures WHERE token = $1 ORDER BY kind, name",
            [token.into()],
        )
        .await?;
    let mut capabilities = Vec::new();
    let mut measures = Vec::new();
    for row in rows {
        if row.kind == "capability" {
            capabilities.push(row.name);
        } else {
            measures.push(
                MeasureName::new(row.name).map_err(|error| CityError::Stored {
                    what: "a token's measure",
                    cause: error.to_string(),
                })?,
            );
        }
    }
    Ok((capabilities, measures))
}

/// A token that counts, and when it was noted as used last.
pub(crate) struct LoadedToken {
    pub(crate) id: i64,
    pub(crate) principal: Arc<SystemPrincipal>,
    pub(crate) last_used_at: Option<i64>,
}

/// Finds out which system a token belongs to; none when it does not count (any more).
pub(crate) async fn load_token(
    connection: &impl ConnectionTrait,
    token: &Token,
    today: Date,
) -> Result<Option<LoadedToken>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        last_used_at: Option<i64>,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT id, name, last_used_at FROM api_tokens
             WHERE token_hash = $1 AND revoked_at IS NULL AND (last_day IS NULL OR last_day >= $2)",
            [token.hash().into(), day_text(today)],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (capabilities, measures) = allowed(connection, row.id).await?;
    Ok(Some(LoadedToken {
        id: row.id,
        principal: Arc::new(SystemPrincipal {
            name: row.name,
            capabilities,
            measures,
        }),
        last_used_at: row.last_used_at,
    }))
}

/// Notes that a token was used.
pub(crate) async fn touch_token(tx: &Tx, id: i64) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}
