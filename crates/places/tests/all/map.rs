//! Layers, their tiles, the map's page and its list. On both databases.

use axum::http::StatusCode;
use geozero::mvt::{Message as _, Tile as Written};
use serde_json::json;
use yakuba_addresses::AddressService;
use yakuba_city::{Actor, City, CityError, each_database, sql::Sql as _, web::Principal};
use yakuba_identity::{IdentityService, testing::resident};
use yakuba_mail::MailService;
use yakuba_places::{
    PlacesError, PlacesService,
    model::map::{
        ground::{LONGEST, Tile},
        layer::{Audience, LayerDocument},
        package,
    },
    store::{self, map::*},
    tiles,
};
use yakuba_ui::Language;

use crate::{
    pages::counted,
    support::{Browser, TOILETS, departments, desk, document, publish, staff, stranger},
};

fn layer_of(key: &str, more: &serde_json::Value) -> LayerDocument {
    let mut value = json!({
        "key": key,
        "title": {"ja": format!("層{key}"), "en": format!("Layer {key}"), "easy": ""},
        "about": {"ja": "<script>alert(1)</script>"},
        "department": "parks",
        "theme": "hazard",
        "source": "own",
        "kind": "any",
        "name": "名称",
        "tells": [{"property": "深さ", "title": {"ja": "水の深さ", "en": "Depth"}}],
        "style": {"sign": "square"},
        "is_on": true,
    });
    for (name, part) in more.as_object().unwrap() {
        value[name] = part.clone();
    }
    serde_json::from_value(value).unwrap()
}

fn new(document: &LayerDocument, features: &[serde_json::Value]) -> Vec<NewFeature> {
    let file = json!({"type": "FeatureCollection", "features": features});
    package::features(file.to_string().as_bytes(), document)
        .unwrap()
        .into_iter()
        .map(|feature| NewFeature::new(&feature.shape, feature.properties).unwrap())
        .collect()
}

fn point(name: &str, longitude: f64, latitude: f64) -> serde_json::Value {
    json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": {"名称": name, "深さ": "<b>2</b>"}})
}

