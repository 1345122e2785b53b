//! A file as a chart and on the map. On both databases.

use axum::http::StatusCode;
use serde_json::Value as Json;
use yakuba_addresses::AddressService;
use yakuba_city::{each_database, sql::Sql as _};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_places::{PlacesService, capabilities::EDIT, model::package::Package, store};

use crate::support::{TOILETS, departments, desk, document, publish, stranger};

const YEARS: &str =
    "年度,地区,件数,人数\n2023,北,10,1.5\n2024,北,20,2.5\n2024,南,5,\n2025,南,7,4\n";

each_database!(
    a_file_is_drawn_as_a_chart_that_the_address_says,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("years", "parks"), YEARS).await;
        let mut reader = stranger(&city);
        let page = reader.get("/data/years").await.text();
        assert!(page.contains("/data/years/files/1/chart\""), "{page}");
        assert!(!page.contains("/data/years/files/1/map\""));
        let page = reader.get("/data/years/files/1/chart").await;
        assert_eq!(page.status, StatusCode::OK, "{:?}", page.problem);
        let text = page.text();
        // Figures over the years, without being asked.
        assert!(
            text.contains("年度ごとの件数（合計）") && text.contains("chart-line"),
            "{text}"
        );
        let table = page.between("id=\"figures\"", "</table>");
        let told = |year: &str| {
            let row = table.split(&format!(">{year}<")).nth(1).unwrap_or_default();
            row.split("</tr>").next().unwrap_or_default().to_owned()
        };
        assert!(told("2024").contains("25"), "{table}");
        let address = "/data/years/files/1/chart?along=%E5%9C%B0%E5%8C%BA&figure=%E4%BB%B6%E6%95%B0&second=%E4%BA%BA%E6%95%B0&how=mean&shape=columns";
        let page = reader.get(address).await.text();
        assert!(page.contains("地区ごとの件数、人数（平均）"), "{page}");
        assert!(page.contains("15") && page.contains("chart-actual--1"));
        // Texts are counted, whatever the address asks for.
        let page = reader
            .get("/data/years/files/1/chart?along=%E5%9C%B0%E5%8C%BA&figure=%E5%9C%B0%E5%8C%BA&how=sum&shape=x")
            .await
            .text();
        assert!(page.contains("地区ごとの行の数"), "{page}");
        let english = reader.get("/data/years/files/1/chart?lang=en").await.text();
        assert!(english.contains("件数 for each 年度 (sum)"), "{english}");
        for missing in ["/data/years/files/2/chart", "/data/nothing/files/1/chart"] {
            assert_eq!(reader.get(missing).await.status, StatusCode::NOT_FOUND);
        }
        // Of many values some are drawn, and the page says so.
        let many: Vec<String> = (0..70).map(|at| format!("町{at},{at}")).collect();
        let many = many.join("\n");
        publish(&city, document("towns", "parks"), &format!("町,数\n{many}")).await;
        let page = reader.get("/data/towns/files/1/chart").await.text();
        assert!(page.contains("70個のうち30個"), "{page}");
        assert!(page.contains("町69") && !page.contains("町10<"));
    }
);

each_database!(
    rows_with_places_are_on_a_map_and_in_a_list,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        publish(&city, document("years", "parks"), YEARS).await;
        let mut reader = stranger(&city);
        let page = reader.get("/data/toilets/files/1/map").await;
        assert_eq!(page.status, StatusCode::OK, "{:?}", page.problem);
        let text = page.text();
        assert!(text.contains("/data/toilets/files/1/map.geojson"));
        assert!(text.contains("34.416000, 134.998000") && text.contains("場所の値なし"));
        assert!(text.contains("3件") && !text.contains("数が多いため"));
        let found = reader
            .get("/data/toilets/files/1/map?q=%E3%83%92%E3%82%AC%E3%82%B7")
            .await
            .text();
        assert!(
            found.contains("東公園") && !found.contains("北公園"),
            "{found}"
        );
        let drawn = reader.get("/data/toilets/files/1/map.geojson").await;
        let drawn: Json = serde_json::from_slice(&drawn.bytes).unwrap();
        let features = drawn["features"].as_array().unwrap();
        assert_eq!(features.len(), 2);
        assert_eq!(features[1]["properties"]["name"], "東公園");
        assert_eq!(
            features[1]["properties"]["href"],
            "/data/toilets/files/1/map?page=1#row-3"
        );
        for missing in [
            "/data/years/files/1/map",
            "/data/years/files/1/map.geojson",
            "/data/nothing/files/1/map",
        ] {
            assert_eq!(
                reader.get(missing).await.status,
                StatusCode::NOT_FOUND,
                "{missing}"
            );
        }
        // A long table is drawn in part, and the page says so.
        let many: Vec<String> = (0..5_010)
            .map(|at| format!("木{at},34.4{at:05},135.0"))
            .collect();
        let many = many.join("\n");
        publish(
            &city,
            document("trees", "parks"),
            &format!("名称,緯度,経度\n{many}"),
        )
        .await;
        let page = reader.get("/data/trees/files/1/map?page=101").await.text();
        assert!(page.contains("5,010行のうち最初の5,000件"), "{page}");
        assert!(page.contains("木5009"), "the list has every row");
        let shapes = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"名称":"区域"},"geometry":
            {"type":"Polygon","coordinates":[[[135.0,34.0],[135.2,34.0],[135.2,34.4],[135.0,34.0]]]}}]}"#;
        publish(&city, document("areas", "parks"), shapes).await;
        let page = reader.get("/data/areas/files/1/map").await.text();
        assert!(page.contains("34.200000, 135.100000"), "{page}");
    }
);

