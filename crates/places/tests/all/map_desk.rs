//! The map's layers at the desk: described, filled, shown and hidden, each by whom it belongs to. On both databases.

use axum::http::StatusCode;
use yakuba_addresses::AddressService;
use yakuba_city::{City, each_database};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_places::{
    PlacesService,
    capabilities::{EDIT, PUBLISH},
    model::map::layer::Audience,
    store::map::{features, layer},
};

use crate::{
    desk::send,
    support::{departments, desk, stranger},
};

const WELLS: &str = "key: wells
title: {ja: 井戸, en: Wells}
department: parks
theme: safety
source: own
kind: points
name: 名称
tells:
  - {property: 水質, title: {ja: 水の質}}
style: {sign: circle}
is_on: true
";

async fn names(city: &City) -> Vec<String> {
    features(city.db(), "wells", 0, 100)
        .await
        .unwrap()
        .iter()
        .map(|row| row.properties().unwrap()["名称"].clone())
        .collect()
}

each_database!(
    a_layer_goes_from_nothing_to_the_public_map_and_back,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let form = clerk.get("/desk/map/new").await.text();
        assert!(form.contains("key: new-layer") && form.contains("department: parks\n"));
        assert!(!form.contains("DEPARTMENT") && !form.contains("docs/"));
        for wrong in [
            "key: [",
            "",
            &WELLS.replace("theme: safety", "theme: x"),
            &WELLS.replace("key: wells", "key: ../x"),
        ] {
            let page = clerk.post("/desk/map/new", &[("document", wrong)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        // What may stand there is said, and what was typed stays.
        let theme = WELLS.replace("theme: safety", "theme: rivers");
        let page = clerk.post("/desk/map/new", &[("document", &theme)]).await;
        assert!(
            page.text().contains("「rivers」は書けません")
                && page.text().contains("hazard, safety"),
            "{}",
            page.text()
        );
        let made = clerk.post("/desk/map/new", &[("document", WELLS)]).await;
        assert_eq!(made.to, "/desk/map/wells?done=map-made");
        let again = clerk.post("/desk/map/new", &[("document", WELLS)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Nobody sees it yet.
        assert!(!stranger(&city).get("/map").await.text().contains("井戸"));

        for (place, name) in [
            ("135.0, 34.4", "逆さま"),
            ("34.4", "足りない"),
            ("34.4, 135.0", ""),
        ] {
            let page = clerk
                .post(
                    "/desk/map/wells/features/new",
                    &[("property:名称", name), ("place", place)],
                )
                .await;
            assert_eq!(
                page.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{place} {name}"
            );
        }
        let added = clerk
            .post(
                "/desk/map/wells/features/new",
                &[
                    ("property:名称", "<i>北の井戸</i>"),
                    ("property:水質", "飲める"),
                    ("place", "34.43, 135.02"),
                ],
            )
            .await;
        assert_eq!(added.to, "/desk/map/wells?done=saved");
        let edit = clerk.get("/desk/map/wells/features/1").await;
        assert!(edit.text().contains("34.43, 135.02") && edit.text().contains("飲める"));
        let revision = edit.revision();
        let sent = [
            ("revision", revision.as_str()),
            ("property:名称", "北井戸"),
            ("place", "34.43, 135.02"),
        ];
        assert_eq!(
            clerk.post("/desk/map/wells/features/1", &sent).await.to,
            "/desk/map/wells?done=saved"
        );
        // Somebody who had the older page open changes nothing.
        let late = clerk.post("/desk/map/wells/features/1", &sent).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(names(&city).await, ["北井戸"]);
        let page = clerk.get("/desk/map/wells").await.text();
        assert!(
            page.contains("アカウント番号 7") && !page.contains("<i>北"),
            "{page}"
        );

        let revision = clerk.get("/desk/map/wells").await.revision();
        let shown = clerk
            .post(
                "/desk/map/wells/audience",
                &[("revision", &revision), ("audience", "public")],
            )
            .await;
        assert_eq!(shown.to, "/desk/map/wells?done=saved");
        assert!(stranger(&city).get("/map").await.text().contains("井戸"));
        assert!(
            stranger(&city)
                .get("/map/list")
                .await
                .text()
                .contains("北井戸")
        );

        let file = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"名称\":\"南の井戸\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[135.0,34.38]}}]}";
        for wrong in [
            "",
            "{}",
            &file.replace("135.0,34.38", "34.38,135.0"),
            &file.replace("Point", "LineString"),
        ] {
            let page = send(
                &mut clerk,
                "/desk/map/wells/import",
                &[],
                "a.geojson",
                wrong.as_bytes(),
            )
            .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        assert_eq!(names(&city).await, ["北井戸"]);
        let taken = send(
            &mut clerk,
            "/desk/map/wells/import",
            &[],
            "a.geojson",
            file.as_bytes(),
        )
        .await;
        assert_eq!(taken.to, "/desk/map/wells?done=map-imported");
        assert_eq!(names(&city).await, ["南の井戸"]);
        // What went with the file comes back.
        let page = clerk.get("/desk/map/wells").await.text();
        let changes: Vec<&str> = page
            .split("name=\"change\" value=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        // Newest first: the one that came, the one that went, changed, added.
        assert_eq!(changes.len(), 4, "{page}");
        let back = clerk
            .post("/desk/map/wells/restore", &[("change", changes[1])])
            .await;
        assert_eq!(back.to, "/desk/map/wells?done=map-restored");
        assert_eq!(names(&city).await, ["北井戸", "南の井戸"]);
        let revision = clerk.get("/desk/map/wells/features/2").await.revision();
        let removed = clerk
            .post(
                "/desk/map/wells/features/2/remove",
                &[("revision", &revision)],
            )
            .await;
        assert_eq!(removed.to, "/desk/map/wells?done=saved");
        assert_eq!(names(&city).await, ["北井戸"]);

        let edit = clerk.get("/desk/map/wells/edit").await;
        let changed = WELLS.replace("ja: 井戸", "ja: 災害時の井戸");
        let saved = clerk
            .post(
                "/desk/map/wells/edit",
                &[("revision", &edit.revision()), ("document", &changed)],
            )
            .await;
        assert_eq!(saved.to, "/desk/map/wells?done=saved");
        assert!(
            stranger(&city)
                .get("/map")
                .await
                .text()
                .contains("災害時の井戸")
        );
        for wrong in [
            changed.replace("key: wells", "key: other"),
            changed.replace("source: own", "source: {dataset: aed}"),
            WELLS.to_owned(),
        ] {
            // The last one is right and comes too late.
            let page = clerk
                .post(
                    "/desk/map/wells/edit",
                    &[("revision", &edit.revision()), ("document", &wrong)],
                )
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let revision = clerk.get("/desk/map/wells").await.revision();
        clerk
            .post(
                "/desk/map/wells/audience",
                &[("revision", &revision), ("audience", "nobody")],
            )
            .await;
        assert_eq!(
            layer(city.db(), "wells").await.unwrap().unwrap().audience,
            Audience::Nobody
        );
        assert!(!stranger(&city).get("/map").await.text().contains("井戸"));
    }
);

each_database!(
    only_the_department_changes_its_layers_and_only_who_may_publish_shows_them,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT], "parks");
        clerk.post("/desk/map/new", &[("document", WELLS)]).await;
        clerk
            .post(
                "/desk/map/wells/features/new",
                &[("property:名称", "井戸"), ("place", "34.4, 135.0")],
            )
            .await;
        let posts = [
            "/desk/map/wells/audience",
            "/desk/map/wells/restore",
            "/desk/map/wells/edit",
            "/desk/map/wells/features/new",
            "/desk/map/wells/features/1",
            "/desk/map/wells/features/1/remove",
        ];
        let sent = [
            ("revision", "1"),
            ("audience", "public"),
            ("change", "1"),
            ("document", WELLS),
            ("property:名称", "別"),
            ("place", "34.4, 135.0"),
        ];
        let mut other = desk(&city, &[EDIT, PUBLISH], "health");
        for path in posts {
            assert_eq!(
                other.post(path, &sent).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        for path in [
            "/desk/map/wells",
            "/desk/map/wells/edit",
            "/desk/map/wells/features/1",
            "/desk/map/wells/features/new",
        ] {
            assert_eq!(
                other.get(path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        assert!(!other.get("/desk/map").await.text().contains("井戸"));
        // Nor for another department, nor given to one.
        let refused = other.post("/desk/map/new", &[("document", WELLS)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        assert!(
            text.contains("「parks」のレイヤーは作れません")
                && text.contains("health")
                && text.contains("key: wells"),
            "{text}"
        );
        let away = WELLS.replace("department: parks", "department: health");
        let given = clerk
            .post(
                "/desk/map/wells/edit",
                &[("revision", "1"), ("document", &away)],
            )
            .await;
        assert_eq!(given.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(given.text().contains("「health」のレイヤーは作れません"));
        // Who edits does not publish, and who publishes does not edit.
        assert_eq!(
            clerk.post(posts[0], &sent).await.status,
            StatusCode::FORBIDDEN
        );
        let mut head = desk(&city, &[PUBLISH], "parks");
        for path in &posts[1..] {
            assert_eq!(
                head.post(path, &sent).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
        let upload = send(&mut head, "/desk/map/wells/import", &[], "a.geojson", b"{}").await;
        assert_eq!(upload.status, StatusCode::FORBIDDEN);
        assert_eq!(
            layer(city.db(), "wells").await.unwrap().unwrap().revision,
            1
        );
        assert_eq!(names(&city).await, ["井戸"]);
        let mut nobody = stranger(&city);
        for path in posts {
            assert_ne!(
                nobody.post(path, &sent).await.status,
                StatusCode::OK,
                "{path}"
            );
        }
        assert_eq!(names(&city).await, ["井戸"]);
    }
);

each_database!(
    areas_are_written_as_their_corners,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let ponds = WELLS
            .replace("kind: points", "kind: areas")
            .replace("circle", "square");
        let made = clerk.post("/desk/map/new", &[("document", &ponds)]).await;
        assert_eq!(made.to, "/desk/map/wells?done=map-made");
        let new = "/desk/map/wells/features/new";
        let square = "34.40, 135.00\n34.40, 135.01\n34.41, 135.01\n34.41, 135.00";
        let crossed = "34.40, 135.00\n34.41, 135.01\n34.40, 135.01\n34.41, 135.00";
        for (shape, told) in [
            (crossed, "交わっています"),
            ("34.40, 135.00\n北の方", "2行目"),
            ("34.40, 135.00", "点が足りません"),
        ] {
            let page = clerk
                .post(new, &[("property:名称", "池"), ("shape", shape)])
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{shape}");
            assert!(page.text().contains(told), "{shape}: {}", page.text());
        }
        let saved = clerk
            .post(new, &[("property:名称", "池"), ("shape", square)])
            .await;
        assert_eq!(saved.to, "/desk/map/wells?done=saved", "{}", saved.text());
        assert_eq!(names(&city).await, ["池"]);
        // What is shown is what can be changed.
        let page = clerk.get("/desk/map/wells/features/1").await.text();
        assert!(page.contains("34.4, 135.0\n34.4, 135.01\n"), "{page}");
    }
);

each_database!(
    corners_in_a_layer_of_any_kind_are_a_line_or_an_area_as_it_is_said,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let any = WELLS.replace("kind: points", "kind: any");
        clerk.post("/desk/map/new", &[("document", &any)]).await;
        let new = "/desk/map/wells/features/new";
        let corners = "34.40, 135.00\n34.40, 135.01\n34.41, 135.01";
        let asked = clerk
            .post(new, &[("property:名称", "道"), ("shape", corners)])
            .await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            asked.text().contains("線か面かを選んでください")
                && asked.text().contains("34.41, 135.01"),
            "{}",
            asked.text()
        );
        for (drawn, kind) in [("line", "LineString"), ("area", "Polygon")] {
            let fields = [
                ("property:名称", drawn),
                ("shape", corners),
                ("drawn", drawn),
            ];
            let saved = clerk.post(new, &fields).await;
            assert_eq!(saved.to, "/desk/map/wells?done=saved", "{}", saved.text());
            let shapes = clerk.get("/desk/map/wells/shapes.geojson").await.text();
            assert!(shapes.contains(kind), "{shapes}");
        }
        // GeoJSON says it by itself.
        let line = r#"{"type":"LineString","coordinates":[[135.0,34.4],[135.01,34.4]]}"#;
        let saved = clerk
            .post(new, &[("property:名称", "川"), ("shape", line)])
            .await;
        assert_eq!(saved.to, "/desk/map/wells?done=saved", "{}", saved.text());
    }
);
