//! Sessions, what a browser began, and the devices somebody signed in on before.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{CityError, Fact, Tx, sql::Sql as _, web::StaffPrincipal};
use yakuba_kernel::{Channel, DepartmentCode, Subject};

use super::day_text;
use crate::{IdentityError, SIGN_IN, model::account::AccountId, model::token::Token};

/// A session ends when it was not used for so long.
pub const IDLE: SignedDuration = SignedDuration::from_mins(60);
/// And at the latest after this time.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// A fresh proof of identity counts for so long.
pub const STEP_UP: SignedDuration = SignedDuration::from_mins(10);
/// What a browser began must be finished within this time.
pub const CEREMONY: SignedDuration = SignedDuration::from_mins(10);
/// A code may be mistyped so often before the password is asked for again.
pub const CEREMONY_TRIES: i64 = 5;
/// A device is known for so long after its last sign-in.
pub const DEVICE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// The last use is noted at most so often, because each note is a write.
const TOUCH: SignedDuration = SignedDuration::from_mins(5);

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// With a password alone.
    Password,
    /// With a password and a one-time or recovery code.
    PasswordAndCode,
    /// With a passkey.
    Passkey,
    /// Through another provider.
    Oidc,
}

impl Method {
    /// The word in tables and facts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordAndCode => "password_totp",
            Self::Passkey => "passkey",
            Self::Oidc => "oidc",
        }
    }

    pub(crate) fn read(text: &str) -> Self {
        [Self::PasswordAndCode, Self::Passkey, Self::Oidc]
            .into_iter()
            .find(|method| method.as_str() == text)
            .unwrap_or(Self::Password)
    }
}

/// A session to be opened.
#[derive(Debug, Clone)]
pub(crate) struct NewSession {
    pub(crate) token: Token,
    pub(crate) account: AccountId,
    pub(crate) method: Method,
    pub(crate) source: String,
    pub(crate) user_agent: String,
    pub(crate) fresh: bool,
}

/// Opens a session, counts the sign-in and notes it in the audit log.
pub(crate) async fn open_session(tx: &Tx, new: &NewSession) -> Result<(), IdentityError> {
    let stepped_up_until = new.fresh.then(|| (tx.now() + STEP_UP).as_microsecond());
    tx.connection()
        .run(
            "INSERT INTO sessions (token_hash, account, method, created_at, last_seen_at, ends_at, stepped_up_until,
               source, user_agent) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)",
            [
                new.token.hash().into(),
                new.account.0.into(),
                new.method.as_str().into(),
                tx.now().as_microsecond().into(),
                (tx.now() + ABSOLUTE).as_microsecond().into(),
                stepped_up_until.into(),
                new.source.as_str().into(),
                new.user_agent.chars().take(200).collect::<String>().into(),
            ],
        )
        .await?;
    let mut fact = Fact::one(&SIGN_IN.name, tx.now()).channel(Channel::Online);
    if let Ok(subject) = Subject::new(new.method.as_str()) {
        fact = fact.subject(subject);
    }
    tx.record(fact).await?;
    tx.audit(
        yakuba_city::AuditEntry::new("identity.sign_in", format!("account/{}", new.account))
            .with(serde_json::json!({ "method": new.method.as_str() })),
    );
    Ok(())
}

/// Why a signed-in person may do nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restriction {
    /// The first password must be changed.
    PasswordMustChange,
    /// A second factor must be set up.
    SecondFactorMissing,
}

/// The session of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentSession {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub account: AccountId,
    /// How they signed in.
    pub method: Method,
    /// Why they may do nothing yet.
    pub restriction: Option<Restriction>,
}

pub(crate) struct LoadedSession {
    pub(crate) session: CurrentSession,
    pub(crate) principal: Arc<StaffPrincipal>,
    pub(crate) must_touch: bool,
}

