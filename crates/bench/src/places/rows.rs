//! A table of the catalogue with many rows: taken from CSV, and searched through the whole server, beside the same by hand.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Method, header},
};
use http_body_util::BodyExt as _;
use sea_orm::ConnectionTrait as _;
use serde::Serialize;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, CityError,
    sql::{Sql as _, many_placeholders},
};
use yakuba_kernel::text::normalise_for_search;
use yakuba_places::{
    PlacesError,
    store::{self, LargeFile, Whole, bring_in},
};

use crate::{Outcome, report::Line, timing::Times};

/// The dataset that is measured.
const DATASET: &str = "many_rows";
const HEADER: [&str; 6] = ["番号", "名称", "町名", "種別", "点検日", "備考"];

/// What was measured of a table.
#[derive(Debug, Serialize)]
pub(super) struct OfRows {
    /// How many rows it has.
    pub(super) rows: usize,
    /// Rows taken from a CSV file in a second.
    pub(super) taken_per_second: f64,
    /// The same rows inserted in a second by hand, without anything to find them by.
    pub(super) inserted_per_second: f64,
    /// The same with what the statements by hand need: folded texts, and an index on the column that is filtered.
    pub(super) indexed_per_second: f64,
    /// The size of the file in bytes.
    pub(super) csv_bytes: u64,
    /// What was asked.
    pub(super) asked: Vec<Line>,
}

fn row(number: usize) -> [String; 6] {
    [
        number.to_string(),
        format!("第{number}街灯"),
        format!("澄川市{}町{}丁目", number * 7_919 % 500, number % 9 + 1),
        ["LED", "水銀灯", "ナトリウム灯"][number % 3].to_owned(),
        format!("2025-{:02}-{:02}", number % 12 + 1, number % 28 + 1),
        if number.is_multiple_of(100_000) {
            "支柱に傷".to_owned()
        } else {
            String::new()
        },
    ]
}

#[allow(clippy::cast_precision_loss)] // Millions.
fn per_second(count: usize, begun: Instant) -> f64 {
    count as f64 / begun.elapsed().as_secs_f64()
}

/// One address of CKAN's, asked once.
async fn act(application: &Router, action: &str, asked: &Json) -> Outcome<Json> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/3/action/{action}"))
        .header(header::HOST, "localhost:8080")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(asked.to_string()))?;
    let answer = application.clone().oneshot(request).await?;
    let status = answer.status();
    let bytes = answer.into_body().collect().await?.to_bytes();
    if !status.is_success() {
        return Err(format!("{action} answered {status}").into());
    }
    Ok(serde_json::from_slice::<Json>(&bytes)?["result"].take())
}

/// A question, the parameters, and the same as SQL: the rows, and how many there are.
struct Question {
    what: &'static str,
    asked: Json,
    by_hand: Option<[String; 2]>,
}

fn questions(rows: usize) -> Vec<Question> {
    let count = "SELECT COUNT(*) FROM bench_rows";
    let all = "SELECT * FROM bench_rows";
    let deep = rows * 9 / 10;
    let asked = |more: Json| {
        let mut asked = json!({"resource_id": format!("{DATASET}.1.csv")});
        if let (Some(asked), Json::Object(more)) = (asked.as_object_mut(), more) {
            asked.extend(more);
        }
        asked
    };
    let question = |what, more: Json, place: &str, order: &str| Question {
        what,
        asked: asked(more),
        by_hand: Some([
            format!("{all} {place} ORDER BY {order}"),
            format!("{count} {place}"),
        ]),
    };
    vec![
        question(
            "filter on one column",
            json!({"filters": {"町名": "澄川市7町1丁目"}}),
            "WHERE c2 = '澄川市7町1丁目'",
            "number LIMIT 100",
        ),
        question(
            "a rare word",
            json!({"q": "支柱"}),
            "WHERE folded LIKE '%支柱%'",
            "number LIMIT 100",
        ),
        question(
            "a word of every row",
            json!({"q": "街灯"}),
            "WHERE folded LIKE '%街灯%'",
            "number LIMIT 100",
        ),
        question(
            "deep offset",
            json!({"offset": deep}),
            "",
            &format!("number LIMIT 100 OFFSET {deep}"),
        ),
        question(
            "sorted by a column, deep",
            json!({"offset": deep, "sort": "点検日 desc"}),
            "",
            &format!("c4 DESC, number LIMIT 100 OFFSET {deep}"),
        ),
        Question {
            what: "search of the catalogue (package_search)",
            asked: json!({"q": "街灯"}),
            by_hand: None,
        },
    ]
}

