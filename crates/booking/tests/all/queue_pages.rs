//! The counter queue in browsers: of those who wait, of staff, of a screen. On both databases.

use std::time::Duration;

use axum::{body::Body, extract::Request, http::StatusCode};
use futures::StreamExt as _;
use tower::ServiceExt as _;
use yakuba_booking::{
    BookingService,
    capabilities::{QUEUE, RECEIVE, RECEPTION, SET_UP},
    store::{queue::WindowStep, reservations::Wish},
};
use yakuba_city::{City, Service as _, each_database, web::Problem};
use yakuba_identity::{
    Identity, IdentityService, IdentitySettings, layer,
    testing::{Browser, departments, resident, staff},
};
use yakuba_mail::MailService;

use crate::{
    queue::{at, counter},
    support::{book, somebody, span},
};

fn browser(city: &City) -> Browser {
    Browser::new(city, &[&MailService, &IdentityService, &BookingService])
}

each_database!(
    a_number_is_drawn_with_a_telephone_and_called,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        counter(&city, "civic", "A", 2).await;
        let mut phone = browser(&city);
        let page = phone.get("/booking/queue/civic").await;
        assert!(!page.text().contains("ticket/draw"), "no window is open");
        at(&city, "civic", 2, WindowStep::Open).await.unwrap();
        let page = phone.get("/booking/queue/civic").await;
        let mark = page.between("name=\"mark\" value=\"", "\"");
        let form = [
            ("counter", "civic"),
            ("mark", mark.as_str()),
            ("resource", "moving"),
        ];
        let page = phone.post("/booking/ticket/draw", &form).await;
        let ticket = page.to.clone();
        assert!(ticket.starts_with("/booking/ticket/"), "{ticket}");
        // A second click, and a second try by the same browser, lead to the same number.
        assert_eq!(phone.post("/booking/ticket/draw", &form).await.to, ticket);
        let page = phone.get(&ticket).await;
        assert!(page.text().contains("A-001") && page.text().contains("0人"));
        assert_eq!(page.headers["cache-control"], "no-store");
        assert!(page.text().contains("http-equiv=\"refresh\""));
        // Somebody else is behind.
        let mut other = browser(&city);
        let page = other.get("/booking/queue/civic").await;
        let mark = page.between("name=\"mark\" value=\"", "\"");
        let page = other
            .post(
                "/booking/ticket/draw",
                &[("counter", "civic"), ("mark", &mark), ("resource", "")],
            )
            .await;
        let second = page.to.clone();
        assert!(other.get(&second).await.text().contains("1人"));
        // The call.
        let mut desk = browser(&city).of(staff(1, &[QUEUE], "civic"));
        let page = desk.get("/desk/booking/queue/civic/window/2").await;
        let revision = page.revision();
        let next = [("step", "next"), ("revision", revision.as_str())];
        let page = desk.post("/desk/booking/queue/civic/window/2", &next).await;
        assert_eq!(page.to, "/desk/booking/queue/civic/window/2");
        let page = desk.post("/desk/booking/queue/civic/window/2", &next).await;
        assert_eq!(page.to, "/desk/booking/queue/civic/window/2?done=stale");
        assert!(
            phone
                .get(&ticket)
                .await
                .text()
                .contains("2番窓口へお越しください")
        );
        let screen = other.get("/booking/queue/civic/screen").await;
        assert!(screen.text().contains("A-001") && screen.text().contains("A-002"));
        let list = other.get("/booking/queue").await;
        assert!(list.text().contains("A-001"));
        let api: serde_json::Value =
            serde_json::from_slice(&other.get("/api/v1/queue").await.bytes).unwrap();
        assert_eq!(api[0]["called"][0]["number"], "A-001");
        assert_eq!(api[0]["called"][0]["window"], 2);
        assert_eq!(
            (&api[0]["waiting"], &api[0]["open_windows"]),
            (&1.into(), &1.into())
        );
        // A number that waits is given back.
        let token = second.rsplit('/').next().unwrap();
        let page = other
            .post("/booking/ticket/leave", &[("token", token)])
            .await;
        assert_eq!(page.to, second);
        assert!(
            other
                .get(&second)
                .await
                .text()
                .contains("この番号札は終わりました")
        );
        // Nobody guesses a ticket.
        for guess in ["00000000000000000000000000000000", "x"] {
            let page = other.get(&format!("/booking/ticket/{guess}")).await;
            assert_eq!(page.problem, Some(Problem::NotFound));
            let page = other
                .post("/booking/ticket/leave", &[("token", guess)])
                .await;
            assert_eq!(page.problem, Some(Problem::NotFound));
        }
        assert_eq!(
            other.get("/booking/queue/civic/times").await.status,
            StatusCode::OK
        );
    }
);