/// Finds out who a session belongs to and what they may do now; none when it has ended.
pub(crate) async fn load_session(
    connection: &impl ConnectionTrait,
    token: &Token,
    now: Timestamp,
    today: Date,
) -> Result<Option<LoadedSession>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        account: i64,
        method: String,
        last_seen_at: i64,
        stepped_up_until: Option<i64>,
        display_name: String,
        department: Option<String>,
        must_change: i64,
        second_factor: Option<String>,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT s.id, s.account, s.method, s.last_seen_at, s.stepped_up_until, a.display_name,
               (SELECT p.department FROM posts_held p WHERE p.account = a.id AND p.concurrent = 0 AND p.first_day <= $2
                  AND (p.last_day IS NULL OR p.last_day >= $2) LIMIT 1) AS department,
               COALESCE(w.must_change, 0) AS must_change,
               (SELECT value FROM settings WHERE name = $3) AS second_factor
             FROM sessions s JOIN accounts a ON a.id = s.account LEFT JOIN passwords w ON w.account = a.id
             WHERE s.token_hash = $1 AND s.ends_at > $4 AND s.last_seen_at > $5
               AND a.state = 'active' AND (a.last_day IS NULL OR a.last_day >= $2)",
            [
                token.hash().into(),
                day_text(today),
                SECOND_FACTOR_SETTING.into(),
                now.as_microsecond().into(),
                (now - IDLE).as_microsecond().into(),
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let account = AccountId(row.account);
    let method = Method::read(&row.method);
    let restriction = if row.must_change == 1
        && matches!(method, Method::Password | Method::PasswordAndCode)
    {
        Some(Restriction::PasswordMustChange)
    } else if method == Method::Password
        && SecondFactorPolicy::read(row.second_factor.as_deref()) == SecondFactorPolicy::Required
    {
        Some(Restriction::SecondFactorMissing)
    } else {
        None
    };
    let grants = if restriction.is_some() {
        Vec::new()
    } else {
        super::roles::grants_of(connection, account, today).await?
    };
    let moment =
        |microsecond| Timestamp::from_microsecond(microsecond).unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(Some(LoadedSession {
        must_touch: now.duration_since(moment(row.last_seen_at)) >= TOUCH,
        session: CurrentSession {
            id: row.id,
            account,
            method,
            restriction,
        },
        principal: Arc::new(StaffPrincipal {
            account: row.account,
            name: row.display_name,
            department: row
                .department
                .map(DepartmentCode::new)
                .transpose()
                .map_err(|error| CityError::Stored {
                    what: "a department",
                    cause: error.to_string(),
                })?,
            grants,
            stepped_up_until: row.stepped_up_until.map(moment),
        }),
    }))
}

/// The setting that says whether a second factor is needed: `required` (also when it was never set) or `optional`.
pub const SECOND_FACTOR_SETTING: &str = "identity.second_factor";

/// Whether staff need a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactorPolicy {
    /// Without one nobody may do anything.
    Required,
    /// A password is enough. Only for demonstrations.
    Optional,
}

impl SecondFactorPolicy {
    /// Reads the setting; anything but `optional` is the strict one.
    pub fn read(text: Option<&str>) -> Self {
        if text == Some("optional") {
            Self::Optional
        } else {
            Self::Required
        }
    }

    /// The word in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
        }
    }
}

/// Notes that a session was used.
pub(crate) async fn touch_session(tx: &Tx, id: i64) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "UPDATE sessions SET last_seen_at = $2 WHERE id = $1",
            [id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(())
}

/// Gives a session a new token after a fresh proof, and the method if that became stronger.
pub(crate) async fn rotate_session(
    tx: &Tx,
    id: i64,
    token: &Token,
    method: Option<Method>,
    fresh: bool,
) -> Result<(), IdentityError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE sessions SET token_hash = $2, method = COALESCE($3, method),
               stepped_up_until = COALESCE($4, stepped_up_until), last_seen_at = $5 WHERE id = $1",
            [
                id.into(),
                token.hash().into(),
                method.map(|method| method.as_str().to_owned()).into(),
                fresh.then(|| (tx.now() + STEP_UP).as_microsecond()).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(IdentityError::Expired);
    }
    Ok(())
}

/// One of somebody's sessions, for their own list.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ListedSession {
    /// Its number.
    pub id: i64,
    /// How they signed in: `password`, `password_totp`, `passkey`, `oidc`.
    pub method: String,
    /// When, in microseconds since 1970.
    pub created_at: i64,
    /// When it was used last, within five minutes.
    pub last_seen_at: i64,
    /// From which address.
    pub source: String,
    /// With which browser.
    pub user_agent: String,
}

/// The sessions of an account that have not ended, the one used last first.
///
/// # Errors
/// The database's.
pub async fn sessions_of(
    connection: &impl ConnectionTrait,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<ListedSession>, CityError> {
    Ok(connection
        .rows(
            "SELECT id, method, created_at, last_seen_at, source, user_agent FROM sessions
             WHERE account = $1 AND ends_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC, id DESC",
            [
                account.0.into(),
                now.as_microsecond().into(),
                (now - IDLE).as_microsecond().into(),
            ],
        )
        .await?)
}

/// Ends one session of an account.
///
/// # Errors
/// The database's.
pub async fn end_session(tx: &Tx, account: AccountId, id: i64) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "DELETE FROM sessions WHERE id = $1 AND account = $2",
            [id.into(), account.0.into()],
        )
        .await?;
    tx.audit(yakuba_city::AuditEntry::new(
        "identity.sign_out",
        format!("account/{account}"),
    ));
    Ok(())
}

/// Ends the session a browser had before it signed in again.
pub(crate) async fn drop_session(tx: &Tx, token: &Token) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "DELETE FROM sessions WHERE token_hash = $1",
            [token.hash().into()],
        )
        .await?;
    Ok(())
}

/// Ends all sessions of an account except one, and forgets its devices when none is kept.
///
/// # Errors
/// The database's.
pub async fn end_sessions(
    tx: &Tx,
    account: AccountId,
    except: Option<i64>,
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "DELETE FROM sessions WHERE account = $1 AND id <> $2",
            [account.0.into(), except.unwrap_or(-1).into()],
        )
        .await?;
    tx.connection()
        .run(
            "DELETE FROM ceremonies WHERE account = $1",
            [account.0.into()],
        )
        .await?;
    tx.audit(yakuba_city::AuditEntry::new(
        "identity.sign_out_everywhere",
        format!("account/{account}"),
    ));
    Ok(())
}

