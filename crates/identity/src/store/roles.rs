//! Roles: named lists of capabilities, and who holds them where and when.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{
    AuditEntry, CityError, Tx,
    sql::Sql as _,
    web::{Capability, Grant, Scope},
};
use yakuba_kernel::DepartmentCode;

use super::{day_text, needed, optional_day, stored_day};
use crate::{
    ADMINISTER, IdentityError,
    model::account::{AccountId, GrantScope, Holder, NewGrant},
};

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its key, such as `plan-editor`.
    pub key: String,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English, or empty.
    pub name_en: String,
    /// What it allows, by name.
    pub capabilities: Vec<String>,
}

/// A role held by somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGrant {
    /// Its number.
    pub id: i64,
    /// What was granted.
    pub grant: NewGrant,
}

/// All roles in the order of their keys.
///
/// # Errors
/// The database's.
pub async fn roles(connection: &impl ConnectionTrait) -> Result<Vec<Role>, CityError> {
    #[derive(FromQueryResult)]
    struct RoleRow {
        role_key: String,
        name_ja: String,
        name_en: String,
    }
    #[derive(FromQueryResult)]
    struct CapabilityRow {
        role_key: String,
        capability: String,
    }
    let rows: Vec<RoleRow> = connection
        .rows(
            "SELECT role_key, name_ja, name_en FROM roles ORDER BY role_key",
            [],
        )
        .await?;
    let mut capabilities: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let lines: Vec<CapabilityRow> = connection
        .rows(
            "SELECT role_key, capability FROM role_capabilities ORDER BY role_key, capability",
            [],
        )
        .await?;
    for line in lines {
        capabilities
            .entry(line.role_key)
            .or_default()
            .push(line.capability);
    }
    Ok(rows
        .into_iter()
        .map(|row| Role {
            capabilities: capabilities.remove(&row.role_key).unwrap_or_default(),
            key: row.role_key,
            name_ja: row.name_ja,
            name_en: row.name_en,
        })
        .collect())
}

/// Makes a role, or gives it other names and capabilities.
///
/// # Errors
/// [`IdentityError::Text`]; [`IdentityError::LastAdministrator`] when nobody would be left to administer.
pub async fn put_role(tx: &Tx, role: &Role) -> Result<(), IdentityError> {
    let key = needed("role", &role.key)?;
    let administered = is_administered(tx).await?;
    tx.connection()
        .run(
            "INSERT INTO roles (role_key, name_ja, name_en) VALUES ($1, $2, $3)
             ON CONFLICT (role_key) DO UPDATE SET name_ja = excluded.name_ja, name_en = excluded.name_en",
            [
                key.as_str().into(),
                needed("役割の名前", &role.name_ja)?.into(),
                role.name_en.trim().into(),
            ],
        )
        .await?;
    tx.connection()
        .run(
            "DELETE FROM role_capabilities WHERE role_key = $1",
            [key.as_str().into()],
        )
        .await?;
    for capability in &role.capabilities {
        tx.connection()
            .run(
                "INSERT INTO role_capabilities (role_key, capability) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [key.as_str().into(), capability.as_str().into()],
            )
            .await?;
    }
    keep_administrator(tx, administered).await?;
    tx.audit(
        AuditEntry::new("identity.role_change", format!("role/{key}"))
            .with(json!({ "capabilities": role.capabilities })),
    );
    Ok(())
}

/// Removes a role together with everything granted through it.
///
/// # Errors
/// [`IdentityError::Unknown`], [`IdentityError::LastAdministrator`].
pub async fn remove_role(tx: &Tx, key: &str) -> Result<(), IdentityError> {
    let administered = is_administered(tx).await?;
    let removed = tx
        .connection()
        .run("DELETE FROM roles WHERE role_key = $1", [key.into()])
        .await?;
    if removed == 0 {
        return Err(IdentityError::Unknown {
            what: "役割",
            name: key.to_owned(),
        });
    }
    keep_administrator(tx, administered).await?;
    tx.audit(AuditEntry::new(
        "identity.role_remove",
        format!("role/{key}"),
    ));
    Ok(())
}

