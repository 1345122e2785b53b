//! Mails about new reports somewhere, and feeds that say where. On both databases.

use axum::http::StatusCode;
use jiff::SignedDuration;
use yakuba_city::{
    City, each_database, run_due_jobs,
    testing::{KnownPlaces, test_moment},
};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_reports::{ReportService, capabilities::WORK};

use crate::support::{Browser, act, code, desk, mails, post, report, set_up, stranger};

const HERE: (i64, i64) = (34_400_000, 135_050_000);
const HARBOUR: (i64, i64) = (34_350_000, 135_050_000);

/// Asks for mails with an address and the code sent to it.
async fn ask(city: &City, browser: &mut Browser, query: &str, email: &str) {
    let path = format!("/reports/alerts/confirm?{query}");
    let sent = browser
        .post(&path, &[("action", "send"), ("email", email)])
        .await;
    assert!(sent.to.ends_with("&sent=1"), "{} {}", sent.to, sent.text());
    let code = code(city).await;
    let page = browser
        .post(&path, &[("action", "code"), ("code", &code)])
        .await;
    assert_eq!(page.to, "/reports?done=alerted", "{}", page.text());
}

/// The desk looks at a report.
async fn look_at(city: &City, id: i64) {
    let department = report(city, id).await.department;
    let mut clerk = desk(city, &[WORK], department.as_str());
    let fields = [
        ("public_place", "本町"),
        ("public_text", "穴です。"),
        ("is_shown", "1"),
    ];
    let page = act(city, &mut clerk, id, "word", &fields).await;
    assert!(page.to.ends_with("done=worded"), "{}", page.text());
}

/// The mails to an address that hold a text, in order.
async fn told(city: &City, email: &str, part: &str) -> Vec<String> {
    mails(city)
        .await
        .into_iter()
        .filter(|(to, _, text)| to == email && text.contains(part))
        .map(|(_, _, text)| text)
        .collect()
}

/// The newest mail to an address that can be ended: its text, and the address that the header names.
async fn way_out(city: &City, email: &str) -> (String, String) {
    run_due_jobs(city).await.unwrap();
    let waiting = yakuba_mail::store::all_waiting(city.db(), 100)
        .await
        .unwrap();
    waiting
        .iter()
        .map(|mail| mail.open(city.key().unwrap()).unwrap())
        .filter(|mail| mail.to.as_str() == email)
        .find_map(|mail| Some((mail.text, mail.way_out?)))
        .unwrap()
}

each_database!(
    somebody_is_told_at_once_and_somebody_once_a_day_and_each_once,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let (mut hanako, mut taro) = (stranger(&city), stranger(&city));
        for (query, sentence) in [
            ("area=around", "住所、施設の名前"),
            ("area=around&near=x", "緯度"),
            ("area=nowhere", "選んで"),
        ] {
            let page = hanako
                .get(&format!("/reports/alerts/confirm?{query}"))
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
            assert!(page.text().contains(sentence), "{query}");
        }
        let around = "area=around&near=34.4%2C+135.05&within=300&category=road&rhythm=at_once";
        ask(&city, &mut hanako, around, "hanako@example.jp").await;
        // Asked for again, it is still one.
        ask(&city, &mut hanako, around, "hanako@example.jp").await;
        let harbour = "area=harbour&rhythm=daily";
        ask(&city, &mut taro, harbour, "taro@example.jp").await;

        let hole = post(&city, "road", HERE, "秘密").await;
        let dark = post(&city, "light", HERE, "秘密").await;
        let far = post(&city, "road", HARBOUR, "秘密").await;
        // Nobody is told before the desk has looked.
        assert!(
            told(&city, "hanako@example.jp", "/reports/")
                .await
                .is_empty()
        );
        for id in [hole.id, dark.id, far.id] {
            look_at(&city, id).await;
        }
        let page = hanako.get(&format!("/reports/{}", hole.public_id)).await;
        assert!(page.text().contains("穴です。"));
        let first = told(&city, "hanako@example.jp", &hole.public_id).await;
        assert_eq!(first.len(), 1, "{first:?}");
        assert!(!first[0].contains(&dark.public_id) && !first[0].contains("秘密"));
        assert!(first[0].contains("34.4, 135.05") && first[0].contains("道路の穴（本町）"));
        // Mended words are no news.
        look_at(&city, hole.id).await;
        run_due_jobs(&city).await.unwrap();
        assert_eq!(
            told(&city, "hanako@example.jp", &hole.public_id)
                .await
                .len(),
            1
        );

        // Once a day: two in one mail, and nothing on a day without any.
        let second = post(&city, "light", HARBOUR, "秘密").await;
        look_at(&city, second.id).await;
        for days in [1, 2] {
            let now = test_moment() + SignedDuration::from_hours(days * 25);
            city.clock().set(now);
            run_due_jobs(&city).await.unwrap();
            run_due_jobs(&city).await.unwrap();
        }
        let gathered = told(&city, "taro@example.jp", "/reports/").await;
        assert_eq!(gathered.len(), 1, "{gathered:?}");
        assert!(gathered[0].contains(&far.public_id) && gathered[0].contains(&second.public_id));
        assert!(!gathered[0].contains(&hole.public_id));

        // One press ends it, and the address is gone.
        let out = gathered[0]
            .lines()
            .find_map(|line| Some(&line[line.find("/reports/alerts/end/")?..]))
            .unwrap()
            .to_owned();
        let mut other = stranger(&city);
        let wrong = other.post(&format!("{out}x"), &[]).await;
        assert!(other.get(&wrong.to).await.text().contains("止まっています"));
        assert!(other.get(&out).await.text().contains("港地区"));
        let ended = other.post(&out, &[]).await;
        assert_eq!(ended.to, out);
        assert!(other.get(&out).await.text().contains("止まっています"));
        let third = post(&city, "road", HARBOUR, "秘密").await;
        look_at(&city, third.id).await;
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(4 * 24));
        assert!(
            told(&city, "taro@example.jp", &third.public_id)
                .await
                .is_empty()
        );
        // After a year it ends by itself.
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(400 * 24));
        run_due_jobs(&city).await.unwrap();
        let late = post(&city, "road", HERE, "秘密").await;
        look_at(&city, late.id).await;
        assert!(
            told(&city, "hanako@example.jp", &late.public_id)
                .await
                .is_empty()
        );
    }
);

