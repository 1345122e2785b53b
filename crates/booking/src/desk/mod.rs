//! What staff see: today, the plan of a facility, a reservation with everything that is done to it.

mod closures;
mod enter;
mod giving_way;
mod groups;
mod home;
mod lottery;
mod moving;
mod official;
mod plan;
mod points;
mod queue;
mod refunds;
mod room;
mod series;
mod set_up;
mod settings;
mod show;
mod steps;

use yakuba_city::{
    DeskItem,
    web::{Access, Routes},
};

use crate::capabilities::{GROUPS, QUEUE, RECEIVE, RECEPTION, SET_UP, SETTINGS, TAKE_OVER};

pub(crate) use room::WORDS;

/// The address of the desk.
pub(crate) const HOME: &str = "/desk/booking";

/// The entries of the desk's menu.
pub(crate) fn items() -> Vec<DeskItem> {
    vec![
        DeskItem {
            url: HOME,
            label: "booking-desk-menu",
            needs: vec![RECEIVE, TAKE_OVER, SET_UP],
        },
        DeskItem {
            url: "/desk/booking/lottery",
            label: "booking-menu-lottery",
            needs: vec![RECEIVE],
        },
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
        DeskItem {
            url: "/desk/booking/settings",
            label: "booking-menu-settings",
            needs: vec![SETTINGS],
        },
    ]
}

/// The desk's pages. The handlers check the department.
pub(crate) fn routes() -> Routes {
    let receive = Access::Staff(RECEIVE);
    let take_over = Access::Staff(TAKE_OVER);
    Routes::new()
        .get(HOME, Access::SignedIn, home::page)
        .get("/desk/booking/refunds", receive, refunds::page)
        .post("/desk/booking/refunds", receive, refunds::given_back)
        .post("/desk/booking/refunds/file", receive, refunds::file)
        .get("/desk/booking/reservations/{id}", receive, show::page)
        .post("/desk/booking/reservations/{id}/step", receive, steps::step)
        .post(
            "/desk/booking/reservations/{id}/agree",
            receive,
            steps::agree,
        )
        .post("/desk/booking/reservations/{id}/paid", receive, steps::paid)
        .post("/desk/booking/reservations/{id}/note", receive, steps::note)
        .get(
            "/desk/booking/reservations/{id}/move",
            receive,
            moving::page,
        )
        .post(
            "/desk/booking/reservations/{id}/move",
            receive,
            moving::move_it,
        )
        .get(
            "/desk/booking/reservations/{id}/permit",
            receive,
            show::permit,
        )
        .get("/desk/booking/closures/{id}", take_over, closures::one)
        .post(
            "/desk/booking/closures/{id}/reopen",
            take_over,
            closures::reopen,
        )
        .post(
            "/desk/booking/closures/{id}/file",
            take_over,
            closures::file,
        )
        .get(
            "/desk/booking/{facility}/official",
            take_over,
            official::page,
        )
        .post(
            "/desk/booking/{facility}/official",
            take_over,
            official::take,
        )
        .get(
            "/desk/booking/{facility}/closures",
            take_over,
            closures::page,
        )
        .post(
            "/desk/booking/{facility}/closures",
            take_over,
            closures::close,
        )
        .get("/desk/booking/{facility}", Access::SignedIn, plan::page)
        .get("/desk/booking/{facility}/enter", receive, enter::page)
        .post("/desk/booking/{facility}/enter", receive, enter::send)
        .merge(groups::routes())
        .merge(lottery::routes())
        .merge(points::routes())
        .merge(series::routes())
        .merge(set_up::routes())
        .merge(settings::routes())
        .merge(queue::routes())
}

/// The address of a reservation at the desk.
pub(crate) fn href(id: i64) -> String {
    format!("{HOME}/reservations/{id}")
}
