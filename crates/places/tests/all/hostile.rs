//! What is sent by people who mean no good, or who know no better: refused in a sentence of the reader's language, and nothing of it is
//! kept. On both databases.

use std::io::{Cursor, Write as _};

use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use yakuba_addresses::AddressService;
use yakuba_city::{City, each_database, sql::Sql as _};
use yakuba_identity::{IdentityService, testing::encoded};
use yakuba_mail::MailService;
use yakuba_places::{
    PlacesService,
    capabilities::{EDIT, PUBLISH},
    store,
};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    desk::send,
    support::{Browser, TOILETS, departments, desk, document, publish, stranger},
};

const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>";

const WELLS: &str = "key: wells
title: {ja: 井戸}
department: parks
theme: safety
source: own
kind: any
name: 名称
tells:
  - {property: 水質, title: {ja: 水の質}}
style: {sign: circle}
is_on: true
";

/// A ZIP archive of parts, of which each may unpack to very much.
fn packed(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A small file that unpacks to much more.
fn bomb(part: &str) -> Vec<u8> {
    let bomb = packed(&[
        ("xl/workbook.xml", b"<workbook/>".to_vec()),
        ("a.prj", b"GEOGCS[\"JGD2011\"]".to_vec()),
        ("a.dbf", Vec::new()),
        (part, vec![b' '; 16 << 20]),
    ]);
    assert!(bomb.len() < 1 << 20);
    bomb
}

fn collection(geometry: &Json) -> Vec<u8> {
    json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"名称": "一"}, "geometry": {"type": "Point", "coordinates": [135.0, 34.4]}},
        {"type": "Feature", "properties": {"名称": "二"}, "geometry": geometry},
    ]})
    .to_string()
    .into_bytes()
}

/// An area whose border crosses itself.
fn bow() -> Json {
    json!({"type": "Polygon", "coordinates": [[
        [135.0, 34.0], [135.1, 34.1], [135.1, 34.0], [135.0, 34.1], [135.0, 34.0],
    ]]})
}

/// A line of very many points.
fn giant(points: u32) -> Json {
    let line: Vec<Json> = (0..points).map(|at| json!([135, 34 + at % 2])).collect();
    json!({"type": "LineString", "coordinates": line})
}

async fn rows_in(city: &City, table: &str) -> i64 {
    let count: Option<i64> = city
        .db()
        .value(&format!("SELECT COUNT(*) FROM {table}"), [])
        .await
        .unwrap();
    count.unwrap()
}

async fn with_a_layer(clerk: &mut Browser) {
    let made = clerk.post("/desk/map/new", &[("document", WELLS)]).await;
    assert_eq!(made.to, "/desk/map/wells?done=map-made", "{}", made.text());
}

/// That a page says a sentence in Japanese, and none of what a reader of files says in English.
fn says(page: &str, sentence: &str, what: &str) {
    assert!(page.contains(sentence), "{what}: {page}");
    for english in [
        "expected",
        "cannot be",
        " at line ",
        "missing field",
        "unknown field",
    ] {
        assert!(!page.contains(english), "{what}: {english}: {page}");
    }
}

