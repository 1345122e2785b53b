//! Everything between the network and a city's services, in one order.
//!
//! From the outside: reference number · log and measurements · security headers · compression · language ·
//! waiting room · shell and problems of strangers · who really sent it · tokens · cross-site check · panics · who asks · shell and problems of
//! whoever asks · time limit · size limit · the services.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use http_body_util::Limited;
use rand::Rng as _;
use tower::util::option_layer;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer,
    timeout::TimeoutLayer,
};
use tracing::Instrument as _;
use yakuba_city::{
    City,
    web::{Access, Problem, RouteEntry},
};

use yakuba_identity::Identity;

use super::{
    network::Trust,
    problems::Reference,
    surroundings::{self, Surroundings},
    waiting_room::{self, WaitingRoom},
};
use crate::{failure::Failure, services};

/// No page takes longer; what does is a job.
const TIME: Duration = Duration::from_mins(1);
/// What anybody may send: forms and small JSON.
const SMALL: u64 = 1024 * 1024;
/// What signed-in staff and other systems may send: sheets and files of facts.
const LARGE: u64 = 64 * 1024 * 1024;

/// Where residents send files with an application. The handlers read nothing before they have found the draft or case that the
/// browser holds a token for.
const UPLOADS: [&str; 6] = [
    "/procedures/{key}/apply/{page}",
    "/procedures/{key}/applicant",
    "/cases/correct",
    "/reports/new/details",
    "/reports/emergency",
    "/reports/{report}/contest",
];

/// A city's services behind the edge, ready for requests.
///
/// `hosts` are its names, for requests that come through a proxy which changes the Host header.
///
/// # Errors
/// When a host name cannot be one.
pub fn application(
    city: City,
    identity: Identity,
    trust: Arc<Trust>,
    hosts: &[String],
) -> Result<Router, Failure> {
    application_with(city, identity, trust, hosts, None)
}

/// The same behind a waiting room.
///
/// # Errors
/// As [`application`].
pub fn application_with(
    city: City,
    identity: Identity,
    trust: Arc<Trust>,
    hosts: &[String],
    waiting_room: Option<Arc<WaitingRoom>>,
) -> Result<Router, Failure> {
    let routes = services::routes();
    let sizes = Arc::new(Sizes::of(routes.entries()));
    let surroundings = Arc::new(Surroundings::new(city.clone()));
    let mut cross_site = CsrfLayer::new();
    for host in hosts {
        cross_site = cross_site
            .add_trusted_origin(format!("https://{host}"))
            .map_err(|error| {
                Failure::usage(format!(
                    "the host name {host} cannot be used: {error}. Write it like www.city.example.jp"
                ))
            })?;
    }
    let services = in_time(
        routes
            .into_router()
            .merge(yakuba_ui::assets::router())
            .merge(super::map::router())
            .fallback(async || Problem::NotFound)
            .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
            .layer(from_fn_with_state(sizes, limit_size))
            .layer(DefaultBodyLimit::disable()),
        TIME,
    )
    .layer(from_fn_with_state(
        surroundings.clone(),
        surroundings::of_principal,
    ));
    Ok(yakuba_identity::layer(services, identity)
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(cross_site)
        .layer(from_fn(tokens_come_from_anywhere))
        .layer(from_fn_with_state(trust, find_sender))
        .layer(from_fn_with_state(
            surroundings.clone(),
            surroundings::of_stranger,
        ))
        // Before anything that asks the database.
        .layer(option_layer(
            waiting_room.map(|room| from_fn_with_state(room, waiting_room::guard)),
        ))
        .layer(from_fn(yakuba_ui::remember_language))
        .layer(CompressionLayer::new())
        .layer(yakuba_ui::security_headers())
        .layer(from_fn_with_state(surroundings, super::map::allow_tiles))
        .layer(from_fn(watch))
        .with_state(city))
}

/// Gives a request up that takes longer, also one whose body is sent drop by drop.
fn in_time<S: Clone + Send + Sync + 'static>(router: Router<S>, time: Duration) -> Router<S> {
    router.layer(TimeoutLayer::with_status_code(
        StatusCode::SERVICE_UNAVAILABLE,
        time,
    ))
}

