//! Work orders: a crew's stops, in a short order, marked one after the other; what is left goes on. On both databases.

use axum::http::StatusCode;
use jiff::{Timestamp, civil::date};
use yakuba_city::{Actor, City, JAPAN, Service as _, each_database};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportService,
    capabilities::{OVERSEE, WORK},
    model::state::State,
    store::{
        Posted,
        orders::{self, NewOrder, Outcome, Stop},
    },
};

use crate::support::{Browser, PICTURE, counted_of, desk, post, report, set_up, stranger};

/// Places along a road, not in the order in which a crew would visit them.
async fn holes(city: &City) -> Vec<Posted> {
    let mut posted = Vec::new();
    for (number, east) in [3_000, 0, 4_000, 1_000, 2_000].into_iter().enumerate() {
        let text = format!("秘密の穴{number}");
        posted.push(post(city, "road", (34_400_000, 135_050_000 + east), &text).await);
    }
    posted
}

/// Ten in the morning in Japan.
fn morning(year: i16, month: i8, day: i8) -> Timestamp {
    JAPAN
        .to_timestamp(date(year, month, day).at(10, 0, 0, 0))
        .unwrap()
}

async fn made(city: &City, clerk: &mut Browser, crew: &str, reports: &[Posted]) -> i64 {
    let today = city.today();
    let (year, month, day) = (
        today.year().to_string(),
        today.month().to_string(),
        today.day().to_string(),
    );
    let ids: Vec<String> = reports.iter().map(|posted| posted.id.to_string()).collect();
    let mut fields = vec![
        ("day_year", year.as_str()),
        ("day_month", &month),
        ("day_day", &day),
        ("crew", crew),
        ("bring", "常温合材 5袋"),
        ("start", "34.4, 135.049"),
    ];
    fields.extend(ids.iter().map(|id| ("report", id.as_str())));
    let page = clerk.post("/desk/reports/orders/new", &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
    let id = page.to.split(['/', '?']).nth(4).unwrap().parse();
    id.unwrap_or_else(|_| panic!("{}", page.to))
}

async fn stops(city: &City, order: i64) -> Vec<Stop> {
    orders::stops(city.db(), order).await.unwrap()
}

async fn mark(
    clerk: &mut Browser,
    order: i64,
    stop: &Stop,
    fields: &[(&str, &str)],
) -> crate::support::Page {
    let revision = stop.revision.to_string();
    let all: Vec<(&str, &str)> = [("revision", revision.as_str())]
        .into_iter()
        .chain(fields.iter().copied())
        .collect();
    let path = format!("/desk/reports/orders/{order}/stops/{}", stop.id);
    clerk
        .upload(&path, &all, ("photos", "a.png", PICTURE))
        .await
}

async fn carry_over(city: &City) {
    city.write(
        Actor::Program("reports.carry_over".to_owned()),
        (),
        |tx, ()| Box::pin(orders::carry_over(tx)),
    )
    .await
    .unwrap();
}

each_database!(
    a_crew_goes_round_and_what_is_left_comes_back_on_the_next_working_day,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = holes(&city).await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let empty = clerk
            .post("/desk/reports/orders/new", &[("crew", ""), ("start", "x")])
            .await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        for sentence in ["きょうから1年以内の日", "1つ以上選んで", "緯度"] {
            assert!(empty.text().contains(sentence), "{sentence}");
        }
        let order = made(&city, &mut clerk, "第1班", &posted).await;
        // Made twice by a second press, it is still one, with each place once.
        assert_eq!(made(&city, &mut clerk, "第1班", &posted).await, order);
        let all = stops(&city, order).await;
        assert_eq!(all.len(), 5);
        // Along the road and back: from one end to the other.
        let east: Vec<i64> = all
            .iter()
            .map(|stop| stop.point().unwrap().millionths().1)
            .collect();
        assert!(
            east.is_sorted() || east.iter().rev().is_sorted(),
            "{east:?}"
        );
        assert_eq!(
            counted_of(&city, "reports.stops_planned", "roads", "road").await,
            5
        );
        // No second crew is sent there.
        let choose = clerk.get("/desk/reports/orders/new").await.text();
        assert!(!choose.contains(&posted[0].public_id), "{choose}");

        // The order of stops by hand.
        let address = format!("/desk/reports/orders/{order}");
        let page = clerk.get(&address).await;
        let (revision, first) = (page.revision(), all[0].id.to_string());
        let down = [
            ("revision", revision.as_str()),
            ("stop", first.as_str()),
            ("to", "down"),
        ];
        let moved = clerk.post(&format!("{address}/move"), &down).await;
        assert_eq!(moved.to, format!("{address}?done=order-moved#stops"));
        let stale = clerk.post(&format!("{address}/move"), &down).await;
        assert!(stale.text().contains("ほかの職員が先に変更しました"));
        let now = stops(&city, order).await;
        assert_eq!((now[0].id, now[1].id), (all[1].id, all[0].id));
        let revision = clerk.get(&address).await.revision();
        let removed = clerk
            .post(
                &format!("{address}/remove"),
                &[("revision", &revision), ("stop", &now[4].id.to_string())],
            )
            .await;
        assert!(removed.to.contains("order-removed"), "{}", removed.text());
        assert_eq!(
            counted_of(&city, "reports.stops_planned", "roads", "road").await,
            4
        );

        // On the way: done with a sentence and a picture, not done with a reason.
        let stop = clerk
            .get(&format!("{address}/stops/{}", now[0].id))
            .await
            .text();
        assert!(stop.contains("秘密の穴") && stop.contains("常温合材"));
        let none = mark(&mut clerk, order, &now[1], &[("outcome", "not_done")]).await;
        assert!(none.text().contains("終わらなかった理由"));
        let done = [("outcome", "done"), ("sentence", "1")];
        let page = mark(&mut clerk, order, &now[0], &done).await;
        assert_eq!(page.to, format!("{address}?done=order-marked"));
        // Pressed twice, it is marked once.
        let twice = mark(&mut clerk, order, &now[0], &done).await;
        assert_eq!(twice.to, page.to);
        let fixed = report(&city, now[0].report().unwrap().id).await;
        assert_eq!(fixed.state, State::Fixed);
        for measure in ["reports.stops_done", "reports.handled"] {
            assert_eq!(
                counted_of(&city, measure, "roads", "road").await,
                1,
                "{measure}"
            );
        }
        let public = stranger(&city)
            .get(&format!("/reports/{}", fixed.public_id))
            .await
            .text();
        assert!(public.contains("直しました。") && !public.contains("/photos/"));
        let why = [("outcome", "not_done"), ("text", "水道工事中で入れない")];
        mark(&mut clerk, order, &now[1], &why).await;
        let seen = clerk
            .get(&format!("/desk/reports/{}", now[1].report().unwrap().id))
            .await
            .text();
        assert!(seen.contains("水道工事中で入れない") && seen.contains("職員の写真"));
        assert!(seen.contains("第1班: 終わらなかった"), "{seen}");
        assert_eq!(
            report(&city, now[1].report().unwrap().id).await.state,
            State::Received
        );

        let sheet = clerk.get(&format!("{address}/sheet.pdf")).await;
        assert_eq!(sheet.status, StatusCode::OK);
        assert!(sheet.bytes.starts_with(b"%PDF"));
        let way = clerk.get(&format!("{address}/route.geojson")).await.text();
        assert!(way.contains("LineString") && way.contains("\"1. "));

        // Saturday; on Sunday and on Labour Thanksgiving Day nobody goes. On Tuesday the rest comes back, once.
        for (day, expected) in [(22, 0), (23, 0), (24, 3), (24, 3)] {
            city.clock().set(morning(2026, 11, day));
            carry_over(&city).await;
            let today: Vec<_> = orders::orders(city.db(), &["roads".parse().unwrap()], 0, 10)
                .await
                .unwrap()
                .into_iter()
                .filter(|order| order.day == date(2026, 11, 24))
                .collect();
            let count = match today.first() {
                Some(order) => stops(&city, order.id).await.len(),
                None => 0,
            };
            assert_eq!(count, expected, "{day}");
        }
        let before = stops(&city, order).await;
        let outcomes: Vec<Outcome> = before.iter().map(|stop| stop.outcome).collect();
        assert_eq!(
            outcomes,
            [
                Outcome::Done,
                Outcome::NotDone,
                Outcome::Missed,
                Outcome::Missed
            ]
        );
        assert_eq!(
            counted_of(&city, "reports.stops_planned", "roads", "road").await,
            7
        );
        let list = clerk.get("/desk/reports/orders").await.text();
        assert_eq!(list.matches("第1班").count(), 2);
        // A day that is over is not changed any more.
        let revision = clerk.get(&address).await;
        assert!(!revision.text().contains("/move"));
    }
);

