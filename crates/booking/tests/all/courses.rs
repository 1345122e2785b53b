//! Courses of several sessions as one booking: in the store, against a simple model with random commands, and in the browser without
//! JavaScript. On both databases.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp, civil::Date};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use yakuba_booking::{
    BookingError, BookingService,
    model::{
        check::{check, must},
        document::{FacilityDocument, Joining, Penalty, Session, Times, Waiting},
        fees::Use,
        state::{State, Step},
        time::Span,
    },
    store::{
        self, hours,
        people::{Contact, Holder},
        reservations::{self, Booked, HELD_FOR, Target, Wish, sessions_of},
        waiting::{self, NewEntry, Stage},
    },
};
use yakuba_city::{Actor, City, each_database, run_due_jobs, sql::Sql as _, testing::test_moment};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, resident},
};
use yakuba_kernel::{Channel, Yen};
use yakuba_mail::MailService;

use crate::{
    desk::{clerk, desk, facts, mails},
    support::{book, confirm, hall, hold, offer, somebody, span, wish},
};

const WINTER: [&str; 3] = ["2026-12-05", "2026-12-12", "2026-12-19"];
const SPRING: [&str; 2] = ["2027-01-16", "2027-01-23"];
const PLACES: usize = 3;

/// The hall, whose class has two courses of three places, and a list for those who wait.
fn courses(joining: Joining) -> FacilityDocument {
    let mut document = hall();
    document.reminders = vec![1];
    document.penalty = Some(Penalty {
        points: 10,
        blocked_days: 30,
        lapse_days: 365,
    });
    document.fees.first_mut().unwrap().rows.push(
        serde_json::from_value(serde_json::json!({"fee": "class", "yen": 1500, "per": "use"}))
            .unwrap(),
    );
    let mut rules = document.rules.clone();
    rules.most_at_once = Some(1);
    rules.waiting = Some(Waiting {
        offer_hours: 24,
        most: 20,
    });
    let class = document
        .resources
        .iter_mut()
        .find(|resource| resource.key.as_str() == "class")
        .unwrap();
    class.rules = Some(rules);
    class.course = Some(joining);
    class.fee = Some(yakuba_forms::model::document::Key::new("class").unwrap());
    let session = |day: &str, course: &str| Session {
        day: day.parse().unwrap(),
        from: "10:00".parse().unwrap(),
        to: "12:00".parse().unwrap(),
        name: None,
        course: yakuba_forms::model::document::Key::new(course).ok(),
    };
    class.times = Times::Sessions(
        WINTER
            .map(|day| session(day, "winter"))
            .into_iter()
            .chain(SPRING.map(|day| session(day, "spring")))
            .collect(),
    );
    document
}

fn from(day: &str) -> Wish {
    wish("class", day, "10:00", "12:00")
}

async fn step(city: &City, id: i64, step: Step) -> Result<State, BookingError> {
    city.write(Actor::Staff(1), (id, step), |tx, (id, step)| {
        Box::pin(async move { Ok(reservations::step(tx, *id, *step).await?.state) })
    })
    .await
}

async fn states(city: &City, course: i64) -> Vec<State> {
    let sessions = sessions_of(city.db(), course).await.unwrap();
    sessions.iter().map(|session| session.state).collect()
}

async fn count(city: &City, sql: &str) -> i64 {
    city.db().value(sql, []).await.unwrap().unwrap_or_default()
}

async fn taken(city: &City) -> i64 {
    count(city, "SELECT COUNT(*) FROM booking_taken").await
}

/// Closes one day, and lets the job carry it out and tell.
async fn close(city: &City, day: &str) {
    begin_closing(city, day).await;
    run_due_jobs(city).await.unwrap();
}

/// Closes one day without the job.
async fn close_at_once(city: &City, day: &str) {
    let id = begin_closing(city, day).await;
    let day: Date = day.parse().unwrap();
    city.write(Actor::Staff(1), (id, day), |tx, (id, day)| {
        Box::pin(store::closures::close_day(tx, *id, *day))
    })
    .await
    .unwrap();
}

async fn begin_closing(city: &City, day: &str) -> i64 {
    let new = store::closures::NewClosure {
        facility: "hall".into(),
        resource: Some("class".into()),
        first: day.parse().unwrap(),
        last: day.parse().unwrap(),
        reason: "大雪".into(),
        request: format!("{day}/{}", city.now()),
    };
    city.write(Actor::Staff(1), new, |tx, new| {
        Box::pin(store::closures::close(tx, new))
    })
    .await
    .unwrap()
}

