//! What everybody sees, without JavaScript. On both databases.

use axum::http::StatusCode;
use yakuba_addresses::AddressService;
use yakuba_city::{
    City, each_database,
    testing::{KnownPlaces, test_moment},
};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_reports::{ReportService, capabilities::WORK, model::state::State, store};

use crate::support::{
    Browser, PICTURE, act, addresses, code, desk, mails, post, report, set_up, stranger,
};

/// Fills in the pages up to the check, with a picture and without a word on where to be told.
async fn fill_in(browser: &mut Browser) {
    let begun = browser.post("/reports/new", &[("category", "road")]).await;
    assert_eq!(begun.to, "/reports/new/place", "{}", begun.text());
    let placed = browser
        .post(
            "/reports/new/place",
            &[
                ("place.description", "郵便局の前"),
                ("place.coordinates", "34.400000, 135.050000"),
            ],
        )
        .await;
    assert_eq!(placed.to, "/reports/new/similar", "{}", placed.text());
    let details = browser
        .upload(
            "/reports/new/details",
            &[
                ("text", "深い穴があります。電話は090-0000-0000です。"),
                ("size", "large"),
            ],
            ("photos", "IMG_1.png", PICTURE),
        )
        .await;
    assert_eq!(details.to, "/reports/new/contact", "{}", details.text());
    let contact = browser
        .post("/reports/new/contact", &[("action", "none")])
        .await;
    assert_eq!(contact.to, "/reports/new/check");
}

