//! Reservations in the store: held, asked for, limited, given up; and random commands against a simple model. On both databases.

use std::collections::BTreeMap;

use jiff::{
    SignedDuration, ToSpan as _,
    civil::{Date, date},
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use yakuba_booking::{
    BookingError, BookingService,
    model::{
        document::{Rules, Who},
        state::{State, Step},
        time::Span,
    },
    store::{
        self,
        closures::{self, NewClosure},
        official::{self, OwnUse},
        people::{Contact, Holder},
        reservations::{self, Changed, HELD_FOR, Moved, NewBooking, Target},
    },
};
use yakuba_city::{Actor, City, each_database, sql::Sql as _, testing::test_moment};
use yakuba_identity::Receipt;
use yakuba_kernel::{Channel, Yen};

use crate::support::{book, confirm, hall, hold, offer, somebody, span, wish};

async fn step(city: &City, id: i64, step: Step) -> Result<Changed, BookingError> {
    city.write(Actor::Staff(1), (id, step), |tx, (id, step)| {
        Box::pin(reservations::step(tx, *id, *step))
    })
    .await
}

async fn count(city: &City, table: &str) -> i64 {
    city.db()
        .value(&format!("SELECT COUNT(*) FROM {table}"), [])
        .await
        .unwrap()
        .unwrap()
}

const DAY: &str = "2026-11-28";

each_database!(
    what_is_held_is_kept_and_then_given_back,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        let first = hold(&city, wish("half_a", DAY, "9:00", "12:00"), "one")
            .await
            .unwrap();
        let taken = hold(&city, wish("whole", DAY, "9:00", "17:00"), "two").await;
        assert!(matches!(taken, Err(BookingError::Taken)));
        // A moment before it lapses it is asked for; the number is told once.
        city.clock()
            .set(test_moment() + HELD_FOR - SignedDuration::from_secs(1));
        let booked = confirm(&city, first, "one", somebody(&city, "hana"))
            .await
            .unwrap();
        assert_eq!(booked.state, State::Confirmed);
        assert_eq!(booked.fee, Yen::new(2_000));
        let number = booked.number.unwrap();
        let again = confirm(&city, first, "one", somebody(&city, "hana"))
            .await
            .unwrap();
        assert!(again.number.is_none());
        let key = city.key().unwrap();
        let found = reservations::by_number(city.db(), key, &number)
            .await
            .unwrap()
            .unwrap();
        let (shown, contact) = found.contact(key).unwrap().unwrap();
        assert_eq!(shown, number.to_string());
        assert_eq!(contact.email.as_deref(), Some("hana@example.jp"));
        assert!(
            reservations::by_number(city.db(), key, &Receipt::generate())
                .await
                .unwrap()
                .is_none()
        );
        // What somebody else holds can neither be asked for nor let go.
        let second = hold(&city, wish("half_b", DAY, "9:00", "12:00"), "two")
            .await
            .unwrap();
        assert!(matches!(
            confirm(&city, second, "one", somebody(&city, "hana")).await,
            Err(BookingError::Lapsed)
        ));
        city.clock()
            .set(test_moment() + HELD_FOR + HELD_FOR + SignedDuration::from_secs(1));
        assert!(matches!(
            confirm(&city, second, "two", somebody(&city, "taro")).await,
            Err(BookingError::Lapsed)
        ));
        let free = reservations::taken(
            city.db(),
            "hall",
            DAY.parse().unwrap(),
            DAY.parse().unwrap(),
            city.now(),
        )
        .await
        .unwrap();
        assert!(free.iter().all(|(unit, _)| unit == "a"));
        // The next one takes it, and what lapsed is gone.
        hold(&city, wish("half_b", DAY, "9:00", "12:00"), "three")
            .await
            .unwrap();
        assert_eq!(count(&city, "booking_reservations").await, 2);
        assert_eq!(count(&city, "booking_taken").await, 12);
    }
);