each_database!(
    one_registration_has_a_place_in_every_session,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let document = courses(Joining::FromTheStart);
        assert_eq!(must(&check(&document)), 0, "{:?}", check(&document));
        offer(&city, document).await;
        let new = somebody(&city, "hana").requested_as("the-same-form");
        let booked = book(&city, from(WINTER[0]), new.clone()).await.unwrap();
        assert_eq!(
            (booked.state, booked.fee),
            (State::Confirmed, Yen::new(1_500))
        );
        assert_eq!(
            book(&city, from(WINTER[0]), new).await.unwrap().id,
            booked.id,
            "sent twice it is one"
        );
        let sessions = sessions_of(city.db(), booked.id).await.unwrap();
        let days: Vec<String> = sessions
            .iter()
            .map(|one| one.span.day().to_string())
            .collect();
        assert_eq!(days, WINTER);
        assert!(
            sessions
                .iter()
                .all(|one| one.fee == Yen::ZERO && one.state == State::Confirmed)
        );
        // Two hours of four steps each, three times.
        assert_eq!(taken(&city).await, 12);
        assert_eq!(facts(&city, "booking.reservations").await, 1);
        // It counts once: on the day of a session, in its month, and among what is coming, also between two sessions.
        let again = book(&city, from(SPRING[0]), somebody(&city, "hana")).await;
        assert!(matches!(again, Err(BookingError::LimitReached(1))));
        // Neither a later session by itself, nor a move.
        let late = book(&city, from(WINTER[1]), somebody(&city, "taro")).await;
        assert!(matches!(late, Err(BookingError::NotOffered)));
        let moved = async |id: i64, resource: &str, to: Span| {
            let target = Target {
                resource: resource.into(),
                span: to,
                channel: Channel::Counter,
            };
            city.write(Actor::Staff(1), (id, target), |tx, (id, target)| {
                Box::pin(reservations::move_to(tx, *id, target))
            })
            .await
        };
        let spring = span(SPRING[0], "10:00", "12:00");
        for id in [booked.id, sessions[1].id] {
            assert!(matches!(
                moved(id, "class", spring).await,
                Err(BookingError::WrongState)
            ));
        }
        let room = book(
            &city,
            wish("half_a", "2026-11-28", "9:00", "12:00"),
            somebody(&city, "taro"),
        )
        .await
        .unwrap();
        assert!(matches!(
            moved(room.id, "class", spring).await,
            Err(BookingError::NotOffered)
        ));
        // A session is not given up by itself; the course is, once, with all its places.
        for wrong in [Step::Cancel, Step::Refuse, Step::Approve] {
            assert!(matches!(
                step(&city, sessions[1].id, wrong).await,
                Err(BookingError::WrongState)
            ));
        }
        for wrong in [Step::CheckIn, Step::MarkAbsent, Step::TakeBack] {
            assert!(matches!(
                step(&city, booked.id, wrong).await,
                Err(BookingError::WrongState)
            ));
        }
        assert_eq!(
            step(&city, booked.id, Step::Cancel).await.unwrap(),
            State::Cancelled
        );
        assert_eq!(
            step(&city, booked.id, Step::Cancel).await.unwrap(),
            State::Cancelled
        );
        assert_eq!(states(&city, booked.id).await, [State::Cancelled; 3]);
        assert_eq!(taken(&city).await, 6, "only the room");
        assert_eq!(facts(&city, "booking.cancellations").await, 1);
        assert!(matches!(
            step(&city, sessions[0].id, Step::CheckIn).await,
            Err(BookingError::WrongState)
        ));
    }
);

each_database!(
    all_or_nothing_and_never_one_place_twice,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut document = courses(Joining::LateEntry);
        offer(&city, document.clone()).await;
        // One place is left in the last session only: somebody joined when the first was over… and the other two courses are full.
        for who in ["a", "b"] {
            book(&city, from(WINTER[0]), somebody(&city, who))
                .await
                .unwrap();
        }
        let (city, names) = (&city, ["c", "d", "e", "f", "g", "h", "i", "j"]);
        let outcomes =
            join_all(names.map(|who| book(city, from(WINTER[0]), somebody(city, who)))).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(
            outcomes
                .iter()
                .all(|outcome| matches!(outcome, Ok(_) | Err(BookingError::Taken)))
        );
        assert_eq!(taken(city).await, 3 * 3 * 4);
        assert_eq!(
            count(city, "SELECT COUNT(*) FROM booking_reservations").await,
            3 * 4
        );
        // A hold lapses as a whole, and is taken over as a whole.
        let held = hold(city, from(SPRING[0]), "one").await.unwrap();
        assert_eq!(taken(city).await, 36 + 8);
        for who in ["two", "three"] {
            hold(city, from(SPRING[0]), who).await.unwrap();
        }
        assert!(matches!(
            hold(city, from(SPRING[0]), "four").await,
            Err(BookingError::Taken)
        ));
        city.clock()
            .set(test_moment() + HELD_FOR + SignedDuration::from_secs(1));
        let booked = book(city, from(SPRING[0]), somebody(city, "z"))
            .await
            .unwrap();
        assert!(matches!(
            confirm(city, held, "one", somebody(city, "y")).await,
            Err(BookingError::Lapsed)
        ));
        city.write(Actor::Public, (), |tx, ()| {
            Box::pin(reservations::lapse(tx))
        })
        .await
        .unwrap();
        assert_eq!(states(city, booked.id).await, [State::Confirmed; 2]);
        assert_eq!(taken(city).await, 36 + 8);
        // What somebody has booked keeps its sessions: none is taken out, none added.
        let save = async |document: FacilityDocument| {
            let revision = store::facility(city.db(), "hall")
                .await
                .unwrap()
                .unwrap()
                .revision;
            city.write(
                Actor::Staff(1),
                (document, revision),
                |tx, (document, revision)| Box::pin(store::save(tx, document, true, *revision)),
            )
            .await
        };
        let sessions = |document: &mut FacilityDocument, change: &dyn Fn(&mut Vec<Session>)| {
            let class = document
                .resources
                .iter_mut()
                .find(|one| one.course.is_some())
                .unwrap();
            let Times::Sessions(sessions) = &mut class.times else {
                panic!()
            };
            change(sessions);
        };
        let mut fewer = document.clone();
        sessions(&mut fewer, &|sessions| {
            sessions.remove(1);
        });
        assert!(matches!(
            save(fewer).await,
            Err(BookingError::StillBooked(_))
        ));
        let mut more = document.clone();
        sessions(&mut more, &|sessions| {
            let mut one = sessions[0].clone();
            one.day = "2026-12-26".parse().unwrap();
            sessions.push(one);
        });
        assert!(matches!(
            save(more).await,
            Err(BookingError::StillBooked(_))
        ));
        // Another course is another matter.
        sessions(&mut document, &|sessions| {
            let mut one = sessions[0].clone();
            one.day = "2027-02-06".parse().unwrap();
            one.course = yakuba_forms::model::document::Key::new("later").ok();
            sessions.push(one);
        });
        save(document).await.unwrap();
    }
);

