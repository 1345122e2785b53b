//! The desk: by department and capability. On both databases.

use axum::http::StatusCode;
use yakuba_assets::{
    AssetService,
    capabilities::{OVERSEE, WORK},
    model::state::State,
};
use yakuba_city::{Service as _, each_database, web::Access};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::support::{camera, counted, desk, found, installed, set_up, stranger, trap};

each_database!(
    no_route_of_the_desk_opens_a_foreign_asset,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let own = installed(&city, trap(), "T-1", &[]).await;
        let foreign = installed(&city, camera(), "C-1", &[]).await;
        let mut walked = 0;
        for entry in AssetService.routes().entries() {
            if !entry.path.starts_with("/desk/") {
                continue;
            }
            walked += 1;
            assert_ne!(entry.access, Access::Public, "{}", entry.path);
            let path = entry
                .path
                .replace("{asset}", &foreign.id.to_string())
                .replace("{alert}", "1");
            let is_get = entry.method == "GET";
            for (name, capabilities, department) in [
                ("a colleague", vec![WORK, OVERSEE], "hunters"),
                ("an overseer", vec![OVERSEE], "crisis"),
                ("somebody without a role", vec![], "crisis"),
            ] {
                let mut clerk = desk(&city, &capabilities, department);
                let page = if is_get {
                    clerk.get(&path).await
                } else {
                    let fields = [
                        ("revision", "2"),
                        ("state", "removed"),
                        ("kind", "camera"),
                        ("number", "X"),
                        ("name", "x"),
                        ("note", "x"),
                        ("pole", "x"),
                        ("inspected_year", "2026"),
                        ("inspected_month", "11"),
                        ("inspected_day", "1"),
                    ];
                    clerk.post(&path, &fields).await
                };
                let what = format!("{} {} by {name}: {}", entry.method, entry.path, page.status);
                let about_one = entry.path.contains("{asset}") || entry.path.contains("{alert}");
                match (name, about_one, is_get) {
                    ("a colleague", true, _) => {
                        assert_eq!(page.status, StatusCode::NOT_FOUND, "{what}");
                    }
                    ("an overseer", _, false) => {
                        assert_eq!(page.status, StatusCode::FORBIDDEN, "{what}");
                    }
                    ("somebody without a role", _, _) => assert!(
                        [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&page.status),
                        "{what}"
                    ),
                    _ => {}
                }
                if name != "an overseer" {
                    assert!(
                        !page.text().contains("柱-秘密") && !page.text().contains("設備C-1"),
                        "{what}"
                    );
                }
            }
            if !is_get {
                assert_ne!(
                    stranger(&city).post(&path, &[]).await.status,
                    StatusCode::SEE_OTHER
                );
            }
        }
        assert_eq!(walked, 14);
        assert_eq!(found(&city, foreign.id).await, foreign);
        let list = desk(&city, &[WORK], "hunters")
            .get("/desk/assets")
            .await
            .text();
        assert!(list.contains(&own.name) && !list.contains(&foreign.name));
        let points = desk(&city, &[WORK], "hunters")
            .get("/desk/assets/assets.geojson")
            .await
            .text();
        assert!(points.contains("T-1") && !points.contains("C-1"));
        // An overseer reads and changes nothing.
        let seen = desk(&city, &[OVERSEE], "crisis")
            .get(&format!("/desk/assets/{}", foreign.id))
            .await
            .text();
        assert!(seen.contains("柱-秘密") && !seen.contains("/turn") && !seen.contains("/key"));
    }
);

