//! The list of services: adding one is one line here.

use yakuba_city::{MenuItem, Service, web::Routes};
use yakuba_identity::IdentityService;
use yakuba_plan::PlanService;
use yakuba_ui::Catalogue;

/// Every service of a city, blocks first.
pub fn all() -> Vec<&'static dyn Service> {
    vec![&IdentityService, &PlanService]
}

/// The texts that a service's menu entries name.
fn catalogue(_service: &str) -> &'static Catalogue {
    &crate::server::WORDS
}

/// The routes of every service.
pub fn routes() -> Routes {
    all().into_iter().fold(Routes::new(), |routes, service| {
        routes.merge(service.routes())
    })
}

/// The menu entries of every service, each with the texts that its label is in.
pub(crate) fn menu() -> Vec<(MenuItem, &'static Catalogue)> {
    let mut menu = Vec::new();
    for service in all() {
        let texts = catalogue(service.name());
        menu.extend(service.menu().into_iter().map(|item| (item, texts)));
    }
    menu
}
