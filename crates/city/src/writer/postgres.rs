//! Writes on PostgreSQL.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::future::BoxFuture;
use sea_orm::{DatabaseConnection, DbErr, sqlx::postgres::PgConnectOptions};

use super::{begin, flush::Flush};
use crate::{audit::Actor, city::Registry, clock::Clock, error::CityError, tx::Tx};

/// How often a write is tried when PostgreSQL breaks a deadlock.
const TRIES: u32 = 5;

/// The write door on PostgreSQL.
#[derive(Clone)]
pub(crate) struct Postgres {
    /// Connections whose commits do not wait for the disk: nothing but this door may have them.
    pool: DatabaseConnection,
    pub(super) flush: Flush,
    registry: Arc<Registry>,
    clock: Clock,
    waiting: Arc<AtomicUsize>,
}

impl Postgres {
    pub(super) fn start(
        pool: DatabaseConnection,
        flushing: PgConnectOptions,
        registry: Arc<Registry>,
        clock: Clock,
    ) -> Self {
        Self {
            pool,
            flush: Flush::start(flushing),
            registry,
            clock,
            waiting: Arc::default(),
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(super) async fn write<I, T, E, F>(&self, actor: Actor, input: &I, work: &F) -> Result<T, E>
    where
        E: From<CityError> + std::error::Error + 'static,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, E>>,
    {
        // Before the write begins, so that a server that loses it has ended the session.
        let session = self.flush.session().await?;
        let mut attempt = 1;
        let value = loop {
            match self.once(actor.clone(), input, work).await {
                Err(error) if attempt < TRIES && is_transient(&error) => attempt += 1,
                outcome => break outcome?,
            }
        };
        // Even when it changed nothing: what it saw, and its caller will be told, may not be on the disk yet.
        let waits = Waits::one_more(&self.waiting);
        self.flush.flush(session).await?;
        drop(waits);
        Ok(value)
    }

    async fn once<I, T, E, F>(&self, actor: Actor, input: &I, work: &F) -> Result<T, E>
    where
        E: From<CityError>,
        F: for<'t> Fn(&'t Tx, &'t I) -> BoxFuture<'t, Result<T, E>>,
    {
        let waits = Waits::one_more(&self.waiting);
        let connection = begin(&self.pool).await?;
        drop(waits);
        let tx = Tx::new(connection, self.registry.clone(), actor, self.clock.now());
        match work(&tx, input).await {
            Ok(value) => {
                let (connection, ended) = tx.finish().await;
                ended?;
                connection.commit().await.map_err(CityError::from)?;
                Ok(value)
            }
            Err(error) => {
                tx.into_connection()
                    .rollback()
                    .await
                    .map_err(CityError::from)?;
                Err(error)
            }
        }
    }
}

/// Somebody who waits, counted for as long as this lives.
struct Waits<'c>(&'c AtomicUsize);

impl<'c> Waits<'c> {
    fn one_more(count: &'c AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether PostgreSQL gave the transaction up in favour of another, so that trying again may succeed.
fn is_transient(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<DbErr>().is_some() {
            let text = error.to_string();
            return text.contains("deadlock detected") || text.contains("could not serialize");
        }
        cause = error.source();
    }
    false
}