each_database!(
    what_may_not_be_booked_is_refused,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        let refused = async |wish| {
            book(&city, wish, somebody(&city, "hana"))
                .await
                .expect_err("refused")
        };
        let mut many = wish("half_a", DAY, "9:00", "12:00");
        many.of.people = 121;
        assert!(matches!(
            refused(many).await,
            BookingError::TooManyPeople(120)
        ));
        assert!(matches!(
            refused(wish("half_a", DAY, "9:00", "11:00")).await,
            BookingError::NotOffered
        ));
        assert!(matches!(
            refused(wish("half_a", "2026-11-30", "9:00", "12:00")).await,
            BookingError::NotOffered
        ));
        assert!(matches!(
            refused(wish("half_a", "2027-03-02", "9:00", "12:00")).await,
            BookingError::TooEarly(_)
        ));
        assert!(matches!(
            refused(wish("half_a", "2026-11-21", "9:00", "12:00")).await,
            BookingError::TooLate
        ));
        assert!(matches!(
            refused(wish("attic", DAY, "9:00", "12:00")).await,
            BookingError::NoSuchResource(_)
        ));
        let mut ball = wish("whole", DAY, "9:00", "12:00");
        ball.of.purpose = Some("badminton".parse_key());
        assert!(matches!(refused(ball).await, BookingError::WrongPurpose));
        assert_eq!(count(&city, "booking_reservations").await, 0);
    }
);

trait ParseKey {
    fn parse_key(&self) -> yakuba_forms::model::document::Key;
}

impl ParseKey for str {
    fn parse_key(&self) -> yakuba_forms::model::document::Key {
        yakuba_forms::model::document::Key::new(self).unwrap()
    }
}

each_database!(limits_are_kept, [&BookingService], async |city| {
    offer(&city, hall()).await;
    for (from, to) in [("9:00", "12:00"), ("13:00", "17:00")] {
        book(
            &city,
            wish("half_a", DAY, from, to),
            somebody(&city, "hana"),
        )
        .await
        .unwrap();
    }
    let third = book(
        &city,
        wish("half_b", DAY, "9:00", "12:00"),
        somebody(&city, "Hana"),
    )
    .await;
    assert!(matches!(third, Err(BookingError::LimitReached(2))));
    book(
        &city,
        wish("half_b", DAY, "9:00", "12:00"),
        somebody(&city, "taro"),
    )
    .await
    .unwrap();
    // At the same moment: the limit of two on a day holds.
    let city: &City = &city;
    let at_once = (0..6).map(|place| {
        let (resource, from, to) = [
            ("half_a", "9:00", "12:00"),
            ("half_a", "13:00", "17:00"),
            ("half_a", "18:00", "21:30"),
            ("half_b", "9:00", "12:00"),
            ("half_b", "13:00", "17:00"),
            ("half_b", "18:00", "21:30"),
        ][place];
        book(
            city,
            wish(resource, "2026-12-02", from, to),
            somebody(city, "jiro"),
        )
    });
    let results = futures::future::join_all(at_once).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
});

each_database!(who_may_book, [&BookingService], async |city| {
    let mut document = hall();
    document.rules = Rules {
        who: Who::Residents,
        ..document.rules
    };
    offer(&city, document).await;
    let key = city.key().unwrap();
    let contact = Contact {
        name: "澄川 花子".into(),
        email: None,
        phone: Some("000-000-0001".into()),
        note: None,
        language: yakuba_ui::Language::Japanese,
    };
    let new = |holder, channel| {
        NewBooking::new(
            key,
            holder,
            &contact,
            channel,
            wish("half_a", DAY, "9:00", "12:00").of,
        )
        .unwrap()
    };
    let asked = |new| book(&city, wish("half_a", DAY, "9:00", "12:00"), new);
    assert!(matches!(
        asked(new(Holder::Email("a@example.jp".into()), Channel::Online)).await,
        Err(BookingError::NotAllowed(_))
    ));
    let booked = asked(new(Holder::Resident(7), Channel::Online))
        .await
        .unwrap();
    let found = reservations::of_resident(city.db(), 7).await.unwrap();
    assert_eq!(found[0].id, booked.id);
    step(&city, booked.id, Step::Cancel).await.unwrap();
    // On the telephone staff see who it is.
    asked(new(Holder::Phone("000-000-0001".into()), Channel::Phone))
        .await
        .unwrap();
});