/// What a browser began: kept under the hash of a token that only that browser holds.
#[derive(Debug, Clone)]
pub(crate) struct Ceremony {
    pub(crate) account: Option<AccountId>,
    pub(crate) state: Vec<u8>,
}

pub(crate) async fn begin_ceremony(
    tx: &Tx,
    token: &Token,
    kind: &str,
    account: Option<AccountId>,
    state: &[u8],
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "INSERT INTO ceremonies (token_hash, kind, account, state, tries, ends_at) VALUES ($1, $2, $3, $4, 0, $5)",
            [
                token.hash().into(),
                kind.into(),
                account.map(|account| account.0).into(),
                state.to_vec().into(),
                (tx.now() + CEREMONY).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct CeremonyRow {
    account: Option<i64>,
    state: Vec<u8>,
    tries: i64,
}

impl From<CeremonyRow> for Ceremony {
    fn from(row: CeremonyRow) -> Self {
        Self {
            account: row.account.map(AccountId),
            state: row.state,
        }
    }
}

/// Looks at a ceremony and leaves it.
pub(crate) async fn ceremony(
    connection: &impl ConnectionTrait,
    token: &Token,
    kind: &str,
    now: Timestamp,
) -> Result<Option<Ceremony>, CityError> {
    let row: Option<CeremonyRow> = connection
        .row(
            "SELECT account, state, tries FROM ceremonies WHERE token_hash = $1 AND kind = $2 AND ends_at > $3",
            [token.hash().into(), kind.into(), now.as_microsecond().into()],
        )
        .await?;
    Ok(row.map(Ceremony::from))
}

/// Takes a ceremony: it can be finished once.
pub(crate) async fn take_ceremony(
    tx: &Tx,
    token: &Token,
    kind: &str,
) -> Result<Ceremony, IdentityError> {
    let row: Option<CeremonyRow> = tx
        .connection()
        .row(
            "DELETE FROM ceremonies WHERE token_hash = $1 AND kind = $2 AND ends_at > $3 RETURNING account, state, tries",
            [token.hash().into(), kind.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    row.map(Ceremony::from).ok_or(IdentityError::Expired)
}

/// Counts a try at a ceremony and returns it; after the last one it is gone.
pub(crate) async fn try_ceremony(
    tx: &Tx,
    token: &Token,
    kind: &str,
) -> Result<Option<Ceremony>, IdentityError> {
    let row: Option<CeremonyRow> = tx
        .connection()
        .row(
            "UPDATE ceremonies SET tries = tries + 1 WHERE token_hash = $1 AND kind = $2 AND ends_at > $3
             RETURNING account, state, tries",
            [token.hash().into(), kind.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    if row.tries > CEREMONY_TRIES {
        end_ceremony(tx, token).await?;
        return Ok(None);
    }
    Ok(Some(row.into()))
}

pub(crate) async fn end_ceremony(tx: &Tx, token: &Token) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "DELETE FROM ceremonies WHERE token_hash = $1",
            [token.hash().into()],
        )
        .await?;
    Ok(())
}

/// Whether somebody signed in on this device before.
pub(crate) async fn is_known_device(
    connection: &impl ConnectionTrait,
    device: &Token,
    account: AccountId,
    now: Timestamp,
) -> Result<bool, CityError> {
    let found: Option<i64> = connection
        .value(
            "SELECT account FROM known_devices WHERE token_hash = $1 AND account = $2 AND last_used_at > $3",
            [
                device.hash().into(),
                account.0.into(),
                (now - DEVICE).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(found.is_some())
}

/// Remembers a device after a sign-in.
pub(crate) async fn remember_device(
    tx: &Tx,
    device: &Token,
    account: AccountId,
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "INSERT INTO known_devices (token_hash, account, last_used_at) VALUES ($1, $2, $3)
             ON CONFLICT (token_hash, account) DO UPDATE SET last_used_at = excluded.last_used_at",
            [
                device.hash().into(),
                account.0.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}

/// Removes what has ended.
pub(crate) async fn clean_up(tx: &Tx) -> Result<(), IdentityError> {
    let now = tx.now();
    for (sql, before) in [
        ("DELETE FROM sessions WHERE ends_at <= $1", now),
        ("DELETE FROM sessions WHERE last_seen_at <= $1", now - IDLE),
        ("DELETE FROM ceremonies WHERE ends_at <= $1", now),
        (
            "DELETE FROM known_devices WHERE last_used_at <= $1",
            now - DEVICE,
        ),
        (
            "DELETE FROM sign_in_attempts WHERE last_at <= $1",
            now - crate::model::back_off::FORGET_AFTER,
        ),
    ] {
        tx.connection()
            .run(sql, [before.as_microsecond().into()])
            .await?;
    }
    Ok(())
}
