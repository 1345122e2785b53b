//! Opening a city's database: one SQLite file, or one PostgreSQL schema.

use std::{path::Path, sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr,
    sqlx::postgres::PgConnectOptions,
};

use crate::{error::CityError, private_files::make_private_folder};

/// Where a city's database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(std::path::PathBuf),
    /// A PostgreSQL server and the schema that is the city.
    Postgres {
        /// `postgres://…`
        url: String,
        /// The schema; created when missing.
        schema: String,
    },
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.shown())
    }
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` or `postgres://…[?schema=NAME]`; the schema defaults to `yakuba`.
    ///
    /// # Errors
    /// [`CityError::DatabaseUrl`] for any other kind, [`CityError::SchemaName`] for a schema name that would need quoting.
    pub fn parse(text: &str) -> Result<Self, CityError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(Self::Sqlite(path.into()));
        }
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err(CityError::DatabaseUrl(hide_password(text)));
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let mut schema = "yakuba".to_owned();
        let mut others = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.strip_prefix("schema=") {
                Some(name) => name.clone_into(&mut schema),
                None => others.push(pair),
            }
        }
        let well_formed = schema.starts_with(|first: char| first.is_ascii_lowercase())
            && schema
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !well_formed {
            return Err(CityError::SchemaName(schema));
        }
        let url = if others.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{}", others.join("&"))
        };
        Ok(Self::Postgres { url, schema })
    }

    /// The address with its password hidden, for messages and `doctor`.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres { url, schema } => format!("{} (schema {schema})", hide_password(url)),
        }
    }
}

fn hide_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => match url[scheme + 3..at].find(':') {
            Some(colon) => format!("{}:***{}", &url[..scheme + 3 + colon], &url[at..]),
            None => url.to_owned(),
        },
        _ => url.to_owned(),
    }
}

/// What a write survives once it was acknowledged. Whatever it is, the database holds whole writes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A loss of power: each write waits for the disk. Every real city.
    PowerLoss,
    /// The end of the process, but not a loss of power, which may take the last writes. For a city that is made again when its making was
    /// interrupted, as the demo is: it is made in half the time.
    ProcessEnd,
}

/// The connections of one city.
pub(crate) struct Connections {
    /// Many readers.
    pub(crate) read: DatabaseConnection,
    /// SQLite: the one writer. PostgreSQL: the same pool, whose commits wait for the disk.
    pub(crate) write: DatabaseConnection,
}

impl Connections {
    /// Splits off what the write door writes through.
    ///
    /// # Errors
    /// When PostgreSQL does not answer.
    pub(crate) async fn into_door(
        self,
        url: &DatabaseUrl,
        readers: u32,
        durability: Durability,
    ) -> Result<(DatabaseConnection, Door), CityError> {
        let DatabaseUrl::Postgres { url, schema } = url else {
            return Ok((self.read, Door::Sqlite(self.write)));
        };
        let mut options = postgres_options(url, schema, readers);
        options.map_sqlx_postgres_opts(|postgres| postgres.options([WITHOUT_WAITING]));
        let pool = Database::connect(options).await?;
        let flushing: PgConnectOptions = url
            .parse()
            .map_err(|error| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(Arc::new(error))))?;
        let flushing = flushing.application_name(&application_name(schema));
        let flushing = match durability {
            Durability::PowerLoss => flushing,
            Durability::ProcessEnd => flushing.options([WITHOUT_WAITING]),
        };
        Ok((self.read, Door::Postgres(pool, Box::new(flushing))))
    }
}

/// PostgreSQL's setting of connections whose commits do not wait for the disk.
const WITHOUT_WAITING: (&str, &str) = ("synchronous_commit", "off");

/// What the write door writes through.
pub(crate) enum Door {
    /// The one writer.
    Sqlite(DatabaseConnection),
    /// Connections whose commits do not wait for the disk, and the way to one whose commits do.
    Postgres(DatabaseConnection, Box<PgConnectOptions>),
}

