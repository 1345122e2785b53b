//! What everybody sees. On both databases.

use axum::http::StatusCode;
use serde_json::Value as Json;
use yakuba_addresses::AddressService;
use yakuba_city::{Actor, City, each_database, sql::Sql as _, year_totals};
use yakuba_identity::IdentityService;
use yakuba_kernel::MeasureName;
use yakuba_mail::MailService;
use yakuba_places::{PlacesService, store};

use crate::support::{TOILETS, departments, document, publish, stranger};

/// The sum of a measure over everything.
pub(crate) async fn counted(city: &City, measure: &'static str) -> String {
    let totals = year_totals(city.db(), &[MeasureName::declared(measure)])
        .await
        .unwrap();
    let sum: i64 = totals.iter().map(|total| total.total).sum();
    (sum / 1_000).to_string()
}

each_database!(
    a_published_dataset_is_found_looked_at_and_taken,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        let mut reader = stranger(&city);
        for found in [
            "/data",
            "/data?q=トイレ",
            "/data?q=オストメイト 一覧",
            "/data?theme=housing&format=geojson",
        ] {
            let page = reader.get(&found.replace(' ', "%20")).await;
            assert!(
                page.text().contains("/data/toilets"),
                "{found}: {}",
                page.text()
            );
        }
        for none in [
            "/data?q=AED",
            "/data?theme=safety",
            "/data?department=health",
        ] {
            assert!(
                !reader.get(none).await.text().contains("/data/toilets"),
                "{none}"
            );
        }
        let page = reader.get("/data/toilets").await;
        assert_eq!(page.status, StatusCode::OK, "{:?}", page.problem);
        let text = page.text();
        assert!(text.contains("北公園") && text.contains("34.416000"));
        // Texts of others stay texts, on the page and in the description for search engines.
        assert!(
            !text.contains("<b>") && !text.contains("<script>alert"),
            "{text}"
        );
        let structured = page.between("application/ld+json\">", "</script>");
        let structured: Json = serde_json::from_str(&structured).unwrap();
        assert_eq!(structured["@type"], "Dataset");
        assert!(
            structured["description"]
                .as_str()
                .unwrap()
                .contains("alert(1)")
        );

        let csv = reader.get("/data/toilets/files/1/latest.csv").await;
        assert_eq!(csv.text(), TOILETS);
        let json = reader.get("/data/toilets/files/1/v1.json").await;
        let rows: Json = serde_json::from_slice(&json.bytes).unwrap();
        assert_eq!(rows[2]["名称"], "東公園");
        let shapes = reader.get("/data/toilets/files/1/latest.geojson").await;
        let shapes: Json = serde_json::from_slice(&shapes.bytes).unwrap();
        assert_eq!(shapes["features"][0]["geometry"]["coordinates"][1], 34.416);
        assert!(shapes["features"][1]["geometry"].is_null());
        let xlsx = reader.get("/data/toilets/files/1/latest.xlsx").await;
        assert!(xlsx.bytes.starts_with(b"PK"));
        let parquet = reader.get("/data/toilets/files/1/latest.parquet").await;
        assert!(parquet.bytes.starts_with(b"PAR1") && parquet.bytes.ends_with(b"PAR1"));
        for missing in [
            "/data/nothing",
            "/data/toilets/files/1/v2.csv",
            "/data/toilets/files/2/latest.csv",
            "/data/toilets/files/1/latest.exe",
            "/data/toilets/files/1/csv",
            "/data/nothing/feed.atom",
        ] {
            let page = reader.get(missing).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{missing}");
        }
        let feed = reader.get("/data/feed.atom").await.text();
        assert!(
            feed.contains("公開しました") && feed.contains("/data/toilets"),
            "{feed}"
        );

        assert_eq!(counted(&city, "places.datasets").await, "1");
        assert_eq!(counted(&city, "places.recommended_files").await, "1");
        assert_eq!(counted(&city, "places.views").await, "1");
        assert_eq!(counted(&city, "places.downloads").await, "5");
    }
);

