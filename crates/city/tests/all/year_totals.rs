//! The yearly sums kept in memory are never stale: two handles on one city, as two nodes or processes have them,
//! and writers whose transactions overlap in every order.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tokio::sync::{Mutex, mpsc, oneshot};
use yakuba_city::{
    Actor, City, CityError, CitySettings, Clock, DatabaseUrl, Fact, FactId, Measure, MeasureKind,
    Migration, Service, YearTotal, YearTotals, each_database, sql::Sql as _, testing, year_totals,
};
use yakuba_kernel::{DepartmentCode, MeasureName, Quantity};

const fn measure(name: &'static str) -> Measure {
    Measure {
        name: MeasureName::declared(name),
        kind: MeasureKind::Flow,
        unit: "件",
        name_ja: "計測",
        name_en: "Measure",
    }
}

const ASKED: Measure = measure("test.asked");
const ANSWERED: Measure = measure("test.answered");

struct TestService;

impl Service for TestService {
    fn name(&self) -> &'static str {
        "test"
    }

    fn migrations(&self) -> Vec<Migration> {
        Vec::new()
    }

    fn measures(&self) -> &'static [Measure] {
        static MEASURES: [Measure; 2] = [ASKED, ANSWERED];
        &MEASURES
    }
}

/// The same city opened once more, as another node or process has it.
async fn another(city: &City) -> City {
    let settings = CitySettings {
        database: city.database().clone(),
        clock: Clock::fixed(testing::test_moment()),
        readers: 4,
        ..CitySettings::in_directory(city.data_directory())
    };
    City::open(settings, &[&TestService]).await.unwrap()
}

fn is_postgres(city: &City) -> bool {
    matches!(city.database(), DatabaseUrl::Postgres { .. })
}

fn actor() -> Actor {
    Actor::CommandLine
}

/// A fact of a department: `quantity` things on a day of a fiscal year.
fn fact(measure: &Measure, department: usize, year: usize, quantity: i64) -> Fact {
    let at: Timestamp = format!("{}-05-01T00:00:00Z", 2020 + year).parse().unwrap();
    Fact::one(&measure.name, at)
        .department(DepartmentCode::new(format!("section-{department}")).unwrap())
        .quantity(Quantity::from_integer(quantity).unwrap())
}

async fn record(city: &City, facts: Vec<Fact>) {
    city.write(actor(), facts, |tx, facts| Box::pin(tx.record_all(facts)))
        .await
        .unwrap();
}

fn rows(totals: &YearTotals) -> Vec<YearTotal> {
    [&ANSWERED, &ASKED]
        .iter()
        .flat_map(|measure| totals.rows(measure.name.as_str(), ..))
        .cloned()
        .collect()
}

async fn kept(city: &City) -> Vec<YearTotal> {
    rows(&city.year_totals().await.unwrap())
}

async fn fresh(city: &City) -> Vec<YearTotal> {
    let mut rows = year_totals(city.db(), &[ANSWERED.name, ASKED.name])
        .await
        .unwrap();
    rows.sort_by_key(|row| {
        (
            row.measure.clone(),
            row.fiscal_year,
            row.department.clone(),
            row.channel.clone(),
            row.subject.clone(),
        )
    });
    rows
}

/// Both handles give what the database holds.
async fn assert_current(one: &City, other: &City, after: &str) {
    let fresh = fresh(one).await;
    assert_eq!(kept(one).await, fresh, "here, after {after}");
    assert_eq!(kept(other).await, fresh, "on the other node, after {after}");
}

each_database!(
    what_one_node_records_the_other_shows_at_once,
    [&TestService],
    async |city| {
        let other = another(&city).await;
        assert_current(&city, &other, "nothing").await;
        record(&city, vec![fact(&ASKED, 1, 0, 5)]).await;
        assert_current(&city, &other, "a first fact").await;
        record(&other, vec![fact(&ASKED, 1, 0, 9)]).await;
        assert_current(&city, &other, "one more of the same place").await;
        record(&city, vec![fact(&ASKED, 2, 3, 1), fact(&ANSWERED, 2, 3, 1)]).await;
        assert_current(&city, &other, "another year and measure").await;
        let largest: Option<i64> = city
            .db()
            .value("SELECT id FROM facts WHERE quantity = 9000", [])
            .await
            .unwrap();
        other
            .write(actor(), largest.unwrap(), |tx, id| {
                Box::pin(tx.take_back(FactId(*id)))
            })
            .await
            .unwrap();
        assert_current(&city, &other, "a fact taken back").await;
        let years = city.year_totals().await.unwrap();
        let (year, sums) = years.years(ASKED.name.as_str(), ..).next().unwrap();
        assert_eq!(
            (year, sums.total, sums.facts, sums.maximum),
            (2020, 5_000, 1, Some(5_000))
        );
        let undone: Result<(), CityError> = other
            .write(actor(), fact(&ASKED, 1, 0, 77), |tx, fact| {
                Box::pin(async move {
                    tx.record(fact.clone()).await?;
                    Err(CityError::NotCorrectable)
                })
            })
            .await;
        assert!(undone.is_err());
        assert_current(&city, &other, "a write that was undone").await;
    }
);

