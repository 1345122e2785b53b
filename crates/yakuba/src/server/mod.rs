//! The server: from a connection to the right city's services, and a quiet end.

mod devices;
mod edge;
pub(crate) mod front;
mod health;
mod map;
mod network;
mod problems;
mod surroundings;
#[cfg(test)]
mod tests;
mod waiting_room;
mod worker;

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use tokio::{net::TcpListener, sync::watch};
use tower::ServiceExt as _;

use yakuba_city::City;
use yakuba_identity::{Identity, IdentitySettings};

use crate::{failure::Failure, place::OpenCity, services};

pub use edge::{application, application_with};
pub use network::{Network, Trust};
pub(crate) use surroundings::WORDS;
pub use waiting_room::{WaitingRoom, WaitingRoomSettings};

/// After a signal, requests that run are given this long to finish.
const LAST_REQUESTS: Duration = Duration::from_secs(25);

/// A city and the host names it answers to.
#[derive(Debug)]
pub struct HostedCity {
    /// The names; none: every name no other city has.
    pub hosts: Vec<String>,
    /// The city.
    pub city: OpenCity,
    /// Its accounts and sign-in.
    pub identity: Identity,
    /// Where people wait when too many come at once; none: nobody waits.
    pub waiting_room: Option<Arc<WaitingRoom>>,
}

/// Sets up sign-in for a city: from the environment, then as `adjust` says. `url` is where browsers see the city
/// unless `YAKUBA_PUBLIC_URL` says otherwise.
///
/// # Errors
/// When a setting cannot be used or the city key cannot be read.
pub fn identity(
    city: &City,
    url: &str,
    adjust: impl FnOnce(&mut IdentitySettings),
) -> Result<Identity, Failure> {
    let mut settings = IdentitySettings::from_environment(url)?;
    settings.capabilities = services::all()
        .iter()
        .flat_map(|service| service.capabilities().iter().copied())
        .collect();
    adjust(&mut settings);
    Ok(Identity::new(city.clone(), settings)?)
}

/// Begins to listen.
///
/// # Errors
/// When the address or port cannot be had.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|cause| {
        Failure::new(format!(
            "the program cannot listen on {address}: {cause}. Stop what listens there, or choose another with --port or --address"
        ))
    })
}

/// Serves until SIGTERM or Ctrl+C, then lets running requests and jobs finish.
///
/// # Errors
/// When the server cannot go on.
pub async fn serve(
    listener: TcpListener,
    cities: Vec<HostedCity>,
    trust: Trust,
) -> Result<(), Failure> {
    let (stop, stopping) = watch::channel(false);
    let open: Vec<_> = cities
        .iter()
        .map(|hosted| hosted.city.city.clone())
        .collect();
    let smtp = yakuba_mail::SmtpSettings::from_environment()?;
    let scanner = yakuba_forms::files::scanner::from_environment().map_err(|error| {
        Failure::usage(format!(
            "{}: {error}",
            yakuba_forms::files::scanner::VARIABLE
        ))
    })?;
    let detector = yakuba_reports::detector::from_environment();
    for city in &open {
        yakuba_mail::set_up(city, smtp.clone());
        yakuba_reports::detector::set_up(city, detector.clone());
        yakuba_forms::files::scanner::set_up(city, scanner.clone());
    }
    let workers: Vec<_> = open
        .iter()
        .map(|city| tokio::spawn(worker::work(city.clone(), stopping.clone())))
        .chain(cities.iter().map(|hosted| {
            tokio::spawn(devices::watch(
                hosted.city.city.clone(),
                hosted.identity.clone(),
                stopping.clone(),
            ))
        }))
        .chain(cities.iter().map(|hosted| {
            tokio::spawn(devices::listen(
                hosted.city.city.clone(),
                hosted.identity.clone(),
                stopping.clone(),
            ))
        }))
        .collect();
    let router = front(&cities, trust)?;

    let mut asked_to_stop = stopping.clone();
    let server = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(async move {
        let _ = asked_to_stop.wait_for(|stop| *stop).await;
    });
    let mut server = tokio::spawn(server.into_future());
    let outcome = tokio::select! {
        outcome = &mut server => outcome,
        () = signal() => {
            tracing::info!("stopping: running requests and jobs are finished first");
            let _ = stop.send(true);
            if let Ok(outcome) = tokio::time::timeout(LAST_REQUESTS, &mut server).await {
                outcome
            } else {
                tracing::warn!("some requests took too long and were cut off");
                server.abort();
                Ok(Ok(()))
            }
        }
    };
    let _ = stop.send(true);
    for worker in workers {
        let _ = tokio::time::timeout(Duration::from_secs(5), worker).await;
    }
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(stopped(&error)),
        Err(error) => Err(stopped(&error)),
    }
}

fn stopped(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("the server stopped: {error}. Start it again"))
}

/// Waits for SIGTERM or Ctrl+C.
async fn signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

struct Hosts {
    by_name: HashMap<String, Router>,
    otherwise: Option<Router>,
}

/// Everything in front of the cities: health, metrics, and finding the city by host name.
fn front(cities: &[HostedCity], trust: Trust) -> Result<Router, Failure> {
    let trust = Arc::new(trust);
    let mut by_name = HashMap::new();
    let mut otherwise = None;
    for hosted in cities {
        let application = application_with(
            hosted.city.city.clone(),
            hosted.identity.clone(),
            trust.clone(),
            &hosted.hosts,
            hosted.waiting_room.clone(),
        )?;
        if hosted.hosts.is_empty() {
            otherwise = Some(application);
            continue;
        }
        for host in &hosted.hosts {
            let taken = by_name.insert(host.to_ascii_lowercase(), application.clone());
            if taken.is_some() {
                return Err(Failure::usage(format!(
                    "the host name {host} is given to two cities. Give each its own"
                )));
            }
        }
    }
    let hosts = Arc::new(Hosts { by_name, otherwise });
    let open = cities
        .iter()
        .map(|hosted| hosted.city.city.clone())
        .collect();
    Ok(Router::new()
        .fallback(to_city)
        .with_state(hosts)
        .merge(health::routes(open, trust)))
}

async fn to_city(State(hosts): State<Arc<Hosts>>, request: Request) -> Response {
    let name = request
        .uri()
        .host()
        .map(str::to_owned)
        .or_else(|| {
            let host = request.headers().get(header::HOST)?.to_str().ok()?;
            Some(without_port(host).to_owned())
        })
        .unwrap_or_default()
        .to_ascii_lowercase();
    let city = hosts.by_name.get(&name).or(hosts.otherwise.as_ref());
    match city {
        Some(router) => match router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        },
        // RFC 9110, 15.5.20: this server is not the one for that name.
        None => (
            StatusCode::MISDIRECTED_REQUEST,
            "No city here answers to this host name.\n",
        )
            .into_response(),
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
