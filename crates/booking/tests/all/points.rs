//! Penalty points: given, told beforehand, keeping from booking, taken back. On both databases.

use yakuba_booking::{
    BookingError, BookingService,
    capabilities::{GROUPS, RECEIVE},
    model::{document::Penalty, state::Step},
    store::{
        points::{of_reservation, tally},
        reservations::{self, Booked},
    },
};
use yakuba_city::{Actor, City, each_database, web::Problem};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, resident, staff},
};
use yakuba_mail::MailService;

use crate::support::{book, hall, offer, somebody, wish};

async fn strict(city: &City) {
    let mut document = hall();
    document.penalty = Some(Penalty {
        points: 3,
        blocked_days: 30,
        lapse_days: 365,
    });
    offer(city, document).await;
}

async fn step(city: &City, id: i64, step: Step) {
    city.write(Actor::Staff(1), (id, step), |tx, (id, step)| {
        Box::pin(reservations::step(tx, *id, *step))
    })
    .await
    .unwrap();
}

async fn booked(city: &City, day: &str, who: &str) -> Booked {
    book(
        city,
        wish("half_a", day, "9:00", "12:00"),
        somebody(city, who),
    )
    .await
    .unwrap()
}

async fn points(city: &City, id: i64) -> u32 {
    of_reservation(city.db(), id)
        .await
        .unwrap()
        .filter(|points| points.taken_back_at.is_none())
        .map_or(0, |points| points.given.points)
}

each_database!(
    points_keep_from_booking_until_they_are_taken_back,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        strict(&city).await;
        // In time: none. The 28th can be given up without loss until the 21st.
        let early = booked(&city, "2026-11-28", "hana").await;
        step(&city, early.id, Step::Cancel).await;
        assert_eq!(points(&city, early.id).await, 0);
        // Late: one. Twice the same is once.
        let late = booked(&city, "2026-11-26", "hana").await;
        step(&city, late.id, Step::Cancel).await;
        step(&city, late.id, Step::Cancel).await;
        assert_eq!(points(&city, late.id).await, 1);
        // Nobody came: three more, unless it was a mistake.
        let absent = booked(&city, "2026-11-26", "hana").await;
        step(&city, absent.id, Step::MarkAbsent).await;
        assert_eq!(points(&city, absent.id).await, 3);
        step(&city, absent.id, Step::CheckIn).await;
        assert_eq!(points(&city, absent.id).await, 0);
        let absent = booked(&city, "2026-11-27", "Hana").await;
        step(&city, absent.id, Step::MarkAbsent).await;
        let next = async || {
            book(
                &city,
                wish("half_b", "2026-12-10", "9:00", "12:00"),
                somebody(&city, "hana"),
            )
            .await
        };
        let error = next().await.expect_err("four points");
        assert!(
            matches!(error, BookingError::Blocked(day) if day == jiff::civil::date(2026, 12, 21)),
            "{error}"
        );
        booked(&city, "2026-12-09", "taro").await;
        // Staff take them back, with a reason.
        let mut clerk = Browser::new(&city, &[&MailService, &IdentityService, &BookingService])
            .of(staff(1, &[RECEIVE], "lifelong_learning"));
        let list = clerk.get("/desk/booking/points").await;
        assert!(list.text().contains("無断不使用") && !list.text().contains("hana"));
        let page = format!("/desk/booking/points/{}", absent.id);
        assert!(clerk.get(&page).await.text().contains("澄川 Hana"));
        let answer = clerk.post(&page, &[("reason", "")]).await;
        assert!(answer.text().contains("入力してください"));
        let answer = clerk.post(&page, &[("reason", "急な病気")]).await;
        assert_eq!(answer.to, "/desk/booking/points?done=taken-back");
        clerk.post(&page, &[("reason", "もう一度")]).await;
        let back = of_reservation(city.db(), absent.id).await.unwrap().unwrap();
        assert_eq!(back.reason.as_deref(), Some("急な病気"));
        next().await.unwrap();
        let document = hall();
        let none = tally(city.db(), &document, &back.holder, city.today())
            .await
            .unwrap();
        assert_eq!(none.points, 0, "a facility without a penalty counts none");
        // Closed to everybody else.
        for (who, problem) in [
            (resident(7), Problem::SignInNeeded),
            (
                staff(2, &[GROUPS], "lifelong_learning"),
                Problem::NotAllowed,
            ),
            (staff(2, &[RECEIVE], "civic"), Problem::NotFound),
        ] {
            let mut other =
                Browser::new(&city, &[&MailService, &IdentityService, &BookingService]).of(who);
            assert_eq!(other.get(&page).await.problem, Some(problem.clone()));
            let answer = other.post(&page, &[("reason", "x")]).await;
            assert_eq!(answer.problem, Some(problem));
            let list = other.get("/desk/booking/points").await;
            assert!(!list.text().contains("無断不使用"));
        }
    }
);

each_database!(
    whoever_cancels_is_told_before_what_it_costs,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        strict(&city).await;
        let late = booked(&city, "2026-11-26", "hana").await;
        let number = late.number.unwrap().to_string();
        let mut browser = Browser::new(&city, &[&MailService, &IdentityService, &BookingService]);
        let page = browser
            .post("/booking/mine/show", &[("number", &number)])
            .await;
        assert!(
            page.text()
                .contains("いま取り消すと、ペナルティが1点つき、合わせて1点になります"),
            "{}",
            page.text()
        );
        browser
            .post("/booking/mine/cancel", &[("number", &number)])
            .await;
        assert_eq!(points(&city, late.id).await, 1);
        let page = browser.get("/booking/hall").await;
        assert!(page.text().contains("合わせて3点になると、30日間"));
    }
);
