//! The same time again and again: asking for it, looking it over, and its page.

mod ask;
pub(crate) mod check;
pub(crate) mod show;

use yakuba_city::web::{Access, Routes};
use yakuba_ui::Catalogue;

/// The texts about series.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("series");

/// Where a resident's series are.
const HOME: &str = "/booking/series";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(HOME, Access::Resident, show::list)
        .get("/booking/series/new", Access::Resident, ask::page)
        .post("/booking/series/check", Access::Resident, ask::check)
        .post("/booking/series/send", Access::Resident, ask::send)
        .get("/booking/series/{series}", Access::Resident, show::page)
        .post(
            "/booking/series/{series}/cancel",
            Access::Resident,
            show::cancel,
        )
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