each_database!(
    who_comes_is_noted_for_each_session_and_hours_follow,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, courses(Joining::FromTheStart)).await;
        let booked = book(&city, from(WINTER[0]), somebody(&city, "hana"))
            .await
            .unwrap();
        let sessions = sessions_of(city.db(), booked.id).await.unwrap();
        city.clock().set("2026-12-20T01:00:00Z".parse().unwrap());
        step(&city, sessions[0].id, Step::CheckIn).await.unwrap();
        step(&city, sessions[1].id, Step::MarkAbsent).await.unwrap();
        step(&city, sessions[2].id, Step::MarkAbsent).await.unwrap();
        step(&city, sessions[2].id, Step::TakeBack).await.unwrap();
        step(&city, sessions[2].id, Step::CheckIn).await.unwrap();
        assert_eq!(
            states(&city, booked.id).await,
            [State::Attended, State::Absent, State::Attended]
        );
        assert_eq!(facts(&city, "booking.reservations").await, 1);
        assert_eq!(facts(&city, "booking.attendances").await, 2);
        assert_eq!(facts(&city, "booking.absences").await, 1);
        // Whoever missed a session gets the points for it, once.
        assert_eq!(
            count(&city, "SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) FROM booking_points WHERE taken_back_at IS NULL").await,
            3
        );
        for day in WINTER {
            city.write(Actor::Staff(1), day.parse::<Date>().unwrap(), |tx, day| {
                Box::pin(hours::report_day(tx, *day))
            })
            .await
            .unwrap();
        }
        // One place in the course, two attendances at its sessions: counted apart from bookings of rooms.
        let mut browser =
            Browser::new(&city, &[&MailService, &IdentityService, &BookingService]).of(resident(7));
        let page = browser.get("/booking/use").await;
        assert!(page.text().contains("出席（延べ）"), "{}", page.text());
        let file = browser.get("/booking/use/file?year=2026").await.text();
        assert!(file.contains(",1,1,0,2,1,session"), "{file}");
        let used = count(
            &city,
            "SELECT CAST(SUM(minutes_used) AS BIGINT) FROM booking_hours",
        )
        .await;
        assert_eq!(used, 240, "two sessions of two hours by one person");
        // It has begun: it is not given up any more.
        assert!(matches!(
            step(&city, booked.id, Step::Cancel).await,
            Err(BookingError::TooLate)
        ));
    }
);

each_database!(
    one_joins_late_only_where_the_file_says_so_and_then_the_rest,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, courses(Joining::LateEntry)).await;
        let early = book(&city, from(WINTER[1]), somebody(&city, "taro")).await;
        assert!(matches!(early, Err(BookingError::NotOffered)));
        city.clock().set("2026-12-07T01:00:00Z".parse().unwrap());
        let skipping = book(&city, from(WINTER[2]), somebody(&city, "taro")).await;
        assert!(matches!(skipping, Err(BookingError::NotOffered)));
        let booked = book(&city, from(WINTER[1]), somebody(&city, "taro"))
            .await
            .unwrap();
        assert_eq!(states(&city, booked.id).await.len(), 2);
        assert_eq!(taken(&city).await, 8);
        // It can be given up until its own first session.
        step(&city, booked.id, Step::Cancel).await.unwrap();
        assert_eq!(taken(&city).await, 0);
    }
);

async fn join(city: &City, who: &str, day: &str) -> Result<i64, BookingError> {
    let new = NewEntry {
        wish: from(day),
        holder: Holder::Email(format!("{who}@example.jp")),
        contact: Contact {
            name: format!("澄川 {who}"),
            email: Some(format!("{who}@example.jp")),
            phone: Some("000-000-0001".into()),
            note: None,
            language: yakuba_ui::Language::Japanese,
        },
    };
    let input = (city.key().unwrap().clone(), new);
    city.write(Actor::Public, input, |tx, (key, new)| {
        Box::pin(waiting::join(tx, key, new))
    })
    .await
}

