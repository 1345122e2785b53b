//! What staff see.

mod groups;
mod points;
mod queue;

use yakuba_city::{DeskItem, web::Routes};

use crate::capabilities::{GROUPS, QUEUE, RECEIVE, RECEPTION, SET_UP};

/// The desk's pages.
pub(crate) fn routes() -> Routes {
    groups::routes()
        .merge(points::routes())
        .merge(queue::routes())
}

/// The entries of the desk's menu.
pub(crate) fn items() -> Vec<DeskItem> {
    vec![
        DeskItem {
            url: "/desk/booking/groups",
            label: "booking-menu-groups",
            needs: vec![GROUPS],
        },
        DeskItem {
            url: "/desk/booking/points",
            label: "booking-menu-points",
            needs: vec![RECEIVE],
        },
        DeskItem {
            url: "/desk/booking/queue",
            label: "booking-queue-desk-menu",
            needs: vec![QUEUE, RECEPTION, SET_UP],
        },
    ]
}
