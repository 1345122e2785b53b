//! The desk: by department and capability. On both databases.

use axum::http::StatusCode;
use yakuba_city::{Service as _, each_database, web::Access};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportService,
    capabilities::{OVERSEE, WORK},
    model::state::State,
    store,
};

use crate::support::{PICTURE, act, desk, mails, post, report, set_up, stranger};

const HERE: (i64, i64) = (34_400_000, 135_050_000);

each_database!(
    no_route_of_the_desk_opens_a_foreign_report,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let own = post(&city, "light", HERE, "暗い").await;
        let foreign = post(&city, "road", HERE, "秘密の穴").await;
        let before = report(&city, foreign.id).await;
        let mut walked = 0;
        for entry in ReportService.routes().entries() {
            // The board of a disaster and work orders have walks of their own.
            if !entry.path.starts_with("/desk/")
                || entry.path.starts_with("/desk/reports/triage")
                || entry.path.contains("{order}")
            {
                continue;
            }
            walked += 1;
            assert_ne!(entry.access, Access::Public, "{}", entry.path);
            let path = |id: i64| {
                entry
                    .path
                    .replace("{report}", &id.to_string())
                    .replace("{photo}", "x")
            };
            let is_get = entry.method == "GET";
            for (name, capabilities, department) in [
                (
                    "a colleague of another department",
                    vec![WORK, OVERSEE],
                    "lights",
                ),
                ("an overseer", vec![OVERSEE], "roads"),
                ("somebody without a role", vec![], "roads"),
            ] {
                let mut clerk = desk(&city, &capabilities, department);
                let page = if is_get {
                    clerk.get(&path(foreign.id)).await
                } else {
                    clerk
                        .post(
                            &path(foreign.id),
                            &[
                                ("revision", "1"),
                                ("state", "fixed"),
                                ("category", "road"),
                                ("note", "x"),
                            ],
                        )
                        .await
                };
                let what = format!("{} {} by {name}: {}", entry.method, entry.path, page.status);
                let about_one = entry.path.contains("{report}");
                match (name, about_one, is_get) {
                    ("a colleague of another department", true, _) => {
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
                    assert!(!page.text().contains("秘密の穴"), "{what}");
                }
            }
            if !is_get {
                assert_ne!(
                    stranger(&city).post(&path(foreign.id), &[]).await.status,
                    StatusCode::SEE_OTHER
                );
            }
        }
        assert_eq!(walked, 20);
        assert_eq!(report(&city, foreign.id).await, before);
        let list = desk(&city, &[WORK], "lights")
            .get("/desk/reports")
            .await
            .text();
        assert!(list.contains(&own.public_id) && !list.contains(&foreign.public_id));
        // An overseer reads, and does not see who it was.
        let seen = desk(&city, &[OVERSEE], "roads")
            .get(&format!("/desk/reports/{}", foreign.id))
            .await
            .text();
        assert!(seen.contains("秘密の穴") && !seen.contains("/turn") && !seen.contains("連絡先"));
    }
);

each_database!(
    a_report_by_telephone_is_entered_answered_and_found_by_its_number,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let form = clerk.get("/desk/reports/new?category=road").await.text();
        assert!(form.contains("name=\"place.description\"") && form.contains("受付の方法"));
        let bad = clerk
            .post(
                "/desk/reports/new",
                &[("category", "road"), ("channel", "pigeon"), ("email", "x")],
            )
            .await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [
            ("category", "road"),
            ("channel", "phone"),
            ("place.description", "橋のたもと"),
            ("text", "欄干が折れています"),
            ("name", "澄川花子"),
            ("phone", "000-0000-0000"),
            ("email", "hanako@example.jp"),
        ];
        let page = clerk.post("/desk/reports/new", &fields).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let number = page.between("<strong class=\"figure\">", "</strong>");
        let href = page.between("data-type=\"solid-fill\" href=\"", "\"");
        let found = clerk.get(&format!("/desk/reports?q={number}")).await;
        assert_eq!(found.to, href);
        let shown = clerk.get(&href).await.text();
        assert!(shown.contains("澄川花子") && shown.contains("電話"));
        let id: i64 = href.rsplit('/').next().unwrap().parse().unwrap();
        assert_eq!(report(&city, id).await.channel.as_str(), "phone");
        // What is sealed stands nowhere in the clear: neither in the row nor in the audit log or the facts.
        let turned = act(
            &city,
            &mut clerk,
            id,
            "turn",
            &[("state", "planned"), ("sentence", "0")],
        )
        .await;
        assert!(turned.to.ends_with("?done=turned"), "{}", turned.text());
        let told = mails(&city).await;
        assert_eq!((told.len(), told[0].0.as_str()), (1, "hanako@example.jp"));
        assert!(told[0].2.contains("2週間以内に直します。"));
        let noted = act(&city, &mut clerk, id, "note", &[("note", "業者に連絡済み")]).await;
        assert!(noted.to.ends_with("done=noted"));
        let picture = clerk
            .upload(
                &format!("/desk/reports/{id}/photos"),
                &[],
                ("photos", "a.png", PICTURE),
            )
            .await;
        assert!(picture.to.ends_with("done=photos"), "{}", picture.text());
        let shown = clerk.get(&href).await.text();
        assert!(shown.contains("業者に連絡済み") && shown.contains("職員の写真"));
    }
);

