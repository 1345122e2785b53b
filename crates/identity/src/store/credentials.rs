//! What proves who somebody is: passwords, one-time codes, passkeys, recovery codes, links to another provider.

use sea_orm::{ConnectionTrait, FromQueryResult};
use webauthn_rs::prelude::Passkey;
use yakuba_city::{AuditEntry, CityError, Tx, sql::Sql as _};

use super::{exists, needed};
use crate::{
    CityKey, IdentityError,
    model::{account::AccountId, one_time_code::CodeSecret},
};

/// Sets a password by its hash.
///
/// # Errors
/// The database's.
pub async fn set_password(
    tx: &Tx,
    account: AccountId,
    hash: &str,
    must_change: bool,
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "INSERT INTO passwords (account, hash, must_change, changed_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, must_change = excluded.must_change,
               changed_at = excluded.changed_at",
            [
                account.0.into(),
                hash.into(),
                i64::from(must_change).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    tx.audit(AuditEntry::new(
        "identity.password_set",
        format!("account/{account}"),
    ));
    Ok(())
}

/// The hash of an account's password, if it has one.
///
/// # Errors
/// The database's.
pub async fn password_hash(
    connection: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<String>, CityError> {
    Ok(connection
        .value(
            "SELECT hash FROM passwords WHERE account = $1",
            [account.0.into()],
        )
        .await?)
}

/// Which second factors an account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SecondFactors {
    /// An app with one-time codes.
    pub one_time_codes: bool,
    /// So many passkeys.
    pub passkeys: i64,
    /// So many recovery codes that were not used yet.
    pub recovery_codes: i64,
}

impl SecondFactors {
    /// Whether there is one.
    pub const fn any(self) -> bool {
        self.one_time_codes || self.passkeys > 0
    }
}

/// Which second factors an account has.
///
/// # Errors
/// The database's.
pub async fn second_factors(
    connection: &impl ConnectionTrait,
    account: AccountId,
) -> Result<SecondFactors, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        codes: i64,
        passkeys: i64,
        recovery: i64,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT (SELECT COUNT(*) FROM one_time_codes WHERE account = $1) AS codes,
                    (SELECT COUNT(*) FROM passkeys WHERE account = $1) AS passkeys,
                    (SELECT COUNT(*) FROM recovery_codes WHERE account = $1 AND used_at IS NULL) AS recovery",
            [account.0.into()],
        )
        .await?;
    Ok(
        row.map_or_else(SecondFactors::default, |row| SecondFactors {
            one_time_codes: row.codes > 0,
            passkeys: row.passkeys,
            recovery_codes: row.recovery,
        }),
    )
}

fn purpose(account: AccountId) -> String {
    format!("one-time codes of account {account}")
}

