//! The side navigation of the desk: one place for all rooms of the service.

use yakuba_city::{DeskItem, web::Capability};

use crate::capabilities::{DELIVER, DESIGN, DISPOSE, INVENTORY, OVERSEE, PUT_LIVE, WORK};

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
];

/// The entries of the desk's menu; those of pages that the program does not have are left out.
pub(crate) fn items() -> Vec<DeskItem> {
    let routes = super::routes();
    ENTRIES
        .iter()
        .filter(|(_, url, _)| routes.entries().iter().any(|entry| entry.path == *url))
        .map(|(label, url, needs)| DeskItem {
            url,
            label,
            needs: needs.to_vec(),
        })
        .collect()
}