each_database!(
    files_that_are_traps_become_no_dataset,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut document = document("traps", "parks");
        document.description = "一覧".to_owned();
        city.write(yakuba_city::Actor::Staff(1), document, |tx, document| {
            Box::pin(store::create(tx, document, ""))
        })
        .await
        .unwrap();
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let book = packed(&[("xl/workbook.xml", b"<workbook/>".to_vec())]);
        let deep = format!(
            "{{\"type\":\"FeatureCollection\",\"features\":{}",
            "[".repeat(100_000)
        );
        let wide = format!("{}\n1\n", "a,".repeat(20_000));
        for (name, bytes, sentence) in [
            (
                "a.xlsx",
                bomb("xl/worksheets/sheet1.xml"),
                "展開すると大きくなりすぎる",
            ),
            ("a.zip", bomb("a.shp"), "展開すると大きくなりすぎる"),
            (
                "a.xlsx",
                book[..book.len() / 2].to_vec(),
                "壊れているか、途中で切れています",
            ),
            (
                "a.zip",
                packed(&[("a.txt", b"a".to_vec())]),
                "ファイルがありません",
            ),
            (
                "a.csv",
                b"\x89PNG\r\n\x1a\n".to_vec(),
                "表のファイルではありません",
            ),
            (
                "a.csv",
                b"%PDF-1.7\n".to_vec(),
                "表のファイルではありません",
            ),
            (
                "a.csv",
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
                "表のファイルではありません",
            ),
            (
                "a.csv",
                "名称,数\n橋\0,1\n".as_bytes().to_vec(),
                "文字ではないデータ",
            ),
            ("a.csv", Vec::new(), "ファイルが空です"),
            ("a.csv", wide.into_bytes(), "列が多すぎます"),
            ("a.geojson", b"{".to_vec(), "GeoJSONとして読めません"),
            ("a.geojson", deep.into_bytes(), "GeoJSONとして読めません"),
            (
                "a.geojson",
                br#"{"type":"Topology"}"#.to_vec(),
                "GeoJSONとして読めません",
            ),
            (
                "a.geojson",
                collection(&json!({"type": "Point", "coordinates": [1e308, 34.4]})),
                "2番目の図形を読めません",
            ),
            (
                "a.geojson",
                collection(&json!({"type": "GeometryCollection"})),
                "2番目の図形を読めません",
            ),
        ] {
            let page = send(
                &mut clerk,
                "/desk/data/traps/upload",
                &[("title", "わな")],
                name,
                &bytes,
            )
            .await;
            assert_eq!(
                page.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{name} {sentence}"
            );
            says(&page.text(), sentence, name);
        }
        for table in [
            "places_files",
            "places_versions",
            "places_pending",
            "places_tables",
        ] {
            assert_eq!(rows_in(&city, table).await, 0, "{table}");
        }

        // An area that crosses itself is no hindrance for a table, but somebody is told before it is taken.
        let sent = send(
            &mut clerk,
            "/desk/data/traps/upload",
            &[("title", "面")],
            "a.geojson",
            &collection(&bow()),
        )
        .await;
        assert_eq!(sent.to, "/desk/data/traps/files/1/check", "{}", sent.text());
        let check = clerk.get(&sent.to).await.text();
        assert!(check.contains("で交わっています"), "{check}");
    }
);

