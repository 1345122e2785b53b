//! The city's MQTT broker: how it is reached, and which node listens to it.

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{Actor, AuditEntry, City, CityKey, Tx, sql::Sql as _};

use crate::{
    error::AssetError,
    model::broker::{Address, Broker, Prefix},
};

/// What the password is sealed as.
const PURPOSE: &str = "assets.broker";
/// So long nobody else listens after a node was last heard of.
const HELD: i64 = 60_000_000;

/// Sets the broker, in place of the one before.
///
/// # Errors
/// The database's.
pub async fn set_broker(tx: &Tx, key: &CityKey, broker: &Broker) -> Result<(), AssetError> {
    let password = key.seal(PURPOSE, broker.password.as_bytes())?;
    tx.connection()
        .run(
            "INSERT INTO assets_broker (id, address, authorities, user_name, password, prefix, session, revision) \
             VALUES (1, $1, $2, $3, $4, $5, $6, 1) \
             ON CONFLICT (id) DO UPDATE SET address = excluded.address, authorities = excluded.authorities, \
               user_name = excluded.user_name, password = excluded.password, prefix = excluded.prefix, \
               session = excluded.session, revision = assets_broker.revision + 1",
            [
                broker.address.to_string().into(),
                broker.authorities.as_str().into(),
                broker.user.as_str().into(),
                password.into(),
                broker.prefix.as_str().into(),
                broker.session.as_str().into(),
            ],
        )
        .await?;
    tx.audit(
        AuditEntry::new("assets.broker", "assets/broker").with(
            json!({ "address": broker.address.to_string(), "prefix": broker.prefix.as_str() }),
        ),
    );
    Ok(())
}

/// The same for somebody who saw the broker as it was after so many changes; 0: there was none.
///
/// # Errors
/// [`AssetError::ChangedMeanwhile`]; the database's.
pub async fn set_broker_seen(
    tx: &Tx,
    key: &CityKey,
    broker: &Broker,
    revision: i64,
) -> Result<(), AssetError> {
    let now: Option<i64> = tx
        .connection()
        .value("SELECT revision FROM assets_broker", [])
        .await?;
    if now.unwrap_or(0) != revision {
        return Err(AssetError::ChangedMeanwhile);
    }
    set_broker(tx, key, broker).await
}

/// Forgets the broker. Returns whether there was one.
///
/// # Errors
/// The database's.
pub async fn forget_broker(tx: &Tx) -> Result<bool, AssetError> {
    tx.connection()
        .run("DELETE FROM assets_broker_listener", [])
        .await?;
    let gone = tx.connection().run("DELETE FROM assets_broker", []).await?;
    if gone > 0 {
        tx.audit(AuditEntry::new("assets.broker-off", "assets/broker"));
    }
    Ok(gone > 0)
}

/// The broker with the count of its changes; none: nobody set one.
///
/// # Errors
/// The database's; when the password cannot be opened.
pub async fn broker(
    connection: &impl ConnectionTrait,
    key: &CityKey,
) -> Result<Option<(Broker, i64)>, AssetError> {
    #[derive(FromQueryResult)]
    struct Row {
        address: String,
        authorities: String,
        user_name: String,
        password: Vec<u8>,
        prefix: String,
        session: String,
        revision: i64,
    }
    let row: Option<Row> = connection
        .row(
            "SELECT address, authorities, user_name, password, prefix, session, revision FROM assets_broker",
            [],
        )
        .await?;
    row.map(|row| {
        let password = key.open_sealed(PURPOSE, &row.password)?;
        let broker = Broker {
            address: Address::read(&row.address)?,
            authorities: row.authorities,
            user: row.user_name,
            password: String::from_utf8_lossy(&password).into_owned(),
            prefix: Prefix::read(&row.prefix)?,
            session: row.session,
        };
        Ok((broker, row.revision))
    })
    .transpose()
}

/// How listening goes, since it was last written down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// Since when it is connected, in microseconds since 1970; none: it is not.
    pub connected_at: Option<i64>,
    /// Messages that were kept.
    pub kept: i64,
    /// Messages that were refused.
    pub refused: i64,
    /// When a message came last.
    pub heard_at: Option<i64>,
    /// What went wrong last, with its moment.
    pub problem: Option<(String, i64)>,
}

/// Makes a node the one that listens, or lets it stay so, and writes down how it goes. Returns false when another one listens:
/// one node alone hears a device's messages in their order.
///
/// # Errors
/// The database's.
pub async fn hold(city: &City, node: &str, heard: &Heard) -> Result<bool, AssetError> {
    city.write(
        Actor::Program("assets.broker".to_owned()),
        (node.to_owned(), heard.clone()),
        |tx, (node, heard)| {
            Box::pin(async move {
                let now = tx.now().as_microsecond();
                let (problem, problem_at) = heard.problem.clone().unzip();
                let changed = tx
                    .connection()
                    .run(
                        "INSERT INTO assets_broker_listener AS l (id, node, until_at, connected_at, heard_at, kept, refused, problem, problem_at) \
                         SELECT 1, $1, $2, $3, $4, $5, $6, COALESCE($7, ''), $8 FROM assets_broker WHERE id = 1 \
                         ON CONFLICT (id) DO UPDATE SET node = excluded.node, until_at = excluded.until_at, \
                           connected_at = excluded.connected_at, heard_at = COALESCE(excluded.heard_at, l.heard_at), \
                           kept = l.kept + excluded.kept, refused = l.refused + excluded.refused, \
                           problem = CASE WHEN excluded.problem_at IS NULL THEN l.problem ELSE excluded.problem END, \
                           problem_at = COALESCE(excluded.problem_at, l.problem_at) \
                         WHERE l.node = excluded.node OR l.until_at < $9",
                        [
                            node.as_str().into(),
                            (now + HELD).into(),
                            heard.connected_at.into(),
                            heard.heard_at.into(),
                            heard.kept.into(),
                            heard.refused.into(),
                            problem.into(),
                            problem_at.into(),
                            now.into(),
                        ],
                    )
                    .await?;
                Ok(changed > 0)
            })
        },
    )
    .await
}

/// Lets another node listen at once.
///
/// # Errors
/// The database's.
pub async fn let_go(city: &City, node: &str) -> Result<(), AssetError> {
    city.write(
        Actor::Program("assets.broker".to_owned()),
        node.to_owned(),
        |tx, node| {
            Box::pin(async move {
                tx.connection()
                    .run(
                        "UPDATE assets_broker_listener SET until_at = 0, connected_at = NULL WHERE node = $1",
                        [node.as_str().into()],
                    )
                    .await?;
                Ok(())
            })
        },
    )
    .await
}

/// How listening goes, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Listening {
    /// Since when it is connected, in microseconds since 1970; none: it is not.
    pub connected_at: Option<i64>,
    /// When a message came last.
    pub heard_at: Option<i64>,
    /// Messages that were kept since the broker was set.
    pub kept: i64,
    /// Messages that were refused.
    pub refused: i64,
    /// What went wrong last; empty: nothing yet.
    pub problem: String,
    /// When.
    pub problem_at: Option<i64>,
    /// Until when a node said that it listens.
    pub until_at: i64,
}

/// How listening to the broker goes; none before the first node tried.
///
/// # Errors
/// The database's.
pub async fn listening(connection: &impl ConnectionTrait) -> Result<Option<Listening>, AssetError> {
    Ok(connection
        .row(
            "SELECT connected_at, heard_at, kept, refused, problem, problem_at, until_at FROM assets_broker_listener",
            [],
        )
        .await?)
}
