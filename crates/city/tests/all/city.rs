//! The city's promises, each on both databases.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use jiff::{Timestamp, civil::date};
use yakuba_city::{
    Actor, AuditEntry, City, CityError, CitySettings, Durability, Fact, FactId, Job, JobFailure,
    JobKind, Measure, MeasureKind, Migration, SearchEntry, Service, each_database,
    sql::{Sql as _, Together},
};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear, MeasureName, Quantity};

pub(crate) const VISITS: Measure = Measure {
    name: MeasureName::declared("test.visit"),
    kind: MeasureKind::Flow,
    unit: "件",
    name_ja: "来庁",
    name_en: "Visits",
};

static RUNS: AtomicU32 = AtomicU32::new(0);

pub(crate) struct TestService;

impl Service for TestService {
    fn name(&self) -> &'static str {
        "test"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "test_0001_visits",
            "CREATE TABLE visits (id ID, note TEXT NOT NULL UNIQUE, kept BIGINT NOT NULL CHECK (kept IN (0, 1)));\n",
        )]
    }

    fn measures(&self) -> &'static [Measure] {
        static MEASURES: [Measure; 1] = [VISITS];
        &MEASURES
    }

    fn jobs(&self) -> Vec<JobKind> {
        vec![
            JobKind::new("test.count", |_city, _payload| async {
                RUNS.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }),
            JobKind::new("test.fail", |_city, _payload| async {
                Err(JobFailure("as it must".into()))
            }),
        ]
    }

    fn listens(&self) -> Vec<(&'static str, &'static str)> {
        vec![("test.happened", "test.count")]
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn actor() -> Actor {
    Actor::CommandLine
}

async fn count(city: &City, table: &str) -> i64 {
    city.db()
        .value(&format!("SELECT COUNT(*) FROM {table}"), [])
        .await
        .unwrap()
        .unwrap()
}

each_database!(
    a_refused_write_leaves_nothing_behind,
    [&TestService],
    async |city| {
        let outcome: Result<(), CityError> = city
            .write(actor(), (), |tx, ()| {
                Box::pin(async move {
                    tx.connection()
                        .run("INSERT INTO visits (note, kept) VALUES ('a', 1)", [])
                        .await?;
                    tx.record(Fact::one(&VISITS.name, tx.now())).await?;
                    tx.audit(AuditEntry::new("test.visit", "visit/a"));
                    Err(CityError::Stopping)
                })
            })
            .await;
        assert!(matches!(outcome, Err(CityError::Stopping)));
        for table in ["visits", "facts", "fact_days", "fact_years", "audit_log"] {
            assert_eq!(count(&city, table).await, 0, "{table}");
        }
    }
);

each_database!(
    writes_at_the_same_time_all_arrive_and_the_roll_ups_agree,
    [&TestService],
    async |city| {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..120_i64 {
            let city = city.clone();
            tasks.spawn(async move {
                city.write(actor(), number, |tx, number| {
                    Box::pin(async move {
                        tx.connection()
                            .run(
                                "INSERT INTO visits (note, kept) VALUES ($1, 1)",
                                [format!("visit {number}").into()],
                            )
                            .await?;
                        tx.record(
                            Fact::one(&VISITS.name, at("2026-05-01T00:00:00Z"))
                                .department(
                                    DepartmentCode::new(if number % 2 == 0 {
                                        "citizens"
                                    } else {
                                        "tax"
                                    })
                                    .unwrap(),
                                )
                                .channel(Channel::Counter),
                        )
                        .await?;
                        tx.audit(AuditEntry::new("test.visit", format!("visit/{number}")));
                        Ok::<_, CityError>(())
                    })
                })
                .await
            });
        }
        while let Some(outcome) = tasks.join_next().await {
            outcome.unwrap().unwrap();
        }
        assert_eq!(count(&city, "visits").await, 120);
        let years = yakuba_city::year_totals(city.db(), &[VISITS.name])
            .await
            .unwrap();
        assert_eq!(years.len(), 2);
        assert!(
            years
                .iter()
                .all(|year| year.count == 60 && year.total == 60_000 && year.fiscal_year == 2026)
        );
        let report = yakuba_city::recount(city.db()).await.unwrap();
        assert_eq!((report.facts, report.differences), (120, vec![]));
        let audit = yakuba_city::verify_audit(city.db()).await.unwrap();
        assert_eq!((audit.lines, audit.broken), (120, None));
    }
);

each_database!(
    one_failing_write_does_not_touch_its_neighbours,
    [&TestService],
    async |city| {
        let insert = |note: &'static str| {
            city.write(actor(), note, |tx, note| {
                Box::pin(async move {
                    tx.connection()
                        .run(
                            "INSERT INTO visits (note, kept) VALUES ($1, 1)",
                            [(*note).into()],
                        )
                        .await?;
                    Ok::<_, CityError>(())
                })
            })
        };
        let (first, twin, other) = tokio::join!(insert("same"), insert("same"), insert("other"));
        assert!(first.is_ok() != twin.is_ok());
        other.unwrap();
        assert_eq!(count(&city, "visits").await, 2);
    }
);

