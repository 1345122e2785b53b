//! `yakuba debug`: writes without end, so that tests can kill the program while it does.

use sea_orm::FromQueryResult;
use yakuba_city::{
    Actor, AuditEntry, CityError, Fact, MeasureDefinition, MeasureKind, recount, sql::Sql as _,
};
use yakuba_kernel::{MeasureName, Quantity};

use super::say;
use crate::{
    cli::Debug,
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: Debug) -> Result<Outcome, Failure> {
    match options {
        Debug::WriteFacts { writers, run } => write_facts(place, writers, run).await,
        Debug::CheckFacts { run } => check_facts(place, &run).await,
    }
}

fn measure() -> MeasureDefinition {
    MeasureDefinition {
        name: MeasureName::declared("debug.write"),
        kind: MeasureKind::Flow,
        unit: "件".to_owned(),
        name_ja: "試験の書込み".to_owned(),
        name_en: "Test writes".to_owned(),
    }
}

async fn write_facts(place: &Place, writers: u32, run: String) -> Result<Outcome, Failure> {
    let city = place.open().await?;
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move { tx.register_measure(&measure()).await })
    })
    .await
    .map_err(|error: CityError| Failure::from(error))?;
    let tasks = (0..writers).map(|writer| {
        let (city, run) = (city.city.clone(), run.clone());
        tokio::spawn(async move {
            for number in 1_u64.. {
                let key = format!("{run}-{writer}-{number}");
                let written = city
                    .write(Actor::CommandLine, key.clone(), |tx, key| {
                        Box::pin(async move {
                            tx.record(
                                Fact::one(&measure().name, tx.now())
                                    .quantity(Quantity::ONE)
                                    .idempotency_key(key.clone()),
                            )
                            .await?;
                            tx.audit(AuditEntry::new("debug.write", key.clone()));
                            Ok::<_, CityError>(())
                        })
                    })
                    .await;
                match written {
                    // Only now is it acknowledged.
                    Ok(()) => say(key),
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
    });
    for task in futures::future::join_all(tasks).await {
        task.map_err(|error| Failure::new(format!("a writer stopped: {error}. Run it again")))??;
    }
    Ok(Outcome::Done)
}

async fn check_facts(place: &Place, run: &str) -> Result<Outcome, Failure> {
    #[derive(FromQueryResult)]
    struct Row {
        idempotency_key: String,
    }
    let city = place.open_existing().await?;
    let rows: Vec<Row> = city
        .db()
        .rows(
            r"SELECT idempotency_key FROM facts WHERE measure = 'debug.write' AND idempotency_key LIKE $1 ESCAPE '\'",
            [format!("{}-%", yakuba_city::sql::escape_like(run)).into()],
        )
        .await?;
    for row in rows {
        say(row.idempotency_key);
    }
    let report = recount(city.db()).await?;
    let audit = yakuba_city::verify_audit(city.db()).await?;
    let sound = report.differences.is_empty() && audit.broken.is_none();
    for difference in &report.differences {
        tracing::error!(?difference, "a sum differs from its facts");
    }
    if let Some((line, reason)) = audit.broken {
        tracing::error!(line, reason, "the audit log is broken");
    }
    Ok(if sound {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    })
}
