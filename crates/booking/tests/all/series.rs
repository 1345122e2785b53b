//! Series: looked over, booked day by day or as a whole, given up. On both databases.

use jiff::{ToSpan as _, civil::date};
use proptest::{
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use yakuba_booking::{
    BookingError, BookingService,
    capabilities::RECEIVE,
    model::series::{Failure, Pattern},
    store::{
        people::Holder,
        reservations::{NewBooking, Wish, of_holder, of_resident},
        series::{self, NewSeries, days, failure_of, preview},
    },
};
use yakuba_city::{Actor, City, each_database, sql::Sql as _, web::Problem};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, resident, staff},
};
use yakuba_kernel::Channel;
use yakuba_mail::MailService;

use crate::support::{book, hall, offer, somebody, wish};

fn weekly(request: &str, last: &str) -> NewSeries {
    NewSeries {
        request: request.into(),
        facility: "hall".into(),
        resource: "half_a".into(),
        pattern: Pattern::Weekly,
        first: date(2026, 11, 28),
        last: last.parse().unwrap(),
        from: "9:00".parse().unwrap(),
        to: "12:00".parse().unwrap(),
        holder: Holder::Email("hana@example.jp".into()),
        resident: None,
        channel: Channel::Online,
    }
}

fn wishes(city: &City, new: &NewSeries, who: &str) -> Vec<(Wish, NewBooking)> {
    new.pattern
        .days(new.first, new.last)
        .into_iter()
        .map(|day| {
            let wish = wish("half_a", &day.to_string(), "9:00", "12:00");
            (wish, somebody(city, who))
        })
        .collect()
}

async fn count(city: &City, table: &str) -> i64 {
    city.db()
        .value(&format!("SELECT COUNT(*) FROM {table}"), [])
        .await
        .unwrap()
        .unwrap()
}

each_database!(
    all_days_or_none_and_twice_is_once,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        let all = async |new: NewSeries, wishes: Vec<(Wish, NewBooking)>| {
            city.write(
                Actor::Public,
                (city.key().unwrap().clone(), new, wishes),
                |tx, (key, new, wishes)| Box::pin(series::book_all(tx, key, new, wishes)),
            )
            .await
        };
        // Somebody has the second Saturday.
        let taken = book(
            &city,
            wish("whole", "2026-12-05", "9:00", "12:00"),
            somebody(&city, "taro"),
        )
        .await
        .unwrap();
        let new = weekly("a", "2026-12-19");
        let result = all(new.clone(), wishes(&city, &new, "hana")).await;
        assert!(matches!(result, Err(BookingError::Taken)));
        assert_eq!(count(&city, "booking_series").await, 0);
        assert_eq!(count(&city, "booking_reservations").await, 1);
        city.write(Actor::Staff(1), taken.id, |tx, id| {
            Box::pin(yakuba_booking::store::reservations::step(
                tx,
                *id,
                yakuba_booking::model::state::Step::Cancel,
            ))
        })
        .await
        .unwrap();
        let (id, booked) = all(new.clone(), wishes(&city, &new, "hana")).await.unwrap();
        assert_eq!(booked.len(), 4);
        // The same form again.
        let (again, twice) = all(new.clone(), wishes(&city, &new, "hana")).await.unwrap();
        assert_eq!(again, id);
        assert!(twice.iter().all(|one| one.number.is_none()));
        assert_eq!(count(&city, "booking_reservations").await, 5);
        assert_eq!(days(city.db(), id).await.unwrap().len(), 4);
    }
);

/// What stands in the way of a series: somebody else's bookings, and the own ones.
#[derive(Debug, Clone)]
struct Before {
    theirs: Vec<i32>,
    mine: Vec<i32>,
    pattern: Pattern,
    first: i32,
    length: i32,
}

fn before() -> impl Strategy<Value = Before> {
    (
        proptest::collection::vec(0i32..60, 0..6),
        proptest::collection::vec(0i32..60, 0..4),
        0usize..3,
        0i32..20,
        0i32..120,
    )
        .prop_map(|(theirs, mine, pattern, first, length)| Before {
            theirs,
            mine,
            pattern: Pattern::ALL[pattern],
            first,
            length,
        })
}