each_database!(
    a_caller_that_goes_away_leaves_a_whole_write_or_none,
    [&TestService],
    async |city| {
        for number in 0..40_i64 {
            let write = city.write(actor(), number, |tx, number| {
                Box::pin(async move {
                    for part in ["first", "second"] {
                        tx.connection()
                            .run(
                                "INSERT INTO visits (note, kept) VALUES ($1, 1)",
                                [format!("{number} {part}").into()],
                            )
                            .await?;
                        tokio::task::yield_now().await;
                    }
                    tx.audit(AuditEntry::new("test.visit", format!("visit/{number}")));
                    Ok::<_, CityError>(())
                })
            });
            let patience = Duration::from_micros(100 * u64::try_from(number).unwrap());
            // Dropped where it happens to be.
            let _ = tokio::time::timeout(patience, write).await;
        }
        // The door is open, and what was begun before has ended.
        for _ in 0..8 {
            city.write(actor(), (), |tx, ()| {
                Box::pin(async move { tx.set("city.name", "澄川市").await })
            })
            .await
            .unwrap();
        }
        let begun = std::time::Instant::now();
        while count(&city, "visits").await != 2 * count(&city, "audit_log").await
            || city.waiting_writes() > 0
        {
            assert!(begun.elapsed() < Duration::from_secs(10), "half a write");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(count(&city, "visits").await > 0);
    }
);

each_database!(
    a_panic_inside_a_write_is_undone_and_the_door_stays_open,
    [&TestService],
    async |city| {
        let outcome: Result<(), CityError> = city
            .write(actor(), (), |tx, ()| {
                Box::pin(async move {
                    tx.connection()
                        .run("INSERT INTO visits (note, kept) VALUES ('a', 1)", [])
                        .await?;
                    panic!("a bug");
                })
            })
            .await;
        assert!(matches!(outcome, Err(CityError::Panicked)));
        assert_eq!(count(&city, "visits").await, 0);
        city.write(actor(), (), |tx, ()| {
            Box::pin(async move { tx.set("city.name", "澄川市").await })
        })
        .await
        .unwrap();
    }
);

each_database!(
    a_fact_belongs_to_the_fiscal_year_of_its_day_in_japan,
    [&TestService],
    async |city| {
        city.write(actor(), (), |tx, ()| {
            Box::pin(async move {
                // 31 March 23:30 and 1 April 00:30 in Japan.
                tx.record(Fact::one(&VISITS.name, at("2026-03-31T14:30:00Z")))
                    .await?;
                tx.record(Fact::one(&VISITS.name, at("2026-03-31T15:30:00Z")))
                    .await
            })
        })
        .await
        .unwrap();
        let days = yakuba_city::days_of(city.db(), &VISITS.name, FiscalYear::new(2025).unwrap())
            .await
            .unwrap();
        assert_eq!(
            days.iter().map(|day| day.day.as_str()).collect::<Vec<_>>(),
            ["2026-03-31"]
        );
        let days = yakuba_city::days_of(city.db(), &VISITS.name, FiscalYear::new(2026).unwrap())
            .await
            .unwrap();
        assert_eq!(
            days.iter().map(|day| day.day.as_str()).collect::<Vec<_>>(),
            ["2026-04-01"]
        );
    }
);

each_database!(
    the_same_fact_posted_twice_counts_once,
    [&TestService],
    async |city| {
        let post = |quantity: i64| {
            city.write(Actor::System("legacy".into()), quantity, |tx, quantity| {
                Box::pin(async move {
                    let fact = Fact::one(&VISITS.name, at("2026-05-01T00:00:00Z"))
                        .quantity(
                            Quantity::from_integer(*quantity)
                                .map_err(|_| CityError::QuantityOverflow)?,
                        )
                        .idempotency_key("2026-05-01");
                    tx.record(fact).await
                })
            })
        };
        assert!(post(5).await.unwrap());
        assert!(!post(5).await.unwrap());
        assert!(matches!(
            post(6).await,
            Err(CityError::IdempotencyConflict(_))
        ));
        assert_eq!(count(&city, "facts").await, 1);
    }
);

each_database!(
    a_fact_taken_back_leaves_both_facts_and_the_right_sums,
    [&TestService],
    async |city| {
        city.write(actor(), (), |tx, ()| {
            Box::pin(async move {
                for quantity in [3, 40, 7] {
                    let fact = Fact::one(&VISITS.name, at("2026-05-01T00:00:00Z")).quantity(
                        Quantity::from_integer(quantity)
                            .map_err(|_| CityError::QuantityOverflow)?,
                    );
                    tx.record(fact).await?;
                }
                Ok::<_, CityError>(())
            })
        })
        .await
        .unwrap();
        let facts = yakuba_city::facts_of_day(city.db(), &VISITS.name, date(2026, 5, 1), 0, 10)
            .await
            .unwrap();
        let wrong = facts
            .iter()
            .find(|fact| fact.quantity == 40_000)
            .unwrap()
            .id;
        let take_back = || {
            city.write(actor(), wrong, |tx, wrong| {
                Box::pin(tx.take_back(FactId(*wrong)))
            })
        };
        take_back().await.unwrap();
        assert!(matches!(take_back().await, Err(CityError::NotCorrectable)));
        let year = &yakuba_city::year_totals(city.db(), &[VISITS.name])
            .await
            .unwrap()[0];
        assert_eq!(
            (year.total, year.count, year.maximum),
            (10_000, 2, Some(7_000))
        );
        assert_eq!(count(&city, "facts").await, 4);
        assert_eq!(
            yakuba_city::recount(city.db()).await.unwrap().differences,
            vec![]
        );
    }
);

each_database!(
    a_recount_finds_a_tampered_roll_up,
    [&TestService],
    async |city| {
        city.write(actor(), (), |tx, ()| {
            Box::pin(async move {
                tx.record(Fact::one(&VISITS.name, tx.now())).await?;
                Ok::<_, CityError>(())
            })
        })
        .await
        .unwrap();
        city.write(actor(), (), |tx, ()| {
            Box::pin(async move {
                tx.connection()
                    .run("UPDATE fact_years SET total = 9000", [])
                    .await?;
                Ok::<_, CityError>(())
            })
        })
        .await
        .unwrap();
        let report = yakuba_city::recount(city.db()).await.unwrap();
        assert_eq!(report.differences.len(), 1);
        assert_eq!(
            (report.differences[0].stored, report.differences[0].counted),
            (Some(9_000), Some(1_000))
        );
    }
);

each_database!(
    an_undeclared_measure_is_refused,
    [&TestService],
    async |city| {
        let outcome = city
            .write(actor(), (), |tx, ()| {
                Box::pin(tx.record(Fact::one(
                    &MeasureName::declared("test.unknown"),
                    at("2026-05-01T00:00:00Z"),
                )))
            })
            .await;
        assert!(matches!(outcome, Err(CityError::UnknownMeasure(_))));
    }
);

each_database!(
    the_audit_chain_shows_a_changed_line,
    [&TestService],
    async |city| {
        for target in ["a", "b", "c"] {
            city.write(actor(), target, |tx, target| {
                Box::pin(async move {
                    tx.audit(AuditEntry::new("test.visit", *target));
                    Ok::<_, CityError>(())
                })
            })
            .await
            .unwrap();
        }
        city.write(actor(), (), |tx, ()| {
            Box::pin(async move {
                tx.connection()
                    .run("UPDATE audit_log SET target = 'x' WHERE number = 2", [])
                    .await?;
                Ok::<_, CityError>(())
            })
        })
        .await
        .unwrap();
        let report = yakuba_city::verify_audit(city.db()).await.unwrap();
        assert_eq!(report.broken.map(|(line, _)| line), Some(2));
    }
);

each_database!(
    an_event_becomes_a_job_that_runs_and_a_failing_job_waits_for_its_next_try,
    [&TestService],
    async |city| {
        let before = RUNS.load(Ordering::SeqCst);
        city.write(actor(), (), |tx, ()| {
            Box::pin(async move {
                tx.emit("test.happened", serde_json::json!({"id": 1}))
                    .await?;
                let fail = Job {
                    name: "test.fail",
                    payload: serde_json::Value::Null,
                    not_before: None,
                    deduplicate: None,
                };
                tx.enqueue(fail).await
            })
        })
        .await
        .unwrap();
        assert_eq!(yakuba_city::run_due_jobs(&city).await.unwrap(), 2);
        assert!(RUNS.load(Ordering::SeqCst) > before);
        let waiting = yakuba_city::waiting_jobs(city.db()).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0].last_error.as_deref(), Some("as it must"));
        // Its next try is not due yet.
        assert_eq!(yakuba_city::run_due_jobs(&city).await.unwrap(), 0);
    }
);

