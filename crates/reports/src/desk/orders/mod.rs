//! Work orders: which crew goes where on a day, in which order, and what became of each stop.

mod choose;
mod doing;
mod list;
mod sheet;
mod show;
mod sketch;
mod stop;

use std::collections::BTreeMap;

use yakuba_city::{
    Errand,
    web::{Access, Problem, Routes},
};
use yakuba_kernel::{DepartmentCode, Point};
use yakuba_ui::{Catalogue, FormErrors, Page, TextArea, TextField, Words};

use super::room::Room;
use crate::{
    capabilities::{OVERSEE, WORK},
    pages::asked::plain,
    store::{
        self,
        orders::{Outcome, Stop, Work, WorkOrder},
    },
};

/// The texts of work orders.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("orders");

/// The address of the list.
const HOME: &str = "/desk/reports/orders";
/// Letters of a crew's name at most.
const MOST_CREW: usize = 60;
/// Letters of what to bring at most.
const MOST_BRING: usize = 1_000;

/// The pages of work orders. The handlers check the department.
pub(super) fn routes() -> Routes {
    let work = Access::Staff(WORK);
    Routes::new()
        .get(HOME, Access::SignedIn, list::page)
        .get("/desk/reports/orders/new", work, choose::page)
        .post("/desk/reports/orders/new", work, choose::make)
        .get("/desk/reports/orders/{order}", Access::SignedIn, show::page)
        .get(
            "/desk/reports/orders/{order}/route.geojson",
            Access::SignedIn,
            sketch::file,
        )
        .get("/desk/reports/orders/{order}/sheet.pdf", work, sheet::file)
        .post("/desk/reports/orders/{order}/move", work, doing::shift)
        .post("/desk/reports/orders/{order}/propose", work, doing::propose)
        .post("/desk/reports/orders/{order}/remove", work, doing::remove)
        .post("/desk/reports/orders/{order}/words", work, doing::words)
        .get(
            "/desk/reports/orders/{order}/stops/{stop}",
            work,
            stop::page,
        )
        .post(
            "/desk/reports/orders/{order}/stops/{stop}",
            work,
            stop::mark,
        )
}

/// The address of an order.
pub(super) fn href(id: i64) -> String {
    format!("{HOME}/{id}")
}

fn words(room: &Room) -> Words {
    WORDS.words(room.language())
}

fn t(room: &Room, key: &str) -> String {
    words(room).get(key).into_owned()
}

/// An order whose department this person has something to do with; to everybody else it does not exist.
async fn order(room: &Room, id: i64) -> Result<WorkOrder, Problem> {
    store::orders::order(room.db(), id)
        .await?
        .filter(|order| {
            room.principal.holds_in(WORK, &order.department)
                || room.principal.holds_in(OVERSEE, &order.department)
        })
        .ok_or(Problem::NotFound)
}

/// The same, for those who work on it.
async fn order_to_work_on(room: &Room, id: i64) -> Result<WorkOrder, Problem> {
    let found = order(room, id).await?;
    if room.principal.holds_in(WORK, &found.department) {
        Ok(found)
    } else {
        Err(Problem::NotAllowed)
    }
}

/// A page below the list, with the notice of the last step.
fn page_below(room: &Room, title: impl Into<String>, body: &impl askama::Template) -> Page {
    room.page_below(title, body)
        .breadcrumb(t(room, "order-title"), HOME)
        .outcome(words(room), &room.query, None)
}

/// How a stop is named: what everybody calls the report, or what the errand is called by those who know of it.
fn name(room: &Room, errands: &BTreeMap<String, Errand>, stop: &Stop) -> String {
    match &stop.work {
        Work::Report(report) => room.title(report),
        Work::Errand { key, .. } => errands.get(key).map_or_else(
            || t(room, "order-errand-gone"),
            |errand| errand.title.clone(),
        ),
    }
}

/// The errands among stops, in the language of the page.
async fn errands(room: &Room, stops: &[Stop]) -> Result<BTreeMap<String, Errand>, Problem> {
    Ok(store::orders::errands_of(&room.city, stops, room.language().code()).await?)
}

/// Whether this person may do a department's errands: the service that has them says so.
fn may_do_errands(room: &Room, department: &DepartmentCode) -> bool {
    room.city
        .errands()
        .is_some_and(|errands| errands.may_do(&room.principal, department))
}

/// The key of an outcome's name.
pub(super) fn outcome_key(outcome: Outcome) -> String {
    format!("order-outcome-{}", outcome.name().replace('_', "-"))
}

/// Where the crew sets out, as it was typed: none when it is empty, with an error when it is no point.
fn start(room: &Room, typed: &str, errors: &mut FormErrors) -> Option<Point> {
    if typed.is_empty() {
        return None;
    }
    let point = Point::read(typed).ok();
    if point.is_none() {
        errors.add("start", room.public("reports-problem-near"));
    }
    point
}

/// What to bring, as it was typed.
fn bring(room: &Room, typed: &str, errors: &mut FormErrors) -> String {
    let text = plain(typed, MOST_BRING + 1);
    if text.chars().count() > MOST_BRING {
        errors.add("bring", room.t("desk-problem-long"));
    }
    text
}

fn bring_field(room: &Room, value: &str, errors: &FormErrors) -> TextArea {
    TextArea::new(room.language(), "bring", t(room, "order-bring"))
        .support(t(room, "order-bring-support"))
        .rows(3)
        .value(value)
        .optional()
        .errors(errors)
}

fn start_field(room: &Room, value: &str, errors: &FormErrors) -> TextField {
    TextField::new(room.language(), "start", t(room, "order-start"))
        .support(t(room, "order-start-support"))
        .value(value)
        .optional()
        .errors(errors)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