each_database!(
    mails_are_asked_for_around_an_address_or_a_named_place,
    [&MailService, &IdentityService, &KnownPlaces, &ReportService],
    async |city| {
        set_up(&city).await;
        let mut browser = stranger(&city);
        let form = browser.get("/reports/alerts").await.text();
        assert!(form.contains("住所、施設の名前"), "{form}");
        assert!(form.contains("data-position-box=\"near\""), "{form}");
        assert!(!form.contains("noindex"), "{form}");

        // An address is one place: the next page has its coordinates, and so has the alert.
        let address = "area=around&near=%E6%9C%AC%E7%94%BA1-1&within=300&rhythm=at_once";
        let path = format!("/reports/alerts/confirm?{address}");
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let page = page.text();
        assert!(page.contains("34.401, 135.05"), "{page}");
        assert!(page.contains("noindex"), "{page}");
        ask(&city, &mut browser, address, "hanako@example.jp").await;

        // Of several each is offered, with all else that was chosen.
        let hall =
            "area=around&near=%E5%85%AC%E6%B0%91%E9%A4%A8&category=road&within=300&rhythm=daily";
        let which = browser
            .get(&format!("/reports/alerts/confirm?{hall}"))
            .await;
        assert_eq!(which.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(which.text().contains("中央公民館分館"), "{}", which.text());
        let offered = which.between("place-offers", "</a>");
        let (_, offered) = offered.split_once("/reports/alerts/confirm?").unwrap();
        let (offered, _) = offered.split_once('"').unwrap();
        let offered = offered.replace("&#38;", "&").replace("&amp;", "&");
        assert!(
            offered.contains("category=road") && offered.contains("near=3"),
            "{offered}"
        );
        let chosen = browser
            .get(&format!("/reports/alerts/confirm?{offered}"))
            .await;
        assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.text());
        let nowhere = browser
            .get("/reports/alerts/confirm?area=around&near=%E7%84%A1%E3%81%84&within=300")
            .await;
        assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            nowhere.text().contains("見つかりません"),
            "{}",
            nowhere.text()
        );
    }
);

each_database!(
    a_feed_says_what_and_where,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let hole = post(&city, "road", HARBOUR, "穴").await;
        let other = post(&city, "road", HERE, "穴").await;
        for id in [hole.id, other.id] {
            look_at(&city, id).await;
        }
        let mut browser = stranger(&city);
        let feed = browser
            .get("/reports/feed.atom?area=harbour&category=road&state=all")
            .await
            .text();
        assert!(
            feed.contains("<title>まちの通報（道路の穴 / 港地区）</title>"),
            "{feed}"
        );
        assert!(
            feed.contains("/reports/feed.atom?category=road&amp;area=harbour"),
            "{feed}"
        );
        assert!(feed.contains(&hole.public_id) && !feed.contains(&other.public_id));
        let near = browser
            .get("/reports/feed.atom?near=34.4%2C+135.05&within=300&lang=en")
            .await
            .text();
        assert!(
            near.contains("Problems reported (within 300 metres of 34.4, 135.05)"),
            "{near}"
        );
        assert!(near.contains(&other.public_id) && !near.contains(&hole.public_id));
        // A feed reader finds it on the page that has the same filters.
        let list = browser.get("/reports?area=harbour").await.text();
        for part in [
            "type=\"application/atom+xml\"",
            "href=\"/reports/feed.atom?area=harbour\"",
            "title=\"まちの通報（港地区）\"",
            "href=\"/reports/alerts?area=harbour\"",
        ] {
            assert!(list.contains(part), "{part} in {list}");
        }
        let all = browser.get("/reports/feed.atom").await.text();
        assert!(!all.contains("（）") && all.contains(&other.public_id));
    }
);