/// Inserts the rows by hand into a table of its own; `texts`: with their folded texts and an index.
async fn insert(city: &City, rows: usize, texts: bool) -> Outcome<f64> {
    const AT_ONCE: usize = 1_000;
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            let sql = tx.connection();
            sql.run("DROP TABLE IF EXISTS bench_rows", []).await?;
            sql.run(
                "CREATE TABLE bench_rows (number BIGINT PRIMARY KEY, c0 TEXT, c1 TEXT, c2 TEXT, c3 TEXT, c4 TEXT, c5 TEXT, folded TEXT)",
                [],
            )
            .await?;
            Ok::<_, CityError>(())
        })
    })
    .await?;
    let begun = Instant::now();
    if texts {
        city.write(Actor::CommandLine, (), |tx, ()| {
            Box::pin(async move {
                tx.connection()
                    .run(
                        "CREATE INDEX bench_rows_town ON bench_rows (c2, number)",
                        [],
                    )
                    .await?;
                Ok::<_, CityError>(())
            })
        })
        .await?;
    }
    for from in (0..rows).step_by(AT_ONCE * 50) {
        city.write(
            Actor::CommandLine,
            (from, rows, texts),
            |tx, (from, rows, texts)| {
                Box::pin(async move {
                    let end = (*from + AT_ONCE * 50).min(*rows);
                    for from in (*from..end).step_by(AT_ONCE) {
                        let mut values = Vec::with_capacity(8 * AT_ONCE);
                        let end = (from + AT_ONCE).min(end);
                        for number in from..end {
                            let cells = row(number);
                            let folded = if *texts {
                                cells
                                    .each_ref()
                                    .map(|cell| normalise_for_search(cell))
                                    .join("\t")
                            } else {
                                String::new()
                            };
                            values.push(i64::try_from(number).unwrap_or(i64::MAX).into());
                            values.extend(cells.map(Into::into));
                            values.push(folded.into());
                        }
                        tx.connection()
                            .run(
                                &format!(
                                    "INSERT INTO bench_rows VALUES {}",
                                    many_placeholders(
                                        tx.connection().get_database_backend(),
                                        end - from,
                                        8
                                    )
                                ),
                                values,
                            )
                            .await?;
                    }
                    Ok::<_, CityError>(())
                })
            },
        )
        .await?;
    }
    Ok(per_second(rows, begun))
}

/// Takes the rows, asks, and does the same by hand.
pub(super) async fn measure(
    city: &City,
    application: &Router,
    rows: usize,
    runs: usize,
) -> Outcome<OfRows> {
    let whole = Whole {
        document: serde_json::from_value(json!({
            "key": DATASET, "title": "街灯一覧", "description": "計測のための街灯", "department": "roads_parks",
            "theme": "housing", "contact": "道路公園課",
        }))?,
        files: Vec::new(),
        links: Vec::new(),
        is_public: false,
        source: String::new(),
    };
    city.write(Actor::CommandLine, whole, |tx, whole| {
        Box::pin(bring_in(tx, whole))
    })
    .await?;
    let mut file = tempfile::tempfile()?;
    {
        let mut writer = std::io::BufWriter::new(&mut file);
        writeln!(writer, "{}", HEADER.join(","))?;
        for number in 0..rows {
            writeln!(writer, "{}", row(number).join(","))?;
        }
        writer.flush()?;
    }
    let csv_bytes = file.metadata()?.len();
    let new = LargeFile {
        dataset: DATASET.to_owned(),
        file: None,
        title: "街灯".to_owned(),
        note: String::new(),
        name: "lights.csv".to_owned(),
    };
    let begun = Instant::now();
    store::take_large(city, Actor::CommandLine, file, new).await?;
    let taken_per_second = per_second(rows, begun);
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            match store::dataset(tx.connection(), DATASET).await? {
                Some(found) => store::publish(tx, DATASET, found.revision).await,
                None => Err(PlacesError::NoSuchDataset(DATASET.to_owned())),
            }
        })
    })
    .await?;
    let inserted_per_second = insert(city, rows, false).await?;
    let indexed_per_second = insert(city, rows, true).await?;

    let mut asked = Vec::new();
    for question in questions(rows) {
        let action = if question.by_hand.is_some() {
            "datastore_search"
        } else {
            "package_search"
        };
        let (mut times, mut by_hand) = (Vec::<Duration>::new(), Vec::<Duration>::new());
        let mut told = None;
        for run in 0..=runs {
            let begun = Instant::now();
            let result = act(application, action, &question.asked).await?;
            let took = begun.elapsed();
            // The first one warms up.
            if run > 0 {
                times.push(took);
            }
            if let Some([found, count]) = &question.by_hand {
                let begun = Instant::now();
                let records = city
                    .db()
                    .query_all_raw(city.db().statement(found, []))
                    .await?;
                let total: Option<i64> = city.db().value(count, []).await?;
                if run > 0 {
                    by_hand.push(begun.elapsed());
                }
                told = Some((records.len(), total));
            }
            // What is measured is the same.
            if let Some((records, total)) = told
                && (result["records"].as_array().map(Vec::len) != Some(records)
                    || result["total"].as_i64() != total)
            {
                return Err(format!("{}: another outcome by hand", question.what).into());
            }
        }
        asked.push(Line {
            what: question.what.to_owned(),
            times: Times::of(times),
            by_hand: (!by_hand.is_empty()).then(|| Times::of(by_hand)),
        });
    }
    Ok(OfRows {
        rows,
        taken_per_second,
        inserted_per_second,
        indexed_per_second,
        csv_bytes,
        asked,
    })
}
