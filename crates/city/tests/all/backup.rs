//! Backups: taken while writing goes on, restored into either database, refused when they do not hold together.

use std::{
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use sea_orm::ConnectionTrait as _;
use yakuba_city::{
    Actor, AuditEntry, City, CityError, CitySettings, Clock, DatabaseUrl, Fact, Measure,
    MeasureKind, Migration, Service,
    backup::{self, BackupError, KeyState},
    each_database, recount, setting,
    sql::Sql as _,
    testing::test_moment,
    verify_audit,
};
use yakuba_kernel::MeasureName;

/// A service whose tables try what is hard: references to itself and across tables, bytes, empty values.
struct Trees;

const TREE: &str = "CREATE TABLE leaves (
  id ID,
  tree BIGINT NOT NULL REFERENCES trees (id),
  picture BYTEA
);
";
// A later step adds the table that leaves refer to nothing of, so that a backup can be older than the program.
const LATER: &str = "CREATE TABLE nests (id ID, tree BIGINT REFERENCES trees (id));\n";

static MEASURES: [Measure; 1] = [Measure {
    name: MeasureName::declared("trees.planted"),
    kind: MeasureKind::Flow,
    unit: "本",
    name_ja: "植えた木",
    name_en: "Trees planted",
}];

impl Service for Trees {
    fn name(&self) -> &'static str {
        "trees"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration::new(
                "trees_0001_start",
                "CREATE TABLE trees (id ID, name TEXT NOT NULL UNIQUE, parent BIGINT REFERENCES trees (id), note TEXT);\n
                 INSERT INTO trees (name) VALUES ('planted by the step itself');\n",
            ),
            Migration::new("trees_0002_leaves", TREE),
        ]
    }

    fn measures(&self) -> &'static [Measure] {
        &MEASURES
    }
}

/// The same service one version later.
struct LaterTrees;

impl Service for LaterTrees {
    fn name(&self) -> &'static str {
        "trees"
    }

    fn migrations(&self) -> Vec<Migration> {
        let mut steps = Trees.migrations();
        steps.push(Migration::new("trees_0003_nests", LATER));
        steps
    }

    fn measures(&self) -> &'static [Measure] {
        &MEASURES
    }
}

async fn plant(city: &City, number: i64) -> Result<(), CityError> {
    city.write(Actor::CommandLine, number, |tx, number| {
        Box::pin(async move {
            tx.connection()
                .run(
                    "INSERT INTO trees (name, note) VALUES ($1, $2)",
                    [
                        format!("木{number} \"\\\n").into(),
                        sea_orm::Value::String(None),
                    ],
                )
                .await
                .map_err(CityError::from)?;
            tx.record(Fact::one(&MEASURES[0].name, tx.now()).record(format!("trees/{number}")))
                .await?;
            tx.audit(AuditEntry::new("trees.plant", format!("trees/{number}")));
            Ok(())
        })
    })
    .await
}

async fn grow(city: &City) {
    for number in 0..30 {
        plant(city, number).await.unwrap();
    }
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            // The first tree hangs on the last: no order of insertion satisfies every reference.
            for statement in [
                "UPDATE trees SET parent = (SELECT MAX(id) FROM trees) WHERE id = 1",
                "INSERT INTO leaves (tree) VALUES (2)",
                // The highest number was given out and must not be given out again.
                "INSERT INTO leaves (tree) VALUES (2)",
                "DELETE FROM leaves WHERE id = (SELECT MAX(id) FROM leaves)",
            ] {
                tx.connection()
                    .execute_unprepared(statement)
                    .await
                    .map_err(CityError::from)?;
            }
            tx.connection()
                .run(
                    "UPDATE leaves SET picture = $1",
                    [vec![0_u8, 255, 10, 13, 34].into()],
                )
                .await
                .map_err(CityError::from)?;
            tx.set("city.name", "澄川市").await
        })
    })
    .await
    .unwrap();
}

