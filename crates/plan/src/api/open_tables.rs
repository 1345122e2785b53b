//! The figures of the city's own plans as open data.
//!
//! Headers and the names of the kinds are the format of the published file, which is in Japanese for every reader.

use futures::future::BoxFuture;
use yakuba_city::{City, CityError, OpenTable, TableRows};

use super::{WORDS, figures::with_computed};
use crate::{error::PlanError, export::figure_rows, measuring, store::published_plans};

/// The tables of the service.
pub(crate) fn tables() -> Vec<OpenTable> {
    vec![OpenTable {
        key: "plan.figures",
        national: None,
        words: |language| WORDS.table_words(language, "api-table-figures"),
        make: |city| made(city),
    }]
}

fn made(city: &City) -> BoxFuture<'_, Result<TableRows, CityError>> {
    Box::pin(async move {
        figures(city).await.map_err(|error| match error {
            PlanError::City(error) => error,
            error => CityError::Stored {
                what: "open data of plans",
                cause: error.to_string(),
            },
        })
    })
}

/// Every figure of the newest published version of each own plan; what is computed from facts as it stands now.
async fn figures(city: &City) -> Result<TableRows, PlanError> {
    let mut table = TableRows::new([
        "計画ID",
        "計画名",
        "施策番号",
        "施策名",
        "指標名",
        "年度",
        "区分",
        "値",
        "単位",
        "注記",
        "原文",
    ]);
    for plan in published_plans(city).await? {
        if !plan.record.is_own() {
            continue;
        }
        let title = plan.document.title.clone();
        let measured = measuring::measure(city, plan).await?;
        for row in figure_rows(&with_computed(&measured)) {
            let kind = match row.kind {
                "baseline" => "基準値",
                "target" => "目標",
                _ => "実績",
            };
            table.rows.push(vec![
                row.plan,
                title.clone(),
                row.initiative,
                row.initiative_title,
                row.indicator,
                row.fiscal_year,
                kind.to_owned(),
                row.value,
                row.unit,
                row.qualifier,
                row.text,
            ]);
        }
    }
    Ok(table)
}
