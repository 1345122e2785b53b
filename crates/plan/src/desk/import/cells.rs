//! The ledger: every cell of the files with the role it was given.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{
    Cell, Choice, Column, Pagination, Row, Select, StepNavigation, Table, Tabs, Words, format,
};

use super::super::{room::Desk, sentences};
use super::kept;
use crate::import::{CellRole, ReadCell};

const PER_PAGE: u64 = 100;
const ROLES: [CellRole; 19] = [
    CellRole::Unknown,
    CellRole::Figure,
    CellRole::Title,
    CellRole::Number,
    CellRole::Group,
    CellRole::IndicatorName,
    CellRole::Direction,
    CellRole::YearHeader,
    CellRole::Prose,
    CellRole::Schedule,
    CellRole::Department,
    CellRole::Project,
    CellRole::Remark,
    CellRole::Note,
    CellRole::LabelledText,
    CellRole::PlanTitle,
    CellRole::Label,
    CellRole::RepeatedHeader,
    CellRole::Decoration,
];

#[derive(Template)]
#[template(path = "desk/import_cells.html")]
struct Body {
    words: Words,
    steps: StepNavigation,
    tabs: Tabs,
    action: String,
    role: Select,
    table: Table,
    pagination: Pagination,
}

pub(super) async fn show(desk: Desk, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (record, kept) = kept::of_address(&desk, id).await?;
    let words = desk.words;
    let role: Option<CellRole> = sentences::read_word(desk.query.get("role"));
    let counted = |role: CellRole| {
        kept.reading
            .cells
            .iter()
            .filter(|cell| cell.role == role)
            .count()
    };
    let chosen: Vec<&ReadCell> = kept
        .reading
        .cells
        .iter()
        .filter(|cell| role.is_none_or(|role| cell.role == role))
        .collect();
    let total = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
    let number = desk.page_number().min(total.div_ceil(PER_PAGE).max(1));
    let skip = usize::try_from((number - 1) * PER_PAGE).unwrap_or(0);
    let action = format!("/desk/plan/import/{id}/cells");
    let body = Body {
        words,
        steps: super::steps(&desk, if record.state == "preview" { 1 } else { 3 }),
        tabs: super::tabs(&desk, id, super::View::Cells, &kept),
        role: Select::new(words.language(), "role", desk.text("desk-cell-role"))
            .or_all()
            .choices(
                ROLES
                    .into_iter()
                    .filter(|role| counted(*role) > 0)
                    .map(|role| {
                        Choice::new(
                            sentences::word_of(&role),
                            format::with_note(
                                sentences::role(&words, role),
                                counted(role),
                                words.language(),
                            ),
                        )
                    }),
            )
            .value(desk.query.get("role")),
        table: Table::new(words.language(), "cells", desk.text("desk-import-cells"))
            .columns([
                Column::text(desk.text("desk-cell-address")),
                Column::text(desk.text("desk-cell-text")),
                Column::text(desk.text("desk-cell-role")).no_wrap(),
            ])
            .rows(chosen.into_iter().skip(skip).take(100).map(|cell| {
                Row::new([
                    Cell::text(sentences::address(&words, &cell.address)),
                    Cell::text(&cell.text),
                    Cell::text(sentences::role(&words, cell.role)),
                ])
                .marked(cell.role == CellRole::Unknown)
            }))
            .stacked(),
        pagination: Pagination::new(
            words.language(),
            number,
            PER_PAGE,
            total,
            format!(
                "{action}?role={}",
                role.map(|role| sentences::word_of(&role))
                    .unwrap_or_default()
            ),
        ),
        action,
    };
    let page = desk.page(desk.text("desk-import-cells"), &body);
    Ok(page
        .breadcrumb(
            desk.text("desk-import-preview-title"),
            format!("/desk/plan/import/{id}"),
        )
        .into_response())
}
