//! Places that the desk corrects, several reports at once, and merging without a number typed. On both databases.

use axum::http::StatusCode;
use yakuba_city::{each_database, sql::Sql as _};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportService,
    capabilities::{OVERSEE, WORK},
    model::state::State,
};

use crate::support::{
    act, counted_of, desk, mails, picture_taken_somewhere, post, report, set_up, stranger,
};

const HERE: (i64, i64) = (34_400_000, 135_050_000);

each_database!(
    the_desk_puts_a_report_where_it_is_and_it_goes_to_the_department_of_that_area,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = post(&city, "road", HERE, "秘密の穴").await;
        let id = posted.id;
        let follow = yakuba_reports::store::followers::Follower::new(
            city.key().unwrap(),
            &yakuba_mail::EmailAddress::read("hanako@example.jp").unwrap(),
            "ja",
            "https://city.example.jp",
        )
        .unwrap();
        city.write(
            yakuba_city::Actor::Public,
            (id, follow),
            |tx, (id, follow)| Box::pin(yakuba_reports::store::followers::follow(tx, *id, follow)),
        )
        .await
        .unwrap();
        let mut clerk = desk(&city, &[WORK], "roads");
        let at = format!("/desk/reports/{id}/place");
        let page = clerk.get(&at).await.text();
        assert!(
            page.contains("郵便局の前") && page.contains("34.4, 135.05"),
            "{page}"
        );
        assert_eq!(
            desk(&city, &[OVERSEE], "roads").get(&at).await.status,
            StatusCode::FORBIDDEN
        );
        // Without a reason or a point it stays where it is, and what was typed stands there.
        for (point, reason, sentence) in [
            ("34.35, 135.05", "", "入力してください"),
            ("", "電話で聞きました", "場所を決めてください"),
            ("nowhere", "電話で聞きました", "nowhere"),
        ] {
            let fields = [
                ("place.description", "港の入口"),
                ("place.coordinates", point),
                ("reason", reason),
            ];
            let page = act(&city, &mut clerk, id, "place", &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{point}");
            let text = page.text();
            assert!(
                text.contains(sentence) && text.contains("港の入口"),
                "{text}"
            );
        }
        let stale = [
            ("revision", "99"),
            ("place.coordinates", "34.35, 135.05"),
            ("reason", "x"),
        ];
        assert_eq!(clerk.post(&at, &stale).await.status, StatusCode::CONFLICT);
        assert_eq!(report(&city, id).await.revision, 1);

        let fields = [
            ("place.description", "港の入口"),
            ("place.coordinates", "34.35, 135.05"),
            ("reason", "通報した人に電話で聞きました"),
        ];
        let placed = act(&city, &mut clerk, id, "place", &fields).await;
        assert_eq!(placed.to, "/desk/reports?done=routed", "{}", placed.text());
        let found = report(&city, id).await;
        assert_eq!(
            (found.department.as_str(), found.area.as_str()),
            ("port", "harbour")
        );
        assert_eq!(found.point.unwrap().to_string(), "34.35, 135.05");
        assert_eq!(found.public_place, "港の入口");
        assert_eq!(
            counted_of(&city, "reports.posted", "roads", "road").await,
            0
        );
        assert_eq!(counted_of(&city, "reports.posted", "port", "road").await, 1);
        // Everybody reads that and why, and nothing of what was sent; followers hear of it.
        let public = stranger(&city)
            .get(&format!("/reports/{}", posted.public_id))
            .await
            .text();
        assert!(public.contains("場所を直しました"), "{public}");
        assert!(
            public.contains("電話で聞きました") && !public.contains("秘密"),
            "{public}"
        );
        let told = mails(&city).await;
        assert!(told[0].2.contains("通報の場所を直しました。"), "{told:?}");
        assert!(told[0].2.contains("電話で聞きました"));
        // Sent to another department by hand, it stays there wherever it is.
        let mut port = desk(&city, &[WORK], "port");
        act(
            &city,
            &mut port,
            id,
            "route",
            &[("category", "road"), ("department", "lights")],
        )
        .await;
        let mut lights = desk(&city, &[WORK], "lights");
        let back = [("place.coordinates", "34.4, 135.05"), ("reason", "x")];
        let placed = act(&city, &mut lights, id, "place", &back).await;
        assert!(placed.to.ends_with("done=placed"), "{}", placed.text());
        let found = report(&city, id).await;
        assert_eq!(
            (found.department.as_str(), found.area.as_str()),
            ("lights", "")
        );
        let history = lights.get(&format!("/desk/reports/{id}")).await.text();
        assert!(history.contains("場所を直しました") && history.contains("課や種類を変えました"));
    }
);

