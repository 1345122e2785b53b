//! `yakuba procedures check`, `import`, `export`, `list` and `schema`: procedures as files.

use std::{io::Write as _, path::Path};

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

use super::super::{note, read_file, say};
use crate::{
    cli::{ProcedureExport, ProcedureFiles, ProcedureImport},
    failure::{Failure, Outcome},
    place::Place,
};

fn read(path: &Path) -> Result<ProcedureDocument, Failure> {
    let at_file = |error: String| Failure::new(format!("{}: {error}", path.display()));
    let text = String::from_utf8(read_file(path)?)
        .map_err(|_| at_file("it is not UTF-8. Save it as UTF-8 and try again".to_owned()))?;
    ProcedureDocument::from_yaml(&text).map_err(|error| at_file(error.to_string()))
}

/// Tells what is found in a procedure and returns how many things must be mended.
fn look_over(path: &Path, document: &ProcedureDocument) -> usize {
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
    found
        .iter()
        .filter(|finding| finding.severity == Severity::Must)
        .count()
}

/// Checks files without a city.
pub(super) fn check(options: &ProcedureFiles) -> Result<Outcome, Failure> {
    let mut must = 0;
    for path in &options.files {
        let document = read(path)?;
        must += look_over(path, &document);
    }
    say(format_args!(
        "{} files were read; {must} things must be mended.",
        options.files.len()
    ));
    Ok(if must == 0 {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    })
}

pub(super) async fn import(place: &Place, options: ProcedureImport) -> Result<Outcome, Failure> {
    // All are read before the first is written, so that a broken file stops everything.
    let mut documents = Vec::new();
    for path in &options.files {
        let document = read(path)?;
        look_over(path, &document);
        documents.push(document);
    }
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