each_database!(
    no_route_opens_a_foreign_work_order,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let posted = holes(&city).await;
        let order = made(&city, &mut desk(&city, &[WORK], "roads"), "第1班", &posted).await;
        let stop = stops(&city, order).await[0].clone();
        let mut walked = 0;
        for entry in ReportService.routes().entries() {
            if !entry.path.contains("{order}") {
                continue;
            }
            walked += 1;
            let path = entry
                .path
                .replace("{order}", &order.to_string())
                .replace("{stop}", &stop.id.to_string());
            let is_get = entry.method == "GET";
            for (who, capabilities, department, expected) in [
                (
                    "another department",
                    vec![WORK, OVERSEE],
                    "lights",
                    StatusCode::NOT_FOUND,
                ),
                ("an overseer", vec![OVERSEE], "roads", StatusCode::FORBIDDEN),
            ] {
                let mut clerk = desk(&city, &capabilities, department);
                let page = if is_get {
                    clerk.get(&path).await
                } else {
                    let fields = [("revision", "1"), ("outcome", "done"), ("stop", "1")];
                    clerk.post(&path, &fields).await
                };
                let may_read = who == "an overseer"
                    && is_get
                    && !path.contains("/stops/")
                    && !path.contains("sheet");
                let expected = if may_read { StatusCode::OK } else { expected };
                assert_eq!(page.status, expected, "{} {path} by {who}", entry.method);
                assert!(!page.text().contains("秘密の穴"), "{path} by {who}");
            }
        }
        assert_eq!(walked, 9);
        assert_eq!(stops(&city, order).await[0], stop);
        // Nobody puts another department's reports into an order.
        let foreign = post(&city, "light", (34_400_000, 135_050_000), "暗い").await;
        let new = NewOrder {
            department: "roads".parse().unwrap(),
            day: city.today(),
            crew: "第2班".to_owned(),
            bring: String::new(),
            start: None,
            reports: vec![foreign.id, posted[0].id, 987_654],
            errands: vec!["assets/1".to_owned()],
        };
        let empty = city
            .write(Actor::CommandLine, new, |tx, new| {
                Box::pin(orders::make(tx, new))
            })
            .await
            .unwrap();
        assert!(stops(&city, empty).await.is_empty());
    }
);
