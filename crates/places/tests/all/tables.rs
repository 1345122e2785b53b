//! Large tables: written and read piece by piece, found in as if they were in memory. On both databases.

use std::io::Cursor;

use serde_json::{Value as Json, json};
use yakuba_addresses::AddressService;
use yakuba_city::{Actor, City, each_database, sql::Sql as _};
use yakuba_identity::IdentityService;
use yakuba_kernel::text::normalise_for_search;
use yakuba_mail::MailService;
use yakuba_places::{
    PlacesError, PlacesService,
    store::{
        self, LargeFile,
        tables::{Query, find},
    },
};

use crate::support::{departments, document, publish, stranger};

/// Rows over the border of a segment.
const ROWS: usize = 50_900;

fn row(number: usize) -> Vec<String> {
    vec![
        format!("第{number}街灯"),
        ["北町", "南町", "東町"][number * 7 % 3].to_owned(),
        (number * 7_919 % 1_000).to_string(),
        if number.is_multiple_of(1_000) {
            "点検中, ＬＥＤ".to_owned()
        } else {
            String::new()
        },
    ]
}

fn csv() -> String {
    let mut text = "街灯の一覧\r\n名称,町名,番号,備考\r\n".to_owned();
    for number in 0..ROWS {
        let cells: Vec<String> = row(number)
            .iter()
            .map(|cell| {
                if cell.contains(',') {
                    format!("\"{cell}\"")
                } else {
                    cell.clone()
                }
            })
            .collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

async fn take(
    city: &City,
    text: &str,
    file: Option<i64>,
) -> Result<(i64, Option<i64>), PlacesError> {
    let new = LargeFile {
        dataset: "lights".to_owned(),
        file,
        title: "街灯".to_owned(),
        note: String::new(),
        name: "lights.csv".to_owned(),
    };
    store::take_large(
        city,
        Actor::CommandLine,
        Cursor::new(text.as_bytes().to_vec()),
        new,
    )
    .await
}

async fn count(city: &City, table: &str) -> i64 {
    city.db()
        .value(&format!("SELECT COUNT(*) FROM {table}"), [])
        .await
        .unwrap()
        .unwrap()
}

/// Changes what is stored behind the program's back.
async fn change(city: &City, sql: &'static str, values: Vec<sea_orm::Value>) {
    city.write(Actor::CommandLine, values, move |tx, values| {
        Box::pin(async move {
            tx.connection().run(sql, values.clone()).await?;
            Ok::<_, PlacesError>(())
        })
    })
    .await
    .unwrap();
}

/// What is found, as one would find it in memory.
fn by_hand(rows: &[Vec<String>], query: &Query) -> (usize, Vec<usize>) {
    let mut found: Vec<usize> = (0..rows.len())
        .filter(|at| {
            let row = &rows[*at];
            query
                .filters
                .iter()
                .all(|(column, values)| values.contains(&row[*column]))
                && query.words.iter().all(|word| {
                    row.iter()
                        .any(|cell| normalise_for_search(cell).contains(word.as_str()))
                })
        })
        .collect();
    if query.is_last_first {
        found.reverse();
    }
    found.sort_by(|one, other| {
        query
            .sort
            .iter()
            .map(|(column, is_down)| {
                let order = rows[*one][*column].cmp(&rows[*other][*column]);
                if *is_down { order.reverse() } else { order }
            })
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let wanted = found
        .iter()
        .skip(query.offset)
        .take(query.limit)
        .map(|at| at + 1)
        .collect();
    (found.len(), wanted)
}

each_database!(
    a_large_file_is_taken_found_in_and_taken_away_in_pieces,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("lights", "parks"), "名称\r\n前の版\r\n").await;
        let text = csv();
        assert_eq!(take(&city, &text, Some(1)).await.unwrap(), (1, Some(2)));
        // The same again is no new version, and leaves nothing behind.
        assert_eq!(take(&city, &text, Some(1)).await.unwrap(), (1, None));
        assert_eq!(count(&city, "places_tables").await, 2);
        let version = store::version(city.db(), "lights", 1, None)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(version.rows, i64::try_from(ROWS).unwrap());
        assert_eq!(version.columns, ["名称", "町名", "番号", "備考"]);
        let whole = store::contents(city.db(), &version).await.unwrap().unwrap();
        let rows: Vec<Vec<String>> = (0..ROWS).map(row).collect();
        assert!(whole.rows == rows, "the rows are those of the file");
        // Had it been taken as a whole, it would be the same version.
        assert_eq!(whole.hash(), version.hash);
        assert_eq!(
            whole.to_csv().len(),
            usize::try_from(version.csv_bytes).unwrap()
        );

        let table = version.table.unwrap();
        let many: Vec<String> = (0..12).map(|number| (number * 37).to_string()).collect();
        let base = Query {
            limit: 5,
            ..Query::default()
        };
        for query in [
            base.clone(),
            Query {
                offset: ROWS - 3,
                ..base.clone()
            },
            Query {
                offset: ROWS + 3,
                ..base.clone()
            },
            Query {
                is_last_first: true,
                offset: 1_234,
                ..base.clone()
            },
            Query {
                filters: vec![(1, vec!["南町".to_owned()])],
                offset: 9_000,
                ..base.clone()
            },
            Query {
                filters: vec![(2, many), (1, vec!["東町".to_owned(), "北町".to_owned()])],
                ..base.clone()
            },
            Query {
                filters: vec![(0, vec!["第50500街灯".to_owned()])],
                ..base.clone()
            },
            Query {
                filters: vec![(0, vec!["無い".to_owned()])],
                ..base.clone()
            },
            Query {
                words: vec!["点検中".to_owned(), "南".to_owned()],
                ..base.clone()
            },
            Query {
                words: vec!["第5050".to_owned()],
                offset: 2,
                ..base.clone()
            },
            Query {
                words: vec!["led".to_owned()],
                filters: vec![(1, vec!["北町".to_owned()])],
                ..base.clone()
            },
            Query {
                words: vec!["龍".to_owned()],
                ..base.clone()
            },
            Query {
                sort: vec![(0, true)],
                offset: 40_000,
                ..base.clone()
            },
            Query {
                sort: vec![(1, false)],
                is_last_first: true,
                offset: 16_990,
                limit: 40,
                ..base.clone()
            },
            Query {
                sort: vec![(2, false)],
                filters: vec![(1, vec!["南町".to_owned()])],
                offset: 77,
                ..base.clone()
            },
            Query {
                sort: vec![(1, true), (2, false)],
                offset: 100,
                limit: 60,
                ..base.clone()
            },
        ] {
            let found = find(city.db(), table, version.rows, &query).await.unwrap();
            let numbers: Vec<usize> = found.rows.iter().map(|(number, _)| *number).collect();
            assert_eq!((found.total, numbers), by_hand(&rows, &query), "{query:?}");
            assert!(
                found
                    .rows
                    .iter()
                    .all(|(number, cells)| *cells == rows[number - 1]),
                "{query:?}"
            );
        }

        // What others see of it.
        let mut reader = stranger(&city);
        let sent = reader.get("/data/lights/files/1/latest.csv").await;
        assert!(sent.bytes == whole.to_csv(), "the file is sent as it was");
        let sent = reader.get("/data/lights/files/1/latest.json").await;
        let json: Json = serde_json::from_slice(&sent.bytes).unwrap();
        assert_eq!(json.as_array().unwrap().len(), ROWS);
        assert_eq!(json[ROWS - 1]["名称"], json!(rows[ROWS - 1][0]));
        let page = reader.get("/data/lights").await.text();
        assert!(page.contains("第99街灯") && !page.contains("第100街灯"));
        assert!(page.contains("50,900") && page.contains("latest.xlsx"));

        // Only the newest version is kept in order; when it goes, the one before is again.
        let orders = count(&city, "places_texts").await;
        assert_eq!(orders, 51);
        city.write(Actor::Staff(1), (), |tx, ()| {
            Box::pin(store::remove_contents(tx, "lights", 1, 2))
        })
        .await
        .unwrap();
        assert_eq!(count(&city, "places_texts").await, 1);
        assert_eq!(count(&city, "places_chunks").await, 1);
        let version = store::version(city.db(), "lights", 1, None)
            .await
            .unwrap()
            .unwrap();
        let query = Query {
            words: vec!["前の".to_owned()],
            ..base
        };
        let found = find(city.db(), version.table.unwrap(), version.rows, &query)
            .await
            .unwrap();
        assert_eq!(found.rows, [(1, vec!["前の版".to_owned()])]);
    }
);

each_database!(
    what_is_broken_becomes_no_version,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("lights", "parks"), "名称\r\n前の版\r\n").await;
        let error = take(&city, "名称,数\r\n橋,1\r\n道,2,余り\r\n", None)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("line 3"), "{error}");
        assert!(take(&city, "", None).await.is_err());
        assert!(matches!(
            take(&city, "名称\r\n橋\r\n", Some(9)).await,
            Err(PlacesError::NoSuchFile(9))
        ));
        assert_eq!(store::files_of(city.db(), "lights").await.unwrap().len(), 1);
        // What was begun and never became a version goes after a day; what a version names stays.
        assert_eq!(store::tables::drop_unfinished(&city).await.unwrap(), 0);
        change(
            &city,
            "UPDATE places_tables SET begun_at = begun_at - 90000000000",
            Vec::new(),
        )
        .await;
        assert_eq!(store::tables::drop_unfinished(&city).await.unwrap(), 1);
        assert_eq!(count(&city, "places_tables").await, 1);
    }
);