fn in_file(directory: &Path) -> CitySettings {
    CitySettings {
        clock: Clock::fixed(test_moment()),
        ..CitySettings::in_directory(directory)
    }
}

/// A place on the other database, and how to remove it; none when there is no PostgreSQL.
fn elsewhere(city: &City, directory: &Path) -> Option<CitySettings> {
    match city.database() {
        DatabaseUrl::Postgres { .. } => Some(in_file(directory)),
        DatabaseUrl::Sqlite(_) => {
            let url = std::env::var("YAKUBA_TEST_POSTGRES_URL").ok()?;
            let name = directory.file_name()?.to_string_lossy().to_lowercase();
            let schema = format!(
                "moved_{}",
                name.replace(|c: char| !c.is_ascii_alphanumeric(), "")
            );
            Some(CitySettings {
                database: DatabaseUrl::Postgres { url, schema },
                readers: 2,
                ..in_file(directory)
            })
        }
    }
}

async fn remove(settings: &CitySettings) {
    if let DatabaseUrl::Postgres { url, schema } = &settings.database {
        let connection = sea_orm::Database::connect(url).await.unwrap();
        let sql = format!("DROP SCHEMA {schema} CASCADE");
        connection.execute_unprepared(&sql).await.unwrap();
    }
}

each_database!(
    a_city_moves_to_the_other_database_and_back,
    [&Trees],
    async |city| {
        grow(&city).await;
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("first.yakuba");
        let taken = backup::write(&city, &first, false).await.unwrap();
        assert!(taken.rows() > 60);

        let there = tempfile::tempdir().unwrap();
        let Some(settings) = elsewhere(&city, there.path()) else {
            return;
        };
        let restored = backup::restore(&settings, &[&Trees], &first, false)
            .await
            .unwrap();
        assert_eq!(restored.audit.broken, None);
        assert_eq!(restored.recount.differences, []);
        assert_eq!(restored.recount.facts, 30);
        let moved = City::open(settings.clone(), &[&Trees]).await.unwrap();
        assert_eq!(
            setting(moved.db(), "city.name").await.unwrap().unwrap(),
            "澄川市"
        );

        // The rows are the same to the byte, so their hashes are.
        let second = folder.path().join("second.yakuba");
        let again = backup::write(&moved, &second, false).await.unwrap();
        assert_eq!(again.tables, taken.tables);
        assert_eq!(again.audit_head, taken.audit_head);
        assert_ne!(again.database, taken.database);

        // It lives on: new rows get new numbers, the chain goes on.
        plant(&moved, 1000).await.unwrap();
        let leaf: Option<i64> = moved
            .write(Actor::CommandLine, (), |tx, ()| {
                Box::pin(async move {
                    tx.connection()
                        .value("INSERT INTO leaves (tree) VALUES (3) RETURNING id", [])
                        .await
                        .map_err(CityError::from)
                })
            })
            .await
            .unwrap();
        assert_eq!(leaf, Some(3));
        assert_eq!(verify_audit(moved.db()).await.unwrap().broken, None);
        assert_eq!(recount(moved.db()).await.unwrap().differences, []);

        // References are checked again as before.
        let dangling = moved
            .write(Actor::CommandLine, (), |tx, ()| {
                Box::pin(async move {
                    tx.connection()
                        .run("INSERT INTO leaves (tree) VALUES (999999)", [])
                        .await
                        .map_err(CityError::from)
                })
            })
            .await;
        assert!(dangling.is_err());

        let home = tempfile::tempdir().unwrap();
        let restored = backup::restore(&in_file(home.path()), &[&Trees], &second, false)
            .await
            .unwrap();
        assert_eq!(restored.manifest.tables, taken.tables);
        drop(moved);
        remove(&settings).await;
    }
);