pub(crate) async fn connect(
    url: &DatabaseUrl,
    readers: u32,
    durability: Durability,
) -> Result<Connections, CityError> {
    match url {
        DatabaseUrl::Sqlite(path) => connect_sqlite(path, readers, durability).await,
        DatabaseUrl::Postgres { url, schema } => connect_postgres(url, schema, readers).await,
    }
}

async fn connect_sqlite(
    path: &Path,
    readers: u32,
    durability: Durability,
) -> Result<Connections, CityError> {
    if let Some(directory) = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty())
    {
        make_private_folder(directory).map_err(|cause| CityError::DataDirectory {
            path: directory.display().to_string(),
            cause,
        })?;
    }
    let url = |mode: &str| format!("sqlite://{}?mode={mode}", path.display());
    let mut options = ConnectOptions::new(url("rwc"));
    options
        .max_connections(1)
        .min_connections(1)
        .sqlx_logging(false)
        .test_before_acquire(false);
    options
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>);
    let synchronous = match durability {
        Durability::PowerLoss => "FULL",
        Durability::ProcessEnd => "NORMAL",
    };
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", synchronous)
            .pragma("foreign_keys", "ON")
            .pragma("busy_timeout", "10000")
            .pragma("cache_size", "-16000")
    });
    let write = Database::connect(options).await?;

    let mut options = ConnectOptions::new(url("rw"));
    options
        .max_connections(readers)
        .min_connections(1)
        .sqlx_logging(false)
        .test_before_acquire(false);
    options.idle_timeout(Some(Duration::from_mins(1)));
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .pragma("query_only", "ON")
            .pragma("busy_timeout", "10000")
            .pragma("cache_size", "-8000")
    });
    let read = Database::connect(options).await?;
    Ok(Connections { read, write })
}

async fn connect_postgres(url: &str, schema: &str, readers: u32) -> Result<Connections, CityError> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    let setup = Database::connect(options).await?;
    // Checked by `DatabaseUrl::parse`: a plain name that needs no quoting.
    setup
        .execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"))
        .await?;
    setup.close().await?;

    let pool = Database::connect(postgres_options(url, schema, readers)).await?;
    Ok(Connections {
        read: pool.clone(),
        write: pool,
    })
}

fn postgres_options(url: &str, schema: &str, readers: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(readers.max(2) * 2)
        .min_connections(1)
        .sqlx_logging(false);
    options
        .set_schema_search_path(schema)
        .set_application_name(application_name(schema));
    options.acquire_timeout(Duration::from_secs(30));
    options
}

/// What the connections of a city on PostgreSQL are called, so that a restore sees who uses it.
/// PostgreSQL cuts names after 63 bytes, and so does this.
pub(crate) fn application_name(schema: &str) -> String {
    format!("yakuba {schema}").chars().take(63).collect()
}

/// Whether this is SQLite, for the few statements that differ.
pub(crate) fn is_sqlite(connection: &impl ConnectionTrait) -> bool {
    connection.get_database_backend() == DbBackend::Sqlite
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postgres_address_may_name_the_schema_of_the_city() {
        let url = DatabaseUrl::parse(
            "postgres://yakuba:secret@localhost/cities?schema=sumikawa&sslmode=disable",
        )
        .unwrap();
        assert_eq!(
            url,
            DatabaseUrl::Postgres {
                url: "postgres://yakuba:secret@localhost/cities?sslmode=disable".into(),
                schema: "sumikawa".into()
            }
        );
    }

    #[test]
    fn a_shown_address_hides_its_password() {
        let url = DatabaseUrl::parse("postgres://yakuba:secret@localhost/cities").unwrap();
        assert!(!format!("{url:?}").contains("secret"));
        assert!(url.shown().contains("yakuba:***@localhost"));
    }

    #[test]
    fn a_schema_name_that_needs_quoting_is_refused() {
        assert!(matches!(
            DatabaseUrl::parse("postgres://localhost/x?schema=a;drop"),
            Err(CityError::SchemaName(_))
        ));
    }
}
