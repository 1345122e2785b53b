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

use crate::support::{PICTURE, Page, act, counted, desk, mails, post, report, set_up, stranger};

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
        assert_eq!(walked, 25);
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

/// The name under which a page sends its form once.
fn form_key(page: &Page) -> String {
    page.between("name=\"key\" value=\"", "\"")
}

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
        let key = form_key(&clerk.get("/desk/reports/new?category=road").await);
        let fields = [
            ("key", key.as_str()),
            ("category", "road"),
            ("channel", "phone"),
            ("place.description", "橋のたもと"),
            ("text", "欄干が折れています"),
            ("name", "澄川花子"),
            ("phone", "000-0000-0000"),
            ("email", "hanako@example.jp"),
        ];
        let taken = clerk.post("/desk/reports/new", &fields).await;
        assert_eq!(
            taken.to,
            format!("/desk/reports/new?entered={key}"),
            "{}",
            taken.text()
        );
        let page = clerk.get(&taken.to).await;
        let number = page.between("<strong class=\"figure\">", "</strong>");
        // The same form once more, by a second press or a page loaded again, is the same report, and whoever sent it is told.
        let again = clerk.post("/desk/reports/new", &fields).await;
        assert!(again.to.ends_with("&done=entered-before"), "{}", again.to);
        let told = clerk.get(&again.to).await.text();
        assert!(told.contains(&number) && told.contains("すでに受け付けています"));
        assert_eq!(counted(&city, "reports.posted").await, 1);
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

each_database!(
    a_report_by_telephone_comes_with_pictures_and_is_not_written_a_second_time,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let there = post(&city, "road", HERE, "穴").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let key = form_key(&clerk.get("/desk/reports/new?category=road").await);
        let fields = [
            ("key", key.as_str()),
            ("category", "road"),
            ("channel", "phone"),
            ("place.coordinates", "34.4001,135.05"),
            ("text", "穴があいています"),
        ];
        let asked = clerk
            .upload("/desk/reports/new", &fields, ("photos", "a.png", PICTURE))
            .await
            .text();
        assert!(asked.contains(&there.public_id), "{asked}");
        assert!(asked.contains("穴があいています") && asked.contains("写真は、もう一度"));
        assert_eq!(counted(&city, "reports.posted").await, 1);
        let despite: Vec<(&str, &str)> = fields.into_iter().chain([("despite", "1")]).collect();
        let taken = clerk
            .upload("/desk/reports/new", &despite, ("photos", "a.png", PICTURE))
            .await;
        let page = clerk.get(&taken.to).await;
        let href = page.between("data-type=\"solid-fill\" href=\"", "\"");
        assert!(clerk.get(&href).await.text().contains("通報の写真"));
        assert_eq!(counted(&city, "reports.posted").await, 2);
        // Without the name of a form nothing is taken, and nobody else's number is shown.
        for key in ["", "x"] {
            let page = clerk
                .post(
                    "/desk/reports/new",
                    &[("key", key), ("category", "road"), ("channel", "phone")],
                )
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(
            clerk.get("/desk/reports/new?entered=x").await.status,
            StatusCode::NOT_FOUND
        );
    }
);

each_database!(
    what_was_typed_at_the_desk_is_there_when_it_was_not_accepted,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = post(&city, "road", HERE, "穴").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        // Too long by one letter.
        let long = format!("{}終", "あ".repeat(2_000));
        let page = act(
            &city,
            &mut clerk,
            posted.id,
            "turn",
            &[("state", "planned"), ("turn_text", &long)],
        )
        .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = page.text();
        assert!(text.contains(&long) && text.contains("href=\"#turn_text\""));
        assert!(text.contains("value=\"planned\" checked"), "{text}");
        // Without a reason: the state stands, and the link leads to the field.
        let page = act(
            &city,
            &mut clerk,
            posted.id,
            "turn",
            &[("state", "no_action")],
        )
        .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = page.text();
        assert!(text.contains("value=\"no_action\" checked"));
        assert!(text.contains("href=\"#turn_text\"") && text.contains("対応しない理由"));
        // The sentence of another state is no explanation of this one.
        let page = act(
            &city,
            &mut clerk,
            posted.id,
            "turn",
            &[("state", "planned"), ("sentence", "1")],
        )
        .await;
        assert!(page.text().contains("この定型文は"), "{}", page.text());
        assert_eq!(report(&city, posted.id).await.state, State::Received);
        // One's own words go before any sentence.
        let page = act(
            &city,
            &mut clerk,
            posted.id,
            "turn",
            &[
                ("state", "planned"),
                ("sentence", "1"),
                ("turn_text", "来週直します。"),
            ],
        )
        .await;
        assert!(page.to.ends_with("done=turned"));
    }
);

