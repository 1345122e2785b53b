//! `yakuba procedures check`, `import`, `export`, `list` and `schema`: procedures as files.

use std::io::Write as _;

use yakuba_city::Actor;
use yakuba_forms::{Language, Severity};
use yakuba_procedures::{
    model::{
        check::check as findings,
        document::{ProcedureDocument, schema},
    },
    store::{
        self,
        designs::{Brought, bring_in, designs},
    },
};

use super::super::{
    documents::{self, Document},
    say,
};
use crate::{
    cli::{ProcedureExport, ProcedureFiles, ProcedureImport},
    failure::{Failure, Outcome},
    place::Place,
};

impl Document for ProcedureDocument {
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

/// Checks files without a city.
pub(super) fn check(options: &ProcedureFiles) -> Result<Outcome, Failure> {
    documents::check::<ProcedureDocument>(&options.files)
}

pub(super) async fn import(place: &Place, options: ProcedureImport) -> Result<Outcome, Failure> {
    let documents: Vec<ProcedureDocument> = documents::read_all(&options.files)?;
    let city = place.open_existing().await?;
    let input = (documents, options.live_from);
    let brought = city
        .write(Actor::CommandLine, input, |tx, (documents, live_from)| {
            Box::pin(async move {
                let mut brought = Vec::new();
                for document in documents {
                    brought.push((
                        document.key.clone(),
                        bring_in(tx, document, *live_from).await?,
                    ));
                }
                Ok::<_, yakuba_procedures::ProcedureError>(brought)
            })
        })
        .await?;
    for (key, what) in brought {
        say(match what {
            Brought::Unchanged => format!("{key}: as it was"),
            Brought::Drafted => format!("{key}: draft"),
            Brought::PutLive => format!("{key}: live from the day asked for"),
        });
    }
    Ok(Outcome::Done)
}

pub(super) async fn export(place: &Place, options: ProcedureExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let versions = store::versions(city.db(), &options.key).await?;
    let version = match options.number {
        Some(number) => versions.iter().find(|version| version.number == number),
        None => versions.first(),
    };
    let Some(version) = version else {
        return Err(Failure::new(format!(
            "there is no such version of a procedure {:?}. See `yakuba procedures list`",
            options.key
        )));
    };
    let yaml = version.document.to_yaml()?;
    match options.output {
        Some(path) => std::fs::write(&path, yaml).map_err(|cause| Failure::file(&path, &cause))?,
        None => {
            // A closed pipe is no failure.
            let _ = std::io::stdout().write_all(yaml.as_bytes());
        }
    }
    Ok(Outcome::Done)
}

pub(super) async fn list(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    for design in designs(city.db(), city.today()).await? {
        let live = design.live.map_or_else(
            || "not live".to_owned(),
            |(number, from)| format!("version {number} live since {from}"),
        );
        let coming = design
            .coming
            .map(|(number, from)| format!(", version {number} from {from}"))
            .unwrap_or_default();
        let draft = if design.drafted { ", draft" } else { "" };
        say(format_args!(
            "{}  {}  ({}; {live}{coming}{draft})",
            design.key, design.title.ja, design.department
        ));
    }
    Ok(Outcome::Done)
}

/// Prints the JSON Schema of procedures as files.
pub(super) fn print_schema() -> Outcome {
    say(schema());
    Outcome::Done
}