each_database!(
    who_has_an_appointment_reports_and_is_called_at_its_time,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        counter(&city, "civic", "A", 1).await;
        let wish = |day: &str, from: &str, to: &str| Wish {
            facility: "civic".into(),
            resource: "certificate".into(),
            span: span(day, from, to),
            of: yakuba_booking::model::fees::Use {
                people: 1,
                ..Default::default()
            },
        };
        let today = book(
            &city,
            wish("2026-11-21", "10:15", "10:30"),
            somebody(&city, "hana"),
        )
        .await
        .unwrap();
        let afternoon = book(
            &city,
            wish("2026-11-21", "15:00", "15:15"),
            somebody(&city, "jiro"),
        )
        .await
        .unwrap();
        let tomorrow = book(
            &city,
            wish("2026-11-22", "10:15", "10:30"),
            somebody(&city, "taro"),
        )
        .await
        .unwrap();
        let mut phone = browser(&city);
        let mark = phone
            .get("/booking/queue/civic")
            .await
            .between("name=\"mark\" value=\"", "\"");
        for (number, text) in [
            ("AAAAAA-BBBBBB-CCCCCC".to_owned(), "見つかりません"),
            (
                tomorrow.number.unwrap().to_string(),
                "きょうの予約ではありません",
            ),
            (afternoon.number.unwrap().to_string(), "60分前から"),
        ] {
            let page = phone
                .post(
                    "/booking/ticket/check-in",
                    &[("counter", "civic"), ("mark", &mark), ("number", &number)],
                )
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.text().contains(text), "{text}");
        }
        let number = today.number.unwrap().to_string();
        let form = [
            ("counter", "civic"),
            ("mark", mark.as_str()),
            ("number", number.as_str()),
        ];
        let page = phone.post("/booking/ticket/check-in", &form).await;
        let ticket = page.to.clone();
        assert!(phone.get(&ticket).await.text().contains("A-001"));
        assert_eq!(
            phone.post("/booking/ticket/check-in", &form).await.to,
            ticket
        );
        // The reception prints it again: the slip of before is worth nothing.
        let mut desk = browser(&city).of(staff(1, &[RECEPTION], "civic"));
        let page = desk.get("/desk/booking/queue/civic/reception").await;
        assert!(page.text().contains("受付済み") && page.text().contains("15:00"));
        assert!(!page.text().contains("hana") && !page.text().contains("澄川"));
        let mark = page.between("name=\"mark\" value=\"", "\"");
        let page = desk
            .post(
                "/desk/booking/queue/civic/reception",
                &[("what", "number"), ("mark", &mark), ("number", &number)],
            )
            .await;
        let slip = page.to.clone();
        assert!(slip.starts_with("/desk/booking/ticket/"), "{slip}");
        let page = desk.get(&slip).await;
        assert!(page.text().contains("A-001") && page.text().contains("<svg"));
        assert_eq!(phone.get(&ticket).await.problem, Some(Problem::NotFound));
        // Somebody without an appointment, called before others.
        let mark = desk
            .get("/desk/booking/queue/civic/reception")
            .await
            .between("name=\"mark\" value=\"", "\"");
        let form = [
            ("what", "draw"),
            ("mark", mark.as_str()),
            ("resource", "moving"),
            ("reason", "baby"),
        ];
        let first = desk
            .post("/desk/booking/queue/civic/reception", &form)
            .await
            .to;
        let again = desk
            .post("/desk/booking/queue/civic/reception", &form)
            .await
            .to;
        assert_eq!(first, again, "one click or two, one number");
        let mut caller = browser(&city).of(staff(2, &[QUEUE], "civic"));
        let page = caller.get("/desk/booking/queue/civic/window/1").await;
        assert!(
            page.text().contains("次はA-002です") && page.text().contains("小さなお子さん連れ")
        );
    }
);

