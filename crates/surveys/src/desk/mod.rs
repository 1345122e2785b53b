//! What staff see: the list of surveys, one survey from draft to published results, its results.

mod edit;
mod list;
mod questions;
mod results;
mod room;
mod settings;
mod show;
mod texts;

use yakuba_city::{
    DeskItem,
    web::{Access, Routes},
};

use crate::capabilities::{RAW, RESULTS, RUN};

pub(crate) use room::WORDS;

/// The address of the list.
const HOME: &str = "/desk/surveys";

/// The entries of the desk's menu.
pub(crate) fn items() -> Vec<DeskItem> {
    vec![DeskItem {
        url: HOME,
        label: "desk-menu-surveys",
        needs: vec![RUN, RESULTS],
    }]
}

/// The desk's pages. The handlers check the department.
pub(crate) fn routes() -> Routes {
    let run = Access::Staff(RUN);
    let see = Access::Staff(RESULTS);
    Routes::new()
        .get(HOME, Access::SignedIn, list::page)
        .post("/desk/surveys/new", run, list::new)
        .post("/desk/surveys/upload", run, list::upload)
        .get("/desk/surveys/{key}", Access::SignedIn, show::page)
        .get(
            "/desk/surveys/{key}/preview",
            Access::SignedIn,
            show::preview,
        )
        .get("/desk/surveys/{key}/file", Access::SignedIn, show::file)
        .get("/desk/surveys/{key}/edit", run, edit::page)
        .post("/desk/surveys/{key}/edit", run, edit::save)
        .get("/desk/surveys/{key}/settings", run, settings::page)
        .post("/desk/surveys/{key}/settings", run, settings::save)
        .get("/desk/surveys/{key}/questions", run, questions::page)
        .post("/desk/surveys/{key}/questions", run, questions::change)
        .get("/desk/surveys/{key}/question", run, questions::question)
        .post(
            "/desk/surveys/{key}/question",
            run,
            questions::save_question,
        )
        .post("/desk/surveys/{key}/open", run, show::open)
        .post("/desk/surveys/{key}/extend", run, show::extend)
        .post("/desk/surveys/{key}/close", run, show::close)
        .post("/desk/surveys/{key}/remove", run, show::remove)
        .post(
            "/desk/surveys/{key}/publish",
            Access::Staff(crate::capabilities::PUBLISH),
            show::publish,
        )
        .post(
            "/desk/surveys/{key}/withdraw",
            Access::Staff(crate::capabilities::PUBLISH),
            show::withdraw,
        )
        .get("/desk/surveys/{key}/results", see, results::page)
        .get("/desk/surveys/{key}/results/file", see, results::file)
        .get("/desk/surveys/{key}/words", see, results::words)
        .get(
            "/desk/surveys/{key}/raw",
            Access::Staff(RAW),
            results::raw_page,
        )
        .post("/desk/surveys/{key}/raw", Access::Staff(RAW), results::raw)
}