each_database!(
    the_desk_is_told_why_a_step_is_not_possible,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = post(&city, "road", HERE, "穴").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        for (fields, sentence) in [
            (vec![("state", "no_action")], "対応しない理由"),
            (vec![("state", "forwarded")], "伝える機関"),
            (
                vec![("state", "forwarded"), ("authority", "nobody")],
                "伝える機関",
            ),
            (
                vec![("state", "merged"), ("into", "zzzzzzzzzz")],
                "まとめ先",
            ),
            (
                vec![("state", "merged"), ("into", posted.public_id.as_str())],
                "まとめ先",
            ),
            (vec![("state", "received")], "いまの状態からは"),
        ] {
            let page = act(&city, &mut clerk, posted.id, "turn", &fields).await;
            assert!(
                page.text().contains(sentence),
                "{fields:?}: {}",
                page.text()
            );
        }
        let stale = clerk
            .post(
                &format!("/desk/reports/{}/turn", posted.id),
                &[("revision", "99"), ("state", "fixed")],
            )
            .await;
        assert!(stale.text().contains("ほかの職員が先に変更しました"));
        assert_eq!(report(&city, posted.id).await.state, State::Received);
        let forwarded = act(
            &city,
            &mut clerk,
            posted.id,
            "turn",
            &[("state", "forwarded"), ("authority", "prefecture")],
        )
        .await;
        assert!(forwarded.to.ends_with("done=turned"));
        let public = stranger(&city)
            .get(&format!("/reports/{}", posted.public_id))
            .await
            .text();
        assert!(public.contains("県の土木事務所"));
        // Colleagues alone can be given it.
        let nobody = act(
            &city,
            &mut clerk,
            posted.id,
            "assign",
            &[("account", "12345")],
        )
        .await;
        assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

each_database!(
    a_report_sent_to_another_department_leaves_the_desk,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = post(&city, "road", HERE, "街灯が消えている").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let wrong = act(
            &city,
            &mut clerk,
            posted.id,
            "route",
            &[("category", "light"), ("department", "nowhere")],
        )
        .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let sent = act(
            &city,
            &mut clerk,
            posted.id,
            "route",
            &[("category", "light"), ("department", "")],
        )
        .await;
        assert_eq!(sent.to, "/desk/reports?done=routed");
        let address = format!("/desk/reports/{}", posted.id);
        assert_eq!(clerk.get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            desk(&city, &[WORK], "lights").get(&address).await.status,
            StatusCode::OK
        );
    }
);

each_database!(
    statistics_count_what_the_department_sees,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        use jiff::SignedDuration;
        use yakuba_city::testing::test_moment;
        set_up(&city).await;
        let ids: Vec<i64> =
            futures::future::join_all((0..4).map(|_| post(&city, "road", HERE, "穴")))
                .await
                .into_iter()
                .map(|posted| posted.id)
                .collect();
        post(&city, "light", HERE, "暗い").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        for (days, id) in [(2, ids[0]), (4, ids[1]), (20, ids[2])] {
            city.clock()
                .set(test_moment() + SignedDuration::from_hours(days * 24));
            act(&city, &mut clerk, id, "turn", &[("state", "fixed")]).await;
        }
        let csv = clerk
            .get("/desk/reports/statistics.csv?by=category&year=2026")
            .await;
        let text = csv.text();
        // Name, received, handled, share, open and late, median, nine in ten.
        assert!(text.contains("道路の穴,4,3,75.0%,1,4,20"), "{text}");
        assert!(!text.contains("街灯"), "{text}");
        let total = text.lines().last().unwrap();
        assert!(total.starts_with("合計,4,3"), "{text}");
        let late = clerk.get("/desk/reports?which=late").await.text();
        assert!(
            late.contains(
                &store::report(city.db(), ids[3])
                    .await
                    .unwrap()
                    .unwrap()
                    .public_id
            )
        );
        for by in ["area", "department", "channel", "month"] {
            let page = clerk
                .get(&format!("/desk/reports/statistics?by={by}&year=令和8年度"))
                .await;
            assert_eq!(page.status, StatusCode::OK, "{by}");
            assert!(page.text().contains("75.0%"), "{by}");
        }
    }
);
