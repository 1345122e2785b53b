//! `yakuba reports`: what residents can report, as a file.

use std::io::Write as _;

use yakuba_city::Actor;
use yakuba_forms::Severity;
use yakuba_reports::{
    ReportError,
    model::rules::{Rules, check as findings},
    store,
};

use super::{
    documents::{self, Document},
    say,
};
use crate::{
    cli::{ReportExport, ReportFile, ReportsCommand},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: ReportsCommand) -> Result<Outcome, Failure> {
    match options {
        ReportsCommand::Check(options) => documents::check::<Rules>(&options.files),
        ReportsCommand::Import(options) => import(place, options).await,
        ReportsCommand::Export(options) => export(place, options).await,
    }
}

impl Document for Rules {
    fn read(yaml: &str) -> Result<Self, impl std::fmt::Display> {
        Self::from_yaml(yaml)
    }

    fn findings(&self) -> Vec<(Severity, String)> {
        findings(self)
    }
}

async fn import(place: &Place, options: ReportFile) -> Result<Outcome, Failure> {
    let rules: Vec<Rules> = documents::read_all(&[options.file])?;
    let must = rules
        .iter()
        .flat_map(findings)
        .filter(|(severity, _)| *severity == Severity::Must)
        .count();
    if must > 0 {
        return Err(Failure::new(format!(
            "{must} things must be mended first; nothing was brought in"
        )));
    }
    let city = place.open_existing().await?;
    let changed = city
        .write(Actor::CommandLine, rules, |tx, rules| {
            Box::pin(async move {
                let mut changed = false;
                for rules in rules {
                    changed |= store::set_rules(tx, rules).await?;
                }
                Ok::<_, ReportError>(changed)
            })
        })
        .await?;
    say(if changed {
        "The categories were brought in."
    } else {
        "Nothing has changed."
    });
    Ok(Outcome::Done)
}

async fn export(place: &Place, options: ReportExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let yaml = store::current(&city).await?.rules.to_yaml()?;
    match options.output {
        Some(path) => {
            std::fs::write(&path, yaml).map_err(|cause| Failure::file(&path, &cause))?;
        }
        // A closed pipe is no failure.
        None => drop(std::io::stdout().write_all(yaml.as_bytes())),
    }
    Ok(Outcome::Done)
}
