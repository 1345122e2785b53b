//! `yakuba booking`: facilities as files.

use yakuba_booking::{
    BookingError,
    model::{
        check::check as findings,
        document::{FacilityDocument, schema},
    },
    store,
};
use yakuba_city::Actor;
use yakuba_forms::{Language, Severity};

use super::{
    documents::{self, Document},
    say,
};
use crate::{
    cli::{BookingCommand, FacilityExport, FacilityFiles},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: BookingCommand) -> Result<Outcome, Failure> {
    match options {
        BookingCommand::Check(options) => documents::check::<FacilityDocument>(&options.files),
        BookingCommand::Import(options) => import(place, options).await,
        BookingCommand::Export(options) => export(place, options).await,
        BookingCommand::List => list(place).await,
        BookingCommand::Schema => {
            say(schema());
            Ok(Outcome::Done)
        }
    }
}

impl Document for FacilityDocument {
    fn read(yaml: &str) -> Result<Self, impl std::fmt::Display> {
        Self::from_yaml(yaml)
    }

    fn findings(&self) -> Vec<(Severity, String)> {
        findings(self)
            .iter()
            .map(|finding| (finding.severity, finding.line(Language::English)))
            .collect()
    }
}

async fn import(place: &Place, options: FacilityFiles) -> Result<Outcome, Failure> {
    let documents: Vec<FacilityDocument> = documents::read_all(&options.files)?;
    let city = place.open_existing().await?;
    let brought = city
        .write(Actor::CommandLine, documents, |tx, documents| {
            Box::pin(async move {
                let mut brought = Vec::new();
                for document in documents {
                    brought.push((document.key.clone(), store::bring_in(tx, document).await?));
                }
                Ok::<_, BookingError>(brought)
            })
        })
        .await?;
    for (key, changed) in brought {
        say(if changed {
            format!("{key}: brought in")
        } else {
            format!("{key}: as it was")
        });
    }
    Ok(Outcome::Done)
}

async fn export(place: &Place, options: FacilityExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let found = store::facility(city.db(), &options.key)
        .await?
        .ok_or_else(|| {
            Failure::new(format!(
                "there is no facility {:?}. See `yakuba booking list`",
                options.key
            ))
        })?;
    say(found.document.to_yaml()?);
    Ok(Outcome::Done)
}

async fn list(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    for facility in store::facilities(city.db()).await? {
        say(format_args!(
            "{}\t{}\t{}\t{} to book{}",
            facility.key(),
            facility.document.name.ja,
            facility.department(),
            facility.document.resources.len(),
            if facility.is_offered { "" } else { ", offline" },
        ));
    }
    Ok(Outcome::Done)
}
