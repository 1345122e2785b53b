//! What staff see.

mod groups;

use yakuba_city::{DeskItem, web::Routes};

use crate::capabilities::GROUPS;

/// The desk's pages.
pub(crate) fn routes() -> Routes {
    groups::routes()
}

/// The entries of the desk's menu.
pub(crate) fn items() -> Vec<DeskItem> {
    vec![DeskItem {
        url: "/desk/booking/groups",
        label: "booking-menu-groups",
        needs: vec![GROUPS],
    }]
}