each_database!(
    a_place_in_a_full_course_is_offered_as_a_whole,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, courses(Joining::FromTheStart)).await;
        let mut booked = Vec::new();
        for who in ["a", "b", "c"] {
            booked.push(
                book(&city, from(WINTER[0]), somebody(&city, who))
                    .await
                    .unwrap(),
            );
        }
        let entry = join(&city, "d", WINTER[0]).await.unwrap();
        // Nobody waits for a course that has places.
        assert!(join(&city, "d", SPRING[0]).await.is_err());
        step(&city, booked[1].id, Step::Cancel).await.unwrap();
        let found = waiting::entry(city.db(), entry).await.unwrap().unwrap();
        assert_eq!(found.stage, Stage::Offered);
        assert_eq!(
            taken(&city).await,
            36,
            "held for whoever waited, in each session"
        );
        assert!(matches!(
            book(&city, from(WINTER[0]), somebody(&city, "e")).await,
            Err(BookingError::Taken)
        ));
        let key = city.key().unwrap().clone();
        let holders = vec![Holder::Email("d@example.jp".into()).hash(&key)];
        let accepted: Booked = city
            .write(
                Actor::Public,
                (key, entry, holders),
                |tx, (key, id, holders)| Box::pin(waiting::accept(tx, key, *id, holders)),
            )
            .await
            .unwrap();
        assert_eq!(states(&city, accepted.id).await, [State::Confirmed; 3]);
        assert_eq!(facts(&city, "booking.reservations").await, 4);
        assert_eq!(taken(&city).await, 36);
    }
);

each_database!(
    a_session_called_off_leaves_the_others,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, courses(Joining::FromTheStart)).await;
        let booked = book(&city, from(WINTER[0]), somebody(&city, "hana"))
            .await
            .unwrap();
        close(&city, WINTER[1]).await;
        assert_eq!(
            states(&city, booked.id).await,
            [State::Confirmed, State::Cancelled, State::Confirmed]
        );
        let whole = async || {
            reservations::reservation(city.db(), booked.id)
                .await
                .unwrap()
                .unwrap()
        };
        assert_eq!(whole().await.state, State::Confirmed);
        assert_eq!(facts(&city, "booking.cancellations").await, 0);
        let told = mails(&city).await;
        let told = told.last().unwrap();
        assert!(told.subject.contains("1回分を中止"), "{}", told.subject);
        assert!(told.text.contains("12月12日"), "{}", told.text);
        // Nobody gets into a course that lacks a session.
        assert!(matches!(
            book(&city, from(WINTER[0]), somebody(&city, "taro")).await,
            Err(BookingError::Taken)
        ));
        // When every session is called off, so is the course, without a fee.
        close(&city, WINTER[0]).await;
        close(&city, WINTER[2]).await;
        let whole = whole().await;
        assert_eq!((whole.state, whole.kept_fee), (State::Cancelled, Yen::ZERO));
        assert_eq!(facts(&city, "booking.cancellations").await, 1);
        assert_eq!(facts(&city, "booking.displaced").await, 3);
    }
);

#[test]
fn what_does_not_go_with_a_course_is_said() {
    let finds = |change: &dyn Fn(&mut FacilityDocument), message: &str| {
        let mut document = courses(Joining::FromTheStart);
        change(&mut document);
        let found = check(&document);
        assert!(
            found.iter().any(|finding| finding.message == message
                && !finding
                    .line(yakuba_ui::Language::Japanese)
                    .contains("booking-finding")),
            "{message}: {found:?}"
        );
    };
    let class = |document: &mut FacilityDocument| -> usize {
        document
            .resources
            .iter()
            .position(|one| one.course.is_some())
            .unwrap()
    };
    finds(
        &|document| {
            let at = class(document);
            document.resources[at].course = None;
        },
        "booking-finding-course-unsaid",
    );
    finds(
        &|document| {
            let at = class(document);
            document.resources[at].times = document.resources[0].times.clone();
        },
        "booking-finding-course-times",
    );
    finds(
        &|document| {
            let at = class(document);
            if let Times::Sessions(sessions) = &mut document.resources[at].times {
                sessions.pop();
            }
        },
        "booking-finding-course-alone",
    );
    finds(
        &|document| {
            let at = class(document);
            let lottery = crate::lottery::hall().rules.lottery;
            if let Some(rules) = &mut document.resources[at].rules {
                rules.lottery = lottery;
            }
        },
        "booking-finding-course-lottery",
    );
    finds(
        &|document| {
            let row = serde_json::json!({"fee": "class", "yen": 100, "per": "hour"});
            document.fees[0]
                .rows
                .push(serde_json::from_value(row).unwrap());
        },
        "booking-finding-course-fee",
    );
    finds(
        &|document| {
            let one = serde_json::json!({"key": "phone", "name": "スマホ", "count": 3, "with": ["class"]});
            document
                .equipment
                .push(serde_json::from_value(one).unwrap());
        },
        "booking-finding-course-equipment",
    );
}