fn square(name: &str, west: f64, south: f64, size: f64) -> serde_json::Value {
    let (east, north) = (west + size, south + size);
    json!({"type": "Feature", "properties": {"名称": name, "深さ": "3"}, "geometry": {"type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}})
}

async fn put(
    city: &City,
    document: LayerDocument,
    audience: Audience,
    features: Vec<NewFeature>,
) -> bool {
    city.write(
        Actor::Staff(1),
        (document, audience, features),
        |tx, (document, audience, features)| {
            Box::pin(async move { put_layer(tx, document, *audience, Some(features)).await })
        },
    )
    .await
    .unwrap()
}

/// The numbers of the features in a tile as it is sent.
async fn numbers(reader: &mut Browser, layer: &str, tile: Tile) -> Vec<u64> {
    let page = reader
        .get(&format!(
            "/map/tiles/{layer}/{}/{}/{}.mvt",
            tile.z, tile.x, tile.y
        ))
        .await;
    if page.status == StatusCode::NO_CONTENT {
        return Vec::new();
    }
    assert_eq!(page.status, StatusCode::OK, "{:?}", page.problem);
    let mut numbers: Vec<u64> = Written::decode(page.bytes.as_slice()).unwrap().layers[0]
        .features
        .iter()
        .map(|feature| feature.id.unwrap())
        .collect();
    numbers.sort_unstable();
    numbers
}

fn at(longitude: f64, latitude: f64, z: u8) -> Tile {
    Tile::with(
        geo::Coord {
            x: longitude,
            y: latitude,
        },
        z,
    )
}

each_database!(
    a_layer_is_drawn_listed_and_searched,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let layer = layer_of(
            "flood",
            &json!({"style": {"sign": "square", "property": "深さ", "classes": [
            {"title": {"ja": "深い", "en": "Deep", "easy": "ふかい"}, "from": 3.0, "colour": "#ffb7b7", "pattern": "cross"}]}}),
        );
        let features = new(
            &layer,
            &[
                square("川沿い", 135.0, 34.4, 0.01),
                point("北の井戸", 135.02, 34.43),
            ],
        );
        assert!(put(&city, layer.clone(), Audience::Public, features.clone()).await);
        // The same twice changes nothing.
        assert!(!put(&city, layer.clone(), Audience::Public, features).await);

        let mut reader = stranger(&city);
        assert_eq!(
            numbers(&mut reader, "flood", at(135.005, 34.405, 14)).await,
            [1]
        );
        assert_eq!(
            numbers(&mut reader, "flood", at(135.02, 34.43, LONGEST)).await,
            [2]
        );
        // From far both, and from every zoom the area is where it is.
        assert_eq!(
            numbers(&mut reader, "flood", at(135.0, 34.4, 8)).await,
            [1, 2]
        );
        for z in 8..=LONGEST {
            assert!(
                numbers(&mut reader, "flood", at(135.005, 34.405, z))
                    .await
                    .contains(&1),
                "{z}"
            );
        }
        assert!(
            numbers(&mut reader, "flood", at(136.0, 35.0, 14))
                .await
                .is_empty()
        );
        for missing in [
            "/map/tiles/nothing/1/0/0.mvt",
            "/map/tiles/flood/1/2/0.mvt",
            "/map/tiles/flood/17/0/0.mvt",
            "/map/tiles/flood/1/0/0",
            "/map/tiles/flood/x/0/0.mvt",
            "/map/tiles/flood/-1/0/0.mvt",
        ] {
            assert_eq!(
                reader.get(missing).await.status,
                StatusCode::NOT_FOUND,
                "{missing}"
            );
        }

        let page = reader.get("/map").await;
        assert_eq!(page.status, StatusCode::OK, "{:?}", page.problem);
        let text = page.text();
        assert!(
            text.contains("層flood")
                && text.contains("深い")
                && text.contains("/map/list?layer=flood"),
            "{text}"
        );
        assert!(!text.contains("<script>alert"), "{text}");
        let text = reader
            .get("/map?q=%E5%8C%97%E3%81%AE%E4%BA%95%E6%88%B8")
            .await
            .text();
        assert!(
            text.contains("1件") && text.contains("at=34.43000%2C135.02000%2C16"),
            "{text}"
        );

        // The nearest first, and who is inside an area is told so.
        // For pages of others: only what was chosen, whose it is, and the way to the list.
        let text = reader
            .get("/map/embed?layer=flood&at=34.4,135.0,13&at2=%22%3E")
            .await
            .text();
        assert!(
            text.contains("/map/list?layer=flood") && text.contains("/map?layer=flood"),
            "{text}"
        );
        assert!(!text.contains("<nav") && !text.contains("/login"), "{text}");
        let text = reader.get("/map?layer=flood&at=34.4,135.0,13").await.text();
        assert!(
            text.contains("/map/embed?layer=flood&#38;amp;at=34.4%2C135.0%2C13"),
            "{text}"
        );

        let text = reader.get("/map/list?near=34.405,135.005").await.text();
        let (inside, far) = (text.find("川沿い").unwrap(), text.find("北の井戸").unwrap());
        assert!(
            inside < far && text.contains("区域の中") && text.contains("約3.1km（北東）"),
            "{text}"
        );
        assert!(
            text.contains("&#60;b&#62;2") && !text.contains("<b>2"),
            "{text}"
        );
        let text = reader.get("/map/list?near=%E5%8C%97%E3%81%AE").await.text();
        assert!(text.contains("near=34.43000%2C135.02000"), "{text}");
        let text = reader.get("/map/list?near=%E3%81%A9%E3%81%93").await.text();
        assert!(text.contains("見つかりません"), "{text}");
        let text = reader
            .get("/map/list?layer=flood&class=0&lang=en")
            .await
            .text();
        assert!(
            text.contains("川沿い") && !text.contains("北の井戸") && text.contains("Depth: 3"),
            "{text}"
        );
        // The lists and pages that were opened, once each.
        assert_eq!(counted(&city, "places.map_views").await, "8");
    }
);

each_database!(
    a_layer_is_seen_by_whom_it_is_for,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        for (key, audience, more) in [
            ("public", Audience::Public, json!({})),
            ("inner", Audience::Departments, json!({})),
            ("draft", Audience::Nobody, json!({})),
            ("over", Audience::Public, json!({"until": "2026-11-20"})),
            ("later", Audience::Public, json!({"from": "2026-11-22"})),
        ] {
            let layer = layer_of(key, &more);
            let features = new(&layer, &[point("ここ", 135.0, 34.4)]);
            put(&city, layer, audience, features).await;
        }
        let services: [&dyn yakuba_city::Service; 1] = [&PlacesService];
        let mut clerk = Browser::new(&city, &services).of(staff(7, &[], "health"));
        let mut person = Browser::new(&city, &services).of(resident(1));
        let mut nobody = Browser::new(&city, &services).of(Principal::Anonymous);
        for (reader, seen) in [
            (&mut clerk, &["public", "inner"][..]),
            (&mut person, &["public"][..]),
            (&mut nobody, &["public"][..]),
        ] {
            let page = reader.get("/map").await.text();
            let list = reader.get("/map/list").await.text();
            for key in ["public", "inner", "draft", "over", "later"] {
                let is_seen = seen.contains(&key);
                let title = format!("層{key}");
                assert_eq!(page.contains(&title), is_seen, "{key}");
                assert_eq!(list.contains(&title), is_seen, "{key}");
                let tile = at(135.0, 34.4, 10);
                let address = format!("/map/tiles/{key}/10/{}/{}.mvt", tile.x, tile.y);
                let expected = if is_seen {
                    StatusCode::OK
                } else {
                    StatusCode::NOT_FOUND
                };
                assert_eq!(reader.get(&address).await.status, expected, "{key}");
            }
        }
    }
);

each_database!(
    features_have_a_history_and_come_back,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let layer = layer_of("wells", &json!({}));
        put(&city, layer.clone(), Audience::Public, Vec::new()).await;
        let versions = new(
            &layer,
            &[
                point("古い名前", 135.0, 34.4),
                point("新しい名前", 135.001, 34.4),
            ],
        );
        let (first, second) = (versions[0].clone(), versions[1].clone());
        let number = city
            .write(Actor::Staff(7), first, |tx, first| {
                Box::pin(add_feature(tx, "wells", first))
            })
            .await
            .unwrap();
        let mut reader = stranger(&city);
        let tile = at(135.0, 34.4, 12);
        assert_eq!(numbers(&mut reader, "wells", tile).await, [1]);
        let before = tiles::tile(&city, &wells(&city).await, tile, Language::Japanese)
            .await
            .unwrap();
        city.write(Actor::Staff(8), second.clone(), |tx, second| {
            Box::pin(change_feature(tx, "wells", 1, 1, second))
        })
        .await
        .unwrap();
        // What was kept in memory is not shown any more.
        let after = tiles::tile(&city, &wells(&city).await, tile, Language::Japanese)
            .await
            .unwrap();
        assert_ne!(before, after);
        let late = city
            .write(Actor::Staff(9), second, |tx, second| {
                Box::pin(change_feature(tx, "wells", 1, 1, second))
            })
            .await;
        assert!(matches!(late, Err(PlacesError::ChangedMeanwhile)));
        city.write(Actor::Staff(8), (), |tx, ()| {
            Box::pin(remove_feature(tx, "wells", 1, 2))
        })
        .await
        .unwrap();
        assert!(numbers(&mut reader, "wells", tile).await.is_empty());

        let history = feature_changes(city.db(), "wells", Some(number), 10)
            .await
            .unwrap();
        let kinds: Vec<(&str, Option<i64>)> = history
            .iter()
            .map(|change| (change.kind.as_str(), change.account))
            .collect();
        assert_eq!(
            kinds,
            [
                ("removed", Some(8)),
                ("changed", Some(8)),
                ("added", Some(7))
            ]
        );
        assert_eq!(
            history[1].before.as_ref().unwrap().properties["名称"],
            "古い名前"
        );
        assert_eq!(
            history[1].after.as_ref().unwrap().properties["名称"],
            "新しい名前"
        );
        assert!(history[0].after.is_none() && history[2].before.is_none());
        // Before it was changed, although it is gone now; under its number.
        let change = history[1].id;
        city.write(Actor::Staff(7), change, |tx, change| {
            Box::pin(restore_feature(tx, "wells", *change))
        })
        .await
        .unwrap();
        let row = feature(city.db(), "wells", 1).await.unwrap().unwrap();
        assert_eq!(row.properties().unwrap()["名称"], "古い名前");
        assert_eq!(numbers(&mut reader, "wells", tile).await, [1]);
        // A number is never given twice.
        let third = new(&layer, &[point("三", 135.0, 34.41)]).remove(0);
        city.write(Actor::Staff(7), (), |tx, ()| {
            Box::pin(remove_feature(tx, "wells", 1, 1))
        })
        .await
        .unwrap();
        let number = city
            .write(Actor::Staff(7), third, |tx, third| {
                Box::pin(add_feature(tx, "wells", third))
            })
            .await
            .unwrap();
        assert_eq!(number, 2);
    }
);

