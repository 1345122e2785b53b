//! What everybody sees: reporting, the list and the map, one report, following it.

pub(crate) mod alerts;
pub(crate) mod asked;
mod confirming;
mod contest;
mod emergency;
mod feed;
mod follow;
mod list;
pub(crate) mod map;
pub(crate) mod new;
mod one_click;
pub(crate) mod sent;
mod show;
pub(crate) mod statistics;
mod status;
mod taken;
mod which;

use yakuba_city::web::{Access, Problem, Routes};
use yakuba_ui::{Shell, emergency_banners};

/// The routes of this room.
pub(crate) fn routes() -> Routes {
    let public = Access::Public;
    Routes::new()
        .get("/reports", public, list::page)
        .get("/reports/reports.geojson", public, map::file)
        .get("/reports/feed.atom", public, feed::all)
        .get("/reports/emergency", public, emergency::page)
        .post("/reports/emergency", public, emergency::send)
        .get("/reports/alerts", public, alerts::page)
        .get("/reports/alerts/confirm", public, alerts::confirm)
        .post("/reports/alerts/confirm", public, alerts::set_up)
        .get("/reports/alerts/end/{alert}", public, alerts::leave)
        .post("/reports/alerts/end/{alert}", public, alerts::left)
        .get("/reports/statistics", public, statistics::page)
        .get("/reports/statistics.csv", public, statistics::csv)
        .get("/reports/statistics.json", public, statistics::json)
        .get("/reports/new", public, new::choose)
        .post("/reports/new", public, new::start)
        .get("/reports/new/place", public, new::place)
        .post("/reports/new/place", public, new::answer_place)
        .get("/reports/new/equipment", public, which::page)
        .post("/reports/new/equipment", public, which::answer)
        .get("/reports/new/equipment.geojson", public, which::file)
        .get("/reports/new/similar", public, new::similar)
        .get("/reports/new/details", public, new::details)
        .post("/reports/new/details", public, new::answer_details)
        .post("/reports/new/taken", public, taken::answer)
        .get("/reports/new/contact", public, new::contact)
        .post("/reports/new/contact", public, new::answer_contact)
        .get("/reports/new/check", public, new::check)
        .post("/reports/new/check", public, new::send)
        .get("/reports/new/photos/{photo}", public, new::photo)
        .get("/reports/new/done", public, new::done)
        .get("/reports/status", public, status::page)
        .post("/reports/status", public, status::find)
        .get("/reports/unfollow/{following}", public, follow::leave)
        .post("/reports/unfollow/{following}", public, follow::left)
        .get("/reports/{report}", public, show::page)
        .get("/reports/{report}/photos/{photo}", public, show::photo)
        .get("/reports/{report}/follow", public, follow::page)
        .post("/reports/{report}/follow", public, follow::follow)
        .get("/reports/{report}/contest", public, contest::page)
        .post("/reports/{report}/contest", public, contest::send)
}

/// The frame with what everybody should know now on top.
pub(crate) async fn with_banners(asked: &asked::Asked) -> Result<Shell, Problem> {
    let banners = emergency_banners(asked.city(), asked.language).await?;
    Ok(banners.into_iter().fold(asked.shell.clone(), Shell::notice))
}

/// The address of a report.
pub(crate) fn href(public_id: &str) -> String {
    format!("/reports/{public_id}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&crate::WORDS);
    }
}
