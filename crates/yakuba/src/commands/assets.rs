//! `yakuba assets`: kinds of equipment as files, registers as tables.

use std::{io::Write as _, path::PathBuf};

use yakuba_assets::{
    AssetError,
    model::kind::{Kind, check as findings},
    store::{self, table},
};
use yakuba_city::{Actor, City};
use yakuba_forms::Severity;

use super::{
    documents::{self, Document},
    read_file, say,
};
use crate::{
    cli::{AssetExport, AssetImport, AssetKindExport, AssetKindsCommand, AssetsCommand},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: AssetsCommand) -> Result<Outcome, Failure> {
    match options {
        AssetsCommand::Kinds(AssetKindsCommand::Check(options)) => {
            documents::check::<Kind>(&options.files)
        }
        AssetsCommand::Kinds(AssetKindsCommand::List) => list(place).await,
        AssetsCommand::Kinds(AssetKindsCommand::Import(options)) => {
            import_kinds(place, &options.files).await
        }
        AssetsCommand::Kinds(AssetKindsCommand::Export(options)) => {
            export_kind(place, options).await
        }
        AssetsCommand::Import(options) => import(place, options).await,
        AssetsCommand::Export(options) => export(place, options).await,
    }
}

impl Document for Kind {
    fn read(yaml: &str) -> Result<Self, impl std::fmt::Display> {
        Self::from_yaml(yaml)
    }

    fn findings(&self) -> Vec<(Severity, String)> {
        findings(self)
    }
}

async fn kind_of(city: &City, key: &str) -> Result<Kind, Failure> {
    let kinds = store::kinds(city).await?;
    Ok(kinds
        .get(key)
        .cloned()
        .ok_or_else(|| AssetError::NoSuchKind(key.to_owned()))?)
}

async fn list(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    for kind in store::kinds(&city).await?.all() {
        say(format_args!(
            "{}\t{}\t{}",
            kind.key, kind.department, kind.name.ja
        ));
    }
    Ok(Outcome::Done)
}

async fn import_kinds(place: &Place, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let kinds: Vec<Kind> = documents::read_all(files)?;
    let must = kinds
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
        .write(Actor::CommandLine, kinds, |tx, kinds| {
            Box::pin(async move {
                let mut changed = 0;
                for kind in kinds {
                    changed += u32::from(store::set_kind(tx, kind).await?);
                }
                Ok::<_, AssetError>(changed)
            })
        })
        .await?;
    say(format_args!("{changed} kinds were new or changed."));
    Ok(Outcome::Done)
}

async fn export_kind(place: &Place, options: AssetKindExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let yaml = kind_of(&city, &options.kind).await?.to_yaml()?;
    write_out(options.output, yaml.as_bytes())
}

/// To a file, or to the standard output; a closed pipe is no failure.
fn write_out(output: Option<PathBuf>, bytes: &[u8]) -> Result<Outcome, Failure> {
    match output {
        Some(path) => std::fs::write(&path, bytes).map_err(|cause| Failure::file(&path, &cause))?,
        None => drop(std::io::stdout().write_all(bytes)),
    }
    Ok(Outcome::Done)
}

async fn import(place: &Place, options: AssetImport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let kind = kind_of(&city, &options.kind).await?;
    let bytes = read_file(&options.file)?;
    let lines = table::read(&kind, &bytes, &options.file.to_string_lossy())?;
    let brought = city
        .write(Actor::CommandLine, (kind, lines), |tx, (kind, lines)| {
            Box::pin(table::bring_in(tx, kind, lines))
        })
        .await?;
    say(format_args!(
        "{} were added, {} changed, {} stood there already.",
        brought.added, brought.changed, brought.same
    ));
    Ok(Outcome::Done)
}

async fn export(place: &Place, options: AssetExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let kind = kind_of(&city, &options.kind).await?;
    let register = table::table(&city, &kind).await?;
    let is_xlsx = options
        .output
        .as_ref()
        .and_then(|path| path.extension())
        .is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let bytes = if is_xlsx {
        table::xlsx(&register)?
    } else {
        table::csv(&register)
    };
    write_out(options.output, &bytes)
}
