//! The one write door.
//!
//! SQLite: one writer task owns the one writing connection. Writes that wait together share one transaction,
//! each in a savepoint of its own, and so share one fsync; each is acknowledged only after that commit.
//! PostgreSQL: each write is a transaction in a task of its own, tried again when the server breaks a deadlock. It commits without waiting
//! for the disk; writes that wait together share one flush, and each is acknowledged only after that.
//! On both, a caller that goes away does not leave a half-done write behind.

pub(crate) mod flush;
mod postgres;

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures::{FutureExt as _, future::BoxFuture};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};

use self::{flush::Session, postgres::Postgres};
use crate::{
    audit::Actor,
    city::Registry,
    clock::Clock,
    database::{Door, is_sqlite},
    error::CityError,
    tx::Tx,
};

/// How many waiting writes share one commit at most.
const GROUP: usize = 64;

type Settle = Box<dyn FnOnce(Result<(), CityError>) + Send>;

struct Finished {
    keep: bool,
    settle: Settle,
}

type Work = Box<dyn for<'t> FnOnce(&'t Tx) -> BoxFuture<'t, Finished> + Send>;

pub(crate) struct Request {
    actor: Actor,
    work: Work,
}

#[derive(Clone)]
pub(crate) enum Writer {
    Sqlite(mpsc::Sender<Request>),
    Postgres(Postgres),
}

impl Writer {
    pub(crate) fn start(door: Door, registry: Arc<Registry>, clock: Clock) -> Self {
        match door {
            Door::Sqlite(connection) => {
                let (sender, receiver) = mpsc::channel(1024);
                tokio::spawn(serve(connection, registry, clock, receiver));
                Self::Sqlite(sender)
            }
            Door::Postgres(pool, options) => {
                Self::Postgres(Postgres::start(pool, *options, registry, clock))
            }
        }
    }

    /// How many writes wait: on SQLite for their turn, on PostgreSQL for a connection or for the disk.
    pub(crate) fn waiting(&self) -> usize {
        match self {
            Self::Sqlite(sender) => sender.max_capacity() - sender.capacity(),
            Self::Postgres(postgres) => postgres.waiting(),
        }
    }

    /// Begins to watch over what is about to be read, so that [`Writer::flush`] can vouch for it; none on SQLite, where nothing is seen
    /// that is not on the disk.
    pub(crate) async fn session(&self) -> Result<Option<Session>, CityError> {
        match self {
            Self::Sqlite(_) => Ok(None),
            Self::Postgres(postgres) => postgres.flush.session().await.map(Some),
        }
    }

    /// Waits until everything that was seen since the session was asked for is on the disk.
    pub(crate) async fn flush(&self, session: Option<Session>) -> Result<(), CityError> {
        match (self, session) {
            (Self::Postgres(postgres), Some(session)) => postgres.flush.flush(session).await,
            _ => Ok(()),
        }
    }

    pub(crate) async fn write<I, T, E, F>(&self, actor: Actor, input: I, work: F) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: From<CityError> + std::error::Error + Send + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        match self {
            Self::Sqlite(sender) => {
                let (answer, answered) = oneshot::channel::<Result<T, E>>();
                let work: Work = Box::new(move |tx| {
                    Box::pin(async move {
                        let result = work(tx, &input).await;
                        let keep = result.is_ok();
                        let settle: Settle = Box::new(move |committed| {
                            // The caller may have gone away; what was done stays done.
                            let _ = answer.send(committed.map_err(E::from).and(result));
                        });
                        Finished { keep, settle }
                    })
                });
                sender
                    .send(Request { actor, work })
                    .await
                    .map_err(|_| CityError::Stopping)?;
                answered
                    .await
                    .unwrap_or_else(|_| Err(CityError::Panicked.into()))
            }
            Self::Postgres(postgres) => {
                let postgres = postgres.clone();
                // A task of its own: when the caller goes away the transaction still ends properly
                // and its connection returns clean to the pool.
                let task = tokio::spawn(async move { postgres.write(actor, &input, &work).await });
                task.await
                    .unwrap_or_else(|_| Err(CityError::Panicked.into()))
            }
        }
    }
}