async fn only_report(city: &City) -> store::Report {
    let mut all = store::handled(city.db(), &store::Filter::default())
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

each_database!(
    a_resident_reports_a_hole_and_gets_a_number_once,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let mut browser = stranger(&city);
        let choose = browser.get("/reports/new").await.text();
        assert!(choose.contains("道路の穴") && choose.contains("街灯"));
        let nothing = browser.post("/reports/new", &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Nothing is asked out of turn.
        for page in ["place", "similar", "details", "contact", "check", "done"] {
            assert_eq!(
                browser.get(&format!("/reports/new/{page}")).await.to,
                "/reports/new",
                "{page}"
            );
        }
        fill_in(&mut browser).await;
        let check = browser.get("/reports/new/check").await;
        assert_eq!(check.headers["cache-control"], "no-store");
        let text = check.text();
        assert!(
            text.contains("深い穴") && text.contains("郵便局の前") && text.contains("IMG_1.png")
        );
        // The picture is its writer's alone while nothing is sent.
        let photo = text
            .split("/reports/new/photos/")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let photo = format!("/reports/new/photos/{photo}");
        let own = browser.get(&photo).await;
        assert_eq!(
            (own.status, own.headers["content-type"].to_str().unwrap()),
            (StatusCode::OK, "image/png")
        );
        assert!(
            !String::from_utf8_lossy(&own.bytes).contains("taken at"),
            "the comment is gone"
        );
        assert_eq!(
            stranger(&city).get(&photo).await.status,
            StatusCode::NOT_FOUND
        );

        // What was changed in another window is shown again before it is sent.
        let revision = check.revision();
        let stale = browser
            .post("/reports/new/check", &[("revision", "1")])
            .await;
        assert_eq!(stale.to, "/reports/new/check?done=changed");
        let sent = browser
            .post("/reports/new/check", &[("revision", &revision)])
            .await;
        assert_eq!(sent.to, "/reports/new/done");
        let twice = browser
            .post("/reports/new/check", &[("revision", &revision)])
            .await;
        assert_eq!(twice.to, "/reports/new/done");
        let found = only_report(&city).await;
        assert_eq!(found.state, State::Received);
        let done = browser.get("/reports/new/done").await;
        let number = done.between("<strong class=\"figure\">", "</strong>");
        assert_eq!(number.len(), 20);

        // Everybody sees that there is something, and nothing that somebody wrote.
        let mut other = stranger(&city);
        assert_eq!(other.get("/reports/new/done").await.to, "/reports/new");
        let address = format!("/reports/{}", found.public_id);
        let public = other.get(&address).await.text();
        assert!(public.contains("道路の穴") && public.contains("34.4, 135.05"));
        for hidden in ["深い穴", "090-0000", "郵便局", "IMG_1", &number, "/photos/"] {
            assert!(!public.contains(hidden), "{hidden} in {public}");
        }
        let list = other.get("/reports").await.text();
        assert!(list.contains(&address) && !list.contains("深い穴"));
        let found_again = other
            .post("/reports/status", &[("number", &number.to_lowercase())])
            .await;
        assert_eq!(found_again.to, address);
        for wrong in ["123", "AAAAAA-AAAAAA-AAAAAA", ""] {
            let page = other.post("/reports/status", &[("number", wrong)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    }
);

each_database!(
    text_and_pictures_are_public_when_the_desk_has_looked,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let mut browser = stranger(&city);
        fill_in(&mut browser).await;
        let revision = browser.get("/reports/new/check").await.revision();
        browser
            .post("/reports/new/check", &[("revision", &revision)])
            .await;
        let found = only_report(&city).await;
        let address = format!("/reports/{}", found.public_id);
        let mut clerk = desk(&city, &[WORK], "roads");
        let page = clerk
            .get(&format!("/desk/reports/{}", found.id))
            .await
            .text();
        assert!(page.contains("深い穴") && page.contains("大きい") && page.contains("郵便局の前"));
        let key = page
            .split("/photos/")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let photo = format!("{address}/photos/{key}");
        assert_eq!(browser.get(&photo).await.status, StatusCode::NOT_FOUND);
        let worded = act(
            &city,
            &mut clerk,
            found.id,
            "word",
            &[
                ("public_place", "本町"),
                ("public_text", "深い穴があります。"),
                ("is_shown", "1"),
            ],
        )
        .await;
        assert_eq!(
            worded.to,
            format!("/desk/reports/{}?done=worded", found.id),
            "{}",
            worded.text()
        );
        assert_eq!(report(&city, found.id).await.state, State::Checked);
        let released = act(
            &city,
            &mut clerk,
            found.id,
            "release",
            &[("released", &key)],
        )
        .await;
        assert!(released.to.ends_with("done=photos"));
        let public = browser.get(&address).await.text();
        assert!(
            public.contains("深い穴があります。")
                && public.contains("本町")
                && !public.contains("090-0000")
        );
        assert_eq!(browser.get(&photo).await.status, StatusCode::OK);
        for query in [
            "?q=深い 本町",
            "?near=34.4,135.05&within=300",
            "?state=checked&category=road",
        ] {
            let list = browser
                .get(&format!("/reports{}", query.replace(' ', "%20")))
                .await
                .text();
            assert!(list.contains(&address), "{query}");
        }
        for query in [
            "?q=街灯",
            "?near=34.5,135.05&within=300",
            "?state=fixed",
            "?category=light",
            "?area=harbour",
        ] {
            let list = browser.get(&format!("/reports{query}")).await.text();
            assert!(!list.contains(&address), "{query}");
        }
        let geojson: serde_json::Value =
            serde_json::from_slice(&browser.get("/reports/reports.geojson").await.bytes).unwrap();
        assert_eq!(
            geojson["features"][0]["geometry"]["coordinates"],
            serde_json::json!([135.05, 34.4])
        );
        assert_eq!(geojson["features"][0]["properties"]["href"], address);
        let closed = browser
            .get("/reports/reports.geojson?layer=handled")
            .await
            .text();
        assert!(!closed.contains(&address));
        let feed = browser.get("/reports/feed.atom?category=road").await;
        assert!(
            feed.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with("application/atom+xml")
        );
        assert!(
            feed.text()
                .contains(&format!("http://localhost:8080{address}"))
        );
        assert!(
            !browser
                .get("/reports/feed.atom?category=light")
                .await
                .text()
                .contains(&address)
        );
        // What is abuse is hidden everywhere.
        act(&city, &mut clerk, found.id, "word", &[("is_shown", "0")]).await;
        assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get(&photo).await.status, StatusCode::NOT_FOUND);
        for list in [
            "/reports?state=all",
            "/reports/feed.atom",
            "/reports/reports.geojson?state=all",
        ] {
            assert!(
                !browser.get(list).await.text().contains(&found.public_id),
                "{list}"
            );
        }
    }
);

each_database!(
    what_is_there_is_offered_before_it_is_written_again,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let near = post(&city, "road", (34_400_500, 135_050_000), "穴").await;
        let far = post(&city, "road", (34_410_000, 135_050_000), "穴").await;
        let other = post(&city, "light", (34_400_000, 135_050_000), "暗い").await;
        let mut browser = stranger(&city);
        browser.post("/reports/new", &[("category", "road")]).await;
        browser
            .post(
                "/reports/new/place",
                &[("place.coordinates", "34.4,135.05")],
            )
            .await;
        let offered = browser.get("/reports/new/similar").await.text();
        assert!(
            offered.contains(&near.public_id) && offered.contains("60メートル"),
            "{offered}"
        );
        assert!(!offered.contains(&far.public_id) && !offered.contains(&other.public_id));
        // Nothing near: nothing is asked.
        browser
            .post(
                "/reports/new/place",
                &[("place.coordinates", "34.45,135.05")],
            )
            .await;
        assert_eq!(
            browser.get("/reports/new/similar").await.to,
            "/reports/new/details"
        );
        // What was forwarded is offered for 90 days: nobody hears whether the other authority has mended it.
        let mut clerk = desk(&city, &[WORK], "roads");
        act(
            &city,
            &mut clerk,
            near.id,
            "turn",
            &[("state", "forwarded"), ("authority", "prefecture")],
        )
        .await;
        for (days, is_offered) in [(89, true), (91, false)] {
            city.clock()
                .set(test_moment() + jiff::SignedDuration::from_hours(days * 24));
            let mut browser = stranger(&city);
            browser.post("/reports/new", &[("category", "road")]).await;
            browser
                .post(
                    "/reports/new/place",
                    &[("place.coordinates", "34.4,135.05")],
                )
                .await;
            let page = browser.get("/reports/new/similar").await;
            assert_eq!(
                page.status == StatusCode::OK && page.text().contains(&near.public_id),
                is_offered,
                "{days}"
            );
        }
    }
);

/// Follows a report at an address.
async fn follow(city: &City, browser: &mut Browser, public_id: &str, email: &str) {
    let path = format!("/reports/{public_id}/follow");
    let asked = browser
        .post(&path, &[("action", "send"), ("email", email)])
        .await;
    assert_eq!(asked.to, format!("{path}?sent=1"), "{}", asked.text());
    assert!(
        browser
            .get(&asked.to)
            .await
            .text()
            .contains("name=\"code\"")
    );
    let wrong = browser
        .post(&path, &[("action", "code"), ("code", "x")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = code(city).await;
    let done = browser
        .post(&path, &[("action", "code"), ("code", &code)])
        .await;
    assert_eq!(
        done.to,
        format!("/reports/{public_id}?done=followed"),
        "{}",
        done.text()
    );
}

each_database!(
    followers_are_told_each_step_once_and_until_they_leave,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let first = post(&city, "road", (34_400_000, 135_050_000), "穴").await;
        let second = post(&city, "road", (34_400_000, 135_050_000), "同じ穴").await;
        let (mut one, mut two) = (stranger(&city), stranger(&city));
        follow(&city, &mut one, &first.public_id, "one@example.jp").await;
        follow(&city, &mut two, &second.public_id, "two@example.jp").await;
        let before = mails(&city).await.len();
        let mut clerk = desk(&city, &[WORK], "roads");
        // Merged into the first, the follower of the second hears so, and of the first from then on.
        act(
            &city,
            &mut clerk,
            second.id,
            "turn",
            &[("state", "merged"), ("into", &first.public_id)],
        )
        .await;
        let told = mails(&city).await;
        assert_eq!(told.len(), before + 1);
        assert_eq!(told[before].0, "two@example.jp");
        act(
            &city,
            &mut clerk,
            first.id,
            "turn",
            &[("state", "fixed"), ("sentence", "1")],
        )
        .await;
        let told = mails(&city).await;
        let to: Vec<&str> = told[before + 1..]
            .iter()
            .map(|mail| mail.0.as_str())
            .collect();
        assert_eq!(to.len(), 2, "{to:?}");
        assert!(to.contains(&"one@example.jp") && to.contains(&"two@example.jp"));
        let (_, subject, text) = &told[before + 1];
        assert!(
            subject.contains("道路の穴") && text.contains("直しました。"),
            "{subject} {text}"
        );
        assert!(text.contains(&format!(
            "http://localhost:8080/reports/{}",
            first.public_id
        )));
        // Running the jobs again tells nobody again.
        assert_eq!(mails(&city).await.len(), told.len());

        // A link of a mail asks first, then ends it.
        let mail = told[before + 1..]
            .iter()
            .find(|mail| mail.0 == "one@example.jp")
            .unwrap();
        let way = mail
            .2
            .split("http://localhost:8080")
            .find(|part| part.starts_with("/reports/unfollow/"))
            .unwrap();
        let way = way.lines().next().unwrap().trim();
        assert!(
            stranger(&city)
                .get(way)
                .await
                .text()
                .contains("知らせを止めます")
        );
        stranger(&city).post(way, &[]).await;
        assert!(
            stranger(&city)
                .get(way)
                .await
                .text()
                .contains("知らせは止まっています")
        );
        let forged = format!("{}0", &way[..way.len() - 1]);
        stranger(&city).post(&forged, &[]).await;
        act(&city, &mut clerk, first.id, "turn", &[("state", "checked")]).await;
        let last = mails(&city).await;
        let to: Vec<&str> = last[told.len()..]
            .iter()
            .map(|mail| mail.0.as_str())
            .collect();
        assert_eq!(to, ["two@example.jp"]);
        // An address that is confirmed follows with one press.
        let page = one
            .get(&format!("/reports/{}/follow", first.public_id))
            .await
            .text();
        assert!(page.contains("one@example.jp"));
    }
);

each_database!(
    reports_are_found_near_an_address_or_a_named_place,
    [&MailService, &IdentityService, &KnownPlaces, &ReportService],
    async |city| {
        set_up(&city).await;
        post(&city, "road", (34_400_000, 135_050_000), "穴").await;
        let mut browser = stranger(&city);
        let near = browser
            .get("/reports?near=%E6%9C%AC%E7%94%BA1-1&within=300")
            .await
            .text();
        assert!(near.contains("1件") && near.contains("メートル"), "{near}");
        assert!(near.contains("feed.atom?near=34.401%2C+135.05"), "{near}");
        let which = browser
            .get("/reports?near=%E5%85%AC%E6%B0%91%E9%A4%A8")
            .await
            .text();
        assert!(which.contains("中央公民館分館"), "{which}");
        for path in ["/reports/feed.atom", "/reports/reports.geojson"] {
            let answer = browser
                .get(&format!("{path}?near=%E5%85%AC%E6%B0%91%E9%A4%A8"))
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        }
    }
);

each_database!(
    a_feed_around_nowhere_is_refused_as_the_list_is,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        post(&city, "road", (34_400_000, 135_050_000), "穴").await;
        let mut browser = stranger(&city);
        for path in ["/reports?near=x", "/reports/feed.atom?near=x"] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{path}"
            );
        }
    }
);

