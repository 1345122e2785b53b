//! Connections to a database that know nothing of Yakuba, as safe as its own.

use std::{path::Path, sync::Arc};

use sea_orm::sqlx::{
    ConnectOptions as _, PgPool, SqliteConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::SqliteConnectOptions,
};
use tokio::sync::Mutex;

use crate::Outcome;

/// How many connections a node of Yakuba has to PostgreSQL.
const CONNECTIONS: u32 = 8;

pub(crate) enum Connections {
    /// One writer at a time is the fastest way to share a SQLite file; clients wait in a row.
    Sqlite(Arc<Mutex<SqliteConnection>>),
    /// As many connections as a node of Yakuba has.
    Postgres(PgPool),
}

impl Connections {
    /// To a SQLite file, with Yakuba's durability.
    pub(crate) async fn on_sqlite(file: &Path) -> Outcome<Self> {
        let connection = SqliteConnectOptions::new()
            .filename(file)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON")
            .pragma("busy_timeout", "10000")
            .pragma("cache_size", "-16000")
            .disable_statement_logging()
            .connect()
            .await?;
        Ok(Self::Sqlite(Arc::new(Mutex::new(connection))))
    }

    /// To a schema of a PostgreSQL server.
    pub(crate) async fn on_postgres(url: &str, schema: &str) -> Outcome<Self> {
        let options: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(
                options
                    .options([("search_path", schema)])
                    .disable_statement_logging(),
            )
            .await?;
        Ok(Self::Postgres(pool))
    }
}
