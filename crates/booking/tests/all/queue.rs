//! The line at a counter: drawing, calling, transferring, measuring. On both databases.

use futures::future::join_all;
use jiff::SignedDuration;
use yakuba_booking::{
    BookingError, BookingService,
    model::{document::FacilityDocument, queue::Reason, state::Step},
    store::{
        queue::{
            Act, Acted, Draw, Drawn, Settings, Standing, WindowStep, act, close_days, draw, hours,
            leave, queue, set_up, standing,
        },
        reservations,
    },
};
use yakuba_city::{Actor, City, each_database, sql::Sql as _, testing::test_moment};
use yakuba_kernel::Channel;

use crate::support::{book, offer, somebody, span};

pub(crate) const COUNTER: &str = include_str!("counter.yaml");

pub(crate) async fn counter(city: &City, key: &str, letter: &str, windows: u32) {
    let text = COUNTER.replacen("key: civic", &format!("key: {key}"), 1);
    offer(city, FacilityDocument::from_yaml(&text).unwrap()).await;
    let settings = Settings {
        counter: key.into(),
        letter: letter.into(),
        windows,
        from_phones: true,
        is_on: true,
    };
    city.write(Actor::Staff(1), settings, |tx, settings| {
        Box::pin(set_up(tx, settings))
    })
    .await
    .unwrap();
}

fn new(counter: &str, token: &str) -> Draw {
    Draw {
        counter: counter.into(),
        resource: "moving".into(),
        token_hash: token.into(),
        channel: Channel::Online,
        reason: None,
    }
}

async fn drawn(city: &City, new: Draw) -> Result<Drawn, BookingError> {
    city.write(Actor::Public, new, |tx, new| Box::pin(draw(tx, new)))
        .await
}

async fn number(city: &City, token: &str) -> String {
    drawn(city, new("civic", token))
        .await
        .unwrap()
        .number
        .to_string()
}

async fn now(city: &City, counter: &str) -> Standing {
    let queue = queue(city.db(), counter).await.unwrap().unwrap();
    standing(city.db(), &queue, city.now(), city.today())
        .await
        .unwrap()
}

async fn acted(city: &City, act_now: Act) -> Result<Acted, BookingError> {
    city.write(Actor::Staff(1), act_now, |tx, act_now| {
        Box::pin(act(tx, act_now))
    })
    .await
}

/// Takes a step with the present revision of a window.
pub(crate) async fn at(
    city: &City,
    counter: &str,
    window: u32,
    step: WindowStep,
) -> Result<Acted, BookingError> {
    let revision = now(city, counter)
        .await
        .windows
        .iter()
        .find(|one| one.number == window)
        .unwrap()
        .revision;
    let step = Act {
        counter: counter.into(),
        window,
        revision,
        step,
    };
    acted(city, step).await
}

async fn there(city: &City, counter: &str, window: u32) -> Option<String> {
    now(city, counter)
        .await
        .at(window)
        .map(|ticket| ticket.number.to_string())
}

async fn line(city: &City, counter: &str) -> Vec<String> {
    now(city, counter)
        .await
        .waiting
        .iter()
        .map(|ticket| ticket.number.to_string())
        .collect()
}

fn later(city: &City, minutes: i64) {
    let then = city.now() + SignedDuration::from_mins(minutes);
    city.clock().set(then);
}

async fn total(city: &City, measure: &str) -> i64 {
    let day = "2026-11-21";
    let sum: Option<i64> = city
        .db()
        .value(
            "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM facts WHERE measure = $1 AND day = $2",
            [measure.into(), day.into()],
        )
        .await
        .unwrap();
    sum.unwrap() / 1000
}

