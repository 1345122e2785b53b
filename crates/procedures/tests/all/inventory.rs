//! The inventory: what is kept, what its facts add up to, and bringing it in from a table. On both databases.

use std::{sync::Arc, time::Duration};

use crate::support::{application, city_key, document, put_live};
use jiff::civil::date;
use tokio::sync::Notify;
use yakuba_city::{Actor, City, Fact, each_database, sql::Sql as _, year_totals};
use yakuba_identity::{IdentityError, IdentityService, NewDepartment, create_department};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear, Subject};
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    capabilities::{APPLICATIONS, APPLICATIONS_EXCLUDED, ELIGIBLE, ONLINE, RECEIVED},
    model::inventory::{
        Counts, Entry, EntryProblem, Period, indicators,
        sheet::{self, RowProblem, read_sheets},
    },
    store::cases,
    store::inventory::{
        self as store, ImportPreview, add_entry, change_entry, commit_import, entries, entry,
        imbalances, preview_import, record_received, save_counts,
    },
};
use yakuba_sheets::{CsvOptions, Limits, read, write_csv, write_xlsx};

fn code(text: &str) -> DepartmentCode {
    DepartmentCode::new(text).unwrap()
}

fn year(year: i32) -> FiscalYear {
    FiscalYear::new(year).unwrap()
}

async fn departments(city: &City) {
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            for (position, (department, name)) in
                (0..).zip([("environment", "環境課"), ("tax", "税務課")])
            {
                let new = NewDepartment {
                    code: DepartmentCode::new(department).unwrap(),
                    name_ja: name.to_owned(),
                    name_en: department.to_owned(),
                    parent: None,
                    first_day: date(2010, 4, 1),
                    last_day: None,
                    position,
                };
                create_department(tx, &new).await?;
            }
            Ok::<_, IdentityError>(())
        })
    })
    .await
    .unwrap();
}

fn dog(number: &str) -> Entry {
    Entry::new(number, "犬の登録", code("environment"), date(2022, 4, 1))
}

async fn add(city: &City, entry: Entry) -> Result<(), ProcedureError> {
    city.write(Actor::Staff(1), entry, |tx, entry| {
        Box::pin(async move { add_entry(tx, entry, &Counts::default()).await })
    })
    .await
}

async fn change(city: &City, entry: Entry, revision: i64) -> Result<(), ProcedureError> {
    city.write(
        Actor::Staff(1),
        (entry, revision),
        |tx, (entry, revision)| Box::pin(change_entry(tx, entry, None, *revision)),
    )
    .await
}

async fn receive(city: &City, key: &'static str, channel: Channel) {
    city.write(Actor::Public, (key, channel), |tx, (key, channel)| {
        Box::pin(async move {
            let fact = Fact::one(&RECEIVED.name, tx.now())
                .department(DepartmentCode::new("environment").unwrap())
                .channel(*channel)
                .subject(Subject::new(*key).unwrap());
            record_received(tx, fact).await
        })
    })
    .await
    .unwrap();
}

/// The sum of a measure over everything, in units.
async fn sum(city: &City, measure: &yakuba_city::Measure) -> i64 {
    year_totals(city.db(), std::slice::from_ref(&measure.name))
        .await
        .unwrap()
        .iter()
        .map(|total| total.total / 1000)
        .sum()
}

async fn balanced(city: &City) {
    assert_eq!(imbalances(city.db()).await.unwrap(), Vec::<String>::new());
}

