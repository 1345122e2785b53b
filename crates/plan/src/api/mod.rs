//! JSON interfaces, facts from other systems, downloads and the feed.

use yakuba_city::web::Routes;

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    Routes::new()
}
