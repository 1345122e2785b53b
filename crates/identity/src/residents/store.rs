//! Residents' rows.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{Passkey, Uuid};
use yakuba_city::{
    AuditEntry, CityError, CityKey, Fact, Tx,
    sql::Sql as _,
    web::{ResidentPrincipal, VerifiedPerson},
};
use yakuba_kernel::{Channel, PersonName, Subject};
use yakuba_mail::EmailAddress;

use super::CurrentResident;
use crate::{
    IdentityError, RESIDENT_SIGN_IN,
    model::token::Token,
    store::{
        credentials::StoredPasskey,
        exists, needed,
        sessions::{ABSOLUTE, IDLE, STEP_UP},
    },
};

const TOUCH: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);

/// How a resident signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By a code sent by mail.
    EmailCode,
    /// With a passkey.
    Passkey,
    /// Through an identity provider.
    Oidc,
}

impl Method {
    /// The word in tables and facts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailCode => "email_code",
            Self::Passkey => "passkey",
            Self::Oidc => "oidc",
        }
    }
}

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Its number.
    pub id: i64,
    /// By which passkeys name it.
    pub handle: Uuid,
    /// The mail address, if there is one.
    pub email: Option<EmailAddress>,
    /// What a provider vouched for.
    pub verified: Option<VerifiedPerson>,
}

/// What is sealed of a verified person.
#[derive(Serialize, Deserialize)]
struct Vouched {
    name: PersonName,
    address: String,
    birth_date: Date,
    verified_at: Timestamp,
    issuer: String,
}

fn purpose(handle: &str, what: &str) -> String {
    format!("resident/{handle}/{what}")
}

fn email_hash(key: &CityKey, email: &EmailAddress) -> String {
    key.look_up("resident's mail address", &email.folded())
}

fn stored(what: &'static str) -> impl FnOnce(String) -> CityError {
    move |cause| CityError::Stored { what, cause }
}

fn open_verified(
    key: &CityKey,
    handle: &str,
    sealed: Option<&[u8]>,
) -> Result<Option<VerifiedPerson>, IdentityError> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let opened = key.open_sealed(&purpose(handle, "verified"), sealed)?;
    let verified: Vouched = serde_json::from_slice(&opened)
        .map_err(|error| stored("a verified person")(error.to_string()))?;
    Ok(Some(VerifiedPerson {
        name: verified.name,
        address: verified.address,
        birth_date: verified.birth_date,
        verified_at: verified.verified_at,
        issuer: verified.issuer,
    }))
}

#[derive(FromQueryResult)]
struct ResidentRow {
    id: i64,
    handle: String,
    email: Option<Vec<u8>>,
    verified: Option<Vec<u8>>,
}

fn read(key: &CityKey, row: &ResidentRow) -> Result<Resident, IdentityError> {
    let email = match &row.email {
        Some(sealed) => {
            let opened = key.open_sealed(&purpose(&row.handle, "email"), sealed)?;
            Some(EmailAddress::read(&String::from_utf8_lossy(&opened))?)
        }
        None => None,
    };
    Ok(Resident {
        id: row.id,
        handle: Uuid::parse_str(&row.handle)
            .map_err(|error| stored("a resident")(error.to_string()))?,
        email,
        verified: open_verified(key, &row.handle, row.verified.as_deref())?,
    })
}

/// An account by its number.
///
/// # Errors
/// The database's; [`IdentityError::Key`].
pub async fn resident(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    id: i64,
) -> Result<Option<Resident>, IdentityError> {
    let row: Option<ResidentRow> = connection
        .row(
            "SELECT id, handle, email, verified FROM residents WHERE id = $1",
            [id.into()],
        )
        .await?;
    row.map(|row| read(key, &row)).transpose()
}

/// The number of the account with a handle.
pub(crate) async fn by_handle(
    connection: &impl ConnectionTrait,
    handle: Uuid,
) -> Result<Option<i64>, CityError> {
    Ok(connection
        .value(
            "SELECT id FROM residents WHERE handle = $1",
            [handle.to_string().into()],
        )
        .await?)
}

/// Makes an account with nothing in it.
async fn create(tx: &Tx) -> Result<i64, IdentityError> {
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO residents (handle, created_at) VALUES ($1, $2) RETURNING id",
            [
                Uuid::new_v4().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let id = id.unwrap_or_default();
    tx.audit(AuditEntry::new("resident.create", format!("resident/{id}")));
    Ok(id)
}

/// The account of a confirmed address; made when there is none.
pub(crate) async fn of_email(
    tx: &Tx,
    key: &CityKey,
    email: &EmailAddress,
) -> Result<i64, IdentityError> {
    let hash = email_hash(key, email);
    let known: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM residents WHERE email_hash = $1",
            [hash.as_str().into()],
        )
        .await?;
    if let Some(id) = known {
        return Ok(id);
    }
    let id = create(tx).await?;
    set_email(tx, key, id, email).await?;
    Ok(id)
}