each_database!(
    a_colleagues_text_stands_beside_what_was_typed_meanwhile,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = post(&city, "road", HERE, "穴").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let before = report(&city, posted.id).await.revision.to_string();
        act(
            &city,
            &mut clerk,
            posted.id,
            "word",
            &[
                ("public_place", "駅前"),
                ("public_text", "同僚の文章"),
                ("is_shown", "1"),
            ],
        )
        .await;
        let path = format!("/desk/reports/{}/word", posted.id);
        for text in ["自分の文章".to_owned(), "あ".repeat(2_001)] {
            let page = clerk
                .post(
                    &path,
                    &[
                        ("revision", before.as_str()),
                        ("public_place", "駅の北"),
                        ("public_text", &text),
                        ("is_shown", "0"),
                    ],
                )
                .await;
            assert!(page.status.is_client_error(), "{}", page.status);
            let shown = page.text();
            assert!(shown.contains("ほかの職員が先に変更しました"), "{shown}");
            assert!(shown.contains("同僚の文章") && shown.contains("駅前"));
            assert!(shown.contains(&text) && shown.contains("駅の北"));
        }
        let now = report(&city, posted.id).await;
        assert_eq!(
            (now.public_text.as_str(), now.is_shown),
            ("同僚の文章", true)
        );
    }
);

each_database!(
    the_inbox_begins_with_what_is_due_first_and_finds_texts_that_nobody_looked_at,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        use jiff::SignedDuration;
        use yakuba_city::testing::test_moment;
        set_up(&city).await;
        // Something else has 30 days, a hole 14: the later one is due first.
        let slow = post(&city, "other", HERE, "落とし物").await;
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(24));
        let urgent = post(&city, "road", HERE, "穴").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let order = async |clerk: &mut crate::support::Browser, query: &str| {
            let text = clerk.get(&format!("/desk/reports{query}")).await.text();
            text.find(&urgent.public_id) < text.find(&slow.public_id)
        };
        assert!(order(&mut clerk, "").await);
        assert!(!order(&mut clerk, "?order=oldest").await);
        assert!(order(&mut clerk, "?order=newest").await);
        let none = clerk.get("/desk/reports?area=harbour").await.text();
        assert!(!none.contains(&urgent.public_id));
        act(
            &city,
            &mut clerk,
            urgent.id,
            "turn",
            &[("state", "fixed"), ("turn_text", "直しました")],
        )
        .await;
        let inbox = clerk.get("/desk/reports").await.text();
        assert!(inbox.contains("文章を確認していない通報が1件"), "{inbox}");
        let waiting = clerk
            .get("/desk/reports?state=handled&which=unlooked")
            .await
            .text();
        assert!(waiting.contains(&urgent.public_id) && !waiting.contains(&slow.public_id));
        // Nobody is promised a text that may never come.
        let public = stranger(&city)
            .get(&format!("/reports/{}", urgent.public_id))
            .await
            .text();
        assert!(
            public.contains("文章は公開していません") && !public.contains("確かめてから公開"),
            "{public}"
        );
    }
);

each_database!(
    what_is_typed_for_one_thing_is_there_after_another_was_done,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = post(&city, "road", HERE, "穴").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let path = format!("/desk/reports/{}", posted.id);
        // One form: whatever button is pressed, everything is sent.
        let page = clerk.get(&path).await.text();
        let form = page
            .split("<form")
            .find(|form| form.contains("/word\""))
            .unwrap();
        for part in [
            "public_text",
            "turn_text",
            "name=\"note\"",
            "/photos\"",
            "/turn\"",
            "/assign\"",
        ] {
            assert!(form.contains(part), "{part}: {form}");
        }
        let all = [
            ("public_place", "郵便局の前"),
            ("public_text", "公開する文章"),
            ("is_shown", "1"),
            ("state", "planned"),
            ("turn_text", "来週直します"),
            ("category", "road"),
            ("department", "roads"),
            ("account", ""),
            ("note", ""),
        ];
        let page = act(&city, &mut clerk, posted.id, "word", &all).await;
        let text = page.text();
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            text.contains("来週直します") && text.contains("保存しました"),
            "{text}"
        );
        assert_eq!(report(&city, posted.id).await.public_text, "公開する文章");
        // The page is of the report as it is now: the next step is taken.
        let revision = page.between("name=\"revision\" value=\"", "\"");
        assert_eq!(
            revision,
            report(&city, posted.id).await.revision.to_string()
        );
        // A note is taken, and the text that is being written stays.
        let mut noted = all;
        noted[1].1 = "書きかけの文章";
        noted[8].1 = "現地を見ました";
        let page = act(&city, &mut clerk, posted.id, "note", &noted)
            .await
            .text();
        assert!(
            page.contains("書きかけの文章") && page.contains("来週直します"),
            "{page}"
        );
        assert_eq!(report(&city, posted.id).await.public_text, "公開する文章");
        assert_eq!(page.matches("現地を見ました").count(), 1, "{page}");
        // Nothing else was typed: the usual way back.
        let mut only = all;
        (only[3].1, only[4].1) = ("", "");
        let page = act(&city, &mut clerk, posted.id, "word", &only).await;
        assert!(page.to.ends_with("?done=worded"), "{}", page.text());
    }
);