each_database!(
    files_that_are_traps_become_no_features,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        with_a_layer(&mut clerk).await;
        let long = "長".repeat(5_001);
        let many: serde_json::Map<String, Json> =
            (0..201).map(|at| (format!("p{at}"), json!("1"))).collect();
        let feature = |properties: Json| {
            json!({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": properties,
                "geometry": {"type": "Point", "coordinates": [135.0, 34.4]}}]})
            .to_string()
            .into_bytes()
        };
        for (name, bytes, sentence) in [
            ("a.zip", bomb("a.shp"), "展開すると大きくなりすぎる"),
            (
                "a.zip",
                packed(&[("a.txt", b"a".to_vec())]),
                "GeoJSONとして読めません",
            ),
            (
                "a.zip",
                b"PK\x03\x04 nothing".to_vec(),
                "GeoJSONとして読めません",
            ),
            (
                "a.geojson",
                b"<svg onload='alert(1)'></svg>".to_vec(),
                "GeoJSONとして読めません",
            ),
            (
                "a.geojson",
                "[".repeat(100_000).into_bytes(),
                "GeoJSONとして読めません",
            ),
            (
                "a.geojson",
                collection(&bow()),
                "2番目の図形の境界が、34.050000, 135.050000 で自分と交わっています",
            ),
            (
                "a.geojson",
                collection(&giant(120_000)),
                "2番目の図形の点が多すぎます",
            ),
            (
                "a.geojson",
                collection(&json!({"type": "Point", "coordinates": [34.4, 135.0]})),
                "2番目の図形が日本の外にあります",
            ),
            (
                "a.geojson",
                collection(&json!({"type": "Point", "coordinates": ["135", "34"]})),
                "2番目の図形の位置を読めません",
            ),
            (
                "a.geojson",
                collection(&json!({"type": "LineString", "coordinates": []})),
                "2番目の図形の点が足りません",
            ),
            (
                "a.geojson",
                collection(&json!({"type": "Sphere"})),
                "2番目の図形を読めません",
            ),
            (
                "a.geojson",
                feature(json!({"名称": long})),
                "1番目の図形の項目が多すぎるか、長すぎます",
            ),
            (
                "a.geojson",
                feature(Json::Object(many)),
                "1番目の図形の項目が多すぎるか、長すぎます",
            ),
        ] {
            let page = send(&mut clerk, "/desk/map/wells/import", &[], name, &bytes).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
            says(&page.text(), sentence, name);
        }
        for (typed, sentence) in [
            (bow().to_string(), "面の線が交わっています"),
            (
                "34.0, 135.0\n34.1, 135.1\n34.0, 135.1\n34.1, 135.0".to_owned(),
                "面の線が交わっています",
            ),
            ("{\"type\":".to_owned(), "GeoJSONとして読めません"),
            ("{".repeat(10_000), "GeoJSONとして読めません"),
            (
                json!({"type": "GeometryCollection"}).to_string(),
                "この図形は読めません",
            ),
            (
                json!({"type": "Point", "coordinates": ["x"]}).to_string(),
                "位置を読めません",
            ),
            (
                json!({"type": "Point", "coordinates": [1e308, 0]}).to_string(),
                "日本の外にあります",
            ),
            (
                json!({"type": "LineString", "coordinates": [[135.0, 34.4]]}).to_string(),
                "点が足りません",
            ),
            ("どこか".to_owned(), "1行目"),
        ] {
            let page = clerk
                .post(
                    "/desk/map/wells/features/new",
                    &[
                        ("property:名称", "面"),
                        ("shape", &typed),
                        ("drawn", "area"),
                    ],
                )
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
            says(&page.text(), sentence, "typed");
        }
        let long = "長".repeat(5_001);
        let page = clerk
            .post(
                "/desk/map/wells/features/new",
                &[("property:名称", &long), ("shape", "34.4, 135.0")],
            )
            .await;
        says(&page.text(), "5,000文字まで", "a long name");
        for table in ["places_features", "places_feature_changes"] {
            assert_eq!(rows_in(&city, table).await, 0, "{table}");
        }
    }
);