async fn wells(city: &City) -> Layer {
    layer(city.db(), "wells").await.unwrap().unwrap()
}

each_database!(
    a_layer_of_a_dataset_follows_the_catalogue,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        let layer = layer_of(
            "toilets",
            &json!({"source": {"dataset": "toilets"}, "kind": "points"}),
        );
        let later = layer_of(
            "later",
            &json!({"source": {"dataset": "later"}, "kind": "points"}),
        );
        for layer in [layer, later] {
            city.write(Actor::CommandLine, layer, |tx, layer| {
                Box::pin(put_layer(tx, layer, Audience::Public, None))
            })
            .await
            .unwrap();
        }
        let names = async |key: &str| -> Vec<String> {
            features(city.db(), key, 0, 100)
                .await
                .unwrap()
                .iter()
                .map(|row| row.properties().unwrap()["名称"].clone())
                .collect()
        };
        // The second has no place.
        assert_eq!(names("toilets").await, ["北公園", "東公園"]);
        assert!(names("later").await.is_empty());
        publish(&city, document("later", "parks"), TOILETS).await;
        assert_eq!(names("later").await.len(), 2);
        publish(
            &city,
            document("toilets", "parks"),
            &TOILETS.replace("北公園", "新公園"),
        )
        .await;
        assert_eq!(names("toilets").await, ["東公園", "新公園"]);
        // A layer that takes no more of its dataset says so, until it takes all of it.
        city.write(Actor::CommandLine, (), |tx, ()| {
            Box::pin(async move {
                let sql = "UPDATE places_layers SET left_out = 1234 WHERE key = 'toilets'";
                tx.connection().run(sql, []).await?;
                Ok::<_, CityError>(())
            })
        })
        .await
        .unwrap();
        let sentences = async || {
            let list = stranger(&city).get("/map/list?layer=toilets").await.text();
            let other = stranger(&city).get("/map/list?layer=later").await.text();
            let map = stranger(&city).get("/map").await.text();
            let mut clerk = desk(&city, &[yakuba_places::capabilities::EDIT], "parks");
            let desk = clerk.get("/desk/map/toilets").await.text();
            [list, other, map, desk].map(|page| page.contains("1,234件"))
        };
        assert_eq!(sentences().await, [true, false, true, true]);
        publish(
            &city,
            document("toilets", "parks"),
            &TOILETS.replace("北公園", "新々公園"),
        )
        .await;
        assert_eq!(sentences().await, [false; 4]);
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
        assert!(names("toilets").await.is_empty());
        // By hand such features are not changed.
        let layer = layer_of("x", &json!({}));
        let feature = new(&layer, &[point("手", 135.0, 34.4)]).remove(0);
        let refused = city
            .write(Actor::Staff(1), feature, |tx, feature| {
                Box::pin(add_feature(tx, "later", feature))
            })
            .await;
        assert!(matches!(refused, Err(PlacesError::BadLayer(_))));
    }
);

