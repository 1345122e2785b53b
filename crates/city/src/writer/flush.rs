//! The shared flush: on PostgreSQL a write commits without waiting for the disk, and is acknowledged when the disk has it.
//!
//! A commit that waits for the disk holds its rows until then, and with them everybody who needs the same rows: the end of the audit
//! chain is such a row, so writes would reach the disk one after the other. Instead they commit with `synchronous_commit = off` and then
//! wait here. One task gathers all that wait and carries out one tiny transaction that does wait. The log of PostgreSQL is written from
//! the front to the back: when that transaction is on the disk (and on the standbys that are waited for), everything that was committed
//! before it is there as well.
//!
//! A server that stops between a commit and its flush loses the commit, and a flush after it has come back would say nothing about it. So
//! flushes go over one connection, the *session*, which a stop of the server ends: a write names the session that it began under, and
//! only a flush of the same session acknowledges it. Decision 0008 says more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::sqlx::{
    self, ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::error::CityError;

/// So long after the server's last answer a session counts as alive without asking.
const FRESH: Duration = Duration::from_secs(1);
/// The pause before the server is looked for again.
const AGAIN: Duration = Duration::from_millis(200);
/// So long somebody waits for a session; as long as for a connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// A transaction that writes a message into the log for nobody: PostgreSQL waits for the disk only at the end of those that wrote something.
const FLUSH: &str = "SELECT pg_logical_emit_message(true, 'yakuba', '')";

/// A connection of the flusher, by number. While it lasts the server has not stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session(u64);

enum Request {
    Session(oneshot::Sender<Session>),
    Flush(Session, oneshot::Sender<Result<(), CityError>>),
}

/// The way to the task that flushes. It ends when nobody has one any more.
#[derive(Clone)]
pub(crate) struct Flush {
    requests: mpsc::UnboundedSender<Request>,
    /// The number of the session while it is known to be alive, or 0.
    alive: Arc<AtomicU64>,
}

impl Flush {
    /// Starts the task. `options` lead to the city's server with the durability that the server was set up with.
    pub(crate) fn start(options: PgConnectOptions) -> Self {
        let (requests, received) = mpsc::unbounded_channel();
        let alive = Arc::new(AtomicU64::new(0));
        let flusher = Flusher {
            options: options.disable_statement_logging(),
            alive: alive.clone(),
            number: 0,
            connection: None,
        };
        tokio::spawn(flusher.serve(received));
        Self { requests, alive }
    }

    /// The present session, to be asked for before something is written or read.
    ///
    /// # Errors
    /// When the server cannot be reached for half a minute.
    pub(crate) async fn session(&self) -> Result<Session, CityError> {
        let number = self.alive.load(Ordering::Acquire);
        if number > 0 {
            return Ok(Session(number));
        }
        let (answer, answered) = oneshot::channel();
        self.requests
            .send(Request::Session(answer))
            .map_err(|_| CityError::Stopping)?;
        match timeout(PATIENCE, answered).await {
            Ok(session) => session.map_err(|_| CityError::Stopping),
            Err(_) => Err(CityError::Unreachable),
        }
    }

    /// Waits until everything that was committed before this call is on the disk.
    ///
    /// # Errors
    /// [`CityError::OutcomeUnknown`] when the server stopped since the session was asked for, or stops now: what was committed may be
    /// there or not.
    pub(crate) async fn flush(&self, session: Session) -> Result<(), CityError> {
        let (answer, answered) = oneshot::channel();
        self.requests
            .send(Request::Flush(session, answer))
            .map_err(|_| CityError::OutcomeUnknown)?;
        answered.await.unwrap_or(Err(CityError::OutcomeUnknown))
    }
}

/// The task's own side.
struct Flusher {
    options: PgConnectOptions,
    alive: Arc<AtomicU64>,
    /// How many connections there have been; the present one has this number.
    number: u64,
    connection: Option<PgConnection>,
}

impl Flusher {
    async fn serve(mut self, mut requests: mpsc::UnboundedReceiver<Request>) {
        let mut asking: Vec<oneshot::Sender<Session>> = Vec::new();
        loop {
            asking.retain(|answer| !answer.is_closed());
            let next = if !asking.is_empty() {
                timeout(AGAIN, requests.recv()).await.ok()
            } else if self.alive.load(Ordering::Relaxed) > 0 {
                timeout(FRESH, requests.recv()).await.ok()
            } else {
                Some(requests.recv().await)
            };
            // Everybody who waits shares the flush.
            let mut waiting = Vec::new();
            match next {
                Some(None) => break,
                Some(first) => {
                    let more = std::iter::from_fn(|| requests.try_recv().ok());
                    for request in first.into_iter().chain(more) {
                        match request {
                            Request::Session(answer) => asking.push(answer),
                            Request::Flush(session, answer) => waiting.push((session, answer)),
                        }
                    }
                }
                // A while without a flush: whoever comes next has to ask whether the server is still there.
                None => self.alive.store(0, Ordering::Release),
            }
            if !waiting.is_empty() {
                self.flush(waiting).await;
            }
            if !asking.is_empty() && self.is_there().await {
                for answer in asking.drain(..) {
                    // Whoever has gone away needs no session.
                    let _ = answer.send(Session(self.number));
                }
            }
        }
        if let Some(connection) = self.connection
            && let Err(error) = connection.close().await
        {
            tracing::debug!(%error, "the connection that flushes was not closed cleanly");
        }
    }

    async fn flush(&mut self, waiting: Vec<(Session, oneshot::Sender<Result<(), CityError>>)>) {
        let is_on_disk = self.carry_out(FLUSH).await;
        for (session, answer) in waiting {
            let is_acknowledged = is_on_disk && session == Session(self.number);
            // The caller may have gone away; what was done stays done.
            let _ = answer.send(if is_acknowledged {
                Ok(())
            } else {
                Err(CityError::OutcomeUnknown)
            });
        }
    }

    /// Whether the server answers, on the present connection or on a new one.
    async fn is_there(&mut self) -> bool {
        if self.alive.load(Ordering::Relaxed) > 0 || self.carry_out("SELECT 1").await {
            return true;
        }
        match timeout(PATIENCE, PgConnection::connect_with(&self.options)).await {
            Ok(Ok(connection)) => {
                self.connection = Some(connection);
                self.number += 1;
                self.alive.store(self.number, Ordering::Release);
                true
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database cannot be reached");
                false
            }
            Err(_) => false,
        }
    }

    /// Carries out a statement on the present connection; afterwards the session is known to be alive, or over.
    async fn carry_out(&mut self, sql: &'static str) -> bool {
        let Some(connection) = &mut self.connection else {
            return false;
        };
        match sqlx::query(sql).execute(connection).await {
            Ok(_) => {
                self.alive.store(self.number, Ordering::Release);
                true
            }
            Err(error) => {
                self.alive.store(0, Ordering::Release);
                self.connection = None;
                tracing::error!(%error, "what was written last may be lost: the database did not confirm it");
                false
            }
        }
    }
}
