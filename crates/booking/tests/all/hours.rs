//! What is reported about hours, and about whom a check-up is for. On both databases.

use jiff::civil::date;
use yakuba_booking::{
    BookingService,
    model::state::Step,
    store::{self, hours, reservations},
};
use yakuba_city::{Actor, City, each_database};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::support::{book, hall, offer, somebody, wish};

async fn sum(city: &City, measure: &str) -> i64 {
    let total: i128 = city
        .year_totals()
        .await
        .unwrap()
        .years(measure, 2026..=2026)
        .map(|(_, sums)| sums.total)
        .sum();
    i64::try_from(total / 1000).unwrap()
}

async fn report(city: &City) {
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(hours::report_day(tx, date(2026, 11, 28)))
    })
    .await
    .unwrap();
}

each_database!(
    a_day_is_reported_once_and_put_right_afterwards,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let day = "2026-11-28";
        let first = book(
            &city,
            wish("whole", day, "09:00", "12:00"),
            somebody(&city, "a"),
        )
        .await
        .unwrap();
        book(
            &city,
            wish("court", day, "10:00", "11:00"),
            somebody(&city, "b"),
        )
        .await
        .unwrap();
        let open = i64::from(hall().hours_of_use(date(2026, 11, 28), &[]).open);
        report(&city).await;
        assert_eq!(sum(&city, "booking.minutes_open").await, open);
        // The clearing of the court is not use.
        assert_eq!(sum(&city, "booking.minutes_used").await, 2 * 180 + 60);
        report(&city).await;
        assert_eq!(sum(&city, "booking.minutes_used").await, 2 * 180 + 60);
        // Nobody came: it is taken off, whoever looks when.
        city.write(Actor::Staff(1), first.id, |tx, id| {
            Box::pin(reservations::step(tx, *id, Step::MarkAbsent))
        })
        .await
        .unwrap();
        report(&city).await;
        assert_eq!(sum(&city, "booking.minutes_used").await, 60);
        assert_eq!(sum(&city, "booking.minutes_open").await, open);
        assert_eq!(sum(&city, "booking.minutes_official").await, 0);
    }
);

each_database!(
    every_day_that_is_over_is_reported,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        hours::report(&city).await.unwrap();
        let expected: i64 = (7..=20)
            .map(|day| i64::from(hall().hours_of_use(date(2026, 11, day), &[]).open))
            .sum();
        assert_eq!(sum(&city, "booking.minutes_open").await, expected);
        hours::report(&city).await.unwrap();
        assert_eq!(sum(&city, "booking.minutes_open").await, expected);
    }
);

each_database!(
    whom_a_check_up_is_for_is_reported_as_it_stands,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut document = hall();
        let class = document.resources.len() - 1;
        let eligible = |people| {
            vec![yakuba_booking::model::document::Eligible {
                year: yakuba_kernel::FiscalYear::new(2026).unwrap(),
                people,
            }]
        };
        document.resources[class].eligible = eligible(6_200);
        offer(&city, document.clone()).await;
        assert_eq!(sum(&city, "booking.eligible").await, 6_200);
        document.resources[class].eligible = eligible(6_150);
        offer(&city, document.clone()).await;
        assert_eq!(sum(&city, "booking.eligible").await, 6_150);
        let revision = store::facility(city.db(), "hall")
            .await
            .unwrap()
            .unwrap()
            .revision;
        assert_eq!(revision, 2);
        document.resources[class].eligible.clear();
        offer(&city, document).await;
        assert_eq!(sum(&city, "booking.eligible").await, 0);
    }
);
