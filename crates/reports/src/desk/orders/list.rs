//! The work orders of the departments, the newest day first.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::web::Problem;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Cell, Column, EmptyState, Row, Table, Words, format};

use super::{super::room::Room, href, t, words};
use crate::{capabilities::WORK, store::orders};

/// Orders on one page.
const ON_A_PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "desk/orders/list.html")]
struct Body {
    words: Words,
    may_make: bool,
    table: Option<Table>,
    empty: EmptyState,
    newer: Option<String>,
    older: Option<String>,
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let language = room.language();
    let departments = room.departments().await?;
    let codes: Vec<DepartmentCode> = departments.keys().cloned().collect();
    let number: u32 = room.query.get("page").parse().unwrap_or(1).clamp(1, 10_000);
    // One more than is shown says whether there are older ones.
    let mut found =
        orders::orders(room.db(), &codes, (number - 1) * ON_A_PAGE, ON_A_PAGE + 1).await?;
    let has_older = found.len() > ON_A_PAGE as usize;
    found.truncate(ON_A_PAGE as usize);
    let ids: Vec<i64> = found.iter().map(|order| order.id).collect();
    let counts = orders::counts(room.db(), &ids).await?;
    let rows: Vec<Row> = found
        .iter()
        .map(|order| {
            let (stops, done) = counts.get(&order.id).copied().unwrap_or_default();
            Row::new([
                Cell::link(
                    format!("{} {}", format::date(order.day, language), order.crew),
                    href(order.id),
                ),
                Cell::text(
                    departments
                        .get(&order.department)
                        .map_or(order.department.as_str(), String::as_str),
                ),
                Cell::text(format::number(stops)),
                Cell::text(format::number(done)),
            ])
        })
        .collect();
    let address = |page: u32| format!("{}?page={page}", super::HOME);
    let body = Body {
        words: words(&room),
        may_make: room.principal.holds(WORK),
        table: (!rows.is_empty()).then(|| {
            Table::new(language, "orders", t(&room, "order-title"))
                .columns([
                    Column::text(t(&room, "order-column-order")),
                    Column::text(room.t("desk-column-department")),
                    Column::number(t(&room, "order-column-stops")),
                    Column::number(t(&room, "order-column-done")),
                ])
                .rows(rows)
                .row_headers()
                .stacked()
                .hide_caption()
        }),
        empty: EmptyState::new(t(&room, "order-none")),
        newer: (number > 1).then(|| address(number - 1)),
        older: has_older.then(|| address(number + 1)),
    };
    Ok(room
        .page_below(t(&room, "order-title"), &body)
        .into_response())
}