/// Grants a role and returns the grant's number.
///
/// # Errors
/// [`IdentityError::Unknown`] for the role, account or department; [`IdentityError::Days`].
pub async fn grant_role(tx: &Tx, grant: &NewGrant) -> Result<i64, IdentityError> {
    if grant.last_day.is_some_and(|last| last < grant.first_day) {
        return Err(IdentityError::Days);
    }
    let (account, post, post_department) = match &grant.holder {
        Holder::Account(account) => (Some(account.0), None, None),
        Holder::Post { post, department } => (None, Some(needed("職", post)?), department.as_ref()),
    };
    let (scope, department) = match &grant.scope {
        GrantScope::City => ("city", None),
        GrantScope::Department(department) => ("department", Some(department)),
        GrantScope::Own => ("own", None),
    };
    for department in post_department.iter().copied().chain(department) {
        super::departments::require(tx.connection(), department).await?;
    }
    let text = |code: Option<&DepartmentCode>| code.map(|code| code.as_str().to_owned());
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO role_grants (role_key, account, post, post_department, scope, department, first_day, last_day)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            [
                grant.role.as_str().into(),
                account.into(),
                post.into(),
                text(post_department).into(),
                scope.into(),
                text(department).into(),
                day_text(grant.first_day),
                optional_day(grant.last_day),
            ],
        )
        .await
        .map_err(super::unknown("役割またはアカウント", &grant.role))?;
    let target = match &grant.holder {
        Holder::Account(account) => format!("account/{account}"),
        Holder::Post { post, .. } => format!("post/{post}"),
    };
    tx.audit(AuditEntry::new("identity.role_grant", target).with(json!({
        "role": grant.role, "scope": scope, "department": text(department), "post_department": text(post_department),
        "first_day": grant.first_day.to_string(), "last_day": grant.last_day.map(|day| day.to_string()),
    })));
    Ok(id.unwrap_or_default())
}

/// Takes a granted role away at once.
///
/// # Errors
/// [`IdentityError::Unknown`], [`IdentityError::LastAdministrator`].
pub async fn revoke_grant(tx: &Tx, id: i64) -> Result<(), IdentityError> {
    let administered = is_administered(tx).await?;
    let removed = tx
        .connection()
        .run("DELETE FROM role_grants WHERE id = $1", [id.into()])
        .await?;
    if removed == 0 {
        return Err(IdentityError::Unknown {
            what: "役割の付与",
            name: id.to_string(),
        });
    }
    keep_administrator(tx, administered).await?;
    tx.audit(AuditEntry::new(
        "identity.role_revoke",
        format!("grant/{id}"),
    ));
    Ok(())
}

/// Every granted role, past and future ones included.
///
/// # Errors
/// The database's.
pub async fn stored_grants(
    connection: &impl ConnectionTrait,
) -> Result<Vec<StoredGrant>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        role_key: String,
        account: Option<i64>,
        post: Option<String>,
        post_department: Option<String>,
        scope: String,
        department: Option<String>,
        first_day: String,
        last_day: Option<String>,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT id, role_key, account, post, post_department, scope, department, first_day, last_day
             FROM role_grants ORDER BY role_key, account, post, id",
            [],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let code = |text: String| department(&text);
            let holder = match (row.account, row.post) {
                (Some(account), _) => Holder::Account(AccountId(account)),
                (None, post) => Holder::Post {
                    post: post.unwrap_or_default(),
                    department: row.post_department.map(code).transpose()?,
                },
            };
            let scope = match (row.scope.as_str(), row.department) {
                ("department", Some(below)) => GrantScope::Department(code(below)?),
                ("own", _) => GrantScope::Own,
                _ => GrantScope::City,
            };
            Ok(StoredGrant {
                id: row.id,
                grant: NewGrant {
                    role: row.role_key,
                    holder,
                    scope,
                    first_day: stored_day(&row.first_day)?,
                    last_day: row.last_day.as_deref().map(stored_day).transpose()?,
                },
            })
        })
        .collect()
}

fn department(text: &str) -> Result<DepartmentCode, CityError> {
    DepartmentCode::new(text).map_err(|error| CityError::Stored {
        what: "a department",
        cause: error.to_string(),
    })
}

/// The roles of an account ($1) on a day ($2), with the department in which each is held; empty: in the whole city.
const COVERED: &str = "WITH RECURSIVE
               held_posts (department, post) AS (
                 SELECT department, post FROM posts_held
                 WHERE account = $1 AND first_day <= $2 AND (last_day IS NULL OR last_day >= $2)),
               valid AS (
                 SELECT role_key, account, post, post_department, scope, department FROM role_grants
                 WHERE first_day <= $2 AND (last_day IS NULL OR last_day >= $2)
                   AND (account = $1 OR post IN (SELECT post FROM held_posts))),
               held (role_key, department) AS (
                 SELECT v.role_key, CASE v.scope WHEN 'city' THEN '' ELSE v.department END
                 FROM valid v WHERE v.account IS NOT NULL AND v.scope <> 'own'
                 UNION
                 SELECT v.role_key, p.department FROM valid v CROSS JOIN held_posts p
                 WHERE v.account IS NOT NULL AND v.scope = 'own'
                 UNION
                 SELECT v.role_key, CASE v.scope WHEN 'city' THEN '' WHEN 'own' THEN p.department ELSE v.department END
                 FROM valid v JOIN held_posts p ON p.post = v.post
                   AND (v.post_department IS NULL OR v.post_department = p.department)),
               covered (role_key, department) AS (
                 SELECT role_key, department FROM held
                 UNION
                 SELECT c.role_key, d.code FROM covered c JOIN departments d ON d.parent = c.department)";

