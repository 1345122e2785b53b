//! Telling pages that a line has changed: server-sent events. One look a second for a whole city, however many pages listen.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::Path,
    response::{
        IntoResponse as _, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::stream;
use sea_orm::FromQueryResult;
use tokio::{sync::watch, time::Instant};
use yakuba_city::{City, sql::Sql as _, web::Problem};

use super::counter_of;
use crate::pages::asked::Asked;

/// How often the revisions are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A stream ends after this time and the browser asks again, so that a server that is to stop need not wait for it long.
const LENGTH: Duration = Duration::from_secs(55);

type Revisions = Arc<HashMap<String, i64>>;

/// Who looks, by city. It stops when nobody listens.
static LOOKING: LazyLock<Mutex<HashMap<String, watch::Receiver<Revisions>>>> =
    LazyLock::new(Mutex::default);

#[derive(FromQueryResult)]
struct Row {
    facility_key: String,
    revision: i64,
}

async fn revisions(city: &City) -> Option<Revisions> {
    let rows: Result<Vec<Row>, _> = city
        .db()
        .rows("SELECT facility_key, revision FROM booking_queues", [])
        .await;
    let rows = rows.ok()?;
    Some(Arc::new(
        rows.into_iter()
            .map(|row| (row.facility_key, row.revision))
            .collect(),
    ))
}

/// What is known of the revisions, fresh to the second from now on.
fn listen(city: &City) -> watch::Receiver<Revisions> {
    let mut looking = LOOKING.lock().unwrap_or_else(PoisonError::into_inner);
    let name = city.database().shown();
    if let Some(known) = looking.get(&name)
        && known.has_changed().is_ok()
    {
        return known.clone();
    }
    let (sender, receiver) = watch::channel(Revisions::default());
    looking.insert(name.clone(), receiver.clone());
    let city = city.clone();
    tokio::spawn(async move {
        loop {
            if let Some(fresh) = revisions(&city).await {
                sender.send_if_modified(|known| {
                    let is_new = *known != fresh;
                    *known = fresh;
                    is_new
                });
            }
            tokio::time::sleep(LOOK).await;
            let mut looking = LOOKING.lock().unwrap_or_else(PoisonError::into_inner);
            // One listener is the one kept above.
            if sender.receiver_count() <= 1 {
                looking.remove(&name);
                return;
            }
        }
    });
    receiver
}

/// A counter's revision each time it changes, beginning with that of now.
pub(super) async fn events(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let queue = counter_of(&asked, &key).await?;
    let receiver = listen(asked.city());
    let until = Instant::now() + LENGTH;
    let first = (receiver, Some(queue.revision), None::<i64>);
    let events = stream::unfold(first, move |(mut receiver, now, mut told)| {
        let key = key.clone();
        async move {
            let mut next = now;
            loop {
                if let Some(revision) = next
                    && told != Some(revision)
                {
                    told = Some(revision);
                    let event = Event::default().data(revision.to_string());
                    return Some((Ok::<_, Infallible>(event), (receiver, None, told)));
                }
                tokio::time::timeout_at(until, receiver.changed())
                    .await
                    .ok()?
                    .ok()?;
                next = receiver.borrow_and_update().get(&key).copied();
            }
        }
    });
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response())
}
