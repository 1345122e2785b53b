//! Waiting for a full time: in order, one offer after the other, never to whoever is quickest. On both databases.

use futures::future::join_all;
use jiff::SignedDuration;
use proptest::{
    prop_oneof,
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use yakuba_booking::{
    BookingError, BookingService,
    model::{
        document::{FacilityDocument, Waiting as List},
        state::Step,
    },
    store::{
        people::{Contact, Holder},
        reservations::{self, Booked, Wish},
        waiting::{
            self, Entry, NewEntry,
            Stage::{self, Declined, Lapsed, Offered, Taken, Waiting},
        },
    },
};
use yakuba_city::{
    Actor, City, each_database, run_due_jobs, sql::Sql as _, testing::test_moment, web::Problem,
};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, resident},
};
use yakuba_mail::MailService;
use yakuba_ui::Language;

use crate::support::{book, hall, hold, offer, somebody, wish};

const DAY: &str = "2026-12-05";

fn with_list() -> FacilityDocument {
    let mut document = hall();
    document.rules.waiting = Some(List {
        offer_hours: 24,
        most: 20,
    });
    document.rules.most_on_a_day = None;
    document
}

fn morning() -> Wish {
    wish("half_a", DAY, "9:00", "12:00")
}

fn holder(who: &str) -> Holder {
    Holder::Email(format!("{who}@example.jp"))
}

async fn join(city: &City, wish: Wish, who: &str) -> Result<i64, BookingError> {
    let new = NewEntry {
        wish,
        holder: holder(who),
        contact: Contact {
            name: format!("澄川 {who}"),
            email: Some(format!("{who}@example.jp")),
            phone: Some("000-000-0001".into()),
            note: None,
            language: Language::Japanese,
        },
    };
    city.write(
        Actor::Public,
        (city.key().unwrap().clone(), new),
        |tx, (key, new)| Box::pin(waiting::join(tx, key, new)),
    )
    .await
}

async fn accept(city: &City, id: i64, who: &str) -> Result<Booked, BookingError> {
    let key = city.key().unwrap().clone();
    let holders = vec![holder(who).hash(&key)];
    city.write(
        Actor::Public,
        (key, id, holders),
        |tx, (key, id, holders)| Box::pin(waiting::accept(tx, key, *id, holders)),
    )
    .await
}

async fn leave(city: &City, id: i64, who: &str) -> Result<(), BookingError> {
    let holders = vec![holder(who).hash(city.key().unwrap())];
    city.write(Actor::Public, (id, holders), |tx, (id, holders)| {
        Box::pin(waiting::leave(tx, *id, holders))
    })
    .await
}

async fn cancel(city: &City, id: i64) {
    city.write(Actor::Staff(1), id, |tx, id| {
        Box::pin(reservations::step(tx, *id, Step::Cancel))
    })
    .await
    .unwrap();
}

async fn entry(city: &City, id: i64) -> Entry {
    waiting::entry(city.db(), id).await.unwrap().unwrap()
}

async fn stages(city: &City, ids: &[i64]) -> Vec<Stage> {
    let mut all = Vec::new();
    for id in ids {
        all.push(entry(city, *id).await.stage);
    }
    all
}

async fn mails(city: &City) -> usize {
    yakuba_mail::store::all_waiting(city.db(), 100)
        .await
        .unwrap()
        .iter()
        .filter(|mail| {
            let mail = mail.open(city.key().unwrap()).unwrap();
            mail.subject.contains("キャンセル待ち")
        })
        .count()
}

