//! What to put online next, and the two indicators.

use askama::Template;
use yakuba_city::web::Problem;
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_ui::{Cell, Column, EmptyState, Page, Row, Select, Table, Tabs, Words, format};

use super::{HOME, entry_href};
use crate::{
    desk::room::Room,
    model::inventory::{Candidate, candidates, indicators},
};

/// So many candidates are shown.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "inventory/next.html")]
struct NextBody {
    words: Words,
    tabs: Tabs,
    department: Select,
    table: Option<Table>,
    empty: EmptyState,
}

pub(super) async fn next(room: Room) -> Result<Page, Problem> {
    let language = room.language();
    let names = room.names().await?;
    let mut entries = room.entries(None).await?;
    let asked = room.department_asked();
    let department = room
        .department_choice(&names, &entries, asked.as_ref())
        .or_all();
    if let Some(code) = &asked {
        entries.retain(|listed| listed.entry.department == *code);
    }
    let found = candidates(&entries, room.city.today());
    let rows = found
        .iter()
        .take(SHOWN)
        .enumerate()
        .map(|(place, candidate)| {
            let entry = &candidate.listed.entry;
            Row::new([
                Cell::text((place + 1).to_string()),
                Cell::link(&entry.title, entry_href(&entry.number)),
                Cell::text(
                    names
                        .get(&entry.department)
                        .map_or(entry.department.as_str(), String::as_str),
                ),
                Cell::text(format::number(candidate.score)),
                Cell::text(sentence(&room, candidate)),
                Cell::text(&entry.why_not_online),
            ])
        });
    let body = NextBody {
        words: room.inventory_words(),
        tabs: room.inventory_tabs("inventory-tab-next"),
        department,
        table: (!found.is_empty()).then(|| {
            Table::new(language, "next", room.i("inventory-tab-next"))
                .columns([
                    Column::number(room.i("inventory-place")),
                    Column::text(room.i("inventory-field-title")),
                    Column::text(room.i("inventory-field-department")).no_wrap(),
                    Column::number(room.i("inventory-score")).no_wrap(),
                    Column::text(room.i("inventory-why")),
                    Column::text(room.i("inventory-field-why-not-online")),
                ])
                .rows(rows)
                .hide_caption()
                .stacked()
        }),
        empty: EmptyState::new(room.i("inventory-next-none")),
    };
    Ok(room
        .inventory_page(room.i("inventory-tab-next"), &body)
        .breadcrumb(room.i("inventory-title"), HOME))
}

/// The score in a sentence.
fn sentence(room: &Room, candidate: &Candidate<'_>) -> String {
    let words = room.inventory_words();
    let Some(year) = candidate.year else {
        return room.i("inventory-score-uncounted");
    };
    let lost: Vec<String> = candidate
        .hindrances
        .iter()
        .map(|hindrance| {
            words
                .with(
                    "inventory-score-lost",
                    &[
                        ("what", room.i(hindrance.name()).into()),
                        ("points", hindrance.points().into()),
                    ],
                )
                .into_owned()
        })
        .collect();
    let lost = if lost.is_empty() {
        room.i("inventory-score-nothing")
    } else {
        lost.join(&room.i("inventory-comma"))
    };
    words
        .with(
            "inventory-score-sentence",
            &[
                (
                    "year",
                    format::fiscal_year_short(year, room.language()).into(),
                ),
                ("volume", format::number(candidate.volume).into()),
                ("ease", candidate.ease.into()),
                ("lost", lost.into()),
                ("score", format::number(candidate.score).into()),
            ],
        )
        .into_owned()
}

#[derive(Template)]
#[template(path = "inventory/indicators.html")]
struct IndicatorsBody {
    words: Words,
    tabs: Tabs,
    year: Select,
    department: Select,
    online_rate: String,
    online_how: String,
    usage: String,
    usage_how: String,
    usage_of_online: String,
    excluded: Option<Table>,
    usages: Option<Table>,
}

pub(super) async fn indicators_page(room: Room) -> Result<Page, Problem> {
    let language = room.language();
    let words = room.inventory_words();
    let names = room.names().await?;
    let mut entries = room.entries(None).await?;
    let asked = room.department_asked();
    let department = room
        .department_choice(&names, &entries, asked.as_ref())
        .or_all();
    if let Some(code) = &asked {
        entries.retain(|listed| listed.entry.department == *code);
    }
    // The figures of a year are known when it is over, so the last whole one is shown unless another is asked for.
    let year = room
        .query
        .year("year")
        .unwrap_or_else(|| FiscalYear::from_date(room.city.today()).previous());
    let found = indicators(&entries, year, room.city.today());
    let percent = |value: Option<Decimal>| {
        value.map_or_else(
            || room.i("inventory-no-figure"),
            |value| format!("{}%", format::decimal_places(value, 1)),
        )
    };
    let name = |code| names.get(code).map_or("", String::as_str);
    let excluded = found.excluded.iter().map(|listed| {
        Row::new([
            Cell::link(&listed.entry.title, entry_href(&listed.entry.number)),
            Cell::text(name(&listed.entry.department)),
            Cell::text(&listed.entry.exclusion),
        ])
    });
    let usages = found.usages.iter().map(|usage| {
        Row::new([
            Cell::link(
                &usage.listed.entry.title,
                entry_href(&usage.listed.entry.number),
            ),
            Cell::text(name(&usage.listed.entry.department)),
            Cell::text(format::number(usage.electronic)),
            Cell::text(format::number(usage.all)),
            Cell::text(format!("{}%", format::decimal_places(usage.percent, 1))),
        ])
    });
    let body = IndicatorsBody {
        words,
        tabs: room.inventory_tabs("inventory-tab-indicators"),
        year: room.year_choice(year),
        department,
        online_rate: percent(found.online_rate),
        online_how: words
            .with(
                "inventory-online-how",
                &[
                    ("online", found.online.into()),
                    ("eligible", found.eligible.into()),
                    ("excluded", found.excluded.len().into()),
                    ("day", format::date(found.day, language).into()),
                ],
            )
            .into_owned(),
        usage: percent(found.usage),
        usage_how: words
            .counted("inventory-usage-how", found.usages.len() as u64)
            .into_owned(),
        usage_of_online: words
            .with_text(
                "inventory-usage-of-online",
                "percent",
                &percent(found.usage_of_online),
            )
            .into_owned(),
        excluded: (!found.excluded.is_empty()).then(|| {
            Table::new(language, "excluded", room.i("inventory-excluded"))
                .columns([
                    Column::text(room.i("inventory-field-title")),
                    Column::text(room.i("inventory-field-department")).no_wrap(),
                    Column::text(room.i("inventory-field-exclusion")),
                ])
                .rows(excluded)
                .row_headers()
                .hide_caption()
                .stacked()
        }),
        usages: (!found.usages.is_empty()).then(|| {
            Table::new(language, "usages", room.i("inventory-usages"))
                .columns([
                    Column::text(room.i("inventory-field-title")),
                    Column::text(room.i("inventory-field-department")).no_wrap(),
                    Column::number(room.i("inventory-electronic")),
                    Column::number(room.i("inventory-total")),
                    Column::number(room.i("inventory-share")),
                ])
                .rows(usages)
                .row_headers()
                .hide_caption()
                .stacked()
                .filter()
        }),
    };
    Ok(room
        .inventory_page(room.i("inventory-tab-indicators"), &body)
        .breadcrumb(room.i("inventory-title"), HOME))
}
