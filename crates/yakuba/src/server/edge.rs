//! Everything between the network and a city's services, in one order.

use std::sync::Arc;

use axum::Router;
use yakuba_city::{City, web::Problem};

use super::network::Trust;
use crate::{failure::Failure, services};

/// A city's services behind the edge, ready for requests.
///
/// # Errors
/// When a host name cannot be one.
pub fn application(city: City, _trust: Arc<Trust>, _hosts: &[String]) -> Result<Router, Failure> {
    let routes = services::routes();
    Ok(routes
        .into_router()
        .fallback(async || Problem::NotFound)
        .with_state(city))
}
