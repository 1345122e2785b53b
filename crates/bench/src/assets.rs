//! Heartbeats of many devices: at the pace of one each minute, and as fast as they go, beside bare upserts with the same durability.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use futures::{StreamExt as _, stream};
use sea_orm::sqlx::{self, Executor as _};
use serde::Serialize;
use yakuba_assets::{
    AssetService,
    model::{draft, kind::Kind},
    store::{
        alerts::Teller,
        many::{Whole, WholeDevice, bring_in_many, speaking},
        set_kind,
        telemetry::{Message, Outcome as Answer, tell},
    },
};
use yakuba_city::{Actor, City, CitySettings, DatabaseUrl};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::{
    Outcome,
    connections::Connections,
    report::{number, table},
    timing::Times,
};

const KIND: &str = "format: yakuba-assets/1
key: camera
name: Camera
department: crisis
telemetry: {every_minutes: 1, silent_after_minutes: 5}
";
/// Devices of one statement while they are made.
const BATCH: usize = 2_000;

#[derive(Debug, Args)]
pub(crate) struct Assets {
    /// A PostgreSQL server to measure, too, such as postgres://user@localhost/database; a schema of its own is made there
    #[arg(long, value_name = "URL", env = "YAKUBA_TEST_POSTGRES_URL")]
    database_url: Option<String>,
    /// How many devices
    #[arg(long, default_value_t = 10_000)]
    devices: usize,
    /// For how many seconds they speak at the pace of once a minute
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// How many speak at once when they go as fast as they can
    #[arg(long, default_value_t = 256)]
    clients: usize,
    /// Where to make the city on SQLite; without it a temporary folder
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Write the outcome to a file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// One way of writing heartbeats.
#[derive(Debug, Serialize)]
struct Way {
    what: String,
    /// Heartbeats in a second.
    per_second: f64,
    /// From sending to being told that it is durable.
    times: Times,
    /// Heartbeats that were refused.
    refused: usize,
}

/// Measures and prints.
pub(crate) async fn run(options: Assets) -> Outcome<()> {
    let temporary = match &options.directory {
        Some(directory) => tempfile::Builder::new()
            .prefix("yakuba-bench-")
            .tempdir_in(directory)?,
        None => tempfile::Builder::new().prefix("yakuba-bench-").tempdir()?,
    };
    let mut ways = measure(
        "SQLite",
        &CitySettings::in_directory(temporary.path()),
        &options,
    )
    .await?;
    let bare = Connections::on_sqlite(&temporary.path().join("yakuba.sqlite")).await?;
    ways.extend(by_hand("SQLite", bare, &options).await?);
    if let Some(url) = options.database_url.clone() {
        let schema = format!("bench_assets_{}", std::process::id());
        let settings = CitySettings {
            database: DatabaseUrl::Postgres {
                url: url.clone(),
                schema: schema.clone(),
            },
            ..CitySettings::in_directory(temporary.path().join("postgres"))
        };
        ways.extend(measure("PostgreSQL", &settings, &options).await?);
        let bare = Connections::on_postgres(&url, &schema).await?;
        ways.extend(by_hand("PostgreSQL", bare, &options).await?);
    }
    let rows: Vec<Vec<String>> = ways
        .iter()
        .map(|way| {
            vec![
                way.what.clone(),
                number(way.per_second),
                number(way.times.median),
                number(way.times.p99),
                way.refused.to_string(),
            ]
        })
        .collect();
    let title = format!(
        "Heartbeats of {} devices (milliseconds){}",
        options.devices,
        if cfg!(debug_assertions) {
            ", NOT OPTIMISED"
        } else {
            ""
        }
    );
    println!(
        "{}",
        table(
            &title,
            &["", "per second", "median", "p99", "refused"],
            &rows
        )
    );
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&ways)?)?;
    }
    Ok(())
}

async fn made(settings: &CitySettings, devices: usize) -> Outcome<City> {
    let city = City::open(
        settings.clone(),
        &[&MailService, &IdentityService, &AssetService],
    )
    .await?;
    let kind = Kind::from_yaml(KIND)?;
    let now = city.now();
    let mut wholes = Vec::with_capacity(devices);
    for device in 0..devices {
        let number = format!("C-{device}");
        let draft = draft::read(&kind, |column| match column {
            "number" => number.as_str(),
            "name" => "camera",
            _ => "",
        })
        .map_err(|problems| format!("{problems:?}"))?;
        wholes.push(Whole {
            kind: "camera".to_owned(),
            draft,
            since: now,
            inspection_due: None,
            device: Some(WholeDevice {
                heard_at: now,
                span_from: now,
                readings: "{}".to_owned(),
                point: None,
                silent_since: None,
                months: Vec::new(),
            }),
        });
    }
    let key = city.key()?.clone();
    city.write(Actor::CommandLine, kind, |tx, kind| {
        Box::pin(set_kind(tx, kind))
    })
    .await?;
    for chunk in wholes.chunks(BATCH) {
        city.write(
            Actor::CommandLine,
            (key.clone(), chunk.to_vec()),
            |tx, (key, wholes)| Box::pin(bring_in_many(tx, key, wholes)),
        )
        .await?;
    }
    Ok(city)
}

