//! What watches over the server asks: is it alive, is it ready, what has it done.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use yakuba_city::{City, sql::Sql as _};

use super::network::Trust;

/// A database that takes longer is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Watched {
    cities: Arc<Vec<City>>,
    trust: Arc<Trust>,
}

/// The measurements of this process.
pub(super) fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            PrometheusBuilder::new()
                .set_buckets(&[0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0])
                .and_then(PrometheusBuilder::install_recorder)
                .inspect_err(|error| tracing::warn!(%error, "there will be no metrics"))
                .ok()
        })
        .as_ref()
}

/// `/healthz`, `/readyz` and `/metrics`, under every host name.
pub(super) fn routes(cities: Vec<City>, trust: Arc<Trust>) -> Router {
    recorder();
    let watched = Watched {
        cities: Arc::new(cities),
        trust,
    };
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(measurements))
        .with_state(watched)
}

async fn ready(State(watched): State<Watched>) -> Response {
    for city in watched.cities.iter() {
        let answer = city
            .db()
            .value::<i64>("SELECT number FROM audit_head WHERE id = 1", []);
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "not ready: the database does not answer");
                return not_ready();
            }
            Err(_) => {
                tracing::error!("not ready: the database takes too long");
                return not_ready();
            }
        }
    }
    "ready\n".into_response()
}

fn not_ready() -> Response {
    let text = "the database does not answer\n";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

async fn measurements(State(watched): State<Watched>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let allowed = peer.is_some_and(|ConnectInfo(peer)| {
        // A proxy we do not know may stand on this very machine: then nobody knows who asks.
        let behind_stranger =
            request.headers().contains_key("x-forwarded-for") && watched.trust.proxies.is_empty();
        let client = watched.trust.client(*peer, request.headers());
        !behind_stranger && watched.trust.may_read_metrics(client.ip())
    });
    if !allowed {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut text = recorder().map(PrometheusHandle::render).unwrap_or_default();
    for (place, city) in watched.cities.iter().enumerate() {
        let states = [("waiting", "waiting"), ("dead", "dead")];
        for (state, label) in states {
            let count: Option<i64> = city
                .db()
                .value("SELECT COUNT(*) FROM jobs WHERE state = $1", [state.into()])
                .await
                .unwrap_or(None);
            if let Some(count) = count {
                // Writing to a text cannot fail.
                let _ = writeln!(
                    text,
                    "yakuba_jobs{{city=\"{place}\",state=\"{label}\"}} {count}"
                );
            }
        }
        let _ = writeln!(
            text,
            "yakuba_writes_waiting{{city=\"{place}\"}} {}",
            city.waiting_writes()
        );
    }
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