each_database!(
    what_is_withdrawn_or_taken_away_nobody_sees,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        let second = TOILETS
            .replace("北公園", "新しい公園")
            .replace("T1", "T 1あ");
        publish(&city, document("toilets", "parks"), &second).await;
        // The same again changes nothing.
        publish(&city, document("toilets", "parks"), &second).await;
        let mut reader = stranger(&city);
        let page = reader.get("/data/toilets").await.text();
        assert!(page.contains("新しい公園") && page.contains("v1.csv") && page.contains("v2.csv"));
        assert!(!page.contains("v3.csv"));
        // An id with other characters is against the standard.
        assert_eq!(counted(&city, "places.files").await, "1");
        assert_eq!(counted(&city, "places.recommended_files").await, "0");

        let gone = city
            .write(Actor::Staff(1), (), |tx, ()| {
                Box::pin(store::remove_contents(tx, "toilets", 1, 2))
            })
            .await
            .unwrap();
        assert!(gone);
        let page = reader.get("/data/toilets").await.text();
        assert!(page.contains("北公園") && !page.contains("新しい公園"));
        let removed = reader.get("/data/toilets/files/1/v2.csv").await;
        assert_eq!(removed.status, StatusCode::NOT_FOUND);
        assert!(
            reader
                .get("/data/toilets/files/1/latest.csv")
                .await
                .text()
                .contains("北公園")
        );
        assert_eq!(counted(&city, "places.recommended_files").await, "1");

        let revision = store::dataset(city.db(), "toilets")
            .await
            .unwrap()
            .unwrap()
            .revision;
        city.write(Actor::Staff(1), revision, |tx, revision| {
            Box::pin(store::withdraw(tx, "toilets", *revision))
        })
        .await
        .unwrap();
        for hidden in [
            "/data/toilets",
            "/data/toilets/files/1/v1.csv",
            "/data/toilets/feed.atom",
        ] {
            assert_eq!(
                reader.get(hidden).await.status,
                StatusCode::NOT_FOUND,
                "{hidden}"
            );
        }
        assert!(!reader.get("/data").await.text().contains("/data/toilets"));
        for measure in [
            "places.datasets",
            "places.files",
            "places.recommended_files",
        ] {
            assert_eq!(counted(&city, measure).await, "0", "{measure}");
        }
        assert!(
            yakuba_city::search(city.db(), "トイレ", Some("places"), true, 10)
                .await
                .unwrap()
                .is_empty()
        );
    }
);

each_database!(
    what_is_in_the_cells_is_found,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        let mut visitor = stranger(&city);
        // A value, in another width and script than it was typed in, beside a word of the description.
        for (query, is_found) in [
            ("南公園", true),
            ("ﾐﾅﾐｺｳｴﾝ", true),
            ("みなみこうえん 公衆", true),
            ("南公園 消火栓", false),
            ("北公園\n南公園", true),
            ("公園キタ", false),
            ("%", false),
            ("34.403000", false),
        ] {
            let encoded = form_urlencoded::Serializer::new(String::new())
                .append_pair("q", query)
                .finish();
            let page = visitor.get(&format!("/data?{encoded}")).await.text();
            assert_eq!(
                page.contains("/data/toilets\""),
                is_found,
                "{query}: {page}"
            );
            let packages = visitor
                .get(&format!("/api/3/action/package_search?{encoded}"))
                .await
                .text();
            let packages: serde_json::Value = serde_json::from_str(&packages).unwrap();
            assert_eq!(
                packages["result"]["count"],
                i32::from(is_found),
                "{query}: {packages}"
            );
        }
        let page = visitor
            .get("/data?q=%E5%8D%97%E5%85%AC%E5%9C%92")
            .await
            .text();
        assert!(page.contains("データの中に「南公園」があります"), "{page}");

        // Contents that are taken away are not found either, and what was there before words were kept is.
        let gone = city.write(Actor::Staff(1), (), |tx, ()| {
            Box::pin(store::remove_contents(tx, "toilets", 1, 1))
        });
        assert!(gone.await.unwrap());
        let page = visitor
            .get("/data?q=%E5%8D%97%E5%85%AC%E5%9C%92")
            .await
            .text();
        assert!(!page.contains("/data/toilets\""), "{page}");
        publish(&city, document("others", "parks"), TOILETS).await;
        city.write(Actor::Staff(1), (), |tx, ()| {
            Box::pin(async move {
                tx.connection().run("DELETE FROM places_values", []).await?;
                Ok::<_, yakuba_city::CityError>(())
            })
        })
        .await
        .unwrap();
        assert_eq!(store::renew_all(&city).await.unwrap(), 1);
        assert_eq!(store::renew_all(&city).await.unwrap(), 0);
        let page = visitor
            .get("/data?q=%E5%8D%97%E5%85%AC%E5%9C%92")
            .await
            .text();
        assert!(page.contains("/data/others\""), "{page}");
    }
);
