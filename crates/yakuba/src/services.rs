//! The list of services: adding one is one line here.

use yakuba_addresses::AddressService;
use yakuba_assets::AssetService;
use yakuba_booking::BookingService;
use yakuba_city::{
    DeskItem, MenuItem, Service,
    web::{Access, Routes},
};
use yakuba_disaster::DisasterService;
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_places::PlacesService;
use yakuba_plan::PlanService;
use yakuba_procedures::ProcedureService;
use yakuba_reports::ReportService;
use yakuba_surveys::SurveyService;
use yakuba_ui::Catalogue;

use crate::server::front;

/// Every service of a city, blocks first.
pub fn all() -> Vec<&'static dyn Service> {
    vec![
        &MailService,
        &AddressService,
        &IdentityService,
        &PlanService,
        &ProcedureService,
        &SurveyService,
        &BookingService,
        &PlacesService,
        &ReportService,
        &DisasterService,
        &AssetService,
    ]
}

/// The entries that every city has; their labels are texts of the binary.
const MENU: [MenuItem; 3] = [
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
];

/// The front page and the routes of every service.
pub fn routes() -> Routes {
    let front = Routes::new().get("/", Access::Public, front::page);
    all()
        .into_iter()
        .fold(front, |routes, service| routes.merge(service.routes()))
}

/// The texts that a service's menu entries name.
fn texts_of(service: &str) -> &'static Catalogue {
    match service {
        "mail" => &yakuba_mail::WORDS,
        "identity" => &yakuba_identity::WORDS,
        "procedures" => yakuba_procedures::WORDS,
        "surveys" => &yakuba_surveys::WORDS,
        "booking" => &yakuba_booking::PAGE_WORDS,
        "places" => yakuba_places::WORDS,
        "reports" => &yakuba_reports::WORDS,
        "disaster" => &yakuba_disaster::WORDS,
        "assets" => &yakuba_assets::WORDS,
        "plan" => yakuba_plan::menu_texts(),
        _ => &crate::server::WORDS,
    }
}

/// The entries of the desk's menu, each with the texts that its label is in. What everybody works with comes first, the blocks'
/// administration last.
pub(crate) fn desk_menu() -> Vec<(DeskItem, &'static Catalogue)> {
    let mut services = all();
    services.sort_by_key(|service| matches!(service.name(), "mail" | "identity"));
    services
        .into_iter()
        .flat_map(|service| {
            let texts = match service.name() {
                "procedures" => yakuba_procedures::DESK_WORDS,
                "surveys" => yakuba_surveys::DESK_WORDS,
                "places" => yakuba_places::DESK_WORDS,
                "reports" => yakuba_reports::DESK_WORDS,
                "disaster" => yakuba_disaster::DESK_WORDS,
                "assets" => yakuba_assets::DESK_WORDS,
                name => texts_of(name),
            };
            service
                .desk_menu()
                .into_iter()
                .map(move |item| (item, texts))
        })
        .collect()
}

/// The entries of the public menu, each with the texts that its label is in. An entry that leads nowhere is left out.
pub(crate) fn menu() -> Vec<(MenuItem, &'static Catalogue)> {
    let routes = routes();
    let exists = |item: &MenuItem| routes.entries().iter().any(|entry| entry.path == item.url);
    let own = MENU.into_iter().map(|item| (item, texts_of("yakuba")));
    let services = all().into_iter().flat_map(|service| {
        let texts = texts_of(service.name());
        service.menu().into_iter().map(move |item| (item, texts))
    });
    own.chain(services)
        .filter(|(item, _)| item.capability.is_none() && exists(item))
        .collect()
}