each_database!(
    what_becomes_free_goes_to_one_after_the_other,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, with_list()).await;
        // Nobody waits for what is free.
        assert!(matches!(
            join(&city, morning(), "hana").await,
            Err(BookingError::WrongState)
        ));
        let first = book(&city, morning(), somebody(&city, "jiro"))
            .await
            .unwrap();
        let mut ids = Vec::new();
        for who in ["hana", "taro", "yuki"] {
            ids.push(join(&city, morning(), who).await.unwrap());
        }
        assert_eq!(join(&city, morning(), "hana").await.unwrap(), ids[0]);
        cancel(&city, first.id).await;
        assert_eq!(stages(&city, &ids).await, [Offered, Waiting, Waiting]);
        // The quickest one gets nothing, neither by booking nor by holding, and not the next in line either.
        assert!(matches!(
            book(&city, morning(), somebody(&city, "quick")).await,
            Err(BookingError::Taken)
        ));
        assert!(matches!(
            hold(&city, morning(), "quick").await,
            Err(BookingError::Taken)
        ));
        assert!(matches!(
            accept(&city, ids[1], "taro").await,
            Err(BookingError::WrongState)
        ));
        assert!(matches!(
            accept(&city, ids[0], "taro").await,
            Err(BookingError::NoSuchReservation)
        ));
        run_due_jobs(&city).await.unwrap();
        assert_eq!(mails(&city).await, 1);
        run_due_jobs(&city).await.unwrap();
        assert_eq!(mails(&city).await, 1, "told once");
        // She does not answer; even before the clock's job has run nobody quick gets between.
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(25));
        assert!(matches!(
            hold(&city, morning(), "quick").await,
            Err(BookingError::Taken)
        ));
        assert!(matches!(
            accept(&city, ids[0], "hana").await,
            Err(BookingError::Lapsed | BookingError::WrongState)
        ));
        run_due_jobs(&city).await.unwrap();
        assert_eq!(stages(&city, &ids).await, [Lapsed, Offered, Waiting]);
        run_due_jobs(&city).await.unwrap();
        assert_eq!(
            mails(&city).await,
            1,
            "the first offer's mail is of no use any more"
        );
        // He lets it go: the next one has it at once, and takes it; twice is once.
        leave(&city, ids[1], "taro").await.unwrap();
        leave(&city, ids[1], "taro").await.unwrap();
        let booked = accept(&city, ids[2], "yuki").await.unwrap();
        assert!(booked.number.is_some());
        assert!(
            accept(&city, ids[2], "yuki")
                .await
                .unwrap()
                .number
                .is_none()
        );
        assert_eq!(stages(&city, &ids).await, [Lapsed, Declined, Taken]);
        let found = reservations::reservation(city.db(), booked.id)
            .await
            .unwrap()
            .unwrap();
        let (_, contact) = found.contact(city.key().unwrap()).unwrap().unwrap();
        assert_eq!(contact.name, "澄川 yuki");
        // What is over keeps nobody's name.
        let sealed: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM booking_waiting WHERE sealed IS NOT NULL",
                [],
            )
            .await
            .unwrap();
        assert_eq!(sealed, Some(0));
        let facts: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM facts WHERE measure IN ('booking.waiting', 'booking.waiting_offers', 'booking.waiting_taken')",
                [],
            )
            .await
            .unwrap();
        assert_eq!(facts, Some(3 + 3 + 1));
    }
);

each_database!(
    a_hall_that_is_partly_free_serves_whoever_it_can,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, with_list()).await;
        let east = book(&city, morning(), somebody(&city, "jiro"))
            .await
            .unwrap();
        let west = book(
            &city,
            wish("half_b", DAY, "9:00", "12:00"),
            somebody(&city, "saburo"),
        )
        .await
        .unwrap();
        let whole = join(&city, wish("whole", DAY, "9:00", "12:00"), "hana")
            .await
            .unwrap();
        let half = join(&city, morning(), "taro").await.unwrap();
        cancel(&city, east.id).await;
        // The whole is not free: who came second is served, and who came first keeps the place.
        assert_eq!(stages(&city, &[whole, half]).await, [Waiting, Offered]);
        cancel(&city, west.id).await;
        assert_eq!(stages(&city, &[whole, half]).await, [Waiting, Offered]);
        leave(&city, half, "taro").await.unwrap();
        assert_eq!(stages(&city, &[whole, half]).await, [Offered, Declined]);
    }
);

