//! The program is killed in the middle of a rush. What it acknowledged must be there whole, nothing by halves, no unit twice, and the
//! facts must agree. On both databases.
//!
//! Two rounds each; `YAKUBA_CRASH_ROUNDS=100` for a long evening.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher as _, RandomState},
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use jiff::{ToSpan as _, civil::date};
use sea_orm::FromQueryResult;
use yakuba_booking::{
    BookingService,
    model::{document::Takes, time::Span},
};
use yakuba_city::{
    City, CitySettings, Clock, DatabaseUrl, each_database, recount,
    sql::Sql as _,
    testing::{TestCity, test_moment},
    verify_audit,
};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::support::{book, confirm, hall, hold, offer, somebody, wish};

const CLIENTS: u64 = 16;
const DIRECTORY: &str = "YAKUBA_CRASH_DIRECTORY";
const POSTGRES: &str = "YAKUBA_CRASH_POSTGRES";
const ROUND: &str = "YAKUBA_CRASH_ROUND";

fn rounds() -> u64 {
    std::env::var("YAKUBA_CRASH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2)
}

/// The process that is killed: books as fast as it can, and says so after each acknowledgement. It is no test: the tests below run it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run and killed by the tests of crashes"]
async fn a_rush_to_be_killed() {
    let Ok(directory) = std::env::var(DIRECTORY) else {
        return;
    };
    let mut settings = CitySettings {
        clock: Clock::fixed(test_moment()),
        ..CitySettings::in_directory(directory)
    };
    if let Ok(place) = std::env::var(POSTGRES) {
        let (schema, url) = place.split_once(' ').unwrap();
        settings.database = DatabaseUrl::Postgres {
            url: url.to_owned(),
            schema: schema.to_owned(),
        };
    }
    let city = City::open(settings, &[&MailService, &IdentityService, &BookingService])
        .await
        .unwrap();
    let round = std::env::var(ROUND).unwrap();
    let next = Arc::new(AtomicU64::new(0));
    join_all((0..CLIENTS).map(|client| {
        let (city, round, next) = (&city, &round, next.clone());
        async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                rush(city, round, client, number).await;
            }
        }
    }))
    .await;
}

async fn rush(city: &City, round: &str, client: u64, number: u64) {
    let random = RandomState::new().hash_one(number);
    let day = date(2026, 11, 22)
        .checked_add(i64::try_from(random % 40).unwrap().days())
        .unwrap()
        .to_string();
    let resource =
        ["whole", "half_a", "half_b", "class"][usize::try_from(random / 40 % 4).unwrap()];
    let (from, to) = [("09:00", "12:00"), ("13:00", "17:00"), ("10:00", "12:00")]
        [usize::try_from(random / 160 % 3).unwrap()];
    let wish = wish(resource, &day, from, to);
    let who = somebody(city, &format!("r{round}c{client}n{number}"));
    let say = |what: &str, id: i64| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{what} {id}").unwrap();
        out.flush().unwrap();
    };
    // Refusals are as in life: taken, closed, not offered.
    if random.is_multiple_of(2) {
        if let Ok(booked) = book(city, wish, who).await {
            say("booked", booked.id);
        }
    } else if let Ok(id) = hold(city, wish, &format!("visit{round}{client}{number}")).await {
        say("held", id);
        if let Ok(booked) = confirm(city, id, &format!("visit{round}{client}{number}"), who).await {
            say("booked", booked.id);
        }
    }
}

/// Runs the rush, kills it at some moment, and gives what was acknowledged: what each reservation was last said to be.
fn killed_in_the_middle(city: &TestCity, round: u64) -> BTreeMap<i64, String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "crash::a_rush_to_be_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(DIRECTORY, city.directory())
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped());
    if let DatabaseUrl::Postgres { url, schema } = city.database() {
        command.env(POSTGRES, format!("{schema} {url}"));
    }
    let mut child = command.spawn().unwrap();
    let mut acknowledged = BTreeMap::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut read = |acknowledged: &mut BTreeMap<i64, String>| {
        let line = lines.next()?.ok()?;
        if let Some((what @ ("held" | "booked"), id)) = line.split_once(' ') {
            acknowledged.insert(id.parse().unwrap(), what.to_owned());
        }
        Some(())
    };
    while acknowledged.len() < 10 {
        read(&mut acknowledged).expect("the rush ended by itself");
    }
    std::thread::sleep(Duration::from_millis(
        RandomState::new().hash_one(round) % 300,
    ));
    // SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had said before it died.
    while read(&mut acknowledged).is_some() {}
    acknowledged
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    resource_key: String,
    day: String,
    from_minute: i64,
    to_minute: i64,
    state: String,
    steps: i64,
}

