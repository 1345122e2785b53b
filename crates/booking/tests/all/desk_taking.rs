//! Official use, closures, moving under a race, the resident's own change, and permits. On both databases.

use std::time::Duration;

use axum::http::StatusCode;
use futures::future::join_all;
use jiff::SignedDuration;
use yakuba_booking::{
    BookingError, BookingService,
    capabilities::{RECEIVE, TAKE_OVER},
    model::{document::Takes, state::State},
    store::{
        closures::{self, NewClosure, Stage},
        count_of_units,
        reservations::{self, Target, reservation, set_paid},
    },
};
use yakuba_city::{Actor, City, each_database, run_due_jobs, sql::Sql as _};
use yakuba_forms::model::document::Key;
use yakuba_identity::IdentityService;
use yakuba_kernel::{Channel, Yen};
use yakuba_mail::MailService;

use crate::{
    desk::{DAY, browser, clerk, desk, facts, mails},
    support::{book, hall, hold, offer, somebody, span, wish},
};

async fn pay(city: &City, id: i64, yen: i64) {
    city.write(Actor::Staff(1), (id, Yen::new(yen)), |tx, (id, paid)| {
        Box::pin(set_paid(tx, *id, *paid))
    })
    .await
    .unwrap();
}

async fn state(city: &City, id: i64) -> State {
    reservation(city.db(), id).await.unwrap().unwrap().state
}

async fn booked(city: &City, who: &str, resource: &str, day: &str, from: &str, to: &str) -> i64 {
    book(city, wish(resource, day, from, to), somebody(city, who))
        .await
        .unwrap()
        .id
}

each_database!(
    the_city_takes_a_time_and_those_who_had_it_are_told,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk = desk(&city).await;
        let first = booked(&city, "hana", "half_a", DAY, "9:00", "12:00").await;
        let second = booked(&city, "taro", "whole", DAY, "13:00", "17:00").await;
        let evening = booked(&city, "jiro", "whole", DAY, "18:00", "21:30").await;
        pay(&city, first, 2_000).await;
        let query = format!(
            "/desk/booking/hall/official?resource=whole&day={DAY}&from=09%3A00&to=17%3A00&title=%E9%81%B8%E6%8C%99"
        );
        let page = clerk.get(&query).await;
        assert!(
            page.text().contains("取り消される予約は2件です"),
            "{}",
            page.text()
        );
        assert!(!page.text().contains("澄川 hana"), "no names here");
        let request = page.between("name=\"request\" value=\"", "\"");
        let (first_text, second_text) = (first.to_string(), second.to_string());
        let mut fields = vec![
            ("resource", "whole"),
            ("day", DAY),
            ("from", "09:00"),
            ("to", "17:00"),
            ("title", "選挙"),
            ("request", request.as_str()),
            ("shown", first_text.as_str()),
        ];
        // Not every one of them was shown: nothing is done.
        let page = clerk.post("/desk/booking/hall/official", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(state(&city, first).await, State::Confirmed);
        fields.push(("shown", second_text.as_str()));
        let page = clerk.post("/desk/booking/hall/official", &fields).await;
        assert!(page.to.ends_with("?done=official"), "{}", page.text());
        let again = clerk.post("/desk/booking/hall/official", &fields).await;
        assert_eq!(again.to, page.to, "twice is once");
        for (id, after) in [
            (first, State::Cancelled),
            (second, State::Cancelled),
            (evening, State::Confirmed),
        ] {
            assert_eq!(state(&city, id).await, after);
        }
        let sent = mails(&city).await;
        assert_eq!(sent.len(), 2);
        assert!(sent.iter().all(|mail| mail.text.contains("選挙")));
        assert_eq!(facts(&city, "booking.displaced").await, 2);
        assert_eq!(facts(&city, "booking.cancellations").await, 2);
        let found = reservation(city.db(), first).await.unwrap().unwrap();
        assert_eq!(found.to_give_back(), Yen::new(2_000), "all of it");
        let own: i64 = page
            .to
            .trim_end_matches("?done=official")
            .rsplit('/')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let shown = clerk
            .get(&format!("/desk/booking/reservations/{own}"))
            .await;
        assert!(shown.text().contains("選挙"));
        // Nobody books there; the city gives it back.
        let refused = book(
            &city,
            wish("half_b", DAY, "9:00", "12:00"),
            somebody(&city, "yuki"),
        )
        .await;
        assert!(matches!(refused, Err(BookingError::Taken)));
        let step = format!("/desk/booking/reservations/{own}/step");
        let mut receiver = self::clerk(&city, &[RECEIVE]);
        let page = receiver.post(&step, &[("step", "cancel")]).await;
        assert!(
            page.problem.is_some(),
            "only who may take over gives it back"
        );
        clerk.post(&step, &[("step", "cancel")]).await;
        booked(&city, "yuki", "half_b", DAY, "9:00", "12:00").await;
        assert_eq!(
            facts(&city, "booking.cancellations").await,
            2,
            "the city's own is not counted"
        );
    }
);

