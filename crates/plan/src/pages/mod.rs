//! What residents see: the plans, their initiatives and indicators, every figure opened down to its counts.

mod compare;
mod figure;
mod front;
mod indicator_block;
mod initiative;
mod initiatives;
mod plans;
mod search;
pub(crate) mod sentences;
mod versions;
pub(crate) mod view;

use yakuba_city::web::{Access, Routes};
use yakuba_ui::{Catalogue, Language};

use crate::model::document::Doubt;

pub use front::OwnPlans;

/// The texts of the public pages.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("pages");

/// The texts of measuring: judgements, formulas, computations.
pub(crate) static MEASURING: Catalogue = yakuba_ui::catalogue!("measuring");

/// Why a figure is doubted, in a sentence of the language.
pub fn doubt_sentence(doubt: &Doubt, language: Language) -> String {
    view::doubt(doubt, WORDS.words(language))
}

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/plan", Access::Public, plans::list)
        .get("/plan/{plan}", Access::Public, plans::overview)
        .get(
            "/plan/{plan}/initiatives",
            Access::Public,
            initiatives::list,
        )
        .get(
            "/plan/{plan}/initiatives/{initiative}",
            Access::Public,
            initiative::page,
        )
        .get(
            "/plan/{plan}/groups/{group}",
            Access::Public,
            initiative::group,
        )
        .get(
            "/plan/{plan}/indicators/{indicator}",
            Access::Public,
            figure::indicator,
        )
        .get(
            "/plan/{plan}/indicators/{indicator}/{year}",
            Access::Public,
            figure::year,
        )
        .get(
            "/plan/{plan}/indicators/{indicator}/{year}/days/{day}",
            Access::Public,
            figure::day,
        )
        .get("/plan/{plan}/versions", Access::Public, versions::list)
        .get(
            "/plan/{plan}/versions/{version}",
            Access::Public,
            versions::page,
        )
        .get("/compare", Access::Public, compare::list)
        .get("/compare/{comparison}", Access::Public, compare::page)
        .get("/search", Access::Public, search::page)
}

#[cfg(test)]
mod tests {
    use yakuba_ui::Language;

    #[test]
    fn a_month_is_named_in_each_language() {
        let month = |language: Language, month: &str| {
            super::WORDS
                .words(language)
                .with(
                    "plan-month",
                    &[("year", "2024".into()), ("month", month.into())],
                )
                .into_owned()
        };
        assert_eq!(month(Language::English, "4"), "Apr 2024");
        assert_eq!(month(Language::English, "12"), "Dec 2024");
        assert_eq!(month(Language::Japanese, "4"), "2024年4月");
    }
}
