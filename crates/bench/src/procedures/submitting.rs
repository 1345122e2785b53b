//! Many people who send an application at once, beside the same rows written by hand.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use sea_orm::{ConnectionTrait as _, Database};
use yakuba_city::{Actor, City, sql::Sql as _};
use yakuba_mail::{EmailAddress, Mail};
use yakuba_procedures::{
    ProcedureError,
    store::cases::{self, SealedCase},
};

use super::{
    Load, OnDatabase,
    bare::{Bare, Bytes, ROWS},
    place::{self, ADDRESS, Place, Ready, Shared},
};
use crate::{
    Outcome,
    report::{Line, Writes},
    timing::Times,
};

/// Measures one database: SQLite, or PostgreSQL when there is an address.
pub(crate) async fn measure(
    directory: &Path,
    postgres: Option<&str>,
    load: Load,
) -> Outcome<OnDatabase> {
    let Some(url) = postgres else {
        eprintln!("Applications on SQLite");
        let place = Place::new(&directory.join("sqlite"), None, load.file_bytes).await?;
        let beside = directory.join("sqlite-by-hand");
        drop(place::open(&beside, None, &place::procedure()?).await?);
        first(&place).await?;
        let bytes = Bytes::as_in(&place.city).await?;
        let bare = Bare::on_sqlite(&beside.join("yakuba.sqlite"), bytes).await?;
        return rounds("SQLite", "synchronous=FULL".to_owned(), place, bare, load).await;
    };
    eprintln!("Applications on PostgreSQL");
    let schemas = [
        format!("bench_ours_{}", std::process::id()),
        format!("bench_by_hand_{}", std::process::id()),
    ];
    let outcome = on_postgres(directory, url, &schemas, load).await;
    let server = Database::connect(url).await?;
    for schema in &schemas {
        server
            .execute_unprepared(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"))
            .await?;
    }
    outcome
}

async fn on_postgres(
    directory: &Path,
    url: &str,
    [ours, by_hand]: &[String; 2],
    load: Load,
) -> Outcome<OnDatabase> {
    let place = Place::new(
        &directory.join("postgres"),
        Some((url, ours)),
        load.file_bytes,
    )
    .await?;
    let beside = directory.join("postgres-by-hand");
    drop(place::open(&beside, Some((url, by_hand)), &place::procedure()?).await?);
    first(&place).await?;
    let bytes = Bytes::as_in(&place.city).await?;
    let bare = Bare::on_postgres(url, by_hand, bytes).await?;
    let mut settings = Vec::new();
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        let value: Option<String> = place.city.db().value(&format!("SHOW {name}"), []).await?;
        settings.push(format!("{name}={}", value.unwrap_or_default()));
    }
    rounds("PostgreSQL", settings.join(", "), place, bare, load).await
}

/// One application of each kind, which also shows how large its sealed parts are.
async fn first(place: &Place) -> Outcome<()> {
    let before = counted(&place.city).await?;
    place.send(&place.prepare("first").await?).await?;
    let after = counted(&place.city).await?;
    for ((table, rows), (before, after)) in ROWS.iter().zip(before.iter().zip(&after)) {
        if after - before != *rows {
            return Err(format!(
                "an application added {} rows to {table}, by hand {rows}",
                after - before
            )
            .into());
        }
    }
    Ok(())
}

async fn counted(city: &City) -> Outcome<Vec<i64>> {
    let mut counts = Vec::new();
    for (table, _) in ROWS {
        let count: Option<i64> = city
            .db()
            .value(&format!("SELECT COUNT(*) FROM {table}"), [])
            .await?;
        counts.push(count.unwrap_or(0));
    }
    Ok(counts)
}

/// What one way of writing took in all rounds.
#[derive(Default)]
struct Taken {
    times: Vec<Duration>,
    seconds: f64,
}

impl Taken {
    fn add(&mut self, (times, took): (Vec<Duration>, Duration)) {
        self.times.extend(times);
        self.seconds += took.as_secs_f64();
    }

    #[allow(clippy::cast_precision_loss)] // a rate
    fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.seconds
    }
}