/// What may happen to courses, by numbers.
#[derive(Debug, Clone)]
enum Command {
    Book {
        who: usize,
        session: usize,
        by_staff: bool,
    },
    Hold {
        visit: usize,
        session: usize,
    },
    Confirm {
        which: usize,
        who: usize,
    },
    LetGo {
        which: usize,
    },
    Cancel {
        which: usize,
    },
    Note {
        which: usize,
        session: usize,
        step: usize,
    },
    CallOff {
        session: usize,
    },
    Wait {
        hours: i64,
    },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let session = || prop_oneof![4 => Just(0usize), 2 => Just(3usize), 1 => 0..5usize];
    let command = prop_oneof![
        6 => (0..5usize, session(), any::<bool>())
            .prop_map(|(who, session, by_staff)| Command::Book { who, session, by_staff }),
        4 => (0..3usize, session()).prop_map(|(visit, session)| Command::Hold { visit, session }),
        3 => (0..12usize, 0..5usize).prop_map(|(which, who)| Command::Confirm { which, who }),
        1 => (0..12usize).prop_map(|which| Command::LetGo { which }),
        3 => (0..12usize).prop_map(|which| Command::Cancel { which }),
        3 => (0..12usize, 0..3usize, 0..3usize)
            .prop_map(|(which, session, step)| Command::Note { which, session, step }),
        1 => (0..5usize).prop_map(|session| Command::CallOff { session }),
        2 => prop_oneof![Just(0i64), Just(1), Just(24 * 5), Just(24 * 8)]
            .prop_map(|hours| Command::Wait { hours }),
    ];
    proptest::collection::vec(command, 1..40)
}

/// A booking of the model: the state of each of its sessions, and nothing cleverer.
#[derive(Debug, Clone)]
struct Entry {
    id: i64,
    who: String,
    visit: String,
    held_until: Option<Timestamp>,
    is_given_up: bool,
    sessions: BTreeMap<Date, State>,
}

impl Entry {
    fn is_held(&self) -> bool {
        self.held_until.is_some()
    }

    fn has(&self, day: Date, now: Timestamp) -> bool {
        self.held_until.is_none_or(|until| until > now)
            && self
                .sessions
                .get(&day)
                .is_some_and(|state| state.takes_units())
    }

    fn beginning(&self) -> Option<Timestamp> {
        let (day, _) = self.sessions.first_key_value()?;
        Some(span(&day.to_string(), "10:00", "12:00").beginning())
    }

    /// Whether it counts as coming on a day.
    fn is_coming(&self, today: Date) -> bool {
        !self.is_held()
            && self
                .sessions
                .iter()
                .any(|(day, state)| *day >= today && *state == State::Confirmed)
    }
}

/// All sessions, those of winter first; and where the course of each begins and ends.
const ALL: [(&str, usize, usize); 5] = [
    (WINTER[0], 0, 3),
    (WINTER[1], 0, 3),
    (WINTER[2], 0, 3),
    (SPRING[0], 3, 5),
    (SPRING[1], 3, 5),
];

fn day(session: usize) -> Date {
    ALL[session].0.parse().unwrap()
}

fn begins(session: usize) -> Timestamp {
    span(ALL[session].0, "10:00", "12:00").beginning()
}

/// What somebody would get who asked for a course from a session on; or why they get nothing.
fn asked(
    entries: &[Entry],
    called_off: &[usize],
    session: usize,
    now: Timestamp,
    by_staff: bool,
) -> Result<BTreeMap<Date, State>, &'static str> {
    let (_, first, end) = ALL[session];
    let joins = session == first || now >= begins(session - 1);
    if !joins {
        return Err("not offered");
    }
    let over = span(ALL[session].0, "10:00", "12:00").end();
    if (now >= begins(session) && !by_staff) || now >= over {
        return Err("late");
    }
    let free = (session..end).all(|one| {
        let had = entries
            .iter()
            .filter(|entry| entry.has(day(one), now))
            .count();
        !called_off.contains(&one) && had < PLACES
    });
    if !free {
        return Err("taken");
    }
    Ok((session..end)
        .map(|one| (day(one), State::Confirmed))
        .collect())
}

