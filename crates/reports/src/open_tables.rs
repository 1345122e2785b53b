//! Open data from the records of reports: each report as its public page shows it, and counts by month and category.
//!
//! Headers are the format of the published files, which is in Japanese for every reader.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use yakuba_city::{City, CityError, JAPAN, OpenTable, TableRows, shown_count, shown_part};
use yakuba_identity::department_names;
use yakuba_kernel::FiscalYear;
use yakuba_ui::Language;

use crate::{
    WORDS,
    error::ReportError,
    model::statistics::{Told, by_group},
    pages::statistics::{count, figures},
    store::{self, By, Filter, Report},
};

/// The tables of the service.
pub(crate) fn tables() -> Vec<OpenTable> {
    vec![
        OpenTable {
            key: "reports.reports",
            national: None,
            words: |language| WORDS.table_words(language, "reports-table-reports"),
            make: |city| made(reports(city)),
        },
        OpenTable {
            key: "reports.months",
            national: None,
            words: |language| WORDS.table_words(language, "reports-table-months"),
            make: |city| made(months(city)),
        },
        OpenTable {
            key: "reports.years",
            national: None,
            words: |language| WORDS.table_words(language, "reports-table-years"),
            make: |city| made(years(city)),
        },
    ]
}

fn made<'a>(
    table: impl Future<Output = Result<TableRows, ReportError>> + Send + 'a,
) -> BoxFuture<'a, Result<TableRows, CityError>> {
    Box::pin(async move {
        table.await.map_err(|error| match error {
            ReportError::City(error) => error,
            error => CityError::Stored {
                what: "open data of reports",
                cause: error.to_string(),
            },
        })
    })
}

fn day(at: jiff::Timestamp) -> String {
    JAPAN.to_datetime(at).date().to_string()
}

/// Every report that everybody may read, newest first.
async fn reports(city: &City) -> Result<TableRows, ReportError> {
    let mut table = TableRows::new([
        "通報ID",
        "分類",
        "状態",
        "地域",
        "場所",
        "内容",
        "緯度",
        "経度",
        "担当",
        "受付日",
        "対応日",
        "対応にかかった日数",
    ]);
    let current = store::current(city).await?;
    let rules = &current.rules;
    let words = WORDS.words(Language::Japanese);
    let departments = department_names(city.db(), true).await?;
    let shown = Filter {
        shown: true,
        ..Filter::default()
    };
    for report in store::handled(city.db(), &shown).await? {
        // What the desk has not looked at may hold anything.
        if !report.is_looked_at {
            continue;
        }
        let [latitude, longitude] = report.point.map_or_else(Default::default, |point| {
            let (latitude, longitude) = point.degrees();
            [latitude.to_string(), longitude.to_string()]
        });
        table.rows.push(vec![
            report.public_id.clone(),
            category(rules, &report),
            words
                .get(&format!("reports-state-{}", report.state.name()))
                .into_owned(),
            rules.area_name(&report.area, Language::Japanese).to_owned(),
            report.public_place.clone(),
            report.public_text.clone(),
            latitude,
            longitude,
            departments
                .get(&report.department)
                .cloned()
                .unwrap_or_default(),
            day(report.received_at),
            report.handled_at.map(day).unwrap_or_default(),
            report
                .days_to_handle()
                .map(|days| days.to_string())
                .unwrap_or_default(),
        ]);
    }
    Ok(table)
}

fn category(rules: &crate::model::rules::Rules, report: &Report) -> String {
    rules.category(&report.category).map_or_else(
        || report.category.clone(),
        |category| category.name.ja.clone(),
    )
}

/// The figures of `/reports/statistics`: by fiscal year, and in it by category and by area.
async fn years(city: &City) -> Result<TableRows, ReportError> {
    let mut table = TableRows::new([
        "年度",
        "区分",
        "名称",
        "受付件数",
        "うち対応済み",
        "対応済みの割合",
        "対応日数の中央値",
        "対応日数の90パーセンタイル",
    ]);
    let current = store::current(city).await?;
    let Some(oldest) = store::oldest(city.db()).await? else {
        return Ok(table);
    };
    let oldest = JAPAN.to_datetime(oldest).date();
    let last = FiscalYear::from_date(city.today());
    let mut year = FiscalYear::from_date(oldest);
    while year <= last {
        for (by, kind) in [(By::Category, "分類"), (By::Area, "地域")] {
            let counted = count(city, &current, Language::Japanese, year, by).await?;
            let total = ("合計".to_owned(), counted.total);
            for (name, told) in counted
                .groups
                .into_iter()
                .map(|group| (group.name, group.told))
                .chain([total])
            {
                let row = [year.year().to_string(), kind.to_owned(), name]
                    .into_iter()
                    .chain(figures(without_small_parts(told)));
                table.rows.push(row.collect());
            }
        }
        year = year.next();
    }
    Ok(table)
}

/// The figures of a group as open data tells them, which stays for ever and is joined with other tables: nothing of how many were handled
/// when they or the rest are few.
fn without_small_parts(told: Told) -> Told {
    let is_small =
        |(posted, handled): (usize, usize)| shown_part(handled as u64, posted as u64).is_empty();
    if told.posted.zip(told.handled).is_some_and(is_small) {
        Told {
            posted: told.posted,
            ..Told::default()
        }
    } else {
        told
    }
}

/// Reports by the month in which they came in and by category, of the months that are over.
async fn months(city: &City) -> Result<TableRows, ReportError> {
    let mut table = TableRows::new([
        "年月",
        "分類",
        "受付件数",
        "うち対応済み",
        "対応日数の中央値",
    ]);
    let current = store::current(city).await?;
    let today = city.today();
    let this_month = format!("{:04}-{:02}", today.year(), today.month());
    let all = store::handled(city.db(), &Filter::default()).await?;
    let groups: BTreeMap<(String, String), _> = by_group(all.iter().filter_map(|report| {
        let month: String = day(report.received_at).chars().take(7).collect();
        (month < this_month).then(|| {
            let group = (month, category(&current.rules, report));
            (group, report.for_statistics(today))
        })
    }));
    for ((month, category), group) in groups {
        let [posted, handled] = [group.posted, group.handled].map(|count| count as u64);
        let shown = shown_part(handled, posted);
        // A median of a few reports tells about each of them.
        let median = group
            .median
            .filter(|_| !shown.is_empty())
            .map(|days| days.to_string())
            .unwrap_or_default();
        table
            .rows
            .push(vec![month, category, shown_count(posted), shown, median]);
    }
    Ok(table)
}
