//! The catalogue for programs: CKAN's actions as its clients call them, DCAT, data.json. On both databases.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use yakuba_addresses::AddressService;
use yakuba_city::{City, each_database};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_places::{PlacesService, model::document::DatasetDocument};

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
    rows_are_asked_for_as_ckan_lets_one_ask,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let text = "\u{feff}名称,数,番号,備考\r\n北橋,10,01,=1\r\n南橋,-3,02,\"a,b\"\r\n北道,9.50,03,x\r\n川,,04,x\r\n北橋,100,05,x\r\n";
        publish(&city, document("bridges", "parks"), text).await;
        let ask = async |mut asked: Json| {
            asked["resource_id"] = json!("bridges.1.csv");
            result(&city, "datastore_search", asked).await
        };
        let names = |found: &Json, name: &str| -> Vec<Json> {
            let records = found["records"].as_array().unwrap();
            records.iter().map(|record| record[name].clone()).collect()
        };
        let up = ask(json!({"sort": "数"})).await;
        assert_eq!(
            names(&up, "数"),
            [json!(-3), json!(9.5), json!(10), json!(100), Json::Null]
        );
        // Codes keep their zeros.
        let kinds: Vec<&Json> = up["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| &field["type"])
            .collect();
        assert_eq!(kinds, ["int", "text", "numeric", "text", "text"]);
        let down = ask(json!({"sort": "数 desc, _id"})).await;
        assert_eq!(names(&down, "_id"), [4, 5, 1, 3, 2].map(|id| json!(id)));
        let both = ask(json!({"sort": "名称, 数 desc"})).await;
        assert_eq!(names(&both, "_id"), [5, 1, 3, 2, 4].map(|id| json!(id)));
        for (value, ids) in [
            (json!(9.5), vec![3]),
            (json!("9.50"), vec![3]),
            (json!([10, -3]), vec![1, 2]),
            (Json::Null, vec![4]),
            (json!(7), vec![]),
        ] {
            let found = ask(json!({"filters": {"数": value.clone()}})).await;
            assert_eq!(
                names(&found, "_id"),
                ids.iter().map(|id| json!(id)).collect::<Vec<_>>(),
                "{value}"
            );
        }
        // A word in one column, not anywhere.
        let found = ask(json!({"q": {"名称": "北", "備考": "X"}})).await;
        assert_eq!(names(&found, "_id"), [3, 5].map(|id| json!(id)));
        assert_eq!(found["total"], 2);
        assert_eq!(ask(json!({"q": "{\"備考\": \"北\"}"})).await["total"], 0);

        let found = ask(
            json!({"fields": "名称", "distinct": true, "sort": "名称", "limit": 2, "offset": 1}),
        )
        .await;
        assert_eq!(
            found["records"],
            json!([{"名称": "北道"}, {"名称": "南橋"}])
        );
        assert_eq!(found["total"], 4);
        let lists = ask(json!({"records_format": "lists", "limit": 1})).await;
        assert_eq!(lists["records"], json!([[1, "北橋", 10, "01", "=1"]]));
        let csv = ask(json!({"records_format": "csv", "limit": 2})).await;
        assert_eq!(csv["records"], "1,北橋,10,01,'=1\n2,南橋,-3,02,\"a,b\"\n");
        let tsv =
            ask(json!({"records_format": "tsv", "limit": 1, "offset": 1, "fields": "備考,名称"}))
                .await;
        assert_eq!(tsv["records"], "a,b\t南橋\n");
        for refused in [
            json!({"filters": {"数": {"gt": 3}}}),
            json!({"records_format": "xml"}),
            json!({"q": {"無い": "x"}}),
        ] {
            let mut asked = refused.clone();
            asked["resource_id"] = json!("bridges.1.csv");
            let (status, answer) = act(&city, "datastore_search", asked).await;
            assert_eq!(status, StatusCode::CONFLICT, "{refused}");
            assert_eq!(answer["error"]["__type"], "Validation Error");
        }
    }
);

each_database!(
    harvesters_ask_for_what_changed,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        let package = result(&city, "package_show", json!({"id": "toilets"})).await;
        let modified = package["metadata_modified"].as_str().unwrap();
        for (fq, count) in [
            (format!("metadata_modified:[{modified}Z TO *]"), 1),
            (format!("metadata_modified:{{{modified}Z TO *]"), 0),
            (format!("-metadata_modified:[{modified} TO *]"), 0),
            ("metadata_created:[* TO 2001-01-01T00:00:00Z]".to_owned(), 0),
        ] {
            let found = result(&city, "package_search", json!({"fq": fq})).await;
            assert_eq!(found["count"], count, "{fq}");
        }
        let (status, _) = act(&city, "package_search", json!({"fq": "title:[a TO b]"})).await;
        assert_eq!(status, StatusCode::CONFLICT);
        for (action, id) in [("organization_show", "parks"), ("group_show", "housing")] {
            let plain = result(&city, action, json!({"id": id})).await;
            assert!(plain.get("packages").is_none());
            let whole = result(&city, action, json!({"id": id, "include_datasets": true})).await;
            assert_eq!(whole["packages"], json!([package]), "{action}");
        }
    }
);