each_database!(
    many_points_are_thinned_from_far_and_complete_from_near,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let layer = layer_of("many", &json!({}));
        // Sixty by sixty in a city, and two hundred in one place.
        let mut all: Vec<serde_json::Value> = (0..3_600)
            .map(|at| {
                point(
                    &format!("点{at}"),
                    134.97 + f64::from(at % 60) * 0.001,
                    34.37 + f64::from(at / 60) * 0.001,
                )
            })
            .collect();
        all.extend((0..200).map(|at| point(&format!("重{at}"), 135.2, 34.6)));
        put(&city, layer.clone(), Audience::Public, new(&layer, &all)).await;
        let mut reader = stranger(&city);
        let far = numbers(&mut reader, "many", at(135.0, 34.4, 6)).await;
        assert!(!far.is_empty() && far.len() < 100, "{}", far.len());
        let nearer = numbers(&mut reader, "many", at(135.0, 34.4, 11)).await;
        assert!(
            nearer.len() > far.len() && nearer.len() <= 4_096,
            "{}",
            nearer.len()
        );
        assert_eq!(
            numbers(&mut reader, "many", at(135.2, 34.6, LONGEST))
                .await
                .len(),
            200
        );
        let mut tiles: Vec<Tile> = (0..3_600)
            .map(|one| {
                at(
                    134.97 + f64::from(one % 60) * 0.001,
                    34.37 + f64::from(one / 60) * 0.001,
                    LONGEST,
                )
            })
            .collect();
        tiles.sort_by_key(|tile| (tile.x, tile.y));
        tiles.dedup();
        // A part of the tiles, all of the points in them.
        let mut seen = 0;
        let mut expected = 0;
        for tile in tiles.iter().step_by(37) {
            seen += numbers(&mut reader, "many", *tile).await.len();
            expected += (0..3_600)
                .filter(|one| {
                    at(
                        134.97 + f64::from(one % 60) * 0.001,
                        34.37 + f64::from(one / 60) * 0.001,
                        LONGEST,
                    ) == *tile
                })
                .count();
        }
        assert_eq!(seen, expected);
        // The nearest of all, from where nobody is.
        let place = geo::Coord {
            x: 135.0001,
            y: 34.4001,
        };
        let wanted = Wanted {
            layers: vec!["many".to_owned()],
            words: Vec::new(),
        };
        let found = nearest(city.db(), &wanted, place, 20).await.unwrap();
        assert!(found.len() >= 20);
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].metres <= pair[1].metres)
        );
        assert!(found[0].metres.unwrap() < 20.0);
    }
);