async fn play(city: &City, commands: &[Command]) {
    let (mut entries, mut called_off): (Vec<Entry>, Vec<usize>) = (Vec::new(), Vec::new());
    for command in commands {
        let (now, today) = (city.now(), city.today());
        match command {
            Command::Book {
                who,
                session,
                by_staff,
            } => {
                let who = format!("who{who}");
                let limit = entries
                    .iter()
                    .any(|one| one.who == who && one.is_coming(today));
                let expected = match asked(&entries, &called_off, *session, now, *by_staff) {
                    Err(reason @ ("not offered" | "late")) => Err(reason),
                    _ if limit => Err("limit"),
                    other => other,
                };
                let new = crate::support::somebody_by(
                    city,
                    &who,
                    if *by_staff {
                        Channel::Counter
                    } else {
                        Channel::Online
                    },
                );
                match (book(city, from(ALL[*session].0), new).await, expected) {
                    (Ok(booked), Ok(sessions)) => entries.push(Entry {
                        id: booked.id,
                        who,
                        visit: String::new(),
                        held_until: None,
                        is_given_up: false,
                        sessions,
                    }),
                    (Err(BookingError::NotOffered), Err("not offered"))
                    | (Err(BookingError::TooLate), Err("late"))
                    | (Err(BookingError::Taken), Err("taken"))
                    | (Err(BookingError::LimitReached(1)), Err("limit")) => {}
                    (result, expected) => panic!("{command:?}: {result:?}, expected {expected:?}"),
                }
            }
            Command::Hold { visit, session } => {
                let visit = format!("visit{visit}");
                let expected = asked(&entries, &called_off, *session, now, false);
                match (hold(city, from(ALL[*session].0), &visit).await, expected) {
                    (Ok(id), Ok(sessions)) => entries.push(Entry {
                        id,
                        who: String::new(),
                        visit,
                        held_until: Some(now + HELD_FOR),
                        is_given_up: false,
                        sessions,
                    }),
                    (Err(BookingError::NotOffered), Err("not offered"))
                    | (Err(BookingError::TooLate), Err("late"))
                    | (Err(BookingError::Taken), Err("taken"))
                    | (Err(BookingError::LimitReached(10)), _) => {}
                    (result, expected) => panic!("{command:?}: {result:?}, expected {expected:?}"),
                }
            }
            Command::Confirm { which, who } => {
                let who = format!("who{who}");
                let Some(entry) = entries.get(*which).filter(|one| one.is_held()).cloned() else {
                    continue;
                };
                let limit = entries
                    .iter()
                    .any(|one| one.who == who && one.is_coming(today));
                let lapsed = entry.held_until <= Some(now);
                let result = confirm(city, entry.id, &entry.visit, somebody(city, &who)).await;
                match result {
                    Ok(_) => {
                        assert!(!limit && !lapsed, "{command:?}");
                        entries[*which].held_until = None;
                        entries[*which].who = who;
                    }
                    Err(
                        BookingError::Lapsed | BookingError::NotOffered | BookingError::TooLate,
                    ) => {
                        assert!(lapsed || entry.beginning() <= Some(now), "{command:?}");
                    }
                    Err(BookingError::LimitReached(_)) => assert!(limit, "{command:?}"),
                    Err(error) => panic!("{command:?}: {error}"),
                }
            }
            Command::LetGo { which } => {
                let Some(entry) = entries.get_mut(*which).filter(|one| one.is_held()) else {
                    continue;
                };
                let input = (entry.id, entry.visit.clone());
                city.write(Actor::Public, input, |tx, (id, visit)| {
                    Box::pin(reservations::let_go(tx, *id, visit))
                })
                .await
                .unwrap();
                entry.held_until = Some(Timestamp::MIN);
            }
            Command::Cancel { which } => {
                let Some(entry) = entries.get_mut(*which).filter(|one| !one.is_held()) else {
                    continue;
                };
                let result = step(city, entry.id, Step::Cancel).await;
                if entry.is_given_up {
                    assert_eq!(result.unwrap(), State::Cancelled);
                } else if entry.beginning() <= Some(now) {
                    assert!(matches!(result, Err(BookingError::TooLate)), "{command:?}");
                } else {
                    assert_eq!(result.unwrap(), State::Cancelled, "{command:?}");
                    entry.is_given_up = true;
                    for state in entry.sessions.values_mut() {
                        if *state == State::Confirmed {
                            *state = State::Cancelled;
                        }
                    }
                }
            }
            Command::Note {
                which,
                session,
                step: what,
            } => {
                let Some(entry) = entries.get_mut(*which).filter(|one| !one.is_held()) else {
                    continue;
                };
                let rows = sessions_of(city.db(), entry.id).await.unwrap();
                let Some(row) = rows.get(*session) else {
                    continue;
                };
                let doing = [Step::CheckIn, Step::MarkAbsent, Step::TakeBack][*what];
                let state = entry.sessions.get_mut(&row.span.day()).unwrap();
                let result = step(city, row.id, doing).await;
                if entry.is_given_up {
                    assert!(result.is_err(), "{command:?}");
                    continue;
                }
                let expected = match (*state, doing) {
                    (State::Confirmed | State::Absent | State::Attended, Step::CheckIn) => {
                        Some(State::Attended)
                    }
                    (State::Confirmed | State::Absent, Step::MarkAbsent) => Some(State::Absent),
                    (State::Confirmed | State::Attended | State::Absent, Step::TakeBack) => {
                        Some(State::Confirmed)
                    }
                    _ => None,
                };
                match (result, expected) {
                    (Ok(now), Some(then)) => {
                        assert_eq!(now, then, "{command:?}");
                        *state = then;
                    }
                    (Err(BookingError::WrongState), None) => {}
                    (result, expected) => panic!("{command:?}: {result:?}, expected {expected:?}"),
                }
            }
            Command::CallOff { session } => {
                if day(*session) < today || called_off.contains(session) {
                    continue;
                }
                close_at_once(city, ALL[*session].0).await;
                called_off.push(*session);
                for entry in &mut entries {
                    if entry.is_held() {
                        if entry.has(day(*session), now) {
                            entry.held_until = Some(Timestamp::MIN);
                        }
                        continue;
                    }
                    if let Some(state) = entry.sessions.get_mut(&day(*session))
                        && *state == State::Confirmed
                    {
                        *state = State::Cancelled;
                        entry.is_given_up |= entry.sessions.values().all(|one| !one.takes_units());
                    }
                }
            }
            Command::Wait { hours } => {
                let longer = if *hours == 0 {
                    SignedDuration::from_mins(10)
                } else {
                    SignedDuration::from_hours(*hours)
                };
                city.clock().set(now + longer);
            }
        }
        agrees(city, &entries, command).await;
    }
}

