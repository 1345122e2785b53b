//! What those who are asked see: the list of surveys, the pages of one, its published results.

pub(crate) mod asked;
mod check;
mod email;
mod fill;
mod intro;
mod list;
mod results;

use yakuba_city::web::{Access, Routes};

/// The routes of this room. Surveys of staff are at the same addresses; the handlers ask for the sign-in.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/surveys", Access::Public, list::page)
        .get("/surveys/{key}", Access::Public, intro::page)
        .post("/surveys/{key}/start", Access::Public, intro::start)
        .post("/surveys/{key}/discard", Access::Public, intro::discard)
        .get("/surveys/{key}/email", Access::Public, email::page)
        .post("/surveys/{key}/email", Access::Public, email::send)
        .get("/surveys/{key}/answer/{page}", Access::Public, fill::page)
        .post("/surveys/{key}/answer/{page}", Access::Public, fill::answer)
        .get("/surveys/{key}/check", Access::Public, check::page)
        .post("/surveys/{key}/check", Access::Public, check::send)
        .get("/surveys/{key}/done", Access::Public, check::done)
        .get("/surveys/{key}/results", Access::Public, results::page)
        .get("/surveys/{key}/results.csv", Access::Public, results::csv)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&crate::WORDS);
    }
}