each_database!(
    every_step_twice_is_once_and_what_is_given_up_is_free,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        let new = somebody(&city, "hana").requested_as("the-same-form");
        let first = book(&city, wish("whole", DAY, "9:00", "12:00"), new.clone())
            .await
            .unwrap();
        let again = book(&city, wish("whole", DAY, "9:00", "12:00"), new)
            .await
            .unwrap();
        assert_eq!(first.id, again.id);
        assert!(again.number.is_none());
        let changed = step(&city, first.id, Step::Cancel).await.unwrap();
        assert!(!changed.already);
        assert_eq!(changed.kept_fee, Yen::ZERO, "the last free day");
        let changed = step(&city, first.id, Step::Cancel).await.unwrap();
        assert!(changed.already);
        assert_eq!(count(&city, "booking_taken").await, 0);
        // Late: half of 3,000 yen is kept.
        let late = book(
            &city,
            wish("whole", "2026-11-27", "9:00", "12:00"),
            somebody(&city, "hana"),
        )
        .await
        .unwrap();
        let changed = step(&city, late.id, Step::Cancel).await.unwrap();
        assert_eq!(changed.kept_fee, Yen::new(1_500));
        let facts: i64 = city
            .db()
            .value(
                "SELECT COUNT(*) FROM facts WHERE measure = 'booking.cancellations'",
                [],
            )
            .await
            .unwrap()
            .unwrap();
        assert_eq!(facts, 2);
        assert!(matches!(
            step(&city, late.id, Step::CheckIn).await,
            Err(BookingError::WrongState)
        ));
        assert!(matches!(
            step(&city, 99_999, Step::Cancel).await,
            Err(BookingError::NoSuchReservation)
        ));
    }
);

each_database!(
    units_under_coming_reservations_stay,
    [&BookingService],
    async |city| {
        offer(&city, hall()).await;
        book(
            &city,
            wish("half_b", DAY, "9:00", "12:00"),
            somebody(&city, "hana"),
        )
        .await
        .unwrap();
        let saved = async |document| {
            city.write(Actor::Staff(1), document, |tx, document| {
                Box::pin(store::save(tx, document, true, 1))
            })
            .await
        };
        let mut without = hall();
        without.units.retain(|unit| unit.key.as_str() != "b");
        without
            .resources
            .retain(|resource| !["half_b", "whole"].contains(&resource.key.as_str()));
        assert!(matches!(
            saved(without).await,
            Err(BookingError::StillBooked(1))
        ));
        let mut finer = hall();
        finer.step = 15.try_into().unwrap();
        assert!(matches!(
            saved(finer).await,
            Err(BookingError::StillBooked(1))
        ));
        let mut without = hall();
        without.units.retain(|unit| unit.key.as_str() != "court_1");
        without
            .resources
            .retain(|resource| resource.key.as_str() != "court");
        assert_eq!(saved(without).await.unwrap(), 2);
    }
);

