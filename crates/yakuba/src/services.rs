//! The list of services: adding one is one line here.

use yakuba_city::{MenuItem, Service, web::Routes};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_plan::{PlanService, capabilities::VIEW};
use yakuba_procedures::ProcedureService;
use yakuba_ui::Catalogue;

/// Every service of a city, blocks first.
pub fn all() -> Vec<&'static dyn Service> {
    vec![
        &MailService,
        &IdentityService,
        &PlanService,
        &ProcedureService,
    ]
}

/// The entries that every city has; their labels are texts of the binary.
const MENU: [MenuItem; 4] = [
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
];

/// The routes of every service.
pub fn routes() -> Routes {
    all().into_iter().fold(Routes::new(), |routes, service| {
        routes.merge(service.routes())
    })
}

/// The texts that a service's menu entries name.
fn texts_of(service: &str) -> &'static Catalogue {
    match service {
        "mail" => &yakuba_mail::WORDS,
        "identity" => &yakuba_identity::WORDS,
        "procedures" => yakuba_procedures::WORDS,
        _ => &crate::server::WORDS,
    }
}

/// The menu entries, each with the texts that its label is in. An entry that leads nowhere is left out.
pub(crate) fn menu() -> Vec<(MenuItem, &'static Catalogue)> {
    let routes = routes();
    let exists = |item: &MenuItem| routes.entries().iter().any(|entry| entry.path == item.url);
    let own = MENU.into_iter().map(|item| (item, texts_of("yakuba")));
    let services = all().into_iter().flat_map(|service| {
        let texts = texts_of(service.name());
        service.menu().into_iter().map(move |item| (item, texts))
    });
    own.chain(services)
        .filter(|(item, _)| exists(item))
        .collect()
}