each_database!(
    search_finds_substrings_in_any_width_and_puts_titles_first,
    [&TestService],
    async |city| {
        city.write(actor(), (), |tx, ()| {
            Box::pin(async move {
                for (key, title, body, public) in [
                    ("a", "職員研修", "ＡＩの活用について", true),
                    ("b", "AI会議録", "時間を減らします", true),
                    ("c", "内部の AI 検討", "", false),
                ] {
                    tx.index(&SearchEntry {
                        service: "test",
                        key: key.into(),
                        title: title.into(),
                        body: body.into(),
                        url: format!("/{key}"),
                        public,
                    })
                    .await?;
                }
                Ok::<_, CityError>(())
            })
        })
        .await
        .unwrap();
        let keys = async |query: &str, public: bool| -> Vec<String> {
            let hits = yakuba_city::search(city.db(), query, None, public, 10)
                .await
                .unwrap();
            hits.into_iter().map(|hit| hit.key).collect()
        };
        assert_eq!(keys("ai", true).await, ["b", "a"]);
        assert_eq!(keys("ＡＩ", false).await.len(), 3);
        assert_eq!(keys("AI 研修", true).await, ["a"]);
        assert_eq!(keys("100%", true).await, Vec::<String>::new());
    }
);

each_database!(
    statements_go_together_and_say_what_the_last_one_changed,
    [&TestService],
    async |city| {
        let changed = city
            .write(actor(), (), |tx, ()| {
                Box::pin(async move {
                    let add = "INSERT INTO visits (note, kept) VALUES ($1, $2)";
                    let mut first = Together::new();
                    for note in ["a", "b", "c"] {
                        first.add(add, [note.into(), 0_i64.into()]);
                    }
                    first.run(tx.connection()).await?;
                    let mut second = Together::new();
                    second.add("DELETE FROM visits WHERE note = $1", ["a".into()]);
                    second.add(add, ["d".into(), 1_i64.into()]);
                    second.add(
                        "UPDATE visits SET kept = $2 WHERE note <> $1 AND kept <> $2",
                        ["a".into(), 1_i64.into()],
                    );
                    let changed = second.count_last(tx.connection()).await?;
                    Together::new().run(tx.connection()).await?;
                    assert_eq!(Together::new().count_last(tx.connection()).await?, 0);
                    Ok::<_, CityError>(changed)
                })
            })
            .await
            .unwrap();
        assert_eq!(
            changed, 2,
            "b and c: d came by another statement, with the right value"
        );
        assert_eq!(count(&city, "visits").await, 3);
        let refused: Result<(), CityError> = city
            .write(actor(), (), |tx, ()| {
                Box::pin(async move {
                    let mut together = Together::new();
                    together.add("INSERT INTO visits (note, kept) VALUES ('e', 0)", []);
                    together.add("INSERT INTO visits (note, kept) VALUES ('b', 0)", []);
                    together.run(tx.connection()).await?;
                    Ok(())
                })
            })
            .await;
        assert!(matches!(refused, Err(CityError::Database(_))));
        assert_eq!(count(&city, "visits").await, 3);
    }
);