each_database!(
    layers_and_addresses_that_are_none_are_refused_in_the_readers_language,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        for (wrong, sentence) in [
            ("key: [".to_owned(), "行目を読めません"),
            (WELLS.replace("theme: safety", "colour: red"), "「colour」"),
            (WELLS.replace("theme: safety\n", ""), "「theme」"),
            (
                WELLS.replace("key: wells", "key: ../x"),
                "アドレスの名前（key）「../x」は使えません",
            ),
            (WELLS.replace("ja: 井戸", "ja: ''"), "題名（title の ja）"),
            (format!("{WELLS}opacity: 101\n"), "濃さ（opacity）"),
            (WELLS.replace("name: 名称", "name: ''"), "name に、"),
            (
                format!("{WELLS}from: 2026-04-02\nuntil: 2026-04-01\n"),
                "終わりの日（until）",
            ),
            (
                format!("{WELLS}time: {{property: 年, steps: []}}\n"),
                "時間（time）",
            ),
            (
                WELLS.replace(
                    "{sign: circle}",
                    "{sign: circle, classes: [{title: {ja: 深い}, colour: '#112233', values: ['1']}]}",
                ),
                "分けるもとになる項目（property）",
            ),
            (
                WELLS.replace(
                    "{sign: circle}",
                    "{sign: circle, property: 深さ, classes: [{title: {ja: <b>}, colour: '#112233'}]}",
                ),
                "分け方「&#60;b&#62;」に入る図形がありません",
            ),
            ("a: &a [*a, *a]\n".repeat(50), "読めません"),
        ] {
            let page = clerk.post("/desk/map/new", &[("document", &wrong)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
            says(&page.text(), sentence, &wrong);
        }
        assert_eq!(rows_in(&city, "places_layers").await, 0);
        // In English, too.
        let page = clerk
            .post(
                "/desk/map/new?lang=en",
                &[("document", &format!("{WELLS}opacity: 101\n"))],
            )
            .await
            .text();
        assert!(page.contains("Write opacity as a number"), "{page}");

        let table = |row: &str| {
            format!("都道府県,市区町村,町字,緯度,経度,座標参照系\n{row}\n").into_bytes()
        };
        for (bytes, sentence) in [
            (
                b"a,b\n1,2\n".to_vec(),
                "「a.csv」は取り込めません。1行目に、アドレス・ベース・レジストリの見出し",
            ),
            (
                b"\x89PNG\r\n\x1a\n".to_vec(),
                "「a.csv」は取り込めません。1行目に",
            ),
            (
                table("山形県,澄川市,本町,34.4,x,"),
                "2行目の「34.4, x」は、日本の緯度と経度ではありません",
            ),
            (
                table("山形県,澄川市,本町,34.4,135.0,,余り"),
                "2行目に、見出しより多くのセル",
            ),
            (table("山形県,澄川市,本町,,,"), "位置のある住所がありません"),
            (
                "緯度,経度,住所\n\0,1,本町\n".as_bytes().to_vec(),
                "「a.csv」は取り込めません。",
            ),
            (bomb("a.csv"), "「a.csv」は取り込めません。"),
        ] {
            let page = clerk
                .upload("/desk/map/addresses", &[], ("files", "a.csv", &bytes))
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{sentence}");
            says(&page.text(), sentence, sentence);
        }
        assert_eq!(rows_in(&city, "addresses_entries").await, 0);
    }
);

each_database!(
    markup_and_formulas_stay_text_everywhere,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut trap = document("traps", "parks");
        trap.title = format!("わな{SCRIPT}");
        trap.contact = SCRIPT.to_owned();
        trap.keywords = vec![SCRIPT.to_owned()];
        let rows = format!(
            "名称,緯度,経度,式\n\"{SCRIPT}\",34.4,135.0,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\n橋,34.41,135.01,+1+1\n道,34.42,135.02,@SUM(1)\n"
        );
        publish(&city, trap, &rows).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let hostile = WELLS
            .replace("ja: 井戸", "ja: '<img src=x onerror=alert(1)>'")
            .replace("ja: 水の質", &format!("ja: '{SCRIPT}'"));
        let made = clerk.post("/desk/map/new", &[("document", &hostile)]).await;
        assert_eq!(made.to, "/desk/map/wells?done=map-made", "{}", made.text());
        let added = clerk
            .post(
                "/desk/map/wells/features/new",
                &[
                    ("property:名称", SCRIPT),
                    ("property:水質", SCRIPT),
                    ("shape", "34.4, 135.0\n34.5, 135.0\n34.5, 135.1"),
                    ("drawn", "area"),
                ],
            )
            .await;
        assert_eq!(added.to, "/desk/map/wells?done=saved", "{}", added.text());
        let revision = clerk.get("/desk/map/wells").await.revision();
        let shown = [("revision", revision.as_str()), ("audience", "public")];
        clerk.post("/desk/map/wells/audience", &shown).await;

        let mut reader = stranger(&city);
        for path in [
            "/data",
            "/data/traps",
            "/data/traps/files/1/chart?label=1&value=2",
            "/data/traps/files/1/map",
            "/data/feed.atom",
            &format!("/data?q={}", encoded(SCRIPT)),
            "/map",
            "/map/list",
            "/map/list?layer=wells",
            "/map/print",
            "/map/embed",
            &format!("/map?q={}", encoded(SCRIPT)),
            &format!("/map/list?near={}&q={}", encoded(SCRIPT), encoded(SCRIPT)),
        ] {
            let page = reader.get(path).await;
            assert!(!page.status.is_server_error(), "{path}");
            let text = page.text();
            assert!(
                !text.contains("<script>alert") && !text.contains("<img src=x"),
                "{path}: {text}"
            );
        }
        for path in [
            "/desk/data/traps",
            "/desk/map/wells",
            "/desk/map/wells/features/1",
            "/desk/map",
        ] {
            let text = clerk.get(path).await.text();
            assert!(
                !text.contains("<script>alert") && !text.contains("<img src=x"),
                "{path}: {text}"
            );
        }
        // Programs get it as it is, in formats that run nothing.
        for path in [
            "/data/catalog.jsonld",
            "/data/catalog.ttl",
            "/data.json",
            "/api/3/action/package_show?id=traps",
        ] {
            let page = reader.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            let kind = page.headers["content-type"].to_str().unwrap();
            assert!(!kind.contains("html"), "{path}: {kind}");
        }

        // A spreadsheet that opens the file computes nothing.
        let csv = reader.get("/data/traps/files/1/latest.csv").await.text();
        for guarded in ["\"'=HYPERLINK(", "'+1+1", "'@SUM(1)"] {
            assert!(csv.contains(guarded), "{guarded}: {csv}");
        }
    }
);