each_database!(
    statistics_for_everybody_hide_small_counts,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let mut holes = Vec::new();
        for _ in 0..12 {
            holes.push(post(&city, "road", HERE, "穴").await.id);
        }
        for _ in 0..7 {
            post(&city, "other", HERE, "ほか").await;
        }
        for _ in 0..2 {
            post(&city, "light", HARBOUR, "暗い").await;
        }
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(3 * 24));
        let mut clerk = desk(&city, &[WORK], "roads");
        for id in &holes[..6] {
            act(&city, &mut clerk, *id, "turn", &[("state", "fixed")]).await;
        }
        let mut browser = stranger(&city);
        let csv = browser
            .get("/reports/statistics.csv?by=category&year=2026")
            .await
            .text();
        // Name, received, handled, share, median, nine in ten. The two street lights take the seven others with them.
        assert!(csv.contains("道路の穴,12,6,50.0%,3,3"), "{csv}");
        assert!(
            csv.contains("街灯,,,,,") && csv.contains("そのほか,,,,,"),
            "{csv}"
        );
        assert!(csv.contains("合計,21,6,28.6%,3,3"), "{csv}");
        let json: serde_json::Value = serde_json::from_str(
            &browser
                .get("/reports/statistics.json?by=category&year=2026&lang=en")
                .await
                .text(),
        )
        .unwrap();
        assert_eq!(json["groups"][0]["name"], "Holes in the road");
        assert_eq!(json["groups"][0]["figures"]["median_days"], 3);
        assert_eq!(
            json["groups"][2]["figures"]["received"],
            serde_json::Value::Null
        );
        for (query, part) in [
            ("by=area", "港地区"),
            ("by=month", "2026-11"),
            ("by=category&year=2020", "この年度の通報はありません"),
            ("lang=en", "Share handled"),
            ("lang=easy", "数（かず）"),
        ] {
            let page = browser.get(&format!("/reports/statistics?{query}")).await;
            assert_eq!(page.status, StatusCode::OK, "{query}");
            assert!(page.text().contains(part), "{query}: {}", page.text());
        }
        let list = browser.get("/reports").await.text();
        assert!(list.contains("href=\"/reports/statistics\""));
    }
);

each_database!(
    one_press_in_a_mail_program_ends_it_without_a_page,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let (mut hanako, mut taro) = (stranger(&city), stranger(&city));
        let query = "area=around&near=34.4%2C+135.05&within=300&rhythm=at_once";
        ask(&city, &mut hanako, query, "hanako@example.jp").await;
        ask(&city, &mut taro, query, "taro@example.jp").await;
        let hole = post(&city, "road", HERE, "秘密").await;
        look_at(&city, hole.id).await;
        // The header of the mail is the way out that its text has.
        let (text, out) = way_out(&city, "hanako@example.jp").await;
        let path = &out[out.find("/reports/alerts/end/").unwrap()..];
        assert!(text.contains(&out), "{text} {out}");
        let mut program = stranger(&city);
        let press = [("List-Unsubscribe", "One-Click")];
        // Nobody ends another's, and nobody learns whether there is one.
        let guessed = program.post(&format!("{path}x"), &press).await;
        assert_eq!((guessed.status, guessed.to.as_str()), (StatusCode::OK, ""));
        // No log-in, no cookie, no redirection; the same pressed twice.
        for _ in 0..2 {
            let ended = program.post(path, &press).await;
            assert_eq!((ended.status, ended.to.as_str()), (StatusCode::OK, ""));
            assert!(ended.bytes.is_empty() && program.cookies.is_empty());
        }
        let second = post(&city, "light", HERE, "秘密").await;
        look_at(&city, second.id).await;
        let told_of = async |email: &str| told(&city, email, &second.public_id).await.len();
        assert_eq!(told_of("hanako@example.jp").await, 0);
        assert_eq!(told_of("taro@example.jp").await, 1);

        // Whoever follows a report, likewise; programs may send it in parts.
        let follow = format!("/reports/{}/follow", hole.public_id);
        let mut jiro = stranger(&city);
        jiro.post(&follow, &[("action", "send"), ("email", "jiro@example.jp")])
            .await;
        let code = code(&city).await;
        jiro.post(&follow, &[("action", "code"), ("code", &code)])
            .await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let planned = [("state", "planned"), ("sentence", "0")];
        let page = act(&city, &mut clerk, hole.id, "turn", &planned).await;
        assert!(page.to.contains("done="), "{}", page.text());
        let (_, out) = way_out(&city, "jiro@example.jp").await;
        let path = &out[out.find("/reports/unfollow/").unwrap()..];
        let ended = program.upload(path, &press, ("x", "x.txt", b"x")).await;
        assert_eq!((ended.status, ended.to.as_str()), (StatusCode::OK, ""));
        let page = program.get(path).await.text();
        assert!(page.contains("止まっています"), "{page}");
    }
);
