//! Every page of every service stands in the list of pages that a browser opens: `browser-tests/pages.json`.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeSet, path::Path};

use axum::http::Method;
use serde::Deserialize;

#[derive(Deserialize)]
struct List {
    pages: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    name: String,
    path: String,
    /// The route of the page that is meant, when it is one that the page at `path` links to.
    open: Option<String>,
    status: Option<u16>,
}

/// Why a route that answers GET has no line.
enum Reason {
    /// It answers with a file.
    File,
    /// It leads elsewhere, and shows nothing itself.
    Redirect,
    /// It is reached by sending something first: this file of the browser tests does, and looks at it.
    Story(&'static str),
    /// The demo city has nothing that leads to it; the tests of its crate ask for it.
    NotInTheDemo,
}

/// The routes that answer GET and have no line. Those under `/api/` are not pages.
const WITHOUT_A_LINE: &[(&str, Reason)] = &[
    ("/map/tiles/{layer}/{z}/{x}/{y}", Reason::File),
    ("/map/print.pdf", Reason::File),
    ("/map/print.svg", Reason::File),
    ("/reports/feed.atom", Reason::File),
    ("/disaster/roads.atom", Reason::File),
    ("/desk/disaster/report.pdf", Reason::File),
    ("/desk/disaster/shelters/{shelter}/form.pdf", Reason::File),
    // Only while a disaster is open.
    ("/reports/emergency", Reason::Story("disaster.test.js")),
    (
        "/desk/reports/triage/{report}",
        Reason::Story("disaster.test.js"),
    ),
    ("/desk/reports/triage/{report}/photos/{photo}", Reason::File),
    ("/disaster/roads.geojson", Reason::File),
    ("/shelters/shelters.geojson", Reason::File),
    ("/shelters/shelters.json", Reason::File),
    ("/shelters/shelters.csv", Reason::File),
    (
        "/desk/disaster/roads/{road}",
        Reason::Story("disaster.test.js"),
    ),
    ("/equipment/equipment.geojson", Reason::File),
    ("/desk/assets/assets.geojson", Reason::File),
    ("/desk/assets/{asset}/files/{file}", Reason::File),
    ("/desk/assets/register.csv", Reason::File),
    ("/desk/assets/register.xlsx", Reason::File),
    ("/desk/map/{layer}/shapes.geojson", Reason::File),
    ("/equipment/{asset}/photos/{photo}", Reason::File),
    ("/desk/assets/{asset}/edit", Reason::Story("assets.test.js")),
    ("/reports/reports.geojson", Reason::File),
    ("/reports/new/photos/{photo}", Reason::File),
    ("/reports/{report}/photos/{photo}", Reason::File),
    ("/desk/reports/{report}/photos/{photo}", Reason::File),
    (
        "/desk/reports/{report}/photos/{photo}/original",
        Reason::File,
    ),
    (
        "/desk/reports/{report}/photos/{photo}/cover",
        Reason::Story("reports.test.js"),
    ),
    ("/desk/reports/statistics.csv", Reason::File),
    ("/desk/reports/orders/{order}/route.geojson", Reason::File),
    ("/desk/reports/orders/{order}/sheet.pdf", Reason::File),
    (
        "/desk/reports/orders/{order}/stops/{stop}",
        Reason::Story("reports.test.js"),
    ),
    ("/reports/statistics.csv", Reason::File),
    ("/reports/statistics.json", Reason::File),
    ("/reports/new/place", Reason::Story("reports.test.js")),
    ("/reports/new/equipment", Reason::Story("reports.test.js")),
    ("/reports/new/equipment.geojson", Reason::File),
    ("/reports/new/similar", Reason::Story("reports.test.js")),
    ("/reports/new/details", Reason::Story("reports.test.js")),
    ("/reports/new/contact", Reason::Story("reports.test.js")),
    ("/reports/new/check", Reason::Story("reports.test.js")),
    ("/reports/new/done", Reason::Story("reports.test.js")),
    ("/reports/{report}", Reason::Story("reports.test.js")),
    ("/reports/{report}/follow", Reason::Story("reports.test.js")),
    (
        "/reports/{report}/contest",
        Reason::Story("reports.test.js"),
    ),
    ("/data.json", Reason::File),
    ("/data/catalog.jsonld", Reason::File),
    ("/data/catalog.ttl", Reason::File),
    ("/data/feed.atom", Reason::File),
    ("/data/{dataset}/feed.atom", Reason::File),
    ("/data/{dataset}/files/{file}/{name}", Reason::File),
    ("/data/{dataset}/files/{file}/map.geojson", Reason::File),
    ("/plan/{plan}/download.csv", Reason::File),
    ("/plan/{plan}/download.json", Reason::File),
    ("/plan/{plan}/download.pdf", Reason::File),
    ("/plan/{plan}/download.xlsx", Reason::File),
    ("/plan/{plan}/download.yaml", Reason::File),
    ("/plan/{plan}/feed.atom", Reason::File),
    (
        "/plan/{plan}/initiatives/{initiative}/sheet.pdf",
        Reason::File,
    ),
    ("/plan/{plan}/versions/{version}/plan.yaml", Reason::File),
    ("/desk/plan/{plan}/export/{format}", Reason::File),
    ("/desk/plan/import/{id}/files/{hash}", Reason::File),
    ("/desk/procedures/inventory/export/{format}", Reason::File),
    (
        "/desk/procedures/forms/{key}/versions/{number}/yaml",
        Reason::File,
    ),
    ("/desk/cases/{case}/files", Reason::File),
    ("/desk/cases/{case}/files/{file}", Reason::File),
    ("/desk/deliveries/systems/{endpoint}", Reason::NotInTheDemo),
    ("/desk/cases/{case}/letter", Reason::File),
    // Nobody in the demo city lost a time that they won.
    (
        "/desk/booking/lottery/{round}/entries/{entry}/instead",
        Reason::NotInTheDemo,
    ),
    ("/booking/lottery/{round}/list.txt", Reason::File),
    ("/booking/lottery/{round}/transcript.txt", Reason::File),
    ("/booking/lottery/{round}/fairness.csv", Reason::File),
    ("/desk/booking/lottery/{round}/fairness.csv", Reason::File),
    // A stream of events.
    ("/booking/queue/{counter}/events", Reason::File),
    ("/booking/use/file", Reason::File),
    ("/booking/facilities.geojson", Reason::File),
    ("/booking/ticket/{token}", Reason::NotInTheDemo),
    ("/desk/booking/ticket/{token}", Reason::NotInTheDemo),
    ("/desk/booking/reservations/{id}/permit", Reason::File),
    ("/desk/booking/set-up/{facility}/file", Reason::File),
    (
        "/desk/booking/reservations/{id}/move",
        Reason::Story("booking-desk.test.js"),
    ),
    (
        "/desk/booking/closures/{id}",
        Reason::Story("booking-desk.test.js"),
    ),
    (
        "/desk/booking/groups/{group}/roster",
        Reason::Story("booking-desk.test.js"),
    ),
    (
        "/desk/booking/series/{series}",
        Reason::Story("booking-desk.test.js"),
    ),
    ("/cases/answers.json", Reason::File),
    ("/cases/answers.pdf", Reason::File),
    ("/cases/files/{key}", Reason::File),
    ("/cases/own/{case}", Reason::Redirect),
    ("/cases/letter", Reason::File),
    ("/desk/cases/new/{entry}/slip.pdf", Reason::File),
    ("/procedures/{key}/counter.pdf", Reason::File),
    ("/login/oidc", Reason::Redirect),
    ("/login/oidc/callback", Reason::Redirect),
    ("/account/confirm/oidc", Reason::Redirect),
    ("/resident/sign-in/provider", Reason::Redirect),
    ("/resident/sign-in/provider/callback", Reason::Redirect),
    // Only a survey with one answer per resident asks for an address, and the demo's are anonymous.
    ("/surveys/{key}/email", Reason::NotInTheDemo),
    ("/desk/surveys/{key}/file", Reason::File),
    ("/desk/surveys/{key}/results/file", Reason::File),
    ("/surveys/{key}/results.csv", Reason::File),
    (
        "/surveys/{key}/answer/{page}",
        Reason::Story("surveys.test.js"),
    ),
    // Shown after a code was asked for.
    ("/confirm-email/code", Reason::Redirect),
    ("/surveys/{key}/check", Reason::Story("surveys.test.js")),
    ("/surveys/{key}/done", Reason::Story("surveys.test.js")),
    (
        "/desk/cases/{case}/complete",
        Reason::Story("paper.test.js"),
    ),
    (
        "/desk/cases/{case}/correction/answer",
        Reason::Story("paper.test.js"),
    ),
    (
        "/desk/cases/{case}/withdraw",
        Reason::Story("paper.test.js"),
    ),
    (
        "/desk/cases/{case}/decision/correct",
        Reason::Story("paper.test.js"),
    ),
    (
        "/desk/cases/{case}/decision/revoke",
        Reason::Story("paper.test.js"),
    ),
    ("/desk/cases/new/{entry}", Reason::Story("counter.test.js")),
    (
        "/desk/cases/new/{entry}/check",
        Reason::Story("counter.test.js"),
    ),
    (
        "/desk/cases/new/{entry}/slip",
        Reason::Story("counter.test.js"),
    ),
    ("/guide/answers", Reason::Story("counter.test.js")),
    ("/guide/plan", Reason::Story("counter.test.js")),
    ("/guide/visit", Reason::Story("counter.test.js")),
    (
        "/procedures/{key}/counter",
        Reason::Story("applying.test.js"),
    ),
    ("/visit/code", Reason::Story("residents.test.js")),
    ("/desk/plan/import/{id}", Reason::Story("story.test.js")),
    (
        "/desk/plan/import/{id}/cells",
        Reason::Story("story.test.js"),
    ),
    (
        "/desk/plan/import/{id}/figures",
        Reason::Story("story.test.js"),
    ),
    (
        "/desk/identity/personnel/{id}",
        Reason::Story("administration.test.js"),
    ),
    (
        "/login/second-factor",
        Reason::Story("administration.test.js"),
    ),
    ("/resident", Reason::Story("residents.test.js")),
    ("/resident/delete", Reason::Story("residents.test.js")),
    ("/resident/sign-in/code", Reason::Story("residents.test.js")),
    (
        "/procedures/{key}/applicant",
        Reason::Story("applying.test.js"),
    ),
    (
        "/procedures/{key}/apply/{page}",
        Reason::Story("applying.test.js"),
    ),
    ("/procedures/{key}/check", Reason::Story("applying.test.js")),
    ("/procedures/{key}/done", Reason::Story("applying.test.js")),
    (
        "/procedures/{key}/together",
        Reason::Story("together.test.js"),
    ),
    ("/together", Reason::Story("together.test.js")),
    ("/together/{token}", Reason::Story("together.test.js")),
    ("/together/files/{key}", Reason::File),
    ("/procedures/{key}/email", Reason::Story("applying.test.js")),
    (
        "/procedures/{key}/resume",
        Reason::Story("applying.test.js"),
    ),
    ("/booking/feeds", Reason::Story("booking-extras.test.js")),
    ("/booking/feeds/{token}", Reason::File),
    ("/booking/{facility}/{resource}/calendar.ics", Reason::File),
    (
        "/booking/waiting/new",
        Reason::Story("booking-extras.test.js"),
    ),
    ("/booking/series", Reason::Story("booking-extras.test.js")),
    (
        "/booking/series/new",
        Reason::Story("booking-extras.test.js"),
    ),
    (
        "/booking/series/{series}",
        Reason::Story("booking-extras.test.js"),
    ),
    ("/desk/booking/points/{reservation}", Reason::NotInTheDemo),
    ("/booking/groups", Reason::Story("booking-extras.test.js")),
    (
        "/booking/groups/new",
        Reason::Story("booking-extras.test.js"),
    ),
    (
        "/booking/groups/{group}",
        Reason::Story("booking-extras.test.js"),
    ),
    (
        "/booking/groups/{group}/roster",
        Reason::Story("booking-extras.test.js"),
    ),
    ("/cases/view", Reason::Story("applying.test.js")),
    ("/cases/answers", Reason::Story("applying.test.js")),
    ("/cases/correct", Reason::Story("applying.test.js")),
    ("/cases/withdraw", Reason::Story("applying.test.js")),
];

fn list() -> Vec<Line> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../browser-tests/pages.json");
    let list: List = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    list.pages
}