each_database!(
    a_closure_broken_off_goes_on_and_nobody_is_told_twice,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk = desk(&city).await;
        let mut gone = Vec::new();
        for day in 1..=20 {
            let day = format!("2026-12-{day:02}");
            if hall().is_closed_on(day.parse().unwrap()) {
                continue;
            }
            let who = format!("who{day}");
            gone.push(booked(&city, &who, "half_a", &day, "9:00", "12:00").await);
            gone.push(booked(&city, &who, "half_b", &day, "9:00", "12:00").await);
        }
        let after = booked(&city, "hana", "half_a", "2026-12-22", "9:00", "12:00").await;
        hold(&city, wish("court", "2026-12-10", "9:00", "10:00"), "visit")
            .await
            .unwrap();
        let form =
            "first_year=2026&first_month=12&first_day=1&last_year=2026&last_month=12&last_day=20";
        let page = clerk
            .get(&format!(
                "/desk/booking/hall/closures?{form}&resource=&reason=%E5%B7%A5%E4%BA%8B"
            ))
            .await;
        assert!(
            page.text()
                .contains(&format!("取り消される予約は{}件です", gone.len())),
            "{}",
            page.text()
        );
        let request = page.between("name=\"request\" value=\"", "\"");
        let fields = [
            ("resource", ""),
            ("first", "2026-12-01"),
            ("last", "2026-12-20"),
            ("reason", "空調の工事"),
            ("request", request.as_str()),
        ];
        let page = clerk.post("/desk/booking/hall/closures", &fields).await;
        assert!(page.to.ends_with("?done=closing"), "{}", page.text());
        let again = clerk.post("/desk/booking/hall/closures", &fields).await;
        assert_eq!(again.to, page.to);
        let at = page.to.trim_end_matches("?done=closing").to_owned();
        let id: i64 = at.rsplit('/').next().unwrap().parse().unwrap();
        // Before its job has run it says what will be cancelled, and not that nothing was.
        let planned = format!("取り消す予約は{}件です", gone.len());
        let page = clerk.get(&at).await;
        assert!(page.text().contains(&planned), "{}", page.text());
        assert!(page.text().contains("まだ取り消していません"));
        // The program is killed while it is at it.
        let closed_days = async || -> i64 {
            city.db()
                .value(
                    "SELECT COUNT(*) FROM booking_reservations WHERE kind = 'closure'",
                    [],
                )
                .await
                .unwrap()
                .unwrap()
        };
        let working = tokio::spawn({
            let city = City::clone(&city);
            async move { run_due_jobs(&city).await }
        });
        for _ in 0..50_000 {
            if closed_days().await > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        working.abort();
        let _ = working.await;
        let half = closed_days().await;
        let stage = closures::closure(city.db(), id)
            .await
            .unwrap()
            .unwrap()
            .stage;
        assert!(half < 20 && stage == Stage::Working, "{half} of 20 days");
        // It is started again; what nobody answers for is taken up after a while.
        city.clock().set(city.now() + SignedDuration::from_mins(11));
        run_due_jobs(&city).await.unwrap();
        let closure = closures::closure(city.db(), id).await.unwrap().unwrap();
        assert_eq!(closure.stage, Stage::Closed);
        assert_eq!(closed_days().await, 20);
        for id in &gone {
            assert_eq!(state(&city, *id).await, State::Cancelled);
        }
        assert_eq!(state(&city, after).await, State::Confirmed);
        let told: i64 = city
            .db()
            .value(
                "SELECT COUNT(*) FROM audit_log WHERE action = 'booking.step'",
                [],
            )
            .await
            .unwrap()
            .unwrap();
        assert_eq!(usize::try_from(told).unwrap(), gone.len(), "each once");
        assert_eq!(
            usize::try_from(facts(&city, "booking.displaced").await).unwrap(),
            gone.len()
        );
        let page = clerk.get(&at).await;
        assert!(page.text().contains("空調の工事"));
        assert!(!page.text().contains("これから取り消す予約"));
        let file = clerk.post(&format!("{at}/file"), &[]).await;
        assert_eq!(file.text().lines().count(), gone.len() + 1);
        // Everybody sees it, and nobody can book.
        let public = browser(&city).get("/booking/hall").await;
        assert!(public.text().contains("空調の工事"));
        let late = book(
            &city,
            wish("half_a", "2026-12-15", "9:00", "12:00"),
            somebody(&city, "yuki"),
        )
        .await;
        assert!(matches!(late, Err(BookingError::Taken)));
        let page = clerk.post(&format!("{at}/reopen"), &[]).await;
        assert!(page.to.ends_with("?done=reopened"));
        clerk.post(&format!("{at}/reopen"), &[]).await;
        booked(&city, "yuki", "half_a", "2026-12-15", "9:00", "12:00").await;
        assert_eq!(state(&city, gone[0]).await, State::Cancelled);
    }
);

