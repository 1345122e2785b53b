//! What staff see: the registers of their departments, one asset with its history, alerts.

mod alerts;
mod broker;
mod doing;
mod edit;
pub(crate) mod files;
mod import;
mod list;
mod room;
mod show;

use yakuba_city::{
    DeskItem,
    web::{Access, Routes},
};

use crate::capabilities::{CONNECT, OVERSEE, WORK};

pub(crate) use room::WORDS;

/// The address of the registers.
const HOME: &str = "/desk/assets";

/// The entries of the desk's menu.
pub(crate) fn items() -> Vec<DeskItem> {
    vec![
        DeskItem {
            url: HOME,
            label: "desk-menu-assets",
            needs: vec![WORK, OVERSEE],
        },
        DeskItem {
            url: broker::HERE,
            label: "desk-menu-broker",
            needs: vec![CONNECT],
        },
    ]
}

/// The desk's pages. The handlers check the department.
pub(crate) fn routes() -> Routes {
    let work = Access::Staff(WORK);
    let connect = Access::Staff(CONNECT);
    Routes::new()
        .get(HOME, Access::SignedIn, list::page)
        .get("/desk/assets/assets.geojson", Access::SignedIn, list::file)
        .get("/desk/assets/alerts", Access::SignedIn, alerts::page)
        .post(alerts::HERE, work, alerts::acknowledge_many)
        .post("/desk/assets/alerts/{alert}", work, alerts::acknowledge)
        .get(broker::HERE, connect, broker::page)
        .post(broker::HERE, connect, broker::save)
        .post("/desk/assets/broker/test", connect, broker::test)
        .post("/desk/assets/broker/off", connect, broker::off)
        .get("/desk/assets/new", work, edit::new)
        .post("/desk/assets/new", work, edit::add)
        .get("/desk/assets/import", work, import::page)
        .post("/desk/assets/import", work, import::save)
        .get("/desk/assets/register.csv", work, import::csv)
        .get("/desk/assets/register.xlsx", work, import::xlsx)
        .get("/desk/assets/{asset}", Access::SignedIn, show::page)
        .get("/desk/assets/{asset}/edit", work, edit::page)
        .post("/desk/assets/{asset}/edit", work, edit::save)
        .post("/desk/assets/{asset}/turn", work, doing::turn)
        .post("/desk/assets/{asset}/note", work, doing::note)
        .post("/desk/assets/{asset}/inspect", work, doing::inspect)
        .post("/desk/assets/{asset}/key", work, doing::key)
        .post("/desk/assets/{asset}/revoke", work, doing::revoke)
        .post("/desk/assets/{asset}/files", work, files::add)
        .get(
            "/desk/assets/{asset}/files/{file}",
            Access::SignedIn,
            files::file,
        )
        .post(
            "/desk/assets/{asset}/files/{file}/remove",
            work,
            files::remove,
        )
}
