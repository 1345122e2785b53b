//! Many at once on the last free place: exactly one gets it. On both databases.

use futures::future::join_all;
use jiff::{ToSpan as _, civil::date};
use yakuba_booking::{BookingError, BookingService};
use yakuba_city::{City, each_database, sql::Sql as _};

use crate::support::{book, hall, hold, offer, somebody, wish};

const CLIENTS: usize = 64;

/// `YAKUBA_RUSH_ROUNDS` for longer runs (`make soak`).
fn rounds() -> usize {
    std::env::var("YAKUBA_RUSH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100)
}

/// The days on which the hall's rooms are open and can be booked at the time of the tests, enough for all rounds.
fn places() -> impl Iterator<Item = (&'static str, String, &'static str, &'static str)> {
    let hall = hall();
    (0..90)
        .map(|days: i32| date(2026, 11, 22).checked_add(days.days()).unwrap())
        .filter(move |day| !hall.is_closed_on(*day))
        .flat_map(|day| {
            ["half_a", "half_b"].into_iter().flat_map(move |resource| {
                [("9:00", "12:00"), ("13:00", "17:00")]
                    .into_iter()
                    .map(move |(from, to)| (resource, day.to_string(), from, to))
            })
        })
}

async fn taken_twice(city: &City) -> i64 {
    city.db()
        .value(
            "SELECT COUNT(*) FROM (SELECT unit_id, at FROM booking_taken GROUP BY unit_id, at HAVING COUNT(*) > 1) AS doubled",
            [],
        )
        .await
        .unwrap()
        .unwrap()
}

each_database!(
    of_64_at_once_exactly_one_gets_the_last_place,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        let mut round = 0;
        // The same places again, as often as it takes: what was won is given back.
        while round < rounds() {
            for (resource, day, from, to) in places().take(rounds() - round) {
                let city: &City = &city;
                let attempts = (0..CLIENTS).map(|client| {
                    // Half of them want a part, half of them the whole.
                    let resource = if client % 2 == 0 { resource } else { "whole" };
                    let wish = wish(resource, &day, from, to);
                    book(city, wish, somebody(city, &format!("r{round}c{client}")))
                });
                let results = join_all(attempts).await;
                let won = results.iter().filter(|result| result.is_ok()).count();
                for result in &results {
                    if let Err(error) = result {
                        assert!(matches!(error, BookingError::Taken), "{error}");
                    }
                }
                // The whole wins alone; the part wins with the other part still free.
                assert_eq!(
                    won, 1,
                    "round {round}: {won} of {CLIENTS} got {resource} on {day} at {from}"
                );
                for booked in results.into_iter().flatten() {
                    city.write(yakuba_city::Actor::Public, booked.id, |tx, id| {
                        Box::pin(yakuba_booking::store::reservations::step(
                            tx,
                            *id,
                            yakuba_booking::model::state::Step::Cancel,
                        ))
                    })
                    .await
                    .unwrap();
                }
                round += 1;
            }
        }
        assert_eq!(taken_twice(&city).await, 0);
    }
);

each_database!(
    three_places_of_a_class_go_to_three,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        let city: &City = &city;
        let visits: Vec<String> = (0..CLIENTS)
            .map(|client| format!("visit{client}"))
            .collect();
        let attempts = visits
            .iter()
            .map(|visit| hold(city, wish("class", "2026-12-05", "10:00", "12:00"), visit));
        let results = join_all(attempts).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
        let units: i64 = city
            .db()
            .value("SELECT COUNT(DISTINCT unit_id) FROM booking_taken", [])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(units, 3, "each has a place of its own");
    }
);