each_database!(
    facts_follow_every_change,
    [&IdentityService, &ProcedureService],
    async |city| {
        departments(&city).await;
        add(&city, dog("K-1")).await.unwrap();
        assert_eq!(
            (sum(&city, &ELIGIBLE).await, sum(&city, &ONLINE).await),
            (1, 0)
        );
        assert!(matches!(
            add(&city, dog("K-1")).await,
            Err(ProcedureError::Inventory(EntryProblem::NumberTaken))
        ));
        let mut nowhere = dog("K-2");
        nowhere.department = code("nowhere");
        assert!(matches!(
            add(&city, nowhere).await,
            Err(ProcedureError::Inventory(EntryProblem::Department))
        ));

        let mut online = dog("K-1");
        online.online_since = Some(date(2024, 4, 1));
        change(&city, online.clone(), 1).await.unwrap();
        assert_eq!(
            (sum(&city, &ELIGIBLE).await, sum(&city, &ONLINE).await),
            (1, 1)
        );
        assert!(matches!(
            change(&city, online.clone(), 1).await,
            Err(ProcedureError::ChangedMeanwhile)
        ));

        let may = Period::of_month(year(2026), 5).unwrap();
        let typed = vec![
            ("K-1".to_owned(), may, Channel::Counter, Some(30)),
            (
                "K-1".to_owned(),
                Period::undivided(year(2025)),
                Channel::Paper,
                Some(12),
            ),
        ];
        let save = async |typed| {
            city.write(Actor::Staff(1), typed, |tx, typed: &Vec<_>| {
                Box::pin(async move { save_counts(tx, typed).await })
            })
            .await
            .unwrap()
        };
        assert_eq!(save(typed.clone()).await, 2);
        assert_eq!(save(typed).await, 0, "saving twice changes nothing");
        assert_eq!(sum(&city, &APPLICATIONS).await, 42);
        // A lower number writes the difference.
        save(vec![("K-1".to_owned(), may, Channel::Counter, Some(10))]).await;
        assert_eq!(sum(&city, &APPLICATIONS).await, 22);
        let facts: i64 = city
            .db()
            .value(
                "SELECT COUNT(*) FROM facts WHERE measure = $1",
                [APPLICATIONS.name.as_str().into()],
            )
            .await
            .unwrap()
            .unwrap();
        assert_eq!(facts, 3);
        balanced(&city).await;

        let revision = entry(city.db(), "K-1").await.unwrap().unwrap().revision;
        let mut moved = online.clone();
        moved.department = code("tax");
        moved.exclusion = "法令で来庁が必要".to_owned();
        change(&city, moved.clone(), revision).await.unwrap();
        assert_eq!(
            (sum(&city, &ELIGIBLE).await, sum(&city, &ONLINE).await),
            (0, 0)
        );
        assert_eq!(sum(&city, &APPLICATIONS).await, 0);
        assert_eq!(sum(&city, &APPLICATIONS_EXCLUDED).await, 22);
        balanced(&city).await;
        assert!(
            entries(city.db(), Some(&code("environment")))
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            entries(city.db(), Some(&code("tax"))).await.unwrap().len(),
            1
        );
    }
);

each_database!(
    what_is_received_here_counts_as_soon_as_it_is_linked,
    [&IdentityService, &ProcedureService],
    async |city| {
        departments(&city).await;
        receive(&city, "dog-registration", Channel::Online).await;
        receive(&city, "dog-registration", Channel::Counter).await;
        let mut linked = dog("K-1");
        linked.online_since = Some(date(2024, 4, 1));
        add(&city, linked.clone()).await.unwrap();
        assert_eq!(sum(&city, &APPLICATIONS).await, 0);

        linked.procedure_key = Some("dog-registration".to_owned());
        change(&city, linked.clone(), 1).await.unwrap();
        assert_eq!(sum(&city, &APPLICATIONS).await, 2);
        let mut other = dog("K-2");
        other.procedure_key = Some("dog-registration".to_owned());
        assert!(matches!(
            add(&city, other).await,
            Err(ProcedureError::Inventory(EntryProblem::KeyTaken))
        ));

        receive(&city, "dog-registration", Channel::Online).await;
        receive(&city, "another-procedure", Channel::Online).await;
        let listed = entries(city.db(), None).await.unwrap();
        let today = city.today();
        let present = FiscalYear::from_date(today);
        assert_eq!(listed[0].applications(present, Channel::Online), Some(2));
        assert_eq!(listed[0].all_applications(present), Some(3));
        let found = indicators(&listed, present, today);
        assert_eq!(found.usage.unwrap().to_string(), "66.7");
        assert_eq!(found.online_rate.unwrap().to_string(), "100");
        balanced(&city).await;

        linked.procedure_key = None;
        change(&city, linked, 2).await.unwrap();
        assert_eq!(sum(&city, &APPLICATIONS).await, 0);
        balanced(&city).await;
    }
);

const TABLE: &str = "番号,手続名,担当課,根拠法令,押印,オンライン開始日,令和7年度 オンライン,令和7年度 窓口\n\
K-1,犬の登録,環境課,狂犬病予防法第4条,不要,2023-10-01,300,700\n\
K-2,所得証明書の交付,税務課,地方税法,要,,,7000\n";