each_database!(
    booking_and_closing_at_once_leave_nobody_in_a_closed_room,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let city: &City = &city;
        let new = NewClosure {
            facility: "hall".into(),
            resource: None,
            first: DAY.parse().unwrap(),
            last: DAY.parse().unwrap(),
            reason: "工事".into(),
            request: "1".into(),
        };
        let id = city
            .write(Actor::Staff(1), new, |tx, new| {
                Box::pin(closures::close(tx, new))
            })
            .await
            .unwrap();
        let bookings = (0..40).map(|n| {
            let (resource, from, to) = match n % 4 {
                0 => ("half_a", "9:00", "12:00"),
                1 => ("half_b", "13:00", "17:00"),
                2 => ("whole", "18:00", "21:30"),
                _ => ("court", "9:00", "10:00"),
            };
            book(
                city,
                wish(resource, DAY, from, to),
                somebody(city, &format!("n{n}")),
            )
        });
        let (_, jobs) = futures::join!(join_all(bookings), run_due_jobs(city));
        jobs.unwrap();
        let closure = closures::closure(city.db(), id).await.unwrap().unwrap();
        assert_eq!(closure.stage, Stage::Closed);
        let left: i64 = city
            .db()
            .value(
                "SELECT COUNT(*) FROM booking_reservations WHERE kind = 'booking' AND state = 'confirmed'",
                [],
            )
            .await
            .unwrap()
            .unwrap();
        assert_eq!(left, 0);
    }
);

each_database!(
    of_many_who_move_to_one_time_one_gets_it_and_the_others_keep_theirs,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        let city: &City = &city;
        let days = [
            "2026-11-25",
            "2026-11-26",
            "2026-11-27",
            "2026-11-28",
            "2026-11-29",
        ];
        let mut ids = Vec::new();
        for (n, day) in days.iter().enumerate() {
            for (resource, from, to) in [("half_a", "9:00", "12:00"), ("half_b", "13:00", "17:00")]
            {
                ids.push(booked(city, &format!("n{n}{resource}"), resource, day, from, to).await);
            }
        }
        let before: Vec<_> = {
            let mut all = Vec::new();
            for id in &ids {
                all.push(reservation(city.db(), *id).await.unwrap().unwrap());
            }
            all
        };
        let moves = ids.iter().map(|id| {
            let target = Target {
                resource: "whole".into(),
                span: span("2026-12-01", "9:00", "12:00"),
                channel: Channel::Counter,
            };
            city.write(Actor::Staff(1), (*id, target), |tx, (id, target)| {
                Box::pin(reservations::move_to(tx, *id, target))
            })
        });
        let results: Vec<Result<_, BookingError>> = join_all(moves).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        for (result, before) in results.iter().zip(&before) {
            let after = reservation(city.db(), before.id).await.unwrap().unwrap();
            if result.is_ok() {
                assert_eq!(after.resource, "whole");
                assert_eq!(after.fee, Yen::new(3_000));
                continue;
            }
            assert!(matches!(result, Err(BookingError::Taken)));
            assert_eq!(
                (after.span, &after.resource),
                (before.span, &before.resource)
            );
            let steps: i64 = city
                .db()
                .value(
                    "SELECT COUNT(*) FROM booking_taken WHERE reservation_id = $1",
                    [before.id.into()],
                )
                .await
                .unwrap()
                .unwrap();
            let expected = after.span.steps(30).count();
            assert_eq!(
                usize::try_from(steps).unwrap(),
                expected,
                "it kept its units"
            );
        }
    }
);

