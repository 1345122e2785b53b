//! Closed roads.

use axum::http::StatusCode;
use yakuba_city::each_database;
use yakuba_disaster::{DisasterService, capabilities::ROADS, store::closures};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::support::{counted, desk, set_up, stranger};

each_database!(
    a_road_is_closed_told_of_and_opened_again,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[ROADS]);
        let fields = [
            ("place", "市道3号線 港大橋から市場前まで"),
            ("reason", "flooded"),
            ("course", "34.376, 134.992\n34.372, 135.002"),
            ("detour", "国道を通ってください"),
        ];
        for _ in 0..2 {
            let page = clerk.post("/desk/disaster/roads", &fields).await;
            assert_eq!(
                page.to,
                "/desk/disaster/roads?done=road-closed",
                "{}",
                page.text()
            );
        }
        let closed = closures::closed(city.db()).await.unwrap();
        assert_eq!(closed.len(), 1);
        let id = closed[0].id;
        assert_eq!(counted(&city, "disaster.roads_closed", "flooded").await, 1);
        let list = stranger(&city).get("/disaster/roads").await.text();
        for word in ["港大橋", "冠水", "国道を通ってください", "キロメートル"]
        {
            assert!(list.contains(word), "{word} in {list}");
        }
        let map: serde_json::Value =
            serde_json::from_slice(&stranger(&city).get("/disaster/roads.geojson").await.bytes)
                .unwrap();
        assert_eq!(map["features"][0]["geometry"]["type"], "LineString");
        assert_eq!(map["features"][0]["geometry"]["coordinates"][1][0], 135.002);
        let one = format!("/desk/disaster/roads/{id}");
        // The road is drawn on a map, where a script runs; its corners stand in the box without one.
        for form in ["/desk/disaster/roads", &one] {
            let page = clerk.get(form).await.text();
            assert!(
                page.contains("data-draw=") && page.contains("lines"),
                "{form}"
            );
            assert!(
                page.contains("<textarea") && page.contains("name=\"course\""),
                "{form}"
            );
        }
        let revision = clerk.get(&one).await.revision();
        let mut changed = vec![("revision", revision.as_str())];
        changed.extend(fields.iter().copied().filter(|(name, _)| *name != "detour"));
        changed.extend([
            ("detour", "<script>橋を渡れません"),
            ("until", "2099-01-01 9:00"),
        ]);
        assert_eq!(
            clerk.post(&one, &changed).await.to,
            "/desk/disaster/roads?done=road-changed"
        );
        let refused = clerk.post(&one, &changed).await.text();
        assert!(refused.contains("ほかの人が先に変えました"));
        let list = stranger(&city).get("/disaster/roads").await.text();
        assert!(
            !list.contains("<script>橋")
                && list.contains("橋を渡れません")
                && list.contains("見込み")
        );
        for _ in 0..2 {
            let page = clerk.post(&format!("{one}/lift"), &[]).await;
            assert_eq!(page.to, "/desk/disaster/roads?done=road-opened");
        }
        assert!(
            stranger(&city)
                .get("/disaster/roads")
                .await
                .text()
                .contains("通行止めにしている道路はありません")
        );
        let feed = stranger(&city).get("/disaster/roads.atom").await.text();
        assert!(
            feed.contains("通れるようになりました") && feed.contains("<title>市道3号線"),
            "{feed}"
        );
        let nothing = clerk.post("/desk/disaster/roads/99/lift", &[]).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    }
);

each_database!(
    what_is_no_road_is_refused_with_what_was_typed,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[ROADS]);
        for (course, until) in [("どこか", ""), ("34.4, 135.0", "2020-01-01 0:00"), ("", "")] {
            let page = clerk
                .post(
                    "/desk/disaster/roads",
                    &[
                        ("place", "県道"),
                        ("reason", "bridge"),
                        ("course", course),
                        ("until", until),
                    ],
                )
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{course}");
            assert!(page.text().contains("県道"));
        }
        assert!(closures::closed(city.db()).await.unwrap().is_empty());
    }
);
