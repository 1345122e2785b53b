//! The list of services: adding one is one line here.

use yakuba_city::{MenuItem, Service, web::Routes};
use yakuba_identity::{ADMINISTER, IdentityService};
use yakuba_plan::{PlanService, capabilities::VIEW};
use yakuba_ui::Catalogue;

/// Every service of a city, blocks first.
pub fn all() -> Vec<&'static dyn Service> {
    vec![&IdentityService, &PlanService]
}

/// The entries that every city has; their labels are texts of the binary.
const MENU: [MenuItem; 5] = [
    MenuItem {
        url: "/plan",
        label: "yakuba-menu-plans",
        capability: None,
    },
    MenuItem {
        url: "/compare",
        label: "yakuba-menu-compare",
        capability: None,
    },
    MenuItem {
        url: "/search",
        label: "yakuba-menu-search",
        capability: None,
    },
    MenuItem {
        url: "/desk/plan",
        label: "yakuba-menu-desk",
        capability: Some(VIEW),
    },
    MenuItem {
        url: "/desk/accounts",
        label: "yakuba-menu-accounts",
        capability: Some(ADMINISTER),
    },
];

/// The routes of every service.
pub fn routes() -> Routes {
    all().into_iter().fold(Routes::new(), |routes, service| {
        routes.merge(service.routes())
    })
}

/// The menu entries, each with the texts that its label is in. An entry that leads nowhere is left out.
pub(crate) fn menu() -> Vec<(MenuItem, &'static Catalogue)> {
    let routes = routes();
    let exists = |item: &MenuItem| routes.entries().iter().any(|entry| entry.path == item.url);
    let texts: &'static Catalogue = &crate::server::WORDS;
    MENU.into_iter()
        .chain(all().into_iter().flat_map(|service| service.menu()))
        .filter(exists)
        .map(|item| (item, texts))
        .collect()
}