each_database!(
    numbers_are_drawn_called_and_served_in_order,
    [&BookingService],
    async |city| {
        counter(&city, "civic", "A", 2).await;
        assert_eq!(number(&city, "one").await, "A-001");
        assert_eq!(number(&city, "two").await, "A-002");
        // The same token, as by a double click.
        assert_eq!(number(&city, "one").await, "A-001");
        let closed = at(&city, "civic", 1, WindowStep::Next).await;
        assert!(matches!(closed, Err(BookingError::WrongState)));
        for window in [1, 2] {
            at(&city, "civic", window, WindowStep::Open).await.unwrap();
        }
        later(&city, 4);
        assert_eq!(
            at(&city, "civic", 1, WindowStep::Next).await.unwrap(),
            Acted::Done
        );
        assert_eq!(there(&city, "civic", 1).await.as_deref(), Some("A-001"));
        // A second click with the page of before calls nobody.
        let again = Act {
            counter: "civic".into(),
            window: 1,
            revision: 2,
            step: WindowStep::Next,
        };
        assert_eq!(acted(&city, again).await.unwrap(), Acted::Stale);
        assert_eq!(line(&city, "civic").await, ["A-002"]);
        later(&city, 6);
        at(&city, "civic", 2, WindowStep::Next).await.unwrap();
        at(&city, "civic", 1, WindowStep::Served).await.unwrap();
        assert_eq!(there(&city, "civic", 1).await, None);
        assert_eq!(there(&city, "civic", 2).await.as_deref(), Some("A-002"));
        let nobody = at(&city, "civic", 2, WindowStep::Next).await.unwrap();
        assert_eq!(nobody, Acted::Nobody);
        assert_eq!(total(&city, "booking.queue_tickets").await, 2);
        assert_eq!(total(&city, "booking.queue_served").await, 2);
        assert_eq!(total(&city, "booking.queue_waited").await, 4 * 60 + 10 * 60);
        let (by_hour, all) = hours(city.db(), "civic", city.today()).await.unwrap();
        assert_eq!(by_hour.len(), 1);
        let all = all.unwrap();
        assert_eq!((all.served, all.median, all.longest), (2, 240, 600));
        // The next day begins with 1, with closed windows.
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(24));
        assert_eq!(number(&city, "next day").await, "A-001");
        assert_eq!(now(&city, "civic").await.open(), 0);
    }
);

each_database!(
    who_does_not_come_is_back_in_line_once,
    [&BookingService],
    async |city| {
        counter(&city, "civic", "A", 1).await;
        at(&city, "civic", 1, WindowStep::Open).await.unwrap();
        number(&city, "one").await;
        later(&city, 1);
        number(&city, "two").await;
        at(&city, "civic", 1, WindowStep::Next).await.unwrap();
        at(&city, "civic", 1, WindowStep::Again).await.unwrap();
        assert_eq!(now(&city, "civic").await.called[0].calls, 2);
        later(&city, 1);
        at(&city, "civic", 1, WindowStep::Missed).await.unwrap();
        assert_eq!(line(&city, "civic").await, ["A-002", "A-001"]);
        at(&city, "civic", 1, WindowStep::Next).await.unwrap();
        at(&city, "civic", 1, WindowStep::Next).await.unwrap();
        assert_eq!(there(&city, "civic", 1).await.as_deref(), Some("A-001"));
        at(&city, "civic", 1, WindowStep::Missed).await.unwrap();
        assert_eq!(line(&city, "civic").await, Vec::<String>::new());
        assert_eq!(total(&city, "booking.queue_left").await, 1);
        assert_eq!(total(&city, "booking.queue_served").await, 1);
        // About nobody nothing can be done.
        let nobody = at(&city, "civic", 1, WindowStep::Missed).await;
        assert!(matches!(nobody, Err(BookingError::WrongState)));
        // A number that was called cannot be given back, one that waits can, once.
        number(&city, "three").await;
        let left = async |token: &str| {
            city.write(Actor::Public, token.to_owned(), |tx, token| {
                Box::pin(leave(tx, token))
            })
            .await
            .unwrap()
        };
        assert!(!left("two").await);
        assert!(left("three").await);
        assert!(!left("three").await);
        assert_eq!(total(&city, "booking.queue_left").await, 2);
    }
);

