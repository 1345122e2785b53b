//! What staff see: the list of datasets, one dataset from draft to published, and the check of what was sent.

mod check;
mod columns;
mod edit;
mod links;
mod list;
mod listing;
mod map;
mod room;
mod sent;
mod show;
mod sources;
mod version;

use yakuba_city::{
    DeskItem,
    web::{Access, Routes},
};

use crate::capabilities::{EDIT, PUBLISH};

pub(crate) use room::WORDS;

/// The address of the list.
const HOME: &str = "/desk/data";

/// The entries of the desk's menu.
pub(crate) fn items() -> Vec<DeskItem> {
    let item = |url, label| DeskItem {
        url,
        label,
        needs: vec![EDIT, PUBLISH],
    };
    vec![
        item(map::HOME, "desk-menu-map"),
        item(HOME, "desk-menu-data"),
    ]
}

/// The desk's pages. The handlers check the department.
pub(crate) fn routes() -> Routes {
    let edit = Access::Staff(EDIT);
    let publish = Access::Staff(PUBLISH);
    map::routes()
        .get(HOME, Access::SignedIn, list::page)
        .get("/desk/data/new", edit, edit::new_page)
        .post("/desk/data/new", edit, edit::create)
        .get(listing::HERE, edit, listing::page)
        .post(listing::HERE, edit, listing::send)
        .get("/desk/data/sources", edit, sources::page)
        .post("/desk/data/{dataset}/make", edit, sources::make)
        .post("/desk/data/{dataset}/by-hand", edit, sources::by_hand)
        .get("/desk/data/{dataset}", Access::SignedIn, show::page)
        .get("/desk/data/{dataset}/edit", edit, edit::page)
        .post("/desk/data/{dataset}/edit", edit, edit::save)
        .post("/desk/data/{dataset}/publish", publish, show::publish)
        .post("/desk/data/{dataset}/withdraw", publish, show::withdraw)
        .post("/desk/data/{dataset}/upload", edit, check::upload)
        .get("/desk/data/{dataset}/files/{file}/check", edit, check::page)
        .get(
            "/desk/data/{dataset}/files/{file}/versions/{version}",
            Access::SignedIn,
            version::page,
        )
        .get(
            "/desk/data/{dataset}/files/{file}/columns",
            edit,
            columns::page,
        )
        .post(
            "/desk/data/{dataset}/files/{file}/columns",
            edit,
            columns::save,
        )
        .get("/desk/data/{dataset}/links", edit, links::page)
        .post("/desk/data/{dataset}/links", edit, links::add)
        .post(
            "/desk/data/{dataset}/files/{file}/fetch",
            edit,
            links::fetch,
        )
        .post(
            "/desk/data/{dataset}/files/{file}/rename",
            edit,
            show::rename,
        )
        .post(
            "/desk/data/{dataset}/files/{file}/drop-file",
            edit,
            show::drop_file,
        )
        .get(
            "/desk/data/{dataset}/files/{file}/remove",
            publish,
            show::ask_remove,
        )
        .post("/desk/data/{dataset}/files/{file}/take", edit, check::take)
        .post(
            "/desk/data/{dataset}/files/{file}/drop",
            edit,
            check::forget,
        )
        .post(
            "/desk/data/{dataset}/files/{file}/remove",
            publish,
            show::remove,
        )
}
