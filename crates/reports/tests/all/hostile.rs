//! What strangers send who mean no good. On both databases.

use axum::http::StatusCode;
use yakuba_city::{each_database, web::Problem};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_reports::{ReportService, capabilities::WORK, store};

use crate::support::{Browser, PICTURE, act, desk, post, report, set_up, stranger};

const HERE: (i64, i64) = (34_400_000, 135_050_000);
const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>";

async fn at_details(browser: &mut Browser) {
    browser.post("/reports/new", &[("category", "road")]).await;
    browser
        .post(
            "/reports/new/place",
            &[("place.coordinates", "34.4,135.05")],
        )
        .await;
}

each_database!(
    places_that_are_none_are_refused_with_a_sentence,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let mut browser = stranger(&city);
        browser.post("/reports/new", &[("category", "road")]).await;
        for wrong in [
            "91,135",
            "0,0",
            "135.05, 34.4",
            "NaN,NaN",
            "1e400,1",
            "34.4",
            "<b>,1",
            "'; DROP TABLE reports_reports; --",
        ] {
            let page = browser
                .post("/reports/new/place", &[("place.coordinates", wrong)])
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            let list = browser
                .get(&format!(
                    "/reports?near={}",
                    yakuba_identity::testing::encoded(wrong)
                ))
                .await;
            assert_eq!(list.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(list.text().contains("34.4000, 135.0000"), "{wrong}");
        }
        let long = "あ".repeat(401);
        let page = browser
            .post("/reports/new/place", &[("place.description", &long)])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        // A road needs a place; only a description is one.
        let none = browser
            .post(
                "/reports/new/place",
                &[("place.description", " "), ("place.coordinates", "")],
            )
            .await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let words = browser
            .post("/reports/new/place", &[("place.description", "橋")])
            .await;
        assert_eq!(words.to, "/reports/new/similar");
    }
);

each_database!(
    what_is_no_picture_or_too_much_is_refused,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let mut browser = stranger(&city);
        at_details(&mut browser).await;
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}</svg>");
        for (name, wrong) in [
            ("a.png", svg.as_bytes()),
            ("b.jpg", b"\x89PNG\r\n\x1a\n" as &[u8]),
            ("c.png", b"MZ\x90\0not a picture"),
            ("d.png", b"%PDF-1.7"),
            ("e.png", &PICTURE[..60]),
        ] {
            let page = browser
                .upload(
                    "/reports/new/details",
                    &[("text", "穴")],
                    ("photos", name, wrong),
                )
                .await;
            assert_eq!(
                page.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{name}: {}",
                page.to
            );
            assert!(page.text().contains(name), "{name}");
        }
        let long = "穴".repeat(1_001);
        let page = browser
            .post("/reports/new/details", &[("text", &long)])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        for _ in 0..3 {
            browser
                .upload(
                    "/reports/new/details",
                    &[("text", "穴"), ("action", "again")],
                    ("photos", "a.png", PICTURE),
                )
                .await;
        }
        let fourth = browser
            .upload(
                "/reports/new/details",
                &[("text", "穴")],
                ("photos", "a.png", PICTURE),
            )
            .await;
        assert_eq!(
            fourth.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            fourth.to
        );
        assert!(fourth.text().contains("3枚まで"), "{}", fourth.text());
        let huge = vec![b'x'; 33 * 1024 * 1024];
        let page = browser
            .upload(
                "/reports/new/details",
                &[("text", "穴")],
                ("photos", "a.png", &huge),
            )
            .await;
        assert!(
            matches!(
                page.problem,
                Some(
                    Problem::TooManyMegabytes(_)
                        | Problem::Unreadable {
                            is_too_large: true,
                            ..
                        }
                )
            ),
            "{:?}",
            page.problem
        );
    }
);

each_database!(
    markup_stays_text_everywhere,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = post(&city, "road", HERE, SCRIPT).await;
        let mut clerk = desk(&city, &[WORK], "roads");
        act(
            &city,
            &mut clerk,
            posted.id,
            "word",
            &[("public_place", SCRIPT), ("public_text", SCRIPT)],
        )
        .await;
        act(
            &city,
            &mut clerk,
            posted.id,
            "turn",
            &[("state", "no_action"), ("turn_text", SCRIPT)],
        )
        .await;
        act(&city, &mut clerk, posted.id, "note", &[("note", SCRIPT)]).await;
        let public = format!("/reports/{}", posted.public_id);
        let mut browser = stranger(&city);
        for path in [
            &public,
            "/reports?state=all",
            "/reports/feed.atom",
            &format!(
                "/reports?state=all&q={}",
                yakuba_identity::testing::encoded(SCRIPT)
            ),
        ] {
            let text = browser.get(path).await.text();
            assert!(
                !text.contains("<script>alert") && !text.contains("<img src=x"),
                "{path}: {text}"
            );
        }
        for path in [
            "/desk/reports?state=all".to_owned(),
            format!("/desk/reports/{}", posted.id),
        ] {
            let text = clerk.get(&path).await.text();
            assert!(
                text.contains("alert(1)") && !text.contains("<script>alert"),
                "{path}"
            );
        }
        // Signs that XML cannot hold, and that turn the direction of writing, are not kept.
        act(
            &city,
            &mut clerk,
            posted.id,
            "word",
            &[("public_text", "a\u{1}b\u{202e}c")],
        )
        .await;
        assert_eq!(report(&city, posted.id).await.public_text, "abc");
        let filters = [
            "q=%25%27%5F",
            "category=%27+OR+1%3D1",
            "state=x",
            "area=%00",
            "page=99999999999",
            "page=-1",
            "near=&within=9999999999",
        ];
        for path in [
            "/reports/%00",
            "/reports/%00/photos/x",
            "/reports/unfollow/1-%00",
        ] {
            assert!(!browser.get(path).await.status.is_server_error(), "{path}");
        }
        let photo = format!("{public}/photos/%00");
        assert_eq!(browser.get(&photo).await.status, StatusCode::NOT_FOUND);
        for filter in filters {
            let page = browser.get(&format!("/reports?{filter}")).await;
            assert_eq!(page.status, StatusCode::OK, "{filter}");
        }
    }
);

each_database!(
    nobody_floods_the_desk_or_tries_out_numbers,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = post(&city, "road", HERE, "穴").await;
        let mut browser = stranger(&city);
        let mut stopped = false;
        for _ in 0..60 {
            let page = browser.post("/reports/new", &[("category", "road")]).await;
            if matches!(page.problem, Some(Problem::TooMany(_))) {
                stopped = true;
                break;
            }
        }
        assert!(stopped, "sixty reports were begun from one place");
        let mut stopped = false;
        for _ in 0..60 {
            let number = yakuba_identity::Receipt::generate().to_string();
            let page = browser
                .post("/reports/status", &[("number", &number)])
                .await;
            if matches!(page.problem, Some(Problem::TooMany(_))) {
                stopped = true;
                break;
            }
        }
        assert!(stopped, "sixty numbers were tried from one place");
        // Others are not held up.
        let mut other = stranger(&city).at([192, 0, 2, 77]);
        let number = posted.number.to_string();
        let page = other.post("/reports/status", &[("number", &number)]).await;
        assert_eq!(page.to, format!("/reports/{}", posted.public_id));
        assert_eq!(
            store::handled(city.db(), &store::Filter::default())
                .await
                .unwrap()
                .len(),
            1
        );
    }
);