each_database!(
    a_transfer_keeps_number_and_place,
    [&BookingService],
    async |city| {
        counter(&city, "civic", "A", 1).await;
        counter(&city, "tax", "B", 1).await;
        for key in ["civic", "tax"] {
            at(&city, key, 1, WindowStep::Open).await.unwrap();
        }
        number(&city, "one").await;
        later(&city, 5);
        drawn(&city, new("tax", "other")).await.unwrap();
        let first = Draw {
            reason: Some(Reason::Baby),
            ..new("tax", "first")
        };
        drawn(&city, first).await.unwrap();
        at(&city, "civic", 1, WindowStep::Next).await.unwrap();
        later(&city, 5);
        let nowhere = at(&city, "civic", 1, WindowStep::Transfer("pool".into())).await;
        assert!(matches!(nowhere, Err(BookingError::NoSuchResource(_))));
        at(&city, "civic", 1, WindowStep::Transfer("tax".into()))
            .await
            .unwrap();
        // Drawn before B-001, so before it; the reason still comes first.
        assert_eq!(line(&city, "tax").await, ["B-002", "A-001", "B-001"]);
        assert_eq!(there(&city, "civic", 1).await, None);
        // Its wait at the second counter begins with the transfer.
        later(&city, 2);
        at(&city, "tax", 1, WindowStep::Next).await.unwrap();
        at(&city, "tax", 1, WindowStep::Next).await.unwrap();
        at(&city, "tax", 1, WindowStep::Served).await.unwrap();
        let waits: Vec<i64> = {
            #[derive(sea_orm::FromQueryResult)]
            struct Wait {
                waited: i64,
            }
            let rows: Vec<Wait> = city
                .db()
                .rows("SELECT waited FROM booking_queue_stays ORDER BY id", [])
                .await
                .unwrap();
            rows.into_iter().map(|row| row.waited).collect()
        };
        assert_eq!(waits, [5 * 60, 7 * 60, 2 * 60]);
    }
);

each_database!(
    appointments_enter_the_line_when_they_are_there,
    [&BookingService],
    async |city| {
        counter(&city, "civic", "A", 1).await;
        at(&city, "civic", 1, WindowStep::Open).await.unwrap();
        let appointment = async |who: &str, resource: &str, from: &str, to: &str| {
            let wish = reservations::Wish {
                facility: "civic".into(),
                resource: resource.into(),
                span: span("2026-11-21", from, to),
                of: yakuba_booking::model::fees::Use {
                    people: 1,
                    ..Default::default()
                },
            };
            book(&city, wish, somebody(&city, who)).await.unwrap().id
        };
        let there_now = async |id: i64| {
            city.write(Actor::Staff(1), id, |tx, id| {
                Box::pin(reservations::step(tx, *id, Step::CheckIn))
            })
            .await
            .unwrap();
        };
        // It is 10:00.
        let on_time = appointment("on-time", "moving", "10:30", "11:00").await;
        let late = appointment("late", "certificate", "10:15", "10:30").await;
        number(&city, "walk-in").await;
        there_now(on_time).await;
        there_now(on_time).await;
        assert_eq!(line(&city, "civic").await, ["A-001", "A-002"]);
        later(&city, 29);
        number(&city, "second walk-in").await;
        there_now(late).await;
        // Its time has not come; the late one is in line by its arrival.
        assert_eq!(
            line(&city, "civic").await,
            ["A-001", "A-003", "A-004", "A-002"]
        );
        later(&city, 1);
        assert_eq!(
            line(&city, "civic").await,
            ["A-002", "A-001", "A-003", "A-004"]
        );
        assert_eq!(total(&city, "booking.queue_tickets").await, 4);
        assert_eq!(total(&city, "booking.attendances").await, 2);
        // It was somebody else after all: out of the line, and in again when they are there.
        city.write(Actor::Staff(1), on_time, |tx, id| {
            Box::pin(reservations::step(tx, *id, Step::TakeBack))
        })
        .await
        .unwrap();
        assert_eq!(line(&city, "civic").await, ["A-001", "A-003", "A-004"]);
        there_now(on_time).await;
        assert_eq!(
            line(&city, "civic").await,
            ["A-005", "A-001", "A-003", "A-004"]
        );
    }
);

