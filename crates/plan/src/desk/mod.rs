//! What staff see: import, review list, editing, figures, formulas, publishing.

mod changing;
mod edit;
mod facts;
mod figure_card;
mod formula;
mod import;
mod links;
mod overview;
mod people;
mod plans;
mod publishing;
mod review;
mod rights;
mod room;
mod sentences;
mod walk;

use axum::{extract::DefaultBodyLimit, handler::Handler};
use yakuba_city::web::{Access, Routes};
use yakuba_ui::Catalogue;

use crate::capabilities::{MANAGE, PUBLISH, UPLOAD_FACTS};

/// The largest file of facts, in bytes.
const FACT_BYTES: usize = 33 << 20;

/// The texts of this room.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("desk");

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    let manage = Access::Staff(MANAGE);
    // Looking is for several capabilities, and editing for the leading department: the handlers check both.
    let staff = Access::SignedIn;
    let upload = Access::Staff(UPLOAD_FACTS);
    import::routes()
        .merge(edit::routes())
        .get("/desk/plan", staff, plans::list)
        .get("/desk/plan/new", manage, plans::form)
        .post("/desk/plan/new", manage, plans::create)
        .get("/desk/plan/{plan}", staff, overview::show)
        .get("/desk/plan/{plan}/review", staff, review::show)
        .post("/desk/plan/{plan}/review", staff, review::decide)
        .get("/desk/plan/{plan}/review/all", staff, review::ask_all)
        .post("/desk/plan/{plan}/review/all", staff, review::confirm_all)
        .get(
            "/desk/plan/{plan}/indicators/{key}/formula",
            manage,
            formula::show,
        )
        .post(
            "/desk/plan/{plan}/indicators/{key}/formula",
            manage,
            formula::save,
        )
        .get(
            "/desk/plan/{plan}/publish",
            Access::Staff(PUBLISH),
            publishing::show,
        )
        .post(
            "/desk/plan/{plan}/publish",
            Access::Staff(PUBLISH),
            publishing::publish,
        )
        .get(
            "/desk/plan/{plan}/export/{format}",
            staff,
            publishing::export,
        )
        .get("/desk/facts", staff, facts::show)
        .post("/desk/facts/measures", upload, facts::register)
        .post(
            "/desk/facts/upload",
            upload,
            facts::upload.layer(DefaultBodyLimit::max(FACT_BYTES)),
        )
        .post("/desk/facts/commit", upload, facts::commit)
        .post("/desk/facts/take-back", upload, facts::take_back)
        .post("/desk/facts/recount", upload, facts::count_again)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_both_languages() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