each_database!(
    unchanged_years_are_shared_and_not_read_again,
    [&TestService],
    async |city| {
        let facts = (0..40)
            .map(|number| fact(&ASKED, number % 8, number % 5, 1))
            .collect();
        record(&city, facts).await;
        let before = until_unchanged(&city).await;
        record(&city, vec![fact(&ASKED, 0, 0, 1)]).await;
        let after = city.year_totals().await.unwrap();
        let first = |totals: &YearTotals, year: i64| -> *const YearTotal {
            totals
                .rows(ASKED.name.as_str(), year..=year)
                .next()
                .unwrap()
        };
        assert_ne!(first(&before, 2020), first(&after, 2020));
        assert_eq!(first(&before, 2023), first(&after, 2023));
    }
);

/// The sums in memory once they are taken from there. On PostgreSQL they are kept only when they are on the disk.
async fn until_unchanged(city: &City) -> Arc<YearTotals> {
    let mut before = city.year_totals().await.unwrap();
    for _ in 0..1_000 {
        let now = city.year_totals().await.unwrap();
        if Arc::ptr_eq(&before, &now) {
            return now;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the sums are never kept");
}

/// Sums that only grow: one reading is at least another.
fn at_least(larger: &[YearTotal], smaller: &[YearTotal]) -> bool {
    let larger: BTreeMap<_, i64> = larger
        .iter()
        .map(|row| ((&row.measure, row.fiscal_year, &row.department), row.count))
        .collect();
    smaller.iter().all(|row| {
        larger
            .get(&(&row.measure, row.fiscal_year, &row.department))
            .is_some_and(|count| *count >= row.count)
    })
}

each_database!(
    with_many_writers_no_reading_is_stale_or_torn,
    [&TestService],
    async |city| {
        const WRITERS: usize = 8;
        const WRITES: usize = 40;
        let other = another(&city).await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let node = if writer % 2 == 0 {
                City::clone(&city)
            } else {
                other.clone()
            };
            writers.spawn(async move {
                for number in 0..WRITES {
                    // Both together or none: some writers meet in one row, some in none.
                    let (department, year) = (writer % 3, number % 4);
                    let pair = vec![
                        fact(&ASKED, department, year, 1),
                        fact(&ANSWERED, department, year, 1),
                    ];
                    record(&node, pair).await;
                }
            });
        }
        let mut readers = tokio::task::JoinSet::new();
        for node in [City::clone(&city), other.clone(), City::clone(&city)] {
            readers.spawn(async move {
                let mut readings = 0;
                loop {
                    let before = fresh(&node).await;
                    let shown = kept(&node).await;
                    let after = fresh(&node).await;
                    assert!(at_least(&shown, &before), "stale: {shown:?} {before:?}");
                    assert!(at_least(&after, &shown), "torn: {shown:?} {after:?}");
                    let total = |measure: &Measure| -> i64 {
                        shown
                            .iter()
                            .filter(|row| row.measure == measure.name.as_str())
                            .map(|row| row.total)
                            .sum()
                    };
                    assert_eq!(total(&ASKED), total(&ANSWERED), "half a write is shown");
                    readings += 1;
                    if total(&ASKED) == i64::try_from(WRITERS * WRITES * 1000).unwrap() {
                        return readings;
                    }
                }
            });
        }
        while let Some(done) = writers.join_next().await {
            done.unwrap();
        }
        while let Some(readings) = readers.join_next().await {
            assert!(readings.unwrap() > 0);
        }
        assert_current(&city, &other, "all writes").await;
    }
);

enum Order {
    Record(Vec<Fact>),
    End { keep: bool },
}

/// A write that is held open and does what it is told, step by step.
struct OpenWrite {
    orders: mpsc::Sender<(Order, oneshot::Sender<()>)>,
    task: tokio::task::JoinHandle<Result<(), CityError>>,
}

impl OpenWrite {
    fn begin(city: &City) -> Self {
        let (orders, received) = mpsc::channel::<(Order, oneshot::Sender<()>)>(1);
        let city = city.clone();
        let task = tokio::spawn(async move {
            city.write(actor(), Mutex::new(received), |tx, received| {
                Box::pin(async move {
                    while let Some((order, done)) = received.lock().await.recv().await {
                        match order {
                            Order::Record(facts) => {
                                tx.record_all(&facts).await?;
                                done.send(()).unwrap();
                            }
                            Order::End { keep: true } => return Ok(()),
                            Order::End { keep: false } => return Err(CityError::NotCorrectable),
                        }
                    }
                    Ok(())
                })
            })
            .await
        });
        Self { orders, task }
    }

    async fn record(&self, facts: Vec<Fact>) {
        let (done, was_done) = oneshot::channel();
        self.orders
            .send((Order::Record(facts), done))
            .await
            .unwrap();
        was_done.await.unwrap();
    }

    async fn end(self, keep: bool) {
        let (done, _) = oneshot::channel();
        self.orders.send((Order::End { keep }, done)).await.unwrap();
        assert_eq!(self.task.await.unwrap().is_ok(), keep);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Record {
        writer: usize,
        measure: bool,
        year: usize,
        quantity: i64,
    },
    End {
        writer: usize,
        keep: bool,
    },
    Read {
        other: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize, any::<bool>(), 0..2_usize, 1..9_i64).prop_map(
            |(writer, measure, year, quantity)| Step::Record { writer, measure, year, quantity }
        ),
        2 => (0..3_usize, prop::bool::weighted(0.8))
            .prop_map(|(writer, keep)| Step::End { writer, keep }),
        3 => any::<bool>().prop_map(|other| Step::Read { other }),
    ]
}

/// Carries the steps out one after the other; every reading is compared with the database.
async fn carry_out(city: &City, other: &City, steps: &[Step]) {
    // On SQLite a second writer waits for the first; on PostgreSQL they overlap.
    let writers = if is_postgres(city) { 3 } else { 1 };
    let mut open: BTreeMap<usize, OpenWrite> = BTreeMap::new();
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Record {
                writer,
                measure,
                year,
                quantity,
            } => {
                let writer = writer % writers;
                let node = if writer == 1 { other } else { city };
                let write = open.entry(writer).or_insert_with(|| OpenWrite::begin(node));
                let measure = if *measure { &ASKED } else { &ANSWERED };
                // A department each: writers must not wait for each other here.
                write
                    .record(vec![fact(measure, writer, *year, *quantity)])
                    .await;
            }
            Step::End { writer, keep } => {
                if let Some(write) = open.remove(&(writer % writers)) {
                    write.end(*keep).await;
                }
            }
            Step::Read { other: on_other } => {
                let node = if *on_other { other } else { city };
                assert_eq!(
                    kept(node).await,
                    fresh(node).await,
                    "step {number} of {steps:?}"
                );
            }
        }
    }
    for (_, write) in open {
        write.end(true).await;
    }
    assert_current(city, other, &format!("{steps:?}")).await;
}

