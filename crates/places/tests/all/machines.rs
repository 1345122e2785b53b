//! The catalogue for programs: CKAN's actions as its clients call them, DCAT, data.json. On both databases.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use yakuba_addresses::AddressService;
use yakuba_city::{City, each_database};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_places::PlacesService;

use crate::support::{TOILETS, departments, document, publish, stranger};

async fn act(city: &City, action: &str, asked: Json) -> (StatusCode, Json) {
    let page = stranger(city)
        .ask(
            "POST",
            &format!("/api/action/{action}"),
            "application/json",
            asked.to_string(),
        )
        .await;
    (page.status, serde_json::from_slice(&page.bytes).unwrap())
}

async fn result(city: &City, action: &str, asked: Json) -> Json {
    let (status, answer) = act(city, action, asked).await;
    assert_eq!(
        (status, &answer["success"]),
        (StatusCode::OK, &json!(true)),
        "{answer}"
    );
    answer["result"].clone()
}

each_database!(
    a_client_of_ckan_finds_and_reads_everything,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        let mut other = document("fountains", "health");
        other.keywords = vec!["噴水".to_owned()];
        other.title = "噴水".to_owned();
        other.description = "噴水の一覧".to_owned();
        publish(&city, other, "\u{feff}名称,数\r\n駅前,3\r\n").await;

        assert_eq!(
            result(&city, "package_list", json!({})).await,
            json!(["fountains", "toilets"])
        );
        assert_eq!(
            result(&city, "package_list", json!({"limit": 1, "offset": 1})).await,
            json!(["toilets"])
        );
        let package = result(&city, "package_show", json!({"id": "toilets"})).await;
        assert_eq!(package["organization"]["name"], "parks");
        assert_eq!(package["license_id"], "CC-BY-4.0");
        let formats: Vec<&str> = package["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|resource| resource["format"].as_str().unwrap())
            .collect();
        assert_eq!(formats, ["CSV", "XLSX", "JSON", "GEOJSON", "PARQUET"]);
        let resource = result(&city, "resource_show", json!({"id": "toilets.1.csv"})).await;
        assert_eq!(resource["package_id"], "toilets");
        // The address it names is there.
        let url = resource["url"].as_str().unwrap();
        let path = &url[url.find("/data/").unwrap()..];
        assert_eq!(stranger(&city).get(path).await.text(), TOILETS);

        for (asked, names) in [
            (json!({}), vec!["fountains", "toilets"]),
            (json!({"q": "噴水"}), vec!["fountains"]),
            (json!({"q": "オストメイト"}), vec!["toilets"]),
            (json!({"fq": "organization:parks"}), vec!["toilets"]),
            (
                json!({"fq": "-organization:parks +res_format:CSV"}),
                vec!["fountains"],
            ),
            (json!({"fq": "tags:\"噴水\""}), vec!["fountains"]),
            (json!({"fq": "res_format:GeoJSON"}), vec!["toilets"]),
            (json!({"q": "*:*", "rows": 0}), vec![]),
        ] {
            let mut asked_sorted = asked.clone();
            asked_sorted["sort"] = json!("name asc");
            let found = result(&city, "package_search", asked_sorted).await;
            let got: Vec<&str> = found["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|package| package["name"].as_str().unwrap())
                .collect();
            assert_eq!(got, names, "{asked}");
        }
        let counted = result(
            &city,
            "package_search",
            json!({"facet.field": ["organization", "tags"], "rows": 1}),
        )
        .await;
        assert_eq!(counted["count"], 2);
        assert_eq!(counted["results"].as_array().unwrap().len(), 1);
        assert_eq!(
            counted["facets"]["organization"],
            json!({"parks": 1, "health": 1})
        );

        let rows = result(
            &city,
            "datastore_search",
            json!({"resource_id": "toilets.1.csv", "filters": {"車椅子使用者用トイレ有無": "有"}, "limit": 1}),
        )
        .await;
        assert_eq!(
            (rows["total"].clone(), rows["records"][0]["名称"].clone()),
            (json!(2), json!("南公園"))
        );
        assert_eq!(rows["fields"][0]["id"], "_id");
        assert_eq!(
            result(&city, "organization_list", json!({})).await,
            json!(["health", "parks"])
        );
        let all = result(&city, "group_list", json!({"all_fields": true})).await;
        assert_eq!(all[0]["name"], "housing");
        assert_eq!(
            result(&city, "tag_list", json!({})).await,
            json!(["トイレ", "噴水"])
        );
        assert_eq!(
            result(&city, "license_list", json!({}))
                .await
                .as_array()
                .unwrap()
                .len(),
            3
        );
        assert_eq!(
            result(&city, "status_show", json!({})).await["locale_default"],
            "ja"
        );
        let by_get = stranger(&city)
            .get("/api/3/action/package_show?id=toilets")
            .await;
        let by_get: Json = serde_json::from_slice(&by_get.bytes).unwrap();
        assert_eq!(by_get["result"], package);

        for (action, asked, status) in [
            (
                "package_show",
                json!({"id": "nothing"}),
                StatusCode::NOT_FOUND,
            ),
            ("package_show", json!({}), StatusCode::CONFLICT),
            (
                "datastore_search",
                json!({"resource_id": "toilets.1.xlsx"}),
                StatusCode::NOT_FOUND,
            ),
            (
                "datastore_search",
                json!({"resource_id": "toilets.1.csv", "filters": {"x": 1}}),
                StatusCode::CONFLICT,
            ),
            ("package_search", json!({"fq": "x:y"}), StatusCode::CONFLICT),
            ("package_create", json!({}), StatusCode::BAD_REQUEST),
        ] {
            let (got, answer) = act(&city, action, asked).await;
            assert_eq!(
                (got, &answer["success"]),
                (status, &json!(false)),
                "{action} {answer}"
            );
            assert!(answer["error"]["__type"].is_string(), "{answer}");
        }
        let broken = stranger(&city)
            .ask(
                "POST",
                "/api/3/action/package_list",
                "application/json",
                "[1",
            )
            .await;
        assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    }
);

each_database!(
    other_catalogues_can_take_it_over,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        let mut harvester = stranger(&city);
        let linked: Json =
            serde_json::from_slice(&harvester.get("/data/catalog.jsonld").await.bytes).unwrap();
        assert_eq!(linked["dcat:dataset"][0]["dct:identifier"], "toilets");
        assert_eq!(
            linked["dcat:dataset"][0]["dcat:distribution"]
                .as_array()
                .unwrap()
                .len(),
            5
        );
        let turtle = harvester.get("/data/catalog.ttl").await.text();
        assert!(
            turtle.contains("a dcat:Dataset") && turtle.contains("latest.geojson> ;"),
            "{turtle}"
        );
        // Every statement ends, and quotes are in pairs.
        assert_eq!(turtle.matches('"').count() % 2, 0);
        let data: Json = serde_json::from_slice(&harvester.get("/data.json").await.bytes).unwrap();
        assert_eq!(data["dataset"][0]["accessLevel"], "public");
        for described in ["/data/catalog.jsonld", "/data.json"] {
            assert_eq!(
                harvester.get(described).await.headers["access-control-allow-origin"],
                "*"
            );
        }
    }
);