/// What is shown before is what happens: the days that the look lets through are booked, each other one fails for the reason shown.
async fn looks_as_it_books(city: &City, cases: u32) {
    let mut document = hall();
    document.rules.most_in_a_month = Some(3);
    document.rules.most_at_once = Some(6);
    document.rules.most_on_a_day = Some(1);
    offer(city, document.clone()).await;
    let resource = document.resource("half_a").unwrap();
    let mut runner = TestRunner::deterministic();
    let day = |days: i32| date(2026, 11, 22).checked_add(days.days()).unwrap();
    for case in 0..cases {
        let before = before().new_tree(&mut runner).unwrap().current();
        let me = format!("hana{case}");
        for (days, who) in before
            .theirs
            .iter()
            .map(|days| (days, format!("taro{case}")))
            .chain(before.mine.iter().map(|days| (days, me.clone())))
        {
            // Closed, over the limit, taken: as it comes.
            let _ = book(
                city,
                wish("half_a", &day(*days).to_string(), "9:00", "12:00"),
                somebody(city, &who),
            )
            .await;
        }
        let new = NewSeries {
            pattern: before.pattern,
            first: day(before.first),
            last: day(before.first + before.length),
            ..weekly(&format!("case {case}"), "2027-01-01")
        };
        let all = new.pattern.days(new.first, new.last);
        let holder = Holder::Email(format!("{me}@example.jp")).hash(city.key().unwrap());
        let shown = preview(
            city.db(),
            &document,
            resource,
            &all,
            (new.from, new.to),
            &holder,
            Channel::Online,
            city.now(),
            city.today(),
        )
        .await
        .unwrap();
        let id = city
            .write(
                Actor::Public,
                (city.key().unwrap().clone(), new.clone()),
                |tx, (key, new)| Box::pin(series::begin(tx, key, new)),
            )
            .await
            .unwrap();
        for ((wish, new), (day, expected)) in wishes(city, &new, &me).into_iter().zip(shown) {
            let result = city
                .write(Actor::Public, (id, wish, new), |tx, (id, wish, new)| {
                    Box::pin(series::book_day(tx, *id, wish, new))
                })
                .await;
            let found = result
                .as_ref()
                .err()
                .map(|error| failure_of(error).unwrap_or_else(|| panic!("{error}")));
            assert_eq!(found, expected, "{day} of {before:?}");
        }
        let booked = of_holder(city.db(), &holder, day(0)).await.unwrap();
        assert!(booked.len() <= 6);
        // Room for the next case.
        for table in [
            "booking_taken",
            "booking_series_days",
            "booking_series",
            "booking_history",
            "booking_reservations",
        ] {
            city.write(Actor::Staff(1), table.to_owned(), |tx, table| {
                Box::pin(async move {
                    tx.connection()
                        .run(&format!("DELETE FROM {table}"), [])
                        .await?;
                    Ok::<_, BookingError>(())
                })
            })
            .await
            .unwrap();
        }
    }
}

each_database!(
    what_is_shown_before_is_what_happens,
    [&BookingService],
    async |city| looks_as_it_books(&city, 25).await
);

each_database!(
    a_series_is_looked_over_booked_and_given_up_in_the_browser,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        book(
            &city,
            wish("half_a", "2026-12-12", "9:00", "12:00"),
            somebody(&city, "taro"),
        )
        .await
        .unwrap();
        let services: [&dyn yakuba_city::Service; 3] =
            [&MailService, &IdentityService, &BookingService];
        let mut hana = Browser::new(&city, &services).of(resident(7));
        let page = hana.get("/booking/hall/half_a?day=2026-11-28").await;
        let address = page
            .between("href=\"/booking/series/new", "\"")
            .replace("&amp;", "&")
            .replace("&#38;", "&");
        let page = hana.get(&format!("/booking/series/new{address}")).await;
        assert!(page.text().contains("value=\"09:00\""), "{}", page.text());
        let mut fields = vec![
            ("facility", "hall"),
            ("resource", "half_a"),
            ("pattern", "weekly"),
            ("first_year", "2026"),
            ("first_month", "11"),
            ("first_day", "28"),
            ("last_year", "2027"),
            ("last_month", "3"),
            ("last_day", "6"),
            ("from", "09:00"),
            ("to", "12:00"),
            ("people", "5"),
            ("name", "澄川 花子"),
            ("phone", "000-000-0001"),
        ];
        let page = hana.post("/booking/series/check", &fields).await;
        assert!(page.text().contains("入力してください"), "where she lives");
        fields.push(("lives", "here"));
        let page = hana.post("/booking/series/check", &fields).await;
        let text = page.text();
        assert!(text.contains("空きがありません"), "{text}");
        assert!(text.contains("まだ受付が始まっていません"), "March");
        assert!(text.contains("休みの日か"), "2 January");
        let request = page.between("name=\"request\" value=\"", "\"");
        fields.push(("request", &request));
        fields.push(("mode", "possible"));
        let page = hana.post("/booking/series/send", &fields).await;
        assert!(page.to.ends_with("done=booked"), "{}", page.text());
        let again = hana.post("/booking/series/send", &fields).await;
        assert_eq!(again.to, page.to);
        let series = page.to.split('?').next().unwrap().to_owned();
        let booked = of_resident(city.db(), 7).await.unwrap();
        // 28 November to 27 February without 12 December and 2 January.
        assert_eq!(booked.len(), 12);
        let page = hana.get(&series).await;
        assert!(page.text().contains("これからの12日"), "{}", page.text());
        assert!(page.text().contains("休みの日か"));
        let list = hana.get("/booking/series").await;
        assert!(list.text().contains(&series));
        // One alone.
        let one = booked.last().unwrap().id.to_string();
        hana.post("/booking/mine/cancel", &[("id", &one)]).await;
        let page = hana.get(&series).await;
        assert!(page.text().contains("これからの11日"));
        for (who, problem) in [
            (resident(8), Problem::NotFound),
            (
                staff(1, &[RECEIVE], "lifelong_learning"),
                Problem::ResidentSignInNeeded,
            ),
        ] {
            let mut other = Browser::new(&city, &services).of(who);
            assert_eq!(other.get(&series).await.problem, Some(problem.clone()));
            let answer = other.post(&format!("{series}/cancel"), &[]).await;
            assert_eq!(answer.problem, Some(problem));
        }
        let mut nobody = Browser::new(&city, &services);
        for path in ["/booking/series", "/booking/series/new?facility=hall"] {
            assert_eq!(
                nobody.get(path).await.problem,
                Some(Problem::ResidentSignInNeeded)
            );
        }
        // The rest, twice.
        for _ in 0..2 {
            let page = hana.post(&format!("{series}/cancel"), &[]).await;
            assert!(page.to.ends_with("done=cancelled"));
        }
        assert_eq!(count(&city, "booking_taken").await, 6, "only the other's");
        let page = hana.get(&series).await;
        assert!(!page.text().contains("残りをすべて取り消す"));
        assert_eq!(Failure::ALL.len(), 5);
    }
);