/// Gives the request its reference number, logs how it went and counts it. Neither path nor query is logged:
/// they could hold something personal. The route's pattern cannot.
async fn watch(mut request: Request, next: Next) -> Response {
    let reference = new_reference();
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    request
        .extensions_mut()
        .insert(Reference(reference.clone()));
    let span = tracing::info_span!("request", reference);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let elapsed = begun.elapsed();
    span.in_scope(|| {
        tracing::info!(%method, route, status, milliseconds = elapsed.as_millis(), "answered");
    });
    metrics::counter!(
        "yakuba_requests_total",
        "method" => method.to_string(), "route" => route.clone(), "status" => status.to_string()
    )
    .increment(1);
    metrics::histogram!("yakuba_request_seconds", "route" => route).record(elapsed.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&reference) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// Twelve letters and digits that cannot be mistaken for each other over the telephone.
fn new_reference() -> String {
    const SIGNS: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut random = rand::rng();
    (0..14)
        .map(|place| match place {
            4 | 9 => '-',
            _ => char::from(SIGNS[random.random_range(0..SIGNS.len())]),
        })
        .collect()
}

/// Puts the address of whoever really sent the request in the place of the proxy's.
async fn find_sender(
    State(trust): State<Arc<Trust>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .copied();
    if let Some(ConnectInfo(peer)) = peer {
        let client = trust.client(peer, request.headers());
        request.extensions_mut().insert(ConnectInfo(client));
    }
    next.run(request).await
}

/// Lets a request with a token pass the cross-site check, wherever its page was. Who asks is then found by the token alone,
/// never by a cookie, and no browser adds a token by itself: a foreign site cannot use anybody's.
async fn tokens_come_from_anywhere(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    if headers.contains_key(header::AUTHORIZATION) {
        headers.remove(header::ORIGIN);
        headers.remove("sec-fetch-site");
    }
    next.run(request).await
}

// The signature is the one that the panic layer asks for.
#[allow(clippy::needless_pass_by_value)]
fn answer_panic(cause: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("something that is no text");
    Problem::Internal(format!("panic: {text}")).into_response()
}

/// How much each route takes. The guard of a route runs before its body is read, so only those who may use a large
/// route can send much.
struct Sizes(HashMap<(Method, &'static str), u64>);

impl Sizes {
    fn of(entries: &[RouteEntry]) -> Self {
        let sizes = entries.iter().map(|entry| {
            let size = match entry.access {
                Access::Public if UPLOADS.contains(&entry.path) => LARGE,
                Access::Public => SMALL,
                Access::SignedIn | Access::Staff(_) | Access::System(_) | Access::Resident => LARGE,
            };
            ((entry.method.clone(), entry.path), size)
        });
        Self(sizes.collect())
    }

    fn at(&self, request: &Request) -> u64 {
        let Some(path) = request.extensions().get::<MatchedPath>() else {
            return SMALL;
        };
        self.0
            .iter()
            .find(|((method, pattern), _)| method == request.method() && *pattern == path.as_str())
            .map_or(SMALL, |(_, size)| *size)
    }
}

async fn limit_size(State(sizes): State<Arc<Sizes>>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let most = sizes.at(&request);
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most) {
        return Problem::TooManyMegabytes(most / 1024 / 1024).into_response();
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    next.run(request.map(|body| Body::new(Limited::new(body, most))))
        .await
}

/// For the tests of this file and of the routes.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_can_be_read_over_the_telephone() {
        let reference = new_reference();
        assert_eq!(reference.len(), 14);
        assert!(!reference.contains(['I', 'L', 'O', 'U']));
        assert_ne!(reference, new_reference());
    }

    #[tokio::test]
    async fn an_upload_that_never_ends_is_given_up() {
        use futures::StreamExt as _;
        use tower::ServiceExt as _;
        let router = || {
            let read = async |body: axum::body::Bytes| body.len().to_string();
            let router = Router::new().route("/", axum::routing::post(read));
            in_time(router, Duration::from_millis(200))
        };
        let begun = || futures::stream::iter([Ok::<_, std::io::Error>("a=")]);
        let ask = async |body: Body| {
            let request = Request::post("/").body(body).unwrap();
            router().oneshot(request).await.unwrap().status()
        };
        let slow = Body::from_stream(begun().chain(futures::stream::pending()));
        assert_eq!(ask(slow).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask(Body::from_stream(begun())).await, StatusCode::OK);
    }

    #[test]
    fn only_routes_behind_a_guard_take_much() {
        let entry = |access| RouteEntry {
            method: Method::POST,
            path: "/x",
            access,
        };
        let request = || {
            let mut request = Request::new(Body::empty());
            *request.method_mut() = Method::POST;
            request
        };
        let sizes = Sizes::of(&[entry(Access::SignedIn)]);
        // Without a matched route nothing is known of it.
        assert_eq!(sizes.at(&request()), SMALL);
    }
}