// The write door itself is where transactions begin.
#[allow(clippy::disallowed_methods)]
async fn begin(connection: &DatabaseConnection) -> Result<DatabaseTransaction, CityError> {
    if is_sqlite(connection) {
        // IMMEDIATE: a deferred transaction that reads and then writes fails when another wrote in between.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        return Ok(connection.begin_with_options(options).await?);
    }
    Ok(connection.begin().await?)
}

// A savepoint inside the group's transaction.
#[allow(clippy::disallowed_methods)]
async fn savepoint(transaction: &DatabaseTransaction) -> Result<DatabaseTransaction, CityError> {
    Ok(transaction.begin().await?)
}

async fn serve(
    connection: DatabaseConnection,
    registry: Arc<Registry>,
    clock: Clock,
    mut requests: mpsc::Receiver<Request>,
) {
    while let Some(first) = requests.recv().await {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = requests.try_recv()
        {
            group.push(next);
        }
        carry_out(&connection, &registry, &clock, group).await;
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the database was not closed cleanly");
    }
}

async fn carry_out(
    connection: &DatabaseConnection,
    registry: &Arc<Registry>,
    clock: &Clock,
    group: Vec<Request>,
) {
    let transaction = match begin(connection).await {
        Ok(transaction) => transaction,
        Err(error) => {
            // Dropping the requests tells every caller; the log tells why.
            tracing::error!(%error, "no transaction could be begun");
            return;
        }
    };
    let mut settlements: Vec<(Settle, Result<(), CityError>)> = Vec::with_capacity(group.len());
    for request in group {
        if let Some(settlement) = in_savepoint(&transaction, registry, clock, request).await {
            settlements.push(settlement);
        }
    }
    let committed = transaction.commit().await;
    if let Err(error) = &committed {
        tracing::error!(%error, "a commit failed");
    }
    for (settle, ended) in settlements {
        let outcome = match (&committed, ended) {
            (_, Err(error)) => Err(error),
            (Ok(()), Ok(())) => Ok(()),
            (Err(error), Ok(())) => Err(CityError::Database(DbErr::Custom(error.to_string()))),
        };
        settle(outcome);
    }
}

/// Carries out one write; none when it panicked or could not begin, which its caller learns by the dropped answer.
async fn in_savepoint(
    transaction: &DatabaseTransaction,
    registry: &Arc<Registry>,
    clock: &Clock,
    request: Request,
) -> Option<(Settle, Result<(), CityError>)> {
    let inner = match savepoint(transaction).await {
        Ok(inner) => inner,
        Err(error) => {
            tracing::error!(%error, "no savepoint could be set");
            return None;
        }
    };
    let tx = Tx::new(inner, registry.clone(), request.actor, clock.now());
    let outcome = AssertUnwindSafe((request.work)(&tx)).catch_unwind().await;
    let (ended, settle) = match outcome {
        Ok(Finished { keep: true, settle }) => {
            let (inner, ended) = tx.finish().await;
            let ended = match ended {
                Ok(()) => inner.commit().await.map_err(CityError::from),
                Err(error) => inner
                    .rollback()
                    .await
                    .map_err(CityError::from)
                    .and(Err(error)),
            };
            (ended, Some(settle))
        }
        Ok(Finished {
            keep: false,
            settle,
        }) => (
            tx.into_connection()
                .rollback()
                .await
                .map_err(CityError::from),
            Some(settle),
        ),
        Err(_panic) => (
            tx.into_connection()
                .rollback()
                .await
                .map_err(CityError::from),
            None,
        ),
    };
    settle.map(|settle| (settle, ended))
}
