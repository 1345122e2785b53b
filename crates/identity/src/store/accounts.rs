//! Accounts and the posts they hold.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use webauthn_rs::prelude::Uuid;
use yakuba_city::{
    AuditEntry, CityError, Tx,
    sql::{Sql as _, escape_like, list},
};
use yakuba_kernel::DepartmentCode;

use super::{day_text, exists, needed, optional_day, stored_day, unknown};
use crate::{
    IdentityError,
    model::{
        account::{AccountId, AccountState, NewAccount},
        personnel::Held,
    },
};

/// An account as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// The name to sign in with.
    pub login_name: String,
    /// The name shown.
    pub display_name: String,
    /// Its reading in katakana, or empty.
    pub kana: String,
    /// The official e-mail address.
    pub email: Option<String>,
    /// Whether it may be used.
    pub state: AccountState,
    /// The last day in office.
    pub last_day: Option<Date>,
    /// By which passkeys know it.
    pub handle: Uuid,
}

impl Account {
    /// Whether it may sign in on a day.
    pub fn is_usable(&self, today: Date) -> bool {
        self.state == AccountState::Active && self.last_day.is_none_or(|last| last >= today)
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    login_name: String,
    display_name: String,
    kana: String,
    email: Option<String>,
    state: String,
    last_day: Option<String>,
    handle: String,
}

const COLUMNS: &str = "id, login_name, display_name, kana, email, state, last_day, handle";

impl Row {
    fn read(self) -> Result<Account, CityError> {
        Ok(Account {
            id: AccountId(self.id),
            login_name: self.login_name,
            display_name: self.display_name,
            kana: self.kana,
            email: self.email,
            state: if self.state == "active" {
                AccountState::Active
            } else {
                AccountState::Suspended
            },
            last_day: self.last_day.as_deref().map(stored_day).transpose()?,
            handle: Uuid::parse_str(&self.handle).map_err(|error| CityError::Stored {
                what: "an account",
                cause: error.to_string(),
            })?,
        })
    }
}

async fn one(
    connection: &impl ConnectionTrait,
    column: &str,
    value: sea_orm::Value,
) -> Result<Option<Account>, CityError> {
    let row: Option<Row> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM accounts WHERE {column} = $1"),
            [value],
        )
        .await?;
    row.map(Row::read).transpose()
}

/// An account by its number.
///
/// # Errors
/// The database's.
pub async fn account(
    connection: &impl ConnectionTrait,
    id: AccountId,
) -> Result<Option<Account>, CityError> {
    one(connection, "id", id.0.into()).await
}

/// An account by its log-in name (in small letters, as [`crate::model::account::LoginName`] gives it).
///
/// # Errors
/// The database's.
pub async fn account_by_login(
    connection: &impl ConnectionTrait,
    login_name: &str,
) -> Result<Option<Account>, CityError> {
    one(connection, "login_name", login_name.into()).await
}

/// An account by its e-mail address, in whatever capitals.
///
/// # Errors
/// The database's.
pub async fn account_by_email(
    connection: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<Account>, CityError> {
    one(
        connection,
        "email",
        email.trim().to_ascii_lowercase().into(),
    )
    .await
}

/// An account by what its passkeys know it by.
///
/// # Errors
/// The database's.
pub async fn account_by_handle(
    connection: &impl ConnectionTrait,
    handle: Uuid,
) -> Result<Option<Account>, CityError> {
    one(connection, "handle", handle.to_string().into()).await
}

/// Accounts whose log-in name, name or reading contains a text (empty: all), in the order of their log-in names.
///
/// # Errors
/// The database's.
pub async fn accounts(
    connection: &impl ConnectionTrait,
    containing: &str,
    offset: i64,
    limit: i64,
) -> Result<Vec<Account>, CityError> {
    let pattern = format!("%{}%", escape_like(containing.trim()));
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                r"SELECT {COLUMNS} FROM accounts
                  WHERE login_name LIKE $1 ESCAPE '\' OR display_name LIKE $1 ESCAPE '\' OR kana LIKE $1 ESCAPE '\'
                  ORDER BY login_name LIMIT $2 OFFSET $3"
            ),
            [pattern.into(), limit.into(), offset.into()],
        )
        .await?;
    rows.into_iter().map(Row::read).collect()
}

/// The names shown for accounts, by number.
///
/// # Errors
/// The database's.
pub async fn account_names(
    connection: &impl ConnectionTrait,
    accounts: &[i64],
) -> Result<BTreeMap<i64, String>, CityError> {
    #[derive(FromQueryResult)]
    struct Named {
        id: i64,
        display_name: String,
    }
    let mut names = BTreeMap::new();
    for part in accounts.chunks(500) {
        let rows: Vec<Named> = connection
            .rows(
                &format!(
                    "SELECT id, display_name FROM accounts WHERE id IN ({})",
                    list(1, part.len())
                ),
                part.iter().map(|id| (*id).into()),
            )
            .await?;
        names.extend(rows.into_iter().map(|row| (row.id, row.display_name)));
    }
    Ok(names)
}