each_database!(
    whoever_has_the_number_contests_a_fixed_once,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = post(&city, "road", (34_400_000, 135_050_000), "穴").await;
        let other = post(&city, "road", (34_410_000, 135_050_000), "穴").await;
        let path = format!("/reports/{}/contest", posted.public_id);
        let mut browser = stranger(&city);
        assert_eq!(browser.get(&path).await.status, StatusCode::CONFLICT);
        let mut clerk = desk(&city, &[WORK], "roads");
        act(
            &city,
            &mut clerk,
            posted.id,
            "turn",
            &[("state", "fixed"), ("sentence", "1")],
        )
        .await;
        let page = browser
            .get(&format!("/reports/{}", posted.public_id))
            .await
            .text();
        assert!(page.contains(&path));
        let (number, wrong) = (posted.number.to_string(), other.number.to_string());
        for fields in [
            [("number", wrong.as_str()), ("text", "まだ穴がある")],
            [("number", "x"), ("text", "まだ穴がある")],
            [("number", number.as_str()), ("text", " ")],
        ] {
            let refused = browser.post(&path, &fields).await;
            assert_eq!(
                refused.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{fields:?}"
            );
        }
        assert_eq!(report(&city, posted.id).await.state, State::Fixed);
        let sent = browser
            .upload(
                &path,
                &[("number", &number), ("text", "まだ穴がある")],
                ("photos", "a.png", PICTURE),
            )
            .await;
        assert_eq!(
            sent.to,
            format!("/reports/{}?done=contested", posted.public_id),
            "{}",
            sent.text()
        );
        assert_eq!(browser.get(&path).await.status, StatusCode::CONFLICT);
        // The inbox says which one it is, and shows those alone.
        let inbox = clerk.get("/desk/reports").await.text();
        assert_eq!(
            inbox.matches("「直っていない」</span>").count(),
            1,
            "{inbox}"
        );
        let alone = clerk.get("/desk/reports?which=contested").await.text();
        assert!(alone.contains(&posted.public_id) && !alone.contains(&other.public_id));
        let shown = clerk
            .get(&format!("/desk/reports/{}", posted.id))
            .await
            .text();
        assert!(shown.contains("まだ穴がある") && shown.contains("「直っていない」の写真"));
        let public = browser
            .get(&format!("/reports/{}", posted.public_id))
            .await
            .text();
        assert!(
            public.contains("「直っていない」と連絡がありました")
                && !public.contains("まだ穴がある")
        );
    }
);

