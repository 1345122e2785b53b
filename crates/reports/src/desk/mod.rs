//! What staff see: the inbox, one report with everything that can be done with it, entering one by telephone, statistics.

mod cover;
mod doing;
mod enter;
mod list;
mod many;
mod orders;
mod place;
mod room;
mod show;
mod statistics;
mod triage;

use yakuba_city::{
    DeskItem,
    web::{Access, Routes},
};

use crate::capabilities::{OVERSEE, TRIAGE, WORK};

pub(crate) use room::WORDS;

/// The address of the inbox.
const HOME: &str = "/desk/reports";

/// The entries of the desk's menu.
pub(crate) fn items() -> Vec<DeskItem> {
    vec![
        DeskItem {
            url: HOME,
            label: "desk-menu-reports",
            needs: vec![WORK, OVERSEE],
        },
        DeskItem {
            url: triage::BOARD,
            label: "desk-menu-triage",
            needs: vec![TRIAGE],
        },
    ]
}

/// The desk's pages. The handlers check the department.
pub(crate) fn routes() -> Routes {
    let work = Access::Staff(WORK);
    let triage = Access::Staff(TRIAGE);
    Routes::new()
        .get(HOME, Access::SignedIn, list::page)
        .get("/desk/reports/new", work, enter::page)
        .post("/desk/reports/new", work, enter::save)
        .post("/desk/reports/many", work, many::save)
        .get("/desk/reports/texts", work, many::texts)
        .post("/desk/reports/texts", work, many::save_texts)
        .get(
            "/desk/reports/statistics",
            Access::SignedIn,
            statistics::page,
        )
        .get(
            "/desk/reports/statistics.csv",
            Access::SignedIn,
            statistics::csv,
        )
        .get(triage::BOARD, triage, triage::page)
        .post(triage::BOARD, triage, triage::sort_many)
        .get("/desk/reports/triage/{report}", triage, triage::one)
        .post("/desk/reports/triage/{report}", triage, triage::sort)
        .get(
            "/desk/reports/triage/{report}/photos/{photo}",
            triage,
            triage::photo,
        )
        .get("/desk/reports/{report}", Access::SignedIn, show::page)
        .get(
            "/desk/reports/{report}/photos/{photo}",
            Access::SignedIn,
            show::photo,
        )
        .get(
            "/desk/reports/{report}/photos/{photo}/original",
            work,
            cover::original,
        )
        .get(
            "/desk/reports/{report}/photos/{photo}/cover",
            work,
            cover::page,
        )
        .post(
            "/desk/reports/{report}/photos/{photo}/cover",
            work,
            cover::save,
        )
        .post("/desk/reports/{report}/turn", work, doing::turn)
        .post("/desk/reports/{report}/route", work, doing::route)
        .get("/desk/reports/{report}/place", work, place::page)
        .post("/desk/reports/{report}/place", work, place::save)
        .post("/desk/reports/{report}/word", work, doing::word)
        .post("/desk/reports/{report}/release", work, doing::release)
        .post("/desk/reports/{report}/photos", work, doing::add_photos)
        .post("/desk/reports/{report}/note", work, doing::note)
        .post("/desk/reports/{report}/assign", work, doing::assign)
        .merge(orders::routes())
}