each_database!(
    many_at_once_draw_different_numbers_and_windows_call_different_people,
    [&BookingService],
    async |city| {
        counter(&city, "civic", "A", 8).await;
        let city: &City = &city;
        let names: Vec<String> = (0..40).map(|one| format!("t{one}")).collect();
        let all = join_all(names.iter().map(|name| drawn(city, new("civic", name)))).await;
        let mut numbers: Vec<i64> = all
            .into_iter()
            .map(|drawn| drawn.unwrap().number.number)
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
        for window in 1..=8 {
            at(city, "civic", window, WindowStep::Open).await.unwrap();
        }
        // Every window calls twice at the same moment: two clicks with one page.
        let clicks = (1..=8).flat_map(|window| [window, window]).map(|window| {
            acted(
                city,
                Act {
                    counter: "civic".into(),
                    window,
                    revision: 2,
                    step: WindowStep::Next,
                },
            )
        });
        let done = join_all(clicks).await;
        let count = |wanted: Acted| {
            done.iter()
                .filter(|one| one.as_ref().unwrap() == &wanted)
                .count()
        };
        assert_eq!((count(Acted::Done), count(Acted::Stale)), (8, 8));
        let now = now(city, "civic").await;
        assert_eq!((now.called.len(), now.waiting.len()), (8, 32));
        let mut called: Vec<i64> = now
            .called
            .iter()
            .map(|ticket| ticket.number.number)
            .collect();
        called.sort_unstable();
        assert_eq!(called, (1..=8).collect::<Vec<_>>());
    }
);

each_database!(
    a_day_ends_once_with_its_levels,
    [&BookingService],
    async |city| {
        counter(&city, "civic", "A", 1).await;
        at(&city, "civic", 1, WindowStep::Open).await.unwrap();
        for name in ["one", "two", "three", "four", "five"] {
            number(&city, name).await;
        }
        for _ in 0..4 {
            later(&city, 3);
            at(&city, "civic", 1, WindowStep::Next).await.unwrap();
        }
        // Four were called after 3, 6, 9 and 12 minutes; the last of them is still there, one waits.
        assert_eq!(
            now(&city, "civic").await.wait(1),
            Some((3, 7)),
            "three services of three minutes"
        );
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(24));
        for _ in 0..2 {
            city.write(Actor::Program("test".into()), (), |tx, ()| {
                Box::pin(close_days(tx))
            })
            .await
            .unwrap();
        }
        assert_eq!(total(&city, "booking.queue_served").await, 4);
        assert_eq!(total(&city, "booking.queue_left").await, 1);
        assert_eq!(total(&city, "booking.queue_median_wait").await, 360);
        assert_eq!(total(&city, "booking.queue_longest_wait").await, 720);
        assert_eq!(line(&city, "civic").await, Vec::<String>::new());
        let open: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM booking_tickets WHERE ended_at IS NULL",
                [],
            )
            .await
            .unwrap();
        assert_eq!(open, Some(0));
    }
);

each_database!(
    a_letter_belongs_to_one_counter,
    [&BookingService],
    async |city| {
        counter(&city, "civic", "A", 1).await;
        let second = COUNTER.replacen("key: civic", "key: tax", 1);
        offer(&city, FacilityDocument::from_yaml(&second).unwrap()).await;
        let settings = |letter: &str, windows: u32, counter: &str| Settings {
            counter: counter.into(),
            letter: letter.into(),
            windows,
            from_phones: false,
            is_on: true,
        };
        let tried = async |settings: Settings| {
            city.write(Actor::Staff(1), settings, |tx, settings| {
                Box::pin(set_up(tx, settings))
            })
            .await
        };
        assert!(matches!(
            tried(settings("A", 1, "tax")).await,
            Err(BookingError::Taken)
        ));
        for wrong in [settings("b", 1, "tax"), settings("B", 31, "tax")] {
            assert!(matches!(tried(wrong).await, Err(BookingError::NotOffered)));
        }
        let no_counter = tried(settings("C", 1, "hall")).await;
        assert!(matches!(no_counter, Err(BookingError::NoSuchResource(_))));
        tried(settings("B", 30, "tax")).await.unwrap();
        assert_eq!(now(&city, "tax").await.windows.len(), 30);
        // Off: nobody draws a number, nobody with an appointment is put in line.
        let mut off = settings("A", 1, "civic");
        off.is_on = false;
        tried(off).await.unwrap();
        assert!(matches!(
            drawn(&city, new("civic", "late")).await,
            Err(BookingError::NotOffered)
        ));
    }
);
