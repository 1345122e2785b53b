//! What everybody sees: the situation, shelters, closed roads.

pub(crate) mod asked;
mod map;
mod roads;
mod shelters;
mod situation;

use yakuba_city::web::{Access, Routes};

pub(crate) use shelters::{HEADER, rows};

/// What a browser keeps for when there is no network, once one of these was opened: the situation with closed roads, and shelters.
const KEPT: [&str; 2] = ["/disaster", "/shelters"];

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    let public = Access::Public;
    Routes::new()
        .get("/disaster", public, situation::page)
        .get("/disaster/map", public, map::page)
        .get("/disaster/roads", public, roads::page)
        .get("/disaster/roads.geojson", public, roads::geojson)
        .get("/disaster/roads.atom", public, roads::feed)
        .get("/shelters", public, shelters::page)
        .get("/shelters/shelters.geojson", public, shelters::geojson)
        .get("/shelters/shelters.json", public, shelters::json)
        .get("/shelters/shelters.csv", public, shelters::csv)
        .get("/shelters/{shelter}", public, shelters::one)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&crate::WORDS);
    }
}