async fn preview(city: &City, bytes: &[u8], name: &str) -> ImportPreview {
    let book = read(bytes, name, &Limits::default()).unwrap();
    let table = read_sheets(&book.sheets).unwrap();
    preview_import(city.db(), &table, city.today(), |_| true)
        .await
        .unwrap()
}

async fn commit(city: &City, preview: ImportPreview) -> Result<(), ProcedureError> {
    city.write(Actor::Staff(1), preview, |tx, preview| {
        Box::pin(async move { commit_import(tx, &preview.differences).await })
    })
    .await
}

each_database!(
    a_table_comes_in_once_and_what_goes_out_comes_back,
    [&IdentityService, &ProcedureService],
    async |city| {
        departments(&city).await;
        let first = preview(&city, TABLE.as_bytes(), "台帳.csv").await;
        assert_eq!((first.differences.len(), first.notes.len()), (2, 0));
        commit(&city, first.clone()).await.unwrap();
        assert!(matches!(
            commit(&city, first).await,
            Err(ProcedureError::Inventory(EntryProblem::NumberTaken))
        ));
        assert_eq!(sum(&city, &APPLICATIONS).await, 8000);
        balanced(&city).await;

        let again = preview(&city, TABLE.as_bytes(), "台帳.csv").await;
        assert_eq!((again.differences.len(), again.unchanged), (0, 2));

        let listed = entries(city.db(), None).await.unwrap();
        let names = yakuba_identity::department_names(city.db(), true)
            .await
            .unwrap();
        let table = sheet::table(&listed.iter().collect::<Vec<_>>(), &names);
        let csv = write_csv(&table, CsvOptions::default()).bytes;
        let xlsx = write_xlsx(&table).unwrap();
        for (bytes, name) in [(csv, "a.csv"), (xlsx, "a.xlsx")] {
            let back = preview(&city, &bytes, name).await;
            assert_eq!(
                (back.differences.len(), back.unchanged, back.notes.len()),
                (0, 2, 0),
                "{name}: {:?}",
                back.differences
            );
        }

        let changed = TABLE
            .replace(",700", ",650")
            .replace("地方税法", "地方税法第20条の10");
        let changed = preview(&city, changed.as_bytes(), "台帳.csv").await;
        assert_eq!(changed.differences.len(), 2);
        assert_eq!(changed.differences[0].changes.len(), 1);
        let mut stale = entry(city.db(), "K-2").await.unwrap().unwrap();
        stale.entry.title = "所得・課税証明書の交付".to_owned();
        change(&city, stale.entry, stale.revision).await.unwrap();
        assert!(matches!(
            commit(&city, changed).await,
            Err(ProcedureError::ChangedMeanwhile)
        ));
        assert_eq!(sum(&city, &APPLICATIONS).await, 8000, "all or nothing");
        balanced(&city).await;
    }
);

each_database!(
    rows_that_cannot_be_taken_say_why,
    [&IdentityService, &ProcedureService],
    async |city| {
        departments(&city).await;
        let text = format!("{TABLE}K-1,犬の登録,環境課,,,,,\nK-3,謎の届,水道課,,,,,\n");
        let book = read(text.as_bytes(), "台帳.csv", &Limits::default()).unwrap();
        let table = read_sheets(&book.sheets).unwrap();
        let own = |department: &DepartmentCode| department.as_str() == "environment";
        let preview = preview_import(city.db(), &table, city.today(), own)
            .await
            .unwrap();
        assert_eq!(preview.differences.len(), 1);
        let notes: Vec<_> = preview
            .notes
            .iter()
            .map(|note| (note.line, note.problems[0].clone()))
            .collect();
        assert_eq!(
            notes,
            [
                (3, RowProblem::NotYours),
                (4, RowProblem::Twice),
                (5, RowProblem::Entry(EntryProblem::Department)),
            ]
        );
        assert!(
            store::linked_to(city.db(), "nothing")
                .await
                .unwrap()
                .is_none()
        );
    }
);