each_database!(
    freed_by_many_at_once_it_is_offered_once,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, with_list()).await;
        let class = || wish("class", DAY, "10:00", "12:00");
        let mut booked = Vec::new();
        for who in ["a", "b", "c"] {
            booked.push(book(&city, class(), somebody(&city, who)).await.unwrap());
        }
        let mut ids = Vec::new();
        for who in ["d", "e", "f", "g", "h"] {
            ids.push(join(&city, class(), who).await.unwrap());
        }
        let city: &City = &city;
        // Three places given up, and thirty who try to be quick, at the same moment.
        let cancelling = join_all(booked.iter().map(|one| cancel(city, one.id)));
        let grabbing = join_all((0..30).map(|place| {
            let who = format!("quick{place}");
            async move {
                book(
                    city,
                    wish("class", DAY, "10:00", "12:00"),
                    somebody(city, &who),
                )
                .await
            }
        }));
        let (_, grabbed) = futures::future::join(cancelling, grabbing).await;
        assert_eq!(grabbed.iter().filter(|result| result.is_ok()).count(), 0);
        assert_eq!(
            stages(city, &ids).await,
            [Offered, Offered, Offered, Waiting, Waiting]
        );
        for (id, who) in ids.iter().zip(["d", "e", "f"]) {
            accept(city, *id, who).await.unwrap();
        }
        let units: Option<i64> = city
            .db()
            .value("SELECT COUNT(DISTINCT unit_id) FROM booking_taken", [])
            .await
            .unwrap();
        assert_eq!(units, Some(3));
    }
);

/// What happens next to a class of three places.
#[derive(Debug, Clone)]
enum Command {
    Book(usize),
    Join(usize),
    Leave(usize),
    Accept(usize),
    Cancel(usize),
    Wait(i64),
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let command = prop_oneof![
        3 => (0..9usize).prop_map(Command::Book),
        5 => (0..9usize).prop_map(Command::Join),
        2 => (0..20usize).prop_map(Command::Leave),
        4 => (0..20usize).prop_map(Command::Accept),
        3 => (0..20usize).prop_map(Command::Cancel),
        2 => (1..30i64).prop_map(Command::Wait),
    ];
    proptest::collection::vec(command, 1..50)
}

/// The model: three places, a queue, and for each in it until when an offer holds.
#[derive(Default)]
struct Model {
    booked: Vec<i64>,
    queue: Vec<(i64, usize, Option<jiff::Timestamp>)>,
}

impl Model {
    fn offers(&self) -> usize {
        self.queue.iter().filter(|one| one.2.is_some()).count()
    }

    /// Offers what is free to the first who have no offer yet.
    fn settle(&mut self, now: jiff::Timestamp) {
        self.queue
            .retain(|one| one.2.is_none_or(|until| until > now));
        let mut free = 3usize.saturating_sub(self.booked.len() + self.offers());
        for one in &mut self.queue {
            if free > 0 && one.2.is_none() {
                one.2 = Some(now + SignedDuration::from_hours(24));
                free -= 1;
            }
        }
    }
}

async fn play(city: &City, commands: &[Command]) {
    let class = || wish("class", DAY, "10:00", "12:00");
    let mut model = Model::default();
    let name = |who: usize| format!("w{who}");
    for command in commands {
        let now = city.now();
        match command {
            Command::Book(who) => {
                let can = model.booked.len() + model.offers() < 3;
                match book(city, class(), somebody(city, &name(*who))).await {
                    Ok(booked) => {
                        assert!(can, "{command:?}");
                        model.booked.push(booked.id);
                    }
                    Err(BookingError::Taken) => assert!(!can, "{command:?}"),
                    Err(error) => panic!("{error}"),
                }
            }
            Command::Join(who) => {
                let known = model
                    .queue
                    .iter()
                    .find(|one| one.1 == *who)
                    .map(|one| one.0);
                let can = model.booked.len() + model.offers() >= 3;
                match join(city, class(), &name(*who)).await {
                    Ok(id) if known == Some(id) => {}
                    Ok(id) => {
                        assert!(known.is_none() && can, "{command:?}");
                        model.queue.push((id, *who, None));
                    }
                    Err(BookingError::WrongState) => assert!(known.is_none() && !can),
                    Err(error) => panic!("{error}"),
                }
            }
            Command::Leave(which) => {
                if let Some((id, who, _)) = model.queue.get(*which).copied() {
                    leave(city, id, &name(who)).await.unwrap();
                    model.queue.remove(*which);
                }
            }
            Command::Accept(which) => {
                if let Some((id, who, until)) = model.queue.get(*which).copied() {
                    match accept(city, id, &name(who)).await {
                        Ok(booked) => {
                            assert!(until.is_some(), "{command:?}");
                            model.booked.push(booked.id);
                            model.queue.remove(*which);
                        }
                        Err(BookingError::WrongState) => assert!(until.is_none()),
                        Err(error) => panic!("{error}"),
                    }
                }
            }
            Command::Cancel(which) => {
                if *which < model.booked.len() {
                    cancel(city, model.booked.remove(*which)).await;
                }
            }
            Command::Wait(hours) => {
                city.clock().set(now + SignedDuration::from_hours(*hours));
            }
        }
        let before_jobs = city.now();
        model.settle(before_jobs);
        run_due_jobs(city).await.unwrap();
        for (id, _, until) in &model.queue {
            let found = entry(city, *id).await;
            let expected = if until.is_some() { Offered } else { Waiting };
            assert_eq!(found.stage, expected, "after {command:?} of {commands:?}");
        }
    }
}