each_database!(
    in_every_interleaving_memory_holds_what_the_database_holds,
    [&TestService],
    async |city| {
        let other = another(&city).await;
        let handle = tokio::runtime::Handle::current();
        let (here, there) = (City::clone(&city), other.clone());
        // proptest drives its cases from a thread of its own, so that it can shrink what fails.
        tokio::task::spawn_blocking(move || {
            let mut runner = TestRunner::new(Config {
                cases: 60,
                failure_persistence: None,
                ..Config::default()
            });
            runner
                .run(&prop::collection::vec(step(), 1..30), |steps| {
                    handle.block_on(carry_out(&here, &there, &steps));
                    Ok(())
                })
                .unwrap();
        })
        .await
        .unwrap();
    }
);

/// The case that a plain counter gets wrong: an older transaction that commits after a newer one was seen.
#[tokio::test]
async fn an_older_transaction_that_commits_later_is_seen() {
    testing::on_postgres(&[&TestService], async |city| {
        let other = another(&city).await;
        let older = OpenWrite::begin(&city);
        older.record(vec![fact(&ASKED, 1, 0, 1)]).await;
        record(&other, vec![fact(&ASKED, 2, 0, 1)]).await;
        assert_current(&city, &other, "the newer").await;
        older.end(true).await;
        assert_current(&city, &other, "the older").await;
        assert_eq!(kept(&city).await.len(), 2);
    })
    .await;
}