/// How often each verb stands in JSON-LD.
fn verbs_of_json(value: &Json) -> BTreeMap<String, usize> {
    let mut verbs = BTreeMap::new();
    count_verbs(value, &mut verbs);
    verbs
}

fn count_verbs(value: &Json, verbs: &mut BTreeMap<String, usize>) {
    for (verb, value) in value.as_object().into_iter().flatten() {
        let values = match value {
            Json::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        if verb.contains(':') {
            *verbs.entry(verb.clone()).or_default() += values.len();
            for value in values {
                count_verbs(value, verbs);
            }
        }
    }
}

/// How often each verb stands in Turtle: names with a prefix outside texts and addresses that are no types.
fn verbs_of_turtle(turtle: &str) -> BTreeMap<String, usize> {
    let mut verbs = BTreeMap::new();
    let (_, statements) = turtle.split_once("\n\n").unwrap();
    let mut bare = String::new();
    let (mut is_text, mut is_escaped) = (false, false);
    for letter in statements.chars() {
        if is_text {
            (is_text, is_escaped) = (letter != '"' || is_escaped, letter == '\\' && !is_escaped);
        } else if letter == '"' {
            is_text = true;
        } else {
            bare.push(letter);
        }
    }
    let words: Vec<&str> = bare.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        let is_type = at > 0 && words[at - 1] == "a";
        if word.contains(':') && !word.starts_with(['<', '^']) && !is_type {
            *verbs.entry((*word).to_owned()).or_default() += 1;
        }
    }
    verbs
}

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
        let about = DatasetDocument {
            area: "澄川市".to_owned(),
            from: Some("2026-04-01".parse().unwrap()),
            until: Some("2027-03-31".parse().unwrap()),
            phone: "06-6384-1231（内線 12）".to_owned(),
            email: "parks@city.sumikawa.example".to_owned(),
            ..document("toilets", "parks")
        };
        publish(&city, about, TOILETS).await;
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
        // What the columns of the CSV file are is told, and is there.
        let columns = linked["dcat:dataset"][0]["dcat:distribution"]
            .as_array()
            .unwrap()
            .iter()
            .find_map(|one| one["dct:conformsTo"]["@id"].as_str())
            .unwrap();
        assert!(columns.ends_with("/data/toilets/files/1/latest.csv-metadata.json"));
        let short: Json = serde_json::from_slice(&harvester.get("/data.json").await.bytes).unwrap();
        assert_eq!(
            short["dataset"][0]["distribution"][0]["describedBy"],
            columns
        );
        let (_, path) = columns.split_once("/data/").unwrap();
        let told = harvester.get(&format!("/data/{path}")).await;
        assert_eq!(told.headers["content-type"], "application/csvm+json");
        // Both say the same: the same verbs, each as often.
        assert_eq!(verbs_of_turtle(&turtle), verbs_of_json(&linked));
        let dataset = &linked["dcat:dataset"][0];
        assert_eq!(dataset["dct:spatial"]["skos:prefLabel"]["@value"], "澄川市");
        for told in [
            "dcat:startDate \"2026-04-01\"^^xsd:date",
            "dcat:endDate \"2027-03-31\"^^xsd:date",
            "vcard:hasTelephone <tel:+81-6-6384-1231>",
            "vcard:hasEmail <mailto:parks@city.sumikawa.example>",
            "dct:issued \"",
            "dct:language <http://id.loc.gov/vocabulary/iso639-1/ja>",
        ] {
            assert!(turtle.contains(told), "{told} not in {turtle}");
        }
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

each_database!(
    a_standard_is_named_while_the_newest_file_keeps_to_it,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let about = || DatasetDocument {
            national: Some("public_toilet".to_owned()),
            ..document("toilets", "parks")
        };
        let told = async || {
            let shown = result(&city, "package_show", json!({"id": "toilets"})).await;
            let page = stranger(&city).get("/data/toilets").await.text();
            (
                shown.to_string().contains("conforms_to"),
                page.contains("準拠する標準"),
            )
        };
        publish(&city, about(), TOILETS).await;
        assert_eq!(told().await, (true, true));
        publish(&city, about(), &TOILETS.replace("34.403000", "三十四度")).await;
        assert_eq!(told().await, (false, false));
    }
);
