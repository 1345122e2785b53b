//! How many reports came in, and how long handling took: by category, area, department, channel or month.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::web::Problem;
use yakuba_kernel::{DepartmentCode, FiscalYear};
use yakuba_ui::{Cell, Column, Row, Select, Table, Words, format};

use super::room::Room;
use crate::{
    model::statistics::Summary,
    pages::statistics::{choose_group, csv_answer, years},
    store::{self, By},
};

/// Ways to group, the first as the default.
const GROUPS: [By; 5] = [
    By::Category,
    By::Area,
    By::Department,
    By::Channel,
    By::Month,
];

#[derive(Template)]
#[template(path = "desk/statistics.html")]
struct Body {
    words: Words,
    year: Select,
    by: Select,
    table: Table,
    csv: String,
}

/// What is asked for, and the groups with their names.
struct Counted {
    year: FiscalYear,
    by: By,
    rows: Vec<(String, Summary)>,
    total: Summary,
}

fn name_of(
    room: &Room,
    by: By,
    key: &str,
    departments: &BTreeMap<DepartmentCode, String>,
) -> String {
    match by {
        By::Area if key.is_empty() => room.t("desk-statistics-none"),
        By::Area => room
            .current
            .rules
            .area_name(key, room.language())
            .to_owned(),
        By::Department => DepartmentCode::new(key)
            .ok()
            .and_then(|code| departments.get(&code).cloned())
            .unwrap_or_else(|| key.to_owned()),
        By::Channel => room.t(&format!("desk-channel-{key}")),
        By::Month => key.to_owned(),
        By::Category => room.category(key),
    }
}

async fn count(room: &Room) -> Result<Counted, Problem> {
    let departments = room.departments().await?;
    let today = room.city.today();
    let year = room
        .query
        .year("year")
        .unwrap_or_else(|| FiscalYear::from_date(today));
    let by = GROUPS
        .into_iter()
        .find(|by| by.name() == room.query.get("by"))
        .unwrap_or(By::Category);
    let codes = departments.keys().cloned().collect();
    let (groups, total) = store::counts(room.db(), Some(codes), year, by, today).await?;
    let names = room.all_departments().await?;
    let mut rows: Vec<(String, Summary)> = groups
        .into_iter()
        .map(|(key, group)| (name_of(room, by, &key, &names), group))
        .collect();
    if by != By::Month {
        rows.sort_by_key(|(_, group)| std::cmp::Reverse(group.posted));
    }
    Ok(Counted {
        year,
        by,
        rows,
        total,
    })
}

fn days(value: Option<i64>) -> String {
    value.map_or_else(String::new, |days| days.to_string())
}

fn headings(room: &Room, by: By) -> [String; 7] {
    [
        room.t(&format!("desk-by-{}", by.name())),
        room.t("desk-statistics-posted"),
        room.t("desk-statistics-handled"),
        room.t("desk-statistics-share"),
        room.t("desk-statistics-late"),
        room.t("desk-statistics-median"),
        room.t("desk-statistics-ninety"),
    ]
}

fn cells(name: &str, group: Summary) -> [String; 7] {
    [
        name.to_owned(),
        group.posted.to_string(),
        group.handled.to_string(),
        group.share(),
        group.late.to_string(),
        days(group.median),
        days(group.ninety),
    ]
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let language = room.language();
    let counted = count(&room).await?;
    let mut columns = headings(&room, counted.by).into_iter();
    let first = columns.next().unwrap_or_default();
    let total = room.t("desk-statistics-total");
    let rows = counted
        .rows
        .iter()
        .map(|(name, group)| (name.as_str(), *group))
        .chain([(total.as_str(), counted.total)])
        .map(|(name, group)| Row::new(cells(name, group).map(Cell::text)));
    let table = Table::new(
        language,
        "statistics",
        format::fiscal_year(counted.year, language),
    )
    .columns(
        [Column::text(first)]
            .into_iter()
            .chain(columns.map(Column::number)),
    )
    .rows(rows)
    .row_headers()
    .stacked();
    let body = Body {
        words: room.words,
        year: years(
            Select::new(language, "year", room.t("desk-statistics-year")),
            room.city.today(),
            language,
            counted.year,
        ),
        by: choose_group(
            Select::new(language, "by", room.t("desk-statistics-by")),
            &GROUPS,
            |name| room.t(&format!("desk-by-{name}")),
            counted.by,
        ),
        table,
        csv: format!(
            "/desk/reports/statistics.csv?year={}&by={}",
            counted.year.year(),
            counted.by.name()
        ),
    };
    Ok(room
        .page_below(room.t("desk-statistics"), &body)
        .into_response())
}

pub(super) async fn csv(room: Room) -> Result<Response, Problem> {
    let counted = count(&room).await?;
    let total = room.t("desk-statistics-total");
    let rows = counted
        .rows
        .iter()
        .map(|(name, group)| (name.as_str(), *group))
        .chain([(total.as_str(), counted.total)])
        .map(|(name, group)| {
            let [name, figures @ ..] = cells(name, group);
            (name, figures)
        });
    let headings = headings(&room, counted.by).to_vec();
    Ok(csv_answer(counted.year, counted.by, headings, rows))
}
