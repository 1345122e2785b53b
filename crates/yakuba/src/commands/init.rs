//! `yakuba init`.

use serde_json::json;
use yakuba_city::{Actor, AuditEntry, CityError, setting};
use yakuba_kernel::MunicipalityCode;

use super::say;
use crate::{
    cli::Init,
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: Init) -> Result<Outcome, Failure> {
    let municipality = options
        .municipality
        .as_deref()
        .map(MunicipalityCode::parse)
        .transpose()
        .map_err(|error| Failure::usage(error.to_string()))?;
    let city = place.open().await?;
    if let Some(name) = setting(city.db(), "city.name").await? {
        return Err(Failure::new(format!(
            "{name} is in {} already. Name another place with --data, or open it with `yakuba serve`",
            city.database().shown()
        )));
    }
    let input = (options.name.clone(), municipality);
    city.write(Actor::CommandLine, input, |tx, (name, municipality)| {
        Box::pin(async move {
            tx.set("city.name", name).await?;
            if let Some(code) = municipality {
                tx.set("city.municipality", code.as_str()).await?;
            }
            tx.audit(AuditEntry::new("city.init", "city").with(json!({ "name": name })));
            Ok::<_, CityError>(())
        })
    })
    .await?;
    say(format_args!(
        "{} was made in {}.",
        options.name,
        city.database().shown()
    ));
    say("Open it with: yakuba serve");
    Ok(Outcome::Done)
}
