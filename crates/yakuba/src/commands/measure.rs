//! `yakuba measure`.

use serde_json::json;
use yakuba_city::{Actor, AuditEntry, CityError, MeasureDefinition, MeasureKind};
use yakuba_kernel::MeasureName;

use super::say;
use crate::{
    cli::{MeasureAdd, MeasureCommand},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: MeasureCommand) -> Result<Outcome, Failure> {
    match options {
        MeasureCommand::Add(options) => add(place, options).await,
        MeasureCommand::List => list(place).await,
    }
}

async fn add(place: &Place, options: MeasureAdd) -> Result<Outcome, Failure> {
    let name = MeasureName::new(options.name.as_str())
        .map_err(|error| Failure::usage(error.to_string()))?;
    let measure = MeasureDefinition {
        name,
        kind: match options.kind {
            crate::cli::Kind::Flow => MeasureKind::Flow,
            crate::cli::Kind::Stock => MeasureKind::Stock,
            crate::cli::Kind::Extent => MeasureKind::Extent,
        },
        unit: options.unit,
        name_en: options.name_en.unwrap_or_else(|| options.name_ja.clone()),
        name_ja: options.name_ja,
    };
    let city = place.open().await?;
    city.write(Actor::CommandLine, measure.clone(), |tx, measure| {
        Box::pin(async move {
            tx.register_measure(measure).await?;
            tx.audit(
                AuditEntry::new("measure.register", format!("measure/{}", measure.name))
                    .with(json!({ "kind": measure.kind.as_str(), "unit": measure.unit })),
            );
            Ok::<_, CityError>(())
        })
    })
    .await?;
    say(format_args!(
        "{} ({}) can be counted now.",
        measure.name, measure.name_ja
    ));
    Ok(Outcome::Done)
}

async fn list(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    for measure in city.measures() {
        say(format_args!(
            "{}\t{}\t{}\t{}",
            measure.name,
            measure.kind.as_str(),
            measure.unit,
            measure.name_ja
        ));
    }
    Ok(Outcome::Done)
}