each_database!(
    a_write_knows_the_sums_of_its_own_facts,
    [&TestService],
    async |city| {
        fn fact(note: &str) -> Fact {
            Fact::one(&VISITS.name, at("2026-05-01T00:00:00Z")).record(format!("visits/{note}"))
        }
        let sums = city
            .write(actor(), (), |tx, ()| {
                Box::pin(async move {
                    let measures = [VISITS.name];
                    tx.record(fact("a")).await?;
                    tx.record_all(&[fact("b"), fact("c")]).await?;
                    let three = tx.year_totals(&measures).await?;
                    tx.record(fact("d")).await?;
                    let first: Option<i64> = tx
                        .connection()
                        .value("SELECT MIN(id) FROM facts", [])
                        .await?;
                    tx.take_back(FactId(first.unwrap())).await?;
                    tx.record(fact("e")).await?;
                    let four = tx.year_totals(&measures).await?;
                    tx.record(fact("f")).await?;
                    Ok::<_, CityError>([three[0].count, four[0].count])
                })
            })
            .await
            .unwrap();
        assert_eq!(sums, [3, 4]);
        let all = yakuba_city::year_totals(city.db(), &[VISITS.name])
            .await
            .unwrap();
        assert_eq!(all[0].count, 5);
        let report = yakuba_city::recount(city.db()).await.unwrap();
        assert_eq!((report.facts, report.differences.len()), (7, 0));
    }
);