/// Receives an application, tells that it has written its rows, and takes its time to commit.
async fn receive_slowly(city: City, submission: String, written: Arc<Notify>, pause: Duration) {
    let sealed = application(&submission).seal(&city_key()).unwrap();
    city.write(
        Actor::Public,
        (sealed, written, pause),
        |tx, (sealed, written, pause)| {
            Box::pin(async move {
                cases::submit(tx, sealed).await?;
                written.notify_one();
                tokio::time::sleep(*pause).await;
                Ok::<_, ProcedureError>(())
            })
        },
    )
    .await
    .unwrap();
}

/// Changes an entry, tells that it has, and takes its time to commit.
async fn change_slowly(city: City, entry: Entry, written: Arc<Notify>, pause: Duration) {
    city.write(
        Actor::Staff(1),
        (entry, written, pause),
        |tx, (entry, written, pause)| {
            Box::pin(async move {
                let stands = store::entry(tx.connection(), &entry.number).await?;
                change_entry(tx, entry, None, stands.map_or(0, |stands| stands.revision)).await?;
                written.notify_one();
                tokio::time::sleep(*pause).await;
                Ok::<_, ProcedureError>(())
            })
        },
    )
    .await
    .unwrap();
}

each_database!(
    an_application_counts_however_close_it_is_to_a_change_of_its_entry,
    [&IdentityService, &ProcedureService],
    async |city| {
        const PAUSE: Duration = Duration::from_millis(200);
        departments(&city).await;
        put_live(&city, document()).await;
        add(&city, dog("K-1")).await.unwrap();
        let linked = Entry {
            procedure_key: Some("dog-registration".to_owned()),
            ..dog("K-1")
        };
        let elsewhere = Entry {
            department: code("tax"),
            ..linked.clone()
        };
        // Linked, handed to another department, taken apart again: each while an application is on its way to its commit…
        for (round, entry) in [linked.clone(), elsewhere, dog("K-1"), linked.clone()]
            .into_iter()
            .enumerate()
        {
            let written = Arc::new(Notify::new());
            let receiving = tokio::spawn(receive_slowly(
                city.clone(),
                format!("before/{round}"),
                written.clone(),
                PAUSE,
            ));
            written.notified().await;
            change_slowly(city.clone(), entry, Arc::new(Notify::new()), Duration::ZERO).await;
            receiving.await.unwrap();
            balanced(&city).await;
        }
        // …and the other way round.
        for (round, entry) in [dog("K-1"), linked].into_iter().enumerate() {
            let written = Arc::new(Notify::new());
            let changing = tokio::spawn(change_slowly(city.clone(), entry, written.clone(), PAUSE));
            written.notified().await;
            receive_slowly(
                city.clone(),
                format!("after/{round}"),
                Arc::new(Notify::new()),
                Duration::ZERO,
            )
            .await;
            changing.await.unwrap();
            balanced(&city).await;
        }
        assert_eq!(sum(&city, &RECEIVED).await, 6);
        assert_eq!(sum(&city, &APPLICATIONS).await, 6);
    }
);

each_database!(
    an_application_counts_when_its_procedure_is_made_while_it_is_being_linked,
    [&IdentityService, &ProcedureService],
    async |city| {
        const PAUSE: Duration = Duration::from_millis(400);
        departments(&city).await;
        // The inventory names the procedure before there is one: there is no row yet that could be locked.
        let linked = Entry {
            procedure_key: Some("dog-registration".to_owned()),
            ..dog("K-1")
        };
        let written = Arc::new(Notify::new());
        let adding = tokio::spawn({
            let (city, written) = (city.clone(), written.clone());
            async move {
                city.write(
                    Actor::Staff(1),
                    (linked, written),
                    |tx, (entry, written)| {
                        Box::pin(async move {
                            add_entry(tx, entry, &Counts::default()).await?;
                            written.notify_one();
                            tokio::time::sleep(PAUSE).await;
                            Ok::<_, ProcedureError>(())
                        })
                    },
                )
                .await
                .unwrap();
            }
        });
        written.notified().await;
        put_live(&city, document()).await;
        receive_slowly(
            city.clone(),
            "first".to_owned(),
            Arc::new(Notify::new()),
            Duration::ZERO,
        )
        .await;
        adding.await.unwrap();
        balanced(&city).await;
        assert_eq!(sum(&city, &RECEIVED).await, 1);
        assert_eq!(sum(&city, &APPLICATIONS).await, 1);
    }
);
