//! How long people really waited at a counter, by the hour of the day.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::ToSpan as _;
use yakuba_city::web::Problem;
use yakuba_kernel::Decimal;
use yakuba_ui::{Cell, Column, Page, Row, Table, Words, charts::RowBars, format};

use super::{WORDS, counter_of, minutes};
use crate::{
    pages::asked::{Asked, private},
    store::queue::hours,
};

/// Over so many days, today among them.
const DAYS: i32 = 28;

#[derive(Template)]
#[template(path = "queue/times.html")]
struct Body {
    words: Words,
    key: String,
    summary: String,
    chart: Option<RowBars>,
    table: Option<Table>,
}

pub(super) async fn page(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let queue = counter_of(&asked, &key).await?;
    let language = asked.language;
    let words = WORDS.words(language);
    let first = asked
        .city()
        .today()
        .checked_sub((DAYS - 1).days())
        .unwrap_or(jiff::civil::Date::MIN);
    let (hours, all) = hours(asked.city().db(), queue.key(), first).await?;
    let longest = hours.iter().map(|hour| hour.median).max().unwrap_or(0);
    let name_of = |hour: u8| {
        words
            .with("queue-hour", &[("hour", i64::from(hour).into())])
            .into_owned()
    };
    let mut chart = RowBars::new(
        language,
        "waits",
        words.get("queue-times-chart"),
        Decimal::from(longest.max(60)),
    );
    for hour in &hours {
        chart = chart.row(
            name_of(hour.hour),
            Some(Decimal::from(hour.median)),
            minutes(words, hour.median),
        );
    }
    let table = Table::new(language, "hours", words.get("queue-times-table"))
        .columns([
            Column::text(words.get("queue-times-hour")),
            Column::number(words.get("queue-times-served")),
            Column::number(words.get("queue-times-median")),
            Column::number(words.get("queue-times-longest")),
        ])
        .rows(hours.iter().map(|hour| {
            Row::new([
                Cell::text(name_of(hour.hour)),
                Cell::text(format::number(i64::try_from(hour.served).unwrap_or(0))),
                Cell::text(minutes(words, hour.median)),
                Cell::text(minutes(words, hour.longest)),
            ])
        }))
        .row_headers()
        .stacked();
    let has_any = !hours.is_empty();
    let body = Body {
        words,
        key: queue.key().to_owned(),
        summary: all.map_or_else(
            || words.get("queue-times-nothing").into_owned(),
            |all| {
                words
                    .with(
                        "queue-times-summary",
                        &[
                            ("served", i64::try_from(all.served).unwrap_or(0).into()),
                            ("median", minutes(words, all.median).into()),
                            ("longest", minutes(words, all.longest).into()),
                        ],
                    )
                    .into_owned()
            },
        ),
        chart: has_any.then_some(chart),
        table: has_any.then_some(table),
    };
    let name = queue.document.name.get(language).to_owned();
    let page = Page::public(asked.shell.clone(), words.get("queue-times-title"), &body)
        .breadcrumb(words.get("queue-list-title"), "/booking/queue")
        .breadcrumb(name, format!("/booking/queue/{}", queue.key()));
    Ok(private(page))
}