each_database!(
    filters_are_values_and_never_sql,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        with_a_layer(&mut clerk).await;
        let inject = [
            "'; DROP TABLE places_datasets; --",
            "\" OR \"1\"=\"1",
            "1) OR 1=1 --",
            "%",
            "_",
            "\\",
            "\0",
            "名称\" desc; DELETE FROM places_files; --",
        ];
        let mut reader = stranger(&city);
        for text in inject {
            for asked in [
                json!({"filters": {"名称": text}}),
                json!({"filters": {text: "x"}}),
                json!({"q": text}),
                json!({"q": {text: "x"}}),
                json!({"sort": text}),
                json!({"fields": text}),
                json!({"fields": [text], "distinct": true}),
                json!({"resource_id": text}),
                json!({"limit": text, "offset": text}),
            ] {
                let mut body = json!({"resource_id": "toilets.1.csv"});
                for (name, value) in asked.as_object().unwrap() {
                    body[name] = value.clone();
                }
                let page = reader
                    .ask(
                        "POST",
                        "/api/3/action/datastore_search",
                        "application/json",
                        body.to_string(),
                    )
                    .await;
                assert!(!page.status.is_server_error(), "{body}: {}", page.text());
                let answer: Json = serde_json::from_slice(&page.bytes).unwrap();
                // Nothing is found that was not asked for.
                if asked.get("filters").is_some() && page.status == StatusCode::OK {
                    assert_eq!(answer["result"]["total"], 0, "{body}");
                }
            }
            let text = encoded(text);
            for path in [
                format!("/api/3/action/package_search?q={text}&fq={text}&sort={text}"),
                format!("/api/3/action/package_search?fq=organization:{text}"),
                format!("/api/3/action/package_show?id={text}"),
                format!("/api/3/action/resource_show?id={text}"),
                format!("/api/3/action/group_show?id={text}"),
                format!(
                    "/data?q={text}&theme={text}&format={text}&department={text}&sort={text}&page={text}"
                ),
                format!("/data/toilets/files/1/map?q={text}&page={text}"),
                format!("/data/toilets/files/1/chart?label={text}&value={text}"),
                format!("/api/ogc/collections/{text}/items?bbox={text}&limit={text}&{text}={text}"),
                format!("/api/ogc/collections/wells/items?bbox={text}"),
                format!("/map/list?layer={text}&q={text}&near={text}&class={text}&step={text}"),
                format!("/map/tiles/{text}/1/1/1.mvt"),
                format!("/data/{text}"),
                format!("/data/{text}/files/1/chart"),
            ] {
                let page = reader.get(&path).await;
                assert!(!page.status.is_server_error(), "{path}: {}", page.text());
            }
            let found = reader.post("/map/find", &[("q", &text)]).await;
            assert!(!found.status.is_server_error());
        }
        assert_eq!(rows_in(&city, "places_datasets").await, 1);
        assert_eq!(rows_in(&city, "places_files").await, 1);
    }
);