/// The mail addresses of active accounts that have one, by number.
///
/// # Errors
/// The database's.
pub async fn mail_addresses(
    connection: &impl ConnectionTrait,
    accounts: &[i64],
) -> Result<BTreeMap<i64, String>, CityError> {
    #[derive(FromQueryResult)]
    struct Reachable {
        id: i64,
        email: String,
    }
    let mut addresses = BTreeMap::new();
    for part in accounts.chunks(500) {
        let rows: Vec<Reachable> = connection
            .rows(
                &format!(
                    "SELECT id, email FROM accounts WHERE email IS NOT NULL AND state = 'active' AND id IN ({})",
                    list(1, part.len())
                ),
                part.iter().map(|id| (*id).into()),
            )
            .await?;
        addresses.extend(rows.into_iter().map(|row| (row.id, row.email)));
    }
    Ok(addresses)
}

/// The members of staff with a post in a department on a day, by name: account number and the name shown.
///
/// # Errors
/// The database's.
pub async fn colleagues(
    connection: &impl ConnectionTrait,
    department: &DepartmentCode,
    day: Date,
) -> Result<Vec<(i64, String)>, CityError> {
    #[derive(FromQueryResult)]
    struct Colleague {
        id: i64,
        display_name: String,
    }
    let rows: Vec<Colleague> = connection
        .rows(
            "SELECT DISTINCT a.id, a.display_name, a.kana FROM accounts a JOIN posts_held p ON p.account = a.id
             WHERE p.department = $1 AND p.first_day <= $2 AND (p.last_day IS NULL OR p.last_day >= $2) AND a.state = 'active'
             ORDER BY a.kana, a.id",
            [department.as_str().into(), day.to_string().into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, row.display_name))
        .collect())
}

/// Names for the actors of a history (`staff:12`, `system:…`): what [`StaffNames::of`] looks up.
#[derive(Debug, Clone, Default)]
pub struct StaffNames(BTreeMap<i64, String>);

impl StaffNames {
    /// Reads the names of all staff among the actors.
    ///
    /// # Errors
    /// The database's.
    pub async fn read<'a>(
        connection: &impl ConnectionTrait,
        actors: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, CityError> {
        let mut ids: Vec<i64> = actors.into_iter().filter_map(staff_number).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(Self(account_names(connection, &ids).await?))
    }

    /// The name of an actor; none for one that is not staff.
    pub fn of(&self, actor: &str) -> Option<&str> {
        self.0.get(&staff_number(actor)?).map(String::as_str)
    }
}

fn staff_number(actor: &str) -> Option<i64> {
    actor.strip_prefix("staff:")?.parse().ok()
}

/// Makes an account.
///
/// # Errors
/// [`IdentityError::Exists`], [`IdentityError::Text`].
pub async fn create_account(tx: &Tx, new: &NewAccount) -> Result<AccountId, IdentityError> {
    let name = needed("氏名", &new.display_name)?;
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO accounts (login_name, display_name, kana, email, state, handle, created_at)
             VALUES ($1, $2, $3, $4, 'active', $5, $6) RETURNING id",
            [
                new.login_name.as_str().into(),
                name.into(),
                new.kana.trim().into(),
                email(new.email.as_deref()).into(),
                Uuid::new_v4().to_string().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await
        .map_err(exists("ログイン名またはメールアドレス", new.login_name.as_str()))?;
    let id = AccountId(id.unwrap_or_default());
    if let Some(password) = &new.password {
        super::credentials::set_password(tx, id, &password.hash, password.must_change).await?;
    }
    tx.audit(AuditEntry::new(
        "identity.account_create",
        format!("account/{id}"),
    ));
    Ok(id)
}

/// Changes the names and e-mail address of an account.
///
/// # Errors
/// [`IdentityError::Exists`] for the e-mail address, [`IdentityError::Unknown`], [`IdentityError::Text`].
pub async fn update_account(
    tx: &Tx,
    id: AccountId,
    display_name: &str,
    kana: &str,
    email_address: Option<&str>,
) -> Result<(), IdentityError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE accounts SET display_name = $2, kana = $3, email = $4 WHERE id = $1",
            [
                id.0.into(),
                needed("氏名", display_name)?.into(),
                kana.trim().into(),
                email(email_address).into(),
            ],
        )
        .await
        .map_err(exists("メールアドレス", email_address.unwrap_or_default()))?;
    found(changed, id)?;
    tx.audit(AuditEntry::new(
        "identity.account_change",
        format!("account/{id}"),
    ));
    Ok(())
}