each_database!(
    which_columns_are_numbers_is_found_out_once,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("years", "parks"), YEARS).await;
        let version = store::version(city.db(), "years", 1, None)
            .await
            .unwrap()
            .unwrap();
        let table = version.table.unwrap();
        let known = store::tables::columns_about(city.db(), table)
            .await
            .unwrap();
        let is_number = |at: usize| known[at].are_numbers;
        assert_eq!([is_number(1), is_number(3)], [Some(false), Some(true)]);
        // As a table was written before this was kept.
        let mut older = known.clone();
        for column in &mut older {
            column.are_numbers = None;
        }
        let older = serde_json::to_string(&older).unwrap();
        city.write(
            yakuba_city::Actor::CommandLine,
            (table, older),
            |tx, (table, older)| {
                Box::pin(async move {
                    tx.connection()
                        .run(
                            "UPDATE places_tables SET columns = $2 WHERE id = $1",
                            [(*table).into(), older.as_str().into()],
                        )
                        .await?;
                    Ok::<_, yakuba_places::PlacesError>(())
                })
            },
        )
        .await
        .unwrap();
        assert_eq!(store::tables::know_all(&city).await.unwrap(), 1);
        assert_eq!(store::tables::know_all(&city).await.unwrap(), 0);
        assert_eq!(
            store::tables::columns_about(city.db(), table)
                .await
                .unwrap(),
            known
        );
    }
);

each_database!(
    what_columns_mean_is_written_and_told,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("years", "parks"), YEARS).await;
        let mut clerk = desk(&city, &[EDIT], "parks");
        let path = "/desk/data/years/files/1/columns";
        let page = clerk.get(path).await;
        assert!(page.text().contains("推定：数"), "{:?}", page.problem);
        let mut fields = Vec::new();
        for (name, meaning, kind, unit) in [
            ("年度", "", "", ""),
            ("地区", "<b>市</b>の地区", "text", ""),
            ("件数", "受け付けた件数", "count", "件"),
            ("無い列", "消える", "", ""),
            ("人数", "", "made-up", "人"),
        ] {
            fields.extend([
                ("name", name),
                ("meaning", meaning),
                ("type", kind),
                ("unit", unit),
                ("example", ""),
            ]);
        }
        let saved = clerk.post(path, &fields).await;
        assert_eq!(saved.to, "/desk/data/years?done=saved", "{}", saved.text());
        let entry = store::file(city.db(), "years", 1).await.unwrap().unwrap();
        let names: Vec<&str> = entry
            .dictionary
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["地区", "件数"]);
        let mut reader = stranger(&city);
        let page = reader.get("/data/years").await.text();
        assert!(
            page.contains("受け付けた件数") && !page.contains("<b>市"),
            "{page}"
        );
        let rows = reader
            .get("/api/3/action/datastore_search?resource_id=years.1.csv")
            .await;
        let rows: Json = serde_json::from_slice(&rows.bytes).unwrap();
        let field = &rows["result"]["fields"][3];
        assert_eq!(
            (
                &field["id"],
                &field["info"]["notes"],
                &field["info"]["unit"]
            ),
            (&"件数".into(), &"受け付けた件数".into(), &"件".into())
        );
        let csvw = reader
            .get("/data/years/files/1/latest.csv-metadata.json")
            .await;
        let csvw: Json = serde_json::from_slice(&csvw.bytes).unwrap();
        assert_eq!(csvw["url"], "latest.csv");
        assert_eq!(
            csvw["tableSchema"]["columns"][2]["datatype"],
            "nonNegativeInteger"
        );
        assert_eq!(
            desk(&city, &[EDIT], "health").get(path).await.status,
            StatusCode::NOT_FOUND
        );
    }
);

#[test]
fn a_list_says_what_columns_are() {
    let list = |kind: &str| {
        Package::from_yaml(&format!(
            "format: yakuba-opendata/1\ndatasets:\n- dataset: {{key: trees, title: 木, description: 木, department: parks, theme: land, contact: 課}}\n  \
             files:\n  - {{title: 木, path: trees.csv, columns: [{{name: 本数, meaning: 木の数, type: {kind}, unit: 本}}]}}\n"
        ))
    };
    let package = list("count").unwrap();
    assert_eq!(package.datasets[0].files[0].columns[0].unit, "本");
    assert!(list("counts").unwrap_err().contains("weekdays"));
}
