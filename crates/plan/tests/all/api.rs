//! The JSON interface, the downloads and the feed over HTTP, on both databases.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, MeasureDefinition, MeasureKind, Service as _, each_database,
    sql::Sql as _,
    web::{Principal, SystemPrincipal},
};
use yakuba_identity::IdentityService;
use yakuba_kernel::MeasureName;
use yakuba_plan::{
    PlanService, capabilities, export, measuring,
    model::document::PlanDocument,
    store::{self, NewPlan},
};
use yakuba_sheets::{Limits, read};

struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answered {
    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    fn json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

fn router(city: &City) -> Router {
    PlanService.routes().into_router().with_state(city.clone())
}

async fn ask(city: &City, request: Request<Body>) -> Answered {
    let response = router(city).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    Answered {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

async fn get(city: &City, path: &str) -> Answered {
    let request = Request::get(path)
        .header("host", "plan.example.jp")
        .body(Body::empty());
    ask(city, request.unwrap()).await
}

fn content(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    fs::read_to_string(root.join(path)).unwrap()
}

fn plan_file(path: &str) -> PlanDocument {
    export::from_yaml(&content(path)).unwrap()
}

async fn import(city: &City, document: PlanDocument) -> store::CommittedImport {
    city.write(Actor::CommandLine, document, |tx, document| {
        Box::pin(store::commit_import(
            tx,
            None,
            document,
            NewPlan::Neighbour,
            "取込み",
        ))
    })
    .await
    .unwrap()
}

async fn publish(city: &City, document: PlanDocument, reason: &'static str) {
    let key = document.key.clone();
    import(city, document).await;
    city.write(Actor::CommandLine, (key, reason), |tx, (key, reason)| {
        Box::pin(measuring::publish_in(tx, key, reason))
    })
    .await
    .unwrap();
}

fn system(measures: &[&str]) -> Principal {
    Principal::System(Arc::new(SystemPrincipal {
        name: "counter".into(),
        capabilities: vec![capabilities::POST_FACTS.name.to_owned()],
        measures: measures
            .iter()
            .map(|name| MeasureName::new(*name).unwrap())
            .collect(),
    }))
}

async fn post_facts(city: &City, principal: Principal, body: &Value) -> Answered {
    let mut request = Request::post("/api/facts")
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    request.extensions_mut().insert(principal);
    ask(city, request).await
}

async fn register(city: &City, name: &str) {
    let measure = MeasureDefinition {
        name: MeasureName::new(name).unwrap(),
        kind: MeasureKind::Flow,
        unit: "件".into(),
        name_ja: "受け付けた申請".into(),
        name_en: "Applications received".into(),
    };
    city.write(Actor::CommandLine, measure, |tx, measure| {
        Box::pin(async move { tx.register_measure(measure).await })
    })
    .await
    .map_err(|error: yakuba_city::CityError| error)
    .unwrap();
}

/// The rows of a CSV or XLSX file.
fn rows(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    let book = read(bytes, name, &Limits::default()).unwrap();
    let width = export::COLUMNS.len();
    book.sheets[0]
        .rows
        .iter()
        .map(|row| {
            let mut cells = row.cells.clone();
            cells.resize(width, String::new());
            cells
        })
        .collect()
}

/// A text as a spreadsheet file holds it: with the apostrophe that keeps it from being a formula.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest)
            if rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']) =>
        {
            rest
        }
        _ => text,
    }
}

fn number(text: &str) -> String {
    text.parse::<rust_decimal::Decimal>()
        .map_or_else(|_| text.to_owned(), |number| number.normalize().to_string())
}

async fn all_figures(city: &City, plan: &str) -> Vec<Value> {
    let mut list = Vec::new();
    loop {
        let page = get(
            city,
            &format!("/api/plans/{plan}/figures?limit=1000&offset={}", list.len()),
        )
        .await
        .json();
        let figures = page["figures"].as_array().unwrap();
        list.extend(figures.iter().cloned());
        if list.len() as u64 == page["total"].as_u64().unwrap() {
            return list;
        }
        assert!(!figures.is_empty());
    }
}

each_database!(
    every_format_of_a_plan_says_the_same,
    [&IdentityService, &PlanService],
    async |city| {
        for file in [
            "plans/suita-2019.yaml",
            "plans/settsu-2021.yaml",
            "plans/shibata-2021.yaml",
            "demo/plan.yaml",
        ] {
            let document = plan_file(file);
            let key = document.key.clone();
            publish(&city, document, "公表").await;

            let yaml = get(&city, &format!("/plan/{key}/download.yaml")).await;
            let published = export::from_yaml(&yaml.text()).unwrap();
            let json = get(&city, &format!("/plan/{key}/download.json")).await;
            assert_eq!(export::from_json(&json.text()).unwrap(), published);
            let whole = get(&city, &format!("/api/plans/{key}")).await.json();
            assert_eq!(
                serde_json::from_value::<PlanDocument>(whole["document"].clone()).unwrap(),
                published
            );

            let csv = get(&city, &format!("/plan/{key}/download.csv")).await;
            assert!(csv.body.starts_with(b"\xef\xbb\xbfplan,initiative,initiative_title,indicator,fiscal_year,kind,value,unit,qualifier,text,status\r\n"));
            let plain = get(&city, &format!("/plan/{key}/download.csv?charset=utf8")).await;
            assert_eq!(plain.body, csv.body[3..]);
            let from_csv = rows(&csv.body, "figures.csv");
            let xlsx = get(&city, &format!("/plan/{key}/download.xlsx")).await;
            let from_xlsx = rows(&xlsx.body, "figures.xlsx");
            let figures = all_figures(&city, &key).await;
            let stated = export::figure_rows(&published);
            assert!(stated.len() > 20);
            assert_eq!(from_csv.len(), figures.len() + 1, "{key}");
            assert_eq!(from_xlsx.len(), figures.len() + 1, "{key}");
            // Nothing is counted here, so that every figure is one of the document.
            assert_eq!(stated.len(), figures.len(), "{key}");
            for (place, (row, figure)) in stated.iter().zip(&figures).enumerate() {
                let cells = &from_csv[place + 1];
                assert_eq!(figure["indicator"], row.indicator);
                assert_eq!(figure["text"], row.text);
                assert_eq!(figure["value"].as_str().unwrap_or_default(), row.value);
                assert_eq!(cells[6], row.value, "{key} {row:?}");
                assert_eq!(unguarded(&cells[8]).trim(), row.qualifier.trim());
                assert_eq!(unguarded(&cells[3]), row.indicator);
                assert_eq!(
                    number(&from_xlsx[place + 1][6]),
                    number(&row.value),
                    "{key} {row:?}"
                );
                assert_eq!(from_xlsx[place + 1][3], row.indicator);
                assert_eq!(cells[10], row.status);
            }

            let again = import(&city, published).await;
            assert_eq!(again.changes, vec![], "{key}");
            let version = get(&city, &format!("/plan/{key}/versions/1/plan.yaml")).await;
            assert_eq!(version.body, yaml.body);
            assert!(version.header("cache-control").contains("immutable"));
        }
        let list = get(&city, "/api/plans").await.json();
        assert_eq!(list["plans"].as_array().unwrap().len(), 4);
    }
);

async fn downloads(city: &City) -> Vec<(String, i64)> {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        subject: String,
        count: i64,
    }
    let rows: Vec<Row> = city
        .db()
        .rows(
            "SELECT subject, CAST(SUM(count) AS BIGINT) AS count FROM fact_years WHERE measure = 'plan.download'
             GROUP BY subject ORDER BY subject",
            [],
        )
        .await
        .unwrap();
    rows.into_iter()
        .map(|row| (row.subject, row.count))
        .collect()
}

