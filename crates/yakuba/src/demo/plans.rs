//! The demo city's plan with its yearly publications, and its neighbours' plans to compare with.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde::Deserialize;
use yakuba_city::{Actor, City, CityError, recount};
use yakuba_plan::{
    export::from_yaml,
    model::cycle::file::CycleFile as SeededCycle,
    store::{NewPlan, commit_import, cycle::seed},
};

use super::{city::morning_of, facts::Recording};
use crate::{commands::publish_plan, failure::Failure};

/// The day on which the plan was decided.
const DECIDED: Date = date(2022, 3, 25);

/// What of `content/demo/cycle.yaml` is told here.
#[derive(Debug, Deserialize)]
struct CycleFile {
    publications: Vec<Publication>,
}

#[derive(Debug, Deserialize)]
struct Publication {
    date: Date,
    title: String,
}

/// Decides the plan, lets the days pass with what they record, and publishes on the days on which it was published.
pub(super) async fn make(
    city: &City,
    mut recordings: BTreeMap<Date, Vec<Recording>>,
    today: Date,
) -> Result<(), Failure> {
    let cycle: CycleFile = super::read("demo/cycle.yaml")?;
    let publications: BTreeMap<Date, String> = cycle
        .publications
        .into_iter()
        .map(|publication| (publication.date, publication.title))
        .collect();
    let clock = city.clock();
    clock.set(morning_of(DECIDED)?);
    let own = import(city, "demo/plan.yaml", NewPlan::Own).await?;
    let mut days: Vec<Date> = recordings
        .keys()
        .chain(publications.keys())
        .copied()
        .collect();
    days.sort_unstable();
    days.dedup();
    for day in days {
        clock.set(morning_of(day)?);
        if let Some(recordings) = recordings.remove(&day) {
            super::facts::record_all(city, recordings).await?;
        }
        if let Some(title) = publications.get(&day) {
            publish_plan(city, Actor::CommandLine, &own, title).await?;
        }
    }
    clock.set(morning_of(today)?);
    let told: SeededCycle = super::read("demo/cycle.yaml")?;
    city.write(Actor::CommandLine, (own, told), |tx, (plan, told)| {
        Box::pin(seed(tx, plan, told))
    })
    .await?;
    neighbours(city).await?;
    super::comparisons::make(city).await?;
    let report = recount(city.db()).await?;
    city.write(Actor::CommandLine, report, |tx, report| {
        Box::pin(async move { tx.note_recount(report).await })
    })
    .await
    .map_err(|error: CityError| error.into())
}

async fn neighbours(city: &City) -> Result<(), Failure> {
    let folder = super::CONTENT
        .get_dir("plans")
        .ok_or_else(|| super::broken("plans", "the folder is not in the program"))?;
    for file in folder.files() {
        let Some(path) = file.path().to_str() else {
            continue;
        };
        let key = import(city, path, NewPlan::Neighbour).await?;
        publish_plan(city, Actor::CommandLine, &key, "比較のための取込み").await?;
    }
    Ok(())
}

async fn import(city: &City, path: &str, new: NewPlan) -> Result<String, Failure> {
    let document =
        from_yaml(super::text(path)?).map_err(|error| super::broken(path, &error.to_string()))?;
    let key = document.key.clone();
    city.write(Actor::CommandLine, document, move |tx, document| {
        Box::pin(commit_import(tx, None, document, new, "見本の内容"))
    })
    .await?;
    Ok(key)
}