each_database!(
    contents_from_before_there_were_tables_are_divided,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("lights", "parks"), "名称\r\n橋\r\n").await;
        publish(&city, document("lights", "parks"), "名称\r\n橋\r\n道\r\n").await;
        let before = store::versions(city.db(), "lights", 1).await.unwrap();
        for version in &before {
            let content = store::contents(city.db(), version).await.unwrap().unwrap();
            let kept = json!({"header": content.header, "rows": content.rows, "shapes": []});
            change(
                &city,
                "UPDATE places_versions SET contents = $2, table_id = NULL WHERE version = $1",
                vec![version.number.into(), kept.to_string().into_bytes().into()],
            )
            .await;
        }
        let mut reader = stranger(&city);
        assert_eq!(
            reader.get("/data/lights/files/1/v1.csv").await.text(),
            "\u{feff}名称\r\n橋\r\n"
        );
        assert_eq!(store::divide_all(&city).await.unwrap(), 1);
        assert_eq!(store::divide_all(&city).await.unwrap(), 0);
        let after = store::versions(city.db(), "lights", 1).await.unwrap();
        assert!(
            after
                .iter()
                .all(|version| version.table.is_some() && !version.is_removed)
        );
        let newest = &after[0];
        let query = Query {
            words: vec!["道".to_owned()],
            limit: 9,
            ..Query::default()
        };
        let found = find(city.db(), newest.table.unwrap(), newest.rows, &query)
            .await
            .unwrap();
        assert_eq!((found.total, found.rows[0].0), (1, 2));
        // The same file again is still the same.
        publish(&city, document("lights", "parks"), "名称\r\n橋\r\n道\r\n").await;
        assert_eq!(
            store::versions(city.db(), "lights", 1).await.unwrap().len(),
            2
        );
    }
);
