//! What everybody sees. On both databases.

use axum::http::StatusCode;
use jiff::SignedDuration;
use yakuba_assets::{AssetService, store};
use yakuba_city::{Actor, each_database, testing::KnownPlaces};
use yakuba_identity::IdentityService;
use yakuba_kernel::MeasureName;
use yakuba_mail::MailService;

use crate::support::{
    bus, camera, forward, installed, key_of, placed, say, set_up, stranger, trap,
};

each_database!(
    everybody_finds_public_things_and_nothing_else,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let near = installed(&city, camera(), "C-1", &[("place", "駅前通り")]).await;
        let far = installed(&city, camera(), "C-2", &[("point", "34.5, 135.05")]).await;
        let secret = installed(&city, trap(), "T-1", &[]).await;
        let mut reader = stranger(&city);
        let list = reader.get("/equipment").await.text();
        assert!(
            list.contains("設備C-1")
                && list.contains("設備C-2")
                && list.contains("まちを見守ります")
        );
        assert!(!list.contains("設備T-1") && !list.contains("わな") && !list.contains("柱-秘密"));
        let here = reader
            .get("/equipment?near=34.401,135.05&within=1000")
            .await
            .text();
        assert!(
            here.contains("設備C-1") && here.contains("110メートル") && !here.contains("設備C-2")
        );
        let wrong = reader.get("/equipment?near=somewhere").await;
        assert!(wrong.text().contains("緯度と経度を"));
        for words in ["駅前", "%", "' OR 1=1 --", "<script>alert(1)</script>"] {
            let query: String = form_urlencoded::byte_serialize(words.as_bytes()).collect();
            let page = reader
                .get(&format!("/equipment?q={query}&kind={query}"))
                .await;
            assert_eq!(page.status, StatusCode::OK, "{words}");
            assert!(!page.text().contains("<script>alert"), "{words}");
        }
        assert!(
            reader
                .get("/equipment?q=%E9%A7%85%E5%89%8D")
                .await
                .text()
                .contains("設備C-1")
        );
        let page = reader.get(&format!("/equipment/{}", near.id)).await.text();
        assert!(page.contains("4.5 m") && page.contains("駅前通り") && !page.contains("柱-秘密"));
        assert_eq!(
            reader
                .get(&format!("/equipment/{}", secret.id))
                .await
                .status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            reader.get("/equipment/999999").await.status,
            StatusCode::NOT_FOUND
        );
        let file = reader
            .get("/equipment/equipment.geojson?near=34.401,135.05")
            .await;
        let points: serde_json::Value = serde_json::from_str(&file.text()).unwrap();
        let features = points["features"].as_array().unwrap();
        assert_eq!(features.len(), 1);
        assert_eq!(
            features[0]["geometry"]["coordinates"],
            serde_json::json!([135.05, 34.4])
        );
        assert!(!file.text().contains("柱-秘密"));
        assert_ne!(near.id, far.id);
        // A figure says the kind's name and leads here.
        let installed = MeasureName::declared("assets.installed");
        let names = city.subject_names(&installed, "en").await.unwrap();
        assert_eq!(names["camera"], "Camera");
        assert_eq!(
            city.subject_page(&installed, "camera").as_deref(),
            Some("/equipment?kind=camera")
        );
        assert!(
            !reader
                .get("/equipment/equipment.geojson?kind=trap")
                .await
                .text()
                .contains("T-1")
        );
    }
);

