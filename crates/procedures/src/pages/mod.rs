//! What residents see: the list of procedures, a procedure's guide, their own cases.

mod apply;
mod asked;
mod case;
mod copy;
mod correct;
mod guide;
mod letter;
mod list;
pub(crate) mod look_up;
mod navigator;
mod tablet;
mod together;
mod visit;

use yakuba_city::web::{Access, Routes};
use yakuba_ui::Catalogue;

pub(crate) use apply::waiting::contact_of as waiting_contact;
pub(crate) use apply::{Applicant, Contents, Sent, form, person, problem_at, slot_gone};
pub(crate) use case::own_records;
pub(crate) use guide::details as guide_details;
pub(crate) use letter::{letter_bytes, missing_in_letter, print_decision};
pub(crate) use list::put_into_search;

/// The texts of the pages.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("applicant");

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/procedures", Access::Public, list::page)
        .get("/procedures/{key}", Access::Public, guide::page)
        .get("/cases/letter", Access::Public, letter::letter)
        .get("/cases/correct", Access::Public, correct::page)
        .post("/cases/correct", Access::Public, correct::answer)
        .get("/cases/answers", Access::Public, copy::page)
        .get("/cases/answers.json", Access::Public, copy::json)
        .get("/cases/answers.pdf", Access::Public, copy::pdf)
        .post("/postal-codes", Access::Public, look_up::answer)
        .merge(case::routes())
        .merge(apply::routes())
        .merge(tablet::routes())
        .merge(visit::routes())
        .merge(navigator::routes())
        .merge(together::routes())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