/// Looks at every reservation: whole, and no two on one unit, counted from the reservations and not from what keeps them apart.
async fn look(city: &City, acknowledged: &BTreeMap<i64, String>) {
    let hall = hall();
    let rows: Vec<Row> = city
        .db()
        .rows(
            "SELECT r.id, r.resource_key, r.day, r.from_minute, r.to_minute, r.state, \
               (SELECT COUNT(*) FROM booking_taken t WHERE t.reservation_id = r.id) AS steps \
             FROM booking_reservations r",
            [],
        )
        .await
        .unwrap();
    let mut used: BTreeMap<(String, i64), u32> = BTreeMap::new();
    for row in &rows {
        let time = |minutes: i64| {
            format!("{:02}:{:02}", minutes / 60, minutes % 60)
                .parse()
                .unwrap()
        };
        let span = Span::new(
            row.day.parse().unwrap(),
            time(row.from_minute),
            time(row.to_minute),
        )
        .unwrap();
        let resource = hall.resource(&row.resource_key).unwrap();
        let steps: Vec<i64> = hall.taken_by(resource, span).steps(30).collect();
        let units = match &resource.takes {
            Takes::Units(units) => units.iter().map(ToString::to_string).collect(),
            Takes::OneOf(_) => vec![resource.key.to_string()],
        };
        assert_eq!(
            row.steps,
            i64::try_from(steps.len() * units.len()).unwrap(),
            "reservation {} is there by halves",
            row.id
        );
        for unit in units {
            for step in &steps {
                *used.entry((unit.clone(), *step)).or_default() += 1;
            }
        }
    }
    for ((unit, step), count) in used {
        let most = match hall.resource(&unit).map(|resource| &resource.takes) {
            Some(Takes::OneOf(count)) => *count,
            _ => 1,
        };
        assert!(count <= most, "{unit} is taken {count} times at {step}");
    }
    for (id, what) in acknowledged {
        let row = rows
            .iter()
            .find(|row| row.id == *id)
            .unwrap_or_else(|| panic!("{what} {id} is lost"));
        let kept = row.state == "confirmed" || (what == "held" && row.state == "held");
        assert!(kept, "{what} {id} is {}", row.state);
    }
    let count = async |sql: &str| -> i64 { city.db().value(sql, []).await.unwrap().unwrap() };
    for (what, sql) in [
        (
            "a booking without its fact",
            "SELECT COUNT(*) FROM booking_reservations r WHERE r.state = 'confirmed' AND 1 <> (SELECT COUNT(*) FROM facts f \
             WHERE f.measure = 'booking.reservations' AND f.record = 'booking_reservations/' || CAST(r.id AS TEXT))",
        ),
        (
            "a fact without its booking",
            "SELECT COUNT(*) FROM facts f WHERE f.measure = 'booking.reservations' AND NOT EXISTS (SELECT 1 FROM \
             booking_reservations r WHERE r.state = 'confirmed' AND f.record = 'booking_reservations/' || CAST(r.id AS TEXT))",
        ),
        (
            "a booking without its line in the audit log",
            "SELECT COUNT(*) FROM booking_reservations r WHERE r.state = 'confirmed' AND 1 <> (SELECT COUNT(*) FROM audit_log l \
             WHERE l.action = 'booking.book' AND l.target = 'reservation/' || CAST(r.id AS TEXT))",
        ),
        (
            "a unit taken by nobody",
            "SELECT COUNT(*) FROM booking_taken t WHERE NOT EXISTS (SELECT 1 FROM booking_reservations r WHERE r.id = t.reservation_id)",
        ),
    ] {
        assert_eq!(count(sql).await, 0, "{what}");
    }
    assert!(recount(city.db()).await.unwrap().differences.is_empty());
    assert_eq!(verify_audit(city.db()).await.unwrap().broken, None);
}

each_database!(
    a_rush_that_is_killed_loses_nothing_and_books_nothing_twice,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let mut acknowledged = BTreeMap::new();
        for round in 0..rounds() {
            acknowledged.extend(killed_in_the_middle(&city, round));
            look(&city, &acknowledged).await;
        }
        assert!(acknowledged.values().any(|what| what == "booked"));
    }
);
