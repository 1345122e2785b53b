//! The side navigation of the desk: one place for all rooms of the service.

use yakuba_city::web::{Capability, Principal};
use yakuba_ui::{MenuGroup, MenuItem, Words};

use crate::capabilities::{DELIVER, DESIGN, DISPOSE, INVENTORY, OVERSEE, PUT_LIVE, SURVEY, WORK};

/// Every entry: its text, its address, and any of the capabilities that open it.
const ENTRIES: &[(&str, &str, &[Capability])] = &[
    ("desk-menu-inbox", "/desk/cases", &[WORK]),
    ("desk-menu-new", "/desk/cases/new", &[WORK]),
    ("desk-menu-workload", "/desk/workload", &[OVERSEE, WORK]),
    ("desk-menu-deliveries", "/desk/deliveries", &[DELIVER]),
    ("desk-menu-retention", "/desk/retention", &[WORK, DISPOSE]),
    (
        "desk-menu-inventory",
        "/desk/procedures/inventory",
        &[INVENTORY, OVERSEE],
    ),
    (
        "desk-menu-forms",
        "/desk/procedures/forms",
        &[DESIGN, PUT_LIVE],
    ),
    ("desk-menu-surveys", "/desk/surveys", &[SURVEY]),
];

/// The entries this person may open; those of pages that the program does not have are left out.
pub(crate) fn menu(principal: &Principal, words: &Words, path: &str) -> Vec<MenuGroup> {
    let routes = super::routes();
    let inside = |href: &str| {
        path.strip_prefix(href)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // The longest address that leads here is the current entry.
    let current = ENTRIES
        .iter()
        .filter(|(_, href, _)| inside(href))
        .map(|(_, href, _)| *href)
        .max_by_key(|href| href.len());
    let items: Vec<MenuItem> = ENTRIES
        .iter()
        .filter(|(_, href, capabilities)| {
            capabilities
                .iter()
                .any(|capability| principal.holds(*capability))
                && routes.entries().iter().any(|entry| entry.path == *href)
        })
        .map(|(text, href, _)| {
            MenuItem::new(words.get(text), *href).current(current == Some(*href))
        })
        .collect();
    vec![MenuGroup::new(words.get("desk-menu-procedures"), items)]
}
