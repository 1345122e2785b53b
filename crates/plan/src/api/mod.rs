//! JSON interfaces, facts from other systems, downloads and the feed.

mod facts;

use yakuba_city::web::{Access, Routes};

use crate::capabilities::POST_FACTS;

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    Routes::new().post("/api/facts", Access::System(POST_FACTS), facts::post)
}
