//! `yakuba booking`: facilities as files.

use std::path::Path;

use yakuba_booking::{
    BookingError,
    model::{
        check::{Severity, check as findings, must},
        document::{FacilityDocument, schema},
    },
    store,
};
use yakuba_city::Actor;
use yakuba_ui::Language;

use super::{note, read_file, say};
use crate::{
    cli::{BookingCommand, FacilityExport, FacilityFiles},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: BookingCommand) -> Result<Outcome, Failure> {
    match options {
        BookingCommand::Check(options) => check(&options),
        BookingCommand::Import(options) => import(place, options).await,
        BookingCommand::Export(options) => export(place, options).await,
        BookingCommand::List => list(place).await,
        BookingCommand::Schema => {
            say(schema());
            Ok(Outcome::Done)
        }
    }
}

fn read(path: &Path) -> Result<FacilityDocument, Failure> {
    let at_file = |error: String| Failure::new(format!("{}: {error}", path.display()));
    let text = String::from_utf8(read_file(path)?)
        .map_err(|_| at_file("it is not UTF-8. Save it as UTF-8 and try again".to_owned()))?;
    FacilityDocument::from_yaml(&text).map_err(|error| at_file(error.to_string()))
}

/// Tells what is found in a facility and returns how many things must be mended.
fn look_over(path: &Path, document: &FacilityDocument) -> usize {
    let found = findings(document);
    for finding in &found {
        let severity = match finding.severity {
            Severity::Must => "must",
            Severity::Should => "should",
        };
        note(format_args!(
            "{}: {severity}: {}",
            path.display(),
            finding.line(Language::English)
        ));
    }
    must(&found)
}

/// Checks files without a city.
fn check(options: &FacilityFiles) -> Result<Outcome, Failure> {
    let mut wrong = 0;
    for path in &options.files {
        wrong += look_over(path, &read(path)?);
    }
    say(format_args!(
        "{} files were read; {wrong} things must be mended.",
        options.files.len()
    ));
    Ok(if wrong == 0 {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    })
}

async fn import(place: &Place, options: FacilityFiles) -> Result<Outcome, Failure> {
    // All are read before the first is written, so that a broken file stops everything.
    let mut documents = Vec::new();
    for path in &options.files {
        let document = read(path)?;
        look_over(path, &document);
        documents.push(document);
    }
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
