//! Booking in a browser without JavaScript, and what nobody else may see. On both databases.

use axum::http::StatusCode;
use yakuba_booking::{BookingService, model::document::Position, store::reservations::of_resident};
use yakuba_city::{City, each_database, sql::Sql as _};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, Page, resident},
};
use yakuba_mail::MailService;

use crate::support::{book, hall, offer, somebody, wish};

const DAY: &str = "2026-11-28";

fn browser(city: &City) -> Browser {
    Browser::new(city, &[&MailService, &IdentityService, &BookingService])
}

async fn hold(browser: &mut Browser, resource: &str, from: &str, to: &str) -> Page {
    let fields = [
        ("facility", "hall"),
        ("resource", resource),
        ("day", DAY),
        ("from", from),
        ("to", to),
    ];
    browser.post("/booking/cart/hold", &fields).await
}

/// The newest code of a mail, as the page of waiting mails shows it.
async fn code(city: &City) -> String {
    let waiting = yakuba_mail::store::all_waiting(city.db(), 50)
        .await
        .unwrap();
    let mail = waiting
        .iter()
        .map(|mail| mail.open(city.key().unwrap()).unwrap())
        .next_back()
        .unwrap();
    let digits: Vec<char> = mail.text.chars().collect();
    digits
        .windows(6)
        .find(|six| six.iter().all(char::is_ascii_digit))
        .map(|six| six.iter().collect())
        .unwrap()
}

each_database!(
    a_time_is_found_held_and_booked_and_given_up,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let mut browser = browser(&city);
        let page = browser
            .get("/booking?day=2026-11-28&part=morning&purpose=meeting&people=20")
            .await;
        assert!(
            page.text()
                .contains("href=\"/booking/hall/whole?day=2026-11-28\"")
        );
        assert!(!page.text().contains("/booking/hall/court?day"));
        let page = browser.get("/booking/hall?week=2026-11-28").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("空きあり"));
        let page = browser.get("/booking/hall/whole?day=2026-11-28").await;
        assert!(page.text().contains("3,000円"));
        let page = hold(&mut browser, "whole", "09:00", "12:00").await;
        assert_eq!(page.to, "/booking/cart?done=held");
        // Somebody else comes too late.
        let mut other = self::browser(&city);
        let page = hold(&mut other, "half_a", "09:00", "12:00").await;
        assert!(page.to.contains("problem=taken"), "{}", page.to);
        assert!(
            other
                .get(&page.to)
                .await
                .text()
                .contains("ほかの方が予約しました")
        );
        // Who it is, by a code sent by mail.
        let page = browser.get("/booking/cart").await;
        assert!(page.text().contains("/confirm-email?next=/booking/cart"));
        let page = browser
            .post(
                "/confirm-email",
                &[("next", "/booking/cart"), ("email", "hana@example.jp")],
            )
            .await;
        let page = browser.get(&page.to).await;
        assert!(page.text().contains("name=\"code\""));
        let page = browser
            .post(
                "/confirm-email/code",
                &[("next", "/booking/cart"), ("code", &code(&city).await)],
            )
            .await;
        assert_eq!(page.to, "/booking/cart");
        let cart = browser.get("/booking/cart").await;
        let id = cart.between("name=\"people.", "\"");
        let (people, purpose) = (format!("people.{id}"), format!("purpose.{id}"));
        let fields = [
            (people.as_str(), "20"),
            (purpose.as_str(), "meeting"),
            ("name", "澄川 花子"),
            ("phone", "000-000-0001"),
            ("lives", "elsewhere"),
            ("note", ""),
        ];
        // What is missing is told, and nothing typed is lost.
        let page = browser.post("/booking/cart/check", &fields[..3]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("澄川 花子"));
        let page = browser.post("/booking/cart/check", &fields).await;
        assert!(page.text().contains("4,500円"), "{}", page.text());
        let page = browser.post("/booking/cart/send", &fields).await;
        assert_eq!(page.to, "/booking/cart/done");
        // Again by a double click.
        let page = browser.post("/booking/cart/send", &fields).await;
        assert_eq!(page.to, "/booking/cart/done");
        let page = browser.get("/booking/cart/done").await;
        let number = page.between("translate=\"no\">", "<");
        assert_eq!(number.len(), 20);
        let count: Option<i64> = city
            .db()
            .value("SELECT COUNT(*) FROM booking_reservations", [])
            .await
            .unwrap();
        assert_eq!(count, Some(1));
        // Only the number opens it, and no address holds it.
        let page = other
            .post("/booking/mine/show", &[("number", "AAAAAA-BBBBBB-CCCCCC")])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = other.post("/booking/mine/show", &[("id", &id)]).await;
        assert!(!page.text().contains("花子"));
        let page = other.get("/booking/cart/done").await;
        assert!(!page.text().contains(&number));
        let page = other
            .post("/booking/mine/show", &[("number", &number)])
            .await;
        assert!(page.text().contains("澄川 花子"));
        let file = other
            .post("/booking/mine/calendar", &[("number", &number)])
            .await;
        assert!(file.text().contains("DTSTART:20261128T000000Z\r\n"));
        let page = other
            .post("/booking/mine/cancel", &[("number", &number)])
            .await;
        assert!(page.text().contains("予約を取り消しました"));
        let page = other
            .post("/booking/mine/cancel", &[("number", &number)])
            .await;
        assert!(page.text().contains("取消済み"));
        let taken: Option<i64> = city
            .db()
            .value("SELECT COUNT(*) FROM booking_taken", [])
            .await
            .unwrap();
        assert_eq!(taken, Some(0));
    }
);