async fn play_many(city: &City, cases: u32) {
    let mut document = with_list();
    // The class is on 5 December: two weeks of waiting at most.
    document.rules.closes_days_before = 0;
    offer(city, document).await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..cases {
        let commands = commands().new_tree(&mut runner).unwrap().current();
        for table in [
            "booking_waiting",
            "booking_taken",
            "booking_history",
            "booking_reservations",
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
        let hours: i64 = commands
            .iter()
            .map(|command| match command {
                Command::Wait(hours) => *hours,
                _ => 0,
            })
            .sum();
        // Offers end with the booking: a case that would come so far is another test's.
        if hours < 10 * 24 {
            play(city, &commands).await;
        }
    }
}

each_database!(
    random_waiting_ends_as_in_a_simple_model,
    [&MailService, &IdentityService, &BookingService],
    async |city| play_many(&city, 25).await
);

each_database!(
    somebody_waits_and_takes_the_offer_in_the_browser,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, with_list()).await;
        let first = book(&city, morning(), somebody(&city, "jiro"))
            .await
            .unwrap();
        let services: [&dyn yakuba_city::Service; 3] =
            [&MailService, &IdentityService, &BookingService];
        let mut nobody = Browser::new(&city, &services);
        let page = nobody.get(&format!("/booking/hall/half_a?day={DAY}")).await;
        assert!(page.text().contains("キャンセル待ちをする"));
        let form = format!(
            "/booking/waiting/new?facility=hall&resource=half_a&day={DAY}&from=09:00&to=12:00"
        );
        let page = nobody.get(&form).await;
        assert!(
            page.text()
                .contains("/confirm-email?next=/booking/waiting/new%3Ffacility")
        );
        let mut hana = Browser::new(&city, &services).of(resident(7));
        assert!(
            hana.get(&form)
                .await
                .text()
                .contains("早く操作した人が優先")
        );
        let fields = [
            ("facility", "hall"),
            ("resource", "half_a"),
            ("day", DAY),
            ("from", "09:00"),
            ("to", "12:00"),
            ("people", "5"),
            ("lives", "here"),
            ("phone", "000-000-0001"),
            ("name", "澄川 花子"),
        ];
        let page = hana.post("/booking/waiting/join", &fields[..8]).await;
        assert!(page.text().contains("入力してください"));
        let page = hana.post("/booking/waiting/join", &fields).await;
        assert_eq!(page.to, "/booking/waiting?done=joined", "{}", page.text());
        let page = hana.get("/booking/waiting").await;
        assert!(page.text().contains("前に0人"), "{}", page.text());
        cancel(&city, first.id).await;
        let page = hana.get("/booking/waiting").await;
        let id = page.between("name=\"id\" value=\"", "\"");
        assert!(page.text().contains("この時間を予約する"));
        for path in ["accept", "leave"] {
            let path = format!("/booking/waiting/{path}");
            let mut other = Browser::new(&city, &services).of(resident(8));
            let page = other.post(&path, &[("id", &id)]).await;
            assert_eq!(page.problem, Some(Problem::NotFound), "{path}");
            nobody.post(&path, &[("id", &id)]).await;
        }
        let page = hana.post("/booking/waiting/accept", &[("id", &id)]).await;
        assert_eq!(page.to, "/booking/waiting?done=taken", "{}", page.text());
        let mine = reservations::of_resident(city.db(), 7).await.unwrap();
        assert_eq!(mine.len(), 1);
        assert_eq!(entry(&city, id.parse().unwrap()).await.stage, Taken);
    }
);
