//! The map's layers at the desk: what is said about each, who sees it, its features with their history.

mod addresses;
mod edit;
mod feature;
mod list;
mod show;

use askama::Template;
use yakuba_city::web::{Access, Capability, Problem, Routes};
use yakuba_ui::Page;

use super::room::Room;
use crate::{
    capabilities::{EDIT, PUBLISH},
    error::PlacesError,
    store::map::{Layer, layer},
};

/// The address of the list.
pub(super) const HOME: &str = "/desk/map";

/// The pages. The handlers check the department.
pub(super) fn routes() -> Routes {
    let edit = Access::Staff(EDIT);
    let publish = Access::Staff(PUBLISH);
    Routes::new()
        .get(HOME, Access::SignedIn, list::page)
        .get("/desk/map/new", edit, edit::new_page)
        .post("/desk/map/new", edit, edit::create)
        .get("/desk/map/addresses", publish, addresses::page)
        .post("/desk/map/addresses", publish, addresses::bring_in)
        .get("/desk/map/{layer}", Access::SignedIn, show::page)
        .post("/desk/map/{layer}/audience", publish, show::audience)
        .post("/desk/map/{layer}/import", edit, show::import)
        .post("/desk/map/{layer}/restore", edit, show::restore)
        .get("/desk/map/{layer}/edit", edit, edit::page)
        .post("/desk/map/{layer}/edit", edit, edit::save)
        .get("/desk/map/{layer}/shapes.geojson", edit, feature::shapes)
        .get("/desk/map/{layer}/features/new", edit, feature::new_page)
        .post("/desk/map/{layer}/features/new", edit, feature::create)
        .get("/desk/map/{layer}/features/{number}", edit, feature::page)
        .post("/desk/map/{layer}/features/{number}", edit, feature::save)
        .post(
            "/desk/map/{layer}/features/{number}/remove",
            edit,
            feature::remove,
        )
}

/// The address of a layer.
fn href(key: &str) -> String {
    format!("{HOME}/{key}")
}

impl Room {
    fn may_layer(&self, capability: Capability, found: &Layer) -> bool {
        self.principal
            .holds_in(capability, &found.document.department)
    }

    fn may_see_layer(&self, found: &Layer) -> bool {
        self.may_layer(EDIT, found) || self.may_layer(PUBLISH, found)
    }

    /// A layer whose department this person has something to do with; to everybody else it does not exist.
    async fn layer(&self, key: &str) -> Result<Layer, Problem> {
        layer(self.db(), key)
            .await?
            .filter(|found| self.may_see_layer(found))
            .ok_or(Problem::NotFound)
    }

    /// The same, for those who hold a capability there.
    async fn layer_for(&self, key: &str, capability: Capability) -> Result<Layer, Problem> {
        let found = self.layer(key).await?;
        if self.may_layer(capability, &found) {
            Ok(found)
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// What a failure means, when the person can mend it.
    fn map_sentence(&self, error: &PlacesError) -> Option<String> {
        match error {
            PlacesError::BadLayer(cause) => {
                tracing::info!(%cause, "a layer that is not taken");
                Some(self.refused(&cause.into()))
            }
            PlacesError::Features(cause) => Some(self.refused(&cause.into())),
            other => self.sentence(other),
        }
    }

    fn map_page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        self.page(title, body)
            .breadcrumb(self.t("desk-map-title"), HOME)
    }

    fn page_of_layer(&self, found: &Layer, title: impl Into<String>, body: &impl Template) -> Page {
        self.map_page(title, body)
            .breadcrumb(&found.document.title.ja, href(found.key()))
    }
}
