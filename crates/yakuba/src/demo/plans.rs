//! The demo city's plan, and its neighbours' to compare with.

use jiff::civil::{Date, date};
use yakuba_city::{Actor, City, CityError, Clock, recount};
use yakuba_plan::{
    export::from_yaml,
    store::{NewPlan, commit_import},
};

use super::city::morning_of;
use crate::{commands::publish_plan, failure::Failure};

pub(super) async fn make(city: &City, clock: &Clock, today: Date) -> Result<(), Failure> {
    clock.set(morning_of(date(2026, 3, 23))?);
    let own = import(city, "demo/plan.yaml", NewPlan::Own).await?;
    clock.set(morning_of(today)?);
    publish_plan(city, Actor::CommandLine, &own, "見本の計画の公表").await?;
    let folder = super::CONTENT
        .get_dir("plans")
        .ok_or_else(|| super::broken("plans", "the folder is not in the program"))?;
    for file in folder.files() {
        let Some(path) = file.path().to_str() else {
            continue;
        };
        let key = import(city, path, NewPlan::Neighbour).await?;
        publish_plan(city, Actor::CommandLine, &key, "ほかの市の計画の取込み").await?;
    }
    let report = recount(city.db()).await?;
    city.write(Actor::CommandLine, report, |tx, report| {
        Box::pin(async move { tx.note_recount(report).await })
    })
    .await
    .map_err(|error: CityError| error.into())
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