each_database!(
    a_backup_taken_while_writing_shows_one_moment,
    [&Trees],
    async |city| {
        grow(&city).await;
        let writer: City = City::clone(&city);
        let (stop, mut stopped) = tokio::sync::watch::channel(false);
        let writing = tokio::spawn(async move {
            let mut number = 100;
            while !*stopped.borrow_and_update() {
                plant(&writer, number).await.unwrap();
                number += 1;
            }
            number
        });
        let folder = tempfile::tempdir().unwrap();
        for round in 0..3 {
            let file = folder.path().join(format!("{round}.yakuba"));
            let manifest = backup::write(&city, &file, false).await.unwrap();
            let rows = |name: &str| {
                let table = manifest.tables.iter().find(|table| table.name == name);
                table.unwrap().rows
            };
            // One tree, one fact and one audit line are written together: the snapshot has all or none of them.
            assert_eq!(rows("trees"), rows("facts") + 1);
            assert_eq!(rows("audit_log"), rows("facts"));
            let there = tempfile::tempdir().unwrap();
            let restored = backup::restore(&in_file(there.path()), &[&Trees], &file, false)
                .await
                .unwrap();
            assert_eq!(restored.audit.broken, None);
            assert_eq!(restored.audit.head, manifest.audit_head);
            assert_eq!(restored.recount.differences, []);
            assert_eq!(
                u64::try_from(restored.recount.facts).unwrap(),
                rows("facts")
            );
        }
        stop.send(true).unwrap();
        assert!(writing.await.unwrap() > 100, "writing went on meanwhile");
    }
);

each_database!(
    an_older_backup_gets_the_newer_tables,
    [&Trees],
    async |city| {
        grow(&city).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("city.yakuba");
        backup::write(&city, &file, false).await.unwrap();
        let there = tempfile::tempdir().unwrap();
        backup::restore(&in_file(there.path()), &[&LaterTrees], &file, false)
            .await
            .unwrap();
        let restored = City::open(in_file(there.path()), &[&LaterTrees])
            .await
            .unwrap();
        let nests: Option<i64> = restored
            .db()
            .value("SELECT COUNT(*) FROM nests", [])
            .await
            .unwrap();
        assert_eq!(nests, Some(0));

        // The other way round the program lacks a table, and says so.
        let newer = folder.path().join("newer.yakuba");
        backup::write(&restored, &newer, false).await.unwrap();
        let nowhere = tempfile::tempdir().unwrap();
        let refused = backup::restore(&in_file(nowhere.path()), &[&Trees], &newer, false).await;
        assert!(
            matches!(refused, Err(BackupError::Newer { .. })),
            "{refused:?}"
        );
        assert!(!nowhere.path().join("yakuba.sqlite").exists());
    }
);

each_database!(
    a_city_is_replaced_only_when_asked_and_kept_beside,
    [&Trees],
    async |city| {
        grow(&city).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("city.yakuba");
        backup::write(&city, &file, false).await.unwrap();

        let there = tempfile::tempdir().unwrap();
        let settings = match city.database() {
            DatabaseUrl::Sqlite(_) => in_file(there.path()),
            DatabaseUrl::Postgres { url, schema } => CitySettings {
                database: DatabaseUrl::Postgres {
                    url: url.clone(),
                    schema: format!("{schema}_other"),
                },
                readers: 2,
                ..in_file(there.path())
            },
        };
        {
            let other = City::open(settings.clone(), &[&Trees]).await.unwrap();
            plant(&other, 7).await.unwrap();
            let refused = backup::restore(&settings, &[&Trees], &file, true).await;
            assert!(matches!(refused, Err(BackupError::InUse(_))), "{refused:?}");
            other.db().clone().close().await.unwrap();
        }
        // The writing connection closes in its own task once the city is gone.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let refused = backup::restore(&settings, &[&Trees], &file, false).await;
        assert!(
            matches!(refused, Err(BackupError::NotEmpty(_))),
            "{refused:?}"
        );
        let restored = backup::restore(&settings, &[&Trees], &file, true)
            .await
            .unwrap();
        let former = restored.former.unwrap();
        if let DatabaseUrl::Sqlite(_) = settings.database {
            assert!(Path::new(&former).exists());
        }
        let other = City::open(settings.clone(), &[&Trees]).await.unwrap();
        let trees: Option<i64> = other
            .db()
            .value("SELECT COUNT(*) FROM trees", [])
            .await
            .unwrap();
        assert_eq!(trees, Some(31));
        drop(other);
        remove(&settings).await;
        if let DatabaseUrl::Postgres { url, .. } = &settings.database {
            let schema = former.trim_start_matches("the schema ").to_owned();
            remove(&CitySettings {
                database: DatabaseUrl::Postgres {
                    url: url.clone(),
                    schema,
                },
                ..settings.clone()
            })
            .await;
        }
    }
);

