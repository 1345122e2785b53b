//! The list of services: adding one is one line here.

use yakuba_city::{Service, web::Routes};

/// Every service of a city, blocks first.
pub fn all() -> Vec<&'static dyn Service> {
    vec![]
}

/// The routes of every service.
pub fn routes() -> Routes {
    all().into_iter().fold(Routes::new(), |routes, service| {
        routes.merge(service.routes())
    })
}