/// Suspends an account or lets it be used again. Suspending ends its sessions.
///
/// # Errors
/// [`IdentityError::Unknown`]; [`IdentityError::LastAdministrator`] when nobody would be left to administer.
pub async fn set_account_state(
    tx: &Tx,
    id: AccountId,
    state: AccountState,
) -> Result<(), IdentityError> {
    let administered = super::roles::is_administered(tx).await?;
    let changed = tx
        .connection()
        .run(
            "UPDATE accounts SET state = $2 WHERE id = $1",
            [id.0.into(), state.as_str().into()],
        )
        .await?;
    found(changed, id)?;
    if state == AccountState::Suspended {
        super::sessions::end_sessions(tx, id, None).await?;
        super::roles::keep_administrator(tx, administered).await?;
    }
    tx.audit(
        AuditEntry::new("identity.account_state", format!("account/{id}"))
            .with(json!({ "state": state.as_str() })),
    );
    Ok(())
}

/// The posts an account holds, held and will hold, in the order of their first days.
///
/// # Errors
/// The database's.
pub async fn posts_of(
    connection: &impl ConnectionTrait,
    id: AccountId,
) -> Result<Vec<Held>, CityError> {
    Ok(posts_of_many(connection, &[id.0])
        .await?
        .remove(&id.0)
        .unwrap_or_default())
}

/// The same for many accounts, by number.
///
/// # Errors
/// The database's.
pub async fn posts_of_many(
    connection: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<BTreeMap<i64, Vec<Held>>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        account: i64,
        department: String,
        post: String,
        concurrent: i64,
        first_day: String,
        last_day: Option<String>,
    }
    let mut posts: BTreeMap<i64, Vec<Held>> = BTreeMap::new();
    for part in ids.chunks(500) {
        let rows: Vec<Row> = connection
            .rows(
                &format!(
                    "SELECT account, department, post, concurrent, first_day, last_day FROM posts_held
                     WHERE account IN ({}) ORDER BY account, first_day, concurrent, department",
                    list(1, part.len())
                ),
                part.iter().map(|id| (*id).into()),
            )
            .await?;
        for row in rows {
            posts.entry(row.account).or_default().push(Held {
                department: DepartmentCode::new(row.department).map_err(|error| {
                    CityError::Stored {
                        what: "a post",
                        cause: error.to_string(),
                    }
                })?,
                post: row.post,
                concurrent: row.concurrent == 1,
                first_day: stored_day(&row.first_day)?,
                last_day: row.last_day.as_deref().map(stored_day).transpose()?,
            });
        }
    }
    Ok(posts)
}

/// Gives an account a post, without touching the others it holds.
///
/// # Errors
/// [`IdentityError::Exists`] when it would be a second main post, [`IdentityError::Unknown`] for the department.
pub async fn give_post(tx: &Tx, id: AccountId, held: &Held) -> Result<(), IdentityError> {
    super::departments::require(tx.connection(), &held.department).await?;
    insert_post(tx, id, held).await?;
    tx.audit(
        AuditEntry::new("identity.post_give", format!("account/{id}")).with(json!({
            "department": held.department.as_str(), "post": held.post, "first_day": held.first_day.to_string(),
        })),
    );
    Ok(())
}

/// Writes a person's posts so that they are exactly these.
pub(crate) async fn replace_posts(
    tx: &Tx,
    id: AccountId,
    before: &[Held],
    after: &[Held],
) -> Result<(), IdentityError> {
    for held in before.iter().filter(|held| !after.contains(held)) {
        tx.connection()
            .run(
                "DELETE FROM posts_held WHERE account = $1 AND department = $2 AND post = $3 AND first_day = $4",
                [
                    id.0.into(),
                    held.department.as_str().into(),
                    held.post.as_str().into(),
                    day_text(held.first_day),
                ],
            )
            .await?;
    }
    for held in after.iter().filter(|held| !before.contains(held)) {
        insert_post(tx, id, held).await?;
    }
    Ok(())
}

async fn insert_post(tx: &Tx, id: AccountId, held: &Held) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "INSERT INTO posts_held (account, department, post, concurrent, first_day, last_day)
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                id.0.into(),
                held.department.as_str().into(),
                needed("職", &held.post)?.into(),
                i64::from(held.concurrent).into(),
                day_text(held.first_day),
                optional_day(held.last_day),
            ],
        )
        .await
        .map_err(|error| {
            if yakuba_city::sql::is_unique_violation(&error) {
                exists("職", &held.post)(error)
            } else {
                unknown("部署", held.department.as_str())(error)
            }
        })?;
    Ok(())
}

pub(crate) async fn set_last_day(
    tx: &Tx,
    id: AccountId,
    last_day: Option<Date>,
) -> Result<(), IdentityError> {
    tx.connection()
        .run(
            "UPDATE accounts SET last_day = $2 WHERE id = $1",
            [id.0.into(), optional_day(last_day)],
        )
        .await?;
    Ok(())
}

fn found(changed: u64, id: AccountId) -> Result<(), IdentityError> {
    if changed == 0 {
        Err(IdentityError::Unknown {
            what: "アカウント",
            name: id.to_string(),
        })
    } else {
        Ok(())
    }
}

fn email(address: Option<&str>) -> Option<String> {
    address
        .map(|address| address.trim().to_ascii_lowercase())
        .filter(|address| !address.is_empty())
}
