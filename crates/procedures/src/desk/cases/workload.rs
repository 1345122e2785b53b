//! How the work of the departments stands: counts only.

use askama::Template;
use yakuba_city::web::Problem;
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Cell, ChipLabel, Column, EmptyState, Html, Language, Page, Row, Table, format};

use crate::{desk::room::Room, error::ProcedureError, store::casework};

#[derive(Template)]
#[template(source = "{{ table }}", ext = "html")]
struct Body {
    table: Html,
}

pub(super) async fn page(room: Room) -> Result<Page, Problem> {
    let names = department_names(room.db(), room.language() != Language::English)
        .await
        .map_err(ProcedureError::from)?;
    let workloads: Vec<_> = casework::workloads(room.db(), room.city.today())
        .await?
        .into_iter()
        .filter(|workload| {
            DepartmentCode::new(workload.department.as_str())
                .is_ok_and(|code| room.principal.holds_in(crate::capabilities::OVERSEE, &code))
        })
        .collect();
    let table = if workloads.is_empty() {
        Html::of(&EmptyState::new(room.t("desk-workload-empty")))
    } else {
        let rows = workloads.iter().map(|workload| {
            let name = DepartmentCode::new(workload.department.as_str())
                .ok()
                .and_then(|code| names.get(&code).cloned())
                .unwrap_or_else(|| workload.department.clone());
            let mut late = Html::text(&format::number(workload.late));
            if workload.late > 0 {
                late.push(&ChipLabel::new(room.t("desk-late")).red().beside());
            }
            Row::new([
                Cell::text(name),
                Cell::text(format::number(workload.open)),
                Cell::html(&late),
                Cell::text(format::number(workload.unassigned)),
                Cell::text(format::number(workload.decided)),
            ])
            .marked(workload.late > 0)
        });
        Html::of(
            &Table::new(room.language(), "workload", room.t("desk-menu-workload"))
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
                .stacked(),
        )
    };
    Ok(room
        .page(room.t("desk-menu-workload"), &Body { table })
        .lead(room.t("desk-workload-lead")))
}
