//! Equipment taken along with a room: never twice, priced, given back; in the store and in a browser. On both databases.

use axum::http::StatusCode;
use futures::future::join_all;
use yakuba_booking::{
    BookingError, BookingService,
    capabilities::RECEIVE,
    model::{document::FacilityDocument, fees::Use, state::Step},
    store::reservations::{self, NewBooking, Target, Wish, reservation},
};
use yakuba_city::{Actor, City, each_database, sql::Sql as _};
use yakuba_forms::model::document::Key;
use yakuba_identity::{
    IdentityService,
    testing::{Browser, departments, resident, staff},
};
use yakuba_kernel::{Channel, Yen};
use yakuba_mail::MailService;

use crate::support::{HALL, book, confirm, hold, offer, somebody, wish};

const DAY: &str = "2026-11-28";

/// The hall with two projectors for its halves and the whole of it.
fn hall() -> FacilityDocument {
    let text = HALL
        .replacen(
            "fees:\n",
            "equipment:\n  - {key: projector, name: プロジェクター, count: 2, with: [whole, half_a, half_b], fee: projector}\n  - {key: table, name: 長机, count: 30}\nfees:\n",
            1,
        )
        .replacen(
            "    rows:\n",
            "    rows:\n      - {fee: projector, yen: 500, per: use}\n",
            1,
        );
    FacilityDocument::from_yaml(&text).unwrap()
}

fn with(wish: Wish, key: &str, count: u32) -> Wish {
    Wish {
        of: Use {
            equipment: [(Key::new(key).unwrap(), count)].into(),
            ..wish.of
        },
        ..wish
    }
}

fn new_with(city: &City, who: &str, count: u32) -> NewBooking {
    NewBooking::new(
        city.key().unwrap(),
        yakuba_booking::store::people::Holder::Email(format!("{who}@example.jp")),
        &yakuba_booking::store::people::Contact {
            name: who.to_owned(),
            email: None,
            phone: None,
            note: None,
            language: yakuba_ui::Language::Japanese,
        },
        Channel::Online,
        Use {
            people: 5,
            is_resident: true,
            equipment: [(Key::new("projector").unwrap(), count)].into(),
            ..Use::default()
        },
    )
    .unwrap()
}

/// How many units of a kind a reservation has.
async fn units(city: &City, reservation: i64, prefix: &str) -> i64 {
    city.db()
        .value(
            "SELECT COUNT(DISTINCT t.unit_id) FROM booking_taken t JOIN booking_units u ON u.id = t.unit_id \
             WHERE t.reservation_id = $1 AND u.key LIKE $2",
            [reservation.into(), format!("{prefix}#%").into()],
        )
        .await
        .unwrap()
        .unwrap()
}

each_database!(
    what_is_taken_along_is_taken_once,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        let first = with(wish("half_a", DAY, "9:00", "12:00"), "projector", 2);
        let first = book(&city, first, somebody(&city, "hana")).await.unwrap();
        assert_eq!(first.fee, Yen::new(2_000 + 2 * 500));
        assert_eq!(units(&city, first.id, "projector").await, 2);
        // None is left at this time: nothing of the booking stands, so that the room can be had without it.
        let other = || wish("half_b", DAY, "9:00", "12:00");
        let none_left = book(
            &city,
            with(other(), "projector", 1),
            somebody(&city, "taro"),
        )
        .await;
        assert!(
            matches!(&none_left, Err(BookingError::EquipmentTaken(key)) if key == "projector"),
            "{none_left:?}"
        );
        let second = book(&city, other(), somebody(&city, "taro")).await.unwrap();
        assert_eq!(second.fee, Yen::new(2_000));
        // In the afternoon they are there.
        let later = with(wish("half_b", DAY, "13:00", "17:00"), "projector", 2);
        let later = book(&city, later, somebody(&city, "jiro")).await.unwrap();
        // Neither more than there are, nor with what they do not go with, nor something unknown.
        for (resource, from, to, key, count) in [
            ("half_a", "18:00", "21:30", "projector", 3),
            ("court", "18:00", "19:00", "projector", 1),
            ("half_a", "18:00", "21:30", "piano", 1),
        ] {
            let wrong = with(wish(resource, DAY, from, to), key, count);
            let refused = book(&city, wrong, somebody(&city, "saki")).await;
            assert!(
                matches!(refused, Err(BookingError::EquipmentTaken(_))),
                "{resource} {key} {count}"
            );
        }
        // What a reservation takes along moves with it, and only where it is free.
        let to = |from: &str, to: &str| Target {
            resource: "half_a".to_owned(),
            span: crate::support::span(DAY, from, to),
            channel: Channel::Online,
        };
        let full = city
            .write(
                Actor::Staff(1),
                (first.id, to("13:00", "17:00")),
                |tx, (id, to)| Box::pin(reservations::move_to(tx, *id, to)),
            )
            .await;
        assert!(
            matches!(full, Err(BookingError::EquipmentTaken(_))),
            "{full:?}"
        );
        city.write(
            Actor::Staff(1),
            (first.id, to("18:00", "21:30")),
            |tx, (id, to)| Box::pin(reservations::move_to(tx, *id, to)),
        )
        .await
        .unwrap();
        assert_eq!(units(&city, first.id, "projector").await, 2);
        // Given up, it is given back.
        city.write(Actor::Staff(1), later.id, |tx, id| {
            Box::pin(reservations::step(tx, *id, Step::Cancel))
        })
        .await
        .unwrap();
        assert_eq!(units(&city, later.id, "projector").await, 0);
        let kept = reservation(city.db(), first.id).await.unwrap().unwrap();
        assert_eq!(
            kept.of().equipment,
            [(Key::new("projector").unwrap(), 2)].into()
        );
        // A projector is no room that was used.
        let document = hall();
        let day = DAY.parse().unwrap();
        let step = |unit: &str| yakuba_booking::model::hours::TakenStep {
            unit: unit.to_owned(),
            minute: 9 * 60,
            taken_for: yakuba_booking::model::hours::TakenFor::Use,
        };
        assert_eq!(
            document.hours_of_use(day, &[step("a"), step("projector#1")]),
            document.hours_of_use(day, &[step("a")])
        );
    }
);

