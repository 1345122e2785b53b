//! What staff see.

mod deliveries;
mod menu;
mod retention;
pub(crate) mod room;
pub(crate) mod titles;

use yakuba_city::web::Routes;

/// The desk's pages.
pub(crate) fn routes() -> Routes {
    deliveries::routes().merge(retention::routes())
}
