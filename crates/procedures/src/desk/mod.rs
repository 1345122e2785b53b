//! What staff see.

mod cases;
mod columns;
mod counter;
mod deliveries;
mod designer;
mod inventory;
mod menu;
mod retention;
pub(crate) mod room;
pub(crate) mod titles;
pub(crate) mod work;

use yakuba_city::web::Routes;

pub(crate) use counter::{WORDS as COUNTER_WORDS, page_of};
pub(crate) use designer::{WORDS as DESIGNER_WORDS, changed_by_visits};
pub(crate) use menu::items;
pub(crate) use room::WORDS;

/// The desk's pages.
pub(crate) fn routes() -> Routes {
    cases::routes()
        .merge(counter::routes())
        .merge(deliveries::routes())
        .merge(retention::routes())
        .merge(inventory::routes())
        .merge(designer::routes())
}
