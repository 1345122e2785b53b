//! The page of a day: its counts by dimensions, and the records for those who may see them.

use askama::Template;
use axum::response::IntoResponse;
use jiff::civil;
use yakuba_city::web::{Principal, Problem};
use yakuba_ui::{Cell, Column, Page, Shell, Table, Words, format};

use super::{Opened, quantity};
use crate::{capabilities::RECORDS, model::formula::Selection, pages::view, store};

/// Records of one day shown at most.
const RECORDS_AT_MOST: u64 = 500;

#[derive(Template)]
#[template(path = "plan/day.html")]
struct DayBody {
    words: Words,
    tables: Vec<Table>,
    records: Vec<Table>,
    may_see_records: bool,
}

pub(in crate::pages) async fn day(
    opened: Opened,
    principal: Principal,
    shell: Shell,
) -> Result<impl IntoResponse, Problem> {
    let fiscal_year = opened.year.ok_or(Problem::NotFound)?;
    let date = opened.day.ok_or(Problem::NotFound)?;
    let formula = opened
        .indicator
        .formula
        .as_ref()
        .filter(|_| fiscal_year.contains(date))
        .ok_or(Problem::NotFound)?;
    let Opened {
        city, names, words, ..
    } = &opened;
    let words = *words;
    let language = words.language();
    let may_see_records = principal.holds(RECORDS);
    let mut tables = Vec::new();
    let mut records = Vec::new();
    let selections = formula.kind.selections();
    let counts = store::counts_of_day(city.db(), &selections, &date.to_string()).await?;
    for (place, (selection, rows)) in selections.iter().zip(counts).enumerate() {
        let name = opened.selection_name(selection);
        let unit = names.unit(selection.measure.as_str());
        let mut table = Table::new(language, format!("day-{place}"), name.clone())
            .columns([
                Column::text(words.get("plan-column-department")),
                Column::text(words.get("plan-column-channel")),
                Column::text(words.get("plan-column-subject")),
                Column::number(words.get("plan-column-quantity")),
                Column::number(words.get("plan-column-facts")),
            ])
            .stacked();
        for row in rows {
            table = table.row([
                Cell::text(if row.department.is_empty() {
                    String::new()
                } else {
                    names.department(&row.department)
                }),
                Cell::text(if row.channel.is_empty() {
                    String::new()
                } else {
                    names.channel(&row.channel)
                }),
                match city.subject_page(&selection.measure, &row.subject) {
                    Some(page) => Cell::link(names.subject(&row.subject), page),
                    None => Cell::text(names.subject(&row.subject)),
                },
                Cell::text(format::with_unit(quantity(row.total), &unit, language)),
                Cell::text(format::number(row.count)),
            ]);
        }
        tables.push(table);
        if may_see_records {
            records.push(records_table(&opened, selection, &date, place, &name).await?);
        }
    }
    let title = words
        .with(
            "plan-day-title",
            &[
                ("indicator", opened.indicator.name.clone().into()),
                ("day", format::date(date, language).into()),
            ],
        )
        .into_owned();
    let body = DayBody {
        words,
        tables,
        records,
        may_see_records,
    };
    Ok(opened
        .below_indicator(Page::public(shell, title, &body))
        .breadcrumb(
            view::year(fiscal_year, language),
            opened.year_href(fiscal_year),
        )
        .not_for_search_engines())
}

async fn records_table(
    opened: &Opened,
    selection: &Selection,
    date: &civil::Date,
    place: usize,
    name: &str,
) -> Result<Table, Problem> {
    let Opened { city, words, .. } = opened;
    let language = words.language();
    let caption = words.with_text("plan-records-caption", "name", name);
    let mut table = Table::new(language, format!("records-{place}"), caption)
        .columns([
            Column::number(words.get("plan-column-number")),
            Column::text(words.get("plan-column-moment")).no_wrap(),
            Column::number(words.get("plan-column-quantity")),
            Column::text(words.get("plan-column-record")),
            Column::text(words.get("plan-column-recorder")),
            Column::text(words.get("plan-column-recorded-at")).no_wrap(),
        ])
        .stacked();
    let facts =
        store::facts_of_day(city.db(), selection, &date.to_string(), RECORDS_AT_MOST).await?;
    if u64::try_from(facts.len()).unwrap_or(u64::MAX) == RECORDS_AT_MOST {
        table = table.note(words.counted(
            "plan-records-cut",
            i64::try_from(RECORDS_AT_MOST).unwrap_or(i64::MAX),
        ));
    }
    for fact in facts {
        let record = match fact.corrects {
            Some(corrected) => words
                .counted("plan-record-corrects", corrected)
                .into_owned(),
            None => fact.record.clone().unwrap_or_default(),
        };
        table = table.row([
            Cell::text(fact.id.to_string()),
            Cell::text(view::moment(fact.at, language)),
            Cell::text(format::decimal(quantity(fact.quantity))),
            Cell::text(record),
            Cell::text(&fact.source),
            Cell::text(view::moment(fact.recorded_at, language)),
        ]);
    }
    Ok(table)
}
