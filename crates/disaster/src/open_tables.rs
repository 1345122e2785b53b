//! Open data: the shelters with how it is there.

use yakuba_city::{City, CityError, OpenTable, TableRows};
use yakuba_ui::Language;

use crate::{
    WORDS,
    error::DisasterError,
    pages::{HEADER, rows},
    store::shelters::{Filter, shelters},
};

/// The tables of the service.
pub(crate) fn tables() -> Vec<OpenTable> {
    vec![OpenTable {
        key: "disaster.shelters",
        national: None,
        words: |language| WORDS.table_words(language, "disaster-table-shelters"),
        make: |city| {
            Box::pin(async move {
                made(city).await.map_err(|error| match error {
                    DisasterError::City(error) => error,
                    error => CityError::Stored {
                        what: "open data of shelters",
                        cause: error.to_string(),
                    },
                })
            })
        },
    }]
}

async fn made(city: &City) -> Result<TableRows, DisasterError> {
    let mut table = TableRows::new(HEADER);
    let listed = Filter {
        listed: true,
        ..Filter::default()
    };
    table.rows = rows(
        &shelters(city.db(), &listed).await?,
        WORDS.words(Language::Japanese),
    );
    Ok(table)
}