async fn handle_of(tx: &Tx, id: i64) -> Result<String, IdentityError> {
    let handle: Option<String> = tx
        .connection()
        .value("SELECT handle FROM residents WHERE id = $1", [id.into()])
        .await?;
    handle.ok_or(IdentityError::Expired)
}

/// Gives an account a confirmed address.
async fn set_email(
    tx: &Tx,
    key: &CityKey,
    id: i64,
    email: &EmailAddress,
) -> Result<(), IdentityError> {
    let handle = handle_of(tx, id).await?;
    let sealed = key.seal(&purpose(&handle, "email"), email.as_str().as_bytes())?;
    tx.connection()
        .run(
            "UPDATE residents SET email_hash = $2, email = $3 WHERE id = $1",
            [id.into(), email_hash(key, email).into(), sealed.into()],
        )
        .await
        .map_err(exists("メールアドレス", ""))?;
    Ok(())
}

/// The account linked with a provider's subject, or with the account that asks; made when there is neither.
///
/// # Errors
/// [`IdentityError::Exists`] when one of the two is linked with another.
pub(crate) async fn of_subject(
    tx: &Tx,
    key: &CityKey,
    issuer: &str,
    subject: &str,
    asking: Option<i64>,
) -> Result<i64, IdentityError> {
    let hash = key.look_up("resident's subject", &format!("{issuer} {subject}"));
    let linked: Option<i64> = tx
        .connection()
        .value(
            "SELECT resident FROM resident_links WHERE issuer = $1 AND subject_hash = $2",
            [issuer.into(), hash.as_str().into()],
        )
        .await?;
    let other = || IdentityError::Exists {
        what: "本人確認",
        name: String::new(),
    };
    match (linked, asking) {
        (Some(linked), Some(asking)) if linked != asking => return Err(other()),
        (Some(linked), _) => return Ok(linked),
        (None, _) => {}
    }
    let id = match asking {
        Some(id) => id,
        None => create(tx).await?,
    };
    tx.connection()
        .run(
            "INSERT INTO resident_links (issuer, subject_hash, resident, linked_at) VALUES ($1, $2, $3, $4)",
            [
                issuer.into(),
                hash.into(),
                id.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await
        .map_err(exists("本人確認", ""))?;
    tx.audit(AuditEntry::new("resident.link", format!("resident/{id}")));
    Ok(id)
}

/// Keeps what a provider vouched for.
///
/// # Errors
/// [`IdentityError::Expired`] when there is no such account; the database's.
pub async fn set_verified(
    tx: &Tx,
    key: &CityKey,
    id: i64,
    person: &VerifiedPerson,
) -> Result<(), IdentityError> {
    let handle = handle_of(tx, id).await?;
    let verified = Vouched {
        name: person.name.clone(),
        address: person.address.clone(),
        birth_date: person.birth_date,
        verified_at: person.verified_at,
        issuer: person.issuer.clone(),
    };
    let text = serde_json::to_vec(&verified)
        .map_err(|error| stored("a verified person")(error.to_string()))?;
    tx.connection()
        .run(
            "UPDATE residents SET verified = $2 WHERE id = $1",
            [
                id.into(),
                key.seal(&purpose(&handle, "verified"), &text)?.into(),
            ],
        )
        .await?;
    tx.audit(AuditEntry::new("resident.verify", format!("resident/{id}")));
    Ok(())
}

/// Deletes an account with everything in it, and tells the other services by the event `resident.deleted`.
///
/// # Errors
/// The database's.
pub async fn delete(tx: &Tx, id: i64) -> Result<(), IdentityError> {
    tx.connection()
        .run("DELETE FROM residents WHERE id = $1", [id.into()])
        .await?;
    tx.emit("resident.deleted", serde_json::json!({ "resident": id }))
        .await?;
    tx.audit(AuditEntry::new("resident.delete", format!("resident/{id}")));
    Ok(())
}

/// Opens a session in place of the one the browser had, counts it and notes it.
pub(crate) async fn open_session(
    tx: &Tx,
    id: i64,
    method: Method,
    token: &Token,
    old: Option<&Token>,
) -> Result<(), IdentityError> {
    if let Some(old) = old {
        end_session(tx, old).await?;
    }
    tx.connection()
        .run(
            "INSERT INTO resident_sessions (token_hash, resident, method, created_at, last_seen_at, ends_at)
             VALUES ($1, $2, $3, $4, $4, $5)",
            [
                token.hash().into(),
                id.into(),
                method.as_str().into(),
                tx.now().as_microsecond().into(),
                (tx.now() + ABSOLUTE).as_microsecond().into(),
            ],
        )
        .await?;
    let mut fact = Fact::one(&RESIDENT_SIGN_IN.name, tx.now()).channel(Channel::Online);
    if let Ok(subject) = Subject::new(method.as_str()) {
        fact = fact.subject(subject);
    }
    tx.record(fact).await?;
    tx.audit(
        AuditEntry::new("resident.sign_in", format!("resident/{id}"))
            .with(serde_json::json!({ "method": method.as_str() })),
    );
    Ok(())
}

/// Ends a session by its token.
pub(crate) async fn end_session(tx: &Tx, token: &Token) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "DELETE FROM resident_sessions WHERE token_hash = $1",
            [token.hash().into()],
        )
        .await?;
    Ok(())
}