/// What somebody does next.
#[derive(Debug, Clone)]
enum Command {
    Book {
        resource: usize,
        day: i8,
        slot: usize,
        length: usize,
        who: usize,
    },
    Hold {
        resource: usize,
        day: i8,
        slot: usize,
        visit: usize,
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
    Refuse {
        which: usize,
    },
    Wait {
        minutes: i64,
    },
    Move {
        which: usize,
        resource: usize,
        day: i8,
        slot: usize,
        length: usize,
    },
    TakeOver {
        resource: usize,
        day: i8,
        slot: usize,
        length: usize,
    },
    Close {
        resource: usize,
        day: i8,
        days: i8,
    },
    Reopen {
        which: usize,
    },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let command = prop_oneof![
        5 => (0..4usize, 0..3i8, 0..25usize, 1..5usize, 0..4usize)
            .prop_map(|(resource, day, slot, length, who)| Command::Book { resource, day, slot, length, who }),
        4 => (0..4usize, 0..3i8, 0..25usize, 0..4usize)
            .prop_map(|(resource, day, slot, visit)| Command::Hold { resource, day, slot, visit }),
        3 => (0..30usize, 0..4usize).prop_map(|(which, who)| Command::Confirm { which, who }),
        1 => (0..30usize).prop_map(|which| Command::LetGo { which }),
        2 => (0..30usize).prop_map(|which| Command::Cancel { which }),
        1 => (0..30usize).prop_map(|which| Command::Refuse { which }),
        1 => (1..10i64).prop_map(|minutes| Command::Wait { minutes }),
        3 => (0..30usize, 0..4usize, 0..3i8, 0..25usize, 1..5usize)
            .prop_map(|(which, resource, day, slot, length)| Command::Move { which, resource, day, slot, length }),
        1 => (0..4usize, 0..3i8, 0..25usize, 1..5usize)
            .prop_map(|(resource, day, slot, length)| Command::TakeOver { resource, day, slot, length }),
        1 => (0..6usize, 0..3i8, 0..3i8).prop_map(|(resource, day, days)| Command::Close { resource, day, days }),
        1 => (0..4usize).prop_map(|which| Command::Reopen { which }),
    ];
    proptest::collection::vec(command, 1..60)
}

/// The model: a list of who has what, and nothing cleverer.
#[derive(Default)]
struct Model {
    entries: Vec<Entry>,
    /// Closures, each with its units on each of its days.
    closed: Vec<Closed>,
}

#[derive(Debug, Clone)]
struct Closed {
    id: i64,
    days: Vec<Date>,
    units: Vec<&'static str>,
    is_open_again: bool,
}

const ALL_UNITS: [&str; 6] = ["a", "b", "court_1", "class#1", "class#2", "class#3"];

#[derive(Debug, Clone)]
struct Entry {
    id: i64,
    units: Vec<&'static str>,
    span: Span,
    state: State,
    who: String,
    visit: String,
    held_until: Option<jiff::Timestamp>,
}

const RESOURCES: [(&str, &[&str]); 4] = [
    ("whole", &["a", "b"]),
    ("half_a", &["a"]),
    ("half_b", &["b"]),
    ("court", &["court_1"]),
];

/// The span with the time that is needed to clear the court.
fn cleared(units: &[&str], span: Span) -> Span {
    span.widened(0, if units.contains(&"court_1") { 30 } else { 0 })
}

impl Entry {
    fn has(&self, units: &[&str], span: Span, now: jiff::Timestamp) -> bool {
        self.state.takes_units()
            && self.held_until.is_none_or(|until| until > now)
            && cleared(&self.units, self.span).overlaps(span)
            && self.units.iter().any(|unit| units.contains(unit))
    }

    /// The city needs the time.
    fn give_way(&mut self) {
        if self.state == State::Held {
            self.held_until = Some(jiff::Timestamp::MIN);
        } else {
            self.state = State::Cancelled;
        }
    }
}

impl Model {
    fn is_free(&self, units: &[&str], span: Span, now: jiff::Timestamp) -> bool {
        self.is_free_but(usize::MAX, units, span, now)
    }

    fn is_free_but(&self, but: usize, units: &[&str], span: Span, now: jiff::Timestamp) -> bool {
        let span = cleared(units, span);
        !self.is_closed(units, span.day())
            && self
                .entries
                .iter()
                .enumerate()
                .all(|(place, entry)| place == but || !entry.has(units, span, now))
    }

    fn is_closed(&self, units: &[&str], day: Date) -> bool {
        self.closed.iter().any(|closed| {
            !closed.is_open_again
                && closed.days.contains(&day)
                && closed.units.iter().any(|unit| units.contains(unit))
        })
    }