/// How many rows so many sessions take: four steps of half an hour each.
fn places(sessions: usize) -> i64 {
    i64::try_from(sessions).unwrap() * 4
}

/// Who has a place in which session, and the state of every booking, against the model.
async fn agrees(city: &City, entries: &[Entry], after: &Command) {
    let now = city.now();
    let free = |id: i64| {
        format!(
            "SELECT COUNT(*) FROM booking_taken WHERE reservation_id IN (SELECT id FROM booking_reservations WHERE course_id = {id})"
        )
    };
    for entry in entries {
        let found = reservations::reservation(city.db(), entry.id)
            .await
            .unwrap();
        let Some(until) = entry.held_until else {
            let found = found.unwrap();
            assert_eq!(!found.state.takes_units(), entry.is_given_up, "{after:?}");
            let rows = sessions_of(city.db(), entry.id).await.unwrap();
            let states: BTreeMap<Date, State> =
                rows.iter().map(|row| (row.span.day(), row.state)).collect();
            assert_eq!(states, entry.sessions, "{after:?}");
            let has = entry
                .sessions
                .values()
                .filter(|state| state.takes_units())
                .count();
            assert_eq!(count(city, &free(entry.id)).await, places(has), "{after:?}");
            continue;
        };
        // What lapsed may be gone or not, but it is there as a whole or not at all.
        let has = count(city, &free(entry.id)).await;
        let whole = places(entry.sessions.len());
        assert!(
            has == whole || (has == 0 && until <= now),
            "{after:?}: {has} of {whole}"
        );
    }
    // No place is anybody's whom the model does not know.
    let lost = count(
        city,
        "SELECT COUNT(*) FROM booking_taken t JOIN booking_reservations r ON r.id = t.reservation_id \
         WHERE r.kind = 'booking' AND (r.course_id IS NULL OR r.state IN ('cancelled', 'refused'))",
    )
    .await;
    assert_eq!(lost, 0, "{after:?}");
}

each_database!(
    random_commands_end_as_in_a_simple_model,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut document = courses(Joining::LateEntry);
        document.rules.waiting = None;
        for resource in &mut document.resources {
            if let Some(rules) = &mut resource.rules {
                rules.waiting = None;
                rules.cancelling = yakuba_booking::model::document::Cancelling::default();
                rules.most_on_a_day = None;
            }
        }
        offer(&city, document).await;
        let mut runner = TestRunner::deterministic();
        for _ in 0..40 {
            let commands = commands().new_tree(&mut runner).unwrap().current();
            for table in [
                "booking_history",
                "booking_taken",
                "booking_reservations",
                "booking_closures",
                "booking_counts",
                "booking_points",
                "jobs",
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
            city.clock().set(test_moment());
            play(&city, &commands).await;
        }
    }
);

each_database!(
    a_course_is_booked_shown_and_given_up_in_a_browser,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, courses(Joining::FromTheStart)).await;
        let mut browser =
            Browser::new(&city, &[&MailService, &IdentityService, &BookingService]).of(resident(7));
        // The page of the class begins with the day of the next course, and says what is booked together.
        let page = browser.get("/booking/hall/class").await;
        for text in ["全3回", "第1回", "12月12日", "全部の回をまとめて"] {
            assert!(page.text().contains(text), "{text}: {}", page.text());
        }
        let page = browser.get("/booking/hall/class?day=2026-12-12").await;
        assert!(page.text().contains("この回だけの申込みはできません"));
        assert!(!page.text().contains("/booking/cart/hold"));
        let page = browser.get("/booking?day=2026-12-05&kind=hall").await;
        assert!(page.text().contains("全3回"), "{}", page.text());
        let page = browser.get("/booking?day=2026-12-12&kind=hall").await;
        assert!(!page.text().contains("/booking/hall/class?day"));
        let held = [
            ("facility", "hall"),
            ("resource", "class"),
            ("day", WINTER[1]),
            ("from", "10:00"),
            ("to", "12:00"),
        ];
        let page = browser.post("/booking/cart/hold", &held).await;
        assert!(page.to.contains("problem=not-offered"), "{}", page.to);
        let mut held = held;
        held[2].1 = WINTER[0];
        let page = browser.post("/booking/cart/hold", &held).await;
        assert_eq!(page.to, "/booking/cart?done=held");
        let page = browser.get("/booking/cart").await;
        assert!(page.text().contains("第3回"));
        assert_eq!(
            page.text().matches("name=\"people.").count(),
            1,
            "one line for the course"
        );
        let people = format!("people.{}", page.between("name=\"people.", "\""));
        let fields = [
            (people.as_str(), "1"),
            ("name", "澄川 花子"),
            ("phone", "000-000-0001"),
            ("lives", "here"),
        ];
        let page = browser.post("/booking/cart/check", &fields).await;
        assert!(page.text().contains("全3回"), "{}", page.text());
        assert!(page.text().contains("1,500円"));
        let page = browser.post("/booking/cart/send", &fields).await;
        assert_eq!(page.to, "/booking/cart/done");
        let page = browser.get("/booking/cart/done").await;
        assert_eq!(page.text().matches("全3回").count(), 1);
        // One line in one's own reservations; the page has every session; the calendar an event for each.
        let page = browser.get("/booking/mine").await;
        assert_eq!(page.text().matches("全3回").count(), 2, "{}", page.text());
        let id = page.between("name=\"id\" value=\"", "\"");
        let page = browser.post("/booking/mine/show", &[("id", &id)]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("第3回") && !page.text().contains("/booking/mine/change"));
        let page = browser.post("/booking/mine/calendar", &[("id", &id)]).await;
        assert_eq!(page.text().matches("BEGIN:VEVENT").count(), 3);
        let permit = browser.post("/booking/mine/permit", &[("id", &id)]).await;
        assert_eq!(permit.status, StatusCode::OK);
        // A session is nobody's reservation by itself.
        let sessions = sessions_of(city.db(), id.parse().unwrap()).await.unwrap();
        let other = sessions[1].id.to_string();
        let page = browser
            .post("/booking/mine/cancel", &[("id", &other)])
            .await;
        assert_ne!(page.status, StatusCode::OK);
        let page = browser.post("/booking/mine/cancel", &[("id", &id)]).await;
        assert!(page.text().contains("取り消しました"));
        assert_eq!(
            states(&city, id.parse().unwrap()).await,
            [State::Cancelled; 3]
        );
    }
);