each_database!(
    several_reports_are_changed_at_once_and_each_says_what_came_of_it,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let first = post(&city, "road", HERE, "穴その1").await;
        let second = post(&city, "road", (34_410_000, 135_050_000), "穴その2").await;
        let foreign = post(&city, "light", HERE, "暗い").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let pick = |id: i64, revision: i64| format!("{id}-{revision}");
        let picks = [pick(first.id, 1), pick(second.id, 9), pick(foreign.id, 1)];

        let list = clerk.get("/desk/reports?category=road").await.text();
        assert!(list.contains(&format!("value=\"{}\"", picks[0])), "{list}");
        assert!(!list.contains(" checked>"), "{list}");
        let all = clerk.get("/desk/reports?category=road&all=1").await.text();
        assert_eq!(all.matches(" checked>").count(), 2, "{all}");
        let overseen = desk(&city, &[OVERSEE], "roads")
            .get("/desk/reports")
            .await
            .text();
        assert!(!overseen.contains("name=\"pick\""), "{overseen}");

        // Nothing picked, nothing chosen, a sentence of another state: nothing happens, and what was picked stays picked.
        for (fields, sentence) in [
            (vec![("state", "fixed")], "通報を1つ以上選んでください"),
            (vec![("pick", picks[0].as_str())], "担当か次の状態"),
            (
                vec![
                    ("pick", picks[0].as_str()),
                    ("state", "fixed"),
                    ("sentence", "0"),
                ],
                "この定型文は",
            ),
        ] {
            let page = clerk
                .post("/desk/reports/many?category=road", &fields)
                .await;
            let text = page.text();
            assert!(text.contains(sentence), "{fields:?}: {text}");
            let is_picked = fields.iter().any(|(name, _)| *name == "pick");
            assert_eq!(text.contains(" checked>"), is_picked, "{fields:?}");
        }
        assert_eq!(report(&city, first.id).await.state, State::Received);

        let fields = [
            ("pick", picks[0].as_str()),
            ("pick", &picks[1]),
            ("pick", &picks[2]),
            ("account", "nobody"),
            ("state", "planned"),
            ("sentence", "0"),
        ];
        let told = clerk
            .post("/desk/reports/many?category=road", &fields)
            .await;
        assert_eq!(
            told.to,
            format!(
                "/desk/reports?category=road&result={}%3Adone&result={}%3Achanged&result={}%3Anot-allowed",
                first.id, second.id, foreign.id
            )
        );
        let page = clerk.get(&told.to).await.text();
        assert!(
            page.contains("変えました。") && page.contains("ほかの職員が先に変更した"),
            "{page}"
        );
        // Of what belongs to others it does not even say that it is there.
        assert!(!page.contains(&foreign.public_id), "{page}");
        assert_eq!(report(&city, first.id).await.state, State::Planned);
        assert_eq!(report(&city, second.id).await.state, State::Received);
        assert_eq!(report(&city, foreign.id).await.revision, 1);
        let public = stranger(&city)
            .get(&format!("/reports/{}", first.public_id))
            .await
            .text();
        assert!(public.contains("2週間以内に直します。"), "{public}");
        // Somebody of no department of theirs is given nothing, and the rest of the change does not happen either.
        let revision = report(&city, second.id).await.revision;
        let given = [
            ("pick", pick(second.id, revision)),
            ("account", "77".to_owned()),
            ("state", "fixed".to_owned()),
        ];
        let given: Vec<(&str, &str)> = given.iter().map(|(a, b)| (*a, b.as_str())).collect();
        let told = clerk.post("/desk/reports/many", &given).await;
        assert!(told.to.ends_with("%3Acolleague"), "{}", told.to);
        assert_eq!(report(&city, second.id).await.state, State::Received);
    }
);

