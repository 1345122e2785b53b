//! JSON interfaces, facts from other systems, downloads and the feed.

mod answer;
mod comparisons;
mod downloads;
mod facts;
mod feed;
mod figures;
pub(crate) mod indicators;
mod measures;
pub(crate) mod open_tables;
mod plans;
mod search;
mod spec;
mod trying;

use yakuba_city::web::{Access, Routes};
use yakuba_ui::Catalogue;

use crate::capabilities::POST_FACTS;

/// The texts of this room: the interface's descriptions, the page to try it, file names, the feed.
static WORDS: Catalogue = yakuba_ui::catalogue!("api");

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/api", Access::Public, trying::page)
        .get("/api/openapi.json", Access::Public, spec::get)
        .get("/api/plans", Access::Public, plans::list)
        .get("/api/plans/{plan}", Access::Public, plans::one)
        .get(
            "/api/plans/{plan}/versions",
            Access::Public,
            plans::versions,
        )
        .get("/api/plans/{plan}/figures", Access::Public, figures::list)
        .get(
            "/api/plans/{plan}/indicators/{indicator}",
            Access::Public,
            indicators::indicator,
        )
        .get(
            "/api/plans/{plan}/indicators/{indicator}/{year}",
            Access::Public,
            indicators::year,
        )
        .get("/api/measures", Access::Public, measures::list)
        .get("/api/facts/days", Access::Public, measures::days)
        .get("/api/search", Access::Public, search::find)
        .get("/api/comparisons", Access::Public, comparisons::list)
        .post("/api/facts", Access::System(POST_FACTS), facts::post)
        .get("/plan/{plan}/download.csv", Access::Public, downloads::csv)
        .get(
            "/plan/{plan}/download.xlsx",
            Access::Public,
            downloads::xlsx,
        )
        .get(
            "/plan/{plan}/download.json",
            Access::Public,
            downloads::json,
        )
        .get(
            "/plan/{plan}/download.yaml",
            Access::Public,
            downloads::yaml,
        )
        .get("/plan/{plan}/download.pdf", Access::Public, downloads::pdf)
        .get(
            "/plan/{plan}/initiatives/{initiative}/sheet.pdf",
            Access::Public,
            downloads::sheet,
        )
        .get(
            "/plan/{plan}/versions/{version}/plan.yaml",
            Access::Public,
            downloads::version,
        )
        .get("/plan/{plan}/feed.atom", Access::Public, feed::atom)
}

#[cfg(test)]
mod tests {
    use super::WORDS;

    #[test]
    fn texts_are_complete_in_every_language() {
        yakuba_ui::assert_complete(&WORDS);
    }
}