    fn on_the_day(&self, who: &str, span: Span) -> usize {
        self.entries
            .iter()
            .filter(|entry| {
                entry.who == who
                    && entry.span.day() == span.day()
                    && matches!(entry.state, State::Requested | State::Confirmed)
            })
            .count()
    }
}

/// A span that the hall offers for a resource, by number.
fn offered(resource: usize, day: i8, slot: usize, length: usize) -> Option<Span> {
    let hall = hall();
    let day = date(2026, 11, 26 + day);
    let (name, _) = RESOURCES[resource];
    let (from, to) = if name == "court" {
        let from = 540 + u16::try_from(slot).unwrap() * 30;
        (from, from + 30 + u16::try_from(length).unwrap() * 30)
    } else {
        let bands = [(540, 720), (780, 1020), (1080, 1290)];
        let first = slot % 3;
        let last = (first + length - 1).min(2);
        (bands[first].0, bands[last].1)
    };
    let time = yakuba_booking::model::time::ClockTime::from_minutes;
    let span = Span::new(day, time(from)?, time(to)?)?;
    hall.offers(hall.resource(name)?, span).then_some(span)
}

async fn play(city: &City, commands: &[Command]) {
    let mut model = Model::default();
    let names = ["hana", "taro", "jiro", "yuki"];
    for command in commands {
        let now = city.now();
        match command {
            Command::Book {
                resource,
                day,
                slot,
                length,
                who,
            } => {
                let Some(span) = offered(*resource, *day, *slot, *length) else {
                    continue;
                };
                let (name, units) = RESOURCES[*resource];
                let who = names[*who];
                let expected = if model.on_the_day(who, span) >= 2 {
                    Err("limit")
                } else if model.is_free(units, span, now) {
                    Ok(())
                } else {
                    Err("taken")
                };
                let mut wish = wish(name, DAY, "9:00", "12:00");
                wish.span = span;
                match (book(city, wish, somebody(city, who)).await, expected) {
                    (Ok(booked), Ok(())) => model.entries.push(Entry {
                        id: booked.id,
                        units: units.to_vec(),
                        span,
                        state: booked.state,
                        who: who.into(),
                        visit: String::new(),
                        held_until: None,
                    }),
                    (Err(BookingError::LimitReached(_)), Err("limit"))
                    | (Err(BookingError::Taken), Err("taken")) => {}
                    (result, expected) => panic!("{command:?}: {result:?}, expected {expected:?}"),
                }
            }
            Command::Hold {
                resource,
                day,
                slot,
                visit,
            } => {
                let Some(span) = offered(*resource, *day, *slot, 1) else {
                    continue;
                };
                let (name, units) = RESOURCES[*resource];
                let visit = format!("visit{visit}");
                let held = model
                    .entries
                    .iter()
                    .filter(|entry| {
                        entry.visit == visit && entry.held_until.is_some_and(|until| until > now)
                    })
                    .count();
                let mut wish = wish(name, DAY, "9:00", "12:00");
                wish.span = span;
                match hold(city, wish, &visit).await {
                    Ok(id) => {
                        assert!(held < 10 && model.is_free(units, span, now), "{command:?}");
                        model.entries.push(Entry {
                            id,
                            units: units.to_vec(),
                            span,
                            state: State::Held,
                            who: String::new(),
                            visit,
                            held_until: Some(now + HELD_FOR),
                        });
                    }
                    Err(BookingError::LimitReached(_)) => assert!(held >= 10),
                    Err(BookingError::Taken) => assert!(!model.is_free(units, span, now)),
                    Err(error) => panic!("{command:?}: {error}"),
                }
            }
            Command::Confirm { which, who } => {
                let who = names[*who];
                let Some(entry) = model
                    .entries
                    .get(*which)
                    .filter(|entry| !entry.visit.is_empty())
                    .cloned()
                else {
                    continue;
                };
                let result = confirm(city, entry.id, &entry.visit, somebody(city, who)).await;
                let expected = if entry.state != State::Held {
                    // Asked for before: the same answer. Given up meanwhile: it stays so.
                    assert_eq!(result.unwrap().state, entry.state);
                    continue;
                } else if entry.held_until.is_some_and(|until| until <= now) {
                    Err("lapsed")
                } else if model.on_the_day(who, entry.span) >= 2 {
                    Err("limit")
                } else {
                    Ok(())
                };
                match (result, expected) {
                    (Ok(booked), Ok(())) => {
                        let entry = &mut model.entries[*which];
                        entry.state = booked.state;
                        who.clone_into(&mut entry.who);
                        entry.held_until = None;
                    }
                    (Err(BookingError::LimitReached(_)), Err("limit"))
                    | (Err(BookingError::Lapsed), Err("lapsed" | "limit")) => {}
                    // A lapsed one of a person at the limit may be refused for either.
                    (Err(BookingError::LimitReached(_)), Err("lapsed"))
                        if model.on_the_day(who, entry.span) >= 2 => {}
                    (result, expected) => panic!("{command:?}: {result:?}, expected {expected:?}"),
                }
            }
            Command::LetGo { which } => {
                let Some(entry) = model.entries.get(*which).cloned() else {
                    continue;
                };
                city.write(
                    Actor::Public,
                    (entry.id, entry.visit.clone()),
                    |tx, (id, visit)| Box::pin(reservations::let_go(tx, *id, visit)),
                )
                .await
                .unwrap();
                if entry.state == State::Held {
                    model.entries[*which].held_until = Some(jiff::Timestamp::MIN);
                }
            }
            Command::Cancel { which } | Command::Refuse { which } => {
                let cancel = matches!(command, Command::Cancel { .. });
                let Some(entry) = model
                    .entries
                    .get(*which)
                    .cloned()
                    .filter(|entry| entry.state != State::Held)
                else {
                    continue;
                };
                let (doing, end) = if cancel {
                    (Step::Cancel, State::Cancelled)
                } else {
                    (Step::Refuse, State::Refused)
                };
                let result = step(city, entry.id, doing).await;
                if entry.state == State::Confirmed || entry.state == end {
                    assert_eq!(result.unwrap().state, end);
                    model.entries[*which].state = end;
                } else {
                    assert!(matches!(result, Err(BookingError::WrongState)));
                }
            }
            Command::Wait { minutes } => {
                city.clock().set(now + SignedDuration::from_mins(*minutes));
            }
            Command::Move {
                which,
                resource,
                day,
                slot,
                length,
            } => {
                let (Some(entry), Some(span)) = (
                    model.entries.get(*which).cloned(),
                    offered(*resource, *day, *slot, *length),
                ) else {
                    continue;
                };
                let (name, units) = RESOURCES[*resource];
                let target = Target {
                    resource: name.to_owned(),
                    span,
                    channel: Channel::Counter,
                };
                let result = move_it(city, entry.id, target).await;
                let others = model
                    .entries
                    .iter()
                    .enumerate()
                    .filter(|(place, other)| {
                        place != which
                            && other.who == entry.who
                            && other.span.day() == span.day()
                            && other.state == State::Confirmed
                    })
                    .count();
                match result {
                    Ok(moved) => {
                        assert_eq!(entry.state, State::Confirmed, "{command:?}");
                        if moved.already {
                            assert_eq!((entry.units.as_slice(), entry.span), (units, span));
                            continue;
                        }
                        assert!(others < 2, "{command:?}");
                        assert!(model.is_free_but(*which, units, span, now), "{command:?}");
                        let entry = &mut model.entries[*which];
                        entry.units = units.to_vec();
                        entry.span = span;
                    }
                    Err(BookingError::LimitReached(_)) => assert!(others >= 2, "{command:?}"),
                    Err(BookingError::Taken) => {
                        assert!(!model.is_free_but(*which, units, span, now), "{command:?}");
                    }
                    Err(BookingError::WrongState | BookingError::NoSuchReservation) => {
                        assert!(
                            entry.state != State::Confirmed || entry.who.is_empty(),
                            "{command:?}"
                        );
                    }
                    Err(error) => panic!("{command:?}: {error}"),
                }
            }
            Command::TakeOver {
                resource,
                day,
                slot,
                length,
            } => {
                let Some(span) = offered(*resource, *day, *slot, *length) else {
                    continue;
                };
                let (name, units) = RESOURCES[*resource];
                let taken = take_over(city, name, span, model.entries.len()).await;
                let is_closed = model.is_closed(units, span.day());
                match taken {
                    Ok(id) => {
                        assert!(!is_closed, "{command:?}");
                        for entry in &mut model.entries {
                            if entry.has(units, cleared(units, span), now) {
                                entry.give_way();
                            }
                        }
                        model.entries.push(Entry {
                            id,
                            units: units.to_vec(),
                            span,
                            state: State::Confirmed,
                            who: String::new(),
                            visit: String::new(),
                            held_until: None,
                        });
                    }
                    Err(BookingError::Taken) => assert!(is_closed, "{command:?}"),
                    Err(error) => panic!("{command:?}: {error}"),
                }
            }
            Command::Close {
                resource,
                day,
                days,
            } => {
                let known = RESOURCES.get(*resource);
                let units = known.map_or(ALL_UNITS.as_slice(), |(_, units)| units);
                let first = date(2026, 11, 26 + day);
                let last = first.checked_add(i64::from(*days).days()).unwrap();
                let name = known.map(|(name, _)| (*name).to_owned());
                let id = close(city, name, first, last, model.closed.len()).await;
                for entry in &mut model.entries {
                    let span = entry.span;
                    if (first..=last).contains(&span.day()) && entry.has(units, span, now) {
                        entry.give_way();
                    }
                }
                model.closed.push(Closed {
                    id,
                    days: (0..=*days)
                        .map(|more| first.checked_add(i64::from(more).days()).unwrap())
                        .collect(),
                    units: units.to_vec(),
                    is_open_again: false,
                });
            }
            Command::Reopen { which } => {
                let Some(closed) = model.closed.get_mut(*which) else {
                    continue;
                };
                closed.is_open_again = true;
                city.write(Actor::Staff(1), closed.id, |tx, id| {
                    Box::pin(closures::reopen(tx, *id))
                })
                .await
                .unwrap();
            }
        }
    }
    agrees(city, &model).await;
}

async fn move_it(city: &City, id: i64, target: Target) -> Result<Moved, BookingError> {
    city.write(Actor::Staff(1), (id, target), |tx, (id, target)| {
        Box::pin(reservations::move_to(tx, *id, target))
    })
    .await
}

/// The city wants a time for itself, after it has been shown who has to give way.
async fn take_over(
    city: &City,
    resource: &str,
    span: Span,
    mark: usize,
) -> Result<i64, BookingError> {
    let hall = hall();
    let wanted = hall.resource(resource).unwrap();
    let shown = official::would_give_way(city.db(), &hall, wanted, span, usize::MAX)
        .await?
        .iter()
        .map(|found| found.id)
        .collect();
    let own = OwnUse {
        facility: "hall".into(),
        resource: resource.to_owned(),
        count: usize::MAX,
        span,
        title: "選挙".into(),
        request: format!("{}/{mark}", city.now()),
        shown,
    };
    city.write(Actor::Staff(1), own, |tx, own| {
        Box::pin(async move { Ok(official::take_over(tx, own).await?.id) })
    })
    .await
}

/// Closes days, each in a write of its own as the job does it.
async fn close(city: &City, resource: Option<String>, first: Date, last: Date, mark: usize) -> i64 {
    let new = NewClosure {
        facility: "hall".into(),
        resource,
        first,
        last,
        reason: "工事".into(),
        request: format!("{}/{mark}", city.now()),
    };
    let id = city
        .write(Actor::Staff(1), new, |tx, new| {
            Box::pin(closures::close(tx, new))
        })
        .await
        .unwrap();
    while let Some(found) = closures::closure(city.db(), id).await.unwrap()
        && let Some(day) = closures::next_day(city.db(), &found).await.unwrap()
    {
        city.write(Actor::Staff(1), (id, day), |tx, (id, day)| {
            Box::pin(closures::close_day(tx, *id, *day))
        })
        .await
        .unwrap();
    }
    id
}

/// The table of what is taken against the model, minute by minute.
async fn agrees(city: &City, model: &Model) {
    let now = city.now();
    let taken = reservations::taken(
        city.db(),
        "hall",
        date(2026, 11, 26),
        date(2026, 11, 28),
        now,
    )
    .await
    .unwrap();
    let mut expected = BTreeMap::new();
    for entry in &model.entries {
        if !entry.state.takes_units() || entry.held_until.is_some_and(|until| until <= now) {
            continue;
        }
        let after = if entry.units.contains(&"court_1") {
            30
        } else {
            0
        };
        for unit in &entry.units {
            for at in entry.span.widened(0, after).steps(30) {
                let before = expected.insert(((*unit).to_owned(), at), entry.id);
                assert_eq!(before, None, "the model itself has it twice");
            }
        }
    }
    let mut keys: std::collections::BTreeSet<_> = expected.into_keys().collect();
    for closed in model.closed.iter().filter(|closed| !closed.is_open_again) {
        for day in closed.days.iter().filter(|day| **day <= date(2026, 11, 28)) {
            let whole = span(&day.to_string(), "0:00", "24:00");
            for unit in &closed.units {
                keys.extend(whole.steps(30).map(|at| ((*unit).to_owned(), at)));
            }
        }
    }
    assert_eq!(taken, keys.into_iter().collect());
}

async fn play_many(city: &City, cases: u32) {
    offer(city, hall()).await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..cases {
        let commands = commands().new_tree(&mut runner).unwrap().current();
        for table in [
            "booking_history",
            "booking_taken",
            "booking_reservations",
            "booking_closures",
            "booking_counts",
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
        play(city, &commands).await;
    }
}

each_database!(
    random_commands_end_as_in_a_simple_model,
    [&BookingService],
    async |city| play_many(&city, 60).await
);

#[test]
fn the_span_of_the_tests_is_offered() {
    let hall = hall();
    assert!(hall.offers(hall.resource("whole").unwrap(), span(DAY, "9:00", "12:00")));
}