pub(crate) struct LoadedResident {
    pub(crate) principal: Arc<ResidentPrincipal>,
    pub(crate) current: CurrentResident,
    pub(crate) must_touch: bool,
}

/// Finds out whose session it is; none when it has ended.
pub(crate) async fn load_session(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    token: &Token,
    now: Timestamp,
) -> Result<Option<LoadedResident>, IdentityError> {
    #[derive(FromQueryResult)]
    struct Row {
        session: i64,
        method: String,
        id: i64,
        created_at: i64,
        last_seen_at: i64,
        handle: String,
        email_hash: Option<String>,
        verified: Option<Vec<u8>>,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT s.id AS session, s.method, r.id, s.created_at, s.last_seen_at, r.handle, r.email_hash, r.verified
             FROM resident_sessions s JOIN residents r ON r.id = s.resident
             WHERE s.token_hash = $1 AND s.ends_at > $2 AND s.last_seen_at > $3",
            [
                token.hash().into(),
                now.as_microsecond().into(),
                (now - IDLE).as_microsecond().into(),
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    // A code by mail or a passkey shows that it is the account's holder, not that it is the person: only a session that the provider
    // itself opened speaks for who somebody is.
    let verified = if row.method == Method::Oidc.as_str() {
        open_verified(key, &row.handle, row.verified.as_deref())?
    } else {
        None
    };
    let age =
        |at| now.duration_since(Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH));
    Ok(Some(LoadedResident {
        principal: Arc::new(ResidentPrincipal {
            id: row.id,
            email_confirmed: row.email_hash.is_some(),
            verified,
        }),
        current: CurrentResident {
            session: row.session,
            id: row.id,
            fresh: age(row.created_at) < STEP_UP,
        },
        must_touch: age(row.last_seen_at) >= TOUCH,
    }))
}

pub(crate) async fn touch_session(tx: &Tx, id: i64) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "UPDATE resident_sessions SET last_seen_at = $2 WHERE id = $1",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}

/// The passkeys of an account, oldest first.
///
/// # Errors
/// The database's.
pub async fn passkeys_of(
    connection: &impl ConnectionTrait,
    id: i64,
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
            "SELECT id, name, passkey, created_at, last_used_at FROM resident_passkeys
             WHERE resident = $1 ORDER BY id",
            [id.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(StoredPasskey {
                id: row.id,
                name: row.name,
                passkey: serde_json::from_str(&row.passkey)
                    .map_err(|error| stored("a passkey")(error.to_string()))?,
                created_at: row.created_at,
                last_used_at: row.last_used_at,
            })
        })
        .collect()
}

fn passkey_text(passkey: &Passkey) -> Result<String, IdentityError> {
    serde_json::to_string(passkey).map_err(|error| IdentityError::Passkey(error.to_string()))
}

pub(crate) async fn add_passkey(
    tx: &Tx,
    id: i64,
    name: &str,
    credential: &str,
    passkey: &Passkey,
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "INSERT INTO resident_passkeys (resident, credential, name, passkey, created_at)
             VALUES ($1, $2, $3, $4, $5)",
            [
                id.into(),
                credential.into(),
                needed("パスキーの名前", name)?.into(),
                passkey_text(passkey)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await
        .map_err(exists("パスキー", name))?;
    tx.audit(AuditEntry::new(
        "resident.passkey_add",
        format!("resident/{id}"),
    ));
    Ok(())
}

pub(crate) async fn touch_passkey(
    tx: &Tx,
    id: i64,
    passkey: &Passkey,
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "UPDATE resident_passkeys SET passkey = $2, last_used_at = $3 WHERE id = $1",
            [
                id.into(),
                passkey_text(passkey)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn remove_passkey(tx: &Tx, resident: i64, id: i64) -> Result<(), IdentityError> {
    let removed = tx
        .connection()
        .run(
            "DELETE FROM resident_passkeys WHERE id = $1 AND resident = $2",
            [id.into(), resident.into()],
        )
        .await?;
    if removed == 0 {
        return Err(IdentityError::Unknown {
            what: "パスキー",
            name: id.to_string(),
        });
    }
    tx.audit(AuditEntry::new(
        "resident.passkey_remove",
        format!("resident/{resident}"),
    ));
    Ok(())
}

/// Removes what has ended.
pub(crate) async fn clean_up(tx: &Tx) -> Result<(), IdentityError> {
    let now = tx.now();
    for (sql, before) in [
        ("DELETE FROM resident_sessions WHERE ends_at <= $1", now),
        (
            "DELETE FROM resident_sessions WHERE last_seen_at <= $1",
            now - IDLE,
        ),
        ("DELETE FROM email_codes WHERE ends_at <= $1", now),
    ] {
        tx.connection()
            .run(sql, [before.as_microsecond().into()])
            .await?;
    }
    Ok(())
}