each_database!(
    a_download_has_a_name_a_mark_and_is_counted_once,
    [&IdentityService, &PlanService],
    async |city| {
        publish(&city, plan_file("plans/suita-2019.yaml"), "公表").await;
        let path = "/plan/suita-2019/download.csv";
        let first = get(&city, path).await;
        assert_eq!(
            first.header("content-type"),
            "text/csv; charset=utf-8; header=present"
        );
        let name = first.header("content-disposition");
        assert!(name.starts_with("attachment; filename=\"suita-2019.csv\"; filename*=UTF-8''%E5%90%B9%E7%94%B0%E5%B8%82_"), "{name}");
        assert_eq!(first.header("access-control-allow-origin"), "*");
        let mark = first.header("etag").to_owned();
        assert!(mark.starts_with("W/\""));

        let request = Request::get(path)
            .header("if-none-match", &mark)
            .body(Body::empty())
            .unwrap();
        let same = ask(&city, request).await;
        assert_eq!(
            (same.status, same.body.len()),
            (StatusCode::NOT_MODIFIED, 0)
        );
        assert_eq!(same.header("etag"), mark);

        let request = Request::builder()
            .method(Method::HEAD)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let head = ask(&city, request).await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
        assert_eq!(head.header("etag"), mark);
        assert_eq!(downloads(&city).await, [("csv".to_owned(), 1)]);

        let old = get(&city, &format!("{path}?charset=cp932")).await;
        let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&old.body);
        assert!(!broken && text.contains("手続の電子化"));
        let replaced = old.header("yakuba-replaced-characters");
        let count: usize = replaced.split(';').next().unwrap().parse().unwrap();
        assert_eq!(text.matches('〓').count(), count, "{replaced}");
        assert_eq!(
            get(&city, &format!("{path}?charset=klingon")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
);

each_database!(
    a_counted_figure_opens_down_to_its_days,
    [&IdentityService, &PlanService],
    async |city| {
        register(&city, "procedure.received").await;
        publish(&city, plan_file("demo/plan.yaml"), "公表").await;
        let facts = json!({"facts": [
            {"measure": "procedure.received", "at": "2024-05-01", "channel": "online", "subject": "moving_notice", "quantity": 719, "idempotency_key": "a"},
            {"measure": "procedure.received", "at": "2024-05-02", "channel": "counter", "subject": "moving_notice", "quantity": "149", "idempotency_key": "b"},
        ]});
        let answer = post_facts(&city, system(&["procedure.received"]), &facts).await;
        assert_eq!(answer.json(), json!({"recorded": 2, "already_known": 0}));
        let again = post_facts(&city, system(&["procedure.received"]), &facts).await;
        assert_eq!(again.json(), json!({"recorded": 0, "already_known": 2}));
        let other = post_facts(&city, system(&["counter.visit"]), &facts).await;
        assert_eq!(other.status, StatusCode::FORBIDDEN);
        assert_eq!(
            post_facts(&city, Principal::Anonymous, &facts).await.status,
            StatusCode::UNAUTHORIZED
        );

        let plan = measuring::measure(
            &city,
            store::published(&city, "sumikawa-2022")
                .await
                .unwrap()
                .unwrap(),
        )
        .await
        .unwrap();
        let indicator = plan
            .indicators
            .values()
            .find(|indicator| indicator.indicator.name == "オンライン申請率")
            .unwrap();
        let path = format!("/api/plans/sumikawa-2022/indicators/{}", indicator.key());
        let whole = get(&city, &path).await.json();
        assert_eq!(whole["formula"]["version"], 1);
        let of_year = whole["years"]
            .as_array()
            .unwrap()
            .iter()
            .find(|year| year["fiscal_year"] == 2024)
            .unwrap();
        assert_eq!(of_year["actual"]["value"], "82.8");
        assert_eq!(of_year["actual"]["source"], "computed");
        assert_eq!(of_year["status"], "achieved");
        assert!(!of_year["explanation"].as_array().unwrap().is_empty());

        let opened = get(&city, &format!("{path}/2024?lang=en")).await.json();
        assert_eq!(opened["now"]["numerator"], "719");
        assert_eq!(opened["now"]["denominator"], "868");
        assert_eq!(opened["now"]["value"], "82.8");
        assert!(!opened["now"]["steps"].as_array().unwrap().is_empty());
        let counts = opened["counts"].as_array().unwrap();
        assert_eq!(
            (counts.len(), &counts[0]["total"], &counts[1]["total"]),
            (2, &json!("719"), &json!("868"))
        );
        assert_eq!(counts[1]["days"].as_array().unwrap().len(), 2);
        assert!(!opened.to_string().contains('⟦'), "{opened}");

        let rows = all_figures(&city, "sumikawa-2022").await;
        let row = rows
            .iter()
            .find(|row| {
                row["indicator"] == "オンライン申請率"
                    && row["kind"] == "actual"
                    && row["fiscal_year"] == 2024
            })
            .unwrap();
        assert_eq!(row["value"], "82.8");
        assert_eq!(row["text"], "82.8%");
        assert_eq!(row["status"], "ok");
        let csv = get(&city, "/plan/sumikawa-2022/download.csv").await.text();
        assert!(
            csv.contains(",オンライン申請率,2024,actual,82.8,%,集計値,82.8%,ok\r\n"),
            "{csv}"
        );

        // Published, then counted again: both stay visible.
        let mut document = plan_file("demo/plan.yaml");
        document.summary = Some("改定した計画".into());
        publish(&city, document, "令和6年度の実績").await;
        let later = json!({"measure": "procedure.received", "at": "2024-05-03", "channel": "counter", "quantity": 132});
        post_facts(&city, system(&["procedure.received"]), &later)
            .await
            .json();
        let whole = get(&city, &path).await.json();
        let of_year = whole["years"]
            .as_array()
            .unwrap()
            .iter()
            .find(|year| year["fiscal_year"] == 2024)
            .unwrap();
        assert_eq!(of_year["actual"]["value"], "71.9");
        assert_eq!(of_year["actual"]["as_published"], "82.8");
        assert_eq!(of_year["actual"]["changed_since_publication"], true);
        let opened = get(&city, &format!("{path}/2024")).await.json();
        assert_eq!(opened["as_published"]["denominator"], "868");
        let csv = get(&city, "/plan/sumikawa-2022/download.csv").await.text();
        assert!(
            csv.contains(
                ",オンライン申請率,2024,actual,82.8,%,集計値; 公表時; 現在は71.9,82.8%,ok\r\n"
            ),
            "{csv}"
        );

        let days = get(
            &city,
            "/api/facts/days?measure=procedure.received&fiscal_year=2024",
        )
        .await
        .json();
        assert_eq!(
            (&days["total"], days["days"].as_array().unwrap().len()),
            (&json!("1000"), 3)
        );
        let measures = get(&city, "/api/measures").await.json();
        assert!(
            measures["measures"]
                .as_array()
                .unwrap()
                .iter()
                .any(|measure| measure["name"] == "plan.download")
        );
        assert_eq!(
            get(&city, "/api/comparisons").await.json(),
            json!({"comparisons": []})
        );

        let sheet = get(&city, "/plan/sumikawa-2022/initiatives/1/sheet.pdf").await;
        assert_eq!(
            (sheet.status, sheet.header("content-type")),
            (StatusCode::OK, "application/pdf")
        );
        assert!(sheet.body.starts_with(b"%PDF-"));
        if let Ok(folder) = std::env::var("YAKUBA_PDF_OUT") {
            fs::write(Path::new(&folder).join("sumikawa-1.pdf"), &sheet.body).unwrap();
        }
        let again = get(&city, "/plan/sumikawa-2022/initiatives/1/sheet.pdf").await;
        assert_eq!(again.body, sheet.body);
        assert_eq!(
            get(&city, "/plan/sumikawa-2022/initiatives/none/sheet.pdf")
                .await
                .status,
            StatusCode::NOT_FOUND
        );
    }
);

#[tokio::test]
async fn sheets_of_a_published_plan_are_printed() {
    yakuba_city::testing::on_sqlite(&[&IdentityService, &PlanService], async |city| {
        publish(&city, plan_file("plans/suita-2019.yaml"), "公表").await;
        for initiative in ["1", "12"] {
            let sheet = get(
                &city,
                &format!("/plan/suita-2019/initiatives/{initiative}/sheet.pdf"),
            )
            .await;
            assert!(sheet.body.starts_with(b"%PDF-"), "{}", sheet.text());
            if let Ok(folder) = std::env::var("YAKUBA_PDF_OUT") {
                fs::write(
                    Path::new(&folder).join(format!("suita-{initiative}.pdf")),
                    &sheet.body,
                )
                .unwrap();
            }
        }
        // The whole plan takes long where Typst is not optimised: on demand.
        if let Ok(folder) = std::env::var("YAKUBA_PDF_OUT") {
            let plan = get(&city, "/plan/suita-2019/download.pdf").await;
            assert_eq!(plan.status, StatusCode::OK);
            fs::write(Path::new(&folder).join("suita.pdf"), &plan.body).unwrap();
        }
    })
    .await;
}

each_database!(
    figures_are_narrowed_and_paged,
    [&IdentityService, &PlanService],
    async |city| {
        publish(&city, plan_file("plans/suita-2019.yaml"), "公表").await;
        let some = get(
            &city,
            "/api/plans/suita-2019/figures?initiative=1&year=2023&kind=actual&status=",
        )
        .await
        .json();
        assert_eq!(some["total"], 1);
        assert_eq!(some["figures"][0]["value"], "82.8");
        let page = get(&city, "/api/plans/suita-2019/figures?limit=5&offset=3")
            .await
            .json();
        let all = all_figures(&city, "suita-2019").await;
        assert_eq!(page["figures"].as_array().unwrap()[..], all[3..8]);
        let found = get(&city, "/api/search?q=%E6%89%8B%E7%B6%9A").await.json();
        assert!(
            found["hits"]
                .as_array()
                .unwrap()
                .iter()
                .any(|hit| hit["url"] == "/plan/suita-2019/initiatives/1"),
            "{found}"
        );
    }
);

each_database!(
    hostile_requests_get_an_answer_and_change_nothing,
    [&IdentityService, &PlanService],
    async |city| {
        publish(&city, plan_file("plans/suita-2019.yaml"), "公表").await;
        import(&city, plan_file("plans/settsu-2021.yaml")).await;
        let absent = [
            "/api/plans/none",
            "/api/plans/settsu-2021",
            "/api/plans/%00",
            "/api/plans/%27%3B--",
            "/api/plans/..%2F..%2Fetc",
            "/plan/settsu-2021/download.csv",
            "/plan/settsu-2021/feed.atom",
            "/plan/%00/download.pdf",
            "/plan/%00/download.yaml",
            "/plan/%00/versions/1/plan.yaml",
            "/plan/suita-2019/versions/0/plan.yaml",
            "/plan/suita-2019/versions/9223372036854775808/plan.yaml",
            "/plan/suita-2019/versions/-1/plan.yaml",
            "/plan/suita-2019/initiatives/%00/sheet.pdf",
            "/api/plans/suita-2019/indicators/%00",
            "/api/plans/suita-2019/indicators/x/2023",
            "/api/facts/days?measure=no.such&fiscal_year=2024",
        ];
        for path in absent {
            assert_eq!(
                get(&city, path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        let refused = [
            "/api/plans/suita-2019/figures?limit=1001",
            "/api/plans/suita-2019/figures?limit=-1",
            "/api/plans/suita-2019/figures?offset=x",
            "/api/plans/suita-2019/figures?kind=%27%20OR%201",
            "/api/plans/suita-2019/figures?status=%F0%9F%98%80",
            "/api/plans/suita-2019/figures?year=20x4",
            "/api/plans/suita-2019/indicators/x/20x4",
            "/api/plans/suita-2019/indicators/x/999999999999",
            "/api/facts/days",
            "/api/facts/days?measure=%00&fiscal_year=2024",
            "/api/facts/days?measure=plan.download&fiscal_year=0",
        ];
        for path in refused {
            assert_eq!(
                get(&city, path).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{path}"
            );
        }
        let long = "%25%5F".repeat(2000);
        for path in [
            "/api/search?q=%00",
            "/api/search?q=%27%20OR%201%3D1--",
            "/api/search?q=%25",
            "/api/search",
            &format!("/api/search?q={long}"),
            "/api?plan=%00&indicator=%3Cscript%3E&year=%3Cscript%3E",
        ] {
            assert_eq!(get(&city, path).await.status, StatusCode::OK, "{path}");
        }
        assert_eq!(downloads(&city).await, []);
        for body in [
            json!({"measure": "procedure.received", "at": "2024-05-01", "quantity": "1e400"}),
            json!({"measure": "procedure.received", "at": "2024-05-01", "quantity": 0.0001}),
            json!({"measure": "procedure.received", "at": "2024-13-01"}),
            json!({"measure": "procedure.received", "at": "2024-05-01", "channel": "pigeon"}),
            json!({"measure": "procedure.received", "at": "2024-05-01", "name": "山田"}),
            json!({"facts": {"measure": 1}}),
            json!([]),
        ] {
            let answer = post_facts(&city, system(&["procedure.received"]), &body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        }
        let many = json!({"facts": vec![json!({"measure": "procedure.received", "at": "2024-05-01"}); 10_001]});
        assert_eq!(
            post_facts(&city, system(&["procedure.received"]), &many)
                .await
                .status,
            StatusCode::PAYLOAD_TOO_LARGE
        );
    }
);

fn first(
    group: &mut yakuba_plan::model::document::Group,
) -> &mut yakuba_plan::model::document::Initiative {
    if group.initiatives.is_empty() {
        first(&mut group.groups[0])
    } else {
        &mut group.initiatives[0]
    }
}

/// A plan whose every text would like to be something else.
fn hostile() -> PlanDocument {
    let mut document = plan_file("plans/suita-2019.yaml");
    document.key = "hostile".into();
    document.title = "計画<script>alert(1)</script>&\u{1}\r\nX: y\"".into();
    document.publisher.name = "]]><市>".into();
    let group = &mut document.groups[0];
    group.title = "=cmd|' /C calc'!A0".into();
    let initiative = first(group);
    initiative.title = "=HYPERLINK(\"http://x\")#panic(\"x\")".into();
    initiative.indicators[0].name = "@SUM(A1:A9)".into();
    initiative.indicators[0].figures[0].text = "+1+cmd|' /C calc'!A0".into();
    document
}

each_database!(
    texts_stay_texts_in_every_format,
    [&IdentityService, &PlanService],
    async |city| {
        publish(&city, hostile(), "理由<b>").await;
        let csv = get(&city, "/plan/hostile/download.csv").await;
        let name = csv.header("content-disposition");
        assert!(
            !name.contains(['<', '\r', '\n']) && name.matches('"').count() == 2,
            "{name}"
        );
        for row in rows(&csv.body, "x.csv").iter().skip(1) {
            for cell in row {
                let plain = cell.parse::<f64>().is_ok()
                    || cell == "-"
                    || cell == "－"
                    || cell.replace(',', "").parse::<f64>().is_ok();
                assert!(plain || !cell.starts_with(['=', '+', '-', '@']), "{cell}");
            }
        }
        let xlsx = rows(
            &get(&city, "/plan/hostile/download.xlsx").await.body,
            "x.xlsx",
        );
        assert!(
            xlsx.iter()
                .any(|row| row[2] == "=HYPERLINK(\"http://x\")#panic(\"x\")")
        );

        let feed = get(&city, "/plan/hostile/feed.atom").await.text();
        assert!(
            !feed.contains("<script") && !feed.contains('\u{1}') && !feed.contains("<b>"),
            "{feed}"
        );
        assert!(feed.contains("&lt;script&gt;"));
        let sheet = get(&city, "/plan/hostile/initiatives/1/sheet.pdf").await;
        assert!(sheet.body.starts_with(b"%PDF-"));
        let page = get(&city, "/api").await.text();
        assert!(!page.contains("<script>alert"));
    }
);

/// Texts of every element with a name, and whether the document reads to its end.
fn elements(xml: &str, name: &str) -> Vec<String> {
    use quick_xml::{Reader, events::Event};
    let mut reader = Reader::from_str(xml);
    let (mut list, mut inside) = (Vec::new(), None::<String>);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) if start.name().as_ref() == name => inside = Some(String::new()),
            Event::End(end) if end.name().as_ref() == name => list.extend(inside.take()),
            Event::Text(text) => {
                if let Some(inside) = &mut inside {
                    inside.push_str(&text);
                }
            }
            Event::Eof => return list,
            _ => {}
        }
    }
}

each_database!(
    the_feed_tells_versions_misses_and_corrections_for_ever,
    [&IdentityService, &PlanService],
    async |city| {
        publish(&city, plan_file("plans/suita-2019.yaml"), "初めての公表").await;
        let before = get(&city, "/plan/suita-2019/feed.atom").await;
        assert_eq!(
            before.header("content-type"),
            "application/atom+xml; charset=utf-8"
        );
        let ids = elements(&before.text(), "id");
        assert_eq!(ids.len(), 3, "{}", before.text());
        assert!(before.text().contains("目標に届かなかった指標"));
        assert!(
            before
                .text()
                .contains("https://plan.example.jp/plan/suita-2019/versions/1")
        );

        let mut text = content("plans/suita-2019.yaml");
        text = text.replacen("82.8", "82.9", 10);
        publish(&city, export::from_yaml(&text).unwrap(), "実績の訂正").await;
        let after = get(&city, "/plan/suita-2019/feed.atom").await.text();
        let later = elements(&after, "id");
        for id in &ids {
            assert!(later.contains(id), "{id} is gone");
            assert!(id.starts_with("urn:uuid:") && id.len() == 45);
        }
        assert_eq!(later.iter().collect::<BTreeSet<_>>().len(), later.len());
        assert!(
            after.contains("実績の訂正：1件") && after.contains("82.8% → 82.9%"),
            "{after}"
        );
        let english = get(&city, "/plan/suita-2019/feed.atom?lang=en")
            .await
            .text();
        assert_eq!(elements(&english, "id"), later);
        assert!(english.contains("Version 2 was published"));
    }
);

async fn spec(city: &City, language: &str) -> Value {
    get(city, &format!("/api/openapi.json?lang={language}"))
        .await
        .json()
}

#[tokio::test]
async fn the_description_holds_every_route_and_no_other() {
    yakuba_city::testing::on_sqlite(&[&IdentityService, &PlanService], async |city| {
        let described: BTreeSet<(String, String)> = spec(&city, "en").await["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().unwrap();
                methods
                    .keys()
                    .map(|method| (method.to_uppercase(), path.clone()))
                    .collect::<Vec<_>>()
            })
            .collect();
        let routes = PlanService.routes();
        let real: BTreeSet<(String, String)> = routes
            .entries()
            .iter()
            .filter(|entry| entry.path.starts_with("/api/"))
            .map(|entry| (entry.method.to_string(), entry.path.to_owned()))
            .collect();
        assert_eq!(described, real);
    })
    .await;
}

#[tokio::test]
async fn the_description_changes_only_on_purpose() {
    yakuba_city::testing::on_sqlite(&[&IdentityService, &PlanService], async |city| {
        let english = spec(&city, "en").await;
        assert_eq!(english["openapi"], "3.1.0");
        insta::assert_json_snapshot!("openapi", english);
        for language in ["ja", "easy", "en"] {
            let text = spec(&city, language).await.to_string();
            assert!(
                !text.contains('⟦') && !text.contains("api-"),
                "{language}: {text}"
            );
        }
    })
    .await;
}

each_database!(
    the_page_to_try_it_has_a_form_for_every_address,
    [&IdentityService, &PlanService],
    async |city| {
        let empty = get(&city, "/api").await;
        assert_eq!(empty.status, StatusCode::OK);
        publish(&city, plan_file("plans/suita-2019.yaml"), "公表").await;
        for language in ["ja", "easy", "en"] {
            let page = get(&city, &format!("/api?lang={language}&plan=suita-2019"))
                .await
                .text();
            assert!(!page.contains('⟦'), "{page}");
            assert!(
                page.contains("action=\"/api/plans/suita-2019/figures\""),
                "{page}"
            );
            assert!(page.contains("Authorization: Bearer") && page.contains("Idempotency-Key"));
            // What each form leads to answers.
            for part in page.split("action=\"").skip(1) {
                let action = part.split('"').next().unwrap().replace("&amp;", "&");
                if action.starts_with("/api/") {
                    let status = get(&city, &action).await.status;
                    let expected = if action == "/api/facts/days" {
                        StatusCode::UNPROCESSABLE_ENTITY
                    } else {
                        StatusCode::OK
                    };
                    assert_eq!(status, expected, "{action}");
                }
            }
        }
    }
);