/// Everything an account may do on a day: through its own grants and those of the posts held on that day.
/// What is granted on a department is listed for each department below it as well.
///
/// # Errors
/// The database's.
pub async fn grants_of(
    connection: &impl ConnectionTrait,
    account: AccountId,
    day: Date,
) -> Result<Vec<Grant>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        capability: String,
        department: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "{COVERED}
                 SELECT DISTINCT r.capability, c.department FROM covered c
                 JOIN role_capabilities r ON r.role_key = c.role_key ORDER BY r.capability, c.department"
            ),
            [account.0.into(), day_text(day)],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Grant {
                capability: row.capability,
                scope: if row.department.is_empty() {
                    Scope::City
                } else {
                    Scope::Department(department(&row.department)?)
                },
            })
        })
        .collect()
}

/// The keys of the roles that an account holds in a department on a day: through its own grants and those of the posts held then, for the
/// department itself, one above it or the whole city.
///
/// # Errors
/// The database's.
pub async fn roles_in(
    connection: &impl ConnectionTrait,
    account: AccountId,
    department: &DepartmentCode,
    day: Date,
) -> Result<Vec<String>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        role_key: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "{COVERED} SELECT DISTINCT c.role_key FROM covered c WHERE c.department IN ('', $3) ORDER BY c.role_key"
            ),
            [
                account.0.into(),
                day_text(day),
                department.as_str().into(),
            ],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.role_key).collect())
}

/// The names of the roles that hold a capability, for a sentence that says whom to ask: without those of administrators where others hold
/// it. A role without an English name keeps its Japanese one.
///
/// # Errors
/// The database's.
pub(crate) async fn role_names_with(
    connection: &impl ConnectionTrait,
    capability: Capability,
    is_japanese: bool,
) -> Result<Vec<String>, CityError> {
    let holds = |role: &Role, name: &str| role.capabilities.iter().any(|held| held == name);
    let mut found = roles(connection).await?;
    found.retain(|role| holds(role, capability.name));
    if found.iter().any(|role| !holds(role, ADMINISTER.name)) {
        found.retain(|role| !holds(role, ADMINISTER.name));
    }
    Ok(found
        .into_iter()
        .map(|role| {
            if is_japanese || role.name_en.is_empty() {
                role.name_ja
            } else {
                role.name_en
            }
        })
        .collect())
}

/// How many accounts may administer the whole city on a day.
async fn administrators(connection: &impl ConnectionTrait, day: Date) -> Result<i64, CityError> {
    let count: Option<i64> = connection
        .value(
            "SELECT COUNT(DISTINCT a.id) FROM accounts a
             LEFT JOIN posts_held p ON p.account = a.id AND p.first_day <= $1 AND (p.last_day IS NULL OR p.last_day >= $1)
             JOIN role_grants g ON g.scope = 'city' AND g.first_day <= $1 AND (g.last_day IS NULL OR g.last_day >= $1)
               AND (g.account = a.id OR (g.post = p.post AND (g.post_department IS NULL OR g.post_department = p.department)))
             JOIN role_capabilities r ON r.role_key = g.role_key AND r.capability = $2
             WHERE a.state = 'active' AND (a.last_day IS NULL OR a.last_day >= $1)",
            [day_text(day), ADMINISTER.name.into()],
        )
        .await?;
    Ok(count.unwrap_or(0))
}

/// Whether somebody may administer the city now, inside a write.
pub(crate) async fn is_administered(tx: &Tx) -> Result<bool, CityError> {
    Ok(administrators(tx.connection(), tx.today()).await? > 0)
}

/// Fails when nobody is left to administer a city that was administered before; then the write is undone.
pub(crate) async fn keep_administrator(tx: &Tx, administered: bool) -> Result<(), IdentityError> {
    if administered && !is_administered(tx).await? {
        return Err(IdentityError::LastAdministrator);
    }
    Ok(())
}