each_database!(
    residents_change_their_own_while_it_costs_nothing,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let _ = desk(&city).await;
        let id = booked(&city, "hana", "half_a", "2026-12-05", "9:00", "12:00").await;
        let found = reservation(city.db(), id).await.unwrap().unwrap();
        let (number, _) = found.contact(city.key().unwrap()).unwrap().unwrap();
        let mut hana = browser(&city);
        let page = hana
            .post("/booking/mine/show", &[("number", &number)])
            .await;
        assert!(page.text().contains("action=\"/booking/mine/change\""));
        let permit = hana
            .post("/booking/mine/permit", &[("number", &number)])
            .await;
        assert!(permit.bytes.starts_with(b"%PDF"), "{:?}", permit.problem);
        let again = hana
            .post("/booking/mine/permit", &[("number", &number)])
            .await;
        assert_eq!(
            permit.bytes, again.bytes,
            "the same permit is the same file"
        );
        let day = [
            ("number", number.as_str()),
            ("resource", "whole"),
            ("day_year", "2026"),
            ("day_month", "12"),
            ("day_day", "6"),
        ];
        let page = hana.post("/booking/mine/change", &day).await;
        assert!(
            page.text().contains("value=\"13:00-17:00\""),
            "{}",
            page.text()
        );
        let to = [
            ("number", number.as_str()),
            ("resource", "whole"),
            ("day", "2026-12-06"),
            ("time", "13:00-17:00"),
        ];
        let page = hana.post("/booking/mine/change/send", &to).await;
        assert!(
            page.text().contains("日時・場所を変えました"),
            "{}",
            page.text()
        );
        let page = hana.post("/booking/mine/change/send", &to).await;
        assert_eq!(page.status, StatusCode::OK, "twice is once");
        let found = reservation(city.db(), id).await.unwrap().unwrap();
        assert_eq!(
            (found.resource.as_str(), found.fee),
            ("whole", Yen::new(4_000))
        );
        assert_eq!(mails(&city).await.len(), 1);
        // A number that is none, and a stranger's account.
        let page = hana
            .post(
                "/booking/mine/change/send",
                &[("number", "AAAAAA-BBBBBB-CCCCCC")],
            )
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut stranger = browser(&city).of(yakuba_identity::testing::resident(5));
        for path in ["change", "change/send", "permit"] {
            let page = stranger
                .post(&format!("/booking/mine/{path}"), &[("id", &id.to_string())])
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        }
        // Seven days before, it costs something to give it up: then the facility must be rung.
        city.clock().set("2026-11-30T03:00:00Z".parse().unwrap());
        let page = hana
            .post("/booking/mine/show", &[("number", &number)])
            .await;
        assert!(!page.text().contains("action=\"/booking/mine/change\""));
        let back = [
            ("number", number.as_str()),
            ("resource", "half_a"),
            ("day", "2026-12-05"),
            ("time", "09:00-12:00"),
        ];
        let page = hana.post("/booking/mine/change/send", &back).await;
        assert!(page.text().contains("ご自分では変えられません"));
        let mut clerk = clerk(&city, &[RECEIVE, TAKE_OVER]);
        let permit = clerk
            .get(&format!("/desk/booking/reservations/{id}/permit"))
            .await;
        assert!(permit.bytes.starts_with(b"%PDF"));
        let page = clerk
            .post(
                &format!("/desk/booking/reservations/{id}/move"),
                &[
                    ("resource", "half_a"),
                    ("day", "2026-12-05"),
                    ("time", "09:00-12:00"),
                ],
            )
            .await;
        assert!(page.to.ends_with("?done=moved"), "staff may still move it");
    }
);