each_database!(
    who_reported_is_forgotten_a_year_after_the_answer,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        use jiff::SignedDuration;
        use yakuba_city::run_due_jobs;
        set_up(&city).await;
        let posted = post(&city, "road", (34_400_000, 135_050_000), "穴").await;
        let mut browser = stranger(&city);
        follow(&city, &mut browser, &posted.public_id, "one@example.jp").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        act(&city, &mut clerk, posted.id, "turn", &[("state", "fixed")]).await;
        run_due_jobs(&city).await.unwrap();
        let found = report(&city, posted.id).await;
        let key = city.key().unwrap();
        assert!(
            store::open_of(city.db(), key, &found)
                .await
                .unwrap()
                .is_some()
        );
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(366 * 24));
        run_due_jobs(&city).await.unwrap();
        assert!(
            store::open_of(city.db(), key, &found)
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(
            store::followers::count(city.db(), posted.id).await.unwrap(),
            0
        );
        let page = clerk
            .get(&format!("/desk/reports/{}", posted.id))
            .await
            .text();
        assert!(page.contains("届いた内容と連絡先は"));
    }
);

each_database!(
    without_a_script_an_address_is_looked_up_by_a_button,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &ReportService
    ],
    async |city| {
        set_up(&city).await;
        let mut browser = stranger(&city);
        browser.post("/reports/new", &[("category", "road")]).await;
        // Without addresses there is nothing to press.
        let button = "value=\"place:place\"";
        assert!(
            !browser
                .get("/reports/new/place")
                .await
                .text()
                .contains(button)
        );
        addresses(&city).await;
        let page = browser.get("/reports/new/place").await.text();
        assert!(page.contains(button));
        let mut look_up = async |text: &str| {
            let fields = [
                ("place.description", text),
                ("place.coordinates", ""),
                ("action", "place:place"),
            ];
            browser.post("/reports/new/place", &fields).await.text()
        };
        assert!(look_up("").await.contains("住所を入力してから"));
        assert!(
            look_up("月の裏")
                .await
                .contains("その住所は見つかりませんでした")
        );
        // Written in full: its position is filled in, the words stay.
        let filled = look_up("中央1-2-3 の前の道").await;
        assert!(filled.contains("中央1-2-3 の前の道"), "{filled}");
        let filled = look_up("澄川市中央1-2-3").await;
        assert!(
            filled.contains("value=\"34.4, 135.051\"")
                && filled.contains("value=\"澄川市中央1-2-3\""),
            "{filled}"
        );
        // A town: which of its addresses?
        let several = look_up("中央一丁目").await;
        let choice = "at:place:34.4, 135.052|中央一丁目2-4";
        assert!(several.contains(choice), "{several}");
        let chosen = browser
            .post(
                "/reports/new/place",
                &[("place.description", "中央一丁目"), ("action", choice)],
            )
            .await
            .text();
        assert!(
            chosen.contains("value=\"34.4, 135.052\"")
                && chosen.contains("value=\"中央一丁目2-4\"")
        );
        // What is no choice of ours changes nothing, and goes on as any other answer.
        let odd = browser
            .post(
                "/reports/new/place",
                &[
                    ("place.description", "駅前"),
                    ("action", "at:place:99, 1|x"),
                ],
            )
            .await;
        assert_eq!(odd.status, StatusCode::SEE_OTHER);
    }
);