/// The patterns of everything that answers GET outside `/api/`.
fn routes() -> BTreeSet<&'static str> {
    yakuba::services::routes()
        .entries()
        .iter()
        .filter(|entry| entry.method == Method::GET && !entry.path.starts_with("/api/"))
        .map(|entry| entry.path)
        .collect()
}

fn is_place(part: &str) -> bool {
    part.starts_with('{')
}

/// The route that a path leads to: of those that fit, the one with the fewest places for anything.
fn route_of<'a>(routes: &BTreeSet<&'a str>, path: &str) -> Option<&'a str> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |route: &&&str| {
        let (route, path) = (route.split('/'), path.split('/'));
        route.clone().count() == path.clone().count()
            && route
                .zip(path)
                .all(|(wanted, part)| is_place(wanted) || wanted == part)
    };
    routes
        .iter()
        .filter(fits)
        .min_by_key(|route| route.split('/').filter(|part| is_place(part)).count())
        .copied()
}

#[test]
fn every_page_has_a_line() {
    let routes = routes();
    let mut without = routes.clone();
    for line in list() {
        let path = line.open.as_deref().unwrap_or(&line.path);
        match route_of(&routes, path) {
            Some(route) => {
                without.remove(route);
            }
            None => assert_eq!(line.status, Some(404), "{} leads to no route", line.name),
        }
    }
    for (route, _) in WITHOUT_A_LINE {
        assert!(
            routes.contains(route),
            "{route} is excepted, but there is no such route"
        );
        assert!(without.remove(route), "{route} is excepted, but has a line");
    }
    assert!(
        without.is_empty(),
        "no line of browser-tests/pages.json opens: {without:#?}"
    );
}

#[test]
fn the_stories_that_stand_for_lines_look_at_pages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../browser-tests/tests");
    for (route, reason) in WITHOUT_A_LINE {
        let Reason::Story(file) = reason else {
            continue;
        };
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        // The last fixed word of the route is in the test's addresses.
        let word = route.split('/').rfind(|part| !is_place(part)).unwrap();
        assert!(
            text.contains("checkPage(") && text.contains(&format!("/{word}")),
            "{file} does not look at {route}"
        );
    }
}

#[test]
fn a_path_leads_to_the_route_that_names_it() {
    let routes = BTreeSet::from(["/a/{b}", "/a/new", "/a/{b}/c"]);
    assert_eq!(route_of(&routes, "/a/new?x=1"), Some("/a/new"));
    assert_eq!(route_of(&routes, "/a/7"), Some("/a/{b}"));
    assert_eq!(route_of(&routes, "/a/{number}/c"), Some("/a/{b}/c"));
    assert_eq!(route_of(&routes, "/a"), None);
}
