//! What residents see.

use yakuba_city::web::Routes;

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    Routes::new()
}