each_database!(
    a_client_of_ogc_api_features_finds_and_reads_everything,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        for (key, audience) in [
            ("wells", Audience::Public),
            ("inner", Audience::Departments),
        ] {
            let layer = layer_of(key, &json!({}));
            let all: Vec<_> = (0..25)
                .map(|at| point(&format!("井戸{at}"), 135.0 + f64::from(at) * 0.01, 34.4))
                .chain([square("池", 134.9, 34.3, 0.05)])
                .collect();
            put(&city, layer.clone(), audience, new(&layer, &all)).await;
        }
        let ask = async |path: &str| -> (StatusCode, serde_json::Value) {
            let page = stranger(&city).get(path).await;
            (
                page.status,
                serde_json::from_slice(&page.bytes).unwrap_or_default(),
            )
        };
        let (status, landing) = ask("/api/ogc/").await;
        assert_eq!(status, StatusCode::OK);
        let rels: Vec<&str> = landing["links"]
            .as_array()
            .unwrap()
            .iter()
            .map(|link| link["rel"].as_str().unwrap())
            .collect();
        assert_eq!(rels, ["self", "service-desc", "conformance", "data"]);
        // Every link is there.
        for link in landing["links"].as_array().unwrap() {
            let href = link["href"].as_str().unwrap();
            assert_eq!(
                ask(&href[href.find("/api/").unwrap()..]).await.0,
                StatusCode::OK,
                "{href}"
            );
        }
        let (_, conformance) = ask("/api/ogc/conformance").await;
        assert!(
            conformance["conformsTo"][0]
                .as_str()
                .unwrap()
                .ends_with("/conf/core")
        );
        let (_, collections) = ask("/api/ogc/collections").await;
        assert_eq!(collections["collections"].as_array().unwrap().len(), 1);
        assert_eq!(collections["collections"][0]["itemType"], "feature");
        assert_eq!(
            collections["collections"][0]["extent"]["spatial"]["bbox"][0],
            json!([134.9, 34.3, 135.24, 34.4])
        );
        assert_eq!(ask("/api/ogc/collections/wells").await.1["id"], "wells");

        let (_, items) = ask("/api/ogc/collections/wells/items").await;
        assert_eq!(
            (&items["numberMatched"], &items["numberReturned"]),
            (&json!(26), &json!(10))
        );
        // Following the links leads through all, each once.
        let mut path = "/api/ogc/collections/wells/items?limit=7".to_owned();
        let mut seen = Vec::new();
        loop {
            let (status, page) = ask(&path).await;
            assert_eq!(status, StatusCode::OK);
            seen.extend(
                page["features"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|feature| feature["id"].as_i64().unwrap()),
            );
            let Some(next) = page["links"]
                .as_array()
                .unwrap()
                .iter()
                .find(|link| link["rel"] == "next")
            else {
                break;
            };
            let href = next["href"].as_str().unwrap();
            path = href[href.find("/api/").unwrap()..].to_owned();
        }
        assert_eq!(seen, (1..=26).collect::<Vec<i64>>());
        for (bbox, count) in [
            ("135.005,34.3,135.035,34.5", 3),
            ("135.0,34.4,135.0,34.4", 1),
            ("134.91,34.31,134.92,34.32", 1),
            ("134.0,34.0,136.0,35.0", 26),
            ("-180,-90,180,90", 26),
            ("135.005,34.3,0,135.035,34.5,100", 3),
            ("136.0,34.0,137.0,35.0", 0),
        ] {
            let (status, found) = ask(&format!(
                "/api/ogc/collections/wells/items?bbox={bbox}&limit=1000"
            ))
            .await;
            assert_eq!(
                (status, &found["numberMatched"]),
                (StatusCode::OK, &json!(count)),
                "{bbox}"
            );
            assert_eq!(found["features"].as_array().unwrap().len(), count, "{bbox}");
        }
        let (_, item) = ask("/api/ogc/collections/wells/items/26").await;
        assert_eq!(
            (&item["geometry"]["type"], &item["properties"]["名称"]),
            (&json!("Polygon"), &json!("池"))
        );
        for wrong in [
            "bbox=1,2,3",
            "bbox=a,b,c,d",
            "bbox=135,34,134,35",
            "bbox=NaN,34,135,35",
            "limit=0",
            "limit=-1",
            "limit=x",
            "offset=-1",
            "where=1%3D1",
        ] {
            let (status, _) = ask(&format!("/api/ogc/collections/wells/items?{wrong}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        }
        for missing in [
            "/api/ogc/collections/inner",
            "/api/ogc/collections/inner/items",
            "/api/ogc/collections/inner/items/1",
            "/api/ogc/collections/nothing/items",
            "/api/ogc/collections/wells/items/99",
            "/api/ogc/collections/wells/items/x",
        ] {
            assert_eq!(ask(missing).await.0, StatusCode::NOT_FOUND, "{missing}");
        }
    }
);

each_database!(
    the_map_is_printed_without_a_script,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let flood = layer_of(
            "flood",
            &json!({
                "style": {"sign": "square", "property": "深さ", "classes": [
                    {"title": {"ja": "3m以上"}, "from": 3.0, "colour": "#ffb7b7", "pattern": "cross"}]},
                "time": {"property": "時間", "steps": [
                    {"value": "30", "title": {"ja": "30分後"}}, {"value": "60", "title": {"ja": "1時間後"}}]},
            }),
        );
        let mut early = square("早い", 135.0, 34.4, 0.01);
        early["properties"]["時間"] = json!("30");
        let mut late = square("遅い", 135.0, 34.4, 0.02);
        late["properties"]["時間"] = json!("60");
        let features = new(&flood, &[early, late, point("<井戸>", 135.005, 34.405)]);
        put(&city, flood, Audience::Public, features).await;
        let hidden = layer_of("hidden", &json!({}));
        let features = new(&hidden, &[point("秘密", 135.005, 34.405)]);
        put(&city, hidden, Audience::Nobody, features).await;

        let mut reader = stranger(&city);
        let map = reader
            .get("/map?layer=flood&step=flood:60&at=34.40500,135.00500,14")
            .await
            .text();
        assert!(map.contains("/map/print?layer=flood"), "{map}");
        let page = reader
            .get("/map/print?layer=flood&step=flood:60&at=34.40500,135.00500,14")
            .await
            .text();
        for part in [
            "PDFを開く",
            "縮尺",
            "1時間後",
            "/map/print.pdf?",
            "/map/print.svg?",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("層hidden"));
        let query = "layer=flood&layer=hidden&at=34.40500,135.00500,14&scale=10000";
        let drawn = async |more: &str| {
            let answer = stranger(&city)
                .get(&format!("/map/print.svg?{query}{more}"))
                .await;
            assert_eq!(answer.headers["content-type"], "image/svg+xml");
            answer.text()
        };
        let early = drawn("").await;
        assert!(early.contains("#ffb7b7") && early.contains("url(#cross)"));
        assert!(early.contains("&lt;井戸&gt;") && !early.contains("秘密"));
        // Another step is another drawing; a step that there is not is the first.
        assert_ne!(drawn("&step=flood:60").await, early);
        assert_eq!(drawn("&step=flood:90").await, early);
        for paper in ["a4", "a3"] {
            let pdf = reader
                .get(&format!("/map/print.pdf?{query}&paper={paper}"))
                .await;
            assert_eq!(pdf.status, StatusCode::OK);
            assert!(pdf.bytes.starts_with(b"%PDF"), "{paper}");
        }
        // Nothing in an address breaks it.
        for odd in [
            "at=x&scale=0&paper=b5",
            "near=%00&title=%3Cscript%3E",
            "layer=&at=34.4,135.0,4",
        ] {
            let page = reader.get(&format!("/map/print?{odd}")).await;
            assert_eq!(page.status, StatusCode::OK, "{odd}");
            assert!(!page.text().contains("<script>"));
        }
        let english = reader
            .get("/map/print?lang=en&near=34.405,135.005")
            .await
            .text();
        assert!(english.contains("Open the PDF") && english.contains("34.40500,135.00500"));
    }
);