each_database!(
    many_lines_and_jobs_of_one_write_stand_in_their_order,
    [&TestService],
    async |city| {
        city.write(actor(), (), |tx, ()| {
            Box::pin(async move {
                for number in 0..250_i64 {
                    tx.audit(AuditEntry::new("test.visit", format!("visit/{number}")));
                    tx.enqueue(Job {
                        name: "test.fail",
                        payload: serde_json::json!({ "number": number }),
                        not_before: None,
                        deduplicate: (number < 2).then(|| "once".to_owned()),
                    })
                    .await?;
                }
                Ok::<_, CityError>(())
            })
        })
        .await
        .unwrap();
        let report = yakuba_city::verify_audit(city.db()).await.unwrap();
        assert_eq!((report.lines, report.broken), (250, None));
        let jobs = yakuba_city::waiting_jobs(city.db()).await.unwrap();
        let numbers: Vec<String> = jobs.iter().map(|job| job.payload.clone()).collect();
        let wanted: Vec<String> = std::iter::once(0)
            .chain(2..250)
            .map(|number| format!("{{\"number\":{number}}}"))
            .collect();
        assert_eq!(numbers, wanted);
    }
);

/// Writes of a real city wait for the disk (SQLite's `synchronous` 2, FULL); those of a city that is being made again may not (1, NORMAL).
#[tokio::test]
async fn writes_wait_for_the_disk_unless_the_city_can_be_made_again() {
    for (durability, expected) in [(None, 2), (Some(Durability::ProcessEnd), 1)] {
        let directory = tempfile::tempdir().unwrap();
        let ordinary = CitySettings::in_directory(directory.path());
        let city = City::open(
            CitySettings {
                durability: durability.unwrap_or(ordinary.durability),
                ..ordinary
            },
            &[],
        )
        .await
        .unwrap();
        let synchronous: Option<i64> = city
            .write(Actor::CommandLine, (), |tx, ()| {
                Box::pin(async move {
                    Ok::<_, CityError>(tx.connection().value("PRAGMA synchronous", []).await?)
                })
            })
            .await
            .unwrap();
        assert_eq!(synchronous, Some(expected));
    }
}