each_database!(
    staff_enter_a_course_and_note_who_comes,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk_browser = desk(&city).await;
        offer(&city, courses(Joining::FromTheStart)).await;
        let page = clerk_browser.get("/desk/booking/hall?day=2026-12-05").await;
        let enter = "/desk/booking/hall/enter?resource=class&day=2026-12-05&from=1000";
        assert!(
            page.text().contains(&enter.replace('&', "&#38;")),
            "{}",
            page.text()
        );
        let page = clerk_browser.get("/desk/booking/hall?day=2026-12-12").await;
        assert!(!page.text().contains("enter?resource=class"));
        let page = clerk_browser.get(enter).await;
        assert!(page.text().contains("第3回"), "{}", page.text());
        let request = page.between("name=\"request\" value=\"", "\"");
        let fields = [
            ("resource", "class"),
            ("day", WINTER[0]),
            ("from", "10:00"),
            ("request", request.as_str()),
            ("time", "10:00-12:00"),
            ("channel", "phone"),
            ("name", "澄川 花子"),
            ("phone", "000-000-0001"),
            ("email", "hana@example.jp"),
            ("people", "1"),
            ("lives", "here"),
        ];
        let page = clerk_browser
            .post("/desk/booking/hall/enter", &fields)
            .await;
        let at = page.to.split('?').next().unwrap().to_owned();
        let id: i64 = at.rsplit('/').next().unwrap().parse().unwrap();
        let told = mails(&city).await;
        assert!(
            told.last().unwrap().text.contains("第3回"),
            "{}",
            told.last().unwrap().text
        );
        // On the day of the second session it stands in today's list.
        city.clock().set("2026-12-12T00:30:00Z".parse().unwrap());
        let page = clerk_browser.get("/desk/booking").await;
        assert!(page.text().contains("第2回"), "{}", page.text());
        assert!(page.text().contains("澄川 花子"));
        let sessions = sessions_of(city.db(), id).await.unwrap();
        let second = format!("/desk/booking/reservations/{}", sessions[1].id);
        assert!(page.text().contains(&format!("{second}/step")));
        let fields = [("step", "check_in"), ("from", "today")];
        let page = clerk_browser.post(&format!("{second}/step"), &fields).await;
        assert!(page.to.starts_with("/desk/booking?done="), "{}", page.to);
        let page = clerk_browser.get(&second).await;
        assert_eq!(page.to, at, "a session is shown with its course");
        let page = clerk_browser.get(&at).await;
        assert!(page.text().contains("各回の出欠"));
        assert!(!page.text().contains(&format!("{at}/move")));
        assert_eq!(facts(&city, "booking.attendances").await, 1);
        // What is done with a booking is not done with a session of it.
        for (what, field) in [
            ("paid", ("paid", "all")),
            ("note", ("note", "x")),
            ("step", ("step", "cancel")),
        ] {
            let page = clerk_browser
                .post(&format!("{second}/{what}"), &[field])
                .await;
            assert_ne!(page.status, StatusCode::SEE_OTHER, "{what}");
        }
        // Whoever does not run the hall does not see it.
        let mut other = clerk(&city, &[]);
        let page = other
            .post(&format!("{second}/step"), &[("step", "check_in")])
            .await;
        assert_ne!(page.status, StatusCode::SEE_OTHER);
    }
);

#[test]
fn a_course_is_written_and_read_back() {
    let document = courses(Joining::LateEntry);
    let text = document.to_yaml().unwrap();
    assert!(text.contains("course: late_entry"), "{text}");
    assert_eq!(FacilityDocument::from_yaml(&text).unwrap(), document);
    let of = Use {
        people: 4,
        is_resident: true,
        ..Use::default()
    };
    let class = document.resource("class").unwrap();
    let fee = document
        .fee(class, span(WINTER[0], "10:00", "12:00"), &of)
        .unwrap();
    assert_eq!(fee.total, Yen::new(1_500), "once for the course");
}
