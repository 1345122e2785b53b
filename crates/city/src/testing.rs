//! Cities for tests: the same test body runs on SQLite and on PostgreSQL.
//!
//! PostgreSQL tests use the server named in `YAKUBA_TEST_POSTGRES_URL`, each in a schema of its own that is
//! dropped afterwards; without the variable they pass with a line saying that they were left out.

use std::path::Path;

use jiff::Timestamp;
use sea_orm::{ConnectionTrait as _, Database};

use crate::{City, CitySettings, Clock, DatabaseUrl, Durability, Service};

/// A city that goes away with the test.
pub struct TestCity {
    city: City,
    directory: tempfile::TempDir,
}

impl std::ops::Deref for TestCity {
    type Target = City;

    fn deref(&self) -> &City {
        &self.city
    }
}

impl TestCity {
    /// Its data directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}

/// The moment at which tests take place: 21 November 2026, 10:00 in Japan.
pub fn test_moment() -> Timestamp {
    Timestamp::from_second(1_795_222_800).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A service that knows a few places by name, for the lists of services that do not know places: 中央公民館 twice, and 本町1-1 as an address
/// that can mean nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub struct KnownPlaces;

impl Service for KnownPlaces {
    fn name(&self) -> &'static str {
        "known_places"
    }

    fn migrations(&self) -> Vec<crate::Migration> {
        Vec::new()
    }

    fn places(&self) -> Option<crate::FindPlaces> {
        Some(|_, words, _| {
            let known = [
                ("中央公民館", 34_401_000, 135_050_000),
                ("中央公民館分館", 34_500_000, 135_050_000),
                ("本町1-1", 34_401_000, 135_050_000),
            ];
            let found = known
                .into_iter()
                .filter(|(name, ..)| name.contains(words))
                .filter_map(|(name, latitude, longitude)| {
                    Some(crate::NamedPlace {
                        name: name.to_owned(),
                        note: "施設".to_owned(),
                        point: yakuba_kernel::Point::from_millionths(latitude, longitude).ok()?,
                        is_meant: name == words,
                    })
                })
                .collect();
            Box::pin(async move { Ok(found) })
        })
    }
}

/// Runs a test body on SQLite.
///
/// # Panics
/// When the city cannot be opened.
// Tests may panic; this module is only in test builds.
#[allow(clippy::expect_used)]
pub async fn on_sqlite<F: AsyncFnOnce(TestCity)>(services: &[&dyn Service], body: F) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let settings = CitySettings {
        clock: Clock::fixed(test_moment()),
        // No test of this kind cuts the power; those that do open their city themselves.
        durability: Durability::ProcessEnd,
        ..CitySettings::in_directory(directory.path())
    };
    let city = City::open(settings, services)
        .await
        .expect("a city on SQLite");
    body(TestCity { city, directory }).await;
}

/// Runs a test body on PostgreSQL, if there is one.
///
/// # Panics
/// When the city cannot be opened.
#[allow(clippy::expect_used, clippy::print_stderr)]
pub async fn on_postgres<F: AsyncFnOnce(TestCity)>(services: &[&dyn Service], body: F) {
    let Ok(url) = std::env::var("YAKUBA_TEST_POSTGRES_URL") else {
        eprintln!("left out: YAKUBA_TEST_POSTGRES_URL is not set");
        return;
    };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let name: String = directory
        .path()
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let schema: String = format!(
        "test_{}",
        name.replace(|c: char| !c.is_ascii_alphanumeric(), "")
    );
    let settings = CitySettings {
        database: DatabaseUrl::Postgres {
            url: url.clone(),
            schema: schema.clone(),
        },
        clock: Clock::fixed(test_moment()),
        readers: 2,
        ..CitySettings::in_directory(directory.path())
    };
    let city = City::open(settings, services)
        .await
        .expect("a city on PostgreSQL");
    body(TestCity { city, directory }).await;
    let cleaner = Database::connect(&url)
        .await
        .expect("a connection for cleaning up");
    cleaner
        .execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE"))
        .await
        .expect("the schema is dropped");
}

/// Declares a test that runs once on each database.
///
/// ```ignore
/// each_database!(a_fact_is_counted_once, [&PlanService], async |city| { … });
/// ```
#[macro_export]
macro_rules! each_database {
    ($name:ident, [$($service:expr),* $(,)?], $body:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[tokio::test]
            async fn sqlite() {
                $crate::testing::on_sqlite(&[$($service),*], $body).await;
            }

            #[tokio::test]
            async fn postgres() {
                $crate::testing::on_postgres(&[$($service),*], $body).await;
            }
        }
    };
}
