//! What staff see: opening and closing a disaster, how it is at a shelter, closed roads.

mod events;
mod paper;
mod roads;
mod room;
mod shelters;

use yakuba_city::{
    DeskItem,
    web::{Access, Routes},
};

use crate::capabilities::{LEAD, ROADS, SHELTER};

pub(crate) use room::WORDS;

/// The address of the room.
const HOME: &str = "/desk/disaster";

/// The entries of the desk's menu.
pub(crate) fn items() -> Vec<DeskItem> {
    vec![DeskItem {
        url: HOME,
        label: "desk-menu-disaster",
        needs: vec![LEAD, SHELTER, ROADS],
    }]
}

/// The desk's pages.
pub(crate) fn routes() -> Routes {
    let lead = Access::Staff(LEAD);
    let shelter = Access::Staff(SHELTER);
    let roads = Access::Staff(ROADS);
    Routes::new()
        .get(HOME, Access::SignedIn, events::page)
        .post("/desk/disaster/open", lead, events::open)
        .post("/desk/disaster/events/{event}", lead, events::change)
        .post("/desk/disaster/events/{event}/close", lead, events::close)
        .get("/desk/disaster/shelters", shelter, shelters::list)
        .get("/desk/disaster/shelters/new", lead, shelters::new)
        .post("/desk/disaster/shelters/new", lead, shelters::add)
        .get("/desk/disaster/shelters/{shelter}", shelter, shelters::page)
        .post("/desk/disaster/shelters/{shelter}", shelter, shelters::tell)
        .get(
            "/desk/disaster/shelters/{shelter}/edit",
            lead,
            shelters::edit,
        )
        .post(
            "/desk/disaster/shelters/{shelter}/edit",
            lead,
            shelters::save,
        )
        .get(
            "/desk/disaster/shelters/{shelter}/form.pdf",
            shelter,
            paper::of_shelter,
        )
        .get(
            "/desk/disaster/report.pdf",
            Access::SignedIn,
            paper::of_report,
        )
        .get("/desk/disaster/roads", roads, roads::page)
        .post("/desk/disaster/roads", roads, roads::close)
        .get("/desk/disaster/roads/{road}", roads, roads::one)
        .post("/desk/disaster/roads/{road}", roads, roads::change)
        .post("/desk/disaster/roads/{road}/lift", roads, roads::lift)
}
