//! What everybody sees: where the public things are, in a list and on a map, and one of them.

pub(crate) mod asked;
mod list;
mod show;

use yakuba_city::web::{Access, Routes};

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    let public = Access::Public;
    Routes::new()
        .get("/equipment", public, list::page)
        .get("/equipment/equipment.geojson", public, list::file)
        .get("/equipment/{asset}", public, show::page)
        .get("/equipment/{asset}/photos/{photo}", public, show::photo)
}

/// The address of an asset.
pub(crate) fn href(id: i64) -> String {
    format!("/equipment/{id}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&crate::WORDS);
    }
}