each_database!(
    of_many_who_want_the_last_ones_at_the_same_moment_one_has_them,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        for round in 1..=5 {
            let day = format!("2026-12-{:02}", round + 7);
            let mut held = Vec::new();
            for (place, room) in ["half_a", "half_b"].into_iter().enumerate() {
                let visit = format!("{round}/{place}");
                let id = hold(&city, wish(room, &day, "9:00", "12:00"), &visit).await;
                held.push((id.unwrap(), visit));
            }
            let asked = held.iter().enumerate().map(|(place, (id, visit))| {
                let new = new_with(&city, &format!("who{round}{place}"), 2);
                confirm(&city, *id, visit, new)
            });
            let outcomes = join_all(asked).await;
            let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            assert_eq!(won, 1, "{outcomes:?}");
            assert!(
                outcomes
                    .iter()
                    .any(|outcome| matches!(outcome, Err(BookingError::EquipmentTaken(_))))
            );
        }
    }
);

each_database!(
    a_resident_and_the_desk_see_what_is_taken_along,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        departments(&city, &["lifelong_learning"]).await;
        offer(&city, hall()).await;
        let services: [&'static dyn yakuba_city::Service; 3] =
            [&MailService, &IdentityService, &BookingService];
        let mut hana = Browser::new(&city, &services).of(resident(7));
        let held = [
            ("facility", "hall"),
            ("resource", "half_a"),
            ("day", DAY),
            ("from", "09:00"),
            ("to", "12:00"),
        ];
        hana.post("/booking/cart/hold", &held).await;
        let cart = hana.get("/booking/cart").await;
        assert!(cart.text().contains("この時間にあと2つあります。1つ500円"));
        let id = cart.between("name=\"people.", "\"");
        let (people, projector) = (format!("people.{id}"), format!("equipment.{id}.projector"));
        let fields = |count| {
            [
                (people.clone(), "20"),
                (projector.clone(), count),
                ("name".to_owned(), "澄川 花子"),
                ("phone".to_owned(), "000-000-0001"),
                ("lives".to_owned(), "here"),
            ]
        };
        let send = |fields: [(String, &'static str); 5]| {
            fields.map(|(name, value)| (name, value.to_owned()))
        };
        let too_many = send(fields("3"));
        let pairs: Vec<(&str, &str)> = too_many
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let page = hana.post("/booking/cart/check", &pairs).await;
        assert!(page.text().contains("その数を借りられません"));
        let two = send(fields("2"));
        let pairs: Vec<(&str, &str)> = two
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let page = hana.post("/booking/cart/check", &pairs).await;
        assert!(page.text().contains("プロジェクター ×2"), "{}", page.text());
        assert!(page.text().contains("3,000円"));
        let page = hana.post("/booking/cart/send", &pairs).await;
        assert_eq!(page.to, "/booking/cart/done", "{}", page.text());
        assert!(
            hana.get(&page.to)
                .await
                .text()
                .contains("プロジェクター ×2")
        );
        let made: i64 = city
            .db()
            .value("SELECT MAX(id) FROM booking_reservations", [])
            .await
            .unwrap()
            .unwrap();
        // The desk sees it, and enters another with what is left.
        let mut clerk =
            Browser::new(&city, &services).of(staff(1, &[RECEIVE], "lifelong_learning"));
        let page = clerk
            .get(&format!("/desk/booking/reservations/{made}"))
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("プロジェクター ×2"));
        let form = clerk
            .get(&format!(
                "/desk/booking/hall/enter?resource=half_b&day={DAY}&from=09:00"
            ))
            .await;
        assert!(form.text().contains("この時間にあと0つあります"));
        let page = clerk
            .post(
                "/desk/booking/hall/enter",
                &[
                    ("resource", "half_b"),
                    ("day", DAY),
                    ("from", "09:00"),
                    ("time", "09:00-12:00"),
                    ("channel", "phone"),
                    ("name", "澄川 太郎"),
                    ("phone", "000-000-0002"),
                    ("people", "5"),
                    ("lives", "here"),
                    ("equipment.table", "10"),
                    ("request", "one"),
                ],
            )
            .await;
        assert!(
            page.to.contains("done=entered"),
            "{} {}",
            page.to,
            page.text()
        );
        assert!(clerk.get(&page.to).await.text().contains("長机 ×10"));
    }
);