/// One heartbeat: how long until it is durable, and whether it was taken.
async fn beat(city: &City, teller: &Teller, hash: &str) -> (Duration, bool) {
    let message = Message {
        hash: hash.to_owned(),
        at: None,
        values: BTreeMap::new(),
        point: None,
    };
    let begun = Instant::now();
    let answers: Vec<Answer> = tell(city, teller, vec![message]).await;
    (begun.elapsed(), answers.iter().all(Result::is_ok))
}

async fn measure(name: &str, settings: &CitySettings, options: &Assets) -> Outcome<Vec<Way>> {
    let city = made(settings, options.devices).await?;
    let teller = Teller {
        key: city.key()?.clone(),
        base: String::new(),
    };
    let hashes: Vec<String> = speaking(city.db())
        .await?
        .into_iter()
        .map(|speaker| speaker.hash)
        .collect();
    // At the pace of a minute: each device at its own moment, whether or not the one before is answered.
    let pause = Duration::from_mins(1) / u32::try_from(hashes.len().max(1))?;
    let begun = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    let mut sent = 0_u32;
    while begun.elapsed() < Duration::from_secs(options.seconds) {
        let due = begun + pause * sent;
        tokio::time::sleep_until(due.into()).await;
        let (city, teller) = (city.clone(), teller.clone());
        let hash = hashes[sent as usize % hashes.len()].clone();
        running.spawn(async move { beat(&city, &teller, &hash).await });
        sent += 1;
    }
    let paced = way(
        format!("{name}: each minute"),
        begun,
        running.join_all().await,
    );
    let begun = Instant::now();
    let outcomes = stream::iter(&hashes)
        .map(|hash| beat(&city, &teller, hash))
        .buffer_unordered(options.clients)
        .collect()
        .await;
    let rush = way(
        format!("{name}: {} at once", options.clients),
        begun,
        outcomes,
    );
    Ok(vec![paced, rush])
}

fn way(what: String, begun: Instant, outcomes: Vec<(Duration, bool)>) -> Way {
    #[allow(clippy::cast_precision_loss)] // far fewer than a float holds
    let per_second = outcomes.len() as f64 / begun.elapsed().as_secs_f64();
    Way {
        what,
        per_second,
        refused: outcomes.iter().filter(|(_, taken)| !taken).count(),
        times: Times::of(outcomes.into_iter().map(|(time, _)| time).collect()),
    }
}

/// Bare upserts of one row for each device, as safe as Yakuba's: each in a transaction of its own, as many at once as in the rush.
async fn by_hand(name: &str, connections: Connections, options: &Assets) -> Outcome<Vec<Way>> {
    const TABLE: &str = "CREATE TABLE by_hand (asset BIGINT PRIMARY KEY, heard_at BIGINT NOT NULL, readings TEXT NOT NULL)";
    const UPSERT: &str = "INSERT INTO by_hand (asset, heard_at, readings) VALUES ($1, $2, '{}') \
         ON CONFLICT (asset) DO UPDATE SET heard_at = excluded.heard_at";
    match &connections {
        Connections::Sqlite(connection) => {
            connection.lock().await.execute(TABLE).await?;
        }
        Connections::Postgres(pool) => {
            pool.execute(TABLE).await?;
        }
    }
    let begun = Instant::now();
    let mut outcomes = Vec::with_capacity(options.devices);
    let mut running = stream::iter(0..options.devices)
        .map(|device| {
            let connections = &connections;
            async move {
                let start = Instant::now();
                let (device, at) = (
                    i64::try_from(device)?,
                    i64::try_from(begun.elapsed().as_micros())?,
                );
                match connections {
                    Connections::Sqlite(connection) => {
                        let mut connection = connection.lock().await;
                        sqlx::query(UPSERT)
                            .bind(device)
                            .bind(at)
                            .execute(&mut *connection)
                            .await?;
                    }
                    Connections::Postgres(pool) => {
                        sqlx::query(UPSERT)
                            .bind(device)
                            .bind(at)
                            .execute(pool)
                            .await?;
                    }
                }
                Outcome::<Duration>::Ok(start.elapsed())
            }
        })
        .buffer_unordered(options.clients);
    while let Some(time) = running.next().await {
        outcomes.push((time?, true));
    }
    drop(running);
    Ok(vec![way(
        format!("{name} by hand: {} at once", options.clients),
        begun,
        outcomes,
    )])
}