each_database!(
    texts_are_looked_at_one_below_the_other_and_only_those_marked_go_out,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let first = post(&city, "road", HERE, "電話は090です").await;
        let second = post(&city, "road", HERE, "穴その2").await;
        let foreign = post(&city, "light", HERE, "秘密").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let picks: Vec<String> = [&first, &second, &foreign]
            .iter()
            .map(|one| format!("{}-1", one.id))
            .collect();
        let fields = [
            ("action", "texts"),
            ("pick", picks[0].as_str()),
            ("pick", &picks[1]),
            ("pick", &picks[2]),
        ];
        let to = clerk.post("/desk/reports/many", &fields).await.to;
        let page = clerk.get(&to).await;
        assert_eq!(page.headers["cache-control"], "no-store");
        let text = page.text();
        assert!(
            text.contains("電話は090です") && text.contains("穴その2"),
            "{text}"
        );
        assert!(
            !text.contains("秘密") && !text.contains(" checked>"),
            "{text}"
        );
        let (text_1, text_2) = (format!("text_{}", first.id), format!("text_{}", second.id));
        let (marked, foreign_mark) = (
            format!("confirmed_{}", first.id),
            format!("confirmed_{}", foreign.id),
        );
        let typed = [
            ("pick", picks[0].as_str()),
            ("pick", &picks[1]),
            ("pick", &picks[2]),
            (&text_1, "穴があります"),
            (&text_2, "直しかけの文章"),
        ];
        // Nothing is marked: nothing goes out, and nothing typed is lost.
        let page = clerk.post(&to, &typed).await.text();
        assert!(
            page.contains("印を付けてください") && page.contains("直しかけの文章"),
            "{page}"
        );
        let typed: Vec<(&str, &str)> = typed
            .into_iter()
            .chain([(marked.as_str(), "1"), (foreign_mark.as_str(), "1")])
            .collect();
        let told = clerk.post(&to, &typed).await.to;
        assert!(
            told.contains("%3Adone") && told.contains("%3Anot-allowed"),
            "{told}"
        );
        let (one, other) = (
            report(&city, first.id).await,
            report(&city, second.id).await,
        );
        assert!(one.is_looked_at && one.public_text == "穴があります");
        assert_eq!(one.state, State::Checked);
        assert!(!other.is_looked_at && other.public_text.is_empty());
        assert!(!report(&city, foreign.id).await.is_looked_at);
    }
);

each_database!(
    reports_are_merged_by_choosing_or_pasting,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let target = post(&city, "road", HERE, "穴").await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let number = target.number.to_string();
        let ways = [
            ("into_near", target.public_id.clone()),
            ("into", target.public_id.to_uppercase()),
            ("into", number.to_lowercase()),
            (
                "into",
                format!(
                    "https://city.example.jp/reports/{}?lang=en#map",
                    target.public_id
                ),
            ),
            (
                "into",
                format!("https://city.example.jp/desk/reports/{}", target.id),
            ),
        ];
        for (name, value) in ways {
            let one = post(&city, "road", HERE, "同じ穴").await;
            let page = clerk.get(&format!("/desk/reports/{}", one.id)).await.text();
            assert!(
                page.contains(&format!(
                    "name=\"into_near\" value=\"{}\"",
                    target.public_id
                )),
                "{page}"
            );
            // What opens a report stands with its choice.
            assert!(page.contains("</label>\n<p class=\"choice__support\"><a class=\"link\""));
            let fields = [("state", "merged"), (name, value.as_str())];
            let page = act(&city, &mut clerk, one.id, "turn", &fields).await;
            assert!(page.to.ends_with("done=turned"), "{value}: {}", page.text());
            assert_eq!(report(&city, one.id).await.merged_into, Some(target.id));
        }
        // A report of another department is not told of by its number at the desk.
        let foreign = post(&city, "light", HERE, "暗い").await;
        let one = post(&city, "road", HERE, "穴").await;
        let into = format!("https://city.example.jp/desk/reports/{}", foreign.id);
        let fields = [("state", "merged"), ("into", into.as_str())];
        let page = act(&city, &mut clerk, one.id, "turn", &fields).await;
        assert!(
            page.text().contains("まとめ先が見つかりません"),
            "{}",
            page.text()
        );
    }
);

