//! Plan, do, check, act: progress, tasks, self-reviews, Act records, and the small circle of one system.

use yakuba_city::web::Routes;

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    Routes::new()
}