each_database!(
    a_counter_is_set_up_in_the_browser,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        counter(&city, "civic", "A", 1).await;
        let mut desk = browser(&city).of(staff(1, &[SET_UP], "civic"));
        let page = desk.get("/desk/booking/queue/civic/settings").await;
        assert!(page.text().contains("value=\"A\"") && page.text().contains("<svg"));
        let save = async |desk: &mut Browser, letter: &str, windows: &str| {
            desk.post(
                "/desk/booking/queue/civic/settings",
                &[
                    ("letter", letter),
                    ("windows", windows),
                    ("phones", "no"),
                    ("on", "yes"),
                ],
            )
            .await
        };
        for (letter, windows) in [("AB", "2"), ("あ", "2"), ("A", "0"), ("A", "31")] {
            let page = save(&mut desk, letter, windows).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let page = save(&mut desk, "c", "3").await;
        assert_eq!(page.to, "/desk/booking/queue/civic/settings?done=set-up");
        at(&city, "civic", 3, WindowStep::Open).await.unwrap();
        let mut phone = browser(&city);
        let page = phone.get("/booking/queue/civic").await;
        assert!(
            !page.text().contains("ticket/draw"),
            "at the reception only"
        );
        let page = phone
            .post(
                "/booking/ticket/draw",
                &[("counter", "civic"), ("mark", &"x".repeat(43))],
            )
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

each_database!(
    only_those_of_the_counter_work_at_it,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        departments(&city, &["civic", "tax"]).await;
        counter(&city, "civic", "A", 1).await;
        let mut drawn = browser(&city).of(staff(9, &[RECEPTION], "civic"));
        let mark = drawn
            .get("/desk/booking/queue/civic/reception")
            .await
            .between("name=\"mark\" value=\"", "\"");
        let slip = drawn
            .post(
                "/desk/booking/queue/civic/reception",
                &[("what", "draw"), ("mark", &mark)],
            )
            .await
            .to;
        let routes = [
            ("/desk/booking/queue/civic/window/1", QUEUE, true),
            ("/desk/booking/queue/civic/reception", RECEPTION, true),
            ("/desk/booking/queue/civic/settings", SET_UP, true),
            (slip.as_str(), RECEPTION, false),
        ];
        for (path, capability, posts) in routes {
            let others: Vec<_> = [QUEUE, RECEPTION, SET_UP, RECEIVE]
                .into_iter()
                .filter(|one| *one != capability)
                .collect();
            for (who, wanted) in [
                (None, Problem::SignInNeeded),
                (Some(resident(7)), Problem::SignInNeeded),
                (Some(staff(2, &others, "civic")), Problem::NotAllowed),
                (Some(staff(3, &[capability], "tax")), Problem::NotFound),
            ] {
                let mut browser = browser(&city);
                if let Some(who) = who {
                    browser = browser.of(who);
                }
                let page = browser.get(path).await;
                assert_eq!(page.problem, Some(wanted.clone()), "GET {path}");
                if posts {
                    let page = browser
                        .post(path, &[("step", "open"), ("revision", "1")])
                        .await;
                    assert_eq!(page.problem, Some(wanted), "POST {path}");
                }
            }
            let mut own = browser(&city).of(staff(4, &[capability], "civic"));
            assert_eq!(own.get(path).await.status, StatusCode::OK, "{path}");
        }
        // The list: whoever holds one of the three, and only the own counters.
        let home = "/desk/booking/queue";
        let mut stranger = browser(&city).of(staff(5, &[RECEIVE], "civic"));
        assert_eq!(stranger.get(home).await.problem, Some(Problem::NotAllowed));
        let mut other = browser(&city).of(staff(6, &[QUEUE], "tax"));
        assert!(!other.get(home).await.text().contains("civic/window"));
        let mut own = browser(&city).of(staff(7, &[QUEUE], "civic"));
        let page = own.get(home).await;
        assert!(page.text().contains("civic/window/1") && !page.text().contains("/settings"));
        assert_eq!(
            own.get("/desk/booking/queue/civic/window/2").await.problem,
            Some(Problem::NotFound)
        );
    }
);

each_database!(
    numbers_are_not_guessed_and_forms_not_flooded,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        counter(&city, "civic", "A", 1).await;
        let mut guesser = browser(&city).at([203, 0, 113, 9]);
        let mut refused = 0;
        for _ in 0..60 {
            let page = guesser
                .post("/booking/mine/show", &[("number", "AAAAAA-BBBBBB-CCCCCC")])
                .await;
            if let Some(Problem::TooMany(seconds)) = page.problem {
                assert!(seconds >= 1);
                refused += 1;
            }
        }
        assert_eq!(refused, 10, "fifty tries are free");
        // Others look for theirs meanwhile.
        let mut other = browser(&city).at([203, 0, 113, 10]);
        let page = other
            .post("/booking/mine/show", &[("number", "AAAAAA-BBBBBB-CCCCCC")])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Any form at all: 240 at once, of which the guesser has used 60.
        for count in 0..180 {
            let page = guesser.post("/booking/cart/remove", &[("id", "1")]).await;
            assert_eq!(page.problem, None, "{count}");
        }
        let page = guesser.post("/booking/cart/remove", &[("id", "1")]).await;
        assert_eq!(page.problem, Some(Problem::TooMany(1)));
        assert_eq!(guesser.get("/booking").await.status, StatusCode::OK);
    }
);

each_database!(
    a_page_hears_of_every_change_at_its_counter,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        counter(&city, "civic", "A", 1).await;
        counter(&city, "tax", "B", 1).await;
        let settings = IdentitySettings::new("http://localhost:8080").unwrap();
        let identity =
            Identity::with_key(city.clone(), settings, city.key().unwrap().clone()).unwrap();
        let router =
            layer(BookingService.routes().into_router(), identity).with_state((*city).clone());
        let request = Request::builder()
            .uri("/booking/queue/civic/events")
            .body(Body::empty())
            .unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut events = response.into_body().into_data_stream();
        let mut next = async || {
            let event = tokio::time::timeout(Duration::from_secs(5), events.next()).await;
            let text = String::from_utf8(event.ok()?.unwrap().unwrap().to_vec()).unwrap();
            let number = text.trim().strip_prefix("data:").unwrap().trim();
            Some(number.parse::<i64>().unwrap())
        };
        let first = next().await.unwrap();
        at(&city, "civic", 1, WindowStep::Open).await.unwrap();
        assert!(next().await.unwrap() > first);
        // What happens elsewhere is no event here.
        at(&city, "tax", 1, WindowStep::Open).await.unwrap();
        assert_eq!(next().await, None);
    }
);
