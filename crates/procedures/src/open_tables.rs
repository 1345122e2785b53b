//! Open data from the inventory (棚卸) of procedures: what can be done online, and how often it is.
//!
//! Headers are the format of the published file, which is in Japanese for every reader.

use futures::future::BoxFuture;
use yakuba_city::{City, CityError, OpenTable, TableRows, setting, shown_count, shown_part};
use yakuba_identity::department_names;
use yakuba_kernel::{Channel, FiscalYear};

use crate::{WORDS, error::ProcedureError, store::inventory::entries};

/// The tables of the service.
pub(crate) fn tables() -> Vec<OpenTable> {
    vec![OpenTable {
        key: "procedures.inventory",
        national: None,
        words: |language| WORDS.table_words(language, "applicant-table-inventory"),
        make: |city| made(city),
    }]
}

fn made(city: &City) -> BoxFuture<'_, Result<TableRows, CityError>> {
    Box::pin(async move {
        inventory(city).await.map_err(|error| match error {
            ProcedureError::City(error) => error,
            error => CityError::Stored {
                what: "open data of procedures",
                cause: error.to_string(),
            },
        })
    })
}

/// The procedures that exist today, with the counts of the last fiscal year that is over.
async fn inventory(city: &City) -> Result<TableRows, ProcedureError> {
    let mut table = TableRows::new([
        "全国地方公共団体コード",
        "手続番号",
        "手続名",
        "根拠法令",
        "担当",
        "オンライン化",
        "オンライン開始日",
        "オンライン化できない理由",
        "手数料",
        "添付書類",
        "年度",
        "申請件数",
        "うちオンライン",
    ]);
    let today = city.today();
    let code = setting(city.db(), "city.municipality")
        .await?
        .unwrap_or_default();
    let departments = department_names(city.db(), true).await?;
    let year = FiscalYear::from_date(today).previous();
    for listed in entries(city.db(), None).await? {
        let entry = &listed.entry;
        if !entry.exists_on(today) {
            continue;
        }
        let is_online = entry.online_on(today);
        let all = listed.all_applications(year);
        let online = listed.applications(year, Channel::Online).unwrap_or(0);
        table.rows.push(vec![
            code.clone(),
            entry.number.clone(),
            entry.title.clone(),
            entry.law.clone(),
            departments
                .get(&entry.department)
                .cloned()
                .unwrap_or_default(),
            // What the machine-readability rules ask for: one sign for one thing.
            u8::from(is_online).to_string(),
            entry
                .online_since
                .filter(|_| is_online)
                .map(|day| day.to_string())
                .unwrap_or_default(),
            if is_online {
                String::new()
            } else {
                entry.why_not_online.clone()
            },
            entry.fee.clone(),
            entry.attachments.join(";"),
            year.year().to_string(),
            all.map(shown_count).unwrap_or_default(),
            all.map(|all| shown_part(online, all)).unwrap_or_default(),
        ]);
    }
    Ok(table)
}