each_database!(
    an_account_sees_its_own_and_nobody_elses,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let other = book(
            &city,
            wish("half_b", DAY, "9:00", "12:00"),
            somebody(&city, "taro"),
        )
        .await
        .unwrap();
        let mut mine = browser(&city).of(resident(7));
        let page = hold(&mut mine, "half_a", "09:00", "12:00").await;
        assert_eq!(page.to, "/booking/cart?done=held");
        let id = mine
            .get("/booking/cart")
            .await
            .between("name=\"people.", "\"");
        let people = format!("people.{id}");
        let page = mine
            .post(
                "/booking/cart/send",
                &[
                    (people.as_str(), "3"),
                    ("name", "澄川 花子"),
                    ("phone", "00000001"),
                    ("lives", "here"),
                ],
            )
            .await;
        assert_eq!(page.to, "/booking/cart/done", "{}", page.text());
        assert_eq!(of_resident(city.db(), 7).await.unwrap().len(), 1);
        let page = mine.get("/booking/mine").await;
        assert!(page.text().contains("東側"));
        let page = mine.post("/booking/mine/show", &[("id", &id)]).await;
        assert!(page.text().contains("澄川 花子"));
        for (who, id) in [(7, other.id.to_string()), (8, id.clone())] {
            let mut stranger = browser(&city).of(resident(who));
            for path in ["show", "cancel", "calendar"] {
                let page = stranger
                    .post(&format!("/booking/mine/{path}"), &[("id", &id)])
                    .await;
                assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            }
        }
        assert_eq!(
            browser(&city).get("/booking/attic").await.problem,
            Some(yakuba_city::web::Problem::NotFound)
        );
    }
);

each_database!(
    how_facilities_are_used_is_shown_from_the_facts,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        book(
            &city,
            wish("whole", DAY, "09:00", "12:00"),
            somebody(&city, "a"),
        )
        .await
        .unwrap();
        city.write(
            yakuba_city::Actor::CommandLine,
            jiff::civil::date(2026, 11, 28),
            |tx, day| Box::pin(yakuba_booking::store::hours::report_day(tx, *day)),
        )
        .await
        .unwrap();
        let mut browser = browser(&city);
        let page = browser.get("/booking/use").await;
        assert_eq!(page.status, StatusCode::OK);
        // 360 of 2,010 minutes.
        assert!(page.text().contains("17.9%"), "{}", page.text());
        assert!(page.text().contains("100.0%"), "booked online");
        let file = browser.get("/booking/use/file?year=2026").await.text();
        assert!(
            file.contains("2026,hall,hall,中央会館,,,2010,360,0,1,1,0,0,0"),
            "{file}"
        );
        // A year of which nothing is known is shown all the same, one to come is not.
        let page = browser.get("/booking/use?year=2024").await;
        assert_eq!(page.status, StatusCode::OK);
        let page = browser.get("/booking/use?year=2999").await;
        assert!(page.text().contains("17.9%"));
    }
);

each_database!(
    the_map_shows_what_says_where_it_is,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut browser = browser(&city);
        let mut hall = hall();
        offer(&city, hall.clone()).await;
        let page = browser.get("/booking").await;
        assert!(!page.text().contains("data-map="));
        let kind = hall.kind.name();
        let ask = format!("/booking/facilities.geojson?kind={kind}");
        let read = |page: Page| serde_json::from_str::<serde_json::Value>(&page.text()).unwrap();
        let nothing = read(browser.get(&ask).await);
        assert_eq!(nothing["features"], serde_json::json!([]));

        hall.position = Some(Position::try_from("34.7594, 135.5168".to_owned()).unwrap());
        hall.name.ja = "\"</script><b>会館".to_owned();
        offer(&city, hall).await;
        let page = browser.get("/booking").await;
        assert!(page.text().contains("data-map="));
        assert!(page.text().contains(&format!("<a href=\"#{kind}\">")));
        assert!(
            browser
                .get("/booking/hall")
                .await
                .text()
                .contains("data-map=")
        );
        let found = read(browser.get(&ask).await);
        let feature = &found["features"][0];
        assert_eq!(
            feature["geometry"]["coordinates"],
            serde_json::json!([135.5168, 34.7594])
        );
        assert_eq!(feature["properties"]["name"], "\"</script><b>会館");
        assert_eq!(feature["properties"]["href"], "/booking/hall");
        let others = read(
            browser
                .get("/booking/facilities.geojson?kind=nothing")
                .await,
        );
        assert_eq!(others["features"], serde_json::json!([]));
    }
);

#[test]
fn a_position_is_in_japan_and_written_as_it_was() {
    let position = Position::try_from("34.403509,134.997397".to_owned()).unwrap();
    assert_eq!(String::from(position), "34.403509, 134.997397");
    for wrong in [
        "",
        "34.4",
        "134.99, 34.40",
        "34.4, 134.9, 5",
        "NaN, 135",
        "34,4 134,9",
        "1e1, 135",
        "34.4000000000000000001, 135",
    ] {
        assert!(Position::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
}
