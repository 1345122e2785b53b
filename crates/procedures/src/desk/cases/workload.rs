//! How the work of the departments stands: counts only. Who oversees a department sees its sums, who works in it also how much each
//! colleague has.

use std::collections::BTreeMap;

use askama::Template;
use yakuba_city::web::Problem;
use yakuba_identity::account_names;
use yakuba_ui::{Cell, ChipLabel, Column, EmptyState, Html, Page, Row, Table, format};

use super::inbox::{address, query_of};
use crate::{
    capabilities::{OVERSEE, WORK},
    desk::room::Room,
    error::ProcedureError,
    model::inbox::{AssigneeFilter, InboxFilter},
    store::casework::{self, PersonalWorkload, Workload},
};

#[derive(Template)]
#[template(
    source = "{{ table }}{% if let Some(title) = people_title %}<h2>{{ title }}</h2>{{ people }}{% endif %}",
    ext = "html"
)]
struct Body {
    table: Html,
    people_title: Option<String>,
    people: Html,
}

pub(super) async fn page(room: Room) -> Result<Page, Problem> {
    let departments: BTreeMap<String, (bool, String)> = room
        .departments_with_any(&[OVERSEE, WORK])
        .await?
        .into_iter()
        .map(|(code, name)| {
            let works = room.principal.holds_in(WORK, &code);
            (code.as_str().to_owned(), (works, name))
        })
        .collect();
    let today = room.city.today();
    let workloads: Vec<(Workload, &String)> = casework::workloads(room.db(), today)
        .await?
        .into_iter()
        .filter_map(|workload| {
            let (_, name) = departments.get(&workload.department)?;
            Some((workload, name))
        })
        .collect();
    let of_people: Vec<(PersonalWorkload, &String)> =
        casework::workloads_of_people(room.db(), today)
            .await?
            .into_iter()
            .filter_map(|workload| {
                let (works, name) = departments.get(&workload.department)?;
                works.then_some((workload, name))
            })
            .collect();
    let table = if workloads.is_empty() {
        Html::of(&EmptyState::new(room.t("desk-workload-empty")))
    } else {
        Html::of(&department_table(&room, &workloads))
    };
    let people = if of_people.is_empty() {
        Html::empty()
    } else {
        Html::of(&people_table(&room, &of_people).await?)
    };
    let lead = if room.principal.holds(OVERSEE) {
        "desk-workload-lead"
    } else {
        "desk-workload-own-lead"
    };
    let body = Body {
        table,
        people_title: (!of_people.is_empty()).then(|| room.t("desk-workload-people")),
        people,
    };
    Ok(room
        .page(room.t("desk-menu-workload"), &body)
        .lead(room.t(lead)))
}

fn late_cell(room: &Room, late: i64) -> Cell {
    let mut html = Html::text(&format::number(late));
    if late > 0 {
        html.push(&ChipLabel::new(room.t("desk-late")).red().beside());
    }
    Cell::html(&html)
}

fn department_table(room: &Room, workloads: &[(Workload, &String)]) -> Table {
    let rows = workloads.iter().map(|(workload, name)| {
        Row::new([
            Cell::text((*name).clone()),
            Cell::text(format::number(workload.open)),
            late_cell(room, workload.late),
            Cell::text(format::number(workload.unassigned)),
            Cell::text(format::number(workload.decided)),
        ])
        .marked(workload.late > 0)
    });
    Table::new(room.language(), "workload", room.t("desk-menu-workload"))
        .hide_caption()
        .columns([
            Column::text(room.t("desk-field-department")),
            Column::number(room.t("desk-column-open")).no_wrap(),
            Column::number(room.t("desk-column-late")).no_wrap(),
            Column::number(room.t("desk-column-unassigned")).no_wrap(),
            Column::number(room.t("desk-column-decided")).no_wrap(),
        ])
        .rows(rows)
        .row_headers()
        .stacked()
}

/// How much each person has, each with the way to their cases in the inbox.
async fn people_table(
    room: &Room,
    workloads: &[(PersonalWorkload, &String)],
) -> Result<Table, Problem> {
    let me = room.account()?;
    let accounts: Vec<i64> = workloads
        .iter()
        .filter_map(|(workload, _)| workload.assignee)
        .collect();
    let names = account_names(room.db(), &accounts)
        .await
        .map_err(ProcedureError::from)?;
    let rows = workloads.iter().map(|(workload, department)| {
        let filter = InboxFilter {
            department: workload.department.clone(),
            assignee: workload
                .assignee
                .map_or(AssigneeFilter::Nobody, AssigneeFilter::Account),
            ..InboxFilter::default()
        };
        let name = workload
            .assignee
            .and_then(|account| names.get(&account).cloned())
            .unwrap_or_else(|| room.t("desk-assignee-nobody"));
        Row::new([
            Cell::link(name, address(&query_of(&filter.values(me)))),
            Cell::text((*department).clone()),
            Cell::text(format::number(workload.open)),
            late_cell(room, workload.late),
            Cell::text(format::number(workload.decided)),
        ])
        .marked(workload.late > 0)
    });
    Ok(Table::new(
        room.language(),
        "workload-people",
        room.t("desk-workload-people"),
    )
    .hide_caption()
    .columns([
        Column::text(room.t("desk-field-assignee")),
        Column::text(room.t("desk-field-department")),
        Column::number(room.t("desk-column-open")).no_wrap(),
        Column::number(room.t("desk-column-late")).no_wrap(),
        Column::number(room.t("desk-column-decided")).no_wrap(),
    ])
    .rows(rows)
    .row_headers()
    .stacked())
}