async fn rounds(
    name: &'static str,
    durability: String,
    place: Place,
    bare: Bare,
    load: Load,
) -> Outcome<OnDatabase> {
    let (place, bare) = (Arc::new(place), Arc::new(bare));
    let before = counted(&place.city).await?;
    let mut on = OnDatabase {
        name,
        durability,
        file_bytes: load.file_bytes,
        sent: Vec::new(),
        written: Vec::new(),
    };
    let mut applications = 0;
    for (clients, each) in [(1, load.alone), load.together] {
        let [mut sent, mut written, mut by_hand] = <[Taken; 3]>::default();
        // The first round warms up and is not counted.
        for round in 0..=load.rounds {
            let name = |client: usize| format!("{clients}-{round}-{client}");
            // What a person fills in before, and what is sealed before a write, is not what is timed.
            let drafts = try_join_all((0..clients).map(|client| {
                let (place, name) = (place.clone(), name(client));
                tokio::spawn(async move { prepare(&place, &name, each).await })
            }))
            .await?
            .into_iter()
            .collect::<Outcome<Vec<_>>>()?;
            let ours = together(drafts.into_iter().map(|drafts| {
                let place = place.clone();
                async move { send(&place, drafts).await }
            }))
            .await?;
            let sealed = (0..clients)
                .map(|client| {
                    (0..each)
                        .map(|number| place.sealed(&format!("{}-{number}", name(client))))
                        .collect::<Outcome<Vec<_>>>()
                })
                .collect::<Outcome<Vec<_>>>()?;
            let alone = together(sealed.into_iter().map(|sealed| {
                let place = place.clone();
                async move { write(&place, sealed).await }
            }))
            .await?;
            let plain = together((0..clients).map(|_| {
                let bare = bare.clone();
                async move { write_by_hand(&bare, each).await }
            }))
            .await?;
            applications += i64::try_from(2 * clients * each)?;
            if round > 0 {
                sent.add(ours);
                written.add(alone);
                by_hand.add(plain);
            }
        }
        let hand = Times::of(by_hand.times.clone());
        let writes = |taken: Taken| Writes {
            clients,
            per_second: taken.per_second(),
            per_second_by_hand: by_hand.per_second(),
            line: Line {
                what: format!("{clients} applicant{}", if clients == 1 { "" } else { "s" }),
                times: Times::of(taken.times),
                by_hand: Some(hand),
            },
        };
        on.sent.push(writes(sent));
        on.written.push(writes(written));
    }
    let after = counted(&place.city).await?;
    for ((table, rows), (before, after)) in ROWS.iter().zip(before.iter().zip(&after)) {
        if after - before != rows * applications {
            return Err(format!("{table} has not got a row of each application").into());
        }
    }
    Ok(on)
}

/// Lets everybody begin at once; each person's times, and how long it took until the last was done.
async fn together<Work>(people: impl Iterator<Item = Work>) -> Outcome<(Vec<Duration>, Duration)>
where
    Work: Future<Output = Outcome<Vec<Duration>>> + Send + 'static,
{
    let people: Vec<Work> = people.collect();
    let begun = Instant::now();
    let times = try_join_all(people.into_iter().map(tokio::spawn)).await?;
    let took = begun.elapsed();
    let times = times.into_iter().collect::<Outcome<Vec<_>>>()?;
    Ok((times.into_iter().flatten().collect(), took))
}

async fn prepare(place: &Place, name: &str, each: usize) -> Outcome<Vec<Ready>> {
    let mut drafts = Vec::with_capacity(each);
    for number in 0..each {
        drafts.push(place.prepare(&format!("{name}-{number}")).await?);
    }
    Ok(drafts)
}

async fn send(place: &Shared, drafts: Vec<Ready>) -> Outcome<Vec<Duration>> {
    let mut times = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let begun = Instant::now();
        place.send(&draft).await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

async fn write(place: &Shared, applications: Vec<SealedCase>) -> Outcome<Vec<Duration>> {
    let mut times = Vec::with_capacity(applications.len());
    for sealed in applications {
        let mail = Mail::new(
            EmailAddress::read(ADDRESS)?,
            "犬の登録を受け付けました",
            "犬の登録の申請を受け付けました。受付番号は、申請の状況を見るときに使います。大切に保管してください。",
        );
        let begun = Instant::now();
        let input = (sealed, mail, place.key().clone());
        place
            .city
            .write(Actor::Public, input, |tx, (sealed, mail, key)| {
                Box::pin(async move {
                    cases::submit(tx, sealed).await?;
                    yakuba_mail::enqueue(tx, key, mail).await?;
                    Ok::<_, ProcedureError>(())
                })
            })
            .await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

async fn write_by_hand(bare: &Bare, each: usize) -> Outcome<Vec<Duration>> {
    let mut times = Vec::with_capacity(each);
    for _ in 0..each {
        let begun = Instant::now();
        bare.write().await?;
        times.push(begun.elapsed());
    }
    Ok(times)
}
