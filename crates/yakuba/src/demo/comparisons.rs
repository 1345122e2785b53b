//! Indicators of the demo city and its neighbours that are compared with each other.

use serde::Deserialize;
use yakuba_city::{Actor, City};
use yakuba_plan::{
    PlanError,
    model::document::{Group, Indicator},
    store,
};

use crate::failure::Failure;

#[derive(Debug, Deserialize)]
struct ComparisonsFile {
    comparisons: Vec<Comparison>,
}

#[derive(Debug, Clone, Deserialize)]
struct Comparison {
    name: String,
    unit: Option<String>,
    members: Vec<Member>,
}

#[derive(Debug, Clone, Deserialize)]
struct Member {
    plan: String,
    indicator: String,
}

/// Confirms the comparisons of `content/demo/comparisons.yaml`.
pub(super) async fn make(city: &City) -> Result<(), Failure> {
    let file: ComparisonsFile = super::read("demo/comparisons.yaml")?;
    for comparison in file.comparisons {
        let mut members = Vec::new();
        for member in &comparison.members {
            let document = store::load(city.db(), &member.plan).await?;
            let key = key_of(&document.groups, &member.indicator).ok_or_else(|| {
                super::broken(
                    "demo/comparisons.yaml",
                    &format!("{} has no indicator {}", member.plan, member.indicator),
                )
            })?;
            members.push((member.plan.clone(), key));
        }
        let input = (comparison.name, comparison.unit, members);
        city.write(Actor::CommandLine, input, |tx, (name, unit, members)| {
            Box::pin(async move {
                store::compare(tx, name, unit.as_deref(), members).await?;
                Ok::<_, PlanError>(())
            })
        })
        .await?;
    }
    Ok(())
}

fn key_of(groups: &[Group], name: &str) -> Option<String> {
    groups.iter().find_map(|group| {
        let named = |indicator: &&Indicator| indicator.name == name;
        let own = group.indicators.iter();
        let of_initiatives = group
            .initiatives
            .iter()
            .flat_map(|initiative| &initiative.indicators);
        own.chain(of_initiatives)
            .find(named)
            .and_then(|indicator| indicator.key.clone())
            .or_else(|| key_of(&group.groups, name))
    })
}