/// The hall with four projectors that are alike.
fn with_projectors() -> yakuba_booking::model::document::FacilityDocument {
    let mut document = hall();
    let mut projector = document.resource("court").unwrap().clone();
    projector.key = Key::new("projector").unwrap();
    projector.takes = Takes::OneOf(4);
    projector.minutes_after = 0;
    document.resources.push(projector);
    document
}

/// The units that a reservation has.
async fn units(city: &City, id: i64) -> i64 {
    count_of_units(city.db(), id).await.unwrap()
}

each_database!(
    the_city_takes_some_of_what_is_alike_and_the_latest_booked_gives_way,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk = desk(&city).await;
        offer(&city, with_projectors()).await;
        let mut ids = Vec::new();
        for (who, from, to) in [
            ("hana", "9:00", "10:00"),
            ("taro", "9:00", "10:00"),
            ("jiro", "9:00", "10:00"),
            ("yuki", "10:00", "11:00"),
        ] {
            ids.push(booked(&city, who, "projector", DAY, from, to).await);
        }
        let at = "/desk/booking/hall/official";
        let query = |count: &str| {
            format!(
                "{at}?resource=projector&count={count}&day={DAY}&from=09%3A00&to=11%3A00&title=A"
            )
        };
        // One is free all the time; of two, the latest booked at nine gives way, and whoever comes at ten gets another one.
        let page = clerk.get(&query("1")).await;
        assert!(
            page.text().contains("取り消される予約は0件です"),
            "{}",
            page.text()
        );
        let page = clerk.get(&query("5")).await;
        assert!(page.text().contains("1から4までの数"), "{}", page.text());
        let page = clerk.get(&query("2")).await;
        assert!(
            page.text().contains("取り消される予約は1件です"),
            "{}",
            page.text()
        );
        assert!(page.text().contains("4のうち2"));
        let jiro = ids[2].to_string();
        assert_eq!(page.between("name=\"shown\" value=\"", "\""), jiro);
        let request = page.between("name=\"request\" value=\"", "\"");
        let fields = [
            ("resource", "projector"),
            ("count", "2"),
            ("day", DAY),
            ("from", "09:00"),
            ("to", "11:00"),
            ("title", "研修"),
            ("request", request.as_str()),
            ("shown", jiro.as_str()),
        ];
        // Who was not shown does not give way.
        let page = clerk.post(at, &fields[..7]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = clerk.post(at, &fields).await;
        assert!(page.to.ends_with("?done=official"), "{}", page.text());
        let again = clerk.post(at, &fields).await;
        assert_eq!(again.to, page.to);
        for (id, after) in ids.iter().zip([
            State::Confirmed,
            State::Confirmed,
            State::Cancelled,
            State::Confirmed,
        ]) {
            assert_eq!(state(&city, *id).await, after);
            assert_eq!(
                units(&city, *id).await,
                i64::from(after == State::Confirmed)
            );
        }
        assert_eq!(facts(&city, "booking.displaced").await, 1);
        assert_eq!(mails(&city).await.len(), 1);
        let own: i64 = page
            .to
            .trim_end_matches("?done=official")
            .rsplit('/')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(units(&city, own).await, 2);
        let shown = clerk.get(&page.to).await;
        assert!(shown.text().contains("4のうち2"));
        // What is left is full at nine, and has one place at ten.
        let late = book(
            &city,
            wish("projector", DAY, "9:00", "10:00"),
            somebody(&city, "saki"),
        )
        .await;
        assert!(matches!(late, Err(BookingError::Taken)));
        booked(&city, "saki", "projector", DAY, "10:00", "11:00").await;
        // Whoever uses one already keeps it: four cannot be had any more.
        city.clock().set("2026-11-28T00:10:00Z".parse().unwrap());
        let step = format!("/desk/booking/reservations/{}/step", ids[0]);
        clerk.post(&step, &[("step", "check_in")]).await;
        assert_eq!(state(&city, ids[0]).await, State::Attended);
        let page = clerk
            .get(&format!(
                "{at}?resource=projector&count=3&day={DAY}&from=09%3A30&to=10%3A00&title=A"
            ))
            .await;
        assert!(
            page.text().contains("取り消される予約は2件です"),
            "{}",
            page.text()
        );
    }
);