/// Sets up one-time codes after the first code was right; `step` is that code's, so that it cannot be used again.
///
/// # Errors
/// [`IdentityError::Key`] or the database's.
pub async fn set_one_time_codes(
    tx: &Tx,
    key: &CityKey,
    account: AccountId,
    secret: &CodeSecret,
    step: i64,
) -> Result<(), IdentityError> {
    let sealed = key.seal(&purpose(account), secret.as_bytes())?;
    tx.connection()
        .run(
            "INSERT INTO one_time_codes (account, secret, last_step, set_up_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step,
               set_up_at = excluded.set_up_at",
            [
                account.0.into(),
                sealed.into(),
                step.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    tx.audit(AuditEntry::new(
        "identity.one_time_codes_set",
        format!("account/{account}"),
    ));
    Ok(())
}

/// Uses a one-time code: true once per code, inside one write, so that two requests cannot use the same.
///
/// # Errors
/// [`IdentityError::Key`] or the database's.
pub async fn use_one_time_code(
    tx: &Tx,
    key: &CityKey,
    account: AccountId,
    code: &str,
) -> Result<bool, IdentityError> {
    #[derive(FromQueryResult)]
    struct Row {
        secret: Vec<u8>,
        last_step: i64,
    }
    let row: Option<Row> = tx
        .connection()
        .row(
            "SELECT secret, last_step FROM one_time_codes WHERE account = $1",
            [account.0.into()],
        )
        .await?;
    let Some(row) = row else { return Ok(false) };
    let secret = CodeSecret::from_bytes(key.open_sealed(&purpose(account), &row.secret)?);
    let Some(step) = secret.accept(code, tx.now(), row.last_step) else {
        return Ok(false);
    };
    let used = tx
        .connection()
        .run(
            "UPDATE one_time_codes SET last_step = $2 WHERE account = $1 AND last_step < $2",
            [account.0.into(), step.into()],
        )
        .await?;
    Ok(used == 1)
}

/// Takes one-time codes and recovery codes away.
///
/// # Errors
/// The database's.
pub async fn remove_one_time_codes(tx: &Tx, account: AccountId) -> Result<(), IdentityError> {
    for table in ["one_time_codes", "recovery_codes"] {
        tx.connection()
            .run(
                &format!("DELETE FROM {table} WHERE account = $1"),
                [account.0.into()],
            )
            .await?;
    }
    tx.audit(AuditEntry::new(
        "identity.one_time_codes_remove",
        format!("account/{account}"),
    ));
    Ok(())
}

/// Takes every second factor away: one-time codes, recovery codes and passkeys, for somebody who lost their devices.
///
/// # Errors
/// The database's.
pub async fn remove_second_factors(tx: &Tx, account: AccountId) -> Result<(), IdentityError> {
    for table in ["one_time_codes", "recovery_codes", "passkeys"] {
        tx.connection()
            .run(
                &format!("DELETE FROM {table} WHERE account = $1"),
                [account.0.into()],
            )
            .await?;
    }
    tx.audit(AuditEntry::new(
        "identity.second_factors_remove",
        format!("account/{account}"),
    ));
    Ok(())
}

/// Replaces somebody's recovery codes by new ones, given as keyed hashes.
///
/// # Errors
/// The database's.
pub async fn set_recovery_codes(
    tx: &Tx,
    account: AccountId,
    hashes: &[String],
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "DELETE FROM recovery_codes WHERE account = $1",
            [account.0.into()],
        )
        .await?;
    for hash in hashes {
        tx.connection()
            .run(
                "INSERT INTO recovery_codes (code_hash, account) VALUES ($1, $2)",
                [hash.as_str().into(), account.0.into()],
            )
            .await?;
    }
    tx.audit(AuditEntry::new(
        "identity.recovery_codes_set",
        format!("account/{account}"),
    ));
    Ok(())
}

/// Uses a recovery code, given as its keyed hash: true once.
///
/// # Errors
/// The database's.
pub async fn use_recovery_code(
    tx: &Tx,
    account: AccountId,
    hash: &str,
) -> Result<bool, IdentityError> {
    let used = tx
        .connection()
        .run(
            "UPDATE recovery_codes SET used_at = $3 WHERE code_hash = $1 AND account = $2 AND used_at IS NULL",
            [
                hash.into(),
                account.0.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if used == 1 {
        tx.audit(AuditEntry::new(
            "identity.recovery_code_use",
            format!("account/{account}"),
        ));
    }
    Ok(used == 1)
}

/// A passkey as stored.
#[derive(Debug, Clone)]
pub struct StoredPasskey {
    /// Its number.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The public key and its counter.
    pub passkey: Passkey,
    /// When it was added, in microseconds since 1970.
    pub created_at: i64,
    /// When it was used last.
    pub last_used_at: Option<i64>,
}

/// The passkeys of an account, oldest first.
///
/// # Errors
/// The database's.
pub async fn passkeys_of(
    connection: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Vec<StoredPasskey>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        name: String,
        passkey: String,
        created_at: i64,
        last_used_at: Option<i64>,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT id, name, passkey, created_at, last_used_at FROM passkeys WHERE account = $1 ORDER BY id",
            [account.0.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(StoredPasskey {
                id: row.id,
                name: row.name,
                passkey: serde_json::from_str(&row.passkey).map_err(|error| CityError::Stored {
                    what: "a passkey",
                    cause: error.to_string(),
                })?,
                created_at: row.created_at,
                last_used_at: row.last_used_at,
            })
        })
        .collect()
}

fn passkey_text(passkey: &Passkey) -> Result<String, IdentityError> {
    serde_json::to_string(passkey).map_err(|error| IdentityError::Passkey(error.to_string()))
}

/// Adds a passkey.
///
/// # Errors
/// [`IdentityError::Exists`] when the key is registered, [`IdentityError::Text`].
pub async fn add_passkey(
    tx: &Tx,
    account: AccountId,
    name: &str,
    credential: &str,
    passkey: &Passkey,
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "INSERT INTO passkeys (account, credential, name, passkey, created_at) VALUES ($1, $2, $3, $4, $5)",
            [
                account.0.into(),
                credential.into(),
                needed("パスキーの名前", name)?.into(),
                passkey_text(passkey)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await
        .map_err(exists("パスキー", name))?;
    tx.audit(AuditEntry::new(
        "identity.passkey_add",
        format!("account/{account}"),
    ));
    Ok(())
}

/// Notes that a passkey was used, with its new counter.
///
/// # Errors
/// The database's.
pub async fn touch_passkey(tx: &Tx, id: i64, passkey: &Passkey) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "UPDATE passkeys SET passkey = $2, last_used_at = $3 WHERE id = $1",
            [
                id.into(),
                passkey_text(passkey)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Removes a passkey of an account.
///
/// # Errors
/// [`IdentityError::Unknown`] when it is not this account's.
pub async fn remove_passkey(tx: &Tx, account: AccountId, id: i64) -> Result<(), IdentityError> {
    let removed = tx
        .connection()
        .run(
            "DELETE FROM passkeys WHERE id = $1 AND account = $2",
            [id.into(), account.0.into()],
        )
        .await?;
    if removed == 0 {
        return Err(IdentityError::Unknown {
            what: "パスキー",
            name: id.to_string(),
        });
    }
    tx.audit(AuditEntry::new(
        "identity.passkey_remove",
        format!("account/{account}"),
    ));
    Ok(())
}

/// The account a subject of another provider is linked with.
///
/// # Errors
/// The database's.
pub async fn linked_account(
    connection: &impl ConnectionTrait,
    issuer: &str,
    subject: &str,
) -> Result<Option<AccountId>, CityError> {
    let account: Option<i64> = connection
        .value(
            "SELECT account FROM oidc_links WHERE issuer = $1 AND subject = $2",
            [issuer.into(), subject.into()],
        )
        .await?;
    Ok(account.map(AccountId))
}

/// Whether an account is linked with a subject of a provider.
///
/// # Errors
/// The database's.
pub async fn is_linked(
    connection: &impl ConnectionTrait,
    account: AccountId,
) -> Result<bool, CityError> {
    let count: Option<i64> = connection
        .value(
            "SELECT COUNT(*) FROM oidc_links WHERE account = $1",
            [account.0.into()],
        )
        .await?;
    Ok(count.unwrap_or(0) > 0)
}

/// Links a subject of another provider with an account.
///
/// # Errors
/// [`IdentityError::Exists`] when the account is linked with another subject of that provider.
pub async fn link_account(
    tx: &Tx,
    issuer: &str,
    subject: &str,
    account: AccountId,
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "INSERT INTO oidc_links (issuer, subject, account, linked_at) VALUES ($1, $2, $3, $4)",
            [
                issuer.into(),
                subject.into(),
                account.0.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await
        .map_err(exists("連携", issuer))?;
    tx.audit(AuditEntry::new(
        "identity.provider_link",
        format!("account/{account}"),
    ));
    Ok(())
}