each_database!(
    where_the_buses_are_is_on_the_map_and_in_gtfs_realtime_while_it_is_fresh,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        city.write(Actor::CommandLine, bus(), |tx, kind| {
            Box::pin(store::set_kind(tx, kind))
        })
        .await
        .unwrap();
        let one = installed(&city, bus(), "B-1", &[]).await;
        installed(&city, bus(), "B-2", &[]).await;
        let other = installed(&city, camera(), "C-1", &[]).await;
        let hidden = installed(&city, trap(), "T-1", &[]).await;
        let key = key_of(&city, bus(), one.id).await;
        let moved = (34_412_345, 135_067_890);
        say(&city, placed(&city, &key, moved)).await.unwrap();
        // What is no vehicle may tell where it is; it is nobody's bus.
        for (asset, kind) in [(&other, camera()), (&hidden, trap())] {
            let key = key_of(&city, kind, asset.id).await;
            say(&city, placed(&city, &key, moved)).await.unwrap();
        }
        let mut reader = stranger(&city);
        let feed = reader.get("/api/gtfs-realtime/vehicle-positions.pb").await;
        assert_eq!(feed.status, StatusCode::OK);
        let bytes = feed.text();
        assert!(
            bytes.contains("B-1") && bytes.contains("設備B-1"),
            "{bytes}"
        );
        for absent in ["B-2", "C-1", "T-1"] {
            assert!(!bytes.contains(absent), "{absent}");
        }
        let file = reader.get("/equipment/equipment.geojson?kind=bus").await;
        let points: serde_json::Value = serde_json::from_str(&file.text()).unwrap();
        assert_eq!(
            points["features"][0]["geometry"]["coordinates"],
            serde_json::json!([135.06789, 34.412_345])
        );
        let text = points["features"][0]["properties"]["text"]
            .as_str()
            .unwrap();
        assert!(text.ends_with("の位置"), "{text}");
        let page = reader.get(&format!("/equipment/{}", one.id)).await.text();
        assert!(
            page.contains("34.412345") && page.contains("今いる場所"),
            "{page}"
        );
        let cameras = reader.get("/equipment/equipment.geojson?kind=camera").await;
        assert!(!cameras.text().contains("34.412345"), "{}", cameras.text());

        // A quarter of an hour later nobody knows.
        forward(&city, SignedDuration::from_mins(16));
        let feed = reader.get("/api/gtfs-realtime/vehicle-positions.pb").await;
        assert!(!feed.text().contains("B-1"));
        let page = reader.get(&format!("/equipment/{}", one.id)).await.text();
        assert!(!page.contains("34.412345"), "{page}");
    }
);

each_database!(
    things_are_found_near_an_address_or_a_named_place,
    [&MailService, &IdentityService, &KnownPlaces, &AssetService],
    async |city| {
        set_up(&city).await;
        installed(&city, camera(), "C-1", &[("place", "駅前通り")]).await;
        installed(&city, camera(), "C-2", &[("point", "34.5, 135.05")]).await;
        let mut reader = stranger(&city);
        // An address means itself; the links of the page have its coordinates.
        let here = reader
            .get("/equipment?near=%E6%9C%AC%E7%94%BA1-1&within=1000")
            .await;
        let text = here.text();
        assert!(
            text.contains("設備C-1") && !text.contains("設備C-2"),
            "{text}"
        );
        assert!(
            text.contains("value=\"本町1-1\"") && text.contains("data-proposes=\"/map/find\""),
            "{text}"
        );
        assert!(
            text.contains("equipment.geojson?near=34.401%2C+135.05"),
            "{text}"
        );
        // Of several places one is chosen, without a script.
        let which = reader
            .get("/equipment?near=%E5%85%AC%E6%B0%91%E9%A4%A8&kind=camera&page=2")
            .await;
        assert_eq!(which.status, StatusCode::OK);
        let text = which.text();
        assert!(text.contains("どの場所の近くですか"), "{text}");
        assert!(
            text.contains("href=\"/equipment?near=34.5%2C+135.05&#38;kind=camera\"")
                || text.contains("href=\"/equipment?near=34.5%2C+135.05&amp;kind=camera\""),
            "{text}"
        );
        // A program is told that it must say which.
        let file = reader
            .get("/equipment/equipment.geojson?near=%E5%85%AC%E6%B0%91%E9%A4%A8")
            .await;
        assert_eq!(file.status, StatusCode::UNPROCESSABLE_ENTITY);
        let nowhere = reader.get("/equipment?near=%E3%81%A9%E3%81%93%00").await;
        assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nowhere.text().contains("場所が見つかりません"));
    }
);