each_database!(
    who_is_signed_in_finds_a_report_in_the_account_until_it_is_deleted,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let send = async |who: yakuba_city::web::Principal, own: Option<&str>| {
            let mut browser =
                yakuba_identity::testing::Browser::new(&city, &[&ReportService]).of(who);
            browser.post("/reports/new", &[("category", "other")]).await;
            browser
                .post("/reports/new/place", &[("place.description", "駅前")])
                .await;
            browser
                .post("/reports/new/details", &[("text", "看板が倒れています")])
                .await;
            browser
                .post("/reports/new/contact", &[("action", "none")])
                .await;
            let check = browser.get("/reports/new/check").await;
            let revision = check.revision();
            let fields: Vec<(&str, &str)> = [("revision", revision.as_str())]
                .into_iter()
                .chain(own.map(|own| ("own", own)))
                .collect();
            let sent = browser.post("/reports/new/check", &fields).await;
            assert_eq!(sent.to, "/reports/new/done", "{}", sent.text());
            check.text()
        };
        let own = async |id: i64| city.own_records(id, "ja").await.unwrap();
        let resident = yakuba_identity::testing::resident;
        // A stranger is not asked, and what their browser says about it does not count.
        let check = send(yakuba_city::web::Principal::Anonymous, Some("1")).await;
        assert!(!check.contains("name=\"own\""), "{check}");
        let check = send(resident(5), Some("1")).await;
        assert!(check.contains("この通報をマイページに残す"), "{check}");
        send(resident(5), None).await;
        send(resident(6), Some("1")).await;
        let found = own(5).await;
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].title.as_str(), found[0].records.len()),
            ("自分の通報", 1)
        );
        let record = &found[0].records[0];
        assert!(record.title.starts_with("そのほか") && record.href.starts_with("/reports/"));
        assert_eq!(record.state, "受け付けました");
        assert!(own(7).await.is_empty());
        // Nobody reads from the database whose it is, and the audit log does not know either.
        let kept: Option<String> = city
            .db()
            .value(
                "SELECT resident FROM reports_own ORDER BY report LIMIT 1",
                [],
            )
            .await
            .unwrap();
        assert!(kept.unwrap().len() > 20);
        let named: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM audit_log WHERE actor LIKE 'resident:%'",
                [],
            )
            .await
            .unwrap();
        assert_eq!(named, Some(0));
        // The account is gone: so is what led from it to a report. The report stays.
        city.write(yakuba_city::Actor::Public, (), |tx, ()| {
            Box::pin(async move {
                tx.emit("resident.deleted", serde_json::json!({ "resident": 5 }))
                    .await
            })
        })
        .await
        .unwrap_or_else(|error: yakuba_city::CityError| panic!("{error}"));
        yakuba_city::run_due_jobs(&city).await.unwrap();
        assert!(own(5).await.is_empty());
        assert_eq!(own(6).await.len(), 1);
        assert_eq!(crate::support::counted(&city, "reports.posted").await, 4);
    }
);

each_database!(
    the_place_of_a_photo_is_offered_and_kept_only_when_it_is_wanted,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let photo = picture_taken_somewhere();
        for (answer, point) in [("use", Some("34.4, 135.05")), ("leave", None)] {
            let mut browser = stranger(&city);
            browser.post("/reports/new", &[("category", "other")]).await;
            browser
                .post("/reports/new/place", &[("place.description", "駅前")])
                .await;
            let offer = browser
                .upload(
                    "/reports/new/details",
                    &[("text", "看板が倒れています")],
                    ("photos", "a.png", &photo),
                )
                .await;
            assert_eq!(offer.status, StatusCode::OK);
            let text = offer.text();
            assert!(
                text.contains("写真を撮った場所を使いますか") && text.contains("34.4, 135.05"),
                "{text}"
            );
            assert_eq!(offer.headers["cache-control"], "no-store");
            // Nothing of it is kept before somebody wants it.
            let check = browser.get("/reports/new/check").await.text();
            assert!(
                !check.contains("34.4") && check.contains("a.png"),
                "{check}"
            );
            let fields = [
                ("point", offer.between("name=\"point\" value=\"", "\"")),
                ("next", offer.between("name=\"next\" value=\"", "\"")),
                ("action", answer.to_owned()),
            ];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
            let next = browser.post("/reports/new/taken", &fields).await;
            assert_eq!(next.to, "/reports/new/contact", "{}", next.text());
            let check = browser.get("/reports/new/check").await;
            assert!(check.text().contains("駅前"));
            let revision = check.revision();
            browser
                .post("/reports/new/check", &[("revision", &revision)])
                .await;
            let newest = yakuba_reports::store::search(
                city.db(),
                &yakuba_reports::store::Filter::default(),
                0,
                1,
            )
            .await
            .unwrap();
            let found = &newest.reports[0].0;
            assert_eq!(found.point.map(|point| point.to_string()).as_deref(), point);
        }
        // Whoever has chosen a place is not asked, and an address that was made up leads nowhere.
        let mut browser = stranger(&city);
        browser.post("/reports/new", &[("category", "road")]).await;
        browser
            .post(
                "/reports/new/place",
                &[("place.coordinates", "34.35, 135.05")],
            )
            .await;
        let details = browser
            .upload(
                "/reports/new/details",
                &[("text", "穴")],
                ("photos", "a.png", &photo),
            )
            .await;
        assert_eq!(details.to, "/reports/new/contact", "{}", details.text());
        let odd = [
            ("point", "nowhere"),
            ("next", "https://elsewhere.example"),
            ("action", "use"),
        ];
        let page = browser.post("/reports/new/taken", &odd).await;
        assert_eq!(page.to, "/reports/new/details");
    }
);