each_database!(
    an_asset_lives_from_plan_to_removal,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[WORK], "crisis");
        let form = clerk.get("/desk/assets/new?kind=camera").await.text();
        assert!(form.contains("柱の番号") && form.contains("夜間撮影"));
        // A kind of another department is not theirs to add to.
        assert_eq!(
            clerk.get("/desk/assets/new?kind=trap").await.status,
            StatusCode::NOT_FOUND
        );
        let bad = clerk
            .post(
                "/desk/assets/new",
                &[
                    ("kind", "camera"),
                    ("number", "<b>C</b>"),
                    ("point", "x"),
                    ("height", "tall"),
                ],
            )
            .await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = bad.text();
        assert!(
            text.contains("数を書いてください")
                && text.contains("緯度・経度を")
                && !text.contains("<b>C</b>")
        );
        let fields = [
            ("kind", "camera"),
            ("number", "C-9"),
            ("name", "駅前<script>"),
            ("point", "34.4, 135.05"),
            ("department", "crisis"),
            ("pole", "12"),
            ("night", "yes"),
        ];
        let added = clerk.post("/desk/assets/new", &fields).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
        let href = added.to.split('?').next().unwrap().to_owned();
        let id: i64 = href.rsplit('/').next().unwrap().parse().unwrap();
        assert!(!clerk.get(&href).await.text().contains("<script>"));
        let twice = clerk.post("/desk/assets/new", &fields).await;
        assert!(twice.text().contains("この番号は、同じ種類のほかの設備"));
        // Nobody gives an asset to a department in which they do not work.
        let mut given = fields;
        given[1].1 = "C-10";
        given[4].1 = "roads";
        assert_eq!(
            clerk.post("/desk/assets/new", &given).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            counted(&city, "assets.installed", "crisis", "camera").await,
            0
        );
        let turn = |state: &'static str, revision: &'static str| {
            [
                ("state", state),
                ("revision", revision),
                ("turn_text", "工事のため"),
            ]
        };
        assert!(
            clerk
                .post(&format!("{href}/turn"), &turn("in_service", "1"))
                .await
                .to
                .ends_with("done=turned")
        );
        assert_eq!(
            counted(&city, "assets.installed", "crisis", "camera").await,
            1
        );
        let asset = found(&city, id).await;
        assert_eq!(asset.installed_on, Some(city.today()));
        assert_eq!(asset.inspection_due.unwrap().to_string(), "2027-11-21");
        let stale = clerk
            .post(&format!("{href}/turn"), &turn("out_of_service", "1"))
            .await;
        assert!(stale.text().contains("ほかの職員が先に変更しました"));
        let edit = clerk.get(&format!("{href}/edit")).await;
        let revision = edit.revision();
        let changed = clerk
            .post(
                &format!("{href}/edit"),
                &[
                    ("revision", &revision),
                    ("number", "C-9"),
                    ("name", "駅前西口"),
                    ("pole", "13"),
                    ("department", "crisis"),
                ],
            )
            .await;
        assert!(changed.to.ends_with("done=changed"), "{}", changed.text());
        assert_eq!(found(&city, id).await.name, "駅前西口");
        let stale = clerk
            .post(
                &format!("{href}/edit"),
                &[
                    ("revision", &revision),
                    ("number", "C-9"),
                    ("name", "遅い変更"),
                    ("pole", "13"),
                    ("department", "crisis"),
                ],
            )
            .await;
        assert!(stale.text().contains("ほかの職員が先に変更しました"));
        let future = [
            ("inspected_year", "2030"),
            ("inspected_month", "1"),
            ("inspected_day", "1"),
        ];
        assert_eq!(
            clerk.post(&format!("{href}/inspect"), &future).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let inspected = [
            ("inspected_year", "2026"),
            ("inspected_month", "11"),
            ("inspected_day", "20"),
            ("inspected_text", "異常なし"),
        ];
        assert!(
            clerk
                .post(&format!("{href}/inspect"), &inspected)
                .await
                .to
                .ends_with("done=inspected")
        );
        assert_eq!(
            found(&city, id).await.inspection_due.unwrap().to_string(),
            "2027-11-20"
        );
        assert!(
            clerk
                .post(&format!("{href}/note"), &[("note", "レンズを清掃")])
                .await
                .to
                .ends_with("done=noted")
        );
        let page = clerk.get(&href).await.text();
        for text in [
            "異常なし",
            "レンズを清掃",
            "工事のため",
            "状態を「使用中」にしました",
        ] {
            assert!(page.contains(text), "{text}");
        }
        let revision = found(&city, id).await.revision.to_string();
        clerk
            .post(
                &format!("{href}/turn"),
                &[("state", "removed"), ("revision", &revision)],
            )
            .await;
        let removed = found(&city, id).await;
        assert_eq!(
            (removed.state, removed.removed_on),
            (State::Removed, Some(city.today()))
        );
        assert_eq!(
            counted(&city, "assets.installed", "crisis", "camera").await,
            0
        );
        let revision = removed.revision.to_string();
        let back = clerk
            .post(
                &format!("{href}/turn"),
                &[("state", "in_service"), ("revision", &revision)],
            )
            .await;
        assert!(back.text().contains("いまの状態からは"));
    }
);