/// Writes the archive anew with one entry changed.
fn changed(file: &Path, entry: &str, change: impl Fn(String) -> String) -> PathBuf {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let path = file.with_extension("changed");
    let mut copy = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for place in 0..archive.len() {
        let mut old = archive.by_index(place).unwrap();
        let mut text = String::new();
        old.read_to_string(&mut text).unwrap();
        copy.start_file(old.name(), zip::write::SimpleFileOptions::default())
            .unwrap();
        let text = if old.name() == entry {
            change(text)
        } else {
            text
        };
        copy.write_all(text.as_bytes()).unwrap();
    }
    copy.finish().unwrap();
    path
}

each_database!(a_damaged_backup_changes_nothing, [&Trees], async |city| {
    grow(&city).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.yakuba");
    backup::write(&city, &file, false).await.unwrap();
    let there = tempfile::tempdir().unwrap();
    let settings = in_file(there.path());

    let altered = changed(&file, "tables/trees.jsonl", |text| {
        text.replace("木3", "木4")
    });
    let refused = backup::restore(&settings, &[&Trees], &altered, false).await;
    assert!(
        matches!(&refused, Err(BackupError::Damaged { table, .. }) if table == "trees"),
        "{refused:?}"
    );

    let foreign = changed(&file, "manifest.json", |text| {
        text.replace("yakuba-backup/1", "x/1")
    });
    let refused = backup::restore(&settings, &[&Trees], &foreign, false).await;
    assert!(
        matches!(refused, Err(BackupError::NotABackup { .. })),
        "{refused:?}"
    );

    let nonsense = folder.path().join("nonsense");
    std::fs::write(&nonsense, "this is no archive").unwrap();
    let refused = backup::restore(&settings, &[&Trees], &nonsense, false).await;
    assert!(
        matches!(refused, Err(BackupError::NotABackup { .. })),
        "{refused:?}"
    );

    assert_eq!(std::fs::read_dir(there.path()).unwrap().count(), 0);
    let refused = backup::write(&city, &file, false).await;
    assert!(
        matches!(refused, Err(BackupError::Exists(_))),
        "{refused:?}"
    );
});

each_database!(the_key_goes_along_only_when_asked, [&Trees], async |city| {
    grow(&city).await;
    std::fs::write(
        city.data_directory().join(backup::KEY_FILE),
        b"a very secret key",
    )
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (without, with) = (folder.path().join("without"), folder.path().join("with"));
    backup::write(&city, &without, false).await.unwrap();
    backup::write(&city, &with, true).await.unwrap();

    let one = tempfile::tempdir().unwrap();
    let restored = backup::restore(&in_file(one.path()), &[&Trees], &without, false)
        .await
        .unwrap();
    assert_eq!(restored.key, KeyState::Missing);
    let two = tempfile::tempdir().unwrap();
    let restored = backup::restore(&in_file(two.path()), &[&Trees], &with, false)
        .await
        .unwrap();
    assert_eq!(restored.key, KeyState::Restored);
    let key = std::fs::read(two.path().join(backup::KEY_FILE)).unwrap();
    assert_eq!(key, b"a very secret key");
    let restored = backup::restore(&in_file(two.path()), &[&Trees], &without, true)
        .await
        .unwrap();
    assert_eq!(restored.key, KeyState::Present);
});
